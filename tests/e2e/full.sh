# A full disk at every level: nothing is lost or half done, the message says
# so, and all completes once there is room.
set -eu
. tests/helper/lib.sh
scratch
mkdir "$T/spool"
small 400k "$T/spool"
keys
desk
printf 'Finder: A <a@finder.example>\nUrl: http://www.city.example.lg.jp/x\n\ntext\n' >"$T/r"
number=$(ito todoke-open "$T/r")
expect 0 ito todoke-accept "$number"
fill() { dd if=/dev/zero of="$SPOOL/var/filler" bs=1k count=$((400 - $1)) 2>/dev/null || true; }
free_up() { rm -f "$SPOOL/var/filler"; }
was=$(sha256sum "$SPOOL/$(place "$number")")
printf 'Url: http://dropped.example/\n\nfull\n' >"$SPOOL/new/drop"
seen=0
for room in 0 8 16 24 32; do
	fill "$room"
	before=$(cron todoke-list | wc -l)
	got=0
	ito todoke-contact -a soumu@city.example.lg.jp "$number" 2>"$T/err" || got=$?
	if [ "$got" -eq 0 ]; then
		seen=$((seen + 1))
		break
	fi
	[ "$got" -eq 75 ] || fail "full disk: $got, $(cat "$T/err")"
	says "No space left"
	[ "$(sha256sum "$SPOOL/$(place "$number")")" = "$was" ] || fail "half a change"
	[ -z "$(find "$SPOOL/outbox" -name "*.contact*")" ] || fail "a mail of a change that is none"
	got=0
	ito todoke-open "$T/r" >"$T/out" 2>"$T/err" || got=$?
	[ "$got" -ne 0 ] || [ "$(cron todoke-list | wc -l)" -eq $((before + 1)) ] ||
	    fail "a number without a case"
	cron todoke-sort >"$T/out" 2>"$T/err" || true
	[ -e "$SPOOL/new/drop" ] || [ -n "$(find "$SPOOL/tmp" -name '*.in')" ] ||
	    cron todoke-list | grep -q dropped.example || fail "a report was lost"
	free_up
done
free_up
expect 0 cron todoke-sort
cron todoke-list | grep -q dropped.example || fail "the report was lost"
[ "$(cron todoke-list | grep -c dropped.example)" -eq 1 ] || fail "opened twice"
if [ $seen -eq 0 ]; then
	expect 0 ito todoke-contact -a soumu@city.example.lg.jp "$number"
fi
[ -n "$(find "$SPOOL/outbox" -name "$number.*.contact")" ] || fail "no mail"
[ -z "$(find "$SPOOL/tmp" -type f)" ] || fail "garbage: $(find "$SPOOL/tmp" -type f)"
expect 0 "$BIN/todoke-check"
