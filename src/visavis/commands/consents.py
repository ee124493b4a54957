"""`visavis consents`: what people agreed to, and taking it back."""

import argparse
from typing import TYPE_CHECKING

from visavis.commands.process import until_told
from visavis.commands.registering import ACTOR

if TYPE_CHECKING:
    from visavis.avatars.registry import Registry

SHOWN = 12
SHORTEST = 4


def add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    parser = commands.add_parser(
        "consents",
        parents=[common],
        help="list what people agreed to, and take it back",
        description="What people agreed to. Once it is taken back, what rests on it cannot be used any more.",
    )
    actions = parser.add_subparsers(metavar="ACTION", dest="action", title="actions")
    actions.add_parser("list", help="list them, the latest first (default)")
    revoke = actions.add_parser("revoke", help="take one back")
    revoke.add_argument("consent", metavar="ID", help="as the list shows it, or the beginning of it")
    revoke.add_argument("--delete", action="store_true", help="delete what rests on it as well")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    until_told(_done(args))


async def _done(args: argparse.Namespace) -> None:
    from visavis import config
    from visavis.avatars.people import LOCAL
    from visavis.commands.opening import registry

    async with registry(config.load()) as opened:
        if args.action == "revoke":
            whole = await _meant(opened, args.consent)
            await opened.revoke(LOCAL, ACTOR, whole, delete=args.delete)
            print("it is taken back" + (", and what rested on it is deleted" if args.delete else ""))
            return
        names = {row.consent: row.name for row in await opened.avatars(LOCAL)}
        names |= {row.consent: row.name for row in await opened.voices(LOCAL)}
        for given in await opened.consents(LOCAL):
            taken = f"taken back {given.revoked:%Y-%m-%d}" if given.revoked else "holds"
            words = f"{names.get(given.id, 'deleted')}  {taken}  {given.subject}: {given.purpose}"
            print(f"{given.id[:SHOWN]}  {given.kind:<5}  {given.given:%Y-%m-%d}  {words}")


async def _meant(opened: "Registry", begins: str) -> str:
    """The id of the consent that begins so; what fits none, or several, the registry refuses."""
    from visavis.avatars.people import LOCAL

    ids = [given.id for given in await opened.consents(LOCAL) if given.id.startswith(begins)]
    return ids[0] if len(ids) == 1 and len(begins) >= SHORTEST else begins
