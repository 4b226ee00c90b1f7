"""smtp_cases: what a mail server can do, and the verdict that todoke-send(8)
promises for it.

Each behaviour is played in clear and inside TLS unless it is about one of
them.  Words of the server hold the mark "fake", which no message of ours may
repeat.
"""
SENT, FAILED, RETRY, ALARM, UNSURE = "sent", "failed", "retry", "alarm", \
    "unsure"
CLEAR, TLS, LOGIN = "clear", "tls", "login"
EIGHT = ("-e", "8BITMIME", "-E", "8BITMIME")
STEPS = ("greeting", "ehlo", "mail", "rcpt", "data", "dot")


class Behaviour:
    """VERDICT: one, or several where it is the server's luck; CODE, of the
    reply that decides, where there is one.  ARGS: for smtpd.py; DEADLINE:
    seconds of smtp.deadline.  LETTERS: the spool with its mails.  HOST, CA,
    PEM: for TLS; HOSTS: a file for /etc/hosts.  PORT: instead of a server's."""

    def __init__(self, name, mode, verdict, *args, code=0, deadline=20,
                 letters="asked", alone=False, eight=True, pem="good",
                 host="127.0.0.1", ca="ca", hosts=None, port=None):
        self.name = name if mode == CLEAR else "%s, %s" % (name, mode)
        self.mode, self.code, self.deadline = mode, code, deadline
        self.verdicts = verdict if isinstance(verdict, tuple) else (verdict,)
        self.letters, self.host, self.ca, self.hosts = letters, host, ca, hosts
        self.port, self.pem, self.alone = port, pem, alone
        self.args = (EIGHT if eight else ()) + args
        if mode == LOGIN and not any(a.startswith("AUTH") for a in args):
            self.args += ("-E", "AUTH PLAIN LOGIN")


def both(name, verdict, *args, **options):
    """In clear and in TLS; EHLO is answered so inside."""
    inside = [a.replace("ehlo=", "ehlo2=", 1) if a.startswith("ehlo=") else a
              for a in args]
    words = [w for i, a in enumerate(args) if a == "-e"
             for w in ("-E", args[i + 1])]
    return [Behaviour(name, CLEAR, verdict, *args, **options),
            Behaviour(name, TLS, verdict, *inside, *words, **options)]


def all_of(*lists):
    return [b for some in lists for b in some]


# A server that takes the mail, in its own way.

GOOD = all_of(
    both("nothing special", SENT),
    both("no extension at all", SENT, eight=False),
    both("PIPELINING", SENT, "-e", "PIPELINING"),
    both("CHUNKING", SENT, "-e", "CHUNKING"),
    both("CHUNKING and PIPELINING", SENT, "-e", "CHUNKING", "-e",
         "PIPELINING"),
    both("chunking in lower case", SENT, "-e", "chunking"),
    both("PIPELINING without 8BITMIME", SENT, "-e", "PIPELINING",
         eight=False),
    both("CHUNKING without 8BITMIME", SENT, "-e", "CHUNKING", eight=False),
    both("CHUNKING, PIPELINING, no 8BITMIME", SENT, "-e", "CHUNKING", "-e",
         "PIPELINING", eight=False),
    both("BINARYMIME and CHUNKING", SENT, "-e", "BINARYMIME", "-e",
         "CHUNKING"),
    both("SIZE smaller than the mail", SENT, "-e", "SIZE 10"),
    both("all that Postfix offers", SENT, "-e", "PIPELINING", "-e",
         "SIZE 10240000", "-e", "VRFY", "-e", "ETRN", "-e",
         "ENHANCEDSTATUSCODES", "-e", "DSN", "-e", "SMTPUTF8", "-e",
         "CHUNKING"),
    both("extensions that nobody knows", SENT, "-e", "XFAKE a b c", "-e",
         "X" + "y" * 200, "-e", "DELIVERBY"),
    both("a greeting of two lines", SENT, "greeting=220-fake\\n220 fake"),
    both("replies of many lines", SENT,
         "mail=250-fake\\n250-fake\\n250 fake",
         "rcpt=250-fake\\n250 fake", "data=354-fake\\n354 fake",
         "dot=250-2.6.0 fake\\n250-2.6.0 fake\\n250 2.6.0 fake"),
    both("replies cut in three", SENT, "greeting=!cut 220 fake",
         "mail=!cut 250 fake", "rcpt=!cut 250 2.1.5 fake",
         "data=!cut 354 fake", "dot=!cut 250 2.0.0 fake"),
    both("EHLO cut in three", SENT,
         "ehlo=!cut 250-fake\\n250-8BITMIME\\n250 CHUNKING"),
    both("replies octet by octet", SENT, "dot=!drip 250 fake", eight=False),
    both("late at each step", SENT, "greeting=!late 0.2 220 fake",
         "mail=!late 0.1 250 fake", "rcpt=!late 0.1 250 fake",
         "data=!late 0.1 354 fake", "dot=!late 0.3 250 fake"),
    both("251 to the recipient", SENT, "rcpt=251 fake"),
    both("codes without words", SENT, "greeting=220", "mail=250", "rcpt=250",
         "data=354", "dot=250"),
    both("a blank for words", SENT, "greeting=220 ", "mail=250 ",
         "rcpt=250 ", "data=354 ", "dot=250 "),
    both("550 without words", FAILED, "rcpt=550", code=550),
    both("450 without words", RETRY, "rcpt=450", code=450),
    both("299 to the message", SENT, "dot=299 fake"),
    both("100 KB of reply to the message", SENT, "dot=!long 250 2.6.0 fake"),
    both("421 behind the yes", SENT,
         "dot=250 2.6.0 fake\\n421 4.3.2 fake"),
    both("yes, broken off in its words", SENT, "dot=!part 250 2.0.0 fa"),
    both("drop at QUIT", SENT, "quit=!drop"),
    both("reset at QUIT", SENT, "quit=!reset"),
    both("stall at QUIT", SENT, "quit=!stall", deadline=1),
    both("500 to QUIT", SENT, "quit=500 5.0.0 fake"),
    both("garbage to QUIT", SENT, "quit=!octets ff00fe1b5b324a"),
    both("endless at QUIT", SENT, "quit=!endless 221-fake", deadline=1),
    [Behaviour("no EHLO, but HELO", CLEAR, SENT, "ehlo=502 fake")],
)

# 4xx, 421 and 5xx at each step.

REFUSED_AS = {"greeting": ALARM, "ehlo": ALARM, "mail": ALARM,
              "rcpt": FAILED, "data": FAILED, "dot": FAILED}


def refusals(step):
    what = {"greeting": "greeting", "ehlo": "EHLO", "mail": "MAIL",
            "rcpt": "RCPT", "data": "DATA", "dot": "message"}[step]
    return all_of(
        both("450 to the " + what, RETRY, step + "=450 4.2.0 fake",
             code=450),
        both("421 to the " + what, RETRY, step + "=421 4.3.2 fake",
             code=421),
        both("554 to the " + what, REFUSED_AS[step],
             step + "=554 5.7.1 fake",
             code=554),
        both("554 of two lines to the " + what, REFUSED_AS[step],
             step + "=554-5.7.1 fake\\n554 5.7.1 fake", code=554),
        both("4xx cut in three at the " + what, RETRY,
             step + "=!cut 451 4.3.0 fake", code=451),
    )


REFUSALS = all_of(*[refusals(s) for s in STEPS]) + all_of(
    both("550 to the recipient, PIPELINING", FAILED, "-e", "PIPELINING",
         "rcpt=550 5.1.1 fake", code=550),
    both("450 to the recipient, PIPELINING", RETRY, "-e", "PIPELINING",
         "rcpt=450 4.2.0 fake", code=450),
    both("550 to the recipient, CHUNKING", FAILED, "-e", "CHUNKING",
         "rcpt=550 5.1.1 fake", code=550),
    both("450, yet 354 to DATA", RETRY, "-e", "PIPELINING",
         "rcpt=450 4.2.0 fake", "data=354 fake", code=450),
    both("553 to the sender, yet 250", ALARM, "-e", "PIPELINING",
         "mail=553 5.1.8 fake", code=553),
    both("552 to the message", FAILED, "dot=552 5.3.4 fake", code=552),
    both("550 with a status that is none", FAILED, "rcpt=550 5.1.x fake",
         code=550),
    both("550 with escapes in its words", FAILED,
         "rcpt=550 5.1.1 fake \x1b]0;fake\x07 \x1b[2J", code=550),
)

# The connection ends, or nothing comes any more.


def ends(step):
    last = step == "dot"
    v = UNSURE if last else RETRY
    return all_of(
        both("drop at " + step, v, step + "=!drop"),
        both("reset at " + step, v, step + "=!reset"),
        both("stall at " + step, v, step + "=!stall", deadline=1),
        both("half a code at " + step, v, step + "=!part 2"),
        both("slower than the deadline at " + step, v,
             step + "=!drip 250-fake fake", deadline=1),
    )


ENDS = all_of(*[ends(s) for s in STEPS]) + all_of(
    both("drop in the message", UNSURE, "body=!drop 100"),
    both("reset in the message", UNSURE, "body=!reset 100"),
    both("half of several lines, then drop", UNSURE, "dot=!part 250-fake"),
    both("half a greeting, then drop", RETRY, "greeting=!part 220-fa"),
    [Behaviour("nobody listens", CLEAR, RETRY, port=1),
     Behaviour("no such host", TLS, RETRY, host="no-such-host.invalid"),
     Behaviour("half an EHLO, then drop", CLEAR, RETRY,
               "ehlo=!part 250-8BIT")],
)

# Words that make no sense, or more of them than asked for.


def nonsense(step):
    v = UNSURE if step == "dot" else RETRY
    flood = UNSURE if step == "dot" else ALARM
    return all_of(
        both("words instead of a code at " + step, v, step + "=fake fake"),
        both("binary garbage at " + step, v,
             step + "=!octets 00ff1b5b324a1b5d303b66616b6507c29b"),
        both("999 at " + step, v, step + "=999 fake"),
        both("an empty line at " + step, v, step + "="),
        both("lines of two codes at " + step, v,
             step + "=250-fake\\n554 fake"),
        both("endless lines at " + step, flood, step + "=!endless 250-fake",
             deadline=5),
        both("an endless line at " + step, SENT if step == "dot" else flood,
             step + "=!line 250 fake", deadline=5),
    )


# Where nothing was asked, or before the answer could be known.
INJECTED = all_of(
    both("two greetings", ALARM, "greeting=220 fake\\n250 fake"),
    both("replies ahead of MAIL's", ALARM,
         "mail=250 fake\\n250 fake\\n354 fake\\n250 fake"),
    both("replies ahead of RCPT's", ALARM,
         "rcpt=250 fake\\n354 fake\\n250 fake"),
    both("yes behind the 354", ALARM, "data=354 fake\\n250 fake"),
    both("yes and no to the message", UNSURE, "dot=250 fake\\n554 fake"),
    both("no and yes to the message", UNSURE, "dot=554 fake\\n250 fake"),
    [Behaviour("yes in the middle of the message", CLEAR, UNSURE,
               "body=!say 250 2.0.0 fake", "dot=!drop", letters="big",
               alone=True),
     Behaviour("no in the middle of the message", CLEAR, (FAILED, UNSURE),
               "body=!say 552 5.3.4 fake", "dot=!drop", letters="big",
               alone=True, code=552)],
)
WRONG_CLASS = all_of(
    both("354 to MAIL", RETRY, "mail=354 fake"),
    both("354 to RCPT", RETRY, "rcpt=354 fake"),
    both("250 to DATA", RETRY, "data=250 2.0.0 fake"),
    both("354 to the message", UNSURE, "dot=354 fake"),
    both("HTTP", RETRY, "greeting=HTTP/1.1 400 fake"),
    both("100 KB of greeting", ALARM, "greeting=!long 220 fake"),
    both("100 KB of EHLO", ALARM, "ehlo=!long 250 fake"),
    both("100 KB of reply to RCPT", ALARM, "rcpt=!long 250 fake"),
)
NONSENSE = all_of(*[nonsense(s) for s in STEPS]) + WRONG_CLASS + INJECTED

# The body: what is there is what was stored.

BODIES = all_of(
    both("a mail of 4 MB", SENT, letters="big", deadline=60),
    both("stall in the message, then resume", SENT, "body=!stall 1.2",
         letters="big", deadline=60),
    both("stall past the deadline", UNSURE, "body=!stall 3", deadline=1,
         letters="big", alone=True),
    both("drop in a mail of 4 MB", UNSURE, "body=!drop 1000000",
         letters="big", alone=True),
    both("a letter to the finder", SENT, letters="receipt"),
    both("a letter to the finder, refused", FAILED, "rcpt=550 5.1.1 fake",
         letters="receipt", code=550),
    both("a letter to the finder, unsure", UNSURE, "dot=!drop",
         letters="receipt"),
    both("details", SENT, letters="details"),
    both("details, refused", FAILED, "dot=554 5.7.1 fake", letters="details",
         code=554),
    both("details, no 8BITMIME", SENT, letters="details", eight=False),
)


def tls(name, verdict, *args, **options):
    return Behaviour(name, TLS, verdict, *args, **options)


def login(name, verdict, *args, **options):
    return Behaviour(name, LOGIN, verdict, *args, **options)


SECURITY = [
    tls("STARTTLS not offered", ALARM, "ehlo=250-fake\\n250 8BITMIME"),
    tls("STARTTLS stripped to X's", ALARM, "ehlo=250-fake\\n250 XXXXXXXX"),
    tls("no EHLO, but HELO", ALARM, "ehlo=502 fake"),
    tls("454 to STARTTLS", RETRY, "starttls=454 4.7.0 fake", code=454),
    tls("554 to STARTTLS", ALARM, "starttls=554 5.7.0 fake", code=554),
    tls("drop at STARTTLS", RETRY, "starttls=!drop"),
    tls("stall at STARTTLS", RETRY, "starttls=!stall", deadline=1),
    tls("garbage to STARTTLS", RETRY, "starttls=!octets 00ff1b5b"),
    tls("354 to STARTTLS", RETRY, "starttls=354 fake"),
    tls("reply behind the 220", ALARM,
        "starttls=220 fake\\n250-fake\\n250 fake"),
    tls("half a reply behind the 220", ALARM,
        "starttls=220 fake\\n250 fa"),
    tls("drop instead of a handshake", RETRY, "tls=!drop"),
    tls("reset instead of a handshake", RETRY, "tls=!reset"),
    tls("stall instead of a handshake", RETRY, "tls=!stall", deadline=1),
    tls("garbage instead of a handshake", ALARM, "tls=!octets " + "66" * 99),
    tls("SMTP instead of a handshake", ALARM, "tls=!endless 250 fake"),
    tls("a half record instead of a handshake", RETRY,
        "tls=!part \x16\x03\x03"),
    tls("220, then on in clear", ALARM, "tls=!clear"),
    tls("TLS 1.1 alone", ALARM, "-T", "1.1"),
    tls("TLS 1.3 alone", ALARM, "-T", "1.3"),
    tls("TLS 1.2 alone", SENT, "-T", "1.2"),
    tls("a certificate for another name", ALARM, pem="wrong"),
    tls("an expired certificate", ALARM, pem="old"),
    tls("a certificate of tomorrow", ALARM, pem="early"),
    tls("its own certificate", ALARM, pem="self"),
    tls("a certificate of another CA", ALARM, pem="foreign"),
    tls("a certificate by a certificate", ALARM, pem="leafsigned"),
    tls("the name as CN alone (RFC 6125, 6.4.4)", SENT, pem="cn",
        host="localhost"),
    tls("a name as CN for an address", ALARM, pem="cn"),
    tls("an address for a name", ALARM, pem="address", host="localhost"),
    tls("a name for an address", ALARM, pem="name"),
    tls("a certificate for clients", ALARM, pem="client"),
    tls("a wild card that covers", SENT, pem="wild", host="mail.desk.example",
        hosts="127.0.0.1 mail.desk.example"),
    tls("a wild card that does not", ALARM, pem="wild", host="desk.example",
        hosts="127.0.0.1 desk.example"),
    tls("the canonical name's certificate", ALARM, pem="canonical",
        host="mail.desk.example",
        hosts="127.0.0.1 evil.example mail.desk.example"),
    tls("another canonical name, the right certificate", SENT, pem="wild",
        host="mail.desk.example",
        hosts="127.0.0.1 evil.example mail.desk.example"),
    tls("no file of CAs", ALARM, ca="absent"),
    tls("CAs of the system", ALARM, ca=None),
    tls("STARTTLS offered again inside", SENT, "-E", "STARTTLS"),
    tls("EHLO refused inside", ALARM, "ehlo2=554 fake", "helo=554 fake",
        code=554),
    login("a password", SENT, "-E", "AUTH PLAIN"),
    login("a password, LOGIN", SENT, "-E", "AUTH LOGIN",
          "auth=334 UGFzc3dvcmQ6"),
    login("AUTH offered in clear too", SENT, "-e", "AUTH PLAIN", "-E",
          "AUTH PLAIN"),
    login("AUTH offered in clear alone", ALARM, "-e", "AUTH PLAIN"),
    login("AUTH in clear, no STARTTLS", ALARM,
          "ehlo=250-fake\\n250 AUTH PLAIN"),
    login("535 to the password", ALARM, "-E", "AUTH PLAIN",
          "auth=535 5.7.8 fake", code=535),
    login("454 to the password", RETRY, "-E", "AUTH PLAIN",
          "auth=454 4.7.0 fake", code=454),
    login("AUTH of another kind", ALARM, "-E", "AUTH CRAM-MD5"),
    login("drop at the password", RETRY, "-E", "AUTH PLAIN", "auth=!drop"),
    login("stall at the password", RETRY, "-E", "AUTH PLAIN", "auth=!stall",
          deadline=1),
    login("a question without end", ALARM, "-E", "AUTH LOGIN",
          "auth=334 UGFzc3dvcmQ6", "auth2=334 UGFzc3dvcmQ6",
          "auth3=535 fake", code=535),
]

GROUPS = {"good": GOOD, "refusals": REFUSALS, "ends": ENDS,
          "nonsense": NONSENSE, "bodies": BODIES, "security": SECURITY}
