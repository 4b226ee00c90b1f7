# What a person noted of a contact is his word: neither asking again nor what a
# mail server says takes it back, and who refused is not asked by hand either.
set -eu
. tests/helper/lib.sh
scratch
keys
mta
desk
echo 'web@city.example.lg.jp boxes/city/' >>"$T/postfix/boxes"
printf 'Finder: A <yamada@finder.example>\nFinder-Address: yamada@finder.example\nUrl: http://www.city.example.lg.jp/x\n\ntext\n' >"$T/r"
city=soumu@city.example.lg.jp web=web@city.example.lg.jp
now='2026-11-24 10:00'

asked() {
	number=$(ito todoke-open -t "$now" "$T/r")
	expect 0 ito todoke-accept -t "$now" "$number"
	expect 0 ito todoke-contact -t "$now" -a $city "$number"
}
confirm() { expect 0 ito todoke-confirm -t "$now" -a "$1" -b phone -k "$T/city.asc" "$number"; }
note() { expect 0 ito todoke-note -t "$3" -a "$1" -r "$2" "$number"; }
case_file() { cat "$SPOOL/$(place "$number")"; }
outcome() { case_file | sed -n "s/^Contact: $1;.*outcome=\([a-z-]*\);.*/\1/p"; }

# Asked again by hand, by mail or telephone, in any spelling: the note is named.
for who in $city 03-1111-2222 SOUMU@city.example.lg.jp; do
	asked
	expect 0 ito todoke-contact -t "$now" -m phone -a 03-1111-2222 "$number"
	case $who in 0*) way=phone noted=$who ;; *) way=mail noted=$city ;; esac
	note "$noted" wrong-party '2026-11-25 10:00'
	was=$(case_file)
	expect 77 ito todoke-contact -t '2026-11-25 11:00' -m $way -a "$who" "$number"
	says "$who: a person noted on 2026-11-25 that he is the wrong party: ask another"
	[ "$(case_file)" = "$was" ] || fail "refused, but changed"
	note "$noted" replied '2026-11-25 12:00'
	expect 0 ito todoke-contact -t '2026-11-25 13:00' -m $way -a "$who" "$number"
done

# That a contact was confirmed is a person's word, too: neither asking him
# again nor what a mail server says takes it back.
asked
expect 0 cron todoke-send -t "$now"
confirm $web
expect 0 ito todoke-contact -t "$now" -a $web "$number"
expect 0 cron todoke-send -t "$now"
[ "$(outcome $web)" = confirmed ] || fail "asked: $(outcome $web)"
confirm gone@city.example.lg.jp
expect 0 ito todoke-disclose -t "$now" "$number"
expect 0 cron todoke-send -t "$now"
says "refused for good"
[ "$(outcome gone@city.example.lg.jp)" = confirmed ] || fail "refused by the server: $(outcome gone@city.example.lg.jp)"
ito todoke-list -a -t "$now" | grep -q "^$number.*a mail was refused" || fail "nobody hears of it"
expect 0 ito todoke-check
