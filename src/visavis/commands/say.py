"""`visavis say`: a portrait and a text, or a sound, become a video."""

import argparse
import itertools
import json
import logging
import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import asdict
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from visavis.commands.process import process_age, until_told
from visavis.commands.showing import Bar, note
from visavis.commands.typed import Typed
from visavis.errors import InputError, TextError

if TYPE_CHECKING:
    from visavis.commands.casting import Cast, Framed
    from visavis.config import Settings
    from visavis.contracts import Clause, Face, Tts
    from visavis.media import Language
    from visavis.reading import Reader
    from visavis.render import Film, Finish
    from visavis.soundtrack import Track
    from visavis.stopwatch import Stopwatch

SMALLEST, LARGEST = 256, 1024
SLOWEST, FASTEST = 10, 60
SHAPES = {"1:1": (512, 512), "9:16": (576, 1024)}
LONGEST_NAME = 40
TTS = "espeak"

EPILOG = """\
examples:
  visavis say "Hello, I am your avatar." --portrait photo.jpg --out hello.mp4
  visavis say "你好，很高兴认识你。" --portrait photo.jpg --voice mei
  visavis say - --portrait photo.jpg --out story.mp4 < story.txt
  visavis say --audio speech.wav --portrait photo.jpg --size 9:16 --out speech.mp4
  visavis say "What is said in it." --audio speech.wav --portrait photo.jpg
  visavis say --portrait photo.jpg --sheet sheet.png
  visavis say "Hello, I am Ada." --avatar ada --voice ada-voice
"""


def add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    parser = commands.add_parser(
        "say",
        parents=[common],
        help="make a video of a portrait that speaks",
        description="Make a video in which the person on a portrait speaks.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    what = parser.add_argument_group("what is said")
    what.add_argument("text", nargs="?", metavar="TEXT", help="what to say; - reads it from standard input")
    what.add_argument(
        "--audio",
        type=Path,
        metavar="FILE",
        help="a sound or video file to be heard; a TEXT beside it is what is said in it",
    )
    what.add_argument(
        "--language", metavar="LANGUAGE", help="en, zh, es, fa or auto, which finds out (default)"
    )
    what.add_argument("--voice", metavar="NAME", help="a voice, see: visavis voices")
    what.add_argument("--tts", metavar="ENGINE", help=f"speech engine (default: {TTS})")
    who = parser.add_argument_group("who says it")
    who.add_argument("--portrait", type=Path, metavar="FILE", help="a photo (default: a demo portrait)")
    who.add_argument("--avatar", metavar="NAME", help="a registered avatar, see: visavis avatars")
    who.add_argument("--face", metavar="ENGINE", help="face engine (default: the one that is set, else warp)")
    who.add_argument(
        "--seed", type=int, default=0, metavar="N", help="other blinks and nods for another number"
    )
    how = parser.add_argument_group("what comes out")
    how.add_argument(
        "--out", type=Path, metavar="FILE", help="an .mp4, .mov or .mkv file; one there is replaced"
    )
    how.add_argument(
        "--size", type=_size, default="1:1", metavar="SIZE", help="512, 576x1024, 1:1 (default) or 9:16"
    )
    how.add_argument(
        "--fps", type=_fps, default=25, metavar="N", help="frames a second (default: %(default)s)"
    )
    how.add_argument(
        "--sheet", type=Path, metavar="FILE", help="a picture of all mouth shapes and poses as well"
    )
    how.add_argument("--notice", action="store_true", help="say in the picture that it is made")
    how.add_argument("--json", action="store_true", help="print what was made, and how long it took, as JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    from visavis import config
    from visavis.commands.casting import check_voice, own_voice, photographed
    from visavis.commands.opening import check_signer

    since = process_age()
    _check(args)
    settings = config.load()
    with ExitStack() as stack:
        tts: Tts | None = None
        if args.text is not None and args.audio is None:
            # First of all, because it starts a process, and that gets ready while the rest is imported.
            tts = stack.enter_context(closing(_tts(args.tts or TTS)))
            if args.voice is not None and own_voice(tts, args.voice) is None:
                # Before anything is fetched or looked at.
                until_told(check_voice(settings, args.voice, tts))
        out = _out(args)
        face = stack.enter_context(closing(_face(args, settings)))
        framed = photographed(settings, args.portrait, args.size) if args.avatar is None else None
        if args.sheet is not None:
            _make_sheet(args, settings, face, framed)
        if out is not None:
            check_signer(settings)
            film, consents = until_told(_made(args, settings, tts, face, framed, out, since))
            _sign(out, settings, face, tts, _heard(args), consents)
            _report(film, as_json=args.json)


def _size(words: str) -> tuple[int, int]:
    """Width and height in pixels."""
    if words in SHAPES:
        return SHAPES[words]
    width, _, height = words.lower().partition("x")
    try:
        size = int(width), int(height or width)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{words!r} is no size; give 512, 576x1024, 1:1 or 9:16") from None
    if not all(SMALLEST <= side <= LARGEST and side % 2 == 0 for side in size):
        raise argparse.ArgumentTypeError(
            f"{words!r} cannot be made; sides are even and from {SMALLEST} to {LARGEST} pixels"
        )
    return size


def _fps(words: str) -> int:
    if not words.isdecimal() or not SLOWEST <= int(words) <= FASTEST:
        raise argparse.ArgumentTypeError(
            f"{words!r} cannot be; give a whole number from {SLOWEST} to {FASTEST}"
        )
    return int(words)


def _check(args: argparse.Namespace) -> None:
    """Refuse what does not go together."""
    if args.avatar is not None and args.portrait is not None:
        raise InputError("either --portrait or --avatar speaks; leave one of them out")
    if args.text == "-" and args.audio is not None:
        raise InputError("what is said in a sound cannot come from standard input; give it as TEXT")
    if args.text is None and args.audio is None and args.sheet is None:
        raise InputError("there is nothing to say; give a text, - for standard input, or --audio FILE")
    for option, given in (("voice", args.voice), ("tts", args.tts)):
        if given is not None and (args.text is None or args.audio is not None):
            raise InputError(f"--{option} is for a text that is to be spoken; leave it out")
    if args.text is None and args.language is not None:
        raise InputError("--language is for a text; leave it out")
    if args.text is None and args.audio is None and args.out is not None:
        raise InputError("--out is for a video; give a text or --audio FILE for it, or leave it out")
    if args.text is not None and _is_broken(args.text):
        raise TextError("the text is not valid in this terminal's encoding; use UTF-8")


def _is_broken(text: str) -> bool:
    """Whether bytes came in that are no text: Python keeps them as lone surrogates."""
    return any("\ud800" <= character <= "\udfff" for character in text)


def _tts(name: str) -> "Tts":
    from visavis.plugins import engine

    made: Tts = engine("tts", name)()
    return made


def _face(args: argparse.Namespace, settings: "Settings") -> "Face":
    """The engine that was asked for, else the one that is set."""
    from visavis.plugins import engine, face_named

    name = args.face or face_named(settings.avatar_backend)
    made: Face = engine("face", name)(fps=args.fps, seed=args.seed)
    return made


def _out(args: argparse.Namespace) -> Path | None:
    """Where the video goes; None if there is none to make. One that is not named replaces nothing."""
    from visavis.transports.file import CONTAINERS
    from visavis.transports.place import checked

    if args.sheet is not None:
        from visavis.sheet import ENDINGS

        checked(args.sheet, ENDINGS)
    if args.text is None and args.audio is None:
        return None
    out: Path = args.out or _unused(args.audio.stem if args.audio else named_after(args.text))
    checked(out, CONTAINERS)
    if args.audio is not None and out.exists() and args.audio.exists() and out.samefile(args.audio):
        raise InputError(f"{out} would replace the sound that it is made of; give another --out")
    return out


def named_after(text: str) -> str:
    """The first words of a text as the name of a file, without its ending."""
    name = ""
    for word in re.findall(r"\w+", text.lower()):
        if name and len(name) + len(word) >= LONGEST_NAME:
            break
        name = f"{name}-{word}" if name else word[:LONGEST_NAME]
    return name or "speech"


def _unused(name: str) -> Path:
    """name.mp4 in the working folder, or name-2.mp4, and so on."""
    names = itertools.chain([name], (f"{name}-{number}" for number in itertools.count(2)))
    return next(path for path in (Path(f"{name}.mp4") for name in names) if not path.exists())


async def _made(
    args: argparse.Namespace,
    settings: "Settings",
    tts: "Tts | None",
    face: "Face",
    framed: "Framed | None",
    out: Path,
    since: float,
) -> "tuple[Film, tuple[str, ...]]":
    """The film that was asked for, and the ids of the consents that it rests on."""
    from visavis.commands.casting import casting
    from visavis.render import film
    from visavis.stopwatch import Stopwatch

    watch = Stopwatch(since)
    who = (framed, args.avatar, args.voice, face, tts, args.size, watch)
    with ExitStack() as stack:
        async with casting(settings, *who) as cast:
            track = _recorded(args, stack) if tts is None else _spoken(args, tts, cast, watch, stack)
            finish = _finish(args, noticed=args.notice or settings.visible_notice)
            with closing(Bar("speaking", "s")) as bar:
                made = await film(track, face, cast.prepared, out, args.size, watch, bar.at, finish)
    return made, cast.consents


def _finish(args: argparse.Namespace, *, noticed: bool) -> "Finish":
    """What is done to every picture."""
    from visavis.render import unfinished

    if not noticed:
        return unfinished
    from visavis.credentials import noticed as with_notice

    return partial(with_notice, language=_heard(args) or "en")


def _make_sheet(
    args: argparse.Namespace, settings: "Settings", face: "Face", framed: "Framed | None"
) -> None:
    from visavis.commands.casting import registered
    from visavis.sheet import Poser, close_up, write_sheet

    if not isinstance(face, Poser):
        raise InputError(f"{type(face).__name__} cannot pose for a contact sheet; use --face warp")
    consents: list[str] = []
    if framed is not None:
        portrait = framed()
    else:
        portrait, *consents = until_told(registered(settings, args.avatar, args.size))
    write_sheet(face, face.prepare(portrait), close_up(portrait), args.sheet)
    _sign(args.sheet, settings, face, None, None, tuple(consents))
    note(f"the contact sheet is in {args.sheet}")


def _sign(
    path: Path,
    settings: "Settings",
    face: "Face",
    tts: "Tts | None",
    language: "Language | None",
    consents: tuple[str, ...],
) -> None:
    """Say in a file what it is; Matroska alone cannot hold that."""
    from visavis.commands.opening import signer
    from visavis.contracts import title_of
    from visavis.credentials import Facts, sign

    if path.suffix.lower() == ".mkv":
        note(f"{path.name} carries no Content Credentials, for Matroska cannot; an .mp4 or .mov would")
    else:
        facts = Facts(title_of(face), title_of(tts) if tts else "", language, consents)
        sign(path, signer(settings), facts)


def _recorded(args: argparse.Namespace, stack: ExitStack) -> "Track":
    from visavis.sound import recording
    from visavis.soundtrack import recorded

    if args.text is None:
        return recorded(recording(args.audio))
    return recorded(recording(args.audio), _clauses(args.text, _language(args)), _reader(stack))


def _spoken(
    args: argparse.Namespace, tts: "Tts", cast: "Cast", watch: "Stopwatch", stack: ExitStack
) -> "Track":
    from visavis.soundtrack import spoken

    language, reader = _language(args), _reader(stack)
    if args.text != "-":
        clauses = _clauses(args.text, language)
        return spoken(clauses, tts, cast.voice, watch, characters=len(args.text), reader=reader)
    if sys.stdin is None:
        raise InputError("standard input is closed; give the text in place of -")
    typed = stack.enter_context(closing(Typed(sys.stdin.fileno())))
    clauses = _clauses(typed.pieces(), language)
    return spoken(clauses, tts, cast.voice, watch, interrupt=typed.close, reader=reader)


def _language(args: argparse.Namespace) -> "Language | None":
    from visavis.language import language_of

    return None if args.language in (None, "auto") else language_of(args.language)


def _heard(args: argparse.Namespace) -> "Language | None":
    """The language of what is said, as far as it can be told beforehand."""
    from visavis.language import detect

    return _language(args) or (detect(args.text) if args.text not in {None, "-"} else None)


def _reader(stack: ExitStack) -> "Reader":
    """The embedded voice, which is made if it comes to reading along."""
    from visavis.reading import Reader

    return Reader(cache(lambda: stack.enter_context(closing(_tts(TTS)))))


def _clauses(text: "str | Iterator[str]", language: "Language | None") -> "Iterator[Clause]":
    """Imported on the thread that reads, while another one looks at the portrait."""
    from visavis.language import clauses

    yield from clauses(text, language)


def _report(film: "Film", *, as_json: bool) -> None:
    timings = {stage: round(spent, 4) for stage, spent in asdict(film.timings).items()}
    logging.info(", ".join(f"{stage} {spent:.2f} s" for stage, spent in timings.items()))
    if not as_json:
        print(f"{film.path}: {film.seconds:.1f} s of video in {film.timings.total:.1f} s")
        return
    width, height = film.size
    print(
        json.dumps(
            {
                "file": str(film.path),
                "seconds": round(film.seconds, 3),
                "frames": film.frames,
                "fps": film.fps,
                "width": width,
                "height": height,
                "timings": timings,
            },
            ensure_ascii=False,
        )
    )
