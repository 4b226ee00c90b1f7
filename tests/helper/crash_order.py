"""crash_order: what a power cut could take back.

It reads the calls of an undisturbed run and says which step relied on
something that was not synced yet.  A name is pending from when it is made
until its folder is synced, contents from the last write until the file is:

- a folder is before a case or mail gets a name in it;
- contents are synced before the file gets a name that is not in tmp/ or var/;
- nothing is pending, not even in tmp/, when a case is exchanged or opened;
- nothing but its like is pending when a mail gets its name in outbox/;
- nothing is pending outside tmp/ when a name outside var/ is removed or
  replaced, when the mail server is spoken to, and at the end.

What goes to bad/ and is back after the cut goes there again.  var/ promises
nothing but attempts/, which are synced before the server hears
of the mail: a lost digest or clock is found out about.
"""
import os

from crash_trace import text

STATES = ("new", "contacted", "disclosed", "closed")


class Order:
    def __init__(self, spool):
        self.spool, self.broken = spool, []
        self.dirty, self.pending, self.folders = {}, {}, {}

    def parts(self, path):
        if not path.startswith(self.spool + "/"):
            return None
        return path[len(self.spool) + 1:].split("/")

    def resting(self, path):
        """Is it where a name says something?"""
        inside = self.parts(path + "/x")
        if inside is None or "tmp" in inside:
            return False
        return inside[0] != "var" or inside[1] == "attempts"

    def say(self, what, call, of):
        self.broken.append("%s: %s, pending is %s" % (what, text(call), of))

    def relies(self, what, call, tmp=False, but=()):
        """Nothing may be pending here."""
        for folder, made in self.pending.items():
            inside = self.parts(folder + "/x")
            if inside is None or inside[0] in but + ("bad",):
                continue
            if self.resting(folder) or (tmp and inside[0] == "tmp"):
                self.say(what, call, made)
        for path, made in self.dirty.items():
            if self.resting(path) and self.parts(path)[0] not in (
                    "bad", "" if "server" in what else "var"):
                self.say(what, call, made)

    def pend(self, path, call):
        if self.parts(path) is not None:
            self.pending[os.path.dirname(path)] = text(call)

    def commits(self, call, a, b):
        return "E" in call.flags or (
            a[0] == "tmp" and b[0] in STATES and len(b) == 3)

    def name(self, call):
        """A second name, or another one."""
        a, b = self.parts(call.a), self.parts(call.b)
        if b is None or a is None:
            return
        made = self.folders.get(os.path.dirname(call.b))
        if made is not None:
            self.say("named in a folder that was not synced", call, made)
        if call.a in self.dirty and self.resting(call.b):
            self.say("named before it was synced", call, self.dirty[call.a])
        if self.commits(call, a, b):
            self.relies("committed on it", call, tmp=True)
        elif b[0] == "outbox":
            self.relies("queued on it", call, but=("outbox", "tmp"))
        elif call.name.startswith("rename") and self.resting(call.a):
            self.relies("moved on it", call, but=(b[0],))
        if call.a in self.dirty:
            self.dirty[call.b] = self.dirty.pop(call.a) \
                if call.name.startswith("rename") else self.dirty[call.a]
        self.pend(call.b, call)
        if call.name.startswith("rename") and b[0] != "bad":
            self.pend(call.a, call)

    def see(self, call):
        if call.result.startswith("-"):
            return
        if "s" in call.flags and "c" in call.flags:
            self.relies("told the server", call)
        elif "C" in call.flags and "X" in call.flags:
            self.dirty[call.a] = text(call)
            self.pend(call.a, call)
        elif call.name in ("write", "pwrite64", "ftruncate"):
            if self.parts(call.a) is not None:
                self.dirty[call.a] = text(call)
        elif call.name == "fsync":
            self.dirty.pop(call.a, None)
            self.pending.pop(call.a, None)
            for path in [p for p in self.folders
                         if os.path.dirname(p) == call.a]:
                del self.folders[path]
        elif call.name == "mkdirat":
            self.folders[call.a] = text(call)
        elif call.name in ("renameat2", "renameat", "linkat"):
            self.name(call)
        elif call.name == "unlinkat":
            self.unlink(call)

    def unlink(self, call):
        """What was removed need not be synced; what it stood for must.  In
        the tmp/ of a Maildir it stands for what still lies in incoming/."""
        inside = self.parts(call.a)
        self.dirty.pop(call.a, None)
        if inside is not None and inside[0] != "var" and \
                "tmp" not in inside[1:]:
            self.relies("removed on it", call)

    def end(self):
        for folder, made in self.pending.items():
            if self.resting(folder):
                self.broken.append("never synced: %s" % made)
        for path, made in self.dirty.items():
            if self.resting(path):
                self.broken.append("contents never synced: %s" % made)
        return self.broken


def order(calls, spool, *more):
    """MORE: the calls of programs that ran after it.  Only those that kill
    nobody must leave nothing pending."""
    o = Order(spool)
    for run in (calls,) + more:
        for call in run:
            o.see(call)
    return o.broken if more else o.end()
