"""What a session and the transport that carries it say to each other.

A session performs: it gives moments, one picture's worth of sound and picture each, and tells events. A
transport carries both to a client, and the client's wishes back. Neither knows how the other works.
"""

from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

from visavis.contracts import Stream
from visavis.media import Language, Pixels, Samples

State = Literal["idle", "listening", "thinking", "speaking"]


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """What is heard and seen for the time of one picture.

    at: its number on the session's timeline; consecutive moments are consecutive numbers. It is heard from
        at / fps seconds of that timeline on.
    samples: float32 [sample_at(at + 1, rate, fps) - sample_at(at, rate, fps)], mono, -1..1.
    pixels: uint8 [h, w, 3] RGB; None: the picture before it stays, because this one is late.
    spoken: whether it is part of a reply.
    cut: whether what was given before this one and has not been heard yet is void.
    last: whether a reply ends with it.
    """

    at: int
    samples: Samples
    pixels: Pixels | None
    spoken: bool
    cut: bool = False
    last: bool = False


@dataclass(frozen=True, slots=True)
class Pace:
    """How many seconds ahead of the clock moments may be taken.

    speech: of a reply. rest: of what is between replies; None: it is not wanted, and is left out of the
        timeline.
    """

    speech: float = 0.0
    rest: float | None = 0.0


@dataclass(frozen=True, slots=True)
class Doing:
    """What the session is at now."""

    state: State


@dataclass(frozen=True, slots=True)
class Understood:
    """What the user said, as far as it was understood; final: nothing will be changed."""

    text: str
    language: Language
    final: bool


@dataclass(frozen=True, slots=True)
class Said:
    """The next words of a reply, as they are written.

    reply: the number of the reply within the session.
    start: seconds on the timeline from which they are heard. final: the reply ends there; such a one has no
        words, and a reply that is broken off has no such one.
    """

    reply: int
    text: str
    start: float
    final: bool = False


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A reply was broken off. text: as much of it as was heard, which is what the history keeps."""

    reply: int
    text: str


@dataclass(frozen=True, slots=True)
class Timed:
    """How long a reply took to begin, in seconds from the end of what it answers.

    stages: "turn" to the decision that the turn is over, "transcript" to its text, "mind" to the answer's
        first words, "voice" to its sound, "face" to its first picture, "first" to the first moment given out.
    """

    reply: int
    stages: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failed:
    """Something went wrong, and the session goes on. code: a word for programs; sentence: for people."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Recording:
    """How the recording of the conversation stands.

    state: "off": there was none; "on"; "saving": it has ended, and is being kept; "kept": it can be had under
        `filename`, and has so many seconds; "failed": there is none, and `detail` says why.
    """

    state: Literal["off", "on", "saving", "kept", "failed"]
    filename: str = ""
    seconds: float = 0.0
    detail: str = ""


Event: TypeAlias = Doing | Understood | Said | Interrupted | Timed | Failed | Recording


class Talk(Protocol):
    """A session as a transport sees it."""

    fps: int
    rate: int
    """Of the moments' sound, in Hz."""
    size: tuple[int, int]
    """Of the moments' pictures: width and height in pixels."""

    def moments(self, pace: Pace) -> Stream[Moment]:
        """The performance, from where it stands; each moment comes when it may be taken. One at a time.

        Closing it ends what is being said; the next one goes on along the same timeline.
        """
        ...

    def events(self) -> Stream[Event]:
        """What happens, in order, from what was not yet told; one listener at a time."""
        ...

    def hear(self, samples: Samples) -> None:
        """More of what the user's microphone hears: float32 [n], mono, 16 kHz. Never waits."""
        ...

    def press(self, down: bool) -> None:
        """The push-to-talk key. While it is down all is the user's turn, which ends when it comes up."""
        ...

    def played(self, seconds: float) -> None:
        """Where on the timeline the client is now; without it the clock is believed."""
        ...

    async def say(self, text: str, language: Language | None = None) -> None:
        """Say this, in place of what is being said. Raises TextError where nothing can be said."""
        ...

    async def ask(self, text: str) -> None:
        """Answer this, in place of what is being said."""
        ...

    async def interrupt(self) -> None:
        """Be silent; returns when nothing of the reply is left."""
        ...
