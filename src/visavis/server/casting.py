"""Whom a conversation shows and lets speak: what a client selects, found in its owner's name.

Owns the default portrait, prepared once. Refuses whoever has not agreed, or no longer.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from visavis.avatars.registry import usable
from visavis.contracts import Prepared
from visavis.conversation.cast import Engines, Role, as_it_is
from visavis.credentials import noticed
from visavis.errors import InputError
from visavis.media import Pixels, Portrait
from visavis.render import Finish
from visavis.renderings.failure import UnusableDefault
from visavis.streams import Worker, closing

if TYPE_CHECKING:
    from visavis.media import Language
    from visavis.server.parts import Registry
    from visavis.transports.messages import Select


T = TypeVar("T")


class Casting:
    """Gives roles to engines that are open by then.

    engines: raises NoRoom as long as they are not. portrait: who speaks where no avatar is selected, at a
    width and a height in pixels; blocks. side: of the pictures, in pixels. system: what a language model is
    told first. marked: whether every picture says that it was made.
    """

    def __init__(
        self,
        registry: "Registry",
        engines: Callable[[], Engines],
        portrait: Callable[[int, int], Portrait],
        side: int,
        system: str = "",
        *,
        marked: bool = False,
    ) -> None:
        self._registry = registry
        self._engines = engines
        self._portrait = portrait
        self._size = side, side
        self._system = system
        self._marked = marked
        self._preparing = asyncio.Lock()
        self._default: Prepared | None = None
        self._picture: bytes | None = None

    async def __call__(self, owner: str, select: "Select") -> Role:
        """The role for an owner's selection: ids or names; what is not selected is the usual.

        Raises:
            NoRoom: the engines are being opened. UnknownName: there is no such avatar or voice.
            ConsentError: a consent was taken back. AudioError, PortraitError: the engine cannot use it.
        """
        engines = self._engines()
        uses: set[str] = set()
        if select.avatar_id:
            row = usable(await self._registry.avatar(owner, select.avatar_id))
            uses.add(row.id)
            prepared = await self._registry.face(owner, row.id, engines.face, *self._size)
        else:
            prepared = await self.default()
        voice = await self._registry.speaker(owner, select.voice, engines.tts) if select.voice else None
        if voice is not None and voice.likeness and select.voice:
            uses.add((await self._registry.voice(owner, select.voice)).id)
        return Role(
            prepared=prepared,
            size=self._size,
            voice=voice,
            language=select.language,
            system=self._system,
            finish=self._finish(select.language),
            uses=frozenset(uses),
        )

    async def default(self) -> Prepared:
        """The default portrait as the engine wants it; whoever asks first waits a second for it.

        Raises:
            UnusableDefault: nobody who talks has chosen it, and so whoever runs the server is to blame.
        """
        face = self._engines().face
        async with self._preparing:
            if self._default is None:
                portrait = await self._at_work(partial(self._portrait, *self._size))
                self._default = await self._at_work(partial(face.prepare, portrait))
        return self._default

    async def picture(self, owner: str, avatar: str | None) -> bytes:
        """A JPEG of an avatar, as large and framed as in a conversation; None is the default portrait.

        Raises as the call does.
        """
        if avatar is not None:
            portrait = await self._registry.portrait(owner, avatar, *self._size)
            return await self._at_work(partial(_jpeg, portrait.pixels))
        if self._picture is None:
            portrait = await self._at_work(partial(self._portrait, *self._size))
            self._picture = await self._at_work(partial(_jpeg, portrait.pixels))
        return self._picture

    async def _at_work(self, work: Callable[[], T]) -> T:
        try:
            async with closing(Worker("portrait")) as worker:
                return await worker.run(work)
        except InputError as error:
            raise UnusableDefault(str(error)) from error

    def _finish(self, language: "Language | None") -> Finish:
        return partial(noticed, language=language or "en") if self._marked else as_it_is


def _jpeg(pixels: Pixels) -> bytes:
    """Blocks."""
    from visavis.intake.stills import jpeg

    return jpeg(pixels)
