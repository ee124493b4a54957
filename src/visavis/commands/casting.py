"""Who is seen and heard in what a command makes: a photo, or an avatar and a voice that are registered."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from visavis.commands.showing import note

if TYPE_CHECKING:
    from visavis.avatars.registry import Registry
    from visavis.config import Settings
    from visavis.contracts import Face, Prepared, Tts, Voice
    from visavis.media import Portrait
    from visavis.stopwatch import Stopwatch

    Framed: TypeAlias = Callable[[], Portrait]


@dataclass(frozen=True, slots=True)
class Cast:
    """Ready to be filmed.

    prepared: gives the face as the engine wants it.
    voice: None where the text decides, or where nothing is spoken.
    consents: ids of the records by which those who are registered have agreed.
    """

    prepared: "Callable[[], Awaitable[Prepared]]"
    voice: "Voice | None" = None
    consents: tuple[str, ...] = ()


def photographed(settings: "Settings", photo: Path | None, size: tuple[int, int]) -> "Framed":
    """What takes the portrait of a photo, once; the models that it takes are fetched at once.

    photo: None for the one that is set, or the demo portrait.
    """
    from visavis.commands.opening import files

    networks = files("face")
    source = photo or settings.default_reference_image
    if source is None:
        note("no --portrait is given, so the demo portrait speaks")
        source = next(iter(files("demo-portrait").values()))

    @cache
    def framed() -> "Portrait":
        from visavis.portrait import take
        from visavis.portrait.faces import Finder

        portrait = take(source, Finder(networks), *size)
        for sentence in portrait.notes:
            note(sentence)
        return portrait

    return framed


def own_voice(tts: "Tts", name: str) -> "Voice | None":
    """An engine's own voice of a name."""
    return next((voice for voice in tts.voices if voice.name == name), None)


async def check_voice(settings: "Settings", name: str, tts: "Tts") -> None:
    """See that an engine can speak with a registered voice.

    Raises:
        UnknownName: there is none. ConsentError: the consent was taken back.
    """
    from visavis.avatars.people import LOCAL
    from visavis.commands.opening import registry

    async with registry(settings) as opened:
        await opened.speaker(LOCAL, name, tts)


async def registered(settings: "Settings", avatar: str, size: tuple[int, int]) -> "tuple[Portrait, str]":
    """The portrait of a registered avatar, by its name or id, and the id of the consent that it rests on.

    Raises:
        UnknownName: there is no such avatar. ConsentError: the consent was taken back.
    """
    from visavis.avatars.people import LOCAL
    from visavis.commands.opening import registry

    async with registry(settings) as opened:
        row = await opened.avatar(LOCAL, avatar)
        return await opened.portrait(LOCAL, row.id, *size), row.consent


@contextlib.asynccontextmanager
async def casting(
    settings: "Settings",
    framed: "Framed | None",
    avatar: str,
    voice: str | None,
    face: "Face",
    tts: "Tts | None",
    size: tuple[int, int],
    watch: "Stopwatch",
) -> AsyncIterator[Cast]:
    """Find everybody; what is registered is only opened where it is asked for.

    framed: the portrait; where it is None, that of the avatar. avatar, voice: names or ids.

    Raises:
        UnknownName: there is no such avatar or voice. ConsentError: the consent was taken back.
    """
    from visavis.render import prepared_from

    own = own_voice(tts, voice) if tts is not None and voice is not None else None
    if framed is not None and (tts is None or voice is None or own is not None):
        yield Cast(partial(prepared_from, framed, face, watch), own)
        return
    # Imported here: it brings the database with it, which takes half of the time to a first frame.
    from visavis.avatars.people import LOCAL
    from visavis.commands.opening import registry

    async with registry(settings) as opened:
        consents = []
        if tts is not None and voice is not None:
            own = await opened.speaker(LOCAL, voice, tts)
            consents += [(await opened.voice(LOCAL, voice)).consent] if own.likeness else []
        prepared: Callable[[], Awaitable[Prepared]]
        if framed is not None:
            prepared = partial(prepared_from, framed, face, watch)
        else:
            row = await opened.avatar(LOCAL, avatar)
            consents.append(row.consent)
            prepared = partial(_known, opened, row.id, face, size, watch)
        yield Cast(prepared, own, tuple(consents))


async def _known(
    opened: "Registry", avatar: str, face: "Face", size: tuple[int, int], watch: "Stopwatch"
) -> "Prepared":
    """What `render.prepared_from` is to a photo."""
    from visavis.avatars.people import LOCAL

    with watch.timing("prepare"):
        return await opened.face(LOCAL, avatar, face, *size)
