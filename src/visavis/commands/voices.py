"""`visavis voices`: who can speak: the engine's own voices, and those that are registered."""

import argparse
from contextlib import closing
from typing import TYPE_CHECKING, Any

from visavis.commands.process import until_told
from visavis.commands.registering import ACTOR, add_actions, permission, printed, spooled, state

if TYPE_CHECKING:
    from visavis.avatars.database.tables import Voice
    from visavis.avatars.registry import Registry
    from visavis.config import Settings

UNITS = {
    "seconds": "s", "found": "s", "f0": "Hz", "f0_range": "semitones", "level": "LUFS", "snr": "dB",
    "bandwidth": "Hz",
}  # fmt: skip


def add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    parser = commands.add_parser(
        "voices",
        parents=[common],
        help="list the voices; register, show and delete your own",
        description="The voices that say can use: an engine's own, and those of people, by recordings. "
        "The embedded engine tints its nearest voice by a recording; it does not clone.",
    )
    parser.add_argument(
        "--tts", metavar="ENGINE", default="espeak", help="speech engine (default: %(default)s)"
    )
    actions = add_actions(
        parser,
        "a recording, or a video, of one person speaking",
        "a sound or video file; 6 to 30 clean seconds",
    )
    actions["register"].add_argument(
        "--language",
        metavar="LANGUAGE",
        help="that is spoken: en, zh, es or fa (default: unknown, it is not guessed)",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    from visavis import config

    until_told(_done(args, config.load()))


async def _done(args: argparse.Namespace, settings: "Settings") -> None:
    from visavis.commands.opening import is_begun, registry

    if args.action in {None, "list"} and not is_begun(settings):
        _list(args.tts, [])  # without making a place for what there is none of
        return
    from visavis.avatars.people import LOCAL

    async with registry(settings) as opened:
        match args.action:
            case "register":
                _show(await _registered(args, settings, opened), as_json=args.json)
            case "show":
                _show(await opened.voice(LOCAL, args.name), as_json=args.json)
            case "delete":
                rows = [await opened.voice(LOCAL, name) for name in args.names]
                for row in rows:
                    await opened.delete_voice(LOCAL, ACTOR, row.id)
                    print(f"{row.name} is deleted, and its files")
            case _:
                rows = list(await opened.voices(LOCAL))
                if getattr(args, "json", False):
                    printed([_facts(row) for row in rows])
                else:
                    _list(args.tts, rows)


async def _registered(args: argparse.Namespace, settings: "Settings", opened: "Registry") -> "Voice":
    from visavis.avatars.people import LOCAL
    from visavis.avatars.vault import Spool
    from visavis.language import language_of

    consent = permission(args)
    language = language_of(args.language) if args.language else None
    async with Spool() as spool:
        await spooled(args.file, spool, settings.upload_limit)
        return await opened.register_voice(LOCAL, ACTOR, args.name, spool, consent, language=language)


def _list(tts: str, rows: "list[Voice]") -> None:
    from visavis.media import LANGUAGE_NAMES
    from visavis.plugins import engine

    with closing(engine("tts", tts)()) as engine_:
        width = max(
            [len(voice.name) for voice in engine_.voices] + [len(row.name) for row in rows], default=0
        )
        for voice in engine_.voices:
            language = LANGUAGE_NAMES[voice.language]
            print(f"{voice.name:<{width}}  {voice.language}  {language:<8}  {voice.gender}")
    for row in rows:
        language = LANGUAGE_NAMES.get(row.language or "", "")
        whose = f"{row.language or '--'}  {language:<8}  {row.gender or '':<6}"
        print(f"{row.name:<{width}}  {whose}  registered, {state(row)}")


def _show(row: "Voice", *, as_json: bool) -> None:
    if as_json:
        printed([_facts(row)])
        return
    from visavis.media import LANGUAGE_NAMES

    language = LANGUAGE_NAMES.get(row.language or "", "language unknown")
    print(f"{row.name}: {state(row)}, {language}, {row.gender}; id {row.id}")
    for name, value in row.report.items():
        if isinstance(value, int | float):
            print(f"  {name:<12}{value:.2f} {UNITS.get(name, 'of 1')}")
    for sentence in (*row.report["sentences"], row.report["advice"]):
        if sentence:
            print(sentence)


def _facts(row: "Voice") -> dict[str, Any]:
    return {
        "voice_id": row.id, "voice_name": row.name, "language": row.language, "gender": row.gender,
        "state": row.state, "verdict": row.verdict, "created": row.created, "consent_id": row.consent,
        "quality": row.report, **row.facts,
    }  # fmt: skip
