# An operator without OpenPGP: once a person has recorded that he agreed, the
# details leave in a ZIP with AES-256 whose passphrase was at a terminal once
# and is nowhere else; without that record, or in any other ZIP, they do not.
set -eu
. tests/helper/lib.sh
command -v 7z >/dev/null || {
	echo "skip: 7z is not there"
	exit 77
}
scratch
mta
keys
desk
city=soumu@city.example.lg.jp

opened() {
	printf 'Finder: Yamada Taro <yamada@finder.example>\nFinder-Address: yamada@finder.example\nUrl: http://www.city.example.lg.jp/secret-path\nOperator: Example City\n\nthe canary of the details 漢字\n' >"$T/r"
	number=$(ito todoke-open "$T/r")
	expect 0 ito todoke-accept -k xss "$number"
	expect 0 ito todoke-contact -a $city "$number"
	expect 0 cron todoke-send
}
# at_terminal STATUS ANSWER PROGRAM ARGS…: by the coordinator; $T/screen.
at_terminal() {
	want=$1 answer=$2 program=$3
	shift 3
	got=0
	GNUPGHOME=$T/ito.home tests/helper/terminal "$T/screen" "$answer" "$BIN/$program" "$@" || got=$?
	[ "$got" -eq "$want" ] || {
		cat "$T/screen" >&2
		fail "exit status $got instead of $want: $program $*"
	}
}
passphrase() {
	sed -n 's/^    \([a-z-]*\).$/\1/p' "$T/screen" | tail -n 1
}
# unpack MESSAGE: the attachment as $T/zip, the covering text as $T/cover.
unpack() {
	python3 - "$1" "$T" <<'END'
import email, email.policy, sys
m = email.message_from_binary_file(open(sys.argv[1], "rb"), policy=email.policy.default)
assert m.get_content_type() == "multipart/mixed", m.get_content_type()
text, zipped = list(m.iter_parts())
assert zipped.get_content_type() == "application/zip"
assert zipped.is_attachment()
open(sys.argv[2] + "/zip", "wb").write(zipped.get_payload(decode=True))
open(sys.argv[2] + "/cover", "w").write(m["Subject"] + "\n" + text.get_content())
print(zipped.get_filename())
END
}

# Not without the record, by a word of the list and not by mail.
opened
expect 77 ito todoke-disclose "$number"
expect 64 ito todoke-confirm -a $city -b phone "$number"
expect 64 ito todoke-confirm -a $city -b phone -z -k "$T/city.asc" "$number"
expect 64 ito todoke-confirm -a $city -b phone -z -F "$CITYKEY" "$number"
expect 77 ito todoke-confirm -a $city -z "$number"
expect 77 ito todoke-confirm -a $city -b mail -z "$number"
expect 77 ito todoke-confirm -a x@other.example -b phone -z "$number"
! grep -q '^Confirmed' "$SPOOL/$(place "$number")" || fail "confirmed"
expect 0 ito todoke-confirm -a $city -b phone -z "$number"
[ ! -s "$T/out" ] || fail "a fingerprint, of what?"
user=$(id -un)
grep -qx "Confirmed: $city; by=phone; officer=$user; zip=consent" "$SPOOL/$(place "$number")" ||
    fail "not recorded: $(grep ^Confirmed "$SPOOL/$(place "$number")")"
grep -q "^Log: [^ ]* confirm to=$city how=phone zip=consent by=$user" "$SPOOL/$(place "$number")" ||
    fail "not in the log"
expect 0 "$BIN/todoke-check"

# At a terminal alone, and to one who has written it down.
was=$(sha256sum "$SPOOL/$(place "$number")")
expect 77 setsid -w env GNUPGHOME="$T/ito.home" "$BIN/todoke-disclose" "$number"
says "at a terminal, and nowhere else"
printf 'the canary of the details 漢字\n' >"$T/details"
at_terminal 75 wrong todoke-disclose -f "$T/details" "$number"
grep -q "not its last word" "$T/screen" || fail "it did not say why"
[ "$(sha256sum "$SPOOL/$(place "$number")")" = "$was" ] || fail "changed without the word"
[ -z "$(ls "$SPOOL/outbox")" ] || fail "something was queued"
void=$(passphrase)
expect 0 setsid -w env GNUPGHOME="$T/ito.home" "$BIN/todoke-disclose" -n -f "$T/details" "$number"
at_terminal 0 LAST todoke-disclose -f "$T/details" "$number"
word=$(passphrase)
[ "$word" != "$void" ] || fail "the same passphrase twice"
[ "$(echo "$word" | tr '-' '\n' | grep -cxF -f - etc/passphrase-words)" -ge 7 ] ||
    fail "not words of the list: $word"
[ "$(grep -c . "$T/screen")" -lt 12 ] && [ "$(grep -c "$word" "$T/screen")" -eq 1 ] ||
    fail "not shown once: $(cat "$T/screen")"
grep -q " disclose to=$city zip=aes256 state=disclosed by=" "$SPOOL/$(place "$number")" || fail "not in the log"

# It is nowhere but there; the details are nowhere in clear, and kept sealed.
for words in "$word" "${word#*-}" "canary of the details" secret-path; do
	! grep -rqF -e "$words" "$SPOOL" || fail "in the spool: $words: $(grep -rlF -e "$words" "$SPOOL")"
done
id=$(basename "$SPOOL/outbox/$number".*.disclosure)
cp "$SPOOL/outbox/$id" "$T/made"
expect 0 ito todoke-show -s "$number"
gpg_in "$T/ito.home" --decrypt "$SPOOL/outbox/$id.copy" >"$T/copy" 2>"$T/gpg.log"
grep -q "canary of the details" "$T/copy" || fail "the desk's copy does not have them"
! grep -qF "$word" "$T/copy" "$T/out" || fail "the passphrase was kept"

# What arrives opens with it, by others' programs, and with nothing else.
rm -f "$T/boxes/city/new/"* "$T/boxes/finder/new/"*
expect 0 cron todoke-send
arrived "$T/boxes/city"
arrived "$T/boxes/finder"
grep -q '^Notified: ' "$SPOOL/$(place "$number")" || fail "sent, but not notified"
[ "$(unpack "$T"/boxes/city/new/*)" = "$number.zip" ] || fail "not $number.zip"
for words in canary secret-path xss yamada クロス; do
	! grep -qi "$words" "$T/cover" || fail "the covering text has $words"
done
! grep -qF "$word" "$T"/boxes/*/new/* || fail "the passphrase was mailed"
7z l -slt "$T/zip" >"$T/list"
grep -q "^Path = $number.txt" "$T/list" || fail "another name: $(cat "$T/list")"
grep -q "^Method = AES-256" "$T/list" || fail "not AES-256: $(cat "$T/list")"
[ "$(grep -c '^Path = ' "$T/list")" -eq 2 ] || fail "more than one file"
python3 - "$T/zip" <<'END' || fail "not AE-2"
import sys, zipfile
for e in zipfile.ZipFile(sys.argv[1]).infolist():
    assert e.compress_type == 99 and e.flag_bits & 1 and e.CRC == 0, e
    assert b"\x01\x99\x07\x00\x02\x00AE\x03" in e.extra, e.extra
END
7z x -so -p"$word" "$T/zip" >"$T/text" 2>"$T/7z.log" || fail "7z: $(cat "$T/7z.log")"
grep -q "the canary of the details 漢字" "$T/text" || fail "something else is in it"
grep -q "http://www.city.example.lg.jp/secret-path" "$T/text" || fail "not the whole text"
[ "$(head -c 3 "$T/text" | od -An -tx1 | tr -d ' ')" = efbbbf ] || fail "no mark of UTF-8"
for wrong in "$void" "$word-x" "${word%-*}" ""; do
	! 7z x -so -p"$wrong" "$T/zip" >"$T/text" 2>"$T/7z.log" || fail "opens with \"$wrong\""
	! grep -q canary "$T/text" || fail "opens with \"$wrong\""
done
if command -v bsdtar >/dev/null; then
	bsdtar -xOf "$T/zip" --passphrase "$word" | grep -q canary || fail "bsdtar does not open it"
fi

# It is to be told: a duty that a note of the call clears, and no other note.
told="tell the passphrase of the ZIP by telephone"
untold() { ito todoke-list -a | grep "^$number" | grep -q "$told"; }
due() { # yes or no: today
	is=no
	[ "$(place "$number" | cut -d / -f 2)" != "$today" ] || is=yes
	[ "$is" = "$1" ] || fail "due today: $is: $(place "$number")"
}
today=$("$BIN/todoke-day")
due yes
ito todoke-list -A | grep "$number" | grep -q "$told" || fail "not in todoke-list -A"
expect 0 cron todoke-remind -t "$today 10:00"
untold || fail "not in todoke-list -a: $(ito todoke-list)"
echo "The office moved." | ito todoke-note "$number"
untold || fail "any note clears it"
echo "Told to Mr. Mori." | ito todoke-note -k phone "$number"
! untold || fail "told, and still to be told"
expect 0 cron todoke-remind -t "$today 10:00"
due no # the operator has time until the follow-up

# Lost: again, with a new one, and the finder hears nothing twice.
at_terminal 0 LAST todoke-disclose -f "$T/details" "$number"
[ "$(passphrase)" != "$word" ] || fail "the same passphrase again"
rm -f "$T/boxes/city/new/"* "$T/boxes/finder/new/"*
# The days since the first stay counted: no follow-up is put off.
notified=$(date -d '-86 days' +%F)
sed -i "s/^Notified: .*/Notified: $notified/" "$SPOOL/$(place "$number")"
expect 0 cron todoke-send
due yes
grep -qx "Notified: $notified" "$SPOOL/$(place "$number")" || fail "notified anew"
arrived "$T/boxes/city"
[ "$(unpack "$T"/boxes/city/new/*)" = "$number.zip" ] || fail "not $number.zip"
7z x -so -p"$(passphrase)" "$T/zip" | grep -q canary || fail "does not open"
! 7z x -so -p"$word" "$T/zip" >"$T/text" 2>"$T/7z.log" || fail "the old one opens it"
[ -z "$(ls "$T/boxes/finder/new")" ] || fail "the finder is told twice"

# Own words go the same way, or not at all.
echo "own words of the desk" >"$T/words"
expect 77 setsid -w sh -c 'GNUPGHOME=$1 exec "$2" -o "$3" <"$4"' x "$T/ito.home" "$BIN/todoke-write" "$number" "$T/words"
printf '#!/bin/sh\nexec %s/todoke-write -o "$1" <%s/words\n' "$BIN" "$T" >"$T/write"
chmod +x "$T/write"
echo "Told again." | ito todoke-note -k phone -d "$("$BIN/todoke-day" +9)" "$number"
BIN=$T at_terminal 0 LAST write "$number"
rm -f "$T/boxes/city/new/"*
expect 0 cron todoke-send
arrived "$T/boxes/city"
unpack "$T"/boxes/city/new/* >"$T/name"
due yes
untold || fail "own words in a ZIP: not in todoke-list -a"
7z x -so -p"$(passphrase)" "$T/zip" | grep -q "own words of the desk" || fail "own words: it does not open"
got=0
ito todoke-close -r fixed-application -m "$number" <"$T/words" >"$T/out" 2>"$T/err" || got=$?
[ "$got" -eq 77 ] || fail "own words at the end in clear: $got"
says "close it without -m"
expect 0 ito todoke-write -o -T key-trouble "$number"
expect 0 ito todoke-close -r fixed-application "$number"
expect 0 ito todoke-reopen "$number"
at_terminal 0 LAST todoke-disclose -f "$T/details" "$number"
expect 0 ito todoke-confirm -a $city -b phone -k "$T/city.asc" "$number"
expect 77 cron todoke-send
says "gate"
expect 0 "$BIN/todoke-check"

# The list is data, and looked at.
mkdir "$T/etc"
cp etc/* "$T/etc/" 2>/dev/null || true
echo "words { path = \"$T/etc\" }" | cat "$CONF" - >"$T/words.conf"
opened
expect 0 ito todoke-confirm -a $city -b phone -z "$number"
list() {
	cat >"$T/etc/passphrase-words"
	expect 78 ito todoke-disclose -c "$T/words.conf" -f "$T/details" "$number"
	says "$1"
}
grep -v '^#' etc/passphrase-words | head -n 1000 | list "words are too few"
{ cat etc/passphrase-words && tail -n 1 etc/passphrase-words; } | list "is there twice"
{ cat etc/passphrase-words && echo Upper; } | list "lower-case letters"
rm "$T/etc/passphrase-words"
expect 78 ito todoke-disclose -c "$T/words.conf" -f "$T/details" "$number"
says "no such list"

# The sender looks again, at the bytes: no other ZIP, no other mail.
# forged PYTHON: as it edits the message; held.
forged() {
	rm -rf "$SPOOL"
	cp -a "$T/kept" "$SPOOL"
	python3 - "$SPOOL/outbox/$id" "$SPOOL/$at" "$id" "$number" "$T/details" "$1" <<'END'
import base64, hashlib, re, subprocess, sys, os
path, case, ident, number, details, edit = sys.argv[1:]
mail = open(path, "rb").read()
def zipped():
    return base64.b64decode(re.search(rb"base64\n\n([^-]*)\n--", mail).group(1))
def put(data):
    b = base64.b64encode(data).decode()
    lines = "\n".join(b[i:i + 72] for i in range(0, len(b), 72)) + "\n"
    if len(b) % 72 == 0: lines += "\n"
    return re.sub(rb"(base64\n\n)[^-]*(\n--)", lambda m: m.group(1) + lines.encode() + m.group(2), mail)
def made(*options, names=("%s.txt" % number,)):
    top = os.path.dirname(path) + "/../../forge"
    subprocess.run(["rm", "-rf", top]); os.mkdir(top)
    for n in names:
        with open(top + "/" + n, "wb") as f: f.write(open(details, "rb").read())
    subprocess.run(["7z", "a", "-tzip", *options, "x.zip", *names], cwd=top, check=True, stdout=subprocess.DEVNULL)
    return open(top + "/x.zip", "rb").read()
z = bytearray(zipped())
exec(edit)
open(path, "wb").write(mail)
text = open(case).read()
text = re.sub(r"(?m)^Mail: %s .*" % re.escape(ident), "Mail: %s %s" % (ident, hashlib.sha256(mail).hexdigest()), text)
open(case, "w").write(text)
END
}
held() {
	forged "$2"
	expect 77 cron todoke-send
	says "$1"
	[ -e "$SPOOL/hold/$id" ] || fail "not in hold/: $1"
}
at_terminal 0 LAST todoke-disclose -f "$T/details" "$number"
at=$(place "$number")
id=$(cd "$SPOOL/outbox" && ls "$number".*.disclosure)
find "$SPOOL/outbox" -type f ! -name "$id*" -delete
cp -a "$SPOOL" "$T/kept"
forged 'mail = put(bytes(z))'
expect 0 cron todoke-send
held "in another way than AES-256" 'mail = put(made("-mem=ZipCrypto", "-pword"))'
held "an entry in clear" 'mail = put(made())'
held "AES-256 by AE-2" 'mail = put(made("-mem=AES128", "-pword"))'
held "not neutral" 'mail = put(made("-mem=AES256", "-pword", names=("xss-%s.txt" % number,)))'
held "does not fit" 'mail = put(bytes(z).replace(b"PK\x01\x02", b"clear PK\x01\x02"))'
held "hidden" 'z[-6:-2] = (int.from_bytes(z[-6:-2], "little") + 6).to_bytes(4, "little"); mail = put(bytes(z).replace(b"PK\x01\x02", b"clear PK\x01\x02"))'
held "a comment" 'z[-2] = 5; mail = put(bytes(z) + b"clear")'
held "checksum" 'i = z.index(b"PK\x01\x02"); z[i + 16] = 1; mail = put(bytes(z))'
held "by AE-2" 'z[z.index(b"AE\x03") - 2] = 1; mail = put(bytes(z))'
held "its coding" 'mail = put(bytes(z)).replace(b"base64\n\n", b"base64\n\n ")'
held "more than two parts" 'b = re.search(rb"\"(=_\w+)\"", mail).group(1); mail = mail.replace(b"\n--" + b + b"\nContent-Type: app", b"\n--" + b + b"\nContent-Type: text/plain\n\nx\n--" + b + b"\nContent-Type: app")'
held "its header" 'mail = mail.replace(b"Content-Type: multipart/mixed", b"Content-Description: x\nContent-Type: multipart/mixed")'
held "its header" 'mail = mail[:mail.index(b"Content-Type")] + b"Content-Type: text/plain; charset=utf-8\n\ncanary\n"'
held "not the confirmed contact" 'mail = mail.replace(b"To: <soumu@", b"To: <other@")'
forged 'mail = put(bytes(z))'
sed -i 's/; zip=consent/; zip=no/' "$SPOOL/$at"
expect 77 cron todoke-send
says "neither a key nor"
