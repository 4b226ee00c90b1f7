# Contacts are records: todoke-contact takes the best that was not tried and
# says why; the ladder takes the same; nobody is asked who is on the list,
# bounced, refused or is the wrong party, and a refusal moves the ladder on.
set -eu
. tests/helper/lib.sh
scratch
mta
keys
desk
echo 'web@city.example.lg.jp boxes/city/' >>"$T/postfix/boxes"
cp -R etc "$T/etc"
sed -i "s|$TOP/etc/templates|$T/etc/templates|" "$CONF"
printf 'Finder: A <yamada.t@finder.example>\nUrl: http://www.city.example.lg.jp/x\n\ntext\n' >"$T/r"
now='2026-11-24 10:00'
city=soumu@city.example.lg.jp

new_case() {
	number=$(ito todoke-open -t "$now" "$T/r")
	expect 0 ito todoke-accept -t "$now" "$number"
}
case_file() { cat "$SPOOL/$(place "$number")"; }
record() { case_file | grep "^Contact: $1;"; }
# known LINE…: contacts as a hand, or todoke-lookup -w, would write them.
known() {
	p=$SPOOL/$(place "$number")
	for c; do
		sed -i "s|^Mail: |Contact: $c\n&|;t done;b;:done;n;b done" "$p"
		grep -qxF "Contact: $c" "$p" || sed -i "0,/^Log: /s|^Log: |Contact: $c\n&|" "$p"
	done
}
# best WAY ADDRESS WHY: what todoke-contact would take, changing nothing.
best() {
	way=$1
	[ "$way" = any ] || way="-m $way"
	# shellcheck disable=SC2086
	expect 0 ito todoke-contact -n -t "$now" ${way#any} "$number"
	says "todoke-contact: $2, by "
	says "$3"
}

# The order, in one case that knows them all.
new_case
known "03-1111-2222; via=phone; from=security.txt; rank=14; outcome=untried" \
    "info@city.example.lg.jp; via=mail; from=role; rank=60; outcome=untried" \
    "https://www.city.example.lg.jp/form; via=form; from=page; rank=22" \
    "security@contractor.example; via=mail; from=security.txt; rank=50; outcome=untried" \
    "$city; via=mail; from=rdap; role=registrant; rank=30; outcome=untried" \
    "gone@city.example.lg.jp; via=mail; from=security.txt; rank=10; outcome=bounced" \
    "no@city.example.lg.jp; via=mail; from=security.txt; rank=10; outcome=refused" \
    "not@city.example.lg.jp; via=mail; from=security.txt; rank=10; outcome=wrong-party" \
    "yamada.t@finder.example; via=mail; from=hand; outcome=untried"
was=$(case_file | sha256sum)
best any 03-1111-2222 "best of 5 untried: security.txt"
best mail $city "best of 3 untried: rdap registrant, own domain"
best form https://www.city.example.lg.jp/form "best of 1 untried: page, own domain"
[ "$(case_file | sha256sum)" = "$was" ] || fail "-n changed the case"

# Without a rank the source, the way and the domain decide; a person's first.
new_case
known "03-1111-2222; via=phone; from=page" \
    "a@contractor.example; via=mail; from=hand" \
    "role@city.example.lg.jp; via=mail; from=role" \
    "soa@city.example.lg.jp; via=mail; from=soa" \
    "whois@city.example.lg.jp; via=mail; from=whois" \
    "page@city.example.lg.jp; via=mail; from=page" \
    "txt@city.example.lg.jp; via=mail; from=security.txt" \
    "desk@city.example.lg.jp; via=mail; from=the town clerk"
for a in desk:the txt:security.txt page:page whois:whois; do
	best mail "${a%%:*}@city.example.lg.jp" "untried: ${a#*:}"
	case_file | grep -c '^Contact: ' >"$T/n"
	sed -i "/^Contact: ${a%%:*}@city/s/\$/; outcome=asked/" "$SPOOL/$(place "$number")"
	[ "$a" != page:page ] || best any 03-1111-2222 "best of 5 untried: page"
done
best mail a@contractor.example "best of 3 untried: hand, another domain"
says "WARNING: contractor.example is not the site's domain (example.lg.jp): the contact is the operator, not the contractor"
sed -i '/^Contact: a@/d' "$SPOOL/$(place "$number")"
best mail soa@city.example.lg.jp "best of 2 untried: soa, own domain"

# Asked for real: the record says so, and the next one is another.
new_case
known "$city; via=mail; from=security.txt; rank=10" \
    "web@city.example.lg.jp; via=mail; from=role; rank=60" \
    "03-1111-2222; via=phone; from=page; rank=24"
expect 0 ito todoke-contact -t "$now" "$number"
says "todoke-contact: $city, by mail: best of 3 untried: security.txt, own domain"
record $city | grep -q 'outcome=untried; when=2026-11-24$' || fail "$(record $city)"
best any 03-1111-2222 "best of 2 untried: page"
expect 0 ito todoke-contact -t "2026-11-25 10:00" -m phone "$number"
record 03-1111-2222 | grep -q 'outcome=asked; when=2026-11-25$' || fail "$(record 03)"
best any web@city.example.lg.jp "best of 1 untried: role, own domain"

# On the list: neither chosen nor taken when named, nor by the ladder.
printf 'web@city.example.lg.jp # no more\n03-9999\ncontractor.example\n' >>"$T/etc/do-not-contact"
expect 64 ito todoke-contact -n -t "$now" "$number"
says "knows no contact that was not tried"
expect 64 ito todoke-contact -n -t "$now" -m mail "$number"
says "knows no mail address that was not tried"
for a in web@city.example.lg.jp x@contractor.example y@www.contractor.example; do
	expect 77 ito todoke-contact -t "$now" -a "$a" "$number"
	says "$T/etc/do-not-contact"
done
for a in 03-9999 '(03) 9999' 039999 +81-3-9999; do
	expect 77 ito todoke-contact -t "$now" -m phone -a "$a" "$number"
	expect 77 ito todoke-contact -t "$now" -m fax -a "$a" "$number"
done
for a in 03-99990 +3-9999 9999 13-9999; do
	expect 0 ito todoke-contact -n -t "$now" -m phone -a "$a" "$number"
done
expect 77 ito todoke-contact -t "$now" -m form -a https://www.contractor.example/ "$number"
expect 0 cron todoke-remind -n -t '2026-12-02 10:00'
grep -q "^$number	1	mail	$city\$" "$T/out" || fail "the ladder: $(cat "$T/out")"
echo $city >>"$T/etc/do-not-contact"
expect 0 cron todoke-remind -n -t '2026-12-02 10:00'
grep -q "^$number	1	skip	" "$T/out" || fail "the ladder: $(cat "$T/out")"
cp etc/do-not-contact "$T/etc/"

# As an editor of Windows saves it, and as people type it in Japanese.
printf '\357\273\277nope.example\r\n日本語.jp\r\nweb＠city.example.lg.jp\r\n０３−１２３４−５６７８' \
    >"$T/etc/do-not-contact"
for a in a@nope.example a@xn--wgv71a119e.jp web@city.example.lg.jp; do
	expect 77 ito todoke-contact -n -t "$now" -a "$a" "$number"
	says "$T/etc/do-not-contact"
done
for a in 03-1234-5678 ０３ー１２３４ー５６７８; do
	expect 77 ito todoke-contact -n -t "$now" -m phone -a "$a" "$number"
done
expect 77 ito todoke-contact -n -t "$now" -m form -a https://www.日本語.jp/ "$number"
expect 0 ito todoke-contact -n -t "$now" -a $city "$number"

# An entry that nothing could be compared with is not passed over.
for entry in 'two words' https://nope.example/ @nope.example '*.nope.example'; do
	printf '# x\n%s\n' "$entry" >"$T/etc/do-not-contact"
	expect 78 ito todoke-contact -n -t "$now" -a $city "$number"
	says "$T/etc/do-not-contact:2: "
	says "write one mailbox, telephone number (no blanks) or domain a line"
done
cp etc/do-not-contact "$T/etc/"

# "." would mean everybody.
echo . >>"$T/etc/do-not-contact"
expect 78 ito todoke-contact -n -t "$now" "$number"
says "$T/etc/do-not-contact:$(wc -l <"$T/etc/do-not-contact"): \".\" would mean every domain"
cp etc/do-not-contact "$T/etc/"

# The same mailbox in another spelling gets no second first letter, not even
# before the first has left.
new_case
known "Soumu@City.example.lg.jp; via=mail; from=security.txt; rank=10"
expect 0 ito todoke-contact -t "$now" -a $city "$number"
expect 64 ito todoke-contact -t "$now" -m mail "$number"
says "knows no mail address that was not tried"
expect 0 cron todoke-remind -n -t '2026-12-02 10:00'
if grep -q "^$number	1	mail	Soumu@" "$T/out"; then fail "the ladder: $(cat "$T/out")"; fi

# The finder, who is also the registrant, is passed over; named he is refused.
new_case
known "yamada.t@finder.example; via=mail; from=rdap; rank=30" \
    "$city; via=mail; from=role; rank=60"
best any $city "best of 1 untried: role"
expect 77 ito todoke-contact -n -t "$now" -a yamada.t@finder.example "$number"

# note STATUS ARGUMENT…
note() {
	status=$1
	shift
	expect "$status" ito todoke-note -t '2026-11-26 11:00' "$@" "$number"
}

# A refusal is the end of an address, and the next rung is due at once: a mail
# to the next address, else the telephone.
new_case
known "$city; via=mail; from=security.txt; rank=10" \
    "late@city.example.lg.jp; via=mail; from=role; rank=60" \
    "03-1111-2222; via=phone; from=page; rank=24; outcome=asked" \
    "web@city.example.lg.jp; via=mail; from=soa; rank=50"
expect 0 ito todoke-contact -t "$now" "$number"
note 64 -a $city
note 64 -r refused
note 64 -a $city -r confirmed
note 64 -a $city -r untried
note 64 -a nobody@city.example.lg.jp -r refused
says "no Contact"
note 0 -n -a $city -r refused
says "would move contacted/2026-12-01/$number to contacted/2026-11-26"
record $city | grep -q 'outcome=untried' || fail "-n changed the case"
echo "We want no such mail." | ito todoke-note -t '2026-11-26 11:00' -k phone -a $city -r refused "$number"
record $city | grep -q 'outcome=refused; when=2026-11-26$' || fail "$(record $city)"
case_file | grep -q "^Log: .* note via=phone to=$city outcome=refused by=" || fail "$(case_file | grep '^Log')"
place "$number" | grep -q '^contacted/2026-11-26/' || fail "not due today: $(place "$number")"
expect 0 ito todoke-show "$number"
says "Note (phone). $city: refused."
echo "They called again." | ito todoke-note -t '2026-11-26 11:05' "$number"
expect 0 cron todoke-remind -t '2026-11-26 12:00'
case_file | grep -q "^Log: .* remind rung=1 via=mail text=contact to=web@city" ||
    fail "a refusal did not move the ladder on: $(case_file | grep '^Log')"
expect 0 cron todoke-remind -t '2026-11-26 12:05'
[ "$(case_file | grep -c ' remind ')" -eq 1 ] || fail "twice"
note 0 -a web@city.example.lg.jp -r wrong-party
expect 0 cron todoke-remind -t '2026-11-26 14:00'
case_file | grep -q '^Log: .* task rung=2 via=phone' || fail "wrong party: $(case_file | grep '^Log')"

# Who refused gets no reminder where nobody else is known.
new_case
expect 0 ito todoke-contact -t "$now" -a $city "$number"
note 0 -a $city -r wrong-party -d 2026-12-01
place "$number" | grep -q '^contacted/2026-12-01/' || fail "-d does not defer: $(place "$number")"
expect 0 cron todoke-remind -t '2026-12-01 10:00'
case_file | grep -q '^Log: .* skip rung=1' || fail "$(case_file | grep '^Log')"
case_file | grep -q '^Log: .* task rung=2 via=phone' || fail "$(case_file | grep '^Log')"
[ -z "$(find "$SPOOL/outbox" -name "$number.r*")" ] || fail "a reminder to the wrong party"

# A call: who answered stops the ladder; who is not the operator does not.
new_case
expect 0 ito todoke-contact -t "$now" -a $city "$number"
expect 0 ito todoke-contact -t "$now" -m phone -a 03-1111-2222 "$number"
note 0 -a 03-1111-2222 -r replied
expect 0 cron todoke-remind -n -t '2026-12-21 10:00'
if grep -q "^$number	[12]	" "$T/out"; then fail "replied, and the ladder goes on: $(cat "$T/out")"; fi
note 0 -a 03-1111-2222 -r wrong-party
expect 0 cron todoke-remind -n -t '2026-12-21 10:00'
grep -q "^$number	[12]	" "$T/out" || fail "the wrong party answered, and the ladder stands"

# A reply by mail that a person finds to be the contractor's counts no more,
# another one's does.
new_case
expect 0 ito todoke-contact -t "$now" -a $city "$number"
to=$(sed -n 's/^Reply-To: <\(.*\)>/\1/p' "$SPOOL/outbox/$number".*.contact)
printf 'From: %s\nTo: %s\nSubject: re\nMessage-ID: <1@x>\n\nWe are the contractor.\n' \
    $city "$to" >"$SPOOL/incoming/new/1"
cron todoke-sort -t '2026-11-25 10:00'
record $city | grep -q 'outcome=replied; when=2026-11-25$' || fail "$(record $city)"
note 0 -a $city -r wrong-party
expect 0 cron todoke-remind -n -t '2026-11-26 14:00'
grep -q "^$number	1	" "$T/out" || fail "the contractor's reply stops the ladder"

# Nor does what he answers afterwards, read or not; who answers there and is a
# contact himself, or after a bounce that a person noted, does answer.
for how in refused wrong-party bounced; do
	for from in $city clerk@city.example.lg.jp web@city.example.lg.jp; do
		new_case
		known "web@city.example.lg.jp; via=mail; from=hand; outcome=asked"
		expect 0 ito todoke-contact -t "$now" -a $city "$number"
		to=$(sed -n 's/^Reply-To: <\(.*\)>/\1/p' "$SPOOL/outbox/$number".*.contact)
		note 0 -a $city -r $how
		printf 'From: %s\nTo: %s\nSubject: re\nMessage-ID: <%s@x>\n\nAs we said.\n' \
		    $from "$to" "$number" >"$SPOOL/incoming/new/1"
		cron todoke-sort -t '2026-11-26 11:05'
		case $how:$from in
		bounced:*|*:web@*) stops=yes ;;
		*) stops=no ;;
		esac
		for read in no yes; do
			if [ $read = yes ]; then echo "Read." | ito todoke-note -t '2026-11-26 11:10' "$number"; fi
			expect 0 cron todoke-remind -n -t '2026-12-02 14:00'
			stands=yes
			! grep -q "^$number	1	" "$T/out" || stands=no
			[ $stands = $stops ] || fail "$how, $from answers (read: $read), the ladder stands: $stands"
		done
		ito todoke-list -a -t '2026-11-26 12:00' >"$T/out"
		confirm=no
		! grep -q "^$number.*confirm the contact" "$T/out" || confirm=yes
		[ $confirm = $stops ] || fail "$how, $from answers: $(grep "^$number" "$T/out")"
	done
done

# Whoever answered, read or not: once another is asked the ladder goes on, and
# at its end a person is asked to decide, after each.
for kind in read unread; do
	new_case
	expect 0 ito todoke-contact -t "$now" -a $city "$number"
	to=$(sed -n 's/^Reply-To: <\(.*\)>/\1/p' "$SPOOL/outbox/$number".*.contact)
	printf 'From: %s\nTo: %s\nSubject: re\nMessage-ID: <%s@x>\n\nPlease ask web@.\n' \
	    $city "$to" $kind >"$SPOOL/incoming/new/$kind"
	cron todoke-sort -t '2026-11-25 10:00'
	[ $kind = unread ] || echo "web@, they say." | ito todoke-note -t '2026-11-25 11:00' "$number"
	expect 0 ito todoke-contact -t '2026-11-25 12:00' -a web@city.example.lg.jp "$number"
	expect 0 cron todoke-remind -n -t '2026-12-02 10:00'
	grep -q "^$number	1	mail	web@city" "$T/out" || fail "$kind, another is asked, and the ladder stands"
done
expect 0 cron todoke-remind -t '2026-12-10 10:00'
echo "Nobody there." | ito todoke-note -t '2026-12-10 11:00' -k phone "$number"
expect 0 cron todoke-remind -t '2026-12-17 10:00'
ito todoke-list -a -t '2026-12-17 11:00' | grep -q "^$number.*decide: nobody answered" || fail "no end: $(case_file | grep '^Log')"
expect 0 ito todoke-contact -t '2026-12-17 12:00' -a late@city.example.lg.jp "$number"
expect 0 cron todoke-remind -t '2026-12-23 10:00'
[ "$(case_file | grep -c ' ladder-end ')" -eq 1 ] || fail "the second end comes early"
for clock in 10:00 10:05; do
	expect 0 cron todoke-remind -t "2026-12-24 $clock"
	[ "$(case_file | grep -c ' ladder-end ')" -eq 2 ] || fail "another was asked, and the case lies for ever"
done

# What a person noted stays, whatever mail comes: a reply, a bounce, an absence.
for how in refused wrong-party confirmed; do
	new_case
	expect 0 ito todoke-contact -t "$now" -a $city "$number"
	to=$(sed -n 's/^Reply-To: <\(.*\)>/\1/p' "$SPOOL/outbox/$number".*.contact)
	case $how in
	confirmed)
		expect 0 ito todoke-confirm -t '2026-11-26 11:00' -a $city -b phone -k "$T/city.asc" "$number" ;;
	*) note 0 -a $city -r $how ;;
	esac
	for what in "From: $city" "From: $city
Auto-Submitted: auto-replied" "From: MAILER-DAEMON@mx.example
Return-Path: <>
X-Failed-Recipients: $city
Auto-Submitted: auto-replied"; do
		printf '%s\nTo: %s\nSubject: Undelivered\nMessage-ID: <%s@x>\n\n550 5.1.1 no such user\n' \
		    "$what" "$to" "$how" >"$SPOOL/incoming/new/1"
		expect 0 cron todoke-sort -t '2026-11-26 12:00'
		record $city | grep -q "outcome=$how; when=2026-11-26\$" || fail "$what: $(record $city)"
	done
	[ "$(case_file | grep -cE '^Log: .* (reply|automatic|bounce) ')" -eq 3 ] || fail "$how: $(case_file | grep '^Log')"
	expect 0 cron todoke-remind -t '2026-12-01 10:00'
	[ -z "$(find "$SPOOL/outbox" -name "$number.r*")" ] || fail "$how, and a reminder"
done

# The letter that was on its way when he refused does not leave, and that to one
# confirmed meanwhile takes nothing back; that of a rung leaves its contact as
# asked.
new_case
known "web@city.example.lg.jp; via=mail; from=role; rank=60"
expect 0 ito todoke-contact -t "$now" -a $city "$number"
note 0 -a $city -r refused
expect 0 cron todoke-remind -t '2026-11-26 12:00'
expect 77 cron todoke-send -t '2026-11-26 12:05'
case_file | grep -q "^Log: .* hold mail=$number.3.contact to=$city" || fail "$(case_file | grep '^Log')"
record $city | grep -q 'outcome=refused' || fail "$(record $city)"
record web@city.example.lg.jp | grep -q 'outcome=asked; when=2026-11-26$' || fail "$(record web@)"
held=$number
new_case
expect 0 ito todoke-contact -t "$now" -a $city "$number"
expect 0 ito todoke-confirm -t "$now" -a $city -b phone -k "$T/city.asc" "$number"
expect 0 cron todoke-send -t '2026-11-26 12:05'
case_file | grep -q "^Log: .* sent mail=$number.3.contact to=$city" || fail "$(case_file | grep '^Log')"
record $city | grep -q 'outcome=confirmed' || fail "$(record $city)"
number=$held

# Only words of the list stand in a case.
printf '#!/bin/sh\nsed -i "/^Contact:/s/outcome=refused/outcome=wrong/" "$1"\n' >"$T/editor"
chmod +x "$T/editor"
got=0
XDG_RUNTIME_DIR=$T EDITOR=$T/editor ito todoke-edit "$number" </dev/null >"$T/out" 2>&1 || got=$?
[ "$got" -eq 65 ] || fail "todoke-edit took outcome=wrong: $(cat "$T/out")"
grep -q "outcome=wrong: a word" "$T/out" || fail "$(cat "$T/out")"
expect 0 ito todoke-check

# What a hand wrote behind the origin is in no letter, and no text to be read
# out; nothing is changed, nor said of it.
new_case
sed -i 's|^Url: .*|Url: http://www.city.example.lg.jp/search?q=canary|' \
    "$SPOOL/$(place "$number")"
was=$(case_file) mails=$(ls "$SPOOL/outbox")
for way in "" "-m phone"; do
	# shellcheck disable=SC2086
	expect 65 ito todoke-contact -t "$now" $way -a $city "$number"
	says "case $number (todoke-edit mends it): Url: the origin alone stands here: http://www.city.example.lg.jp/"
	! grep -q canary "$T/out" "$T/err" || fail "the path is told"
done
[ "$(case_file)" = "$was" ] && [ "$(ls "$SPOOL/outbox")" = "$mails" ] ||
    fail "refused, but changed"
# Nor is there a letter about no site.
sed -i '/^Url: /d' "$SPOOL/$(place "$number")"
was=$(case_file)
for way in "" "-m phone"; do
	# shellcheck disable=SC2086
	expect 65 ito todoke-contact -t "$now" $way -a $city "$number"
	says "case $number names no site, and the text does: todoke-edit gives it a Url"
done
[ "$(case_file)" = "$was" ] && [ "$(ls "$SPOOL/outbox")" = "$mails" ] ||
    fail "refused, but changed"
sed -i '2i Url: http://www.city.example.lg.jp/' "$SPOOL/$(place "$number")"
expect 0 ito todoke-contact -t "$now" -a $city "$number"
