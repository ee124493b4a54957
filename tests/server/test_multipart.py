import asyncio
import itertools
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.requests import Request

from visavis.avatars.vault import Spool
from visavis.errors import TooLarge, UploadError
from visavis.server.answers import Refused
from visavis.server.multipart import LONGEST_FIELD, LONGEST_NAME, MOST_PARTS, form

BOUNDARY = "XyZ"
FORM = f"multipart/form-data; boundary={BOUNDARY}"


def body(parts: Iterable[tuple[str, str | None, bytes]], end: bytes = b"--XyZ--\r\n") -> bytes:
    """A form as browsers write it; a part is a name, a file's name if it is one, and content."""
    written = b""
    for name, filename, content in parts:
        file = "" if filename is None else f'; filename="{filename}"'
        written += f'--XyZ\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode()
        written += content + b"\r\n"
    return written + end


def request(pieces: Sequence[bytes], kind: str = FORM) -> Request:
    """A request whose body comes in these pieces; told counts those that were asked for."""
    waiting = list(pieces)

    async def receive() -> dict[str, object]:
        piece = waiting.pop(0) if waiting else b""
        return {"type": "http.request", "body": piece, "more_body": bool(waiting)}

    headers = [(b"content-type", kind.encode("latin-1"))]
    return Request({"type": "http", "method": "POST", "headers": headers, "waiting": waiting}, receive)


async def read(pieces: Sequence[bytes], most: int = 10**6) -> tuple[dict[str, str], bytes]:
    """The fields, and what is in the spool."""
    async with Spool() as spool:
        fields = await form(request(pieces), spool, most)
        return fields, b"".join([piece async for piece in spool.read()])


PARTS = [
    ("avatar_name", None, "Zoë 你好".encode()),
    ("file", "a.jpg", b"\r\n--XyZ\r-- not yet \r\n--XyA\r\n\0\xff" * 3),
    ("user_id", None, b""),
]
EXPECTED = ({"avatar_name": "Zoë 你好", "user_id": ""}, PARTS[1][2])


@settings(deadline=None)
@given(st.lists(st.integers(0, 400), max_size=12), st.permutations(PARTS))
def test_a_form_is_the_same_in_any_pieces_and_any_order(
    cuts: list[int], parts: list[tuple[str, str | None, bytes]]
) -> None:
    whole = body(parts).replace(b"\r\n--XyZ\r-- not", b"\r\n--XyW\r-- not")
    expected = (EXPECTED[0], EXPECTED[1].replace(b"--XyZ", b"--XyW"))
    edges = [0, *sorted(min(cut, len(whole)) for cut in cuts), len(whole)]
    pieces = [whole[start:stop] for start, stop in itertools.pairwise(edges)]
    assert asyncio.run(read(pieces)) == expected


@settings(deadline=None)
@given(st.binary(max_size=3_000), st.integers(1, 50))
def test_any_file_comes_through_as_it_is(content: bytes, step: int) -> None:
    if b"--XyZ" in content:
        return
    whole = body([("file", "x", content or b"-")])
    pieces = [whole[at : at + step] for at in range(0, len(whole), step)]
    assert asyncio.run(read(pieces))[1] == (content or b"-")


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_noise_is_refused_in_a_sentence(noise: bytes) -> None:
    for whole in (noise, b"--XyZ\r\n" + noise, body([("file", "x", noise)], b"")):
        with pytest.raises((Refused, UploadError)):
            asyncio.run(read([whole]))


@pytest.mark.parametrize(
    "whole",
    [
        b"",
        b"--XyZ\r\n",
        body(PARTS)[:-9],
        body([("file", "x", b"1"), ("file", "x", b"2")]),
        body([("other", "x", b"1")]),
        body([("", None, b"1")]),
        body([("n" * (LONGEST_NAME + 1), None, b"1")]),
        body([("name", None, b"\xff\xfe")]),
        b"--XyZ\r\nContent-Type: text/plain\r\n\r\n1\r\n--XyZ--\r\n",
        b"--XyZ\r\n" + b"A: b\r\n" * 100 + b"\r\n1\r\n--XyZ--\r\n",
        b"--XyZ\r\nA: " + b"b" * 100_000 + b"\r\n\r\n1\r\n--XyZ--\r\n",
    ],
)
async def test_a_broken_form_is_refused(whole: bytes) -> None:
    with pytest.raises(Refused) as refused:
        await read([whole])
    assert (refused.value.status_code, refused.value.code) == (400, "broken_form")


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/json", 415),
        ("", 415),
        ("multipart/form-data", 400),
        ("multipart/form-data; boundary=", 400),
        (f"multipart/form-data; boundary={'b' * 300}", 400),
    ],
)
async def test_what_is_no_form_is_refused(kind: str, status: int) -> None:
    async with Spool() as spool:
        with pytest.raises(Refused) as refused:
            await form(request([body(PARTS)], kind), spool, 10**6)
    assert refused.value.status_code == status


async def test_fields_are_few_and_short() -> None:
    for parts in (
        [("name", None, b"x" * (LONGEST_FIELD + 1))],
        [(f"n{number}", None, b"") for number in range(MOST_PARTS + 1)],
    ):
        with pytest.raises(Refused) as refused:
            await read([body(parts)])
        assert refused.value.status_code == 413


async def test_reading_stops_where_the_file_is_too_large() -> None:
    whole = body([("file", "x", b"1" * 100_000)])
    pieces = [whole[at : at + 1_000] for at in range(0, len(whole), 1_000)]
    sent = request(pieces)
    async with Spool() as spool:
        with pytest.raises(TooLarge):
            await form(sent, spool, 10_000)
        assert spool.size <= 10_000
    assert len(sent.scope["waiting"]) > 85


async def test_a_file_may_be_as_large_as_the_limit() -> None:
    assert len((await read([body([("file", "x", b"1" * 10_000)])], 10_000))[1]) == 10_000
    with pytest.raises(UploadError, match="empty"):
        await read([body([("file", "x", b"")])])
