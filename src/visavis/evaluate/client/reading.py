"""A client that has texts read to it, one behind the other."""

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from visavis.evaluate.client.received import Client, now
from visavis.media import Language

LONGEST: Final = 120.0
"""Seconds that one of them may take."""

BREATH: Final = 0.3
"""Seconds between two of them: the last sound of the one has come before the other is asked for."""


async def read_on(
    client: Client,
    texts: Iterator[str],
    asked: Callable[[float], None] = lambda when: None,
    language: Language = "en",
) -> None:
    """Until there are no more. asked: told when each text was sent."""
    for text in texts:
        sent, known = now(), len(client.told)
        asked(sent)
        await client.send({"type": "text_input", "text": text, "language": language})
        await client.until(partial(_is_read, client, known), LONGEST)
        await asyncio.sleep(BREATH)


def _is_read(client: Client, known: int) -> bool:
    """Whether the reply that has begun since is over."""
    states = [told.fields["state"] for told in client.told[known:] if told.fields["type"] == "state"]
    return "speaking" in states and states[-1] == "idle"
