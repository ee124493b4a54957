"""What follows from deleting a thing or taking a consent back: nothing that uses it is made any further."""

import contextlib
from collections.abc import AsyncIterator

from visavis.avatars.database.tables import Avatar, Voice
from visavis.server.keys import Caller
from visavis.server.parts import Parts


@contextlib.asynccontextmanager
async def undoing(given: Parts, who: Caller) -> AsyncIterator[None]:
    """Around a change of what is registered: ends the videos and conversations that it leaves without."""
    before = await _usable(given, who)
    try:
        yield
    finally:
        gone = before - await _usable(given, who)
        given.lobby.end_using(who.owner, gone)
        for item in gone:
            await given.renderings.cancel_using(who.owner, who.actor, item)


async def _usable(given: Parts, who: Caller) -> frozenset[str]:
    avatars, voices = await given.registry.avatars(who.owner), await given.registry.voices(who.owner)
    rows: tuple[Avatar | Voice, ...] = (*avatars, *voices)
    return frozenset(row.id for row in rows if row.state == "ready")
