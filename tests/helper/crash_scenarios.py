"""crash_scenarios: the programs that crash lets fail, and the prepared spools
that they start from.  A new program joins by one line."""
import os

import crash_desk
from crash_desk import HELPER, MARK, OPERATOR, report
from crash_trace import KILL, Traced, changes, text

ACCEPT = ("todoke-accept", "-w", "local-government", "-s", "medium", "-v",
          "6.1", "{number}")
CONTACT = ("todoke-contact", "-a", OPERATOR, "{number}")
CONFIRM = ("todoke-confirm", "-a", OPERATOR, "-b", "phone", "-k",
           "{top}/city.asc", "{number}")
CLOSE = ("todoke-close", "-r", "fixed-application", "{number}")
WORDS = "言うべきこと。\n"


class Scenario:
    """COMMAND on the spool TEMPLATE.  STDIN: what it reads.  INPUTS: paths
    that it takes away; SEALS: what came in must be found sealed.  OPENS: a
    new case.  AGAIN: after a crash the same command finishes, "first": before
    any other looks; cron's programs
    need not be told, the next run does; DONE: how it ends when all is done.
    STATUS: how it ends undisturbed.  LEAVES: what it makes beside the case.
    LATE: on the due day.  READS: it changes nothing.  CASE: the fact that is
    its number.  SERVER: the manner of the mail server.  PLAIN: a
    file system whose renames know no flags."""

    def __init__(self, name, template, *command, stdin=None, inputs=(),
                 seals=False, opens=False, again=False, late=False,
                 server="take", plain=False, status=0, done=0, leaves=None,
                 reads=False, case="number"):
        self.name, self.template, self.command = name, template, command
        self.stdin, self.inputs, self.seals = stdin, inputs, seals
        self.opens, self.again, self.late = opens, again, late
        self.reads = reads
        self.server, self.plain = server, plain
        self.status, self.done, self.leaves = status, done, leaves
        self.case = case
        self.runner = command[0] in ("todoke-sort", "todoke-send") and \
            len(command) == 1
        self.number = self.spool = None


SCENARIOS = [
    Scenario("contact", "accepted", *CONTACT),
    Scenario("open", "reported", "todoke-open", stdin=report("open", "Open"),
             opens=True),
    Scenario("accept", "reported", *ACCEPT),
    Scenario("accept-encrypted", "encrypted", *ACCEPT[:-1], "{encrypted}",
             case="encrypted"),
    Scenario("show-encrypted", "encrypted", "todoke-show", "-s",
             "{encrypted}", case="encrypted"),
    Scenario("reject", "reported", "todoke-accept", "-r", "rejected-scope",
             "{number}"),
    Scenario("contact-phone", "accepted", "todoke-contact", "-m", "phone",
             "-a", "03-1234-5678", "{number}"),
    Scenario("confirm", "replied-sorted", *CONFIRM),
    Scenario("confirm-zip", "replied-sorted", "todoke-confirm", "-a",
             OPERATOR, "-b", "phone", "-z", "{number}"),
    Scenario("disclose", "confirmed", "todoke-disclose", "{number}"),
    Scenario("close", "disclosed", *CLOSE),
    Scenario("close-words", "disclosed", "todoke-close", "-m", "-r",
             "declined", "{number}", stdin=WORDS),
    Scenario("reopen", "closed", "todoke-reopen", "{number}"),
    Scenario("note", "contacted", "todoke-note", "-k", "phone", "{number}",
             stdin=WORDS),
    Scenario("edit", "contacted", "todoke-edit", "{number}"),
    Scenario("write-operator", "confirmed", "todoke-write", "-o", "{number}",
             stdin=WORDS),
    Scenario("write-finder", "accepted", "todoke-write", "-f", "-T",
             "progress", "{number}"),
    Scenario("file", "unsorted", "todoke-file", "{number}",
             "unsorted/new/{mail}", inputs=("unsorted/new/{mail}",),
             again=True),
    Scenario("refer", "accepted", "todoke-refer", "-w", "ministry", "-R",
             "asked", "-a", HELPER, "-k", "{lab}", "{number}", stdin=WORDS),
    Scenario("alert", "contacted", "todoke-alert", "-f", "{top}/list"),
    Scenario("sort-report", "dropped", "todoke-sort",
             inputs=("new/city.txt",), opens=True, seals=True),
    Scenario("sort-mailed", "mailed", "todoke-sort",
             inputs=("incoming/new/1.report",), opens=True, seals=True),
    Scenario("sort-reply", "replied", "todoke-sort",
             inputs=("incoming/new/1.reply",), seals=True),
    Scenario("sort-bounce", "bounced", "todoke-sort",
             inputs=("incoming/new/1.bounce",), seals=True),
    Scenario("sort-stranger", "strange", "todoke-sort",
             inputs=("incoming/new/1.stranger",),
             leaves="unsorted/new/in."),
    Scenario("send", "asked", "todoke-send"),
    Scenario("send-sealed", "accepted-unsent", "todoke-send"),
    Scenario("send-details", "disclosed-unsent", "todoke-send"),
    Scenario("send-refused", "asked", "todoke-send", server="refuse"),
    Scenario("send-retry", "asked", "todoke-send", server="later", status=75),
    Scenario("send-unsure", "unsure", "todoke-send", server="drop"),
    Scenario("release", "failed", "todoke-send", "-r", "{failed}",
             inputs=("failed/{failed}",), again=True, done=66),
    Scenario("remind", "contacted", "todoke-remind", again=True, late=True),
    Scenario("check", "broken", "todoke-check", "-r", again="first",
             inputs=("tmp/garbage", "outbox/{number}.7.contact"),
             leaves="bad/"),
    Scenario("contact-plain", "accepted", *CONTACT, plain=True),
]
# Programs that read alone: nothing but memory can fail them.
READERS = [
    Scenario("show", "replied-sorted", "todoke-show", "{number}", reads=True),
    Scenario("list", "contacted", "todoke-list", reads=True),
    Scenario("day", "contacted", "todoke-day", reads=True),
    Scenario("check-only", "accepted", "todoke-check", reads=True),
    Scenario("lookup", "accepted", "todoke-lookup", "-n", "{number}",
             status=75, reads=True),
]
OF_SAMPLE = ("contact", "send")  # killed everywhere


class Preparation:
    """Spools for each scenario below FOLDER, and the FACTS that commands
    name: the number of their case and the like.  A second case stands by in
    all of them and must come out as it went in."""

    def __init__(self, desk, folder, facts):
        self.desk, self.folder, self.facts = desk, folder, facts

    def save(self, name):
        self.desk.save("%s/%s" % (self.folder, name))

    def restore(self, name):
        self.desk.restore("%s/%s" % (self.folder, name), "take")

    def do(self, *command):
        return self.desk.must(*[w.format_map(self.facts) for w in command])

    def bystander(self):
        """Due long after all others."""
        desk = self.desk
        other = desk.drop("other", "Other City")
        desk.must(*ACCEPT[:-1], other)
        desk.must("todoke-contact", "-a", "info@other.example.lg.jp", other)
        desk.must("todoke-send")
        contacted = desk.spool + "/contacted"
        day = os.listdir(contacted)[0]
        os.rename("%s/%s" % (contacted, day), contacted + "/2031-03-03")
        with open(desk.spool + "/bad/kept", "w") as f:
            f.write("nobody takes this away\n")

    def reports(self):
        desk = self.desk
        path = desk.drop_only("city", "Example City")
        self.save("dropped")
        os.unlink("%s/%s" % (desk.spool, path))
        desk.deliver("1.report", crash_desk.FINDER, "report@desk.example",
                     body="http://www.city.example.lg.jp/ " + MARK)
        self.save("mailed")
        os.unlink(desk.spool + "/incoming/new/1.report")
        self.encrypted()
        self.facts["number"] = desk.drop("city", "Example City")
        with open(desk.top + "/list", "w") as f:
            f.write(self.facts["number"] + "\n")
        self.do("todoke-send")
        self.save("reported")

    def encrypted(self):
        """A case that is opened from an encrypted report, for itself."""
        desk = self.desk
        before = set(desk.numbers())
        desk.deliver("1.report", crash_desk.FINDER, "report@desk.example",
                     body=crash_desk.gpg(
                         desk.top + "/desk.ring", "--trust-model", "always",
                         "--armor", "-r", crash_desk.fingerprint(
                             desk.top + "/ito.home"), "--encrypt",
                         data=report("city", "Example City").encode())
                     .decode())
        self.do("todoke-sort")
        self.facts["encrypted"] = (set(desk.numbers()) - before).pop()
        self.do("todoke-send")
        self.save("encrypted")
        self.restore("mailed")
        os.unlink(desk.spool + "/incoming/new/1.report")

    def asked(self):
        desk = self.desk
        self.do(*ACCEPT)
        self.save("accepted-unsent")
        self.do("todoke-send")
        self.save("accepted")
        self.do(*CONTACT)
        self.save("asked")
        desk.sink.manner = "refuse"
        desk.run("todoke-send")
        desk.sink.settle()
        self.facts["failed"] = os.listdir(desk.spool + "/failed")[0]
        self.save("failed")
        self.restore("asked")
        desk.sink.manner = "drop"
        desk.run("todoke-send")
        desk.sink.settle()
        desk.sink.manner = "take"
        self.save("unsure")
        self.do("todoke-send")
        self.save("contacted")

    def answered(self):
        desk = self.desk
        keyed = desk.letter().sender
        for name, sender, to, header in (
                ("bounced", "MAILER-DAEMON@mx.example", keyed,
                 "Auto-Submitted: auto-replied\n"),
                ("strange", "x@else.example", "desk@desk.example", ""),
                ("replied", OPERATOR, keyed, "")):
            mail = {"bounced": "1.bounce", "strange": "1.stranger",
                    "replied": "1.reply"}[name]
            desk.deliver(mail, sender, to, header)
            self.save(name)
            os.unlink("%s/incoming/new/%s" % (desk.spool, mail))
        self.restore("strange")
        self.do("todoke-sort")
        self.facts["mail"] = os.listdir(desk.spool + "/unsorted/new")[0]
        self.save("unsorted")
        self.restore("replied")
        self.do("todoke-sort")
        self.save("replied-sorted")

    def disclosed(self):
        self.do(*CONFIRM)
        self.save("confirmed")
        self.do("todoke-disclose", "{number}")
        self.save("disclosed-unsent")
        self.do("todoke-send")
        self.save("disclosed")
        self.do(*CLOSE)
        self.do("todoke-send")
        self.save("closed")

    def broken(self):
        """A change killed after its commit, and what only todoke-check -r
        takes away."""
        desk = self.desk
        self.restore("accepted")
        argv = [w.format_map(self.facts) for w in CONTACT]
        run = Traced(desk.tools, desk.argv(argv), desk.environ(argv[0]),
                     desk.log, desk.home)
        queues = [c for c in run.calls() if changes(c) and
                  c.name == "linkat" and ":/spool/outbox/" in c.key]
        self.restore("accepted")
        if not run.inject(queues[0], KILL).injected:
            raise RuntimeError("not killed at " + text(queues[0]))
        garbage = desk.spool + "/tmp/garbage"
        orphan = "%s/outbox/%s.7.contact" % (desk.spool, self.facts["number"])
        for path in (garbage, orphan):
            with open(path, "w") as f:
                f.write("nobody's\n")
            os.utime(path, (1, 1))
            os.chmod(path, 0o660)
        self.save("broken")

    def all(self):
        self.desk.clear()
        self.do("todoke-check", "-r")
        self.bystander()
        self.reports()
        self.asked()
        self.answered()
        self.disclosed()
        self.broken()
