# What todoke-lookup finds in security.txt files, RDAP and whois answers: the
# corpora as their expected.tsv say; Japanese in each encoding; hostile ones
# end with 0 or 65, quickly, and nothing but clean UTF-8 lines comes out.
set -eu
. tests/helper/lib.sh
scratch
mkdir -m 700 "$T/ring"
cat >"$T/conf" <<END
spool { path = "$T/spool" }
calendar { holidays = "$TOP/etc/holidays.jp" }
templates { path = "$TOP/etc/templates" }
END
awk -F '\t+' '!/^#/ && NF { print $1 }' spool/tree | while read -r d; do
	mkdir -p -m 2770 "$T/spool/$d"
done
TODOKE_CONF=$T/conf
export TODOKE_CONF

lookup() {
	expect "$1" sh -c '"$0" -t 2026-11-22 -i "$1" <"$2"' \
	    "$BIN/todoke-lookup" "$2" "$3"
	python3 - "$T/out" "$T/err" <<'END' || fail "not clean: $3"
import sys
for name in sys.argv[1:]:
    text = open(name, "rb").read().decode("utf-8")
    assert all(c >= " " or c in "\n\t" for c in text) and "\x7f" not in text
    assert not any("\x80" <= c < "\xa0" or "\u202a" <= c <= "\u202e"
        for c in text)
for line in open(sys.argv[1], encoding="utf-8"):
    assert len(line.rstrip("\n").split("\t")) == 5, line
END
}

finds() {
	grep -q "$(printf '^%s\t%s\t' "$1" "$2")" "$T/out" || {
		cat "$T/out" "$T/err" >&2
		fail "not found: $1"
	}
}

lines() {
	[ "$(wc -l <"$T/out")" -eq "$1" ] || {
		cat "$T/out" >&2
		fail "not $1 lines"
	}
}

# JPRS: the public contact in each encoding; a handle has to be asked for.
cat >"$T/jp" <<'END'
[ JPRS database provides information on network administration. Its use is    ]

Domain Information: [ドメイン情報]
[Domain Name]                   EXAMPLE-TOWN.JP

[登録者名]                      架空の町
[Registrant]                    Fictitious Town

[Name Server]                   ns1.example-town.jp
[登録年月日]                    2005/05/30
[状態]                          Active
[最終更新]                      2023/06/01 01:05:12 (JST)

Contact Information: [公開連絡窓口]
[名前]                          架空の町 情報課
[Email]                         johoka@example-town.jp
[Web Page]
[電話番号]                      03-5550-1234
[FAX番号]                       03-5550-1235
END
cat >"$T/cojp" <<'END'
Domain Information: [ドメイン情報]
a. [ドメイン名]                 EXAMPLE.CO.JP
f. [組織名]                     架空株式会社
m. [登録担当者]                 TY9999JP
n. [技術連絡担当者]             IT9998JP
p. [ネームサーバ]               ns1.example.co.jp
[状態]                          Connected (2027/11/30)
[最終更新]                      2023/12/01 01:05:12 (JST)
END
for e in UTF-8 ISO-2022-JP EUC-JP SHIFT_JIS; do
	iconv -f UTF-8 -t $e "$T/jp" >"$T/answer"
	lookup 0 whois "$T/answer"
	finds johoka@example-town.jp mail
	finds 03-5550-1234 phone
	finds 03-5550-1235 fax
	lines 3
	iconv -f UTF-8 -t $e "$T/cojp" >"$T/answer"
	lookup 0 whois "$T/answer"
	says "ask the same server for TY9999JP too"
	says "ask the same server for IT9998JP too"
	lines 0
done

# Withheld is said, a form in its place is taken, an agent's is not the
# operator's.
cat >"$T/answer" <<'END'
Domain Name: example.com
Registrar: Example Registrar
Registrar Abuse Contact Email: abuse[at]registrar.example
Registrar Abuse Contact Phone: +1.5555550100
Name Server: ns1.example.com
Registrant Email: https://registrar.example/contact?d=example.com;x
Admin Email: REDACTED FOR PRIVACY
Tech Email: Please query the RDDS service of the Registrar
END
lookup 0 whois "$T/answer"
finds 'https://registrar.example/contact?d=example.com%3Bx' form
finds abuse@registrar.example mail
says "the registrar's, not the operator's"
says "WARNING: registrar.example is not the site's domain"
says "2 addresses are withheld"
lines 2

# Hostile answers.
python3 - "$T" <<'END'
import gzip, json, os, sys
t = sys.argv[1]
def put(name, data):
    open(os.path.join(t, name), "wb").write(data)
put("html", b"<!DOCTYPE html><html><body>Contact: mailto:a@example.jp")
put("big", b"# x\n" * 2500000)
put("nul", b"Contact: mailto:a\0b@example.jp\nContact: \x1b[31mmailto:"
    b"\x1b]0;x\x07c@example.jp\nContact: mailto:d%00e%0a@example.jp\n"
    b"Contact: mailto:ok@example.jp\nPreferred-Languages: \xff\xfe\x1b[2J\n"
    b"Expires: \xe2\x80\xae2027-01-01T00:00:00Z\n")
put("many", b"".join(b"Contact: mailto:a%d@example.jp\n" % i
    for i in range(10000)))
put("random", bytes(i * i * 31 % 251 for i in range(100000)))
put("empty", b"")
put("longline", b"Contact: mailto:" + b"a" * 200000)
put("deep", b"[" * 100000)
put("gz", gzip.compress(b"Contact: mailto:a@example.jp\n",
    mtime=ord(":")))
put("nest", b'{"entities":[' * 900 + b"{}" + b"]}" * 900)
e = {"roles": ["abuse", "\x1b[2J", 7, None], "vcardArray": ["vcard", [
    ["email", {}, "text", "a\x1b@example.jp"], ["email", None, "text", None],
    ["email", {}, "text", "x\u0000y@example.jp"], ["tel"], [], {}, 5,
    ["email", {}, "text", "fine@example.jp"]]]}
put("rdap", json.dumps({"ldhName": "example.jp", "entities": [e] * 2500}
    ).encode())
END
lookup 65 security.txt "$T/html"
says "it is a page (HTML), not text"
lookup 65 whois "$T/html"
lookup 65 rdap "$T/html"
for kind in security.txt rdap whois; do
	lookup 65 $kind "$T/big"
	says "standard input"
done
lookup 0 security.txt "$T/nul"
finds ok@example.jp mail
lines 1
lookup 0 security.txt "$T/many"
says "9968 more were found and left out"
lines 32
lookup 0 security.txt "$T/longline"
lines 0
lookup 65 security.txt "$T/empty"
lookup 65 rdap "$T/empty"
lookup 0 whois "$T/empty"
says "whois: the answer was not understood: read it yourself"
says "todoke-contact -a ADDRESS"
for f in random gz deep; do
	for kind in security.txt rdap; do
		lookup 65 $kind "$T/$f"
	done
	lookup 0 whois "$T/$f"
done
lookup 0 rdap "$T/nest"
lookup 0 rdap "$T/rdap"
finds fine@example.jp mail
lines 1

# A case, -w and do-not-contact.
expect 64 "$BIN/todoke-lookup" -i nonsense </dev/null
expect 64 "$BIN/todoke-lookup" -w -i whois https://www.example.jp/ </dev/null
expect 64 "$BIN/todoke-lookup"

# About no case: no configuration and no spool is needed, and none is made.
echo "registrant e-mail: soumu@city.example.lg.jp" >"$T/whois"
alone() {
	expect "$1" env -u TODOKE_CONF sh -c \
	    'exec "$0" -i whois "$2" "$3" <"$1"' "$BIN/todoke-lookup" \
	    "$T/whois" "$2" "$3"
}
alone 0 -- https://www.city.example.lg.jp/
finds soumu@city.example.lg.jp mail
[ -e /usr/local/etc/todoke ] || says "nobody is left out: /usr/local/etc/todoke/do-not-contact: there is no such list"
grep -v '^spool\|^calendar' "$T/conf" >"$T/lone.conf"
alone 0 -c"$T/lone.conf" https://www.city.example.lg.jp/
finds soumu@city.example.lg.jp mail
! grep -q "left out" "$T/err" || fail "$(cat "$T/err")"
alone 78 -c"$T/none.conf" https://www.city.example.lg.jp/
sed "s|^spool.*|spool { path = \"$T/nowhere\" }|" "$T/conf" >"$T/lone.conf"
alone 78 -c"$T/lone.conf" 69145869

# The corpora.
python3 - "$BIN/todoke-lookup" "$CORPORA" <<'END' || fail "the corpora"
import os, subprocess, sys
program, corpora = sys.argv[1:]
bad = done = 0

def ask(kind, name):
    p = subprocess.run([program, "-t", "2026-11-22", "-i", kind],
        stdin=open(os.path.join(corpora, name), "rb"), capture_output=True)
    rows = [l.split("\t") for l in p.stdout.decode().splitlines()]
    return p.returncode, rows, p.stderr.decode()

def wrong(*what):
    global bad
    bad += 1
    print(*what)

def table(name, columns):
    path = os.path.join(corpora, name)
    if not os.path.exists(path):
        print("note: skip", name)
        return
    for line in open(path, encoding="utf-8"):
        if not line.startswith("#"):
            global done
            done += 1
            yield (line.rstrip("\n").split("\t") + [""] * columns)[:columns]

for f, known, owner, admin, tech, abuse, note in table(
        "whois/expected.tsv", 7):
    status, rows, err = ask("whois", "whois/" + f)
    for role, address in (("registrant", owner), ("administrative", admin),
            ("technical", tech), ("the registrar's", abuse)):
        if "@" not in address:
            continue
        hits = [r[4] for r in rows if r[0].lower() == address.lower()]
        if not hits:
            wrong(f, "lacks", role, address)
        # .su names no role
        elif role[:15] not in hits[0] and not hits[0].endswith("; contact") \
                and "registrar" not in hits[0]:
            wrong(f, address, "is not", role, hits)
    got = ("throttled" if status == 75 else
        "false" if "no such domain" in err else
        "" if "not understood" in err else "true")
    if (note or known or got) != got:
        wrong(f, "is", got, err)
    if got != "true" and rows:
        wrong(f, got, "but", rows)

for f, kind, name, roles, top in table("rdap/expected.tsv", 5):
    status, rows, err = ask("rdap", "rdap/" + f)
    want = {a: set() for a in top.split("; ") if a}
    for part in filter(None, roles.split("; ")):
        role, address = part.split("=", 1)
        want.setdefault(address.lower(), set()).update(role.split(","))
    got = {r[0].lower(): r[4] for r in rows if r[1] == "mail"}
    if set(got) != set(want):
        wrong(f, "has", sorted(got), "not", sorted(want))
    for address in set(got) & set(want):
        if not all(r in got[address] for r in want[address]):
            wrong(f, address, got[address], want[address])
    if status != (65 if kind == "invalid-json" or "/error/" in f else 0):
        wrong(f, "ended with", status, err)

for f, valid, errors, advice, _, note in table(
        "security-txt/sectxt-expected.tsv", 6):
    status, rows, err = ask("security.txt", "security-txt/" + f)
    codes = [l.split(": ")[-1] for l in err.splitlines() if "no line" not in l]
    broken = [c for c in codes if "(advice)" not in c]
    if valid == "yes" and broken or valid == "no" and not broken:
        wrong(f, "valid:", valid, "but", codes)
    if valid.startswith("no("):
        continue # how it was fetched
    if errors and errors[0] != "!" and not any(
            c.split()[0] == errors for c in codes):
        wrong(f, errors, "is not in", codes)
    if note == "first error" and broken[:1] != [errors]:
        wrong(f, errors, "is not the first of", codes)
    if advice and advice + " (advice)" not in codes:
        wrong(f, advice, "is not in", codes)
    if "Contact" in open(os.path.join(corpora, "security-txt", f)).read() \
            and not rows and errors != "empty_value":
        wrong(f, "has no candidate")
    if f.endswith("contact_properties.txt"):
        if [r[0] for r in rows] != ["security@example.com",
                "security+uri+encoded@example.com",
                "https://example.com/security-contact.html",
                "+1-201-555-0123"] or \
                "security%2Buri%2Bencoded@example.com" not in rows[1][4]:
            wrong(f, rows)
if done:
    print("note: corpora:", done, "answers,", bad, "wrong")
sys.exit(bad > 0)
END
