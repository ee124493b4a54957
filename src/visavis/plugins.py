"""Engines by name. Ours come in through the same door as strangers': an entry point of their package.

A package that declares, say, `[project.entry-points."visavis.tts"] piper = "my_voice:Piper"` adds a
voice engine; nothing else has to be edited.
"""

import logging
from collections.abc import Callable, Collection
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final, Literal

from visavis.config import AUTO, BACKENDS
from visavis.errors import EngineError, UnknownName

Kind = Literal["vad", "asr", "llm", "tts", "face"]

# The face engine that is always there, and the recogniser that any other one is better than.
EMBEDDED: Final = "warp"
LAST_ASR: Final = "pocketsphinx"


def installed(kind: Kind) -> dict[str, EntryPoint]:
    """The engines of a kind that are installed, by name; none of them is imported."""
    return {point.name: point for point in entry_points(group=f"visavis.{kind}")}


def engine(kind: Kind, name: str) -> Callable[..., Any]:
    """The class of an engine, ready to be called.

    Raises:
        UnknownName: no such engine is installed.
        EngineError: it is installed, but it or what it needs cannot be loaded.
    """
    engines = installed(kind)
    if name not in engines:
        raise UnknownName(f"{kind} engine", name, engines)
    try:
        made: Callable[..., Any] = engines[name].load()
    except (ImportError, AttributeError, OSError) as error:
        raise EngineError(_unloadable(kind, engines[name], error)) from error
    return made


def ears(setting: str) -> tuple[str, ...]:
    """Recognisers by name, the one to be tried first at the front: the one that ASR_ENGINE means."""
    return preferred(setting, sorted(installed("asr"), key=lambda name: (name == LAST_ASR, name)))


def preferred(named: str, usual: Collection[str]) -> tuple[str, ...]:
    """The one that is named, and then the usual ones."""
    return tuple(usual) if named == AUTO else (named, *(name for name in usual if name != named))


def face_named(setting: str) -> str:
    """As `face_meant`, and warns where it is another one than is set."""
    name = face_meant(setting)
    if sentence := stand_in(setting, name):
        logging.warning("%s", sentence)
    return name


def stand_in(setting: str, name: str) -> str:
    """That one face engine takes the place of the one that is set; empty where it does not."""
    if setting in (AUTO, name):
        return ""
    return f"the face engine {setting} is not installed; {name} takes its place"


def face_meant(setting: str) -> str:
    """The installed face engine that AVATAR_BACKEND means: itself, or the embedded one in its place.

    Raises:
        UnknownName: it is neither installed nor one of BACKENDS.
    """
    engines = installed("face")
    if setting in engines:
        return setting
    if setting not in BACKENDS:
        raise UnknownName("face engine in AVATAR_BACKEND", setting, {*engines, *BACKENDS})
    return EMBEDDED


def _unloadable(kind: Kind, point: EntryPoint, error: Exception) -> str:
    package = point.dist.name if point.dist else "the package that brought it"
    if isinstance(error, ModuleNotFoundError) and error.name:
        why = f"the Python module {error.name!r} is missing; install what {package} needs for this engine"
    else:
        why = f"{error}; install {package} again"
    return f"the {kind} engine {point.name!r} of {package} cannot start: {why}"
