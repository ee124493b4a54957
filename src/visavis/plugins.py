"""Engines by name. Ours come in through the same door as strangers': an entry point of their package.

A package that declares, say, `[project.entry-points."visavis.tts"] piper = "my_voice:Piper"` adds a
voice engine; nothing else has to be edited.
"""

from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal

from visavis.errors import EngineError, UnknownName

Kind = Literal["vad", "asr", "llm", "tts", "face"]


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
        raise EngineError(
            f"the {kind} engine {name!r} is installed but cannot start: {error}; "
            f"install what it needs, for instance with: pip install 'visavis[{name}]'"
        ) from error
    return made
