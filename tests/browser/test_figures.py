"""What a browser itself measures of an answer: how soon it is there, and how well sound and picture agree.

Figures go into the table at the end; asserted is what has to hold however slow the machine is.
"""

import pytest

from tests.browser.conftest import Visit
from tests.browser.figures import Figures
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser

QUESTIONS = (
    "Who are you?",
    "What can you do?",
    "What is visavis?",
    "How do I make my own avatar?",
    "Who are you?",
)


def first_picture(ada: Visitor, since: float) -> float:
    """When the mouth first moved after a time, and not for one picture alone, as where their size changes."""
    moved = f"""senses.frames.find((one, i, all) =>
        one.at > {since} && one.change > 2 && all[i + 1]?.change > 1)?.at"""
    ada.until(f"{moved} !== undefined", "moving mouth")
    at: float = ada.page.evaluate(moved)
    return at


@pytest.mark.parametrize("way", ["WebRTC", "WebSocket"])
def test_how_soon_and_how_well_it_answers(visit: Visit, figures: Figures, way: str) -> None:
    ada = visit(script="" if way == "WebRTC" else "delete window.RTCPeerConnection")
    ada.begin()
    figures.add("click to first picture, ms", way, ada.senses("frames[0].at") - ada.last("pointer"))
    ada.listens()
    skews: list[float] = []
    for question in QUESTIONS:
        ada.waits(800)
        ada.types(question)
        asked = ada.last("key Enter")
        heard, seen = ada.hears(since=asked), first_picture(ada, asked)
        assert heard > asked
        figures.add("typed text to first sound, ms", way, heard - asked)
        figures.add("typed text to first picture, ms", way, seen - asked)
        for _ in range(8):
            ada.waits(200)
            skews += skew(ada, way)
        ada.page.keyboard.press("Escape")
        cut = ada.last("key Escape")
        figures.add("Esc to silence, ms", way, ada.silent_since(cut) - cut)
        ada.is_in("idle")
    assert skews
    figures.add("picture ahead of sound, ms", way, *skews)
    rate = ada.page.evaluate("senses.frames.length / (senses.frames.at(-1).at - senses.frames[0].at) * 1000")
    figures.add("pictures a second", way, rate)
    if way == "WebRTC":
        sound, picture = (ada.senses("inbound()")[kind] for kind in ("audio", "video"))
        figures.add(
            "sound made up, per mille", way, 1000 * sound["concealedSamples"] / sound["totalSamplesReceived"]
        )
        figures.add("freezes", way, picture["freezeCount"])
        figures.add("width at the end, px", way, picture["frameWidth"])


def skew(ada: Visitor, way: str) -> list[float]:
    """By how many milliseconds the picture is ahead of the sound just now; nothing while that is not known.

    WebRTC: by what the browser estimates to play of each track (webrtc-stats, estimatedPlayoutTimestamp).
    WebSocket: one media clock for both, against when pictures were shown.
    """
    if way == "WebSocket":
        return [ada.senses("frames.at(-1).ahead")]
    now = ada.senses("inbound()")
    played = [now[kind].get("estimatedPlayoutTimestamp") for kind in ("video", "audio")]
    return [played[0] - played[1]] if all(played) else []
