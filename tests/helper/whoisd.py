"""A whois server (RFC 3912): whoisd.py PORT ADDRESS FOLDER [ADDRESS FOLDER]...

Answers a query with the file of its name in FOLDER, as bytes, or with "No
match!!".  The name "slow" is never answered, "endless" without end.  Prints a
line when it listens.
"""
import os, select, socketserver, sys, threading

class Answer(socketserver.StreamRequestHandler):
    def handle(self):
        query = self.rfile.readline(512).decode("ascii", "replace").strip()
        path = os.path.join(self.server.folder, os.path.basename(query))
        try:
            if query == "slow.example":
                self.rfile.read()
            while query == "endless.example":
                self.wfile.write(b"% x\r\n" * 1000)
            with open(path, "rb") as f:
                self.wfile.write(f.read())
        except FileNotFoundError:
            self.wfile.write(b"No match!!\r\n")
        except OSError:
            pass

class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

port = int(sys.argv[1])
for address, folder in zip(sys.argv[2::2], sys.argv[3::2]):
    server = Server((address, port), Answer)
    server.folder = folder
    threading.Thread(target=server.serve_forever, daemon=True).start()
print("ready", flush=True)
select.select([], [], [])
