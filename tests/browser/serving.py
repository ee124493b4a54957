"""A real `visavis serve` in a process of its own: started, stopped, frozen, killed and started again.

It has a data folder of its own, listens on this machine only, and ends with the tests, even if they are
killed.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import visavis
from visavis.config import NAMES

CHROMIUM: Final = Path("/usr/bin/chromium")
PAGE: Final = Path(visavis.__file__).parent / "server" / "page" / "index.html"

# Seconds for a start on a machine that has much else to do.
PATIENCE: Final = 60.0

PLACE: Final = re.compile(r"the page is at (http://127\.0\.0\.1:(\d+))")


def missing() -> str:
    """Why no browser can be driven through the page here; empty if one can."""
    if find_spec("playwright") is None:
        return "playwright is not installed: pip install 'visavis[browser]'"
    if not CHROMIUM.exists():
        return f"there is no {CHROMIUM}: apt-get install chromium"
    if not PAGE.exists():
        return "the page is not built: make web"
    return ""


class Server:
    """One server; settings: as environment variables."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.port = 0
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text("utf-8", "replace")

    def start(self) -> None:
        """Run it, on the port that it had before, and wait until it is ready."""
        self.folder.mkdir(parents=True, exist_ok=True)
        before = len(self.log) if self.port else 0
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*_dying(), Path(sys.executable).with_name("visavis"), "serve", "--port", str(self.port)],
                env=self._environment(),
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )
        until = time.monotonic() + PATIENCE
        while (place := PLACE.search(self.log, before)) is None:
            self._wait(until)
        self.port = int(place[2])
        while self.get("/ready")[0] != 200:
            self._wait(until)

    def stop(self) -> None:
        """Ask it to end, and see that it does."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGCONT)
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(20)
            raise AssertionError(f"the server did not end within 20 s:\n{self.log[-3000:]}") from None
        finally:
            self._process = None

    def kill(self) -> None:
        """As a power cut would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(20)
        self._process = None

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Let it do nothing at all for a while; its connections stay."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def figures(self) -> dict[str, Any]:
        """What /api/v1/figures tells."""
        status, content = self.get("/api/v1/figures")
        assert status == 200, content
        figures: dict[str, Any] = json.loads(content)
        return figures

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        """Status and content; (0, b"") where nobody answers."""
        try:
            with urlopen(Request(self.url + path, headers=headers), timeout=10) as answer:
                return answer.status, answer.read()
        except HTTPError as error:
            return error.code, error.read()
        except (URLError, OSError):
            return 0, b""

    def run(self, *arguments: str) -> str:
        """What another visavis command prints, over the same data."""
        program = Path(sys.executable).with_name("visavis")
        done = subprocess.run(
            [program, *arguments],
            env=self._environment(),
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _environment(self) -> dict[str, str]:
        """Ours, without what a user may have set for visavis."""
        names = {name.upper() for name in NAMES}
        kept = {name: value for name, value in os.environ.items() if name not in names}
        own = {"DATA_FOLDER": str(self.folder / "data"), "XDG_CONFIG_HOME": str(self.folder / "config")}
        return kept | own | {"MAX_CONCURRENT_USERS": "4"} | self._settings

    def _wait(self, until: float) -> None:
        assert self._process is not None
        if self._process.poll() is not None or time.monotonic() > until:
            raise AssertionError(f"the server does not start:\n{self.log[-3000:]}")
        time.sleep(0.05)


@contextlib.contextmanager
def serving(folder: Path, **settings: str) -> Iterator[Server]:
    """A running server, stopped when the block ends."""
    server = Server(folder, **settings)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def _dying() -> list[str]:
    """A prefix that ends a program with this process."""
    return ["setpriv", "--pdeathsig=TERM"] if shutil.which("setpriv") else []
