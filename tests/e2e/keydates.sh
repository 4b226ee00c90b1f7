# todoke-keys names each key that dies before the dates of its case, and why;
# it is silent where all live long enough.
set -eu
. tests/helper/lib.sh
scratch
keys
desk
city=soumu@city.example.lg.jp
today=$(TZ=Asia/Tokyo date +%F)

keys_say() {
	expect "$1" cron todoke-keys ${2:+-d "$2"} ${3:+-t "$3"}
	[ ! -s "$T/err" ] || [ "$1" -ne 0 ] || fail "on standard error: $(cat "$T/err")"
}
silent() {
	keys_say 0 "$@"
	[ ! -s "$T/out" ] || fail "not silent: $(cat "$T/out")"
}
# line NUMBER KEY DIES NEEDED WORDS: one such line, and no other.
line() {
	[ "$(wc -l <"$T/out")" -eq 1 ] || fail "not one line: $(cat "$T/out")"
	printf '%s\t%s\t%s\t%s\t' "$1" "$2" "$3" "$4" >"$T/want"
	grep -qF -e "$(cat "$T/want")" "$T/out" || fail "not $(cat "$T/want"): $(cat "$T/out")"
	says "$5"
}
# later DATE N months: the same day then, or the month's last.
later() {
	python3 - "$1" "$2" <<'END'
import calendar, datetime, sys
d = datetime.date.fromisoformat(sys.argv[1])
m = d.month - 1 + int(sys.argv[2])
y, m = d.year + m // 12, m % 12 + 1
print(d.replace(year=y, month=m, day=min(d.day, calendar.monthrange(y, m)[1])))
END
}
# key NAME EXPIRY SUBEXPIRY: NAME.asc
key() {
	mkdir -m 700 "$T/$1.home"
	gpg_in "$T/$1.home" --passphrase '' --quick-generate-key "$1 <$city>" ed25519 cert "$2"
	k=$(fingerprint "$T/$1.home")
	gpg_in "$T/$1.home" --passphrase '' --quick-add-key "$k" cv25519 encr "$3"
	gpg_in "$T/$1.home" --export >"$T/$1.asc"
}
days() {
	date -d "$today +$1 days" +%F
}
{
	key short 40d never
	key sub never 50d
	key rev never never
	key own 200d never
} 2>"$T/gpg.log"

number=$(printf 'Url: http://www.city.example.lg.jp/x\n\ntext\n' | ito todoke-open)
expect 0 ito todoke-accept "$number"
expect 0 ito todoke-contact -a $city "$number"
silent
fix=$(later "$today" 3)
pin() {
	expect 0 ito todoke-confirm -a $city -b phone -k "$1" "$number"
}
pin "$T/city.asc"
silent
silent 3650
pin "$T/short.asc"
keys_say 0
line "$number" "$(fingerprint "$T/short.home")" "$(days 40)" "$fix" "it expires: ask the operator"
pin "$T/sub.asc"
keys_say 0
line "$number" "$(fingerprint "$T/sub.home")" "$(days 50)" "$fix" "it expires"
pin "$T/own.asc"
silent
silent 198
keys_say 0 201
line "$number" "$(fingerprint "$T/own.home")" "$(days 200)" "$(days 201)" "it expires"
# Once it is disclosed the day of notification counts, and the due day.
sed 's/follow-up { months = 3 }//' "$CONF" >"$T/far.conf"
echo 'follow-up { months = 7 }' >>"$T/far.conf"
TODOKE_CONF=$T/far.conf expect 0 ito todoke-keys
line "$number" "$(fingerprint "$T/own.home")" "$(days 200)" "$(later "$today" 7)" "it expires"
at=$(place "$number")
sed "s/^Contact: /Notified: 2020-08-31\n&/" "$SPOOL/$at" >"$T/case"
cat "$T/case" >"$SPOOL/$at"
TODOKE_CONF=$T/far.conf expect 0 ito todoke-keys
[ ! -s "$T/out" ] || fail "notified long ago, and still needed: $(cat "$T/out")"
far=$(days 300)
mkdir "$SPOOL/contacted/$far"
mv "$SPOOL/$at" "$SPOOL/contacted/$far/"
keys_say 0
line "$number" "$(fingerprint "$T/own.home")" "$(days 200)" "$far" "it expires"

# As of later it has expired; revoked, disabled or gone it is dead at once.
keys_say 0 '' "$(days 250) 10:00"
line "$number" "$(fingerprint "$T/own.home")" "$(days 200)" "$far" "it expired on"
pin "$T/rev.asc"
silent
revoked=$(fingerprint "$T/rev.home")
sed 's/^:---/---/' "$T/rev.home/openpgp-revocs.d/$revoked.rev" |
    gpg_in "$T/desk.ring" --import 2>"$T/gpg.log"
keys_say 0
grep -qF "$(printf '%s\t%s\t-\t' "$number" "$revoked")" "$T/out" || fail "not dead: $(cat "$T/out")"
says "it is revoked: ask the operator"
pin "$T/sub.asc"
gpg_in "$T/desk.ring" --delete-keys "$(fingerprint "$T/sub.home")"
keys_say 0
says "not in the ring"

# The desk's own are needed as long as any case; one who signs, too.
pin "$T/city.asc"
gpg_in "$T/ito.home" --quick-set-expire "$DESKKEY" 60d 2>"$T/gpg.log"
gpg_in "$T/ito.home" --export | gpg_in "$T/desk.ring" --import 2>"$T/gpg.log"
silent 30
due=$(place "$number" | cut -d / -f 2)
mv "$SPOOL/contacted/$due/$number" "$SPOOL/contacted/$far/"
keys_say 0
line - "$DESKKEY" "$(days 60)" "$far" "name another one in pgp.keys"
mkdir -m 700 "$T/signer.home"
gpg_in "$T/signer.home" --passphrase '' --quick-generate-key "Desk <desk@desk.example>" ed25519 sign 70d 2>"$T/gpg.log"
gpgconf --homedir "$T/signer.home" --kill all
signer=$(fingerprint "$T/signer.home")
sed "s|^pgp {|pgp { sign = \"$signer\" sign-home = \"$T/signer.home\"|" "$CONF" >"$T/sign.conf"
TODOKE_CONF=$T/sign.conf expect 0 ito todoke-keys
[ "$(wc -l <"$T/out")" -eq 2 ] || fail "not two lines: $(cat "$T/out")"
says "$(printf -- '-\t%s\t%s\t' "$signer" "$(days 70)")"
says "pgp.sign"

# A case that cannot be read hides no other; closed ones need no key.
echo garbage >"$SPOOL/contacted/$far/00000001"
keys_say 65
says 00000001
says "$DESKKEY"
rm "$SPOOL/contacted/$far/00000001"
expect 0 ito todoke-close -r no-answer "$number"
silent
keys_say 64 3651
keys_say 64 x
