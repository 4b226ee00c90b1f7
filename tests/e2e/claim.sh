# A number is given for ever: mail/NUMBER is on the disk before a case bears
# it.
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
