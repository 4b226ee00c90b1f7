# todoke-remind -n -d tells, day by day, what the desk then really does where
# nobody answers: the same cases, run day by day through a real mail server.
set -eu
. tests/helper/lib.sh
scratch
mta
keys
desk
echo 'web@city.example.lg.jp boxes/city/' >>"$T/postfix/boxes"
cat >>"$CONF" <<'EOC'
ladder {
	step again { after = 5 via = mail }
	step other { after = 8 via = mail }
	step call { after = 12 via = phone }
	step post { after = 30 via = letter }
}
EOC
printf 'Finder: A <yamada@finder.example>\nUrl: http://www.city.example.lg.jp/x\n\ntext\n' >"$T/r"
city=soumu@city.example.lg.jp
start='2026-12-01 11:00'

# opened NAME DAY: asked on that day.
opened() {
	number=$(ito todoke-open -t "$2 09:40" "$T/r")
	expect 0 ito todoke-accept -t "$2 09:45" "$number"
	expect 0 ito todoke-contact -t "$2 10:00" -a $city "$number"
	sed -i "0,/^Contact: /s|^Contact: |Contact: 03-1111-2222; via=phone; from=page\nContact: 1-1 Example; via=letter; from=page\n&|" \
	    "$SPOOL/$(place "$number")"
	echo "$1 $number" >>"$T/cases"
}
number() { sed -n "s/^$1 //p" "$T/cases"; }
send() { expect 0 ito todoke-send -t "$1"; }
answered() {
	to=$(sed -n 's/^Reply-To: <\(.*\)>/\1/p' "$SPOOL/outbox/$number".*.contact)
	printf 'From: %s\nTo: %s\nSubject: re\nMessage-ID: <%s@x>\n\nWell?\n' \
	    $city "$to" "$1" >"$SPOOL/incoming/new/$1"
}

opened old 2026-10-01
expect 0 cron todoke-remind -t '2026-11-27 10:00'
echo "The letter was posted." | ito todoke-note -t '2026-11-27 10:30' "$number"
opened late 2026-11-04                  # two rungs were missed
opened silent 2026-11-24
opened more 2026-11-24
sed -i "0,/^Contact: /s/^Contact: /Contact: web@city.example.lg.jp; via=mail; from=role\n&/" \
    "$SPOOL/$(place "$number")"
opened unread 2026-11-24
answered unread
opened read 2026-11-24
answered read
opened wrong 2026-11-24
opened deferred 2026-11-24
opened fixing 2026-11-24
expect 0 ito todoke-sort -t '2026-11-27 10:00'
echo "They called." | ito todoke-note -t '2026-11-27 11:00' "$(number read)"
expect 0 ito todoke-note -t '2026-11-27 11:00' -d 2027-01-20 "$(number deferred)"
send '2026-11-30 10:00'
expect 0 ito todoke-note -t '2026-12-01 10:00' -a $city -r wrong-party "$(number wrong)"
n=$(number fixing)
expect 0 ito todoke-confirm -t '2026-11-30 10:00' -a $city -b phone -k "$T/city.asc" "$n"
expect 0 ito todoke-disclose -t '2026-11-30 10:00' "$n"
send '2026-11-30 10:05'
opened details 2026-11-30
send '2026-11-30 10:10'
expect 0 ito todoke-confirm -t '2026-11-30 11:00' -a $city -b phone -k "$T/city.asc" "$number"
expect 0 ito todoke-disclose -t '2026-11-30 11:00' "$number"
opened fresh 2026-12-01

state() { (cd "$SPOOL" && find . -type f ! -name lock -exec sha256sum {} + | sort); }
state >"$T/before"
expect 64 cron todoke-remind -d 90
expect 64 cron todoke-remind -n -d 0
expect 64 cron todoke-remind -n -d 9x
expect 78 cron todoke-remind -n -t "$(sed -n 's|^valid [^ ]* ||p' etc/holidays.jp)" -d 9
says "holidays.jp knows the days"
expect 0 cron todoke-remind -n -t "$start" -d 90
state | cmp - "$T/before" || fail "telling changed something"
[ ! -s "$T/err" ] || fail "$(cat "$T/err")"
cp "$T/out" "$T/told"

# What lies in outbox/ is told by its id, of today.
(cd "$SPOOL/outbox" && find . -type f ! -name '*.copy' | sed 's|^\./||') | sort >"$T/outbox"
awk -F '\t' '$4 == "outbox" { print $5 }' "$T/told" | sort | cmp - "$T/outbox" ||
    fail "the outbox: $(cat "$T/told")"
[ "$(wc -l <"$T/outbox")" -ge 3 ] || fail "this test has no outbox"

# Day by day, some of them more than once a day.
python3 - "$BIN" "$T" <<'EOP' || fail "a run"
import datetime as dt, os, subprocess, sys
bindir, T = sys.argv[1:]
env = dict(os.environ, GNUPGHOME=T + "/desk.ring")
day = dt.date(2026, 12, 1)
for n in range(90):
    for clock in ("11:00",) if n % 7 else ("08:00", "11:00", "11:05", "17:00"):
        if n == 0 and clock < "11:00":
            continue
        for program in ("todoke-send", "todoke-remind", "todoke-send"):
            p = subprocess.run([bindir + "/" + program, "-t",
                                "%s %s" % (day, clock)], env=env,
                               capture_output=True, text=True)
            assert p.returncode == 0, (program, day, p.stderr)
    day += dt.timedelta(1)
EOP
python3 - "$SPOOL" "$T" <<'EOP' || fail "what was told is not what was done"
import glob, re, shlex, sys
spool, T = sys.argv[1:]
done = []
for name in sorted(glob.glob(spool + "/[a-z]*/*-*/[0-9]*")):
    for line in open(name):
        if not line.startswith("Log: "):
            continue
        time, event, rest = line[5:].split(" ", 2)
        w = dict(x.split("=", 1) for x in shlex.split(rest))
        count = w.get("rung", w.get("days", "0"))
        what = {"remind": "mail", "task": w.get("via"), "skip": "skip",
                "follow-up": "follow-up", "overdue": "overdue",
                "ladder-end": "end"}.get(event)
        if what and time >= "2026-12-01T11":
            done.append([time[:10], name[-8:], count, what, w.get("to", "-")])
told = [l.rstrip("\n").split("\t") for l in open(T + "/told")]
told = [l for l in told if l[3] != "outbox"]
key = lambda l: l[:2]
for l in told:
    if l[3] in ("skip", "overdue", "end"):
        l[4] = "-"
done.sort(key=key)
told.sort(key=key)
kinds = {l[3] for l in told}
want = {"mail", "phone", "letter", "skip", "follow-up", "overdue", "end"}
print("told:", len(told), "done:", len(done), kinds)
for l in [x for x in told if x not in done]:
    print("told only:", l)
for l in [x for x in done if x not in told]:
    print("done only:", l)
sys.exit(told != done or not want <= kinds)
EOP
expect 0 ito todoke-check
