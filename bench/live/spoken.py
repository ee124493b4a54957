"""From the end of a spoken question to its answer's first sound at the client; is it the right one?

Questions that the scripted mind knows, spoken by four espeak voices, and a few words of Kennedy's, come
through the microphone in real time. The time begins where the last voiced sample was spoken, so the silence
after which a turn is taken to be over is part of it, and the way of 20 ms pieces to the server. "After the
decision" is the server's own word: from when it took the turn to be over until the first moment of the
answer was given out. What is included at the other end is as in `typed`.
"""

import asyncio
import sys
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from bench.figures import Figure
from bench.live.figures import conditions, milliseconds
from bench.live.house import serving
from bench.live.material import Answers, Turn, questions
from bench.live.transports import CONNECTED, WEBSOCKET
from visavis.evaluate.client.received import Client, heard_at

TURNS: Final = 24
"""Over each transport."""

LATEST: Final = 6.0
"""Seconds after a question by which an answer has begun."""

TOLD: Final = 0.6
"""Seconds that an answer is listened to before it is broken off: its first words are known by then."""


class Answered(NamedTuple):
    """Seconds from the end of a question to its answer's first sound: come, and played; and in the server.

    decided: seconds to the decision that the turn is over. after: from there to the first moment. right:
    whether the answer is one to the question; None: there is none.
    """

    came: float
    played: float
    decided: float
    after: float
    right: bool | None


def measure(turns: int = TURNS) -> Iterator[Figure]:
    yield from asyncio.run(_measured(turns))


async def _measured(turns: int) -> list[Figure]:
    rows: list[Figure] = []
    asked, answers = await questions(turns + 1), Answers()
    async with conditions() as found, serving() as house:
        for name, connected in CONNECTED.items():
            async with connected(house.address) as client:
                await client.clocked()
                done = [await _turn(client, turn, answers) for turn in asked]
                rows += _rows(name, done[1:])
    return [*rows, *found.rows("spoken")]


def _rows(name: str, done: Sequence[Answered | None]) -> Iterator[Figure]:
    answered = [turn for turn in done if turn is not None]
    what = f"{name}, end of speech to first sound"
    yield from milliseconds(what, [turn.came for turn in answered], "<= 900")
    if name == WEBSOCKET:
        yield from milliseconds(f"{what}, played", [turn.played for turn in answered], "<= 900")
    yield from milliseconds(f"{name}, of it until the turn is over", [turn.decided for turn in answered])
    yield from milliseconds(f"{name}, of it after that decision", [turn.after for turn in answered], "<= 300")
    known = [turn.right for turn in answered if turn.right is not None]
    share = [100 * sum(known) / len(known)] if known else []
    yield Figure(f"{name}, questions answered with the right entry, of {len(known)}", "%", share or [0.0], "")
    yield Figure(
        f"{name}, questions without any answer, of {len(done)}", "", [len(done) - len(answered)], "0"
    )


async def _turn(client: Client, turn: Turn, answers: Answers) -> Answered | None:
    """None: nothing was answered."""
    await client.quiet()
    client.forget()
    over = await client.voice.speak(turn.samples) + turn.end
    try:
        await client.until(lambda: client.first_sound(over) and client.messages("timing"), turn.end + LATEST)
    except TimeoutError:
        print(f"no answer to {turn.text!r}; {_understood(client)!r} was understood", file=sys.stderr)
        return None
    sound, stages = client.first_sound(over), client.messages("timing")[-1].fields["stages"]
    assert sound is not None
    await asyncio.sleep(TOLD)
    said = "".join(told.fields["text"] for told in client.messages("reply", over))
    right = answers.are_right(turn.entry, said) if turn.entry else None
    if right is False:
        print(f"{turn.text!r} was understood as {_understood(client)!r}", file=sys.stderr)
    await client.silence()
    return Answered(
        came=sound.came - over,
        played=heard_at(sound) - over,
        decided=stages["turn"],
        after=stages["first"] - stages["turn"],
        right=right,
    )


def _understood(client: Client) -> str:
    transcripts = client.messages("transcript")
    return str(transcripts[-1].fields["text"]) if transcripts else ""
