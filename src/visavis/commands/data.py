"""`visavis data`: all that is held about the local user, and the key that it is encrypted with."""

import argparse
from contextlib import aclosing
from pathlib import Path

from visavis.commands.process import until_told
from visavis.commands.registering import ACTOR
from visavis.errors import InputError


def add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    parser = commands.add_parser(
        "data",
        parents=[common],
        help="export or erase what is held, change the master key",
        description="All that is held: avatars, voices, videos, consents, and the audit of it.",
    )
    actions = parser.add_subparsers(metavar="ACTION", dest="action", title="actions", required=True)
    export = actions.add_parser("export", help="write a zip archive with all records and files, in the clear")
    export.add_argument("file", type=Path, metavar="FILE.zip")
    erase = actions.add_parser("erase", help="delete all of it for good")
    erase.add_argument("--yes", action="store_true", help="that this is meant")
    for action in (export, erase):
        action.add_argument(
            "--user", metavar="USER", help="of a user who has API keys (default: the local user)"
        )
    actions.add_parser("rotate", help="make a new master key, and wrap every file's key with it")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    until_told(_done(args))


async def _done(args: argparse.Namespace) -> None:
    from visavis import config
    from visavis.avatars import holdings, people
    from visavis.avatars.audit import record
    from visavis.commands.opening import registry, sweep_scratch
    from visavis.transports.place import placing, sentences

    if args.action == "erase" and not args.yes:
        raise InputError("this deletes every avatar, voice, video and consent for good; say so with --yes")
    settings = config.load()
    async with registry(settings) as opened:
        if args.action == "rotate":
            keys = opened.vault.keys
            if keys.grows:
                keys.add()
            count = await opened.vault.rotate()
            which = "a new master key" if keys.grows else f"the first key of {keys.where}"
            print(f"{which} holds; {count} files were wrapped with another one, and now with it")
            return
        async with opened.database.session() as session:
            owner = (await people.known_user(session, args.user)).id if args.user else people.LOCAL
            if args.action == "export":
                await record(session, owner, ACTOR, "exported", "user", owner)
        if args.action == "erase":
            await holdings.erased(owner, ACTOR, opened.database, opened.vault, opened.cache)
            sweep_scratch(settings)
            print("all of it is deleted")
            return
        with placing(args.file, {".zip"}) as part, sentences(args.file), part.open("wb") as file:
            part.chmod(0o600)
            async with aclosing(holdings.exported(owner, opened.database, opened.vault)) as pieces:
                async for piece in pieces:
                    file.write(piece)
        print(f"{args.file}: all that is held, in the clear; keep it safe")
