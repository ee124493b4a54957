"""`visavis voices`: who can speak."""

import argparse
from contextlib import closing

NAMES = {"en": "English", "zh": "Mandarin", "es": "Spanish", "fa": "Persian"}


def add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    parser = commands.add_parser(
        "voices", parents=[common], help="list the voices", description="List the voices that say can use."
    )
    parser.add_argument(
        "--tts", metavar="ENGINE", default="espeak", help="speech engine (default: %(default)s)"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    from visavis.plugins import engine

    with closing(engine("tts", args.tts)()) as tts:
        width = max((len(voice.name) for voice in tts.voices), default=0)
        for voice in tts.voices:
            print(f"{voice.name:<{width}}  {voice.language}  {NAMES[voice.language]:<8}  {voice.gender}")
