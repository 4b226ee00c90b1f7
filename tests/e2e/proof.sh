# Whoever got a letter can verify it: each first contact says how without a
# link; todoke-list -c answers a caller with yes or no alone; the published
# list has the open cases, as another program finds, and tells nothing else;
# the check page finds the same in a real browser, from https and from a disk,
# asks the network for the list alone, and says what it cannot do.
set -eu
. tests/helper/lib.sh
scratch
keys
desk

# opened URL: a case, with words in it that nobody may see.
opened() {
	printf 'Finder: Sealedname\nFinder-Address: sealedname@finder.example\nUrl: %s\nOperator: Example City\n\nsealedword in the field q\n' \
	    "$1" | ito todoke-open
}
accepted() {
	n=$(opened "$1")
	ito todoke-accept -w local-government -s medium -v 6.1 "$n" 2>"$T/said"
	echo "$n"
}
city=$(accepted "http://www.city.example.lg.jp/sealedpath?q=1")
idn=$(accepted "https://www.日本語.jp/")
private=$(accepted "https://somebody.github.io/page")
address=$(accepted "http://192.0.2.7:8080/")
known=$(accepted "http://www.known.example/")
closed=$(accepted "http://www.closed.example/")
early=$(opened "http://www.early.example/")
rejected=$(opened "http://www.rejected.example/")
ito todoke-accept -r rejected-scope "$rejected"

#
# Letters
#
code_in() {
	grep -o '[0-9]\{4\} [0-9]\{4\} [0-9]\{4\} [0-9]\{4\}' "$1" | sort -u
}
says_how() {
	code=$(code_in "$1")
	[ "$(echo "$code" | grep -c .)" -eq 1 ] || fail "$2: not one code: $code"
	case $2 in
	*en*) words="official|check page|erification code" ;;
	*) words="公式サイト|確認ページ|確認コード" ;;
	esac
	[ "$(grep -oE "$words" "$1" | sort -u | wc -l)" -eq 3 ] || fail "$2 does not say how to verify it"
	! grep -qi sealed "$1" || fail "$2: a sealed word"
}
asked() {
	ito todoke-contact -m "$2" "$1" >"$T/letter.$2"
	says_how "$T/letter.$2" "$2"
	echo "$code"
}
# The same code for a case in each letter, another for each case.
city_code=$(asked "$city" form)
for way in phone fax letter; do
	[ "$(asked "$city" $way)" = "$city_code" ] || fail "$way has another code"
done
ito todoke-contact -a soumu@city.example.lg.jp "$city" 2>"$T/said"
# The text of the mail: its body, decoded.
python3 - "$SPOOL/outbox/$city".*.contact >"$T/mail" <<'EOF'
import email, email.policy, sys
m = email.message_from_binary_file(open(sys.argv[1], "rb"), policy=email.policy.default)
print(m.get_body(("plain",)).get_content())
EOF
says_how "$T/mail" mail
[ "$code" = "$city_code" ] || fail "the mail has another code"
sed -i 's/^Lang: .*/Lang: en/' "$SPOOL/$(place "$city")"
for way in form phone fax letter; do
	ito todoke-contact -n -m $way "$city" >"$T/letter" 2>"$T/said"
	says_how "$T/letter" "en $way"
	[ "$code" = "$city_code" ] || fail "en $way has another code"
done
idn_code=$(asked "$idn" form)
private_code=$(asked "$private" form)
address_code=$(asked "$address" form)
closed_code=$(asked "$closed" form)
for c in "$idn_code" "$private_code" "$address_code" "$closed_code"; do
	[ "$c" != "$city_code" ] || fail "two cases have one code"
done
ito todoke-close -r no-answer "$closed" 2>"$T/said"

#
# A caller
#
# answers yes|no ARG…: that word alone.
answers() {
	reply=$1
	shift
	[ "$reply" = yes ] && status=0 || status=1
	expect "$status" ito todoke-list "$@"
	[ "$(cat "$T/out")" = "$reply" ] || fail "not $reply: $*: $(cat "$T/out")"
	[ ! -s "$T/err" ] || fail "more than yes or no: $*: $(cat "$T/err")"
}
wide() {
	echo "$1" | sed 'y/0123456789 /０１２３４５６７８９　/'
}
answers yes -c "$city"
answers yes -c "IPA#$city"
answers yes -c "【IPA#$city】"
answers yes -c "【ＩＰＡ＃$(wide "$city")】"
answers yes -c "$(wide "$city")"
answers yes -c "$city" -c "$CONF"
answers yes -c "$city" "$city_code"
# shellcheck disable=SC2086
answers yes -c "$city" $city_code
answers yes -c "$city" "$(wide "$city_code")" "https://city.example.lg.jp/other"
answers yes -c "$city" soumu@mail.city.example.lg.jp
answers yes -c "$idn" www.日本語.jp "$idn_code"
answers yes -c "$address" http://192.0.2.7:8080/
answers yes -c "$closed" "$closed_code"	# the letter is genuine still
answers no -c "$city" city.example.com
answers no -c "$private" other.github.io
answers no -c "$known"	# accepted, nobody was asked
answers no -c "$early"
answers no -c "$rejected"
other=$(python3 -c "print('%08d' % ((int('$city') + 1) % 10**8))")
answers no -c "$other"
answers no -c "$other" www.city.example.lg.jp
# A code with the right check digit, but not ours; then one with a slip.
# shellcheck disable=SC2046
set -- $(python3 - "$city" "$city_code" <<'EOF'
import sys
number, code = sys.argv[1], sys.argv[2].replace(" ", "")
def check(t):
    p = 10
    for c in t:
        p = 2 * ((p + int(c)) % 10 or 10) % 11
    return str((11 - p) % 10)
fifteen = code[:14] + str((int(code[14]) + 1) % 10)
print(fifteen + check(number + fifteen), code[:15] + str((int(code[15]) + 1) % 10))
EOF
)
forged=$1 slip=$2
answers no -c "$city" "$forged"
expect 64 ito todoke-list -c "$city" "$slip"
says "mistyped"
for odd in "12 34" "$city_code 1" "http://" "$city_code/"; do
	expect 64 ito todoke-list -c "$city" "$odd"
done
expect 64 ito todoke-list -c "$city" a.example b.example
expect 64 ito todoke-list -c 1234567
expect 64 ito todoke-list -c "XYZ#$city"
expect 64 ito todoke-list -a -c "$city"
expect 64 ito todoke-list -s new -c "$city"
expect 64 ito todoke-list "$city"
expect 78 ito todoke-list -c "$T/none.conf"
expect 78 ito todoke-list -c ./"$city"
cp -a "$SPOOL/$(place "$city")" "$T/whole"
printf 'no case at all\n' >"$SPOOL/$(place "$city")"
expect 65 ito todoke-list -c "$city"
[ ! -s "$T/out" ] || fail "a broken case is answered"
expect 65 cron todoke-publish -i 1000 -o "$T/less.txt"
says "$city"
[ "$(wc -l <"$T/less.txt")" -eq 1032 ] || fail "the others are not listed"
cp -a "$T/whole" "$SPOOL/$(place "$city")"

#
# The list
#
mkdir "$T/web"
find "$SPOOL" -type f | sort | xargs sha256sum >"$T/before"
cron todoke-publish -o "$T/web/verify.txt" || fail "todoke-publish"
find "$SPOOL" -type f | sort | xargs sha256sum | cmp -s - "$T/before" || fail "the spool was changed"
[ "$(stat -c %a "$T/web/verify.txt")" = 644 ] || fail "mode of the list"
[ "$(ls -A "$T/web")" = verify.txt ] || fail "left: $(ls -A "$T/web")"
cron todoke-publish >"$T/second.txt"
cron todoke-publish -i 2000 -t "2026-11-24 09:05" >"$T/quick.txt"
grep -qx "Made: 2026-11-24T09:05:00+09:00" "$T/quick.txt" || fail "Made:"
expect 0 cron todoke-publish -n -o "$T/none.txt"
says "5 cases among 1024 entries"
[ ! -e "$T/none.txt" ] || fail "-n wrote"
cat >"$T/cases" <<EOF
yes $city $city_code example.lg.jp
yes $idn $idn_code xn--wgv71a119e.jp
yes $private $private_code somebody.github.io
yes $address $address_code 192.0.2.7
no $closed $closed_code closed.example
no $city $forged example.lg.jp
no $city $city_code lg.jp
no $city $city_code city.example.lg.jp
no $other $city_code example.lg.jp
no $idn $city_code xn--wgv71a119e.jp
EOF
# Codes of cases that no letter was written for, from the secret.
for n in "$known" "$early" "$rejected"; do
	python3 - "$n" "$T/secret" <<'EOF'
import hashlib, hmac, sys
key = bytes.fromhex(open(sys.argv[2]).read().strip())
mac = hmac.new(key, b"code\n" + sys.argv[1].encode(), hashlib.sha256).digest()
d = "%015d" % (int.from_bytes(mac[:8], "big") % 10**15)
p = 10
for c in sys.argv[1] + d:
    p = 2 * ((p + int(c)) % 10 or 10) % 11
print(d + str((11 - p) % 10))
EOF
done >"$T/codes"
paste -d ' ' - "$T/codes" - <<EOF >>"$T/cases"
yes $known
known.example
no $early
early.example
no $rejected
rejected.example
EOF
python3 - "$T/cases" "$T/web/verify.txt" "$T/second.txt" "$T/quick.txt" <<'EOF' || fail "the list"
import hashlib, re, sys
cases = [l.split() for l in open(sys.argv[1])]
cases = [(w[0], w[1], "".join(w[2:-1]), w[-1]) for w in cases]
assert len(cases) == 13 and all(len(c[2]) == 16 for c in cases), cases
seen, salts = set(), set()
for name, iterations in zip(sys.argv[2:], (100000, 100000, 2000)):
    text = open(name, encoding="ascii").read()
    m = re.fullmatch(r"Todoke-Verify: 1\nTag: IPA\nMade: (\S+)\n"
        r"Kdf: PBKDF2-HMAC-SHA-256\nIterations: (\d+)\nSalt: ([0-9a-f]{32})\n"
        r"Entries: 1024\n\n((?:[0-9a-f]{32}\n){1024})", text)
    assert m, name
    assert int(m[2]) == iterations, m[2]
    entries = m[4].split()
    assert entries == sorted(entries) and len(set(entries)) == 1024
    assert not seen & set(entries), "entries stay the same"
    seen |= set(entries)
    salts.add(m[3])
    for want, number, code, domain in cases:
        e = hashlib.pbkdf2_hmac("sha256", "\n".join((number, code, domain))
            .encode(), bytes.fromhex(m[3]), iterations, 16).hex()
        assert (e in entries) == (want == "yes"), (name, want, number, domain)
        # Number and domain alone find nothing.
        for less in ("%s\n%s" % (number, domain), "%s\n\n%s" % (number, domain)):
            e = hashlib.pbkdf2_hmac("sha256", less.encode(),
                bytes.fromhex(m[3]), iterations, 16).hex()
            assert e not in entries
assert len(salts) == 3
EOF
for word in "$city" "$known" "$(echo "$city_code" | tr -d ' ')" example sealed github; do
	! grep -qi "$word" "$T/web/verify.txt" || fail "the list holds $word"
done
# The salt decides which entries there are, chance does the rest.
expect 64 cron todoke-publish -i 999
expect 64 cron todoke-publish -i 10000001
expect 64 cron todoke-publish nonsense
expect 66 cron todoke-publish -i 1000 -o "$T/nowhere/verify.txt"
cp "$T/web/verify.txt" "$T/kept.txt"
if cron todoke-publish -i 1000 >/dev/full 2>"$T/err"; then
	fail "a list that was not written"
fi
cp "$CONF" "$T/nosecret.conf"
sed -i "s|file = \"$T/secret\"|file = \"$T/nowhere/secret\"|" "$T/nosecret.conf"
expect 78 "$BIN/todoke-publish" -c "$T/nosecret.conf" -o "$T/web/verify.txt"
cmp -s "$T/kept.txt" "$T/web/verify.txt" || fail "a fault took the list away"
# What the manual's openssl says is what the unit test of verify has.
entry=$(sed -n 's/.*ck_assert_str_eq(entry, "\([0-9a-f]*\)").*/\1/p' tests/unit/verify.c)
sed -n '/^\.Sh EXAMPLES/,/^\.Ed/p' man/todoke-verify.5 |
    sed -n 's/^\$ //; /^printf/,/^\.Ed/p' | sed '/^\.Ed/d; s/\\e/\\/g' >"$T/example"
[ "$(cd "$T" && sh ./example | tr -d ':\n' | tr 'A-F' 'a-f')" = "$entry" ] ||
    fail "the example of todoke-verify(5)"

#
# The page
#
python3 - <<'EOF' || fail "the page's Content-Security-Policy"
import base64, hashlib, re
s = open("etc/verify/index.html", encoding="utf-8").read()
for tag in ("script", "style"):
    (body,) = re.findall("<%s>(.*?)</%s>" % (tag, tag), s, re.S)
    h = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
    assert "%s-src 'sha256-%s'" % (tag, h) in s, "%s: its hash is %s" % (tag, h)
assert not re.search(r"https?://(?!\")", re.sub(r"<!--.*?-->", "", s, flags=re.S)
    .replace('"http://" +', "")), "a link to elsewhere"
EOF
for p in chromium nginx openssl; do
	command -v $p >/dev/null || {
		echo "skip: $p is not there: the check page was not opened"
		exit 77
	}
done
stop() {
	status=$?
	trap - EXIT
	set +e
	[ ! -s "$T/nginx.pid" ] || kill "$(cat "$T/nginx.pid")" 2>/dev/null
	(exit $status)
	cleanup
}
trap stop EXIT
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
    -keyout "$T/web.key" -out "$T/web.crt" -days 2 -subj "/CN=desk.example" \
    2>"$T/openssl.log"
TLS=$(free_port) CLEAR=$(free_port)
cp etc/verify/index.html "$T/web/"
mkdir "$T/web/old" "$T/web/none" "$T/web/bad" "$T/disk"
for d in old none bad; do
	cp etc/verify/index.html "$T/web/$d/"
done
cp etc/verify/index.html "$T/disk/"
cp "$T/quick.txt" "$T/web/old/verify.txt"
head -n 500 "$T/kept.txt" >"$T/web/bad/verify.txt"
cat >"$T/nginx.conf" <<EOF
pid $T/nginx.pid;
error_log $T/nginx.log;
events { worker_connections 64; }
http {
	log_format asked '\$request';
	access_log $T/access.log asked;
	types { text/html html; text/plain txt; }
	client_body_temp_path $T/ngx1; proxy_temp_path $T/ngx2;
	fastcgi_temp_path $T/ngx3; uwsgi_temp_path $T/ngx4; scgi_temp_path $T/ngx5;
	ssl_certificate $T/web.crt;
	ssl_certificate_key $T/web.key;
	root $T/web;
	server { listen 127.0.0.1:$TLS ssl; }
	server { listen 127.0.0.1:$CLEAR; }
}
EOF
[ "$(id -u)" -ne 0 ] || sed -i '1i user nobody nogroup;' "$T/nginx.conf"
nginx -c "$T/nginx.conf" 2>"$T/nginx.start" || {
	cat "$T/nginx.start" "$T/nginx.log" >&2
	fail "nginx does not start"
}
PYTHONPATH=tests/helper PYTHONDONTWRITEBYTECODE=1 python3 - "$T" "$TLS" \
    "$CLEAR" <<'EOF' || fail "the check page"
import json, sys
from browser import Browser
T, tls, clear = sys.argv[1:]
web = "https://desk.example:%s/" % tls
cases = [l.split() for l in open(T + "/cases")]
cases = [(w[0], w[1], " ".join(w[2:-1]), w[-1]) for w in cases]
(_, number, code, domain), (_, idn, idn_code, _) = cases[:2]
wide = str.maketrans("0123456789", "０１２３４５６７８９")
wrong = []

def fits(number, code):
    p, t = 10, number + code.replace(" ", "")
    for c in t[:-1]:
        p = 2 * ((p + int(c)) % 10 or 10) % 11
    return int(t[-1]) == (11 - p) % 10

def ask(b, number, code, site, pasted=""):
    fields = {"number": number, "code": code, "site": site, "list": pasted}
    return b.run("""(async () => {
        const fields = %s;
        for (const f in fields)
            document.getElementById(f).value = fields[f];
        delete document.getElementById("answer").dataset.answer;
        document.getElementById("check").click();
        const box = document.getElementById("answer");
        while (["wait", undefined].includes(box.dataset.answer))
            await new Promise((done) => new MutationObserver((_, o) => {
                o.disconnect(); done();
            }).observe(box, {attributes: true}));
        const shown = [...box.children].filter((e) => e.id !== "dated" &&
            getComputedStyle(e).display !== "none").map((e) => e.id);
        return shown.join();
    })()""" % json.dumps(fields))

def want(what, b, *asked):
    got = ask(b, *asked)
    if got != what:
        wrong.append("%s instead of %s: %.150s" % (got, what, asked))

def equal(what, got, should):
    if got != should:
        wrong.append("%s: %s instead of %s" % (what, got, should))

with Browser(T + "/chromium", "--ignore-certificate-errors", "--lang=ja",
        "--host-resolver-rules=MAP desk.example 127.0.0.1, "
        "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1") as b:
    b.open(web + "index.html")
    equal("secure", b.run("isSecureContext"), True)
    for w, n, c, d in cases:
        # The page goes up from a host, so its yes covers hosts below.
        if d not in ("lg.jp", "city.example.lg.jp"):
            w = w if fits(n, c) else "typo"
            want(w, b, n, c, d)
            if d != "192.0.2.7":
                want(w, b, n, c, "https://a.b.%s/path?q=1#x" % d)
    want("yes", b, "【ＩＰＡ＃%s】" % number.translate(wide),
         code.translate(wide).replace(" ", "　"), "ＷＷＷ．" + domain.upper())
    want("yes", b, "IPA#" + number, code.replace(" ", "-"), "soumu@" + domain)
    want("yes", b, idn, idn_code, "https://日本語.jp/")
    want("yes", b, idn, idn_code, "日本語.jp.")
    want("no", b, number, code, "lg.jp")
    want("no", b, number, code, "x" + domain)
    want("no", b, number, code, domain + ".example.com")
    want("typo", b, number[1:], code, domain)
    want("typo", b, number, code[1:], domain)
    for i in range(len(number)):
        slip = number[:i] + str((int(number[i]) + 3) % 10) + number[i + 1:]
        want("typo", b, slip, code, domain)
    want("typo", b, number, code[:-1] + str((int(code[-1]) + 1) % 10), domain)
    want("place", b, number, code, "")
    want("place", b, number, code, "a b")
    made = b.run("document.getElementById('made').textContent")
    want("yes", b, number, code, domain)
    made = b.run("document.getElementById('made').textContent")
    equal("the list's day", made in open(T + "/kept.txt").read() and
          len(made) == 25, True)
    # The languages.
    for lang, word in ("#ja", "確認する"), ("#en", "Check"):
        b.open(web + "index.html" + lang)
        equal("button", b.run("document.getElementById('check').innerText"),
              word)
        b.run("document.getElementById('language').click()")
        equal("other button", b.run("document.getElementById('check')"
              ".innerText"), "Check" if lang == "#ja" else "確認する")
    # Another number of iterations; no list, half a list, then pasted.
    b.open(web + "old/index.html")
    want("yes", b, number, code, domain)
    kept = open(T + "/kept.txt").read()
    for d in "none", "bad":
        b.open(web + d + "/index.html")
        want("broken", b, number, code, domain)
        want("yes", b, number, code, domain, kept)
        want("no", b, number, code, "elsewhere.example", kept)
    for sound, broken in (("Verify: 1", "Verify: 2"), ("Kdf: PB", "Kdf: B"),
                          ("Iterations: 100000", "Iterations: 999"),
                          ("Salt: ", "Salt: 0"), ("102", "103"),
                          ("\n\n", "\n")):
        want("broken", b, number, code, domain, kept.replace(sound, broken))
    want("yes", b, number, code, domain, kept.replace("\n", "\r\n"))
    said = [s for s in b.said if "404" not in s]
    equal("the console", said, [])
    equal("asked for", sorted(set(b.asked) - {"about:blank"}), sorted(
        [web + "index.html", web + "verify.txt", web + "old/index.html",
         web + "old/verify.txt"] + [web + d + f for d in ("none", "bad")
        for f in ("/index.html", "/verify.txt")]))
    # Without TLS there is no WebCrypto: it says so.
    b.open("http://desk.example:%s/index.html" % clear)
    equal("secure", b.run("isSecureContext"), False)
    want("unable", b, number, code, domain)
    # From a disk.
    b.open("file://" + T + "/disk/index.html")
    want("broken", b, number, code, domain)
    want("yes", b, number, code, domain, kept)
    want("no", b, number, code, "elsewhere.example", kept)
    # What would run or load anything else is stopped.
    b.open(web + "index.html")
    b.said.clear()
    b.run("""(() => { const s = document.createElement("script");
        s.textContent = "globalThis.other = 1"; document.body.append(s);
        const i = document.createElement("img"); i.src = "verify.txt";
        document.body.append(i); })()""")
    equal("a foreign script ran", b.run("typeof other"), "undefined")
    equal("said of it", any("Content Security Policy" in s for s in b.said),
          True)
    # Without the script it is there in both languages, and sends nothing.
    b.call("Emulation.setScriptExecutionDisabled", value=True)
    b.open(web + "index.html")
    text = b.run("document.body.innerText")
    equal("both languages", "電話でもお答え" in text and
          "ask us by telephone" in text, True)
print("\n".join(wrong))
sys.exit(len(wrong) > 0)
EOF
# The server has seen no word of what was entered.
! grep -v '^GET /\(\(old\|none\|bad\)/\)\?\(index.html\|verify.txt\) HTTP/1.1$' "$T/access.log" ||
    fail "the server was asked for more"
