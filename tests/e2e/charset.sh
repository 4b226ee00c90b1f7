# desk.charset = iso-2022-jp: what leaves in clear is what RFC 1468 allows, in
# header and text, read by a decoder that is not ours; a mail with a character
# that it does not have goes in UTF-8, all of it, and nothing is lost.
set -eu
. tests/helper/lib.sh
scratch
mta
keys
desk
cp "$CONF" "$T/utf8.conf"
cp "$CONF" "$T/jis.conf"
sed -i 's/^desk {/desk { charset = iso-2022-jp/' "$T/jis.conf"

cat >"$T/read.py" <<'EOF'
"""read.py CHARSET MAIL [SAME-AS]: is all of MAIL in CHARSET, in good form, and
the same as another mail?  Prints subject, From and text."""
import email, email.header, email.policy, re, sys

def words(value):
    out = ""
    for octets, charset in email.header.decode_header(value):
        if isinstance(octets, str):
            out += octets
        else:
            seen.add(charset or "us-ascii")
            out += octets.decode(charset or "us-ascii")
    return out

def read(name):
    raw = open(name, "rb").read()
    m = email.message_from_bytes(raw)
    part = m.get_payload(0) if m.is_multipart() else m
    body = part.get_payload(decode=True)
    charset = part.get_param("charset")
    unfolded = lambda f: re.sub(r"\n(?=[ \t])", "", m[f])
    return raw, part, charset, (words(unfolded("Subject")),
        words(unfolded("From")), body.decode(charset).replace("\r", ""))

seen = set()
want, name = sys.argv[1], sys.argv[2]
raw, part, charset, text = read(name)
assert charset == want, charset
assert seen - {"us-ascii"} == {want.lower()}, seen
assert "?" not in "".join(text).replace("?q=", ""), text
if want == "iso-2022-jp":
    own = raw[re.search(rb"^From: ", raw, re.M).start():]
    assert part["Content-Transfer-Encoding"] == "7bit"
    assert max(own) < 128
    body = own.split(b"\n\n", 1)[1]
    for line in own.split(b"\n"):
        assert len(line) <= 78, line
        sets = re.findall(rb"\x1b..", line)
        assert set(sets) <= {b"\x1b$B", b"\x1b(B"}, sets
        assert not sets or sets[-1] == b"\x1b(B", line
if len(sys.argv) > 3:
    other = read(sys.argv[3])[3]
    key = re.compile(r"desk\+[^@]*@|[0-9]{8}|[0-9]{4}( [0-9]{4}){3}")
    # what JIS has one code for; Python reads it as the one, we as the other
    flat = lambda t: tuple(key.sub("KEY", s).replace("～", "〜") for s in t)
    assert flat(text) == flat(other), "\n".join(text + other)
print("\n".join(text))
EOF
# letter CONF OPERATOR: the first letter to an operator of that name; $f
letter() {
	printf 'Finder: Y\nFinder-Address: yamada@finder.example\nUrl: http://www.city.example.lg.jp/x\nOperator: %s\n\ntext\n' "$2" >"$T/r"
	CONF=$1 TODOKE_CONF=$1
	number=$(ito todoke-open "$T/r")
	expect 0 ito todoke-accept -w local-government "$number"
	expect 0 ito todoke-contact -a soumu@city.example.lg.jp "$number"
	f=$(ls "$SPOOL/outbox/$number".*.contact)
}
# is CHARSET FILE [FILE]
is() {
	python3 "$T/read.py" "$@" >"$T/text" 2>"$T/err" || fail "$2: $(tail -n 3 "$T/err")"
}

letter "$T/utf8.conf" "横浜市"
plain=$f
is utf-8 "$plain"
letter "$T/jis.conf" "横浜市"
is iso-2022-jp "$f" "$plain"
grep -q "横浜市" "$T/text" || fail "no operator in the letter"
grep -q "【IPA#$number】ウェブサイト" "$T/text" || fail "subject: $(head -n 1 "$T/text")"
jis=$f
for kind in receipt accepted; do
	is iso-2022-jp "$(ls "$SPOOL/outbox/$number".*.$kind)"
done

# One code for two characters that look alike: carried, read as one of them.
letter "$T/utf8.conf" "あ～い－う市"
plain=$f
letter "$T/jis.conf" "あ～い－う市"
sed 's/FAKE//' "$f" >"$T/tilde"
python3 "$T/read.py" iso-2022-jp "$f" >"$T/text" 2>"$T/err" || fail "～: $(tail -n 3 "$T/err")"
grep -qE "あ[〜～]い[−－]う市" "$T/text" || fail "～ is lost"

# What JIS does not have: this mail in UTF-8, the next one in JIS again.
for name in "①番町役場" "髙島市" "ﾖｺﾊﾏ市" "Zürich 市" "😀市" "¥市"; do
	letter "$T/utf8.conf" "$name"
	plain=$f
	letter "$T/jis.conf" "$name"
	is utf-8 "$f" "$plain"
	grep -qF "$name" "$T/text" || fail "$name is lost"
done
letter "$T/jis.conf" "横浜市"
is iso-2022-jp "$f"
sed 's/name = "脆弱性届出窓口"/name = "①窓口"/' "$T/jis.conf" >"$T/other.conf"
letter "$T/other.conf" "横浜市"
is utf-8 "$f"
grep -q "①窓口" "$T/text" || fail "the desk's name is lost"
sed 's/^desk {/desk { lang = en/; s/name = "脆弱性届出窓口"/name = "Desk"/; s/"伊東"/"Ito"/' "$T/jis.conf" >"$T/other.conf"
letter "$T/other.conf" "City"
python3 - "$f" <<'EOF' || fail "ASCII alone is not called us-ascii"
import email, sys
m = email.message_from_file(open(sys.argv[1], encoding="ascii"))
sys.exit(m.get_param("charset") != "us-ascii")
EOF

# As it was made it arrives, and its letters are not taken apart on the way.
CONF=$T/jis.conf TODOKE_CONF=$T/jis.conf
rm -f "$T"/boxes/city/new/*
expect 0 cron todoke-send
[ -z "$(ls "$SPOOL/outbox")" ] || fail "not all were sent"
number=$(basename "$jis" | cut -d . -f 1)
arrived "$T/boxes/city"
for mail in "$T"/boxes/city/new/*; do
	grep -q "$(basename "$jis" .contact)" "$mail" && break
done
is iso-2022-jp "$mail"

# Inside what is encrypted: UTF-8, for who opens it by hand.
expect 0 ito todoke-confirm -a soumu@city.example.lg.jp -b phone -k "$T/city.asc" "$number"
expect 0 ito todoke-disclose "$number"
f=$(ls "$SPOOL/outbox/$number".*.disclosure)
grep -q '^From: =?ISO-2022-JP?B?' "$f" || fail "the name outside is not in JIS"
sed -n '/BEGIN PGP/,/END PGP/p' "$f" >"$T/armored"
gpg_in "$T/city.home" --decrypt "$T/armored" >"$T/opened" 2>"$T/gpg.err" || fail "it does not open"
grep -q '^Content-Type: text/plain; charset=utf-8' "$T/opened" || fail "inside: $(head -n 3 "$T/opened")"

# Signed too: 7 bits are what a signature needs (RFC 3156 section 3).
mkdir -m 700 "$T/sign.home"
gpg_in "$T/sign.home" --passphrase '' --quick-generate-key "Desk <desk@desk.example>" ed25519 sign never 2>>"$T/gpg.log"
gpgconf --homedir "$T/sign.home" --kill all
sed "s|^pgp {|pgp { sign = \"$(fingerprint "$T/sign.home")\" sign-home = \"$T/sign.home\"|" "$T/jis.conf" >"$T/sign.conf"
letter "$T/sign.conf" "横浜市"
is iso-2022-jp "$f"
grep -q '^Content-Type: multipart/signed' "$f" || fail "not signed"

# The shipped texts of mails have lines that stay short in JIS.
python3 - <<'EOF' || fail "too long in ISO-2022-JP"
import re, sys
bad = 0
for name, mail in re.findall(r'\{"([a-z-]+)", TEXT_[A-Z0-9]+, (true|false)\}',
        open("bin/lib/template.c").read()):
    if mail == "false":
        continue
    text = open("etc/templates/ja/%s.txt" % name, encoding="utf-8").read()
    text = text.replace("{{tag}}", "IPA").replace("{{number}}", "69145869")
    for line in text.split("\n")[1:]:
        if len(line.encode("iso2022_jp")) > 78:
            print(name, line)
            bad = 1
sys.exit(bad)
EOF
