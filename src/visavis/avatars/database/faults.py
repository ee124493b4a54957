"""What can go wrong with a database, in one sentence each and without anything that is secret."""

import errno
import os
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession

from visavis.errors import NameTaken, StorageError

_FULL: Final = "has no room left; free some on its disk"
_BUSY: Final = "was busy with something else for too long; try again"
_UNWRITABLE: Final = (
    "cannot be opened or written to; see to it that its file and folder can be, or name another"
)
_AWAY: Final = "cannot be reached; see whether its server runs and the URL is right"
_REFUSED: Final = "takes no such user or password; correct them in the URL"
_UNIQUE: Final = ("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY", "23505")

# By how the name of SQLite's error (sqlite.org/rescode.html) or PostgreSQL's code (its appendix A) begins.
_SENTENCES: Final = {
    "SQLITE_FULL": _FULL,
    "SQLITE_BUSY": _BUSY,
    "SQLITE_LOCKED": _BUSY,
    "SQLITE_READONLY": _UNWRITABLE,
    "SQLITE_CANTOPEN": _UNWRITABLE,
    "SQLITE_PERM": _UNWRITABLE,
    "SQLITE_NOTADB": "is not a database that visavis made; name another file",
    "SQLITE_CORRUPT": "is damaged; put a copy of it back",
    "SQLITE_IOERR": "cannot be read or written, its disk failed or has no room left; look after the disk",
    "28": _REFUSED,
    "3D000": "does not exist; make it with createdb, or correct the URL",
    "42501": "does not let this user do that; grant it, or name another user in the URL",
    "25006": "can only be read; name one that can be written to",
    "53100": _FULL,
    "53300": "has too many connections; allow more, or start fewer servers",
    "55P03": _BUSY,
    "40": _BUSY,
    "08": _AWAY,
    "57P": _AWAY,
}


@contextmanager
def on_disk(name: str) -> Iterator[None]:
    """Turn what the disk says about the file of a database, named `name`, into a StorageError."""
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise StorageError(
            f"the database {name} {_FULL if full else _UNWRITABLE} ({_reason(error)})"
        ) from error


@contextmanager
def connecting(name: str) -> Iterator[None]:
    """Turn whatever goes wrong while a database, named `name`, is reached for into a StorageError.

    Raises:
        StorageError: it cannot be reached, opened or locked.
    """
    with told(name):
        try:
            yield
        except (DBAPIError, PoolTimeout, StorageError):
            raise
        except OSError as error:
            raise StorageError(f"the database {name} {_AWAY} ({_reason(error)})") from error
        except Exception as error:  # a driver may raise its own, which SQLAlchemy does not know yet
            raise StorageError(f"the database {name} {_sentence(error)}") from error


@contextmanager
def told(name: str) -> Iterator[None]:
    """Turn what a database, named `name`, says within the block into a StorageError.

    What a constraint refuses stays an IntegrityError: only who wrote the row knows what that means.

    Raises:
        StorageError: the database was lost, is full, busy, damaged, or read only.
    """
    try:
        yield
    except IntegrityError:
        raise
    except PoolTimeout as error:
        raise StorageError(f"the database {name} {_BUSY}") from error
    except DBAPIError as error:
        raise StorageError(f"the database {name} {_sentence(error.orig)}") from error


def violates_unique(error: IntegrityError) -> bool:
    """Whether a row was refused because there is another one that it has to differ from."""
    return _code(error.orig) in _UNIQUE


@asynccontextmanager
async def naming(session: AsyncSession, taken: str) -> AsyncIterator[None]:
    """Write rows whose names have to differ from others'; the transaction goes on whether they do or not.

    taken: the sentence for when they do not.

    Raises:
        NameTaken: they do not; nothing of the block is written.
    """
    try:
        async with session.begin_nested():
            yield
    except IntegrityError as error:
        if not violates_unique(error):
            raise
        raise NameTaken(taken) from error


def _reason(error: OSError) -> str:
    if (
        error.errno and error.errno > 0
    ):  # asyncio says the address again; a server not found has a number below 0
        return os.strerror(error.errno).lower()
    return (error.strerror or str(error) or "no answer in time").lower()


def _code(error: BaseException | None) -> str:
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorname", "")
    return getattr(error, "sqlstate", None) or ""


def _sentence(error: BaseException | None) -> str:
    code = _code(error)
    for beginning, sentence in _SENTENCES.items():
        if code.startswith(beginning):
            return sentence
    return f"failed ({code or type(error).__name__})"
