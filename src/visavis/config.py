"""Settings that outlive one command, and where they come from.

From the weakest to the strongest: what is written here, `visavis.toml` in the user's configuration
folder, the one in the working folder, `.env` there, the environment; a flag of a command wins over all.
Written by hand and not with pydantic-settings because that takes an eighth of the time in which a
first frame is due, and a bad value has to end in one sentence anyway.
"""

import contextlib
import os
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal, get_args
from urllib.parse import unquote

from visavis.errors import InputError, UnknownName

# May be set on a machine that lacks them; every other name has to be one of an engine that is installed.
BACKENDS: Final = ("auto", "warp", "wav2lip", "sadtalker", "liveportrait", "ditto")

AUTO: Final = "auto"

LogLevel = Literal["debug", "info", "warning", "error"]
Mode = Literal["local", "production"]

FILE = "visavis.toml"

# How alike a name in .env is to one of ours that may be meant, 0..1: one letter is missing or wrong.
NEAR: Final = 0.9

# Shown nowhere, not even where they are wrong.
SECRETS: Final = frozenset({"openai_api_key"})

_UNITS: Final = {
    "": 1,
    "b": 1,
    "kb": 10**3,
    "mb": 10**6,
    "gb": 10**9,
    "kib": 2**10,
    "mib": 2**20,
    "gib": 2**30,
}


@dataclass(frozen=True, slots=True)
class IceServer:
    """A server that helps browsers to find a way here.

    url: as in stun:example.org:3478 or turns:example.org:443?transport=tcp.
    username, credential: what a TURN server wants to hear; the latter is a secret.
    """

    url: str
    username: str = ""
    credential: str = field(default="", repr=False)

    def __str__(self) -> str:
        """As it is written in the settings, without its secret."""
        scheme, _, place = self.url.partition(":")
        return f"{scheme}:{self.username}:***@{place}" if self.username else self.url


@dataclass(frozen=True, slots=True)
class Settings:
    """What is set. In the environment the names are written in capitals.

    mode: production wants an API key of every client.
    log_level: how much is told on standard error.
    avatar_backend: the engine that moves faces: the name of one that is installed, or one of BACKENDS;
        warp takes the place of one that is not installed, and stands for auto.
    default_reference_image: the portrait where none is named; None is the demo portrait.
    data_folder: what is registered lies there; None is the user's own.
    database_url, vault_url: of another database, or another place for the encrypted files; empty: both are
        in the data folder.
    host, port: that the server listens on.
    api_keys: whether every client has to show a key.
    cors_origins: of other web pages that may use the server.
    clamav: the path of clamd's socket, or its host:port; empty: uploads are not scanned.
    avatar_cache_size: bytes of memory for prepared faces; on disk there are four times as many.
    upload_limit: bytes of the largest file that is taken.
    upload_rate, rendering_rate: how often one client may; as in "30/hour".
    visible_notice: whether videos say in the picture that they are made.
    c2pa_certificate, c2pa_key: PEM files that videos are signed with; None: they are made here.
    max_concurrent_users: how many can talk at once; 0: as many as this machine was found to serve at start.
    session_rate: how often one client may begin a conversation or come back to one.
    asr_engine, llm_engine: that listens, and that answers: the name of one that is installed, or auto.
    openai_api_key, openai_base_url, openai_model: of a language model that answers as OpenAI's do; with a key
        or an address it stands for auto; empty: as the openai library has it.
    system_prompt: told to the language model before every conversation.
    persona: a file of questions and answers for the scripted mind; None is the one that comes along.
    live_size, live_fps: of the pictures of a conversation: pixels on each side, and pictures a second.
    face_processes: that draw the faces of conversations; 0: the server does, None: half as many as there
        are processors.
    chunk_buffer_size: seconds of speech that a client on a WebSocket is sent ahead.
    ice_servers: STUN and TURN servers for WebRTC.
    webrtc_ports: UDP ports that WebRTC may use; range(1) lets the system choose.
    """

    mode: Mode = "local"
    log_level: LogLevel = "warning"
    avatar_backend: str = "auto"
    default_reference_image: Path | None = None
    data_folder: Path | None = None
    database_url: str = ""
    vault_url: str = ""
    host: str = "127.0.0.1"
    port: int = 8000
    api_keys: bool = False
    cors_origins: tuple[str, ...] = ()
    clamav: str = ""
    avatar_cache_size: int = 256 * 2**20
    upload_limit: int = 50 * 2**20
    upload_rate: str = "60/hour"
    rendering_rate: str = "120/hour"
    visible_notice: bool = False
    c2pa_certificate: Path | None = None
    c2pa_key: Path | None = None
    max_concurrent_users: int = 0
    session_rate: str = "60/minute"
    asr_engine: str = AUTO
    llm_engine: str = AUTO
    openai_api_key: str = field(default="", repr=False)
    openai_base_url: str = ""
    openai_model: str = ""
    system_prompt: str = ""
    persona: Path | None = None
    live_size: int = 512
    live_fps: int = 25
    face_processes: int | None = None
    chunk_buffer_size: float = 0.8
    ice_servers: tuple[IceServer, ...] = ()
    webrtc_ports: range = range(1)

    @property
    def home(self) -> Path:
        """The folder that what is registered lies in."""
        if self.data_folder is not None:
            return self.data_folder
        from platformdirs import user_data_path

        return user_data_path("visavis")

    @property
    def shown(self) -> dict[str, object]:
        """All settings by name, without keys, and without the passwords in addresses."""
        return {name: _shown(name, getattr(self, name)) for name in NAMES}


NAMES = tuple(field.name for field in fields(Settings))


@dataclass(frozen=True, slots=True)
class _Found:
    """A value as it was found; where: for the user; folder: what a path in it is relative to."""

    name: str
    value: object
    where: str
    folder: Path


def load(
    folder: Path | None = None, environ: Mapping[str, str] | None = None, home: Path | None = None
) -> Settings:
    """The settings that hold in a working folder, under an environment, for a user.

    home: the user's configuration folder. None stands for the process's own, all three times.

    Raises:
        InputError: a value that cannot be, a name in a TOML file that is none, a file that cannot be read,
            a working folder that is gone.
    """
    folder = folder or _here()
    found = {
        item.name: item
        for item in (
            *_from_toml((home or _home()) / FILE),
            *_from_toml(folder / FILE),
            *_from_environment(_dotenv(folder / ".env"), ".env", folder),
            *_from_environment(os.environ if environ is None else environ, "the environment", folder),
        )
    }
    return Settings(**{name: _READERS[name](item) for name, item in found.items()})


def misspelt(folder: Path | None = None, environ: Mapping[str, str] | None = None) -> list[str]:
    """A sentence for each name in a folder's .env or the environment that is nearly one of ours.

    Others read them too, so nothing in them is refused. None is the working folder, and the environment.
    Raises InputError as `load` does.
    """
    from difflib import get_close_matches

    ours = [name.upper() for name in NAMES]
    places = (
        (".env", _dotenv((folder or _here()) / ".env")),
        ("the environment", os.environ if environ is None else environ),
    )
    others = {name: place for place, names in places for name in names if name not in ours}
    near = {name: get_close_matches(name.upper(), ours, n=1, cutoff=NEAR) for name in others}
    return [
        f"{name} in {others[name]} means nothing to visavis; did you mean {meant[0]}?"
        for name, meant in near.items()
        if meant
    ]


def _from_toml(path: Path) -> Iterator[_Found]:
    if not path.is_file():
        return
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as TOML: {error}; correct it or remove it") from error
    for key, value in values.items():
        if key.lower() not in NAMES:
            raise UnknownName(f"setting in {path}", key, NAMES)
        yield _Found(key.lower(), value, str(path), path.parent)


def _from_environment(environ: Mapping[str, str], where: str, folder: Path) -> Iterator[_Found]:
    """Other programs' names are let be, and so is what is set to nothing."""
    for name in NAMES:
        if value := environ.get(name.upper()):
            yield _Found(name, value, where, folder)


def _dotenv(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    from dotenv import dotenv_values

    try:
        return {name: value for name, value in dotenv_values(path).items() if value is not None}
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {error}; correct it or remove it") from error


def _word(found: _Found, kind: Any) -> str:
    """One of the words of a Literal, in small or capital letters."""
    words: tuple[str, ...] = get_args(kind)
    for word in words:
        if str(found.value).lower() == word:
            return word
    raise _refused(found, f"{', '.join(words[:-1])} or {words[-1]}")


def _backend(found: _Found) -> str:
    """The name of an engine; one of BACKENDS may be written in capital letters."""
    if not isinstance(found.value, str) or not found.value:
        raise _refused(found, f"{', '.join(BACKENDS)} or the name of another face engine")
    return found.value.lower() if found.value.lower() in BACKENDS else found.value


def _path(found: _Found, what: str) -> Path:
    """A path, from the folder of what names it."""
    if not isinstance(found.value, str):
        raise _refused(found, f"the path of a {what}")
    try:
        return found.folder / Path(found.value).expanduser()
    except RuntimeError as error:
        raise _refused(found, f"the path of a {what}, and ~ the home folder of somebody known") from error


def _text(found: _Found, example: str) -> str:
    if not isinstance(found.value, str):
        raise _refused(found, f"a word in quotes, as in {example!r}")
    return found.value.strip()


def _switch(found: _Found) -> bool:
    for value, words in ((True, ("true", "1", "yes", "on")), (False, ("false", "0", "no", "off"))):
        if str(found.value).lower() in words:
            return value
    raise _refused(found, "true or false")


def _port(found: _Found) -> int:
    if str(found.value).isdecimal() and 0 < int(str(found.value)) < 65536:
        return int(str(found.value))
    raise _refused(found, "a number from 1 to 65535")


def _bytes(found: _Found) -> int:
    """A number of bytes, as 268435456 or "256 MiB"."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", str(found.value).lower())
    if match is None or match[2] not in _UNITS:
        raise _refused(found, "a number of bytes, as in 256MB")
    return round(float(match[1]) * _UNITS[match[2]])


def _rate(found: _Found) -> str:
    """How often, in the words of the library that counts."""
    rate = str(found.value).strip().lower()
    if not re.fullmatch(r"[1-9]\d*\s*(/|per)\s*([1-9]\d*)?\s*(second|minute|hour|day)s?", rate):
        raise _refused(found, "a number in a time, as in 30/hour")
    return rate


def _number(found: _Found, least: int, most: int, step: int = 1) -> int:
    words = str(found.value)
    if words.isascii() and words.isdecimal() and least <= int(words) <= most and int(words) % step == 0:
        return int(words)
    raise _refused(found, f"{_kind_of_number(step)} from {least} to {most}")


def _kind_of_number(step: int) -> str:
    return "a number" if step == 1 else "an even number" if step == 2 else f"a multiple of {step}"


def _seconds(found: _Found, least: float, most: float) -> float:
    with contextlib.suppress(ValueError):
        if least <= float(str(found.value)) <= most:
            return float(str(found.value))
    raise _refused(found, f"a number of seconds from {least:g} to {most:g}")


def _engine(found: _Found) -> str:
    """The name of an engine; which there are is seen when it is opened."""
    if not isinstance(found.value, str) or not found.value.strip():
        raise _refused(found, "auto, or the name of an engine that is installed")
    name = found.value.strip()
    return AUTO if name.lower() == AUTO else name


def _secret(found: _Found) -> str:
    if not isinstance(found.value, str) or not found.value.isprintable():
        raise _refused(found, "a word in quotes")
    return found.value.strip()


def _address(found: _Found) -> str:
    """Of a server, without what would be a secret in it."""
    address = str(found.value).strip().rstrip("/")
    if re.fullmatch(r"https?://[^\s@/]+(/[^\s?#]*)?", address):
        return address
    raise _refused(found, "an address such as http://localhost:11434/v1; a key belongs into OPENAI_API_KEY")


def _ice_servers(found: _Found) -> tuple[IceServer, ...]:
    """Addresses of STUN and TURN servers, in a list or with commas between them."""
    listed = found.value if isinstance(found.value, list) else str(found.value).split(",")
    servers = [_ice_server(str(one).strip()) for one in listed if str(one).strip()]
    if None in servers:
        raise _refused(found, "stun:host:port or turn:user:password@host:port, with commas between them")
    return tuple(server for server in servers if server is not None)


def _ice_server(words: str) -> IceServer | None:
    """One of them as RFC 7064 and 7065 write it, with who asks before the host; None if it is none.

    Signs that have a meaning in it are written with a percent sign, as in addresses of web pages.
    """
    match = re.fullmatch(
        r"(stuns?|turns?):(?:([^\s:@]+):([^\s@]+)@)?([^\s@/?]+(?:\?transport=(?:udp|tcp))?)", words
    )
    if match is None or match[1].startswith("turn") != (match[2] is not None):
        return None
    return IceServer(f"{match[1]}:{match[4]}", unquote(match[2] or ""), unquote(match[3] or ""))


def _ports(found: _Found) -> range:
    """Ports from one to another, both of them too; nothing: any."""
    if not str(found.value).strip():
        return range(1)
    match = re.fullmatch(r"\s*(\d{1,5})\s*-\s*(\d{1,5})\s*", str(found.value), re.ASCII)
    if match is not None and 1024 <= int(match[1]) <= int(match[2]) <= 65535:
        return range(int(match[1]), int(match[2]) + 1)
    raise _refused(found, "ports from 1024 to 65535, as in 50000-50100")


def _origins(found: _Found) -> tuple[str, ...]:
    """Origins as browsers write them, in a list or with commas between them."""
    listed = found.value if isinstance(found.value, list) else str(found.value).split(",")
    origins = tuple(str(origin).strip().rstrip("/") for origin in listed if str(origin).strip())
    if all(re.fullmatch(r"https?://[^/\s*@]+", origin) for origin in origins):
        return origins
    raise _refused(found, "addresses such as https://example.org, with commas between them")


def _shown(name: str, value: object) -> object:
    if name in SECRETS:
        return "***" if value else ""
    if name == "ice_servers" and isinstance(value, tuple):
        return ", ".join(map(str, value))
    if isinstance(value, range):
        return f"{value[0]}-{value[-1]}" if value[0] else ""
    return _without_password(value)


def _without_password(value: object) -> object:
    """An address without what stands between user and server, or in its question: it may be a password."""
    if not isinstance(value, str) or "://" not in value:
        return value
    return re.sub(r"\?.*$", "?***", re.sub(r"://([^/:@]*):.*@", r"://\1:***@", value))


_READERS: Final[dict[str, Callable[[_Found], Any]]] = {
    "mode": partial(_word, kind=Mode),
    "log_level": partial(_word, kind=LogLevel),
    "avatar_backend": _backend,
    "default_reference_image": partial(_path, what="picture"),
    "data_folder": partial(_path, what="folder"),
    "database_url": partial(_text, example="postgresql://user@localhost/visavis"),
    "vault_url": partial(_text, example="s3://bucket/visavis"),
    "host": partial(_text, example="127.0.0.1"),
    "port": _port,
    "api_keys": _switch,
    "cors_origins": _origins,
    "clamav": partial(_text, example="localhost:3310"),
    "avatar_cache_size": _bytes,
    "upload_limit": _bytes,
    "upload_rate": _rate,
    "rendering_rate": _rate,
    "visible_notice": _switch,
    "c2pa_certificate": partial(_path, what="file"),
    "c2pa_key": partial(_path, what="file"),
    "max_concurrent_users": partial(_number, least=0, most=1000),
    "session_rate": _rate,
    "asr_engine": _engine,
    "llm_engine": _engine,
    "openai_api_key": _secret,
    "openai_base_url": _address,
    "openai_model": partial(_text, example="gpt-5-mini"),
    "system_prompt": partial(_text, example="You are a patient teacher."),
    "persona": partial(_path, what="file"),
    "live_size": partial(_number, least=256, most=1024, step=16),
    "live_fps": partial(_number, least=10, most=60),
    "face_processes": partial(_number, least=0, most=64),
    "chunk_buffer_size": partial(_seconds, least=0.2, most=5.0),
    "ice_servers": _ice_servers,
    "webrtc_ports": _ports,
}


def _refused(found: _Found, allowed: str) -> InputError:
    secret = found.name in {*SECRETS, "ice_servers"}
    value = "not right" if secret else repr(found.value)
    return InputError(f"{found.name.upper()} is {value} in {found.where}; it can be {allowed}")


def _here() -> Path:
    try:
        return Path.cwd()
    except OSError as error:
        raise InputError("the working folder is gone; change to another one") from error


def _home() -> Path:
    from platformdirs import user_config_path

    return user_config_path("visavis")
