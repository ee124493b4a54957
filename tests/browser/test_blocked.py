"""Where UDP does not pass, a WebSocket carries the conversation, and the page says so."""

import pytest

from tests.browser.conftest import Visit
from tests.browser.figures import Figures

pytestmark = pytest.mark.browser

# A peer connection that may only go through TURN servers, of which there are none, has no way out at all.
BLOCKED = """
    const Peer = window.RTCPeerConnection;
    window.RTCPeerConnection = class extends Peer {
        constructor(wish) { super({ ...wish, iceTransportPolicy: "relay" }); }
    };
"""


def test_without_udp_it_talks_over_the_websocket(visit: Visit, figures: Figures) -> None:
    ada = visit(script=BLOCKED)
    ada.begin()
    began = ada.last("pointer")
    figures.add("UDP blocked: click to live, ms", "WebSocket", ada.now() - began)
    ada.sees("UDP does not pass on this network, so a WebSocket carries the conversation.")
    ada.shot("fallen-back")
    assert ada.senses("peers.length") == 1
    assert ada.senses("video.srcObject") is None
    ada.listens()

    ada.types("What is visavis?")
    heard = ada.hears()
    margins = []
    while ada.state == "speaking":
        margins.append(ada.senses("margin()"))
        ada.waits(100)
    over = ada.now() - 500  # nothing may be left when it ends
    assert "visavis" in ada.answered(2)
    assert min(margins[:-5]) > 0.02
    assert [one for one in ada.senses("waits") if heard < one["at"] < over and one["margin"] < 0.02] == []
    figures.add("least that is buffered while speaking, ms", "WebSocket", 1000 * min(margins[:-5]))

    ada.page.get_by_role("button", name="Connection").click()
    ada.sees("Connection over WebSocket")
    ada.shot("quality-websocket")


def test_the_next_start_does_not_wait_for_udp_again(visit: Visit) -> None:
    ada = visit(script=BLOCKED)
    ada.begin()
    ada.page.reload()
    ada.page.get_by_role("button", name="Go on talking").wait_for()
    ada.button("Type instead").click()
    ada.lives()
    assert ada.senses("peers.length") == 0
