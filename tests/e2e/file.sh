# todoke-file: a mail of unsorted/ goes into the case that a person names, once,
# sealed as it is, and changes there nothing but the log and the due day; a
# crash at any point loses nothing, and the same command finishes.
set -eu
. tests/helper/lib.sh
scratch
keys
desk
printf 'Finder: A <a@finder.example>\nUrl: http://www.city.example.lg.jp/x\n\ntext\n' >"$T/r"
number=$(ito todoke-open "$T/r")
other=$(ito todoke-open "$T/r")
expect 0 ito todoke-accept "$number"
expect 0 ito todoke-contact -a soumu@city.example.lg.jp "$number"
i=0
# mail: one more in unsorted/; its name is $name.
mail() {
	i=$((i + 1))
	printf 'From: x@else.example\nTo: desk@desk.example\nSubject: %s\n\ncanary%s\n' $i $i >"$SPOOL/incoming/new/$i"
	ls "$SPOOL/unsorted/new" >"$T/before"
	expect 0 cron todoke-sort
	ls "$SPOOL/unsorted/new" >"$T/after"
	name=$(comm -13 "$T/before" "$T/after")
	[ -n "$name" ] || fail "mail $i is not in unsorted/"
}
sum() { (cd "$SPOOL" && find . -type f ! -name lock -exec sha256sum {} + | sort); }
file() { cat "$SPOOL/$(place "$1")"; }
where() { (cd "$SPOOL" && find . -name "$name*" | sort | tr '\n' ' '); }
log() { file "$number" | grep '^Log: ' | tail -n 1; }
kept() { file "$1" | grep -vE '^(Seq|Prev|Move|Log):'; }
# is_filed CASE: it is there, alone, and logged once.
is_filed() {
	[ "$(where)" = "./mail/$1/new/$name " ] || fail "the mail is $(where)"
	[ "$(file "$1" | grep -c " file mail=$name ")" -eq 1 ] || fail "not logged once: $(file "$1" | grep '^Log: ')"
}
now="2026-11-21 10:00"

# By path from anywhere, and as todoke-list -a shows it.
mail
was=$(sum)
expect 0 ito todoke-file -n -t "$now" "$number" "$SPOOL/unsorted/new/$name"
says "would file unsorted/new/$name as mail/$number/new/$name"
says "to contacted/2026-11-24"
[ "$(sum)" = "$was" ] || fail "-n changed something"
before=$(kept "$number") bytes=$(cat "$SPOOL/unsorted/new/$name")
expect 0 ito todoke-file -t "$now" "$number" "$SPOOL/unsorted/new/$name"
[ ! -s "$T/err" ] && [ ! -s "$T/out" ] || fail "it said $(cat "$T/err")"
is_filed "$number"
[ "$(cat "$SPOOL/mail/$number/new/$name")" = "$bytes" ] || fail "other bytes"
[ "$(kept "$number")" = "$before" ] || fail "it changed the case"
[ "$(place "$number")" = "contacted/2026-11-24/$number" ] || fail "not due today: $(place "$number")"
log | grep -q "2026-11-21T10:00:00+09:00 file mail=$name day=2026-12-01 by=$(id -un) h=" || fail "$(log)"
ito todoke-list | grep -q "^$number.*read a filed mail" || fail "nobody is told to read it"
expect 0 ito todoke-show "$number"
says "A mail was filed by hand."
sed -n '/BEGIN PGP/,/END PGP/p' "$SPOOL/mail/$number/new/$name" | gpg_in "$T/ito.home" --decrypt 2>/dev/null |
    grep -q canary1 || fail "it cannot be read"

# Again: done already, nothing to do.
was=$(sum)
expect 0 ito todoke-file "$number" "$SPOOL/unsorted/new/$name"
[ "$(sum)" = "$was" ] || fail "filed again"

mail
(cd "$SPOOL/unsorted/new" && expect 0 ito todoke-file -f "$number" "$name")
is_filed "$number"
log | grep -q " file mail=$name from=finder by=" || fail "$(log)"
mail
(cd / && expect 0 ito todoke-file "$number" "unsorted/new/$name")
is_filed "$number"
mail
ln -s "$SPOOL" "$T/link"
expect 0 ito todoke-file "IPA#$number" "$T/link/unsorted/../unsorted/new//$name"
is_filed "$number"
# Read with a mail program: in cur/, with flags.
mail
mv "$SPOOL/unsorted/new/$name" "$SPOOL/unsorted/cur/$name:2,RS"
expect 0 ito todoke-file "$number" "$SPOOL/unsorted/cur/$name:2,RS"
is_filed "$number"

# What a crash leaves behind: linked only; linked and logged.
mail
ln "$SPOOL/unsorted/new/$name" "$SPOOL/mail/$number/new/$name"
expect 0 ito todoke-file "$number" "unsorted/new/$name"
is_filed "$number"
ln "$SPOOL/mail/$number/new/$name" "$SPOOL/unsorted/new/$name"
expect 0 ito todoke-file "$number" "unsorted/new/$name"
is_filed "$number"
mv "$SPOOL/mail/$number/new/$name" "$SPOOL/mail/$number/cur/$name:2,S"
ln "$SPOOL/mail/$number/cur/$name:2,S" "$SPOOL/unsorted/new/$name"
expect 0 ito todoke-file "$number" "unsorted/new/$name"
[ "$(where)" = "./mail/$number/cur/$name:2,S " ] || fail "the mail is $(where)"

# Every call that can fail, failed: the mail is somewhere whole, and the same
# command ends it.
if command -v strace >/dev/null; then
	for call in linkat:1 fsync:1 fsync:2 fsync:3 renameat2:1 unlinkat:1 unlinkat:2 unlinkat:3; do
		mail
		got=0
		GNUPGHOME=$T/ito.home strace -qq -o /dev/null \
		    -e "inject=${call%:*}:signal=KILL:when=${call#*:}" \
		    "$BIN/todoke-file" "$number" "unsorted/new/$name" 2>/dev/null || got=$?
		[ "$got" -eq 137 ] || fail "$call: not killed, but $got"
		[ -n "$(where)" ] || fail "killed at $call: the mail is lost"
		expect 0 ito todoke-file "$number" "unsorted/new/$name"
		is_filed "$number"
	done
fi

# A closed case stays closed.
mail
expect 0 ito todoke-close -r no-answer "$number"
was=$(place "$number")
expect 0 ito todoke-file -t "2027-03-15 10:00" "$number" "unsorted/new/$name"
is_filed "$number"
[ "$(place "$number")" = "$was" ] || fail "a closed case moved to $(place "$number")"

# Two at once: filed once.
mail
for _ in 1 2 3; do
	ito todoke-file "$other" "unsorted/new/$name" 2>/dev/null &
done
wait
is_filed "$other"

# What is no mail of unsorted/: elsewhere, links, plain text, other names.
mail
was=$(sum)
cp "$SPOOL/unsorted/new/$name" "$T/$name"
cp "$SPOOL/unsorted/new/$name" "$SPOOL/incoming/tmp/$name"
mkdir -p "$T/unsorted/new"
cp "$SPOOL/unsorted/new/$name" "$T/unsorted/new/$name"
for f in "$T/$name" "$T/unsorted/new/$name" "$SPOOL/incoming/tmp/$name" "$SPOOL/unsorted/$name" \
    "$SPOOL/unsorted/new/" "$SPOOL/unsorted/new/.." "$SPOOL/unsorted/new" "" "new/$name" "/" \
    "$SPOOL/$(place "$other")" "$SPOOL/mail/$number/new/$name"; do
	expect 64 ito todoke-file "$number" "$f"
	says "not a mail in unsorted/new"
done
(cd "$T" && expect 0 ito todoke-file -n "$other" "unsorted/new/$name")
rm "$SPOOL/incoming/tmp/$name"
expect 66 ito todoke-file "$number" "$SPOOL/unsorted/new/in.000000000000000000000000"
expect 66 ito todoke-file 00000000 "$SPOOL/unsorted/new/$name"
expect 64 ito todoke-file "$number"
expect 64 ito todoke-file 1234 "$SPOOL/unsorted/new/$name"
ln -s "$SPOOL/unsorted/new/$name" "$SPOOL/unsorted/new/in.111111111111111111111111"
expect 65 ito todoke-file "$number" "$SPOOL/unsorted/new/in.111111111111111111111111"
rm "$SPOOL/unsorted/new/in.111111111111111111111111"
mkfifo "$SPOOL/unsorted/new/in.222222222222222222222222"
expect 65 ito todoke-file "$number" "$SPOOL/unsorted/new/in.222222222222222222222222"
rm "$SPOOL/unsorted/new/in.222222222222222222222222"
[ "$(sum)" = "$was" ] || fail "refused, but something changed"
printf 'From: x@else.example\n\nplain\n' >"$SPOOL/unsorted/new/17.plain.host"
expect 77 ito todoke-file "$number" "unsorted/new/17.plain.host"
says "is not sealed"
[ -e "$SPOOL/unsorted/new/17.plain.host" ] || fail "a plain mail went away"
! grep -rq plain "$SPOOL/mail" || fail "a plain mail rests in a case"
rm "$SPOOL/unsorted/new/17.plain.host"
# A sealed one that a mail program named; the same name is not the same mail.
mv "$SPOOL/unsorted/new/$name" "$SPOOL/unsorted/new/17.M1.host:2,S"
name=17.M1.host
expect 0 ito todoke-file "$number" "unsorted/new/17.M1.host:2,S"
is_filed "$number"
mail
mv "$SPOOL/unsorted/new/$name" "$SPOOL/unsorted/new/17.M1.host"
expect 65 ito todoke-file "$number" "unsorted/new/17.M1.host"
says "another mail of this name"
[ -e "$SPOOL/unsorted/new/17.M1.host" ] || fail "a mail went away"
mv "$SPOOL/unsorted/new/17.M1.host" "$SPOOL/unsorted/new/$name"

echo disk >"$SPOOL/var/HALT"
expect 75 ito todoke-file "$other" "unsorted/new/$name"
[ "$(where)" = "./unsorted/new/$name " ] || fail "a stopped desk filed a mail"
rm "$SPOOL/var/HALT"
! grep -rq canary "$SPOOL" || fail "a mail rests in clear"
expect 0 "$BIN/todoke-check"
[ ! -s "$T/err" ] || fail "todoke-check: $(cat "$T/err")"
