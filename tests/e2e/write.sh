# A letter of one's own leaves only encrypted: to the operator to the key that
# is pinned, to the finder to the key that he told; else the desk's own texts
# go.  What is refused changes nothing.
set -eu
. tests/helper/lib.sh
scratch
mta
keys
desk
make_key "$T/finder.home" "Finder <yamada@finder.example>" 2>>"$T/gpg.log"
finderkey=$(fingerprint "$T/finder.home")
gpg_in "$T/finder.home" --export --armor >"$T/finder.asc"
city=soumu@city.example.lg.jp
printf 'canaryletter\nsecond line\n' >"$T/words"

report() {
	printf 'Finder: 山田 太郎 <yamada@finder.example>\n%sUrl: http://www.city.example.lg.jp/x\n\ntext\n' "$1"
}
new() {
	number=$(report "${1:-}" | ito todoke-open)
}
all() { (cd "$SPOOL" && find . -type f ! -name '*.lock' ! -name lock -exec sha256sum {} + | sort); }
# refuse STATUS WORDS STDIN COMMAND…
refuse() {
	want=$1 what=$2 input=$3
	shift 3
	all >"$T/was"
	got=0
	"$@" <"$input" >"$T/out" 2>"$T/err" || got=$?
	[ "$got" -eq "$want" ] || { cat "$T/err"; fail "$got instead of $want: $*"; }
	says "$what"
	all | cmp -s "$T/was" - || fail "refused, but changed something: $*"
}
opened() { sed -n '/BEGIN PGP/,/END PGP/p' "$2" | gpg_in "$1" --decrypt 2>/dev/null; }
log() { grep '^Log: ' "$SPOOL/$(place "$number")"; }

# Usage: one side, a text of that side, items of the list with the question.
new
for args in "$number" "-o -f $number" "-o" "-o -i url $number" "-f -T progress -i url $number" \
    "-f -T question -i url,colour $number" "-f -T reminder $number" "-o -T question $number" \
    "-f -T letter-finder $number" "-o -T disclosure $number" "-o -T closed-operator $number"; do
	# shellcheck disable=SC2086
	refuse 64 "" "$T/words" ito todoke-write $args
done
refuse 64 "question progress" "$T/words" ito todoke-write -f -T receipt "$number"
refuse 64 "reminder key-trouble contact" "$T/words" ito todoke-write -o -T receipt "$number"
refuse 66 "99999999" "$T/words" ito todoke-write -f 99999999
refuse 75 "secret key" "$T/words" cron todoke-write -f "$number"

# To the finder without a key: number and state alone.
refuse 77 "told no key" "$T/words" ito todoke-write -f "$number"
refuse 77 "lacks nothing" /dev/null ito todoke-write -f -T question "$number"
refuse 0 "would queue $number.2.question" /dev/null ito todoke-write -n -f -T question -i privacy "$number"
ito todoke-write -f -T question -i privacy,elsewhere "$number" </dev/null
q=$SPOOL/outbox/$number.2.question
grep -q '^  ・個人情報の取扱いについてのご希望$' "$q" || fail "the question does not ask"
grep -q '^  ・ほかの窓口' "$q" || fail "the question does not ask for the second item"
log | grep -q ' write to=finder text=question ' || fail "not logged: $(log)"
! grep -q 'http://www.city' "$q" || fail "the question repeats the report"
printf 'Lang: en\nFinder-Address: b@finder.example\n\n' | ito todoke-open >"$T/n" 
lacks=$(cat "$T/n")
ito todoke-write -f -T question "$lacks" </dev/null
for want in '- your name' '- the address (URL)' '- the environment, the steps'; do
	grep -qF -e "  $want" "$SPOOL/outbox/$lacks.2.question" || fail "the question does not ask for $want"
done
! grep -q 'finder address\|where we can reach you' "$SPOOL/outbox/$lacks.2.question" || fail "it asks for too much, or in the program's words"
expect 0 ito todoke-accept "$number"
refuse 77 "was decided on" /dev/null ito todoke-write -f -T question -i url "$number"
ito todoke-write -f -T progress "$number" </dev/null
ls "$SPOOL/outbox/$number".*.progress >/dev/null || fail "no progress letter"
ito todoke-list -a | grep -q "^$number.*ask the operator" || fail "a letter to the finder took the duty away"

# To the operator: first nobody, then who was asked, words only when confirmed.
refuse 77 "todoke-contact comes first" /dev/null ito todoke-write -o -T reminder "$number"
refuse 77 "todoke-confirm comes first" "$T/words" ito todoke-write -o "$number"
expect 0 ito todoke-contact -a $city "$number"
refuse 77 "todoke-confirm comes first" "$T/words" ito todoke-write -o "$number"
for t in reminder key-trouble contact; do
	ito todoke-write -o -T $t "$number" </dev/null
	grep -q "^To: <$city>" "$SPOOL/outbox/$number".*.$t || fail "no $t to the operator"
done
expect 0 ito todoke-confirm -a $city -b phone -k "$T/city.asc" "$number"
for t in reminder contact; do
	refuse 77 "has a confirmed contact: the text $t asks for one" /dev/null ito todoke-write -o -T $t "$number"
done
refuse 0 "would queue" /dev/null ito todoke-write -n -o -T key-trouble "$number"
printf ' \n\n' >"$T/blank"
for f in /dev/null "$T/blank"; do
	refuse 65 "the words are empty" "$f" ito todoke-write -o "$number"
	refuse 65 "the words are empty" "$f" ito todoke-close -m -r no-answer "$number"
done
printf '\203\145' >"$T/sjis"
refuse 65 "UTF-8" "$T/sjis" ito todoke-write -o "$number"
printf 'fine\nask 山田太郎\n' >"$T/names"
refuse 77 "line 2 names the finder" "$T/names" ito todoke-write -o "$number"
printf 'or YAMADA@finder.example\n' >"$T/names"
refuse 77 "line 1 names the finder" "$T/names" ito todoke-write -o "$number"
refuse 0 "would queue" "$T/words" ito todoke-write -n -o "$number"

# What was typed in the editor is not lost by a refusal; what came from a file
# lies there, and is not kept twice.
mkdir "$T/run"
typed() { # STATUS WHAT PROGRAM ARGUMENT…
	want=$1 what=$2 program=$3
	shift 3
	all >"$T/was"
	got=0
	XDG_RUNTIME_DIR=$T/run EDITOR="cp $T/names" GNUPGHOME=$T/ito.home \
	    tests/helper/terminal "$T/log" x "$BIN/$program" "$@" || got=$?
	[ "$got" -eq "$want" ] || { cat "$T/log"; fail "$got instead of $want: $program"; }
	grep -q "$what" "$T/log" || fail "$program: $(cat "$T/log")"
	all | cmp -s "$T/was" - || fail "refused, but changed something: $program"
	kept=$(tr -d '\r' <"$T/log" | sed -n 's/.*your text is kept in //p')
	[ "$(cat "$kept")" = "$(cat "$T/names")" ] || fail "$program: the words are lost: $(cat "$T/log")"
	[ "$(stat -c %a "$kept")" = 600 ] || fail "kept for all to read"
	rm "$kept"
	[ -z "$(ls "$T/run")" ] || fail "left behind: $(ls "$T/run")"
}
for f in "line 1 names the finder" "are not UTF-8" "are over 65536"; do
	case $f in
	*UTF-8) cp "$T/sjis" "$T/names"; want=65 ;;
	*over*) head -c 65537 /dev/zero | tr '\0' x >"$T/names"; want=65 ;;
	*) want=77 ;;
	esac
	typed $want "$f" todoke-write -o "$number"
	typed $want "$f" todoke-close -m -r no-answer "$number"
done
echo 'by 山田太郎' >"$T/names"
typed 77 "names the finder" todoke-refer -w ministry -R x -a other@desk.example -k "$DESKKEY" "$number"
refuse 77 "names the finder" "$T/names" env XDG_RUNTIME_DIR="$T/run" GNUPGHOME="$T/ito.home" \
    "$BIN/todoke-write" -o "$number"
[ -z "$(ls "$T/run")" ] || fail "kept twice: $(ls "$T/run")"

ito todoke-write -o "$number" <"$T/words"
printf '\033$BFs9T\033(B JIS\n' | ito todoke-write -o "$number"
for f in "$SPOOL/outbox/$number".*.letter-operator; do
	opened "$T/city.home" "$f"
done >"$T/plain"
grep -q '^二行 JIS' "$T/plain" || fail "ISO-2022-JP: $(cat "$T/plain")"
grep -q canaryletter "$T/plain" || fail "the operator cannot read the letter"
! grep -q '山田' "$T/plain" || fail "the letter names the finder"
log | grep -q " write to=$city text=letter-operator " || fail "not logged: $(log)"
expect 0 cron todoke-send
! log | grep -q ' hold ' || fail "the sender held one: $(log)"
grep -q "^Contact: $city.*outcome=confirmed" "$SPOOL/$(place "$number")" ||
    fail "a letter sent again took back the confirmation"
! grep -rqs canaryletter "$SPOOL" || fail "own words rest in clear"

# The key that the finder told: not in the ring, refused; in it, encrypted.
new "Finder-Key: $finderkey
"
refuse 77 "not in the desk's ring" "$T/words" ito todoke-write -f "$number"
refuse 77 "not in the desk's ring" /dev/null ito todoke-write -f -T progress "$number"
known=$number
new "Finder-Key: $finderkey
"
expect 0 ito todoke-accept "$number"
says "number and state) goes in clear"
grep -q '^Content-Type: text/plain' "$SPOOL/outbox/$number".*.accepted || fail "no letter of acceptance"
number=$known
gpg_in "$T/desk.ring" --import "$T/finder.asc" 2>>"$T/gpg.log"
ito todoke-write -f "$number" <"$T/words"
expect 0 ito todoke-accept "$number"
ito todoke-write -f -T progress "$number" </dev/null
for f in "$SPOOL/outbox/$number".*.letter-finder "$SPOOL/outbox/$number".*.progress; do
	opened "$T/finder.home" "$f" | grep -q "IPA#$number" || fail "the finder cannot open $f"
	opened "$T/ito.home" "$f.copy" | grep -q "^To: <yamada@finder" || fail "$f.copy is no copy"
done
# So go the letters of the flow; that of an unknown key in clear, and said.
opened "$T/finder.home" "$SPOOL/outbox/$number".*.accepted | grep -q "IPA#$number" ||
    fail "the finder cannot open the letter of acceptance"
opened "$T/finder.home" "$SPOOL/outbox/$number".*.letter-finder | grep -q canaryletter || fail "the words are missing"
! grep -q "$finderkey" "$SPOOL/$(place "$number")" || fail "the case tells the finder's key"
! grep -rqs canaryletter "$SPOOL" || fail "own words to the finder rest in clear"
expect 0 cron todoke-send
log | grep -q ' sent mail=.*letter-finder to=finder ' || fail "not sent: $(log)"
arrived "$T/boxes/finder" 6
printf 'Key: my key is on the card\nUrl: http://x.example/\n\nt\n' | ito todoke-open >"$T/n"
ito todoke-show -s "$(cat "$T/n")" | grep -q '^Key: my key' || fail "a key that is none left the text"

end='$'
# The sender asks again: a letter in clear, or to another than the finder.
forge() { # KIND SED: a message that the case names, but must not leave
	new "Finder-Key: $finderkey
"
	ito todoke-write -f "$number" <"$T/words"
	id=$number.2.letter-finder
	sed -i "$1" "$SPOOL/outbox/$id"
	sum=$(sha256sum "$SPOOL/outbox/$id" | cut -d ' ' -f 1)
	sed -i "s/^Mail: $id .*/Mail: $id $sum/" "$SPOOL/$(place "$number")"
	expect 77 cron todoke-send
	says "$2"
	[ ! -e "$SPOOL/outbox/$id" ] || fail "it stays in the outbox"
}
forge 's/^To: .*/To: <other@finder.example>/' 'not the finder of the case'
forge "/^Content-Type: multipart/,${end}c\Content-Type: text/plain\n\nclear" 'refused it'
"$BIN/todoke-check" || fail "todoke-check"
