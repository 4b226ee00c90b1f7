#!/bin/sh
# Two builds of one source, in other folders, under another umask, zone, locale
# and date, one job or several, are the same to the byte; every program is
# hardened, and one flag less is noticed.
set -eu
. tests/helper/lib.sh
scratch
unset B CFLAGS CPPFLAGS LDFLAGS MAKEFLAGS MFLAGS MAKELEVEL

# build FOLDER COMMAND…: make, by that command, in a copy of the source.
build() {
	mkdir -p "$T/$1"
	cp -R Makefile spool "$T/$1"
	(cd bin && find . -name '*.[ch]') | sort | while read -r f; do
		mkdir -p "$T/$1/bin/$(dirname "$f")"
		cp "bin/$f" "$T/$1/bin/$f"
	done
	rm -rf "$T/$1/bin/lib/made"
	(cd "$T/$1" && shift && "$@") >"$T/$(basename "$1").log" 2>&1 || {
		cat "$T/$(basename "$1").log"
		fail "make in $1"
	}
}

sums() {
	(cd "$T/$1/bin" && sha256sum todoke-*[a-z])
}

(umask 022 && build one env TZ=UTC LC_ALL=C make -j4)
(umask 077 && build "another folder/of_a_longer-name" env TZ=Asia/Tokyo \
    LC_ALL=C.UTF-8 faketime -f '@2031-02-03 04:05:06' make -j1)
find "$T/one/bin" -name '*.[od]' | grep -q . || fail "nothing was built"
sums one >"$T/first"
sums "another folder/of_a_longer-name" >"$T/second"
[ -s "$T/first" ] || fail "no programs"
diff "$T/first" "$T/second" || fail "two builds of one source differ"

tests/helper/hardening "$T/one/" >"$T/out" || {
	cat "$T/out"
	fail "not hardened"
}

# A small program in the place of one of ours, built with one flag less.
seeded() {
	what=$1
	shift
	rm -f "$T/one/bin/todoke-day" "$T/one/bin/todoke-day.o"
	make -s -C "$T/one" "$@" bin/todoke-day >"$T/log" 2>&1 || {
		cat "$T/log"
		fail "make without $what"
	}
	status=0
	tests/helper/hardening "$T/one/" >"$T/out" || status=$?
	[ "$what" != nothing ] || return "$status"
	[ "$status" -ne 0 ] || fail "nobody noticed: without $what"
	grep -qF -e "$what" "$T/out" || {
		cat "$T/out"
		fail "what was said does not name $what"
	}
}
cat >"$T/one/bin/todoke-day.c" <<'C'
#include <stdio.h>

int
main(int argc, char **argv)
{
	char b[64];

	snprintf(b, sizeof(b), "%s", argv[argc - 1]);
	return printf("%d %s\n", argc, b) < 0;
}
C
# flags VARIABLE OLD NEW: what the Makefile has, but for this.
flags() {
	printf 'include Makefile\n$(info $(value %s))\nshow:;@:\n' "$1" |
	    make -s -f - show | sed "s|$2|$3|"
}
c() {
	seeded "$1" OUR_CFLAGS="$(flags OUR_CFLAGS "$2" "$3")"
}
l() {
	seeded "$1" OUR_LDFLAGS="$(flags OUR_LDFLAGS "$2" "$3")"
}
seeded nothing || { cat "$T/out"; fail "the small program is not hardened"; }
c -fcf-protection -fcf-protection -fcf-protection=none
c _FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 ''
c -fstack-protector-strong -fstack-protector-strong -fno-stack-protector
l -pie -pie -no-pie
l "-z relro" -z,relro -z,norelro
l "-z now" ,-z,now ,-z,lazy
l "-z noexecstack" -z,noexecstack -z,execstack
