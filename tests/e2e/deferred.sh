# A deferral holds: mail that comes in between, and a letter that does not
# arrive, put the case before a person, and nobody is reminded before the day.
set -eu
. tests/helper/lib.sh
scratch
keys
desk
city=soumu@city.example.lg.jp
start='2026-11-24 10:00' now='2026-12-02'
printf 'Finder: A <yamada@finder.example>\nUrl: http://www.city.example.lg.jp/x\n\ntext\n' >"$T/r"
# asked: a case whose operator was asked, its letters on their way.
asked() {
	number=$(ito todoke-open -t "$start" "$T/r")
	expect 0 ito todoke-accept -t "$start" "$number"
	expect 0 ito todoke-contact -t "$start" -a $city "$number"
	keyed=$(sed -n 's/^Reply-To: <\(.*\)>/\1/p' "$SPOOL/outbox/$number".*.contact)
	finders=$(sed -n 's/^Reply-To: <\(.*\)>/\1/p' "$SPOOL/outbox/$number".*.accepted)
}
# deferred: by a note, until January.
deferred() {
	echo "Away until January." |
	    ito todoke-note -t '2026-11-26 10:00' -k phone -d 2027-01-15 "$number"
}
# by_hand DAY: by mv.
by_hand() {
	mkdir -p "$SPOOL/contacted/$1"
	mv "$SPOOL/$(place "$number")" "$SPOOL/contacted/$1/"
}
log() { grep '^Log: ' "$SPOOL/$(place "$number")"; }
is_at() {
	[ "$(place "$number")" = "$1/$number" ] || fail "$(place "$number"), not $1: $(log)"
}
deliver() { cat >"$SPOOL/incoming/new/$number"; }
away() {
	deliver <<END
From: $city
To: $keyed
Subject: Out of office
Auto-Submitted: auto-replied
Message-ID: <away.$number@x>

I am away until 15 January.
END
	expect 0 cron todoke-sort -t "$now 09:50"
}
bounce() {
	deliver <<END
From: MAILER-DAEMON@mx.example
To: $keyed
Subject: Undelivered
Message-ID: <b.$number@mx.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b

failed
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; $city
Action: failed
Status: 5.1.1

--b--
END
	expect 0 cron todoke-sort -t "$now 09:50"
}
asks() {
	deliver <<END
From: yamada@finder.example
To: $finders
Subject: How is it
Message-ID: <f.$number@x>

Any news?
END
	expect 0 cron todoke-sort -t "$now 09:50"
}
# holds: seen by a person until he has noted it, nothing is done, and then it
# lies where it was deferred to, until the rung on that day.
holds() {
	is_at "contacted/$now"
	for hour in 10 11; do
		expect 0 cron todoke-remind -t "$now $hour:00"
		is_at "contacted/$now"
		ito todoke-list -a -t "$now $hour:05" | grep -q "^$number	" || fail "nobody sees it"
	done
	echo "Known." | ito todoke-note -t "$now 11:10" "$number"
	expect 0 cron todoke-remind -t "$now 11:20"
	is_at contacted/2027-01-15
	! log | grep -Eq ' (remind|task|skip) ' || fail "before the day: $(log)"
	expect 0 cron todoke-remind -t '2027-01-14 10:00'
	! log | grep -Eq ' (remind|task|skip) ' || fail "before the day: $(log)"
	expect 0 cron todoke-remind -t '2027-01-15 10:00'
	log | grep -Eq ' (remind|task) ' || fail "not on the day: $(log)"
}

for mail in away asks bounce; do
	asked
	deferred
	$mail
	log | tail -n 1 | grep -q ' day=2027-01-15 by=' || fail "$(log)"
	holds
done
asked
by_hand 2027-01-15
away
holds

# A bounce takes back what no note promised.
asked
by_hand 2027-01-15
bounce
expect 0 cron todoke-remind -t "$now 10:00"
log | grep -Eq ' (remind|task|skip) ' || fail "the bounce moved nothing: $(log)"

# A person takes it back: by another note, by a refusal, by asking another.
asked
deferred
away
expect 0 ito todoke-note -t "$now 10:00" -d "$now" "$number"
expect 0 cron todoke-remind -t "$now 10:05"
log | grep -q ' remind rung=1 ' || fail "a new day changes nothing: $(log)"
asked
deferred
away
expect 0 ito todoke-note -t "$now 10:00" -a $city -r refused "$number"
expect 0 cron todoke-remind -t "$now 10:05"
log | grep -q ' skip rung=1 ' || fail "a refusal changes nothing: $(log)"
asked
deferred
by_hand "$now"
expect 0 cron todoke-remind -t "$now 10:05"
log | grep -q ' remind rung=1 ' || fail "brought forward by hand: $(log)"

# A mail filed by hand.
asked
deferred
printf 'From: x@y.example\nTo: desk@desk.example\nSubject: hello\nMessage-ID: <q@y>\n\nhm\n' |
    deliver
expect 0 cron todoke-sort -t "$now 09:50"
expect 0 ito todoke-file -t "$now 09:55" "$number" "$(find "$SPOOL/unsorted/new" -type f)"
holds

# So it is with the questions after the fix.
asked
expect 0 ito todoke-confirm -t "$start" -a $city -b phone -k "$T/city.asc" "$number"
expect 0 ito todoke-disclose -t "$start" "$number"
sed -i 's/^Received: /Notified: 2026-11-24\nReceived: /' "$SPOOL/$(place "$number")"
expect 0 ito todoke-note -t "$start" -d 2027-02-15 "$number"
now=2026-12-28
away
expect 0 cron todoke-remind -n -t "$now 10:00"
! grep -q "^$number	" "$T/out" || fail "asked before the day: $(cat "$T/out")"
expect 0 cron todoke-remind -n -t '2027-02-15 10:00'
grep -q "^$number	60	follow-up" "$T/out" || fail "not asked on the day: $(cat "$T/out")"
