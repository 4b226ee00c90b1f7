"""crash_marks: are two spools the same for whoever recovers?

They are where they differ only in what chance or the clock gave: times, the
numbers of new cases, the boundaries and ciphertext of what was encrypted, and
the digests that follow from them.  A digest stands for the file that has it,
so that one which no file has is another; ciphertext stands for its length; a
log stands for whether its chain holds."""
import hashlib
import os
import re

from crash_judge import Case, cases, sha, snapshot

TIMES = ("var/clock", "var/hands")
CHANCE = [(re.compile(pattern), new) for pattern, new in (
    (rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", b"TIME"),
    (rb"(?m)^Date: .*$", b"Date: TIME"),
    (rb"=_[0-9a-f]{24}", b"=_CHANCE"),
    (rb" h=[0-9a-f]{16}\b", b" h=CHAIN"),
    (rb"(?s)(?<=-----BEGIN PGP MESSAGE-----\n).*?(?=-----END PGP)",
     lambda m: b"%d\n" % len(m.group(0))),
)]
DIGEST = re.compile(rb"[0-9a-f]{64}")


class Marks:
    """Compares with BEFORE, the snapshot that all such runs start from."""

    def __init__(self, before):
        self.before = before
        self.known = cases(before)
        self.labels = {sha(data).encode(): path.encode()
                       for path, data in before.items()}

    def plain(self, text, labels, new):
        for number, name in new:
            text = text.replace(number, name)
        for pattern, instead in CHANCE:
            text = pattern.sub(instead, text)
        return DIGEST.sub(lambda m: labels.get(m.group(0), b"DIGEST"), text)

    def words(self, files):
        """The digests that have a name here, and the new numbers theirs."""
        numbers = {p.split("/")[1] for p in files if p.startswith("mail/")}
        new = [(n.encode(), b"N%d" % i) for i, n in enumerate(
            sorted((numbers | set(cases(files))) - set(self.known)))]
        labels = dict(self.labels)
        for path, data in files.items():
            if self.before.get(path) != data:
                labels[sha(data).encode()] = self.plain(path.encode(), {},
                                                        new)
        return labels, new

    def spool(self, spool):
        """A digest of all that a recovery could go by: names, modes,
        contents."""
        files = snapshot(spool)
        labels, new = self.words(files)
        found = []
        for folder, _, names in os.walk(spool):
            for path in [folder] + [os.path.join(folder, n) for n in names]:
                name = os.path.relpath(path, spool)
                st = os.lstat(path)
                line = self.plain(name.encode(), labels, new) + \
                    b"\0%o" % st.st_mode
                if name in files and name not in TIMES:
                    line += b"\0%d\0" % st.st_nlink + self.file(
                        name, files[name], labels, new)
                found.append(line)
        return hashlib.sha256(b"\0\0".join(sorted(found))).digest()

    def file(self, name, data, labels, new):
        if self.before.get(name) == data:
            return b"="
        chain = Case(name, data).chain_holds() if b"\nLog: " in data else None
        return b"%d %s\0" % (len(data), repr(chain).encode()) + self.plain(
            data, labels, new)

    def mails(self, digests, spool):
        """What the mail server took, by the names that the cases have for
        it."""
        names = {digest: mail for c in cases(snapshot(spool)).values()
                 for mail, digest in c.mails().items()}
        _, new = self.words(snapshot(spool))
        return tuple(sorted(self.plain(names.get(d, "?").encode(), {}, new)
                            for d in digests))
