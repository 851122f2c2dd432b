"""A headless Chromium that is told what to do over a pipe (DevTools protocol, one JSON object a message, NUL between).

One process takes all pictures; each is of the page's full height. Raises RuntimeError with the browser's own words.
"""

import base64
import json
import os
import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--remote-debugging-pipe",
)  # fmt: skip


class Browser:
    """One tab of one browser."""

    def __init__(self, profile: Path) -> None:
        program = shutil.which("chromium") or shutil.which("chromium-browser") or "chromium"
        theirs, self._ours = os.pipe()
        self._answers, said = os.pipe()
        self._rest = b""
        pipes = f'exec "$0" "$@" 3<&{theirs} 4>&{said}'
        command = ["sh", "-c", pipes, program, *OPTIONS, f"--user-data-dir={profile}", "about:blank"]
        self._process = subprocess.Popen(command, pass_fds=(theirs, said), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(theirs)
        os.close(said)
        self._number = 0
        self._session: str | None = None
        target = self._do("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._do("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._frame = self._do("Page.getFrameTree")["frameTree"]["frame"]["id"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        os.close(self._answers)
        os.close(self._ours)
        self._process.terminate()
        self._process.wait(10)

    def show(self, html: str, width: int, *, dark: bool, darkened: bool) -> bytes:
        """A PNG of a page. `dark`: the reader prefers dark; `darkened`: the client turns colours round by itself."""
        self._do("Emulation.setDeviceMetricsOverride", width=width, height=400, deviceScaleFactor=1, mobile=width < 480)
        self._do("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self._do("Emulation.setAutoDarkModeOverride", enabled=darkened)
        self._do("Page.setDocumentContent", frameId=self._frame, html=html)
        size = self._do("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        shot = self._do("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)
        return base64.b64decode(shot["data"])

    def _do(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._say(json.dumps(message).encode() + b"\0")
        while True:
            answer = json.loads(self._read())
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error'].get('message')}")
                return dict(answer["result"])

    def _say(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._ours, data) :]

    def _read(self) -> bytes:
        """The next message; what comes after it waits in the rest."""
        while b"\0" not in self._rest:
            more = os.read(self._answers, 1 << 16)
            if not more:
                raise RuntimeError("the browser has gone; is the Debian package chromium installed?")
            self._rest += more
        message, _, self._rest = self._rest.partition(b"\0")
        return message
