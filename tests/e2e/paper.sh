# FAX, letter and liaison on paper: the PDF read back.  All of the text and
# nothing else is on it, the addressee where the window is, the number and the
# page on each sheet, fonts embedded, the same bytes each time; what cannot be
# printed is told before anything is changed; nothing sealed is on it.
set -eu
. tests/helper/lib.sh
scratch
keys
desk
sed -i "s|^templates .*|templates { path = \"$T/texts\" }|" "$CONF"
echo "words { path = \"$TOP/etc\" }" >>"$CONF"
cp -r etc/templates "$T/texts"
at='2026-11-24 10:00'
# Only these fonts, whatever the machine has.
cat >"$T/fonts.conf" <<EOF
<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>/usr/share/fonts/opentype/ipafont-mincho</dir>
<dir>/usr/share/fonts/opentype/ipafont-gothic</dir>
<cachedir>$T/fonts.cache</cachedir></fontconfig>
EOF
FONTCONFIG_FILE=$T/fonts.conf
export FONTCONFIG_FILE
cat >"$T/read.py" <<'EOF'
# read.py FILE KIND: what must hold of any sheet.  KIND: letter, fax.
import re, subprocess, sys, html
name, kind = sys.argv[1:3]
def run(*args):
    return subprocess.run(args, check=True, capture_output=True).stdout.decode()
mark = open(name.rsplit("/", 1)[0] + "/mark").read().strip()
info = dict(l.split(":", 1) for l in run("pdfinfo", name).splitlines())
pages = int(info["Pages"])
assert "(A4)" in info["Page size"], info["Page size"]
assert mark in info["Title"], info["Title"]
assert "Nov 24 00:00:00 2026" in info["CreationDate"], info["CreationDate"]
fonts = run("pdffonts", name).splitlines()[2:]
assert fonts, "no fonts"
for f in fonts:
    assert re.search(r"\+IPA%s " % ("Gothic" if kind == "fax" else "Mincho"), f), f
    assert re.search(r" yes yes yes ", f), f
words = []
for n, page in enumerate(run("pdftotext", "-bbox", name, "-").split("<page ")[1:]):
    for x, y, x2, y2, w in re.findall(
            r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>', page):
        words.append((n, *(float(v) * 25.4 / 72 for v in (x, y, x2, y2)), html.unescape(w)))
for n in range(pages):
    foot = " ".join(w[5] for w in words if w[0] == n and w[2] > 280)
    assert foot == "%s %d / %d" % (mark, n + 1, pages), foot
body = [w for w in words if w[2] <= 280]
for w in body:
    assert w[1] >= 21 and w[3] <= 186 and w[4] <= 280, ("margin", w)
# Each character of the text is there as often as it is.
text = "".join(l for l in open(name[:-4] + ".txt") if not re.fullmatch("-{10,}\n", l))
want, got = (sorted(re.sub(r"\s", "", s)) for s in (text, "".join(w[5] for w in body)))
assert want == got, ("text and paper differ", "".join(want), "".join(got))
if kind == "letter":
    # What the window can show: the addressee, which it always shows.
    addressee = re.split(r"\n\n+", text)[1]
    seen = [w for w in body if w[0] == 0 and w[1] < 110 and w[2] < 57]
    for w in seen:
        assert w[1] >= 21.9 and w[3] <= 86.1 and w[2] >= 13.5 and w[4] <= 38.6, ("window", w)
    assert re.sub(r"\s", "", addressee) == re.sub(r"\s", "", "".join(w[5] for w in seen)), seen
    # A rule of Japanese type: no line begins with a closing mark.
for line in run("pdftotext", "-layout", name, "-").splitlines():
    assert not re.match(r"\s*[、。」』）】ーっゃゅょ]", line), ("kinsoku", line)
    assert not re.search(r"[「『（【]\s*$", line), ("kinsoku", line)
print(pages)
EOF
# reads FILE KIND PAGES
reads() {
	got=$(python3 "$T/read.py" "$T/$1.pdf" "$2") || fail "$1.pdf"
	[ "$got" -eq "$3" ] || fail "$1.pdf has $got pages, not $3"
}
printf 'Finder: Hidden Person <hidden@finder.example>\nUrl: http://www.city.example.lg.jp/sealedpath?q=sealedquery\nOperator: 例示市\n\nsealeddetail\n' >"$T/r"
number=$(ito todoke-open -t "$at" "$T/r")
echo "IPA#$number" >"$T/mark"
expect 0 ito todoke-accept -t "$at" -w local-government "$number"
was=$(place "$number")
sum() { sha256sum <"$SPOOL/$(place "$number")"; }
before=$(sum)
paper() { # STATUS FILE OPTION…: with -n, so that the case stays as it is
	status=$1 file=$2
	shift 2
	expect "$status" ito todoke-contact -t "$at" -n -o "$T/$file.pdf" "$@" "$number"
}
is() { sed -i "s|^$1: .*|$1: $2|" "$SPOOL/$was"; }
postal='〒123-4567 / 例示県例示市中央一丁目2番3号 / 例示市役所 情報政策課'

# Japanese: a letter of two sheets, a FAX of one, the ministry.
paper 0 letter -m letter -a "$postal"
[ ! -s "$T/out" ] || fail "-o prints"
reads letter letter 2
expect 0 ito todoke-contact -t "$at" -n -m letter -a "$postal" "$number"
cmp "$T/out" "$T/letter.txt" || fail "the text beside is another"
grep -q '^例示市役所 情報政策課$' "$T/letter.txt" || fail "the address has no lines"
pdftotext "$T/letter.pdf" - | grep -q "公式サイト" || fail "how to verify it"
paper 0 fax -m fax -a 03-1234-5678
reads fax fax 1
pdftotext "$T/fax.pdf" - | grep -q '番号: 03-1234-5678' || fail "the number to call"
paper 0 liaison -m liaison
reads liaison letter 2
pdftotext "$T/liaison.pdf" - | tr -d '\n ' | grep -q '総務省.*例示市' || fail "the ministry and the operator"
[ "$(stat -c %a "$T/letter.pdf" "$T/letter.txt" | sort -u)" = 600 ] || fail "modes"

# The same bytes at another hour, in another place; other bytes on another day.
cp "$T/letter.pdf" "$T/first.pdf"
cp "$T/letter.txt" "$T/first.txt"
(
	cd / && HOME=$T/nowhere TZ=Asia/Tokyo LC_ALL=C
	export HOME TZ LC_ALL
	expect 0 ito todoke-contact -t '2026-11-24 17:59' -n -o "$T/letter.pdf" -m letter -a "$postal" "$number"
)
cmp "$T/first.pdf" "$T/letter.pdf" || fail "made again it differs"
expect 0 ito todoke-contact -t '2026-11-25 10:00' -n -o "$T/letter.pdf" -m letter -a "$postal" "$number"
! cmp -s "$T/first.pdf" "$T/letter.pdf" || fail "the day is not on it"
cp "$T/texts/ja/contact-letter.txt" "$T/letter.was"
sed -i 's/^$/ 　/' "$T/texts/ja/contact-letter.txt"
expect 0 ito todoke-contact -t "$at" -n -o "$T/letter.pdf" -m letter -a "$postal" "$number"
cmp "$T/first.pdf" "$T/letter.pdf" || fail "blanks in empty lines are on it"
cp "$T/letter.was" "$T/texts/ja/contact-letter.txt"

# No address: the window shows the operator alone.
paper 0 bare -m letter
reads bare letter 2

# Addresses as long as they may be, in the window still; longer is refused
# before a file is there.
long='〒123-4567 / 例示県例示市大字例示字中央通り一丁目二番三号 / 例示第一合同庁舎本館十二階東側 / 例示市役所 総務部 情報政策課 情報システム係'
paper 0 long -m letter -a "$long"
reads long letter 2
is Operator "$(printf '例示%.0s' $(seq 60))"
paper 65 huge -m letter -a "$long"
says "no room in the window"
[ ! -e "$T/huge.pdf" ] && [ ! -e "$T/huge.txt" ] || fail "a file of what was refused"
paper 0 wide -m fax -a 03-1234-5678
reads wide fax 2

# A character that no font has is named.
is Operator '例示🧿市'
paper 65 emoji -m letter
says "U+1F9FF"
[ ! -e "$T/emoji.pdf" ] || fail "paper with a hole in it"
paper 65 emoji -m fax
expect 0 ito todoke-contact -t "$at" -n -m letter "$number"
says '例示🧿市'
is Operator 例示市
[ "$(sum)" = "$before" ] || fail "it was not put back"

# Fonts that are not there.
sed 's/^words/paper { font = "No Such Font" }\nwords/' "$CONF" >"$T/font.conf"
paper 78 font -c "$T/font.conf" -m letter
says 'paper.font: there is no font "No Such Font"'
paper 0 font -c "$T/font.conf" -m fax
sed 's|<dir>.*</dir>||' "$T/fonts.conf" >"$T/none.conf"
FONTCONFIG_FILE=$T/none.conf paper 78 none -m letter
says "fonts-ipafont"

# Many sheets; lines longer than a sheet is wide are broken as Japanese is.
for k in $(seq 24 60); do
	printf 'あ%.0s' $(seq "$k")
	echo '「い」、うっと。「えー」ゃ、(お)。かきくけこ「さしすせそ」たちつてと。なにぬねの、はひふへほ。'
done >"$T/lines"
sed -i "1,/^---/!d" "$T/texts/ja/contact-fax.txt"
cat "$T/lines" "$T/lines" >>"$T/texts/ja/contact-fax.txt"
paper 0 many -m fax
reads many fax 5
# An address of a page that has no place to break it.
is Url "http://$(printf 'a%.0s' $(seq 60)).$(printf 'b%.0s' $(seq 60)).lg.jp/"
cp etc/templates/ja/contact-fax.txt "$T/texts/ja/"
paper 0 site -m fax
reads site fax 2
is Url http://www.city.example.lg.jp/

# A text that names what is sealed makes no paper; nothing made so far has it.
echo '{{report-url}}' >>"$T/texts/ja/contact-letter.txt"
paper 65 sealed -m letter
says "is sealed"
[ ! -e "$T/sealed.pdf" ] || fail "sealed paper"
cp etc/templates/ja/contact-letter.txt "$T/texts/ja/"
for f in "$T"/*.pdf; do
	! pdftotext "$f" - | grep -iE 'sealed|hidden' || fail "$f"
	! grep -aiE 'sealed|hidden' "$f" "${f%.pdf}.txt" || fail "$f"
done
# A letter whose head is not there.
printf 'Subject: x\n\none\n\ntwo\n' >"$T/texts/ja/contact-letter.txt"
paper 65 head -m letter
says "three paragraphs"
cp etc/templates/ja/contact-letter.txt "$T/texts/ja/"

# English.
is Operator 'City of Example'
is Lang en
paper 0 english -m letter -a 'Information Policy Division / 1-2-3 Chuo / Example City 123-4567 / JAPAN'
reads english letter 2
paper 0 englishfax -m fax -a +81-3-1234-5678
reads englishfax fax 2
paper 0 englishliaison -m liaison
reads englishliaison letter 2
is Operator 例示市
is Lang ja

# Ways without paper, other names, what is no regular file.
paper 64 script -m phone
paper 64 script -m form
paper 64 script
expect 64 ito todoke-contact -n -m letter -o "$T/letter" "$number"
says "FILE.pdf"
expect 64 ito todoke-contact -n -m letter -o .pdf "$number"
expect 64 ito todoke-contact -n -m liaison -a x "$number"
mkdir "$T/folder.pdf"
ln -s "$T/r" "$T/link.pdf"
mkfifo "$T/pipe.txt"
for f in folder link pipe; do
	paper 73 $f -m letter
	says "no regular file"
done
grep -q '^Finder: ' "$T/r" || fail "a link was followed"
[ -p "$T/pipe.txt" ] || fail "a pipe was replaced"
[ "$(place "$number")" = "$was" ] || fail "-n moved the case"

# Where the files cannot be made, the case is as it was; else it is recorded.
cat >>"$CONF" <<'EOF'
ladder {
	step post { after = 1  via = letter }
	step ministry { after = 2  via = liaison }
}
EOF
before=$(sum)
expect 73 ito todoke-contact -t "$at" -m letter -a "$postal" -o "$T/absent/letter.pdf" "$number"
says "$T/absent/letter.txt"
[ "$(sum)" = "$before" ] || fail "recorded, and there is no letter"
expect 0 ito todoke-contact -t "$at" -m letter -a "$postal" -o "$T/posted.pdf" "$number"
cmp "$T/posted.pdf" "$T/first.pdf" || fail "-n had made another"
grep -q '^Log: .* contact via=letter to="〒123' "$SPOOL/$(place "$number")" || fail "$(grep ^Log: "$SPOOL/$(place "$number")")"
grep -q '^Contact: 〒123.*; via=letter; from=hand; outcome=asked' "$SPOOL/$(place "$number")" || fail "the contact"
expect 0 ito todoke-contact -t "$at" -m liaison -o "$T/asked.pdf" "$number"
grep -q '^Log: .* contact via=liaison to=ministry ' "$SPOOL/$(place "$number")" || fail "who was asked is not in the log"
! grep -q '^Contact: .*via=liaison' "$SPOOL/$(place "$number")" || fail "the ministry is no contact of the operator"
expect 0 ito todoke-check -t "$at"

# No liaison for the sector.
other=$(ito todoke-open -t "$at" "$T/r")
expect 0 ito todoke-accept -t "$at" -w company "$other"
expect 64 ito todoke-contact -t "$at" -m liaison -o "$T/other.pdf" "$other"
says "no line of the list"

# The task of a rung names the command, and it works as it is named.
for day in 25:letter 26:liaison; do
	way=${day#*:}
	expect 0 ito todoke-remind -t "2026-11-${day%:*} 10:00"
	ito todoke-list -a -t "2026-11-${day%:*} 10:00" | grep "^$number" >"$T/task" || fail "no task"
	grep -q "(todoke-contact -m $way -o FILE.pdf)" "$T/task" || fail "$(cat "$T/task")"
	expect 0 ito todoke-contact -t "2026-11-${day%:*} 10:00" -m "$way" -o "$T/FILE.pdf" "$number"
	[ "$way" = liaison ] || grep -q '^例示市役所 情報政策課$' "$T/FILE.txt" || fail "without its address"
done
