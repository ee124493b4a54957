"""Which database is meant: URLs as users write them, and databases as they are named to users.

A sentence about a database never holds more of its URL than the server and the name behind it.
"""

from pathlib import Path
from typing import Final

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from visavis.errors import StorageError

_SQLITE: Final = ("sqlite", "sqlite+aiosqlite")
_POSTGRES: Final = ("postgresql", "postgres", "postgresql+asyncpg")
_OPTIONS: Final = {"host": "host", "port": "port", "ssl": "ssl", "sslmode": "ssl"}
_SSL: Final = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_FORMS: Final = "write it as sqlite:///path/of/file or postgresql://user:password@server:5432/name"


def understood(url: str) -> URL:
    """A URL with the driver that is used here, its options as that driver names them.

    Raises:
        StorageError: it is none of a database that can be used.
    """
    try:
        address = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise StorageError(f"the database's URL cannot be read; {_FORMS}") from error
    if address.drivername in _SQLITE:
        return _sqlite(address)
    if address.drivername in _POSTGRES:
        if url.count("@") > 1:  # or half of a password would be taken for a server, and told
            raise StorageError("in the database's URL write @ in a user or password as %40, and / as %2F")
        return _postgres(address)
    raise StorageError(f"there is no support for {address.drivername!r} databases; {_FORMS}")


def url_of(path: Path) -> str:
    """The URL of an SQLite file, whatever letters its path has."""
    return f"sqlite:///{str(path.absolute()).replace('%', '%25').replace('?', '%3F')}"


def is_file(address: URL) -> bool:
    """Whether it is SQLite's."""
    return address.get_backend_name() == "sqlite"


def named(address: URL) -> str:
    """How a database is named to users."""
    if is_file(address):
        return str(address.database)
    server = address.host or address.query.get("host") or "localhost"
    port = f":{address.port}" if address.port else ""
    return f"postgresql://{server}{port}/{address.database or ''}"


def _sqlite(address: URL) -> URL:
    path = address.database
    if not path or path == ":memory:" or path.startswith("file:") or address.host or address.query:
        raise StorageError("an SQLite database is a file here, without options; write sqlite:///path/of/file")
    return address.set(drivername="sqlite+aiosqlite", database=str(Path(path).expanduser().absolute()))


def _postgres(address: URL) -> URL:
    query = {_OPTIONS.get(name, ""): value for name, value in address.query.items()}
    if "" in query:
        raise StorageError(
            f"the database's URL has options that are not known; there is: {', '.join(sorted(_OPTIONS))}"
        )
    if query.get("ssl", "prefer") not in _SSL:
        raise StorageError(f"sslmode in the database's URL can be {', '.join(_SSL[:-1])} or {_SSL[-1]}")
    return address.set(drivername="postgresql+asyncpg", query=query)
