# Where an answer of the operator stops the ladder, todoke-list names the case
# until a person goes on: whatever is noted of others, and also after the case
# was closed and taken up again.  What is no answer stops nothing.
set -eu
. tests/helper/lib.sh
scratch
keys
desk
city=soumu@city.example.lg.jp call=03-1111-1111
start='2026-11-24 10:00' next='2026-11-25'
# asked: a case whose operator was asked by mail, and before by telephone.
asked() {
	number=$(printf 'Url: http://www.city.example.lg.jp/x\n\ntext\n' |
	    ito todoke-open -t "$start")
	expect 0 ito todoke-accept -t "$start" "$number"
	expect 0 ito todoke-contact -t "$start" -m phone -a $call "$number"
	expect 0 ito todoke-contact -t "$start" -a $city "$number"
}
# comes FROM KIND DAY: an answer to the mail of that kind.
comes() {
	to=$(sed -n 's/^Reply-To: <\(.*\)>/\1/p' "$SPOOL/outbox/$number".*."$2")
	printf 'From: %s\nTo: %s\nSubject: Re\nMessage-ID: <%s.%s@x>\n\nWe.\n' \
	    "$1" "$to" "$number" "$3" >"$SPOOL/incoming/new/$number"
	expect 0 cron todoke-sort -t "$3 10:00"
	waits "$3 10:05" "read a reply"
}
# noted TIME ARGUMENT…
noted() {
	when=$1
	shift
	echo "A word." | ito todoke-note -t "$when" "$@" "$number"
}
# waits TIME WHAT: so todoke-list -a says; nothing for -.
waits() {
	got=$(ito todoke-list -a -t "$1" | sed -n "s/^$number	.*	//p")
	[ "${got:--}" = "$2" ] || fail "$1: waits for: ${got:-nothing}, not: $2"
}
# rests DAY…: the ladder stands still, and the case waits for confirmation.
rests() {
	for day in "$@"; do
		expect 0 cron todoke-remind -t "$day 10:00"
		waits "$day 10:05" "confirm the contact (todoke-confirm)"
	done
	! grep -Eq '^Log: [^ ]* (remind|task|skip) ' "$SPOOL/$(place "$number")" ||
	    fail "$(grep '^Log:' "$SPOOL/$(place "$number")")"
}

# A note about somebody else deals with the answer, and takes nothing back.
asked
comes $city contact $next
noted "$next 11:00" -k phone -a $call -r wrong-party
rests $next 2026-12-01 2026-12-15 2027-01-20
asked
comes $city contact $next
noted "$next 11:00"
noted "$next 11:05" -k phone -a $call -r bounced
rests $next 2026-12-08

# Of two who answered one was not the operator: the other one answered still.
asked
comes $city contact $next
noted "$next 11:00"
noted "$next 11:05" -k phone -a $call -r replied
noted "$next 11:10" -k phone -a $call -r wrong-party
rests $next 2026-12-08
# and when that one is none either, the ladder goes on
noted "2026-12-08 10:10" -a $city -r wrong-party
expect 0 cron todoke-remind -n -t '2026-12-08 10:15'
grep -q "^$number	" "$T/out" || fail "nobody answered, and the ladder rests"

# An answer outlasts the end of the case, whenever it came.
asked
comes $city contact $next
expect 0 ito todoke-close -t "$next 11:00" -r no-answer "$number"
expect 0 ito todoke-reopen -t "$next 11:30" "$number"
waits "$next 11:35" "look at it again"
noted "$next 11:40"
rests $next 2026-12-08 2027-02-10
asked
expect 0 ito todoke-close -t "$start" -r no-answer "$number"
to=$(sed -n 's/^Reply-To: <\(.*\)>/\1/p' "$SPOOL/outbox/$number".*.contact)
printf 'From: %s\nTo: %s\nSubject: Re\nMessage-ID: <late@x>\n\nWe.\n' $city \
    "$to" >"$SPOOL/incoming/new/late"
expect 0 cron todoke-sort -t "$next 10:00"
expect 0 ito todoke-reopen -t "$next 11:00" "$number"
noted "$next 11:05"
rests $next 2026-12-08

# A letter to the finder deals with his mail, not with the operator's answer.
number=$(printf 'Finder: A <yamada@finder.example>\nUrl: http://www.city.example.lg.jp/x\n\ntext\n' |
    ito todoke-open -t "$start")
expect 0 ito todoke-accept -t "$start" "$number"
expect 0 ito todoke-contact -t "$start" -a $city "$number"
comes $city contact $next
mark=$(sed -n 's/^Reply-To: <\(.*\)>/\1/p' "$SPOOL/outbox/$number".*.accepted)
printf 'From: yamada@finder.example\nTo: %s\nSubject: Re\nMessage-ID: <f@x>\n\nNews?\n' \
    "$mark" >"$SPOOL/incoming/new/f"
expect 0 cron todoke-sort -t "$next 10:20"
expect 0 ito todoke-write -t "$next 10:30" -f -T progress "$number"
waits "$next 10:35" "read a reply"
noted "$next 10:40"
rests $next 2026-12-08

# One to whom the case was referred answers for nobody but himself.
make_key "$T/lab.home" "Lab <lab@lab.example>" 2>>"$T/gpg.log"
gpg_in "$T/lab.home" --export --armor | gpg_in "$T/desk.ring" --import 2>>"$T/gpg.log"
asked
echo "please look" >"$T/words"
ito todoke-refer -t "$start" -w laboratory -a lab@lab.example \
    -k "$(fingerprint "$T/lab.home")" -R why -N nda1 "$number" <"$T/words"
comes lab@lab.example referral $next
noted "$next 11:00"
waits "$next 11:05" -
expect 0 cron todoke-remind -t '2026-12-01 10:00'
grep -q "^Log: .* remind rung=1 " "$SPOOL/$(place "$number")" || fail "the ladder rests"

# Once a contact is confirmed nobody is asked for one, and no task hides what is
# to be done; only when a person asks another the ladder goes on.
asked
sed -i "0,/^Contact: /s/^Contact: /Contact: web@city.example.lg.jp; via=mail; from=hand; outcome=untried\nContact: /" \
    "$SPOOL/$(place "$number")"
expect 0 ito todoke-confirm -t '2026-11-26 10:00' -a $city -b phone \
    -k "$T/city.asc" "$number"
for day in 2026-12-01 2026-12-08 2026-12-15; do
	expect 0 cron todoke-remind -t "$day 10:00"
	waits "$day 10:05" "disclose the details"
done
! grep -Eq '^Log: [^ ]* (remind|task|skip|ladder-end) ' "$SPOOL/$(place "$number")" ||
    fail "confirmed, and asked: $(grep '^Log:' "$SPOOL/$(place "$number")")"
expect 0 cron todoke-remind -t '2027-02-22 10:00'
grep -q '^Log: .* overdue days=90 ' "$SPOOL/$(place "$number")" || fail "no mark"
expect 0 ito todoke-contact -t '2027-02-23 10:00' -m phone -a $call "$number"
expect 0 cron todoke-remind -n -t '2027-03-02 10:00'
grep -q "^$number	" "$T/out" || fail "another was asked, and the ladder rests"
