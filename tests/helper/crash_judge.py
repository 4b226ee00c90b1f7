"""crash_judge: what must hold in a spool after a fault and after recovery.

It reads the files itself, with no code of the programs: a case file is a
header, a blank line and a body; `Log:` lines hang on each other by a hash.
"""
import collections
import hashlib
import os
import re
import subprocess

from crash_desk import MARK
from crash_trace import ALLOC, ALLOC_ON, EIO, KILL

STATES = ("new", "contacted", "disclosed", "closed")
NOBODY = "no number"
DAY = re.compile(r"\d{4}-\d\d(-\d\d)?$")
OURS_ALONE = re.compile(r"mail/\d{8}/lock$|var/(clock|hands|(sort|send)\.lock|"
                        r"(seen|answered|attempts)/[^/]+)$")
# todoke-check -r removes it, or a person
GARBAGE = re.compile(r"tmp/clock\.\d+$|(mail/\d{8}|unsorted)/tmp/in\.")

State = collections.namedtuple("State", "place text events mails files")


def sha(data):
    return hashlib.sha256(data).hexdigest()


def snapshot(spool):
    """Path: contents, of every file."""
    files = {}
    for folder, _, names in os.walk(spool):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, "rb") as f:
                files[os.path.relpath(path, spool)] = f.read()
    return files


class Case:
    def __init__(self, place, data):
        self.place, self.data = place, data
        head = data.decode("utf-8", "replace").partition("\n\n")[0]
        self.fields = [line.partition(": ")[::2]
                       for line in head.split("\n")]
        self.number = os.path.basename(place)
        seq = self.get("Seq") or ""
        self.seq = int(seq) if seq.isdigit() else 0

    def all(self, name):
        return [v for n, v in self.fields if n == name]

    def get(self, name):
        return (self.all(name) + [None])[0]

    def mails(self):
        """id: sha256"""
        return dict(v.partition(" ")[::2] for v in self.all("Mail"))

    def events(self):
        """Words of the log, "sent:N.3.contact" where it names a mail."""
        return [m[0] + ":" + m[1].replace(self.number, "N") if m[1] else m[0]
                for m in re.findall(r"^\S+ (\S+)(?:.*? mail=(\S+))?",
                                    "\n".join(self.all("Log")), re.M)]

    def chain_holds(self):
        before = self.number
        for line in self.all("Log"):
            text, _, link = line.rpartition(" h=")
            before = sha((before + "\n" + text).encode())[:16]
            if before != link:
                return False
        return True


def places(files):
    """number: paths at which a case of this number lies"""
    found = collections.defaultdict(list)
    for path in files:
        parts = path.split("/")
        if parts[0] in STATES and re.match(r"\d{8}$", parts[-1]):
            found[parts[-1]].append(path)
    return found


def cases(files):
    return {n: Case(p[0], files[p[0]]) for n, p in places(files).items()}


def undated(text):
    return re.sub(r"\d{4}-\d\d(-\d\d)?", "DAY", text)


class Judge:
    """Compares one run with the spool that it started from and with a run
    that nothing disturbed."""

    def __init__(self, scenario, before, same_day):
        self.sc, self.before, self.same_day = scenario, before, same_day
        self.known = cases(before)
        self.want_after = self.want_end = None  # of the undisturbed run
        self.broken, self.repeats = [], 0
        self.may_hold = scenario.server == "drop"
        self.may_damage = False

    def say(self, invariant, fmt, *args):
        """INVARIANT: its number in todoke-spool(5)."""
        self.broken.append("invariant %d: %s" % (
            invariant, fmt % args if args else fmt))

    def dated(self, text):
        return text if self.same_day() else undated(text)

    def subject(self, files):
        """The scenario's case; None if it is not there yet."""
        if self.sc.number is not None:
            return cases(files).get(self.sc.number)
        new = [c for n, c in cases(files).items() if n not in self.known]
        return new[0] if len(new) == 1 else None

    def state(self, files):
        """All that a scenario may change, free of numbers and hashes."""
        c = self.subject(files)
        number = c.number if c is not None else NOBODY
        lying = sorted({self.plain(p, number) for p in files
                        if self.changeable(p, number) and
                        p not in self.spared(c)})
        if c is None:
            return State(None, None, None, None, lying)
        text = [self.dated("%s: %s" % f) for f in c.fields
                if f[0] not in ("Case", "Prev", "Move", "Log", "Mail")]
        return State(self.dated(os.path.dirname(c.place)), text,
                     sorted(c.events()),
                     [m.replace(number, "N") for m in c.mails()], lying)

    @staticmethod
    def spared(c):
        return () if c is None else (c.place, "mail/%s/lock" % c.number)

    @staticmethod
    def plain(path, number):
        """A NAME.why in bad/ whose writer was killed before he put NAME
        beside it makes the next one take NAME.1."""
        path = path.replace(number, "N")
        path = re.sub(r"^(bad/.*?)(\.\d+)?(\.why)?$", r"\1\3", path)
        return re.sub(r"in\.[0-9a-f]{24}", "in.HASH", path)

    def changeable(self, path, number):
        """Not counted: what programs keep for themselves, and sealed mail
        that a killed delivery left in a Maildir's tmp/."""
        if OURS_ALONE.match(path) and not path.startswith("var/attempts/"):
            return False
        if GARBAGE.match(path) or path == "var/HALT":
            return False
        return number in path or path not in self.before or \
            path in self.sc.inputs

    # What was so before recovery

    def after_run(self, files, end):
        committed = self.committed(files)
        if end.hung:
            self.say(14, "it hangs")
        if end.signal != 0 and end.kind != KILL:
            self.say(14, "it dies of signal %d", end.signal)
        if end.status is not None:
            self.after_exit(files, end, committed)
        if end.injected:
            self.stopped(files, end)
            # The library goes on where a write to the server failed: what it
            # took then has a hole, and is sent again whole.
            self.may_damage = end.kind != KILL and \
                end.call.name == "write" and end.call.a.startswith("socket:")
        return committed

    def committed(self, files):
        c = self.subject(files)
        if c is None:
            return False
        old = self.known.get(c.number)
        return old is None or c.seq > old.seq

    def after_exit(self, files, end, committed):
        if end.status == 0 and self.sc.status == 0:
            if self.state(files) != self.want_after:
                self.say(5, "it says 0 and is not done: %s",
                         self.differs(self.state(files), self.want_after))
            return
        if not 64 <= end.status <= 78:
            self.say(14, "exit status %d", end.status)
        if not self.finishes() and not committed and self.tidies(end) and \
                self.state(files) != self.state(self.before):
            self.say(6, "not committed and not cleared up: %s", self.differs(
                self.state(files), self.state(self.before)))

    def finishes(self):
        """Does somebody come and do what was not done?"""
        return self.sc.runner or self.sc.again

    @staticmethod
    def tidies(end):
        """Could it clear up?  Not where memory ended, or where the fault
        lasted."""
        return end.kind not in (ALLOC, ALLOC_ON) and \
            end.call.name not in ("brk", "mmap", "mremap") and \
            not end.kind.endswith("+")

    def stopped(self, files, end):
        """A failed fsync stops the desk, and nothing else does."""
        halt = "var/HALT" in files
        due = end.call.name == "fsync" and end.kind == EIO and \
            end.call.a.startswith(self.sc.spool + "/")
        if due and end.status == 0:
            self.say(5, "it says 0 after a failed fsync")
        if due and not halt:
            self.say(5, "a failed fsync did not stop the desk")
        if halt and not due and not end.kind == EIO + "+":
            self.say(5, "HALT without a failed fsync")

    @staticmethod
    def differs(got, want):
        out = []
        for name, g, w in zip(State._fields, got, want):
            if g == w:
                continue
            if isinstance(g, list) and isinstance(w, list):
                g, w = [x for x in g if x not in w], \
                    [x for x in w if x not in g]
            out.append("%s: %s instead of %s" % (name, g, w))
        return "; ".join(out)

    # What must be so after it

    def at_end(self, files, committed, stages, mails, gpg_home):
        """STAGES: after each fault, the files and the mails taken by then;
        MAILS: all."""
        self.each_case(files, committed)
        self.whole(files, committed)
        self.bystanders(files)
        self.sent(files, stages, mails)
        if gpg_home is not None:
            self.inputs(files, gpg_home)

    def each_case(self, files, committed):
        found = places(files)
        for number, paths in found.items():
            if len(paths) != 1 or not DAY.match(paths[0].split("/")[1]):
                self.say(1, "case %s lies at %s", number, paths)
        for number in self.known:
            if number not in found:
                self.say(8, "case %s is gone", number)
        more = len(found) - len(self.known)
        done = committed or self.finishes()
        if more != (self.sc.opens if done else 0):
            self.say(7, "%d new cases", more)
        for c in cases(files).values():
            self.one_case(c)

    def one_case(self, c):
        old = self.known.get(c.number)
        if c.get("Case") != c.number or c.seq == 0:
            self.say(2, "%s: not the case that it should be", c.place)
        if not c.chain_holds():
            self.say(2, "case %s: its log's chain is broken", c.number)
        if c.place.split("/")[0] != self.logged_state(c):
            self.say(3, "case %s lies at %s, its log says %s", c.number,
                     c.place, self.logged_state(c))
        if old is None:
            return
        n = len(old.all("Log"))
        if c.all("Log")[:n] != old.all("Log"):
            self.say(8, "case %s: its log was rewritten", c.number)
        if c.number != self.sc.number and \
                (c.data, c.place) != (old.data, old.place):
            self.say(8, "case %s was not meant, and changed", c.number)

    @staticmethod
    def logged_state(c):
        found = re.findall(r" state=(\w+)", "\n".join(c.all("Log")))
        return found[-1] if found else None

    def whole(self, files, committed):
        """The old state or the new one, nothing between; a runner's work is
        done by whoever runs next."""
        want = self.want_end if committed or self.finishes() else \
            self.state(self.before)
        if self.may_hold and any(p.startswith("hold/") for p in files):
            return
        got = self.state(files)
        if got != want:
            self.say(6, "after recovery (%s): %s",
                     "committed" if committed else "not committed",
                     self.differs(got, want))

    def bystanders(self, files):
        c = self.subject(files)
        number = c.number if c is not None else NOBODY
        for path in sorted(set(files) | set(self.before)):
            if files.get(path) == self.before.get(path) or \
                    number in path or path in self.sc.inputs or \
                    OURS_ALONE.match(path) or GARBAGE.match(path) or \
                    path not in self.before and self.sc.leaves is not None \
                    and path.startswith(self.sc.leaves):
                continue
            self.say(8, "%s %s", path, "vanished" if path not in files else
                     "came" if path not in self.before else "changed")
        for path in files:
            if path.startswith("var/attempts/"):
                self.say(6, "%s was not removed", path)

    # Mail

    def sent(self, files, stages, mails):
        """Every mail decided on was taken once, or again where it was not
        known whether it had been; the case has its copy."""
        wanted = {}
        for c in cases(files).values():
            for mail, digest in c.mails().items():
                if mail.endswith(".copy"):
                    continue
                wanted[digest] = (c, mail)
                self.rests(files, c, mail)
        taken = collections.Counter(self.digest(m) for m in mails)
        for digest in taken:
            if digest not in wanted and not self.may_damage:
                self.say(4, "a mail was sent that no case decided on")
        for digest, (c, mail) in wanted.items():
            self.times(files, stages, c, mail, taken[digest])

    @staticmethod
    def digest(m):
        return sha(m.data.replace(b"\r\n", b"\n"))

    @staticmethod
    def copies(files, c, mail):
        stem = "mail/%s/cur/%s:" % (c.number, mail)
        return [p for p in files if p.startswith(stem)]

    @staticmethod
    def aside(files, mail):
        """A letter to the finder rests there as its sealed copy alone."""
        for name in (mail, mail + ".copy"):
            found = [p for p in ("failed/" + name, "hold/" + name)
                     if p in files]
            if found:
                return found
        return []

    def rests(self, files, c, mail):
        """In one place: with its case, or where a person looks."""
        aside = self.aside(files, mail)
        found = self.copies(files, c, mail) + aside
        mails = c.mails()
        want = mails[aside[0].split("/")[1]] if aside else mails.get(
            mail + ".copy", mails[mail])
        if len(found) != 1:
            self.say(3, "%s lies in %d places", mail, len(found))
        elif sha(files[found[0]]) != want:
            self.say(4, "%s: its copy is not the one decided on", mail)

    def times(self, files, stages, c, mail, n):
        due = 0 if self.copies(self.before, c, mail) else 1
        most = due + self.unsure(stages, c, mail)
        if self.aside(files, mail):
            due, most = 0, 2 if self.may_hold else 0
        if not due <= n <= most:
            self.say(4, "%s was taken %d times, not %d to %d", mail, n, due,
                     most)
        self.repeats += max(0, n - due) if due else 0

    def unsure(self, stages, c, mail):
        """How often it was taken and the desk could not know."""
        times = before = 0
        for files, mails in stages:
            n = sum(self.digest(m) == c.mails()[mail] for m in mails)
            times += n > before and not self.copies(files, c, mail)
            before = n
        return times

    # Input

    def inputs(self, files, home):
        """What was dropped or came in can be read again from what is
        sealed."""
        c = self.subject(files)
        if c is None:
            return
        sealed = [p for p in files
                  if p.startswith("mail/%s/new/in." % c.number)]
        for text in [c.data] + [files[p] for p in sealed]:
            m = re.search(b"-----BEGIN PGP MESSAGE-----.*"
                          b"-----END PGP MESSAGE-----\n", text, re.S)
            if m is None or MARK not in self.decrypt(home, m.group(0)):
                self.say(8, "a sealed part does not hold what came in")

    @staticmethod
    def decrypt(home, armored):
        p = subprocess.run(["gpg", "--homedir", home, "--batch", "--quiet",
                            "--no-tty", "--decrypt"], input=armored,
                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        return p.stdout.decode("utf-8", "replace")
