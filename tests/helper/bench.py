"""The measurements of `make bench`; run by tests/helper/bench.

A figure is the median of several runs, ours and bare in turns, so that what
else the machine does meets both; a ratio is the median of those of each turn.
Exit status 1 where a limit is not met.
"""
import os
import shutil
import statistics
import subprocess
import sys

ENV = os.environ
T, BIN, BENCH, BIG = (ENV[k] for k in ("T", "BIN", "BENCH", "BIG"))
CONF, SPOOL, PORT = (ENV[k] for k in ("CONF", "SPOOL", "PORT"))
DUE = 1000
NOON = "2026-12-01 10:00"
SENDER, RCPT = "desk@desk.example", "soumu@city.example.lg.jp"
FORMAT = "%-38s %10s %10s %7s %9s %s"
missed = 0


def row(what, ours, bare="", ratio=None, limit="", met=None):
    global missed
    word = "" if met is None else "yes" if met else "NO"
    missed += met is False
    print(FORMAT % (what, ours, bare, "" if ratio is None else "%.2f" % ratio,
                    limit, word), flush=True)


def ms(seconds):
    return "%.2f ms" % (seconds * 1e3)


def helper(name, *args, conf=CONF, text=None):
    """The lines that a bench program prints, as lists of numbers."""
    p = subprocess.run([BENCH + "/bench-" + name, *args], input=text,
                       env=dict(ENV, TODOKE_CONF=conf), check=True,
                       stdout=subprocess.PIPE, text=True)
    return [[float(v) for v in line.split()] for line in p.stdout.splitlines()]


def child(conf, program, *args, text="", status=0):
    """Wall and CPU seconds, and peak in KiB, of a program as cron runs it."""
    env = dict(PATH="/usr/bin:/bin:/usr/sbin", TODOKE_CONF=conf,
               HOME="/nonexistent", GNUPGHOME=T + "/desk.ring")
    p = subprocess.run([BENCH + "/bench-child", program, *args], env=env,
                       input=text, check=True, stdout=subprocess.PIPE,
                       stderr=subprocess.DEVNULL, text=True)
    wall, cpu, peak, got = p.stdout.split()
    if int(got) != status:
        sys.exit("%s ended with %s" % (program, got))
    return float(wall), float(cpu), int(peak)


def ours(conf, program, *args, **more):
    return child(conf, BIN + "/" + program, *args, **more)


def median(values, key=0):
    return statistics.median(v[key] for v in values)


def turns(ours, bare):
    """The median of each and of the ratio BARE : OURS within each turn."""
    return (statistics.median(ours), statistics.median(bare),
            statistics.median(b / a for a, b in zip(ours, bare)))


def spool(name, where, cases, due, lines=0):
    """A spool of its own, its configuration, the numbers of its due cases."""
    path, conf = where + "/" + name, T + "/" + name + ".conf"
    shutil.copytree(T + "/empty", path)
    with open(CONF) as f, open(conf, "w") as g:
        g.write(f.read().replace('"%s"' % SPOOL, '"%s"' % path))
    p = subprocess.run([BENCH + "/bench-spool", path, str(cases), str(due),
                        str(lines)], check=True, stdout=subprocess.PIPE,
                       text=True)
    return path, conf, p.stdout.split()


def listing(big, small):
    a, b = [], []
    for _ in range(15):
        a.append(ours(big, "todoke-list", "-d", "-t", NOON)[0])
        b.append(ours(small, "todoke-list", "-d", "-t", NOON)[0])
    bare, t, ratio = turns(b, a)
    row("due, of 10^6 cases (bare: of 10^4)", ms(t), ms(bare), ratio,
        "<= 1.2", ratio <= 1.2)
    row("  %d due" % DUE, ms(t), "", None, "<= 100 ms", t <= 0.1)


def look_up(path, numbers):
    t = median(helper("find", path, *numbers))
    row("a case looked up, of 10^6", ms(t), "", None, "<= 5 ms", t <= 0.005)


def memory(big):
    for what, status, args in (
            ("todoke-list -d", 0, ("-d", "-t", NOON)),
            ("todoke-list", 0, ("-t", NOON)),
            ("todoke-remind -n", 0, ("-n", "-t", NOON)),
            ("todoke-check", 65, ())):
        peak = ours(big, what.split()[0], *args, status=status)[2] / 1024
        row("memory, 10^6 cases: " + what, "%.1f MiB" % peak, "", None,
            "<= 32 MiB", peak <= 32)


def change(cases=600):
    """Leaves the letters in the outbox of the spool that it returns."""
    _, conf, numbers = spool("change", T, 10000, cases)
    spool("bare", T, 10000, cases)
    v = helper("change", T + "/bare", conf=conf, text="\n".join(numbers))
    whole = [r[0] for r in v]
    t, bare, ratio = turns(whole, [r[2] + r[3] for r in v])
    row("a change: move, one mail", ms(t), ms(bare), ratio, ">= 0.8",
        ratio >= 0.8)
    t, bare, ratio = turns(whole, [r[3] for r in v])
    row("  beside its writes alone", ms(t), ms(bare), ratio)
    row("  its letter", ms(median(v, 1)))
    return conf


def source(message, n):
    return child(CONF, shutil.which("smtp-source"), "-s", "1", "-m", str(n),
                 "-f", SENDER, "-t", RCPT, "-F", message,
                 "127.0.0.1:" + PORT)[0] / n


def sending(conf, n=100):
    out = T + "/change/outbox"
    letters = sorted(os.listdir(out))
    message = T + "/letter"
    shutil.copy(out + "/" + letters[0], message)
    a, b = [], []
    for _ in range(9):
        a.append(helper("smtp", PORT, SENDER, RCPT, message,
                        str(n))[0][0] / n)
        b.append(source(message, n))
    t, bare, ratio = turns(a, b)
    row("a mail handed over (bare: smtp-source)", ms(t), ms(bare), ratio,
        ">= 0.8", ratio >= 0.8)
    wall = ours(conf, "todoke-send", "-t", NOON)[0] / len(letters)
    if os.listdir(out):
        sys.exit("todoke-send left mail in the outbox")
    row("  todoke-send, with its records", ms(wall), ms(bare), bare / wall)


def encryption():
    for size, rounds in ((4000, 200), (1000000, 60)):
        v = helper("pgp", T + "/desk.ring", ENV["DESKKEY"], str(size), "1",
                   str(rounds))
        t, bare, ratio = turns([r[0] for r in v], [r[1] for r in v])
        row("encrypted, %d kB" % (size // 1000), ms(t), ms(bare), ratio,
            ">= 0.9", ratio >= 0.9)


def mails(name, n, head):
    """N mails of 1 to 40 kB, each another."""
    folder = T + "/" + name
    os.mkdir(folder)
    for i in range(n):
        line = "%d: what an operator or a finder writes.\n" % i
        with open("%s/%d" % (folder, i), "w") as f:
            f.write(head % i + line * (25 + 37 * i % 1000))
    return sorted(os.path.join(folder, f) for f in os.listdir(folder))


def sorting(what, files, limit, bare_args, where, rounds=5):
    """todoke-sort on FILES in an empty spool, beside the bare loop."""
    a, b = [], []
    for i in range(rounds):
        path, conf, _ = spool("%s%d" % (where.replace("/", "."), i), T, 0, 0)
        for f in files:
            shutil.copy(f, path + "/incoming/new/")
        bare = T + "/bare%s%d" % (where.replace("/", "."), i)
        for part in ("new", "tmp"):
            os.makedirs(bare + "/" + part)
        args = [bare if v is None else v for v in bare_args]
        b.append(helper("mail", *args, *files)[0][0] / len(files))
        a.append(ours(conf, "todoke-sort")[0] / len(files))
        if len([f for f in os.listdir(path + "/" + where)
                if not f.endswith(".why")]) != len(files):
            sys.exit("todoke-sort did not put all into " + where)
        shutil.rmtree(path)
        shutil.rmtree(bare)
    t, bare, ratio = turns(a, b)
    row(what, ms(t), ms(bare), ratio, ">= %.1f" % limit if limit else "",
        ratio >= limit if limit else None)


def mail_in(n=100):
    head = ("From: a@b.example\nTo: %s\nDate: Tue, 24 Nov 2026 09:00:00 "
            "+0900\nMessage-ID: <%%d@b.example>\nSubject: x\n\n")
    seal = ["seal", T + "/desk.ring", ENV["DESKKEY"]]
    sorting("a mail sorted and sealed (bare: GPGME)",
            mails("sealed", n, head % "desk@desk.example"), 0.8,
            seal + ["1"], "unsorted/new")
    sorting("  a report: a case, three times sealed",
            mails("report", n, head % "report@desk.example"), None,
            seal + ["3"], "mail", 3)
    sorting("  no mail, put away (bare: delivered)",
            mails("nomail", n, "\n%d\n"), 0.5, ["deliver", None], "bad")


def long_log():
    _, conf, numbers = spool("long", T, 1, 1, 1000)
    for program, text in (("todoke-show", ""), ("todoke-note", "A word.\n")):
        t = median([ours(conf, program, numbers[0], text=text)
                    for _ in range(9)], 1)
        row("a log of 1,000 lines: " + program, ms(t), "", None, "<= 50 ms",
            t <= 0.05)


def idle():
    for program in ("todoke-sort", "todoke-send", "todoke-remind"):
        t = median([ours(CONF, program) for _ in range(9)], 1)
        row("CPU with nothing to do: " + program, ms(t), "", None, "<= 15 ms",
            t <= 0.015)


def main():
    shutil.copytree(SPOOL, T + "/empty")
    print(FORMAT % ("what", "ours", "bare", "ratio", "limit", "met"))
    idle()
    long_log()
    encryption()
    mail_in()
    sending(change())
    path, big, numbers = spool("big", BIG, 1000000, DUE)
    _, small, _ = spool("small", BIG, 10000, DUE)
    listing(big, small)
    look_up(path, numbers)
    memory(big)
    if missed:
        print("%d limits not met" % missed)
    return 1 if missed else 0


sys.exit(main())
