# Standard descriptors that are closed: nothing of the desk takes their place.
set -eu
. tests/helper/lib.sh
scratch
keys
desk
printf 'Url: http://www.city.example.lg.jp/x\n\ntext\n' >"$T/r"
# closed STATUS COMMAND…: with what REDIRECT closes.
closed() {
	want=$1
	shift
	got=0
	case $REDIRECT in
	in) "$@" <&- >"$T/out" 2>"$T/err" || got=$? ;;
	out) "$@" </dev/null >&- 2>"$T/err" || got=$? ;;
	all) "$@" <&- >&- 2>&- || got=$? ;;
	esac
	[ "$got" -eq "$want" ] || fail "$got instead of $want with no $REDIRECT: $* $(cat "$T/err")"
}
REDIRECT=in
closed 65 cron todoke-open
says "standard input: there is nothing in it"
closed 0 cron todoke-open "$T/r"
number=$(cat "$T/out")
closed 64 ito todoke-note "$number"
says "nothing to note"
closed 0 ito todoke-accept "$number"
# Who is not told the number knows that he was not.
REDIRECT=out
closed 74 cron todoke-open "$T/r"
says "standard output"
REDIRECT=all
closed 74 cron todoke-open "$T/r"
closed 64 cron todoke-open -Q
closed 66 cron todoke-show 00000000
closed 0 cron todoke-check
[ "$(cron todoke-list | wc -l)" -eq 3 ] || fail "$(cron todoke-list)"
