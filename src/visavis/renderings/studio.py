"""The studio: opens face, portrait and voice for an order, and makes, marks and signs its film.

Owns the voice engines, which all films share. Refuses to know which engines there are and what is registered:
it is given what makes the ones and finds the others.
"""

import contextlib
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Final, Protocol

from visavis.avatars.database.tables import Avatar
from visavis.avatars.database.tables import Voice as Registered
from visavis.avatars.registry import usable
from visavis.contracts import Face, Prepared, Tts, Voice, title_of
from visavis.credentials import Facts, Signer, noticed, sign
from visavis.errors import InputError, UnknownName
from visavis.language import clauses, detect
from visavis.media import Language, Portrait
from visavis.render import Film, Finish, Progress, film, prepared_from, unfinished
from visavis.renderings.failure import UnusableDefault
from visavis.renderings.order import Order
from visavis.soundtrack import Track, spoken
from visavis.stopwatch import Stopwatch
from visavis.streams import Worker, closing

TELLING: Final = 2000
"""Characters from which the language of a text is told, for the notice and the credentials."""


class Cast(Protocol):
    """Who is registered, by id or name. Raises UnknownName."""

    async def avatar(self, owner: str, which: str) -> Avatar: ...

    async def voice(self, owner: str, which: str) -> Registered: ...

    async def face(self, owner: str, which: str, engine: Face, width: int, height: int) -> Prepared:
        """A registered avatar as an engine wants it, at a size in pixels. Raises ConsentError, too."""
        ...

    async def speaker(self, owner: str, which: str, tts: Tts) -> Voice:
        """A voice of an engine's own by its name, or one that resembles a registered one.

        Raises ConsentError, too.
        """
        ...


class Workshop:
    """A Studio. Its voices are made when they are first needed, and closed with it.

    tts: makes the voice that speaks.
    face: makes the engine that moves one film's face, from its frames a second and its seed.
    portrait: who speaks where no avatar is named, at a width and a height in pixels; blocks.
    """

    def __init__(
        self,
        cast: Cast,
        signer: Signer,
        tts: Callable[[], Tts],
        face: Callable[[int, int], Face],
        portrait: Callable[[int, int], Portrait],
    ) -> None:
        self._cast = cast
        self._signer = signer
        self._face = face
        self._portrait = portrait
        self._voices = contextlib.ExitStack()
        self._tts = cache(partial(self._kept, tts))

    def close(self) -> None:
        """Close the voices. Blocks until what they are at is over."""
        self._voices.close()

    async def check(self, owner: str, order: Order) -> None:
        """See jobs.Studio: whether there are such an avatar and such a voice. Raises UnknownName."""
        if order.avatar is not None:
            await self._cast.avatar(owner, order.avatar)
        voices = [voice.name for voice in self._tts().voices]
        if order.voice is not None and order.voice not in voices:
            try:
                await self._cast.voice(owner, order.voice)
            except UnknownName as error:
                raise UnknownName("voice", order.voice, voices) from error

    async def film(self, owner: str, order: Order, out: Path, progress: Progress) -> Film:
        """See jobs.Studio."""
        watch, tts = Stopwatch(), self._tts()
        voice = await self._cast.speaker(owner, order.voice, tts) if order.voice else None
        consents = await self._consents(owner, order, voice)
        async with closing(self._face(order.fps, order.seed)) as face:
            facts = Facts(title_of(face), title_of(tts), _language(order), consents)
            prepared = partial(self._prepared, owner, order, face, watch)
            track, size = self._track(order, voice, watch), (order.width, order.height)
            made = await film(track, face, prepared, out, size, watch, progress, _finish(order))
        # A consent may be taken back while a film is made, and by another process.
        await self._consents(owner, order, voice)
        async with closing(Worker("signing")) as worker:
            await worker.run(partial(sign, out, self._signer, facts))
        return made

    async def _consents(self, owner: str, order: Order, voice: Voice | None) -> tuple[str, ...]:
        """The records by which those who are seen and heard agree. Raises ConsentError where one does not."""
        consents = []
        if order.avatar is not None:
            consents.append(usable(await self._cast.avatar(owner, order.avatar)).consent)
        if order.voice is not None and voice is not None and voice.likeness:
            consents.append(usable(await self._cast.voice(owner, order.voice)).consent)
        return tuple(consents)

    def _track(self, order: Order, voice: Voice | None, watch: Stopwatch) -> Track:
        text = clauses(order.text, order.language)
        return spoken(text, self._tts(), voice, watch, characters=len(order.text))

    async def _prepared(self, owner: str, order: Order, face: Face, watch: Stopwatch) -> Prepared:
        if order.avatar is None:
            portrait = partial(self._default, order.width, order.height)
            return await prepared_from(portrait, face, watch)
        with watch.timing("prepare"):
            return await self._cast.face(owner, order.avatar, face, order.width, order.height)

    def _default(self, width: int, height: int) -> Portrait:
        """Nobody who orders has chosen it, and so nobody is to blame for it but who runs the server."""
        try:
            return self._portrait(width, height)
        except InputError as error:
            raise UnusableDefault(str(error)) from error

    def _kept(self, make: Callable[[], Tts]) -> Tts:
        return self._voices.enter_context(contextlib.closing(make()))


def _finish(order: Order) -> Finish:
    """What is done to every picture: a notice is drawn, if one was ordered."""
    return partial(noticed, language=_language(order)) if order.notice else unfinished


def _language(order: Order) -> Language:
    return order.language or detect(order.text[:TELLING])
