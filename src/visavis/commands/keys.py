"""`visavis keys`: API keys for clients of the server."""

import argparse

from visavis.commands.process import until_told
from visavis.commands.registering import ACTOR


def add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    parser = commands.add_parser(
        "keys",
        parents=[common],
        help="make, list and revoke API keys",
        description="API keys. Each belongs to a user, who sees only what is theirs. "
        "They are asked for where API_KEYS=true or MODE=production is set.",
    )
    actions = parser.add_subparsers(metavar="ACTION", dest="action", title="actions")
    create = actions.add_parser("create", help="make a key, which is shown once")
    create.add_argument("user", metavar="USER", help="whose it is; a new name makes a new user")
    create.add_argument("--name", default="", metavar="WORDS", help="what it is for")
    actions.add_parser("list", help="list them (default)")
    revoke = actions.add_parser("revoke", help="make keys useless")
    revoke.add_argument("keys", nargs="+", metavar="ID", help="as the list shows them")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    until_told(_done(args))


async def _done(args: argparse.Namespace) -> None:
    from visavis import config
    from visavis.avatars import people
    from visavis.commands.opening import registry

    told: list[str] = []  # only when it is written
    async with registry(config.load()) as opened, opened.database.session() as session:
        match args.action:
            case "create":
                user = await people.user_named(session, args.user, ACTOR)
                pepper = await opened.vault.secret(people.PEPPER)
                told.append(await people.create_key(session, user.id, args.name, pepper, ACTOR))
            case "revoke":
                for key in args.keys:
                    await people.revoke_key(session, key, actor=ACTOR)
                    told.append(f"{key} is of no use any more")
            case _:
                for row, name in await people.keys(session):
                    state = f"revoked {row.revoked:%Y-%m-%d}" if row.revoked else "holds"
                    used = f"used {row.used:%Y-%m-%d}" if row.used else "never used"
                    made = f"{row.created:%Y-%m-%d}  {state}, {used}"
                    told.append(f"{row.id}  {row.prefix}...  {name}  {made}  {row.name}".rstrip())
    print(*told, sep="\n", end="\n" if told else "")
