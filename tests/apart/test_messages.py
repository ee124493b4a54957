"""What goes over a line comes out of it, in whatever pieces; errors come home as what they are."""

import os
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis import errors
from visavis.apart.messages import Cutting, Kind, excuse, excused, is_known, message, receive, send
from visavis.errors import (
    EngineError,
    NoRoom,
    PortraitError,
    TooLarge,
    UnknownName,
    UploadError,
    VisavisError,
)

said = st.lists(st.tuples(st.sampled_from(Kind), st.binary(max_size=40)), max_size=8)


@given(said, st.lists(st.integers(0, 300)))
def test_messages_are_the_same_in_any_pieces(messages: list[tuple[Kind, bytes]], places: list[int]) -> None:
    whole = b"".join(message(kind, body) for kind, body in messages)
    cutting, begin = Cutting(), 0
    heard: list[tuple[Kind, bytes]] = []
    for end in [*sorted(place for place in places if place < len(whole)), len(whole)]:
        heard += cutting.feed(whole[begin:end])
        begin = end
    assert heard == messages


def test_a_message_takes_a_file_along() -> None:
    ours, theirs = socket.socketpair()
    reading, writing = os.pipe()
    with ours, theirs, os.fdopen(reading, "rb") as end:
        send(ours, Kind.CALL, b"x" * 100_000, [writing])
        os.close(writing)
        kind, body, files = receive(theirs)
        assert (kind, len(body), len(files)) == (Kind.CALL, 100_000, 1)
        assert not os.get_inheritable(files[0])
        with os.fdopen(files[0], "wb") as other:
            other.write(b"through")
        assert end.read() == b"through"


def test_a_line_that_ends_says_so_even_within_a_message() -> None:
    for beginning in (b"", message(Kind.DONE, b"abcdef")[:3], message(Kind.DONE, b"abcdef")[:-2]):
        ours, theirs = socket.socketpair()
        with theirs:
            with ours:
                ours.sendall(beginning)
            with pytest.raises(EOFError):
                receive(theirs)


@pytest.mark.parametrize(
    "error",
    [
        ValueError("these are no bytes of mine"),
        PortraitError("no face; give another photo"),
        UnknownName("voice", "ana", ["anna"]),
        NoRoom("full", 5),
        UploadError("odd", "what is this"),
        TooLarge("too much of it"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_comes_home_as_what_it_is(error: Exception) -> None:
    home = excused(excuse(error, "warp"))
    assert is_known(error)
    assert type(home) is type(error)
    assert str(home) == str(error)
    assert vars(home) == vars(error)


def test_every_error_of_ours_comes_home() -> None:
    kinds = [
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, VisavisError)
    ]
    assert len(kinds) > 10
    for kind in kinds:
        assert type(excused(excuse(kind.__new__(kind, "so"), "warp"))) is kind


def test_a_kind_of_value_error_is_a_value_error() -> None:
    home = excused(excuse(UnicodeDecodeError("utf-8", b"\xff", 0, 1, "odd"), "warp"))
    assert type(home) is ValueError


def test_an_error_that_nobody_knows_names_its_kind() -> None:
    assert not is_known(ZeroDivisionError())
    home = excused(excuse(ZeroDivisionError("by nought"), "warp"))
    assert type(home) is EngineError
    assert str(home).startswith("the face engine warp failed with ZeroDivisionError: by nought; ")
