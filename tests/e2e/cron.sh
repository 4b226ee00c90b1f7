# etc/crontab, line by line as cron runs it, under another user than root:
# silent where nothing is to say, and a report goes through sort and send.  The
# systemd units start the same programs at the same times, and the programs
# work in the sandbox that they describe.
set -eu
. tests/helper/lib.sh
. tests/helper/users.sh
needs_users
scratch
mta
keys
desk
installed
user=nobody group=$(id -gn nobody)

# The ring and the secret as INSTALL has them.
mkdir "$T/lib"
mv "$T/desk.ring" "$T/lib/gnupg"
sed -i "s|$T/desk.ring|$T/lib/gnupg|; s|$T/secret|$T/lib/secret|" "$CONF"
chown -R "$user:$group" "$T/lib"
chmod 2770 "$T/lib" "$T/lib/gnupg"
here() {
	sed -e "s|/usr/local/bin/|$INST/bin/|g" -e "s|/var/spool/todoke|$SPOOL|g" \
	    -e "s|/var/lib/todoke|$T/lib|g" \
	    -e "s|^#TODOKE_CONF=.*|TODOKE_CONF=$CONF|" "$1"
}

# jobs CRONTAB DIR: cron(8)'s reading of it: DIR/env, and for each job
# DIR/N.when, .user, .sh and .in (what follows the first % that has no
# backslash; the further ones are line ends).
jobs() {
	mkdir "$2"
	: >"$2/env"
	awk -v dir="$2" '
	/^[ \t]*(#|$)/ { next }
	/^[ \t]*[A-Za-z_][A-Za-z0-9_]*[ \t]*=/ { print > (dir "/env"); next }
	{
		base = sprintf("%s/%02d", dir, ++n)
		print $1, $2, $3, $4, $5 > (base ".when")
		print $6 > (base ".user")
		for (i = 0; i < 6; i++)
			sub(/^[ \t]*[^ \t]+[ \t]+/, "")
		out = base ".sh"
		printf "" > (base ".in")
		for (i = 1; i <= length($0); i++) {
			c = substr($0, i, 1)
			if (c == "\\" && substr($0, i + 1, 1) == "%") {
				c = "%"
				i++
			} else if (c == "%" && out ~ /sh$/) {
				out = base ".in"
				continue
			} else if (c == "%")
				c = "\n"
			printf "%s", c > out
		}
	}' "$1"
}

# job FILE.sh: one of them; its status, output in $T/out.
job() {
	# shellcheck disable=SC2046
	as "$user" "$group" env -i HOME=/nonexistent LOGNAME="$user" \
	    PATH=/usr/bin:/bin SHELL=/bin/sh $(cat "$T/jobs/env") \
	    sh -c "$(cat "$1")" <"${1%.sh}.in" >"$T/out" 2>&1
}

printf 'A=1\n0 0 1 * * me date +\\%%F; cat%%one%%two\n' >"$T/sample"
jobs "$T/sample" "$T/sample.jobs"
[ "$(cat "$T/sample.jobs/01.sh")" = "date +%F; cat" ] || fail "this test reads % wrongly"
[ "$(cat "$T/sample.jobs/01.in")" = "one
two" ] || fail "this test reads what follows % wrongly"

here etc/crontab >"$T/crontab"
jobs "$T/crontab" "$T/jobs"
grep -q "^MAILTO=" "$T/jobs/env" || fail "no word of MAILTO"
[ "$(sort -u "$T"/jobs/*.user)" = todoke ] || fail "a job of another user"
for f in "$T"/jobs/*.when; do
	grep -qE '^([*0-9,/-]+ ){4}[*0-9,/-]+$' "$f" || fail "no time: $(cat "$f")"
done

business=0
as "$user" "$group" env -i TODOKE_CONF="$CONF" "$INST/bin/todoke-day" -q || business=$?
# tick: all jobs, once, in order; what todoke-list says is kept in $T/list.
tick() {
	for sh in "$T"/jobs/*.sh; do
		got=0
		job "$sh" || got=$?
		case $(cat "$sh") in
		*todoke-list*)
			[ "$got" -eq "$business" ] || fail "$got: $(cat "$sh" "$T/out")"
			cp "$T/out" "$T/list" ;;
		*)
			[ "$got" -eq 0 ] || fail "$got: $(cat "$sh" "$T/out")"
			[ ! -s "$T/out" ] || fail "not silent: $(cat "$sh" "$T/out")" ;;
		esac
	done
}
receipts() {
	arrived "$T/boxes/finder" "$1"
	[ "$(find "$T/boxes/finder/new" -type f | wc -l)" -eq "$1" ] || fail "not $1 receipts"
	[ -z "$(ls "$SPOOL/outbox")" ] || fail "the outbox is not empty"
}
drop() {
	printf 'Finder: Yamada\nFinder-Address: yamada@finder.example\nUrl: http://www.city.example.lg.jp/%s\n\ntext\n' \
	    "$1" | as "$user" "$group" sh -c "cat >'$SPOOL/new/$1'"
}

tick
[ ! -s "$T/list" ] || fail "not silent: $(cat "$T/list")"
drop one
tick
receipts 1
number=$(cd "$SPOOL" && ls new/*)
number=$(echo "$number" | tail -n 1)
if [ "$business" -eq 0 ]; then
	grep -q "^  $number" "$T/list" || fail "the morning's list does not name $number"
elif [ -s "$T/list" ]; then
	fail "a list on a day that is no business day: $(cat "$T/list")"
fi
printf 'From: yamada@finder.example\nTo: report@desk.example\nDate: Tue, 24 Nov 2026 09:00:00 +0900\nMessage-ID: <1@finder.example>\nSubject: XSS in http://shop.example/\n\nhello\n' >"$T/mail"
submit yamada@finder.example report@desk.example "$T/mail"
arrived "$SPOOL/incoming"
tick
tick
receipts 2
[ "$(ito todoke-list | wc -l)" -eq 2 ] || fail "not two cases"
[ -z "$(find "$SPOOL" -type f ! -perm 660)" ] || fail "modes: $(find "$SPOOL" -type f ! -perm 660)"
[ -z "$(find "$SPOOL" "$T/lib" ! -user "$user")" ] || fail "something belongs to another user"
expect 0 "$INST/bin/todoke-check"
[ ! -s "$T/err" ] || fail "todoke-check: $(cat "$T/err")"

#
# systemd
#
mkdir "$T/units"
for f in etc/systemd/*; do
	here "$f" >"$T/units/${f##*/}"
done
key() {
	sed -n "s/^$2=//p" "$T/units/$1"
}
# As OnCalendar= has it.
calendar() {
	echo "$1" | awk '
	$1 == "*/5" { print "*:0/5" }
	$1 ~ /^[0-9]+-59\/5$/ { sub(/-59/, "", $1); print "*:" $1 }
	$1 ~ /^[0-9]+$/ { printf "*-*-* %02d:%02d:00\n", $2, $1 }'
}
for sh in "$T"/jobs/*.sh; do
	command=$(cat "$sh")
	case $command in
	*todoke-list*) continue ;;
	esac
	name=$(basename "${command%% *}")
	[ "$(key "$name.service" ExecStart)" = "$command" ] || fail "$name.service does not run: $command"
	[ "$(key "$name.timer" OnCalendar)" = "$(calendar "$(cat "${sh%.sh}.when")")" ] ||
	    fail "$name.timer: not as $(cat "${sh%.sh}.when")"
	[ -x "${command%% *}" ] || fail "$command: no such program"
	echo "$name"
done | sort >"$T/names"
(cd "$T/units" && ls) | sed 's/\.[a-z]*$//' | sort -u | cmp -s - "$T/names" || fail "units and crontab differ"
for f in "$T"/units/*.service; do
	[ "$(sed -n 's/^User=//p' "$f")" = todoke ] || fail "$f: another user"
	! grep -q '^RestrictSUIDSGID=yes' "$f" || fail "$f: folders cannot be made set-group-ID"
done
if ! command -v systemd-analyze >/dev/null; then
	echo "note: no systemd-analyze here: the units were only compared"
	exit 0
fi
systemd-analyze verify --man=no "$T"/units/*.service "$T"/units/*.timer >"$T/verify" 2>&1 ||
    fail "systemd-analyze: $(cat "$T/verify")"
[ ! -s "$T/verify" ] || fail "systemd-analyze: $(cat "$T/verify")"

# set_of NAME…: the system calls of a set, and of the sets in it.
set_of() {
	for s; do
		systemd-analyze syscall-filter "$s" | sed '1d; /#/d; s/ //g' >"$T/set.$s"
		grep -v '^@' "$T/set.$s" || true
		# shellcheck disable=SC2046
		set_of $(grep '^@' "$T/set.$s")
	done
}
set_of "$(key todoke-sort.service SystemCallFilter)" >"$INST/calls"
boxed() {
	env -i PATH=/usr/bin:/bin:/usr/sbin:/sbin HOME=/nonexistent \
	    TMPDIR="$T/lib/tmp" TODOKE_CONF="$CONF" "$INST/sandbox" "$1" "$INST/calls" "$user" "$group"
}
unshare --mount --net sh -c "mount --make-rprivate / && mount -t tmpfs x /mnt &&
    python3 -c 'import ctypes; ctypes.CDLL(\"libseccomp.so.2\")'" >"$T/out" 2>&1 || {
	echo "note: no sandbox to be had here: $(tail -n 1 "$T/out")"
	exit 0
}
# Is it one?
sed "s|^ExecStart=.*|ExecStart=/usr/bin/touch $T/lib/inside|" "$T/units/todoke-sort.service" >"$T/inside"
sed "s|^ExecStart=.*|ExecStart=/usr/bin/touch $T/boxes/outside|" "$T/units/todoke-sort.service" >"$T/outside"
chown "$user" "$T/boxes"
boxed "$T/inside" >"$T/out" 2>&1 || fail "the sandbox leaves nothing to write: $(cat "$T/out")"
! boxed "$T/outside" >"$T/out" 2>&1 || fail "what should be a sandbox is none"
rm "$T/lib/inside"
rm -rf "$SPOOL"/new/2* # a day folder has to be made
rm -rf "$SPOOL"/mail/*
# In the second turn with a key that signs, for which gpg starts an agent.
mkdir "$T/lib/sign" "$T/lib/tmp"
gpg_in "$T/lib/sign" --passphrase '' --quick-generate-key "Desk <desk@desk.example>" ed25519 sign never 2>>"$T/gpg.log"
sign="sign = \"$(fingerprint "$T/lib/sign")\" sign-home = \"$T/lib/sign\""
gpgconf --homedir "$T/lib/sign" --kill all
chown -R "$user:$group" "$T/lib/sign" "$T/lib/tmp"
chmod -R u=rwX,g=rX,o= "$T/lib/sign"
for turn in one two; do
	[ "$turn" = one ] || sed -i "s|^pgp {|pgp { $sign|" "$CONF"
	drop "boxed-$turn"
	for name in sort send remind check; do
		expect 0 boxed "$T/units/todoke-$name.service"
		[ ! -s "$T/err" ] || fail "todoke-$name in its sandbox: $(cat "$T/err")"
	done
done
receipts 4
grep -lq '^Content-Type: multipart/signed' "$T"/boxes/finder/new/* || fail "none is signed"
[ -z "$(ls "$T/lib/tmp")" ] || fail "left: $(ls "$T/lib/tmp")"
