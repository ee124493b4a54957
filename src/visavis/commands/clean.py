"""`visavis clean`: the cache of prepared faces, and what processes that died left behind."""

import argparse

from visavis.commands.process import until_told


def add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    parser = commands.add_parser(
        "clean",
        parents=[common],
        help="empty the caches",
        description="Delete prepared faces, which are made anew when they are needed, and files left behind. "
        "Nothing that was registered is touched; models have a command of their own.",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    until_told(_done())


async def _done() -> None:
    from visavis import config
    from visavis.commands.opening import registry, sweep_scratch
    from visavis.models.disk import in_bytes

    settings = config.load()
    async with registry(settings) as opened:
        freed = await opened.cache.clean()
        left = await opened.sweep() + sweep_scratch(settings)
    print(f"{in_bytes(freed)} of prepared faces are deleted, and {left} files that were left behind")
