"""A client's seat in a conversation, and what may be asked for there; the same for every transport.

Owns which role a client gets that comes, or comes back. Refuses to know how the client is reached.
"""

from functools import partial

from visavis.conversation.cast import Role
from visavis.conversation.lobby import Seat
from visavis.errors import VisavisError
from visavis.renderings.failure import told
from visavis.server.keys import Caller
from visavis.server.parts import Parts
from visavis.server.routes.recordings import recording
from visavis.transports.messages import CAST, MessageError, Select
from visavis.transports.wishes import Services


async def seated(given: Parts, who: Caller, select: Select, resume: str | None) -> Seat:
    """A seat for whoever comes.

    resume: the token of a session that is to go on; it plays another role then if `select` names one.
    Raises what `Casting` and `Lobby.enter` do; nobody is seated then.
    """
    role = await given.casting(who.owner, select)
    seat = await given.lobby.enter(who.owner, role, resume, who.actor)
    if seat.resumed and select.named & CAST and _differ(role, seat.session.role):
        try:
            await seat.session.recast(role)
        except BaseException:
            await seat.leave(keep=True)
            raise
    return seat


def services(given: Parts, who: Caller, seat: Seat) -> Services:
    """What whoever sits there may ask for beside the talk."""
    return Services(partial(_cast, given, who, seat), recording(given, who, seat))


async def _cast(given: Parts, who: Caller, seat: Seat, select: Select) -> None:
    """Show somebody else. Raises MessageError."""
    try:
        await seat.session.recast(await given.casting(who.owner, select))
    except VisavisError as error:
        why = told(error)
        raise MessageError(why.code, why.sentence) from error


def _differ(role: Role, other: Role) -> bool:
    """Whether two roles show or speak otherwise."""
    return (role.uses, role.voice, role.language) != (other.uses, other.voice, other.language)
