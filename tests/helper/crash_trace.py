"""crash_trace: what system calls a program makes, and how it ends when one of
them fails or never returns; crash-call.c is the one that does it.

A call is known by its name, what it is about (paths without digits) and by
count: the second linkat of /spool/tmp/#.#.contact to /spool/outbox.  So it
does not matter how often a program reads from the pipes of gpg.
"""
import collections
import os
import select
import signal
import subprocess

DEADLINE = 40  # seconds until a program is said to hang
TRIES = 6      # to meet a call that another run made
KILL, SHORT, EIO, ENOSPC = "KILL", "SHORT", "EIO", "ENOSPC"
ALLOC, ALLOC_ON = "ALLOC", "ALLOC+"

# What can befall a call; a call that changes something can be killed, too.
DISK = (EIO, ENOSPC, "EDQUOT", "EROFS", "ENOMEM")
LOOKS = (EIO, "ENOMEM")
WAITS = ("EINTR",)
MEMORY = ("ENOMEM",)
SPAWN = (KILL, "EAGAIN", "ENOMEM")
FAULTS = {
    "open": LOOKS + ("EMFILE", "EINTR"), "write": (
        EIO, ENOSPC, "EDQUOT", "EINTR", SHORT, "ENOSPC+", "EIO+"),
    "read": (EIO, "EINTR", SHORT), "close": (EIO, "EINTR"),
    "fsync": (EIO, ENOSPC, "EDQUOT", "EINTR", "EIO+"),
    "fchmod": DISK, "ftruncate": DISK + ("EINTR",), "utimensat": DISK,
    "mkdir": DISK + ("ENOSPC+",), "rename": DISK + ("EROFS+", "EIO+"),
    "link": DISK + ("EROFS+",), "unlink": (EIO, "EROFS", "ENOMEM", "EROFS+"),
    "rmdir": (EIO, "EROFS", "ENOMEM"), "flock": (EIO, "EINTR", "ENOMEM"),
    "stat": LOOKS, "getdents64": LOOKS, "lseek": (EIO,),
    "access": LOOKS, "readlink": LOOKS,
    "socket": ("EMFILE", "ENOMEM"), "pipe": ("EMFILE", "ENOMEM"),
    "connect": ("EINTR", "ETIMEDOUT"), "poll": ("EINTR", "ENOMEM"),
    "recvfrom": (EIO, "EINTR", "ECONNRESET", SHORT),
    "sendto": (EIO, "EINTR", "EPIPE", SHORT),
    "clone": SPAWN, "wait4": WAITS, "brk": MEMORY, "mmap": MEMORY,
    "mremap": MEMORY, "getrandom": ("EINTR",),
}
# A pipe or a socket has no disk behind it.
STREAM = {
    "pipe read": ("EINTR", SHORT), "pipe write": ("EPIPE", "EINTR", SHORT),
    "sock read": FAULTS["recvfrom"], "sock write": FAULTS["sendto"],
}
SAME = {"openat": "open", "pread64": "read", "readv": "read",
        "pwrite64": "write", "writev": "write", "fdatasync": "fsync",
        "fchmodat": "fchmod", "fchownat": "fchmod", "fchown": "fchmod",
        "mkdirat": "mkdir", "renameat": "rename", "renameat2": "rename",
        "linkat": "link", "unlinkat": "unlink", "fstat": "stat",
        "lstat": "stat", "newfstatat": "stat", "statx": "stat",
        "faccessat": "access", "readlinkat": "readlink", "pipe2": "pipe",
        "ppoll": "poll", "select": "poll", "pselect6": "poll",
        "recvmsg": "recvfrom", "sendmsg": "sendto", "clone3": "clone",
        "vfork": "clone"}

Call = collections.namedtuple("Call", "name count key a b flags result")
End = collections.namedtuple("End", "status signal hung injected call kind "
                                    "err")


def text(call):
    return "%s %s" % (call.name, call.key)


def changes(call):
    return "c" in call.flags


def faults(call):
    """What can be done to this call."""
    if call.name in (ALLOC, ALLOC_ON):
        return [call.name]
    kinds = list(FAULTS.get(SAME.get(call.name, call.name), ()))
    if call.key.startswith(("socket:", "pipe:")):
        kinds = list(STREAM.get(call.key[:4] + " " + call.name, kinds))
    if "C" in call.flags:
        kinds += [ENOSPC, "EDQUOT", "EROFS"]
    if changes(call) or "s" in call.flags:
        kinds.append(KILL)  # elsewhere it is as at the next such call
    return kinds


def ended(pid, seconds):
    """Does this child end by then?  Told at once: Popen.wait() with a time
    looks every 50 ms only."""
    fd = os.pidfd_open(pid)
    try:
        return select.select([fd], [], [], seconds) != ([], [], [])
    finally:
        os.close(fd)


class Traced:
    """How to run a program: argv, environment, what it reads; the LOG of
    crash-call; HOME, the worker's own folder; PLAIN: renameat2 knows no
    flags."""

    def __init__(self, tools, argv, env, log, home, stdin=None, plain=False):
        self.tools, self.argv, self.env = tools, argv, env
        self.log, self.home, self.stdin = log, home, stdin or os.devnull
        self.options = ["-a", "renameat2"] if plain else []

    def run(self, argv, env):
        """Run to the end; (return code, hung, standard error)."""
        hung = False
        with open(self.log + ".err", "w+b") as err, \
                open(self.stdin, "rb") as stdin:
            p = subprocess.Popen(argv, env=env, stdin=stdin,
                                 stdout=subprocess.DEVNULL, stderr=err,
                                 start_new_session=True)
            hung = not ended(p.pid, DEADLINE)
            end_group(p.pid)
            p.wait()
            err.seek(0)
            return p.returncode, hung, err.read().decode("utf-8", "replace")

    def crash_call(self, *options):
        """(the calls, "exit" or "signal", its number, hung, what it said)"""
        open(self.log, "w").close()
        _, hung, err = self.run(
            [self.tools + "/crash-call", self.log, self.home] +
            self.options + list(options) + self.argv, self.env)
        with open(self.log, errors="replace") as f:
            lines = f.read().splitlines()
        found = [parse(s) for s in lines if "\t" in s]
        how, number = (lines[-1].split() if lines and "\t" not in lines[-1]
                       else ("lost", "0"))
        return found, how, int(number), hung, err

    def calls(self, status=0):
        """Every call from the first that names something in HOME on."""
        found, how, number, hung, err = self.crash_call()
        if status is not None and (how, number) != ("exit", status) or hung:
            raise RuntimeError("%s: without a fault it ends with %s %d: %s" %
                               (" ".join(self.argv), how, number, err))
        return found

    def inject(self, call, kind):
        if call.name in (ALLOC, ALLOC_ON):
            return self.allocation(call)
        return self.fail(kind, "-k", text(call), "-n", str(call.count))

    def kill_nth(self, n):
        """Killed at the n-th call that changes something."""
        return self.fail(KILL, "-m", "-n", str(n))

    def until(self, n):
        """Killed likewise; the calls before it, or None where there are not
        so many."""
        found, _, _, _, _ = self.crash_call("-f", KILL, "-l", "-m", "-n",
                                            str(n))
        return [c for c in found if c.result != "!"] \
            if any(c.result == "!" for c in found) else None

    def fail(self, kind, *where):
        found, how, number, hung, err = self.crash_call("-f", kind, *where)
        call = found[0] if found else None
        return End(number if how == "exit" else None,
                   number if how == "signal" else 0, hung,
                   call is not None and (hung or how != "lost"), call, kind, err)

    def allocation(self, call):
        """CALL.count-th allocation fails, or that and all after it."""
        open(self.log, "w").close()
        env = dict(self.env, LD_PRELOAD=self.tools + "/crash-alloc.so",
                   CRASH_ALLOC=str(call.count), CRASH_ALLOC_LOG=self.log,
                   CRASH_ALLOC_ON="1" if call.name == ALLOC_ON else "")
        code, hung, err = self.run(self.argv, env)
        return End(code if code >= 0 else None, -code if code < 0 else 0,
                   hung, os.path.getsize(self.log) > 0, call, call.name, err)

    def allocations(self):
        """How many it makes."""
        open(self.log, "w").close()
        env = dict(self.env, LD_PRELOAD=self.tools + "/crash-alloc.so",
                   CRASH_ALLOC="0", CRASH_ALLOC_LOG=self.log)
        self.run(self.argv, env)
        with open(self.log) as f:
            return int(f.read() or 0)


def end_group(pid):
    """What a killed program started goes, too."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def parse(line):
    name, count, key, a, b, flags, result = line.split("\t")
    return Call(name, int(count), key, a, b, flags, result)


def steady(one, other):
    """The calls of ONE that another run made, too; and those it did not."""
    known = {(c.name, c.key, c.count) for c in other}
    same = [c for c in one if (c.name, c.key, c.count) in known]
    return same, [c for c in one if (c.name, c.key, c.count) not in known]
