"""Who is evaluated: engines in this process, or a server. A subject performs scenarios, and gives material.

A module in this folder has DOORS, a tuple: how a subject is come by, and which kinds of scenarios it can
perform. Nothing else has to be edited for a further one.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol, TypeAlias

from visavis.config import Settings
from visavis.contracts import Voice, VoiceSample
from visavis.errors import EngineError
from visavis.evaluate.scenarios import Scenario
from visavis.evaluate.takes import Material
from visavis.media import Portrait

Progress: TypeAlias = Callable[[float, float | None], None]
"""Is told how much is done, and of how much where that is known."""


@dataclass(frozen=True, slots=True, eq=False)
class Setup:
    """What is to be evaluated, as the user asked for it.

    portrait: takes the portrait at a width and height in pixels, and blocks; None: only a server knows it.
    photo, avatar: where it comes from: a file, or the name of what is registered.
    voice: the name that was asked for; None: the text decides. speaker: whom the engine here knows by it.
    reference: a sample of who is meant to speak, where somebody is.
    tts, face: names of engines.
    size, fps: of the pictures, where a scenario does not say.
    seed: of all that is left to chance.
    url, key: of the server that is evaluated; url "": engines in this process.
    """

    settings: Settings
    portrait: Callable[[int, int], Portrait] | None = None
    photo: Path | None = None
    avatar: str | None = None
    voice: str | None = None
    speaker: Voice | None = None
    reference: VoiceSample | None = None
    tts: str = "espeak"
    face: str = "warp"
    size: tuple[int, int] = (512, 512)
    fps: int = 25
    seed: int = 0
    url: str = ""
    key: str = ""


class Unable(EngineError):
    """A scenario is not for this subject, which is nobody's fault."""


class Subject(Protocol):
    """Performs one scenario at a time. configuration: what it is made of, by name, for the results."""

    @property
    def configuration(self) -> Mapping[str, str | int]: ...

    async def perform(self, scenario: Scenario, folder: Path, progress: Progress) -> Material:
        """What came out. Files of it lie in `folder`, and their names begin with the scenario's.

        Raises VisavisError, with a sentence, where it cannot be performed; Unable where it need not be.
        """
        ...


@dataclass(frozen=True, slots=True)
class Door:
    """How a subject is come by.

    kinds: of scenarios that it performs. remote: whether it is one by URL.
    opened: the subject, ready; it is closed when the block is left. Raises VisavisError.
    """

    name: str
    kinds: frozenset[str]
    remote: bool
    opened: Callable[[Setup], AbstractAsyncContextManager[Subject]]


@cache
def doors() -> tuple[Door, ...]:
    """All there are, by module and in its order; for a kind, the first one that performs it is taken."""
    modules = sorted(module.name for module in pkgutil.iter_modules(__path__))
    found = [importlib.import_module(f"{__name__}.{name}") for name in modules if not name.startswith("_")]
    return tuple(door for module in found for door in module.DOORS)
