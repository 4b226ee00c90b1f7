# make install: everything in its place under DESTDIR, twice without harm, and
# programs that run from there.
set -eu
. tests/helper/lib.sh
scratch
keys
D="$T/a root" # with a blank
install() {
	make -s --no-print-directory install B="$T/build/" DESTDIR="$D" PREFIX=/usr \
	    SYSCONFDIR=/etc LOCALSTATEDIR=/var USER_GROUP=nosuchuser >"$T/out" 2>"$T/err" || {
		cat "$T/out" "$T/err"
		fail "make install"
	}
}
install
for f in usr/bin/todoke-open usr/bin/todoke-sort usr/share/man/man7/todoke.7 \
    usr/share/man/man5/todoke.conf.5 usr/share/man/man8/todoke-send.8 \
    etc/todoke/todoke.conf etc/todoke/todoke.conf.sample etc/todoke/kinds \
    etc/todoke/holidays.jp etc/todoke/templates/ja/contact.txt \
    etc/todoke/passphrase-words etc/todoke/verify/index.html; do
	[ -s "$D/$f" ] || fail "not installed: $f"
done
awk -F '\t+' '!/^#/ && NF { print $2, $1 }' spool/tree | while read -r mode path; do
	[ "$(stat -c %a "$D/var/spool/todoke/$path")" = "$mode" ] || fail "mode of $path"
done
# The sample names the installed places, and loads.
grep -q '/etc/todoke/holidays.jp' "$D/etc/todoke/todoke.conf" || fail "the sample names another place"
! grep -q /usr/local "$D/etc/todoke/todoke.conf" || fail "the sample names /usr/local"
# So do the crontab and the units, which lie there and are not enabled.
for f in crontab systemd/todoke-sort.service systemd/todoke-sort.timer; do
	[ -s "$D/etc/todoke/$f" ] || fail "not installed: $f"
done
! grep -rq /usr/local "$D/etc/todoke/crontab" "$D/etc/todoke/systemd" || fail "they name /usr/local"
grep -q '^[^#].*/usr/bin/todoke-check$' "$D/etc/todoke/crontab" || fail "the crontab names another place"
[ -z "$(find "$D" -path "*/cron.d/*" -o -path "*/system/*")" ] || fail "make install enabled something"
strings "$D/usr/bin/todoke-open" | grep -q '^/etc/todoke/templates' || fail "built for another SYSCONFDIR"

echo "# mine" >>"$D/etc/todoke/todoke.conf"
echo "mine" >>"$D/etc/todoke/templates/ja/receipt.txt"
printf 'Url: http://x.example/\n' >"$D/var/spool/todoke/new/report"
install
tail -n 1 "$D/etc/todoke/todoke.conf" | grep -qx "# mine" || fail "the configuration was overwritten"
tail -n 1 "$D/etc/todoke/templates/ja/receipt.txt" | grep -qx mine || fail "a text was overwritten"
grep -q "kept" "$T/out" || fail "it does not say that it kept a text"
[ -e "$D/var/spool/todoke/new/report" ] || fail "the spool was touched"

# An installed program opens a case in the installed spool.
cat >"$T/todoke.conf" <<EOF
desk { address = "desk@desk.example" }
spool { path = "$D/var/spool/todoke" }
pgp { home = "$T/desk.ring" keys = {"$DESKKEY"} }
calendar { holidays = "$D/etc/todoke/holidays.jp" }
templates { path = "$D/etc/todoke/templates" }
secret { file = "$D/var/lib/todoke/secret" }
EOF
number=$(echo "http://a.example/ echoes" | "$D/usr/bin/todoke-open" -c "$T/todoke.conf") ||
    fail "the installed todoke-open does not work"
[ -n "$(find "$D/var/spool/todoke/new" -name "$number")" ] || fail "no case"
[ "$(stat -c %a "$D/var/lib/todoke/secret")" = 640 ] || fail "a secret in a shared folder is not the group's"
