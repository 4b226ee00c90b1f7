# Mail in, as INSTALL has it, section 7: each example is taken out of it as it
# stands there and run with its own software, in a mount namespace in which
# user and paths are those of INSTALL.  A report comes in by it, and an answer
# at the address with an extension; todoke-sort knows both.
#
# OpenSMTPD and Postfix cannot both be installed: it is looked for in
# build/opensmtpd, where `apt-get download opensmtpd` and `dpkg -x` put it.
set -eu
if [ "${1:-}" != inside ]; then
	unshare --mount sh -c "mount --make-rprivate / && mount -t tmpfs x /mnt" 2>/dev/null || {
		echo "no mount namespace to be had here: only root makes one"
		exit 77
	}
	exec unshare --mount --propagation private sh "$0" inside
fi
. tests/helper/lib.sh
scratch
mta_stop() {
	postfix -c "$T/postfix" stop >/dev/null 2>&1 || true
}

# example TITLE: the first block indented by a TAB below the line with TITLE.
example() {
	awk -v title="$1" '
	/^[0-9]+\. / { inside = ($1 == "7.") }
	!inside { next }
	index($0, title) { found = 1; next }
	!found { next }
	/^\t/ { for (; blank > 0; blank--) print ""; print substr($0, 2); any = 1; next }
	/^$/ { if (any) blank++; next }
	any { exit }
	' "$TOP/INSTALL" >"$T/example"
	[ -s "$T/example" ] || fail "INSTALL has no example below: $1"
	cat "$T/example"
}

# The user and the tree: what is changed there is gone with the namespace.
UIDNO=60071
cp /etc/passwd "$T/passwd"
cp /etc/group "$T/group"
cat >>"$T/passwd" <<END
todoke:x:$UIDNO:$UIDNO::/var/lib/todoke:/bin/sh
opensmtpd:x:60072:60072::/nonexistent:/usr/sbin/nologin
opensmtpq:x:60073:60073::/nonexistent:/usr/sbin/nologin
END
printf 'todoke:x:%s:\nopensmtpd:x:60072:\nopensmtpq:x:60073:\n' $UIDNO >>"$T/group"
mount --bind "$T/passwd" /etc/passwd
mount --bind "$T/group" /etc/group
for dir in /var/spool /var/lib; do
	mount -t tmpfs -o mode=755 tmp $dir
done
mkdir -p "$T/spool" /var/spool/todoke
install -d -o todoke -g todoke -m 2770 /var/lib/todoke
keys
PORT=$(free_port)
desk
sed -i 's/desk@desk\.example"/desk@desk.example.jp"/; s/report@desk\.example"/report@desk.example.jp"/' "$CONF"
chown -R todoke:todoke "$SPOOL"
mount --bind "$SPOOL" /var/spool/todoke

printf 'Finder: A <a@finder.example>\nUrl: http://www.city.example.lg.jp/x\n\ntext\n' >"$T/report"
number=$(ito todoke-open "$T/report")
expect 0 ito todoke-accept "$number"
expect 0 ito todoke-contact -a soumu@city.example.lg.jp "$number"
answer=$(sed -n 's/^Reply-To: <\(.*\)>/\1/p' "$SPOOL/outbox/$number".*.contact)
chown -R todoke:todoke "$SPOOL"
turn=0
# letters: a report, and an answer to the keyed address; $T/in.report, .answer
letters() {
	turn=$((turn + 1))
	for what in report answer; do
		to=report@desk.example.jp
		[ "$what" = report ] || to=$answer
		printf '%s\n' "From: soumu@city.example.lg.jp" "To: $1" \
		    "Date: Tue, 24 Nov 2026 09:00:00 +0900" \
		    "Message-ID: <$what.$turn@city.example.lg.jp>" "Subject: $what" "" "turn $turn" >"$T/in.$what"
	done
}
# todoke COMMAND: as that user, as cron would.
todoke() {
	setpriv --reuid $UIDNO --regid $UIDNO --clear-groups env -i PATH=/usr/bin:/bin HOME=/var/lib/todoke \
	    SSL_CERT_FILE="$T/far.crt" sh -c "$1" >"$T/out" 2>&1 || fail "$1: $(cat "$T/out")"
}
# sorted WHAT: both have come in, belong to todoke, and are known.
sorted() {
	arrived "$SPOOL/incoming" 2
	[ -z "$(find "$SPOOL/incoming/new" -type f ! -user todoke)" ] || fail "$1: not todoke's"
	expect 0 cron todoke-sort -n "$SPOOL"/incoming/new/*
	cut -f 2,3 "$T/out" | sort >"$T/known"
	printf 'reply\t%s\nreport\t-\n' "$number" | cmp -s - "$T/known" || fail "$1: $(cat "$T/out")"
	todoke "rm $SPOOL/incoming/new/*"
}
both() {
	letters "someone@desk.example.jp"
	submit soumu@city.example.lg.jp report@desk.example.jp "$T/in.report"
	submit soumu@city.example.lg.jp "$answer" "$T/in.answer"
	sorted "$1"
}

# a) Postfix, virtual
mta_files() {
	mta
	postfix -c "$T/postfix" stop >/dev/null 2>&1 || true
	sed -i "/^recipient_delimiter/d; /^virtual_/d; s/^alias_maps.*/alias_maps = hash:$(echo "$T/aliases" | sed 's|/|\\/|g')/" "$T/postfix/main.cf"
	printf 'local unix - n n - - local\n' >>"$T/postfix/master.cf"
	echo "alias_database = hash:$T/aliases" >>"$T/postfix/main.cf"
	: >"$T/aliases"
	postalias "hash:$T/aliases"
}
mta_go() {
	postfix -c "$T/postfix" start >"$T/postfix.start" 2>&1 || fail "Postfix: $(cat "$T/postfix.start" "$T/postfix.log")"
}
mta_files
example "a) Postfix" | sed "s/UID/$UIDNO/; s/GID/$UIDNO/; s|/etc/postfix/todoke|$T/postfix/todoke|" >>"$T/postfix/main.cf"
example "In /etc/postfix/todoke" >"$T/postfix/todoke"
postmap "$T/postfix/todoke"
mta_go
both "Postfix, virtual"
mta_stop

# b) Postfix, aliases
rm -rf "$T/postfix" "$T/queue" "$T/data"
mta_files
echo "recipient_delimiter = +" >>"$T/postfix/main.cf"
sed -i 's/^mydestination.*/mydestination = $myhostname, desk.example.jp/' "$T/postfix/main.cf"
example "In /etc/aliases" >"$T/aliases"
postalias "hash:$T/aliases"
example "as todoke's own forward file" >"$T/forward.sh"
sh -e "$T/forward.sh" || fail "the forward file"
mta_go
both "Postfix, aliases"
rm /var/lib/todoke/.forward
mta_stop

# c) OpenSMTPD
smtpd=$TOP/build/opensmtpd
if [ -x "$smtpd/usr/sbin/smtpd" ] && [ -d /usr/libexec ]; then
	mkdir -p /var/spool/smtpd /var/lib/opensmtpd/empty
	chmod 711 /var/spool/smtpd
	mount --bind "$smtpd/usr/libexec" /usr/libexec
	mount -t tmpfs -o mode=755 tmp /run # its socket
	example "c) OpenSMTPD" | sed "s/^listen on 127.0.0.1/& port $PORT/; /192.0.2.25/d" >"$T/smtpd.conf"
	"$smtpd/usr/sbin/smtpd" -n -f "$T/smtpd.conf" 2>"$T/err" || fail "OpenSMTPD: $(cat "$T/err")"
	"$smtpd/usr/sbin/smtpd" -d -f "$T/smtpd.conf" >"$T/smtpd.log" 2>&1 &
	pid=$!
	python3 - "$PORT" <<'END' || fail "OpenSMTPD does not start: $(cat "$T/smtpd.log")"
import socket, sys, time, select
end = time.monotonic() + 20
while time.monotonic() < end:
    try:
        socket.create_connection(("127.0.0.1", int(sys.argv[1]))).close()
        sys.exit(0)
    except OSError:
        select.select([], [], [], 0.02)
sys.exit(1)
END
	both OpenSMTPD
	kill "$pid"
	wait "$pid" 2>/dev/null || true
else
	echo "note: OpenSMTPD is not in build/opensmtpd: its example was not run"
fi

# d), e): a server with IMAP and POP3, whose certificate is checked.
FAR=$(free_port) FARPOP=$(free_port)
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext "subjectAltName = DNS:localhost" \
    -keyout "$T/far.key" -out "$T/far.crt" >"$T/openssl" 2>&1 || fail "$(cat "$T/openssl")"
mkdir "$T/far" "$T/dovecot" "$T/dovecot/state"
cat >"$T/dovecot.conf" <<END
base_dir = $T/dovecot/run
state_dir = $T/dovecot/state
log_path = $T/dovecot.log
protocols = imap pop3
listen = 127.0.0.1
ssl = required
ssl_cert = <$T/far.crt
ssl_key = <$T/far.key
first_valid_uid = 1
mail_location = maildir:$T/far
passdb {
  driver = static
  args = password=SECRET
}
userdb {
  driver = static
  args = uid=$UIDNO gid=$UIDNO home=$T/far
}
service imap-login {
  inet_listener imap {
    port = 0
  }
  inet_listener imaps {
    port = $FAR
  }
}
service pop3-login {
  inet_listener pop3 {
    port = 0
  }
  inet_listener pop3s {
    port = $FARPOP
  }
}
END
mkdir -p "$T/far/new" "$T/far/cur" "$T/far/tmp"
chown -R todoke:todoke "$T/far"
dovecot -c "$T/dovecot.conf" >"$T/dovecot.out" 2>&1 || fail "dovecot: $(cat "$T/dovecot.out")"
# far: the two letters, as the server of the mailbox keeps them.
far() {
	letters "someone@desk.example.jp"
	for what in report answer; do
		to=report@desk.example.jp
		[ "$what" = report ] || to=$answer
		{ echo "Delivered-To: $to"; cat "$T/in.$what"; } >"$T/far/new/$turn.$what"
		chown todoke "$T/far/new/$turn.$what"
	done
}
left() { find "$T/far/new" "$T/far/cur" -type f | wc -l; }
mine() {
	install -m 600 -o todoke -g todoke "$T/$1" "/var/lib/todoke/.$1"
}
for protocol in imap pop3; do
	port=$FAR
	[ "$protocol" = imap ] || port=$FARPOP
	example "d) Mail that lies" | sed "s/imap.example.jp protocol imap/localhost protocol $protocol service $port/" >"$T/fetchmailrc"
	mine fetchmailrc
	far
	command=$(sed -n 's/^	\*\/5 \* \* \* \* todoke \(fetchmail.*\)/\1/p' "$TOP/INSTALL")
	[ -n "$command" ] || fail "INSTALL has no line of cron for fetchmail"
	todoke "$command"
	[ "$(left)" -eq 0 ] || fail "fetchmail left mail on the server"
	sorted "fetchmail, $protocol"
done

example "e) The same by mbsync" | sed "s/^Host .*/Host localhost\nPort $FAR/" >"$T/mbsyncrc"
mine mbsyncrc
install -d -o todoke -g todoke /var/lib/todoke/mbsync
command=$(sed -n 's/^	\*\/5 \* \* \* \* todoke \(mbsync.*\)/\1/p' "$TOP/INSTALL")
[ -n "$command" ] || fail "INSTALL has no line of cron for mbsync"
far
todoke "$command"
[ "$(left)" -eq 2 ] || fail "mbsync took mail from the server that was not sorted yet"
todoke "$command"
[ "$(find "$SPOOL/incoming/new" -type f | wc -l)" -eq 2 ] || fail "mbsync brought a mail twice"
sorted mbsync
todoke "$command"
[ "$(left)" -eq 0 ] || fail "mbsync left on the server what was taken"
[ -z "$(find "$SPOOL/incoming/new" -type f)" ] || fail "mbsync brought a mail back"
expect 0 cron todoke-sort
doveadm -c "$T/dovecot.conf" stop || kill "$(cat "$T/dovecot/run/master.pid")"
