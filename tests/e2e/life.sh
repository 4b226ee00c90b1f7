# A case through its whole life by real mail: at each step list, show and the
# folders tell the same story; details open for the operator alone; nothing of
# the finder or the hole stays readable in the spool.
set -eu
. tests/helper/lib.sh
scratch
mta
keys
desk

# tell STATE WAITS: todoke-list, todoke-show and ls agree.
tell() {
	line=$(ito todoke-list | grep "^$number") || fail "not in todoke-list"
	state=$(echo "$line" | cut -f 2) day=$(echo "$line" | cut -f 3)
	[ "$state" = "$1" ] || fail "state is $state, not $1"
	[ "$(place "$number" | wc -l)" -eq 1 ] || fail "not in one place"
	[ "$(place "$number")" = "$state/$day/$number" ] ||
	    fail "it lies in $(place "$number"), the list says $state/$day"
	ito todoke-show "$number" >"$T/story"
	grep -q "^Case IPA#$number: $1" "$T/story" ||
	    fail "todoke-show says otherwise: $(head -n 1 "$T/story")"
	[ -z "${2:-}" ] || grep -q "$2" "$T/story" ||
	    fail "todoke-show does not say: $2"
}

mkdir "$T/said"
cat >"$SPOOL/new/report.txt" <<'EOF'
Finder: 山田太郎
Finder-Address: yamada@finder.example
Url: http://www.city.example.lg.jp/search?q=canarypath
Kind: xss
Operator: Example City

canaryword: 検索フォームの q に入力した文字列がそのまま出力されます。
EOF
cron todoke-sort 2>"$T/said/1"
number=$(cron todoke-list | cut -f 1)
tell new "accept or reject"
[ ! -e "$SPOOL/new/report.txt" ] || fail "the report still lies in new/"
cron todoke-send 2>"$T/said/2"
arrived "$T/boxes/finder"

expect 75 cron todoke-accept "$number" # no secret key: refused, nothing done
tell new "accept or reject"
ito todoke-accept -w local-government -s medium -v 6.1 "$number" 2>"$T/said/3"
tell new "ask the operator"
grep -q "^Priority: normal" "$T/story" || fail "priority"
ito todoke-contact -a soumu@city.example.lg.jp "$number" 2>"$T/said/4"
tell contacted "asked for a contact"
cron todoke-send 2>"$T/said/5"
arrived "$T/boxes/city"
arrived "$T/boxes/finder" 2
grep -q "^Accepted: 20" "$SPOOL/$(place "$number")" || fail "Accepted: not set"

# What the operator got holds the essentials of a first contact, and neither
# path nor finder nor hole.
first=$(ls "$T/boxes/city/new/"*)
python3 - "$first" "$number" >"$T/first" <<'EOF'
import email, email.policy, sys
m = email.message_from_binary_file(open(sys.argv[1], "rb"),
    policy=email.policy.default)
assert "【IPA#%s】" % sys.argv[2] in m["Subject"], m["Subject"]
assert m["Cc"] is None and m["Bcc"] is None
assert m["Auto-Submitted"] and m["Message-ID"] and m["Date"]
print(m["Subject"])
print(m.get_content())
EOF
for want in "IPA#$number" http://www.city.example.lg.jp/ 伊東 03-0000-0000 \
    9:30 desk+ https://desk.example/faq "$(echo "$DESKKEY" | cut -c 1-4)"; do
	grep -qF "$want" "$T/first" || fail "first contact lacks $want"
done
! grep -qE 'canary|山田|yamada|search|クロスサイト' "$T/first" ||
    fail "first contact says too much"

reply=$(sed -n 's/^Reply-To: <\(.*\)>/\1/p' "$first")
printf 'From: Other <other@city.example.lg.jp>\nTo: <%s>\nSubject: no number
Message-ID: <r1@city.example.lg.jp>\n\nPlease write to soumu@.\n' "$reply" \
    >"$T/reply"
submit other@city.example.lg.jp "$reply" "$T/reply"
arrived "$SPOOL/incoming"
cron todoke-sort 2>"$T/said/6"
tell contacted "read a reply"
[ -z "$(find "$SPOOL/incoming" "$SPOOL/unsorted" -type f)" ] ||
    fail "the reply was not filed"
grep -q "^Contact: soumu@.*outcome=replied" "$SPOOL/$(place "$number")" ||
    fail "the contact is not marked as replied"
in=$(ls "$SPOOL/mail/$number/new/"in.*)
! grep -q "Please write" "$in" || fail "the reply rests in clear"
sed -n '/BEGIN PGP/,/END PGP/p' "$in" | gpg_in "$T/ito.home" --decrypt \
    2>/dev/null | grep -q "Please write to soumu@" ||
    fail "the sealed reply does not open"

ito todoke-confirm -a soumu@city.example.lg.jp -b phone -k "$T/city.asc" \
    "$number" >"$T/pinned" 2>"$T/shown"
[ "$(cat "$T/pinned")" = "$CITYKEY" ] || fail "pinned another key"
tell contacted "disclose the details"
ito todoke-disclose "$number" </dev/null 2>"$T/said/8"
tell disclosed "put on their way"
cron todoke-send 2>"$T/said/9"
arrived "$T/boxes/city" 2
arrived "$T/boxes/finder" 3
tell disclosed "handed over"
grep -q "^Notified: 20" "$SPOOL/$(place "$number")" || fail "Notified: not set"

details=$(grep -l 'BEGIN PGP MESSAGE' "$T/boxes/city/new/"*)
sed -n '/BEGIN PGP/,/END PGP/p' "$details" >"$T/details.asc"
gpg_in "$T/city.home" --decrypt "$T/details.asc" 2>/dev/null >"$T/plain" ||
    fail "the operator cannot open the details"
grep -q canaryword "$T/plain" || fail "the details are not in it"
grep -q canarypath "$T/plain" || fail "the URL is not in it"
! grep -qE '山田|yamada' "$T/plain" || fail "the finder is named to the operator"
! gpg_in "$T/ito.home" --decrypt "$T/details.asc" >/dev/null 2>&1 ||
    fail "the desk's key opens the operator's mail"

ito todoke-close -r fixed-application "$number" 2>"$T/said/10"
tell closed "closed: fixed-application"
cron todoke-send 2>"$T/said/11"
arrived "$T/boxes/city" 3
arrived "$T/boxes/finder" 4
[ -z "$(ls "$SPOOL/outbox")" ] || fail "the outbox is not empty"

# Nothing readable stays behind.
for word in canaryword canarypath 山田 yamada finder.example; do
	! grep -rqF "$word" "$SPOOL" || fail "$word rests in $(grep -rlF "$word" "$SPOOL")"
	! grep -rqF "$word" "$T/said" || fail "a message said $word"
done
# In the MTA's hands only: to the operator the details encrypted alone.
for f in "$T/boxes/city/new/"*; do
	! grep -qE 'canary|yamada|finder.example' "$f" || fail "clear text to the operator: $f"
done
! grep -q . "$T/said/"* || fail "not silent: $(cat "$T/said/"*)"

# The sealed part opens for the coordinator and leaves its line.
ito todoke-show -s "$number" >"$T/open"
grep -q canaryword "$T/open" || fail "show -s does not show it"
grep -q " unseal " "$SPOOL/$(place "$number")" || fail "no audit line"
todoke_check=$("$BIN/todoke-check" 2>&1) || fail "todoke-check: $todoke_check"
[ -z "$todoke_check" ] || fail "todoke-check: $todoke_check"
