"""A browser under test: Debian's Chromium through chromedriver, spoken to with the standard library alone (W3C WebDriver)."""

import base64
import importlib.util
import json
import pathlib
import re
import shutil
import subprocess
import time
import urllib.error
import urllib.request

import pytest

# Keys as WebDriver writes them.
CONTROL, SHIFT, ENTER, ESCAPE, TAB, DELETE, LEFT, UP, RIGHT, DOWN = "\ue009", "\ue008", "\ue007", "\ue00c", "\ue004", "\ue017", "\ue012", "\ue013", "\ue014", "\ue015"

SCREENSHOTS = pathlib.Path(__file__).resolve().parents[3] / ".build/screenshots"
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
# --no-sandbox: Chromium refuses its sandbox to root, and containers seldom allow it.
ARGUMENTS = [
    "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars",
    "--disable-background-networking", "--no-first-run", "--force-device-scale-factor=1",
]


def missing():
    """The programs a browser test needs and does not find, or nothing."""
    return [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]


needs_browser = pytest.mark.skipif(bool(missing()), reason=f"there is no {' and no '.join(missing())} to look with")


def axe_source():
    """The accessibility checker's script, out of the wheel that carries it; nothing of the wheel itself is run."""
    wheel = pathlib.Path(importlib.util.find_spec("axe_playwright_python").origin).parent
    return (wheel / "axe.min.js").read_text()


class BrowserError(Exception):
    pass


class Browser:
    """One headless window.

    >>> with Browser() as browser:
    ...     browser.open(f"{server.url}/ui/")
    ...     browser.wait("document.querySelector('h1')")
    """

    def __init__(self, width=1440, height=900):
        self.driver = subprocess.Popen(
            [shutil.which("chromedriver"), "--port=0", "--allowed-ips=127.0.0.1"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.session = None
        try:
            self.address = self._announced_address()
            options = {"binary": shutil.which("chromium"), "args": [*ARGUMENTS, f"--window-size={width},{height}"]}
            answer = self._send("POST", "/session", {"capabilities": {"alwaysMatch": {
                "browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}}})
            self.session = answer["sessionId"]
            self.resize(width, height)
        except BaseException:
            self.close()
            raise

    def _announced_address(self):
        for line in self.driver.stdout:
            if found := re.search(r"started successfully on port (\d+)", line):
                return f"http://127.0.0.1:{found[1]}"
        raise BrowserError("cannot start chromedriver: it ended without naming its port")

    def _send(self, method, path, body=None):
        data = None if method in ("GET", "DELETE") else json.dumps(body or {}).encode()
        request = urllib.request.Request(self.address + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return json.load(response)["value"]
        except urllib.error.HTTPError as error:
            raise BrowserError(json.load(error)["value"]["message"]) from None

    def _call(self, method, path, body=None):
        return self._send(method, f"/session/{self.session}{path}", body)

    def open(self, url):
        self._call("POST", "/url", {"url": url})

    def run(self, script, *arguments):
        """Runs a function body in the page and returns what it returns."""
        return self._call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def wait(self, expression, seconds=15):
        """Waits until a JavaScript expression is true, and returns its value. One that looks into what is not there yet is not true."""
        deadline = time.monotonic() + seconds
        while True:
            why = ""
            try:
                if value := self.run(f"return {expression}"):
                    return value
            except BrowserError as error:
                if "of null" not in str(error):
                    raise
                why = f" ({error})"
            if time.monotonic() > deadline:
                raise BrowserError(f"still not so after {seconds} s: {expression}{why}")
            time.sleep(0.1)

    def devtools(self, command, **parameters):
        return self._call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def resize(self, width, height, is_phone=False):
        """Sets the size of the page itself, whatever the window's frame takes."""
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=is_phone)

    def prefer(self, theme):
        """Makes the system prefer `dark` or `light`."""
        self.devtools("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}])

    def click(self, selector):
        element = self._call("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]
        self._call("POST", f"/element/{element}/click")

    def press(self, key):
        self._call("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": [
            {"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]}]})

    def drag(self, start, end):
        """Presses the pointer at one point of the window, moves to another and lets go."""
        move = lambda x, y: {"type": "pointerMove", "x": round(x), "y": round(y), "duration": 50}
        self._call("POST", "/actions", {"actions": [{"type": "pointer", "id": "mouse", "actions": [
            move(*start), {"type": "pointerDown", "button": 0}, move(*end), {"type": "pointerUp", "button": 0}]}]})

    def severe(self):
        """The console's errors since the last call, refused scripts and styles among them."""
        return [entry["message"] for entry in self._call("POST", "/se/log", {"type": "browser"}) if entry["level"] == "SEVERE"]

    def violations(self):
        """What axe finds wrong with the page as it stands: rule, element, and why."""
        # A colour on its way to another is neither.
        self.wait("document.getAnimations().every(animation => !(animation instanceof CSSTransition))")
        self.run(axe_source())
        found = self.run("return axe.run(document, { resultTypes: ['violations'] }).then(result => result.violations)")
        return [f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found for node in rule["nodes"]]

    def processor_time(self, script, until):
        """Runs a script, waits until an expression is true, and returns the seconds of processor time that the page's main thread
        took. Unlike the time on the clock it does not depend on what else the machine does."""
        self.devtools("Performance.disable")
        self.devtools("Performance.setTimeDomain", timeDomain="threadTicks")
        self.devtools("Performance.enable")
        spent = lambda: {metric["name"]: metric["value"] for metric in self.devtools("Performance.getMetrics")["metrics"]}["TaskDuration"]
        before = spent()
        self.run(script)
        self.wait(until, seconds=60)
        return spent() - before

    def choose(self, label, card=""):
        """Opens the menu of a card (a selector) and takes the entry of that name."""
        self.run("document.querySelector(arguments[0]).click()", f"{card} .menu button".strip())
        self.wait("document.querySelector('.menulist:popover-open button')")
        self.run("[...document.querySelectorAll('.menulist:popover-open button')].find(button => button.innerText === arguments[0]).click()", label)

    def type(self, text):
        """Types into what has the focus."""
        self._call("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": [
            {"type": kind, "value": letter} for letter in text for kind in ("keyDown", "keyUp")]}]})

    def chord(self, *keys):
        """Presses keys together, the first ones held: `chord(CONTROL, "k")`."""
        down = [{"type": "keyDown", "value": key} for key in keys]
        up = [{"type": "keyUp", "value": key} for key in reversed(keys)]
        self._call("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": down + up}]})

    def screenshot(self, path, whole_page=True):
        """Writes a PNG, of the whole page or only of what the window shows."""
        data = self.devtools("Page.captureScreenshot", format="png", captureBeyondViewport=whole_page)["data"]
        pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
        pathlib.Path(path).write_bytes(base64.b64decode(data))

    def close(self):
        if self.session:
            try:
                self._call("DELETE", "")
            except (BrowserError, OSError):
                pass  # the driver is ended below in any case
        self.driver.terminate()
        self.driver.wait(10)
        self.driver.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
