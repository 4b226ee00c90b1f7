# todoke-day says what a slow count over the holiday file says: each day from
# 2009 to 2030 with and without a yearly closure, each minute of some days,
# in zones by name and by rule; what it cannot know it refuses.
set -eu
. tests/helper/lib.sh
scratch

# conf NAME ZONE CLOSED: a desk without a spool.
conf() {
	cat >"$T/$1" <<EOF
spool { path = "$T/nowhere" }
calendar { zone = "$2" holidays = "$TOP/etc/holidays.jp" closed = {$3} }
EOF
}
conf open JST-9 ''
conf shut JST-9 '"12-29/01-03"'
conf tokyo Asia/Tokyo '"12-29/01-03"'
conf berlin Europe/Berlin '"12-29/01-03"'
conf nonsense Asia/Atlantis ''
conf late Europe/Berlin ''
sed -i 's|closed = {}|closed = {} hours = {"00:00-24:00"}|; s|holidays = "[^"]*"|holidays = "'"$T/sundays"'"|' "$T/late"
# Sundays with a change of the clock are no business days: the rule of Berlin
# moved to a Friday and a Thursday shows the desk at work in these hours.
printf 'valid 2020-01-01 2030-12-31\n' >"$T/sundays"
sed 's|"Europe/Berlin"|"CET-1CEST,J88/02,J302/03"|' "$T/late" >"$T/moved"
conf short JST-9 ''
sed -i 's|holidays = "[^"]*"|holidays = "'"$T/year"'"|' "$T/short"
printf 'valid 2026-01-01 2026-12-31\n2026-01-01\tnew year\n' >"$T/year"

cat >"$T/judge.py" <<'EOF'
import datetime, os, subprocess, sys, zoneinfo
from concurrent.futures import ThreadPoolExecutor
day_program, top, t = sys.argv[1:4]
one = datetime.timedelta(days=1)
# Under valgrind each question costs a second: fewer of them.
thin = 97 if "VALGRIND_FOUND" in os.environ else 1
holidays = set()
for line in open(top + "/etc/holidays.jp", encoding="utf-8"):
    if line[:1].isdigit():
        holidays.add(line.split("\t")[0])
bad = 0

def ask(conf, *args):
    p = subprocess.run([day_program, "-c", t + "/" + conf, *args],
        stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return p.returncode, p.stdout.strip(), p.stderr

def same(what, got, want):
    global bad
    if got != want:
        print(what, "is", got, "not", want)
        bad += 1

def business(d, shut):
    if d.weekday() >= 5 or d.isoformat() in holidays:
        return False
    md = (d.month, d.day)
    return not (shut and (md >= (12, 29) or md <= (1, 3)))

def on_or_after(d, shut):
    while not business(d, shut):
        d += one
    return d

def add(d, n, shut):
    step = one if n > 0 else -one
    while n:
        d += step
        if business(d, shut):
            n -= 1 if n > 0 else -1
    return d

# Months: as many business days as counted, and the last one is the last, so
# a day too many or too few anywhere shows.  Holidays, the days behind them and
# the turn of each year: one by one, by each way to ask.
jobs = []
for conf, shut in (("open", False), ("shut", True)):
    d = datetime.date(2009, 1, 1)
    i = 0
    while d <= datetime.date(2030, 12, 31):
        if d.day == 1:
            month = [d + k * one for k in range(31)
                if (d + k * one).month == d.month]
            n = sum(business(k, shut) for k in month)
            jobs.append((conf, ((d - one).isoformat(), "+%d" % n),
                (0, max(k for k in month if business(k, shut)).isoformat())))
        if d.isoformat() in holidays or (d - one).isoformat() in holidays \
            or (d.month, d.day) >= (12, 28) or (d.month, d.day) <= (1, 4) \
            or d.toordinal() % 17 == 0:
            a = d.isoformat()
            n = (1, -1, 2, 3, 5, -4, 10, 61)[i // 3 % 8]
            jobs.append((
                (conf, ("-q", a), (0 if business(d, shut) else 1, "")),
                (conf, (a,), (0, on_or_after(d, shut).isoformat())),
                (conf, (a, "%+d" % n), (0, add(d, n, shut).isoformat()))
                )[i % 3])
            i += 1
        d += one
jobs = jobs[::thin]
with ThreadPoolExecutor(2) as pool:
    for job, got in zip(jobs, pool.map(lambda j: ask(j[0], *j[1]), jobs)):
        same(" ".join((job[0],) + job[1]), got[:2], job[2])

# Office hours, minute by minute; as an instant, so the clock may be changed.
spans = ((570, 750), (810, 1110))
def office(t, zone, conf):
    l = t.astimezone(zone)
    m = l.hour * 60 + l.minute
    if conf == "late":
        return l.weekday() < 5
    return business(l.date(), True) and any(a <= m < b for a, b in spans)
minute = datetime.timedelta(minutes=1)
def hours(conf, name, first, count, stride=1):
    zone = zoneinfo.ZoneInfo(name)
    t0 = datetime.datetime.fromisoformat(first).replace(tzinfo=zone)
    t0 = t0.astimezone(datetime.timezone.utc)
    times = [t0 + k * minute for k in range(0, count, stride * thin)]
    def one_time(t):
        how = "-o" if times.index(t) % 4 == 0 else "-oq"
        return how, ask(conf, how, t.isoformat())[:2]
    with ThreadPoolExecutor(2) as pool:
        for t, (how, got) in zip(times, pool.map(one_time, times)):
            u = t
            while not office(u, zone, conf):
                u += minute
            want = (0 if u == t else 1, "")
            if how == "-o":
                want = (0, u.astimezone(zone).strftime("%Y-%m-%d %H:%M"))
            same("%s %s %s" % (conf, how, t), got, want)
hours("shut", "Asia/Tokyo", "2026-12-28 09:20", 600)
hours("tokyo", "Asia/Tokyo", "2026-11-22 00:00", 3 * 1440, 11)
# Days of a changed clock, in spring and autumn, and the Mondays behind them.
for sunday in ("2026-03-29", "2026-10-25"):
    hours("berlin", "Europe/Berlin", sunday + " 00:00", 2 * 1440, 19)
    hours("late", "Europe/Berlin", sunday + " 00:00", 2 * 1440, 19)
sys.exit(bad > 0)
EOF
python3 "$T/judge.py" "$BIN/todoke-day" "$TOP" "$T" ||
    fail "todoke-day and the count differ"

day() {
	"$BIN/todoke-day" "$@"
}
# prints TEXT ARGUMENT…
prints() {
	line=$1
	shift
	expect 0 day "$@"
	[ "$(cat "$T/out")" = "$line" ] || fail "$*: $(cat "$T/out"), not $line"
	[ ! -s "$T/err" ] || fail "$*: it said $(cat "$T/err")"
}
TODOKE_CONF=$T/shut
export TODOKE_CONF

# The clock that jumps within office hours: 02:00 to 03:00 on Friday 29 March
# 2030, 03:00 back to 02:00 on Tuesday 29 October.
prints "2030-03-29 01:59" -c "$T/moved" -o "2030-03-29T00:59:00Z"
prints "2030-03-29 03:00" -c "$T/moved" -o "2030-03-29T01:00:00Z"
prints "2030-10-29 02:30" -c "$T/moved" -o "2030-10-29T00:30:00Z"
prints "2030-10-29 02:30" -c "$T/moved" -o "2030-10-29T01:30:00Z"

# Now, as of -t, and words alone.
prints 2026-11-24 -t "2026-11-21 10:00"
prints 2026-11-24 -t 2026-11-23T23:59:00Z
prints 2026-11-25 -t 2026-11-24T15:00:00Z
prints 2026-11-26 -t 2026-11-21 +3
prints 2027-01-06 2026-12-28 +3
prints 2026-12-22 2026-12-28 -4
prints 2026-11-19 -t 2026-11-21 -- -2
prints 2026-11-24 2026-11-21 +0
prints "2026-11-24 09:30" -o -t "2026-11-21 10:00"
prints "2026-11-24 13:30" -o "2026-11-24 12:30"
prints "2026-11-24 12:28" -o 2026-11-24T12:28:01+09:00
prints "2026-11-24 12:29" -o 2026-11-24T12:29:30+09:00
prints "2026-11-24 13:30" -o 2026-11-24T12:30:01+09:00
prints "2026-12-28 18:29" -o 2026-12-28T18:29:01+09:00
expect 0 day -q 2026-11-24
expect 1 day -q 2026-11-23
expect 0 day -q -t "2026-11-24 03:00"
expect 1 day -q -t "2026-11-23 12:00"
expect 0 day -qo "2026-11-24 12:29"
expect 1 day -oq "2026-11-24 12:30"
expect 1 day -oq -t "2026-11-24 13:29"
[ ! -s "$T/out" ] && [ ! -s "$T/err" ] || fail "-q said something"

# Nonsense, and what the file does not know.
for words in 2026-02-29 2026-11-31 26-11-24 20261124 today "" 3 "2026-11-24 3" \
    "2026-11-24 +" "2026-11-24 ++1" "2026-11-24 +1x" "2026-11-24 +100001" \
    "2026-11-24 2026-11-25" "+1 +2" "+1 2026-11-24" "a b c" \
    "-q 2026-11-24 +1" "-q +1" "-o 2026-11-24 12:00" "-o noon" "-t never"; do
	# shellcheck disable=SC2086
	case $words in
	"") expect 64 day "" ;;
	*) expect 64 day $words ;;
	esac
done
expect 78 day -c "$T/nonsense"
says Asia/Atlantis
expect 78 day -c "$T/none"
for words in "2025-12-31" "2027-01-01" "-q 2027-01-01" "2026-12-31 +1" \
    "2026-01-01 -1" "2026-06-01 +1000" "-oq 2027-01-04" \
    "-o 2026-12-31T19:00:00+09:00"; do
	# shellcheck disable=SC2086
	expect 78 day -c "$T/short" $words
	says "$T/year knows the days from 2026-01-01 to 2026-12-31"
	[ ! -s "$T/out" ] || fail "$words: guessed $(cat "$T/out")"
done
got=0
day 2026-11-24 >/dev/full 2>/dev/null || got=$?
[ "$got" -eq 74 ] || fail "full standard output: $got"
[ ! -e "$T/nowhere" ] || fail "it made a spool"
