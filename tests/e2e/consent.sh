# The finder's consent: the sealed report and the case's Consent: both have to
# give it, whenever it was taken back, in every text that the operator gets.
set -eu
. tests/helper/lib.sh
scratch
keys
desk
mkdir "$T/run"
XDG_RUNTIME_DIR=$T/run
export XDG_RUNTIME_DIR

# start CONSENT: an accepted case whose contact is confirmed.
start() {
	number=$(printf 'Finder: Yamada Taro\nFinder-Address: taro77@finder.example\nConsent: %s\nUrl: http://www.city.example.lg.jp/x\nLang: en\n\ntext\n' "$1" |
	    ito todoke-open)
	expect 0 ito todoke-accept "$number"
	expect 0 ito todoke-contact -a soumu@city.example.lg.jp "$number"
	expect 0 ito todoke-confirm -a soumu@city.example.lg.jp -b phone \
	    -k "$T/city.asc" "$number"
	case=$SPOOL/$(place "$number")
}
# says_now CONSENT: a person writes it; "" takes the field away.
says_now() {
	if [ -n "$1" ]; then
		sed -i "s/^Consent: .*/Consent: $1/" "$case"
	else
		sed -i '/^Consent: /d' "$case"
	fi
}
opened() {
	sed -n '/BEGIN PGP/,/END PGP/p' "$SPOOL/outbox/$number".*."$1" |
	    gpg_in "$T/city.home" --decrypt 2>/dev/null
}
# refused COMMAND…: with 77, and no mail of it.
refused() {
	find "$SPOOL/outbox" "$SPOOL/tmp" -type f | sort >"$T/was"
	expect 77 "$@"
	says "names the finder, who did not consent"
	find "$SPOOL/outbox" "$SPOOL/tmp" -type f | sort | cmp -s "$T/was" - ||
	    fail "refused, but queued: $*"
}
printf 'Open it. Thanks to Yamada Taro.\n' >"$T/name"
printf 'Open it. Ask taro77@finder.example.\n' >"$T/mail"
printf 'Open it.\n' >"$T/plain"
words() { # FILE COMMAND…
	input=$1
	shift
	"$@" <"$input"
}

# As consented to, or less.
start "identity contact"
expect 0 ito todoke-disclose -f "$T/name" "$number"
opened disclosure >"$T/got"
grep -q "Name: Yamada Taro" "$T/got" && grep -q taro77@ "$T/got" ||
    fail "consented, and not told: $(cat "$T/got")"
for less in none contact "" yes "contact identity"; do
	start "identity contact"
	says_now "$less"
	refused ito todoke-disclose -f "$T/name" "$number"
	refused words "$T/name" ito todoke-write -o "$number"
	refused words "$T/name" ito todoke-close -m -r declined "$number"
	[ "$(place "$number")" = "${case#"$SPOOL"/}" ] || fail "closed all the same"
	expect 0 ito todoke-disclose -f "$T/plain" "$number"
	opened disclosure >"$T/got"
	! grep -qi yamada "$T/got" || fail "Consent: $less: $(cat "$T/got")"
	[ "$(grep -c taro77@ "$T/got")" -eq \
	    "$([ "$less" = contact ] && echo 1 || echo 0)" ] ||
	    fail "Consent: $less: $(cat "$T/got")"
done
start "identity contact"
says_now identity
refused ito todoke-disclose -f "$T/mail" "$number"
expect 0 ito todoke-disclose -f "$T/name" "$number"
! opened disclosure | grep -q taro77 || fail "the address is told"
start identity # by hand it does not become more
says_now "identity contact"
refused ito todoke-disclose -f "$T/mail" "$number"
start none
says_now identity
refused ito todoke-disclose -f "$T/name" "$number"

start identity
expect 0 words "$T/name" ito todoke-close -m -r declined "$number"
opened closed-operator | grep -q "Thanks to Yamada" || fail "the words are lost"

# Taken back while the words were being written: the case is read again.
cat >"$T/ed" <<END2
#!/bin/sh
sed -i 's/^Consent: .*/Consent: none/' "\$CASE"
cat "$T/name" >"\$1"
END2
chmod +x "$T/ed"
for act in "todoke-disclose" "todoke-write -o" "todoke-close -m -r declined"; do
	start identity
	ls "$SPOOL/outbox" >"$T/was"
	# shellcheck disable=SC2086
	expect 77 env CASE="$case" EDITOR="$T/ed" GNUPGHOME="$T/ito.home" \
	    tests/helper/terminal "$T/log" "" "$BIN/"$act "$number"
	grep -q "line 1.* names the finder" "$T/log" ||
	    fail "$act: $(cat "$T/log")"
	ls "$SPOOL/outbox" | cmp -s "$T/was" - || fail "$act: queued"
done

# An operator that names the finder stays sealed, whatever was consented to,
# and is told; a person gives another, and may not give the same.
for by in "Yamada Taro" taro77@finder.example; do
	number=$(printf 'Finder: Yamada Taro\nFinder-Address: taro77@finder.example\nConsent: identity contact\nOperator: Example City (%s)\nUrl: http://www.city.example.lg.jp/x\n\ntext\n' "$by" |
	    ito todoke-open)
	grep -q '^Log: .* open .*sealed=operator ' "$SPOOL/$(place "$number")" ||
	    fail "not logged: $(grep '^Log' "$SPOOL/$(place "$number")")"
	expect 0 ito todoke-show -s "$number"
	says "Left sealed, for it names the finder: operator."
	says "Operator: Example City ($by)"
	expect 77 ito todoke-accept -o "City, by $by" "$number"
	says "-o: line 1 names the finder"
	expect 0 ito todoke-accept -n "$number"
	expect 0 ito todoke-accept -o "Example City" "$number"
	grep -qx "Operator: Example City" "$SPOOL/$(place "$number")" ||
	    fail "the operator is not taken"
done
! grep -rqi "yamada\|taro77" "$SPOOL"/*/*/"$number" || fail "in clear"
