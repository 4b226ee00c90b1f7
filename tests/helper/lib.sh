# Shell functions of the end-to-end tests and the demo: a scratch desk with
# keys of its own, and a real Postfix on a free loopback port.
#
#	. tests/helper/lib.sh
#	scratch                 $T: a folder, removed at the end (kept on failure)
#	small SIZE FOLDER       a disk of its own, emptied at the end, or a skip
#	keys                    $T/desk.ring $T/ito.home $T/city.home $T/finder.home
#	desk                    $CONF, $SPOOL: a desk that uses them
#	mta [FILE]              $PORT: Postfix, with Maildirs below $T/boxes, and
#	                        what FILE adds to its master.cf
#
# shellcheck shell=sh disable=SC2034

TOP=$(pwd)
case ${B:-} in
/*) BIN=${B}bin ;;
*) BIN=$TOP/${B:-}bin ;;
esac
LC_ALL=C.UTF-8
TZ=UTC
export LC_ALL TZ
unset TODOKE_CONF EDITOR VISUAL GNUPGHOME

fail() {
	echo "FAILED: $*" >&2
	exit 1
}

# GnuPG homes live under a short path: sockets have little room.
scratch() {
	T=$(mktemp -d /tmp/todoke.XXXXXX)
	chmod 755 "$T"
	trap cleanup EXIT
	trap 'exit 1' INT TERM
}

# small SIZE FOLDER: a disk of its own, or the test is skipped.
small() {
	mount -t tmpfs -o "size=$1" tmpfs "$2" 2>/dev/null || {
		echo "cannot mount a tmpfs here"
		exit 77
	}
	SMALL=$2
}

cleanup() {
	status=$?
	trap - EXIT
	if [ -d "$T/postfix" ]; then
		postfix -c "$T/postfix" stop >/dev/null 2>&1 || true
	fi
	[ -z "${SMALL:-}" ] || umount "$SMALL" 2>/dev/null || true
	for home in "$T"/*.home "$T"/*.ring; do
		[ ! -d "$home" ] || gpgconf --homedir "$home" --kill all \
		    >/dev/null 2>&1
	done
	if [ "$status" -eq 0 ] || [ "$status" -eq 77 ]; then
		rm -rf "$T"
	else
		echo "kept for a look: $T" >&2
	fi
	exit "$status"
}

gpg_in() {
	home=$1
	shift
	gpg --homedir "$home" --batch --quiet --no-tty --yes "$@"
}

# A home with one key: encrypting subkey, no passphrase.
make_key() {
	mkdir -m 700 "$1"
	gpg_in "$1" --passphrase '' --quick-generate-key "$2" ed25519 cert never
	fpr=$(fingerprint "$1")
	gpg_in "$1" --passphrase '' --quick-add-key "$fpr" cv25519 encr never
}

fingerprint() {
	gpg_in "$1" --list-keys --with-colons | awk -F: '/^fpr/ { print $10; exit }'
}

keys() {
	make_key "$T/ito.home" "Desk <desk@desk.example>" 2>"$T/gpg.log"
	make_key "$T/city.home" "City <soumu@city.example.lg.jp>" 2>>"$T/gpg.log"
	DESKKEY=$(fingerprint "$T/ito.home")
	CITYKEY=$(fingerprint "$T/city.home")
	mkdir -m 700 "$T/desk.ring"
	gpg_in "$T/ito.home" --export --armor >"$T/desk.asc"
	gpg_in "$T/desk.ring" --import "$T/desk.asc" 2>>"$T/gpg.log"
	gpg_in "$T/city.home" --export --armor >"$T/city.asc"
}

# free_port: one that nobody listens on now.
free_port() {
	python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

desk() {
	SPOOL=$T/spool
	CONF=$T/todoke.conf
	cat >"$CONF" <<EOF
desk {
	tag = "IPA"
	name = "脆弱性届出窓口"
	address = "desk@desk.example"
	phone = "03-0000-0000"
	handler = "伊東"
	faq = "https://desk.example/faq"
	web = "https://desk.example/"
	reports = {"report@desk.example"}
}
spool { path = "$SPOOL" }
smtp { port = ${PORT:-1} }
pgp { home = "$T/desk.ring" keys = {"$DESKKEY"} }
calendar { holidays = "$TOP/etc/holidays.jp" }
templates { path = "$TOP/etc/templates" }
secret { file = "$T/secret" }
intake { still = 0s }
EOF
	TODOKE_CONF=$CONF
	export TODOKE_CONF
	"$BIN/todoke-check" -r || fail "todoke-check -r on a new spool"
	chown -R nobody: "$SPOOL" # the MTA delivers as nobody
}

# The coordinator, with his secret key; everybody else has none.
ito() {
	program=$1
	shift
	GNUPGHOME=$T/ito.home "$BIN/$program" "$@"
}

# As cron would: no secret key, an empty environment.
cron() {
	program=$1
	shift
	env -i PATH=/usr/bin:/bin TODOKE_CONF="$CONF" HOME=/nonexistent \
	    GNUPGHOME="$T/desk.ring" "$BIN/$program" "$@"
}

# expect STATUS COMMAND…: its exit status must be that.
expect() {
	want=$1
	shift
	got=0
	"$@" >"$T/out" 2>"$T/err" </dev/null || got=$?
	if [ "$got" -ne "$want" ]; then
		cat "$T/out" "$T/err" >&2
		fail "exit status $got instead of $want: $*"
	fi
}

# says TEXT: the last expect() printed it, on either output.
says() {
	grep -qF -e "$1" "$T/out" "$T/err" || {
		cat "$T/out" "$T/err" >&2
		fail "it did not say: $1"
	}
}

place() {
	(cd "$SPOOL" && ls -d ./*/*/"$1" 2>/dev/null | sed 's|^\./||')
}

mta() {
	PORT=$(free_port)
	mkdir -p "$T/postfix" "$T/queue" "$T/data" "$T/boxes"
	chown postfix "$T/data"
	for box in city finder; do
		mkdir -p "$T/boxes/$box/cur" "$T/boxes/$box/new" \
		    "$T/boxes/$box/tmp"
	done
	chown -R nobody: "$T/boxes"
	cat >"$T/postfix/boxes" <<EOF
desk@desk.example spool/incoming/
report@desk.example spool/incoming/
soumu@city.example.lg.jp boxes/city/
yamada@finder.example boxes/finder/
EOF
	cat >"$T/postfix/main.cf" <<EOF
compatibility_level = 3.6
queue_directory = $T/queue
data_directory = $T/data
maillog_file = $T/postfix.log
maillog_file_prefixes = /tmp
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.desk.example
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
local_recipient_maps =
recipient_delimiter = +
default_transport = error:nothing leaves this machine
relay_transport = error:nothing leaves this machine
virtual_mailbox_domains = desk.example city.example.lg.jp finder.example
virtual_mailbox_base = $T
virtual_mailbox_maps = texthash:$T/postfix/boxes
virtual_minimum_uid = 1
virtual_uid_maps = static:$(id -u nobody)
virtual_gid_maps = static:$(id -g nobody)
smtpd_recipient_restrictions = reject_unlisted_recipient, permit_mynetworks, reject
smtpd_peername_lookup = no
EOF
	cat >"$T/postfix/master.cf" <<EOF
127.0.0.1:$PORT inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
EOF
	[ $# -eq 0 ] || cat "$1" >>"$T/postfix/master.cf"
	postfix -c "$T/postfix" start >"$T/postfix.start" 2>&1 || {
		cat "$T/postfix.start" "$T/postfix.log" >&2
		fail "Postfix does not start"
	}
}

# arrived FOLDER [N]: wait until a Maildir's new/ holds N files (1): Postfix
# delivers in its own time, so this looks until it is there or gives up.
arrived() {
	python3 - "$1/new" "${2:-1}" <<'EOF' || fail "no mail came to $1"
import os, select, sys, time
folder, want = sys.argv[1], int(sys.argv[2])
end = time.monotonic() + 30
while time.monotonic() < end:
    if len(os.listdir(folder)) >= want:
        sys.exit(0)
    select.select([], [], [], 0.02)
sys.exit(1)
EOF
}

# submit FROM TO FILE: a mail from outside, through the MTA.
submit() {
	python3 - "$PORT" "$1" "$2" "$3" <<'EOF' || fail "the MTA refused $3"
import smtplib, sys
port, sender, rcpt, name = int(sys.argv[1]), *sys.argv[2:5]
with smtplib.SMTP("127.0.0.1", port) as s, open(name, "rb") as f:
    s.sendmail(sender, [rcpt], f.read())
EOF
}
