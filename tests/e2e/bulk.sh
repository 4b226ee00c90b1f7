# Mail after an outage: several processes empty incoming/ at once, and all is
# as if it were one: count in = count out, the same bytes once, one answer a
# sender, the log of a case whole; and also where they are killed.
set -eu
. tests/helper/lib.sh
scratch
keys
desk
printf 'Finder: A <a@finder.example>\nUrl: http://www.city.example.lg.jp/x\n\ntext\n' >"$T/r"
number=$(ito todoke-open "$T/r")
expect 0 ito todoke-accept "$number"
expect 0 ito todoke-contact -a soumu@city.example.lg.jp "$number"
address=$(sed -n 's/^Reply-To: <\(.*\)>/\1/p' "$SPOOL/outbox/$number".*.contact)

# mail FILE TO FROM TEXT
mail() {
	printf 'From: %s\nTo: %s\nSubject: s\nMessage-ID: <%s@elsewhere.example>\n\n%s\n' \
	    "$3" "$2" "$4" "$4" >"$SPOOL/incoming/new/$1"
}
report() {
	printf 'From: %s\nTo: %s\nSubject: s\nMessage-ID: <%s@elsewhere.example>\n\nUrl: http://www.%s.example/\n\ntext\n' \
	    "$2" report@desk.example "$3" "$3" >"$SPOOL/incoming/new/$1"
}
fill() {
	k=0
	while [ $k -lt 10 ]; do
		k=$((k + 1))
		mail "$1.reply.$k" "$address" "p$k@city.example.lg.jp" "$1reply$k"
		mail "$1.twice.$k" "$address" "q$k@city.example.lg.jp" "$1twice$k"
		cp "$SPOOL/incoming/new/$1.twice.$k" "$SPOOL/incoming/new/$1.again.$k"
		mail "$1.other.$k" desk@desk.example "r$k@else.example" "$1other$k"
		report "$1.report.$k" "Same <Same@finder.example>" "$1$k"
		printf 'no mail' | tr ' ' "\\000" >"$SPOOL/incoming/new/$1.bad.$k"
		echo "$1$k" >>"$SPOOL/incoming/new/$1.bad.$k"
	done
}
# counted ROUNDS: all that came is where it belongs, once.
counted() {
	n=$((10 * $1))
	[ -z "$(find "$SPOOL/incoming" -type f)" ] || fail "mail stays in incoming/"
	got=$(find "$SPOOL/mail/$number/cur" "$SPOOL/mail/$number/new" -name 'in.*' | wc -l)
	[ "$got" -eq $((2 * n)) ] || fail "$got of $((2 * n)) replies in the case"
	got=$(grep -c '^Log: .* reply mail=' "$SPOOL/$(place "$number")")
	[ "$got" -eq $((2 * n)) ] || fail "$got replies logged"
	got=$(find "$SPOOL/unsorted/cur" "$SPOOL/unsorted/new" -type f | wc -l)
	[ "$got" -eq "$n" ] || fail "$got of $n in unsorted/"
	got=$(find "$SPOOL/bad" -name '*.bad.*' ! -name '*.why' | wc -l)
	[ "$got" -eq "$n" ] || fail "$got of $n in bad/"
	got=$(cron todoke-list -s new | wc -l)
	[ "$got" -eq "$n" ] || fail "$got of $n reports opened"
	! grep -rqE 'reply[0-9]|twice[0-9]|other[0-9]' "$SPOOL" || fail "a mail rests in clear"
	expect 0 "$BIN/todoke-check"
	[ ! -s "$T/err" ] || fail "todoke-check: $(cat "$T/err")"
}

fill a
expect 0 cron todoke-sort
counted 1
got=$(find "$SPOOL/outbox" -name '*.receipt' -exec grep -l -i 'same@finder' {} + | wc -l)
[ "$got" -eq 1 ] || fail "$got automatic answers to one sender on one day"

# Killed, whichever process it is, and begun again.
fill b
for after in 0.05 0.1 0.2 0.4 0.8; do
	setsid -w timeout -s KILL "$after" "$BIN/todoke-sort" >/dev/null 2>&1 || :
	pkill -KILL -f "^$BIN/todoke-sort" || :
done
expect 0 cron todoke-sort
counted 2

# Where TMPDIR holds nothing more the processes seal in the ring's own home.
fill c
expect 0 env TMPDIR=/nonexistent/x "$BIN/todoke-sort" -c "$CONF"
counted 3
