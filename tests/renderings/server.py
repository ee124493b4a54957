"""A process that makes videos until it is killed: python -m tests.renderings.server FOLDER TEXT...

Orders the texts, and prints the ids of the orders when the first one of all that wait is being made.
"""

import asyncio
import sys
from pathlib import Path

from tests.renderings.scripted import ScriptedStudio, house
from visavis.renderings.order import Order


async def serve(folder: Path, texts: list[str]) -> None:
    studio = ScriptedStudio()
    async with house(folder, studio) as renderings:
        ids = [(await renderings.submit("ada", "ada", Order(text))).id for text in texts]
        await studio.begins.wait()
        print(*ids, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), sys.argv[2:]))
