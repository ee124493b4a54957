"""What belongs to which turn of a conversation, out of all that came to the client. Pure.

A reply belongs to the turn that was the last to have begun when the server first told of it. What is heard of
a reply is found by where its words lie on the server's timeline; when that is heard, by the client's player.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from typing import Final

from visavis.evaluate.client.loudness import AUDIBLE, last_heard
from visavis.evaluate.client.received import SAME, Fields, Heard, Told, heard_at
from visavis.evaluate.scenarios.conversation import Turn
from visavis.evaluate.takes import Exchange

TELLING: Mapping[str, str] = {
    "state": "state",
    "transcript": "text",
    "reply": "text",
    "interrupted": "text",
    "error": "detail",
}
"""Which messages a report shows, and which of their fields."""


BEFORE: Final = 1.0
"""Seconds before a reply is told of within which its first sound may have come."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A turn as it was performed, by the loop's time: from its first sound to its last, or when it was sent.

    outcome: what came of a turn that is no matter of words.
    """

    turn: Turn
    began: float
    ended: float
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Log:
    """All that came, in order. cuts: when what was there, and not yet played, was thrown away."""

    told: Sequence[Told] = ()
    heard: Sequence[Heard] = ()
    cuts: Sequence[float] = ()

    def __add__(self, other: "Log") -> "Log":
        return Log([*self.told, *other.told], [*self.heard, *other.heard], [*self.cuts, *other.cuts])


@dataclass(slots=True)
class Reply:
    """told: when the first of it came. start: where on the timeline it begins. over: when its end was told.

    until: where the one behind it begins, as far as it is known. interrupted: when it was told that it was
    broken off; `text` is then what was heard of it.
    """

    number: int
    told: float
    start: float
    text: str = ""
    over: float = inf
    until: float = inf
    interrupted: float = inf


def replies(told: Iterable[Told]) -> list[Reply]:
    """Those that were told of, in their order."""
    found: dict[int, Reply] = {}
    for message in told:
        fields = message.fields
        if fields["type"] == "reply":
            reply = found.setdefault(fields["reply"], Reply(fields["reply"], message.came, fields["start"]))
            reply.text += fields["text"]
            if fields["final"]:
                reply.over = message.came
        elif fields["type"] == "interrupted" and fields["reply"] in found:
            reply = found[fields["reply"]]
            reply.text, reply.interrupted = fields["text"], message.came
    known = list(found.values())
    for reply, other in pairwise(known):
        # Who comes back is not on the same timeline any more.
        reply.until = other.start if other.start > reply.start else inf
    return known


def first_sound(reply: Reply, heard: Iterable[Heard]) -> Heard | None:
    """The first piece of a reply that is heard."""
    return next(
        (
            piece
            for piece in heard
            if reply.start - SAME <= piece.at < reply.until - SAME
            # What came long before lies there on the timeline of a conversation that was left.
            and piece.came >= reply.told - BEFORE
            and piece.levels.max(initial=0) >= AUDIBLE
        ),
        None,
    )


def sounds_until(heard: Sequence[Heard], since: float) -> float:
    """When the last sound is over of what came since; -inf where there was none."""
    ends = [
        piece.plays + end
        for piece in heard
        if piece.came >= since and (end := last_heard(piece.levels)) is not None
    ]
    return max(ends, default=-inf)


def exchanges(marks: Sequence[Mark], log: Log, zero: float) -> tuple[Exchange, ...]:
    """What became of each turn; in seconds after `zero`."""
    known = replies(log.told)
    bounds = [*(mark.began for mark in marks[1:]), inf]
    return tuple(_exchange(mark, until, known, log, zero) for mark, until in zip(marks, bounds, strict=True))


def _exchange(mark: Mark, until: float, known: Sequence[Reply], log: Log, zero: float) -> Exchange:
    own = [reply for reply in known if mark.began <= reply.told < until]
    piece = next((found for reply in own if (found := first_sound(reply, log.heard))), None)
    turn = mark.turn
    return Exchange(
        said=turn.words,
        began=mark.began - zero,
        ended=mark.ended - zero,
        typed=turn.deed != "says" and turn.deed != "sounds",
        heard=" / ".join(_texts("transcript", log.told, mark.began, until)),
        answered=" ".join(filter(None, (reply.text.strip() for reply in own))) or mark.outcome,
        first=None if piece is None else heard_at(piece) - zero,
        silent=_silent(mark, until, known, log, zero),
        expects=turn.expects,
    )


def _silent(mark: Mark, until: float, known: Sequence[Reply], log: Log, zero: float) -> float | None:
    """When what was being said fell silent for this turn; None: it did not."""
    broken = [reply.interrupted for reply in known if reply.told < mark.began <= reply.interrupted < until]
    if not broken:
        return None
    return min([*broken, *(cut for cut in log.cuts if mark.began <= cut)]) - zero


def _texts(kind: str, told: Iterable[Told], since: float, until: float) -> list[str]:
    return [
        message.fields["text"]
        for message in told
        if message.fields["type"] == kind and message.fields["final"] and since <= message.came < until
    ]


def events(told: Iterable[Told], zero: float) -> tuple[tuple[float, str, str], ...]:
    """What a report shows of what the server told: when, kind and text."""
    return tuple(
        (message.came - zero, kind, text)
        for message in told
        if (kind := message.fields["type"]) in TELLING and (text := _worth(message.fields))
    )


def _worth(fields: Fields) -> str:
    """What of a message is shown; "" for what will be told better."""
    if fields["type"] == "transcript" and not fields["final"]:
        return ""
    return str(fields[TELLING[fields["type"]]])
