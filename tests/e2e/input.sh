# Wrong input is refused with file, line and cure; nothing is touched.
set -eu
. tests/helper/lib.sh
scratch
keys
desk
printf 'Url: http://www.city.example.lg.jp/x\n\ntext\n' >"$T/r"
number=$(ito todoke-open "$T/r")
expect 0 ito todoke-accept "$number"
snapshot() { (cd "$SPOOL" && find . -type f ! -path './var/*' -exec sha256sum {} + | sort); }
was=$(snapshot)

for p in todoke-accept todoke-show todoke-disclose "todoke-contact -a a@b.example" \
    "todoke-close -r no-answer" "todoke-confirm -a a@b.example -b phone -k $T/city.asc"; do
	# shellcheck disable=SC2086
	expect 66 ito $p 00000000
	says "00000000"
	# shellcheck disable=SC2086
	expect 64 ito $p 1234
	# shellcheck disable=SC2086
	expect 64 ito $p
done
for p in accept check close confirm contact disclose list open send show sort; do
	expect 64 ito todoke-$p -?
	says "usage: todoke-$p"
done
expect 78 ito todoke-list -c "$T/none"
says "$T/none"

# The configuration: file, line, cure.
sed 's/phone = /fone = /' "$CONF" >"$T/typo.conf"
expect 78 ito todoke-list -c "$T/typo.conf"
line=$(grep -n 'fone = ' "$T/typo.conf" | cut -d: -f 1)
says "$T/typo.conf:$line:"
says "phone"
sed '/address = /d' "$CONF" >"$T/half.conf"
expect 78 ito todoke-open -c "$T/half.conf" "$T/r"
says "desk.address"
printf 'text\nhttp://a.example/\n' >"$SPOOL/new/drop"
expect 78 ito todoke-sort -c "$T/half.conf"
[ -e "$SPOOL/new/drop" ] || fail "intake without configuration took a drop"
rm "$SPOOL/new/drop"

# A text of stage 1 that names a sealed field does not load.
cp -R etc/templates "$T/templates"
echo '{{details}}' >>"$T/templates/ja/contact.txt"
sed "s|$TOP/etc/templates|$T/templates|; \$a words { path = \"$TOP/etc\" }" "$CONF" >"$T/sealed.conf"
expect 65 ito todoke-contact -c "$T/sealed.conf" -a soumu@city.example.lg.jp "$number"
says "contact.txt:$(wc -l <"$T/templates/ja/contact.txt")"
says "sealed"
expect 65 ito todoke-check -c "$T/sealed.conf"

# What is repeated is cleaned for a terminal: C1, bidirectional, broken.
for odd in "$(printf 'a\302\2332J')" "$(printf 'a\342\200\256b')" "$(printf 'a\377')" "$(printf 'a\033[2J')"; do
	expect 64 ito todoke-show "$odd"
	says '"a?'
	expect 66 ito todoke-open "$odd"
	says 'a?'
	expect 64 ito todoke-list -s "$odd"
	! LC_ALL=C grep -q "$(printf '[\033\200-\377]')" "$T/err" || fail "raw: $odd"
done

# So is the letter of an option, by each program.
for p in bin/todoke-*.c; do
	expect 64 ito "$(basename "$p" .c)" "-$(printf '\033')"
	says "invalid option"
	! grep -q "$(printf '\033')" "$T/err" || fail "raw: $p"
done

# Addresses.
cr=$(printf 'a@city.example.lg.jp\r\nBcc: b@evil.example')
for a in "$cr" "a b@city.example.lg.jp" "<a@city.example.lg.jp>" "a@" "@b" \
    "あ@city.example.lg.jp" "a@city.example.lg.jp,b@evil.example" \
    "$(printf '%0250d' 1)@b.example"; do
	expect 64 ito todoke-contact -a "$a" "$number"
done

# Values.
number2=$(ito todoke-open "$T/r")
was=$(snapshot)
expect 64 ito todoke-accept -v 11 "$number2"
expect 64 ito todoke-accept -v x "$number2"
expect 64 ito todoke-accept -s huge "$number2"
expect 64 ito todoke-accept -k no-such-kind "$number2"
says "xss"
expect 64 ito todoke-accept -u 'javascript:alert(1)' "$number2"
expect 64 ito todoke-list -s nowhere
expect 64 ito todoke-show -t yesterday "$number"
expect 66 ito todoke-open "$T/absent"
: >"$T/empty"
expect 65 ito todoke-open "$T/empty"
printf 'a\0b' >"$T/nul"
expect 65 ito todoke-open "$T/nul"
printf '\203e\203X\203g' >"$T/sjis"
expect 65 ito todoke-open "$T/sjis"
says "iconv"
[ "$(snapshot)" = "$was" ] || fail "something was touched"

# A broken case file is told by its line, and every other case goes on.
p=$SPOOL/$(place "$number2")
sed -i '2i this is no field' "$p"
expect 65 ito todoke-show "$number2"
says "line 2"
expect 65 ito todoke-list
grep -q "^$number" "$T/out" || fail "one broken case hides the others"

# A case whose Seq is lost is left: its ids would be given twice.
number4=$(ito todoke-open "$T/r")
p=$(place "$number4")
cp "$SPOOL/$p" "$T/whole"
for seq in 'Seq: 0' 'Seq: x' 'Seq: 99999999999' 'X-Seq: 1'; do
	sed "s/^Seq: .*/$seq/" "$T/whole" >"$SPOOL/$p"
	expect 65 ito todoke-accept "$number4"
	says "$p"
done
head -c -100 "$T/whole" >"$SPOOL/$p"
expect 65 ito todoke-check
says "$p: its sealed part is cut off"
cp "$T/whole" "$SPOOL/$p"
expect 0 ito todoke-accept "$number4"

# No link is followed, whatever it stands for.
mkdir -p "$T/else/cur" "$T/else/new" "$T/else/tmp"
touch "$T/else/file"
chmod 600 "$T/else/file"
elsewhere() { (cd "$T/else" && find . -exec stat -c '%n %f %s %Y' {} + | sort); }
untouched() { [ "$(elsewhere)" = "$other" ] || fail "$1: changed behind a link"; }
number3=$(ito todoke-open "$T/r")
rm -f "$SPOOL"/outbox/*
other=$(elsewhere)
ln -s "$T/else/file" "$SPOOL/incoming/new/link"
python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$SPOOL/incoming/cur/socket"
mkfifo "$SPOOL/incoming/new/fifo"
expect 65 cron todoke-sort # the broken case above
for name in link socket fifo; do
	[ -e "$SPOOL/bad/$name.why" ] || fail "incoming: $name is not in bad/"
	says "$name"
	rm -f "$SPOOL/bad/$name" "$SPOOL/bad/$name.why"
done
mv "$SPOOL/mail/$number3" "$T/maildir"
ln -s "$T/else" "$SPOOL/mail/$number3"
expect 65 ito todoke-note -d 2031-02-05 "$number3"
says "mail/$number3: not a folder"
untouched "mail/NUMBER"
rm "$SPOOL/mail/$number3"
mv "$T/maildir" "$SPOOL/mail/$number3"
mv "$SPOOL/unsorted" "$T/unsorted"
ln -s "$T/else" "$SPOOL/unsorted"
expect 65 ito todoke-check -r
says "unsorted: not a folder"
untouched "unsorted"
rm "$SPOOL/unsorted"
mv "$T/unsorted" "$SPOOL/unsorted"
p=$(place "$number3")
mv "$SPOOL/$p" "$T/else/"
other=$(elsewhere)
ln -s "$T/else" "$SPOOL/new/2031-02-03"
expect 66 ito todoke-note -d 2031-02-05 "$number3"
untouched "a day"
rm "$SPOOL/new/2031-02-03"
mv "$T/else/$number3" "$SPOOL/$p"
other=$(elsewhere)
ln "$T/else/file" "$SPOOL/hold/$number3.9.question"
expect 65 ito todoke-check -r
says "another name"
untouched "a hard link"
rm "$SPOOL/hold/$number3.9.question"

# Standard output that cannot be written is an error.
got=0
ito todoke-list >/dev/full 2>/dev/null || got=$?
[ "$got" -eq 74 ] || [ "$got" -eq 65 ] || fail "full standard output: $got"
