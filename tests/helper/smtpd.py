#!/usr/bin/env python3
"""smtpd: a mail server that misbehaves as told, for tests only.

usage: smtpd.py [-s] [-n SESSIONS] [-o DIR] [-e WORD] [-E WORD] [-t PEM]
                [-T VERSION] [STEP=ACTION ...]

Listens on a free port of 127.0.0.1, prints the port, serves SESSIONS (1)
one after the other and ends; it also ends when its standard input closes.
What it got goes to DIR/commands (a line each; "tls" for a handshake done)
and DIR/message (the last message that had its final dot, dots unstuffed);
DIR/partial has the octets of one that had none.

-s       each session into a folder of its own, DIR/1, DIR/2, ...; there also
         clear: all that came before TLS, played: the steps that had an
         ACTION, and yes: the message was whole and got a good reply
-e WORD  a keyword for EHLO; -E WORD one for EHLO inside TLS
-t PEM   certificate and key for STARTTLS
-T VERSION  of TLS, this one alone: 1.1, 1.2 or 1.3

STEP    greeting ehlo helo starttls auth auth2 auth3 mail rcpt data dot quit:
        what is said there; ehlo2: to EHLO inside TLS; body: what is done
        while the message comes; tls: what is done instead of a handshake
ACTION  TEXT            the reply; \\n in it is a line break
        !drop           hang up
        !part TEXT      TEXT without a line end, then hang up
        !reset          hang up with a RST
        !stall          say nothing until the peer is gone
        !late SECONDS TEXT   TEXT, but not at once
        !octets HEX     these octets, and a line end
        !cut TEXT       TEXT in three segments
        !drip TEXT      TEXT octet by octet, five a second
        !long TEXT      TEXT and 100 KB on one line
        !endless TEXT   TEXT again and again, until the peer is gone
        !line TEXT      the same without a line end
        body: !drop N   hang up after N octets;  !stall SECONDS  read nothing
        for so long;  !wait  read nothing until a line comes on stdin;
        !say TEXT       TEXT in the middle of it;  !reset N  as !drop N
        tls: as replies, and then the end;  !clear  go on without TLS
"""
import getopt
import os
import select
import socket
import struct
import sys

REPLIES = {"greeting": "220 fake ESMTP", "helo": "250 fake",
           "starttls": "220 go ahead", "auth": "235 2.7.0 fine",
           "auth2": "235 2.7.0 fine", "auth3": "235 2.7.0 fine",
           "mail": "250 2.1.0 fine", "rcpt": "250 2.1.5 fine",
           "data": "354 go ahead", "dot": "250 2.0.0 taken",
           "quit": "221 2.0.0 bye", "body": "", "tls": ""}
OPTIONAL = ("ehlo", "ehlo2")
VERSIONS = {"1.1": "TLSv1_1", "1.2": "TLSv1_2", "1.3": "TLSv1_3"}


class Gone(Exception):
    """The session is over."""


def pause(sock, seconds):
    """Wait, but not for a peer that has gone or a test that has ended."""
    poll = select.poll()
    poll.register(sock, select.POLLRDHUP)
    poll.register(sys.stdin, select.POLLIN)
    for fd, _ in poll.poll(None if seconds is None else seconds * 1000):
        if fd == sock.fileno():
            raise Gone
        if os.read(fd, 1) == b"":
            os._exit(0)


def is_yes(said):
    """Is the first reply of these octets a good one and whole?"""
    for line in said.split(b"\n"):
        if line[:1] != b"2" or not line[:3].isdigit():
            return False
        if line[3:4] != b"-":
            return line[3:4] in (b" ", b"\r")
    return False


class Session:
    def __init__(self, sock, opts, folder):
        self.sock, self.opts, self.dir = sock, opts, folder
        self.got, self.tls = bytearray(), False

    def log(self, line):
        with open(self.dir + "/commands", "ab") as out:
            out.write(line.rstrip(b"\r\n") + b"\n")

    def keep(self, name, octets):
        with open(self.dir + "/" + name, "wb") as out:
            out.write(octets)

    def fill(self):
        more = self.sock.recv(65536)
        if more == b"":
            raise Gone
        self.got += more
        if self.opts["-s"] and not self.tls:
            with open(self.dir + "/clear", "ab") as out:
                out.write(more)

    def line(self):
        while (end := self.got.find(b"\n") + 1) == 0:
            self.fill()
        line = bytes(self.got[:end])
        del self.got[:end]
        return line

    def say(self, step):
        """Play a step; returns the reply's code."""
        action = self.opts["steps"][step]
        self.note_played(step)
        verb, _, text = action.partition(" ")
        if not action.startswith("!"):
            verb, text = "", action
        octets = text.replace("\\n", "\r\n").encode()
        if step == "dot" and self.opts["-s"]:
            self.note_yes(verb, octets)
        getattr(self, "do_" + (verb[1:] or "reply"))(octets)
        return text.partition(" ")[2][:3] if verb == "!late" else text[:3]

    def note_played(self, step):
        if self.opts["-s"] and \
                self.opts["steps"][step] != REPLIES.get(step):
            with open(self.dir + "/played", "a") as out:
                out.write(step + "\n")

    def note_yes(self, verb, octets):
        """Before it is said: the client may be faster than this file."""
        if verb in ("!drop", "!reset", "!stall", "!octets"):
            return
        if verb == "!late":
            octets = octets.partition(b" ")[2]
        if is_yes(octets + (b"" if verb == "!part" else b"\r\n")):
            self.keep("yes", b"")

    def do_reply(self, octets):
        self.sock.sendall(octets + b"\r\n")

    def do_drop(self, octets):
        raise Gone

    def do_reset(self, octets):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             struct.pack("ii", 1, 0))
        raise Gone

    def do_late(self, octets):
        seconds, _, text = octets.partition(b" ")
        pause(self.sock, float(seconds))
        self.do_reply(text)

    def do_octets(self, octets):
        self.sock.sendall(bytes.fromhex(octets.decode()) + b"\r\n")

    def do_line(self, octets):
        while True:
            self.sock.sendall(octets * 1000)

    def do_part(self, octets):
        self.sock.sendall(octets)
        raise Gone

    def do_stall(self, octets):
        pause(self.sock, None)

    def do_cut(self, octets):
        for piece in (octets[:2], octets[2:-4], octets[-4:] + b"\r\n"):
            self.sock.sendall(piece)
            pause(self.sock, 0.05)

    def do_drip(self, octets):
        for octet in octets + b"\r\n":
            self.sock.sendall(bytes([octet]))
            pause(self.sock, 0.2)

    def do_long(self, octets):
        self.sock.sendall(octets + b"x" * 102400 + b"\r\n")

    def do_endless(self, octets):
        while True:
            self.sock.sendall((octets + b"\r\n") * 100)

    def body(self):
        """The octets of a message, in pieces that are whole lines."""
        verb, _, text = self.opts["steps"]["body"].partition(" ")
        self.note_played("body")
        if verb == "!stall":
            pause(self.sock, float(text))
        elif verb == "!wait":
            sys.stdin.readline()
        elif verb == "!say":
            self.fill()
            self.sock.sendall(text.encode() + b"\r\n")
        lines, size = [], 0
        try:
            while (line := self.line()) != b".\r\n":
                lines.append(line[1:] if line.startswith(b".") else line)
                size += len(line)
                if verb in ("!drop", "!reset") and size >= int(text):
                    getattr(self, "do_" + verb[1:])(b"")
        except (Gone, OSError):
            self.keep("partial", b"".join(lines))
            raise Gone from None
        self.keep("message", b"".join(lines))

    def ehlo(self):
        step = "ehlo2" if self.tls else "ehlo"
        if step == "ehlo2" and step not in self.opts["steps"]:
            step = "ehlo"
        if step in self.opts["steps"]:
            self.say(step)
            return
        words = ["fake"] + self.opts["-E" if self.tls else "-e"]
        self.sock.sendall("".join(
            "250%s%s\r\n" % (" " if i == len(words) - 1 else "-", word)
            for i, word in enumerate(words)).encode())

    def starttls(self):
        if self.say("starttls") != "220":
            return
        if self.opts["steps"]["tls"] == "!clear":
            self.note_played("tls")
            return
        if self.opts["steps"]["tls"] != "":
            self.say("tls")
            raise Gone
        import ssl
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.opts["pem"])
        if self.opts["-T"] is not None:
            version = getattr(ssl.TLSVersion, VERSIONS[self.opts["-T"]])
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = context.maximum_version = version
        self.got.clear()
        self.sock = context.wrap_socket(self.sock, server_side=True)
        self.tls = True
        self.log(b"tls")

    def auth(self):
        step = "auth"
        while self.say(step) == "334":
            self.log(self.line())
            step = {"auth": "auth2", "auth2": "auth3"}.get(step, "auth3")

    def data(self):
        if self.say("data")[:1] == "3":
            self.body()
            self.say("dot")

    def serve(self):
        self.say("greeting")
        while True:
            line = self.line()
            self.log(line)
            verb = line.split()[0].decode("latin-1").lower() \
                if line.split() else ""
            if verb in ("ehlo", "starttls", "auth", "data"):
                getattr(self, verb)()
            elif verb in ("helo", "mail", "rcpt"):
                self.say(verb)
            elif verb == "quit":
                self.say("quit")
                raise Gone
            else:
                self.do_reply(b"500 5.5.1 unknown")


def options(argv):
    opts = {"-n": "1", "-o": ".", "-t": None, "-e": [], "-E": [],
            "-T": None, "-s": False, "steps": dict(REPLIES)}
    pairs, rest = getopt.gnu_getopt(argv, "sn:o:e:E:t:T:")
    for name, value in pairs:
        if name in ("-e", "-E"):
            opts[name].append(value)
        elif name == "-s":
            opts[name] = True
        else:
            opts[name] = value
    for word in rest:
        step, _, action = word.partition("=")
        if step not in REPLIES and step not in OPTIONAL:
            sys.exit("smtpd: no step " + step)
        opts["steps"][step] = action
    opts["dir"], opts["pem"] = opts["-o"], opts["-t"]
    return opts


def main():
    opts = options(sys.argv[1:])
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    server.bind(("127.0.0.1", 0))
    server.listen(5)
    print(server.getsockname()[1], flush=True)
    for n in range(int(opts["-n"])):
        ready, _, _ = select.select([server, sys.stdin], [], [])
        if server not in ready:
            return
        sock, _ = server.accept()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        folder = opts["dir"]
        if opts["-s"]:
            folder = "%s/%d" % (folder, n + 1)
            os.mkdir(folder)
        session = Session(sock, opts, folder)
        try:
            session.serve()
        except (Gone, OSError):
            pass
        session.sock.close()


if __name__ == "__main__":
    main()
