# todoke-edit: a person's text is taken over whole or not at all; what programs
# write and the rules of fields hold; nobody's change is lost, nor the text.
# shellcheck disable=SC2016
set -eu
. tests/helper/lib.sh
scratch
keys
desk
printf 'Finder: A <yamada.t@finder.example>\nUrl: http://www.city.example.lg.jp/x\n\ntext\n' >"$T/r"
number=$(ito todoke-open "$T/r")
expect 0 ito todoke-accept -k xss -w company -s wide -v 6.1 "$number"
expect 0 ito todoke-contact -a soumu@city.example.lg.jp "$number"
echo "Called." | ito todoke-note "$number"

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
EDITS=$T/edits XDG_RUNTIME_DIR=$T/run GNUPGHOME=$T/ito.home
export EDITS XDG_RUNTIME_DIR GNUPGHOME
mkdir "$EDITS" "$T/run"
# The editor as a filter: a script of sed.
cat >"$T/sed" <<'EOF'
#!/bin/sh
sed "$SED" "$1" >"$EDITS/new" && cat "$EDITS/new" >"$1"
EOF
chmod +x "$T/sed"

file() { cat "$SPOOL/$(place "$number")"; }
sum() { (cd "$SPOOL" && find . -type f ! -name lock -exec sha256sum {} + | sort); }
log() { grep '^Log: ' "$SPOOL/$(place "$number")" | tail -n 1; }
field() { sed -n "s/^$1: //p" "$SPOOL/$(place "$number")"; }
edit() {
	status=$1
	EDITOR=$T/sed SED=$2
	export EDITOR SED
	expect "$status" "$BIN/todoke-edit" "$number"
}
# changes FIELDS SED: they are changed, and the log says so.
changes() {
	was=$(place "$number") mails=$(field Mail) events=$(field Log)
	edit 0 "$2"
	[ ! -s "$T/err" ] && [ ! -s "$T/out" ] || fail "it said $(cat "$T/err")"
	log | grep -q " edit fields=$1 by=" || fail "$2: $(log)"
	[ "$(place "$number")" = "$was" ] || fail "moved to $(place "$number")"
	[ "$(field Mail)" = "$mails" ] || fail "$2: mails changed"
	[ "$(field Log | sed '$d')" = "$events" ] || fail "$2: more than a line was logged"
}
# refuses STATUS SAYS SED: and changes nothing, and keeps the text.
refuses() {
	was=$(sum)
	edit "$1" "$3"
	says "$2"
	[ "$(sum)" = "$was" ] || fail "refused, but something changed: $3"
	kept=$(sed -n 's/.*your text is kept in //p' "$T/err")
	[ -n "$kept" ] || fail "$3: the text is lost"
	cmp -s "$kept" "$EDITS/new" || fail "$3: another text was kept"
	[ "$(stat -c %a "$kept")" = 600 ] || fail "kept for all to read"
	rm "$kept"
}

changes Operator 's/^Url:.*/&\nOperator: Example City/'
[ "$(field Operator)" = "Example City" ] || fail "not taken over"
changes Kind 's/^Kind:.*/Kind: csrf/'
changes notes 's/^Called\./Called twice./'
file | grep -q '^Called twice' || fail "the notes are not taken over"
changes X-Ticket 's/^Url:.*/x-ticket: 7\n&/; s/^x-t/X-T/'
[ "$(field X-Ticket)" = 7 ] || fail "an own field is lost"
changes X-Ticket '/^X-Ticket/d'
changes Lang,Officer 's/^Lang:.*/Lang: en\nOfficer: Ito/'
changes Operator '/^Operator:/d'
changes Contact 's/^Contact:.*/&\nContact: 03-1234; via=phone; from=hand; outcome=untried/'
changes Contact '/^Contact: 03-1234/d'
[ "$(field Priority)" = priority ] || fail "the priority was $(field Priority)"
changes Scope,Priority 's/^Scope:.*/Scope: narrow/'
[ "$(field Priority)" = simple ] || fail "the priority is not of the new scope"
changes Priority 's/^Priority:.*/Priority: normal/'
changes Cvss,Priority 's/^Cvss:.*/Cvss: 9.9/; s/^Priority:.*/Priority: simple/'
[ "$(field Priority)" = simple ] || fail "a priority set by hand was computed"

# Nothing, or only the way that it is written: nothing is done.
was=$(sum)
edit 0 ''
edit 0 's/$/\r/'
edit 0 's/^Kind: /kind:   /'
EDITOR=true expect 0 "$BIN/todoke-edit" "$number"
EDITOR=false expect 75 "$BIN/todoke-edit" "$number"
VISUAL=false EDITOR=true expect 75 "$BIN/todoke-edit" "$number"
VISUAL='' EDITOR=true expect 0 "$BIN/todoke-edit" "$number"
mkdir "$T/vi"
ln -s /bin/false "$T/vi/vi"
PATH=$T/vi:$PATH VISUAL='' EDITOR='' expect 75 "$BIN/todoke-edit" "$number"
says "vi did not end well"
[ "$(sum)" = "$was" ] || fail "nothing was changed, but something is"

# An editor that does not end well: what was typed is kept.
cat >"$T/broken" <<'EOF'
#!/bin/sh
sed "s/^Kind:.*/Kind: sqli/" "$1" >"$EDITS/new" && cat "$EDITS/new" >"$1"
[ -z "$KILL" ] || kill -9 $$
exit 1
EOF
chmod +x "$T/broken"
for kill in "" yes; do
	KILL=$kill EDITOR=$T/broken expect 75 "$BIN/todoke-edit" "$number"
	says "did not end well"
	kept=$(sed -n 's/.*your text is kept in //p' "$T/err")
	cmp -s "$kept" "$EDITS/new" || fail "the text is lost: $(cat "$T/err")"
	[ "$(stat -c %a "$kept")" = 600 ] || fail "kept for all to read"
	rm "$kept"
	[ "$(sum)" = "$was" ] || fail "an editor that failed changed the case"
done
[ -z "$(ls "$T/run")" ] || fail "kept: $(ls "$T/run")"

# What programs write.
for f in Case Seq Prev Mail Log Finder-Mark; do
	refuses 77 "$f: " "0,/^$f:/{/^$f:/d}"
done
refuses 77 "Case: nobody" 's/^Case:.*/Case: 12345678/'
refuses 77 "Move: " 's/^Url:/Move: new\/2026-11-24 closed\/2026-11\n&/'
refuses 77 "Seq: " 's/^Seq:.*/Seq: 99/'
refuses 77 "Step: todoke-contact or todoke-remind" 's/^Step:.*/Step: 3/'
refuses 77 "Log: " 's/ accept / reject /'
refuses 77 "Mail: " 's/^Log:/Mail: 1.2.contact 00\n&/;'
refuses 77 "todoke-confirm" 's/^Step:/Confirmed: a@b.example; by=phone; officer=x; key=1\n&/'
refuses 77 "todoke-accept" 's/^Step:/Accepted: 2026-11-24\n&/'
refuses 77 "todoke-send" 's/^Step:/Notified: 2026-11-24\n&/'
refuses 77 "todoke-close" 's/^Step:/Closed: 2026-11-24\n&/'
refuses 77 "todoke-close" 's/^Step:/Close-Code: declined\n&/'
refuses 77 "sealed part" '/^-----BEGIN/,$d'
refuses 77 "sealed part" 's/^=....$/=AAAA/'

# An accepted case names its site.
refuses 77 "Url: an accepted case names its site" '/^Url:/d'

# Values.
refuses 65 "line 3" '3s/.*/no field/'
refuses 65 "line" '/^$/d'
refuses 65 "second PGP message" '$s/.*/&\n-----BEGIN PGP MESSAGE-----/'
refuses 65 "Kind: " 's/^Kind:.*/Kind: magic/'
says xss
refuses 65 "Operator-Type: " 's/^Operator-Type:.*/Operator-Type: nobody/'
refuses 65 "Lang: " 's/^Lang:.*/Lang: fr/'
refuses 65 "Scope: " 's/^Scope:.*/Scope: wi/'
refuses 65 "Consent: " 's/^Consent:.*/Consent: identity|contact/'
refuses 65 "Cvss: " 's/^Cvss:.*/Cvss: 11/'
refuses 65 "Received: " 's/^Received:.*/Received: today/'
refuses 65 "stands there twice" 's/^Kind:.*/&\nKind: xss/'
refuses 65 "no such field" 's/^Kind:/Knid:/'
refuses 65 "http://www.city.example.lg.jp/" 's/^Url:.*/Url: http:\/\/www.city.example.lg.jp\/search?q=1/'
refuses 65 "Contact: " 's/^Step:/Contact: a@b.example\n&/'
refuses 65 "Contact: " 's/^Step:/Contact: a b; via=mail; from=hand; outcome=untried\n&/'
refuses 77 "finder" 's/^Step:/Contact: yamada.t@finder.example; via=mail; from=hand; outcome=untried\n&/'
refuses 77 "finder" 's/^Called/& yamada.t@finder.example/'
printf '#!/bin/sh\nprintf "\\377" >>"$1"; cp "$1" "$EDITS/new"\n' >"$T/latin"
chmod +x "$T/latin"
EDITOR=$T/latin expect 65 "$BIN/todoke-edit" "$number"
says iconv
rm "$T/run"/*

# What an editor leaves beside the file goes too, and is overwritten first; a
# folder stays, and is told.
mkdir "$T/held"
cat >"$T/backup" <<'EOF'
#!/bin/sh
cp -p "$1" "$1~"
cp "$1" "$(dirname "$1")/.text.swp"
ln "$1~" "$HELD/$(basename "$1")"
ln -s "$HELD/beside" "$(dirname "$1")/.#text"
EOF
cat >"$T/folder" <<'EOF'
#!/bin/sh
mkdir "$(dirname "$1")/backups"
EOF
chmod +x "$T/backup" "$T/folder"
echo beside >"$T/held/beside"
HELD=$T/held EDITOR=$T/backup expect 0 "$BIN/todoke-edit" "$number"
[ ! -s "$T/err" ] || fail "it said $(cat "$T/err")"
[ -z "$(ls -A "$T/run")" ] || fail "left: $(find "$T/run")"
[ "$(tr -d '\0' <"$T/held/text" | wc -c)" -eq 0 ] && [ -s "$T/held/text" ] ||
    fail "the backup was not overwritten"
[ "$(cat "$T/held/beside")" = beside ] || fail "a link was followed"
EDITOR=$T/folder expect 0 "$BIN/todoke-edit" "$number"
says "what the editor left there is in clear"
rm -r "$T/run"/*

# The case was changed while the editor was open: the change stays, and the
# text is kept.  A case moved by hand alone is the same case.
cat >"$T/meanwhile" <<'EOF'
#!/bin/sh
echo "in between" | "$BIN/todoke-note" "$NUMBER" || exit 1
sed 's/^Kind:.*/Kind: xss/' "$1" >"$EDITS/new" && cat "$EDITS/new" >"$1"
EOF
cat >"$T/hand" <<'EOF'
#!/bin/sh
mkdir -p "$SPOOL/contacted/2031-03-03"
mv "$SPOOL"/contacted/*/"$NUMBER" "$SPOOL/contacted/2031-03-03/" || exit 1
sed 's/^Kind:.*/Kind: xss/' "$1" >"$EDITS/new" && cat "$EDITS/new" >"$1"
EOF
cat >"$T/same-seq" <<'EOF'
#!/bin/sh
sed -i 's/^Called/Called,/' "$SPOOL"/contacted/*/"$NUMBER"
sed 's/^Kind:.*/Kind: xss/' "$1" >"$EDITS/new" && cat "$EDITS/new" >"$1"
EOF
chmod +x "$T/meanwhile" "$T/hand" "$T/same-seq"
NUMBER=$number
export NUMBER BIN SPOOL
for e in meanwhile same-seq; do
	EDITOR=$T/$e expect 75 "$BIN/todoke-edit" "$number"
	says "was changed while you edited it"
	kept=$(sed -n 's/.*your text is kept in //p' "$T/err")
	grep -q '^Kind: xss' "$kept" || fail "the text is lost"
	rm "$kept"
	[ "$(field Kind)" = csrf ] || fail "an old text went over a newer one"
done
file | grep -q '^in between' || fail "the change in between is lost"
file | grep -q '^Called,' || fail "the hand's edit is lost"
EDITOR=$T/hand expect 0 "$BIN/todoke-edit" "$number"
[ "$(field Kind)" = xss ] || fail "not taken over"
[ "$(place "$number")" = "contacted/2031-03-03/$number" ] || fail "a deferral was undone"
# No lock is held while the editor is open: the note above went through.

# At a terminal it is edited again, from what was written, or given up.
EDITOR=$T/editor
export EDITOR
dialogue() {
	echo 0 >"$EDITS/n"
	expect "$1" python3 "$T/dialogue.py" "$2" "$BIN/todoke-edit" "$number"
	rm -f "$EDITS"/[1-9]
}
file | sed 's/^Kind:.*/Kind: magic/' >"$EDITS/1"
file | sed 's/^Kind:.*/Kind: csrf/' >"$EDITS/2"
cp "$EDITS/1" "$T/first"
dialogue 0 y
cmp -s "$T/first" "$EDITS/shown.2" || fail "edited again, but from another text"
[ "$(field Kind)" = csrf ] || fail "the second text is lost"
file | sed 's/^Kind:.*/Kind: magic/' >"$EDITS/1"
file >"$EDITS/2"
was=$(sum)
dialogue 0 y
[ "$(sum)" = "$was" ] || fail "put back as it was, but something changed"
file | sed 's/^Kind:.*/Kind: magic/' >"$EDITS/1"
dialogue 65 n
says "your text is kept in"
rm "$T/run"/*
# The editor fails where it is opened again: the first text is kept.
cat >"$T/once" <<'EOF'
#!/bin/sh
"${0%once}editor" "$1"
[ "$(cat "$EDITS/n")" = 1 ]
EOF
chmod +x "$T/once"
file | sed 's/^Kind:.*/Kind: magic/' >"$EDITS/1"
cp "$EDITS/1" "$T/first"
EDITOR=$T/once
dialogue 75 y
EDITOR=$T/editor
kept=$(cat "$T/out" "$T/err" | tr -d '\r' |
    sed -n 's/.*your text is kept in //p')
cmp -s "$kept" "$T/first" || fail "the first text is lost: $(cat "$T/out")"
rm "$kept"

# Wrong use, and a stopped desk: before the editor opens.
EDITOR="echo opened >&2; false"
export EDITOR
expect 66 "$BIN/todoke-edit" 00000000
expect 64 "$BIN/todoke-edit" 1234
expect 64 "$BIN/todoke-edit"
expect 64 "$BIN/todoke-edit" -n "$number"
echo disk >"$SPOOL/var/HALT"
expect 75 "$BIN/todoke-edit" "$number"
! grep -q opened "$T/err" || fail "the editor was opened"
rm "$SPOOL/var/HALT"
[ -z "$(ls "$T/run")" ] || fail "left behind: $(ls "$T/run")"
expect 0 "$BIN/todoke-check" -r
expect 0 "$BIN/todoke-check"
[ ! -s "$T/err" ] || fail "todoke-check: $(cat "$T/err")"
