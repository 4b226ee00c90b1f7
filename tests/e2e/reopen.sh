# todoke-reopen: a closed case is where it was before, due today, and nobody
# gets a mail for it; any other case is refused.
set -eu
. tests/helper/lib.sh
scratch
keys
desk
printf 'Finder: A <a@finder.example>\nUrl: http://www.city.example.lg.jp/x\n\ntext\n' >"$T/r"
city=soumu@city.example.lg.jp
sum() { (cd "$SPOOL" && find . -type f ! -name lock -exec sha256sum {} + | sort); }
file() { cat "$SPOOL/$(place "$number")"; }
mails() { ls "$SPOOL/outbox"; }
# Saturday: due on Tuesday, for Monday is a holiday.
again() {
	was=$(sum)
	expect 0 ito todoke-reopen -n -t "2026-11-21 10:00" "$number"
	says "would move $(place "$number") to $1/2026-11-24"
	[ "$(sum)" = "$was" ] || fail "-n changed something"
	queued=$(mails) rest=$(file | grep -vE '^(Seq|Prev|Move|Log|Closed|Close-Code|Fixed):')
	expect 0 cron todoke-reopen -t "2026-11-21 10:00" "$number"
	[ ! -s "$T/err" ] || fail "it said $(cat "$T/err")"
	[ "$(place "$number")" = "$1/2026-11-24/$number" ] || fail "closed from $1, but now $(place "$number")"
	! file | grep -qE '^(Closed|Close-Code|Fixed):' || fail "still closed: $(file)"
	[ "$(file | grep -vE '^(Seq|Prev|Move|Log):')" = "$rest" ] || fail "other fields changed"
	file | grep '^Log: ' | tail -n 1 | grep -q "2026-11-21T10:00:00+09:00 reopen state=$1 by=$(id -un) h=" ||
	    fail "$(file | grep '^Log: ' | tail -n 1)"
	[ "$(mails)" = "$queued" ] || fail "a mail was queued"
	refused
}
refused() {
	was=$(sum)
	expect 77 ito todoke-reopen "$number"
	says "only a closed one"
	expect 77 ito todoke-reopen -n "$number"
	[ "$(sum)" = "$was" ] || fail "refused, but something changed"
}
number=$(ito todoke-open "$T/r")
refused
expect 0 ito todoke-accept -r rejected-scope "$number"
again new
ito todoke-list -a -t "2026-11-24 10:00" | grep -q "^$number.*look at it again" || fail "it waits for nobody"
echo "looked" | ito todoke-note "$number"
ito todoke-list -a -t "2026-11-24 10:00" | grep -q "^$number.*accept or reject it" || fail "it waits for nobody"
expect 0 ito todoke-accept "$number"
refused
expect 0 ito todoke-contact -a $city "$number"
expect 0 ito todoke-close -r no-answer "$number"
again contacted
expect 0 ito todoke-close -r no-answer "$number"
again contacted
expect 0 ito todoke-confirm -a $city -b phone -k "$T/city.asc" "$number"
expect 0 ito todoke-disclose "$number"
expect 0 ito todoke-close -r fixed-application "$number"
file | grep -q '^Fixed: ' || fail "not fixed"
again disclosed
expect 0 ito todoke-close -r fixed-workaround "$number"
# By hand it goes nowhere, and the hand is told which program does it.
mkdir -m 2770 "$SPOOL/disclosed/2031-05-01"
mv "$SPOOL/$(place "$number")" "$SPOOL/disclosed/2031-05-01/"
echo looked | ito todoke-note "$number" 2>"$T/err"
says "todoke-reopen is the program that does it"
case $(place "$number") in
closed/*) ;;
*) fail "a closed case was taken up by mv" ;;
esac

# What became due meanwhile does not go out before a person has looked.
n=$number
opened() {
	number=$(ito todoke-open -t "2026-11-24 10:00" "$T/r")
	expect 0 ito todoke-accept -t "2026-11-24 10:00" "$number"
	expect 0 ito todoke-contact -t "2026-11-24 10:00" -a $city "$number"
}
reopened() {
	expect 0 ito todoke-close -t "2026-11-25 10:00" -r "$2" "$number"
	expect 0 ito todoke-reopen -t "$1 10:00" "$number"
	mails >"$T/queued"
	expect 0 cron todoke-remind -t "$1 10:01"
	mails | cmp - "$T/queued" || fail "reopened, and somebody is written to"
	for day in "$1" 2027-03-10; do
		ito todoke-list -a -t "$day 10:02" | grep -q "^$number.*look at it again" || fail "$day: it waits for nobody"
	done
	echo "looked" | ito todoke-note -t "$1 10:05" "$number"
	expect 0 cron todoke-remind -t "$1 10:06"
	file | grep '^Log: ' | tail -n 1 | grep -q "$3" || fail "looked at, and $(file | grep '^Log: ' | tail -n 1)"
}
opened
reopened 2026-12-01 declined "T10:06:00+09:00 remind rung=1 "
opened
reopened 2027-03-01 declined "T10:06:00+09:00 task rung=2 via=phone missed=1 "
file | grep -q '^Log: 2027-03-01T10:06:00+09:00 overdue days=90 ' || fail "not marked"
opened
expect 0 ito todoke-confirm -t "2026-11-24 11:00" -a $city -b phone -k "$T/city.asc" "$number"
expect 0 ito todoke-disclose -t "2026-11-24 11:00" "$number"
sed -i 's/^Received: /Notified: 2026-11-24\n&/' "$SPOOL/$(place "$number")"
reopened 2027-01-04 fixed-application "T10:06:00+09:00 follow-up days=30 "
number=$n

# Several copies at once: one takes it up.
got=0
for i in 1 2 3 4; do
	cron todoke-reopen "$number" 2>"$T/err.$i" &
done
wait
[ "$(file | grep -c ' reopen state=disclosed ')" -eq 2 ] || fail "taken up twice"
expect 66 ito todoke-reopen 00000000
expect 64 ito todoke-reopen 1234
expect 64 ito todoke-reopen
expect 64 ito todoke-reopen "$number" "$number"
expect 0 "$BIN/todoke-check"
[ ! -s "$T/err" ] || fail "todoke-check: $(cat "$T/err")"
