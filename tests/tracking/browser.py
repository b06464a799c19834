"""Debian's Chromium, driven over WebDriver's own protocol: no package is needed beside the browser's."""

import base64
import contextlib
import json
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
HOW = "no Chromium here: apt-get install -y chromium chromium-driver"

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class Browser:
    """A window of 1500 by 900 pixels."""

    def __init__(self, port: int) -> None:
        self._root = f"http://127.0.0.1:{port}"

    def open_window(self, profile: Path) -> None:
        options = {"binary": CHROMIUM, "args": [*FLAGS, "--window-size=1500,900", f"--user-data-dir={profile}"]}
        wanted = {"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}}
        self._root += f"/session/{self._call('POST', '/session', wanted)['sessionId']}"

    def close(self) -> None:
        self._call("DELETE", "")

    def open(self, url: str) -> None:
        self._call("POST", "/url", {"url": url})

    def run(self, script: str, *arguments: Any) -> Any:
        return self._call("POST", "/execute/sync", {"script": script, "args": arguments})

    def text(self) -> str:
        return str(self.run("return document.body.innerText"))

    def until(self, script: str, *arguments: Any, seconds: float = 20.0) -> Any:
        """Wait until a script returns something, and return that."""
        deadline = time.monotonic() + seconds
        while not (found := self.run(script, *arguments)):
            assert time.monotonic() < deadline, f"{script} {arguments}\n{self.text()}"
            time.sleep(0.1)
        return found

    def see(self, *words: str, seconds: float = 20.0) -> None:
        """Wait until the page shows these words."""
        for word in words:
            self.until("return document.body.innerText.includes(arguments[0])", word, seconds=seconds)

    def follow(self) -> None:
        """Go on in the tab that was opened last: MLflow's links open tabs of their own."""
        deadline = time.monotonic() + 20
        while len(tabs := self._call("GET", "/window/handles")) < 2:
            assert time.monotonic() < deadline, "no tab was opened"
            time.sleep(0.1)
        self._call("DELETE", "/window")
        self._call("POST", "/window", {"handle": tabs[-1]})

    def enter_frame(self, script: str) -> None:
        """Go on inside of the frame that a script returns."""
        self._call("POST", "/frame", {"id": self.until(script)})

    def picture(self, file: Path) -> None:
        file.write_bytes(base64.b64decode(self._call("GET", "/screenshot")))

    def _call(self, method: str, path: str, content: Any = None) -> Any:
        data = None if content is None else json.dumps(content).encode()
        asked = urllib.request.Request(self._root + path, data, {"Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return json.load(answer)["value"]


@contextlib.contextmanager
def browser(profile: Path) -> Iterator[Browser]:
    """A browser that nobody used before."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([str(DRIVER), f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    window = Browser(port)
    try:
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.1)
        window.open_window(profile)
        yield window
        window.close()
    finally:
        process.terminate()
        process.wait()
