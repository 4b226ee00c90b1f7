# A key from a Web Key Directory or security.txt is a proposal: it is shown,
# and nothing is written before a person gives the fingerprint that he verified.
# nginx with a CA of our own and nsd, in a network namespace as in lookup.sh.
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
	INSIDE=yes exec unshare -n sh tests/e2e/proposal.sh
fi
scratch
stop() {
	status=$?
	trap - EXIT
	set +e
	for f in "$T/nginx.pid" "$T/nsd.pid"; do
		[ ! -s "$f" ] || kill "$(cat "$f")" 2>/dev/null || true
	done
	(exit $status)
	cleanup
}
trap stop EXIT
SITE=9.0.0.1
ip link set lo up
ip addr add $SITE/32 dev lo

# Domains: those of "advanced" have the host openpgpkey.
advanced="adv two gone expired secret other badcert inside html moved"
names="$advanced dir txt fpr absent dnsuri clear none"
mkdir "$T/zones"
for n in $names; do
	cat >"$T/zones/$n.example" <<END
\$ORIGIN $n.example.
\$TTL 60
@ IN SOA ns.$n.example. dns.$n.example. 1 60 60 60 60
@ IN NS ns
ns IN A 127.0.0.1
@ IN A $SITE
www IN A $SITE
END
done
for n in $advanced; do
	echo "openpgpkey IN A $SITE" >>"$T/zones/$n.example"
done
sed -i "s/^openpgpkey IN A .*/openpgpkey IN A 127.0.0.1/" "$T/zones/inside.example"
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
	for n in $names; do
		printf 'zone:\n\tname: %s.example\n\tzonefile: %s.example\n' $n $n
	done
} >"$T/nsd.conf"
nsd -c "$T/nsd.conf" >"$T/nsd.start" 2>&1 || {
	cat "$T/nsd.start" "$T/nsd.log" >&2
	fail "nsd does not start"
}
(
	cd "$T"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
	    -nodes -keyout ca.key -out ca.crt -days 2 -subj "/CN=Test CA"
	san=DNS:x.example
	for n in $names; do
		[ $n = badcert ] ||
		    san=$san,DNS:$n.example,DNS:www.$n.example,DNS:openpgpkey.$n.example
	done
	printf 'subjectAltName=%s\n' "$san" >ext
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
	    -keyout web.key -out web.csr -subj "/CN=web"
	openssl x509 -req -in web.csr -CA ca.crt -CAkey ca.key \
	    -CAcreateserial -days 2 -extfile ext -out web.crt
) 2>"$T/openssl.log"

# Keys, and where a directory has them: another reckoning than ours.
keys
key() {
	make_key "$T/$1.home" "City <Soumu@$1.example>" 2>>"$T/gpg.log"
}
key adv
key dir
key txt
key fpr
make_key "$T/other.home" "City <somebody@other.example>" 2>>"$T/gpg.log"
mkdir -m 700 "$T/expired.home"
gpg_in "$T/expired.home" --faked-system-time 20200101T000000 --passphrase '' --quick-generate-key "E <soumu@expired.example>" ed25519 cert 20200201T000000 2>>"$T/gpg.log"
ADV=$(fingerprint "$T/adv.home")
W=$T/www
hash=$(python3 - <<'END'
import base64, hashlib
b32, zb32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "ybndrfg8ejkmcpqxot1uwisza345h769"
print(base64.b32encode(hashlib.sha1(b"soumu").digest()).decode().translate(str.maketrans(b32, zb32)))
END
)
for n in $names; do
	mkdir -p "$W/www.$n.example/.well-known" "$W/openpgpkey.$n.example/.well-known/openpgpkey/$n.example/hu" "$W/$n.example/.well-known/openpgpkey/hu"
done
for n in adv other expired; do
	gpg_in "$T/$n.home" --export >"$W/openpgpkey.$n.example/.well-known/openpgpkey/$n.example/hu/$hash"
done
at() {
	echo "$W/openpgpkey.$1.example/.well-known/openpgpkey/$1.example/hu/$hash"
}
cat "$(at adv)" "$(at other)" >"$(at two)"
gpg_in "$T/adv.home" --export-secret-keys >"$(at secret)"
echo '<html>no</html>' >"$(at html)"
cp "$(at adv)" "$(at badcert)"
gpg_in "$T/dir.home" --export >"$W/dir.example/.well-known/openpgpkey/hu/$hash"
cp "$(at adv)" "$W/gone.example/.well-known/openpgpkey/hu/$hash" # not to be asked
gpg_in "$T/txt.home" --export --armor >"$W/www.txt.example/key.asc"
put() {
	printf 'Contact: mailto:x@%s.example\nExpires: 2099-01-01T00:00:00Z\n%s\n' "$1" "${2:-}" \
	    >"$W/www.$1.example/.well-known/security.txt"
}
put txt "Encryption: https://www.txt.example/key.asc"
put fpr "Encryption: openpgp4fpr:$(fingerprint "$T/fpr.home" | tr A-F a-f)"
put absent "Encryption: openpgp4fpr:$(fingerprint "$T/dir.home")"
put dnsuri "Encryption: dns:x._openpgpkey.example?type=OPENPGPKEY"
put clear "Encryption: http://www.clear.example/key.asc"
put none
cat >"$T/nginx.conf" <<END
user nobody nogroup;
pid $T/nginx.pid;
error_log $T/nginx.log;
events { worker_connections 64; }
http {
	log_format x '\$host \$request_uri';
	access_log $T/asked.log x;
	default_type application/octet-stream;
	client_body_temp_path $T/ngx1; proxy_temp_path $T/ngx2;
	fastcgi_temp_path $T/ngx3; uwsgi_temp_path $T/ngx4; scgi_temp_path $T/ngx5;
	ssl_certificate $T/web.crt;
	ssl_certificate_key $T/web.key;
	server {
		listen $SITE:443 ssl;
		server_name ~^(?<site>.+)\$;
		root $W/\$site;
	}
	server {
		listen $SITE:443 ssl;
		server_name openpgpkey.moved.example;
		return 302 https://127.0.0.1/x;
	}
	server {
		listen 127.0.0.1:443 ssl;
		location / { return 200 "inside"; access_log $T/inside.log; }
	}
}
END
nginx -c "$T/nginx.conf" >"$T/nginx.start" 2>&1 || {
	cat "$T/nginx.start" >&2
	fail "nginx does not start"
}
desk
echo "lookup { ca = \"$T/ca.crt\" resolver = \"127.0.0.1:53\" deadline = 12s }" >>"$CONF"

# opened NAME: $number, a case of that site that was contacted.
opened() {
	site=$1
	number=$(printf 'Url: https://www.%s.example/x\n\ntext\n' "$1" | ito todoke-open)
	expect 0 ito todoke-accept "$number"
	expect 0 ito todoke-contact -a "soumu@$1.example" "$number"
}
confirm() {
	want=$1
	shift
	expect "$want" ito todoke-confirm -a "soumu@$site.example" -b phone "$@" "$number"
}
ring() {
	gpg_in "$T/desk.ring" --list-keys --with-colons | grep '^fpr' | sort
}
# refused STATUS WORDS SOURCE ARGS…: nothing was written.
refused() {
	ring >"$T/ring.was"
	sum=$(sha256sum "$SPOOL/$(place "$number")")
	want=$1 words=$2
	shift 2
	confirm "$want" "$@"
	says "$words"
	[ "$(sha256sum "$SPOOL/$(place "$number")")" = "$sum" ] || fail "the case was changed: $words"
	ring | cmp -s - "$T/ring.was" || fail "the ring was changed: $words"
}

# Advanced: shown, and only shown.
opened adv
refused 77 "only a proposal" -k wkd
says "fingerprint  $(echo "$ADV" | sed 's/..../& /g; s/^\(.\{25\}\)/\1 /; s/ $//')"
says "user id      City <Soumu@adv.example>"
says "from         https://openpgpkey.adv.example/.well-known/openpgpkey/adv.example/hu/$hash?l=soumu"
says "created      $(TZ=Asia/Tokyo date +%Y)-"
says "expires      never"
refused 0 "user id" -n -k wkd
refused 77 "not the verified" -k wkd -F "$CITYKEY"
refused 64 "not a full fingerprint" -k wkd -F 0123
refused 77 "-b mail" -k wkd -b mail
for id in DEADBEEF 0xdeadbeefdeadbeef "DEAD BEEF" "${ADV%??}"; do
	refused 64 "write all 40 digits of the fingerprint" -k "$id"
done
refused 66 "no-such.asc" -k no-such.asc
refused 66 "$ADV" -k "0x$ADV"
confirm 0 -k wkd -F "$ADV"
grep -qx "$ADV" "$T/out" || fail "not the fingerprint alone on standard output"
grep -q "^Confirmed: soumu@adv.example; .*key=$ADV" "$SPOOL/$(place "$number")" || fail "not confirmed"
ring | grep -q "$ADV" || fail "not in the ring"

# Typed at a terminal.
opened dir
got=0
DIR=$(fingerprint "$T/dir.home")
typed() {
	GNUPGHOME=$T/ito.home tests/helper/terminal "$T/screen" "$1" "$BIN/todoke-confirm" -a soumu@dir.example -b phone -k wkd "$number"
}
typed 00000000 || got=$?
[ "$got" -eq 77 ] || fail "$got with other digits: $(cat "$T/screen")"
! ring | grep -q "$DIR" || fail "in the ring without the digits"
typed LAST8 || fail "the digits did not do: $(cat "$T/screen")"
grep -q "^Confirmed: .*key=$DIR" "$SPOOL/$(place "$number")" || fail "not confirmed: $(cat "$T/screen")"
grep -q "^dir.example /.well-known/openpgpkey/hu/$hash?l=soumu\$" "$T/asked.log" || fail "not by the direct method"

# What no file could do either, and what the network adds.
opened two
refused 77 "2 keys are in it" -k wkd -F "$ADV"
opened expired
refused 77 "expired on 2020-02-01" -k wkd
opened secret
refused 77 "secret" -k wkd
opened other
refused 77 "no user id of the key" -k wkd
opened html
refused 77 "not an OpenPGP key" -k wkd
opened gone
refused 66 "wkd: https://" -k wkd
says "no key there (404)"
! grep -q "^gone.example " "$T/asked.log" || fail "the direct method though the advanced one answers"
opened badcert
refused 77 "certificate" -k wkd
opened inside
refused 77 "not a public address" -k wkd
opened moved
refused 77 "not a public address" -k wkd
[ ! -s "$T/inside.log" ] || fail "what must not be asked was asked"

# security.txt
opened txt
refused 77 "only a proposal" -k security.txt
confirm 0 -k security.txt -F "$(fingerprint "$T/txt.home")"
opened fpr
refused 66 "gives the fingerprint" -k security.txt
gpg_in "$T/fpr.home" --export | gpg_in "$T/desk.ring" --import 2>"$T/gpg.log"
refused 77 "only a proposal" -k security.txt
confirm 0 -k security.txt -F "$(fingerprint "$T/fpr.home")"
opened absent
confirm 77 -k security.txt # another's key: it is in the ring, and shown
says "warning      no user id is soumu@absent.example"
opened dnsuri
refused 65 "only https: and openpgp4fpr:" -k security.txt
opened clear
refused 65 "only https: and openpgp4fpr:" -k security.txt
opened none
refused 66 "no security.txt that names a key" -k security.txt
refused 66 "no key there (404)" -k wkd

# A file is checked against the fingerprint too; one of that name needs a path.
refused 77 "not the verified" -x x -k "$T/city.asc" -F "$ADV"
confirm 0 -x x -k "$T/city.asc" -F "$CITYKEY"
cp "$T/city.asc" "$T/wkd"
(cd "$T" && expect 0 ito todoke-confirm -x x -a soumu@none.example -b phone -k ./wkd "$number")

# Nobody answers: to be tried again.
sed 's/127.0.0.1:53"/127.0.0.1:54"/' "$CONF" >"$T/nodns.conf"
for k in wkd security.txt; do
	expect 75 ito todoke-confirm -c "$T/nodns.conf" -a soumu@none.example -b phone -k $k "$number"
done
