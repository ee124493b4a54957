"""What the database says of renderings, in and out of it. The text of an order never gets there."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final, get_args

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from visavis.avatars.database import tables
from visavis.media import LANGUAGES
from visavis.renderings.order import ENDED, NoSuchRendering, Order, Progress, Rendering, State, Take

# The fact under which the code of a failure is kept.
_FAILURE: Final = "failure"

# The option that says that it was no order.
_RECORDED: Final = "recorded"

_QUOTED: Final = re.compile(r"""(?<!\w)(["'“‘]).*["'”’](?!\w)""", re.DOTALL)


def row_of(id_: str, owner: str, order: Order) -> tables.Rendering:
    """A new row for an order that waits."""
    return tables.Rendering(
        id=id_,
        owner=owner,
        avatar=order.avatar,
        voice=order.voice,
        language=order.language or "auto",
        state="queued",
        filename=f"{id_}.mp4",
        options={
            "width": order.width,
            "height": order.height,
            "fps": order.fps,
            "notice": order.notice,
            "seed": order.seed,
        },
    )


def recording_of(id_: str, owner: str, take: Take) -> tables.Rendering:
    """A new row for a take that begins."""
    width, height = take.size
    row = tables.Rendering(
        id=id_,
        owner=owner,
        avatar=take.avatar,
        voice=take.voice,
        language=take.language or "auto",
        filename=f"{id_}.mp4",
        options={"width": width, "height": height, "fps": take.fps, _RECORDED: True},
    )
    begin(row)
    return row


def is_recorded(row: tables.Rendering | Rendering) -> bool:
    """Whether it is a take, which cannot be made again."""
    return _RECORDED in row.options


def rendering_of(row: tables.Rendering, live: Progress | None = None) -> Rendering:
    """A row as it is told. live: what this process knows better."""
    return Rendering(
        id=row.id,
        owner=row.owner,
        avatar=row.avatar,
        voice=row.voice,
        language=next((language for language in LANGUAGES if language == row.language), None),
        filename=row.filename or "",
        options=row.options,
        progress=live or _progress(row),
        facts={name: fact for name, fact in row.facts.items() if name != _FAILURE},
        created=row.created,
        started=row.started,
        finished=row.finished,
    )


async def one(session: AsyncSession, owner: str, id_: str) -> tables.Rendering:
    """An owner's row. Raises NoSuchRendering."""
    chosen = select(tables.Rendering).where(tables.Rendering.owner == owner, tables.Rendering.id == id_)
    return _there(await session.scalar(chosen), id_)


async def one_by_filename(session: AsyncSession, owner: str, filename: str) -> tables.Rendering:
    """An owner's row, if its video is done. Raises NoSuchRendering."""
    chosen = select(tables.Rendering).where(
        tables.Rendering.owner == owner,
        tables.Rendering.filename == filename,
        tables.Rendering.state == "done",
    )
    return _there(await session.scalar(chosen), filename)


async def all_of(session: AsyncSession, owner: str) -> Sequence[tables.Rendering]:
    """An owner's rows, the newest first."""
    chosen = select(tables.Rendering).where(tables.Rendering.owner == owner)
    newest_first = chosen.order_by(tables.Rendering.created.desc(), tables.Rendering.id)
    return (await session.scalars(newest_first)).all()


async def unended(session: AsyncSession) -> Sequence[tables.Rendering]:
    """All owners' rows that wait or were being made, the oldest first."""
    going_on = [state for state in get_args(State) if state not in ENDED]
    chosen = select(tables.Rendering).where(tables.Rendering.state.in_(going_on))
    return (await session.scalars(chosen.order_by(tables.Rendering.created, tables.Rendering.id))).all()


async def states(session: AsyncSession) -> dict[str, State]:
    """How every rendering stands, by its id."""
    rows = await session.execute(select(tables.Rendering.id, tables.Rendering.state))
    return {row.id: row.state for row in rows}


def begin(row: tables.Rendering) -> None:
    """It is being made from now on."""
    row.state, row.started, row.attempts = "running", datetime.now(UTC), row.attempts + 1


def put_back(row: tables.Rendering) -> None:
    """It waits once more, through no fault of its own."""
    row.state, row.started, row.attempts = "queued", None, max(0, row.attempts - 1)


def end(row: tables.Rendering, progress: Progress, facts: dict[str, Any]) -> None:
    """How it ended; what a sentence quotes may be the owner's text, and stays out."""
    row.state, row.finished = progress.state, datetime.now(UTC)
    row.facts = facts | ({_FAILURE: progress.code} if progress.code else {})
    row.expected = progress.expected
    row.progress = min(1.0, progress.done / progress.expected) if progress.expected else 0.0
    row.error = without_quotations(progress.error)


def without_quotations(sentence: str) -> str:
    """A sentence with an ellipsis in the place of what stands between quotation marks."""
    return _QUOTED.sub("'…'", sentence)


def _progress(row: tables.Rendering) -> Progress:
    done, code = row.progress * (row.expected or 0.0), row.facts.get(_FAILURE, "")
    return Progress(row.state, done, row.expected, error=row.error, code=code)


def _there(row: tables.Rendering | None, name: str) -> tables.Rendering:
    if row is None:
        raise NoSuchRendering(name)
    return row
