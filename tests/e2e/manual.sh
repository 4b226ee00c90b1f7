# The manual: mandoc finds nothing to warn of; what a program prints as its
# usage, the options that it takes and the fields that a report may have are
# those of its page; every program has a page, and every page that one names
# is there.
set -u
. tests/helper/lib.sh

bad=0
drift() {
	echo "$*"
	bad=1
}

page_of() {
	ls "man/$1".[18] 2>/dev/null
}

squeeze() {
	tr -s '[:space:]' ' ' | sed 's/^ //; s/ $//'
}

# What stands below SYNOPSIS, as a reader sees it.
synopsis() {
	mandoc -Tutf8 -Owidth=1000 "$1" | col -b |
	    sed '1,/^SYNOPSIS/d; /^[A-Z]/,$d' | squeeze
}

usage() {
	sed -n '/^usage: /,$p' "$T/err" | sed 's/^usage: //' | squeeze
}

# a:bc as "a bc", each of them once.
source_options() {
	sed -n 's/.*getopt(argc, argv, "+\{0,1\}\([^"]*\)").*/\1/p' "$1" |
	    tr -d ':' | fold -w 1 | sort -u | tr -d '\n'
}

page_options() {
	sed -n 's/^\.It Fl \([A-Za-z]\).*/\1/p' "$1" | sort -u | tr -d '\n'
}

synopsis_options() {
	synopsis "$1" | grep -o '[[ ]-[A-Za-z]*' | tr -d ' [-' | fold -w 1 |
	    sort -u | tr -d '\n'
}

compare() {
	[ "$3" = "$4" ] || drift "$1: $2:
	source: $3
	page:   $4"
}

check_program() {
	page=$(page_of "$1")
	if [ -z "$page" ]; then
		drift "$1: it has no page in man/"
		return
	fi
	expect 64 "$BIN/$1" '-?'
	compare "$page" "SYNOPSIS is not the usage" "$(usage)" \
	    "$(synopsis "$page")"
	compare "$page" "options with an .It Fl" \
	    "$(source_options "bin/$1.c")" "$(page_options "$page")"
	compare "$page" "options in SYNOPSIS" \
	    "$(source_options "bin/$1.c")" "$(synopsis_options "$page")"
	for section in NAME SYNOPSIS DESCRIPTION ENVIRONMENT FILES \
	    'EXIT STATUS' EXAMPLES 'SEE ALSO'; do
		grep -qx ".Sh $section" "$page" ||
		    drift "$page: it has no section $section"
	done
}

# Names of the table in reportfield.c.
form_fields() {
	sed -n '/^} names\[\] = {/,/^};/p' bin/lib/reportfield.c |
	    grep -o '{"[^"]*"' | tr -d '{"'
}

command -v mandoc >/dev/null || {
	echo "mandoc is not there"
	exit 77
}
scratch

mandoc -Tlint -Wwarning man/* || bad=1

for source in bin/todoke-*.c; do
	program=${source#bin/}
	check_program "${program%.c}"
done

for page in man/todoke-*.[18]; do
	name=${page#man/}
	[ -f "bin/${name%.*}.c" ] || drift "$page: there is no such program"
done

sed -n 's/^\.Xr \(todoke[^ ]*\) \([1-8]\).*/\1.\2/p' man/* | sort -u >"$T/xr"
while read -r name; do
	[ -f "man/$name" ] || drift "man/$name is named, but not there"
done <"$T/xr"

mandoc -Tutf8 -Owidth=1000 man/todoke-open.1 | col -b >"$T/open"
[ "$(form_fields | wc -l)" -gt 20 ] || drift "reportfield.c: no table found"
for field in $(form_fields); do
	grep -qwF -e "$field" "$T/open" ||
	    drift "man/todoke-open.1: it does not name the field $field"
done

exit "$bad"
