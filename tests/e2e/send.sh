# Outcomes of sending: sent, failed, retry, unsure, alarm; what a person hears
# of each, and that no mail is lost or goes out twice.
set -eu
. tests/helper/lib.sh
scratch
keys
desk
printf 'Finder: A <a@finder.example>\nUrl: http://www.city.example.lg.jp/x\n\ntext\n' >"$T/r"
mkfifo "$T/port"

# server STEP=ACTION…: a fake one for one session; todoke-send against it.
server() {
	rm -rf "$T/got"
	mkdir "$T/got"
	sleep_forever=$T/hold
	[ -p "$sleep_forever" ] || mkfifo "$sleep_forever"
	python3 tests/helper/smtpd.py -e 8BITMIME -o "$T/got" "$@" >"$T/port" 2>"$T/smtpd.err" <>"$sleep_forever" &
	daemon=$!
	read -r p <"$T/port"
	sed "s/port = [0-9]*/port = $p/" "$CONF" >"$T/send.conf"
}
send() {
	want=$1
	shift
	server "$@"
	expect "$want" env -i PATH=/usr/bin:/bin HOME=/nonexistent "$BIN/todoke-send" -c "$T/send.conf" ${when:+-t "$when"}
	kill $daemon 2>/dev/null || true
	wait $daemon 2>/dev/null || true
}
make_case() {
	rm -f "$SPOOL"/outbox/*
	number=$(ito todoke-open "$T/r")
	id=$number.1.receipt
	when=
}
log() { grep '^Log: ' "$SPOOL/$(place "$number")"; }
queued() { [ -e "$SPOOL/outbox/$id" ]; }

make_case
cp "$SPOOL/outbox/$id" "$T/stored"
send 0
tr -d '\r' <"$T/got/message" >"$T/received"
cmp "$T/stored" "$T/received" || fail "the server got other bytes"
! queued || fail "sent, but still in the outbox"
[ -e "$SPOOL/mail/$number/cur/$id:2,S" ] || fail "no copy in the case's folder"
! grep -q "a@finder.example" "$SPOOL/mail/$number/cur/$id:2,S" || fail "the copy is in clear"
log | grep -q " sent mail=$id to=finder" || fail "not in the log"
! grep -q "finder" "$SPOOL"/var/attempts/* 2>/dev/null || fail "attempts name the finder"

# Refused, and killed before that was told: told now, and not sent again, not
# even to a server that would take it.
make_case
printf '2026-11-24T09:31:02+09:00 try\n2026-11-24T09:31:03+09:00 failed RCPT 550 5.1.1\n' >"$SPOOL/var/attempts/$id"
send 0
[ ! -e "$T/got/message" ] || fail "refused for good, and sent again"
log | grep -q " failed mail=$id .*code=550 status=5.1.1 stage=RCPT" ||
    fail "not told: $(log)"
[ -e "$SPOOL/failed/$id.copy" ] || fail "not put aside"
[ ! -e "$SPOOL/var/attempts/$id" ] || fail "its record is left"

for step in rcpt data dot; do
	make_case
	send 0 $step="550 5.1.1 <a@finder.example> unknown"
	says "failed/"
	! grep -q "finder.example" "$T/err" || fail "a message names the finder"
	! queued || fail "failed, but still in the outbox"
	log | grep -q " failed mail=$id .*code=550" || fail "$step: $(log)"
	[ -e "$SPOOL/failed/$id.copy" ] || fail "a failed mail is gone"
	! grep -rq "finder.example" "$SPOOL/failed" || fail "it rests in clear"
	ito todoke-list -a | grep -q "^$number.*refused" || fail "nobody hears of it"
done

for action in rcpt='450 4.2.0 later' data='451 4.3.0 later' dot='452 4.3.1 full' \
    'mail=451 4.3.0 later' 'rcpt=421 4.3.0 closing' 'greeting=!drop' 'ehlo=!drop' 'rcpt=!drop'; do
	make_case
	send 75 "$action"
	queued || fail "$action: not kept for another try"
	! log | grep -qE ' (sent|failed|hold) ' || fail "$action: $(log)"
	# Not before the back-off is over, and then once.
	send 0
	[ ! -s "$T/got/commands" ] || fail "$action: tried again at once"
	when=$(date -d '+6 minutes' +%Y-%m-%dT%H:%M:%S%:z)
	send 0
	! queued || fail "$action: not sent at the second try"
done

for action in 'greeting=554 no' 'mail=550 5.7.1 not from you' 'ehlo=500 no'; do
	make_case
	send 75 "$action"
	[ -s "$T/err" ] || fail "$action: no alarm"
	queued || fail "$action: failed for the server's fault"
done

make_case
sed -i 's/tls = none//' "$CONF"
send 75 'dot=!drop'
queued || fail "unsure, and not kept"
cp "$SPOOL/outbox/$id" "$T/first"
send 0
tr -d '\r' <"$T/got/message" | cmp - "$T/first" || fail "the repeat differs"
! queued || fail "the repeat was not recorded"
# What the server puts off at the repeat waits for the back-off.
make_case
send 75 'dot=!drop'
send 75 rcpt='450 4.2.0 later'
for minutes in 1 15; do
	when=$(date -d "+$minutes minutes" +%Y-%m-%dT%H:%M:%S%:z)
	send 0
	[ ! -s "$T/got/commands" ] || fail "unsure, put off, and tried again after $minutes minutes"
done
when=$(date -d '+22 minutes' +%Y-%m-%dT%H:%M:%S%:z)
send 0
! queued || fail "unsure, put off, and never sent"
make_case
send 75 'dot=!drop'
send 0 'dot=!drop'
says "hold/"
! queued || fail "twice unsure, and still in the outbox"
log | grep -q " hold mail=$id" || fail "$(log)"
[ -e "$SPOOL/hold/$id.copy" ] || fail "a held mail is gone"

# Nobody listens; five days later it has failed.
make_case
sed "s/port = [0-9]*/port = $(free_port)/" "$CONF" >"$T/send.conf"
expect 75 "$BIN/todoke-send" -c "$T/send.conf"
queued || fail "lost without a server"
expect 0 "$BIN/todoke-send" -c "$T/send.conf" -t "$(date -d '+6 days' +%Y-%m-%dT%H:%M:%S%:z)"
log | grep -q " failed mail=$id.*5.days" || fail "never given up: $(log)"

# What the case did not decide on stays, and is said.
make_case
echo "changed" >>"$SPOOL/outbox/$id"
send 65
queued || fail "a changed message was taken away"
says "$id"
[ ! -s "$T/got/commands" ] || fail "a changed message was sent"
expect 65 "$BIN/todoke-check"
says "outbox/$id"

# Without a copy that may rest, a message of stage 1 is kept as it was sent.
make_case
expect 0 ito todoke-accept "$number"
rm -f "$SPOOL"/outbox/*
expect 0 ito todoke-contact -a soumu@city.example.lg.jp "$number"
id=$(basename "$SPOOL/outbox/$number".*.contact)
cp "$SPOOL/outbox/$id" "$T/stored"
send 0
cmp "$T/stored" "$SPOOL/mail/$number/cur/$id:2,S" || fail "the copy differs"
grep -q '^Contact: soumu.*outcome=asked' "$SPOOL/$(place "$number")" || fail "outcome"
rm -f "$T/hold"

# The record of an attempt that was refused for good, whatever it tells of it.
for record in 'failed RCPT 550' 'failed message 0'; do
	make_case
	printf '2026-11-24T09:31:02+09:00 try\n2026-11-24T09:31:03+09:00 %s\n' "$record" >"$SPOOL/var/attempts/$id"
	send 0
	[ ! -e "$T/got/message" ] || fail "$record: sent again"
	[ -e "$SPOOL/failed/$id.copy" ] || fail "$record: not put aside"
done
log | grep -q ' failed mail=.*why="it cannot be sent as it is"' || fail "$(log)"

# decides: the case decides on the message as it lies there now.
decides() {
	sum=$(sha256sum "$SPOOL/outbox/$id")
	sed -i "s/^Mail: $id .*/Mail: $id ${sum%% *}/" "$SPOOL/$(place "$number")"
}
# Replies would go to another address than one of ours for this case.
make_case
theirs=$(sed -n 's/^Reply-To: //p' "$SPOOL/outbox/$id")
for reply in 'X-Reply-To: <desk@desk.example>' 'Reply-To: ' 'Reply-To: <>' 'Reply-To: a@b.example' 'Reply-To: <a@b.example' \
    'Reply-To: <a@b.example>' "Reply-To: $theirs"; do
	make_case
	sed -i "s/^Reply-To: .*/$reply/" "$SPOOL/outbox/$id"
	decides
	: >"$SPOOL/outbox/000"
	expect 77 "$BIN/todoke-send" -n -c "$T/send.conf"
	queued || fail "a dry run took it away"
	send 77
	says "outbox/000: not a message of ours"
	says "its Reply-To is not ours"
	[ ! -e "$T/got/message" ] || fail "$reply: sent"
	! queued || fail "$reply: not held"
	[ -e "$SPOOL/hold/$id.copy" ] || fail "$reply: not in hold/"
done
rm "$SPOOL/outbox/000"
# Nor to nobody.
for to in 'X-To: <a@finder.example>' 'To: x'; do
	make_case
	sed -i "s/^To: .*/$to/" "$SPOOL/outbox/$id"
	decides
	send 77
	! queued || fail "$to: not held"
	[ -e "$SPOOL/hold/$id.copy" ] || fail "$to: not in hold/"
done
# The desk's own address is ours too; the name it gives itself may be another.
make_case
sed -i 's/^Reply-To: .*/Reply-To: <desk@desk.example>/' "$SPOOL/outbox/$id"
decides
cp "$CONF" "$T/conf"
sed -i 's/^smtp {/& helo = "out.desk.example"/' "$CONF"
send 0
cp "$T/conf" "$CONF"
grep -q '^EHLO out.desk.example' "$T/got/commands" || fail "EHLO: $(cat "$T/got/commands")"

# A calendar that does not go so far: the refusal is kept, and told later.
make_case
when=2060-01-05T10:00:00+09:00
send 78 rcpt='550 5.1.1 unknown'
queued || fail "refused, and lost"
! log | grep -q " failed " || fail "told, without a day: $(log)"
when=
send 0
[ ! -e "$T/got/message" ] || fail "refused for good, and sent again"
log | grep -q " failed mail=$id .*code=550" || fail "never told: $(log)"

# No kind of ours.
make_case
cp "$SPOOL/outbox/$id" "$SPOOL/outbox/$number.1.nonsense"
send 65
says "outbox/$number.1.nonsense: not a message of ours"
rm "$SPOOL/outbox/$number.1.nonsense"

# What was queued leaves, however small a mail may be that comes in by now.
make_case
expect 0 ito todoke-accept "$number"
rm "$SPOOL"/outbox/*
expect 0 ito todoke-contact -a soumu@city.example.lg.jp "$number"
id=$number.3.contact
[ "$(stat -c %s "$SPOOL/outbox/$id")" -gt 2048 ] || fail "too short a letter"
sed -i 's/^intake {.*/intake { still = 0s max-size = 1K }/' "$CONF"
send 0
log | grep -q " sent mail=$id" || fail "over intake.max-size, and not sent"
sed -i 's/ max-size = 1K//' "$CONF"

# Without what the desk is to keep of it, nothing leaves.
make_case
mv "$SPOOL/outbox/$id.copy" "$T/copy"
send 65
says "outbox/$id.copy is gone"
[ ! -e "$T/got/message" ] || fail "sent, and no copy can be kept"
mv "$T/copy" "$SPOOL/outbox/$id.copy"
send 0
log | grep -q " sent mail=$id" || fail "$(log)"

# A day that is known stays; a case that ended meanwhile rests, refused or not.
make_case
expect 0 ito todoke-accept "$number"
rm "$SPOOL/outbox/$id" "$SPOOL/outbox/$id.copy"
id=$number.2.accepted
sed -i 's/^Received: .*/&\nAccepted: 2026-01-05/' "$SPOOL/$(place "$number")"
send 0
log | grep -q " sent mail=$id" || fail "$(log)"
grep -qx 'Accepted: 2026-01-05' "$SPOOL/$(place "$number")" || fail "another day of acceptance"
make_case
expect 0 ito todoke-accept -r rejected-known "$number"
rm "$SPOOL/outbox/$id" "$SPOOL/outbox/$id.copy"
id=$(cd "$SPOOL/outbox" && echo "$number".2.*[a-z])
id=${id%% *} id=${id%.copy}
was=$(place "$number")
send 0 rcpt='550 5.1.1 unknown'
log | grep -q " failed mail=$id" || fail "$(log)"
[ "$(place "$number")" = "$was" ] || fail "closed, and moved to $(place "$number")"
