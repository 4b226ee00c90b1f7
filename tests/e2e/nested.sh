# OpenPGP within OpenPGP: a report that is encrypted, and in it encrypted or
# signed again, in whatever order, is opened three times over; what lies deeper,
# or cannot be opened, is kept and said, and the rest is read all the same.
set -eu
. tests/helper/lib.sh
scratch
keys
desk
make_key "$T/finder.home" "Finder <a@finder.example>" 2>>"$T/gpg.log"
FINDERKEY=$(fingerprint "$T/finder.home")
gpg_in "$T/finder.home" --passphrase '' --quick-add-key "$FINDERKEY" ed25519 sign never 2>>"$T/gpg.log"
gpg_in "$T/finder.home" --export --armor "$FINDERKEY" >"$T/finder.asc"
gpg_in "$T/finder.home" --import "$T/desk.asc" 2>>"$T/gpg.log"
gpg_in "$T/desk.ring" --import "$T/finder.asc" 2>>"$T/gpg.log"
cat >"$T/text" <<END
Finder: Yamada Taro
Finder-Key: $FINDERKEY
Url: http://www.city.example.lg.jp/find?q=canary
Kind: xss
Consent: identity

The field q comes back as HTML. canary 検索
END

# mail SHAPE [TO [HEADER]]: into incoming/.
mail() {
	tests/helper/pgpmail "$1" "${2:-report@desk.example}" \
	    a@finder.example ... "$T/finder.home" "$DESKKEY" "$FINDERKEY" \
	    "Message-ID: <$1@x.example>" ${3:+"$3"} <"$T/text" >"$T/$1.eml"
	cp "$T/$1.eml" "$SPOOL/incoming/new/1.$1"
}
in_name() { sha256sum "$T/$1.eml" | sed 's/^\(.\{24\}\).*/in.\1/'; }
number() {
	basename "$(grep -ls " open .*mail=$(in_name "$1")" "$SPOOL"/new/*/* "$SPOOL"/contacted/*/*)"
}
field() { sed -n "s/^$2: //p" "$SPOOL/$(place "$1")"; }
log() { grep "^Log: " "$SPOOL/$(place "$1")"; }
# sealed NUMBER: its sealed part, opened.
sealed() {
	expect 0 ito todoke-show -s "$1"
	sed '1,/^Sealed part:/d' "$T/out"
}

WHOLE="deep-2 deep-3 armor-in-armor armor-in-mime binary-in-armor
    signed-between signed-around clear-signed-around"
PART="foreign-within damaged-within bomb-within"
for shape in $WHOLE $PART deep-4 forged-around quoted; do
	mail "$shape"
done
expect 0 cron todoke-sort
[ -z "$(find "$SPOOL/incoming" "$SPOOL/bad" "$SPOOL/unsorted" -type f)" ] ||
    fail "not every report became a case"
! grep -rq canary "$SPOOL" || fail "a report rests in clear"

# What no one can read yet is called encrypted, though a signature is around it.
for shape in $WHOLE $PART deep-4 forged-around; do
	log "$(number "$shape")" | grep -q ' open .* pgp=encrypted ' ||
	    fail "$shape: $(log "$(number "$shape")")"
done

# Opened to the ground.
for shape in $WHOLE; do
	n=$(number "$shape")
	expect 0 ito todoke-accept "$n"
	[ ! -s "$T/err" ] || fail "$shape: $(cat "$T/err")"
	log "$n" | grep -q ' accept opened=yes ' || fail "$shape: $(log "$n")"
	[ "$(field "$n" Url) $(field "$n" Kind) $(field "$n" Consent)" = \
	    "http://www.city.example.lg.jp/ xss identity" ] ||
	    fail "$shape: the case is not filled: $(grep -v ^Log "$SPOOL/$(place "$n")")"
	sealed "$n" >"$T/record"
	grep -q "^The field q comes back as HTML. canary 検索" "$T/record" ||
	    fail "$shape: $(cat "$T/record")"
	! grep -q 'BEGIN PGP\|Version: 1' "$T/record" || fail "$shape: $(cat "$T/record")"
	case $shape in
	*signed*)
		log "$n" | grep -q ' signature=pinned ' || fail "$shape: $(log "$n")" ;;
	armor-in-armor)
		[ "$(field "$n" Operator-Type)" = national-government ] ||
		    fail "a field around it is lost"
		grep -q "^\[around it:\]" "$T/record" &&
		    grep -q "^stands before it" "$T/record" &&
		    grep -q "^stands behind it" "$T/record" ||
		    fail "$shape: $(cat "$T/record")" ;;
	esac
done

# What is not whole within, is to somebody else, or too much: said and kept; the
# rest is read.
in_part() { # SHAPE TEXT
	n=$(number "$1")
	expect 0 ito todoke-accept "$n"
	says "case $n: the report: encrypted; what lies in it cannot be opened: "
	says "$2"
	log "$n" | grep -q ' accept opened=part ' || fail "$1: $(log "$n")"
	[ "$(field "$n" Kind)" = xss ] || fail "$1: the rest is not read"
	sealed "$n" >"$T/record"
	grep -q "^The field q comes back as HTML. canary 検索" "$T/record" ||
	    fail "$1: $(cat "$T/record")"
	grep -q "BEGIN PGP MESSAGE" "$T/record" || fail "$1: it is not kept"
	! grep -q "never shown" "$T/record" || fail "$1: plaintext"
	[ "$(log "$n" | grep -c ' opened=')" -eq 1 ] || fail "$1: opened twice"
	[ "$(wc -c <"$T/record")" -lt 1500000 ] || fail "$1: the record has no bounds"
	expect 0 ito todoke-show "$n"
	says "Its OpenPGP was opened: part."
}
in_part foreign-within "encrypted to none of pgp.keys"
in_part damaged-within "damaged"
in_part bomb-within "unfolds to over"

# A fourth time is not opened, and nothing of it is read.
n=$(number deep-4)
expect 77 ito todoke-accept "$n"
says "encrypted more than 3 times over"
expect 0 ito todoke-accept -u http://www.city.example.lg.jp/ "$n"
log "$n" | grep -q ' unseal opened=part ' || fail "$(log "$n")"
[ -z "$(field "$n" Kind)" ] || fail "four times over, but read"
ls "$SPOOL/mail/$n/new/$(in_name deep-4)" >"$T/ls" || fail "its mail is gone"

# A wrong signature around it consents to nothing, and is told.
n=$(number forged-around)
expect 0 ito todoke-accept "$n"
says "it was changed, or forged"
[ "$(field "$n" Consent)" = none ] || fail "what is forged consents"

# What a finder quotes is not he: a clear-signed security.txt in his report
# tells neither who he is nor what he consents to.
n=$(number quoted)
expect 0 ito todoke-accept "$n"
says "a signed text is quoted in it"
[ "$(field "$n" Kind) $(field "$n" Consent)" = "xss identity" ] ||
    fail "$(cat "$SPOOL/$(place "$n")")"
sealed "$n" >"$T/record"
grep -qx "Finder-Address: a@finder.example" "$T/record" || fail "$(cat "$T/record")"
grep -q "Expires: 2027" "$T/record" || fail "the quoted text is lost"
grep -qx 'To: <a@finder.example>' "$SPOOL/outbox/$n".*.accepted ||
    fail "a letter to the finder goes to whom he quotes"
log "$n" | grep -q ' signature=quoted ' || fail "$(log "$n")"

# Mails of a case, likewise.
n=$(number deep-2)
expect 0 ito todoke-contact -a soumu@city.example.lg.jp "$n"
address=$(sed -n 's/^Reply-To: <\(.*\)>/\1/p' "$SPOOL/outbox/$n".*.contact)
for shape in deep-2 armor-in-armor deep-4; do
	mail "$shape" "$address" "X-Again: yes"
done
expect 0 cron todoke-sort
sealed "$n" >"$T/record"
of() { sed -n "/^Mail $(in_name "$1") of /,/^Mail /p" "$T/record"; }
of deep-2 | grep -q "canary 検索" || fail "$(of deep-2)"
of armor-in-armor | grep -q "canary 検索" && of armor-in-armor | grep -q "stands before it" ||
    fail "$(of armor-in-armor)"
of deep-4 | grep -q "encrypted more than 3 times over" || fail "$(of deep-4)"
! of deep-4 | grep -q canary || fail "$(of deep-4)"
! grep -rq "canary" "$SPOOL" || fail "something rests in clear"

# Who puts his words before what the finder signed elsewhere is not the finder;
# what stands outside is told from what was signed or encrypted.
address=$(sed -n 's/^Reply-To: <\(.*\)>/\1/p' "$SPOOL/outbox/$n".*.accepted)
for shape in signed quoted words-before words-behind within; do
	mail "$shape" "$address"
done
expect 0 cron todoke-sort
sealed "$n" >"$T/record"
told() { # SHAPE WORDS: whose, and what is outside of it
	of "$1" | grep -q "^Mail .*; $2" || fail "$1: $(of "$1")"
	of "$1" | sed '1,/^\[around it:\]$/d' >"$T/outside"
	of "$1" | sed '/^\[around it:\]$/,$d' >"$T/inside"
}
told signed "signed with the pinned key"
[ ! -s "$T/outside" ] || fail "$(of signed)"
told quoted "a signed text is quoted in it"
grep -q "^Expires: 2027" "$T/inside" && grep -q "canary 検索" "$T/outside" ||
    fail "$(of quoted)"
told words-before "a signed text is quoted in it"
grep -q "canary 検索" "$T/inside" && grep -q "somebody else" "$T/outside" ||
    fail "$(of words-before)"
told words-behind "signed with the pinned key"
grep -q "canary 検索" "$T/inside" && grep -q "somebody else" "$T/outside" ||
    fail "$(of words-behind)"
of within | sed '1,/^\[around it:\]$/d' | grep -q "^this is for you:" ||
    fail "$(of within)"

expect 0 "$BIN/todoke-check"
[ ! -s "$T/err" ] || fail "todoke-check: $(cat "$T/err")"
