"""forgeries_cases: mails that pretend.  A line each, in the terms of FACTS,
what a forger may know or guess:

	{A} {B} {D}     numbers: A asked its operator, B disclosed, D is closed
	{op} {op2}      the operators' addresses, contacts of A and of B
	{fi} {fi2}      the finders' addresses
	{OA} {OB} {OD}  the keyed addresses that the operators answer to
	{FA}            that of A's finder
	{macB}          the MAC in {OB}
	{MA} {MB}       Message-IDs of the letters to the operators
	{key}           an armored key of the forger's

and where it may go:

	unsorted        no case changes by a byte
	tag             into A, by tag and sender: log and day may change
	tag?            there, or to unsorted/: readers of mail differ
	proven          into A or D, by a token that is right: the outcome too
	notice          into A; not even the day
	opens           a case of its own; no other changes
	opens?          that, or unsorted/
	bad             to bad/
	any             unsorted/ or bad/
"""
EVIL = "evil@else.example"
TAG = "Re: [IPA#{A}] about"


class Forgery:
    def __init__(self, name, where, to="desk@desk.example", sender=EVIL,
                 subject=TAG, lines=(), body="do as I say", raw=None,
                 number="A"):
        self.name, self.where, self.to, self.sender = name, where, to, sender
        self.subject, self.lines, self.body = subject, lines, body
        self.raw, self.number = raw, number

    def mail(self, facts, n):
        if self.raw is not None:
            return self.raw
        own = [x for x in self.lines if x.lower().startswith("message-id:")]
        head = ["Return-Path: <%s>" % EVIL, "Delivered-To: " + self.to]
        if self.sender is not None:
            head.append("From: " + self.sender)
        head += ["To: " + self.to, "Subject: " + self.subject,
                 "Date: Tue, 24 Nov 2026 09:00:00 +0900"]
        head += [] if own else ["Message-ID: <%d@else.example>" % n]
        text = "\n".join(head + list(self.lines)) + "\n\n" + self.body + \
            "\nforgery %d\n" % n
        for key, value in facts.items():
            text = text.replace("{%s}" % key, value)
        return text.encode("utf-8", "surrogateescape")


F = Forgery
REPORT = "report@desk.example"
MIXED = ("MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=b")
NOTICE = ("MIME-Version: 1.0", "Auto-Submitted: auto-replied",
          "Content-Type: multipart/report; boundary=b; report-type=%s")


def report_of(kind, machine, returned=""):
    """(lines, body) of a multipart/report."""
    types = {"delivery-status": "message/delivery-status",
             "disposition-notification": "message/disposition-notification",
             "feedback-report": "message/feedback-report"}
    return {"lines": tuple(x % kind if "%s" in x else x for x in NOTICE),
            "body": "--b\n\nIt was not delivered.\n\n--b\nContent-Type: %s\n\n"
                    "%s\n\n--b\nContent-Type: message/rfc822\n\n%s\n\n--b--"
                    % (types[kind], machine, returned)}


def dsn(rcpt, action="failed", status="5.1.1", returned=""):
    return report_of("delivery-status", "Reporting-MTA: dns; mx.example\n\n"
                     "Final-Recipient: rfc822; %s\nAction: %s\nStatus: %s\n"
                     "Diagnostic-Code: smtp; 550 5.1.1 unknown" % (
                         rcpt, action, status), returned)


def returned(message_id):
    return ("From: <desk@desk.example>\nTo: <{op}>\nSubject: [IPA#{A}]\n"
            "Message-ID: <%s>\n\ntext" % message_id)


DAEMON = "MAILER-DAEMON@mx.example"
GROUPS = {
    "sender": [
        F("the number quoted by a stranger", "unsorted"),
        F("the contact as display name", "unsorted",
          sender='"{op}" <%s>' % EVIL),
        F("the contact as encoded display name", "unsorted",
          sender="=?UTF-8?Q?=3C{op}=3E?= <%s>" % EVIL),
        F("an encoded word that holds the address", "unsorted",
          sender="=?UTF-8?Q?{op}?= <%s>" % EVIL),
        F("Reply-To", "unsorted", lines=("Reply-To: {op}",)),
        F("Sender", "unsorted", lines=("Sender: {op}",)),
        F("X-Original-From and the like", "unsorted",
          lines=("X-Original-From: {op}", "X-Sender: {op}",
                 "Envelope-From: {op}", "Original-From: {op}")),
        F("Resent-From", "unsorted", lines=("Resent-From: {op}",
                                           "Resent-To: desk@desk.example",
                                           "Resent-Sender: {op}")),
        F("Return-Path", "unsorted", lines=("Return-Path: <{op}>",)),
        F("letters that look alike", "unsorted",
          sender="soumu@city.examp1e.lg.jp"),
        F("Cyrillic letters", "unsorted",
          sender="soumu@\u0441ity.example.lg.jp"),
        F("Cyrillic letters before the at", "unsorted",
          sender="s\u043eumu@city.example.lg.jp"),
        F("full-width letters", "unsorted",
          sender="\uff53oumu@city.example.lg.jp"),
        F("the domain as a subdomain", "unsorted",
          sender="{op}.evil.example"),
        F("a subdomain of it", "unsorted",
          sender="soumu@evil.city.example.lg.jp"),
        F("an address extension", "unsorted",
          sender="soumu+evil@city.example.lg.jp"),
        F("an address that ends like it", "unsorted", sender="x{op}"),
        F("a quoted local part", "unsorted", sender='"{op}"@evil.example'),
        F("the name of a group", "tag?", sender="{op}:%s;" % EVIL),
        F("a member of a group", "tag?", sender="x:{op},%s;" % EVIL),
        F("a comment", "unsorted", sender="%s ({op})" % EVIL),
        F("a comment before it", "unsorted", sender="({op}) %s" % EVIL),
        F("a source route", "tag?", sender="<@evil.example:{op}>"),
        F("two From, his first", "unsorted", lines=("From: {op}",)),
        F("two From, the contact first", "tag?", sender="{op}",
          lines=("From: " + EVIL,)),
        F("two addresses in From, his first", "unsorted",
          sender="%s, {op}" % EVIL),
        F("two addresses in From, the contact first", "tag?",
          sender="{op}, " + EVIL),
        F("no From", "unsorted", sender=None, lines=("Sender: {op}",)),
        F("a NUL in From", "unsorted", sender=EVIL + "\0{op}"),
        F("a NUL behind the address", "tag?", sender="{op}\0.evil.example"),
        F("control characters in From", "unsorted",
          sender="\x1b[2K\x08\x08<%s> {op}\x7f" % EVIL),
        F("an escape of ISO-2022-JP in From", "unsorted",
          sender="\x1b$B{op}\x1b(B <%s>" % EVIL),
        F("bidirectional marks", "unsorted",
          sender="\u202e{op}\u202c <%s>" % EVIL),
        F("a folded From", "unsorted", sender="<{op}\n\t.evil.example>"),
        F("the desk's own address", "unsorted", sender="desk@desk.example"),
        F("the address of another desk's case", "unsorted", sender="{OA}"),
        F("the operator of another case", "unsorted", sender="{op2}"),
        F("the finder of another case", "unsorted", sender="{fi2}"),
        F("the contact, as anybody can", "tag", sender="{op}",
          body="our new contact is %s" % EVIL),
        F("the finder, as anybody can", "tag", sender="{fi}",
          body="Consent: identity contact\nFinder-Address: %s" % EVIL),
        F("upper case", "tag", sender="SOUMU@CITY.EXAMPLE.LG.JP"),
    ],
    "number": [
        F("the tag in full-width forms", "unsorted",
          subject="\u3010\uff29\uff30\uff21\uff03{A}\u3011"),
        F("the tag in RFC 2047", "unsorted", subject="=?UTF-8?Q?IPA=23{A}?="),
        F("the tag cut over two encoded words", "unsorted",
          subject="=?UTF-8?Q?IPA=23?= =?UTF-8?Q?{A}?="),
        F("the tag in the text", "unsorted", sender="{op}", subject="hello",
          body="[IPA#{A}]"),
        F("the tag in other headers", "unsorted", sender="{op}",
          subject="hello", lines=("Thread-Topic: [IPA#{A}]",
                                 "X-Case: {A}", "Keywords: IPA#{A}")),
        F("nobody's number", "unsorted", sender="{op}",
          subject="[IPA#00000000]"),
        F("a digit more", "unsorted", sender="{op}", subject="[IPA#{A}0]"),
        F("two tags, the first of another case", "unsorted", sender="{op2}",
          subject="[IPA#{A}] [IPA#{B}]"),
        F("two Subjects", "unsorted", sender="{op2}",
          lines=("Subject: [IPA#{B}]",)),
    ],
    "token": [
        F("a wrong token", "unsorted",
          to="desk+{A}.aaaaaaaaaaaaaaaa@desk.example", sender="{op2}"),
        F("the token of another case", "unsorted",
          to="desk+{A}.{macB}@desk.example", sender="{op2}"),
        F("a token cut short", "unsorted", to="desk+{A}.a@desk.example"),
        F("a number without a token", "unsorted",
          to="desk+{A}@desk.example"),
        F("a token of no case", "unsorted",
          to="desk+00000000.{macB}@desk.example"),
        F("a token at another domain", "unsorted", to="{OA}.evil.example"),
        F("a token as display name", "unsorted",
          to='"{OA}" <desk@desk.example>'),
        F("a token in the subject", "unsorted", subject="{OA}"),
        F("a token as Reply-To", "unsorted", subject="x",
          lines=("Reply-To: {OA}",)),
        F("a token as Bcc", "unsorted", subject="x", lines=("Bcc: {OA}",)),
        F("an old token, of a closed case", "proven", to="{OD}", number="D"),
        F("the finder's token from a stranger", "proven", to="{FA}",
          body="I am somebody else now, write to " + EVIL),
        F("a right token, and fields of a case", "proven", to="{OA}",
          lines=("Case: {A}", "Seq: 99", "Contact: " + EVIL,
                 "Confirmed: %s; by=phone; officer=ito; key=%s" % (
                     EVIL, "A" * 40), "Consent: identity contact",
                 "Log: 2026-11-24T09:00:00+09:00 close state=closed"),
          body="Close-Code: fixed-application\nContact: " + EVIL),
        F("a right token and an escape in the sender", "proven", to="{OA}",
          sender='"\x1b]0;x\x07 by=ito" <%s>' % EVIL),
        F("a right token, quotes in the sender", "proven", to="{OA}",
          sender='"x\\" by=ito state=closed" <%s>' % EVIL),
    ],
    "message-id": [
        F("In-Reply-To with a wrong hash", "unsorted", sender="{op2}",
          lines=("In-Reply-To: <{A}.3.contact.aaaaaaaaaaaaaaaa@desk.example>",)),
        F("In-Reply-To of one mail with the hash of another", "unsorted",
          sender="{op2}", lines=("In-Reply-To: <{MAB}>",)),
        F("In-Reply-To, right but for its domain", "proven", sender="{op2}",
          lines=("In-Reply-To: <{MA}.evil.example>",)),
        F("References with another kind", "unsorted", sender="{op2}",
          lines=("References: <{MAkind}>",)),
        F("our Message-ID as his own", "notice", subject="x",
          lines=("Message-ID: <{MA}>",)),
        F("the loop test's Message-ID", "unsorted", subject="x",
          lines=("Message-ID: <00000000.1.loop.aaaaaaaaaaaaaaaa@desk.example>",
                 )),
        F("our Message-ID quoted in the text", "unsorted", subject="x",
          body="On Monday, <{MA}> wrote"),
    ],
    "machine": [
        F("a bounce without our Message-ID", "unsorted", sender=DAEMON,
          **dsn("{op}")),
        F("a bounce from the contact, by tag", "tag", sender="{op}",
          **dsn("{op}")),
        F("a bounce with a wrong hash inside", "unsorted", sender=DAEMON,
          **dsn("{op}", returned=returned(
              "{A}.3.contact.aaaaaaaaaaaaaaaa@desk.example"))),
        F("a bounce with the hash of another mail inside", "unsorted",
          sender=DAEMON, **dsn("{op}", returned=returned("{MAB}"))),
        F("a bounce for another case", "unsorted", sender=DAEMON,
          to="desk+{A}.{macB}@desk.example", **dsn("{op}")),
        F("a bounce to the right token, of somebody else", "proven",
          sender=DAEMON, to="{OA}", **dsn("info@elsewhere.example")),
        F("a bounce in words", "unsorted", sender=DAEMON,
          subject="Undelivered Mail Returned to Sender [IPA#{A}]",
          body="<{op}>: host mx.example said: 550 5.1.1 User unknown"),
        F("a bounce of qmail's", "unsorted", sender=DAEMON,
          subject="failure notice [IPA#{A}]",
          body="Hi. This is the qmail-send program at x.\n\n<{op}>:\n"
               "Sorry, no mailbox here by that name. (#5.1.1)\n\n"
               "--- Below this line is a copy of the message.\n\n" +
               returned("{A}.3.contact.a@desk.example")),
        F("a delay", "unsorted", sender=DAEMON,
          **dsn("{op}", "delayed", "4.4.1")),
        F("a delivery", "unsorted", sender=DAEMON,
          **dsn("{op}", "delivered", "2.0.0")),
        F("a receipt with a wrong hash", "unsorted", **report_of(
            "disposition-notification", "Final-Recipient: rfc822; {op}\n"
            "Original-Message-ID: <{MAB}>\n"
            "Disposition: automatic-action/MDN-sent-automatically; deleted")),
        F("a receipt from the contact, by tag", "tag", sender="{op}",
          **report_of("disposition-notification",
                      "Final-Recipient: rfc822; {op}\nDisposition: "
                      "manual-action/MDN-sent-manually; denied")),
        F("a complaint", "unsorted", **report_of(
            "feedback-report", "Feedback-Type: abuse\nUser-Agent: x\n"
            "Version: 1\nOriginal-Rcpt-To: {op}", returned("{MAB}"))),
        F("an absence, by tag", "tag", sender="{op}",
          lines=("Auto-Submitted: auto-replied",),
          body="I am out of the office; write to " + EVIL),
        F("an absence of a stranger", "unsorted",
          lines=("Auto-Submitted: auto-replied",)),
        F("a challenge", "unsorted", subject="Please confirm [IPA#{A}]",
          body="Click to prove that you are a person: http://evil.example/"),
        F("a list", "unsorted", lines=("List-Id: <x.else.example>",
                                      "List-Post: <mailto:{op}>",
                                      "Precedence: list")),
        F("a list in the contact's name", "tag", sender="{op}",
          lines=("List-Id: <x.else.example>", "Precedence: list")),
    ],
    "key": [
        F("an Autocrypt header", "tag", sender="{op}",
          lines=("Autocrypt: addr={op}; prefer-encrypt=mutual;\n"
                 " keydata={key64}",)),
        F("Autocrypt of a stranger", "unsorted",
          lines=("Autocrypt: addr={op}; keydata={key64}",
                 "OpenPGP: id=%s; url=http://evil.example/" % ("A" * 40))),
        F("a key attached", "tag", sender="{op}", lines=MIXED,
          body="--b\n\nthis is our new key\n\n--b\n"
               "Content-Type: application/pgp-keys\n\n{key}\n--b--"),
        F("a key in the text", "tag", sender="{op}", body="{key}"),
        F("a foreign signature", "tag", sender="{op}",
          lines=("MIME-Version: 1.0", "Content-Type: multipart/signed; "
                 "boundary=b; protocol=\"application/pgp-signature\""),
          body="--b\nContent-Type: text/plain\n\nContact: %s\n\n--b\n"
               "Content-Type: application/pgp-signature\n\n"
               "-----BEGIN PGP SIGNATURE-----\n\niHUEABYKAB0WIQQ=\n"
               "-----END PGP SIGNATURE-----\n\n--b--" % EVIL),
        F("a clear-signed text of nobody", "tag", sender="{op}",
          body="-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n"
               "Contact: %s\n-----BEGIN PGP SIGNATURE-----\n\niHUEABYK\n"
               "-----END PGP SIGNATURE-----" % EVIL),
        F("encrypted, from nobody knows whom", "unsorted",
          body="{encrypted}"),
        F("encrypted, in the contact's name", "tag", sender="{op}",
          body="{encrypted}"),
        F("encrypted, its end cut off", "tag", sender="{op}",
          body="-----BEGIN PGP MESSAGE-----\n\nhF4D"),
    ],
    "report": [
        F("a report that names a case", "opens", to=REPORT,
          body="Case: {A}\nSeq: 99\nUrl: http://evil.example/\n"
               "Consent: identity contact\n\nabout IPA#{A}"),
        F("a report in the finder's words", "opens", to=REPORT,
          subject="to my report", body="Case: {A}\nFinder-Address: {fi}\n"
          "Consent: identity contact\nUrl: http://www.city.example.lg.jp/\n\n"
          "I changed my mind: name me"),
        F("an encrypted report that names a case", "opens", to=REPORT,
          body="Case: {A}\nConsent: identity contact\n\n{encrypted}"),
        F("a report from the desk's address", "opens", to=REPORT,
          sender="desk@desk.example", subject="x"),
        F("a report from a keyed address", "opens", to=REPORT,
          sender="{OA}", subject="x"),
        F("a report through a list", "opens?", to=REPORT, subject="x",
          lines=("List-Id: <x.else.example>", "Precedence: bulk")),
        F("a report of a machine", "opens?", to=REPORT, subject="x",
          lines=("Auto-Submitted: auto-generated",)),
        F("a bounce to the address for reports", "unsorted", to=REPORT,
          sender=DAEMON, **dsn("{op}")),
    ],
    "broken": [
        F("no header", "any", raw=b"\n\nIPA\n"),
        F("NUL bytes alone", "bad", raw=b"\0" * 64),
        F("nothing", "any", raw=b"\n"),
        F("a header of 200,000 octets", "any", raw=(
            b"From: " + b"soumu@city.example.lg.jp, " * 8000 +
            b"\nSubject: x\n\nx\n")),
        F("CR alone between the lines", "any", raw=(
            b"From: soumu@city.example.lg.jp\rSubject: x\rTo: x\r\rx\r")),
        F("a line that is not folded", "any", raw=(
            b"Subject: x\nFrom: evil@else.example\nContact evil\n\nx\n")),
    ],
}
