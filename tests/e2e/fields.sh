# The fields of a report: the first value holds and nothing is lost, nobody's
# Contact is asked for the finder's, and whoever is named beside the finder is
# told to nobody.
set -eu
. tests/helper/lib.sh
scratch
keys
desk

# open_it: a case of the report on standard input.
open_it() {
	number=$(ito todoke-open)
	case=$SPOOL/$(place "$number")
	ito todoke-show -s "$number" >"$T/record"
}
has() {
	for line; do
		grep -qxF -- "$line" "$T/record" ||
		    fail "no line \"$line\": $(cat "$T/record")"
	done
}
to_finder() { # ADDRESS: the receipt goes there
	grep -q "^To: .*$1" "$SPOOL/outbox/$number.1.receipt" ||
	    fail "the receipt: $(grep '^To' "$SPOOL/outbox/$number".*)"
}
confirm() {
	expect 0 ito todoke-accept -v 6.1 "$number"
	expect 0 ito todoke-contact -a soumu@city.example.lg.jp "$number"
	expect 0 ito todoke-confirm -a soumu@city.example.lg.jp -b phone \
	    -k "$T/city.asc" "$number"
}
told() { # the details that the operator gets
	expect 0 ito todoke-disclose "$number"
	gpg_in "$T/city.home" --decrypt \
	    "$SPOOL/outbox/$number".*.disclosure 2>/dev/null
}

# The operator's address and a picture, in a form and below a mail's header.
open_it <<'E2'
Finder: Yamada Taro
Finder-Address: yamada@finder.example
Url: http://www.city.example.lg.jp/search?q=1
Operator: Example City
Contact: soumu@city.example.lg.jp
Link: https://imgur.example/screenshot.png
Lang: en

What is entered comes back.
E2
to_finder yamada@finder.example
grep -qx "Url: http://www.city.example.lg.jp/" "$case" || fail "$(cat "$case")"
has "Finder-Address: yamada@finder.example" \
    "Withheld: Contact: soumu@city.example.lg.jp" \
    "Link: https://imgur.example/screenshot.png"
expect 0 ito todoke-accept -v 6.1 "$number"
expect 77 ito todoke-contact -n -a yamada@finder.example "$number"
expect 0 ito todoke-contact -n -a soumu@city.example.lg.jp "$number"
open_it <<'E2'
From: Yamada Taro <yamada@finder.example>
Date: Tue, 24 Nov 2026 09:31:02 +0900

Contact: webmaster@city.example.lg.jp
Url: http://www.city.example.lg.jp/

x
E2
to_finder yamada@finder.example

# Two finders, neither of whom may be told.
open_it <<'E2'
Finder: Yamada Taro
Finder-Address: taro@yamada.example, jiro@other.example
Finder: Sato Hanako
Finder-Address: hanako@sato.example
Consent: identity contact
Url: http://www.city.example.lg.jp/a
Url: http://www.city.example.lg.jp/b
Lang: en

The hole is here.
E2
has "Withheld: Finder: Sato Hanako" \
    "Withheld: Finder-Address: hanako@sato.example" \
    "Url: http://www.city.example.lg.jp/b"
confirm
for words in "By Hanako Sato." "Write to hanako@sato.example." \
    "Or to jiro@other.example."; do
	echo "$words" >"$T/words"
	expect 77 ito todoke-disclose -f "$T/words" "$number"
	says "line 1 of the details names the finder"
done
told >"$T/got" </dev/null
grep -q "Url: http://www.city.example.lg.jp/b" "$T/got" &&
    grep -q "Yamada Taro" "$T/got" || fail "$(cat "$T/got")"
! grep -qi 'sato\|jiro' "$T/got" || fail "$(cat "$T/got")"

# A telephone number, and an address behind a long label.
open_it <<'E2'
発見者：山田 太郎
脆弱性を見つけた日とブラウザ：2026年11月20日 Firefox
メール：yamada@finder.example
連絡先：090-1234-5678
Consent: none
Consent: identity
対象：http://www.city.example.lg.jp/a

本文
E2
has "Finder-Address: yamada@finder.example" \
    "Withheld: 連絡先：090-1234-5678" "Consent: none"
grep -qx "Consent: none" "$case" || fail "two answers: $(cat "$case")"
confirm
told >"$T/got" </dev/null
grep -q Firefox "$T/got" || fail "$(cat "$T/got")"
! grep -q '090-1234\|yamada\|山田' "$T/got" || fail "$(cat "$T/got")"

# An internationalised host, and a field that names no site.
printf 'Url: later\n\nhttp:// at http://www.日本語.jp/find\n' >"$T/r"
open_it <"$T/r"
grep -qx "Url: http://www.xn--wgv71a119e.jp/" "$case" || fail "$(cat "$case")"
printf 'Url: later\n\nhttp:// at http://city.日本語/\n' >"$T/r"
open_it <"$T/r"
ito todoke-show "$number" | tr '\n' ' ' | grep -q "Missing:.* url" ||
    fail "the site is not missed: $(ito todoke-show "$number")"
! grep -q '^Url: ' "$case" || fail "$(grep '^Url' "$case")"
expect 77 ito todoke-accept -v 6.1 "$number"

# More addresses of the finder: each is his, and nobody's Contact is.
open_it <<'E2'
From: Yamada Taro <taro@work.example>
Reply-To: taro@home.example
Date: Tue, 24 Nov 2026 09:31:02 +0900
Message-ID: <7@work.example>

Finder-Address: ichiro@finder.example, jiro@other.example
Finder-Address: third@finder.example
Contact: soumu@city.example.lg.jp
Url: http://www.city.example.lg.jp/a
Lang: en

The hole is here.
E2
to_finder ichiro@finder.example
marks=$(sed -n 's/^Finder-Mark: //p' "$case")
[ "$(echo "$marks" | sort -u | wc -l)" -eq 5 ] || fail "$(cat "$case")"
! grep -q 'home.example\|work.example\|other.example\|@finder' "$case" ||
    fail "in clear: $(cat "$case")"
expect 0 ito todoke-accept -v 6.1 "$number"
for his in ichiro@finder.example JIRO@other.example third@finder.example \
    taro@work.example taro@home.example; do
	expect 77 ito todoke-contact -n -a "$his" "$number"
	says "the finder's own address"
	was=$(cat "$SPOOL/$(place "$number")")
	got=0
	echo "Told <$his> so." | ito todoke-note "$number" 2>"$T/err" || got=$?
	[ "$got" -eq 77 ] || fail "$his in a note: $got"
	[ "$(cat "$SPOOL/$(place "$number")")" = "$was" ] || fail "changed: $his"
done
echo "Told soumu@city.example.lg.jp so." | ito todoke-note "$number"
expect 0 ito todoke-contact -a soumu@city.example.lg.jp "$number"
[ "$(sed -n 's/^Finder-Mark: //p' "$SPOOL/$(place "$number")")" = "$marks" ] ||
    fail "the marks changed"
count=0
for his in third@finder.example taro@work.example soumu@city.example.lg.jp; do
	count=$((count + 1))
	printf 'From: <%s>\nTo: <desk@desk.example>\nDate: Tue, 24 Nov 2026 10:00:00 +0900\nMessage-ID: <%s@x.example>\nSubject: [IPA#%s] more\n\nmore\n' \
	    "$his" "$count" "$number" \
	    >"$SPOOL/incoming/new/$count.x"
done
expect 0 "$BIN/todoke-sort"
[ "$(grep -c '^Log: .* reply .*from=finder' "$SPOOL/$(place "$number")")" -eq 2 ] ||
    fail "who wrote: $(grep '^Log' "$SPOOL/$(place "$number")")"
grep -q '^Log: .* reply .*from=soumu@city' "$SPOOL/$(place "$number")" ||
    fail "the operator's mail: $(grep '^Log' "$SPOOL/$(place "$number")")"
expect 0 "$BIN/todoke-check"

# More than are marked: it is said, and not refused.
open_it <<E2
$(seq -f 'Finder-Address: y%g@finder.example' 17)
Url: http://www.city.example.lg.jp/a

x
E2
[ "$(grep -c '^Finder-Mark: ' "$case")" -eq 16 ] || fail "$(cat "$case")"
ito todoke-show "$number" | tr -s ' \n' ' ' >"$T/shown"
grep -q "More addresses of the finder than marks: yes" "$T/shown" ||
    fail "not said: $(cat "$T/shown")"
