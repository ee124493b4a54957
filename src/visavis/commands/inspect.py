"""`visavis inspect`: what a video or a picture says about how it was made, and whether that still holds."""

import argparse
import json
from pathlib import Path

from visavis.commands.opening import CREDENTIALS

EPILOG = """\
Videos that visavis makes carry Content Credentials (C2PA): what they were made with, signed. A change of a
single byte shows. Leaves with 0 if they are there and hold, with 1 if not.

  visavis inspect out/hello.mp4
  visavis inspect --json --trust authorities.pem film.mov
"""


def add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    parser = commands.add_parser(
        "inspect",
        parents=[common],
        help="tell how a video or a picture was made, and whether it was changed",
        description="Tell what the Content Credentials of a video or a picture say, and whether they hold.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="an MP4, MOV, JPEG, PNG or WebP file")
    parser.add_argument(
        "--trust", type=Path, metavar="PEM", help="certificates of authorities whose signers are believed"
    )
    parser.add_argument("--json", action="store_true", help="print it as JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    from dataclasses import asdict

    from visavis import config
    from visavis.credentials import inspected
    from visavis.credentials.certificates import anchors, authorities

    trusted = authorities(config.load().home / CREDENTIALS)
    if args.trust is not None:
        trusted += anchors(args.trust)
    report = inspected(args.file, trusted)
    if args.json:
        print(json.dumps({**asdict(report), "facts": dict(report.facts)}, indent=1, ensure_ascii=False))
    else:
        print(*report.sentences, sep="\n")
    if report.state != "valid":
        raise SystemExit(1)
