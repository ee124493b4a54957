"""Rows to test with."""

from sqlalchemy.ext.asyncio import AsyncSession

from visavis.avatars.database.tables import Avatar, Consent, User

DIGEST = "ab" * 32


async def user(session: AsyncSession, name: str) -> User:
    """Somebody whose id is their name."""
    row = User(id=name, name=name)
    session.add(row)
    await session.flush()
    return row


async def consent(session: AsyncSession, owner: str) -> Consent:
    """What all of an owner's avatars may rest on."""
    row = Consent(
        owner=owner, subject="Ada", purpose="tests", kind="face", digest=DIGEST, statement="Ada agreed."
    )
    session.add(row)
    await session.flush()
    return row


def avatar(given: Consent, name: str, **report: object) -> Avatar:
    """Not yet written."""
    return Avatar(
        owner=given.owner,
        name=name,
        kind="photo",
        digest=DIGEST,
        verdict="good",
        report=report,
        consent=given.id,
    )
