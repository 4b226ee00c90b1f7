# The EXAMPLES of every page of a program run as they stand there, in order,
# on a scratch desk in a state that suits them, and print what they show.
#
# In a .Bd -literal of EXAMPLES "$ " begins a command, a backslash at the end
# of a line goes on with it; what follows is all that it prints ("..." stands
# for any lines, an indented line goes on with the one before).  It must end
# with 0 unless it says "; echo $?".  Numbers of cases, days, times, keys and
# users are those of the scratch desk.
set -u
. tests/helper/lib.sh
FIRST=69145869 SECOND=27182818 THIRD=31415926
KEY=0123456789ABCDEF0123456789ABCDEF01234567
bad=0

# The commands and their output: $T/ex/N.sh, $T/ex/N.want
extract() {
	rm -rf "$T/ex"
	mkdir "$T/ex"
	awk -v dir="$T/ex" '
	/^\.Sh / { inside = ($2 == "EXAMPLES") }
	/^\.Bd -literal/ { literal = inside; file = ""; next }
	/^\.Ed/ { literal = 0 }
	!literal { next }
	{ gsub(/\\&/, ""); gsub(/\\-/, "-"); gsub(/\\e/, "\\") }
	/^\$ / {
		base = sprintf("%s/%02d", dir, ++n)
		file = base ".sh"
		printf "" > (base ".want")
		sub(/^\$ /, "")
	}
	file == "" { next }
	{ print > file }
	file ~ /\.sh$/ && !/\\$/ { file = base ".want" }
	' "$1"
}

keep() {
	cp -a "$SPOOL" "$T/kept.$1"
}

step() {
	program=$1
	shift
	ito "$program" "$@" >"$T/stepped" </dev/null || fail "$program $*"
}

ask() {
	step todoke-contact -a soumu@city.example.lg.jp "$1"
}

confirm() {
	step todoke-confirm -b phone -a soumu@city.example.lg.jp \
	    -k "$T/city.asc" "$1"
}

# Three cases, kept as they are after each step.
prepare() {
	desk
	keep empty
	new_one=$(ito todoke-open "$work/report.txt") || fail "todoke-open"
	new_two=$(ito todoke-open "$work/report.txt") || fail "todoke-open"
	new_three=$(ito todoke-open "$work/report.txt") || fail "todoke-open"
	set -- "$new_one" "$new_two" "$new_three"
	keep new
	for n; do
		score=6.1
		[ "$n" != "$3" ] || score=9.8
		step todoke-accept -w local-government -s medium -v "$score" \
		    "$n"
	done
	keep accepted
	for n; do ask "$n"; done
	keep contacted
	for n; do confirm "$n"; done
	keep confirmed
	for n in "$1" "$2"; do step todoke-disclose "$n"; done
	keep disclosed
}

restore() {
	rm -rf "$SPOOL"
	cp -a "$T/kept.$1" "$SPOOL"
	one='' two='' three=''
	[ "$1" = empty ] || one=$new_one two=$new_two three=$new_three
}

# A mail that no case claims.
unsorted() {
	cat >"$SPOOL/incoming/new/1" <<-'END'
	From: Mori <mori@elsewhere.example>
	To: desk@desk.example
	Delivered-To: desk@desk.example
	Date: Tue, 24 Nov 2026 09:00:00 +0900
	Message-ID: <1@elsewhere.example>
	Subject: your letter

	Whom may I call?
	END
	cron todoke-sort || fail "todoke-sort"
}

# The state that suits a page.
state() {
	case $1 in
	todoke-open.1 | todoke-sort.8) restore empty ;;
	todoke-accept.1 | todoke-check.8) restore new ;;
	todoke-contact.1 | todoke-lookup.1 | todoke-refer.1) restore accepted ;;
	todoke-alert.1 | todoke-confirm.1 | todoke-publish.8 | todoke-show.1) restore contacted ;;
	todoke-disclose.1) restore confirmed ;;
	todoke-day.1) restore empty ;;
	todoke-edit.1) restore new ;;
	todoke-note.1 | todoke-remind.8) restore contacted ;;
	todoke-file.1)
		restore new
		unsorted
		;;
	todoke-reopen.1)
		restore disclosed
		step todoke-close -r fixed-application "$one"
		;;
	todoke-close.1 | todoke-write.1) restore disclosed ;;
	todoke-send.8)
		restore contacted
		rm "$SPOOL/outbox/$two".* "$SPOOL/outbox/$three".*
		;;
	todoke-keys.8)
		restore contacted
		confirm "$one"
		gpg_in "$T/city.home" --quick-set-expire "$CITYKEY" 60d
		gpg_in "$T/city.home" --export | gpg_in "$T/desk.ring" --import \
		    2>>"$T/gpg.log"
		;;
	todoke-list.1)
		restore accepted
		gpg_in "$T/city.home" --quick-set-expire "$CITYKEY" never
		gpg_in "$T/city.home" --export | gpg_in "$T/desk.ring" --import \
		    2>>"$T/gpg.log"
		ask "$one"
		ask "$three"
		confirm "$three"
		step todoke-disclose "$three"
		head -c 100 /dev/zero >"$SPOOL/new/photo.jpg"
		cron todoke-sort 2>"$T/sorted"
		;;
	*) fail "$1: say here which state suits its examples" ;;
	esac
}

# What the working folder holds.
work() {
	work=$T/work
	mkdir "$work"
	cp "$T/city.asc" "$work/"
	cat >"$work/report.txt" <<-'END'
	Finder: Yamada Taro
	Finder-Address: yamada@finder.example
	Consent: none
	Url: http://www.city.example.lg.jp/search?q=1
	Kind: xss
	Operator: Example City

	What is entered into the field q comes back as HTML.
	END
	echo "Escape what the field q shows." >"$work/details.txt"
	cat >"$work/bounce.eml" <<-'END'
	Return-Path: <>
	From: MAILER-DAEMON@mx.example
	To: desk@desk.example
	Subject: failure notice

	<soumu@city.example.lg.jp>: 550 5.1.1 user unknown
	END
	printf 'Escape what q shows.\n\nFound by Yamada Taro.\n' \
	    >"$work/draft.txt"
}

# The name that a page uses to the name that it has here.
localise() {
	sed -e "s|/var/spool/todoke|$SPOOL|g; s/$KEY/$CITYKEY/g" \
	    -e "s/$FIRST/${one:-$FIRST}/g; s/$SECOND/${two:-$SECOND}/g" \
	    -e "s/$THIRD/${three:-$THIRD}/g" "$1"
}

run() {
	localise "$1" >"$T/command"
	(
		cd "$work" || exit 1
		PATH=$BIN:$PATH GNUPGHOME=$home XDG_RUNTIME_DIR=$T
		export PATH GNUPGHOME XDG_RUNTIME_DIR
		sh "$T/command" </dev/null
	) >"$T/got" 2>&1
}

# A number printed alone is that of a case that was opened just now.
learn() {
	grep -qx '[0-9]\{8\}' "$1" || return 0
	case $(cat "$1") in
	"$FIRST") one=$(cat "$T/got") ;;
	"$SECOND") two=$(cat "$T/got") ;;
	"$THIRD") three=$(cat "$T/got") ;;
	esac
}

agree() {
	localise "$1" >"$T/want"
	USER_NAME=$(id -un) python3 - "$T/want" "$T/got" "$page" <<'END'
import os, re, sys
want, got = (open(f, encoding="utf-8").read() for f in sys.argv[1:3])
def plain(s):
    user = os.environ["USER_NAME"]
    s = s.replace("(ito)", "(%s)" % user).replace(" ito (", " %s (" % user)
    s = re.sub(r"\n[ \t]+", " ", s)
    if sys.argv[3] != "todoke-day.1": # asks about days, whatever today is
        s = re.sub(r"\b\d{4}-\d\d(-\d\d)?\b", "DAY", s)
    s = re.sub(r"\b\d\d:\d\d\b", "TIME", s)
    s = re.sub(r"\b(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b", "WEEKDAY", s)
    return re.sub(r"[ \t]+", " ", s)
lines = [r"(.*\n)*" if l == "..." else re.escape(l) + r"\n"
    for l in plain(want).splitlines()]
sys.exit(re.fullmatch("".join(lines), plain(got)) is None)
END
}

wrong() {
	echo "$page: $1"
	sed 's/^/	$ /' "$T/command"
	sed 's/^/	/' "$T/got"
	bad=1
}

try() {
	page=$1
	case $page in
	*.8) home=$T/desk.ring ;;
	*) home=$T/ito.home ;;
	esac
	state "$page"
	extract "man/$page"
	[ -e "$T/ex/01.sh" ] || fail "$page: no example to run"
	for ex in "$T/ex"/*.sh; do
		if ! run "$ex"; then
			wrong "this does not end well:"
			return
		fi
		learn "${ex%.sh}.want"
		agree "${ex%.sh}.want" || {
			wrong "this prints something else than the page shows:"
			localise "${ex%.sh}.want" | sed 's/^/	page: /'
			return
		}
	done
}

scratch
mta
keys
work
prepare
for f in man/todoke-*.[18]; do
	try "${f#man/}"
done
exit "$bad"
