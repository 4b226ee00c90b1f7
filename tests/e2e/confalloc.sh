# Where memory ends while the configuration is read, each allocation in turn,
# a program ends as temporary (75) or by the library (70); never does it go on
# with a key that is empty, a list that is short or another ladder.
set -u
. tests/helper/lib.sh
scratch
helper=$(cd "${BIN%bin}tests/helper" && pwd)
ln -s "$helper/conf-table" "$T/todoke-conf"
cat >"$T/conf" <<'END'
desk { address = "desk@example.jp"  reports = {"a@example.jp"} }
calendar { hours = {"10:00-11:00"} }
ladder {
	step letter { after = 3  via = letter }
	sector ministry { step fax { after = 2  via = fax } }
}
END
"$T/todoke-conf" "$T/conf" >"$T/want" || fail "the configuration is refused"
n=0 ended=0 bad=0
while :; do
	n=$((n + 1))
	rm -f "$T/met"
	CRASH_ALLOC=$n CRASH_ALLOC_LOG=$T/met \
	    LD_PRELOAD="$helper/crash-alloc.so" \
	    "$T/todoke-conf" "$T/conf" >"$T/got" 2>"$T/said"
	status=$?
	[ -e "$T/met" ] || break
	case $status in
	0)
		cmp -s "$T/want" "$T/got" && continue
		echo "allocation $n: it goes on with something else:"
		diff "$T/want" "$T/got"
		bad=1 ;;
	70 | 75) ended=$((ended + 1)) ;;
	*)
		echo "allocation $n: status $status: $(cat "$T/said")"
		bad=1 ;;
	esac
done
[ "$ended" -gt 200 ] || fail "of $n allocations $ended only ended it"
[ "$bad" -eq 0 ] || fail "see above"
