"""suite: what the suites "smtp" and "input" share: scratch desks with keys,
programs run under a watch, seeded bugs, and the table that torture reads.

A suite is a Plan: cases are objects with a name; play(place, case) plays one
on PLACE, a folder of one worker, and returns (cases, injected, violations).
"""
import base64
import concurrent.futures
import getopt
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

TOP = os.getcwd()
DEADLINE = 30  # seconds until a program is said to hang
FINDER = "yamada@finder.example"
OPERATOR = "soumu@city.example.lg.jp"
CRON = ("todoke-sort", "todoke-send", "todoke-remind", "todoke-check")

CONF = """
desk {
	tag = "IPA"
	name = "脆弱性届出窓口"
	address = "desk@desk.example"
	phone = "03-0000-0000"
	handler = "伊東"
	faq = "https://desk.example/faq"
	web = "https://desk.example/"
	reports = {"report@desk.example"}
}
spool { path = "%(home)s/spool" }
smtp { host = "127.0.0.1" port = 1 deadline = 20s }
pgp { home = "%(top)s/desk.ring" keys = {"%(key)s"} }
calendar { holidays = "%(tree)s/etc/holidays.jp" }
templates { path = "%(tree)s/etc/templates" }
words { path = "%(tree)s/etc" }
secret { file = "%(top)s/secret" }
intake { still = 0s }
"""


class End:
    """How a program ended.  STATUS is None where it was killed."""

    def __init__(self, argv, code, hung, out, err):
        self.argv, self.hung, self.out, self.err = argv, hung, out, err
        self.status = code if code >= 0 else None
        self.signal = -code if code < 0 else 0

    def __str__(self):
        how = "hung" if self.hung else "signal %d" % self.signal \
            if self.signal else "exit %d" % self.status
        return "%s: %s: %s" % (
            os.path.basename(self.argv[0]) + " " + " ".join(self.argv[1:]),
            how, (self.err or self.out).decode("utf-8", "replace")
            .strip().replace("\n", " | ")[:500])


def run(argv, env, deadline=DEADLINE, user=None, data=b""):
    who = {} if user is None else {"user": user, "group": user,
                                   "extra_groups": []}
    p = subprocess.Popen(argv, env=env, stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                         start_new_session=True, **who)
    try:
        out, err = p.communicate(data, deadline)
        hung = False
    except subprocess.TimeoutExpired:
        os.killpg(p.pid, signal.SIGKILL)
        out, err = p.communicate()
        hung = True
    return End(argv, p.returncode, hung, out, err)


def gpg(home, *args, data=b"", user=None):
    end = run(["gpg", "--homedir", home, "--batch", "--quiet", "--no-tty",
               "--yes", "--passphrase", ""] + list(args),
              {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"}, 60, user,
              data)
    if end.status != 0:
        raise RuntimeError(str(end))
    return end.out


def fingerprint(home, user=None):
    for line in gpg(home, "--list-keys", "--with-colons",
                    user=user).splitlines():
        if line.startswith(b"fpr"):
            return line.split(b":")[9].decode()
    raise RuntimeError(home + ": no key")


def make_home(home, user):
    os.mkdir(home, 0o700)
    if user is not None:
        os.chown(home, user, user)


def make_key(home, uid, user):
    make_home(home, user)
    gpg(home, "--quick-generate-key", uid, "ed25519", "cert", "never",
        user=user)
    gpg(home, "--quick-add-key", fingerprint(home, user), "cv25519", "encr",
        "never", user=user)
    return gpg(home, "--export", "--armor", user=user)


def make_keys(top, user=None):
    """ito.home, the coordinator's; desk.ring without secrets; city.asc, the
    operator's key.  Returns the fingerprint of the desk's."""
    own = make_key(top + "/ito.home", "Desk <desk@desk.example>", user)
    city = make_key(top + "/city.home", "City <%s>" % OPERATOR, user)
    with open(top + "/city.asc", "wb") as f:
        f.write(city)
    make_home(top + "/desk.ring", user)
    gpg(top + "/desk.ring", "--import", data=own, user=user)
    return fingerprint(top + "/ito.home", user)


def stop_agents(top, user=None):
    for name in ("ito.home", "city.home", "desk.ring", "locked.home"):
        run(["gpgconf", "--homedir", "%s/%s" % (top, name), "--kill", "all"],
            {"PATH": "/usr/bin:/bin"}, user=user)


def at_terminal(log, answer, argv):
    """ARGV at a terminal of its own (tests/helper/terminal), but LOG.in is its
    input, LOG.out and LOG.err what it says elsewhere."""
    return [TOP + "/tests/helper/terminal", log, answer, "/bin/sh", "-c",
            'exec "$@" <"$0.in" >"$0.out" 2>"$0.err"', log] + argv


def passphrase(log):
    """That a terminal showed last, or None."""
    if not os.path.exists(log):
        return None
    with open(log, "rb") as f:
        found = re.findall(rb"^ {4}([a-z]+(?:-[a-z]+)+)\r?$", f.read(), re.M)
    return found[-1].decode() if found else None


def unzip(archive, word):
    """What is in it, or nothing where WORD does not open it."""
    end = run(["7z", "x", "-so", "-p" + word, archive],
              {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"})
    return end.out if end.status == 0 else b""


def zips(mail):
    """The archives that are attached to a mail."""
    return [base64.b64decode(body) for body in re.findall(
        rb"^Content-Type: application/zip[^\0]*?\r?\n\r?\n"
        rb"([A-Za-z0-9+/=\r\n]+)", mail, re.M)]


class Desk:
    """A spool and configuration below HOME, used by one worker at a time."""

    def __init__(self, top, home, key, bindir, user=None):
        self.top, self.home, self.bin, self.user = top, home, bindir, user
        self.spool, self.conf = home + "/spool", home + "/conf"
        os.makedirs(home, exist_ok=True)
        if user is not None:
            os.chown(home, user, user)
        self.text = CONF % {"home": home, "top": top, "tree": TOP, "key": key}
        self.configure()

    def configure(self, *edits):
        """The configuration with EDITS: (text in it, what it becomes)."""
        text = self.text
        for old, new in edits:
            if text.count(old) != 1:
                raise RuntimeError("not once in the configuration: " + old)
            text = text.replace(old, new)
        with open(self.conf, "w") as f:
            f.write(text)

    def port(self, number, *edits):
        self.configure(("port = 1 ", "port = %d " % number), *edits)

    def environ(self, program):
        """The coordinator has his keys; cron has none."""
        return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC",
                "HOME": "/nonexistent", "TODOKE_CONF": self.conf,
                "GNUPGHOME": "/nonexistent" if program in CRON
                else self.top + "/ito.home"}

    def run(self, program, *args, deadline=DEADLINE, env=(), data=b""):
        return run(["%s/%s" % (self.bin, program)] + list(args),
                   dict(self.environ(program), **dict(env)), deadline,
                   self.user, data)

    def must(self, program, *args, data=b""):
        end = self.run(program, *args, data=data)
        if end.status != 0:
            raise RuntimeError(str(end))
        return end.out.decode()

    def must_at_terminal(self, program, *args, data=b""):
        """Returns the passphrase that was shown, once."""
        log = self.home + "/tty"
        with open(log + ".in", "wb") as f:
            f.write(data)
        end = run(at_terminal(log, "LAST", ["%s/%s" % (self.bin, program)] +
                              list(args)), self.environ(program))
        if end.status != 0:
            with open(log + ".err", "rb") as f:
                end.err += f.read()
            raise RuntimeError(str(end))
        return passphrase(log)

    def restore(self, template):
        shutil.rmtree(self.spool, ignore_errors=True)
        subprocess.run(["cp", "-a", template, self.spool], check=True)

    def save(self, template):
        subprocess.run(["cp", "-a", self.spool, template], check=True)

    def read(self, path):
        with open("%s/%s" % (self.spool, path), "rb") as f:
            return f.read()

    def place(self, number):
        """STATE/DAY/NUMBER of a case, or None."""
        for state in ("new", "contacted", "disclosed", "closed"):
            top = "%s/%s" % (self.spool, state)
            for day in sorted(os.listdir(top)):
                if os.path.lexists("%s/%s/%s" % (top, day, number)):
                    return "%s/%s/%s" % (state, day, number)
        return None


class Server:
    """tests/helper/smtpd.py; what each session left is in FOLDER/1 ..."""

    def __init__(self, folder, *args):
        self.folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        os.mkdir(folder)
        self.process = subprocess.Popen(
            ["python3", "-I", "-S", TOP + "/tests/helper/smtpd.py", "-s",
             "-n", "99", "-o", folder] + list(args),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(self.process.stderr.read().decode())
        self.port = int(line)

    def end(self):
        """Wait until all is written down; the sessions' folders."""
        try:
            _, err = self.process.communicate(timeout=DEADLINE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            _, err = self.process.communicate()
        if self.process.returncode != 0:
            raise RuntimeError("the server: " + err.decode())
        return ["%s/%s" % (self.folder, n)
                for n in sorted(os.listdir(self.folder), key=int)]


class Seed:
    """A bug to be found.  EDITS: (file of bin/lib, text that is there once,
    what it becomes).  ONLY: names of the cases that should show it."""

    def __init__(self, name, only, *edits):
        self.name, self.only, self.edits = name, only, edits


def apply_edits(tree, seed):
    """Returns the files as they were."""
    old = {}
    for name, before, after in seed.edits:
        path = "%s/bin/lib/%s" % (tree, name)
        with open(path) as f:
            text = f.read()
        if text.count(before) != 1:
            raise RuntimeError("seed \"%s\": not once in %s:\n%s" % (
                seed.name, name, before))
        old.setdefault(path, text)
        with open(path, "w") as f:
            f.write(text.replace(before, after))
    return old


def build_seed(top, bindir, seed, programs):
    """A folder with the seeded programs, the others as they are."""
    tree, out = top + "/tree", top + "/seeded"
    if not os.path.isdir(tree):
        os.mkdir(tree)
        for name in ("Makefile", "spool", "bin"):
            subprocess.run(["cp", "-a", name, tree], check=True)
        if os.path.realpath("bin") != os.path.realpath(bindir):
            subprocess.run(["cp", "-a", bindir + "/.", tree + "/bin"],
                           check=True)
    old = apply_edits(tree, seed)
    env = {k: v for k, v in os.environ.items()
           if k not in ("B", "MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    p = subprocess.run(["make", "-s", "-j2", "B=", "CFLAGS=-O1 -w"] +
                       ["bin/" + name for name in programs], cwd=tree,
                       env=env, stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT)
    if p.returncode != 0:
        raise RuntimeError("the seed \"%s\" does not build:\n%s" % (
            seed.name, p.stdout.decode()))
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(bindir, out, ignore=lambda d, names: [
        n for n in names if not n.startswith("todoke-") or "." in n])
    for name in programs:
        shutil.copy2("%s/bin/%s" % (tree, name), out)
    for path, text in old.items():
        with open(path, "w") as f:
            f.write(text)
    return out


class Tally:
    def __init__(self, name):
        self.name, self.cases, self.injected = name, 0, 0
        self.broken, self.seconds = [], 0.0
        self.unmet = []  # cases whose fault did not come


class Plan:
    """NAME; CASES by group: {group: [case]}; SEEDS; PROGRAMS that a seed is
    built into; SETUP(top, bindir, workers) makes the places; PLAY."""

    def __init__(self, name, groups, seeds, programs, setup, play, of_sample):
        self.name, self.groups, self.seeds = name, groups, seeds
        self.programs, self.setup, self.play = programs, setup, play
        self.of_sample = of_sample
        self.places = queue.Queue()
        self.known = {c.name: c for c in self.cases()}

    def cases(self):
        return [c for group in self.groups.values() for c in group]

    def part(self, n, of):
        """Every OF-th case of each group; the seeds are in the first part."""
        self.groups = {g: c[n - 1::of] for g, c in self.groups.items()}
        self.seeds = self.seeds if n == 1 else []

    def with_place(self, case):
        place = self.places.get()
        try:
            return self.play(place, case)
        except Exception as e:
            at = traceback.extract_tb(e.__traceback__)[-1]
            return 1, 0, ["it could not be played: %r (%s:%d)" % (
                e, os.path.basename(at.filename), at.lineno)]
        finally:
            self.places.put(place)

    def run(self, name, cases, loud=True, first=False):
        """FIRST: one violation is enough."""
        tally, began = Tally(name), time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(
                self.places.qsize()) as pool:
            waiting = [pool.submit(self.with_place, c) for c in cases]
            for case, w in zip(cases, waiting):
                if first and tally.broken:
                    w.cancel()
                    continue
                n, injected, broken = w.result()
                tally.cases += n
                tally.injected += injected
                tally.broken += broken
                tally.unmet += [case.name] if injected == 0 else []
                for text in broken if loud else []:
                    print("%s: %s" % (case.name, text), flush=True)
        tally.seconds = time.monotonic() - began
        return tally

    def use(self, bindir):
        for _ in range(self.places.qsize()):
            place = self.places.get()
            place.desk.bin = bindir
            self.places.put(place)

    def hunt(self, top, bindir, seed):
        """Is the seeded bug found, by the cases that should show it?"""
        began = time.monotonic()
        self.use(build_seed(top, bindir, seed, self.programs))
        tally = self.run(seed.name, [self.known[n] for n in seed.only],
                         loud=False, first=True)
        self.use(bindir)
        tally.seconds = time.monotonic() - began
        print("seeded: %-42s %s (%d cases, %.1f s)%s" % (
            seed.name, "found" if tally.broken else "NOT FOUND", tally.cases,
            tally.seconds, " by " + tally.broken[0].split("\n")[0][:150]
            if tally.broken else ""), flush=True)
        return bool(tally.broken)


def table(tallies):
    row = "%-14s %7s %9s %11s %9s"
    print(row % ("group", "cases", "injected", "violations", "seconds"))
    sums = [0, 0, 0, 0.0]
    for t in tallies:
        own = [t.cases, t.injected, len(t.broken), t.seconds]
        sums = [a + b for a, b in zip(sums, own)]
        print(row % tuple([t.name] + own[:3] + ["%.1f" % own[3]]))
    for t in tallies:
        for name in t.unmet:
            print("not injected: %s: what it was to befall did not happen"
                  % name)
    print(row % tuple(["all"] + sums[:3] + ["%.1f" % sums[3]]), flush=True)


def play_all(plan, top, bindir, mode, only):
    found = True
    groups, seeds = plan.groups, plan.seeds
    if only is not None:
        groups, seeds = {"chosen": [c for c in plan.cases()
                                    if only in c.name]}, []
        seeds = [s for s in plan.seeds if s.name == only]
    elif mode == "sample":
        groups, seeds = plan.of_sample(plan)
    for seed in seeds:
        found = plan.hunt(top, bindir, seed) and found
    tallies = [plan.run(name, cases) for name, cases in groups.items()]
    table(tallies)
    return found and not any(t.broken for t in tallies)


def scratch():
    """In memory where there is room; a short path: gpg's sockets."""
    for folder in ("/dev/shm", "/tmp"):
        try:
            top = tempfile.mkdtemp(prefix="todoke.", dir=folder)
        except OSError:
            continue
        os.chmod(top, 0o755)
        return top
    raise OSError("no room for a scratch folder")


def main(plan, args):
    usage = "usage: tests/helper/%s [-k] [-j N] [-p N/PARTS] [-s WORD] " \
        "all|sample" % plan.name
    try:
        flags, rest = getopt.getopt(args, "kj:p:s:")
    except getopt.GetoptError:
        rest = []
    if len(rest) != 1 or rest[0] not in ("all", "sample"):
        sys.exit(usage)
    flags = dict(flags)
    os.umask(0o022)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    top = scratch()
    bindir = os.path.abspath(os.environ.get("B", "") + "bin")
    try:
        for place in plan.setup(top, bindir, int(flags.get("-j", 2))):
            plan.places.put(place)
        if "-p" in flags:
            plan.part(*map(int, flags["-p"].split("/")))
        well = play_all(plan, top, bindir, rest[0], flags.get("-s"))
    finally:
        stop_agents(top, getattr(plan, "user", None))
        if "-k" in flags:
            print("kept: " + top)
        else:
            shutil.rmtree(top, ignore_errors=True)
    return 0 if well else 1
