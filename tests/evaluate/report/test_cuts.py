from tests.evaluate.report.material import BROKEN, TALK, utterance
from visavis.evaluate.report.clips import Clip
from visavis.evaluate.report.cuts import cuts, shortened, told
from visavis.evaluate.report.scenes import Scene

FULL = Clip(2.0, 2.0, ((0.0, 0.5),), (b"strip",), (64, 64), b"player")


def scenes() -> list[Scene]:
    return [Scene(one, FULL, one.name) for one in (utterance(1), TALK)] + [Scene(BROKEN, Clip(), "broken")]


def test_the_last_scenes_lose_their_clips_before_any_loses_its_course() -> None:
    assert cuts(scenes()) == [
        *((what, 1) for what in ("player", "stills", "sound", "curves")),
        *((what, 0) for what in ("player", "stills", "sound", "curves")),
        *(("text and course", place) for place in (2, 1, 0)),
    ]


def test_only_what_is_left_out_is_missing() -> None:
    first, talk, broken = scenes()
    short = shortened([first, talk, broken], cuts([first, talk, broken])[:5])
    assert (short[0].clip.player, short[0].clip.strips) == (b"", FULL.strips)
    assert (short[1].clip.player, short[1].clip.strips, short[1].clip.peaks) == (b"", (), ())
    assert short[1].found.facts == talk.found.facts
    assert short[2] == broken


def test_figures_stay() -> None:
    for before, after in zip(scenes(), shortened(scenes(), cuts(scenes())), strict=True):
        assert {name: (one.value, one.note) for name, one in after.found.readings.items()} == {
            name: (one.value, one.note) for name, one in before.found.readings.items()
        }
        assert (after.found.text, after.found.facts, after.clip) == ("", {}, Clip())
        assert after.found.failed == before.found.failed


def test_what_is_left_out_is_told() -> None:
    assert told([]) == ""
    assert told(cuts(scenes())[:5]) == (
        "This page would have become too large. Left out, from the last scenario on: player of 2 scenarios, "
        "stills of 1 scenario, sound of 1 scenario, curves of 1 scenario. "
        "The clips lie beside it, and results.json has everything."
    )
