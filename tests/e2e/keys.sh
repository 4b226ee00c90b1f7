# A key that cannot do its work is refused by name before anything is written;
# a substituted key, or another recipient, stops at the sender's gate.
set -eu
. tests/helper/lib.sh
scratch
mta
keys
desk
{
	make_key "$T/old.home" "Old <soumu@city.example.lg.jp>"
	gpg_in "$T/old.home" --faked-system-time 20200101T000000 --passphrase '' --quick-generate-key "Expired <e@x.example>" ed25519 cert 20200201T000000
	make_key "$T/rev.home" "Revoked <soumu@city.example.lg.jp>"
	make_key "$T/evil.home" "City <soumu@city.example.lg.jp>"
	mkdir -m 700 "$T/sign.home"
	gpg_in "$T/sign.home" --passphrase '' --quick-generate-key "Signer <soumu@city.example.lg.jp>" ed25519 sign never
} 2>"$T/gpg.log"
gpg_in "$T/old.home" --export e@x.example >"$T/expired.key"
revoked=$(fingerprint "$T/rev.home")
sed 's/^:---/---/' "$T/rev.home/openpgp-revocs.d/$revoked.rev" | gpg_in "$T/rev.home" --import 2>/dev/null
gpg_in "$T/rev.home" --export >"$T/revoked.key"
gpg_in "$T/sign.home" --export >"$T/sign.key"
gpg_in "$T/evil.home" --export --armor >"$T/evil.asc"
gpg_in "$T/city.home" --export-secret-keys >"$T/secret.key"
cat "$T/city.asc" "$T/evil.asc" >"$T/two.asc"
echo "no key" >"$T/none.asc"

printf 'Finder: A <yamada@finder.example>\nUrl: http://www.city.example.lg.jp/x\n\ncanary\n' >"$T/r"
number=$(ito todoke-open "$T/r")
expect 0 ito todoke-accept "$number"
expect 0 ito todoke-contact -a soumu@city.example.lg.jp "$number"
expect 0 cron todoke-send
confirm() { ito todoke-confirm -a soumu@city.example.lg.jp -b phone -k "$1" "$number"; }
was=$(sha256sum "$SPOOL/$(place "$number")")
ring=$(gpg_in "$T/desk.ring" --list-keys --with-colons | grep -c '^pub')
for k in "expired expired" "revoked revoked" "sign encrypt" "secret secret"; do
	expect 77 confirm "$T/${k% *}.key"
	says "${k#* }"
done
expect 77 confirm "$T/two.asc"
{ gpg_in "$T/city.home" --export && gpg_in "$T/evil.home" --export; } >"$T/two.key"
expect 77 confirm "$T/two.key"
says "2 keys are in it"
expect 77 confirm "$T/none.asc"
expect 66 confirm "$T/absent.asc"
expect 66 confirm 0000000000000000000000000000000000000000
[ "$(sha256sum "$SPOOL/$(place "$number")")" = "$was" ] || fail "refused, but changed the case"
[ "$(gpg_in "$T/desk.ring" --list-keys --with-colons | grep -c '^pub')" -eq "$ring" ] ||
    fail "refused, but imported"

expect 0 confirm "$T/city.asc"
grep -qx "$CITYKEY" "$T/out" || fail "did not print what it pinned"
expect 0 ito todoke-disclose "$number"
id=$(basename "$SPOOL/outbox/$number".*.disclosure)
cp "$SPOOL/outbox/$id" "$T/right"

# Pinned to another key meanwhile: what was encrypted to the first stays here.
expect 0 ito todoke-confirm -a soumu@city.example.lg.jp -b phone -k "$T/evil.asc" "$number"
expect 77 cron todoke-send
says "gate"
[ ! -e "$SPOOL/outbox/$id" ] || fail "it stays in the outbox"
cmp "$T/right" "$SPOOL/hold/$id" || fail "what was held is not what was made"
! grep -lrq 'BEGIN PGP' "$T/boxes/city" ||
    fail "details left to a key that is no longer pinned"
! grep -q "^Notified:" "$SPOOL/$(place "$number")" || fail "Notified without a mail that left"
ito todoke-list -a | grep -q "^$number.*hold" || fail "nobody hears of it"

# The desk's own key: expired, or secret where it must not be.
sed "s/keys = {\"$DESKKEY\"}/keys = {\"$(fingerprint "$T/old.home")\"}/" "$CONF" >"$T/nokey.conf"
printf 'http://x.example/ text\n' >"$SPOOL/new/drop"
got=0
"$BIN/todoke-sort" -c "$T/nokey.conf" >"$T/out" 2>"$T/err" || got=$?
[ "$got" -eq 78 ] || fail "sealed to a key that is not there: $got"
expect 78 "$BIN/todoke-open" -c "$T/nokey.conf" "$T/r"
says "(import it, or name another one)"
cp -R "$T/desk.ring" "$T/past.ring"
gpg_in "$T/past.ring" --import "$T/expired.key" 2>>"$T/gpg.log"
past=$(gpg_in "$T/old.home" --list-keys --with-colons e@x.example | awk -F: '/^fpr/ { print $10; exit }')
sed "s|$T/desk.ring|$T/past.ring|; s/keys = {\"$DESKKEY\"}/keys = {\"$past\"}/" "$CONF" >"$T/past.conf"
for program in todoke-sort todoke-open; do
	expect 78 cron $program -c "$T/past.conf"
	says "$T/past.conf: pgp.keys: key "
	says "(prolong it and import it again, or name another one)"
done
[ -e "$SPOOL/new/drop" ] || [ -n "$(find "$SPOOL/tmp" -name '*.in')" ] || fail "a report was lost"
expect 0 cron todoke-sort
cron todoke-list | grep -q http://x.example/ || fail "the report was lost"
expect 0 cron todoke-check
cp -R "$T/ito.home" "$T/both.ring"
sed "s|$T/desk.ring|$T/both.ring|" "$CONF" >"$T/both.conf"
expect 65 "$BIN/todoke-check" -c "$T/both.conf"
says "secret"
sed "s/keys = /sign = \"$DESKKEY\" keys = /" "$CONF" >"$T/sign.conf"
expect 65 "$BIN/todoke-check" -c "$T/sign.conf"
says "pgp.sign"
echo "encrypt-to $(fingerprint "$T/evil.home")" >"$T/desk.ring/gpg.conf"
expect 78 ito todoke-open "$T/r"
says "gpg.conf"
