"""A server that runs somewhere, by its URL: it says texts, converses, and is visited by many.

Owns what is known of it from outside: what it says of itself, whom it shows, what it uses. Refuses to start
or change one.
"""

import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import quote

import numpy as np

from visavis.contracts import Tts
from visavis.errors import EngineError, UnknownName, VisavisError
from visavis.evaluate.client.address import Address, Door, opened
from visavis.evaluate.client.processes import Used
from visavis.evaluate.client.received import Fields, Lost
from visavis.evaluate.scenarios import Scenario
from visavis.evaluate.scenarios.conversation import Conversation
from visavis.evaluate.scenarios.load import Load
from visavis.evaluate.subjects import Door as Way
from visavis.evaluate.subjects import Progress, Setup, Unable
from visavis.evaluate.subjects._conversing import conversed
from visavis.evaluate.subjects._crowding import Usage, crowded
from visavis.evaluate.subjects._uttering import uttered
from visavis.evaluate.takes import Material
from visavis.media import Portrait
from visavis.plugins import engine
from visavis.streams import Worker, closing

SPEAKS: Final = "espeak"
"""The voice of visitors, in all languages."""

KINDS: Final = frozenset({"utterance", "conversation", "load"})

FIGURES: Final = ("process_cpu_seconds_total", "process_resident_memory_bytes")
"""What Prometheus is told of a process."""


class Server:
    """One server. door: to it. health: what it says of itself. choice: who is selected, by wire names.

    portrait: finds who is meant to speak; None where nobody knows. tts: the visitors' voice. usage: what the
    server uses. last_words: what it has said last, as the end of a sentence, where that is known.
    """

    def __init__(
        self,
        door: Door,
        health: Fields,
        choice: Mapping[str, str],
        portrait: Callable[[], Awaitable[Portrait | None]],
        tts: Tts,
        worker: Worker,
        usage: Usage,
        last_words: Callable[[], str] = lambda: "",
    ) -> None:
        self._door, self._health, self._choice = door, health, choice
        self._find_portrait, self._tts, self._worker = portrait, tts, worker
        self._portrait: tuple[Portrait | None] | None = None
        self._usage, self._last_words = usage, last_words

    @property
    def configuration(self) -> Mapping[str, str | int]:
        """The engines that it names, and who is selected."""
        engines = {kind: str(found.get("name", "")) for kind, found in self._health["engines"].items()}
        return {
            "url": self._door.address.url,
            **engines,
            "voice": self._choice.get("voice", "by language"),
            "portrait": self._choice.get("avatar_id", "default"),
        }

    async def perform(self, scenario: Scenario, folder: Path, progress: Progress) -> Material:
        """What came of a scenario. Raises EngineError, also for a server that is gone; InputError."""
        try:
            return await self._performed(scenario, folder, progress)
        except Lost as error:
            raise EngineError(f"{error}{self._last_words()}") from error

    async def _performed(self, scenario: Scenario, folder: Path, progress: Progress) -> Material:
        address, choice = self._door.address, self._choice
        if isinstance(scenario.script, Conversation):
            self._check_ears(scenario.script)
            return await conversed(scenario, address, choice, self._tts, self._worker, folder, progress)
        if isinstance(scenario.script, Load):
            return await crowded(scenario, address, choice, self._usage, progress)
        take = await uttered(scenario, self._door, choice, self._worker, folder, progress)
        self._portrait = self._portrait or (await self._find_portrait(),)
        return replace(take, portrait=await self._worker.run(partial(sized, *self._portrait, take.size)))

    def _check_ears(self, script: Conversation) -> None:
        """Raises Unable where something is said to a server that hears nothing."""
        if not any(turn.deed == "says" for turn in script.turns):
            return
        for kind in ("vad", "asr"):
            ear = self._health["engines"].get(kind, {})
            if ear.get("state") != "works":
                raise Unable(f"the server does not hear what is said: {ear.get('sentence') or kind}")


def sized(portrait: Portrait | None, size: tuple[int, int]) -> Portrait | None:
    """The same portrait for pictures of another size; None where they have another shape. Blocks."""
    import cv2

    if portrait is None or portrait.size == size:
        return portrait
    width, height = portrait.size
    if width * size[1] != height * size[0]:
        return None
    scale = size[0] / width
    pixels = cv2.resize(portrait.pixels, size, interpolation=cv2.INTER_AREA)
    return replace(
        portrait,
        pixels=np.asarray(pixels, np.uint8),
        landmarks=portrait.landmarks * np.float32(scale),
        irises=portrait.irises * np.float32(scale),
    )


def pictured(content: bytes) -> Portrait | None:
    """The portrait on a picture that is framed already; None where no face is found on it. Blocks.

    Raises:
        ModelError: the networks that find faces cannot be had.
    """
    from visavis.models import Store
    from visavis.portrait import picture
    from visavis.portrait.faces import Finder

    pixels = picture.read(content)
    face = next(iter(Finder(Store().files("face")).faces(pixels)), None)
    if face is None:
        return None
    return Portrait(pixels, face.landmarks, face.irises, face.yaw, face.pitch, face.roll)


async def selected(door: Door, setup: Setup) -> dict[str, str]:
    """Whom conversations and videos are to show and speak with.

    Raises:
        InputError: the server has no such avatar or voice.
    """
    choice: dict[str, str] = {}
    if setup.avatar is not None:
        found = await door.fields(f"/avatar/{quote(setup.avatar, safe='')}/info")
        choice["avatar_id"] = str(found.get("avatar_id", setup.avatar))
    if setup.voice is not None:
        voices = (await door.fields("/api/v1/voices")).get("voices")
        listed = voices if isinstance(voices, list) else []
        known = [str(voice.get("name")) for voice in listed if isinstance(voice, dict)]
        if setup.voice not in known:
            raise UnknownName(f"voice of {door.address.url}", setup.voice, known)
        choice["voice"] = setup.voice
    return choice


async def portrait_of(door: Door, setup: Setup, choice: Mapping[str, str], worker: Worker) -> Portrait | None:
    """Who is meant to speak: the photo that the user names, or as the server shows it; None: nobody knows."""
    if setup.portrait is not None:
        return await worker.run(partial(setup.portrait, *setup.size))
    try:
        which = quote(choice.get("avatar_id", "default"), safe="")
        return await worker.run(partial(pictured, await door.content(f"/avatar/{which}/picture")))
    except VisavisError as error:
        logging.warning("who is meant to speak is not known, and not compared with: %s", error)
        return None


async def usage_of(door: Door) -> Used | None:
    """What the server's own process uses, by its figures for Prometheus; None where it does not tell."""
    try:
        lines = (await door.content("/metrics")).decode("utf-8", "replace").splitlines()
        told = {
            name: float(value)
            for line in lines
            for name, _, value in [line.partition(" ")]
            if name in FIGURES
        }
        return Used(told[FIGURES[0]], int(told[FIGURES[1]]))
    except (VisavisError, ValueError, OverflowError, KeyError):
        return None


@contextlib.asynccontextmanager
async def met(
    address: Address,
    setup: Setup,
    usage: Usage | None = None,
    last_words: Callable[[], str] = lambda: "",
) -> AsyncIterator[Server]:
    """A server, when it has been made sure that it is one.

    usage: what it uses, where that is known better than from its figures. last_words: as in Server.

    Raises:
        InputError: nobody is there, it is no server of visavis, the key or a name is wrong.
    """
    async with (
        opened(address) as door,
        closing(Worker("subject")) as worker,
        closing(engine("tts", SPEAKS)()) as tts,
    ):
        health = await door.checked()
        choice = await selected(door, setup)
        yield Server(
            door,
            health,
            choice,
            partial(portrait_of, door, setup, choice, worker),
            tts,
            worker,
            usage or partial(usage_of, door),
            last_words,
        )


@contextlib.asynccontextmanager
async def entered(setup: Setup) -> AsyncIterator[Server]:
    """The server at the URL that the user names. Raises as `met` does."""
    async with met(Address(setup.url, setup.key), setup) as server:
        yield server


DOORS: Final = (Way("server", KINDS, True, entered),)
