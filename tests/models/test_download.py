from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from visavis.errors import ModelError
from visavis.models.download import Address, Patience, download

from .things import noise
from .web import Web, serving

CONTENT = noise(300_000)
SIZE = len(CONTENT)


@pytest.fixture
def part(tmp_path: Path) -> Path:
    return tmp_path / "part"


@pytest.fixture
def get(web: Web, part: Path, patience: Patience) -> Callable[[], list[int]]:
    """Download /model, and what was reported meanwhile."""
    web.files["/model"] = CONTENT

    def go() -> list[int]:
        reached: list[int] = []
        download(Address(f"{web.root}/model"), SIZE, part, reached.append, patience)
        return reached

    return go


Get = Callable[[], list[int]]


def test_a_file_comes_and_its_progress_is_told(get: Get, web: Web, part: Path) -> None:
    reached = get()
    assert part.read_bytes() == CONTENT
    assert reached == sorted(reached)
    assert reached[-1] == SIZE
    assert web.sent == SIZE


def test_a_broken_connection_is_gone_on_with(get: Get, web: Web, part: Path) -> None:
    web.cuts = [100_000, 50_000]
    get()
    assert part.read_bytes() == CONTENT
    assert [answer.sent for answer in web.answers] == [100_000, 50_000, 150_000]
    assert web.answers[1].headers["Range"] == "bytes=100000-"
    assert web.answers[1].headers["If-Range"] == '"first"'


def test_many_breaks_are_no_matter_while_there_is_progress(get: Get, web: Web, part: Path) -> None:
    web.cuts = [30_000] * 9
    get()
    assert part.read_bytes() == CONTENT
    assert web.sent == SIZE


def test_a_later_try_goes_on_from_there(get: Get, web: Web, part: Path) -> None:
    web.cuts = [100_000, 0, 0, 0]
    with pytest.raises(ModelError, match=r"cannot be reached: the connection closed.*100\.0 kB are kept"):
        get()
    assert part.read_bytes() == CONTENT[:100_000]
    before = web.sent
    get()
    assert part.read_bytes() == CONTENT
    assert web.sent - before == SIZE - 100_000


def test_a_server_without_ranges_starts_anew(get: Get, web: Web, part: Path) -> None:
    web.ranges = False
    web.cuts = [100_000]
    get()
    assert part.read_bytes() == CONTENT
    assert [answer.sent for answer in web.answers] == [100_000, SIZE]


def test_a_server_without_ranges_that_keeps_breaking_is_given_up(get: Get, web: Web) -> None:
    web.ranges = False
    web.cuts = [100_000] * 20
    with pytest.raises(ModelError, match="cannot be reached"):
        get()
    assert len(web.answers) == 4


def test_a_file_that_changed_meanwhile_starts_anew(get: Get, web: Web, part: Path) -> None:
    part.write_bytes(b"x" * 1000)
    part.with_name("part.version").write_text('"older"')
    get()
    assert part.read_bytes() == CONTENT
    assert web.answers[0].status == 200


@pytest.mark.parametrize(
    ("etag", "modified", "expected"),
    [
        ('W/"weak"', "Sat, 01 Aug 2026 10:00:00 GMT", "Sat, 01 Aug 2026 10:00:00 GMT"),
        ("", "Sat, 01 Aug 2026 10:00:00 GMT", "Sat, 01 Aug 2026 10:00:00 GMT"),
        ('W/"weak"', "", None),
        ("", "", None),
    ],
)
def test_a_weak_tag_vouches_for_nothing(
    get: Get, web: Web, etag: str, modified: str, expected: str | None
) -> None:
    web.etag, web.modified, web.cuts = etag, modified, [100_000]
    get()
    assert web.answers[1].headers.get("If-Range") == expected


def test_a_part_that_is_whole_is_not_asked_for(get: Get, web: Web, part: Path) -> None:
    part.write_bytes(CONTENT)
    get()
    assert web.answers == []


def test_a_part_that_is_too_long_is_thrown_away(get: Get, web: Web, part: Path) -> None:
    part.write_bytes(CONTENT + b"more")
    get()
    assert part.read_bytes() == CONTENT
    assert "Range" not in web.answers[0].headers


def test_a_range_past_the_end_starts_anew(get: Get, web: Web, part: Path) -> None:
    part.write_bytes(b"x" * 1000)
    web.failures = [(416, {})]
    get()
    assert part.read_bytes() == CONTENT


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again(get: Get, web: Web, part: Path, status: int) -> None:
    web.failures = [(status, {"Retry-After": "0"})]
    get()
    assert part.read_bytes() == CONTENT


def test_what_does_not_pass_is_given_up(get: Get, web: Web, part: Path) -> None:
    web.failures = [(503, {})] * 9
    with pytest.raises(ModelError, match="cannot be reached: it answers 503 Service Unavailable"):
        get()
    assert len(web.answers) == 3
    assert not part.exists()


def test_a_file_that_is_not_there(get: Get, web: Web, part: Path) -> None:
    del web.files["/model"]
    with pytest.raises(ModelError, match=r"/model cannot be fetched: 127.* answers 404 Not Found"):
        get()
    assert len(web.answers) == 1
    assert list(part.parent.iterdir()) == []


@pytest.mark.parametrize("content", [b"<html>please log in</html>", CONTENT + b"more"])
def test_a_file_of_another_size_is_not_even_fetched(get: Get, web: Web, part: Path, content: bytes) -> None:
    web.files["/model"] = content
    with pytest.raises(ModelError, match=f"has {len(content):,} bytes and 300,000 were expected"):
        get()
    assert list(part.parent.iterdir()) == []


def test_a_server_that_does_not_tell_the_length(get: Get, web: Web, part: Path) -> None:
    web.lengths = False
    get()
    assert part.read_bytes() == CONTENT


def test_nobody_listens(part: Path, patience: Patience) -> None:
    with serving() as gone:
        address = Address(f"{gone.root}/model")
    with pytest.raises(
        ModelError, match=r"127.0.0.1:\d+ cannot be reached: Connection refused; check the network"
    ):
        download(address, SIZE, part, lambda _: None, patience)


def test_a_server_that_falls_silent(web: Web, part: Path, patience: Patience) -> None:
    web.files["/model"] = CONTENT
    web.gate = Event()
    part.write_bytes(CONTENT[:-1])
    brief = replace(patience, timeout=0.1, tries=1)
    with pytest.raises(ModelError, match=r"it does not answer; .*300\.0 kB are kept"):
        download(Address(f"{web.root}/model"), SIZE, part, lambda _: None, brief)
    assert part.read_bytes() == CONTENT[:-1]


@pytest.mark.parametrize("url", ["no address", "gopher://127.0.0.1/model", "http://127.0.0.1:port/model"])
def test_not_an_address(part: Path, patience: Patience, url: str) -> None:
    with pytest.raises(ModelError):
        download(Address(url), SIZE, part, lambda _: None, patience)


def test_the_token_stays_with_its_host(web: Web, part: Path, patience: Patience) -> None:
    with serving() as storage:
        web.moved = {"/hub": "/hub/elsewhere", "/hub/elsewhere": f"{storage.root}/signed?key=1"}
        storage.files["/signed"] = CONTENT
        download(Address(f"{web.root}/hub", "secret"), SIZE, part, lambda _: None, patience)
        assert [answer.headers.get("Authorization") for answer in web.answers] == ["Bearer secret"] * 2
        assert "Authorization" not in storage.answers[0].headers
    assert part.read_bytes() == CONTENT


def test_a_range_survives_a_redirect(web: Web, part: Path, patience: Patience) -> None:
    web.moved = {"/hub": "/model"}
    web.files["/model"] = CONTENT
    part.write_bytes(CONTENT[:1000])
    download(Address(f"{web.root}/hub"), SIZE, part, lambda _: None, patience)
    assert part.read_bytes() == CONTENT
    assert web.sent == SIZE - 1000


def test_closed_without_an_account(web: Web, part: Path, patience: Patience) -> None:
    web.failures = [(401, {})]
    with pytest.raises(ModelError, match=r"accept the terms at https://hub/a/b and set HF_TOKEN"):
        download(Address(f"{web.root}/x", page="https://hub/a/b"), SIZE, part, lambda _: None, patience)


def test_closed_in_spite_of_an_account_keeps_what_came(web: Web, part: Path, patience: Patience) -> None:
    web.failures = [(403, {})]
    part.write_bytes(CONTENT[:1000])
    with pytest.raises(ModelError, match="does not let the account of HF_TOKEN"):
        download(Address(f"{web.root}/x", "t", "https://hub/a/b"), SIZE, part, lambda _: None, patience)
    assert part.read_bytes() == CONTENT[:1000]


def test_closed_where_there_are_no_accounts(web: Web, part: Path, patience: Patience) -> None:
    web.failures = [(403, {})]
    with pytest.raises(ModelError, match="fetch it by hand"):
        download(Address(f"{web.root}/x"), SIZE, part, lambda _: None, patience)
