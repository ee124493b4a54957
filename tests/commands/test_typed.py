import os
import threading
from pathlib import Path

import pytest

from visavis.commands.typed import MOST, Typed
from visavis.errors import TextError


def typed(*pieces: bytes) -> list[str]:
    """What is read of a pipe into which these were written one after the other, each when the last was read."""
    reader, writer = os.pipe()
    source = Typed(reader)
    seen, reading = [], source.pieces()
    for piece in pieces:
        os.write(writer, piece)
        if (got := next(reading, None)) is not None:
            seen.append(got)
    os.close(writer)
    seen.extend(reading)
    source.close()
    os.close(reader)
    return seen


def test_text_comes_as_it_is_typed() -> None:
    assert typed(b"Hello. ", b"And on.") == ["Hello. ", "And on."]


def test_nothing_at_all() -> None:
    assert typed() == []


def test_a_mark_of_utf8_is_no_text() -> None:
    assert typed(b"\xef\xbb\xbfhola") == ["hola"]


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
