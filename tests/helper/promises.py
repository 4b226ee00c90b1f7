"""promises: the invariants of todoke-spool(5) that can be judged from the files
of a spool at rest and from what the mail server took: for the suites races,
resources and power, where any number of programs worked on any number of
cases.
"""
import collections
import os
import re
import subprocess

import crash_desk
import suite
from crash_judge import cases, places, sha, snapshot

DAY = re.compile(r"\d{4}-\d\d(-\d\d)?$")
ONCE = ("open", "accept", "sent", "close")
# What todoke-check -r takes away after 36 hours.
GARBAGE = re.compile(r"tmp/(clock\.\d+|\d{8}\.(\d+|r\d+)\.[a-z-]+(\.copy)?)$")


class Spool:
    """The files of a spool, read once, and the cases in them."""

    def __init__(self, spool):
        self.files = read_whole(spool)
        self.cases = cases(self.files)


def read_whole(spool):
    """A file that is removed meanwhile is looked for again."""
    for _ in range(20):
        try:
            return snapshot(spool)
        except FileNotFoundError:
            pass
    raise RuntimeError(spool + ": does not come to rest")


def words_of(line, key):
    return re.findall(r" %s=(\S+)" % key, line)


class Judge:
    """BEFORE, AFTER: a Spool.  MAILS: what the server took meanwhile.
    AMBIGUOUS: attempts that were cut short; each may be repeated, and two of
    one mail put it before a person."""

    def __init__(self, before, after, mails, ambiguous=0):
        self.before, self.after = before, after
        self.mails, self.ambiguous = mails, ambiguous
        self.broken = []

    def say(self, invariant, fmt, *args):
        """INVARIANT: its number in todoke-spool(5)."""
        self.broken.append("invariant %d: %s" % (
            invariant, fmt % args if args else fmt))

    def all(self):
        self.where()
        for c in self.after.cases.values():
            self.whole(c)
            self.grown(c)
            self.once(c)
        self.mail()
        self.leftovers()
        return self.broken

    def where(self):
        found = places(self.after.files)
        for number, paths in found.items():
            if len(paths) != 1 or not DAY.match(paths[0].split("/")[1]):
                self.say(1, "case %s lies at %s", number, paths)
        for number in self.before.cases:
            if number not in found:
                self.say(8, "case %s is gone", number)
        for path in self.after.files:
            parts = path.split("/")
            if parts[0] in ("contacted", "disclosed", "closed") and \
                    parts[-1] not in found:
                self.say(2, "%s is no case", path)

    def whole(self, c):
        if c.get("Case") != c.number or c.seq == 0:
            self.say(2, "%s: not the case that it should be", c.place)
        if not c.chain_holds():
            self.say(2, "case %s: its log's chain is broken", c.number)
        states = re.findall(r" state=(\w+)", "\n".join(c.all("Log")))
        if not states or states[-1] != c.place.split("/")[0]:
            self.say(3, "case %s lies at %s, its log says %s", c.number,
                     c.place, states[-1:])
        if not c.data.endswith(b"\n"):
            self.say(2, "case %s: its last line is cut", c.number)

    def grown(self, c):
        old = self.before.cases.get(c.number)
        if old is None:
            return
        n = len(old.all("Log"))
        if c.all("Log")[:n] != old.all("Log"):
            self.say(8, "case %s: its log was rewritten", c.number)
        if c.seq < old.seq:
            self.say(8, "case %s: Seq went back to %d", c.number, c.seq)
        if set(old.mails().items()) - set(c.mails().items()):
            self.say(8, "case %s: a mail is no longer named", c.number)

    def once(self, c):
        ids = [v.partition(" ")[0] for v in c.all("Mail")]
        for name, n in collections.Counter(ids).items():
            if n != 1:
                self.say(4, "%s was decided on %d times", name, n)
        for event, n in collections.Counter(c.events()).items():
            if n > 1 and event.split(":")[0] in ONCE:
                self.say(9, "case %s: %d times %s", c.number, n, event)

    # Mail

    def mail(self):
        taken = collections.Counter(digest(m) for m in self.mails)
        known, spare = {}, self.ambiguous
        for c in self.after.cases.values():
            for name, wanted in c.mails().items():
                if not name.endswith(".copy"):
                    known[wanted] = name
                    spare -= self.one_mail(c, name, taken[wanted])
        if spare < 0:
            self.say(4, "%d repeats more than attempts that were cut short",
                     -spare)
        for m in self.mails:
            if digest(m) not in known:
                self.say(4, "a mail to %s was sent that no case decided on",
                         m.rcpt)

    def one_mail(self, c, name, n):
        """Repeats of it."""
        stem = "mail/%s/cur/%s:" % (c.number, name)
        kept = [p for p in self.after.files if p.startswith(stem)] if \
            stem + "2,S" not in self.after.files else [stem + "2,S"]
        aside = sorted({p.removesuffix(".copy") for p in (
            folder + name + x for folder in ("failed/", "hold/")
            for x in ("", ".copy")) if p in self.after.files})
        if len(kept) + len(aside) != 1:
            self.say(3, "%s lies in %s", name, kept + aside or "no place")
        mails = c.mails()
        for path in kept:
            if sha(self.after.files[path]) != mails.get(name + ".copy",
                                                        mails[name]):
                self.say(4, "%s: its copy is not the one decided on", name)
        stood = stem + "2,S" in self.before.files
        due = 1 if kept and not stood else 0
        if n < due:
            self.say(3, "%s was never taken by the server", name)
        return max(0, n - due)

    # The rest

    def leftovers(self):
        for path in self.after.files:
            if path.startswith(("outbox/", "var/attempts/")) or \
                    path == "var/HALT" or path.startswith("tmp/") and \
                    not GARBAGE.match(path):
                self.say(6, "%s is left", path)

    def reports(self, hosts):
        """One case for each HOST that was reported."""
        urls = collections.Counter(
            re.sub(r"^https?://|/.*$", "", c.get("Url") or "")
            for c in self.after.cases.values())
        for host in hosts:
            if urls[host] != 1:
                self.say(7, "the report on %s became %d cases", host,
                         urls[host])
        letters = [n for c in self.after.cases.values() for n in c.mails()
                   if n.endswith(".receipt")]
        if len(letters) != len(self.after.cases):
            self.say(3, "%d receipts for %d cases", len(letters),
                     len(self.after.cases))


def digest(m):
    return sha(m.data.replace(b"\r\n", b"\n"))


class Bench:
    """A desk with its mail server, and a spool full of cases for it."""

    def __init__(self, top, name, key, bindir, user=None):
        self.sink = crash_desk.Sink()
        self.desk = suite.Desk(top, "%s/%s" % (top, name), key, bindir, user)
        self.desk.port(self.sink.port)

    def drop(self, hosts):
        for host in hosts:
            path = "%s/new/%s.txt" % (self.desk.spool, host)
            with open(path, "w") as f:
                f.write(report(host))
            if self.desk.user is not None:
                os.chown(path, self.desk.user, self.desk.user)

    def numbers(self, state):
        return sorted(n for n, c in cases(read_whole(
            self.desk.spool)).items() if c.place.startswith(state + "/"))

    def accepted(self, count, *when):
        """COUNT cases, accepted, their finders told."""
        self.desk.must("todoke-check", "-r")
        self.drop(["s%d.city.example.lg.jp" % i for i in range(count)])
        self.desk.must("todoke-sort", *when)
        for number in self.numbers("new"):
            self.desk.must("todoke-accept", *when, "-w", "local-government",
                           "-s", "medium", "-v", "6.1", number)
        self.desk.must("todoke-send", *when)

    def contacted(self, numbers, *when):
        for number in numbers:
            self.desk.must("todoke-contact", *when, "-a", suite.OPERATOR,
                           number)

    def checked(self, *when):
        """What todoke-check says against it, or ""."""
        end = self.desk.run("todoke-check", *when, deadline=120)
        return "" if end.status == 0 and not end.out + end.err else str(end)


def report(host):
    return "Finder: 山田太郎\nFinder-Address: %s\nConsent: none\n" \
        "Url: http://%s/search?q=1\nKind: xss\nOperator: Example City\n\n" \
        "%s、%s。\n" % (suite.FINDER, host, crash_desk.MARK, host)


def copy(a, b):
    subprocess.run(["rm", "-rf", b], check=True)
    subprocess.run(["cp", "-a", a, b], check=True)
