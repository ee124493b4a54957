"""Who is evaluated, as a command line says: a photo or an avatar, a voice, engines here, or a server."""

import argparse
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from visavis.commands.process import until_told
from visavis.commands.showing import note

if TYPE_CHECKING:
    from visavis.config import Settings
    from visavis.contracts import Tts, Voice, VoiceSample
    from visavis.evaluate.subjects import Setup
    from visavis.media import Portrait

    Taken: TypeAlias = Callable[[int, int], Portrait]

TTS: Final = "espeak"


def candidate(args: argparse.Namespace, settings: "Settings") -> "Setup":
    """What is asked for, with what is registered opened, and models fetched.

    Raises:
        UnknownName: there is no such engine, voice or avatar. ConsentError: the consent was taken back.
        PortraitError: the photo is of no use.
    """
    from visavis.evaluate.subjects import Setup
    from visavis.plugins import engine, face_named

    asked = Setup(
        settings,
        photo=args.portrait,
        avatar=args.avatar,
        voice=args.voice,
        tts=args.tts or TTS,
        face=args.face or face_named(settings.avatar_backend),
        seed=args.seed,
        url=args.url,
        key=args.key,
    )
    if args.url:
        return replace(asked, portrait=_photographed(args.portrait) if args.portrait else None)
    # Before anything is written: whether these are there.
    engine("tts", asked.tts)
    engine("face", asked.face)
    if args.voice is not None:
        speaker, sample = _speaker(settings, args.voice, asked.tts)
        asked = replace(asked, speaker=speaker, reference=sample)
    if args.avatar is not None:
        taken = _registered(settings, args.avatar)
    else:
        photo = args.portrait or settings.default_reference_image or _demo()
        asked, taken = replace(asked, photo=photo), _photographed(photo)
    for sentence in taken(*asked.size).notes:
        note(sentence)
    return replace(asked, portrait=taken)


def _demo() -> Path:
    from visavis.commands.opening import files

    note("no --portrait is given, so the demo portrait speaks")
    return next(iter(files("demo-portrait").values()))


def _photographed(photo: Path) -> "Taken":
    """What takes the portrait of a photo; the models that it takes are fetched at once."""
    from visavis.commands.opening import files

    networks = files("face")

    @cache
    def taken(width: int, height: int) -> "Portrait":
        from visavis.portrait import take
        from visavis.portrait.faces import Finder

        return take(photo, Finder(networks), width, height)

    return taken


def _registered(settings: "Settings", avatar: str) -> "Taken":
    """The same of an avatar."""

    @cache
    def taken(width: int, height: int) -> "Portrait":
        import asyncio

        from visavis.commands.casting import registered

        # On the subject's own thread, which has no loop.
        portrait, _ = asyncio.run(registered(settings, avatar, (width, height)))
        return portrait

    return taken


def _speaker(settings: "Settings", name: str, tts: str) -> "tuple[Voice, VoiceSample | None]":
    """A voice of the engine's own; or one that is registered, and the sample of whom it is meant to be."""
    from visavis.commands.casting import own_voice
    from visavis.plugins import engine

    made: Tts = engine("tts", tts)()
    with closing(made):
        own = own_voice(made, name)
        return (own, None) if own is not None else until_told(_resembling(settings, name, made))


async def _resembling(settings: "Settings", name: str, tts: "Tts") -> "tuple[Voice, VoiceSample]":
    from visavis.avatars.people import LOCAL
    from visavis.commands.opening import registry
    from visavis.contracts import VoiceSample
    from visavis.sound import read

    async with registry(settings) as opened:
        speaker = await opened.speaker(LOCAL, name, tts)
        row = await opened.voice(LOCAL, name)
        sound = read(await opened.vault.get(LOCAL, f"{row.id}/sample"))
    return speaker, VoiceSample(sound.samples, sound.rate)
