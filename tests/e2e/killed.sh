# gpg dies while it works, as where memory ends: it has said nothing, and what
# it wrote is cut off anywhere.  Nothing is sealed with that, no number given,
# no mail decided on; with gpg well again all goes on.
set -eu
if [ "${1:-}" != inside ]; then
	unshare --mount true 2>/dev/null || {
		echo "no mount namespace to be had here: only root makes one"
		exit 77
	}
	exec unshare --mount --propagation private sh "$0" inside
fi
. tests/helper/lib.sh
scratch
mta
keys
desk

# What stands in gpg's place: where $T/cut is there, encryption and decryption
# end after so many octets, by SIGKILL, and without a status line.
cp "$(command -v gpg)" "$T/gpg.real"
cat >"$T/gpg.sh" <<END
#!/bin/sh
case " \$* " in
*" --encrypt "* | *" --decrypt "*) [ -e "$T/cut" ] || exec "$T/gpg.real" "\$@" ;;
*) exec "$T/gpg.real" "\$@" ;;
esac
fd=\$(echo "\$*" | sed -n 's/.*--status-fd \([0-9]*\).*/\1/p')
echo x >>"$T/cuts"
eval "\"$T/gpg.real\" \"\\\$@\" \$fd>/dev/null" | head -c "\$(cat "$T/cut")"
kill -KILL \$\$
END
chmod 755 "$T/gpg.sh"
mount --bind "$T/gpg.sh" "$(command -v gpg)"

printf 'Finder: A <yamada@finder.example>\nUrl: http://www.city.example.lg.jp/x\n\ntext\n' >"$T/r"
for octets in 0 1 200 500; do
	echo "$octets" >"$T/cut"
	expect 75 ito todoke-open "$T/r"
	[ ! -s "$T/out" ] || fail "a number was given: $(cat "$T/out")"
	[ -z "$(find "$SPOOL/new" "$SPOOL/outbox" -type f)" ] || fail "$(find "$SPOOL/new" "$SPOOL/outbox")"
done
[ "$(wc -l <"$T/cuts")" -ge 4 ] || fail "gpg was not cut"
rm "$T/cut"
number=$(ito todoke-open "$T/r")
case $number in
*[!0-9]* | '') fail "no case: $number" ;;
esac

# Nor is a part of what it decrypts taken for the whole.
{
	printf 'From: yamada@finder.example\nTo: report@desk.example\nSubject: x\n'
	printf 'Message-ID: <1@finder.example>\n\n'
	printf 'Finder: A <yamada@finder.example>\nUrl: http://www.city.example.lg.jp/y\n\ntail-of-it\n' |
	    gpg --homedir "$T/desk.ring" --batch --quiet --trust-model always \
	        --armor -r "$DESKKEY" --encrypt
} >"$SPOOL/incoming/new/1.report"
echo 200 >"$T/cut"
expect 75 cron todoke-sort
[ "$(find "$SPOOL/incoming/new" "$SPOOL/tmp" -type f | wc -l)" -eq 1 ] || fail "a mail is gone"
rm "$T/cut"
expect 0 cron todoke-sort
number=$(cron todoke-list -s new | awk '{ sub(/.*#/, "", $1); print $1 }' | grep -v "$number")
for octets in 0 10 60; do
	echo "$octets" >"$T/cut"
	: >"$T/cuts"
	expect 75 ito todoke-show -s "$number"
	[ -s "$T/cuts" ] || fail "gpg was not cut"
	! grep -q city "$T/out" || fail "a part is shown: $(cat "$T/out")"
	expect 75 ito todoke-accept -u http://www.city.example.lg.jp/ -k xss \
	    -o "Example City" -w local-government -s medium -v 6.1 "$number"
done
rm "$T/cut"
expect 0 ito todoke-show -s "$number"
says tail-of-it
