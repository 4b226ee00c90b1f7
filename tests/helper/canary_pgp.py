"""canary_pgp: for whom OpenPGP messages are, from their packets alone (RFC
4880, sections 4.2 and 5.1), and what is in those of the parties."""
import base64
import os
import re

import canary_words
import suite

ARMOR = re.compile(rb"-----BEGIN PGP MESSAGE-----\r?\n(.*?)"
                   rb"-----END PGP MESSAGE-----", re.S)
ALL = canary_words.KINDS


def dearmor(body):
    lines = re.split(rb"\r?\n", body)
    lines = lines[lines.index(b"") + 1:]
    return base64.b64decode(b"".join(
        line for line in lines if not line.startswith(b"=")))


def packets(data):
    """(tag, body) of the packets before the encrypted data."""
    at = 0
    while at < len(data):
        head = data[at]
        if head & 0x40:
            tag, n, at = head & 0x3f, data[at + 1], at + 2
            if 192 <= n < 224:
                n, at = (n - 192 << 8) + data[at] + 192, at + 1
            elif n == 255:
                n, at = int.from_bytes(data[at:at + 4], "big"), at + 4
            elif n >= 224:
                n = len(data) - at
        else:
            tag, size = head >> 2 & 15, 1 << (head & 3)
            n = int.from_bytes(data[at + 1:at + 1 + size], "big")
            at += 1 + size
        yield tag, data[at:at + n]
        at += n


def recipients(data):
    """The key ids, of all messages that are in these octets; a passphrase
    is "passphrase"."""
    found = []
    for body in ARMOR.findall(data):
        for tag, p in packets(dearmor(body)):
            if tag == 1:
                found.append(p[1:9].hex().upper())
            elif tag == 3:
                found.append("passphrase")
    return found


def subkeys(home):
    """The key ids that may be named for this home's key."""
    return [line.split(":")[4] for line in suite.gpg(
        home, "--list-keys", "--with-colons").decode().splitlines()
        if line.startswith("sub")]


def opened(home, data):
    return b"".join(suite.gpg(home, "--decrypt", data=b"-----BEGIN PGP MESSAGE"
                              b"-----\n" + body + b"-----END PGP MESSAGE-----"
                              b"\n") for body in ARMOR.findall(data))


def party(path):
    """Whose is a file of the spool: a home, or None where nothing may be
    encrypted in it to anybody but the desk."""
    if path.endswith(".copy") or not path.startswith(
            ("outbox/", "tmp/", "failed/", "hold/")):
        return "ito"
    kind = path.rsplit(".", 1)[-1]
    if kind in ("disclosure", "letter-operator", "closed-operator"):
        return "city"
    if kind == "referral":
        return "lab"
    return "finder"


def may_read(whom, flavour):
    """What the words inside may be."""
    if whom == "ito":
        return ALL
    if whom == "finder":
        return ("name", "address", "handle", "words")
    if whom == "lab":
        return ("words",)
    own = ("detail", "path", "words", "title")
    return own + ("name", "address", "handle") if flavour == "consent" else own


def judge(play):
    """The messages that a step made."""
    top = play.place.top
    for path in sorted(set(play.files())):
        rel = play.relative(path)
        if rel is None or not os.path.isfile(path) or \
                rel.startswith(("incoming/", "bad/")) or \
                rel.endswith(".in"):
            continue
        with open(path, "rb") as f:
            data = f.read()
        ids = recipients(data)
        word = suite.passphrase(play.tty)
        for archive in suite.zips(data) if rel.startswith("outbox/") else ():
            yield from judge_zip(play, rel, archive, word)
        if not ids:
            continue
        whom = party(rel)
        want = KEYS.setdefault((top, whom), subkeys("%s/%s.home" % (top,
                                                                    whom)))
        if set(ids) - set(want):
            yield "%s is for %s, not for %s alone" % (rel, ids, whom)
        elif whom == "ito":
            if word and word.encode() in opened(top + "/ito.home", data):
                yield "the passphrase inside %s" % rel
        else:
            for kind, how in canary_words.look(play.flavour.words, opened(
                    "%s/%s.home" % (top, whom), data)):
                if kind not in may_read(whom, play.case.flavour):
                    yield "%s inside %s, for %s (%s)" % (kind, rel, whom, how)


def judge_zip(play, rel, archive, word):
    """It opens with its passphrase, and holds what the operator may read."""
    path = play.place.home + "/judged.zip"
    with open(path, "wb") as f:
        f.write(archive)
    text = suite.unzip(path, word)
    if not text:
        yield "%s does not open with its passphrase" % rel
    if suite.unzip(path, "-".join(word.split("-")[::-1])):
        yield "%s opens with another passphrase" % rel
    for kind, how in canary_words.look(play.flavour.words, text):
        if kind not in may_read("city", play.case.flavour):
            yield "%s inside %s (%s)" % (kind, rel, how)


KEYS = {}

