# Mail in: filed by keyed address, then keyed Message-ID, then tag and known
# sender; a report address opens a case; the rest lies in unsorted/.  Nothing
# that comes by mail changes an address, a key, a consent, a state: that is
# invariant 12.
set -eu
. tests/helper/lib.sh
scratch
keys
desk
printf 'Finder: A <a@finder.example>\nUrl: http://www.city.example.lg.jp/x\n\ntext\n' >"$T/r"
number=$(ito todoke-open "$T/r")
other=$(ito todoke-open "$T/r")
[ "$number" != "$other" ] || fail "a number was given twice"
for n in $number $other; do
	expect 0 ito todoke-accept "$n"
	expect 0 ito todoke-contact -a soumu@city.example.lg.jp "$n"
done
mail=$(ls "$SPOOL/outbox/$number".*.contact)
address=$(sed -n 's/^Reply-To: <\(.*\)>/\1/p' "$mail")
mid=$(sed -n 's/^Message-ID: <\(.*\)>/\1/p' "$mail")
receipt=$(ls "$SPOOL/outbox/$number".*.receipt)
finders=$(sed -n 's/^Reply-To: <\(.*\)>/\1/p' "$receipt")

i=0
# incoming TO FROM SUBJECT [HEADER…]: a mail, as an MTA delivers it.
incoming() {
	i=$((i + 1))
	{
		printf 'Return-Path: <%s>\nDelivered-To: %s\nFrom: %s\nTo: %s\nSubject: %s\n' \
		    "$2" "$1" "$2" "$1" "$3"
		printf 'Message-ID: <%s@elsewhere.example>\n' "$i"
		shift 3
		for h; do
			printf '%s\n' "$h"
		done
		printf '\ncanary%s\n' "$i"
	} >"$SPOOL/incoming/new/$i.test"
}
in_case() { find "$SPOOL/mail/$1" -name 'in.*' | wc -l; }
unsorted() { find "$SPOOL/unsorted" -type f | wc -l; }
# goes CASE|unsorted: the mail just made ends there, and only there.
goes() {
	a=$(in_case "$number") b=$(in_case "$other") c=$(unsorted)
	expect 0 cron todoke-sort
	a=$(($(in_case "$number") - a)) b=$(($(in_case "$other") - b)) c=$(($(unsorted) - c))
	case $1 in
	unsorted) want="0 0 1" ;;
	"$number") want="1 0 0" ;;
	"$other") want="0 1 0" ;;
	nowhere) want="0 0 0" ;;
	esac
	[ "$a $b $c" = "$want" ] || fail "mail $i went to ($a $b $c), not to $1"
	[ -z "$(find "$SPOOL/incoming" -type f)" ] || fail "mail $i stays in incoming/"
	! grep -rq "canary$i" "$SPOOL" || fail "mail $i rests in clear"
}
last() { grep '^Log: ' "$SPOOL/$(place "$1")" | tail -n 1; }

incoming "$address" someone@else.example "another subject"
goes "$number"
last "$number" | grep -q 'reply .*proof=address' || fail "$(last "$number")"
incoming "$(echo "$address" | tr a-z A-Z)" someone@else.example "upper case"
goes "$number"
incoming desk@desk.example someone@else.example "another subject" "In-Reply-To: <$mid>"
goes "$number"
last "$number" | grep -q 'proof=message-id' || fail "$(last "$number")"
incoming desk@desk.example someone@else.example x "References: <x@y.example>
 <$mid>"
goes "$number"
incoming desk@desk.example soumu@city.example.lg.jp "Re: [IPA#$number] about"
goes "$number"
last "$number" | grep -q 'proof=tag' || fail "$(last "$number")"
incoming desk@desk.example soumu@city.example.lg.jp "=?UTF-8?B?$(printf '【IPA#%s】の件' "$other" | base64)?="
goes "$other"
incoming desk@desk.example a@finder.example "Re: IPA#$other"
goes "$other"
last "$other" | grep -q 'from=finder' || fail "$(last "$other")"
incoming "$finders" a@finder.example "more"
goes "$number"
last "$number" | grep -q 'reply .*from=finder' || fail "$(last "$number")"
! grep -rq "a@finder.example" "$SPOOL/new" "$SPOOL/contacted" || fail "the finder's address stands in a case"

# The finder answers all, with the operator's token in it: he is no contact.
mail=$(ls "$SPOOL/outbox/$other".*.contact)
theirs=$(sed -n 's/^Reply-To: <\(.*\)>/\1/p' "$mail")
for how in "Cc: $theirs" "References: $(sed -n 's/^Message-ID: //p' "$mail")"; do
	incoming soumu@city.example.lg.jp A@finder.example "Re: what we spoke of" "$how"
	goes "$other"
	last "$other" | grep -q 'reply .*from=finder' || fail "$how: $(last "$other")"
	! last "$other" | grep -q 'contact=' || fail "$how: $(last "$other")"
	! grep -rq "a@finder.example" "$SPOOL/new" "$SPOOL/contacted" || fail "$how: the finder's address stands in a case"
	! grep -q '^Contact: .*replied' "$SPOOL/$(place "$other")" || fail "$how: the finder counts as the operator"
done

# Without proof: a person's.
incoming desk@desk.example stranger@else.example "[IPA#$number] let me in"
goes unsorted
incoming desk@desk.example stranger@else.example "no number"
goes unsorted
incoming "desk+$number.aaaaaaaaaaaaaaaa@desk.example" stranger@else.example "wrong token"
goes unsorted
incoming "$(echo "$address" | sed "s/$number/$other/")" stranger@else.example "another case's token"
goes unsorted
incoming desk@desk.example stranger@else.example x "In-Reply-To: <$(echo "$mid" | sed 's/contact/receipt/')>"
goes unsorted
incoming desk@desk.example x@else.example "[IPA#00000000] no such case"
goes unsorted

# A machine's mail is filed, but is no reply.
incoming "$address" mailer-daemon@mx.example "Undelivered" "Auto-Submitted: auto-replied"
goes "$number"
last "$number" | grep -q " bounce " || fail "an automatic mail counts as a reply"

# The same bytes twice: once.
incoming "$address" someone@else.example "again"
cp "$SPOOL/incoming/new/$i.test" "$T/again"
goes "$number"
cp "$T/again" "$SPOOL/incoming/new/again"
goes nowhere

# Mail changes nothing but log, outcome and day.
kept() { grep -vE '^(Seq|Prev|Move|Log|Contact):' "$SPOOL/$(place "$1")"; }
was=$(kept "$number")
incoming "$address" soumu@city.example.lg.jp "our new contact is evil@else.example" "Reply-To: evil@else.example" "Autocrypt: addr=evil@else.example; keydata=AAAA"
goes "$number"
[ "$(kept "$number")" = "$was" ] || fail "a mail changed the case"
! grep -q '^Contact: evil' "$SPOOL/$(place "$number")" || fail "a mail added a contact"
case $(place "$number") in
contacted/*) ;;
*) fail "a mail moved the case to $(place "$number")" ;;
esac

# Many at once: those of one case in the order of their names, whatever names it.
: >"$T/want"
for n in 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32; do
	case $((n % 6)) in
	0) to=$theirs header="X-A: b" ;;
	1) to=desk@desk.example header="References: <$n@x> $(sed -n 's/^Message-ID: //p' "$mail")" ;;
	2) to=desk@desk.example header="Subject: Re: [IPA#$other]" ;;
	3) to=desk@desk.example header="In-Reply-To: <$n@x>
Subject: =?UTF-8?B?$(printf '【IPA#%s】の件' "$other" | base64)?=" ;;
	4) to=x@y.example header="Cc: A <a@b.example>, $(echo "$theirs" | tr a-z A-Z)" ;;
	5) to=desk@desk.example header="In-Reply-To: $(sed -n 's/^Message-ID: //p' "$mail")" ;;
	esac
	printf 'From: soumu@city.example.lg.jp\nTo: %s\n%s\nMessage-ID: <%s@else.example>\n\nn\n' \
	    "$to" "$header" "$n" >"$SPOOL/incoming/new/$n.many"
	echo "in.$(sha256sum "$SPOOL/incoming/new/$n.many" | cut -c 1-24)" >>"$T/want"
done
expect 0 cron todoke-sort
sed -n 's/^Log: .* reply mail=\(in\.[0-9a-f]*\) .*/\1/p' "$SPOOL/$(place "$other")" | tail -n 23 >"$T/got"
cmp -s "$T/want" "$T/got" || fail "not in the order of their names: $(diff "$T/want" "$T/got")"

# A report address opens a case and is acknowledged, once a day per sender.
cases=$(cron todoke-list | wc -l)
incoming report@desk.example b@finder.example "XSS in http://shop.example/" "MIME-Version: 1.0"
expect 0 cron todoke-sort
[ "$(cron todoke-list | wc -l)" -eq $((cases + 1)) ] || fail "no case was opened"
! grep -rq "canary$i" "$SPOOL" || fail "the report rests in clear"
receipts() { grep -l "b@finder.example" "$SPOOL"/outbox/*.receipt 2>/dev/null | wc -l; }
[ "$(receipts)" -eq 1 ] || fail "$(receipts) receipts"
incoming report@desk.example b@finder.example "another one" "MIME-Version: 1.0"
expect 0 cron todoke-sort
[ "$(receipts)" -eq 1 ] || fail "a second automatic answer on one day"
[ "$(cron todoke-list | wc -l)" -eq $((cases + 2)) ] || fail "no second case"
incoming report@desk.example c@finder.example "from a machine" "Auto-Submitted: auto-generated"
expect 0 cron todoke-sort
! grep -lq "c@finder.example" "$SPOOL"/outbox/* || fail "a machine was answered"

# What comes through incoming/ is a mail, whatever its header lacks or has too
# much: read by its charset, filed whole, answered once a day.
broken() { # CHARSET ENCODING FILTER
	printf 'Delivered-To: report@desk.example\nFrom: d@finder.example\nSubject: hole %s\nno field\nMIME-Version: 1.0\nContent-Type: text/plain; charset=%s\nContent-Transfer-Encoding: %s\n\n' \
	    "$1" "$1" "$2"
	printf '届出です %s\n' "$1" | $3
}
# opened: the case that todoke-sort opens now, as the mail that it was.
opened() {
	cron todoke-list | cut -f 1 | sort >"$T/before"
	expect 0 cron todoke-sort
	[ -z "$(find "$SPOOL/incoming" "$SPOOL/tmp" -type f)" ] || fail "$1 stays"
	new=$(cron todoke-list | cut -f 1 | sort | comm -13 "$T/before" -)
	grep -q '^Log: .* open via=mail ' "$SPOOL/$(place "$new")" || fail "$1 is no mail: $(last "$new")"
	[ "$(in_case "$new")" -eq 1 ] || fail "$1 is not filed"
	expect 0 ito todoke-show -s "$new"
	! grep -q 'Content-Type' "$T/out" || fail "$1: its header is text: $(cat "$T/out")"
}
for how in "utf-8 base64 base64" "iso-2022-jp 7bit iconv -t ISO-2022-JP" \
    "shift_jis 8bit iconv -t CP932"; do
	charset=${how%% *} rest=${how#* }
	broken "$charset" "${rest%% *}" "${rest#* }" >"$SPOOL/incoming/new/broken"
	opened "$charset"
	grep -q "届出です $charset" "$T/out" || fail "$charset: $(cat "$T/out")"
done
printf 'From: d@finder.example\nTo: report@desk.example\nSubject: hole\n\nbare\n' >"$SPOOL/incoming/new/bare"
opened bare
printf 'From: d@finder.example\nTo: report@desk.example\nSubject: hole\n\nclaimed\n' >"$SPOOL/tmp/12345678.mail.in"
mkdir -p "$SPOOL/mail/12345678/new" "$SPOOL/mail/12345678/cur" "$SPOOL/mail/12345678/tmp"
opened claimed
receipts() { grep -l "d@finder.example" "$SPOOL"/outbox/*.receipt 2>/dev/null | wc -l; }
[ "$(receipts)" -eq 1 ] || fail "$(receipts) automatic answers on one day"
printf 'From: e@finder.example\nMessage-ID: <1@finder.example>\nno field\n\ndropped\n' >"$SPOOL/new/broken.eml"
opened broken.eml

# What is no mail goes to bad/; the rest goes on.
printf '\0\0\0' >"$SPOOL/incoming/new/junk"
incoming "$address" someone@else.example "behind junk"
goes "$number"
[ -s "$SPOOL/bad/junk.why" ] || fail "junk is not in bad/"

expect 0 "$BIN/todoke-check"
[ ! -s "$T/err" ] || fail "todoke-check: $(cat "$T/err")"
