"""canary_life: the life of a case, step by step, in four manners of reports,
with a word of canary_words in everything that nobody else may learn."""
import base64
import email.message
import email.policy
import os

import suite

LAB = "lab@helper.example"
SHOWN = ("detail", "name", "address", "handle", "messageid", "filename",
         "path", "reply", "words", "title", "host", "agent",
         "phone")  # to the coordinator who asked
FLAVOURS = ("form", "mail", "sealed", "consent")
FINDERS = ("receipt", "question", "accepted", "rejected", "progress",
           "started", "fixed", "closed-finder", "letter-finder")


class Step:
    """ARGS of PROGRAM: N becomes the case's number.  DATA: its input, a
    text or a function of the flavour.  BEFORE(flavour) is done first.
    SHOWS: its output may tell.  ENDS: exit statuses.  AT: begins where that
    step begins, and nothing follows from it.  SERVER: of todoke-send.  TTY:
    it is at a terminal, and what is answered there."""

    def __init__(self, name, program, *args, data=b"", before=None,
                 shows=False, ends=(0,), at=None, server=None, edits=None,
                 env=None, tells=False, tty=None):
        self.name, self.program, self.args = name, program, args
        self.data, self.before, self.shows = data, before, shows
        self.ends, self.at, self.server = ends, at, server
        self.edits, self.env, self.tells = edits, env, tells
        self.tty = tty


class Flavour:
    """One manner of reporting.  HOME: a desk; TOP: keys and other files."""

    def __init__(self, name, words, desk, keys):
        self.name, self.words, self.desk, self.keys = name, words, desk, keys
        self.number = self.operator = self.finder = None
        w = words.ascii
        self.address = "%s@%s.example" % (w["address"], w["handle"])

    def path(self, *parts):
        return "/".join((self.desk.spool,) + parts)

    def write(self, path, octets):
        with open(path, "wb") as f:
            f.write(octets)

    # What comes in

    def url(self):
        return "http://www.city.example.lg.jp/%s?q=%s" % (
            self.words.ascii["path"], self.words.wide["path"])

    def form(self):
        w, more = self.words, ""
        if self.name == "consent":
            more = "Consent: identity contact\nFinder-Key: %s\n" % \
                self.keys["finder"]
        return ("Finder: %s\nFinder-Address: %s\nUrl: %s\nKind: xss\n"
                "Title: %s\nOperator: Example City\n%s\n%s\nhandle %s\n" % (
                    w.line("name"), self.address, self.url(), w.line("title"),
                    more, w.line("detail"), w.line("handle")))

    def mail(self):
        w = self.words
        m = email.message.EmailMessage(policy=email.policy.SMTP)
        m["From"] = email.headerregistry.Address(
            w.line("name"), addr_spec=self.address)
        m["To"] = "report@desk.example"
        m["Subject"] = w.line("title")
        m["Date"] = "Mon, 23 Nov 2026 10:00:00 +0900"
        m["Message-ID"] = "<%s@%s.example>" % (w.ascii["messageid"],
                                               w.ascii["handle"])
        m["X-Mailer"] = w.line("handle")
        m.set_content("%s\n%s\n%s\n" % (w.line("detail"), self.url(),
                                        w.line("handle")),
                      charset="iso-2022-jp", cte="base64")
        m.add_attachment(w.line("detail").encode(), maintype="image",
                         subtype="png", filename=w.line("filename") + ".png")
        return m.as_bytes()

    def dump(self):
        """Of a web form, as its script mails it."""
        w = self.words
        m = email.message.EmailMessage(policy=email.policy.SMTP)
        m["From"] = "www-data@www.example"
        m["To"] = "report@desk.example"
        m["Subject"] = w.line("title")
        m["Message-ID"] = "<%s@www.example>" % w.ascii["messageid"]
        m.set_content(
            "【お名前】%s\n【メールアドレス】%s\n対象のURL：%s\n種類: xss\n"
            "運営者: Example City\n■内容\n%s\nhandle %s\n\n"
            "氏名等の開示：いいえ\n電話番号：%s\nREMOTE_ADDR = %s\n"
            "HTTP_USER_AGENT = %s\n" % (
                w.line("name"), self.address, self.url(), w.line("detail"),
                w.line("handle"), w.line("phone"), w.line("host"),
                w.line("agent")), charset="utf-8", cte="8bit")
        return m.as_bytes()

    def report(self):
        w = self.words
        if self.name == "form":
            self.deliver("report@desk.example", self.dump())
        elif self.name == "consent":
            self.write(self.path("new", w.ascii["drop"] + ".txt"),
                       self.form().encode())
        else:
            m = self.mail()
            self.deliver("report@desk.example", m if self.name == "mail"
                         else self.encrypted(m))

    def encrypted(self, mail):
        """PGP/MIME, its subject hidden inside (RFC 9788)."""
        mail = email.message_from_bytes(mail, policy=email.policy.SMTP)
        for name in ("From", "To", "Date", "Message-ID", "X-Mailer"):
            del mail[name]
        armor = suite.gpg(self.desk.top + "/desk.ring", "--trust-model",
                          "always", "--armor", "-r", self.keys["desk"],
                          "--encrypt", data=mail.as_bytes())
        head = ("From: <%s>\r\nTo: report@desk.example\r\nSubject: report\r\n"
                "Message-ID: <%s@%s.example>\r\nMIME-Version: 1.0\r\n"
                "Content-Type: multipart/encrypted; boundary=b;\r\n"
                " protocol=\"application/pgp-encrypted\"\r\n\r\n--b\r\n"
                "Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n"
                "\r\n--b\r\nContent-Type: application/octet-stream\r\n\r\n"
                % (self.address, self.words.ascii["messageid"],
                   self.words.ascii["handle"]))
        return head.encode() + armor + b"\r\n--b--\r\n"

    def deliver(self, to, octets):
        name = self.path("incoming/new", "1.%d.test" % len(
            os.listdir(self.path("incoming/new"))))
        self.write(name, b"Return-Path: <x@example.net>\nDelivered-To: " +
                   to.encode() + b"\n" + octets)

    def reply(self):
        self.deliver(self.operator, (
            "From: %s\nTo: <%s>\nSubject: Re: %s\nMessage-ID: <%s@x.example>\n"
            "Content-Type: text/plain; charset=utf-8\n\nto soumu@ please\n%s\n"
            % (suite.OPERATOR, self.operator, self.words.ascii["reply"],
               self.words.ascii["reply"], self.words.line("reply"))).encode())

    def bounce(self):
        """Of a letter to the finder, who is named in it in many ways."""
        self.deliver(self.finder, (
            "From: MAILER-DAEMON@%s.example\nTo: <%s>\nSubject: failed: %s\n"
            "MIME-Version: 1.0\nContent-Type: multipart/report; boundary=b;"
            " report-type=delivery-status\n\n--b\n\n<%s>: unknown\n\n--b\n"
            "Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n"
            "\nFinal-Recipient: rfc822; %s\nAction: failed\nStatus: 5.1.1\n"
            "Diagnostic-Code: smtp; 550 %s\n\n--b--\n" % (
                self.words.ascii["handle"], self.finder,
                self.words.ascii["address"], self.address, self.address,
                self.address)).encode())

    def confirm_zip(self):
        self.desk.must("todoke-confirm", "-a", suite.OPERATOR, "-b", "phone",
                       "-z", self.number)

    def disclose_zip(self):
        self.confirm_zip()
        self.desk.must_at_terminal("todoke-disclose", "-f", self.desk.top +
                                   "/details", self.number)

    def answer(self):
        """The finder's, to his keyed address, from where he wrote before."""
        self.deliver(self.finder, (
            "From: %s <%s>\nTo: <%s>\nSubject: more: %s\n\n%s\n" % (
                self.words.ascii["name"], self.address, self.finder,
                self.words.ascii["detail"], self.words.line("detail"))
        ).encode())

    def stranger(self):
        self.deliver("desk@desk.example", (
            "From: %s <%s>\nTo: desk@desk.example\nSubject: %s\n\n%s %s\n" % (
                self.words.ascii["name"], self.address.replace("@", "@x."),
                self.words.ascii["title"], self.words.line("detail"),
                self.url())).encode())

    def junk(self):
        w = self.words
        self.write(self.path("incoming/new/1.junk"), b"\0\0" + self.mail())
        self.write(self.path("new", w.ascii["drop"] +
                             "\x1b]0;\u009b31m\u202e.junk"),
                   b"\0\0\xff" + self.form().encode())
        self.write(self.path("new", w.ascii["drop"] + ".sjis"),
                   self.form().encode("cp932", "replace"))

    # What people say

    def own_words(self):
        return (self.words.line("words") + "\n").encode()

    def naming(self):
        """Words that name the finder, as no letter to an operator may."""
        return ("first\n%s %s\n%s\n" % (
            self.words.wide["name"], self.address,
            self.words.line("name"))).encode()

    def edit(self, program):
        path = "%s/%s" % (self.desk.home, program)
        with open(path, "w") as f:
            f.write("#!/bin/sh\n%s\n" % {
                "edit": "sed -i 's/^Operator: .*/Operator: Another City/' "
                        "\"$1\"",
                "spoil": "echo '%s' >>\"$1\"; sed -i 's/^Seq: .*/Seq: x/' "
                         "\"$1\"" % self.words.ascii["words"]}[program])
        os.chmod(path, 0o755)

    # What the programs made of it

    def learn(self):
        """Number and keyed addresses, once they are there."""
        numbers = os.listdir(self.path("mail"))
        self.number = numbers[0] if numbers else None
        for name in os.listdir(self.path("outbox")):
            if name.endswith(".copy"):
                continue
            with open(self.path("outbox", name), "rb") as f:
                head = f.read().split(b"\n\n")[0].decode()
            reply = head.split("\nReply-To: <")[1].split(">")[0]
            if name.endswith(".contact"):
                self.operator = reply
            elif name.endswith(".receipt"):
                self.finder = reply

    def unsorted(self):
        return "unsorted/new/" + os.listdir(self.path("unsorted/new"))[0]

    def day(self, days):
        end = self.desk.run("todoke-day", "today", "+%d" % days)
        if end.status != 0:
            end = self.desk.run("todoke-day", "2026-11-24", "+%d" % days)
        return end.out.decode().split()[0] + " 10:30"


def zip_steps(f, city, details):
    """To an operator without OpenPGP."""
    return [
        Step("confirm zip", "todoke-confirm", "-a", city, "-b", "phone", "-z",
             "N", at="confirm"),
        Step("disclose zip", "todoke-disclose", "-f", details, "N",
             at="disclose", before=f.confirm_zip, tty="LAST"),
        Step("disclose zip unread", "todoke-disclose", "-f", details, "N",
             at="disclose", before=f.confirm_zip, tty="wrong", ends=(75,)),
        Step("disclose zip nowhere", "todoke-disclose", "-f", details, "N",
             at="disclose", before=f.confirm_zip, ends=(77,)),
        Step("send zip", "todoke-send", at="disclose", before=f.disclose_zip,
             server=()),
        Step("zip told", "todoke-note", "-k", "phone", "N", at="disclose",
             before=f.disclose_zip, data=b"Told to Mr. Mori.\n"),
        Step("zip and list", "todoke-list", "-a", at="disclose",
             before=f.disclose_zip),
        Step("write zip", "todoke-write", "-o", "N", data=f.own_words(),
             at="write", before=f.confirm_zip, tty="LAST")]


def text_of(words):
    """Base64 by hand, for servers that say it back."""
    return base64.b64encode(words.ascii["address"].encode()).decode()


def steps(f):
    """Of a flavour; F knows the words."""
    w, city = f.words, suite.OPERATOR
    details = f.desk.top + "/details"
    made = [
        Step("sort", "todoke-sort", before=f.report, tells=True),
        Step("list", "todoke-list", "-a"),
        Step("show", "todoke-show", "N"),
        Step("show a strange name", "todoke-show", "x\u009b31m\u202e",
             at="show", ends=(64,)),
        Step("show sealed", "todoke-show", "-s", "N", shows=True),
        Step("send receipt", "todoke-send", server=()),
        Step("show no key", "todoke-show", "-s", "N", ends=(75,),
             env={"GNUPGHOME": f.desk.top + "/desk.ring"}),
        Step("junk", "todoke-sort", before=f.junk, ends=(0, 65), tells=True,
             at="list"),
        Step("reject", "todoke-accept", "-r", "rejected-scope", "N",
             at="accept"),
        Step("question", "todoke-write", "-f", "-T", "question", "-i",
             "privacy", "N", at="accept"),
        Step("accept", "todoke-accept", "-k", "xss", "-w",
             "local-government", "-s", "medium", "-v", "6.1", "N"),
        Step("form text", "todoke-contact", "-m", "form", "N", at="contact"),
        Step("publish", "todoke-publish", "-i", "1000", at="contact"),
        Step("letter on paper", "todoke-contact", "-m", "letter", "-o",
             f.desk.top + "/letter.pdf", "N", at="contact"),
        Step("contact", "todoke-contact", "-a", city, "N"),
        Step("send contact", "todoke-send", server=()),
        Step("remind", "todoke-remind", "-t", "T7"),
        Step("reply", "todoke-sort", before=f.reply),
        Step("bounce", "todoke-sort", before=f.bounce),
        Step("answer", "todoke-sort", before=f.answer),
        Step("stranger", "todoke-sort", before=f.stranger),
        Step("file", "todoke-file", "N", "U"),
        Step("note", "todoke-note", "-k", "phone", "N",
             data=b"Mr. Mori is away.\n"),
        Step("note names the finder", "todoke-note", "N",
             data=f.naming(), ends=(77,), at="confirm"),
        Step("confirm by mail", "todoke-confirm", "-a", city, "-b", "mail",
             "-k", f.desk.top + "/city.asc", "N", ends=(64, 77),
             at="confirm"),
        Step("write unconfirmed", "todoke-write", "-o", "N",
             data=f.own_words(), ends=(77,), at="confirm"),
        Step("confirm", "todoke-confirm", "-a", city, "-b", "phone", "-k",
             f.desk.top + "/city.asc", "N"),
        Step("disclose dry", "todoke-disclose", "-n", "-f", details, "N",
             at="disclose"),
        Step("disclose names the finder", "todoke-disclose", "-f",
             f.desk.top + "/naming", "N", at="disclose",
             ends=(0,) if f.name == "consent" else (77,)),
        Step("disclose", "todoke-disclose", "-f", details, "N"),
        Step("write names the finder", "todoke-write", "-o", "N",
             data=f.naming(), at="write",
             ends=(0,) if f.name == "consent" else (77,)),
        Step("send details", "todoke-send", server=()),
        Step("write", "todoke-write", "-o", "N", data=f.own_words()),
        Step("write finder", "todoke-write", "-f", "N", data=f.own_words(),
             ends=(0,) if f.name == "consent" else (77,)),
        Step("progress", "todoke-write", "-f", "-T", "progress", "N"),
        Step("follow-up", "todoke-remind", "-t", "T70"),
        Step("refer", "todoke-refer", "-w", "laboratory", "-a", LAB, "-k",
             f.keys["lab"], "-R", "analysis", "-N", "2026/1", "N",
             data=f.own_words()),
        Step("refer names the finder", "todoke-refer", "-w", "ministry",
             "-a", LAB, "-k", f.keys["lab"], "-R", "reach", "N",
             data=f.naming(), ends=(77,), at="refer"),
        Step("edit", "todoke-edit", "N", before=lambda: f.edit("edit"),
             env={"EDITOR": f.desk.home + "/edit"}),
        Step("edit spoiled", "todoke-edit", "N", at="edit", ends=(77,),
             before=lambda: f.edit("spoil"), tells=True,
             env={"EDITOR": f.desk.home + "/spoil"}),
        Step("send all", "todoke-send", server=()),
        Step("check", "todoke-check", ends=(0, 65)),
        Step("keys", "todoke-keys", "-d", "30"),
        Step("check -r", "todoke-check", "-r", ends=(0, 65)),
        Step("alert", "todoke-alert", "-f", f.desk.top + "/list.N",
             at="close"),
        Step("close", "todoke-close", "-r", "fixed-application", "-m", "N",
             data=b"Thank you.\n" if f.name != "consent" else f.own_words(),
             ends=(0, 77)),
        Step("close plainly", "todoke-close", "-r", "fixed-application", "N",
             ends=(0, 77)),
        Step("reopen", "todoke-reopen", "N"),
        Step("close again", "todoke-close", "-r", "no-answer", "N"),
        Step("send last", "todoke-send", server=()),
        Step("show all", "todoke-show", "N"),
    ]
    made += zip_steps(f, city, details)
    code = text_of(w)
    for name, at, server in (
            ("550 and his address", "send receipt",
             ("rcpt=550 5.1.1 <%s> unknown %s" % (f.address, code),)),
            ("450 and his address", "send receipt",
             ("rcpt=450 4.1.1 <%s> later" % f.address,)),
            ("554 and his name", "send receipt",
             ("dot=554 %s is spam" % w.ascii["name"],)),
            ("greeting names him", "send receipt",
             ("greeting=554 not for %s" % f.address,)),
            ("drop at the dot", "send receipt", ("dot=!drop",)),
            ("drop in the body", "send receipt", ("body=!drop 20",)),
            ("550 to the contact", "send contact",
             ("rcpt=550 no %s" % w.ascii["path"],)),
            ("554 and details", "send details",
             ("dot=554 %s" % w.ascii["detail"],)),
            ("451 and details", "send details",
             ("dot=451 %s" % w.ascii["detail"],)),
            ("greeting and details", "send details",
             ("greeting=421 %s" % w.ascii["detail"],))):
        made.append(Step(name, "todoke-send", at=at, server=server,
                         ends=(0, 75)))
    made.append(Step("no server", "todoke-send", at="send receipt",
                     ends=(75,)))
    made.append(Step("password", "todoke-send", at="send receipt",
                     server=("-t", f.desk.top + "/server.pem", "-e",
                             "STARTTLS", "-E", "AUTH PLAIN"), edits="login"))
    made.append(Step("password refused", "todoke-send", at="send receipt",
                     server=("-t", f.desk.top + "/server.pem", "-e",
                             "STARTTLS", "-E", "AUTH PLAIN",
                             "auth=535 %s" % w.ascii["password"]),
                     edits="login", ends=(75,)))
    return made
