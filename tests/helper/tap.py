#!/usr/bin/env python3
"""tap: somebody on the wire between a client and a server, who only listens.

usage: tap.py PORT DIR

Listens on a free port of 127.0.0.1, prints it, and hands each connection on to
PORT, one after the other, until its standard input closes.  DIR/client has
what the client of the last connection said, DIR/server what the server did.
"""
import select
import socket
import sys


def pass_on(ends, files):
    """Octets from either end to the other, until both have ended."""
    while ends:
        for sock in select.select(list(ends), [], [])[0]:
            try:
                octets = sock.recv(65536)
                files[sock].write(octets)
                if octets:
                    ends[sock].sendall(octets)
                else:
                    ends[sock].shutdown(socket.SHUT_WR)
            except OSError:
                octets = b""
            if not octets:
                del ends[sock]


def main():
    port, folder = int(sys.argv[1]), sys.argv[2]
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen(5)
    print(server.getsockname()[1], flush=True)
    while True:
        ready, _, _ = select.select([server, sys.stdin], [], [])
        if server not in ready:
            return
        client, _ = server.accept()
        with client, open(folder + "/client", "wb", 0) as said, \
                open(folder + "/server", "wb", 0) as heard, \
                socket.create_connection(("127.0.0.1", port)) as behind:
            pass_on({client: behind, behind: client},
                    {client: said, behind: heard})


if __name__ == "__main__":
    main()
