"""Who is seen and heard in what a command makes: a photo, or an avatar and a voice that are registered."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from visavis.commands.showing import note

if TYPE_CHECKING:
    from visavis.avatars.registry import Registry
    from visavis.config import Settings
    from visavis.contracts import Face, Prepared, Tts, Voice
    from visavis.media import Portrait
    from visavis.stopwatch import Stopwatch

Faces: TypeAlias = "tuple[Callable[[], Awaitable[Portrait]], Callable[[], Awaitable[Prepared]]]"


@dataclass(frozen=True, slots=True)
class Cast:
    """Ready to be filmed.

    portrait, prepared: the face, framed, and as the engine wants it; whichever is asked for is made.
    voice: None where the text decides, or where nothing is spoken.
    consents: ids of the records by which those who are registered have agreed.
    """

    portrait: "Callable[[], Awaitable[Portrait]]"
    prepared: "Callable[[], Awaitable[Prepared]]"
    voice: "Voice | None" = None
    consents: tuple[str, ...] = ()


@contextlib.asynccontextmanager
async def casting(
    settings: "Settings",
    photo: Path | None,
    avatar: str | None,
    voice: str | None,
    face: "Face",
    tts: "Tts | None",
    size: tuple[int, int],
    watch: "Stopwatch",
) -> AsyncIterator[Cast]:
    """Find everybody; what is registered is only opened where it is asked for.

    photo: None for the one that is set, or the demo portrait. avatar, voice: names or ids.

    Raises:
        UnknownName: there is no such avatar or voice. ConsentError: the consent was taken back.
    """
    from visavis.avatars.people import LOCAL
    from visavis.commands.opening import registry

    speaker = next((one for one in tts.voices if one.name == voice), None) if tts else None
    unknown = tts is not None and voice is not None and speaker is None
    if avatar is None and not unknown:
        yield Cast(*_photographed(settings, photo, face, size, watch), speaker)
        return
    async with registry(settings) as opened:
        consents = []
        if tts is not None and voice is not None:
            speaker = await opened.speaker(LOCAL, voice, tts)
            if speaker.likeness:
                consents.append((await opened.voice(LOCAL, voice)).consent)
        if avatar is None:
            faces = _photographed(settings, photo, face, size, watch)
        else:
            row = await opened.avatar(LOCAL, avatar)
            consents.append(row.consent)
            faces = _known(opened, row.id, face, size, watch)
        yield Cast(*faces, speaker, tuple(consents))


def _known(opened: "Registry", avatar: str, face: "Face", size: tuple[int, int], watch: "Stopwatch") -> Faces:
    """The same as `_photographed`, of a registered avatar."""
    from visavis.avatars.people import LOCAL

    async def prepared() -> "Prepared":
        with watch.timing("prepare"):
            return await opened.face(LOCAL, avatar, face, *size)

    return partial(opened.portrait, LOCAL, avatar, *size), prepared


def _photographed(
    settings: "Settings", photo: Path | None, face: "Face", size: tuple[int, int], watch: "Stopwatch"
) -> Faces:
    """What frames the face of a photo, and what prepares it; the models that it takes are fetched at once."""
    from visavis.commands.opening import files
    from visavis.render import prepared_from
    from visavis.streams import Worker, closing

    networks = files("face")
    source = photo or settings.default_reference_image
    if source is None:
        note("no --portrait is given, so the demo portrait speaks")
        source = next(iter(files("demo-portrait").values()))

    def framed() -> "Portrait":
        from visavis.portrait import take
        from visavis.portrait.faces import Finder

        portrait = take(source, Finder(networks), *size)
        for sentence in portrait.notes:
            note(sentence)
        return portrait

    async def taken() -> "Portrait":
        async with closing(Worker("portrait")) as worker:
            return await worker.run(framed)

    return taken, partial(prepared_from, framed, face, watch)
