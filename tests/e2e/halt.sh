# A sync that fails with EIO, of whatever a change syncs: the desk is stopped,
# no program changes anything, and all goes on when a person has looked.
set -eu
. tests/helper/lib.sh
scratch
strace -o "$T/trace" true 2>"$T/err" || {
	echo "processes cannot be traced here"
	exit 77
}
keys
desk
printf 'Finder: A <a@finder.example>\nUrl: http://www.city.example.lg.jp/x\n\ntext\n' >"$T/r"
number=$(ito todoke-open "$T/r")
echo words >"$T/words"
n=1
while :; do
	got=0
	GNUPGHOME=$T/ito.home strace -o "$T/trace" -e trace=fsync \
	    -e "inject=fsync:error=EIO:when=$n" "$BIN/todoke-note" "$number" \
	    <"$T/words" >"$T/out" 2>"$T/err" || got=$?
	grep -q INJECTED "$T/trace" || break
	[ "$got" -eq 75 ] || fail "sync $n failed, and the status is $got: $(cat "$T/err")"
	[ -s "$SPOOL/var/HALT" ] || fail "sync $n failed, and the desk goes on: $(cat "$T/trace")"
	expect 75 cron todoke-sort
	says "var/HALT"
	rm "$SPOOL/var/HALT"
	expect 0 cron todoke-sort
	n=$((n + 1))
done
[ "$n" -gt 3 ] || fail "only $((n - 1)) syncs in a change"
[ "$got" -eq 0 ] || fail "without a fault: $got"
expect 0 "$BIN/todoke-check"
