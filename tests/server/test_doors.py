import httpx
import pytest

from tests.server.house import ADA, house, opened_house
from visavis.config import Settings
from visavis.server.doors import host_of, is_loopback

OURS = "http://localhost:8000"
CHANGING = [
    ("POST", "/consent/x/revoke"),
    ("DELETE", "/avatar/x"),
    ("DELETE", "/user"),
    ("POST", "/avatar/register"),
]


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8000", "LOCALHOST:1", "127.0.0.1", "127.8.9.1:80", "[::1]:8000", "[::1]"]
)
async def test_it_answers_to_names_of_this_machine(host: str) -> None:
    async with opened_house() as (_, client):
        assert (await client.get("/avatar/list", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.nip.io", "192.168.0.5",
     "0.0.0.0", "", "[::1", "localhost@evil.example", "[2001:db8::1]", "10.0.0.1:8000", "::1"],
)  # fmt: skip
async def test_it_answers_to_no_borrowed_name(host: str) -> None:
    """A page can let its own name point to this machine; the browser then sends that name."""
    async with opened_house() as (_, client):
        for path in ("/avatar/list", "/health", "/docs"):
            answer = await client.get(path, headers={"Host": host})
            assert (answer.status_code, answer.json()["code"]) == (421, "host")


@pytest.mark.parametrize(("method", "path"), CHANGING)
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:3000"},
        {"Origin": "http://localhost.evil.example:8000"},
        {"Origin": ""},
        {"Origin": "http://[x"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_other_pages_change_nothing(method: str, path: str, headers: dict[str, str]) -> None:
    async with opened_house() as (made, client):
        answer = await client.request(method, path, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "origin")
        assert not made.shelf.changes


@pytest.mark.parametrize("headers", [{"Origin": OURS}, {}, {"Origin": OURS, "Sec-Fetch-Site": "same-origin"}])
async def test_our_own_pages_and_programs_may(headers: dict[str, str]) -> None:
    async with opened_house() as (_, client):
        assert (await client.delete("/user", headers=headers)).status_code == 200


async def test_pages_that_are_allowed_may_and_are_told_so() -> None:
    made = house(Settings(cors_origins=("https://friend.example",)))
    friend, stranger = {"Origin": "https://friend.example"}, {"Origin": "https://evil.example"}
    async with made.client() as client:
        answer = await client.delete("/user", headers=friend)
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == "https://friend.example"
        asking = {"Access-Control-Request-Method": "DELETE", "Access-Control-Request-Headers": "x-api-key"}
        assert (await client.options("/user", headers=friend | asking)).status_code == 200
        assert (await client.delete("/user", headers=stranger)).status_code == 403
        refused = await client.options("/user", headers=stranger | asking)
        assert "access-control-allow-origin" not in refused.headers


async def test_without_the_setting_no_page_is_allowed() -> None:
    for keys in (False, True):
        made = house(keys=keys)
        async with made.client(ADA if keys else None) as client:
            answer = await client.get("/avatar/list", headers={"Origin": "https://evil.example"})
            assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_with_keys_any_name_will_do() -> None:
    made = house(keys=True)
    async with made.client(ADA) as client:
        assert (await client.get("/avatar/list", headers={"Host": "avatars.example"})).status_code == 200


async def test_every_answer_keeps_browsers_from_guessing_and_framing() -> None:
    async with opened_house() as (_, client):
        answers: list[httpx.Response] = [
            await client.get(path)
            for path in ("/health", "/docs", "/nothing", "/avatar/none/info", "/openapi.json")
        ]
        for answer in answers:
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["x-frame-options"] == "DENY"
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert answer.headers["cross-origin-resource-policy"] == "same-origin"
            assert answer.headers["content-security-policy"].startswith("default-src 'none'")
            assert answer.headers["x-request-id"]
            assert "server" not in answer.headers


@pytest.mark.parametrize(
    ("netloc", "host"), [("a.b:80", "a.b"), ("[::1]:80", "::1"), ("[::1", ""), ("", ""), ("u@h", "h")]
)
def test_a_host_is_read(netloc: str, host: str) -> None:
    assert host_of(netloc) == host


def test_an_address_that_means_this_machine() -> None:
    assert all(map(is_loopback, ("localhost", "127.0.0.1", "::1", "127.1.2.3")))
    assert not any(map(is_loopback, ("", "0.0.0.0", "::", "example.org", "localhost.example.org", "1.2.3.4")))
