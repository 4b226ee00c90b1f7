# A key that cannot be stored: the status says whether to try again, and the
# case stays as it was.
set -eu
. tests/helper/lib.sh
scratch
mkdir -m 700 "$T/small"
small 96k "$T/small"
keys
desk
RING=$T/small/desk.ring
mkdir -m 700 "$RING"
cp "$T/desk.ring/pubring.kbx" "$RING"
sed -i "s|$T/desk.ring|$RING|" "$CONF"
printf 'Url: http://www.city.example.lg.jp/x\n\ntext\n' >"$T/r"
number=$(cron todoke-open "$T/r")
expect 0 ito todoke-accept "$number"
expect 0 ito todoke-contact -a soumu@city.example.lg.jp "$number"
was=$(sha256sum "$SPOOL/$(place "$number")")
confirm() {
	expect "$1" ito todoke-confirm -a soumu@city.example.lg.jp -b phone \
	    -k "$T/city.asc" "$number"
}
# No room for gpg's lock; for the lock, but not for the ring; no matter whose
# language gpg speaks.
for room in 0 4; do
	dd if=/dev/zero of="$T/small/filler" bs=1k count=96 2>/dev/null || true
	truncate -s "-${room}k" "$T/small/filler"
	confirm 75
	says "$RING: gpg cannot store a key there: No space left on device"
	rm "$T/small/filler"
	[ "$(sha256sum "$SPOOL/$(place "$number")")" = "$was" ] || fail "the case was changed"
done
ls -A "$RING" >"$T/left"
! grep -q room "$T/left" || fail "it left $(cat "$T/left")"
export TMPDIR=/nonexistent
confirm 73
says "TMPDIR"
unset TMPDIR
confirm 0
