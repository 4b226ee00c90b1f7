# Somebody who helps learns what he needs, encrypted to his key alone, and the
# log says so; the product desk learns of no site, nobody of the finder.
set -eu
. tests/helper/lib.sh
scratch
mta
keys
desk
make_key "$T/finder.home" "Coordination <vuls@finder.example>" 2>>"$T/gpg.log"
key=$(fingerprint "$T/finder.home")
gpg_in "$T/finder.home" --export --armor >"$T/vuls.asc"
gpg_in "$T/desk.ring" --import "$T/vuls.asc" 2>>"$T/gpg.log"
sed -i 's/^yamada@finder.example .*/vuls@finder.example boxes\/finder\//' "$T/postfix/boxes"
city=soumu@town-office.example
cat >"$T/r" <<'END'
Finder: 山田 太郎 <yamada@people.example>
Consent: identity contact
Url: https://www.city.example.lg.jp/app/search?q=<b>
Operator: 例示市
Kind: xss

The form at https://www.city.example.lg.jp/app/search echoes q.
END
number=$(ito todoke-open "$T/r")
echo "The product FormMaker 1.2 echoes its first parameter. canary" >"$T/good"
all() { (cd "$SPOOL" && find . -type f ! -name lock -exec sha256sum {} + | sort); }
refer() { ito todoke-refer -a vuls@finder.example -k "$key" "$@"; }
refuse() { # STATUS WORDS STDIN COMMAND…
	want=$1 what=$2 input=$3
	shift 3
	all >"$T/was"
	got=0
	"$@" <"$input" >"$T/out" 2>"$T/err" || got=$?
	[ "$got" -eq "$want" ] || { cat "$T/err"; fail "$got instead of $want: $*"; }
	says "$what"
	all | cmp -s "$T/was" - || fail "refused, but changed something: $*"
}
why="-R needed"
# shellcheck disable=SC2086
product() { refer -w product-desk $why "$@"; }

# Wrong uses and the order of things.
refuse 64 usage "$T/good" ito todoke-refer -w ministry -a vuls@finder.example "$number"
refuse 64 usage "$T/good" ito todoke-refer -w ministry -k "$key" "$number"
refuse 64 usage "$T/good" refer "$number"
refuse 64 nonesuch "$T/good" refer -w nonesuch -R x "$number"
refuse 64 "" "$T/good" ito todoke-refer -w ministry -R x -a 'a b@c.example' -k "$key" "$number"
refuse 77 "-R why" "$T/good" refer -w ministry "$number"
refuse 77 "-N which" "$T/good" refer -w laboratory -R analysis "$number"
refuse 77 "todoke-accept comes first" "$T/good" product "$number"
expect 0 ito todoke-accept "$number"
refuse 66 "0123456789ABCDEF0123456789ABCDEF01234567" "$T/good" ito todoke-refer -w ministry -R x \
    -a vuls@finder.example -k 0123456789ABCDEF0123456789ABCDEF01234567 "$number"
refuse 77 "finder's own address" "$T/good" ito todoke-refer -w ministry -R x -a yamada@people.example -k "$key" "$number"
refuse 75 "secret key" "$T/good" cron todoke-refer -w ministry -R x -a vuls@finder.example -k "$key" "$number"
refuse 65 "nothing to share" /dev/null product "$number"
expect 0 ito todoke-contact -a $city "$number"

# The product desk: nothing of the site; nobody: nothing of the finder.
while IFS= read -r line; do
	printf 'fine\n%s\n' "$line" >"$T/bad"
	refuse 77 "line 2" "$T/bad" product "$number"
done <<'END'
see WWW.City.example.lg.jp
mail to x@city.example.lg.jp
at https://www.city.example.lg.jp/app/search
under /app/search
the town 例示市 uses it
the town 例 示 市 uses it
ask soumu@town-office.example
END
for line in 'by 山田太郎' 'by Yamada@people.example'; do
	echo "$line" >"$T/bad"
	refuse 77 "names the finder" "$T/bad" product "$number"
	refuse 77 "names the finder" "$T/bad" product -g "by phone" "$number"
	refuse 77 "names the finder, whose consent is about the operator alone: take it out" "$T/bad" refer -w ministry -R x "$number"
done
refuse 0 "would queue" "$T/good" product -n "$number"

# It goes, to that key alone, and is recorded.
was=$(place "$number")
product "$number" <"$T/good"
[ "$(place "$number")" = "$was" ] || fail "a referral moved the case"
id=$(cd "$SPOOL/outbox" && ls "$number".*.referral)
grep -q " refer who=product-desk to=vuls@finder.example key=$key mail=$id reason=needed by=" \
    "$SPOOL/$was" || fail "not recorded: $(grep refer "$SPOOL/$was")"
opened() { sed -n '/BEGIN PGP/,/END PGP/p' "$2" | gpg_in "$1" --decrypt 2>/dev/null; }
opened "$T/finder.home" "$SPOOL/outbox/$id" >"$T/plain"
grep -q canary "$T/plain" || fail "the text is not in it"
! grep -qE 'city|例示市|town-office|山田|yamada' "$T/plain" || fail "it says too much: $(cat "$T/plain")"
! grep -qE 'city|town-office|canary' "$SPOOL/outbox/$id" || fail "the headers say too much"
! opened "$T/ito.home" "$SPOOL/outbox/$id" >/dev/null || fail "another key opens it"
opened "$T/ito.home" "$SPOOL/outbox/$id.copy" | grep -q canary || fail "no copy for the desk"
! grep -rq canary "$SPOOL" || fail "it rests in clear"
ito todoke-show "$number" | grep -q "referred to vuls@finder.example (product-desk): needed" ||
    fail "todoke-show does not tell"
printf 'the site is www.city.example.lg.jp\n' >"$T/site"
product -g "by telephone, Mr. Mori" "$number" <"$T/site"
grep -q 'agreed="by telephone, Mr. Mori"' "$SPOOL/$was" || fail "the agreement is not recorded"
refer -w ministry -R "no answer" "$number" <"$T/site"
refer -w laboratory -R analysis -N "NDA 12" "$number" <"$T/site"
grep -q 'nda="NDA 12"' "$SPOOL/$was" || fail "the agreement on secrecy is not recorded"
rm -f "$SPOOL/outbox/$number".?.accepted* "$SPOOL/outbox/$number".?.receipt* "$SPOOL/outbox/$number".?.contact
expect 0 cron todoke-send
[ -z "$(ls "$SPOOL/outbox")" ] || fail "not sent"
arrived "$T/boxes/finder" 4
# Their answer to the keyed address is filed into the case.
reply=$(sed -n 's/^Reply-To: <\(.*\)>/\1/p' "$T/boxes/finder/new/"* | head -n 1)
printf 'From: Other <other@coordination.example>\nTo: <%s>\nSubject: noted\nMessage-ID: <r1@coordination.example>\n\nThank you.\n' \
    "$reply" >"$T/reply"
submit other@coordination.example "$reply" "$T/reply"
arrived "$SPOOL/incoming"
expect 0 cron todoke-sort
[ -z "$(find "$SPOOL/unsorted" -type f)" ] || fail "the answer of who helps was not filed"
grep -q ' reply .*proof=address from=other@coordination.example' "$SPOOL/$was" "$SPOOL/$(place "$number")" 2>/dev/null ||
    fail "the answer is not in the log"
grep -q ' reply .*from=other@coordination.example role=referred' "$SPOOL/$(place "$number")" ||
    fail "the answer counts as the operator's"
expect 0 ito todoke-close -r moved-to-product "$number"
refuse 77 "is closed" "$T/good" product "$number"
rm -f "$SPOOL"/outbox/*

# The sender goes by the log: another recipient, key or no referral is held.
forge() { # WHAT CASE-EDIT MAIL-EDIT
	number=$(ito todoke-open "$T/r")
	expect 0 ito todoke-accept "$number"
	product "$number" <"$T/good"
	id=$(cd "$SPOOL/outbox" && ls "$number".*.referral)
	sed -i "$3" "$SPOOL/outbox/$id"
	sum=$(sha256sum "$SPOOL/outbox/$id" | cut -d ' ' -f 1)
	sed -i -e "s/^Mail: $id .*/Mail: $id $sum/" -e "$2" "$SPOOL/$(place "$number")"
	find "$SPOOL/outbox" -type f ! -name "$id*" -delete
	expect 77 cron todoke-send
	says "refused it"
	grep -q " hold mail=$id .*$1" "$SPOOL/$(place "$number")" || fail "$1: $(grep hold "$SPOOL/$(place "$number")")"
	[ -e "$SPOOL/hold/$id" ] || fail "$1: not held"
}
forge "recipient.*not.*referred" '' 's/^To: .*/To: <soumu@city.example.lg.jp>/'
forge "recipient.*not.*referred" 's/ to=vuls@/ to=other@/' ''
forge 'not encrypted to exactly' "s/ key=$key/ key=$DESKKEY/" ''
forge "no referral" 's/ mail=[0-9.]*referral reason/ mail=x reason/' ''
