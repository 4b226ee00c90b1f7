#!/bin/sh
# A lock that the machine refuses is no other copy at work: the program says so
# and ends with 75 or 74, instead of 0 with nothing done.
set -eu
. tests/helper/lib.sh
scratch
strace -o "$T/trace" true 2>"$T/err" || {
	echo "processes cannot be traced here"
	exit 77
}
keys
desk
for program in todoke-sort todoke-send; do
	for e in ENOMEM:75 ENOLCK:74; do
		expect "${e#*:}" env TODOKE_CONF="$CONF" strace -o "$T/trace" \
		    -e trace=flock -e "inject=flock:error=${e%:*}" \
		    "$BIN/$program"
		grep -q INJECTED "$T/trace" || fail "$program takes no lock"
		says "var/${program#todoke-}.lock"
	done
	expect 0 flock "$SPOOL/var/${program#todoke-}.lock" "$BIN/$program"
done
