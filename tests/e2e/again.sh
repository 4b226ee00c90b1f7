# The same bytes once more, dropped or mailed: no second case, no second entry.
set -eu
. tests/helper/lib.sh
scratch
keys
desk
printf 'Finder: A <a@finder.example>\nUrl: http://www.city.example.lg.jp/x\n\ntext\n' >"$T/r"
cp "$T/r" "$SPOOL/new/one"
expect 0 cron todoke-sort
number=$(cron todoke-list | cut -f 1)
cp "$T/r" "$SPOOL/new/two"
cron todoke-sort >"$T/out" 2>"$T/err" || true
[ "$(cron todoke-list | wc -l)" -eq 1 ] || fail "the same report became two cases"
grep -q "became case $number" "$SPOOL/bad/two.why" || fail "no reason in bad/: $(ls "$SPOOL/bad")"

printf 'From: <x@else.example>\nTo: <desk@desk.example>\nSubject: a word\nMessage-ID: <1@else.example>\n\ntext\n' >"$T/m"
cp "$T/m" "$SPOOL/incoming/new/one"
expect 0 cron todoke-sort
rm -f "$SPOOL"/unsorted/new/*
cp "$T/m" "$SPOOL/new/one.eml"
expect 0 cron todoke-sort
[ "$(cron todoke-list | wc -l)" -eq 2 ] || fail "a mail from unsorted/, dropped, opens no case: $(ls "$SPOOL/bad")"
cp "$T/m" "$SPOOL/new/two.eml"
expect 0 cron todoke-sort
[ "$(cron todoke-list | wc -l)" -eq 2 ] || fail "and a second one"
[ -s "$SPOOL/bad/two.eml.why" ] || fail "and no reason in bad/"
cp "$T/m" "$SPOOL/incoming/new/two"
expect 0 cron todoke-sort
[ -z "$(find "$SPOOL/unsorted" "$SPOOL/incoming" -type f)" ] ||
    fail "the same mail was filed twice: $(find "$SPOOL/unsorted" -type f)"
expect 0 "$BIN/todoke-check"
