# The finder's address gets into no part of a case that rests in clear, by
# whatever option or source; and the details that were typed in the editor
# are never lost by a refusal.
set -eu
. tests/helper/lib.sh
scratch
keys
desk
mkdir "$T/run"
city=soumu@city.example.lg.jp

all() { (cd "$SPOOL" && find . -type f ! -name '*.lock' ! -name lock -exec sha256sum {} + | sort); }
# refuse STATUS WORDS COMMAND…: and nothing is changed.
refuse() {
	want=$1 what=$2
	shift 2
	all >"$T/was"
	expect "$want" "$@"
	says "$what"
	all | cmp -s "$T/was" - || fail "refused, but changed something: $*"
}
number=$(printf 'Finder: Yamada Taro\nFinder-Address: taro77@finder.example\nUrl: http://www.city.example.lg.jp/x\nKind: xss\n\nthe details\n' |
    ito todoke-open)
case=$number

# Options whose words come into a field or the log.
refuse 77 "-o: line 1 names the finder" ito todoke-accept -o "Taro Yamada's City" "$case"
refuse 77 "-O: line 1 names the finder" ito todoke-accept -O "ask taro77@finder.example" "$case"
expect 0 ito todoke-accept -O ito "$case"
refuse 77 "has the finder's address" ito todoke-contact -m form \
    -a "https://www.city.example.lg.jp/form?cc=Taro77@finder.example" "$case"
refuse 77 "has the finder's address" ito todoke-contact -m phone \
    -a "03-0000-0000, or taro77@finder.example" "$case"
expect 0 ito todoke-contact -a $city "$case"
confirm() { ito todoke-confirm -a web@contractor.example -b phone "$@" "$case"; }
for reason in "" " " "$(printf ' \t　')"; do
	refuse 64 "-x: say why" confirm -k "$T/city.asc" -x "$reason"
	refuse 64 "-x: say why" confirm -z -x "$reason"
done
refuse 77 "-x: line 1 has the finder's address" confirm -k "$T/city.asc" \
    -x "<TARO77@finder.example> met him"
refuse 77 "-x: line 2 has the finder's address" confirm -z \
    -x "$(printf 'a\ntaro77@finder.example')"
! gpg_in "$T/desk.ring" --list-keys "$CITYKEY" >"$T/out" 2>&1 ||
    fail "refused, and the key is in the ring"
expect 0 confirm -k "$T/city.asc" -x "the finder met him"
grep -q '^Log: .* confirm .*reason=' "$SPOOL/$(place "$case")" || fail "no reason"
refer() {
	ito todoke-refer -w "$1" -a other@desk.example -k "$DESKKEY" -R "$2" \
	    -N "$3" -g "$4" "$case"
}
refuse 77 "-R: line 1 names the finder" refer ministry "as Yamada Taro asked" "" ""
refuse 77 "-N: line 1 names the finder" refer ministry x "of taro77" ""
refuse 77 "-g: line 1 names the finder" refer ministry x y "by taro77@finder.example"

# What a site publishes may be the finder's: it is left out, the rest is not.
lookup() {
	printf 'Contact: mailto:Taro77@finder.example\nContact: https://www.city.example.lg.jp/?a=taro77@finder.example\nContact: mailto:%s\nExpires: 2126-01-01T00:00:00Z\n' "$1" |
	    ito todoke-lookup -w -i security.txt "$case" >"$T/found" 2>"$T/err" ||
	    fail "todoke-lookup: $(cat "$T/err")"
}
lookup info@city.example.lg.jp
for way in mail form; do
	line=$(grep -in "taro77.*	$way	" "$T/found" | cut -d : -f 1)
	grep -q "line $line is the finder's own address" "$T/err" ||
	    fail "$way: not said: $(cat "$T/found" "$T/err")"
done
! grep -qi taro77 "$T/err" || fail "he is named: $(cat "$T/err")"
grep -q '^Contact: info@city.example.lg.jp;' "$SPOOL/$(place "$case")" ||
    fail "the others are left out too"
all >"$T/was"
lookup info@city.example.lg.jp # nobody to add: no change
all | cmp -s "$T/was" - || fail "a change that adds nobody"
! grep -rqi 'taro77\|yamada' "$SPOOL"/*/*/"$case" || fail "in clear"
printf '#!/bin/sh\nsed -i "s/^Kind:.*/Kind: csrf/" "$1"\n' >"$T/ed"
chmod +x "$T/ed"
expect 0 env EDITOR="$T/ed" GNUPGHOME="$T/ito.home" "$BIN/todoke-edit" "$case"

# Details typed in the editor: refused by a gate, not UTF-8, a change that
# fails, a passphrase that is not known.
printf 'careful words\nby Yamada Taro\n' >"$T/named"
printf 'An hour of careful words\n' >"$T/fine"
printf '\203\145\n' >"$T/sjis"
typed() { # STATUS WORDS FILE EDITOR [ANSWER]: the text is kept
	got=0
	XDG_RUNTIME_DIR=$T/run EDITOR=$4 GNUPGHOME=$T/ito.home \
	    tests/helper/terminal "$T/log" "${5:-x}" \
	    "$BIN/todoke-disclose" "$case" || got=$?
	[ "$got" -eq "$1" ] || fail "$got instead of $1: $(cat "$T/log")"
	grep -q "$2" "$T/log" || fail "not said: $2: $(cat "$T/log")"
	kept=$(tr -d '\r' <"$T/log" | sed -n 's/.*your text is kept in //p')
	[ "$(cat "$kept")" = "$(cat "$3")" ] || fail "the details are lost: $(cat "$T/log")"
	[ "$(stat -c %a "$kept")" = 600 ] || fail "kept for all to read"
	rm "$kept"
	[ -z "$(ls "$T/run")" ] || fail "left behind: $(ls "$T/run")"
	[ -z "$(find "$SPOOL/outbox" -name '*.disclosure')" ] || fail "queued"
}
typed 77 "line 2 of the details names" "$T/named" "cp $T/named"
typed 65 "not UTF-8" "$T/sjis" "cp $T/sjis"
typed 75 "did not end well" "$T/fine" "f() { cp $T/fine \"\$1\"; false; }; f"
cat >"$T/halts" <<END
#!/bin/sh
cp "$T/fine" "\$1"
echo stop >"$SPOOL/var/HALT"
END
chmod +x "$T/halts"
typed 75 "var/HALT" "$T/fine" "$T/halts"

# A desk that is stopped is told before the editor.
for act in "todoke-disclose" "todoke-write -o" "todoke-close -m -r declined" \
    "todoke-refer -w ministry -R x -a other@desk.example -k $DESKKEY"; do
	got=0
	# shellcheck disable=SC2086
	XDG_RUNTIME_DIR=$T/run EDITOR="touch $T/ran; cp $T/fine" \
	    GNUPGHOME=$T/ito.home tests/helper/terminal "$T/log" x \
	    "$BIN/"$act "$case" || got=$?
	[ "$got" -eq 75 ] || fail "$got on a stopped desk: $act: $(cat "$T/log")"
	[ ! -e "$T/ran" ] || fail "the editor ran on a stopped desk: $act"
done
rm "$SPOOL/var/HALT"
# What nobody changed is in the case: no copy of it.
got=0
XDG_RUNTIME_DIR=$T/run EDITOR="echo stop >$SPOOL/var/HALT; :" \
    GNUPGHOME=$T/ito.home tests/helper/terminal "$T/log" x \
    "$BIN/todoke-disclose" "$case" || got=$?
[ "$got" -eq 75 ] || fail "$got instead of 75: $(cat "$T/log")"
[ -z "$(ls "$T/run")" ] || fail "kept twice: $(ls "$T/run")"
rm "$SPOOL/var/HALT"

expect 0 confirm -z -x "the finder met him"
typed 75 "not its last" "$T/fine" "cp $T/fine" wrong
got=0
XDG_RUNTIME_DIR=$T/run EDITOR="cp $T/fine" GNUPGHOME=$T/ito.home \
    tests/helper/terminal "$T/log" LAST "$BIN/todoke-disclose" "$case" || got=$?
[ "$got" -eq 0 ] || fail "$got: $(cat "$T/log")"
[ -z "$(ls "$T/run")" ] || fail "kept, and sent: $(ls "$T/run")"
expect 0 "$BIN/todoke-check"

# What names the finder in the details though the record does not say it so:
# the parts of a name, the sender of a mail answered elsewhere, a field.
confirmed() { # reads a report
	case=$(ito todoke-open)
	expect 0 ito todoke-accept "$case"
	expect 0 ito todoke-contact -a $city "$case"
	expect 0 ito todoke-confirm -a $city -b known -k "$CITYKEY" "$case"
}
head='Url: http://www.city.example.lg.jp/x
Consent: none'
confirmed <<END
Finder: 山田 太郎（やまだ たろう）
Finder-Address: x9@finder.example
$head

発見者の山田太郎です。
END
refuse 77 "line 1 of the details names" ito todoke-disclose "$case"
confirmed <<END
From: Sato Hanako <hanako@sato.example>
Reply-To: box9@relay.example
Date: Tue, 24 Nov 2026 10:00:00 +0900
Message-ID: <1@sato.example>
Subject: hole

$head

The hole.
-- 
hanako@sato.example
END
refuse 77 "line 3 of the details names" ito todoke-disclose "$case"
expect 0 ito todoke-show -s "$case"
says "Withheld: From: Sato Hanako <hanako@sato.example>"
printf 'The hole.\n' >"$T/d"
expect 0 ito todoke-disclose -f "$T/d" "$case"
! sed -n '/BEGIN PGP/,/END PGP/p' "$SPOOL/outbox/$case".*.disclosure |
    gpg_in "$T/city.home" --decrypt 2>/dev/null | grep -qi 'hanako\|box9' ||
    fail "the sender is told"
confirmed <<END
Finder: Yamada Taro
$head

The hole.
■ 連絡先：090-1234-5678
END
refuse 77 "line 2 of the details begins with a field" ito todoke-disclose "$case"
printf 'fine\nName: <script>\n' >"$T/d"
refuse 77 "put a word before it" ito todoke-disclose -f "$T/d" "$case"
got=0
all >"$T/was"
ito todoke-refer -w ministry -R x -a other@desk.example -k "$DESKKEY" "$case" \
    <"$T/d" 2>"$T/err" || got=$?
[ "$got" -eq 77 ] && grep -q "line 2 begins with a field" "$T/err" ||
    fail "todoke-refer: $got: $(cat "$T/err")"
all | cmp -s "$T/was" - || fail "refused, but changed something"
printf 'fine\nthe field Name: <script>\n' >"$T/d"
expect 0 ito todoke-disclose -f "$T/d" "$case"
expect 0 "$BIN/todoke-check"
