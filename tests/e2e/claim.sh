# What is for ever: mail/NUMBER is on the disk before a case bears it, and by=
# in a log is the name of the real user.
set -eu
. tests/helper/lib.sh
scratch
strace -o "$T/trace" true 2>"$T/err" || {
	echo "processes cannot be traced here"
	exit 77
}
keys
desk
printf 'Finder: A <a@finder.example>\nUrl: http://www.city.example.lg.jp/x\n\ntext\n' >"$T/r"
GNUPGHOME=$T/ito.home strace -y -o "$T/trace" \
    -e trace=mkdir,mkdirat,fsync,rename,renameat,renameat2 \
    "$BIN/todoke-open" "$T/r" >"$T/out" 2>"$T/err" || fail "$(cat "$T/err")"
number=$(cat "$T/out")
awk -v number="$number" '
	$0 ~ "mkdirat\\(.*\"mail/" number "\"" { made = 1 }
	/fsync\(.*\/spool\/mail>/ { synced = made }
	$0 ~ "rename.*\"new/.*/" number "\"" { opened = 1; well = synced }
	END { exit !(opened && well) }' "$T/trace" ||
    fail "mail/$number was not synced before the case was opened: $(cat "$T/trace")"

# by= is for ever, too: where the user's name cannot be read, nothing is
# written under another one.
was=$(cd "$SPOOL" && cat "$(place "$number")" | sha256sum)
got=0
echo "called" | GNUPGHOME=$T/ito.home strace -o "$T/trace" \
    -P /etc/nsswitch.conf -e trace=openat -e inject=openat:error=EMFILE \
    "$BIN/todoke-note" "$number" >"$T/out" 2>"$T/err" || got=$?
grep -q INJECTED "$T/trace" || { echo "the name is read otherwise here"; exit 0; }
[ "$got" -eq 75 ] || fail "exit status $got: $(cat "$T/err")"
grep -q "who is user" "$T/err" || fail "not told: $(cat "$T/err")"
[ "$(cd "$SPOOL" && cat "$(place "$number")" | sha256sum)" = "$was" ] ||
    fail "a case was changed"
