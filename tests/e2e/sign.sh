# pgp.sign: each mail that leaves is signed by that key and no other, in clear
# and encrypted alike; what is stored is what leaves; a key that cannot or must
# not sign stops the mail, which never leaves unsigned; the key's home stays as
# it is and no agent runs on.
set -eu
. tests/helper/lib.sh
scratch
mta
keys
desk

# As INSTALL makes it: one that can sign and nothing else.
make_signer() {
	mkdir -m 700 "$1"
	gpg_in "$1" --passphrase "${3:-}" --pinentry-mode loopback \
	    --quick-generate-key "Desk <desk@desk.example>" ed25519 sign "${2:-never}"
	gpgconf --homedir "$1" --kill all
	rm -rf "$1"/openpgp-revocs.d "$1"/S.*
	chmod 640 "$1"/private-keys-v1.d/*
}
make_signer "$T/sign.home" 2>>"$T/gpg.log"
SIGNKEY=$(fingerprint "$T/sign.home")
gpg_in "$T/sign.home" --export >"$T/sign.key"
mkdir -m 700 "$T/reader.home"
gpg_in "$T/reader.home" --import "$T/sign.key" 2>>"$T/gpg.log"
gpg_in "$T/city.home" --import "$T/sign.key" 2>>"$T/gpg.log"
gpgconf --homedir "$T/sign.home" --kill all
(cd "$T/sign.home" && find . -type f -exec sha256sum {} + | sort) >"$T/home.before"

# with KEY [HOME]: $CONF with that key, and as it was without.
cp "$CONF" "$T/plain.conf"
with() {
	sed "s|^pgp {|pgp { sign = \"$1\" sign-home = \"${2:-$T/sign.home}\"|" "$T/plain.conf" >"$CONF"
}
mkdir "$T/tmp"
TMPDIR=$T/tmp
export TMPDIR
cronjob() {
	program=$1
	shift
	env -i PATH=/usr/bin:/bin TODOKE_CONF="$CONF" HOME=/nonexistent TMPDIR="$T/tmp" "$BIN/$program" "$@"
}

# read FILE: the mail as its reader's program sees it.  What is signed goes to
# $T/signed with CRLF as it is on the wire, its signature to $T/sig, the
# readable text to $T/text; an encrypted message to $T/armored.
take() {
	python3 - "$1" "$T" <<'EOF' || fail "$1: not the form of RFC 3156"
import email, email.policy, re, sys
raw = open(sys.argv[1], "rb").read().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
m = email.message_from_bytes(raw, policy=email.policy.default)
def put(name, octets):
    open(sys.argv[2] + "/" + name, "wb").write(octets)
kind = m.get_content_type()
if kind == "multipart/encrypted":
    put("armored", m.get_payload(1).get_payload(decode=True))
    sys.exit(0)
assert kind == "multipart/signed", kind
assert m.get_param("protocol") == "application/pgp-signature"
assert m.get_param("micalg") in ("pgp-sha256", "pgp-sha512")
mark = b"\r\n--" + m.get_boundary().encode()
pieces = raw.split(mark)
assert len(pieces) == 4 and pieces[3].strip() == b"--", len(pieces)
signed = pieces[1][2:]
assert max(signed) < 128 and not re.search(rb"[ \t]\r\n|^From ", signed, re.M)
put("signed", signed)
text, sig = m.get_payload()
assert text.get_content_type() == "text/plain"
assert sig.get_content_type() == "application/pgp-signature"
put("text", text.get_content().encode())
put("sig", sig.get_payload().encode())
EOF
}
# signed FILE: its signature is that of the key, by gpg's word.
signed() {
	take "$1"
	gpg_in "$T/reader.home" --status-fd 1 --verify "$T/sig" "$T/signed" >"$T/status" 2>/dev/null ||
	    fail "$1: a bad signature"
	grep -q "VALIDSIG $SIGNKEY " "$T/status" || fail "$1: $(cat "$T/status")"
	printf ' ' >>"$T/signed"
	! gpg_in "$T/reader.home" --verify "$T/sig" "$T/signed" 2>/dev/null || fail "this test verifies nothing"
}
queued() { ls "$SPOOL/outbox/$number".*."$1"; }
# leaves KIND BOX: it is sent, and what arrives is what was stored.
leaves() {
	f=$(queued "$1")
	id=$(basename "$f")
	cp "$f" "$T/stored"
	expect 0 cronjob todoke-send
	[ ! -s "$T/err" ] || fail "$(cat "$T/err")"
	arrived "$T/boxes/$2"
	mail=$(echo "$T/boxes/$2/new/"*)
	sed '1,/^From: /{/^From: /!d}' "$mail" | cmp - "$T/stored" || fail "$1: other bytes arrived"
	mv "$mail" "$T/arrived"
}

# To the finder, by cron: only the desk's key opens what is kept.
with "$SIGNKEY"
expect 0 cronjob todoke-check
printf 'Finder: Yamada\nFinder-Address: yamada@finder.example\nUrl: http://www.city.example.lg.jp/x\nOperator: Example City\n\ncanary\n' >"$SPOOL/new/r"
expect 0 cronjob todoke-sort
number=$(cronjob todoke-list | cut -f 1)
leaves receipt finder
signed "$T/arrived"
grep -q "IPA#$number" "$T/text" || fail "no text in the receipt"
! grep -rq "yamada@" "$SPOOL/mail" || fail "the copy is in clear"

# To the operator, by a coordinator; the copy that stays is the mail itself.
expect 0 ito todoke-accept -w local-government -s medium -v 6.1 "$number"
leaves accepted finder
signed "$T/arrived"
expect 0 ito todoke-contact -a soumu@city.example.lg.jp "$number"
leaves contact city
signed "$T/arrived"
grep -q "ウェブサイト" "$T/text" || fail "no Japanese in the letter"
cmp "$T/stored" "$SPOOL/mail/$number/cur/$id:2,S" || fail "another copy was kept"

# The details, in the encrypted message: text first readable by hand, key as
# pinned, signed inside; nothing outside tells who signed.
expect 0 ito todoke-confirm -a soumu@city.example.lg.jp -b phone -k "$T/city.asc" "$number"
expect 0 ito todoke-disclose "$number"
leaves disclosure city
take "$T/arrived"
gpg_in "$T/city.home" --status-fd 1 --output "$T/opened" --decrypt "$T/armored" >"$T/status" 2>/dev/null ||
    fail "the details do not open"
grep -q "VALIDSIG $SIGNKEY " "$T/status" || fail "details: $(cat "$T/status")"
[ "$(grep -c '^\[GNUPG:\] ENC_TO ' "$T/status")" -eq 1 ] || fail "encrypted to others too"
grep -q canary "$T/opened" || fail "the details are not readable as they are"
! gpg --list-packets --batch "$T/armored" 2>/dev/null | grep -q '^:signature' || fail "who signed can be seen outside"

# Mail of the ladder, by cron.
printf 'Url: http://www.town.example.lg.jp/x\n\ntext\n' >"$T/r"
number=$(ito todoke-open "$T/r")
expect 0 ito todoke-accept "$number"
expect 0 ito todoke-contact -a soumu@city.example.lg.jp "$number"
expect 0 cronjob todoke-send
arrived "$T/boxes/city"
rm "$T"/boxes/city/new/*
# Eight days on there have been five business days, or so.
when="$(date -d '+9 days' +%Y-%m-%d)"
when=$(cronjob todoke-day "$when" +1 | tail -n 1 | grep -o '^[0-9-]*')
expect 0 cronjob todoke-remind -t "$when 10:00"
leaves remind city
signed "$T/arrived"

# Refused by the server, then released: the same bytes, signature and all.
printf 'Finder: A\nFinder-Address: nobody@finder.example\nUrl: http://www.city.example.lg.jp/x\n\ntext\n' >"$T/r"
number=$(ito todoke-open "$T/r")
f=$(queued receipt)
id=$(basename "$f")
cp "$f" "$T/stored"
expect 0 cronjob todoke-send
[ -e "$SPOOL/failed/$id.copy" ] || fail "not refused"
expect 0 ito todoke-send -r "$id"
cmp "$T/stored" "$f" || fail "what was released is not what was made"
expect 0 cronjob todoke-send # refused again

# A signer that must not be: said by todoke-check, and no letter is made.
sed -i 's/nobody@/yamada@/' "$T/r"
number=$(ito todoke-open "$T/r")
expect 0 ito todoke-accept "$number"
expect 0 cronjob todoke-send
expect 0 cronjob todoke-check
refuses() {
	status=$1 text=$2
	expect 65 cronjob todoke-check
	says "pgp.sign"
	says "$text"
	expect "$status" ito todoke-contact -a soumu@city.example.lg.jp "$number"
	says "$text"
	[ -z "$(ls "$SPOOL/outbox")" ] || fail "$text: a mail was made"
	[ "$(place "$number" | cut -d / -f 1)" = new ] || fail "$text: the case moved"
}
with "$DESKKEY"
refuses 78 "opens sealed parts"
with "$CITYKEY" "$T/city.home" # a key with a subkey for encryption
refuses 77 "a subkey for encryption"
with "$CITYKEY"
refuses 78 "$CITYKEY"
make_signer "$T/dies.home" seconds=7200 2>>"$T/gpg.log"
with "$(fingerprint "$T/dies.home")" "$T/dies.home"
refuses 77 "too near its end"
make_signer "$T/lock.home" never hunter2 2>>"$T/gpg.log"
with "$(fingerprint "$T/lock.home")" "$T/lock.home"
refuses 78 "no passphrase"
with "$SIGNKEY" "$T/nowhere.home"
refuses 78 "$T/nowhere.home"
with "$SIGNKEY"
chmod 644 "$T/sign.home/private-keys-v1.d"/*
refuses 78 "chmod 640"
chmod 640 "$T/sign.home/private-keys-v1.d"/*
cp -R "$T/sign.home" "$T/more.home"
cp "$T/ito.home/private-keys-v1.d"/* "$T/more.home/private-keys-v1.d"
with "$SIGNKEY" "$T/more.home"
refuses 78 "take it out"
make_signer "$T/soon.home" seconds=1728000 2>>"$T/gpg.log"
with "$(fingerprint "$T/soon.home")" "$T/soon.home"
expect 65 cronjob todoke-check
says "within 30 days"
gpg_in "$T/desk.ring" --import "$T/sign.key" 2>>"$T/gpg.log"
mkdir -p "$T/desk.ring/private-keys-v1.d"
cp "$T/sign.home/private-keys-v1.d"/* "$T/desk.ring/private-keys-v1.d"
with "$SIGNKEY"
expect 65 cronjob todoke-check
says "pgp.sign-home alone"
rm -r "$T/desk.ring/private-keys-v1.d"
expect 0 cronjob todoke-check

# Nothing was written there, and nothing stays elsewhere.
(cd "$T/sign.home" && find . -type f -exec sha256sum {} + | sort) | cmp - "$T/home.before" ||
    fail "the key's home was changed"
[ ! -e "$T/sign.home/S.gpg-agent" ] || fail "an agent in the key's home"
[ -z "$(ls "$T/tmp")" ] || fail "left: $(ls "$T/tmp")"
python3 - "$T/tmp/" <<'EOF' || fail "an agent runs on"
import glob, select, sys, time
def running():
    for name in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            if sys.argv[1].encode() in open(name, "rb").read():
                return b"gpg-agent" in open(name, "rb").read()
        except OSError:
            pass
    return False
end = time.monotonic() + 20
while running() and time.monotonic() < end:
    select.select([], [], [], 0.02)
sys.exit(running())
EOF

# Who is logged in has gpg's sockets in /run/user: no folder stays there.
unshare --mount sh -c 'mount --make-rprivate / && mount -t tmpfs run /run' 2>/dev/null || {
	echo "note: no /run of our own to be had here"
	exit 0
}
unshare --mount sh -c 'mount --make-rprivate / && mount -t tmpfs run /run &&
    mkdir -p "/run/user/$(id -u)" && chmod 700 "/run/user/$(id -u)" && "$0" && find /run/user -mindepth 3' \
    "$BIN/todoke-check" >"$T/out" 2>&1 || fail "with /run/user: $(cat "$T/out")"
[ ! -s "$T/out" ] || fail "left there: $(cat "$T/out")"
