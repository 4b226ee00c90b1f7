# Code and manual say the same: each table of the code stands in its page,
# with what the page says about each entry, and nothing else does.
set -u
. tests/helper/lib.sh
scratch
bad=0

# A page as plain lines: one paragraph or item head a line.
page() {
	mandoc -Tutf8 -Owidth=1000 "man/$1" | col -bx |
	    sed -e 's/[“”]/"/g' -e 's/^ *//'
}

# section PAGE NAME: the source of one section (.Sh, or .Ss) of a page.
section() {
	awk -v name="$2" '/^\.S[hs] / { on = substr($0, 5) == name; next } on' \
	    "man/$1"
}

# items: the first argument of each .It of a list, with macro $1; one that
# stands there twice is given twice.
items() {
	sed -n "s/^\.It $1 \([^ ]*\).*/\1/p" | sort
}

# same WHAT CODE PAGE: two sorted lists must be one.
same() {
	[ -s "$2" ] || { echo "$1: the code's table was not found"; bad=1; }
	comm -23 "$2" "$3" | sed "s|^|$1: not in the manual: |" >"$T/diff"
	comm -13 "$2" "$3" | sed "s|^|$1: in the manual only: |" >>"$T/diff"
	[ ! -s "$T/diff" ] || { cat "$T/diff"; bad=1; }
}

# heads WHAT HEADS PAGE: each line of HEADS is a line of the rendered page.
heads() {
	page "$3" >"$T/text"
	while IFS= read -r head; do
		grep -qxF -e "$head" "$T/text" && continue
		echo "$1: $3 does not say: $head"
		bad=1
	done <"$2"
}

# (a) Keys: name, type, bounds, default.  Paths are those of this build.
paths=$BIN/lib/made/paths.h
etc=$(sed -n 's/^#define SYSCONFDIR "\(.*\)"/\1/p' "$paths")
var=$(sed -n 's/^#define LOCALSTATEDIR "\(.*\)"/\1/p' "$paths")
"${BIN%bin}tests/helper/conf-table" >"$T/conf" || fail "conf-table"
cut -f 1 "$T/conf" | sort >"$T/code"
items Cm <man/todoke.conf.5 | grep '\.' >"$T/page"
same "configuration key" "$T/code" "$T/page"
awk -F '\t' '{ print $1 " (" $2 ($3 == "" ? "" : ", default " $3) ")" }' \
    "$T/conf" | sed -e "s|\"$etc/|\"/usr/local/etc/|" -e "s|\"$var/|\"/var/|" \
    >"$T/heads"
heads "configuration key" "$T/heads" todoke.conf.5

# (b) Folders of the spool, all of one mode.
awk -F '\t+' '!/^#/ && NF && $1 != "." { print $1 "/" }' spool/tree |
    sort >"$T/code"
section todoke-spool.5 "THE TREE" | items Pa >"$T/page"
same "folder of the spool" "$T/code" "$T/page"
if awk -F '\t+' '!/^#/ && NF && $2 != 2770 { exit 1 }' spool/tree; then
	:
else
	echo "spool/tree: not all folders are 2770, as todoke-spool.5 says"
	bad=1
fi

# (c) Fields of a case: name, type, repeated, audience.
sed -n '/^const struct casefile_field casefile_fields/,/^};/p' \
    bin/lib/casefile.c |
    sed -n 's/^	{"\([A-Za-z-]*\)", FIELD_\([A-Z]*\), \([a-z]*\), FOR_\([A-Z]*\),.*/\1 \2 \3 \4/p' |
    awk '{ print $1 " (" tolower($2) ($3 == "true" ? ", repeated" : "") ", " \
	tolower($4) ")" }' >"$T/heads"
cut -d ' ' -f 1 "$T/heads" | sort >"$T/code"
section todoke-case.5 FIELDS | items Cm >"$T/page"
same "field of a case" "$T/code" "$T/page"
heads "field of a case" "$T/heads" todoke-case.5

# Outcomes of a contact.
sed -n '/^static const char \*const words\[/,/^};/p' bin/lib/contact.c |
    grep -o '"[a-z-]*"' | tr -d '"' | sort >"$T/code"
section todoke-case.5 Contact | sed -n '/^Outcomes:/,/^\.El/p' | items Cm \
    >"$T/page"
same "outcome of a contact" "$T/code" "$T/page"

# (d) Events of the log: the literals in the second argument of each
# change_log(); where that is a variable, those in the calls that give it.
calls() {
	tr -d '\n\t' <"$1" | grep -oE "$2\([a-z]*, [^;{]*;" |
	    cut -d , -f "$3" | sed "s|^|$1:|"
}
for f in bin/*.c bin/lib/*.c; do
	calls "$f" change_log 2
done >"$T/calls"
grep -v '"' "$T/calls" | grep -vE \
    '/(outbox\.c: *r->event|(todoke-remind|inbox)\.c: *event)$' >"$T/blind"
if [ -s "$T/blind" ]; then
	echo "this test does not see which events these write:"
	cat "$T/blind"
	bad=1
fi
{
	cat "$T/calls"
	calls bin/lib/outbox.c '(record|refuse)' 2
	sed -n '/^event_of(/,/^}/p; /^inbox_logged(/,/};/p' bin/lib/inbox.c
	sed -n '/^} moves\[\] = {/,/^};/s/.*= {\("[a-z-]*"\),.*/\1/p' \
	    bin/lib/rung.c
} | grep -o '"[a-z-]*"' | tr -d '"' | sort -u >"$T/code"
section todoke-case.5 Events | items Cm >"$T/page"
same "event" "$T/code" "$T/page"

# Each of them is told by todoke-show.
sed -n '/^} events\[\] = {/,/^};/s/^	{"\([a-z-]*\)",.*/"\1"/p' bin/lib/story.c |
    tr -d '"' | sort -u >"$T/page"
same "event of todoke-show" "$T/code" "$T/page"

# (e) Texts with class and way, each in both languages; fields with classes.
sed -n 's/^ *{"\([a-z-]*\)", TEXT_\([SDFR]\)[A-Z0-9]*, \([a-z]*\)},/\1 \2 \3/p' \
    bin/lib/template.c |
    awk '{ print $1 " (" $2 ($3 == "true" ? ", mail)" : ", text)") }' \
    >"$T/heads"
cut -d ' ' -f 1 "$T/heads" | sort >"$T/code"
section todoke-template.5 TEXTS | grep '^\.It' | items Cm >"$T/page"
same "text" "$T/code" "$T/page"
heads "text" "$T/heads" todoke-template.5
for lang in ja en; do
	for f in "etc/templates/$lang"/*.txt; do
		f=${f##*/}
		echo "${f%.txt}"
	done | sort | comm -3 "$T/code" - | tr -d '\t' >"$T/diff"
	[ ! -s "$T/diff" ] || {
		sed "s|^|etc/templates/$lang and the code differ: |" "$T/diff"
		bad=1
	}
done
sed -n 's/^ *{"\([a-z-]*\)", \([SDFR| ]*\), "[a-z ]*"},/\1 (\2)/p' \
    bin/lib/template.c | tr -d '|' | tr -s ' ' >"$T/heads"
cut -d ' ' -f 1 "$T/heads" | sort >"$T/code"
section todoke-template.5 FIELDS | items Cm >"$T/page"
same "field of a text" "$T/code" "$T/page"
heads "field of a text" "$T/heads" todoke-template.5

# (f) Codes of closing, with their groups.
awk -F '\t+' '!/^#/ && NF { print $1 }' etc/closings | sort >"$T/code"
section todoke-words.5 CLOSINGS | items Cm >"$T/page"
same "code of closing" "$T/code" "$T/page"
page todoke-words.5 >"$T/text"
awk -F '\t+' '!/^#/ && NF { print $1, $2 }' etc/closings |
while read -r code group; do
	grep -qE "^$code +$group(:|\$)" "$T/text" ||
	    echo "code of closing: $code is not said to be in group $group"
done >"$T/diff"
[ ! -s "$T/diff" ] || { cat "$T/diff"; bad=1; }

# (g) The pages themselves, and the pages that they send to.
mandoc -Tlint -Wwarning man/*.[57] || bad=1
sed -n 's/^\.\(It \)\{0,1\}Xr \(todoke[a-z.-]*\) \([0-9]\).*/\2.\3/p' \
    man/*.[57] | sort -u | while read -r p; do
	[ -e "man/$p" ] || echo "man/$p: sent to, but not there"
done >"$T/diff"
[ ! -s "$T/diff" ] || { cat "$T/diff"; bad=1; }

# (h) Each invariant is held by a test that names it, and there are no others.
section todoke-spool.5 INVARIANTS | awk '/^\.It/ { print ++n }' |
    sort >"$T/page"
{
	sed -n 's/.*self\.say(\([0-9][0-9]*\), .*/\1/p' tests/helper/promises.py \
	    tests/helper/crash_judge.py
	grep -rhoE '[Ii]nvariants? [0-9]+' tests/e2e tests/helper \
	    --exclude=drift.sh | tr -dc '0-9\n'
} | sort -u >"$T/code"
same "invariant" "$T/code" "$T/page"

# (i) INSTALL names the packages that deps installs, and of those that tests do
# without cron and man-db.
sed -n '/^packages="/,/^"/p' tests/helper/deps | grep -v '"' >"$T/deps"
{ cat "$T/deps"; printf 'cron\nman-db\n'; } | sort >"$T/code"
awk '/^\tapt-get install / { on = 1; $1 = $2 = "" }
    on { more = / \\$/; sub(/\\$/, ""); print; on = more }' INSTALL |
    tr -s ' \t' '\n' | grep . | sort >"$T/page"
same "package of INSTALL" "$T/code" "$T/page"

[ "$bad" -eq 0 ] || fail "code and manual differ"
