# A contact of whom a person notes that he refused or is the wrong party gets
# nothing more, not even what was on its way, though he was confirmed; a person
# is told to confirm another, who gets the details.
set -eu
. tests/helper/lib.sh
scratch
keys
mta
desk
echo 'web@city.example.lg.jp boxes/city/' >>"$T/postfix/boxes"
printf 'Finder: A <yamada@finder.example>\nFinder-Address: yamada@finder.example\nUrl: http://www.city.example.lg.jp/x\n\ntext\n' >"$T/r"
city=soumu@city.example.lg.jp web=web@city.example.lg.jp
now='2026-11-24 10:00'

# asked, confirmed, disclosed: a case as far as that; what is queued stays so.
asked() {
	number=$(ito todoke-open -t "$now" "$T/r")
	expect 0 ito todoke-accept -t "$now" "$number"
	expect 0 ito todoke-contact -t "$now" -a $city "$number"
}
confirm() { expect 0 ito todoke-confirm -t "$now" -a "$1" -b phone -k "$T/city.asc" "$number"; }
confirmed() {
	asked
	expect 0 cron todoke-send -t "$now"
	confirm $city
}
disclosed() {
	confirmed
	expect 0 ito todoke-disclose -t "$now" "$number"
}
note() { expect 0 ito todoke-note -t "${3:-$now}" -a "$1" -r "$2" "$number"; }
case_file() { cat "$SPOOL/$(place "$number")"; }
# waits WHAT: that is all that todoke-list -a tells of the case.
waits() {
	got=$(ito todoke-list -a -t "${2:-$now}" | sed -n "s/^$number.*	//p")
	[ "$got" = "$1" ] || fail "it waits for \"$got\", not \"$1\""
}
another="confirm another contact (todoke-confirm)"
held="a mail in hold/ is to one who refused or is the wrong party: ask or confirm another"
# holds KIND: its mail is put aside, with the reason and the cure.
holds() {
	expect 77 cron todoke-send -t "$now"
	says "a person noted that its recipient refused or is the wrong party: ask or confirm another (todoke-contact, todoke-confirm); it lies in hold/ and the case is due today"
	id=$(cd "$SPOOL/hold" && ls "$number".*."$1")
	! case_file | grep -q "^Log: .* sent mail=$id " || fail "$id has left"
	waits "$held"
	expect 0 ito todoke-show "$number"
	says "a person noted that its recipient refused"
}

# Before the details: they are not sent, nor is a letter, until another, or he
# again, is confirmed; that he answered does not suffice.
for how in refused wrong-party; do
	confirmed
	waits "disclose the details"
	note $city $how
	waits "$another"
	for answered in no yes; do
		expect 77 ito todoke-disclose -t "$now" "$number"
		says "refused or is the wrong party: todoke-confirm comes first"
		expect 77 ito todoke-write -o -t "$now" "$number"
		says "no confirmed contact"
		[ $answered = yes ] || note $city replied
		waits "$another"
	done
	confirm $city
	waits "disclose the details"
	expect 0 ito todoke-disclose -t "$now" "$number"
	waits ""
	expect 0 cron todoke-send -t "$now"
	case_file | grep -q "^Notified: " || fail "$how, confirmed anew, and nothing has left"
done

# On their way: they stay here, and go to whom is confirmed next.
disclosed
note $city wrong-party
holds disclosure
expect 0 cron todoke-send -t "$now"
echo "Seen." | ito todoke-note -t "$now" "$number"
waits "$another"
confirm $web
waits "disclose the details"
expect 0 ito todoke-disclose -t "$now" "$number"
expect 0 cron todoke-send -t "$now"
case_file | grep -q "^Log: .* sent mail=${number}[.0-9]*.disclosure to=$web " || fail "$(case_file | grep '^Log')"
waits ""
expect 77 ito todoke-disclose -t "$now" "$number"
says "disclosed already"

# With him: no more follows, and a person looks at it today, not in a month.
disclosed
expect 0 cron todoke-send -t "$now"
expect 0 cron todoke-remind -n -t '2026-12-24 10:00'
grep -q "^$number" "$T/out" || fail "no follow-up: the test asks for nothing"
note $city wrong-party '2026-11-30 10:00'
[ "$(place "$number")" = "disclosed/2026-11-30/$number" ] || fail "due at $(place "$number")"
waits "$another" '2026-11-30 11:00'
for day in 2026-11-30 2026-12-24; do
	expect 0 cron todoke-remind -t "$day 10:00"
	waits "$another" "$day 11:00"
done
! case_file | grep -q '^Log: .* follow-up ' || fail "he is asked how the fix goes"
ito todoke-list -A -t '2026-12-24 11:00' | grep -q "$number.*$another" || fail "not in the day's work"
expect 0 ito todoke-close -t '2026-12-25 10:00' -r no-answer "$number"
[ -z "$(find "$SPOOL/outbox" -name "$number.*.closed-operator")" ] || fail "the wrong party is told of the end"
waits "" '2026-12-25 11:00'

# The first letter, too; who is asked then ends that.
asked
note $city refused
holds contact
expect 0 ito todoke-contact -t "$now" -a $web "$number"
waits ""
# He answers after all: what was held may leave.
note $city replied
expect 0 ito todoke-send -r "$id"
expect 0 cron todoke-send -t "$now"
case_file | grep -q "^Log: .* sent mail=$id to=$city" || fail "$(case_file | grep '^Log')"

# Disclosed, and confirmed once more: the same is no duty, another one gets the
# details; the finder is told once.
disclosed
expect 0 cron todoke-send -t "$now"
confirm $city
waits ""
expect 77 ito todoke-disclose -t "$now" "$number"
says "disclosed already"
confirm $web
waits "disclose the details"
expect 0 ito todoke-disclose -t "$now" "$number"
waits ""
expect 0 cron todoke-send -t "$now"
[ "$(case_file | grep -c '^Log: .* sent mail=[^ ]*.disclosure ')" -eq 2 ] || fail "$(case_file | grep '^Log')"
[ "$(case_file | grep -c '^Mail: [^ ]*.started ')" -eq 1 ] || fail "the finder is told twice"
expect 77 ito todoke-disclose -t "$now" "$number"
make_key "$T/new.home" "City <$web>" 2>>"$T/gpg.log"
gpg_in "$T/new.home" --export --armor >"$T/city.asc"
confirm $web
waits "disclose the details"
expect 0 ito todoke-disclose -t "$now" "$number"
expect 0 ito todoke-check
