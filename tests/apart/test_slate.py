"""A picture that is drawn on one side is the same on the other."""

import contextlib
import os
from collections.abc import Iterator

import numpy as np
import pytest

from visavis.apart.slate import Slate, read, size_of, write, written
from visavis.errors import EngineError
from visavis.media import Pixels


def picture(value: int, height: int = 6, width: int = 4) -> Pixels:
    return (np.arange(height * width * 3).reshape(height, width, 3) + value).astype(np.uint8)


@contextlib.contextmanager
def slates(slots: int) -> Iterator[tuple[Slate, Slate]]:
    """Both sides of one."""
    ours = Slate(slots)
    theirs = Slate(slots, os.dup(ours.descriptor))
    with contextlib.closing(ours), contextlib.closing(theirs):
        yield ours, theirs


def test_pictures_go_across_in_any_order() -> None:
    with slates(3) as (ours, theirs):
        for slot in (1, 0, 2):
            theirs.put(slot, picture(slot))
        for slot in range(3):
            assert np.array_equal(ours.take(slot, 6, 4), picture(slot))


def test_what_was_taken_stays_as_it_was() -> None:
    with slates(1) as (ours, theirs):
        theirs.put(0, picture(1))
        taken = ours.take(0, 6, 4)
        theirs.put(0, picture(2))
        assert np.array_equal(taken, picture(1))
        assert taken.flags.owndata
        assert taken.flags.writeable


def test_one_slot_takes_pictures_of_any_size() -> None:
    with slates(1) as (ours, theirs):
        for height, width in ((6, 4), (64, 48), (2, 2)):
            theirs.put(0, picture(3, height, width))
            assert np.array_equal(ours.take(0, height, width), picture(3, height, width))


def test_a_view_of_a_larger_picture_goes_across() -> None:
    with slates(2) as (ours, theirs):
        theirs.put(1, picture(0, 12, 8)[::2, ::2])
        assert np.array_equal(ours.take(1, 6, 4), picture(0, 12, 8)[::2, ::2])


def test_pictures_that_lie_side_by_side_are_of_one_size() -> None:
    with slates(2) as (_, theirs):
        theirs.put(0, picture(0))
        with pytest.raises(EngineError, match=r"went from \(6, 4, 3\) to \(8, 4, 3\)"):
            theirs.put(1, picture(0, 8))


@pytest.mark.parametrize(
    "odd", [np.zeros((6, 4, 3), np.float32), np.zeros((6, 4), np.uint8), np.zeros((6, 4, 4), np.uint8)]
)
def test_what_is_no_picture_is_refused(odd: Pixels) -> None:
    with slates(1) as (_, theirs), pytest.raises(EngineError, match="which is no picture"):
        theirs.put(0, odd)


def test_a_file_has_what_was_written_for_everybody() -> None:
    file = written(b"abc" * 1000)
    other = os.dup(file)
    try:
        assert read(other) == read(file) == b"abc" * 1000
        write(other, b"def", 3000)
        assert size_of(file) == 3003
        assert read(file)[-6:] == b"abcdef"
    finally:
        os.close(file)
        os.close(other)


def test_nobody_takes_memory_away_that_somebody_looks_at() -> None:
    with contextlib.closing(Slate(1)) as slate:
        slate.put(0, np.zeros((4, 4, 3), np.uint8))
        with pytest.raises(PermissionError):
            os.ftruncate(slate.descriptor, 0)
