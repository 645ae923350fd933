# SPDX-License-Identifier: BSD-3-Clause
"""A real browser for the drivers here: headless Chromium, driven through chromedriver with the
WebDriver protocol (W3C) over Python's own HTTP client.

    with Browser() as browser:
        browser.open("http://127.0.0.1:8080/")
        browser.wait_for(lambda: browser.text("h1") == "Hello", "a heading")
"""

import base64
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

from harness import Skipped, check

# A browser starts slowly on a busy machine.
START = 90
ANSWER = 120
PATIENCE = 60
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
ARROW_LEFT, ARROW_RIGHT, HOME_KEY, END_KEY = "\ue012", "\ue014", "\ue011", "\ue010"
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-dev-shm-usage", "--disable-extensions", "--no-proxy-server",
         "--window-size=1100,800")


def need_browser():
    """The paths of (chromium, chromedriver)."""
    found = [shutil.which(name) for name in ("chromium", "chromedriver")]
    if None in found:
        raise Skipped("NO BROWSER TEST: chromium or chromedriver is missing "
                      "(Debian: apt-get install chromium chromium-driver)")
    return found


class Browser:
    """One browser with an empty profile, gone at the end with all that it has started."""

    def __init__(self):
        self.chromium, driver = need_browser()
        self.folder = tempfile.mkdtemp(prefix="evlet-browser-")
        self.log_path = os.path.join(self.folder, "chromedriver.log")
        with open(self.log_path, "wb") as log:
            self.driver = subprocess.Popen(
                [driver, "--port=0"], stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT, start_new_session=True,
                env={**os.environ, "HOME": self.folder, "TMPDIR": self.folder})
        self.session = None
        try:
            self.address = f"http://127.0.0.1:{self.driver_port()}"
            self.start_session()
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def driver_port(self):
        end = time.monotonic() + START
        while time.monotonic() < end:
            with open(self.log_path, encoding="utf-8", errors="replace") as log:
                text = log.read()
            if "started successfully on port" in text:
                return int(text.partition("started successfully on port")[2].split(".")[0])
            check(self.driver.poll() is None, f"chromedriver ended: {text[-500:]}")
            time.sleep(0.05)
        raise AssertionError("chromedriver does not say where it listens")

    def start_session(self):
        options = {"binary": self.chromium,
                   "args": [*FLAGS, f"--user-data-dir={self.folder}/profile"]}
        answer = self.call("POST", "/session", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL"}}}})
        self.session = answer["sessionId"]

    def close(self):
        if self.session is not None:
            try:
                self.call("DELETE", f"/session/{self.session}")
            except (AssertionError, OSError):
                pass
        # The group: whatever is left of the browser, too.
        try:
            os.killpg(self.driver.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.driver.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def call(self, method, path, body=None):
        """The value of a WebDriver command."""
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.address + path, data, method=method,
                                         headers={"Content-Type": "application/json"})
        # Straight to it, whatever proxy the environment names.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=ANSWER) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            text = error.read().decode(errors="replace")
            raise AssertionError(f"browser: {method} {path}: {text[:600]}") from error

    def command(self, method, path, body=None):
        return self.call(method, f"/session/{self.session}{path}", body)

    def open(self, url):
        self.command("POST", "/url", {"url": url})

    def title(self):
        return self.command("GET", "/title")

    def window(self):
        """The handle of the current window."""
        return self.command("GET", "/window")

    def new_window(self):
        """Opens another one, switches to it and returns its handle."""
        handle = self.command("POST", "/window/new", {"type": "window"})["handle"]
        self.switch(handle)
        return handle

    def switch(self, handle):
        self.command("POST", "/window", {"handle": handle})

    def element(self, selector):
        found = self.command("POST", "/element", {"using": "css selector", "value": selector})
        return found[ELEMENT]

    def text(self, selector):
        return self.command("GET", f"/element/{self.element(selector)}/text")

    def property(self, selector, name):
        return self.command("GET", f"/element/{self.element(selector)}/property/{name}")

    def press(self, selector, keys):
        """Types on the keyboard, with the focus on the element."""
        self.command("POST", f"/element/{self.element(selector)}/value", {"text": keys})

    def click(self, selector):
        self.command("POST", f"/element/{self.element(selector)}/click", {})

    def run(self, script):
        """What a script of the driver's returns."""
        return self.command("POST", "/execute/sync", {"script": script, "args": []})

    def console(self):
        """The messages of the console since the last call, of all windows: [(level, text)]."""
        entries = self.command("POST", "/se/log", {"type": "browser"})
        return [(entry["level"], entry["message"]) for entry in entries]

    def screenshot(self, path):
        data = base64.b64decode(self.command("GET", "/screenshot"))
        check(data.startswith(b"\x89PNG\r\n"), "the screenshot is no PNG")
        with open(path, "wb") as file:
            file.write(data)
        print(f"screenshot: {path}, {len(data)} bytes")

    @staticmethod
    def wait_for(condition, what, patience=PATIENCE):
        """The first true value of condition()."""
        end = time.monotonic() + patience
        while True:
            value = condition()
            if value:
                return value
            check(time.monotonic() < end, f"the page has not got {what} after {patience} s")
            time.sleep(0.1)
