"""A server with one place: whoever comes second waits, sees for how long, and disturbs nobody."""

from collections.abc import Iterator

import pytest

from tests.browser.conftest import Complaints, Visit
from tests.browser.figures import Figures
from tests.browser.serving import Server, serving

pytestmark = pytest.mark.browser

BUSY = r"Failed to load resource: .* 503|WebSocket connection to .* failed"


@pytest.fixture(scope="module")
def server(playwright: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("full"), MAX_CONCURRENT_USERS="1") as started:
        yield started


@pytest.mark.parametrize("way", ["WebRTC", "WebSocket"])
def test_the_second_waits_until_the_first_has_left(
    server: Server, visit: Visit, complaints: Complaints, way: str
) -> None:
    complaints.expect(BUSY)
    ada = visit()
    ada.begin()
    ada.listens()
    ada.types("Who made you?")
    ada.hears()
    frames = ada.senses("frames.length")

    bob = visit(script="" if way == "WebRTC" else "delete window.RTCPeerConnection")
    bob.begin(live=False)
    bob.sees("Everybody is talking just now")
    counted = bob.page.locator(".countdown text")
    first = int(counted.text_content() or "0")
    bob.shot(f"full-{way}")
    assert 0 < first <= 120
    bob.until(f"Number(document.querySelector('.countdown text').textContent) < {first}", "countdown")

    assert "visavis" in ada.answered(2)
    assert ada.senses("frames.length") > frames + 25
    assert not ada.history[1].interrupted
    ada.page.close()
    bob.button("Try now").click()
    bob.lives()
    bob.types("What is your name?")
    bob.answered(2)
    bob.page.close()


def test_a_browser_that_dies_gives_its_place_back(
    server: Server, visit: Visit, complaints: Complaints, figures: Figures
) -> None:
    complaints.expect("the page crashed")
    ada = visit()
    ada.begin()
    assert server.figures()["places"]["talking"] == 1
    took = ada.dies(lambda: server.figures()["places"]["talking"] == 0)
    figures.add("browser killed to place free, ms", "WebRTC", 1000 * took)
    assert server.figures()["sessions"]["lost"] + server.figures()["places"]["parked"] >= 1
