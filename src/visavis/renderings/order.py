"""What can be ordered, and what there is to say about it from then on.

Owns the limits of an order. The text of one is its owner's: it is shown nowhere, not even in a repr.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

from visavis.errors import InputError, TextError, UnknownName
from visavis.media import Language
from visavis.render import Film
from visavis.render import Progress as Telling

State = Literal["queued", "running", "done", "failed", "cancelled"]

ENDED: Final[frozenset[State]] = frozenset(("done", "failed", "cancelled"))

LONGEST_TEXT: Final = 200_000
"""Characters; about four hours of speech."""
SMALLEST, LARGEST = 256, 1024
SLOWEST, FASTEST = 10, 60
SEEDS: Final = range(2**31)


@dataclass(frozen=True, slots=True)
class Order:
    """One video that somebody wants.

    language: of the text; None finds out. avatar: the id of a registered one; None is the default portrait.
    voice: the name of an engine's voice or the id of a registered one; None is the first of the language.
    width, height: pixels. fps: frames a second. notice: whether the picture says that it was made.
    seed: other blinks and nods for another number.
    """

    text: str = field(repr=False)
    language: Language | None = None
    avatar: str | None = None
    voice: str | None = None
    width: int = 512
    height: int = 512
    fps: int = 25
    notice: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be made.

        Raises:
            TextError: there is no text, or more than can be taken, or it holds what is no character.
            InputError: a size, rate or seed that cannot be.
        """
        _check_text(self.text)
        for side in (self.width, self.height):
            if not SMALLEST <= side <= LARGEST or side % 2:
                raise InputError(
                    f"{self.width}x{self.height} pixels cannot be made; "
                    f"sides are even and from {SMALLEST} to {LARGEST}"
                )
        if not SLOWEST <= self.fps <= FASTEST:
            raise InputError(f"{self.fps} frames a second cannot be; give {SLOWEST} to {FASTEST}")
        if self.seed not in SEEDS:
            raise InputError(f"the seed {self.seed} cannot be; give 0 to {SEEDS[-1]}")

    def packed(self) -> bytes:
        """As it is kept in the vault."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def unpacked(cls, content: bytes) -> "Order":
        """What `packed` made bytes of."""
        return cls(**json.loads(content))


@dataclass(frozen=True, slots=True)
class Take:
    """A video that is not ordered but happens: a conversation that is recorded.

    avatar, voice: ids of what is registered and is seen and heard; None is the server's own.
    film: makes it in a file that is not there yet, and tells how many seconds there are; cancelled, it leaves
        none. finish: lets it end well, and soon; again, it does nothing.
    """

    avatar: str | None
    voice: str | None
    language: Language | None
    size: tuple[int, int]
    fps: int
    film: Callable[[Path, Telling], Awaitable[Film]]
    finish: Callable[[], None]

    @property
    def uses(self) -> frozenset[str]:
        """The ids of what is registered."""
        return frozenset(filter(None, (self.avatar, self.voice)))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a rendering is.

    done, expected: seconds of video; expected is None as long as nobody can know.
    place: 1 is the next to be begun; 0 where it does not wait.
    error, code: why it failed, in a sentence, and in a word for programs.
    """

    state: State
    done: float = 0.0
    expected: float | None = None
    place: int = 0
    error: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Rendering:
    """An order that was taken, or a take, as it stands just now.

    avatar, voice, language: as they were ordered. options: the rest of the order, without its text; of a take
        they say that it was `recorded`.
    filename: under which its video is asked for; nothing is there before it is done.
    facts: of the video, when it is done: seconds, frames, bytes, and the timings of its stages.
    """

    id: str
    owner: str
    avatar: str | None
    voice: str | None
    language: Language | None
    filename: str
    options: dict[str, Any]
    progress: Progress
    facts: dict[str, Any]
    created: datetime
    started: datetime | None
    finished: datetime | None


class NoSuchRendering(UnknownName):
    """An id or a file name that is no rendering's, or another owner's."""

    def __init__(self, name: str) -> None:
        InputError.__init__(self, f"there is no video {name!r}; it may have been deleted")


def _check_text(text: str) -> None:
    if not text.strip():
        raise TextError("there is nothing to say: the text is empty; write at least one word")
    if len(text) > LONGEST_TEXT:
        raise TextError(
            f"a text of {len(text):,} characters is too long; cut it into pieces of up to {LONGEST_TEXT:,}"
        )
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise TextError("the text holds half a character (a lone surrogate); send valid UTF-8")
