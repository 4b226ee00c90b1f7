# todoke-check names each broken rule by its file, and -r repairs what is safe.
set -eu
. tests/helper/lib.sh
scratch
keys
desk
printf 'Finder: A <a@finder.example>\nUrl: http://www.city.example.lg.jp/x\n\ntext\n' >"$T/r"
number=$(ito todoke-open "$T/r")
p=$SPOOL/$(place "$number")
expect 0 "$BIN/todoke-check"
[ ! -s "$T/err" ] && [ ! -s "$T/out" ] || fail "not silent"
cp -a "$SPOOL" "$T/sound"
restore() {
	rm -rf "$SPOOL"
	cp -a "$T/sound" "$SPOOL"
}
# broken WHAT: it is named, and nothing is changed without -r.
broken() {
	expect 65 "$BIN/todoke-check"
	says "$1"
}
repaired() {
	broken "$1"
	expect 0 "$BIN/todoke-check" -r
	expect 0 "$BIN/todoke-check"
	restore
}
rmdir "$SPOOL/hold"
expect 78 ito todoke-list
repaired "hold"
chmod 755 "$SPOOL/outbox"
repaired "outbox"
chmod 644 "$p"
repaired "mode 0644"
mkdir -p "$SPOOL/closed/2031-01"
mv "$p" "$SPOOL/closed/2031-01/"
repaired "log says new"
printf x >"$SPOOL/tmp/garbage"
touch -d '3 days ago' "$SPOOL/tmp/garbage"
repaired "tmp/garbage"
long=$(printf '%0255d' 0)
printf x >"$SPOOL/tmp/$long"
touch -d '3 days ago' "$SPOOL/tmp/$long"
repaired "tmp/$long"
for folder in outbox failed hold; do
	printf x >"$SPOOL/$folder/$long"
	chmod 600 "$SPOOL/$folder/$long"
	broken "$folder/$long: mode 0600"
	restore
done
# What no program of ours makes there a person looks at, with -r too.
mkdir "$SPOOL/tmp/folder"
ln -s /nonexistent "$SPOOL/tmp/link"
expect 0 "$BIN/todoke-check"
touch -h -d '3 days ago' "$SPOOL/tmp/folder" "$SPOOL/tmp/link"
for repair in '' -r; do
	# shellcheck disable=SC2086
	expect 65 "$BIN/todoke-check" $repair
	says "tmp/folder: not a regular file, and no program's: look what it is, and remove it"
	says "tmp/link: not a regular file"
	! grep -q garbage "$T/err" || fail "$(cat "$T/err")"
done
[ -d "$SPOOL/tmp/folder" ] && [ -L "$SPOOL/tmp/link" ] || fail "removed what it said a person does"
restore

sed -i 's/^\(Log: .*\) by=[^ ]*/\1 by=eve/' "$p"
broken "breaks the chain"
restore
sed -i 's/^Received: .*/Received: soon/' "$p"
broken "Received"
restore
sed -i 's/^Url: .*/&search?q=canary/' "$p"
broken "Url: the origin alone stands here: http://www.city.example.lg.jp/"
! grep -q canary "$T/err" || fail "the path is told"
restore
sed -i 's/^Case: .*/Case: 00000000/' "$p"
broken "Case:"
restore
sed -i '/BEGIN PGP/,$d' "$p"
broken "sealed"
restore
cp "$p" "$SPOOL/contacted/2031-01-06" 2>/dev/null || { mkdir "$SPOOL/contacted/2031-01-06" && cp "$p" "$SPOOL/contacted/2031-01-06/"; }
broken "contacted/2031-01-06"
restore
# A copy of a case in new/, which nobody takes for a report; a report there.
cp "$p" "$SPOOL/new/copy"
broken "new/copy: two files bear the number $number"
says "move the other to bad/"
restore
cp "$T/r" "$SPOOL/new/report.txt"
expect 0 ito todoke-check
restore
rm "$SPOOL/outbox/$number.1.receipt"
broken "$number.1.receipt is nowhere"
restore
echo x >>"$SPOOL/outbox/$number.1.receipt"
broken "outbox/$number.1.receipt"
restore
echo stray >"$SPOOL/new/$(basename "$(dirname "$p")")/stray"
broken "stray"
restore
echo why >"$SPOOL/var/HALT"
broken "HALT"
expect 75 ito todoke-open "$T/r"
says "HALT"
expect 75 cron todoke-sort
expect 75 cron todoke-send
restore

# What todoke-send could not read; each key's own file.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
    -keyout "$T/ca.key" -out "$T/ca.pem" -subj /CN=ca 2>"$T/log"
echo secret >"$T/password"
chmod 640 "$T/password"
cp "$CONF" "$T/plain.conf"
# remote PASSWORD-FILE CA LOOKUP-CA
remote() {
	sed "s|^smtp .*|smtp {\n host = \"mail.desk.example\"\n tls = starttls\n user = \"u\"\n password-file = \"$1\"\n ca = \"$2\"\n}\nlookup { ca = \"$3\" }|" \
	    "$T/plain.conf" >"$CONF"
}
remote "$T/password" "$T/ca.pem" "$T/ca.pem"
expect 0 ito todoke-check
[ ! -s "$T/err" ] || fail "not silent: $(cat "$T/err")"
remote "$T/password" '' ''
expect 0 ito todoke-check
remote "$T/absent" "$T/ca.pem" ''
broken "smtp.password-file: $T/absent: No such file or directory"
expect 65 ito todoke-check -r
remote "$T/password" "$T/absent" ''
broken "smtp.ca: $T/absent: it cannot be read"
remote "$T/password" "$T/password" ''
broken "smtp.ca: $T/password: it cannot be read, or is no file of certificates"
remote "$T/password" '' "$T/absent"
broken "lookup.ca: $T/absent"
chmod 644 "$T/password"
remote "$T/password" '' ''
broken "chmod 640"
! grep -q secret "$T/err" || fail "the password is told"
cp "$T/plain.conf" "$CONF"

# An old text saved over a newer one.
cp "$p" "$T/oldtext"
expect 0 ito todoke-accept "$number"
expect 0 ito todoke-contact -a soumu@city.example.lg.jp "$number"
p=$SPOOL/$(place "$number")
for m in "$SPOOL/outbox/$number".*.contact; do
	ln "$m" "$SPOOL/mail/$number/cur/$(basename "$m"):2,S"
done
sed 's/^Log: \(.*\)$/Log: \1/' "$T/oldtext" >"$p"
chmod 660 "$p"
expect 65 "$BIN/todoke-check"
says "older"
restore

# Empty days that are past go with -r alone.
mkdir "$SPOOL/contacted/2001-01-05" "$SPOOL/contacted/2031-01-06"
chmod 2755 "$SPOOL/contacted/2031-01-06"
broken "only its owner"
chmod 2775 "$SPOOL/contacted/20"*
expect 0 "$BIN/todoke-check"
[ -d "$SPOOL/contacted/2001-01-05" ] || fail "removed without -r"
expect 0 "$BIN/todoke-check" -r
[ ! -d "$SPOOL/contacted/2001-01-05" ] || fail "an empty past day stays"
[ -d "$SPOOL/contacted/2031-01-06" ] || fail "a day to come was removed"

# What grows old goes with -r alone, after the time that the table WHO CLEANS
# UP of todoke-spool(5) says; what a person cleans up, or nobody, stays.
restore
# lies AGE PATH: an entry of that age.
lies() {
	echo "$number" >"$SPOOL/$2"
	chmod 660 "$SPOOL/$2"
	touch -d "$1 ago" "$SPOOL/$2"
}
# table WHO WHEN: the folders that WHO cleans up.
table() {
	sed -n "/^.Sh WHO CLEANS UP/,/^.Sh WHAT/s|^.It Pa \(.*\) Ta $1 Ta $2\$|\1|p" man/todoke-spool.5 |
	    sed "s|NUMBER|$number|; s| , |\n|g"
}
table 'todoke-check -r' 'after [0-9]* [a-z]*' >"$T/ours"
table 'a person' '.*' >"$T/people"
table 'todoke-check -r' 'after 366 days' | grep -qx 'var/seen/' || fail "$(cat "$T/ours")"
for folder in var/answered/ unsorted/tmp; do
	table 'todoke-check -r' 'after 36 hours' | grep -qx "$folder" || fail "$(cat "$T/ours")"
done
grep -qx "mail/$number/tmp" "$T/people" || fail "$(cat "$T/people")"
while read -r folder; do
	case $folder in
	var/seen/) young='365 days' old='367 days' ;;
	*) young='35 hours' old='37 hours' ;;
	esac
	lies "$young" "$folder/young"
	lies "$old" "$folder/old"
done <"$T/ours"
sed 's|^unsorted/$|unsorted/new|' "$T/people" | while read -r folder; do
	lies '2 years' "$folder/kept"
done
find "$SPOOL" -name kept >"$T/kept"
[ "$(wc -l <"$T/kept")" -eq 5 ] || fail "$(cat "$T/kept")"
"$BIN/todoke-check" 2>/dev/null || :
[ "$(find "$SPOOL" -name old | wc -l)" -eq 3 ] || fail "removed without -r"
"$BIN/todoke-check" -r 2>/dev/null || :
[ "$(find "$SPOOL" -name old)" = '' ] || fail "stays: $(find "$SPOOL" -name old)"
[ "$(find "$SPOOL" -name young | wc -l)" -eq 3 ] || fail "went too early: $(find "$SPOOL" -name young)"
[ "$(find "$SPOOL" -name kept)" = "$(cat "$T/kept")" ] || fail "a person's went: $(find "$SPOOL" -name kept)"
restore

# All that a sysadmin may edit, as an editor of Windows saves it.
mkdir "$T/etc"
cp -R etc/. "$T/etc"
cp "$CONF" "$T/conf.plain"
sed -i "s|$TOP/etc/|$T/etc/|" "$CONF"
# foreign FILE: a byte order mark in front, CRLF, blanks in empty lines, no end
# of the last line.
foreign() {
	printf '\357\273\277%s' "$(sed 's/^$/ \t/; s/$/\r/' "$1")" >"$1.new"
	mv "$1.new" "$1"
}
for file in "$T/etc/"[a-z]* "$T/etc/templates/"*/*.txt "$CONF"; do
	[ ! -f "$file" ] || foreign "$file"
done
expect 0 "$BIN/todoke-check"
[ ! -s "$T/err" ] && [ ! -s "$T/out" ] || fail "$(cat "$T/err")"
expect 0 "$BIN/todoke-day" -q 2027-01-04
expect 1 "$BIN/todoke-day" -q 2027-01-11

# Each list that todoke-words(5) names is read, and so are the tables.
cp "$T/conf.plain" "$CONF"
cp etc/[a-z]* "$T/etc/" 2>/dev/null || :
sed -i "s|$TOP/etc/|$T/etc/|" "$CONF"
for list in $(sed -n '/^.Nm todoke-words/,/^.Nd/s/^\.Nm \([a-z-]*\)\( ,\)*$/\1/p' man/todoke-words.5) bounces forms; do
	[ "$list" != todoke-words ] || continue
	cp "$T/etc/$list" "$T/list"
	echo '! ! ! !' >>"$T/etc/$list"
	expect 65 "$BIN/todoke-check"
	says "$T/etc/$list:$(wc -l <"$T/etc/$list"): "
	rm "$T/etc/$list"
	expect 65 "$BIN/todoke-check"
	says "$T/etc/$list"
	cp "$T/list" "$T/etc/$list"
	echo "$list" >>"$T/lists"
done
[ "$(wc -l <"$T/lists")" -eq 13 ] || fail "$(cat "$T/lists")"
expect 0 "$BIN/todoke-check"

# Configuration, texts, lists, secret.
chmod 644 "$T/secret"
broken "secret"
chmod 600 "$T/secret"
echo garbage >"$T/secret"
expect 65 "$BIN/todoke-check"
says "secret"

# Gone, it is named and not replaced: the codes that were given out would all
# be void.  A desk that has written to nobody makes one.
rm "$T/secret"
expect 65 "$BIN/todoke-check"
says "$T/secret: the secret is gone"
says "restore it from backup"
expect 78 ito todoke-open "$T/r"
says "restore it from backup"
expect 78 cron todoke-publish -o "$T/verify.txt"
[ ! -e "$T/secret" ] || fail "another secret was made"
mv "$SPOOL/mail" "$T/mail"
rm -f "$SPOOL"/outbox/*
mkdir -m 2770 "$SPOOL/mail"
"$BIN/todoke-check" 2>&1 | grep secret && fail "a desk that wrote to nobody lacks no secret"
ito todoke-open "$T/r" >"$T/number" || fail "the first case of a desk"
[ -s "$T/secret" ] || fail "no secret was made"
