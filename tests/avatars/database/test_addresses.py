from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.avatars.database.addresses import named, understood, url_of
from visavis.errors import StorageError


@pytest.mark.parametrize("scheme", ["sqlite", "sqlite+aiosqlite"])
def test_a_file_is_meant_by_sqlite(scheme: str) -> None:
    assert understood(f"{scheme}:////srv/a.db").database == "/srv/a.db"
    assert understood(f"{scheme}:///a.db").database == str(Path.cwd() / "a.db")
    assert understood(f"{scheme}:///~/a.db").database == str(Path.home() / "a.db")


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
def test_a_server_is_meant_by_postgres(scheme: str) -> None:
    address = understood(f"{scheme}://ada:word@server:5433/faces?sslmode=require")
    assert address.drivername == "postgresql+asyncpg"
    assert (address.host, address.port, address.database) == ("server", 5433, "faces")
    assert (address.username, address.password) == ("ada", "word")
    assert address.query == {"ssl": "require"}
    assert named(address) == "postgresql://server:5433/faces"


def test_a_socket_can_be_meant() -> None:
    address = understood("postgresql:///faces?host=/run/postgresql")
    assert named(address) == "postgresql:///run/postgresql/faces"


@given(st.lists(st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1)))
def test_any_path_has_a_url(parts: list[str]) -> None:
    path = Path("/", *(part for part in parts if part not in {".", ".."}), "a.db")
    assert understood(url_of(path)).database == str(path)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", "cannot be read"),
        ("faces.db", "cannot be read"),
        ("postgresql://ada:word@server:many/faces", "cannot be read"),
        ("mysql://ada:word@server/faces", "no support for 'mysql' databases"),
        ("sqlite+pysqlite:///a.db", "no support"),
        ("sqlite://", "is a file here"),
        ("sqlite:///:memory:", "is a file here"),
        ("sqlite:///a.db?mode=ro", "is a file here"),
        ("postgresql://ada:w@rd@server/faces", "write @ in a user or password as %40"),
        ("postgresql://server/faces?colour=blue", "options that are not known"),
        ("postgresql://server/faces?sslmode=perhaps", "sslmode in the database's URL can be disable"),
    ],
)
def test_a_url_that_cannot_be_used_is_one_sentence(url: str, sentence: str) -> None:
    with pytest.raises(StorageError, match=sentence) as raised:
        understood(url)
    assert "word" not in str(raised.value).replace("password", "")


@given(
    st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1), st.sampled_from("/?#@:% ")
)
def test_no_sentence_and_no_name_holds_a_piece_of_a_password(noise: str, sign: str) -> None:
    url = f"postgresql://ada:XYZZY{noise}{sign}XYZZY@server/faces"
    try:
        told = named(understood(url))
    except StorageError as error:
        told = str(error)
    assert "XYZZY" not in told
