# A bounce that proves itself marks its contact and moves the ladder on the
# same day; one without proof, an absence, a delay, a receipt move nothing.
set -eu
. tests/helper/lib.sh
scratch
keys
mta
desk
cat >>"$CONF" <<'EOF'
ladder {
	step contact { after = 5 via = mail }
	step call { after = 10 via = phone }
	step post { after = 15 via = letter }
}
EOF
start='2026-11-24 10:00' day='2026-11-25'
printf 'Finder: A <a@finder.example>\nUrl: http://www.city.example.lg.jp/x\n\ntext\n' >"$T/r"
city=soumu@city.example.lg.jp web=web@city.example.lg.jp
# new: a case that was asked about; its number, Message-ID and keyed address.
new() {
	number=$(ito todoke-open -t "$start" "$T/r")
	expect 0 ito todoke-accept -t "$start" "$number"
	expect 0 ito todoke-contact -t "$start" -a $city "$number"
	for way in phone letter; do
		sed -i "0,/^Contact: /s/^Contact: /Contact: the $way; via=$way; from=hand; outcome=untried\nContact: /" "$SPOOL/$(place "$number")"
	done
	mail=$(ls "$SPOOL/outbox/$number".*.contact)
	address=$(sed -n 's/^Reply-To: <\(.*\)>/\1/p' "$mail")
	mid=$(sed -n 's/^Message-ID: <\(.*\)>/\1/p' "$mail")
	receipt=$(ls "$SPOOL/outbox/$number".*.receipt)
	finders=$(sed -n 's/^Reply-To: <\(.*\)>/\1/p' "$receipt")
}
file() { cat "$SPOOL/$(place "$number")"; }
log() { file | grep '^Log: '; }
waits() { ito todoke-list -a -t "$day 10:00" | grep "^$number" || true; }
remind() { expect 0 ito todoke-remind -t "$day 1${1:-0}:00"; }
rungs() { log | grep -cE ' (remind|task|skip) ' || true; }
# again: the mail server, with what is now in its configuration.
again() {
	postfix -c "$T/postfix" stop >"$T/postfix.stop" 2>&1 || true
	postfix -c "$T/postfix" start >"$T/postfix.start" 2>&1 ||
	    fail "Postfix: $(cat "$T/postfix.start")"
}
i=0
# deliver TO: the mail on standard input.
deliver() {
	i=$((i + 1))
	{
		printf 'Delivered-To: %s\n' "$1"
		cat
		printf '\nnumber %s\n' "$i"
	} >"$SPOOL/incoming/new/$i"
	expect 0 ito todoke-sort -t "$day 09:00"
	[ -z "$(ls "$SPOOL/incoming/new")" ] || fail "mail $i stays"
}
# dsn ACTION STATUS RECIPIENT [MESSAGE-ID]
dsn() {
	printf 'Return-Path: <>\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example>\n'
	printf 'Subject: Delivery Status Notification\nMessage-ID: <%s@mx.example>\nMIME-Version: 1.0\n' "$i"
	printf 'Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n'
	printf -- '--b\n\nAbout your mail.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n'
	printf 'Final-Recipient: rfc822; %s\nAction: %s\nStatus: %s\n\n' "$3" "$1" "$2"
	[ -z "${4:-}" ] || printf -- '--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <%s>\nTo: %s\n\n' "$4" "$3"
	printf -- '--b--\n'
}

# By the address that it came to: marked, told, the next rung at once.
new
dsn failed 5.1.1 $city | deliver "$address"
file | grep -q "^Contact: $city;.*outcome=bounced" || fail "$(file)"
log | grep -q " bounce .*proof=address from=mailer-daemon@mx.example .*to=$city status=5.1.1 kind=permanent" || fail "$(log)"
waits | grep -q "did not arrive" || fail "nobody hears of it: $(waits)"
ito todoke-show "$number" | grep -q "to $city did not arrive (permanent, 5.1.1)" || fail "todoke-show"
[ "$(rungs)" -eq 0 ] || fail "a rung before todoke-remind"
expect 0 ito todoke-remind -t "$day 09:00"
[ "$(rungs)" -eq 0 ] || fail "outside office hours"
remind
log | grep -q ' skip rung=1 ' || fail "rung 1 had no other address: $(log)"
log | grep -q ' task rung=2 via=phone' || fail "the ladder did not move: $(log)"
[ -z "$(find "$SPOOL/outbox" -name "$number.r*")" ] || fail "a mail to an address that bounced"
remind 1
[ "$(rungs)" -eq 2 ] || fail "one bounce moved it twice"
ito todoke-check || fail "todoke-check"

# By the Message-ID inside; another address is known: the first letter to it.
new
sed -i "0,/^Contact: /s/^Contact: /Contact: $web; via=mail; from=hand; outcome=untried\nContact: /" "$SPOOL/$(place "$number")"
expect 0 cron todoke-send -t "$start"
dsn failed 5.2.2 $city "$mid" | deliver desk@desk.example
log | grep -q ' bounce .*proof=message-id' || fail "$(log)"
remind
log | grep -q " remind rung=1 via=mail text=contact to=$web" || fail "$(log)"
# An old bounce of the first address does not move it on again.
dsn failed 5.1.1 $city | deliver "$address"
remind 1
[ "$(rungs)" -eq 1 ] || fail "a bounce of an earlier address moved it"

# A mail that the server refuses for good is a bounce that nobody had to send.
new
expect 0 ito todoke-contact -t "$start" -a nobody@city.example.lg.jp "$number"
expect 0 cron todoke-send -t "$day 09:45"
file | grep -q '^Contact: nobody@.*outcome=bounced' || fail "refused: $(file)"
[ "$(rungs)" -eq 0 ] || fail "a rung before todoke-remind"
remind
log | grep -q ' skip rung=1 via=mail' && log | grep -q ' task rung=2 via=phone' || fail "refused: $(log)"
remind 1
[ "$(rungs)" -eq 2 ] || fail "one refusal moved it twice"

# Released by a person it is on its way again, and the rung keeps its day.
new
cp "$T/postfix/boxes" "$T/all.boxes"
grep -v "^$city" "$T/all.boxes" >"$T/postfix/boxes"
again
expect 0 cron todoke-send -t "$start"
[ -e "$SPOOL/failed/${mail##*/}" ] || fail "not refused: $(log)"
cp "$T/all.boxes" "$T/postfix/boxes"
again
expect 0 ito todoke-send -t "$start" -r "${mail##*/}"
remind
[ "$(rungs)" -eq 0 ] || fail "released, and a rung at once: $(log)"
expect 0 cron todoke-send -t "$day 10:05"
log | grep -q " sent mail=${mail##*/} " || fail "not sent: $(log)"
remind 1
[ "$(rungs)" -eq 0 ] || fail "sent, and a rung at once: $(log)"
dsn failed 5.1.1 $city | deliver "$address"
remind 1
[ "$(rungs)" -eq 2 ] || fail "what was sent bounced, and moves nothing: $(log)"

# A letter to the finder, and a call between the mail and its bounce, leave the
# operator as much out of reach as he is.
new
dsn failed 5.1.1 $city | deliver "$address"
expect 0 ito todoke-write -t "$day 09:10" -f -T progress "$number"
remind
[ "$(rungs)" -eq 2 ] || fail "a letter to the finder keeps the rung: $(log)"
new
expect 0 ito todoke-contact -t "$start" -m phone -a 03-1111-1111 "$number"
dsn failed 5.1.1 $city | deliver "$address"
remind
[ "$(rungs)" -gt 0 ] || fail "a call before the bounce keeps the rung: $(log)"
# but what a person did behind it counts
new
dsn failed 5.1.1 $city | deliver "$address"
expect 0 ito todoke-contact -t "$day 09:10" -m phone -a 03-1111-1111 "$number"
remind
[ "$(rungs)" -eq 0 ] || fail "called after the bounce, and a rung: $(log)"

# A letter to the finder that is refused takes no deferral back.
new
expect 0 cron todoke-send -t "$start"
expect 0 ito todoke-note -t "$start" -d 2027-01-15 "$number"
expect 0 ito todoke-write -t "$day 09:10" -f -T progress "$number"
expect 0 cron todoke-send -t "$day 09:15"
log | tail -n 1 | grep -q ' failed .* to=finder .*day=2027-01-15 ' || fail "$(log)"
waits | grep -q "refused" || fail "nobody hears of it"
expect 0 ito todoke-remind -t '2026-12-01 10:00'
[ "$(rungs)" -eq 0 ] || fail "a reminder before the day: $(log)"

# What is no bounce of this contact moves nothing.
still() { # EVENT OUTCOME
	log | tail -n 1 | grep -q " $1 " || fail "not $1: $(log | tail -n 1)"
	file | grep -q "^Contact: $city;.*outcome=$2" || fail "$1: $(file | grep ^Contact)"
	remind 1
	[ "$(rungs)" -eq 0 ] || fail "$1 moved the ladder"
}
new
due=$(place "$number")
dsn delayed 4.4.1 $city | deliver "$address"
still notice untried
dsn delivered 2.0.0 $city | deliver "$address"
still notice untried
[ "$(place "$number")" = "$due" ] || fail "a notice made it due"
[ -z "$(waits)" ] || fail "a notice waits for a person"
{ printf 'Auto-Submitted: auto-replied\n'; cat "$mail"; } | sed '/^Auto-Submitted: auto-gen/d' | deliver "$address"
still notice untried
log | tail -n 1 | grep -q class=own || fail "our own mail is not known: $(log)"
dsn failed 5.1.1 other@city.example.lg.jp | deliver "$address"
still bounce untried
! log | tail -n 1 | grep -q ' to=' || fail "another's bounce counts: $(log)"
dsn failed 5.1.1 $city "$(echo "$mid" | sed 's/contact/reminder/')" | deliver desk@desk.example
[ "$(find "$SPOOL/unsorted" -type f | wc -l)" -eq 1 ] || fail "a forged bounce was filed"
printf 'From: %s\nTo: desk@desk.example\nSubject: Re: [IPA#%s]\nAuto-Submitted: auto-replied\nMessage-ID: <x@y.example>\n\nI am absent.\n' \
    $city "$number" | deliver desk@desk.example
still automatic untried
printf 'From: %s\nSubject: absent\nAuto-Submitted: auto-replied\nMessage-ID: <x2@y.example>\n\nI am absent.\n' $city | deliver "$address"
still automatic auto-replied
printf 'From: %s\nSubject: confirm\nMessage-ID: <x3@y.example>\nList-Id: <soumu.city.example.lg.jp>\nPrecedence: list\n\nPlease telephone.\n' $city | deliver "$address"
still reply replied

# The finder's bounce tells no address of his.
new
dsn failed 5.1.1 a@finder.example | deliver "$finders"
log | grep -q ' bounce .*from=finder ' || fail "$(log)"
! file | grep -q 'a@finder' || fail "the finder's address stands in the case"
waits | grep -q "did not arrive" || fail "nobody hears of it"

# No machine's mail about mail opens a case.
cases=$(ito todoke-list | wc -l)
dsn failed 5.1.1 x@y.example | deliver report@desk.example
[ "$(ito todoke-list | wc -l)" -eq "$cases" ] || fail "a bounce opened a case"
ito todoke-check || fail "todoke-check"
