"""lives: the programs that change a desk, each with the spool that it starts
from, for the suites resources and power.

A place has bench, desk, top and templates, the folder of the prepared spools,
fresh(template), which begins one anew, and run(program, argument ...).
"""
import os
import re
import subprocess

from suite import OPERATOR

WHEN = ("-t", "2026-11-24 10:00")
DUE = ("-t", "2026-12-01 10:00")
WORDS = "言うべきこと。\n".encode()
DONE = (0, 65, 66, 77)  # of the same command again


# template, command; {n}: the case
PROGRAMS = {
    "open": ("accepted", ("todoke-open",)),
    "accept": ("reported", ("todoke-accept", "-w", "local-government", "-s",
                            "medium", "-v", "6.1", "{n}")),
    "contact": ("accepted", ("todoke-contact", "-a", OPERATOR, "{n}")),
    "confirm": ("contacted", ("todoke-confirm", "-a", OPERATOR, "-b", "phone",
                              "-k", "{top}/city.asc", "{n}")),
    "disclose": ("confirmed", ("todoke-disclose", "{n}")),
    "close": ("contacted", ("todoke-close", "-r", "declined", "{n}")),
    "reopen": ("closed", ("todoke-reopen", "{n}")),
    "note": ("contacted", ("todoke-note", "{n}")),
    "edit": ("contacted", ("todoke-edit", "{n}")),
    "write": ("accepted", ("todoke-write", "-f", "-T", "progress", "{n}")),
    "sort": ("dropped", ("todoke-sort",)),
    "sort-reply": ("replied", ("todoke-sort",)),
    "send": ("asked", ("todoke-send",)),
    "send-details": ("disclosed", ("todoke-send",)),
    "remind": ("contacted", ("todoke-remind",)),
    "check": ("accepted", ("todoke-check", "-r")),
}
INPUT = {"todoke-open": b"Finder: A <yamada@finder.example>\n"
         b"Url: http://opened.example/x\n\ntext\n", "todoke-note": WORDS}


def command(place, program):
    """The words of a command line."""
    words = [w.format(n=place.bench.number, top=place.top)
             for w in PROGRAMS[program][1]]
    return [words[0]] + list(when(program)) + words[1:]


def when(program):
    return DUE if program == "remind" else WHEN


def recover(place, program):
    """What cron runs; what was tried in vain is tried again after some
    hours.  What it says."""
    now = when(program)
    later = ("-t", now[1].replace("10:00", "16:00"))
    ends = [place.run("todoke-sort", *now), place.run("todoke-send", *later),
            place.run("todoke-check", *now, "-r")]
    return ["afterwards: %s" % end for end in ends if end.status != 0]


def state(spool):
    """All that a run is to bring about, free of numbers."""
    out = []
    for number, c in spool.cases.items():
        out.append((c.get("Url"), os.path.dirname(c.place),
                    sorted(c.events()),
                    sorted(m.replace(number, "N") for m in c.mails()),
                    c.data.count(WORDS.strip()), c.data.count(b"edited")))
    rest = [re.sub(r"\d{8}", "N", re.sub(r"[0-9a-f]{24}", "HASH", p))
            for p in spool.files if p.split("/")[0] in (
                "failed", "hold", "bad", "unsorted", "incoming", "mail") and
            not p.endswith("/lock") and not re.match(r"mail/\d+/tmp/", p)]
    return sorted(out, key=str), sorted(rest)


def kept(spool):
    """Digests of the messages whose copy lies with their case."""
    return {digest for c in spool.cases.values()
            for name, digest in c.mails().items()
            if "mail/%s/cur/%s:2,S" % (c.number, name) in spool.files}


def prepare(place):
    """The spools that programs start from, one further on than the other."""
    bench, desk = place.bench, place.desk

    def save(name):
        subprocess.run(["cp", "-a", desk.spool, "%s/%s" % (place.templates,
                                                           name)], check=True)

    def do(*command):
        desk.must(*[w.format(n=bench.number, top=place.top)
                    for w in command[:1] + WHEN + command[1:]])

    os.mkdir(place.templates)
    bench.number = ""
    place.fresh(None)
    desk.must("todoke-check", "-r")
    bench.drop(["city.example.lg.jp"])
    save("dropped")
    do("todoke-sort")
    bench.number = bench.numbers("new")[0]
    do("todoke-send")
    save("reported")
    do(*PROGRAMS["accept"][1])
    do("todoke-send")
    save("accepted")
    do(*PROGRAMS["contact"][1])
    save("asked")
    do("todoke-send")
    save("contacted")
    reply(bench, desk)
    save("replied")
    for path in os.listdir(desk.spool + "/incoming/new"):
        os.unlink(desk.spool + "/incoming/new/" + path)
    do(*PROGRAMS["confirm"][1])
    save("confirmed")
    do(*PROGRAMS["disclose"][1])
    save("disclosed")
    place.fresh("contacted")
    do(*PROGRAMS["close"][1])
    do("todoke-send")
    save("closed")


def reply(bench, desk):
    letter = [m for m in bench.sink.settle() if m.rcpt == OPERATOR][-1]
    path = desk.spool + "/incoming/new/1.reply"
    with open(path, "w") as f:
        f.write("From: <%s>\nTo: <%s>\nSubject: Re: a letter\n"
                "Message-ID: <1@city.example.lg.jp>\n\nPlease tell me.\n" % (
                    OPERATOR, letter.sender))
    if desk.user is not None:
        os.chown(path, desk.user, desk.user)
