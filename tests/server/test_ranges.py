import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.server.house import VIDEO, opened_house
from visavis.server.ranges import Span, is_known, span

ETAG = '"abc"'


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=0-", (0, 100)),
        ("bytes=10-19", (10, 20)),
        ("bytes=90-500", (90, 100)),
        ("bytes=-1", (99, 100)),
        ("bytes=-500", (0, 100)),
        ("BYTES = 5 - 6", (5, 7)),
    ],
)
def test_a_range_is_read(wanted: str, expected: tuple[int, int]) -> None:
    assert span(wanted, None, ETAG, 100) == Span(*expected, 100)


@pytest.mark.parametrize("wanted", ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=999999999999-"])
def test_a_range_behind_the_end_is_none_of_it(wanted: str) -> None:
    assert span(wanted, None, ETAG, 100) == "none of it"


@pytest.mark.parametrize(
    "wanted",
    [None, "", "bytes", "bytes=", "bytes=-", "bytes=2-1", "bytes=a-b", "items=0-1", "bytes=0-1,5-6",
     "bytes=١-٢", "bytes=1--2", "bytes=+1-2", f"bytes={'9' * 500}-"],
)  # fmt: skip
def test_what_means_nothing_is_the_whole_file(wanted: str | None) -> None:
    assert span(wanted, None, ETAG, 100) is None


@pytest.mark.parametrize("if_range", ['"xyz"', "W/" + ETAG, "Wed, 21 Oct 2026 07:28:00 GMT", ""])
def test_a_range_of_another_file_is_the_whole_file(if_range: str) -> None:
    assert span("bytes=0-1", if_range, ETAG, 100) is None
    assert span("bytes=0-1", ETAG, ETAG, 100) == Span(0, 2, 100)


@given(st.text(max_size=40), st.integers(0, 1_000))
def test_no_header_leads_outside_of_the_file(wanted: str, size: int) -> None:
    for header in (wanted, f"bytes={wanted}"):
        found = span(header, None, ETAG, size)
        if isinstance(found, Span):
            assert 0 <= found.start < found.stop <= size


@pytest.mark.parametrize(
    ("known", "expected"),
    [(None, False), (ETAG, True), (f'"x", W/{ETAG}', True), ("*", True), ("abc", False)],
)
def test_a_file_that_is_known_already(known: str | None, expected: bool) -> None:
    assert is_known(known, ETAG) is expected


async def test_a_video_is_answered_in_pieces() -> None:
    async with opened_house() as (made, client):
        url = (await client.post("/api/v1/generate", json={"text": "Hi."})).json()["url"]
        whole = await client.get(url)
        assert (whole.status_code, whole.content) == (200, VIDEO)
        assert whole.headers["content-type"] == "video/mp4"
        assert whole.headers["accept-ranges"] == "bytes"
        assert whole.headers["content-length"] == str(len(VIDEO))
        etag = whole.headers["etag"]
        part = await client.get(url, headers={"Range": "bytes=1000-1999", "If-Range": etag})
        assert (part.status_code, part.content) == (206, VIDEO[1000:2000])
        assert part.headers["content-range"] == f"bytes 1000-1999/{len(VIDEO)}"
        assert (await client.get(url, headers={"Range": "bytes=-10"})).content == VIDEO[-10:]
        assert (await client.get(url, headers={"Range": "bytes=5-9", "If-Range": '"x"'})).content == VIDEO
        none = await client.get(url, headers={"Range": f"bytes={len(VIDEO)}-"})
        assert (none.status_code, none.headers["content-range"]) == (416, f"bytes */{len(VIDEO)}")
        assert none.json()["code"] == "range"
        head = await client.head(url, headers={"Range": "bytes=0-1"})
        assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(VIDEO)))
        known = await client.get(url, headers={"If-None-Match": etag})
        assert (known.status_code, known.content) == (304, b"")
        assert made.screen.reading == 0


async def test_a_video_whose_file_is_gone_is_not_found() -> None:
    async with opened_house() as (made, client):
        url = (await client.post("/api/v1/generate", json={"text": "Hi."})).json()["url"]
        made.screen.gone = True
        answer = await client.get(url)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
