import os
import threading
from itertools import repeat
from pathlib import Path

import pytest

from visavis.commands.typed import MOST, Typed
from visavis.errors import TextError


def typed(content: bytes) -> str:
    """What is read of a pipe into which this was written."""
    reader, writer = os.pipe()
    os.write(writer, content)
    os.close(writer)
    source = Typed(reader)
    try:
        return "".join(source.pieces())
    finally:
        source.close()
        os.close(reader)


def test_text_comes_as_it_is_typed() -> None:
    reader, writer = os.pipe()
    source = Typed(reader)
    pieces = source.pieces()
    for piece in ("Hello. ", "And on."):
        os.write(writer, piece.encode())
        assert next(pieces) == piece
    os.close(writer)
    assert list(pieces) == []
    source.close()
    os.close(reader)


def test_nothing_at_all() -> None:
    assert typed(b"") == ""


def test_a_mark_of_utf8_is_no_text() -> None:
    assert typed(b"\xef\xbb\xbfhola") == "hola"


@pytest.mark.parametrize("content", [b"\xff\xfe", b"good and then \xe4", "你".encode()[:2]])
def test_what_is_not_utf8_is_one_sentence(content: bytes) -> None:
    with pytest.raises(TextError, match="not UTF-8; convert it first"):
        typed(content)


def test_a_character_across_two_reads(tmp_path: Path) -> None:
    text = "a" * (MOST - 1) + "你好" + "b" * MOST
    file = tmp_path / "text"
    file.write_text(text, "utf-8")
    with file.open("rb") as opened:
        source = Typed(opened.fileno())
        assert "".join(source.pieces()) == text
        source.close()


def test_closing_ends_a_read_that_waits() -> None:
    reader, writer = os.pipe()
    source = Typed(reader)
    seen = list[str]()
    reading = threading.Thread(target=lambda: seen.extend(source.pieces()))
    os.write(writer, b"one")
    reading.start()
    source.close()
    source.close()
    reading.join(10)
    assert not reading.is_alive()
    os.close(writer)
    os.close(reader)


def test_what_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    folder = os.open(tmp_path, os.O_RDONLY)
    source = Typed(folder)
    with pytest.raises(TextError, match="standard input cannot be read: is a directory; give the text"):
        list(source.pieces())
    source.close()
    os.close(folder)


def test_no_pipe_stays_open() -> None:
    before = sorted(Path("/dev/fd").iterdir())
    for _ in repeat(None, 3):
        assert typed(b"one") == "one"
    assert sorted(Path("/dev/fd").iterdir()) == before
