"""`visavis avatars`: faces that are registered."""

import argparse
from typing import TYPE_CHECKING, Any

from visavis.commands.process import until_told
from visavis.commands.registering import ACTOR, add_actions, permission, printed, spooled, state

if TYPE_CHECKING:
    from visavis.avatars.database.tables import Avatar
    from visavis.avatars.registry import Registry
    from visavis.config import Settings


def add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    parser = commands.add_parser(
        "avatars",
        parents=[common],
        help="register faces, list, show and delete them",
        description="Faces that are registered, to be used by name: visavis say TEXT --avatar NAME.",
    )
    add_actions(parser, "a photo, a GIF or a clip of a face", "a picture, or a video of up to two minutes")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    from visavis import config

    until_told(_done(args, config.load()))


async def _done(args: argparse.Namespace, settings: "Settings") -> None:
    from visavis.avatars.people import LOCAL
    from visavis.commands.opening import face_engine, registry

    with face_engine(settings) as face:
        async with registry(settings, face) as opened:
            match args.action:
                case "register":
                    _show(await _registered(args, settings, opened), as_json=args.json)
                case "show":
                    _show(await opened.avatar(LOCAL, args.name), as_json=args.json)
                case "delete":
                    rows = [await opened.avatar(LOCAL, name) for name in args.names]
                    for row in rows:
                        await opened.delete_avatar(LOCAL, ACTOR, row.id)
                        print(f"{row.name} is deleted, and its files")
                case _:
                    _list(list(await opened.avatars(LOCAL)), as_json=getattr(args, "json", False))


async def _registered(args: argparse.Namespace, settings: "Settings", opened: "Registry") -> "Avatar":
    from visavis.avatars.people import LOCAL
    from visavis.avatars.vault import Spool

    consent = permission(args)
    async with Spool() as spool:
        await spooled(args.file, spool, settings.upload_limit)
        return await opened.register_avatar(LOCAL, ACTOR, args.name, spool, consent)


def _list(rows: "list[Avatar]", *, as_json: bool) -> None:
    if as_json:
        printed([_facts(row) for row in rows])
        return
    if not rows:
        print("no avatar is registered; see: visavis avatars register --help")
    width = max((len(row.name) for row in rows), default=0)
    for row in rows:
        size = f"{row.facts.get('width')}x{row.facts.get('height')}"
        print(f"{row.name:<{width}}  {row.kind:<5}  {state(row):<8}  {size:<9}  {row.created:%Y-%m-%d}")


def _show(row: "Avatar", *, as_json: bool) -> None:
    if as_json:
        printed([_facts(row)])
        return
    report = row.report
    print(f"{row.name}: a {row.kind}, {state(row)}, {report['overall']:.2f} of 1; id {row.id}")
    for score in report["scores"]:
        print(f"  {score['name']:<14}{score['value']:.2f}  {score['sentence']}".rstrip())
    for sentence in row.facts.get("sentences", ()):
        print(f"  {sentence}")
    if report["advice"]:
        print(report["advice"])


def _facts(row: "Avatar") -> dict[str, Any]:
    return {
        "avatar_id": row.id, "avatar_name": row.name, "kind": row.kind,
        "state": row.state, "verdict": row.verdict, "created": row.created,
        "consent_id": row.consent, "quality": row.report,
        **row.facts,
    }  # fmt: skip
