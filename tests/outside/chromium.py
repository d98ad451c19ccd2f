"""A headless Chromium, told what to do by its own protocol over a pair of pipes."""

import base64
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time

PATIENCE = 60
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--remote-debugging-pipe",
]


class Chromium:
    """One browser with one page; it goes with the `with`."""

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="liboauth-chromium-")
        (there, self.tell), (self.hear, here) = os.pipe(), os.pipe()

        def at_its_place():
            # Chromium reads from 3 and writes to 4; either may be in the other's place now.
            ends = [os.dup(there), os.dup(here)]
            high = [os.dup2(end, number) for end, number in zip(ends, (103, 104))]
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)

        self.process = subprocess.Popen(
            ["chromium", *FLAGS, f"--user-data-dir={self.folder}", "about:blank"], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=at_its_place, close_fds=False,
            start_new_session=True,
        )
        os.close(there)
        os.close(here)
        self.rest, self.number, self.events = b"", 0, []
        page = self.until(lambda: next((t for t in self.ask("Target.getTargets", session=None)["targetInfos"] if t["type"] == "page"), None))
        self.session = self.ask("Target.attachToTarget", session=None, targetId=page["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")
        return self

    def __exit__(self, *_):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        os.close(self.tell)
        os.close(self.hear)
        shutil.rmtree(self.folder, ignore_errors=True)

    def ask(self, method, session="page", **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = self.session
        os.write(self.tell, json.dumps(message).encode() + b"\0")
        number = self.number
        while True:
            answer = self.message()
            if answer.get("id") == number:
                if "error" in answer:
                    raise AssertionError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.events.append(answer)

    def message(self):
        while b"\0" not in self.rest:
            if not select.select([self.hear], [], [], PATIENCE)[0]:
                raise AssertionError(f"Chromium says nothing for {PATIENCE} s")
            some = os.read(self.hear, 65536)
            if not some:
                raise AssertionError("Chromium has ended")
            self.rest += some
        first, _, self.rest = self.rest.partition(b"\0")
        return json.loads(first)

    def until(self, look):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found = look()
            if found:
                return found
            time.sleep(0.02)
        raise AssertionError(f"not so after {PATIENCE} s: {self.text()!r}")

    def open(self, url):
        self.ask("Page.navigate", url=url)

    def run(self, script):
        """The value of a piece of JavaScript in the page; None while there is none."""
        try:
            return self.ask("Runtime.evaluate", expression=script, returnByValue=True)["result"].get("value")
        except AssertionError:
            return None  # between two pages

    def text(self):
        return self.run("document.body ? document.body.innerText : ''") or ""

    def shows(self, words):
        self.until(lambda: words in self.text())

    def looks(self, scheme, width, height=640):
        """The page as it is in that colour scheme and width, as a PNG."""
        self.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        return base64.b64decode(self.ask("Page.captureScreenshot", format="png")["data"])

    def complaints(self):
        """What the page has logged, such as what its Content-Security-Policy forbids."""
        self.run("0")
        entries = [e["params"]["entry"] for e in self.events if e.get("method") == "Log.entryAdded"]
        return [f"{entry['source']}: {entry['text']}" for entry in entries]

    def asked_for(self):
        """The URLs of all requests so far."""
        self.run("0")
        return [e["params"]["request"]["url"] for e in self.events if e.get("method") == "Network.requestWillBeSent"]
