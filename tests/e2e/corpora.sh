# The classifier on real mail (CORPORA, classification.tsv): the confusion
# matrix, and how often it is right about the class, the failed recipients,
# and whether a failure is for good.
#
# Two files called bounces there are spam that a list of bounces holds, two are
# notices of a delay by their own words and fields: 98 % leaves room for
# them.  The corpora call mail of lists ordinary; so it is, for a person.
set -eu
. tests/helper/lib.sh
list=$CORPORA/classification.tsv
[ -e "$list" ] || {
	echo "skip: no corpora in $CORPORA (CORPORA says where they are)"
	exit 77
}
scratch
keys
desk
grep -v '^#' "$list" >"$T/want"
CORPORA=$(cd "$CORPORA" && pwd)
(cd "$CORPORA" && cut -f 1 "$T/want" | tr '\n' '\0' |
    xargs -0 "$BIN/todoke-sort" -n) >"$T/got"
awk -F '\t' '
function percent(n, of) {
	return of > 0 ? sprintf("%.1f %% (%d of %d)", 100 * n / of, n, of) : "-"
}
# The same addresses, whatever their order?
function same(a, b,   x, y, i, n, m, left) {
	n = split(tolower(a), x, /[, ]+/)
	m = split(tolower(b), y, /[, ]+/)
	for (i = 1; i <= m; i++)
		left[y[i]] = 1
	for (i = 1; i <= n; i++)
		if (!(x[i] in left))
			return 0
	return n == m
}
function need(what, n, of, least) {
	printf "note %s: %s\n", what, percent(n, of)
	if (of == 0 || n * 100 < least * of) {
		printf "%s: under %d %%\n", what, least
		bad = 1
	}
}
NR == FNR { class[$1] = $2; rcpt[$1] = $4; how[$1] = $6; next }
!($1 in class) { print "no line for " $1; bad = 1; next }
{
	got = class[$1]
	matrix[$2, got]++
	rows[$2]++
	columns[got]++
	if ($2 == "ordinary" && got == "bounce") {
		print "ordinary, called a bounce: " $1
		bad = 1
	}
	if ($2 == "delay" && got == "bounce") {
		print "a delay, counted as a failure: " $1
		bad = 1
	}
}
$2 == "bounce" {
	bounces++
	if (got != "bounce")
		next
	known++
	sub(/ *\(.*/, "", $3)
	if ($3 != "") {
		named++
		right += same($3, rcpt[$1])
	}
	if ($4 == "hard" || $4 == "soft") {
		judged++
		fit += ($4 == "hard") == (how[$1] == "permanent")
	}
}
END {
	printf "note %-10s", "is\\called"
	for (c in columns)
		printf " %9s", c
	print ""
	for (r in rows) {
		printf "note %-10s", r
		for (c in columns)
			printf " %9d", matrix[r, c]
		print ""
	}
	need("bounces recognised", known, bounces, 98)
	need("failed recipients right", right, named, 95)
	need("permanent or temporary right", fit, judged, 95)
	exit bad
}' "$T/got" "$T/want" || fail "the classifier is not good enough"
