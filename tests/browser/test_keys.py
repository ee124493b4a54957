"""A server that asks for a key: so does the page, and everything works with it."""

from collections.abc import Iterator

import pytest

from tests.browser.conftest import Complaints, Visit
from tests.browser.serving import Server, serving

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server(playwright: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("keys"), API_KEYS="true") as started:
        yield started


@pytest.fixture(scope="module")
def key(server: Server) -> str:
    return next(word for word in server.run("keys", "create", "ada").split() if word.startswith("vv_"))


@pytest.mark.parametrize("way", ["WebRTC", "WebSocket"])
def test_a_key_is_asked_for_and_opens_everything(
    visit: Visit, complaints: Complaints, key: str, way: str
) -> None:
    complaints.expect(r"Failed to load resource: .* 401|WebSocket connection to .* failed")
    ada = visit(script="" if way == "WebRTC" else "delete window.RTCPeerConnection")
    ada.begin(live=False)
    ada.sees("A key is needed")
    field = ada.page.get_by_label("Key", exact=True)
    ada.shot("key")
    field.fill("vv_wrong")
    ada.button("Continue").click()
    ada.sees("This key is not valid.")
    field.fill(key)
    ada.button("Continue").click()
    ada.lives()
    ada.listens()
    ada.types("What is your name?")
    ada.hears()
    ada.answered(2)
    ada.page.get_by_role("link", name="Server").click()
    ada.sees("Healthy")
    assert key not in ada.page.url


@pytest.mark.parametrize(("path", "shown"), [("/server", "Healthy"), ("/avatar-registration", "Registered")])
def test_each_page_asks_for_the_key_itself(
    visit: Visit, complaints: Complaints, key: str, path: str, shown: str
) -> None:
    complaints.expect(r"Failed to load resource: .* 401")
    ada = visit(path)
    ada.sees("A key is needed")
    field = ada.page.get_by_label("Key", exact=True)
    field.fill("vv_wrong")
    ada.button("Continue").click()
    ada.sees("This key is not valid.")
    field.fill(key)
    ada.button("Continue").click()
    ada.sees(shown)
    ada.misses("A key is needed")
