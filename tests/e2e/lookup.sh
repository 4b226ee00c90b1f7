# todoke-lookup asks the network: nginx with TLS and a CA of our own, nsd,
# RDAP and whois, all in a network namespace that holds nothing else, so at
# their usual ports and at public addresses.  Who answers badly costs no more
# than his own lines, and nobody can send the desk into its own network.
set -eu
. tests/helper/lib.sh
for p in nginx nsd unshare ip openssl; do
	command -v $p >/dev/null || {
		echo "skip: $p is not there"
		exit 77
	}
done
if [ "${INSIDE:-}" != yes ]; then
	unshare -n true 2>/dev/null || {
		echo "skip: no network namespace can be made here"
		exit 77
	}
	INSIDE=yes exec unshare -n sh tests/e2e/lookup.sh
fi
scratch
stop() {
	status=$?
	trap - EXIT
	set +e
	for f in "$T/nginx.pid" "$T/nsd.pid" "$T/whois.pid"; do
		[ ! -s "$f" ] || kill "$(cat "$f")" 2>/dev/null || true
	done
	(exit $status)
	cleanup
}
trap stop EXIT

# Public addresses, of this namespace alone.
SITE=9.0.0.1 REGISTRY=9.0.0.2 REGISTRAR=9.0.0.3
ip link set lo up
for a in $SITE $REGISTRY $REGISTRAR; do
	ip addr add $a/32 dev lo
done

# Names.
names="town shop redirect big endless down bomb html nul many slowweb odd self inside badcert plain nomx nullmx deadmx slow page"
mkdir "$T/zones"
for n in $names; do
	cat >"$T/zones/$n.example" <<END
\$ORIGIN $n.example.
\$TTL 60
@ IN SOA ns.nic.example. dns\\.admin.$n.example. 1 60 60 60 60
@ IN NS ns.nic.example.
@ IN A $SITE
www IN A $SITE
@ IN MX 10 mx.$n.example.
mx IN A $SITE
END
done
cat >"$T/zones/nic.example" <<END
\$ORIGIN nic.example.
\$TTL 60
@ IN SOA ns.nic.example. hostmaster.nic.example. 1 60 60 60 60
@ IN NS ns
ns IN A 127.0.0.1
rdap IN A $REGISTRY
whois IN A $REGISTRY
registrar IN A $REGISTRAR
END
sed -i '/ MX /d' "$T/zones/nomx.example"
sed -i '/^mx /d' "$T/zones/deadmx.example"
sed -i 's/ MX .*/ MX 0 ./' "$T/zones/nullmx.example"
sed -i "s/ A $SITE/ A 127.0.0.1/" "$T/zones/inside.example"
echo "inside IN A 10.1.2.3" >>"$T/zones/self.example"
{
	cat <<END
server:
	ip-address: 127.0.0.1@53
	username: ""
	database: ""
	zonesdir: "$T/zones"
	pidfile: "$T/nsd.pid"
	logfile: "$T/nsd.log"
	xfrdfile: "$T/xfrd"
	xfrdir: "$T"
	zonelistfile: "$T/zone.list"
	cookie-secret-file: ""
remote-control:
	control-enable: no
END
	for n in $names nic; do
		printf 'zone:\n\tname: %s.example\n\tzonefile: %s.example\n' \
		    $n $n
	done
} >"$T/nsd.conf"
nsd -c "$T/nsd.conf" >"$T/nsd.start" 2>&1 || {
	cat "$T/nsd.start" "$T/nsd.log" >&2
	fail "nsd does not start"
}

# A CA and certificates.
(
	cd "$T"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
	    -nodes -keyout ca.key -out ca.crt -days 2 -subj "/CN=Test CA"
	san=DNS:rdap.nic.example
	for n in $names; do
		[ $n = badcert ] || san=$san,DNS:$n.example,DNS:www.$n.example
	done
	printf 'subjectAltName=%s\n' "$san" >ext
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
	    -keyout web.key -out web.csr -subj "/CN=web"
	openssl x509 -req -in web.csr -CA ca.crt -CAkey ca.key \
	    -CAcreateserial -days 2 -extfile ext -out web.crt
) 2>"$T/openssl.log"

# Sites.
W=$T/www
for n in $names; do
	mkdir -p "$W/www.$n.example/.well-known"
done
ln -s "$W/www.town.example" "$W/town.example"
mkdir -p "$W/rdap.nic.example/domain"
cat >"$W/www.town.example/.well-known/security.txt" <<'END'
Contact: mailto:security@town.example
Contact: https://elsewhere.example/report
Expires: 2027-03-31T14:59:59Z
Preferred-Languages: ja, en
END
iconv -t SHIFT_JIS >"$W/www.town.example/index.html" <<'END'
<!DOCTYPE html><html><head><meta charset="Shift_JIS">
<script>document.write('<a href="/no">お問い合わせ</a>')</script></head>
<body><!-- <a href="/comment">お問い合わせ</a> -->
<a href="https://elsewhere.example/contact">Contact</a>
<a class=x href='/otoiawase.html'><img src=x alt="お問い合わせ"></a>
</body></html>
END
cat >"$W/www.town.example/otoiawase.html" <<'END'
<html><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8">
</head><body><a href="mailto:&#115;oumu@town.example?subject=x">mail</a>
<a href="tel:03-5550-1234">tel</a> <a href="javascript:alert(1)">x</a>
<a href="/cgi/form?to=1;2">お問い合わせフォーム</a>
<a href="http://10.0.0.1/contact/form">お問い合わせフォーム</a>
<form method=post action="/send"><textarea name=t></textarea></form></body></html>
END
echo '<form action=x><textarea></textarea></form>' >"$W/www.page.example/contact.html"
echo '<p>welcome</p>' >"$W/www.page.example/index.html"
cat >"$W/rdap.nic.example/domain/town.example" <<'END'
{"objectClassName": "domain", "ldhName": "town.example", "entities": [
 {"objectClassName": "entity", "roles": ["registrant"], "vcardArray": ["vcard",
  [["version", {}, "text", "4.0"], ["email", {}, "text", "somu@town.example"]]]},
 {"objectClassName": "entity", "roles": ["registrar"], "entities": [
  {"objectClassName": "entity", "roles": ["abuse"], "vcardArray": ["vcard",
   [["email", {}, "text", "abuse@registrar.example"]]]}]}]}
END
echo "Contact: mailto:old@shop.example" >"$W/www.shop.example/security.txt"
echo "Contact: mailto:clear@plain.example" >"$W/www.plain.example/security.txt"
python3 - "$W" <<'END'
import gzip, os, sys
def put(site, data, name=".well-known/security.txt"):
    open(os.path.join(sys.argv[1], "www.%s.example" % site, name), "wb").write(data)
put("big", b"# x\n" * 2621440)
put("bomb", gzip.compress(b"# x\n" * 26214400))
put("html", b"<!DOCTYPE html><html>Contact: mailto:a@html.example")
put("nul", b"Contact: mailto:a\0b@nul.example\nContact: \x1b[31mmailto:ok@nul.example\n"
    b"Contact: mailto:ok@nul.example\nPreferred-Languages: \xff\x1b[2J\n")
put("many", b"".join(b"Contact: mailto:a%d@many.example\n" % i for i in range(10000)))
put("slowweb", b"Contact: mailto:a@slowweb.example\n" + b"#" * 500000)
END
cat >"$T/nginx.conf" <<END
user nobody nogroup;
pid $T/nginx.pid;
error_log $T/nginx.log;
events { worker_connections 64; }
http {
	access_log $T/access.log combined;
	types { text/html html; text/plain txt; }
	default_type application/rdap+json;
	client_body_temp_path $T/ngx1; proxy_temp_path $T/ngx2;
	fastcgi_temp_path $T/ngx3; uwsgi_temp_path $T/ngx4; scgi_temp_path $T/ngx5;
	ssl_certificate $T/web.crt;
	ssl_certificate_key $T/web.key;
	server {
		listen $SITE:443 ssl;
		listen $REGISTRY:443 ssl;
		server_name ~^(?<site>.+)\$;
		root $W/\$site;
	}
	server { # in clear: one site has nothing else
		listen $SITE:80;
		server_name www.plain.example;
		root $W/www.plain.example;
	}
	server {
		listen $SITE:443 ssl;
		server_name www.plain.example plain.example;
		return 503;
	}
	server {
		listen $SITE:443 ssl;
		server_name www.redirect.example;
		location = /.well-known/security.txt { return 302 https://www.town.example/.well-known/security.txt; }
	}
	server {
		listen $SITE:443 ssl;
		server_name www.endless.example;
		return 302 https://www.endless.example\${uri}x;
	}
	server {
		listen $SITE:443 ssl;
		server_name www.down.example;
		location = /.well-known/security.txt { return 301 http://www.plain.example/security.txt; }
		location = /security.txt { return 301 file:///etc/passwd; }
		location / { return 301 https://www.town.example:8443/; }
	}
	server {
		listen $SITE:443 ssl;
		server_name www.self.example;
		location = /.well-known/security.txt { return 302 https://www.inside.example/x; }
		location = /security.txt { return 302 https://inside.self.example/x; }
		location / { return 302 https://[::ffff:127.0.0.1]/x; }
	}
	server {
		listen $SITE:443 ssl;
		server_name www.bomb.example;
		root $W/www.bomb.example;
		location / { add_header Content-Encoding gzip; }
	}
	server {
		listen $SITE:443 ssl;
		server_name www.slowweb.example;
		root $W/www.slowweb.example;
		limit_rate 100;
	}
	server { # what must never be asked
		listen 127.0.0.1:443 ssl;
		listen 127.0.0.1:80;
		location / { return 200 "Contact: mailto:inside@self.example\n"; access_log $T/inside.log; }
	}
}
END
nginx -c "$T/nginx.conf" >"$T/nginx.start" 2>&1 || {
	cat "$T/nginx.start" >&2
	fail "nginx does not start"
}

# Whois: the registry refers to the registrar; JPRS as JPRS answers.
mkdir "$T/registry" "$T/registrar" "$T/lists"
iconv -t ISO-2022-JP >"$T/registry/shop.example" <<'END'
Domain Information: [ドメイン情報]
a. [ドメイン名]                 SHOP.EXAMPLE
f. [組織名]                     架空株式会社
m. [登録担当者]                 TY9999JP
n. [技術連絡担当者]             IT9998JP
p. [ネームサーバ]               ns.nic.example
[状態]                          Connected (2027/11/30)
[最終更新]                      2023/12/01 01:05:12 (JST)
END
iconv -t ISO-2022-JP >"$T/registry/TY9999JP" <<'END'
Contact Information: [担当者情報]
a. [JPNICハンドル]              TY9999JP
b. [氏名]                       架空 太郎
d. [電子メイル]                 taro@shop.example
o. [電話番号]                   03-5550-9999
END
cat >"$T/registry/odd.example" <<'END'
Domain Name: ODD.EXAMPLE
Registrar: Example Registrar
Registrar WHOIS Server: registrar.nic.example
Name Server: ns.nic.example
END
cat >"$T/registrar/odd.example" <<'END'
Domain Name: ODD.EXAMPLE
Registrar: Example Registrar
Registrar WHOIS Server: registrar.nic.example
Name Server: ns.nic.example
Registrant Email: owner@odd.example
END
python3 tests/helper/whoisd.py 43 $REGISTRY "$T/registry" $REGISTRAR \
    "$T/registrar" >"$T/whois.out" &
echo $! >"$T/whois.pid"
python3 - "$T/whois.out" <<'END'
import os, select, sys, time
end = time.monotonic() + 30
while not os.path.getsize(sys.argv[1]) and time.monotonic() < end:
    select.select([], [], [], 0.02)
END

# The desk.
cp etc/kinds etc/operators etc/closings etc/verified etc/items etc/referrals \
    etc/liaisons etc/bounces etc/forms etc/passphrase-words "$T/lists/"
printf 'town.example\thttps://rdap.nic.example/\n' >"$T/lists/rdap"
printf 'nul.example\thttps://rdap.nic.example\n' >>"$T/lists/rdap"
printf '.\twhois.nic.example\n' >"$T/lists/whois"
printf '# nobody\nparked.example\nowner@odd.example # asked us not to\n' \
    >"$T/lists/do-not-contact"
keys
desk
cat >>"$CONF" <<END
words { path = "$T/lists" }
lookup { ca = "$T/ca.crt" resolver = "127.0.0.1:53" deadline = 12s }
END

# lookup STATUS URL: within 30 s, and nothing but clean lines.
lookup() {
	expect "$1" timeout 30 "$BIN/todoke-lookup" -t 2026-11-24 "$2"
	python3 - "$T/out" "$T/err" <<'END' || fail "not clean: $2"
import sys
for name in sys.argv[1:]:
    text = open(name, "rb").read().decode("utf-8")
    assert all(c >= " " or c in "\n\t" for c in text) and "\x7f" not in text
END
}

finds() {
	grep -q "$(printf '^%s\t%s\t%s\t' "$1" "$2" "$3")" "$T/out" || {
		cat "$T/out" "$T/err" >&2
		fail "not found: $1 $2 $3"
	}
}

finds_not() {
	if grep -qF -e "$1" "$T/out"; then
		cat "$T/out" "$T/err" >&2
		fail "found: $1"
	fi
}

lookup 0 https://www.town.example/some/path?secret=1
cp "$T/out" "$T/town"
finds security@town.example mail security.txt
finds https://elsewhere.example/report form security.txt
finds soumu@town.example mail page
finds 03-5550-1234 phone page
finds https://www.town.example/cgi/form?to=1%3B2 form page
finds https://www.town.example/otoiawase.html form page
finds dns.admin@town.example mail soa
finds somu@town.example mail rdap
finds abuse@registrar.example mail rdap
finds abuse@town.example mail role
finds_not 10.0.0.1
[ "$(head -n 1 "$T/out" | cut -f 1)" = security@town.example ] ||
    fail "the best is not first"
[ "$(tail -n 1 "$T/out" | cut -f 1)" = abuse@registrar.example ] ||
    fail "the registrar is not last"
grep elsewhere.example "$T/out" |
    grep -q "WARNING: elsewhere.example is not the site's domain" ||
    fail "no warning of another domain"
grep -q 'todoke-lookup (vulnerability disclosure desk; https://desk.example/; desk@desk.example)' \
    "$T/access.log" || fail "the User-Agent does not say who asks"
if grep -q 'secret\|some/path' "$T/access.log"; then
	fail "more than the origin was asked"
fi
if grep -q '"POST\|/send' "$T/access.log"; then
	fail "a form was submitted"
fi

# What is at the root only, in clear only, behind a redirection.
lookup 0 https://www.shop.example/
finds old@shop.example mail security.txt
says "security.txt: location"
finds taro@shop.example mail whois
finds 03-5550-9999 phone whois
lookup 0 http://www.plain.example/
finds clear@plain.example mail security.txt
says "security.txt: invalid_uri_scheme"
lookup 0 https://www.redirect.example/
finds security@town.example mail security.txt
lookup 0 https://www.page.example/
finds https://www.page.example/contact.html form page

# The registrar's answer; one who does not want to be asked.
lookup 0 https://www.odd.example/
says "owner@odd.example: left out: it is on the list $T/lists/do-not-contact"
finds_not owner@odd.example
expect 77 "$BIN/todoke-lookup" https://www.parked.example/
says "it is on the list"
lookup 0 https://www.nomx.example/
finds_not abuse@nomx.example
says "nomx.example has no MX"
lookup 0 https://www.nullmx.example/
finds_not abuse@nullmx.example
says "takes no mail (RFC 7505)"
lookup 0 https://www.deadmx.example/
finds_not abuse@deadmx.example
says "no server of its MX has an address"

# Hostile ones.
lookup 0 https://www.big.example/
says "larger than 1048576 bytes"
lookup 0 https://www.endless.example/
says "more than 5 redirections"
lookup 0 https://www.down.example/
says "not followed (no TLS, or an odd port)"
says "neither http nor https"
lookup 0 https://www.bomb.example/
says "compressed, though that was not asked for"
lookup 0 https://www.html.example/
says "it is a page (HTML), not text"
finds_not a@html.example
lookup 0 https://www.nul.example/
finds ok@nul.example mail security.txt
says "rdap: https://rdap.nic.example/domain/nul.example: 404"
lookup 0 https://www.many.example/
says "9968 more were found and left out"
[ "$(grep -c security.txt "$T/out")" -eq 32 ] || fail "not 32"
lookup 0 https://www.slowweb.example/
finds abuse@slowweb.example mail role
finds_not a@slowweb.example
lookup 0 https://www.badcert.example/
says "certificate"
lookup 0 https://slow.example/
says "no answer in time"
lookup 0 https://endless.example/
says "whois.nic.example: larger than 1048576 bytes"

# Nobody sends us inside: by DNS, by redirection, by name, by address.
lookup 0 https://www.self.example/
says "127.0.0.1 is not a public address"
says "10.1.2.3 is not a public address"
says "is not a public address: not asked (lookup.private)"
lookup 0 https://www.inside.example/
for u in https://127.0.0.1/ http://127.0.0.1/ 'https://[::1]/' \
    'https://[::ffff:127.0.0.1]/' http://169.254.169.254/; do
	lookup 75 "$u"
	says "is not a public address"
done
[ ! -s "$T/inside.log" ] || fail "what must not be asked was asked"
sed 's/deadline = 12s/& private = yes/' "$CONF" >"$T/private.conf"
expect 0 "$BIN/todoke-lookup" -c "$T/private.conf" \
    https://www.inside.example/
finds inside@self.example mail security.txt

# Nothing answers: to be tried again.
sed 's/127.0.0.1:53"/127.0.0.1:54"/' "$CONF" >"$T/nodns.conf"
expect 75 "$BIN/todoke-lookup" -c "$T/nodns.conf" https://www.town.example/
says "nobody answered"
sed 's/127.0.0.1:53"/nonsense:x"/' "$CONF" >"$T/bad.conf"
expect 78 "$BIN/todoke-lookup" -c "$T/bad.conf" https://www.town.example/

# Into a case.
number=$(printf 'Url: https://www.town.example/q?x=1\n\nA hole.\n' |
    ito todoke-open) || fail "todoke-open"
expect 0 ito todoke-lookup "$number"
expect 0 ito todoke-lookup -n -w "$number"
if grep -q '^Contact:' "$SPOOL/$(place "$number")"; then
	fail "-n changed the case"
fi
expect 0 ito todoke-lookup -w "$number"
expect 0 ito todoke-lookup -w "$number"
grep '^Contact:' "$SPOOL/$(place "$number")" >"$T/contacts"
head -n 1 "$T/contacts" | grep -qx 'Contact: security@town.example; via=mail; from=security.txt; rank=10; outcome=untried; when=2.*' ||
    fail "the best is not the first contact"
[ "$(wc -l <"$T/contacts")" -eq "$(wc -l <"$T/out")" ] ||
    fail "not each candidate is in the case once"
[ "$(grep -c '^Log: [^ ]* lookup added=' "$SPOOL/$(place "$number")")" -eq 1 ] ||
    fail "not one line in the log"
expect 0 "$BIN/todoke-check"
