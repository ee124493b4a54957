"""A conversation as a visitor has it: what is done when, and what came of it.

Owns when a turn begins, and how long is waited for what. Refuses to judge: what was expected and what came
stand side by side in the exchanges.
"""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from math import inf
from pathlib import Path
from typing import Final, cast

import numpy as np

from visavis.contracts import Tts
from visavis.errors import EngineError
from visavis.evaluate.client import sounding
from visavis.evaluate.client.address import Address
from visavis.evaluate.client.loudness import voiced
from visavis.evaluate.client.microphone import RATE
from visavis.evaluate.client.received import Fields, heard_at, now
from visavis.evaluate.client.reel import Reel
from visavis.evaluate.client.sounding import Speaker
from visavis.evaluate.client.websocket import PAGE, WebSocketClient, connected
from visavis.evaluate.scenarios import Scenario
from visavis.evaluate.scenarios.conversation import BEGINS_ANEW, GOES_ON, Conversation, Turn
from visavis.evaluate.subjects import Progress, Unable
from visavis.evaluate.subjects._following import (
    Log,
    Mark,
    events,
    exchanges,
    first_sound,
    replies,
    sounds_until,
)
from visavis.evaluate.takes import Dialogue
from visavis.media import Language, Samples
from visavis.streams import Worker

BREATH: Final = 0.4
"""Seconds between the avatar's last sound and a turn."""

NOTHING: Final = 2.1
"""Seconds after which nothing will be answered any more: more than the longest silence that ends a turn."""

LEAD, TAIL = 0.5, 1.0
"""Seconds of noise before and behind what is said in it."""

LONGEST: Final = 180.0
"""Seconds that one answer may last."""

COMES: Final = 20.0
"""Seconds in which an answer that is to be talked into has begun."""


class Visit:
    """One visitor, who may lose the connection and come back. choice: fields of the selection."""

    def __init__(self, address: Address, choice: Mapping[str, str], reel: Reel) -> None:
        self._address, self._choice, self._reel = address, choice, reel
        self._before = Log()
        self._stack = contextlib.AsyncExitStack()
        self.client: WebSocketClient

    async def __aenter__(self) -> "Visit":
        await self._come(self._choice)
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._stack.aclose()

    @property
    def log(self) -> Log:
        """All that came so far."""
        return self._before + Log(self.client.told, self.client.heard, self.client.cuts)

    async def returned(self, seconds: float) -> bool:
        """Be gone without a word, and come back; whether the conversation goes on."""
        token = str(self.client.messages("session")[-1].fields["session"])
        self.client.vanish()
        self._reel.cut(now())
        self._before = self.log
        await self._stack.aclose()
        await asyncio.sleep(seconds)
        await self._come({**self._choice, "session": token})
        return bool(self.client.messages("session")[-1].fields["resumed"])

    async def leave(self) -> None:
        """For good."""
        await self.client.leave()

    async def _come(self, choice: Mapping[str, str]) -> None:
        async with contextlib.AsyncExitStack() as stack:
            self.client = await stack.enter_async_context(
                connected(self._address, choice=choice, reel=self._reel)
            )
            try:
                await self.client.until(lambda: self.client.seen)
            except TimeoutError:
                raise EngineError(f"{self._address.url} shows nobody to who has come to converse") from None
            self._stack = stack.pop_all()


async def conversed(
    scenario: Scenario,
    address: Address,
    choice: Mapping[str, str],
    tts: Tts,
    worker: Worker,
    folder: Path,
    progress: Progress,
) -> Dialogue:
    """What came of a conversation, with a film of it.

    choice: whom the visitor selects. tts: what he speaks with.

    Raises:
        EngineError: it could not be held; why is told.
    """
    script = cast(Conversation, scenario.script)
    held_in = script.language(scenario.language)
    sounds = [await sound_of(turn, turn.language or scenario.language, tts) for turn in script.turns]
    reel = Reel()
    async with Visit(address, {**PAGE, **choice, "language": held_in or "auto"}, reel) as visit:
        marks = await performed(visit, script.turns, sounds, progress)
        await visit.leave()
        log = visit.log
    zero = reel.begin or 0.0
    video = folder / f"{scenario.name}.mp4"
    await worker.run(lambda: reel.write(video))
    return Dialogue(
        scenario=scenario.name,
        language=scenario.language,
        exchanges=exchanges(marks, log, zero),
        video=video,
        events=events(log.told, zero),
    )


async def sound_of(turn: Turn, language: Language, tts: Tts) -> Samples:
    """What the microphone is to hear in a turn, without noise; nothing where it is to hear nothing."""
    if turn.deed == "says":
        return sounding.scaled(
            await sounding.spoken(turn.text, Speaker(language, turn.voice), tts), 3 * sounding.LOUD
        )
    if turn.deed == "sounds":
        return sounding.burst(turn.burst)
    return sounding.silence(turn.seconds if turn.deed == "waits" and turn.noise else 0.0)


async def performed(
    visit: Visit, turns: Sequence[Turn], sounds: Sequence[Samples], progress: Progress
) -> list[Mark]:
    """All turns, one after the other, and what the last one leads to."""
    marks: list[Mark] = []
    for number, (turn, sound) in enumerate(zip(turns, sounds, strict=True)):
        progress(number, len(turns))
        if turn.during is None:
            await _settled(visit)
        else:
            asked = next((mark for mark in reversed(marks) if mark.turn.asks), marks[0])
            await _into(visit, asked, turn.during, number + 1)
        marks.append(await _done(visit, turn, sound))
        talked_into = number + 1 < len(turns) and turns[number + 1].during is not None
        if not talked_into:
            await _outcome(visit, marks[-1])
    await _settled(visit)
    progress(len(turns), len(turns))
    return marks


async def _done(visit: Visit, turn: Turn, sound: Samples) -> Mark:
    """A turn, done; it is over when it has been said."""
    began = now()
    match turn.deed:
        case "types":
            await visit.client.send({"type": "chat_input", "text": turn.text})
        case "has_read":
            message: Fields = {"type": "text_input", "text": turn.text}
            await visit.client.send(message | ({"language": turn.language} if turn.language else {}))
        case "stops":
            await visit.client.send({"type": "interrupt"})
        case "returns_after":
            goes_on = await visit.returned(turn.seconds)
            return Mark(turn, began, now(), GOES_ON if goes_on else BEGINS_ANEW)
        case "waits" if not len(sound):
            await asyncio.sleep(turn.seconds)
            return Mark(turn, began, now())
        case _:
            return await _heard(visit, turn, sound)
    return Mark(turn, began, began)


async def _heard(visit: Visit, turn: Turn, sound: Samples) -> Mark:
    """What the microphone hears in a turn, with the noise in which it is said."""
    first, last = voiced(sound, RATE) if sound.any() else (0, len(sound))
    lead = 0.0
    if turn.noise is not None:
        lead = LEAD if turn.deed != "waits" else 0.0
        padded = np.pad(sound, (round(lead * RATE), round(TAIL * RATE) if lead else 0))
        sound = sounding.with_noise(padded, turn.noise, turn.snr)
    began = await visit.client.voice.speak(sound) + lead
    mark = Mark(turn, began + first / RATE, began + last / RATE)
    await asyncio.sleep(mark.ended - now())
    return mark


async def _outcome(visit: Visit, mark: Mark) -> None:
    """Wait for what a turn leads to, as far as it can be waited for: an answer that begins, or none."""
    if mark.turn.deed == "returns_after":
        return
    patience = mark.turn.patience if mark.turn.asks else NOTHING if mark.turn.deed != "stops" else 0.0
    try:
        await visit.client.until(
            lambda: _answered(visit, mark) or _deaf(visit, mark), mark.ended + patience - now()
        )
    except TimeoutError:
        return
    if deaf := _deaf(visit, mark):
        raise Unable(deaf)


def _answered(visit: Visit, mark: Mark) -> bool:
    """Whether something that belongs to a turn is heard."""
    log = visit.log
    own = [reply for reply in replies(log.told) if reply.told >= mark.began]
    return any(first_sound(reply, log.heard) for reply in own)


def _deaf(visit: Visit, mark: Mark) -> str:
    """Why the server cannot understand what was said; "" where it can."""
    failed = visit.client.messages("error", mark.began)
    return next((str(told.fields["detail"]) for told in failed if told.fields["code"] == "ear"), "")


async def _into(visit: Visit, asked: Mark, during: float, number: int) -> None:
    """Wait until so many seconds of what is being answered have been heard, unless it is broken off before.

    asked: the turn that it answers.
    """
    client = visit.client

    def answer() -> tuple[float, bool]:
        """When it was first heard, inf: it was not as yet; and whether it was broken off."""
        log = visit.log
        own = [reply for reply in replies(log.told) if reply.told >= asked.began]
        piece = first_sound(own[0], log.heard) if own else None
        return (inf if piece is None else heard_at(piece)), bool(own) and own[0].interrupted < inf

    try:
        await client.until(lambda: answer()[0] < inf or _deaf(visit, asked), COMES)
    except TimeoutError:
        raise EngineError(
            f"turn {number} is to begin while the avatar speaks, and it did not speak"
        ) from None
    if deaf := _deaf(visit, asked):
        raise Unable(deaf)
    heard, _ = answer()
    await asyncio.sleep(heard + during - now())
    _, broken_off = answer()
    if client.state != "speaking" and not broken_off:
        raise EngineError(
            f"turn {number} is to begin {during:g} s after the avatar was first heard, and it was silent by "
            "then; let it say more, or begin earlier"
        )


async def _settled(visit: Visit) -> None:
    """Wait until the avatar has said all, its last sound has been heard, and a breath is over."""
    client = visit.client
    client.ensure_there()
    try:
        await client.until(lambda: client.state in ("idle", "listening"), LONGEST)
    except TimeoutError:
        raise EngineError(
            f"the avatar was still {client.state} after {LONGEST:g} s; it has to come to an end"
        ) from None
    await asyncio.sleep(max(0.0, sounds_until(client.heard, now() - LONGEST) - now()) + BREATH)
