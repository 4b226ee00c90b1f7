"""crash_trace: a program under strace(1): what calls it makes, and how it
ends when one of them fails or never returns.

A line of strace's output, with -y:

    linkat(3</spool>, "tmp/1.3.x", 3</spool>, "outbox/1.3.x", 0) = 0

Calls are told apart by name, by the file or folder that their first
descriptor is (what strace can filter by) and by count: the second linkat in
/spool.  So it does not matter how often a program reads from the pipes of
gpg, which is never the same.
"""
import collections
import os
import re
import signal
import subprocess

DEADLINE = 60  # seconds until a program is said to hang
TRIES = 8      # to meet a call that only its name and count tell apart
LINE = re.compile(r"([a-z_0-9]+)\((.*)$")
EIO, ENOSPC, KILL = "EIO", "ENOSPC", "KILL"

# Calls that change a disk, and those that a full disk refuses.
CHANGES = {"write", "pwrite64", "fsync", "fdatasync", "mkdir", "mkdirat",
           "fchmod", "fchmodat", "rename", "renameat", "renameat2", "link",
           "linkat", "unlink", "unlinkat", "ftruncate"}
GROWS = {"write", "pwrite64", "fsync", "fdatasync", "mkdir", "mkdirat",
         "rename", "renameat", "renameat2", "link", "linkat"}
NO_FAULT = {"fcntl", "exit_group", "setsockopt", "getsockopt", "getsockname",
            "getpeername", "poll", "ppoll", "select", "pselect6"}

CARRIES = {"read", "write", "pread64", "pwrite64", "recvfrom", "sendto"}

Call = collections.namedtuple("Call", "name path count nth text")
End = collections.namedtuple("End", "status signal hung injected text err")


def makes_file(call):
    return call.name in ("open", "openat") and "O_CREAT" in call.text


def changes_disk(call):
    return call.name in CHANGES or makes_file(call)


def speaks(call):
    """Does it say something to the mail server?"""
    return "<socket:" in call.text or "<TCP:" in call.text


def faults(call):
    """What can be done to this call."""
    kinds = []
    if call.name not in NO_FAULT:
        kinds.append(EIO)
        if changes_disk(call) or speaks(call):
            kinds.append(KILL)  # elsewhere it is as at the next such call
    if call.name in GROWS and not speaks(call) or makes_file(call):
        kinds.append(ENOSPC)
    return kinds


def start(options, argv, log, env, err):
    command = ["strace", "-y", "-s", "96", "-o", log] + options + ["--"]
    return subprocess.Popen(command + argv, env=env, stdin=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL, stderr=err,
                            start_new_session=True)


def run(options, argv, log, env):
    """Run to the end; (return code, hung, standard error)."""
    hung = False
    with open(log + ".err", "w+b") as err:
        p = start(options, argv, log, env, err)
        try:
            p.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            hung = True
            os.killpg(p.pid, signal.SIGKILL)
            p.wait()
        err.seek(0)
        return p.returncode, hung, err.read().decode("utf-8", "replace")


def arguments(text):
    return text.split(") = ")[0]


def meets(name, text):
    """The paths by which strace would filter this call."""
    args = arguments(text)
    paths = {p for p in annotated(args) if p.startswith("/")}
    if name not in CARRIES:
        paths |= {p for p in quoted(args) if p.startswith("/")}
    return paths


def first_path(name, text, ours):
    """Of these the first, if it lies below OURS."""
    args = arguments(text)
    found = [p for p in annotated(args) + quoted(args)
             if p in meets(name, text)]
    return found[0] if found and found[0].startswith(ours) else ""


def shape(name, text):
    """A call without what differs from run to run."""
    args = arguments(text)
    parts = annotated(args) + \
        ([] if name in CARRIES else quoted(args))
    return name + " " + re.sub(r"\d+", "#", " ".join(parts))


def injections(wanted):
    return [a for f in wanted for a in ("-e", "inject=" + f)]


def parse(log):
    """(name, the rest) of each line that is a call"""
    with open(log, errors="replace") as f:
        for line in f:
            m = LINE.match(line)
            if m is not None:
                yield m.group(1), m.group(2).rstrip()


def calls(argv, log, env, home, more=()):
    """Every call from the opening of HOME/spool on that touches a file below
    HOME or speaks to the mail server; paths are given from HOME on."""
    code, hung, err = run(["-e", "trace=all"] + injections(more), argv, log,
                          env)
    if code != 0 or hung:
        raise RuntimeError("%s: without a fault it ends with %d: %s" % (
            " ".join(argv), code, err))
    counts, found, opened = collections.Counter(), [], False
    for name, text in parse(log):
        for path in meets(name, text) | {""}:
            counts[name, path] += 1
        opened = opened or ('"%s/spool"' % home in text and
                            "O_DIRECTORY" in text)
        path = first_path(name, text, home)
        call = Call(name, path[len(home):], counts[name, path],
                    counts[name, ""], text)
        if opened and (path or speaks(call)) and "(INJECTED)" not in text:
            found.append(call)
    return found


def steady(found, other):
    """Calls on a file that another run does not know, for the pid or the
    new case in its name, are told apart by name and count alone."""
    known = {c.path for c in other}
    return [c if c.path in known else c._replace(path="", count=c.nth)
            for c in found]


def inject(call, kind, argv, log, env, home, more=()):
    """Run with one fault, and MORE ones all the time.  INJECTED: it really
    happened."""
    what = "signal=KILL" if kind == KILL else "error=" + kind
    names = {call.name} | {m.split(":")[0] for m in more}
    options = ["-e", "trace=" + ",".join(sorted(names))]
    for path in {call.path} | ({"/spool"} if more else set()):
        if call.path:
            options += ["-P", home + path]
    options += injections(more + (
        "%s:%s:when=%d" % (call.name, what, call.count),))
    open(log, "w").close()
    code, hung, err = run(options, argv, log, env)
    with open(log, errors="replace") as f:
        lines = f.read().splitlines()
    hit = injected_line(lines, call, kind, code)
    if hit is not None and call.text and \
            shape(call.name, call.text) != shape(call.name, hit):
        hit = None
    return End(code if code >= 0 else None, -code if code < 0 else 0, hung,
               hit is not None, hit or "", err)


def injected_line(lines, call, kind, code):
    """The call that strace says it did it to, or None.  A process may be dead
    before strace has read what it was about to call."""
    hits = [s for s in lines if s.startswith(call.name + "(")]
    if kind != KILL:
        hits = [s for s in hits if " " + kind + " " in s and
                s.endswith("(INJECTED)")]
        return hits[-1] if hits else None
    if code != -signal.SIGKILL or not lines or \
            "killed by SIGKILL" not in lines[-1]:
        return None
    if hits and re.search(r"\) += \?$", hits[-1]) and \
            "<unfinished" not in hits[-1]:
        return hits[-1]
    return "%s(%s) = ?" % (call.name, arguments(call.text))


def quoted(text):
    return re.findall(r'"((?:[^"\\]|\\.)*)"', text)


def annotated(text):
    return re.findall(r"\d+<([^>]*)>", text)


def joined(text):
    """The paths that a call with folder descriptors names."""
    return ["%s/%s" % pair for pair in
            re.findall(r'<([^>]*)>, "((?:[^"\\]|\\.)*)"', text)]


class Order:
    """Reads a trace and says what a power cut could take back: contents that
    got a name before they were synced, names that never were."""

    def __init__(self, spool):
        self.spool, self.broken = spool, []
        self.dirty, self.named = set(), {}

    def resting(self, path):
        """tmp/ and var/ promise nothing."""
        inside = path[len(self.spool) + 1:].split("/")
        return path.startswith(self.spool + "/") and "tmp" not in inside and \
            inside[0] != "var"

    def see_name(self, call, a, b):
        if a in self.dirty:
            self.dirty.discard(a)
            self.dirty.add(b)
            if self.resting(b):
                self.broken.append("named before it was synced: " + call.text)
        tmp = self.spool + "/tmp"
        if "RENAME_EXCHANGE" in call.text and tmp in self.named:
            self.broken.append("committed before tmp/ was synced: after " +
                               self.named[tmp])
        self.named[os.path.dirname(b)] = call.text
        if call.name.startswith("rename"):
            self.named[os.path.dirname(a)] = call.text

    def see(self, call):
        if ") = -1 " in call.text:
            return
        paths, fds = joined(call.text), annotated(call.text)
        if makes_file(call) and paths and "O_EXCL" in call.text:
            self.dirty.add(paths[0])
            self.named[os.path.dirname(paths[0])] = call.text
        elif call.name == "write" and fds:
            self.dirty.add(fds[0])
        elif call.name == "fsync" and fds:
            self.dirty.discard(fds[0])
            self.named.pop(fds[0], None)
        elif call.name == "mkdirat" and paths:
            self.named[os.path.dirname(paths[0])] = call.text
        elif call.name in ("renameat2", "renameat", "linkat") and \
                len(paths) == 2:
            self.see_name(call, *paths)

    def end(self):
        for folder, text in self.named.items():
            if self.resting(folder):
                self.broken.append("never synced: %s after %s" % (folder,
                                                                  text))
        return self.broken


def order(calls_seen, spool):
    o = Order(spool)
    for call in calls_seen:
        o.see(call)
    return o.end()
