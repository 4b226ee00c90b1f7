# A write to the mail server that fails, and libesmtp goes on: what the server
# says then is not believed, and the same message goes out again, whole.
set -eu
. tests/helper/lib.sh
scratch
strace -o "$T/trace" true 2>"$T/err" || {
	echo "processes cannot be traced here"
	exit 77
}
mta
keys
desk
printf 'Finder: A <yamada@finder.example>\nUrl: http://www.city.example.lg.jp/x\n\ntext\n' >"$T/r"

# asked: a new case whose first letter, of over 2,048 octets, waits alone.
asked() {
	number=$(ito todoke-open "$T/r")
	ito todoke-accept -u http://www.city.example.lg.jp/ -k xss \
	    -o "Example City" -w local-government -s medium -v 6.1 -O ito "$number"
	rm "$SPOOL"/outbox/*
	ito todoke-contact -a soumu@city.example.lg.jp "$number"
	id=$(cd "$SPOOL/outbox" && ls)
	[ "$(stat -c %s "$SPOOL/outbox/$id")" -gt 2100 ] || fail "too short a letter"
}
# traced STATUS OPTION…
traced() {
	want=$1
	shift
	got=0
	env -i PATH=/usr/bin:/bin HOME=/nonexistent strace -o "$T/trace" \
	    -e trace=write "$@" "$BIN/todoke-send" -c "$CONF" 2>"$T/err" || got=$?
	[ "$got" -eq "$want" ] || fail "exit status $got: $(cat "$T/err")"
}

asked
traced 0
# Which of its writes is the first part of the message?
n=$(grep '^write' "$T/trace" | grep -n '"From: ' | head -n 1 | cut -d : -f 1)
[ -n "$n" ] || fail "no such write"

asked
traced 75 -e "inject=write:error=EPIPE:when=$n"
grep -q INJECTED "$T/trace" || fail "nothing was injected"
[ -e "$SPOOL/outbox/$id" ] || fail "no longer queued"
[ -z "$(find "$SPOOL/mail/$number/cur" -name "$id*")" ] || fail "filed as sent"
! grep -q " sent mail=$id" "$SPOOL/$(place "$number")" || fail "logged as sent"
grep -q " unsure " "$SPOOL/var/attempts/$id" || fail "$(cat "$SPOOL/var/attempts/$id")"
cron todoke-send
grep -q " sent mail=$id" "$SPOOL/$(place "$number")" || fail "not sent after all"
arrived "$T/boxes/city" 2

# The pipe to gpg breaks while a report is sealed, which gpg takes for its end:
# a report cut short is not sealed, and none is acknowledged.
cp "$T/r" "$T/report"
seq 4000 >>"$T/report"
strace -y -s 40 -o "$T/trace" -e trace=write "$BIN/todoke-open" -c "$CONF" "$T/report" \
    >"$T/out" 2>"$T/err"
grep '^write' "$T/trace" | grep -n 'write([0-9]*<pipe:[^,]*, "' | cut -d : -f 1 >"$T/pipes"
[ "$(wc -l <"$T/pipes")" -ge 3 ] || fail "gpg was given too little"
cases=$(find "$SPOOL/new" -type f | wc -l)
for n in $(sed -n '1p;3p;$p' "$T/pipes"); do
	got=0
	strace -o "$T/trace" -e trace=write -e "inject=write:error=EPIPE:when=$n" \
	    "$BIN/todoke-open" -c "$CONF" "$T/report" >"$T/out" 2>"$T/err" || got=$?
	grep -q INJECTED "$T/trace" || fail "nothing was injected"
	[ "$got" -eq 75 ] || fail "a pipe broken at write $n: $got: $(cat "$T/err")"
	[ ! -s "$T/out" ] || fail "a number was given: $(cat "$T/out")"
	[ "$(find "$SPOOL/new" -type f | wc -l)" -eq "$cases" ] || fail "a case was opened"
done
