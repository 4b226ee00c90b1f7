# A mail server elsewhere, as a sysadmin sets one up: Postfix with STARTTLS, a
# certificate of an own CA, and AUTH.  What is wrong there or in our settings
# is said with its cure, the mail waits in the outbox, and somebody on the wire
# learns nothing.
set -eu
. tests/helper/lib.sh
scratch

# In a mount namespace of its own a name of our choice is this machine: an
# alias, so that what the resolver calls it is another name.
NAME=mail.desk.example CANONICAL=front.desk.example
printf '127.0.0.1\t%s %s\n127.0.0.1\tlocalhost\n' "$CANONICAL" "$NAME" >"$T/hosts"
elsewhere() {
	unshare --mount sh -c 'mount --make-rprivate / &&
	    mount --bind "$0" /etc/hosts && exec "$@"' "$T/hosts" "$@"
}
elsewhere true 2>/dev/null || {
	echo "note: no names of our own to be had here: localhost, by none other"
	NAME=localhost CANONICAL=
	elsewhere() { "$@"; }
}

# authority FILE: a CA.  certificate FILE CA NAME DAYS.
new_key="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
authority() {
	# shellcheck disable=SC2086
	openssl req -x509 $new_key -subj "/CN=CA $1" -days 9 \
	    -keyout "$T/$1.key" -out "$T/$1.pem" 2>>"$T/openssl.log"
}
certificate() {
	# shellcheck disable=SC2086
	openssl req $new_key -subj /CN=server -keyout "$T/$1.key" \
	    -out "$T/$1.csr" 2>>"$T/openssl.log"
	echo "subjectAltName=DNS:$3" >"$T/$1.ext"
	openssl x509 -req -in "$T/$1.csr" -CA "$T/$2.pem" -CAkey "$T/$2.key" \
	    -days "$4" -set_serial 2 -extfile "$T/$1.ext" -out "$T/$1.crt" \
	    2>>"$T/openssl.log"
	cat "$T/$1.key" "$T/$1.crt" >"$T/$1.pem"
}
authority ca
authority stranger
certificate good ca "$NAME" 9
certificate old ca "$NAME" -1
certificate other ca "${CANONICAL:-other.example}" 9

# The users of the server, in sasldb2; ways to prove that one is one of them.
PASSWORD='correct horse=battery'
echo "$PASSWORD" | saslpasswd2 -p -c -f "$T/sasldb2" -u mx.desk.example todoke
chown postfix "$T/sasldb2"
mkdir -p "$T/postfix/sasl" # where Debian's Postfix looks, as in /etc/postfix
for way in PLAIN LOGIN CRAM-MD5; do
	cat >"$T/postfix/sasl/$way.conf" <<-EOF
	pwcheck_method: auxprop
	auxprop_plugin: sasldb
	sasldb_path: $T/sasldb2
	mech_list: $way
	EOF
done

# Debian's OpenSSL knows TLS 1.1 no more unless it is told so.
cat >"$T/ancient.cnf" <<EOF
openssl_conf = init
[init]
ssl_conf = ssl
[ssl]
system_default = ancient
postfix = ancient
[ancient]
MinProtocol = TLSv1
CipherString = ALL:@SECLEVEL=0
EOF

# service NAME OPTION…: a submission service (RFC 6409) of Postfix.
service() {
	port=$(free_port)
	echo "$port" >"$T/$1.port"
	echo "127.0.0.1:$port inet n - n - - smtpd"
	for o in "syslog_name=submission-$1" \
	    smtpd_recipient_restrictions=permit_sasl_authenticated,reject \
	    smtpd_sasl_auth_enable=yes smtpd_sasl_path=PLAIN \
	    smtpd_tls_auth_only=yes smtpd_tls_loglevel=1 \
	    smtpd_tls_received_header=yes smtpd_tls_ask_ccert=yes \
	    smtpd_tls_security_level=encrypt "smtpd_tls_chain_files=$T/good.pem"; do
		echo "    -o $o"
	done
	shift
	for o; do
		echo "    -o $o"
	done
}
{
	service good
	service login smtpd_sasl_path=LOGIN
	service challenge smtpd_sasl_path=CRAM-MD5
	service old "smtpd_tls_chain_files=$T/old.pem"
	service other "smtpd_tls_chain_files=$T/other.pem"
	service clear smtpd_tls_security_level=none
	service new 'smtpd_tls_mandatory_protocols=>=TLSv1.3'
	service ancient 'smtpd_tls_mandatory_protocols=<=TLSv1.1' \
	    'tls_medium_cipherlist=ALL:@SECLEVEL=0' \
	    "tls_config_file=$T/ancient.cnf"
	echo "tlsmgr unix - - n - 1 tlsmgr"
} >"$T/services"
mta "$T/services"
keys
desk

# Each service is reached over a wire that somebody listens to.
mkfifo "$T/hold" "$T/told"
exec 9<>"$T/hold"
for f in "$T"/*.port; do
	service=$(basename "$f" .port)
	mkdir "$T/wire.$service"
	python3 -I -S tests/helper/tap.py "$(cat "$f")" "$T/wire.$service" \
	    <"$T/hold" >"$T/told" 2>"$T/wire.$service/err" 9>&- &
	read -r port <"$T/told"
	echo "$port" >"$f"
done

printf 'Finder: Y\nFinder-Address: yamada@finder.example\nUrl: http://www.city.example.lg.jp/x\n\ntext\n' >"$T/r"
password() {
	printf '%s\n' "$1" >"$T/password"
	chmod 640 "$T/password"
}
password "$PASSWORD"

# to SERVICE LINE…: $T/send.conf names that service; lines of the section
# smtp replace those with the same key.
to() {
	service=$1
	shift
	{
		sed '/^smtp {/,$d' "$CONF"
		echo "smtp {"
		printf '%s\n' "$@" "host = \"$NAME\"" "port = $(cat "$T/$service.port")" \
		    "tls = starttls" "ca = \"$T/ca.pem\"" "user = \"todoke\"" \
		    "password-file = \"$T/password\"" | awk '!seen[$1]++'
		echo "}"
		sed '1,/^smtp {/d' "$CONF"
	} >"$T/send.conf"
	rm -f "$T/wire.$service/client"
}
# send STATUS [VARIABLE=VALUE…]: as cron would.
send() {
	want=$1
	shift
	expect "$want" elsewhere env -i PATH=/usr/bin:/bin \
	    HOME=/nonexistent "$@" "$BIN/todoke-send" -c "$T/send.conf"
}
wire() { echo "$T/wire.$service/client"; }
# What the wire may tell: that we are there, and that we want TLS.
quiet() {
	python3 - "$(wire)" "$1" <<-'EOF' || fail "$service: it went over the wire in clear"
	import re, sys
	said = open(sys.argv[1], "rb").read()
	opening = rb"EHLO desk\.example\r\n"
	if sys.argv[2] == "tls": # then a handshake, record layer 3.x
	    opening += rb"STARTTLS\r\n\x16\x03"
	else:
	    opening += rb"(QUIT\r\n)?\Z"
	clear = rb"(?i)mail from|rcpt to|auth plain|auth login|finder|yamada"
	sys.exit(not re.match(opening, said) or re.search(clear, said) is not None)
	EOF
}
# waits STATUS TLS TEXT: the run ends so and says that; the mail stays, byte
# for byte, nothing is counted against it, and nothing was said in clear.
waits() {
	status=$1 tls=$2 text=$3
	shift 3
	send "$status" "$@"
	says "$text"
	cmp -s "$T/stored" "$SPOOL/outbox/$id" || fail "$text: the mail is not in the outbox"
	! grep -qE "^Log: .* (sent|failed|hold) " "$SPOOL/$(place "$number")" ||
	    fail "$text: $(grep ^Log: "$SPOOL/$(place "$number")")"
	! grep -qE "$PASSWORD|finder.example" "$T/out" "$T/err" || fail "a message tells too much"
	case $tls in
	none) [ ! -e "$(wire)" ] || fail "$text: somebody was called" ;;
	*) quiet "$tls" ;;
	esac
}
make_mail() {
	number=$(ito todoke-open "$T/r")
	id=$number.1.receipt
	cp "$SPOOL/outbox/$id" "$T/stored"
}

make_mail
to good 'ca = ""'
waits 75 tls "smtp.ca must hold the CA" # not one of the system's
to good "ca = \"$T/stranger.pem\""
waits 75 tls "smtp.ca must hold the CA"
to good "ca = \"$T/absent.pem\""
waits 75 none "smtp.ca"
to old
waits 75 tls "certificate has expired"
says "renewed"
to other
waits 75 tls "smtp.host must be a name in it"
to new
waits 75 tls "TLS 1.2"
to ancient
waits 75 tls "TLS 1.2" OPENSSL_CONF="$T/ancient.cnf"
to clear
waits 75 hello "does not offer STARTTLS"
says "smtp.port"
to challenge
waits 75 tls "PLAIN, LOGIN"
to good
password wrong
waits 75 tls "535 5.7.8"
says "smtp.password-file"
password "$PASSWORD"
to good 'user = "nobody"'
waits 75 tls "smtp.user"

# The password's file.
to good
chmod 644 "$T/password"
waits 78 none "chmod 640"
says "$T/password"
chmod 640 "$T/password"
: >"$T/password"
waits 78 none "smtp.password-file"
rm "$T/password"
waits 78 none "smtp.password-file"
says "$T/password"
password "$PASSWORD"
to good 'password-file = ""'
waits 78 none "password-file"
head -c 300 /dev/zero | tr '\0' x >"$T/password.long"
password "$(cat "$T/password.long")"
to good
waits 78 none "255"
password "$PASSWORD"

# No password and no mail in clear, whatever the file says.
to good 'tls = none'
waits 78 none "tls = starttls"
to good 'tls = none' 'user = ""' 'host = "mail.example.jp"'
waits 78 none "mail.example.jp is another machine: set tls = starttls"
to good 'host = "2001:db8::25"'
waits 78 none "smtp.host"

# A setting that only the session finds wrong: no attempt that ended in doubt.
for _ in 1 2 3; do
	to good "user = \"$(head -c 300 "$T/password.long")\""
	waits 78 none "255"
done

# None of all these attempts counted.
[ -z "$(ls -A "$SPOOL/hold")$(ls -A "$SPOOL/failed")" ] || fail "a mail was put aside"

# All is right: it leaves at once, with TLS and AUTH.
arrives() {
	send 0 "$@"
	[ ! -s "$T/err" ] || fail "$(cat "$T/err")"
	[ ! -e "$SPOOL/outbox/$id" ] || fail "$service: it did not leave"
	arrived "$T/boxes/finder"
	quiet tls
	mail=$(echo "$T"/boxes/finder/new/*)
	tr '\n' ' ' <"$mail" | grep -qE 'Received: from desk.example .*using TLSv1.2 .*Client did not present a certificate.*by mx.desk.example \(Postfix\) with ESMTPSA ' ||
	    fail "$service: $(sed -n '/^Received/,/^From/p' "$mail")"
	grep -q "submission-$service/smtpd.*sasl_method=$method, sasl_username=todoke" "$T/postfix.log" ||
	    fail "$service: no AUTH in Postfix' log"
	# What stands below Postfix' own header is what was stored.
	sed '1,/^From: /{/^From: /!d}' "$mail" | cmp - "$T/stored" || fail "$service: other bytes arrived"
	rm "$mail"
}
to good
method=PLAIN
arrives
grep -q "submission-good.*Anonymous TLS connection established.*TLSv1.2" "$T/postfix.log" ||
    fail "not TLS 1.2, or we showed a certificate"

# The password as an editor of Windows saves it.
make_mail
password "$(printf '\357\273\277%s\r' "$PASSWORD")"
to login
method=LOGIN
arrives
password "$PASSWORD"

# The system's CAs, where ours is one of them.
mkdir "$T/cas"
cp "$T/ca.pem" "$T/cas/"
openssl rehash "$T/cas"
method=PLAIN
for cas in SSL_CERT_FILE="$T/ca.pem" SSL_CERT_DIR="$T/cas"; do
	make_mail
	to good 'ca = ""'
	arrives "$cas"
done

# Many in one run, and a wrong password stops the run at the first of them.
for _ in 1 2 3 4; do
	make_mail
done
password wrong
to good
waits 75 tls 535
[ "$(grep -c 535 "$T/err")" -eq 1 ] || fail "the run went on after an alarm"
[ "$(ls "$SPOOL"/outbox/*.receipt | wc -l)" -eq 4 ] || fail "not all of them wait"
password "$PASSWORD"
send 0
arrived "$T/boxes/finder" 4

# The loop test goes the same way.
to good 'ca = ""'
expect 75 elsewhere env -i PATH=/usr/bin:/bin "$BIN/todoke-check" -l -c "$T/send.conf"
says "smtp.ca must hold the CA"
to good
expect 0 elsewhere env -i PATH=/usr/bin:/bin "$BIN/todoke-check" -l -c "$T/send.conf"
