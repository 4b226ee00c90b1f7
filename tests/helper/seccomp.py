#!/usr/bin/env python3
"""seccomp: run a program under the system call rules of a systemd unit.

usage: seccomp.py UNIT CALLS PROGRAM [ARG ...]

UNIT's SystemCallFilter= is the list of names in the file CALLS (what
`systemd-analyze syscall-filter` prints); RestrictAddressFamilies=,
MemoryDenyWriteExecute= and RestrictSUIDSGID= are read from UNIT.  What is
forbidden gets the error that systemd gives.  For tests only.
"""
import ctypes
import errno
import os
import re
import socket
import sys

ALLOW, ERRNO = 0x7FFF0000, 0x00050000
EQ, GT, MASKED = 4, 6, 7


class Compare(ctypes.Structure):
    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int),
                ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


lib = ctypes.CDLL("libseccomp.so.2")
lib.seccomp_init.restype = ctypes.c_void_p
lib.seccomp_init.argtypes = [ctypes.c_uint32]
lib.seccomp_rule_add_array.argtypes = [
    ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint,
    ctypes.POINTER(Compare)]
lib.seccomp_load.argtypes = [ctypes.c_void_p]


def rule(ctx, action, name, *compare):
    number = lib.seccomp_syscall_resolve_name(name.encode())
    if number < 0:
        return
    arr = (Compare * max(1, len(compare)))(*compare)
    rc = lib.seccomp_rule_add_array(ctx, action, number, len(compare), arr)
    if rc != 0:
        sys.exit(f"seccomp rule for {name}: {os.strerror(-rc)}")


def load(ctx):
    rc = lib.seccomp_load(ctx)
    if rc != 0:
        sys.exit(f"seccomp: {os.strerror(-rc)}")


def families(ctx, words):
    wanted = {int(getattr(socket, w)) for w in words}
    deny = ERRNO | errno.EAFNOSUPPORT
    for af in range(46):
        if af not in wanted:
            rule(ctx, deny, "socket", Compare(0, EQ, af, 0))
    rule(ctx, deny, "socket", Compare(0, GT, 45, 0))


def memory(ctx):
    deny, write_exec, execute = ERRNO | errno.EPERM, 6, 4
    rule(ctx, deny, "mmap", Compare(2, MASKED, write_exec, write_exec))
    for name in ("mprotect", "pkey_mprotect"):
        rule(ctx, deny, name, Compare(2, MASKED, execute, execute))
    rule(ctx, deny, "shmat", Compare(2, MASKED, 0o100000, 0o100000))


def set_id(ctx):
    for name, arg in (("chmod", 1), ("fchmod", 1), ("fchmodat", 2),
                      ("mkdir", 1), ("mkdirat", 2)):
        for bit in (0o4000, 0o2000):
            rule(ctx, ERRNO | errno.EPERM, name, Compare(arg, MASKED, bit, bit))


unit, calls, program = sys.argv[1], sys.argv[2], sys.argv[3:]
with open(unit, encoding="utf-8") as f:
    keys = dict(re.findall(r"^(\w+)=(.*)$", f.read(), re.M))
with open(calls, encoding="utf-8") as f:
    allowed = f.read().split()
some = lib.seccomp_init(ALLOW)
families(some, keys["RestrictAddressFamilies"].split())
if keys.get("MemoryDenyWriteExecute") == "yes":
    memory(some)
if keys.get("RestrictSUIDSGID") == "yes":
    set_id(some)
every = lib.seccomp_init(ERRNO | errno.EPERM)
for call in allowed:
    rule(every, ALLOW, call)
load(some)
load(every)
os.execv(program[0], program)
