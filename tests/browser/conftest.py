"""A browser, servers, and visitors whose browsers must not complain.

Chromium is driven by Playwright. Browsers are launched once for each set of flags; each visitor has a context
of their own, as if nobody had been there before.
"""

import contextlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import urlsplit

import pytest

from tests.browser.figures import FIGURES, Figures
from tests.browser.serving import CHROMIUM, Server, missing, serving
from tests.browser.visitor import SENSES, Visitor

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, Request

FLAGS: Final = (
    "--use-fake-device-for-media-stream",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--disable-background-networking",
    "--no-first-run",
)

# A microphone that nobody has to be asked for.
ALLOWED: Final = "--use-fake-ui-for-media-stream"


class Launch(Protocol):
    def __call__(self, *flags: str) -> "Browser": ...


class Visit(Protocol):
    def __call__(
        self,
        path: str = "/",
        *,
        server: Server | None = None,
        flags: Sequence[str] = (ALLOWED,),
        language: str = "en",
        size: tuple[int, int] = (1280, 800),
        script: str = "",
        **context: Any,
    ) -> Visitor: ...


def microphone(recording: Path) -> tuple[str, ...]:
    """Flags for a microphone that hears a recording, once."""
    return (ALLOWED, f"--use-file-for-fake-audio-capture={recording}%noloop")


@pytest.fixture(scope="session")
def playwright() -> Iterator["Playwright"]:
    if reason := missing():
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def launch(playwright: "Playwright") -> Iterator[Launch]:
    """A running Chromium with some flags."""
    running: dict[tuple[str, ...], Browser] = {}

    def launched(*flags: str) -> "Browser":
        if flags not in running or not running[flags].is_connected():
            running[flags] = playwright.chromium.launch(
                executable_path=CHROMIUM, args=[*FLAGS, *flags], chromium_sandbox=False
            )
        return running[flags]

    yield launched
    for browser in running.values():
        browser.close()


@pytest.fixture(scope="module")
def server(playwright: "Playwright", tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server of a file of tests."""
    with serving(tmp_path_factory.mktemp("server")) as started:
        yield started


@pytest.fixture
def complaints() -> Iterator["Complaints"]:
    """What browsers complained about; there must be nothing at the end that a test does not expect."""
    watched = Complaints()
    yield watched
    assert watched.found() == []


@pytest.fixture
def visit(launch: Launch, complaints: "Complaints", request: pytest.FixtureRequest) -> Iterator[Visit]:
    """Lets people come to the page, each with a browser of their own."""
    with contextlib.ExitStack() as stack:

        def visited(
            path: str = "/",
            *,
            server: Server | None = None,
            flags: Sequence[str] = (ALLOWED,),
            language: str = "en",
            size: tuple[int, int] = (1280, 800),
            script: str = "",
            **context: Any,
        ) -> Visitor:
            host: Server = server or request.getfixturevalue("server")
            opened: BrowserContext = launch(*flags).new_context(
                locale=language, viewport={"width": size[0], "height": size[1]}, **context
            )
            stack.callback(_closed, opened)
            opened.add_init_script(path=SENSES)
            if script:
                opened.add_init_script(script)
            page = opened.new_page()
            complaints.watch(page, host)
            visitor = Visitor(page, language)
            visitor.open(host.url + path)
            return visitor

        yield visited
        complaints.collect()


class Complaints:
    """Errors on the console, in scripts and of the policy, and requests to others than the server."""

    def __init__(self) -> None:
        self._seen: list[str] = []
        self._pages: list[Page] = []
        self._expected: list[str] = []

    def expect(self, pattern: str) -> None:
        """Let complaints be that match, such as those about a server that a test has stopped."""
        self._expected.append(pattern)

    def watch(self, page: "Page", host: Server) -> None:
        self._pages.append(page)

        def told(message: "ConsoleMessage") -> None:
            if message.type in ("error", "warning"):
                self._seen.append(f"console: {message.text} {message.location.get('url', '')}")

        def requested(request: "Request") -> None:
            where = urlsplit(request.url)
            if where.scheme not in ("data", "blob") and where.netloc != f"127.0.0.1:{host.port}":
                self._seen.append(f"request: {request.url}")

        page.on("console", told)
        page.on("pageerror", lambda error: self._seen.append(f"script: {error}"))
        page.on("request", requested)
        page.on("crash", lambda _: self._seen.append("the page crashed"))

    def collect(self) -> None:
        """Ask those pages that are still open what their policy forbade."""
        for page in self._pages:
            with contextlib.suppress(Exception):
                self._seen += page.evaluate("senses.violations")

    def found(self) -> list[str]:
        return [one for one in self._seen if not any(re.search(pattern, one) for pattern in self._expected)]


def _closed(context: "BrowserContext") -> None:
    with contextlib.suppress(Exception):
        context.close()


@pytest.fixture(scope="session")
def figures(request: pytest.FixtureRequest) -> Figures:
    """Where figures are put that are shown as a table at the end."""
    return request.config.stash.setdefault(FIGURES, Figures())


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    for line in config.stash.get(FIGURES, Figures()).table():
        terminalreporter.write_line(line)
