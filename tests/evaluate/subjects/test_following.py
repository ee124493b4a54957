"""What belongs to which turn, out of messages and sounds at known times."""

from collections.abc import Sequence
from math import inf
from typing import Any

import numpy as np
import pytest

from visavis.evaluate.client.received import Heard, Told
from visavis.evaluate.scenarios.conversation import Turn
from visavis.evaluate.subjects._following import (
    Log,
    Mark,
    events,
    exchanges,
    first_sound,
    replies,
    sounds_until,
)
from visavis.evaluate.takes import Exchange

ASKS = Turn("types", text="Name?")
SAYS = Turn("says", text="Stop it.", during=1.0, expects={"interrupts": "yes"})
COUGH = Turn("sounds", expects={"must_not_answer": "yes"})


def told(came: float, kind: str, **fields: Any) -> Told:
    return Told(came, {"type": kind, **fields})


def reply(came: float, number: int, text: str, start: float, *, final: bool = False) -> Told:
    return told(came, "reply", reply=number, text=text, start=start, final=final)


def sound(at: float, plays: float, *, loud: bool = True) -> Heard:
    """A piece of 0.2 s that came 0.1 s before it is heard; from its second half on, where it is loud."""
    levels = np.zeros(40, np.float32)
    levels[20:] = 0.1 if loud else 0.0
    return Heard(plays - 0.1, plays, at, 0.2, levels)


def followed(marks: Sequence[Mark], log: Log, zero: float = 10.0) -> tuple[Exchange, ...]:
    return exchanges(marks, log, zero)


ANSWERED = Log(
    [reply(11.1, 1, "I am", 0.4), reply(11.6, 1, " Vis.", 0.9), reply(12.0, 1, "", 1.2, final=True)],
    [sound(0.0, 10.8, loud=False), sound(0.2, 11.0, loud=False), sound(0.4, 11.2), sound(0.6, 11.4)],
)


def test_an_answer_is_heard_when_its_words_are_played() -> None:
    (exchange,) = followed([Mark(ASKS, 11.0, 11.0)], ANSWERED)
    assert exchange.answered == "I am Vis."
    assert exchange.first == pytest.approx(1.3)
    assert (exchange.began, exchange.ended, exchange.silent) == (1.0, 1.0, None)
    assert exchange.typed


def test_an_answer_belongs_to_the_turn_before_it() -> None:
    first, second = followed([Mark(ASKS, 11.0, 11.0), Mark(COUGH, 11.5, 11.7)], ANSWERED)
    assert (first.answered, second.answered) == ("I am Vis.", "")
    assert second.first is None
    assert second.silent is None


def test_who_breaks_in_is_heeded_when_the_old_answer_is_thrown_away() -> None:
    log = Log(
        [
            *ANSWERED.told[:2],
            told(12.4, "interrupted", reply=1, text="I am"),
            told(13.0, "transcript", text="stop it", final=True),
            told(12.9, "transcript", text="stop", final=False),
            reply(13.2, 2, "Fine.", 4.0),
        ],
        [*ANSWERED.heard, sound(4.0, 13.3)],
        [11.05, 12.35],
    )
    first, second = followed([Mark(ASKS, 11.0, 11.0), Mark(SAYS, 12.1, 12.6)], log)
    assert first.answered == "I am", "as much as was heard"
    assert second.silent == pytest.approx(2.35)
    assert (second.heard, second.answered) == ("stop it", "Fine.")
    assert second.first == pytest.approx(3.4)
    assert not second.typed


def test_what_was_over_was_not_interrupted() -> None:
    log = Log([*ANSWERED.told, reply(13.2, 2, "Fine.", 4.0)], ANSWERED.heard, [13.1])
    _, second = followed([Mark(ASKS, 11.0, 11.0), Mark(SAYS, 12.8, 13.0)], log)
    assert second.silent is None


def test_an_outcome_stands_where_no_words_do() -> None:
    back = Mark(Turn("returns_after", seconds=2.0), 11.0, 13.0, "goes on")
    (exchange,) = followed([back], Log())
    assert (exchange.said, exchange.answered) == ("(away for 2 s)", "goes on")


def test_replies_are_put_together() -> None:
    one, two = replies([*ANSWERED.told, reply(13.2, 2, "Fine.", 4.0), told(14.0, "state", state="idle")])
    assert (one.text, one.start, one.over, one.interrupted) == ("I am Vis.", 0.4, 12.0, inf)
    assert (two.number, two.over) == (2, inf)


def test_an_answer_is_not_given_the_sound_of_the_next_one() -> None:
    log = Log([reply(11.1, 1, "I am", 0.4), reply(16.1, 2, "Fine.", 5.0)], [sound(5.0, 16.2)])
    silent, heard = followed([Mark(ASKS, 11.0, 11.0), Mark(ASKS, 16.0, 16.0)], log)
    assert (silent.answered, silent.first) == ("I am", None)
    assert heard.first == pytest.approx(6.3)
    assert [found.until for found in replies(log.told)] == [5.0, inf]


def test_who_comes_back_is_on_another_timeline() -> None:
    first, other = replies([reply(11.1, 7, "I am", 8.4), reply(16.1, 8, "Fine.", 0.5)])
    assert (first.until, other.until) == (inf, inf)
    before, after = sound(0.6, 11.4), sound(0.6, 16.4)
    assert first_sound(other, [before, after]) is after
    assert first_sound(other, [before]) is None


def test_the_last_sound_ends_where_it_is_heard_last() -> None:
    assert sounds_until(ANSWERED.heard, 0.0) == pytest.approx(11.6)
    assert sounds_until(ANSWERED.heard, 11.35) == -inf


def test_a_report_is_shown_what_matters() -> None:
    messages = [
        told(10.5, "state", state="thinking"),
        told(10.6, "timing", stages={}),
        told(10.7, "transcript", text="wha", final=False),
        told(10.8, "error", code="ear", detail="deaf"),
        *ANSWERED.told,
    ]
    kinds = [(kind, text) for _, kind, text in events(messages, 10.0)]
    assert kinds == [("state", "thinking"), ("error", "deaf"), ("reply", "I am"), ("reply", " Vis.")]
