# Two users of one group, neither of whom has a name: cron's programs as the
# one, a coordinator's as the other, whatever his umask.  Each goes on where
# the other left off, the log says who it was, and modes stay those of the
# spool.  The ring and the secret are shared by the group.
set -eu
. tests/helper/lib.sh
. tests/helper/users.sh
needs_users
CRON=60001 COORDINATOR=60002 STRANGER=60003 GROUP=60000
scratch
mta
keys
SPOOL=$T/spool
mkdir "$SPOOL" "$T/lib"
desk # makes it as root: what follows gives it away, as INSTALL says
installed
mv "$T/desk.ring" "$T/lib/gnupg"
sed -i "s|$T/desk.ring|$T/lib/gnupg|; s|$T/secret|$T/lib/secret|" "$CONF"
rm -rf "$SPOOL"
install -d -m 2770 -o $CRON -g $GROUP "$SPOOL"
chown -R $CRON:$GROUP "$T/lib"
chmod 2770 "$T/lib" "$T/lib/gnupg"
chmod g+rw "$T/lib/gnupg/pubring.kbx"
sed -i "s|static:.*|static:$CRON|" "$T/postfix/main.cf"
sed -i "s|^virtual_gid_maps.*|virtual_gid_maps = static:$GROUP|" "$T/postfix/main.cf"
chown -R $CRON:$GROUP "$T/boxes" "$T/ito.home"
chown -R $COORDINATOR "$T/ito.home"
postfix -c "$T/postfix" stop >"$T/postfix.stop" 2>&1 || true
postfix -c "$T/postfix" start >"$T/postfix.start" 2>&1 || fail "Postfix"

# by UMASK UID HOME PROGRAM…
by() {
	mask=$1 uid=$2 home=$3 program=$4
	shift 4
	(
		umask "$mask"
		cd /
		as "$uid" $GROUP env -i PATH=/usr/bin:/bin TODOKE_CONF="$CONF" \
		    HOME="$home" GNUPGHOME="$home" EDITOR="$T/editor" "$INST/bin/$program" "$@"
	)
}
cronjob() { by 077 $CRON /nonexistent "$@"; }
person() { by "$mask_of_person" $COORDINATOR "$T/ito.home" "$@"; }
# jobs: what cron does, silently.
jobs() {
	for p in sort remind send; do
		expect 0 cronjob "todoke-$p"
		[ ! -s "$T/err" ] || fail "todoke-$p: $(cat "$T/err")"
	done
}
does() {
	expect 0 person "$@"
	modes "$1"
}
# The tree's table of modes holds for everything, whoever made it.
modes() {
	bad=$(find "$SPOOL" \( -type f ! -perm 0660 ! -path '*/incoming/*' \) -o \
	    \( -type d ! -perm 2770 \) -o ! -group $GROUP | head)
	[ -z "$bad" ] || fail "after $1: $(ls -ld $bad)"
}
log() { grep '^Log: ' "$SPOOL/$(place "$number")"; }

expect 0 cronjob todoke-check -r
jobs
modes "the first jobs"
[ "$(stat -c '%a %u %g' "$T/lib/secret")" = "640 $CRON $GROUP" ] || fail "secret: $(ls -l "$T/lib/secret")"

printf 'Finder: Yamada\nFinder-Address: yamada@finder.example\nUrl: http://www.city.example.lg.jp/x\n\ntext\n' >"$T/r"
printf '#!/bin/sh\necho "a word in passing" >>"$1"\n' >"$T/editor"
chmod 755 "$T/editor"
# A key that signs, which both may use; with it from the second round on.
mkdir "$T/lib/sign"
gpg_in "$T/lib/sign" --passphrase '' --quick-generate-key "Desk <desk@desk.example>" ed25519 sign never 2>>"$T/gpg.log"
sign="sign = \"$(fingerprint "$T/lib/sign")\" sign-home = \"$T/lib/sign\""
gpgconf --homedir "$T/lib/sign" --kill all
chown -R $CRON:$GROUP "$T/lib/sign"
chmod -R u=rwX,g=rX,o= "$T/lib/sign"
# signed KIND: the letter that stays in the case's folder is.
signed() {
	[ "$mask_of_person" = 022 ] ||
	    grep -q '^Content-Type: multipart/signed' "$SPOOL/mail/$number/cur/$number".*."$1:2,S" ||
	    fail "$1 is not signed"
}
boxes=0
for mask_of_person in 022 077; do
	[ "$mask_of_person" = 022 ] || sed -i "s|^pgp {|pgp { $sign|" "$CONF"
	# Dropped by the coordinator so that the group can read it, sorted by cron.
	sed "\$a $mask_of_person" "$T/r" >"$T/drop"
	chmod 644 "$T/drop"
	(umask 007; as $COORDINATOR $GROUP cp "$T/drop" "$SPOOL/new/r.$mask_of_person")
	jobs
	modes "todoke-sort"
	number=$(cd "$SPOOL" && ls -t new/2*/* | head -n 1)
	number=${number##*/}
	does todoke-accept "$number"
	log | grep -q " accept .*by=uid$COORDINATOR" || fail "who accepted it? $(log)"
	jobs
	log | grep -q " sent .*by=uid$CRON" || fail "who sent it? $(log)"
	does todoke-contact -a soumu@city.example.lg.jp "$number"
	jobs
	signed contact

	# A new key comes into the ring from the coordinator; cron goes on using it.
	make_key "$T/key$mask_of_person.home" "City $mask_of_person <soumu@city.example.lg.jp>" 2>>"$T/gpg.log"
	gpg_in "$T/key$mask_of_person.home" --export --armor >"$T/key.asc"
	chmod 644 "$T/key.asc"
	does todoke-confirm -b phone -a soumu@city.example.lg.jp -k "$T/key.asc" "$number"
	[ -z "$(find "$T/lib/gnupg" -type f -name 'pubring*' ! -perm -060)" ] ||
	    fail "the ring is not the group's: $(ls -l "$T/lib/gnupg")"
	jobs
	does todoke-disclose "$number"
	jobs
	boxes=$((boxes + 2))
	arrived "$T/boxes/city" $boxes
	[ -z "$(ls "$SPOOL/outbox")" ] || fail "it stays in the outbox"
	grep -q '^Notified: ' "$SPOOL/$(place "$number")" || fail "not notified"

	# An answer comes in by cron; the coordinator files what no case claims.
	printf 'From: soumu@city.example.lg.jp\nTo: desk@desk.example\nDate: Tue, 24 Nov 2026 09:00:00 +0900\nMessage-ID: <%s@city>\nSubject: [IPA#%s] fixed\n\nok\n' "$mask_of_person" "$number" >"$T/mail"
	submit soumu@city.example.lg.jp desk@desk.example "$T/mail"
	printf 'From: who@else.example\nTo: desk@desk.example\nDate: Tue, 24 Nov 2026 09:00:00 +0900\nMessage-ID: <%s@else>\nSubject: hello\n\nok\n' "$mask_of_person" >"$T/mail"
	submit who@else.example desk@desk.example "$T/mail"
	arrived "$SPOOL/incoming" 2
	jobs
	log | grep -q " reply .*by=uid$CRON" || fail "no reply: $(log)"
	file=$(find "$SPOOL/unsorted/new" -type f)
	does todoke-file "$number" "$file"
	expect 0 person todoke-show -s "$number"
	echo "they will look into it" >"$T/words"
	person todoke-note -k phone "$number" <"$T/words" || fail "todoke-note"
	modes todoke-note

	# By hand: a deferral; the folder is the coordinator's, with his umask.
	does todoke-edit "$number"
	grep -qx "a word in passing" "$SPOOL/$(place "$number")" || fail "todoke-edit"
	from=$(place "$number")
	later=${from%%/*}/2027-0$((${mask_of_person#0} % 7 + 2))-01
	(umask 007; as $COORDINATOR $GROUP sh -c "cd '$SPOOL' && mkdir '$later' && mv '$from' '$later/'")
	jobs
	[ "$(place "$number")" = "$later/$number" ] || fail "the deferral did not last: $(place "$number")"
	does todoke-close -r fixed-application "$number"
	does todoke-reopen "$number"
	jobs
	does todoke-close -r fixed-application "$number"
	# Opened by the coordinator's own hand, sent by cron.
	does todoke-open "$T/drop"
	jobs

	expect 0 cronjob todoke-check
	[ ! -s "$T/err" ] || fail "todoke-check: $(cat "$T/err")"
	expect 0 person todoke-check
	[ ! -s "$T/err" ] || fail "todoke-check by the coordinator: $(cat "$T/err")"
done

# Who is not of the group can do nothing.
expect 78 setpriv --reuid $STRANGER --regid $STRANGER --clear-groups env -i \
    PATH=/usr/bin:/bin TODOKE_CONF="$CONF" HOME=/nonexistent "$INST/bin/todoke-list"

# What he drops so that nobody else can read it is said, and is not lost.
(umask 077; as $COORDINATOR $GROUP cp "$T/drop" "$SPOOL/new/private")
expect 0 cronjob todoke-sort
says "Permission denied"
[ -n "$(find "$SPOOL" -name private)" ] || fail "a private drop is gone"
