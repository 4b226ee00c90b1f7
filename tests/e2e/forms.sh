# A web form's dump arrives as a mail, in whatever charset its script writes:
# it becomes a case with the fields of the report, what the desk is not to pass
# on stays in the sealed part, and the question asks for what is missing.
set -eu
. tests/helper/lib.sh
scratch
mta
keys
desk

cat >"$T/dump" <<'END'
以下の内容が送信されました。
----------------------------
【お名前（必須）】山田　太郎
【メールアドレス】yamada@finder.example
■対象のＵＲＬ
http://www.city.example.lg.jp/search?q=canary
■脆弱性の種類：クロスサイト・スクリプティング
■運営者：Example City
■再現手順
1. 検索欄に入れる
2. 見る

氏名等の開示：いいえ
電話番号：03-9876-5432
----------------------------
REMOTE_ADDR = 192.0.2.77
HTTP_USER_AGENT = Mozilla/5.0 (canaryagent)
END
# form CHARSET HEADER…: the dump, mailed by a web server.
form() {
	charset=$1
	shift
	printf '%s\n' "From: www-data@shop.example" "To: report@desk.example" \
	    "Date: Tue, 24 Nov 2026 09:00:00 +0900" "Subject: inquiry" \
	    "Message-ID: <$charset.$#@shop.example>" "$@" ""
	iconv -f UTF-8 -t "$charset" "$T/dump"
}
log() { grep '^Log: ' "$SPOOL/$(place "$1")"; }
# take: the mail $T/mail through the mail server, into the case $number.
take() {
	ls "$SPOOL/mail" >"$T/was"
	submit www-data@shop.example report@desk.example "$T/mail"
	arrived "$SPOOL/incoming"
	expect 0 cron todoke-sort -n "$(ls "$SPOOL"/incoming/new/*)"
	[ "$(cut -f 2 "$T/out")" = report ] || fail "not called a report: $(cat "$T/out")"
	expect 0 cron todoke-sort
	number=$(ls "$SPOOL/mail" | comm -13 "$T/was" -)
	[ "$(echo "$number" | wc -w)" -eq 1 ] || fail "not one case: $number"
}

# With and without a charset in its header: one and the same record.
for charset in UTF-8 CP932 ISO-2022-JP EUC-JP; do
	for header in "X-A: b" "Content-Type: text/plain; charset=$charset"; do
		form "$charset" "$header" >"$T/mail"
		take
		ito todoke-show -s "$number" | sed '1,/^Sealed part:/d' >"$T/record"
		[ -s "$T/first" ] || cp "$T/record" "$T/first"
		cmp "$T/first" "$T/record" || fail "$charset, $header: another record"
	done
done
cat >"$T/want" <<'END'
Finder: 山田　太郎
Finder-Address: yamada@finder.example
Consent: none
Url: http://www.city.example.lg.jp/search?q=canary
Kind: xss
Operator: Example City
Title: inquiry
Withheld: 以下の内容が送信されました。
Withheld: 電話番号: 03-9876-5432
Withheld: Remote_Addr: 192.0.2.77
Withheld: HTTP_USER_AGENT: Mozilla/5.0 (canaryagent)
Missing: contact privacy elsewhere

1. 検索欄に入れる
2. 見る
END
cmp "$T/want" "$T/first" || fail "not this record: $(cat "$T/first")"

# Fields outside the sealed part, and nothing else of it.
case_file=$SPOOL/$(place "$number")
for want in "Url: http://www.city.example.lg.jp/" "Kind: xss" "Operator: Example City" "Consent: none"; do
	grep -qxF "$want" "$case_file" || fail "the case does not say: $want"
done
! grep -rqE 'canary|192\.0\.2\.77|03-9876|yamada' "$SPOOL" --exclude-dir=outbox || fail "something of the form lies in clear"
log "$number" | grep -q ' open via=mail form=web-server missing="contact privacy elsewhere" ' || fail "$(log "$number")"
expect 0 ito todoke-show "$number"
says "The report came in by mail, from the web form web-server. Missing: contact privacy elsewhere."
says "Waits for a person: ask the finder for what is missing (todoke-write -f -T question)"
ito todoke-list -a | grep -q "^$number.*ask the finder for what is missing" || fail "todoke-list -a does not say it"

# The question, ready to send: these items and no others, to the finder.
ito todoke-write -f -T question "$number" </dev/null
q=$(ls "$SPOOL/outbox/$number".*.question)
grep -qx 'To: <yamada@finder.example>' "$q" || fail "to whom? $(grep ^To: "$q")"
sed -n 's/^  ・//p' "$q" >"$T/asked"
awk -F '\t+' '$1 ~ /^(contact|privacy|elsewhere)$/ { print $3 }' "$TOP/etc/items" | cmp - "$T/asked" || fail "asked for: $(cat "$T/asked")"
ito todoke-list -a | grep -q "^$number.*	accept or reject it$" || fail "asked, but still to be asked"

# To the operator nothing of what is withheld.
expect 0 ito todoke-accept "$number"
expect 0 ito todoke-contact -a soumu@city.example.lg.jp "$number"
expect 0 ito todoke-confirm -b phone -a soumu@city.example.lg.jp -k "$T/city.asc" "$number"
expect 0 ito todoke-disclose "$number"
sed -n '/BEGIN PGP/,/END PGP/p' "$SPOOL/outbox/$number".*.disclosure | gpg_in "$T/city.home" --decrypt 2>/dev/null >"$T/details.raw" || fail "the details"
python3 - "$T/details.raw" >"$T/details" <<'END'
import email, sys
m = email.message_from_binary_file(open(sys.argv[1], "rb"))
print(m.get_payload(decode=True).decode(m.get_content_charset() or "utf-8"))
END
grep -q '検索欄に入れる' "$T/details" || fail "no details: $(cat "$T/details")"
! grep -qE '192\.0\.2\.77|canaryagent|03-9876|yamada' "$T/details" || fail "the operator learns of the finder: $(cat "$T/details")"

# By hand: a dump in a file, dropped or opened, no mail.
number=$(iconv -f UTF-8 -t CP932 "$T/dump" | ito todoke-open)
log "$number" | grep -q ' open via=form form=web-server missing="contact' || fail "$(log "$number")"

# A form of the desk's own, known by who sends it: it may say that a machine
# wrote it, and its finder is answered.  The same from elsewhere is not.
cp -r "$TOP/etc" "$T/etc"
echo "words { path = \"$T/etc\" }" >>"$CONF"
printf 'form\town\nif\tfrom\twww-data@shop.example\nif\tsubject\t[報告]\nlabel\tfinder\tハンドル\nlabel\ttext\tできごと\n' >>"$T/etc/forms"
expect 0 cron todoke-check
own() {
	printf '%s\n' "From: $1" "To: report@desk.example" \
	    "Date: Tue, 24 Nov 2026 09:00:00 +0900" "Message-ID: <own.$1>" \
	    "Subject: Automatic reply: =?UTF-8?B?W+WgseWRil0=?=" \
	    "Auto-Submitted: auto-replied" "Content-Type: text/plain; charset=utf-8" "" \
	    "ハンドル：太郎" "メール：taro@finder.example" "できごと：" "http://www.city.example.lg.jp/x" "動く"
}
own robot@other.example >"$T/o"
expect 0 cron todoke-sort -n "$T/o"
[ "$(cut -f 2 "$T/out")" = autoreply ] || fail "$(cat "$T/out")"
own www-data@shop.example >"$T/mail"
take
log "$number" | grep -q 'form=own missing="identity contact privacy elsewhere"' || fail "$(log "$number")"
grep -q '^To: <taro@finder.example>' "$SPOOL/outbox/$number.1.receipt" || fail "no receipt to the finder"

# Encrypted or signed it is read the same, once it is opened: known by its
# labels, or by who sent it, whose address is nobody's.
gpg_in "$T/city.home" --import "$T/desk.asc" 2>>"$T/gpg.log"
gpg_in "$T/city.home" --passphrase '' --quick-add-key "$CITYKEY" ed25519 sign never 2>>"$T/gpg.log"
pgp() {
	shape=$1 to=report@desk.example from=$2 subject=$3
	shift 3
	tests/helper/pgpmail "$shape" "$to" "$from" "$subject" "$T/city.home" \
	    "$DESKKEY" "$CITYKEY" "Message-ID: <$shape.$from>" "$@"
}
# sealed: the record of the case, opened.
sealed() { ito todoke-show -s "$number" | sed '1,/^Sealed part:/d'; }
lacking="ask the finder for what is missing (todoke-write -f -T question)"
for shape in inline mime jis nested signed cleartext deep-2; do
	pgp $shape apache@shop.example inquiry "Reply-To: <other@finder.example>" <"$T/dump" >"$T/mail"
	take
	case $shape in
	signed | cleartext) # the signature is no answer, the armor no text
		expect 0 ito todoke-show "$number"
		says "Missing: contact privacy elsewhere." ;;
	*)	log "$number" | grep -q ' open via=mail pgp=encrypted ' || fail "$shape: $(log "$number")"
		! grep -q '^Kind' "$SPOOL/$(place "$number")" || fail "$shape: opened without a key" ;;
	esac
	sealed >"$T/record"
	cmp "$T/want" "$T/record" || fail "$shape: another record: $(cat "$T/record")"
	grep -qx "Kind: xss" "$SPOOL/$(place "$number")" || fail "$shape: the case is not filled"
	log "$number" | grep -q ' unseal opened=yes .*missing="contact privacy elsewhere" ' ||
	    fail "$shape: $(log "$number")"
	ito todoke-list -a | grep -q "^$number.*$lacking" || fail "$shape: todoke-list -a does not say what is missing"
done
# The sealed part as cron reads it: of a clear-signed one the signed text alone.
for shape in cleartext forged-cleartext; do
	pgp $shape apache@shop.example inquiry <"$T/dump" |
	    sed 's/^Message-ID: </&b/; s/^-----BEGIN PGP SIGNED/Kind: csrf\n&/' >"$T/mail"
	take
	sed -n '/^-----BEGIN/,$p' "$SPOOL/$(place "$number")" |
	    gpg_in "$T/ito.home" --decrypt 2>>"$T/gpg.log" >"$T/record"
	sed 's,http://evil\.,http://,' "$T/record" | cmp "$T/want" - ||
	    fail "$shape, unopened: another record: $(cat "$T/record")"
done
! grep -rqE 'canary|192\.0\.2\.77|03-9876|yamada' "$SPOOL" --exclude-dir=outbox || fail "something of the form lies in clear"
ito todoke-write -f -T question "$number" </dev/null
sed -n 's/^  ・//p' "$SPOOL/outbox/$number".*.question | cmp - "$T/asked" || fail "asked for something else"

# todoke-accept opens it, says what is missing, and is not hasty; nobody is
# asked twice.  todoke-write opens it too.
gpg_in "$T/city.home" --trust-model always --armor -r "$DESKKEY" --encrypt <"$T/dump" >"$T/dump.asc"
number=$(ito todoke-open "$T/dump.asc")
expect 77 ito todoke-accept -n "$number"
says "contact privacy elsewhere"
! log "$number" | grep -q opened= || fail "-n opened it"
expect 77 ito todoke-accept "$number"
says "case $number: the report, now that it is opened, lacks: contact privacy elsewhere"
says "todoke-write -f -T question $number"
log "$number" | grep -q ' unseal opened=yes .*missing="contact privacy elsewhere" ' || fail "$(log "$number")"
! log "$number" | grep -q ' accept ' || fail "accepted unread"
ito todoke-write -f -T question "$number" </dev/null
sed -n 's/^  ・//p' "$SPOOL/outbox/$number".*.question | cmp - "$T/asked" || fail "asked for something else"
ito todoke-list -a | grep -q "^$number.*	accept or reject it$" || fail "asked, but still to be asked"
expect 0 ito todoke-accept "$number"
sealed | sed '/^Title: /d' >"$T/record"
sed '/^Title: /d' "$T/want" | cmp - "$T/record" || fail "a file: another record: $(cat "$T/record")"
number=$(ito todoke-open "$T/dump.asc")
expect 0 ito todoke-write -f -T question "$number"
sed -n 's/^  ・//p' "$SPOOL/outbox/$number".*.question | cmp - "$T/asked" || fail "unopened: asked for something else"
log "$number" | grep -q ' unseal opened=yes ' || fail "$(log "$number")"
number=$(ito todoke-open "$T/dump.asc")
expect 0 ito todoke-accept -r rejected-scope "$number"
log "$number" | grep -q ' reject opened=yes .*missing="contact' || fail "$(log "$number")"
for shape in inline hidden; do
	own www-data@shop.example | sed '1,/^$/d' |
	    pgp $shape www-data@shop.example "[報告]" "Auto-Submitted: auto-generated" >"$T/mail"
	take
	! grep -qs ^To: "$SPOOL/outbox/$number.1.receipt" || fail "$shape: a receipt to the web server"
	sealed >"$T/record"
	grep -qx "Finder: 太郎" "$T/record" || fail "$shape: $(cat "$T/record")"
	grep -qx "Finder-Address: taro@finder.example" "$T/record" || fail "$shape: $(cat "$T/record")"
	! grep -q 'END PGP\|www-data' "$T/record" || fail "$shape: what stood around it: $(cat "$T/record")"
done
# One answer of it alone, as a browser encrypts it: the others stand in clear.
{
	printf '%s\n' "From: www-data@www.example" "To: report@desk.example" "Subject: x" "Message-ID: <one@www.example>" \
	    "Date: Tue, 24 Nov 2026 09:00:00 +0900" "" "Name: Taro" "Mail: taro@finder.example" "Remote-Addr: 192.0.2.77" "Details:"
	printf 'http://www.city.example.lg.jp/y\nName: of the field\n' |
	    gpg_in "$T/city.home" --trust-model always --armor -r "$DESKKEY" --encrypt
} >"$T/mail"
take
log "$number" | grep -q 'pgp=encrypted.* form=web-server\|form=web-server.* pgp=encrypted' || fail "$(log "$number")"
expect 77 ito todoke-accept "$number"
expect 0 ito todoke-accept "$number"
sealed >"$T/record"
grep -qx "Finder: Taro" "$T/record" && grep -qx "Withheld: Remote-Addr: 192.0.2.77" "$T/record" &&
    grep -qx "Url: http://www.city.example.lg.jp/y" "$T/record" || fail "one answer: $(cat "$T/record")"
! grep -q 'END PGP' "$T/record" || fail "one answer: $(cat "$T/record")"

# A mail that is no form's is opened as it always was.
printf '%s\n' "From: Mori <mori@finder.example>" "To: report@desk.example" "Date: Tue, 24 Nov 2026 09:00:00 +0900" \
    "Message-ID: <m@finder.example>" "Subject: x" "" "http://www.city.example.lg.jp/" "REMOTE_ADDR: 192.0.2.1 is shown there." >"$T/mail"
take
[ "$(log "$number" | sed 's/.* open //; s/ state=.*//')" = "via=mail" ] || fail "$(log "$number")"
ito todoke-list | grep -q "^$number.*	accept or reject it$" || fail "nothing is missing, but asked for"

# A table that is out of order: nothing is touched, and it is said.
printf 'label\tfinder\tハンドル\n' >>"$T/etc/forms"
line=$(wc -l <"$T/etc/forms")
sed 's/<m@/<n@/' "$T/mail" >"$SPOOL/incoming/new/1"
cp "$T/dump" "$SPOOL/new/drop"
for what in "todoke-sort" "todoke-sort -n $T/o" "todoke-open $T/dump"; do
	# shellcheck disable=SC2086
	expect 78 ito $what
	says "$T/etc/forms:$line: the label \"ハンドル\" is there twice"
done
[ -e "$SPOOL/incoming/new/1" ] && [ -e "$SPOOL/new/drop" ] || fail "something was taken without the table"
expect 65 cron todoke-check
says "forms:$line:"
