# OpenPGP in: mails to the desk's key, in the shapes that they come in, are kept
# as they came and marked, and opened by todoke-accept and todoke-show -s alone,
# which fill what the case lacks.  No plaintext of what is not whole.
set -eu
. tests/helper/lib.sh
scratch
keys
desk
make_key "$T/finder.home" "Finder <a@finder.example>" 2>>"$T/gpg.log"
make_key "$T/mallory.home" "Mallory <m@else.example>" 2>>"$T/gpg.log"
for who in finder mallory city; do
	home=$T/$who.home
	gpg_in "$home" --passphrase '' --quick-add-key "$(fingerprint "$home")" \
	    ed25519 sign never 2>>"$T/gpg.log"
	gpg_in "$home" --export --armor "$(fingerprint "$home")" >"$T/$who.asc"
	gpg_in "$home" --import "$T/desk.asc" 2>>"$T/gpg.log"
done
FINDERKEY=$(fingerprint "$T/finder.home")
MALLORYKEY=$(fingerprint "$T/mallory.home")
for who in finder mallory; do # the desk knows both, and pins one of them
	gpg_in "$T/desk.ring" --import "$T/$who.asc" 2>>"$T/gpg.log"
done
cat >"$T/text" <<END
Finder: Yamada Taro
Finder-Key: $FINDERKEY
Url: http://www.city.example.lg.jp/find?q=canary
Kind: xss
Operator: 例示市
Operator-Type: local-government
Lang: en
Consent: identity

The field q comes back as HTML. canary 検索
END

# mail NAME SHAPE TO FROM SUBJECT WHO [KEY [HEADER…]]: into incoming/.
mail() {
	name=$1 shape=$2 to=$3 from=$4 subject=$5 who=$6
	key=${7:-$DESKKEY}
	[ $# -lt 7 ] && shift 6 || shift 7
	tests/helper/pgpmail "$shape" "$to" "$from" "$subject" "$T/$who.home" \
	    "$key" "$(fingerprint "$T/$who.home")" \
	    "Message-ID: <$name@x.example>" "$@" <"$T/text" >"$T/$name.eml"
	cp "$T/$name.eml" "$SPOOL/incoming/new/1.$name"
}
# in_name NAME: what it is called when it is filed.
in_name() { sha256sum "$T/$1.eml" | sed 's/^\(.\{24\}\).*/in.\1/'; }
# number NAME: the case that was opened from it.
number() { cat "$T/$1.number"; }
field() { sed -n "s/^$2: //p" "$SPOOL/$(place "$1")"; }
event() { grep "^Log: [^ ]* $2 " "$SPOOL/$(place "$1")" | tail -n 1; }

GOOD="mime hidden nested mime-signed exchange renamed inline within
    inline-signed html binary jis anonymous"
BAD="unprotected truncated damaged bomb foreign hidden-foreign"
for shape in $GOOD signed cleartext unprotected truncated damaged bomb; do
	mail "$shape" "$shape" report@desk.example a@finder.example ... finder
done
cp "$T/text" "$T/text.was"
sed -i 's/^Operator: .*/Operator: City, by Yamada Taro/' "$T/text"
mail by-name mime report@desk.example a@finder.example ... finder
mv "$T/text.was" "$T/text"
mail foreign mime report@desk.example a@finder.example ... finder "$FINDERKEY"
mail hidden-foreign anonymous report@desk.example a@finder.example ... finder "$FINDERKEY"
mail wrong-signer nested report@desk.example a@finder.example ... mallory
mail forged forged report@desk.example a@finder.example ... finder
mail forged-text forged-cleartext report@desk.example a@finder.example ... finder

expect 0 cron todoke-sort
[ -z "$(find "$SPOOL/incoming" "$SPOOL/bad" "$SPOOL/unsorted" -type f)" ] ||
    fail "not every report became a case"
! grep -rq canary "$SPOOL" || fail "a report rests in clear"
cron todoke-list >"$T/list"
for eml in "$T"/*.eml; do
	name=$(basename "$eml" .eml)
	basename "$(grep -l " open .*mail=$(in_name "$name")" \
	    "$SPOOL"/new/*/*)" >"$T/$name.number"
done
cp -a "$SPOOL" "$T/fresh"

# Marked without a secret key.
marked() {
	event "$(number "$1")" open | grep -q " pgp=$2 " ||
	    fail "$1: $(event "$(number "$1")" open)"
	grep "^$(number "$1")" "$T/list" | grep -qF "accept or reject it ($3)" ||
	    fail "todoke-list of $1: $(grep "^$(number "$1")" "$T/list")"
	cron todoke-show "$(number "$1")" | grep -q "OpenPGP: $2\." ||
	    fail "todoke-show of $1"
}
for shape in $GOOD wrong-signer damaged bomb hidden-foreign; do
	marked "$shape" encrypted encrypted
	[ "$(field "$(number "$shape")" Consent)" = none ] || fail "$shape: consent"
	! event "$(number "$shape")" open | grep -q missing= ||
	    fail "$shape: who can know what it lacks?"
done
marked signed signed signed
marked cleartext signed signed
marked unprotected unprotected "encrypted without protection"
marked truncated broken "broken OpenPGP"
marked foreign foreign "encrypted to another key"

# Opened by todoke-accept, or todoke-show -s before it: the case knows.
filled() {
	n=$(number "$1")
	[ "$(field "$n" Url)" = http://www.city.example.lg.jp/ ] &&
	    [ "$(field "$n" Kind)" = xss ] &&
	    [ "$(field "$n" Operator)" = 例示市 ] &&
	    [ "$(field "$n" Operator-Type)" = local-government ] &&
	    [ "$(field "$n" Lang)" = en ] &&
	    [ "$(field "$n" Consent)" = identity ] ||
	    fail "$1: $(grep -v ^Log "$SPOOL/$(place "$n")")"
}
shown() {
	expect 0 ito todoke-show -s "$(number "$1")"
	sed '/^Sealed part:/q' "$T/out" | grep -qx "Kind: xss" &&
	    sed '/^Sealed part:/q' "$T/out" | grep -q "The sealed part was opened" ||
	    fail "$1: the head is not the filled one: $(cat "$T/out")"
	sed '1,/^Sealed part:/d' "$T/out" >"$T/sealed"
	grep -q "comes back as HTML. canary 検索" "$T/sealed" || fail "$1: $(cat "$T/out")"
	grep -q "^Finder: Yamada Taro" "$T/sealed" || fail "$1: no finder"
	[ "$(grep -c canary "$T/sealed")" -eq 2 ] || fail "$1: $(cat "$T/sealed")"
	case $1 in
	hidden) grep -q "^Title: the true subject" "$T/sealed" || fail "$1" ;;
	within) grep -q "^this is for you:" "$T/sealed" || fail "$1" ;;
	esac
}
turn=0
for shape in $GOOD signed cleartext; do
	turn=$((turn + 1))
	if [ $((turn % 2)) -eq 0 ]; then
		shown "$shape"
		filled "$shape"
	fi
	expect 0 ito todoke-accept "$(number "$shape")"
	[ ! -s "$T/err" ] || fail "$shape: $(cat "$T/err")"
	[ $((turn % 2)) -eq 0 ] || shown "$shape"
	filled "$shape"
	n=$(number "$shape")
	[ "$(grep -c ' opened=yes' "$SPOOL/$(place "$n")")" -eq 1 ] ||
	    fail "$shape: opened twice"
done
signature() {
	grep -q " signature=$2 " "$SPOOL/$(place "$(number "$1")")" ||
	    fail "$1: $(event "$(number "$1")" accept)"
}
for shape in nested mime-signed inline-signed signed cleartext; do
	signature "$shape" pinned
done
for shape in mime inline; do
	! grep -q signature= "$SPOOL/$(place "$(number "$shape")")" ||
	    fail "$shape was not signed"
done
! grep -rq "canary\|$FINDERKEY" "$SPOOL" || fail "a report rests in clear"

# The coordinator's own options win; what the case has already stays.
rm -rf "$SPOOL" && cp -a "$T/fresh" "$SPOOL"
n=$(number mime)
expect 0 ito todoke-accept -n "$n"
[ -z "$(field "$n" Url)" ] || fail "-n filled the case"
expect 0 ito todoke-accept -u https://other.example/x -k sql-injection -o Other "$n"
[ "$(field "$n" Url) $(field "$n" Kind) $(field "$n" Operator)" = \
    "https://other.example/ sql-injection Other" ] || fail "options do not win"
[ "$(field "$n" Operator-Type)" = local-government ] || fail "the rest is not filled"
n=$(number inline)
printf '#!/bin/sh\nsed -i "s/^Lang:/Kind: csrf\\nLang:/" "$1"\n' >"$T/ed"
chmod +x "$T/ed"
EDITOR=$T/ed expect 0 ito todoke-edit "$n"
expect 0 ito todoke-accept "$n"
[ "$(field "$n" Kind)" = csrf ] || fail "what a hand wrote was replaced"
# What a person wrote of the consent, it does not widen.
n=$(number signed)
[ "$(field "$n" Consent)" = identity ] || fail "signed: $(field "$n" Consent)"
sed -i 's/^Consent: .*/Consent: none/' "$SPOOL/$(place "$n")"
expect 0 ito todoke-accept "$n"
event "$n" accept | grep -q opened=yes || fail "signed: not opened"
[ "$(field "$n" Consent)" = none ] || fail "the consent is back"
expect 0 ito todoke-show -s "$n"
says "Consent: none"
# A rejection opens it too: the letter goes to whom the report names.
expect 0 ito todoke-accept -r rejected-scope "$(number html)"
event "$(number html)" reject | grep -q opened=yes || fail "rejected unopened"

# An operator that names the finder is not taken out of what was sealed.
n=$(number by-name)
expect 0 ito todoke-accept "$n"
event "$n" accept | grep -q " sealed=operator " || fail "$(event "$n" accept)"
[ -z "$(field "$n" Operator)" ] || fail "$(field "$n" Operator)"

# Another key than the one that the report tells; a wrong signature.
expect 0 ito todoke-accept "$(number wrong-signer)"
signature wrong-signer other
says "another key than the pinned one ($MALLORYKEY)"
for shape in forged forged-text; do
	expect 0 ito todoke-accept "$(number "$shape")"
	signature "$shape" forged
	says "it was changed, or forged"
	[ "$(field "$(number "$shape")" Consent)" = none ] ||
	    fail "what is forged consents"
done

# Kept, marked, said; not one octet of it.
for shape in $BAD; do
	n=$(number "$shape")
	expect 77 ito todoke-accept "$n"
	says "cannot be opened"
	says "give its address with -u"
	expect 0 ito todoke-accept -u http://www.city.example.lg.jp/ "$n"
	event "$n" accept | grep -q " opened=no" || fail "$(event "$n" accept)"
	[ -z "$(field "$n" Kind)" ] || fail "$shape: filled all the same"
	expect 0 ito todoke-show -s "$n"
	! grep -q canary "$T/out" "$T/err" || fail "$shape: plaintext"
	says "cannot be opened"
	ls "$SPOOL/mail/$n/new/$(in_name "$shape")" >"$T/ls" || fail "$shape is gone"
done
grep -q "over 67108864 bytes" "$T/err" || {
	expect 0 ito todoke-show -s "$(number bomb)"
	says "over 67108864 bytes"
}
# Who has no key opens nothing, and changes nothing.
was=$(cat "$SPOOL/$(place "$(number binary)")")
expect 75 cron todoke-accept "$(number binary)"
[ "$(cat "$SPOOL/$(place "$(number binary)")")" = "$was" ] || fail "changed without a key"

# Kept as it came: byte for byte.
ls "$SPOOL/mail/$(number exchange)/new/$(in_name exchange)" >"$T/ls"
sed '1,/^-----BEGIN/{/^-----BEGIN/!d}' "$(cat "$T/ls")" |
    gpg_in "$T/ito.home" --decrypt 2>>"$T/gpg.log" |
    sed '1,2d' >"$T/kept"
cmp "$T/kept" "$T/exchange.eml" || fail "the mail is not as it came"

# A dropped text with armor in it.
gpg_in "$T/finder.home" --trust-model always --armor -r "$DESKKEY" \
    --encrypt <"$T/text" >"$SPOOL/new/report.txt"
expect 0 cron todoke-sort
n=$(basename "$(grep -l ' open via=form pgp=encrypted' "$SPOOL"/new/*/*)")
expect 0 ito todoke-accept "$n"
[ "$(field "$n" Operator)" = 例示市 ] || fail "the dropped one is not filled"

# Replies: filed by keyed address or Message-ID, whatever their subjects hide,
# compared with the key of the confirmed contact.
n=$(number nested)
expect 0 ito todoke-accept "$n"
expect 0 ito todoke-contact -a soumu@city.example.lg.jp "$n"
out=$(ls "$SPOOL/outbox/$n".*.contact)
address=$(sed -n 's/^Reply-To: <\(.*\)>/\1/p' "$out")
mid=$(sed -n 's/^Message-ID: <\(.*\)>/\1/p' "$out")
soumu=soumu@city.example.lg.jp
mail by-address hidden "$address" $soumu ...  city
mail by-id hidden desk@desk.example $soumu ... city "$DESKKEY" "In-Reply-To: <$mid>"
mail by-nothing hidden desk@desk.example $soumu ... city
mail pinned nested "$address" $soumu ... city
mail not-pinned nested "$address" $soumu ... mallory
mail reply-broken truncated "$address" $soumu ... city
mail reply-plain signed "$address" $soumu ... city
expect 0 cron todoke-sort
[ "$(find "$SPOOL/unsorted" -type f | wc -l)" -eq 1 ] || fail "one has no proof"
for m in by-address by-id pinned not-pinned; do
	event "$n" reply >/dev/null
	grep " reply mail=$(in_name "$m") pgp=encrypted " "$SPOOL/$(place "$n")" \
	    >"$T/ls" || fail "$m was not filed: $(grep ^Log "$SPOOL/$(place "$n")")"
done
grep -q " reply mail=$(in_name by-id) .*proof=message-id" "$SPOOL/$(place "$n")" ||
    fail "by-id"
cron todoke-list | grep "^$n" | grep -qE "read a reply \((encrypted|signed|broken OpenPGP)\)" ||
    fail "$(cron todoke-list | grep "^$n")"
expect 0 ito todoke-confirm -a $soumu -b phone -k "$T/city.asc" "$n"
expect 0 ito todoke-show -s "$n"
sed '1,/^Sealed part:/d' "$T/out" >"$T/sealed"
# of NAME: what is shown of that mail.
of() { sed -n "/^Mail $(in_name "$1") of /,/^Mail /p" "$T/sealed"; }
of by-address | grep -q "^Subject: the true subject" || fail "$(cat "$T/sealed")"
of by-address | grep -q "canary 検索" || fail "the text of a reply"
of pinned | grep -q "signed with the pinned key ($(fingerprint "$T/city.home"))" ||
    fail "$(of pinned)"
of not-pinned | grep -q "another key than the pinned one ($MALLORYKEY)" ||
    fail "$(of not-pinned)"
of reply-broken | grep -q "cannot be opened" || fail "$(of reply-broken)"
of reply-plain | grep -q ": signed; signed with the pinned key" || fail "$(of reply-plain)"
grep -q '^Sealed part\|canary' "$T/err" && fail "the text on standard error"

# Whose confirmation was withdrawn is still known by it.
expect 0 ito todoke-note -a $soumu -r wrong-party "$n"

# A key that the ring has no longer; one that died.
gpg_in "$T/desk.ring" --delete-keys "$MALLORYKEY" 2>>"$T/gpg.log"
expect 0 ito todoke-show -s "$n"
sed '1,/^Sealed part:/d' "$T/out" >"$T/sealed"
of pinned | grep -q "signed with the pinned key" || fail "$(of pinned)"
of not-pinned | grep -q "a key that the desk's ring does not have" || fail "$(of not-pinned)"

expect 0 "$BIN/todoke-check"
[ ! -s "$T/err" ] || fail "todoke-check: $(cat "$T/err")"
