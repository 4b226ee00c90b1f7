# What was held or has failed is released by a person for another try: the
# same bytes, whatever was interrupted; nothing else is.
set -eu
. tests/helper/lib.sh
scratch
keys
desk
make_key "$T/finder.home" "Finder <a@finder.example>" 2>>"$T/gpg.log"
gpg_in "$T/finder.home" --export --armor >"$T/finder.asc"
gpg_in "$T/desk.ring" --import "$T/finder.asc" 2>>"$T/gpg.log"
printf 'Finder: A <a@finder.example>\nFinder-Key: %s\nUrl: http://www.city.example.lg.jp/x\n\ntext\n' \
    "$(fingerprint "$T/finder.home")" >"$T/r"
city=soumu@city.example.lg.jp
mkfifo "$T/port"
mkfifo "$T/forever"

# send STATUS STEP=ACTION…: todoke-send against a fake server of one session.
send() {
	want=$1
	shift
	rm -rf "$T/got"
	mkdir "$T/got"
	python3 tests/helper/smtpd.py -e 8BITMIME -o "$T/got" "$@" >"$T/port" 2>"$T/smtpd.err" <>"$T/forever" &
	daemon=$!
	read -r p <"$T/port"
	sed "s/port = [0-9]*/port = $p/" "$CONF" >"$T/send.conf"
	expect "$want" env -i PATH=/usr/bin:/bin HOME=/nonexistent "$BIN/todoke-send" -c "$T/send.conf"
	kill $daemon 2>/dev/null || true
	wait $daemon 2>/dev/null || true
}
log() { grep '^Log: ' "$SPOOL/$(place "$number")"; }
# nowhere FOLDER…: neither the mail nor its copy lies there.
nowhere() { [ -z "$(cd "$SPOOL" && find "$@" -name "$id*")" ]; }
released() { log | grep -c " release mail=$id " || true; }
all() { (cd "$SPOOL" && find . -type f ! -name lock ! -path './var/*' -exec sha256sum {} + | sort); }
# A case with one mail of this kind in the outbox, alone.
make_case() {
	number=$(ito todoke-open "$T/r")
	case $1 in
	contact | disclosure | letter-operator)
		expect 0 ito todoke-accept "$number"
		expect 0 ito todoke-contact -a $city "$number" ;;
	esac
	case $1 in
	disclosure | letter-operator)
		expect 0 ito todoke-confirm -a $city -b phone -k "$T/city.asc" "$number" ;;
	esac
	case $1 in
	disclosure) expect 0 ito todoke-disclose "$number" ;;
	letter-operator) echo hello | ito todoke-write -o "$number" ;;
	letter-finder) echo hello | ito todoke-write -f "$number" ;;
	esac
	id=$(cd "$SPOOL/outbox" && ls "$number".*."$1")
	for f in "$SPOOL/outbox"/*; do
		case $f in
		*/"$id" | */"$id.copy") ;;
		*) rm "$f" ;;
		esac
	done
	cp "$SPOOL/outbox/$id" "$T/stored"
}
fail_it() {
	send 0 'rcpt=550 5.1.1 unknown'
	[ ! -e "$SPOOL/outbox/$id" ] || fail "$id has not failed"
}

# Each kind of message: failed, released, sent; its copy is the right one.
for kind in contact disclosure letter-operator receipt letter-finder; do
	make_case $kind
	fail_it
	ito todoke-list -a | grep -q "^$number.*was refused" || fail "$kind: nobody hears of it"
	all >"$T/was"
	expect 0 ito todoke-send -n -r "$id"
	says "would release $id"
	all | cmp -s "$T/was" - || fail "-n changed something"
	expect 0 ito todoke-send -r "$id"
	cmp "$T/stored" "$SPOOL/outbox/$id" || fail "$kind: other bytes were released"
	nowhere failed tmp || fail "$kind: something stayed behind"
	[ "$(released)" -eq 1 ] || fail "$kind: $(log)"
	! ito todoke-list -a | grep -q "^$number.*was refused" || fail "$kind: the duty stays"
	expect 66 ito todoke-send -r "$id"
	send 0
	tr -d '\r' <"$T/got/message" | cmp - "$T/stored" || fail "$kind: the server got other bytes"
	log | tail -n 1 | grep -q " sent mail=$id " || fail "$kind: $(log)"
	! grep -rqs 'a@finder.example' "$SPOOL" || fail "$kind: the finder's address rests in clear"
done

# Until then a person hears of it, whatever else he does, also in a day's work,
# and the case is due; a note ends that, and asking again where that was refused.
told() {
	ito todoke-list -a | grep -q "^$number	.*a mail was refused$" || fail "nobody hears of it: $(log)"
	ito todoke-list -A | grep -q "^  $number .*a mail was refused$" || fail "not in the day's work"
}
untold() { ! ito todoke-list | grep -q "^$number	.*a mail was refused$" || fail "$1"; }
make_case receipt
fail_it
expect 0 ito todoke-accept "$number"
expect 0 ito todoke-contact -a $city "$number"
rm "$SPOOL/outbox/$number".*
told
expect 0 ito todoke-contact -m phone -a 03-1111-1111 "$number"
told
expect 0 ito todoke-confirm -a $city -b phone -k "$T/city.asc" "$number"
ito todoke-list -a | grep -q "^$number	.*disclose the details$" || fail "what comes next is hidden"
expect 0 ito todoke-disclose "$number"
rm "$SPOOL/outbox/$number".*.started*
send 0
told
expect 0 ito todoke-close -r no-answer "$number"
told
rm -f "$SPOOL/outbox/$number".*
echo "The finder was told by telephone." | ito todoke-note -k phone "$number"
untold "noted, and told still"
make_case disclosure
fail_it
expect 0 ito todoke-close -r no-answer "$number"
rm -f "$SPOOL/outbox/$number".*
told
expect 0 ito todoke-send -r "$id"
untold "released, and told still"
rm "$SPOOL/outbox/$number".*
make_case contact
fail_it
told
expect 0 ito todoke-contact -a web@city.example.lg.jp "$number"
untold "another was asked, and told still"
rm "$SPOOL/outbox/$number".*

# Details that were on their way when the case ended: it stays where it is.
make_case disclosure
expect 0 ito todoke-close -r no-answer "$number"
for f in "$SPOOL/outbox/$number".*closed*; do
	rm "$f"
done
was=$(place "$number")
send 0
log | tail -n 1 | grep -q " sent mail=$id " || fail "$(log)"
[ "$(place "$number")" = "$was" ] || fail "ended, and moved to $(place "$number")"
grep -q '^Notified: ' "$SPOOL/$was" || fail "the day of the details is not told"

# Held after two attempts of unknown end: released, it starts anew.
make_case receipt
send 75 'dot=!drop'
send 0 'dot=!drop'
[ -e "$SPOOL/hold/$id.copy" ] || fail "not held"
got=0
cron todoke-send -r "$id" 2>"$T/err" || got=$?
[ "$got" -eq 75 ] || fail "without the key: $got"
expect 0 ito todoke-send -r "$id"
[ ! -e "$SPOOL/var/attempts/$id" ] || fail "the attempts were not forgotten"
send 75 'rcpt=450 4.2.0 later'
[ -e "$SPOOL/outbox/$id" ] || fail "not kept for another try"
rm "$SPOOL/var/attempts/$id"
send 0 'rcpt=550 no'
expect 0 ito todoke-send -r "$id"
[ "$(released)" -eq 2 ] || fail "twice: $(log)"
send 0

# Interrupted: logged but not moved; copied but not removed; the copy alone.
for kind in contact receipt letter-finder; do
	make_case $kind
	fail_it
	cp -a "$SPOOL/failed" "$T/failed"
	expect 0 ito todoke-send -r "$id"
	cp -a "$T/failed/." "$SPOOL/failed/"
	for gone in "$id $id.copy" "$id" ""; do
		# shellcheck disable=SC2086
		(cd "$SPOOL/outbox" && rm -f $gone)
		cp -a "$T/failed/." "$SPOOL/failed/"
		expect 0 ito todoke-send -r "$id"
		cmp "$T/stored" "$SPOOL/outbox/$id" || fail "$kind: not finished"
		[ "$kind" = contact ] || [ -e "$SPOOL/outbox/$id.copy" ] || fail "$kind: no copy"
		nowhere failed || fail "$kind: something stayed behind"
		[ "$(released)" -eq 1 ] || fail "$kind: logged again"
	done
	cp -a "$T/failed/." "$SPOOL/failed/"
	send 0
	expect 0 ito todoke-send -r "$id" # sent meanwhile: only clears up
	nowhere failed outbox || fail "$kind: sent, and there again"
	rm -rf "$T/failed"
done

# Put back by a release that was cut, and refused again: it lies there once.
make_case contact
fail_it
cp -a "$SPOOL/failed" "$T/failed"
expect 0 ito todoke-send -r "$id"
cp -a "$T/failed/." "$SPOOL/failed/"
fail_it
cmp "$T/stored" "$SPOOL/failed/$id" || fail "lost, or other bytes"
rm -rf "$T/failed"

# What is not what the case decided on stays where it is.
make_case contact
fail_it
echo changed >>"$SPOOL/failed/$id"
all >"$T/was"
expect 77 ito todoke-send -r "$id"
says "does not name"
all | cmp -s "$T/was" - || fail "refused, but changed something"
cp "$T/stored" "$SPOOL/failed/$id"
cp "$SPOOL/$(place "$number")" "$T/case"
sed -i "/^Mail: $id /d" "$SPOOL/$(place "$number")"
expect 77 ito todoke-send -r "$id"
says "does not name"
cp "$T/case" "$SPOOL/$(place "$number")"
mv "$SPOOL/$(place "$number")" "$T/away"
expect 77 ito todoke-send -r "$id"
says "$number"
make_case receipt
fail_it
cp "$SPOOL/failed/$id.copy" "$T/copy"
other=$id
make_case receipt
fail_it
cp "$T/copy" "$SPOOL/failed/$id.copy" # another letter, sealed as well
expect 77 ito todoke-send -r "$id"
says "does not name"
echo nothing >"$SPOOL/failed/$id.copy"
got=0
ito todoke-send -r "$id" 2>"$T/err" || got=$?
[ "$got" -ne 0 ] || fail "a broken copy was released"
expect 0 ito todoke-send -r "$other"
for wrong in nonsense ../hold/x "$number" "$number.1.nonsense"; do
	expect 64 ito todoke-send -r "$wrong"
done
expect 66 ito todoke-send -r "$number.9.contact"

# The gate is asked again: a contact that is none any more stays out.
make_case contact
fail_it
sed -i "/^Contact: /d" "$SPOOL/$(place "$number")"
expect 0 ito todoke-send -r "$id"
rm -f "$SPOOL/outbox/$other"*
send 77
[ -e "$SPOOL/hold/$id" ] || fail "the gate was not asked again"

# Of a closed case, which is due on no day, it is listed all the same.
for how in failed hold; do
	number=$(ito todoke-open "$T/r")
	rm -f "$SPOOL/outbox"/*
	expect 0 ito todoke-close -r out-of-scope "$number"
	id=$(cd "$SPOOL/outbox" && ls "$number".*.closed-finder)
	! ito todoke-list -a | grep -q "^$number" || fail "closed, and waits"
	if [ $how = failed ]; then
		fail_it
		what="was refused"
	else
		send 75 'dot=!drop'
		send 0 'dot=!drop'
		what="judge a mail"
	fi
	says "lies in $how/ and the case is closed (todoke-list -a has it)"
	case $(place "$number") in
	closed/*) ;;
	*) fail "moved to $(place "$number")" ;;
	esac
	[ "$(ito todoke-list -a | grep -c "^$number.closed.*$what")" -eq 1 ] || fail "$how: $(ito todoke-list -a)"
	[ "$(ito todoke-list -A | grep -c "$number.*$what")" -eq 1 ] || fail "$how: $(ito todoke-list -A)"
	if [ $how = failed ]; then
		expect 0 ito todoke-send -r "$id"
		rm "$SPOOL/outbox/$id"*
	else
		echo "Told by telephone." | ito todoke-note "$number"
	fi
	! ito todoke-list -a | grep -q "^$number" || fail "$how: it stays listed"
	! ito todoke-list -A | grep -q "$number" || fail "$how: it stays in the day's work"
done
rm -f "$T/forever"
