# Wrong order is refused with the reason and 77, and changes nothing.
set -eu
. tests/helper/lib.sh
scratch
keys
desk
printf 'Finder: A <a@finder.example>\nUrl: http://www.city.example.lg.jp/x\n\ntext\n' >"$T/r"
number=$(ito todoke-open "$T/r")
[ "$(printf '%s' "$number" | wc -c)" -eq 8 ] || fail "number: $number"
before() { sha256sum "$SPOOL/$(place "$number")"; }
refuse() {
	was=$(before)
	says_what=$1
	shift
	expect 77 "$@"
	says "$says_what"
	[ "$(before)" = "$was" ] || fail "refused, but changed the case: $*"
}
city=soumu@city.example.lg.jp
refuse "todoke-accept comes first" ito todoke-contact -a $city "$number"
refuse "todoke-contact comes first" ito todoke-confirm -a $city -b phone -k "$T/city.asc" "$number"
refuse "todoke-accept comes first" ito todoke-disclose "$number"
refuse "was not disclosed" ito todoke-close -r fixed-application "$number"
expect 0 ito todoke-accept "$number"
refuse "accepted before" ito todoke-accept "$number"
refuse "todoke-contact comes first" ito todoke-confirm -a $city -b phone -k "$T/city.asc" "$number"
refuse "finder's own address" ito todoke-contact -a a@finder.example "$number"
expect 0 ito todoke-contact -a $city "$number"
refuse "todoke-confirm comes first" ito todoke-disclose "$number"
refuse "how the contact was verified" ito todoke-confirm -a $city -k "$T/city.asc" "$number"
refuse "a mail proves nothing" ito todoke-confirm -a $city -b mail -k "$T/city.asc" "$number"
refuse "not under the site's domain" ito todoke-confirm -a it@contractor.example -b phone -k "$T/city.asc" "$number"
refuse "finder's own address" ito todoke-confirm -a a@finder.example -b phone -k "$T/city.asc" -x "he runs it" "$number"
expect 0 ito todoke-confirm -a $city -b phone -k "$T/city.asc" "$number"
expect 0 ito todoke-disclose "$number"
refuse "disclosed already" ito todoke-disclose "$number"
refuse "nobody needs to be asked" ito todoke-contact -a $city "$number"
expect 0 ito todoke-close -r fixed-workaround "$number"
refuse "closed already" ito todoke-close -r no-answer "$number"
refuse "is closed" ito todoke-disclose "$number"

# A rejection ends the case and names its code.
number=$(ito todoke-open "$T/r")
expect 64 ito todoke-accept -r no-such-code "$number"
expect 64 ito todoke-accept -r fixed-application "$number"
expect 0 ito todoke-accept -r rejected-scope "$number"
case $(place "$number") in
closed/*) ;;
*) fail "rejected, but in $(place "$number")" ;;
esac
refuse "only a new one" ito todoke-accept "$number"

# Own words leave only encrypted to a pinned key.
number=$(ito todoke-open "$T/r")
expect 0 ito todoke-accept "$number"
expect 0 ito todoke-contact -a $city "$number"
echo "ownwords" >"$T/words"
got=0
ito todoke-close -m -r declined "$number" <"$T/words" 2>"$T/err" || got=$?
[ "$got" -eq 77 ] || fail "own words in clear: $got"
expect 0 ito todoke-confirm -a $city -b phone -k "$CITYKEY" "$number"
ito todoke-close -m -r declined "$number" <"$T/words"
! grep -rq ownwords "$SPOOL" || fail "own words rest in clear"
sed -n '/BEGIN PGP/,/END PGP/p' "$SPOOL/outbox/$number".*.closed-operator |
    gpg_in "$T/city.home" --decrypt 2>/dev/null | grep -q ownwords ||
    fail "own words did not reach the operator"

# The finder's name, address or local part in the details, without consent.
printf 'Finder: 山田 太郎 <yamada.t@finder.example>\nUrl: http://www.city.example.lg.jp/x\n\ntext by 山田太郎\n' >"$T/r2"
number=$(ito todoke-open "$T/r2")
expect 0 ito todoke-accept "$number"
expect 0 ito todoke-contact -a $city "$number"
expect 0 ito todoke-confirm -a $city -b visit -k "$CITYKEY" "$number"
refuse "names the finder" ito todoke-disclose "$number"
printf 'fine\nask YAMADA.T for more\n' >"$T/d"
refuse "line 2" ito todoke-disclose -f "$T/d" "$number"
printf 'write to yamada.t@finder.example\n' >"$T/d"
refuse "names the finder" ito todoke-disclose -f "$T/d" "$number"
: >"$T/d"
expect 65 ito todoke-disclose -f "$T/d" "$number"
printf 'the form echoes what it gets\n' >"$T/d"
expect 0 ito todoke-disclose -f "$T/d" "$number"
"$BIN/todoke-check" || fail "todoke-check"
