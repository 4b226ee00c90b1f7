# Old Japanese mobile addresses, "a..b@" and ".abc.@", which RFC 5321 has only in
# quotes: such a finder is filed and answered like any other, through a real
# mail server; who writes to one by hand is told how; nothing names him.
set -eu
. tests/helper/lib.sh
scratch
keys
mta
desk
printf '%s\n' 'a..b@finder.example boxes/finder/' '.abc.@city.example.lg.jp boxes/city/' >>"$T/postfix/boxes"
expect 0 postfix -c "$T/postfix" reload
odd='"a..b"@finder.example'
mail() { # ID FROM TO: a report or a reply, as a telephone writes it
	printf '%s\n' "From: $2" "To: $3" "Subject: test" "Message-ID: <$1@finder.example>" \
	    "Date: Tue, 24 Nov 2026 09:00:00 +0900" "" "http://www.city.example.lg.jp/x" "shows what is entered." >"$T/$1.eml"
	submit a..b@finder.example "$3" "$T/$1.eml"
	arrived "$SPOOL/incoming"
	expect 0 cron todoke-sort
}
log() { grep '^Log: ' "$SPOOL/$(place "$number")"; }

# The name beside it is read as ever, and encoded.
mail one '=?ISO-2022-JP?B?GyRCOzNFRBsoQg==?= <a..b@finder.example>' report@desk.example
number=$(ls "$SPOOL/mail")
log | grep -q ' open via=mail ' || fail "not read as a mail: $(log)"
[ -z "$(find "$SPOOL/unsorted" "$SPOOL/bad" -type f)" ] || fail "not filed"
expect 0 ito todoke-show -s "$number"
says "Finder: 山田"
says "Finder-Address: $odd"
expect 0 cron todoke-send
arrived "$T/boxes/finder" 1
expect 0 ito todoke-accept "$number"
expect 0 cron todoke-send
arrived "$T/boxes/finder" 2
[ -z "$(find "$SPOOL/outbox" "$SPOOL/failed" "$SPOOL/hold" -type f)" ] || fail "a letter is left"
grep -q "^Accepted: " "$SPOOL/$(place "$number")" || fail "no day of acceptance"

# Whatever the spelling of the local part, one mailbox: his reply is filed.
address=$(sed -n 's/^Reply-To: <\(.*\)>/\1/p' "$(ls "$T"/boxes/finder/new/* | head -n 1)")
mail two "$odd" "$address"
log | grep -q ' reply .*proof=address from=finder ' || fail "his reply: $(log)"
expect 0 ito todoke-show -s "$number"
sed '1,/^Mail in\./d' "$T/out" | head -n 5 >"$T/shown"
printf '%s\n' "From: <$odd>" "Subject: test" "" "http://www.city.example.lg.jp/x" "shows what is entered." |
    cmp - "$T/shown" || fail "his words are not shown: $(cat "$T/shown")"
mail three 'A..B@finder.example' desk@desk.example
log | grep -c ' reply ' | grep -qx 1 || fail "filed without proof"

# To the operator he is not named: neither spelling, nor the local part.
expect 64 ito todoke-contact -a '.abc.@city.example.lg.jp' "$number"
says "write '\".abc.\"@city.example.lg.jp'"
for a in "$odd" '"A..B"@finder.example'; do
	expect 77 ito todoke-contact -a "$a" "$number"
	says "the finder's own address"
done
for words in "call a..b@finder.example" "call \"a..b\"@finder.example."; do
	echo "$words" >"$T/note"
	got=0
	ito todoke-note "$number" <"$T/note" >"$T/out" 2>&1 || got=$?
	[ "$got" -eq 77 ] || fail "a note in clear: $words: $got"
done
expect 0 ito todoke-contact -a '".abc."@city.example.lg.jp' "$number"
expect 0 cron todoke-send
arrived "$T/boxes/city"
grep -q '^Contact: ".abc."@city.example.lg.jp; via=mail' "$SPOOL/$(place "$number")" || fail "no such contact"
expect 0 ito todoke-confirm -b phone -a '".abc."@city.example.lg.jp' -k "$T/city.asc" "$number"
for words in "from a..b, who" "from \"a..b\"@finder.example"; do
	printf '%s\n' "$words" >"$T/details"
	expect 77 ito todoke-disclose -f "$T/details" "$number"
	says "names the finder"
done
echo "The field q." >"$T/details"
expect 0 ito todoke-disclose -f "$T/details" "$number"
expect 0 cron todoke-send
arrived "$T/boxes/city" 2
grep -q "^Notified: " "$SPOOL/$(place "$number")" || fail "the details did not leave"

# A bounce names him either way.
number=$(printf 'Url: http://www.city.example.lg.jp/y\n\ntext\n' | ito todoke-open)
expect 0 ito todoke-accept "$number"
expect 0 ito todoke-contact -a '"no..body"@city.example.lg.jp' "$number"
keyed=$(sed -n 's/^Reply-To: <\(.*\)>/\1/p' "$SPOOL/outbox/$number".*.contact)
printf '%s\n' "Return-Path: <>" "Delivered-To: $keyed" "From: MAILER-DAEMON@mx.example" "Subject: failed" \
    "MIME-Version: 1.0" "Content-Type: multipart/report; report-type=delivery-status; boundary=b" "" \
    "--b" "" "no" "--b" "Content-Type: message/delivery-status" "" "Reporting-MTA: dns; mx.example" "" \
    "Final-Recipient: rfc822; no..body@city.example.lg.jp" "Action: failed" "Status: 5.1.1" "" "--b--" >"$SPOOL/incoming/new/b"
expect 0 cron todoke-sort
grep -q '^Contact: "no..body"@city.example.lg.jp;.*outcome=bounced' "$SPOOL/$(place "$number")" || fail "the bounce: $(cat "$SPOOL/$(place "$number")")"

# Who cannot be read at all is no reason to lose the mail: it is kept as it came.
for from in '' 'From: =?UTF-8?B?5pel5pys?=' 'From: 山田@日本語.example'; do
	ls "$SPOOL/mail" >"$T/was"
	printf '%s
' "Delivered-To: report@desk.example" ${from:+"$from"} "Message-ID: <n$from@x.example>" "" "http://www.city.example.lg.jp/q" >"$T/raw"
	cp "$T/raw" "$SPOOL/incoming/new/n"
	expect 0 cron todoke-sort
	number=$(ls "$SPOOL/mail" | comm -13 "$T/was" -)
	log | grep -q ' open via=mail ' || fail "$from: not read as a mail: $(log)"
	sed '1,/^-----BEGIN/{/^-----BEGIN/!d}' "$SPOOL/mail/$number"/new/in.* |
	    gpg_in "$T/ito.home" --decrypt 2>>"$T/gpg.log" | sed '1,2d' | cmp - "$T/raw" ||
	    fail "$from: its bytes are not kept"
done

# The desk itself has no such address; a form's dump and a file may.
sed 's/^	address = .*/	address = "\\"d..k\\"@desk.example"/' "$CONF" >"$T/odd.conf"
expect 78 "$BIN/todoke-list" -c "$T/odd.conf"
says "an address of the desk has no quotes"
number=$(printf 'Finder: A\nFinder-Address: .x@finder.example\nUrl: http://www.city.example.lg.jp/z\n\ntext\n' | ito todoke-open)
expect 0 ito todoke-show -s "$number"
says 'Finder-Address: ".x"@finder.example'
expect 0 "$BIN/todoke-check"
[ ! -s "$T/err" ] || fail "todoke-check: $(cat "$T/err")"
