"""Settings that outlive one command, and where they come from.

From the weakest to the strongest: what is written here, `visavis.toml` in the user's configuration
folder, the one in the working folder, `.env` there, the environment; a flag of a command wins over all.
Written by hand and not with pydantic-settings because that takes an eighth of the time in which a
first frame is due, and a bad value has to end in one sentence anyway.
"""

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final, Literal, TypeVar, get_args

from visavis.errors import InputError, UnknownName

# May be set on a machine that lacks them; every other name has to be one of an engine that is installed.
BACKENDS: Final = ("auto", "warp", "wav2lip", "sadtalker", "liveportrait", "ditto")

LogLevel = Literal["debug", "info", "warning", "error"]

Word = TypeVar("Word", bound=str)

FILE = "visavis.toml"


@dataclass(frozen=True, slots=True)
class Settings:
    """What is set. In the environment the names are written in capitals.

    log_level: how much is told on standard error.
    avatar_backend: the engine that moves faces: the name of one that is installed, or one of BACKENDS;
        warp takes the place of one that is not installed, and stands for auto.
    default_reference_image: the portrait where none is named; None is the demo portrait.
    """

    log_level: LogLevel = "warning"
    avatar_backend: str = "auto"
    default_reference_image: Path | None = None


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
    plain = Settings()
    return Settings(
        log_level=_word(found.get("log_level"), LogLevel, plain.log_level),
        avatar_backend=_backend(found.get("avatar_backend")) or plain.avatar_backend,
        default_reference_image=_path(found.get("default_reference_image")),
    )


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


def _word(found: _Found | None, kind: Any, default: Word) -> Word:
    """One of the words of a Literal, in small or capital letters."""
    if found is None:
        return default
    words: tuple[Word, ...] = get_args(kind)
    for word in words:
        if str(found.value).lower() == word:
            return word
    raise _refused(found, f"{', '.join(words[:-1])} or {words[-1]}")


def _backend(found: _Found | None) -> str | None:
    """The name of an engine; one of BACKENDS may be written in capital letters."""
    if found is None:
        return None
    if not isinstance(found.value, str) or not found.value:
        raise _refused(found, f"{', '.join(BACKENDS)} or the name of another face engine")
    return found.value.lower() if found.value.lower() in BACKENDS else found.value


def _path(found: _Found | None) -> Path | None:
    """A path, from the folder of what names it."""
    if found is None:
        return None
    if not isinstance(found.value, str):
        raise _refused(found, "the path of a picture")
    try:
        return found.folder / Path(found.value).expanduser()
    except RuntimeError as error:
        raise _refused(found, "the path of a picture, and ~ the home folder of somebody known") from error


def _refused(found: _Found, allowed: str) -> InputError:
    return InputError(f"{found.name.upper()} is {found.value!r} in {found.where}; it can be {allowed}")


def _here() -> Path:
    try:
        return Path.cwd()
    except OSError as error:
        raise InputError("the working folder is gone; change to another one") from error


def _home() -> Path:
    from platformdirs import user_config_path

    return user_config_path("visavis")
