"""`visavis gold`: clean speech is cut out of videos, to evaluate by and to register voices from."""

import argparse
import contextlib
import itertools
import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from visavis.commands.process import until_told
from visavis.commands.showing import Bar, note
from visavis.errors import AudioError, EngineError, InputError, OutputError, PortraitError

if TYPE_CHECKING:
    from visavis.config import Settings
    from visavis.contracts import Asr
    from visavis.evaluate.gold.choosing import Choice, Refusal
    from visavis.evaluate.gold.cutting import Cut
    from visavis.evaluate.gold.films import Film
    from visavis.evaluate.gold.stills import Still
    from visavis.media import Language

FOLDER: Final = Path("out")
PORTRAIT: Final = "portrait.png"

ENOUGH: Final = 6.0
"""Seconds of a recording that a voice is registered from."""

MOMENTS: Final = 3
"""That are told of what was refused."""

CONSENT: Final = (
    "voices and faces belong to people: cut out only those whose owners have agreed; nothing leaves this "
    "machine, and the pieces lie unencrypted where you put them"
)

EPILOG = """\
examples:
  visavis gold talk.mp4 --out gold --language en
  visavis gold ada-1.mov ada-2.mov --out gold --speaker ada --portrait
  visavis evaluate --gold gold

Subtitles beside a video (talk.srt, talk.en.vtt) become the transcripts; without them, a recogniser writes
them where there is one for --language. Read them over, in transcripts.tsv, before you measure by them.
"""


def add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    parser = commands.add_parser(
        "gold",
        parents=[common],
        help="cut clean speech, and a portrait, out of videos",
        description="Cut the clean speech of whoever speaks most in videos into pieces of 3 to 12 s, with "
        "their transcripts; what has noise, music or another voice in it is left out. Nothing is made "
        "louder, quieter or cleaner.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("videos", nargs="+", type=Path, metavar="VIDEO", help="video or sound files")
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", help=f"an empty or a new one (default: {FOLDER}/gold-N)"
    )
    parser.add_argument("--language", metavar="LANGUAGE", help="that is spoken: en, zh, es or fa")
    parser.add_argument("--speaker", default="", metavar="NAME", help="who speaks, for the transcripts")
    parser.add_argument("--most", type=int, metavar="N", help="pieces at most, the cleanest (default: all)")
    parser.add_argument("--portrait", action="store_true", help="also the best still of the face")
    parser.add_argument("--json", action="store_true", help="print what was kept and refused as JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    from visavis import config
    from visavis.evaluate.gold.choosing import chosen
    from visavis.language import language_of

    _check(args)
    language = language_of(args.language) if args.language else None
    settings = config.load()
    folder = _folder(args.out)
    films = _listened(args.videos)
    choice = chosen(
        [film.stretches for film in films],
        lambda film, start, end: films[film].may_part(start, end),
        args.most,
    )
    note(CONSENT)
    cuts, dull = _made(films, choice, folder, args.speaker, language, settings)
    choice = replace(choice, pieces=tuple(one.piece for one in cuts), refusals=(*choice.refusals, *dull))
    if not cuts:
        raise AudioError("\n  ".join(["no clean speech was found", *_summary(films, choice, ())]))
    still = _still(films, choice, folder) if args.portrait else None
    if args.json:
        print(json.dumps(_facts(films, choice, cuts, folder, still), ensure_ascii=False))
    else:
        for line in (*_summary(films, choice, cuts), *_next(cuts, folder, still, language)):
            print(line)


def _check(args: argparse.Namespace) -> None:
    """Refuse what does not go together."""
    if args.most is not None and args.most < 1:
        raise InputError(f"--most is {args.most}; give 1 or more, or leave it out")
    if any(ord(sign) < 32 for sign in args.speaker):
        raise InputError("--speaker holds a sign that is no letter; give a name")
    seen: set[Path] = set()
    for path in args.videos:
        if (real := path.resolve()) in seen:
            raise InputError(f"{path} is given twice; give it once")
        seen.add(real)


def _folder(asked: Path | None) -> Path:
    """Where the pieces go: a folder in which there is nothing, or that does not exist as yet."""
    from visavis.transports.place import sentences

    numbered = (FOLDER / f"gold-{number}" for number in itertools.count(1))
    folder = asked or next(path for path in numbered if not path.exists())
    with sentences(folder):
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            what = "there is something in it already" if folder.is_dir() else "it is a file"
            raise OutputError(f"cannot cut into {folder}: {what}; name a new folder")
    return folder


def _listened(paths: Sequence[Path]) -> "list[Film]":
    """The films in which something can be heard; what is wrong with the others is noted.

    Raises:
        AudioError: there is only one, and it is of no use; or none is.
    """
    from visavis.evaluate.gold.films import listened
    from visavis.evaluate.gold.judges import voiceprints

    films: list[Film] = []
    troubles: list[str] = []
    voiceprint = voiceprints()
    for path in paths:
        with closing(Bar(f"listening to {path.name}", "s")) as bar:
            try:
                films.append(listened(path, voiceprint, note, bar.at))
            except AudioError as error:
                troubles.append(str(error))
    if not films:
        raise AudioError("\n  ".join(troubles))
    for sentence in (*troubles, *(film.trouble for film in films if film.trouble)):
        note(sentence)
    return films


def _made(
    films: "Sequence[Film]",
    choice: "Choice",
    folder: Path,
    speaker: str,
    language: "Language | None",
    settings: "Settings",
) -> "tuple[list[Cut], list[Refusal]]":
    """The pieces and their table, written; and what was refused on the way.

    What is there when it is stopped is whole, and stays.
    """
    from visavis.evaluate.gold.cutting import TABLE, Cut, write_table
    from visavis.transports.place import sentences

    cuts: list[Cut] = []
    dull: list[Refusal] = []
    with sentences(folder):
        folder.mkdir(parents=True, exist_ok=True)
    try:
        for one in _cut(films, choice, folder):
            if isinstance(one, Cut):
                cuts.append(one)
            else:
                dull.append(one)
        until_told(_written(cuts, films, language, settings))
    except (KeyboardInterrupt, SystemExit):
        note(f"stopped; {len(cuts)} of {len(choice.pieces)} pieces are in {folder}")
        raise
    finally:
        if cuts:
            write_table(folder / TABLE, cuts, speaker)
        else:
            with contextlib.suppress(OSError):
                folder.rmdir()
    return cuts, dull


def _cut(films: "Sequence[Film]", choice: "Choice", folder: Path) -> "Iterator[Cut | Refusal]":
    from visavis.evaluate.gold.cutting import pieces
    from visavis.evaluate.gold.judges import overall
    from visavis.evaluate.gold.naming import plain, unique

    stems = unique(plain(film.path.stem) for film in films)
    with closing(Bar("cutting", "")) as bar:
        done = itertools.count(1)
        for number, (film, stem) in enumerate(zip(films, stems, strict=True)):
            wanted = [piece for piece in choice.pieces if piece.film == number]
            with contextlib.suppress(AudioError):  # which was told when it was listened to
                for one in pieces(film.recording, wanted, folder / stem, overall):
                    bar.at(next(done), len(choice.pieces))
                    yield one


async def _written(
    cuts: "list[Cut]", films: "Sequence[Film]", language: "Language | None", settings: "Settings"
) -> None:
    """Find out what is said in each piece, as far as can be; the list is brought up to date one by one."""
    from visavis.evaluate.aligning import READER
    from visavis.evaluate.gold.hearing import Scribe
    from visavis.evaluate.report.words import count
    from visavis.plugins import engine
    from visavis.streams import Worker
    from visavis.streams import closing as quietly

    with contextlib.ExitStack() as stack:
        bar = stack.enter_context(closing(Bar("writing down", "")))
        recogniser = stack.enter_context(_recogniser(language, settings))
        tts = stack.enter_context(closing(engine("tts", READER)()))
        async with quietly(Worker("writing")) as worker:
            scribe = Scribe(tts, worker, language, recogniser)
            for number, one in enumerate(cuts):
                bar.at(number, len(cuts))
                cuts[number] = await scribe.written(one, films[one.piece.film].subtitles)
    if scribe.strange:
        note(f"not taken: the subtitles of {count(scribe.strange, 'piece')}, which sound like other words")


@contextlib.contextmanager
def _recogniser(language: "Language | None", settings: "Settings") -> "Iterator[tuple[str, Asr] | None]":
    """The first that understands a language, by name; None where there is none, or no language is told."""
    from visavis.commands.company import made_of
    from visavis.plugins import ears

    if language is None:
        yield None
        return
    with contextlib.ExitStack() as stack:
        for name in ears(settings.asr_engine):
            try:
                asr: Asr = stack.enter_context(closing(made_of("asr", name, settings)))
            except EngineError as error:
                note(str(error))
                continue
            if language in asr.languages:
                yield name, asr
                return
        yield None


def _still(films: "Sequence[Film]", choice: "Choice", folder: Path) -> "Still | None":
    """The best still, written; None, and a sentence, where there is none."""
    from visavis.commands.opening import files
    from visavis.evaluate.gold.stills import best, write_still

    networks = files("face")
    sentences: list[str] = []
    for number in sorted({piece.film for piece in choice.pieces}):
        spans = [(piece.start, piece.end) for piece in choice.pieces if piece.film == number]
        try:
            still = best(films[number].path, spans, networks)
        except (PortraitError, InputError) as error:
            sentences.append(f"no portrait out of {films[number].path.name}: {error}")
            continue
        write_still(folder / PORTRAIT, still.pixels)
        return still
    for sentence in sentences:
        note(sentence)
    return None


def _summary(films: "Sequence[Film]", choice: "Choice", cuts: "Sequence[Cut]") -> Iterator[str]:
    """What was kept, what was refused, and why, in plain words."""
    from visavis.evaluate.gold.choosing import SENTENCES, reasons
    from visavis.evaluate.report.words import count, seconds

    for number, film in enumerate(films):
        pieces = [piece for piece in choice.pieces if piece.film == number]
        kept = sum(piece.seconds for piece in pieces)
        much = f", {60 * kept / film.seconds:.0f} s of each minute" if pieces else ""
        yield (
            f"{film.path.name}: {film.said:.1f} s of speech in {seconds(film.seconds)} of sound; "
            f"kept {count(len(pieces), 'piece')}, {kept:.1f} s{much}"
        )
    for reason, refusals in reasons(choice.refusals).items():
        lost = sum(refusal.seconds for refusal in refusals)
        moments = ", ".join(seconds(refusal.start) for refusal in refusals[:MOMENTS])
        where = f", at {moments}{' ...' if len(refusals) > MOMENTS else ''}" if len(films) == 1 else ""
        yield f"refused {lost:.1f} s of speech {SENTENCES[reason]}{where}"
    writers = [one.by or "subtitles" for one in cuts if one.text]
    for writer in sorted(set(writers)):
        yield f"{count(writers.count(writer), 'transcript')} by {writer}"
    if empty := len(cuts) - len(writers):
        yield f"{count(empty, 'transcript')} to be filled in by you"


def _next(
    cuts: "Sequence[Cut]", folder: Path, still: "Still | None", language: "Language | None"
) -> Iterator[str]:
    """What can be done with it."""
    from visavis.evaluate.gold.cutting import TABLE
    from visavis.evaluate.report.words import count

    longest = max(cuts, key=lambda one: one.piece.seconds)
    if still is not None:
        advice = f"; {still.quality.advice}" if still.quality.advice else ""
        yield f"{folder / PORTRAIT}: {still.quality.verdict}, {still.quality.overall:.2f} of 1{advice}"
    yield f"{folder}: {count(len(cuts), 'piece')} and {TABLE}"
    if any(one.by for one in cuts):
        yield f"read over {folder / TABLE}: recognisers mishear; where a text is right, empty its column by"
    elif not all(one.text for one in cuts):
        why = "" if language else "; with --language a recogniser may do so"
        yield f"write what is said into {folder / TABLE}{why}"
    yield f"then: visavis evaluate --gold {folder}"
    short = (
        ""
        if longest.piece.seconds >= ENOUGH
        else f" ({longest.piece.seconds:.1f} s; {ENOUGH:.0f} are better)"
    )
    yield f"or: visavis voices register NAME {longest.path} --consent WHO --purpose WHAT{short}"


def _facts(
    films: "Sequence[Film]", choice: "Choice", cuts: "Sequence[Cut]", folder: Path, still: "Still | None"
) -> dict[str, Any]:
    """All of that for programs."""
    from visavis.evaluate.gold.choosing import SENTENCES

    return {
        "folder": str(folder),
        "films": [
            {
                "file": str(film.path), "seconds": round(film.seconds, 2), "speech": round(film.said, 2),
                "kept": round(sum(p.seconds for p in choice.pieces if p.film == number), 2),
                "trouble": film.trouble,
            }
            for number, film in enumerate(films)
        ],
        "pieces": [
            {
                "file": one.path.name, "film": str(films[one.piece.film].path),
                "start": round(one.piece.start, 2), "end": round(one.piece.end, 2),
                "snr": round(one.piece.snr, 1), "text": one.text, "language": one.language, "by": one.by,
            }
            for one in cuts
        ],
        "refused": [
            {
                "film": str(films[one.film].path), "start": round(one.start, 2), "end": round(one.end, 2),
                "speech": round(one.seconds, 2), "reason": one.reason, "sentence": SENTENCES[one.reason],
            }
            for one in choice.refusals
        ],
        "portrait": None if still is None else {
            "file": PORTRAIT, "verdict": still.quality.verdict, "overall": still.quality.overall,
            "advice": still.quality.advice,
        },
    }  # fmt: skip
