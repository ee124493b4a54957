from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.errors import TooLarge, UploadError
from visavis.intake import received
from visavis.intake.received import MOST

from .files import Held


class Source:
    """Pieces, and how many of them were asked for."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = pieces
        self.asked = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            self.asked += 1
            yield piece


@given(st.lists(st.binary(max_size=20)).filter(any), st.integers(0, 100))
async def test_all_of_it_is_written_or_it_is_too_large(pieces: list[bytes], most: int) -> None:
    source, spool = Source(*pieces), Held()
    whole = b"".join(pieces)
    if len(whole) <= most:
        await received(aiter(source), spool, most)
        assert spool.content == whole
    else:
        with pytest.raises(TooLarge):
            await received(aiter(source), spool, most)
        assert spool.size <= most
        assert whole.startswith(spool.content)
        assert len(b"".join(pieces[: source.asked - 1])) <= most, "nothing is read after what was too much"


async def test_51_mb_without_a_length_end_at_the_first_piece_too_many() -> None:
    piece = bytes(2**20)
    source, spool = Source(*[piece] * 51, b"never asked for"), Held()
    with pytest.raises(TooLarge, match="larger than 50 MB; send a smaller") as refused:
        await received(aiter(source), spool)
    assert refused.value.code == "too_large"
    assert (source.asked, spool.size) == (51, MOST)


async def test_one_byte_over() -> None:
    await received(aiter(Source(b"abc", b"de")), Held(), 5)
    with pytest.raises(TooLarge):
        await received(aiter(Source(b"abc", b"de")), Held(), 4)


async def test_nothing() -> None:
    with pytest.raises(UploadError, match="empty"):
        await received(aiter(Source(b"", b"")), Held())
