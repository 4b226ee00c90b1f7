# todoke-note: what a person notes stands in the case, deferrals are business
# days, and nothing in clear names the finder's address.
set -eu
. tests/helper/lib.sh
scratch
keys
desk
printf 'Finder: A <yamada.t@finder.example>\nUrl: http://www.city.example.lg.jp/x\n\ntext\n' >"$T/r"
number=$(ito todoke-open "$T/r")
anonymous=$(printf 'Url: http://b.example/\n\ntext\n' | ito todoke-open)
now="2026-11-24 10:15"

# note STATUS TEXT ARGUMENT…
note() {
	status=$1
	printf '%b' "$2" >"$T/words"
	shift 2
	got=0
	ito todoke-note -t "$now" "$@" <"$T/words" >"$T/out" 2>"$T/err" ||
	    got=$?
	[ "$got" -eq "$status" ] || {
		cat "$T/err" >&2
		fail "exit status $got instead of $status: $*"
	}
}
file() { cat "$SPOOL/$(place "$1")"; }
sum() { (cd "$SPOOL" && find . -type f ! -name lock -exec sha256sum {} + | sort); }
log() { grep '^Log: ' "$SPOOL/$(place "$number")" | tail -n 1; }
waits() { ito todoke-list | sed -n "s/^$1.*	//p"; }

# The text, with a heading, in the order of telling; the place stays.
was=$(place "$number")
note 0 'Mr. Mori is away until Thursday.\n' -k phone "$number"
note 0 '\n二行\n目\r\n\n' "$number"
[ "$(place "$number")" = "$was" ] || fail "a note moved the case"
sed '1,/^$/d; /^-----BEGIN/q' "$SPOOL/$was" >"$T/got"
user=$(id -un)
cat >"$T/want" <<EOF
2026-11-24 10:15 $user (phone):
Mr. Mori is away until Thursday.

2026-11-24 10:15 $user:

二行
目

-----BEGIN PGP MESSAGE-----
EOF
diff -u "$T/want" "$T/got" || fail "the notes are not what was said"
grep '^Log: ' "$SPOOL/$was" | tail -n 2 >"$T/log"
grep -q "^Log: 2026-11-24T10:15:00+09:00 note via=phone by=$user h=" "$T/log" ||
    fail "$(cat "$T/log")"
grep -q "^Log: 2026-11-24T10:15:00+09:00 note by=$user h=" "$T/log" ||
    fail "$(cat "$T/log")"
expect 0 ito todoke-show "$number"
says "Note (phone)."

# What an old editor saves as ISO-2022-JP is read, and a gate reads it too.
note 0 '\033$BFs9T\033(B JIS\n' "$number"
grep -q '^二行 JIS$' "$SPOOL/$was" || fail "ISO-2022-JP: $(tail -n 40 "$SPOOL/$was")"
note 77 '\033$BFs9T\033(B yamada.t@finder.example\n' "$number"
says "line 1 has the finder's address"
note 65 '\223\361\215\163\n' "$number"

# A PGP message in a note is not the sealed part, whatever its kind.
sealed=$(file "$number" | sed -n '/^-----BEGIN/,$p')
note 0 'he sent\n-----BEGIN PGP MESSAGE-----\nabc\n-----END PGP MESSAGE-----\n' "$number"
note 0 '' -d 2026-12-01 "$number"
note 0 '-----BEGIN PGP SIGNED MESSAGE-----\n' "$number"
[ "$(file "$number" | sed -n '/^-----BEGIN/,$p')" = "$sealed" ] ||
    fail "a note became part of the sealed part"
expect 0 ito todoke-show -s "$number"
says "yamada.t@finder.example"

# A deferral: the day, or the next on which somebody is at work.
[ "$(place "$number")" = "new/2026-12-01/$number" ] || fail "not deferred: $(place "$number")"
log | grep -vq "day=" || fail "the last note deferred nothing: $(log)"
note 0 'away\n' -k fax -d 2026-12-29 "$number"
says "2026-12-29 is no business day: due on 2027-01-04"
[ "$(place "$number")" = "new/2027-01-04/$number" ] || fail "not rolled on: $(place "$number")"
log | grep -q "note via=fax day=2027-01-04 by=" || fail "$(log)"
note 0 '' -d 2026-11-24 "$number"
[ ! -s "$T/err" ] || fail "it said $(cat "$T/err")"
[ "$(place "$number")" = "new/2026-11-24/$number" ] || fail "not due today"
was=$(sum)
note 64 '' -d 2026-11-23 "$number"
note 64 '' -d 2026-02-30 "$number"
note 64 '' -d tomorrow "$number"
note 78 '' -d 2099-01-05 "$number"
note 64 '' "$number"
says "nothing to note"
note 64 ' \n\t\n' -k visit "$number"
note 64 'x\n' -k mail "$number"
note 64 'x\n' -k '' "$number"
note 64 'x\n'
note 66 'x\n' 00000000
note 65 '\0377\n' "$number"
says iconv
head -c 65537 /dev/zero | tr '\0' 'a' >"$T/long"
got=0
ito todoke-note "$number" <"$T/long" 2>/dev/null || got=$?
[ "$got" -eq 65 ] || fail "a note without end: $got"

# The finder's address, however it stands there.
for text in 'write to yamada.t@finder.example' 'YAMADA.T@FINDER.EXAMPLE.' \
    'a\n<yamada.t@finder.example>' 'mailto:yamada.t@finder.example?x' \
    "'yamada.t@finder.example'" '宛先yamada.t@finder.exampleです' \
    'x=yamada.t@finder.example.Then' 'a/yamada.t@finder.example-' \
    'a@b.example yamada.t@finder.example'; do
	note 77 "$text" "$number"
	says "has the finder's address"
	! grep -q "yamada" "$T/err" || fail "the message names him"
done
note 77 'one\ntwo\nx yamada.t@finder.example' -d 2026-12-01 "$number"
says "line 3"
[ "$(sum)" = "$was" ] || fail "refused, but something changed"
note 0 'yamada.t@finder.exam, xyamada.t@finder.example, @, @@, a@, t@finder.example\n' "$number"
note 0 'yamada.t@finder.example\n' "$anonymous"

# -n says and does nothing.
was=$(sum)
note 0 'x\n' -n -d 2026-12-03 "$number"
says "would move new/2026-11-24/$number to new/2026-12-03"
[ "$(sum)" = "$was" ] || fail "-n changed something"

# What came in is dealt with; what the case is up to is not.
[ "$(waits "$number")" = "accept or reject it" ] || fail "waits: $(waits "$number")"
expect 0 ito todoke-accept "$number"
note 0 'asked a colleague\n' "$number"
[ "$(waits "$number")" = "ask the operator for a contact" ] || fail "waits: $(waits "$number")"

# A closed case is due on no day, but can be noted.
expect 0 ito todoke-close -r out-of-scope "$number"
was=$(sum)
note 77 'x\n' -d 2026-12-01 "$number"
says "todoke-reopen"
[ "$(sum)" = "$was" ] || fail "refused, but something changed"
was=$(place "$number")
note 0 'he called again\n' -k phone "$number"
[ "$(place "$number")" = "$was" ] || fail "moved to $(place "$number")"
case $was in closed/*) ;; *) fail "not closed" ;; esac
[ "$(waits "$number")" = - ] || fail "waits: $(waits "$number")"

# At a terminal: the editor; what is refused is edited again or kept.
cat >"$T/dialogue.py" <<'EOF'
import os, pty, sys
answers, argv = sys.argv[1], sys.argv[2:]
pid, fd = pty.fork()
if pid == 0:
    os.execvp(argv[0], argv)
said = b""
while True:
    try:
        got = os.read(fd, 4096)
    except OSError:
        break
    if not got:
        break
    said += got
    while answers and said.count(b"[Y/n] ") > len(sys.argv[1]) - len(answers):
        os.write(fd, answers[:1].encode() + b"\n")
        answers = answers[1:]
sys.stdout.buffer.write(said)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
EOF
# The editor: takes the texts 1, 2 … one by one.
cat >"$T/editor" <<'EOF'
#!/bin/sh
n=$(($(cat "$EDITS/n") + 1))
echo $n >"$EDITS/n"
cat "$1" >"$EDITS/shown.$n"
[ ! -e "$EDITS/$n" ] || cat "$EDITS/$n" >"$1"
EOF
chmod +x "$T/editor"
EDITS=$T/edits EDITOR=$T/editor XDG_RUNTIME_DIR=$T/run GNUPGHOME=$T/ito.home
export EDITS EDITOR XDG_RUNTIME_DIR GNUPGHOME
mkdir "$EDITS" "$T/run"
dialogue() {
	echo 0 >"$EDITS/n"
	expect "$1" python3 "$T/dialogue.py" "$2" "$BIN/todoke-note" "$number"
	rm -f "$EDITS"/[1-9]
}
echo "by the editor" >"$EDITS/1"
dialogue 0 ""
file "$number" | grep -q "^by the editor$" || fail "the editor's text is lost"
[ ! -s "$EDITS/shown.1" ] || fail "the editor began with a text"
echo "yamada.t@finder.example again" >"$EDITS/1"
echo "the finder again" >"$EDITS/2"
dialogue 0 y
says "line 1 has the finder's address"
cmp -s "$EDITS/shown.2" - <<EOF || fail "edited again, but from another text"
yamada.t@finder.example again
EOF
file "$number" | grep -q "^the finder again$" || fail "the second text is lost"
echo "yamada.t@finder.example once more" >"$EDITS/1"
dialogue 77 n
kept=$(tr -d '\r' <"$T/out" | sed -n 's/.*your text is kept in //p')
grep -q "once more" "$kept" || fail "the text was not kept"
[ "$(stat -c %a "$kept")" = 600 ] || fail "kept for all to read"
! grep -rq "once more" "$SPOOL" || fail "the refused note stands in the spool"
rm "$kept"
dialogue 64 ""
[ -z "$(ls "$T/run")" ] || fail "left behind: $(ls "$T/run")"
expect 0 "$BIN/todoke-check"
[ ! -s "$T/err" ] || fail "todoke-check: $(cat "$T/err")"
