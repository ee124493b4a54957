"""The page and its files, as browsers get them."""

from pathlib import Path

import pytest

from tests.server.house import opened_house
from visavis.server.routes import pages

PAGES = ("/", "/avatar-registration", "/server")


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A page that was built, with a secret beside it."""
    folder = tmp_path / "page"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>built</title>")
    (folder / "assets" / "index-a1B2_c3D.js").write_text("let x = 1")
    (folder / "assets" / "index-a1B2_c3D.css").write_text("a {}")
    (folder / "assets" / "icon.svg").write_text("<svg/>")
    (folder / "assets" / "notes.sh").write_text("rm")
    (folder / "assets" / "deeper").mkdir()
    (folder / "assets" / "deeper" / "x.js").write_text("deep")
    (tmp_path / "secret.js").write_text("secret")
    (folder / "assets" / "link.js").symlink_to(tmp_path / "secret.js")
    monkeypatch.setattr(pages, "FOLDER", folder)
    return folder


async def test_one_page_at_three_addresses(built: Path) -> None:
    async with opened_house() as (_, client):
        for path in PAGES:
            answer = await client.get(path)
            assert answer.status_code == 200
            assert "<title>built</title>" in answer.text
            assert answer.headers["content-type"] == "text/html; charset=utf-8"
            assert answer.headers["cache-control"] == "no-cache"
        assert (await client.get("/nowhere")).status_code == 404


async def test_what_the_page_may_do(built: Path) -> None:
    async with opened_house() as (_, client):
        headers = (await client.get("/")).headers
        policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
        assert policy["default-src"] == policy["script-src"] == policy["style-src"] == "'self'"
        assert policy["connect-src"] == "'self' ws://localhost:8000 wss://localhost:8000"
        assert policy["media-src"] == "'self' blob:"
        assert "unsafe" not in headers["content-security-policy"]
        assert "microphone=(self), camera=(self)" in headers["permissions-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"


async def test_a_host_that_is_none_gets_into_no_header(built: Path) -> None:
    async with opened_house() as (_, client):
        answer = await client.get("/", headers={"host": "localhost; script-src *"})
        assert "script-src *" not in str(answer.headers)


@pytest.mark.parametrize(
    ("name", "kind", "kept"),
    [
        ("index-a1B2_c3D.js", "text/javascript; charset=utf-8", pages.FOR_EVER),
        ("index-a1B2_c3D.css", "text/css; charset=utf-8", pages.FOR_EVER),
        ("icon.svg", "image/svg+xml", "no-cache"),
    ],
)
async def test_files_have_fixed_kinds_and_are_kept_for_ever_where_their_names_change(
    built: Path, name: str, kind: str, kept: str
) -> None:
    async with opened_house() as (_, client):
        answer = await client.get(f"/assets/{name}")
        assert answer.content == (built / "assets" / name).read_bytes()
        assert (answer.headers["content-type"], answer.headers["cache-control"]) == (kind, kept)
        again = await client.get(f"/assets/{name}", headers={"if-none-match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        (built / "assets" / name).write_text("something else")
        assert (await client.head(f"/assets/{name}")).headers["content-length"] == "14"


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../../secret.js",
        "/assets/..%2f..%2fsecret.js",
        "/assets/%2e%2e/%2e%2e/secret.js",
        "/assets/..%5c..%5csecret.js",
        "/assets/link.js",
        "/assets/notes.sh",
        "/assets/deeper/x.js",
        "/assets/deeper%2fx.js",
        "/assets/deeper",
        "/assets/",
        "/assets/index.html",
        "/assets//etc/passwd",
        "/assets/index-a1B2_c3D.js%00.css",
    ],
)
async def test_nothing_else_can_be_had(built: Path, path: str) -> None:
    async with opened_house() as (_, client):
        answer = await client.get(path)
        assert answer.status_code == 404
        assert set(answer.json()) == {"code", "detail"}
        assert "secret" not in answer.json()["detail"]


async def test_a_page_that_is_built_anew_is_seen(built: Path) -> None:
    async with opened_house() as (_, client):
        assert (await client.get("/assets/new-00000000.js")).status_code == 404
        (built / "assets" / "new-00000000.js").write_text("new")
        (built / "index.html").write_text("new")
        assert (await client.get("/assets/new-00000000.js")).text == "new"


async def test_without_a_built_page_it_says_how_to_build_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "FOLDER", tmp_path / "page")
    async with opened_house() as (_, client):
        for path in PAGES:
            answer = await client.get(path)
            assert answer.status_code == 200
            assert "make web" in answer.text
        assert (await client.get("/assets/index.js")).status_code == 404
