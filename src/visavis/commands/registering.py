"""What `visavis avatars` and `visavis voices` share: a file is taken in, and what came of it shown."""

import argparse
import json
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from visavis.errors import ConsentError, InputError

if TYPE_CHECKING:
    from visavis.avatars.database.tables import Avatar, Voice
    from visavis.avatars.registry import Permission
    from visavis.avatars.vault import Spool

ACTOR = "command-line"
PIECE = 1 << 20

CONSENT = """\
A face or a voice belongs to somebody. Registering one needs their consent, which is recorded with the time
and the file it was given for: --consent says who agreed, --purpose to what. `visavis consents` lists what
was agreed to and takes it back.
"""


def add_actions(
    parser: argparse.ArgumentParser, what: str, files: str
) -> "dict[str, argparse.ArgumentParser]":
    """The four actions that both have, by name; without one, all are listed."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", help="print what is known as JSON")
    actions = parser.add_subparsers(metavar="ACTION", dest="action", title="actions")
    register = actions.add_parser(
        "register", parents=[common], help=f"take in {what}", description=f"Take in {what}.",
        epilog=CONSENT, formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    register.add_argument("name", metavar="NAME", help="what it will be called")
    register.add_argument("file", type=Path, metavar="FILE", help=files)
    register.add_argument("--consent", metavar="WHO", help="the person it belongs to, who has agreed")
    register.add_argument("--purpose", metavar="WHAT", help="what it may be used for")
    listed = actions.add_parser("list", parents=[common], help="list them (default)")
    show = actions.add_parser("show", parents=[common], help="show one with its report")
    delete = actions.add_parser("delete", help="delete some, with their files")
    show.add_argument("name", metavar="NAME", help="its name or id")
    delete.add_argument("names", nargs="+", metavar="NAME", help="their names or ids")
    return {"register": register, "list": listed, "show": show, "delete": delete}


def permission(args: argparse.Namespace) -> "Permission":
    """What was said about consent; without a word there is none."""
    from visavis.avatars.registry import Permission

    if not args.consent or not args.purpose:
        raise ConsentError(
            "a face or a voice is registered only when the person it belongs to has agreed; ask them, "
            "and say who agreed to what with --consent WHO and --purpose WHAT"
        )
    return Permission(args.consent, args.purpose, agreed=True)


async def spooled(path: Path, spool: "Spool", most: int) -> None:
    """Bring a file into a spool.

    Raises:
        InputError: it cannot be read. TooLarge: it is larger than `most` bytes.
    """
    from visavis.intake import received
    from visavis.streams import stepped

    async with aclosing(stepped(_pieces(path), "file")) as pieces:
        await received(pieces, spool, most)


def _pieces(path: Path) -> Iterator[bytes]:
    try:
        if path.exists() and not path.is_file():
            raise InputError(f"{path} is not a plain file; give the path of one")
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece
    except FileNotFoundError as error:
        raise InputError(f"there is no file {path}; check its name") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from error


def printed(rows: "list[dict[str, Any]]") -> None:
    """As JSON, one object."""
    print(json.dumps(rows, ensure_ascii=False, indent=1, default=str))


def state(row: "Avatar | Voice") -> str:
    """One word for whether it can be used and how good it is."""
    return row.verdict if row.state == "ready" else row.state
