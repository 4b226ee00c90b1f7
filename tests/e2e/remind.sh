# The ladder over three simulated months with two outages of a week, compared
# with a model that reads the holidays itself: each rung at most once, never
# early (invariant 9), never outside office hours, one catch-up after an outage,
# by the ladder of the case's sector, none without the means.  EVERY=5 runs
# todoke-remind every five minutes, as cron does; else at the edges of the hours.
set -eu
. tests/helper/lib.sh
scratch
keys
desk
cat >>"$CONF" <<'EOF'
ladder {
	sector local-government {
		step call { after = 3  via = phone }
		step fax { after = 6  via = fax }
		step web { after = 8  via = form }
		step post { after = 10  via = letter }
		step again { after = 11  via = mail }
		step refax { after = 12  via = fax }
		step ministry { after = 15  via = liaison }
	}
	sector agency {
		step ministry { after = 3  via = liaison }
		step post { after = 4  via = letter }
	}
	sector school { }
}
EOF
printf 'Finder: A <a@finder.example>\nUrl: http://www.city.example.lg.jp/x\n\ntext\n' >"$T/r"
city=soumu@city.example.lg.jp
start='2026-11-24 10:00'
for name in silent answered unread tagged second town village agency school; do
	n=$(ito todoke-open -t "$start" "$T/r")
	case $name in
	town | village) set -- -w local-government ;;
	agency | school) set -- -w $name ;;
	*) set -- ;;
	esac
	expect 0 ito todoke-accept -t "$start" "$@" "$n"
	expect 0 ito todoke-contact -t "$start" -a $city "$n"
	echo "$name $n" >>"$T/cases"
done
number() { sed -n "s/^$1 //p" "$T/cases"; }
# also NAME ADDRESS WAY OUTCOME: a contact that a person wrote down.
also() {
	sed -i "0,/^Contact: /s|^Contact: |Contact: $2; via=$3; from=hand; outcome=$4\nContact: |" \
	    "$SPOOL/$(place "$(number "$1")")"
}
also silent 03-0000-0001 phone untried
also town 03-0000-0002 phone asked
also village 03-0000-0009 phone refused
also town 03-0000-0003 fax refused
also town https://www.town.example/form form bounced
also town '1-2-3 Chuo / Example Town' letter untried
sed -i "0,/^Contact: /s/^Contact: /Contact: web@city.example.lg.jp; via=mail; from=hand; outcome=untried\nContact: /" \
    "$SPOOL/$(place "$(number second)")"

# What would go out is told beforehand, and telling changes nothing.
expect 0 ito todoke-remind -n -t '2026-12-01 10:00'
[ "$(wc -l <"$T/out")" -eq 9 ] || fail "-n tells $(wc -l <"$T/out") of 9"
grep -q "^$(number town)	1	phone	-\$" "$T/out" || fail "$(cat "$T/out")"
grep -q "^$(number village)	1	skip	-\$" "$T/out" || fail "$(cat "$T/out")"
grep -q "^$(number agency)	2	skip	-\$" "$T/out" || fail "$(cat "$T/out")"
grep -q "^$(number school)	0	end	-\$" "$T/out" || fail "$(cat "$T/out")"
grep -q "^$(number silent)	1	mail	$city\$" "$T/out" || fail "$(cat "$T/out")"
grep -q "^$(number second)	1	mail	web@city" "$T/out" || fail "$(cat "$T/out")"
expect 0 ito todoke-remind -n -t '2026-11-26 17:00'
[ ! -s "$T/out" ] || fail "early: $(cat "$T/out")"

for name in answered unread tagged; do
	sed -n 's/^Reply-To: <\(.*\)>/\1/p' "$SPOOL/outbox/$(number $name)".*.contact >"$T/$name.address"
done

cat >"$T/model.py" <<'EOF'
import datetime as dt, os, subprocess, sys
T, BIN, SPOOL, TOP = sys.argv[1:5]
cases = dict(l.split() for l in open(T + "/cases"))
holidays = {l.split("\t")[0] for l in open(TOP + "/etc/holidays.jp")
            if l[:1].isdigit()}

def business(d):
    return not (d.weekday() >= 5 or d.isoformat() in holidays or
                (d.month, d.day) >= (12, 29) or (d.month, d.day) <= (1, 3))

def after(d, n):
    while n:
        d += dt.timedelta(1)
        n -= business(d)
    return d

def office(t):
    m = t.hour * 60 + t.minute
    return business(t.date()) and (570 <= m < 750 or 810 <= m < 1110)

begin = dt.date(2026, 11, 24)
outages = [(dt.date(2026, 12, 7), dt.date(2026, 12, 14)),
           (dt.date(2027, 1, 12), dt.date(2027, 1, 19))]
times = [(0, 5), (9, 25), (9, 30), (12, 45), (13, 30), (18, 25), (18, 35)]
if os.environ.get("EVERY"):
    times = [(m // 60, m % 60)
             for m in range(0, 1440, int(os.environ["EVERY"]))]
env = dict(os.environ, GNUPGHOME=T + "/ito.home")

def run(program, t, *args, text=None):
    p = subprocess.run([BIN + "/" + program, "-t", t.strftime("%Y-%m-%d %H:%M"),
                        *args], env=env, input=text, capture_output=True,
                       text=True)
    assert p.returncode == 0, (program, t, p.stderr)
    return p.stdout

def mail(name, to, subject):
    with open(SPOOL + "/incoming/new/" + name, "w") as f:
        f.write("From: soumu@city.example.lg.jp\nTo: %s\nSubject: %s\n"
                "Message-ID: <%s@city.example.lg.jp>\n\nanswer\n"
                % (to, subject, name))

address = {n: open(T + "/%s.address" % n).read().strip()
           for n in ("answered", "unread", "tagged")}
replied, tagged = dt.date(2026, 12, 3), dt.date(2026, 11, 27)

# The model: what must happen, when.
want = {n: [] for n in cases}
step = dict.fromkeys(cases, 0)
ended = dict.fromkeys(cases, None)
ladders = dict.fromkeys(cases, [(5, "mail"), (10, "phone")])
ladders["town"] = ladders["village"] = [
    (3, "phone"), (6, "fax"), (8, "form"), (10, "letter"), (11, "mail"),
    (12, "fax"), (15, "liaison")]
ladders["agency"] = [(3, "liaison"), (4, "letter")]
ladders["school"] = []
means = dict.fromkeys(cases, {"mail", "phone"})
means["town"] = {"mail", "phone", "letter", "liaison"}
means["village"] = {"mail", "liaison"}
means["agency"] = set()

def waits(t):
    """Since these replies a person is to read them: they stay due."""
    for n, since in ("tagged", tagged), ("unread", replied):
        day = [d for d, _, files in os.walk(SPOOL + "/contacted")
               if cases[n] in files][0][-10:]
        if t.date() >= since and day > t.date().isoformat():
            sys.exit("%s: %s waits for a person, but lies on %s" %
                     (t, n, day))

def expect(t):
    for n in cases:
        if not office(t):
            continue
        d = t.date()
        if n == "answered" and d >= replied:
            continue
        if n == "unread" and replied <= d < after(replied, 5):
            continue
        while True:
            due = [(i + 1, via) for i, (days, via) in enumerate(ladders[n])
                   if i >= step[n] and after(begin, days) <= d]
            if not due:
                break
            able = [r for r in due if r[1] in means[n]]
            rung, via = (able or due)[-1]
            what = "skip" if not able else \
                "remind" if via == "mail" else "task"
            want[n].append((what, rung, via, t.strftime("%Y-%m-%dT%H:%M")))
            step[n] = rung

day = begin
while day < dt.date(2027, 2, 24):
    for h, m in times:
        t = dt.datetime(day.year, day.month, day.day, h, m)
        if t <= dt.datetime(2026, 11, 24, 10, 0):
            continue
        if t == dt.datetime(replied.year, replied.month, replied.day, 0, 5):
            mail("a", address["answered"], "no number")
            mail("u", address["unread"], "no number")
            run("todoke-sort", t)
        if t == dt.datetime(tagged.year, tagged.month, tagged.day, 0, 5):
            mail("t", "desk@desk.example", "Re: [IPA#%s]" % cases["tagged"])
            run("todoke-sort", t)
        if any(a <= day < b for a, b in outages):
            continue
        run("todoke-remind", t)
        expect(t)
        waits(t)
        if day == replied and (h, m) == (9, 30):
            run("todoke-note", t, "-k", "phone", cases["answered"],
                text="They will tell us by mail.\n")
    day += dt.timedelta(1)

bad = 0
for n, number in cases.items():
    got = []
    for root, _, files in os.walk(SPOOL + "/contacted"):
        if number in files:
            for l in open(root + "/" + number):
                w = l.split()
                if l.startswith("Log: ") and w[2] in ("remind", "task", "skip"):
                    rung = [int(x[5:]) for x in w if x.startswith("rung=")][0]
                    via = [x[4:] for x in w if x.startswith("via=")][0]
                    got.append((w[2], rung, via, w[1][:16]))
    if got != want[n]:
        print("case %s: got %s, the model says %s" % (n, got, want[n]))
        bad = 1
    if not got and n not in ("answered", "school"):
        print("case %s: nothing happened" % n)
        bad = 1
sys.exit(bad)
EOF
python3 "$T/model.py" "$T" "$BIN" "$SPOOL" "$TOP" || fail "the ladder and the model differ"

# One mail a rung, with the id of the rung; the first letter to the next
# address, the reminder text where no other is known.
for name in silent second; do
	n=$(number $name)
	[ "$(find "$SPOOL/outbox" -name "$n.r*.remind" | wc -l)" -eq 1 ] || fail "$name: mails"
	grep -q '^Auto-Submitted: ' "$SPOOL/outbox/$n.r1.remind" || fail "headers"
done
grep -q "^To: <web@city" "$SPOOL/outbox/$(number second).r1.remind" || fail "not to the next address"
ito todoke-list -a -t '2027-02-24 10:00' | grep "^$(number silent)" | grep -Eq "telephone|nobody answered" ||
    fail "no task for a person"
expect 0 ito todoke-check

# Follow-up after notification: on its day, once, and the marks.
n=$(number unread)
expect 0 ito todoke-confirm -t '2027-02-24 11:00' -a $city -b phone -k "$T/city.asc" "$n"
expect 0 ito todoke-disclose -t '2027-02-24 11:00' "$n"
p=$SPOOL/$(place "$n")
sed -i 's/^Received: /Notified: 2027-02-24\nReceived: /' "$p"
echo "They called." | ito todoke-note -t '2027-02-25 10:00' -d 2027-03-25 "$n"
printf 'From: %s\nTo: desk@desk.example\nSubject: Re: [IPA#%s]\nMessage-ID: <f@x>\n\nSoon.\n' \
    $city "$n" >"$SPOOL/incoming/new/f"
for day in 2027-03-25 2027-03-26 2027-03-29 2027-04-26 2027-05-25 2027-05-26 2027-12-21; do
	expect 0 ito todoke-sort -t "$day 09:55"
	expect 0 ito todoke-remind -t "$day 10:00"
	expect 0 ito todoke-remind -t "$day 10:05"
	ito todoke-list -a -t "$day 10:10" | grep -q "^$n.*read a reply" || fail "$day: nobody reads the reply"
done
[ "$(grep -c '^Log: .* follow-up ' "$SPOOL/$(place "$n")")" -eq 3 ] || fail "follow-ups: $(grep '^Log:' "$SPOOL/$(place "$n")")"
grep -q '^Log: 2027-03-26.* follow-up days=30 ' "$SPOOL/$(place "$n")" || fail "the first follow-up"
[ "$(grep -c ' overdue days=' "$SPOOL/$(place "$n")")" -ge 2 ] || fail "marks"
[ "$(find "$SPOOL/outbox" -name "$n.r*.follow-up" | wc -l)" -eq 3 ] || fail "follow-up mails"

# Marks come on their days, however long the ladder pauses: 90 days from 24
# November are a Monday, 300 a holiday.
cat >"$T/slow.conf" <<EOF
$(sed '/^ladder {/,$d' "$CONF")
ladder {
	step again { after = 5  via = mail }
	step call { after = 120  via = phone }
	step post { after = 260  via = letter }
}
EOF
n=$(ito todoke-open -t "$start" "$T/r")
expect 0 ito todoke-accept -t "$start" "$n"
expect 0 ito todoke-contact -c "$T/slow.conf" -t "$start" -a $city "$n"
expect 0 ito todoke-remind -c "$T/slow.conf" -n -d 400 -t "$start"
sed -n "s/^\(2027-0[2-9]-..\)	$n	[0-9]*	overdue	-\$/\1/p" "$T/out" >"$T/marks"
printf '2027-02-22\n2027-09-21\n' | diff - "$T/marks" || fail "marks: $(grep "	$n	" "$T/out")"
expect 0 ito todoke-remind -c "$T/slow.conf" -t '2026-12-01 10:00'
place "$n" | grep -q '^contacted/2027-02-22/' || fail "the mark is slept through: $(place "$n")"

# Nor by whom todoke-contact asks, first or again, before a first rung that is
# further away than the mark.
sed 's/after = 5 /after = 100 /' "$T/slow.conf" >"$T/late.conf"
n=$(ito todoke-open -t "$start" "$T/r")
expect 0 ito todoke-accept -t "$start" "$n"
expect 0 ito todoke-contact -c "$T/late.conf" -t "$start" -a $city "$n"
place "$n" | grep -q '^contacted/2027-02-22/' || fail "the mark is passed over: $(place "$n")"
expect 0 ito todoke-contact -c "$T/late.conf" -t '2027-02-19 10:00' -a web@city.example.lg.jp "$n"
place "$n" | grep -q '^contacted/2027-02-22/' || fail "asked again, the mark is passed over: $(place "$n")"

# Nor by who asks on the very day, before the desk opens.
n=$(ito todoke-open -t "$start" "$T/r")
expect 0 ito todoke-accept -t "$start" "$n"
expect 0 ito todoke-contact -t "$start" -a $city "$n"
expect 0 ito todoke-note -t "$start" -d 2027-02-22 "$n"
expect 0 ito todoke-contact -t '2027-02-22 08:00' -m phone -a 03-1111-1111 "$n"
expect 0 ito todoke-remind -t '2027-02-22 10:00'
grep -q '^Log: 2027-02-22.* overdue days=90 ' "$SPOOL/$(place "$n")" || fail "asked on its day, the mark is put off"

# Marked before the details left, a case is marked anew so many days after.
expect 0 ito todoke-confirm -t '2027-02-23 10:00' -a $city -b phone -k "$T/city.asc" "$n"
expect 0 ito todoke-disclose -t '2027-02-23 10:00' "$n"
sed -i 's/^Received: /Notified: 2027-02-23\nReceived: /' "$SPOOL/$(place "$n")"
for day in 2027-03-25 2027-04-26 2027-05-24 2027-05-25; do
	expect 0 ito todoke-remind -t "$day 10:00"
	expect 0 ito todoke-remind -t "$day 10:05"
done
[ "$(grep -c ' overdue days=90 ' "$SPOOL/$(place "$n")")" -eq 2 ] || fail "$(grep '^Log:' "$SPOOL/$(place "$n")")"
grep -q '^Log: 2027-05-24.* overdue days=90 ' "$SPOOL/$(place "$n")" || fail "the mark since notification"

# It opens what is due, each case once, and nothing else.
i=0
while [ $i -lt 30 ]; do
	printf '%08d' $((10000000 + i)) >"$T/x"
	x=$(cat "$T/x")
	mkdir -p "$SPOOL/contacted/2040-01-04" "$SPOOL/mail/$x"
	sed "s/$(number silent)/$x/" "$SPOOL/$(place "$(number silent)")" >"$SPOOL/contacted/2040-01-04/$x"
	i=$((i + 1))
done
due=$(ito todoke-list -d -t '2027-02-24 12:00' -s contacted | wc -l)
strace -f -o "$T/trace" -e trace=openat,openat2 "$BIN/todoke-remind" -n -t '2027-02-24 12:00' >/dev/null
opened=$(grep -cE '"contacted/[0-9-]+/[0-9]{8}"' "$T/trace")
[ "$opened" -eq "$due" ] || fail "$opened case files opened, $due were due"

# A sector that no list has is refused with its line, before anything is read.
sed 's/sector school/sector shcool/' "$CONF" >"$T/wrong.conf"
expect 78 ito todoke-remind -c "$T/wrong.conf" -t '2027-02-24 12:00'
says '"shcool" is not in'
says "wrong.conf:$(grep -n shcool "$T/wrong.conf" | cut -d : -f 1): sector"
