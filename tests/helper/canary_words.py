"""canary_words: words that nobody can guess, and the search for them.

A word has a stem that all words of a run share and an end of its own, in
letters and in kanji: `q7zk3v9x0a` + `detail4f`.  The stem is searched for in
every encoding of ENCODINGS, in the octets as they are, in lower case, without
white space and soft line breaks, and in what of them unpacks (base64,
quoted-printable, percent signs, encoded words, gzip, zlib, deflate).  Where it
is found, the words themselves are, so that a hit has a name.
"""
import base64
import binascii
import codecs
import os
import quopri
import re
import urllib.parse
import zlib

KINDS = ("detail", "name", "address", "handle", "messageid", "filename",
         "path", "reply", "words", "password", "drop", "title", "host",
         "agent", "phone")
DEPTH = 3
KANJI = [c for row in range(0x30, 0x70) for cell in range(0x21, 0x7f)
         for c in [bytes([row + 0x80, cell + 0x80]).decode("euc_jp", "ignore")]
         if c]


def letters(n):
    return "".join("abcdefghijklmnopqrstuvwxyz0123456789"[b % 36]
                   for b in os.urandom(n))


def kanji(n):
    return "".join(KANJI[int.from_bytes(os.urandom(4), "big") % len(KANJI)]
                   for _ in range(n))


class Words:
    """The words of a run: of each kind, ascii[kind] and wide[kind]."""

    def __init__(self):
        self.stem, self.wide_stem = "q" + letters(11), kanji(5)
        self.ascii = {k: self.stem + k + letters(6) for k in KINDS}
        self.wide = {k: self.wide_stem + kanji(4) for k in KINDS}
        self.needles = needles(self.stem, self.wide_stem)
        self.own = {k: needles(self.ascii[k], self.wide[k]) for k in KINDS}

    def line(self, kind):
        return "%s %s" % (self.ascii[kind], self.wide[kind])


class Passphrase:
    """One that was drawn meanwhile, with or without what joins its words."""

    def __init__(self, text):
        self.needles = needles(text, text.replace("-", ""))
        self.own = {k: {} for k in KINDS}


# Each turns a text into the forms in which it may stand among other octets.

def inner_base64(octets, alphabet=base64.b64encode):
    """What does not depend on the octets before and after, at each offset."""
    for k in range(3):
        whole = alphabet(b"\0" * k + octets + b"\0" * (-(len(octets) + k) % 3))
        yield whole[4 if k else 0:-4 if (len(octets) + k) % 3 else None]


def inner_base32(octets):
    for k in range(5):
        whole = base64.b32encode(b"\0" * k + octets +
                                 b"\0" * (-(len(octets) + k) % 5))
        yield whole[8 if k else 0:-8 if (len(octets) + k) % 5 else None]


def inner_uu(octets):
    for k in range(3):
        whole = binascii.b2a_uu(b"\0" * k + octets[:45 - k])[1:-1]
        n = (len(octets) + k) // 3 * 4
        yield whole[4 if k else 0:n]


def jis(text):
    """Without the escapes around it."""
    return text.encode("iso2022_jp").replace(b"\x1b$B", b"").replace(
        b"\x1b(B", b"")


def each(form):
    return lambda octets: b"".join(form % b for b in octets)


def q_word(octets):
    """RFC 2047, Q, as of a text that has nothing but letters in clear."""
    return b"".join(b"%c" % b if chr(b).isalnum() and b < 128 else b"=%02X" % b
                    for b in octets)


def escapes(form):
    return lambda text: b"".join(form % ord(c) for c in text)


def full_width(text):
    return "".join(chr(ord(c) + 0xfee0) if "!" <= c <= "~" else c
                   for c in text).encode()


CHARSETS = {"UTF-8": lambda t: t.encode(),
            "UTF-16LE": lambda t: t.encode("utf-16-le"),
            "UTF-16BE": lambda t: t.encode("utf-16-be"),
            "UTF-32LE": lambda t: t.encode("utf-32-le"),
            "ISO-2022-JP": jis,
            "Shift_JIS": lambda t: t.encode("cp932"),
            "EUC-JP": lambda t: t.encode("euc_jp")}
# Of octets, so in every charset above.
OF_OCTETS = {"base64": inner_base64, "uuencode": inner_uu,
             "base32": inner_base32,
             "quoted-printable": lambda o: [each(b"=%02X")(o)],
             "RFC 2047 Q": lambda o: [q_word(o)],
             "hex, lower case": lambda o: [o.hex().encode()],
             "hex, upper case": lambda o: [o.hex().upper().encode()],
             "percent, RFC 2231": lambda o: [each(b"%%%02X")(o),
                                             each(b"%%%02x")(o)],
             "hex escapes": lambda o: [each(b"\\x%02x")(o)],
             "octal escapes": lambda o: [each(b"\\%03o")(o)],
             "reversed octets": lambda o: [o[::-1]]}
OF_TEXT = {"reversed": lambda t: t[::-1].encode(),
           "rot13": lambda t: codecs.encode(t, "rot13").encode(),
           "UTF-7": lambda t: t.encode("utf-7").rstrip(b"-"),
           "full width": full_width,
           "upper case": lambda t: t.upper().encode(),
           "HTML, decimal": escapes(b"&#%d;"),
           "HTML, hex": escapes(b"&#x%x;"),
           "JSON escapes": escapes(b"\\u%04x")}


def needles(ascii_text, wide_text):
    """{octets: name of the encoding}."""
    found = {}
    for text in (ascii_text, wide_text):
        for charset, encode in CHARSETS.items():
            octets = encode(text)
            found.setdefault(octets, charset)
            for name, forms in OF_OCTETS.items():
                for form in forms(octets):
                    found.setdefault(form, "%s of %s" % (name, charset))
        for name, encode in OF_TEXT.items():
            found.setdefault(encode(text), name)
    return {k: v for k, v in found.items() if len(k) >= 8}


def encoded_words(data):
    out = []
    for charset, how, text in re.findall(
            rb"=\?([\w-]+)\?([BbQq])\?([^?\s]*)\?=\s*", data):
        try:
            octets = base64.b64decode(text + b"==") if how in b"Bb" else \
                quopri.decodestring(text, header=True)
            out.append(octets.decode(charset.decode(), "replace"))
        except (LookupError, binascii.Error, ValueError):
            out.append("")
    return "".join(out).encode()


def inflated(data):
    for magic, bits in ((b"\x1f\x8b\x08", 31), (b"\x78\x9c", 15),
                        (b"\x78\x01", 15), (b"\x78\xda", 15), (b"", -15)):
        at = data.find(magic) if magic else 0
        tried = 0
        while at >= 0 and tried < 20:
            try:
                out = zlib.decompressobj(bits).decompress(data[at:], 1 << 22)
                if len(out) >= 8:
                    yield out
            except zlib.error:
                pass
            at, tried = data.find(magic, at + 1) if magic else -1, tried + 1


def unpacked(data):
    """Whatever may be within these octets; a letter as it is is skipped."""
    if b"=?" in data:
        yield encoded_words(data)
    if re.search(rb"=[0-9A-F]{2}", data):
        yield quopri.decodestring(data)
    if re.search(rb"%[0-9A-Fa-f]{2}", data):
        yield urllib.parse.unquote_to_bytes(data)
    for run in re.findall(rb"(?:[A-Za-z0-9+/_-]{4,}\s*){6,}", data):
        run = re.sub(rb"\s", b"", run).translate(bytes.maketrans(b"-_", b"+/"))
        yield base64.b64decode(run[:len(run) // 4 * 4])
    yield from inflated(data)


def shapes(data):
    yield data
    low = data.lower()
    if low != data:
        yield low
    tight = re.sub(rb"=\r?\n|[ \t\r\n]+", b"", data)
    if tight != data:
        yield tight
    if tight.lower() not in (tight, low):
        yield tight.lower()


def hit(data, words):
    """The first encoding in which the needles are found, or None."""
    for shape in shapes(data):
        for octets, name in words.items():
            if octets in shape:
                return name
    return None


def look(words, data, depth=DEPTH):
    """[(kind, encoding)] of all words in DATA; kind "?" where only the stem
    is there."""
    found, name = [], hit(data, words.needles)
    if name is not None:
        for kind in KINDS:
            own = hit(data, words.own[kind])
            if own is not None:
                found.append((kind, own))
        if not found:
            found.append(("?", name))
    if depth > 0 and len(data) >= 8:
        for inner in unpacked(data):
            found += [f for f in look(words, inner, depth - 1)
                      if f[0] not in [k for k, _ in found]]
    return found


def plants(words):
    """[(encoding, octets with a word in them)]: what a search must find."""
    text = "%s and %s" % (words.ascii["detail"], words.wide["detail"])
    made = [("%s, %s" % (c, part), b"before " + encode(t) + b" behind")
            for c, encode in CHARSETS.items()
            for part, t in (("letters", words.ascii["detail"]),
                            ("kanji", words.wide["detail"]))]
    whole = {c: e(text.replace(" and ", "X")) for c, e in CHARSETS.items()}
    for name, forms in OF_OCTETS.items():
        if name.startswith(("base", "uu")):
            continue
        for charset in ("UTF-8", "UTF-16LE", "ISO-2022-JP", "Shift_JIS",
                        "EUC-JP"):
            made.append(("%s of %s" % (name, charset),
                         b"- " + forms(whole[charset])[0] + b" -"))
    for k in range(3):
        pad = b"x" * k + text.encode()
        made += [("base64, offset %d" % k, base64.encodebytes(pad)),
                 ("base64url, offset %d" % k, base64.urlsafe_b64encode(pad)),
                 ("uuencode, offset %d" % k, binascii.b2a_uu(pad[:45]))]
    made += [("base32, offset %d" % k, base64.b32encode(
        b"x" * k + text.encode())) for k in range(5)]
    made += [(name, encode(words.ascii["detail"]))
             for name, encode in OF_TEXT.items()]
    made += [("RFC 2047 B", b"Subject: " + b"\r\n ".join(
        b"=?ISO-2022-JP?B?%s?=" % base64.b64encode(
            text[i:i + 9].encode("iso2022_jp"))
        for i in range(0, len(text), 9))),
        ("quoted-printable, folded", quopri.encodestring(
            b"x" * 70 + text.encode())),
        ("base64, folded at 20", re.sub(rb"(.{20})", rb"\1\r\n",
                                        base64.b64encode(text.encode()))),
        ("percent, as a browser does", urllib.parse.quote(text).encode()),
        ("gzip", gzipped(text.encode(), 31)),
        ("zlib", gzipped(text.encode(), 15)),
        ("deflate", gzipped(text.encode(), -15)),
        ("base64 of gzip", base64.b64encode(gzipped(text.encode(), 31))),
        ("hex of gzip", b"")]
    return [(n, o) for n, o in made if o]


def gzipped(data, bits):
    z = zlib.compressobj(9, zlib.DEFLATED, bits)
    return z.compress(data) + z.flush()
