"""input_cases: what can be planted in a spool, and what is to become of it.

An entry's fate:
bad     it goes to bad/, and its name is told
told    a program names it and ends with a status; it is not gone
left    it stays where it is
taken   by a rule: filed, sealed, or in bad/
any     no more than what holds for all
"""
import os
import re
import shutil
import socket
import stat
import subprocess


class Cannot(Exception):
    """Not by this user on this machine."""


class Entry:
    """PLANT(ground); CURE(ground): takes away what stops a program; CONF:
    edits of the configuration, ENV: of the environment, CLOCK: for faketime,
    all until the cure; WORD: to be said instead of the name.  LIGHT: a
    program is run with odd arguments, nothing is planted."""

    def __init__(self, name, fate, plant, cure=None, conf=(), env=(),
                 clock=None, word=None, light=False):
        self.name, self.fate, self.plant, self.cure = name, fate, plant, cure
        self.conf, self.env, self.clock, self.word = conf, env, clock, word
        self.light = light


class Ground:
    """A desk to plant on: paths are relative to the spool."""

    def __init__(self, desk, template, outside):
        self.desk, self.template, self.outside = desk, template, outside
        self.planted, self.inodes, self.cured = [], set(), False
        self.paths = []

    def restore(self):
        self.desk.restore(self.template.path)
        shutil.rmtree(self.outside, ignore_errors=True)
        os.makedirs(self.outside + "/folder/cur")
        os.makedirs(self.outside + "/folder/new")
        for name in ("secret", "folder/secret", "folder/12345678"):
            with open("%s/%s" % (self.outside, name), "w") as f:
                f.write("Url: http://outside.example.lg.jp/\n\n"
                        "what lies outside of the spool\n")
        self.own_all(self.outside)

    def own_all(self, top):
        if self.desk.user is not None:
            subprocess.run(["chown", "-hR", "%d:%d" % (
                self.desk.user, self.desk.user), top], check=True)

    def clean(self):
        """What rmtree cannot: nothing with modes of root."""
        shutil.rmtree(self.outside, ignore_errors=True)

    def at(self, path):
        return os.path.join(os.fsencode(self.desk.spool),
                            os.fsencode(path))

    def own(self, path):
        if self.desk.user is not None:
            os.lchown(self.at(path), self.desk.user, self.desk.user)

    def watch(self, path):
        self.paths.append(path)

    def remember(self):
        for path in self.paths:
            ino = os.lstat(self.at(path)).st_ino
            self.planted.append((os.fsdecode(path), ino))
            self.inodes.add(ino)

    def write(self, path, octets, watch=True):
        """Anew: not into what stands there."""
        if os.path.lexists(self.at(path)):
            os.unlink(self.at(path))
        with open(self.at(path), "wb") as f:
            f.write(octets)
        os.chmod(self.at(path), 0o660)
        self.own(path)
        if watch:
            self.watch(path)

    def folder(self, path):
        at = b""
        for part in os.fsencode(path).split(b"/"):
            at = at + b"/" + part if at else part
            if not os.path.lexists(self.at(at)):
                os.mkdir(self.at(at), 0o770)
                self.own(at)

    def remove(self, path):
        at = self.at(path)
        if os.path.isdir(at) and not os.path.islink(at):
            shutil.rmtree(at)
        elif os.path.lexists(at):
            os.unlink(at)

    def find(self, ino):
        """Where in the spool this file is now."""
        top = os.fsencode(self.desk.spool)
        found = []
        for folder, folders, files in os.walk(top):
            for name in folders + files:
                path = folder + b"/" + name
                if os.lstat(path).st_ino == ino:
                    found.append(os.fsdecode(path[len(top) + 1:]))
        return found

    # Kinds

    def plant_link(self, path):
        os.symlink(self.outside + "/secret", self.at(path))
        self.own(path)

    def plant_dangling(self, path):
        os.symlink(self.outside + "/nowhere", self.at(path))
        self.own(path)

    def plant_link_to_folder(self, path):
        os.symlink(self.outside + "/folder", self.at(path))
        self.own(path)

    def plant_hard_link(self, path):
        os.link(self.outside + "/secret", self.at(path))

    def plant_fifo(self, path):
        os.mkfifo(self.at(path), 0o660)
        self.own(path)

    def plant_socket(self, path):
        s = socket.socket(socket.AF_UNIX)
        short = self.desk.home + "/s"
        s.bind(short)
        s.close()
        os.rename(short, self.at(path))
        self.own(path)

    def plant_device(self, path):
        """Of /dev/zero, which never ends."""
        try:
            os.mknod(self.at(path), 0o666 | stat.S_IFCHR, os.makedev(1, 5))
            self.own(path)
            with open(self.at(path), "rb") as f:
                f.read(1)
        except OSError as e:
            self.remove(path)
            raise Cannot from e

    def plant_folder(self, path):
        self.folder(path)
        with open(self.at(path) + b"/inside", "wb") as f:
            f.write(b"Url: http://inside.example.lg.jp/\n\ntext\n")

    def plant_sparse(self, path):
        with open(self.at(path), "wb") as f:
            f.truncate(1 << 30)
        os.chmod(self.at(path), 0o660)
        self.own(path)

    def plant_mode_0(self, path):
        if self.desk.user is None:
            raise Cannot
        with open(self.at(path), "wb") as f:
            f.write(b"Url: http://mode.example.lg.jp/\n\ntext\n")
        self.own(path)
        os.chmod(self.at(path), 0)

    def plant_foreign(self, path):
        if self.desk.user is None:
            raise Cannot
        with open(self.at(path), "wb") as f:
            f.write(b"Url: http://foreign.example.lg.jp/\n\ntext\n")
        os.chmod(self.at(path), 0o600)

    def plant_empty(self, path):
        self.write(path, b"", watch=False)

    def plant_junk(self, path):
        self.write(path, bytes(range(256)) * 64, watch=False)


KINDS = ("link", "dangling", "link_to_folder", "hard_link", "fifo", "socket",
         "device", "folder", "sparse", "mode_0", "foreign", "empty", "junk")

# Where; V is the victim's number, L its letter's id, D its day's folder.
# What cannot be read there, and what becomes of it; NAMES in other places
# mean nothing to any program.
PLACES = {
    "new/drop.txt": "bad",
    "incoming/new/1.mail": "bad",
    "incoming/cur/2.mail:2,S": "bad",
    "new/2026-11-24/12345678": "told",
    "contacted/2026-11-24/12345678": "told",
    "disclosed/2026-11-24/12345678": "told",
    "closed/2026-11/12345678": "told",
    "contacted/12345678": "told",
    "contacted/2026-11-25": "any",
    "closed/2026-10": "any",
    "outbox/00000000.9.contact": "told",
    "outbox/V.99.contact": "told",
    "failed/12345678.9.contact": "left",
    "hold/12345678.9.contact": "left",
    "unsorted/new/3.mail": "left",
    "bad/thing": "left",
    "bad/drop.txt": "left",
    "mail/12345678": "left",
    "mail/V/cur/4.mail:2,S": "left",
    "mail/V/new/in.0123": "left",
    "tmp/V.99.todo": "any",
    "tmp/12345678.1.todo": "any",
    "tmp/V.99": "any",
    "tmp/12345678.in": "any",
    "tmp/12345678.mail.in": "any",
    "var/thing": "left",
    "var/seen/" + "0" * 64: "left",
    "var/answered/2026-11-24.0000": "left",
    "var/attempts/12345678.9.contact": "left",
}
# Exceptions of a kind.
FATES = {
    ("hard_link", "new/drop.txt"): "any",
    ("hard_link", "incoming/new/1.mail"): "taken",
    ("hard_link", "incoming/cur/2.mail:2,S"): "taken",
    ("empty", "incoming/new/1.mail"): "taken",
    ("empty", "incoming/cur/2.mail:2,S"): "taken",
    ("junk", "incoming/new/1.mail"): "taken",
    ("junk", "incoming/cur/2.mail:2,S"): "taken",
    ("mode_0", "incoming/new/1.mail"): "told",
    ("mode_0", "incoming/cur/2.mail:2,S"): "told",
    ("foreign", "incoming/new/1.mail"): "told",
    ("foreign", "incoming/cur/2.mail:2,S"): "told",
}


def planting(kind, path):
    def plant(g):
        t = g.template
        p = path.replace("V", t.victim, 1) if "V" in path else path
        g.folder(os.path.dirname(p))
        getattr(g, "plant_" + kind)(p)
        g.watch(p)
    return plant


def files():
    return [Entry("%s at %s" % (kind.replace("_", " "), path),
                  FATES.get((kind, path), fate), planting(kind, path))
            for path, fate in PLACES.items() for kind in KINDS]


# In the place of what a program needs: it may stop, and goes on once the
# thing is gone.  The victim's own things stop nobody.


def replacing(kind, path):
    def plant(g):
        t = g.template
        p = path.replace("CASE", t.victim_path).replace("LETTER", t.letter) \
            .replace("DAY", os.path.dirname(t.victim_path)) \
            .replace("V", t.victim)
        g.replaced = p
        at = g.at(p)
        if os.path.lexists(at):
            os.rename(at, os.fsencode(g.desk.home) + b"/kept")
        getattr(g, "plant_" + kind)(p)
        g.watch(p)
    return plant


def put_back(g):
    kept = os.fsencode(g.desk.home) + b"/kept"
    g.remove(g.replaced)
    if os.path.lexists(kept):
        os.rename(kept, g.at(g.replaced))


def day_elsewhere(g):
    """The victim's day is a link to a folder outside."""
    day = g.outside + "/day"
    os.mkdir(day)
    path = g.template.victim_path
    os.rename(g.at(path), day + "/" + g.template.victim)
    g.own_all(day)
    link = os.path.dirname(os.path.dirname(path)) + "/2031-02-03"
    os.symlink(day, g.at(link))
    g.own(link)
    g.watch(link)


VICTIMS = ("CASE", "outbox/LETTER", "var/attempts/LETTER", "mail/V",
           "mail/V/cur", "mail/V/new", "mail/V/lock")
SHARED = ("new", "contacted", "tmp", "outbox", "incoming", "incoming/new",
          "unsorted", "unsorted/new", "bad", "mail", "var", "var/attempts",
          "var/seen", "var/send.lock", "var/sort.lock", "var/clock",
          "var/hands", "var/HALT")


def in_place():
    own = [Entry("%s in place of %s" % (kind.replace("_", " "), path), "any",
                 replacing(kind, path), put_back_kept)
           for path in VICTIMS for kind in
           ("link", "dangling", "link_to_folder", "fifo", "device", "folder",
            "sparse", "mode_0", "foreign", "empty")]
    all_ = [Entry("%s in place of %s" % (kind.replace("_", " "), path), "any",
                  replacing(kind, path), put_back)
            for path in SHARED for kind in
            ("link", "dangling", "link_to_folder", "fifo", "mode_0")]
    return own + all_ + [
        Entry("the victim's day as a link", "any", day_elsewhere)]


def put_back_kept(g):
    """The witnesses must not need it, but nothing may stay in the way of a
    later run either."""
    put_back(g)


# Names

NAMES = {
    "an option": b"-rf",
    "a line break": b"a\nb",
    "escapes": b"\x1b[2J\x1b]0;x\x07y",
    "C1 in UTF-8": b"a\xc2\x9b31mb",
    "C1 as an octet": b"a\x9b31mb",
    "from right to left": b"a\xe2\x80\xaetxt.exe",
    "broken UTF-8": b"a\xff\xfe\xc3",
    "Japanese": "届出.txt".encode(),
    "255 octets": b"x" * 255,
    "200 and an ending": b"y" * 200 + b".txt",
    "a blank before": b" before",
    "a blank behind": b"behind ",
    "a format": b"%s%n%n%x",
    "commands": b"`id>x`$(id>y);id",
    "a tabulator": b"a\tb",
    "dots": b"a..b...",
    "a backslash": b"a\\b\\..",
    "digits": b"87654321",
    "a day": b"2026-11-31",
    "the victim's number": None,
    "quotes": b"a'b\"c",
    "a carriage return": b"a\rb",
}
MAIL = b"""From: a@mail.example
To: desk@desk.example
Subject: hello
Date: Tue, 24 Nov 2026 10:00:00 +0900
Message-ID: <%d@mail.example>

text
"""
IN_FOLDERS = {
    "new": ("taken", b"Url: http://www.name.example.lg.jp/\n\ntext\n"),
    "incoming/new": ("taken", MAIL % 5),
    "outbox": ("told", b"text\n"),
    "contacted/2026-11-24": ("told", b"Case: 1\n\ntext\n"),
    "contacted": ("told", b"Case: 1\n\ntext\n"),
    "tmp": ("any", b"text\n"),
    "bad": ("left", b"text\n"),
    "mail": ("any", b"text\n"),
    "var/attempts": ("left", b"text\n"),
}


def naming(folder, name, octets):
    def plant(g):
        n = os.fsencode(g.template.victim) if name is None else name
        g.folder(folder)
        path = os.fsencode(folder) + b"/" + n
        if not os.path.isdir(g.at(path)):
            g.write(path, octets)
    return plant


def names():
    return [Entry("%s as a name in %s" % (what, folder), fate,
                  naming(folder, name, octets))
            for folder, (fate, octets) in IN_FOLDERS.items()
            for what, name in NAMES.items()]


# Case files.  An edit gets the text and gives the new one.  Those that
# todoke-check must name, and those that may be told or not.

LONG = b"x" * 100000


def field(name, value):
    """The first line of this field with another value."""
    def edit(text):
        new, n = re.subn(rb"(?m)^" + name + rb":.*$",
                         lambda m: name + b": " + value, text, count=1)
        return new if n else name + b": " + value + b"\n" + text
    return edit


def without(name):
    return lambda text: re.sub(rb"(?m)^" + name + rb":.*\n", b"", text,
                               count=1)


def twice(name):
    return lambda text: re.sub(rb"(?m)^(" + name + rb":.*\n)", rb"\1\1",
                               text, count=1)


def first(line):
    return lambda text: line + b"\n" + text


def in_notes(octets):
    return lambda text: text.replace(b"\n\n", b"\n\n" + octets + b"\n", 1)


BROKEN = {
    "empty": lambda t: b"",
    "one line break": lambda t: b"\n",
    "a NUL alone": lambda t: b"\0",
    "random octets": lambda t: bytes(range(256)) * 10,
    "UTF-16": lambda t: t.decode().encode("utf-16"),
    "cut in the header": lambda t: t[:40],
    "cut in a log line": lambda t: t[:t.index(b"Log: ") + 20],
    "cut in the sealed part": lambda t: t[:-300],
    "no sealed part": lambda t: t[:t.index(b"-----BEGIN")],
    "two sealed parts": lambda t: t + t[t.index(b"-----BEGIN"):],
    "no blank line": lambda t: t.replace(b"\n\n", b"\n", 1),
    "a NUL in the header": lambda t: t.replace(b"Kind: ", b"Kind: \0", 1),
    "a NUL in the log": lambda t: t.replace(b"Log: ", b"Log: \0", 1),
    "a line that is no field": first(b"this is no field"),
    "a fold at the start": first(b" folded"),
    "a name with a blank": first(b"Bad Name: x"),
    "a name with an escape": first(b"X-\x1b[2J: x"),
    "over 16 MB": lambda t: t + b"x" * 17000000,
    "another number": field(b"Case", b"00000001"),
    "letters for a number": field(b"Case", b"abcdefgh"),
    "a path for a number": field(b"Case", b"../../etc"),
    "no number": without(b"Case"),
    "two numbers": twice(b"Case"),
    "Seq 0": field(b"Seq", b"0"),
    "Seq -1": field(b"Seq", b"-1"),
    "Seq x": field(b"Seq", b"x"),
    "Seq of 30 digits": field(b"Seq", b"9" * 30),
    "no Seq": without(b"Seq"),
    "two Seqs": twice(b"Seq"),
    "Prev too short": field(b"Prev", b"00"),
    "Prev of other letters": field(b"Prev", b"z" * 64),
    "two Prevs": twice(b"Prev"),
    "Received on no day": field(b"Received", b"2026-02-30"),
    "Received in words": field(b"Received", b"yesterday"),
    "Accepted in the year 99999": field(b"Accepted", b"99999-01-01"),
    "Notified as a NUL": field(b"Notified", b"\0"),
    "a score of 11": field(b"Cvss", b"11.0"),
    "a score of words": field(b"Cvss", b"high"),
    "a score of NaN": field(b"Cvss", b"nan"),
    "a score of an overflow": field(b"Cvss", b"1e999"),
    "Kind with signs": field(b"Kind", b"<xss>"),
    "two Kinds": twice(b"Kind"),
    "Step -1": field(b"Step", b"-1"),
    "Step of 30 digits": field(b"Step", b"9" * 30),
    "a log line without a link": lambda t: re.sub(
        rb"(?m)^(Log: .*) h=\w+$", rb"\1", t, count=1),
    "a log line changed": lambda t: t.replace(b"by=", b"by=mallory", 1),
    "a log line left out": without(b"Log"),
    "a log line twice": twice(b"Log"),
    "no log": lambda t: re.sub(rb"(?m)^Log:.*\n", b"", t),
    "a log of garbage": field(b"Log", b"garbage"),
    "a log line at no time": field(b"Log", b"2026-99-99T99:99:99 x"),
}
ODD = {
    "CRLF": lambda t: t.replace(b"\n", b"\r\n"),
    "a byte order mark": lambda t: b"\xef\xbb\xbf" + t,
    "names in capitals": lambda t: t.replace(b"Kind:", b"KIND:", 1),
    "a folded field": field(b"Operator", b"Example\n City"),
    "an unknown field": first(b"X-Unknown: x"),
    "a huge field": first(b"X-Huge: " + LONG * 10),
    "100000 unknown fields": first(b"\n".join([b"X-Many: x"] * 100000)),
    "10000 log lines": lambda t: t.replace(
        b"Log: ", b"Log: 2026-11-24T09:00:00+09:00 note by=x\n" * 10000 +
        b"Log: ", 1),
    "a mail that climbs": first(b"Mail: ../../outside/secret " + b"0" * 64),
    "a mail without digest": first(b"Mail: x"),
    "a mail of a NUL": first(b"Mail: \0 " + b"0" * 64),
    "a mail of 10 KB": first(b"Mail: " + b"x" * 10000 + b" " + b"0" * 64),
    "10000 mails": first(b"\n".join(
        b"Mail: 12345678.%d.contact " % i + b"0" * 64
        for i in range(10000))),
    "escapes in Operator": field(b"Operator", b"\x1b[2J\x1b]0;x\x07City"),
    "C1 in Operator": field(b"Operator", b"\xc2\x9b2J\xc2\x9d0;x\xc2\x9c"),
    "C1 octets in Operator": field(b"Operator", b"\x9b2JCity"),
    "bidirectional Operator": field(b"Operator", "\u202eytiC".encode()),
    "broken UTF-8 in Operator": field(b"Operator", b"\xff\xfe\xc0\x80"),
    "escapes in Url": field(b"Url", b"http://a.example/\x1b[2J"),
    "a Url of a script": field(b"Url", b"javascript:alert(1)"),
    "a Url of 100 KB": field(b"Url", b"http://" + LONG + b".example/"),
    "no Url": without(b"Url"),
    "escapes in notes": in_notes(b"\x1b[2J\x1b]52;c;eA==\x07\x9b\xc2\x9b"),
    "escapes in the log": lambda t: t.replace(b"by=", b"x=\x1b[2J by=", 1),
    "escapes in Contact": field(b"Contact", b"\x1b[2Ja@b.example; via=mail"),
    "a contact of two lines": field(
        b"Contact", b"a@b.example\r\nBcc: c@d.example; via=mail"),
    "a contact that is no address": field(b"Contact", b"<>; via=mail"),
    "a contact of 100 KB": field(b"Contact", LONG + b"@b.example; via=mail"),
    "a contact of signs": field(b"Contact", b";;;===;;;"),
    "a contact left open": field(b"Contact", b'a@b.example; via="mail'),
    "Confirmed by nobody": first(b"Confirmed: x"),
    "Confirmed with no key": first(
        b"Confirmed: a@b.example; by=phone; officer=x; key=0"),
    "Move to nowhere": first(b"Move: new/2026-11-24 ../../etc/2026-11-24"),
    "Move of one word": first(b"Move: x"),
    "Move of 10 KB": first(b"Move: " + b"x" * 10000),
    "Consent of a word unknown": first(b"Consent: all"),
    "Received in 1970": field(b"Received", b"1970-01-01"),
    "Received in 2038": field(b"Received", b"2038-01-20"),
    "Received in 9999": field(b"Received", b"9999-12-31"),
    "Received in 0000": field(b"Received", b"0000-01-01"),
    "Notified in 9999": field(b"Notified", b"9999-12-31"),
    "notes of 1 MB": in_notes(b"x" * 1000000),
    "notes that are a header": in_notes(b"Case: 00000000\nSeq: 1\n\n"),
    "a line that begins a sealed part": in_notes(
        b"-----BEGIN PGP MESSAGE----- not"),
}


def editing(edit):
    def plant(g):
        path = g.template.victim_path
        with open(g.at(path), "rb") as f:
            text = f.read()
        new = edit(text)
        if new == text:
            raise RuntimeError("the edit changes nothing")
        g.write(path, new, watch=False)
        g.told = path
    return plant


def cases():
    return [Entry("a case with " + what, "broken", editing(e))
            for what, e in BROKEN.items()] + \
        [Entry("a case with " + what, "any", editing(e))
         for what, e in ODD.items()]


# Mail

HEAD = b"From: a@mail.example\nTo: desk@desk.example\nSubject: x\n" \
    b"Date: Tue, 24 Nov 2026 10:00:00 +0900\nMessage-ID: <7@mail.example>\n"


def nested(n):
    out = HEAD
    for i in range(n):
        out += b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (
            i, i)
    return out + b"\ntext\n"


def inside(n):
    return HEAD + b"Content-Type: message/rfc822\n\n" * n + b"text\n"


def parts(n):
    return HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + \
        b"--b\nContent-Type: text/plain\n\nx\n" * n + b"--b--\n"


MAILS = {
    "no header": b"\ntext\n",
    "a header alone": HEAD,
    "a NUL in the subject": HEAD.replace(b"Subject: x", b"Subject: \0x"),
    "NULs in the text": HEAD + b"\n" + b"\0" * 10000,
    "a line of 10 MB": HEAD + b"\n" + b"x" * 10000000,
    "a field of 10 MB": HEAD + b"X-Long: " + b"x" * 10000000 + b"\n\n",
    "100000 fields": HEAD + b"X-F: x\n" * 100000 + b"\ntext\n",
    "50000 recipients": HEAD.replace(
        b"To: ", b"To: " + b"a@b.example, " * 50000) + b"\ntext\n",
    "20000 references": HEAD + b"References: " +
    b"<12345678.1.contact.x@desk.example>\n " * 20000 + b"\n\ntext\n",
    "1000 folders of parts": nested(1000),
    "50000 folders of parts": nested(50000),
    "1000 mails in mails": inside(1000),
    "50000 mails in mails": inside(50000),
    "50000 parts": parts(50000),
    "a boundary of nothing": HEAD +
    b'Content-Type: multipart/mixed; boundary=""\n\n--\n\nx\n----\n',
    "a boundary of 1 MB": HEAD + b"Content-Type: multipart/mixed; boundary=" +
    b"b" * 1000000 + b"\n\ntext\n",
    "a charset unknown": HEAD +
    b"Content-Type: text/plain; charset=x-\xff\x1b[2J\n\ntext\n",
    "a charset of UTF-7": HEAD +
    b"Content-Type: text/plain; charset=utf-7\n\n+ABsAWw-2J\n",
    "broken base64": HEAD +
    b"Content-Transfer-Encoding: base64\n\n!!!!====\xff\n",
    "broken words in the subject": HEAD.replace(
        b"Subject: x", b"Subject: =?utf-8?B?////?= =?x?Q?=00=1B[2J?="),
    "escapes in the subject": HEAD.replace(
        b"Subject: x", b"Subject: \x1b[2J\xc2\x9b2J\x9b") + b"\ntext\n",
    "escapes in From": HEAD.replace(
        b"From: a@", b"From: \"\x1b[2J\xc2\x9b\" <\x1b[2Ja@") + b"\ntext\n",
    "the tag a thousand times": HEAD.replace(
        b"Subject: x", b"Subject: " + b"[IPA#12345678] " * 1000) + b"\nx\n",
    "a date in the year 99999": HEAD.replace(b"2026", b"99999") + b"\nx\n",
    "a date of garbage": HEAD.replace(b"Tue, 24 Nov", b"\xff\0\x1b") +
    b"\nx\n",
    "bare CRs": (HEAD + b"\ntext\n").replace(b"\n", b"\r"),
    "an address that climbs": HEAD.replace(
        b"a@mail.example", b"../../outside/secret@mail.example") + b"\nx\n",
    "an address of 100 KB": HEAD.replace(b"a@mail", LONG + b"@mail") +
    b"\nx\n",
    "a Message-ID of formats": HEAD.replace(b"<7@", b"<%s%n%n@") + b"\nx\n",
    "a Message-ID of ours": HEAD.replace(
        b"<7@mail.example>", b"<12345678.1.contact.xxxx@desk.example>") +
    b"\nx\n",
    "a file name that climbs": HEAD + b"Content-Type: text/plain; "
    b"name=\"../../outside/secret\"\nContent-Disposition: attachment; "
    b"filename=\"/etc/passwd\"\n\ntext\n",
    "parameters of 100000 pieces": HEAD + b"Content-Type: text/plain" +
    b"".join(b";\n x*%d=y" % i for i in range(100000)) + b"\n\ntext\n",
    "garbage as PGP": HEAD + b"Content-Type: multipart/encrypted; "
    b"protocol=\"application/pgp-encrypted\"; boundary=b\n\n--b\n\n"
    b"Version: 1\n--b\n\n-----BEGIN PGP MESSAGE-----\n\xff\xff\n--b--\n",
    "a report of garbage as a bounce": HEAD + b"Content-Type: "
    b"multipart/report; report-type=delivery-status; boundary=b\n\n--b\n"
    b"Content-Type: message/delivery-status\n\n\xff\0: \x1b\n--b--\n",
    "51 MB": HEAD + b"\n" + (b"y" * 76 + b"\n") * 690000,
    "random octets": bytes(range(256)) * 1000,
    "to the report address, empty": HEAD.replace(
        b"desk@desk", b"report@desk") + b"\n",
    "to the report address, garbage": HEAD.replace(
        b"desk@desk", b"report@desk") + b"\n" + bytes(range(256)) * 40,
    "to the report address, 1000 folders of parts": nested(1000).replace(
        b"desk@desk", b"report@desk"),
    "to the report address, escapes": HEAD.replace(
        b"desk@desk", b"report@desk").replace(
        b"Subject: x", b"Subject: \x1b[2J") +
    b"\nhttp://www.mail.example.lg.jp/\x1b[2J\n\x1b]52;c;eA==\x07\n",
}


def mails():
    return [Entry("mail: " + what, "taken",
                  lambda g, m=m: g.write("incoming/new/6.mail", m))
            for what, m in MAILS.items()]


REPORTS = {
    "nothing but blanks": b" \n\t\n",
    "a NUL": b"Url: http://a.example.lg.jp/\n\n\0\n",
    "a URL of 100 KB": b"Url: http://a.example.lg.jp/" + LONG + b"\n\nx\n",
    "a URL with escapes": b"Url: http://a.example.lg.jp/\x1b[2J\n\nx\n",
    "a URL with a port of letters": b"Url: http://a.example.lg.jp:x/\n\nx\n",
    "a URL of a file": b"Url: file:///etc/passwd\n\nx\n",
    "a URL of an address": b"Url: http://[::1]/\n\nx\n",
    "a URL with a password": b"Url: http://u:p@a.example.lg.jp/\n\nx\n",
    "a line of 10 MB": b"Url: http://a.example.lg.jp/\n\n" + b"x" * 10000000,
    "100000 URLs": b"http://a.example.lg.jp/x\n" * 100000,
    "Shift_JIS": b"Url: http://a.example.lg.jp/\n\n\x83\x65\x83\x58\n",
    "a finder of two lines": b"Finder: a <a@b.example>\r\nBcc: c@d.example\r"
    b"\nUrl: http://a.example.lg.jp/\r\n\r\nx\r\n",
    "a finder of escapes": b"Finder: \x1b[2J <a@b.example>\n"
    b"Url: http://a.example.lg.jp/\n\nx\n",
    "a finder of 100 KB": b"Finder: " + LONG +
    b" <a@b.example>\nUrl: http://a.example.lg.jp/\n\nx\n",
    "two finders": b"Finder: a <a@b.example>\nFinder: b <b@b.example>\n"
    b"Url: http://a.example.lg.jp/\n\nx\n",
    "a finder who is the desk": b"Finder: a <desk@desk.example>\n"
    b"Url: http://a.example.lg.jp/\n\nx\n",
    "fields of a case": b"Case: 12345678\nSeq: 1\n"
    b"Url: http://a.example.lg.jp/\n\nx\n",
    "the victim's case": None,
    "a sealed part": b"Url: http://a.example.lg.jp/\n\n"
    b"-----BEGIN PGP MESSAGE-----\n\nxxxx\n-----END PGP MESSAGE-----\n",
    "a template": b"Url: http://a.example.lg.jp/\nOperator: {{details}}\n\n"
    b"{{finder}} {{details}}\n",
    "only a URL": b"http://a.example.lg.jp/\n",
    "51 MB": b"Url: http://a.example.lg.jp/\n\n" +
    (b"z" * 76 + b"\n") * 690000,
}


def dropping(octets):
    def plant(g):
        text = octets
        if text is None:
            with open(g.at(g.template.victim_path), "rb") as f:
                text = f.read()
        g.write("new/drop.txt", text)
    return plant


def reports():
    return [Entry("report: " + what, "any" if what == "the victim's case"
                  else "taken", dropping(octets))
            for what, octets in REPORTS.items()]


# Clocks

CLOCKS = ("1970-01-01 00:00:10", "1970-01-02 12:00:00",
          "2038-01-19 03:14:07", "2038-01-19 03:14:08",
          "2038-02-01 10:00:00", "2106-02-07 06:28:16",
          "9999-12-31 23:59:59", "-1d", "+8d", "+400d", "-30y", "-1h")


def nothing(g):
    pass


def no_clock(g):
    g.remove("var/clock")


def right_again(g):
    g.remove("var/clock")


def clocks():
    out = []
    for at in CLOCKS:
        out.append(Entry("the clock at " + at, "any", nothing, right_again,
                         clock=at))
        out.append(Entry("the clock at %s, unremembered" % at, "any",
                         no_clock, right_again, clock=at))
    for what, octets in {
            "empty": b"", "of letters": b"x\n", "negative": b"-1\n",
            "of 30 digits": b"9" * 30 + b"\n", "of a NUL": b"\0\n",
            "of 1 MB": b"9" * 1000000, "of 9999": b"253402300799\n",
            "of the epoch": b"0\n", "of 2038": b"2147483648\n"}.items():
        out.append(Entry("var/clock " + what, "any", lambda g, o=octets:
                         g.write("var/clock", o, watch=False), right_again))
    return out


ZONES = ("Mars/Phobos", "../../etc/passwd", "/etc/passwd", ":", "JST",
         "Asia/Tokyo/x", "UTC0UTC0UTC0", "\\x1b[2J", "A" * 1000, "JST-99")


def zones():
    out = [Entry("the zone " + z[:20], "any", nothing, nothing,
                 conf=(("calendar { ", 'calendar { zone = "%s" ' % z),))
           for z in ZONES]
    out += [Entry("TZ=" + z[:20], "any", nothing, env=(("TZ", z),))
            for z in ("Mars/Phobos", ":/etc/passwd", "../../../etc/passwd",
                      "A" * 5000, "\x1b[2J", "<+99>-99:99:99")]
    out += [Entry("LC_ALL=" + z[:20], "any", nothing, env=(("LC_ALL", z),))
            for z in ("ja_JP.SJIS", "/etc/passwd", "A" * 5000, "C", "\x1b")]
    return out


# Arguments

WORDS = ("", "-", "--", "..", "/", "12345678", "1234567", "123456789",
         "IPA#12345678", "\x1b[2J", "\u009b2J", "\u202ex", "\udcff",
         "a" * 100000, "%s%n", "../../etc/passwd", "0x10", "-1",
         "９９９９９９９９")
TIMES = ("", "x", "1969-12-31 23:59", "1970-01-01 00:00", "0000-00-00",
         "2038-01-19T03:14:08Z", "9999-12-31 23:59",
         "9999-12-31T23:59:59-23:59", "10000-01-01", "99999-01-01 00:00",
         "2026-02-29 10:00", "2026-13-01", "2026-11-24 24:00",
         "2026-11-24 10:60", "2026-11-24T10:00:00+99:99", "\x1b[2J",
         "-2026-11-24", "now")


def arguing(program, *args):
    def plant(g):
        g.program(program, *args)
    return plant


def argument(program, *args):
    words = " ".join(repr(a[:20]) for a in args)
    return Entry("%s %s" % (program, words), "any",
                 arguing(program, *args), light=True)


def arguments():
    return [argument(p, w) for p in (
        "todoke-show", "todoke-close", "todoke-open", "todoke-list",
        "todoke-edit", "todoke-file", "todoke-note", "todoke-day")
        for w in WORDS] + [
        argument(p, "-n", "-t", w) for p in (
            "todoke-sort", "todoke-send", "todoke-remind", "todoke-list",
            "todoke-day") for w in TIMES] + [
        argument("todoke-keys", "-t", w) for w in TIMES] + [
        argument("todoke-keys", "-d", w) for w in WORDS] + [
        argument("todoke-send", "-r", w) for w in WORDS] + [
        argument("todoke-contact", "-a", w, "12345678") for w in WORDS] + [
        argument("todoke-list", "-c", "12345678", w) for w in WORDS] + [
        argument("todoke-publish", "-i", w) for w in WORDS] + [
        argument(p, "-c", w) for p in ("todoke-sort", "todoke-list")
            for w in WORDS]


GROUPS = {"files": files(), "in place": in_place(), "names": names(),
          "cases": cases(), "mail": mails(), "reports": reports(),
          "clocks": clocks() + zones(), "arguments": arguments()}
