# todoke-sort -n FILE…: what a mail is, a TSV line each, and nothing changed;
# whose it is; a table that is out of order.
set -eu
. tests/helper/lib.sh
scratch
keys
desk
tab=$(printf '\t')

# line FILE CLASS CASE RECIPIENTS STATUS HOW ID: the output is this line.
line() {
	want=$(printf '%s\t%s\t%s\t%s\t%s\t%s\t%s' "$@")
	[ "$(cat "$T/out")" = "$want" ] || {
		cat "$T/out" >&2
		fail "not: $want"
	}
}
# mail NAME LINE…: a mail outside the spool.
mail() {
	name=$1
	shift
	printf '%s\n' "$@" >"$T/$name"
}
bounce() {
	mail "$1" "Return-Path: <>" "From: MAILER-DAEMON@mx.example" "To: $2" \
	    "Subject: failure notice" "" "<soumu@city.example.lg.jp>:" \
	    "550 5.1.1 user unknown" "" \
	    "--- Below this line is a copy of the message." "" \
	    "Message-ID: <$3>" "To: soumu@city.example.lg.jp" "" "x"
}

# Without a case and without a secret: none is made, nothing changes.
bounce b desk@desk.example 1@desk.example
find "$SPOOL" "$T"/*.ring | sort >"$T/before"
rm -f "$T/secret"
expect 0 cron todoke-sort -n "$T/b"
line "$T/b" bounce - soumu@city.example.lg.jp 5.1.1 permanent 1@desk.example
mail o "From: a@b.example" "To: desk@desk.example" "Subject: x" "" "x"
expect 0 cron todoke-sort -n "$T/o"
line "$T/o" ordinary - - - - -
mail r "From: a@b.example" "To: report@desk.example" "Subject: x" "" "x"
expect 0 cron todoke-sort -n "$T/r"
line "$T/r" report - - - - -
find "$SPOOL" "$T"/*.ring | sort | cmp - "$T/before" || fail "something changed"
[ ! -e "$T/secret" ] || fail "a secret was made"

# Several, one of them no mail: the others are told, the worst is the status.
: >"$T/empty"
expect 66 cron todoke-sort -n "$T/b" "$T/empty" "$T/none" "$T/o"
[ "$(cut -f 2 "$T/out" | tr '\n' ' ')" = "bounce ordinary " ] ||
    fail "$(cat "$T/out")"
says "none"
says "empty: not a mail"
expect 64 cron todoke-sort "$T/b"

# No spool, or none that may be read: it is said once, and the case is -.
sed "s|$SPOOL|$T/nowhere|; s|^calendar.*||" "$CONF" >"$T/away.conf"
expect 0 cron todoke-sort -n -c "$T/away.conf" "$T/b" "$T/r"
says "no case is looked for: spool $T/nowhere: No such file"
[ "$(wc -l <"$T/err")" -eq 1 ] || fail "said more than once"
[ "$(cut -f 2,3 "$T/out" | tr "\t\n" "  ")" = "bounce - report - " ] || fail "$(cat "$T/out")"
[ ! -e "$T/nowhere" ] || fail "a spool was made"
expect 78 cron todoke-sort -c "$T/away.conf"
# Nothing is installed at all: by the standards and the defaults.
etc=$(sed -n 's/^#define SYSCONFDIR "\(.*\)"/\1/p' "$BIN/lib/made/paths.h")
if [ ! -e "$etc/todoke" ]; then
	mail s "From: postmaster@mx.example" "To: desk@desk.example" "MIME-Version: 1.0" \
	    "Content-Type: multipart/report; report-type=delivery-status; boundary=b" "" \
	    "--b" "" "no" "--b" "Content-Type: message/delivery-status" "" \
	    "Reporting-MTA: dns; mx.example" "" "Final-Recipient: rfc822; soumu@city.example.lg.jp" \
	    "Action: failed" "Status: 5.1.1" "" "--b--"
	expect 0 env -i PATH=/usr/bin:/bin "$BIN/todoke-sort" -n "$T/s" "$T/b"
	[ "$(cut -f 2-4 "$T/out" | tr '\t\n' '  ')" = "bounce - soumu@city.example.lg.jp ordinary - - " ] ||
	    fail "$(cat "$T/out" "$T/err")"
	says "by the standards alone: $etc/todoke/bounces"
	expect 78 env -i PATH=/usr/bin:/bin "$BIN/todoke-sort" -n
fi
expect 78 cron todoke-sort -n -c "$T/none.conf" "$T/b"
expect 78 cron todoke-sort -n -c "$T/away.conf"

# Whose it is: a bounce to the keyed address, a reply, an automatic answer.
printf 'Finder: A <a@finder.example>\nUrl: http://www.city.example.lg.jp/x\n\ntext\n' >"$T/report"
number=$(ito todoke-open "$T/report")
expect 0 ito todoke-accept "$number"
expect 0 ito todoke-contact -a soumu@city.example.lg.jp "$number"
sent=$(ls "$SPOOL/outbox/$number".*.contact)
address=$(sed -n 's/^Reply-To: <\(.*\)>/\1/p' "$sent")
mid=$(sed -n 's/^Message-ID: <\(.*\)>/\1/p' "$sent")
find "$SPOOL" -type f -exec sha256sum {} + | sort >"$T/before"
bounce b "$address" "$mid"
expect 0 cron todoke-sort -n "$T/b"
line "$T/b" bounce "$number" soumu@city.example.lg.jp 5.1.1 permanent "$mid"
mail o "From: soumu@city.example.lg.jp" "To: desk@desk.example" \
    "In-Reply-To: <$mid>" "Subject: x" "" "x"
expect 0 cron todoke-sort -n "$T/o"
line "$T/o" reply "$number" - - - "$mid"
mail a "From: soumu@city.example.lg.jp" "To: $address" \
    "Auto-Submitted: auto-replied" "Subject: x" "" "x"
expect 0 cron todoke-sort -n "$T/a"
line "$T/a" autoreply "$number" - - - -
# A name from outside cannot make a column or a line of its own.
cp "$T/a" "$T/a${tab}b"
expect 0 cron todoke-sort -n "$T/a${tab}b"
[ "$(awk -F '\t' '{ print NF }' "$T/out")" = 7 ] || fail "$(cat "$T/out")"
find "$SPOOL" -type f -exec sha256sum {} + | sort | cmp - "$T/before" ||
    fail "something changed"

# What it calls automatic is filed as that, whatever its header says.
mail a "From: soumu@city.example.lg.jp" "To: $address" \
    "Subject: Automatic reply: x" "" "x"
cp "$T/a" "$SPOOL/incoming/new/1"
expect 0 cron todoke-sort
grep -q "^Log: .* automatic .*proof=address" "$SPOOL/$(place "$number")" ||
    fail "the automatic answer is not in the log as one"

# The table: data of the desk; a bad line is an error before anything moves.
cp -r "$TOP/etc" "$T/etc"
echo "words { path = \"$T/etc\" }" >>"$CONF"
mail v "From: robot@gateway.example" "Subject: Bericht" "" \
    "Zustellung an hans@example.de gescheitert"
expect 0 cron todoke-sort -n "$T/v"
line "$T/v" ordinary - - - - -
printf 'header\tdaemon\t^from: *robot@gateway.example\ntext\tbounce\tgescheitert\nrcpt\tsure\t^Zustellung an ADDRESS\n' >>"$T/etc/bounces"
expect 0 cron todoke-sort -n "$T/v"
line "$T/v" bounce - hans@example.de - temporary -
printf 'subject\tbunce\tx\n' >>"$T/etc/bounces"
cp "$T/o" "$SPOOL/incoming/new/2"
for what in "" "-n" "-n $T/v"; do
	# shellcheck disable=SC2086
	expect 78 cron todoke-sort $what
	says "etc/bounces:$(wc -l <"$T/etc/bounces"): subject cannot mean"
done
[ -e "$SPOOL/incoming/new/2" ] || fail "a mail was sorted without the table"
