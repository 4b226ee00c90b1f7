# People's hands: nothing lost, nothing doubled, a clear line.
set -eu
. tests/helper/lib.sh
scratch
keys
desk
printf 'Url: http://www.city.example.lg.jp/x\n\ntext\n' >"$T/r"
number=$(ito todoke-open "$T/r")
once() {
	[ "$(find "$SPOOL" -name "$number" -type f | wc -l)" -eq 1 ] ||
	    fail "case is there $(find "$SPOOL" -name "$number" -type f | wc -l) times"
}

# To another day: a deferral, and it stays.
mkdir "$SPOOL/new/2031-03-03"
mv "$SPOOL/$(place "$number")" "$SPOOL/new/2031-03-03/"
expect 0 cron todoke-sort
[ "$(place "$number")" = "new/2031-03-03/$number" ] || fail "a deferral was undone"

# To a day whose folder does not exist: mv makes a file of that name.
mv "$SPOOL/$(place "$number")" "$SPOOL/new/2031-04-01"
expect 0 ito todoke-show "$number"
expect 0 cron todoke-sort
[ "$(place "$number")" = "new/2031-04-01/$number" ] || fail "not refiled: $(find "$SPOOL/new")"
once

# A file where another case is to go: try again, and who cures it is named.
other=$(ito todoke-open "$T/r")
expect 0 ito todoke-accept "$other"
mv "$SPOOL/$(place "$number")" "$SPOOL/new/2031-04-02"
echo words >"$T/words"
got=0
ito todoke-note -d 2031-04-02 "$other" <"$T/words" >"$T/out" 2>"$T/err" || got=$?
[ "$got" -eq 75 ] || fail "a file in the place of a folder: $got, $(cat "$T/err")"
says "todoke-sort"
expect 0 cron todoke-sort
[ "$(place "$number")" = "new/2031-04-02/$number" ] || fail "not refiled: $(find "$SPOOL/new")"
ito todoke-note -d 2031-04-02 "$other" <"$T/words" || fail "not after todoke-sort either"

# Directly into the state's folder: today.
mv "$SPOOL/$(place "$number")" "$SPOOL/new/"
expect 0 cron todoke-sort
place "$number" | grep -qx "new/20..-..-../$number" || fail "not refiled from new/"
once

# To another state: it goes back, and the line names the program.
for state in contacted disclosed closed; do
	day=2031-05-01
	[ $state != closed ] || day=2031-05
	mkdir -p "$SPOOL/$state/$day"
	mv "$SPOOL/$(place "$number")" "$SPOOL/$state/$day/"
	expect 0 cron todoke-sort
	case $state in
	contacted) says "todoke-contact" ;;
	disclosed) says "todoke-disclose" ;;
	closed) says "todoke-close" ;;
	esac
	place "$number" | grep -qx "new/20..-..-../$number" || fail "not back from $state: $(place "$number")"
	once
done

# A whole day folder moved to another state.
day=$(place "$number" | cut -d / -f 2)
mv "$SPOOL/new/$day" "$SPOOL/disclosed/$day"
expect 0 cron todoke-sort
place "$number" | grep -q ^new/ || fail "a moved folder was not noticed"
once

# A program that meets it first puts it back too.
mkdir -p "$SPOOL/closed/2031-05"
mv "$SPOOL/$(place "$number")" "$SPOOL/closed/2031-05/"
expect 0 ito todoke-accept "$number"
says "moved by hand"
place "$number" | grep -q ^new/ || fail "todoke-accept left it in closed/"

# Edited in place: taken as it is; edited while a program runs: kept.
p=$SPOOL/$(place "$number")
sed -i 's/^$/X-Note: seen\n/;' "$p"
expect 0 ito todoke-contact -a soumu@city.example.lg.jp "$number"
grep -q "^X-Note: seen" "$SPOOL/$(place "$number")" || fail "a hand's field was lost"

# Reports: the same bytes once; another text under the same name is told.
printf 'Url: http://b.example/\n\nfirst\n' >"$SPOOL/new/report"
expect 0 cron todoke-sort
cases=$(cron todoke-list | wc -l)
printf 'Url: http://b.example/\n\nfirst\n' >"$SPOOL/new/report"
expect 0 cron todoke-sort
says "bad/"
[ -e "$SPOOL/bad/report" ] && [ -e "$SPOOL/bad/report.why" ] || fail "not in bad/"
[ "$(cron todoke-list | wc -l)" -eq "$cases" ] || fail "the same bytes became a second case"
printf 'Url: http://b.example/\n\nsecond\n' >"$SPOOL/new/report"
expect 0 cron todoke-sort
says "same name"
[ "$(cron todoke-list | wc -l)" -eq $((cases + 1)) ] || fail "a second text was lost"

# What is no report: folders, links, pipes, nothing in it, no text.
mkdir "$SPOOL/new/folder"
printf 'Url: http://c.example/\n' >"$SPOOL/new/folder/inner"
ln -s /etc/passwd "$SPOOL/new/link"
mkfifo "$SPOOL/new/pipe"
: >"$SPOOL/new/empty"
printf '\0\1\2' >"$SPOOL/new/binary"
printf 'draft' >"$SPOOL/new/.hidden"
printf 'draft' >"$SPOOL/new/old~"
expect 0 cron todoke-sort
for n in folder link pipe empty binary; do
	[ -s "$SPOOL/bad/$n.why" ] || fail "$n: no reason in bad/"
	[ -e "$SPOOL/bad/$n" ] || [ -L "$SPOOL/bad/$n" ] || fail "$n: went away"
	says "new/$n"
done
[ -e "$SPOOL/bad/folder/inner" ] || fail "a folder lost what was in it"
[ -e "$SPOOL/new/.hidden" ] && [ -e "$SPOOL/new/old~" ] || fail "an editor's file was taken"
expect 0 cron todoke-sort
[ ! -s "$T/err" ] || fail "said again: $(cat "$T/err")"

# It must lie still before it is taken.
sed 's/still = 0s/still = 600s/' "$CONF" >"$T/still.conf"
printf 'http://d.example/ echoes what it gets\n' >"$SPOOL/new/fresh"
expect 0 ito todoke-sort -c "$T/still.conf"
[ -e "$SPOOL/new/fresh" ] || fail "taken while it was written"
touch -d '1 hour ago' "$SPOOL/new/fresh"
expect 0 ito todoke-sort -c "$T/still.conf"
[ ! -e "$SPOOL/new/fresh" ] || fail "not taken"
ito todoke-list | grep -q "http://d.example/" || fail "URL of a bare text not found"

expect 0 "$BIN/todoke-check" -r
expect 0 "$BIN/todoke-check"
