# Two desks that take each other for a finder, and for an operator: after what
# each of them had to say it is quiet.
set -eu
. tests/helper/lib.sh
scratch
keys
mta
desk
one=$CONF
CONF=$T/two.conf
sed -e 's/desk\.example/desk2.example/g' -e "s|\"$SPOOL\"|\"$T/spool2\"|" \
    -e "s|\"$T/secret\"|\"$T/secret2\"|" "$one" >"$CONF"
TODOKE_CONF=$CONF "$BIN/todoke-check" -r || fail "the second spool"
chown -R nobody: "$T/spool2"
printf 'desk@desk2.example spool2/incoming/\nsoumu@desk2.example spool2/incoming/\nreport@desk2.example spool2/incoming/\n' >>"$T/postfix/boxes"
postconf -c "$T/postfix" -e \
    "virtual_mailbox_domains = desk.example desk2.example city.example.lg.jp finder.example"
postfix -c "$T/postfix" reload >/dev/null 2>&1
two=$CONF
on() { CONF=$1 TODOKE_CONF=$1; }

# Each reports to the other, with an address of its own as the finder's.
on "$one"
for to in desk.example:desk2.example desk2.example:desk.example; do
	a=${to%:*} b=${to#*:}
	for from in "report@$b" "desk@$b"; do
		printf 'From: <%s>\nTo: <report@%s>\nSubject: a hole of %s\nMessage-ID: <%s@else.example>\nMIME-Version: 1.0\n\nhttp://www.%s/x\n' \
		    "$from" "$a" "$from" "$from" "$b" >"$T/m"
		submit "$from" "report@$a" "$T/m"
	done
done
arrived "$SPOOL/incoming" 2
arrived "$T/spool2/incoming" 2

# What each of them writes is with the other before that one looks.
sent() { grep -c 'status=sent' "$T/postfix.log" || true; }
queued() { find "$T/queue/active" "$T/queue/incoming" "$T/queue/deferred" -type f 2>/dev/null | wc -l; }
turn() { # CONF
	on "$1"
	expect 0 cron todoke-sort
	expect 0 cron todoke-send
	n=0
	while [ "$(queued)" -gt 0 ]; do
		n=$((n + 1))
		[ "$n" -lt 2000 ] || fail "Postfix does not empty its queue"
		postqueue -c "$T/postfix" -f
	done
}
turn "$one"
turn "$two"
first=$(sent)
[ "$first" -gt 4 ] || fail "nothing was answered: $(cat "$T/postfix.log")"

# An operator that is a desk: the letter lies with a person there.
on "$one"
number=$(ito todoke-list -s new | head -n 1 | cut -f 1)
expect 0 ito todoke-accept -u http://www.desk2.example/ "$number"
expect 0 ito todoke-contact -a soumu@desk2.example "$number"
turn "$one"
turn "$two"
turn "$one"
turn "$two"
was=$(sent)
for i in 1 2 3; do
	turn "$one"
	turn "$two"
done
[ "$(sent)" -eq "$was" ] || fail "they go on: $was mails, then $(sent)"
# A receipt opens no case; what a person's act sent to a report address, as the
# letter of acceptance where that is the finder's, does, and is not answered.
cases() { on "$1"; ito todoke-list | grep -cv '^-'; }
[ "$(cases "$one")" -eq 2 ] || fail "a case of a machine's making: $(ito todoke-list)"
[ "$(cases "$two")" -le 3 ] || fail "a case of a machine's making: $(ito todoke-list)"
[ -n "$(find "$T/spool2/unsorted" -type f)" ] || fail "nothing waits for a person"
