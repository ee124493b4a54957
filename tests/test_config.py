import re
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from visavis.config import IceServer, Settings, load, misspelt
from visavis.errors import InputError


@pytest.fixture
def here(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


def test_nothing_set_anywhere(here: Path, home: Path) -> None:
    assert load(here, {}, home) == Settings()


def test_what_is_nearer_to_the_command_wins(here: Path, home: Path) -> None:
    (home / "visavis.toml").write_text('log_level = "error"\navatar_backend = "sadtalker"\n')
    assert load(here, {}, home).log_level == "error"
    (here / "visavis.toml").write_text('log_level = "info"\n')
    assert load(here, {}, home) == Settings(log_level="info", avatar_backend="sadtalker")
    (here / ".env").write_text("LOG_LEVEL=debug\n")
    assert load(here, {}, home).log_level == "debug"
    assert load(here, {"LOG_LEVEL": "WARNING"}, home).log_level == "warning"


def test_a_picture_is_looked_for_where_it_was_named(here: Path, home: Path) -> None:
    (home / "visavis.toml").write_text('default_reference_image = "me.png"\n')
    assert load(here, {}, home).default_reference_image == home / "me.png"
    assert (
        load(here, {"DEFAULT_REFERENCE_IMAGE": "you.png"}, home).default_reference_image == here / "you.png"
    )
    absolute = {"DEFAULT_REFERENCE_IMAGE": "/pictures/x.png"}
    assert load(here, absolute, home).default_reference_image == Path("/pictures/x.png")


def test_quotes_and_comments_in_an_env_file(here: Path, home: Path) -> None:
    (here / ".env").write_text("# mine\nexport AVATAR_BACKEND='warp' # the embedded one\nOTHER=1\n")
    assert load(here, {}, home).avatar_backend == "warp"


def test_any_name_may_be_a_face_engines(here: Path, home: Path) -> None:
    assert load(here, {"AVATAR_BACKEND": "Strange"}, home).avatar_backend == "Strange"
    assert load(here, {"AVATAR_BACKEND": "WARP"}, home).avatar_backend == "warp"


def test_a_home_of_nobody_is_one_sentence(here: Path, home: Path) -> None:
    with pytest.raises(InputError, match=r"DEFAULT_REFERENCE_IMAGE is '~no_such_user/x' in the environment"):
        load(here, {"DEFAULT_REFERENCE_IMAGE": "~no_such_user/x"}, home)


def test_a_folder_that_is_gone_is_one_sentence(
    here: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(here)
    here.rmdir()
    with pytest.raises(InputError, match="the working folder is gone; change to another one"):
        load(None, {}, home)


def test_what_is_set_to_nothing_is_not_set(here: Path, home: Path) -> None:
    assert load(here, {"LOG_LEVEL": "", "AVATAR_BACKEND": ""}, home) == Settings()


def test_other_programs_variables_are_let_be(here: Path, home: Path) -> None:
    assert load(here, {"LANGUAGE": "de", "LEVEL": "9"}, home) == Settings()


def test_an_unknown_name_in_a_file_is_answered_with_the_nearest(here: Path, home: Path) -> None:
    (here / "visavis.toml").write_text('avatar_backnd = "warp"\n')
    with pytest.raises(InputError, match=r"visavis\.toml 'avatar_backnd'; did you mean avatar_backend\?"):
        load(here, {}, home)


@pytest.mark.parametrize("value", ["3", "[]", "true", "{ name = 1 }", '""'])
def test_a_bad_value_in_a_file_is_one_sentence(here: Path, home: Path, value: str) -> None:
    (here / "visavis.toml").write_text(f"avatar_backend = {value}\n")
    with pytest.raises(InputError, match=r"AVATAR_BACKEND is .* in .*visavis\.toml; it can be auto, warp"):
        load(here, {}, home)


def test_a_bad_value_in_the_environment_is_one_sentence(here: Path, home: Path) -> None:
    with pytest.raises(InputError) as caught:
        load(here, {"LOG_LEVEL": "loud"}, home)
    assert (
        str(caught.value) == "LOG_LEVEL is 'loud' in the environment; it can be debug, info, warning or error"
    )


def test_a_picture_that_is_a_number(here: Path, home: Path) -> None:
    (here / "visavis.toml").write_text("default_reference_image = 7\n")
    with pytest.raises(InputError, match=r"DEFAULT_REFERENCE_IMAGE is 7 in .* the path of a picture"):
        load(here, {}, home)


@pytest.mark.parametrize("content", [b"log_level = ", b"\xff\xfe", b'a = "1"\na = "2"'])
def test_a_file_that_is_no_toml_is_one_sentence(here: Path, home: Path, content: bytes) -> None:
    (here / "visavis.toml").write_bytes(content)
    with pytest.raises(InputError, match="cannot be read as TOML"):
        load(here, {}, home)


def test_an_env_file_that_is_no_text_is_one_sentence(here: Path, home: Path) -> None:
    (here / ".env").write_bytes(b"LOG_LEVEL=\xff\xfe\n")
    with pytest.raises(InputError, match=r"\.env cannot be read"):
        load(here, {}, home)


def test_settings_do_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().log_level = "debug"  # type: ignore[misc]


def test_what_a_server_is_told(here: Path, home: Path) -> None:
    (here / "visavis.toml").write_text(
        'mode = "production"\nport = 9000\napi_keys = true\navatar_cache_size = "1.5 GB"\n'
        'cors_origins = ["https://a.example", "http://b.example:3000/"]\ndata_folder = "things"\n'
    )
    settings = load(here, {"UPLOAD_RATE": "5/minute", "UPLOAD_LIMIT": "10MiB", "VISIBLE_NOTICE": "yes"}, home)
    assert settings.mode == "production"
    assert settings.port == 9000
    assert settings.api_keys
    assert settings.visible_notice
    assert settings.avatar_cache_size == 1_500_000_000
    assert settings.upload_limit == 10 * 2**20
    assert settings.upload_rate == "5/minute"
    assert settings.cors_origins == ("https://a.example", "http://b.example:3000")
    assert settings.home == here / "things"


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "70000", "PORT is '70000' in the environment; it can be a number from 1 to 65535"),
        ("API_KEYS", "perhaps", "it can be true or false"),
        ("AVATAR_CACHE_SIZE", "much", "it can be a number of bytes, as in 256MB"),
        ("UPLOAD_RATE", "often", "it can be a number in a time, as in 30/hour"),
        ("CORS_ORIGINS", "*", "it can be addresses such as https://example.org"),
        ("MODE", "cloud", "it can be local or production"),
    ],
)
def test_what_cannot_be_is_one_sentence(name: str, value: str, sentence: str, here: Path, home: Path) -> None:
    with pytest.raises(InputError, match=re.escape(sentence)):
        load(here, {name: value}, home)


def test_a_password_is_not_shown() -> None:
    shown = Settings(database_url="postgresql://ann:secret@db.example/visavis").shown
    assert shown["database_url"] == "postgresql://ann:***@db.example/visavis"


def test_what_conversations_are_set_with(here: Path, home: Path) -> None:
    (here / "visavis.toml").write_text(
        "max_concurrent_users = 6\nlive_size = 384\nlive_fps = 20\nchunk_buffer_size = 1.5\n"
        'persona = "bob.toml"\nice_servers = ["stun:stun.example.org:3478"]\nasr_engine = "AUTO"\n'
    )
    assert load(here, {}, home).face_processes is None
    found = load(here, {"LLM_ENGINE": "Strange", "SYSTEM_PROMPT": " Be kind. ", "FACE_PROCESSES": "0"}, home)
    assert found.face_processes == 0
    assert (found.max_concurrent_users, found.live_size, found.live_fps) == (6, 384, 20)
    assert found.chunk_buffer_size == 1.5
    assert found.persona == here / "bob.toml"
    assert (found.asr_engine, found.llm_engine, found.system_prompt) == ("auto", "Strange", "Be kind.")
    assert found.ice_servers == (IceServer("stun:stun.example.org:3478"),)


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("MAX_CONCURRENT_USERS", "-1", "a number from 0 to 1000"),
        ("MAX_CONCURRENT_USERS", "many", "a number from 0 to 1000"),
        ("LIVE_SIZE", "500", "a multiple of 16 from 256 to 1024"),
        ("LIVE_FPS", "25.5", "a number from 10 to 60"),
        ("FACE_PROCESSES", "-1", "a number from 0 to 64"),
        ("FACE_PROCESSES", "auto", "a number from 0 to 64"),
        ("CHUNK_BUFFER_SIZE", "9", "a number of seconds from 0.2 to 5"),
        ("CHUNK_BUFFER_SIZE", "nan", "a number of seconds"),
        ("WEBRTC_PORTS", "50000", "ports from 1024 to 65535, as in 50000-50100"),
        ("WEBRTC_PORTS", "50100-50000", "ports from 1024"),
        ("WEBRTC_PORTS", "80-90", "ports from 1024"),
        ("WEBRTC_PORTS", "60000-70000", "ports from 1024"),
        ("SESSION_RATE", "often", "a number in a time"),
        ("OPENAI_BASE_URL", "localhost:8000", "an address such as http://"),
        ("OPENAI_BASE_URL", "https://user:pass@host/v1", "a key belongs into OPENAI_API_KEY"),
    ],
)
def test_values_that_conversations_cannot_have(
    here: Path, home: Path, name: str, value: str, allowed: str
) -> None:
    with pytest.raises(InputError, match=re.escape(allowed)):
        load(here, {name: value}, home)


def test_ports_can_be_told_and_are_shown_as_they_were(here: Path, home: Path) -> None:
    found = load(here, {"WEBRTC_PORTS": " 50000 - 50100 "}, home)
    assert (found.webrtc_ports[0], found.webrtc_ports[-1]) == (50_000, 50_100)
    assert found.shown["webrtc_ports"] == "50000-50100"
    (here / "visavis.toml").write_text('webrtc_ports = ""')
    usual = load(here, {}, home)
    assert (usual.webrtc_ports, usual.shown["webrtc_ports"]) == (range(1), "")


@pytest.mark.parametrize(
    ("words", "server"),
    [
        ("stun:stun.example.org", IceServer("stun:stun.example.org")),
        ("stuns:[2001:db8::1]:5349", IceServer("stuns:[2001:db8::1]:5349")),
        ("turn:ada:s3cret@turn.example.org:3478", IceServer("turn:turn.example.org:3478", "ada", "s3cret")),
        (
            "turns:a%40b:p%3A%2C@turn.example.org:443?transport=tcp",
            IceServer("turns:turn.example.org:443?transport=tcp", "a@b", "p:,"),
        ),
    ],
)
def test_servers_that_help_to_get_through(here: Path, home: Path, words: str, server: IceServer) -> None:
    found = load(here, {"ICE_SERVERS": f"{words}, stun:other.example.org,"}, home).ice_servers
    assert found == (server, IceServer("stun:other.example.org"))


@pytest.mark.parametrize(
    "words",
    [
        "http://planted.example.org",
        "turn:planted.example.org",
        "stun:ada:planted@example.org",
        "turn:ada:planted@",
        "turn:ada:pla@nted@example.org",
        "turn:ada:planted@example.org?transport=x",
        "stun:example.org, planted",
    ],
)
def test_a_server_that_is_written_wrongly_is_not_repeated(here: Path, home: Path, words: str) -> None:
    with pytest.raises(InputError, match=r"ICE_SERVERS is not right in the environment; it can be stun:"):
        load(here, {"ICE_SERVERS": words}, home)
    with pytest.raises(InputError) as raised:
        load(here, {"ICE_SERVERS": words}, home)
    assert "planted" not in str(raised.value)


def test_secrets_are_shown_nowhere(here: Path, home: Path) -> None:
    environ = {
        "OPENAI_API_KEY": "sk-planted",
        "ICE_SERVERS": "turn:ada:planted@turn.example.org",
        "DATABASE_URL": "postgresql://ada:planted@db/x",
    }
    found = load(here, environ, home)
    assert found.openai_api_key == "sk-planted"
    assert "planted" not in str(found.shown)
    assert found.shown["openai_api_key"] == "***"
    assert found.shown["ice_servers"] == "turn:ada:***@turn.example.org"
    assert load(here, {}, home).shown["openai_api_key"] == ""
    assert "planted" not in repr(found.ice_servers)
    assert "sk-planted" not in repr(found)
    (here / "visavis.toml").write_text('openai_api_key = ["sk-planted"]')
    with pytest.raises(InputError, match="OPENAI_API_KEY is not right") as raised:
        load(here, {}, home)
    assert "planted" not in str(raised.value)


def test_a_name_that_is_nearly_ours_is_told(tmp_path: Path) -> None:
    assert misspelt(tmp_path, {"HOME": "/root", "MODE": "local"}) == []
    assert misspelt(tmp_path, {"OPENAI_BASEURL": "x"}) == [
        "OPENAI_BASEURL in the environment means nothing to visavis; did you mean OPENAI_BASE_URL?"
    ]
    (tmp_path / ".env").write_text("MAX_CONCURENT_USERS=3\nPORT=80\nAPP_SECRET=1\nDATABASE=x\n")
    assert misspelt(tmp_path, {"HOME": "/root"}) == [
        "MAX_CONCURENT_USERS in .env means nothing to visavis; did you mean MAX_CONCURRENT_USERS?"
    ]
