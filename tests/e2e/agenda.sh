# todoke-list -A: the day's work by sections, the most urgent first; calls in
# office hours alone; nothing at all where nothing waits.
set -eu
. tests/helper/lib.sh
scratch
keys
desk
city=soumu@city.example.lg.jp
agenda() {
	expect 0 cron todoke-list -A -t "$1"
	cp "$T/out" "$T/agenda"
}
# section HEAD: the lines of one section of the last agenda.
section() {
	awk -v head="$1" 'index($0, head) == 1 { on = 1; next } /^$/ { on = 0 } on' "$T/agenda"
}
# is HEAD PATTERN…: the section has these lines, in this order, and no others.
is() {
	head=$1
	shift
	section "$head" >"$T/section"
	[ "$(wc -l <"$T/section")" -eq $# ] || fail "$head: $(cat "$T/agenda")"
	i=0
	for pattern; do
		i=$((i + 1))
		sed -n "${i}p" "$T/section" | grep -q -e "$pattern" || fail "$head: line $i is not $pattern: $(cat "$T/agenda")"
	done
}

# Nothing waits: no byte, on any day, also at a terminal.
agenda '2026-11-24 08:30'
[ ! -s "$T/agenda" ] || fail "$(cat "$T/agenda")"
agenda '2026-11-22 08:30'
[ ! -s "$T/agenda" ] || fail "$(cat "$T/agenda")"
script -qec "$BIN/todoke-list -A -t '2026-11-24 08:30'" /dev/null >"$T/tty" </dev/null
[ ! -s "$T/tty" ] || fail "at a terminal: $(cat "$T/tty")"
for a in -Aa -Ad "-A -s new" "-A x"; do
	# shellcheck disable=SC2086
	expect 64 cron todoke-list $a
done

# opened NAME DAY SCOPE CVSS: asked on that day.
opened() {
	printf 'Finder: A <a@finder.example>\nUrl: http://%s.example.lg.jp/x\n\ntext\n' "$1" >"$T/r"
	number=$(ito todoke-open -t "$2 09:40" "$T/r")
	echo "$1 $number" >>"$T/cases"
	expect 0 ito todoke-accept -t "$2 09:45" -s "$3" -v "$4" "$number"
	expect 0 ito todoke-contact -t "$2 10:00" -a $city "$number"
	sed -i "0,/^Contact: /s/^Contact: /Contact: 03-1111-2222; via=phone; from=page\n&/" "$SPOOL/$(place "$number")"
}
number() { sed -n "s/^$1 //p" "$T/cases"; }
mail() {
	to=$(sed -n 's/^Reply-To: <\(.*\)>/\1/p' "$SPOOL/outbox/$1".*.contact)
	printf "From: $city\nTo: %s\nSubject: re\n$2Message-ID: <%s@x>\n\nanswer\n" \
	    "$to" "$1" >"$SPOOL/incoming/new/$1"
}

# Calls, by priority, then by age; due today though todoke-remind has not run.
opened simple 2026-11-09 narrow 5
opened normal 2026-11-10 medium 5
opened old 2026-11-06 wide 5
opened urgent 2026-11-10 wide 9
(cd "$SPOOL" && find . -type f ! -name lock -exec sha256sum {} + | sort) >"$T/before"
agenda '2026-11-25 08:30'
(cd "$SPOOL" && find . -type f ! -name lock -exec sha256sum {} + | sort) | cmp - "$T/before" || fail "it changed something"
grep -qx 'Calls to make, from 09:30 (todoke-contact -m phone NUMBER):' "$T/agenda" || fail "$(cat "$T/agenda")"
is "Calls to make" "  $(number old)  priority  http://old.example.lg.jp/  *19 days  03-1111-2222" \
    "  $(number urgent)  priority  http://urgent.example.lg.jp/  *15 days  03-1111-2222" \
    "  $(number normal)  normal " "  $(number simple)  simple "
[ "$(grep -c . "$T/agenda")" -eq 5 ] || fail "$(cat "$T/agenda")"
# What cron will mail is what is there after the runner too.
expect 0 cron todoke-remind -t '2026-11-25 09:35'
agenda '2026-11-25 09:36'
grep -qx 'Calls to make now (todoke-contact -m phone NUMBER):' "$T/agenda" || fail "$(cat "$T/agenda")"
is "Calls to make" "$(number old) " "$(number urgent) " "$(number normal) " "$(number simple) "
agenda '2026-11-25 12:30'
grep -q '^Calls to make, from 13:30 ' "$T/agenda" || fail "lunch: $(cat "$T/agenda")"
agenda '2026-11-27 18:30'
grep -q '^Calls to make, from 2026-11-30 09:30 ' "$T/agenda" || fail "Friday evening: $(cat "$T/agenda")"

# A key of the desk that dies is there too.
sed -i "s/keys = {\"[0-9A-F]*\"}/keys = {\"$DESKKEY\", \"$CITYKEY\"}/" "$CONF"
agenda '2026-11-25 10:00'
is "Keys that die before they are needed" "  - .*$CITYKEY"
sed -i "s/, \"$CITYKEY\"//" "$CONF"

# Who was called is no call any more.
echo "Nobody there." | ito todoke-note -t '2026-11-25 10:00' -k phone "$(number old)"
agenda '2026-11-25 10:05'
is "Calls to make" "$(number urgent) " "$(number normal) " "$(number simple) "

# Answers, mails that did not arrive, other steps, trays.
opened replied 2026-11-24 medium 5
opened away 2026-11-24 wide 9
opened gone 2026-11-24 medium 9
mail "$(number replied)" ""
mail "$(number away)" "Auto-Submitted: auto-replied\\n"
expect 0 cron todoke-sort -t '2026-11-25 10:10'
to=$(sed -n 's/^Reply-To: <\(.*\)>/\1/p' "$SPOOL/outbox/$(number gone)".*.contact)
cat >"$SPOOL/incoming/new/b" <<END
Return-Path: <>
From: MAILER-DAEMON@mx.example
To: $to
Delivered-To: $to
Subject: failure
Message-ID: <b@mx.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=x

--x

failed
--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; $city
Action: failed
Status: 5.1.1

--x--
END
printf 'From: x@y.example\nTo: desk@desk.example\nSubject: ?\nMessage-ID: <u@y.example>\n\n?\n' >"$SPOOL/incoming/new/u"
expect 0 cron todoke-sort -t '2026-11-25 10:15'
printf 'Url: http://fresh.example/x\n\ntext\n' | ito todoke-open -t '2026-11-25 10:00' >"$T/n"
agenda '2026-11-25 10:20'
is "Answers to read" "$(number away)  priority .* read an automatic mail" "$(number replied)  normal .* read a reply"
is "Mails that did not arrive" "$(number gone)  priority "
is "Next steps" "$(cat "$T/n")  - .* accept or reject it"
is "Files that no rule may judge" "  unsorted/new/.*: file it (todoke-file)"
sed -n 's/^\([A-Z][a-z]*\) .*:$/\1/p' "$T/agenda" | tr '\n' ' ' | grep -qx 'Calls Answers Mails Next Files ' ||
    fail "order: $(cat "$T/agenda")"

# Overdue: where the mark is what waits; the worst first.
for n in old replied; do
	echo "Seen." | ito todoke-note -t '2026-11-25 11:00' "$(number $n)"
done
agenda '2027-02-04 08:30'
is "Open for 90 days and more" "$(number old) .* 90 days .*decide: it is long overdue"
expect 0 cron todoke-remind -t '2027-09-30 10:00'
agenda '2027-09-30 10:01'
is "Open for 300 days and more" "$(number old)  priority " "$(number replied)  normal "
agenda '2029-09-04 10:01'
is "Open for 1,000 days and more" "$(number old)  priority " "$(number replied)  normal "

# A list of cases: in columns at a terminal, with TABs for programs.
expect 0 cron todoke-list
grep -q "^$(number simple)	contacted	" "$T/out" || fail "no TABs: $(cat "$T/out")"
script -qec "$BIN/todoke-list" /dev/null >"$T/tty" </dev/null
grep -q "^$(number simple)  contacted  " "$T/tty" || fail "no columns: $(cat "$T/tty")"
if grep -q '	' "$T/tty"; then fail "a TAB at a terminal: $(cat "$T/tty")"; fi
[ "$(wc -l <"$T/tty")" -eq "$(wc -l <"$T/out")" ] || fail "not all at a terminal"

# A case that cannot be read is said; the others are told.
printf 'nonsense' >"$SPOOL/new/2026-11-25/00000001"
expect 65 cron todoke-list -A -t '2026-11-25 10:20'
says "00000001"
says "$(number urgent)"
