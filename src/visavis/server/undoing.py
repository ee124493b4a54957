"""What follows from deleting a thing or taking a consent back: nothing that uses it is made any further."""

import contextlib
from collections.abc import AsyncIterator

from visavis.avatars.database.tables import Avatar, Voice
from visavis.server.keys import Caller
from visavis.server.parts import Parts


@contextlib.asynccontextmanager
async def undoing(given: Parts, who: Caller) -> AsyncIterator[None]:
    """Around a change of what is registered: stops the videos of all that cannot be used after it."""
    before = await _usable(given, who)
    try:
        yield
    finally:
        for item in before - await _usable(given, who):
            await given.renderings.cancel_using(who.owner, who.actor, item)


async def _usable(given: Parts, who: Caller) -> set[str]:
    avatars, voices = await given.registry.avatars(who.owner), await given.registry.voices(who.owner)
    rows: tuple[Avatar | Voice, ...] = (*avatars, *voices)
    return {row.id for row in rows if row.state == "ready"}
