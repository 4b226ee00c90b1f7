"""canary_watch: a program under strace, and all that it let out: what it and
its children wrote and where, the names that they made, what they were started
with, how they ended.  Pipes lead to gpg or to us, who look at our ends."""
import os
import re
import signal
import subprocess

CALLS = ("execve", "open", "openat", "creat", "write", "pwrite64", "writev",
         "pwritev", "pwritev2", "sendto", "sendmsg", "sendmmsg", "rename",
         "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat",
         "mkdir", "mkdirat", "mknod", "mknodat", "setxattr", "fsetxattr",
         "memfd_create", "prctl")
QUIET = ("read", "fsync", "unlinkat", "newfstatat", "mmap", "flock",
         "getdents64", "clone", "close", "pread64")
WRITES = ("write", "pwrite64", "writev", "pwritev", "pwritev2", "sendto",
          "sendmsg", "sendmmsg")
LONGEST = 1 << 20
LINE = re.compile(r"(\d+) +(\w+)\((.*)")
STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')
TARGET = re.compile(r"(\d+)<((?:\\x[0-9a-f]{2}|[^>\\])*)")
ENDED = re.compile(r"(\d+) +\+\+\+ killed by (\w+)( \(core dumped\))?")


def octets(text):
    return bytes.fromhex(text.replace("\\x", ""))


def plain(target):
    """What -y says of a descriptor, its hex undone."""
    return re.sub(r"(?:\\x[0-9a-f]{2})+",
                  lambda m: octets(m.group()).decode("utf-8", "replace"),
                  target)


class Trace:
    """writes: {where: octets}; started: [octets] of execve; names: [path];
    calls: how often each call was made; injected: of what was asked for;
    cores: who left one, but for a program that had read nothing yet, not even
    its configuration: it was still being loaded."""

    def __init__(self, path):
        self.writes, self.started, self.names = {}, [], []
        self.calls, self.injected, self.cores = {}, 0, []
        self.cut, self.first, self.begun = False, None, False
        with open(path, encoding="latin-1") as f:
            for line in f:
                self.take(line)

    def take(self, line):
        end = ENDED.match(line)
        if self.first is None:
            self.first = line.split()[0]
        if end and end.group(3) and (end.group(1) != self.first or
                                     self.begun):
            self.cores.append("%s, killed by %s" % end.group(1, 2))
        m = LINE.match(line)
        if not m:
            return
        _, call, rest = m.groups()
        self.calls[call] = self.calls.get(call, 0) + 1
        self.injected += "(INJECTED)" in line[-60:]
        if call in QUIET:
            return
        strings = STRING.findall(rest)
        self.cut = self.cut or any(dots for _, dots in strings)
        found = [octets(s) for s, _ in strings]
        if call in WRITES:
            t = TARGET.match(rest)
            self.put(plain(t.group(2)) if t else "?", b"".join(found))
        elif call == "execve":
            self.started += found
        else:
            self.names += found
            self.begun = self.begun or any(
                s.endswith(b"/conf") for s in found)

    def put(self, where, data):
        self.writes[where] = self.writes.get(where, b"") + data


def arguments(out, inject):
    traced = CALLS + QUIET if inject else CALLS
    args = ["strace", "-f", "-qq", "-o", out, "-v", "-yy", "-xx", "-s",
            str(LONGEST), "-e", "trace=" + ",".join("?" + c for c in traced)]
    for one in inject:
        args += ["-e", "inject=" + one]
    return args


class Ended:
    def __init__(self, status, out, err, trace):
        self.status, self.out, self.err, self.trace = status, out, err, trace


def run(argv, env, cwd, out, inject=(), data=b"", before=(), deadline=60):
    """BEFORE: a command that the whole is run by (unshare …)."""
    p = subprocess.Popen(list(before) + arguments(out, inject) + argv,
                         env=env, cwd=cwd, stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                         start_new_session=True)
    try:
        said, told = p.communicate(data, deadline)
    except subprocess.TimeoutExpired:
        os.killpg(p.pid, signal.SIGKILL)
        p.communicate()
        raise RuntimeError("hangs: " + " ".join(argv))
    trace = Trace(out)
    os.unlink(out)
    return Ended(p.returncode, said, told, trace)
