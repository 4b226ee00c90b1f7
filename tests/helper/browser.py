"""A headless Chromium, driven through its pipe by the DevTools protocol: no
port, no driver program.

    with Browser(folder) as b:
        b.open("https://127.0.0.1:8443/")
        b.run("document.title")

What it asks for over the network is in b.asked; what its console says, page
errors and breaches of a Content-Security-Policy included, in b.said.
"""
import json
import os
import select
import shutil
import signal
import subprocess
import time

WAIT = 120  # seconds until a test gives up; nothing is timed by it


def program():
    return shutil.which("chromium") or shutil.which("chromium-browser")


class Browser:
    def __init__(self, folder, *more):
        self.folder, self.more = folder, more
        self.last, self.rest, self.asked, self.said = 0, b"", [], []
        self.loaded = False

    def __enter__(self):
        to, self.out = os.pipe()
        self.inp, back = os.pipe()

        def pipes():  # the browser reads 3 and writes 4
            a, b = os.dup(to), os.dup(back)
            os.dup2(a, 3)
            os.dup2(b, 4)

        os.makedirs(self.folder, exist_ok=True)
        with open(self.folder + "/log", "wb") as log:
            self.child = subprocess.Popen([
                program(), "--headless", "--remote-debugging-pipe",
                "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                "--no-first-run", "--disable-extensions",
                "--disable-background-networking",
                "--disable-component-update", "--disable-sync",
                "--user-data-dir=" + self.folder + "/profile",
                *self.more, "about:blank"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**os.environ, "HOME": self.folder},
                preexec_fn=pipes, close_fds=False, start_new_session=True)
        os.close(to)
        os.close(back)
        self.session = None
        target = self.call("Target.createTarget", url="about:blank")
        self.session = self.call("Target.attachToTarget", flatten=True,
                                 targetId=target["targetId"])["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.call(domain + ".enable")
        return self

    def __exit__(self, *_):
        try:
            os.killpg(self.child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.child.wait()
        os.close(self.out)
        os.close(self.inp)

    def message(self):
        end = time.monotonic() + WAIT
        while b"\0" not in self.rest:
            ready, _, _ = select.select([self.inp], [], [],
                                        max(0, end - time.monotonic()))
            data = os.read(self.inp, 65536) if ready else b""
            if not data:
                with open(self.folder + "/log", errors="replace") as log:
                    raise SystemExit("Chromium says nothing: " + log.read())
            self.rest += data
        one, self.rest = self.rest.split(b"\0", 1)
        m = json.loads(one)
        p = m.get("params", {})
        if m.get("method") == "Network.requestWillBeSent":
            self.asked.append(p["request"]["url"])
        if m.get("method") == "Page.loadEventFired":
            self.loaded = True
        if m.get("method") == "Log.entryAdded":
            self.said.append(p["entry"]["text"])
        if m.get("method") == "Runtime.exceptionThrown":
            self.said.append(json.dumps(p["exceptionDetails"]))
        return m

    def call(self, method, **params):
        self.last += 1
        m = {"id": self.last, "method": method, "params": params}
        if self.session:
            m["sessionId"] = self.session
        os.write(self.out, json.dumps(m).encode() + b"\0")
        while True:
            m = self.message()
            if m.get("id") == self.last:
                if "error" in m:
                    raise SystemExit("%s: %s" % (method, m["error"]))
                return m["result"]

    def open(self, url):
        for one in "about:blank", url:
            self.loaded = False
            error = self.call("Page.navigate", url=one).get("errorText")
            if error:
                raise SystemExit("%s: %s" % (one, error))
            while not self.loaded:
                self.message()

    def run(self, script):
        """The value of an expression; a promise is waited for."""
        r = self.call("Runtime.evaluate", expression=script,
                      awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in r:
            raise SystemExit("%s: %s" % (script, r["exceptionDetails"]))
        return r["result"].get("value")
