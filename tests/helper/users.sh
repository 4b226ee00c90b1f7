# For tests that run the programs as other users than root; after lib.sh.
#
#	installed     $INST: programs, texts and helpers that everybody can read
#	as UID GID COMMAND…
#
# shellcheck shell=sh disable=SC2034

# Who cannot become another user skips the test; so does valgrind, whose
# scripts and logs lie where nobody else can reach them.
needs_users() {
	[ "$(id -u)" -eq 0 ] || { echo "only root can become another user"; exit 77; }
	setpriv --reuid nobody --regid nogroup --clear-groups true 2>/dev/null ||
	    { echo "no other user can be taken here"; exit 77; }
	head -c 4 "$BIN/todoke-sort" | grep -q ELF ||
	    { echo "the programs are wrapped"; exit 77; }
}

installed() {
	INST=$T/inst
	mkdir "$INST" "$INST/bin"
	for p in "$BIN"/todoke-*; do
		case $p in
		*.o | *.d | *.real) ;;
		*) cp "$p" "$INST/bin/" ;;
		esac
	done
	cp -R etc "$INST/etc"
	cp tests/helper/sandbox tests/helper/seccomp.py "$INST/"
	chmod -R u=rwX,go=rX "$INST"
	sed -i "s|$TOP/etc|$INST/etc|" "$CONF"
	chmod 644 "$CONF"
}

as() {
	uid=$1 gid=$2
	shift 2
	setpriv --reuid "$uid" --regid "$gid" --clear-groups "$@"
}
