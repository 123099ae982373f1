"""A headless Chromium for tests and benchmarks: pages from disk, no network, keys, clicks, pictures."""

from __future__ import annotations

import asyncio
import base64
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tornado.websocket import WebSocketClientConnection, websocket_connect

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --hide-scrollbars"
).split()
SLOW = 60  # seconds after which a page has failed


def dump(url: str, budget: int = 5000) -> str:
    """The page's document as it stands after `budget` milliseconds of the browser's own time."""
    with tempfile.TemporaryDirectory() as profile:
        command = [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", f"--virtual-time-budget={budget}", "--dump-dom", url]
        return subprocess.run(command, capture_output=True, check=True, timeout=SLOW).stdout.decode()


class Tab:
    """One page of the browser with the process id `pid`. `errors`: what it threw or logged as an error, and what its
    policy refused, so far."""

    def __init__(self, loop: asyncio.AbstractEventLoop, socket: WebSocketClientConnection, pid: int) -> None:
        self._loop, self._socket, self._last, self.pid = loop, socket, 0, pid
        self.errors: list[str] = []

    def send(self, method: str, **parameters: Any) -> Any:
        """One command of the DevTools protocol and its result."""
        return self._loop.run_until_complete(asyncio.wait_for(self._send(method, parameters), SLOW))

    async def _send(self, method: str, parameters: dict[str, Any]) -> Any:
        self._last += 1
        await self._socket.write_message(json.dumps({"id": self._last, "method": method, "params": parameters}))
        while True:
            message = json.loads(await self._socket.read_message() or "{}")
            if message.get("method") == "Runtime.exceptionThrown":
                self.errors.append(str(message["params"]["exceptionDetails"]))
            if message.get("method") == "Log.entryAdded" and message["params"]["entry"]["level"] == "error":
                self.errors.append(message["params"]["entry"]["text"])
            if message.get("id") == self._last:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]

    def run(self, script: str) -> Any:
        """The value of an expression in the page; a promise is awaited."""
        done = self.send("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in done:
            raise RuntimeError(str(done["exceptionDetails"]))
        return done["result"].get("value")

    def until(self, condition: str) -> Any:
        """Waits for an expression to be true; its value."""
        end = time.monotonic() + SLOW
        while not (value := self.run(condition)):
            if time.monotonic() > end:
                raise TimeoutError(condition)
            time.sleep(0.02)
        return value

    def key(self, key: str) -> None:
        text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
        self.send("Input.dispatchKeyEvent", type="keyDown", key=key, code=key, **({"text": text} if text else {}))
        self.send("Input.dispatchKeyEvent", type="keyUp", key=key, code=key)

    def write(self, text: str) -> None:
        self.send("Input.insertText", text=text)

    def click(self, selector: str, text: str) -> None:
        """Moves the mouse to the first element in sight whose whole text is this, once there is one, and clicks."""
        found = (
            f"[...document.querySelectorAll({json.dumps(selector)})]"
            f".filter(each => each.innerText.trim() === {json.dumps(text)} && each.offsetParent)[0]?.getBoundingClientRect()"
        )
        place = self.until(f"(box => box && [box.x + box.width / 2, box.y + box.height / 2])({found})")
        at = {"x": place[0], "y": place[1], "button": "left", "clickCount": 1}
        self.send("Input.dispatchMouseEvent", type="mouseMoved", **at)
        self.send("Input.dispatchMouseEvent", type="mousePressed", **at)
        self.send("Input.dispatchMouseEvent", type="mouseReleased", **at)

    def size(self, width: int, height: int) -> None:
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def picture(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self.send("Page.captureScreenshot")["data"]))

    @contextmanager
    def kept(self, path: Path) -> Iterator[None]:
        """Where the block fails, the page as it stands is kept as a picture, and the failure says where."""
        try:
            yield
        except BaseException as error:
            self.picture(path)
            error.add_note(f"the page as it stood: {path}")
            raise

    def pdf(self, path: Path) -> None:
        path.write_bytes(
            base64.b64decode(
                self.send("Page.printToPDF", printBackground=True, paperWidth=8.27, paperHeight=11.69)["data"]
            )
        )


@contextmanager
def tab(url: str, width: int = 1400, height: int = 900) -> Iterator[Tab]:
    """A page opened in a Chromium of its own, which ends with the block. The page may still be loading."""
    loop = asyncio.new_event_loop()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", "--remote-debugging-port=0", "about:blank"]
        browser = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            port = _port(Path(profile, "DevToolsActivePort"))
            page = Tab(loop, loop.run_until_complete(_connect(port)), browser.pid)
            for domain in ("Runtime", "Log", "Page"):
                page.send(f"{domain}.enable")
            page.size(width, height)
            page.send("Page.navigate", url=url)
            page.until("location.protocol != 'about:' && document.documentElement != null")
            yield page
        finally:
            browser.terminate()
            browser.wait(SLOW)
            loop.close()


def _port(file: Path) -> int:
    end = time.monotonic() + SLOW
    while not (file.exists() and file.read_text().strip()):
        if time.monotonic() > end:
            raise TimeoutError("Chromium did not start")
        time.sleep(0.02)
    return int(file.read_text().split()[0])


async def _connect(port: int) -> WebSocketClientConnection:
    from urllib.request import urlopen

    targets = json.load(urlopen(f"http://127.0.0.1:{port}/json"))
    address = next(target["webSocketDebuggerUrl"] for target in targets if target["type"] == "page")
    return await websocket_connect(address, max_message_size=1 << 28)
