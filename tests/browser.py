"""A real browser without a window, driven through chromedriver's HTTP interface (W3C WebDriver)."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from conftest import skip_or_fail

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--autoplay-policy=no-user-gesture-required",
    "--mute-audio",
)
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
"""The name under which WebDriver hands out elements."""
START_S = 60.0
WAIT_S = 20.0


class Browser:
    """One tab; files are opened with ``open``, questions are asked in JavaScript with ``ask``."""

    def __init__(self, url: str) -> None:
        self._url = url

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - JSON
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self._url}{path}", data, method=method)  # noqa: S310 - our own port
        try:
            with urllib.request.urlopen(request, timeout=START_S) as answer:  # noqa: S310 - likewise
                return json.load(answer)["value"]
        except urllib.error.HTTPError as exc:
            raise AssertionError(f"{method} {path}: {exc.read().decode()[:600]}") from exc

    def open(self, path: Path) -> None:
        """Load a file and wait for it."""
        self._call("POST", "/url", {"url": path.as_uri()})

    def ask(self, script: str, *args: object) -> Any:  # noqa: ANN401 - whatever the script returns
        """What the body of a function in JavaScript returns."""
        return self._call("POST", "/execute/sync", {"script": script, "args": list(args)})

    def wait(self, script: str) -> Any:  # noqa: ANN401 - likewise
        """Ask until the answer is true."""
        end = time.monotonic() + WAIT_S
        while not (value := self.ask(script)):
            assert time.monotonic() < end, f"never true: {script}"
            time.sleep(0.05)
        return value

    def click(self, selector: str) -> None:
        """A real click into the middle of an element."""
        self.ask(
            "document.querySelector(arguments[0]).scrollIntoView({behavior:'instant',block:'center'})",
            selector,
        )
        found = self._call("POST", "/element", {"using": "css selector", "value": selector})
        self._call("POST", f"/element/{found[ELEMENT]}/click", {})

    def press(self, key: str) -> None:
        """Press and release a key wherever the focus is."""
        steps = [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
        actions = [{"type": "key", "id": "keys", "actions": steps}]
        self._call("POST", "/actions", {"actions": actions})

    def devtools(self, command: str, **params: object) -> Any:  # noqa: ANN401 - JSON
        """A command of Chrome's own protocol."""
        return self._call("POST", "/goog/cdp/execute", {"cmd": command, "params": params})

    def dark(self, *, wanted: bool) -> None:
        """Prefer dark or light."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if wanted else "light"}
        self.devtools("Emulation.setEmulatedMedia", features=[scheme])

    def width(self, pixels: int) -> None:
        """Make the page so many pixels wide."""
        self.devtools(
            "Emulation.setDeviceMetricsOverride", width=pixels, height=900, deviceScaleFactor=1, mobile=False
        )

    def complaints(self) -> list[str]:
        """What the page complained of since the last call: errors, and what its policy refused."""
        return [entry["message"] for entry in self._call("POST", "/se/log", {"type": "browser"})]

    def picture(self, path: Path) -> None:
        """Write the whole page as PNG."""
        shot = self.devtools("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(shot["data"]))

    def paper(self) -> bytes:
        """The page as it is printed, as PDF."""
        return base64.b64decode(self.devtools("Page.printToPDF", printBackground=True)["data"])


@contextmanager
def started_browser() -> Iterator[Browser]:
    """A browser with an empty profile; skips or fails where the machine has none."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        skip_or_fail("Chromium is not installed (apt install chromium chromium-driver)")
    folder = Path(tempfile.mkdtemp(prefix="vp-browser-"))
    process = subprocess.Popen([driver, "--port=0"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        port = next(int(m.group(1)) for line in process.stdout if (m := re.search(r"on port (\d+)\.", line)))
        flags = [*FLAGS, f"--user-data-dir={folder}"]
        options = {"binary": chromium, "args": flags}
        wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        base = f"http://127.0.0.1:{port}/session"
        session = Browser(base)._call("POST", "", {"capabilities": {"alwaysMatch": wanted}})
        browser = Browser(f"{base}/{session['sessionId']}")
        try:
            yield browser
        finally:
            browser._call("DELETE", "")
    finally:
        process.terminate()
        process.wait(timeout=START_S)
        assert process.stdout is not None
        process.stdout.close()
        shutil.rmtree(folder, ignore_errors=True)


def axe_faults(opened: Browser) -> list[str]:
    """What axe-core, whose axe.min.js AXE_CORE names, complains of; skips or fails where it is not."""
    path = os.environ.get("AXE_CORE")
    if path is None:
        skip_or_fail("AXE_CORE names no axe.min.js (see Developing in the README)")
    opened.ask(Path(path).read_text(encoding="utf-8") + ";window.axe = window.axe || axe;")
    opened.ask(
        "window.found = null; axe.run().then(found => { window.found = found.violations.map(v =>"
        "v.id + ': ' + v.nodes.map(n => n.html.slice(0, 120)).join(' | ')); })"
    )
    faults: list[str] = opened.wait("return window.found && [window.found]")[0]
    return faults
