# Several copies of every runner at once and coordinators beside them, with a
# person's mv between: nothing doubled, nothing lost.
set -eu
. tests/helper/lib.sh
scratch
mta
keys
desk
N=12
i=0
while [ $i -lt $N ]; do
	printf 'Finder: F <yamada@finder.example>\nUrl: http://s%s.city.example.lg.jp/x\n\ntext %s\n' $i $i >"$SPOOL/new/r$i"
	i=$((i + 1))
done
pids=
for _ in 1 2 3 4; do
	cron todoke-sort & pids="$pids $!"
done
# shellcheck disable=SC2086
wait $pids
cron todoke-sort
[ "$(cron todoke-list | wc -l)" -eq $N ] || fail "$(cron todoke-list | wc -l) cases of $N reports"
[ "$(find "$SPOOL/outbox" -name '*.receipt' | wc -l)" -eq $N ] || fail "receipts"

numbers=$(cron todoke-list | cut -f 1)
# Two coordinators accept every case at once: one wins, the other is told.
coordinator() {
	for n in $numbers; do
		ito todoke-accept "$n" 2>>"$T/lost.$1" || true
		ito todoke-contact -a soumu@city.example.lg.jp "$n" 2>>"$T/lost.$1" || true
	done
}
hand() {
	mkdir -p -m 2770 "$SPOOL/new/2031-01-06"
	for n in $numbers; do
		mv "$SPOOL"/new/20*/"$n" "$SPOOL/new/2031-01-06/" 2>/dev/null || true
	done
}
pids=
coordinator 1 & pids="$pids $!"
coordinator 2 & pids="$pids $!"
hand & pids="$pids $!"
for _ in 1 2 3; do
	cron todoke-send & pids="$pids $!"
	cron todoke-sort & pids="$pids $!"
done
# shellcheck disable=SC2086
wait $pids
cron todoke-sort
cron todoke-send
cron todoke-send
[ -z "$(find "$SPOOL/outbox" "$SPOOL/tmp" -type f)" ] || fail "left: $(find "$SPOOL/outbox" "$SPOOL/tmp" -type f)"
for n in $numbers; do
	[ "$(find "$SPOOL" -type f -name "$n" | wc -l)" -eq 1 ] || fail "case $n is not there once"
	[ "$(grep -c '^Log: .* accept ' "$SPOOL/$(place "$n")")" -eq 1 ] || fail "case $n was accepted twice"
done
# Every mail that a case decided on arrived, once.
decided=$(cat "$SPOOL"/*/*/[0-9]* 2>/dev/null | grep '^Mail: ' | grep -vc '\.copy ')
arrived "$T/boxes/finder" $((2 * N))
asked=$(cat "$SPOOL"/contacted/*/* | grep '^Mail: ' | grep -c 'contact ')
arrived "$T/boxes/city" "$asked"
got=$(find "$T/boxes" -type f | wc -l)
[ "$got" -eq "$decided" ] || fail "$got mails arrived, $decided were decided on"
doubles=$(cat "$T"/boxes/*/new/* | grep -i '^Message-ID:' | sort | uniq -d)
[ -z "$doubles" ] || fail "twice: $doubles"
expect 0 "$BIN/todoke-check"
[ ! -s "$T/err" ] || fail "todoke-check: $(cat "$T/err")"
