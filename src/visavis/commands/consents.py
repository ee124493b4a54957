"""`visavis consents`: what people agreed to, and taking it back."""

import argparse

from visavis.commands.process import until_told
from visavis.commands.registering import ACTOR


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
    revoke.add_argument("consent", metavar="ID", help="as the list shows it")
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
            await opened.revoke(LOCAL, ACTOR, args.consent, delete=args.delete)
            print("it is taken back" + (", and what rested on it is deleted" if args.delete else ""))
            return
        for given in await opened.consents(LOCAL):
            taken = f"taken back {given.revoked:%Y-%m-%d}" if given.revoked else "holds"
            words = f"{given.subject}: {given.purpose}"
            print(f"{given.id}  {given.kind:<5}  {given.given:%Y-%m-%d}  {taken}  {words}")
