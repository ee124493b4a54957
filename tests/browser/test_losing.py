"""Losing the server, and finding it again: the page says so, and goes on by itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.conftest import Complaints, Visit
from tests.browser.serving import Server, serving

pytestmark = pytest.mark.browser

NO_WEBRTC = "delete window.RTCPeerConnection"
LOST = "The server was lost. Reconnecting…"

# What Chromium writes to the console about a server that is not there.
GONE = r"Failed to load resource|WebSocket connection to .* failed"


@pytest.fixture
def server(playwright: object, tmp_path: Path) -> Iterator[Server]:
    """One that a test may stop."""
    with serving(tmp_path / "server") as started:
        yield started


@pytest.mark.parametrize("way", ["WebRTC", "WebSocket"])
def test_a_server_that_hangs_is_waited_for_and_has_kept_all(
    server: Server, visit: Visit, complaints: Complaints, way: str
) -> None:
    complaints.expect(GONE)
    ada = visit(script="" if way == "WebRTC" else NO_WEBRTC)
    ada.begin()
    ada.listens()
    ada.types("What is your name?")
    ada.answered(2)
    before = ada.history
    with server.frozen():
        began = ada.now()
        ada.sees(LOST)
        ada.shot("reconnecting")
        ada.sees("Your conversation is kept for 30 seconds.")
        ada.waits(max(0.0, 5000 - (ada.now() - began)))
    ada.lives(30)
    ada.misses(LOST)
    assert ada.history == before
    assert server.figures()["sessions"]["resumed"] >= 1
    assert server.figures()["sessions"]["entered"] == 1
    since = ada.now()
    ada.types("How are you?")
    ada.hears(since=since)
    ada.answered(4)
    assert ada.history[:2] == before


def test_a_server_that_was_killed_is_found_again(
    server: Server, visit: Visit, complaints: Complaints
) -> None:
    complaints.expect(GONE)
    ada = visit()
    ada.begin()
    ada.listens()
    ada.types("What is your name?")
    ada.answered(2)
    before = ada.history
    server.kill()
    ada.sees(LOST)
    server.start()
    ada.lives(30)
    ada.misses(LOST)
    since = ada.now()
    ada.types("How are you?")
    ada.hears(since=since)
    ada.answered(4)
    assert ada.history[:2] == before
    ada.sees("A new conversation begins here")
    ada.shot("begun-anew")


def test_a_server_that_comes_back_late_is_found_by_itself_and_told_what_waits(
    server: Server, visit: Visit, complaints: Complaints
) -> None:
    complaints.expect(GONE)
    ada = visit()
    ada.page.clock.install()
    ada.page.reload()
    ada.begin()
    server.kill()
    ada.sees("Your conversation is kept for 30 seconds.")
    ada.page.clock.fast_forward(31_000)
    ada.sees("The server cannot be reached")
    ada.misses("Your conversation is kept for 30 seconds.")
    ada.types("What is your name?")
    ada.sees("It is sent as soon as there is a connection.")
    ada.shot("lost")
    server.start()
    ada.page.clock.fast_forward(11_000)
    ada.lives(30)
    assert "Vis" in ada.answered(2)


def test_a_server_that_is_ended_keeps_nothing_and_promises_nothing(
    server: Server, visit: Visit, complaints: Complaints
) -> None:
    complaints.expect(GONE)
    ada = visit()
    ada.begin()
    server.stop()
    ada.sees(LOST)
    ada.misses("Your conversation is kept for 30 seconds.")
    ada.sees("The server cannot be reached")
    server.start()
    ada.button("Try again").click()
    ada.lives(30)


@pytest.mark.parametrize("way", ["WebRTC", "WebSocket"])
def test_who_reloads_in_mid_reply_finds_it_once_and_cut(server: Server, visit: Visit, way: str) -> None:
    ada = visit(script="" if way == "WebRTC" else NO_WEBRTC)
    ada.begin()
    ada.listens()
    ada.types("What is visavis?")
    heard = ada.hears()
    ada.until(f"performance.now() > {heard} + 1500", "some words")
    ada.page.reload()
    ada.begin()
    ada.until("document.querySelectorAll('.line').length > 1", "history")
    ada.waits(1500)
    question, answer = ada.history
    assert question.text == "What is visavis?"
    assert answer.interrupted
    assert not answer.text.endswith(".")


def test_a_server_that_starts_says_so(server: Server, visit: Visit, complaints: Complaints) -> None:
    complaints.expect(GONE)
    loading = {"code": "loading", "detail": "the engines are being loaded; try again in 1 s"}
    ada = visit()
    ada.page.route(
        "**/api/v1/webrtc/offer",
        lambda route: route.fulfill(status=503, json=loading, headers={"Retry-After": "1"}),
    )
    ada.begin(live=False)
    ada.sees("Starting…")
    ada.shot("starting")
    ada.page.unroute("**/api/v1/webrtc/offer")
    ada.lives()
