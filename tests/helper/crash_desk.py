"""crash_desk: scratch desks with their keys and a mail server."""
import collections
import glob
import os
import re
import shutil
import socket
import subprocess
import threading

TOP = os.getcwd()
FINDER = "yamada@finder.example"
OPERATOR = "soumu@city.example.lg.jp"
HELPER = "lab@help.example"
CRON = ("todoke-sort", "todoke-send", "todoke-check", "todoke-remind")
MARK = "検索フォームの q が、そのまま出力されます"

Mail = collections.namedtuple("Mail", "sender rcpt data")

CONF = """
desk {
	tag = "IPA"
	name = "脆弱性届出窓口"
	address = "desk@desk.example"
	phone = "03-0000-0000"
	handler = "伊東"
	faq = "https://desk.example/faq"
	web = "https://desk.example/"
	reports = {"report@desk.example"}
}
spool { path = "%(spool)s" }
smtp { port = %(port)d deadline = 20s }
pgp { home = "%(home)s/ring" keys = {"%(key)s"} }
calendar { holidays = "%(tree)s/etc/holidays.jp" }
templates { path = "%(tree)s/etc/templates" }
secret { file = "%(top)s/secret" }
intake { still = 0s }
lookup { resolver = "127.0.0.1:1" deadline = 4s }
"""
REFUSALS = {"refuse": b"550 5.1.1 nobody of that name\r\n",
            "later": b"450 4.2.0 try again\r\n"}
REPLIES = {b"EHLO": b"250-sink\r\n250 8BITMIME\r\n",
           b"QUIT": b"221 bye\r\n"}
EDITOR = "sed -i -e 's/^Kind:.*/Kind: csrf/'"
REPORT = """Finder: 山田太郎
Finder-Address: %s
Consent: none
Url: http://www.%s.example.lg.jp/search?q=1
Kind: xss
Operator: %s

%s。
"""
MAIL = """From: %s
To: <%s>
Subject: about a letter
Date: Tue, 24 Nov 2026 10:00:00 +0900
Message-ID: <1@city.example.lg.jp>
%s
%s。
"""


class Sink:
    """An SMTP server on a free port; it notes a mail before it says 250.
    MANNER: take; refuse, each recipient for good; later, each at first; drop,
    the line after a message."""

    def __init__(self):
        self.mails, self.open, self.manner = [], 0, "take"
        self.change = threading.Condition()
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            peer, _ = self.socket.accept()
            with self.change:
                self.open += 1
            threading.Thread(target=self.serve, args=(peer,),
                             daemon=True).start()

    def serve(self, peer):
        try:
            with peer, peer.makefile("rb") as lines:
                self.talk(peer, lines)
        except OSError:
            pass
        with self.change:
            self.open -= 1
            self.change.notify_all()

    def talk(self, peer, lines):
        sender = rcpt = b""
        peer.sendall(b"220 sink ESMTP\r\n")
        for line in lines:
            verb = line[:4].upper()
            if verb == b"MAIL":
                sender = line
            elif verb == b"RCPT":
                rcpt = line
            elif verb == b"DATA":
                peer.sendall(b"354 go on\r\n")
                if not self.take(lines, sender, rcpt) or \
                        self.manner == "drop":
                    return
            if verb == b"RCPT" and self.manner in REFUSALS:
                peer.sendall(REFUSALS[self.manner])
            else:
                peer.sendall(REPLIES.get(verb, b"250 fine\r\n"))
            if verb == b"QUIT":
                return

    def take(self, lines, sender, rcpt):
        data = []
        for line in lines:
            if line == b".\r\n":
                break
            data.append(line[1:] if line.startswith(b".") else line)
        else:
            return False
        inner = [re.search(b"<(.*)>", s).group(1).decode()
                 for s in (sender, rcpt)]
        with self.change:
            self.mails.append(Mail(*inner, b"".join(data)))
        return True

    def settle(self):
        """Wait until every session begun before this call has ended: its own
        connection is the last in the queue of those not yet taken."""
        with socket.create_connection(("127.0.0.1", self.port)) as s:
            s.recv(64)
        with self.change:
            if not self.change.wait_for(lambda: self.open == 0, 60):
                raise RuntimeError("the sink waits for a client")
            return list(self.mails)

    def clear(self, manner):
        with self.change:
            self.mails.clear()
            self.manner = manner


def gpg(home, *args, data=None):
    p = subprocess.run(["gpg", "--homedir", home, "--batch", "--quiet",
                        "--no-tty", "--yes", "--passphrase", ""] +
                       list(args), input=data, stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE)
    if p.returncode != 0:
        raise RuntimeError("gpg %s: %s" % (args, p.stderr.decode()))
    return p.stdout


def fingerprint(home):
    for line in gpg(home, "--list-keys", "--with-colons").splitlines():
        if line.startswith(b"fpr"):
            return line.split(b":")[9].decode()
    raise RuntimeError(home + ": no key")


def make_key(home, uid):
    os.mkdir(home, 0o700)
    gpg(home, "--quick-generate-key", uid, "ed25519", "cert", "never")
    gpg(home, "--quick-add-key", fingerprint(home), "cv25519", "encr",
        "never")
    return gpg(home, "--export", "--armor")


def make_keys(top):
    """The coordinator's home, the ring without secrets, the operator's key
    and, in the ring, that of somebody who helps; the fingerprints of the
    desk's and the helper's."""
    own = make_key(top + "/ito.home", "Desk <desk@desk.example>")
    city = make_key(top + "/city.home", "City <%s>" % OPERATOR)
    lab = make_key(top + "/lab.home", "Lab <%s>" % HELPER)
    with open(top + "/city.asc", "wb") as f:
        f.write(city)
    os.mkdir(top + "/desk.ring", 0o700)
    gpg(top + "/desk.ring", "--import", data=own + lab)
    stop_agents(top)
    return fingerprint(top + "/ito.home"), fingerprint(top + "/lab.home")


def stop_agents(top):
    for home in glob.glob(top + "/*.home") + glob.glob(top + "/*.ring") + \
            glob.glob(top + "/*/ring"):
        subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def copy_ring(a, b):
    """Without the sockets of agents."""
    shutil.copytree(a, b, ignore=lambda d, names: [n for n in names
                                                   if n.startswith("S.")])


class Desk:
    """One desk at a fixed path, used by one worker at a time."""

    def __init__(self, top, name, key, bindir):
        self.top, self.bin = top, bindir
        self.tools = top + "/bin"
        self.home = "%s/%s" % (top, name)
        self.spool = self.home + "/spool"
        self.log = self.home + "/calls"
        self.sink = Sink()
        os.mkdir(self.home)
        os.mkdir(self.home + "/run")
        conf = self.home + "/conf"
        with open(conf, "w") as f:
            f.write(CONF % {"spool": self.spool, "port": self.sink.port,
                            "top": top, "home": self.home, "tree": TOP,
                            "key": key})
        self.env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC",
                    "HOME": "/nonexistent", "TODOKE_CONF": conf,
                    "EDITOR": EDITOR, "XDG_RUNTIME_DIR": self.home + "/run"}

    def environ(self, program):
        """The coordinator has his keys; cron has none."""
        return dict(self.env, GNUPGHOME="/nonexistent" if program in CRON
                    else self.top + "/ito.home")

    def argv(self, command):
        return [self.bin + "/" + command[0]] + list(command[1:])

    def run(self, *command, stdin=None):
        """(status, what it said)"""
        with open(stdin or os.devnull, "rb") as f:
            p = subprocess.run(self.argv(command), stdin=f,
                               env=self.environ(command[0]),
                               stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, timeout=120)
        return p.returncode, p.stdout.decode("utf-8", "replace")

    def must(self, *command, stdin=None):
        status, said = self.run(*command, stdin=stdin)
        if status != 0 or (said != "" and command[0] == "todoke-send"):
            raise RuntimeError("%s: %d: %s" % (" ".join(command), status,
                                               said))
        return said

    def clear(self, manner="take", ring="desk.ring"):
        for folder in ("spool", "run", "ring"):
            shutil.rmtree("%s/%s" % (self.home, folder), ignore_errors=True)
        os.mkdir(self.home + "/run")
        copy_ring(os.path.join(self.top, ring), self.home + "/ring")
        self.sink.clear(manner)

    def restore(self, template, manner):
        self.clear(manner, template + ".ring")
        subprocess.run(["cp", "-a", template, self.spool], check=True)

    def save(self, template):
        subprocess.run(["cp", "-a", self.spool, template], check=True)
        shutil.rmtree(template + ".ring", ignore_errors=True)
        copy_ring(self.home + "/ring", template + ".ring")

    def numbers(self):
        return sorted(os.listdir(self.spool + "/mail"))

    def drop(self, host, operator):
        """A report by hand; returns its number."""
        before = set(self.numbers())
        self.drop_only(host, operator)
        self.must("todoke-sort")
        return (set(self.numbers()) - before).pop()

    def drop_only(self, host, operator):
        """A report as a person drops it; its path in the spool."""
        path = "new/%s.txt" % host
        with open("%s/%s" % (self.spool, path), "w") as f:
            f.write(report(host, operator))
        return path

    def letter(self):
        """The last letter to the operator that the sink took."""
        return [m for m in self.sink.settle() if m.rcpt == OPERATOR][-1]

    def deliver(self, name, sender, to, header="", body=MARK):
        with open("%s/incoming/new/%s" % (self.spool, name), "w") as f:
            f.write(MAIL % (sender, to, header, body))


def report(host, operator):
    return REPORT % (FINDER, host, operator, MARK)
