# todoke-check -l: a mail of the desk to itself comes back and is gone; what
# is wrong with the mail server is said by name; todoke-sort takes such a mail
# for no report and no reply.
set -eu
. tests/helper/lib.sh
scratch
mta
keys
desk
expect 0 cron todoke-check

# setting "NAME = VALUE"…: the mail server as it was, but for these.
cp "$T/postfix/main.cf" "$T/main.cf"
setting() {
	postfix -c "$T/postfix" stop >"$T/postfix.stop" 2>&1 || true
	cp "$T/main.cf" "$T/postfix/main.cf"
	for s; do
		postconf -c "$T/postfix" -e "$s"
	done
	postfix -c "$T/postfix" start >"$T/postfix.start" 2>&1 ||
	    fail "Postfix does not start: $(cat "$T/postfix.start")"
}
round() {
	expect "$1" cron todoke-check -l
	[ "$1" -ne 0 ] || [ ! -s "$T/err" ] || fail "it is not silent: $(cat "$T/err")"
}
nothing() {
	[ -z "$(find "$SPOOL/incoming" "$SPOOL/unsorted" -type f)" ] ||
	    fail "$1: mail stays: $(find "$SPOOL/incoming" "$SPOOL/unsorted" -type f)"
	[ -z "$(ito todoke-list)" ] || fail "$1: it became a case"
}

round 0
nothing "all is well"
# Other mail stays, and todoke-sort at work does not get in the way.
printf 'From: a@b.example\nTo: desk@desk.example\nMessage-ID: <1@b.example>\n\nhello\n' \
    >"$SPOOL/incoming/new/other"
round 0
[ -e "$SPOOL/incoming/new/other" ] || fail "it removed a mail that is not its own"
rm "$SPOOL/incoming/new/other"
(while [ ! -e "$T/enough" ]; do cron todoke-sort || exit 1; done) &
sorter=$!
round 0
round 0
: >"$T/enough"
wait "$sorter" || fail "todoke-sort beside it"
nothing "todoke-sort beside it"

expect 0 cron todoke-check -ln
says "would send a mail to desk+00000000."
nothing "with -n"

# No extensions: refused at once, or taken and sent back.
setting "recipient_delimiter ="
round 65
says "recipient_delimiter = +"
nothing "refused"
sed 's/^	address = .*/&\n	delimiter = ""/' "$CONF" >"$T/plain.conf"
expect 0 "$BIN/todoke-check" -l -c "$T/plain.conf"
[ ! -s "$T/err" ] || fail "without a delimiter: $(cat "$T/err")"
setting "recipient_delimiter =" "smtpd_reject_unlisted_recipient = no" \
    "smtpd_recipient_restrictions = permit_mynetworks, reject"
round 65
says "recipient_delimiter = +"
[ "$(find "$SPOOL/incoming" -type f | wc -l)" -eq 1 ] || fail "the notice is not left for a person"
expect 0 cron todoke-sort
[ "$(find "$SPOOL/unsorted" -type f | wc -l)" -eq 1 ] || fail "the notice is not in unsorted/"
rm "$SPOOL"/unsorted/new/*

# Refused, whatever the address; at which stage and how.
setting "smtpd_recipient_restrictions = reject"
round 65
says "RCPT: 554"
setting "smtpd_sender_restrictions = reject" "smtpd_delay_reject = no"
round 75
says "MAIL: 554"
setting "smtpd_client_restrictions = defer" "smtpd_delay_reject = no"
round 75
nothing "refused"

# Delivered so that nobody can see it: another folder, another user.
sed -i 's/^smtp { /&deadline = 1s /' "$CONF"
sed -i.kept 's|^desk@desk.example .*|desk@desk.example boxes/city/|' "$T/postfix/boxes"
setting
round 65
says "it is not in $SPOOL/incoming"
mv "$T/postfix/boxes.kept" "$T/postfix/boxes"
sed -i 's/deadline = 1s //' "$CONF"
setting "virtual_uid_maps = static:$(id -u postfix)"
round 65
says "mode 0600, owner $(id -u postfix)"
rm "$SPOOL"/incoming/new/*

# The extension is lost on the way.
printf '/^desk\\+.*@/ desk@desk.example\n' >"$T/postfix/strip"
setting "virtual_alias_maps = regexp:$T/postfix/strip" \
    "canonical_maps = regexp:$T/postfix/strip" "enable_original_recipient = no"
round 65
says "nothing in it names this address"
nothing "stripped"

# todoke-sort leaves one for ten minutes; a forged one is a mail like others.
postfix -c "$T/postfix" stop >"$T/postfix.stop" 2>&1 || true
mkfifo "$T/port" "$T/hold"
mkdir "$T/got"
python3 tests/helper/smtpd.py -e 8BITMIME -o "$T/got" >"$T/port" <>"$T/hold" &
daemon=$!
read -r p <"$T/port"
sed "s/port = [0-9]*/port = $p deadline = 1s/" "$CONF" >"$T/taken.conf"
sed -i 's/delimiter.*//' "$T/taken.conf"
expect 65 "$BIN/todoke-check" -l -c "$T/taken.conf"
kill "$daemon" 2>/dev/null || true
wait "$daemon" 2>/dev/null || true
late() {
	sed "s/^To: .*/To: <report@desk.example>/; $1" "$T/got/message" >"$SPOOL/incoming/new/late"
}
late ''
expect 0 cron todoke-sort
[ -e "$SPOOL/incoming/new/late" ] || fail "a mail of the loop test was not left"
touch -d '-11 minutes' "$SPOOL/incoming/new/late"
expect 0 cron todoke-sort -n
[ -e "$SPOOL/incoming/new/late" ] || fail "-n removed it"
expect 0 cron todoke-sort
[ ! -s "$T/err" ] || fail "it is said: $(cat "$T/err")"
nothing "late"
late 's/^Message-ID: <00000000\.[0-9]*/Message-ID: <00000000.1/'
expect 0 cron todoke-sort
[ ! -e "$SPOOL/incoming/new/late" ] || fail "a forged one lies in the way"
[ "$(ito todoke-list | wc -l)" -eq 1 ] || fail "a forged one to a report address is no report"

# Nobody there.
sed "s/port = [0-9]*/port = $(free_port)/" "$CONF" >"$T/down.conf"
expect 75 "$BIN/todoke-check" -l -c "$T/down.conf"
says "no connection to 127.0.0.1"
