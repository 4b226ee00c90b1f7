# A change that was killed behind its commit, and its case is not where it was:
# put away by a person, or in a folder that nobody else may look into.  It is
# said, nothing of it is cleared, and all is done once the case is back.
set -eu
. tests/helper/lib.sh
scratch
strace -o "$T/trace" true 2>"$T/err" || {
	echo "processes cannot be traced here"
	exit 77
}
keys
desk
printf 'Finder: A <yamada@finder.example>\nUrl: http://www.city.example.lg.jp/x\n\ntext\n' >"$T/r"

# asked: a case whose first letter is decided on, and not yet in outbox/.
asked() {
	number=$(ito todoke-open "$T/r")
	ito todoke-accept "$number"
	rm "$SPOOL"/outbox/*
	: >"$T/err"
	GNUPGHOME=$T/ito.home strace -o "$T/trace" -e trace=linkat \
	    -e inject=linkat:error=EIO:signal=KILL:when=1 \
	    "$BIN/todoke-contact" -a soumu@city.example.lg.jp "$number" 2>>"$T/err" && fail "it was not killed"
	case=$(place "$number")
	grep -q "^Mail: $number.3.contact" "$SPOOL/$case" || fail "not committed: $(cat "$T/err")"
	[ -e "$SPOOL/tmp/$number.3.todo" ] && [ -e "$SPOOL/tmp/$number.3.contact" ] ||
	    fail "nothing is left to do: $(ls "$SPOOL/tmp")"
	[ -z "$(ls "$SPOOL/outbox")" ] || fail "killed too late"
}
# finished: what cron finds now it finishes.
finished() {
	expect 0 cron todoke-sort
	[ "$(ls "$SPOOL/outbox")" = "$number.3.contact" ] || fail "the letter is lost"
	[ -z "$(ls "$SPOOL/tmp")" ] || fail "left: $(ls "$SPOOL/tmp")"
	rm "$SPOOL/outbox/$number.3.contact"
	expect 0 ito todoke-close -r declined "$number"
	rm "$SPOOL"/outbox/*
}

asked
mkdir "$SPOOL/contacted/parked"
mv "$SPOOL/$case" "$SPOOL/contacted/parked/"
for program in todoke-send todoke-sort; do
	expect 65 cron $program
	says "case $number is nowhere in the spool"
	says "put it back"
	[ -e "$SPOOL/tmp/$number.3.contact" ] || fail "$program cleared the letter"
done
mv "$SPOOL/contacted/parked/$number" "$SPOOL/contacted/"
finished

if [ "$(id -u)" -eq 0 ]; then
	asked
	chmod 755 "$T"
	chown -R nobody "$SPOOL" "$T/desk.ring" "$T/secret"
	mkdir -m 700 "$SPOOL/new/2036-12-03"
	mv "$SPOOL/$case" "$SPOOL/new/2036-12-03/"
	expect 73 setpriv --reuid=nobody --clear-groups "$BIN/todoke-sort"
	says "2036-12-03/$number: Permission denied"
	[ -e "$SPOOL/tmp/$number.3.contact" ] || fail "the letter was cleared"
	# who is found is found all the same
	other=$(ito todoke-open "$T/r")
	chown -R nobody "$SPOOL/mail" "$SPOOL/$(place "$other")"
	expect 0 setpriv --reuid=nobody --clear-groups "$BIN/todoke-show" "$other"
	chmod 755 "$SPOOL/new/2036-12-03"
	rm "$SPOOL"/outbox/*
	finished
fi

# Of several that cannot be finished each is said.
: >"$SPOOL/tmp/11111111.2.todo"
: >"$SPOOL/tmp/22222222.2.todo"
expect 65 cron todoke-sort
says 11111111
says 22222222
