"""What came out of a scenario: a take, a dialogue, or a crowd.

It is what a user gets: a take's sound and pictures are those of the video that was made, never arrays on the
way to it. Refuses to judge. Many metrics look at the same material, and what is expensive to work out is kept
on it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from visavis.evaluate.footage import Span, pictures_of
from visavis.media import Language, Phone, Pixels, Portrait, Samples

if TYPE_CHECKING:
    from visavis.evaluate.seeing import Seen

EXCERPT: Final = 12.0
"""Seconds of a take's pictures that are looked at."""


def excerpts(seconds: float) -> tuple[Span, ...]:
    """The parts of so many seconds that are looked at: all, or a beginning and an end, EXCERPT together."""
    if seconds <= EXCERPT:
        return ((0.0, seconds),)
    return (0.0, EXCERPT / 2), (seconds - EXCERPT / 2, seconds)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A piece of a take as it reached a client.

    came: seconds since it was asked for. start, duration: what of the take it holds, in seconds.
    """

    came: float
    start: float
    duration: float


@dataclass(frozen=True, eq=False, kw_only=True)
class Take:
    """One utterance, performed. All times are seconds of its video unless said otherwise.

    scenario: its name. text: what was to be said. language: of most of it.
    video: an MP4 file. samples, rate, shown, fps, size: its `footage.Footage`.
    spoken: which language is said from when to when, as far as it is known.
    phones: what is said when; () where nobody knows. aligned: who knows: "voice", "reading", or "".
    portrait: who is meant to speak, framed as the video is.
    reference: speech of who is meant to speak, float32 [n] at reference_rate Hz; None: there is no claim.
    twin: the same text, recorded by that speaker; it has sound and no pictures.
    stages: seconds of work by stage, as in `stopwatch.Timings`; {} from a server that does not tell.
    spans: from when to when each of them was at work, in seconds since it was asked for; {} from a server.
    first, took: seconds from asking to the first picture, where that can be told, and to the end.
    whole: seconds of sound that were made in all; the video may be the end of it only, from `begins` on.
    filmed: seconds of pictures that were made in all.
    arrivals: the pieces in which it came; () for a file.
    source: the pictures before they were encoded, in a file without loss, where it was kept.
    """

    scenario: str
    text: str
    language: Language
    video: Path
    samples: Samples
    rate: int
    shown: NDArray[np.float64]
    fps: int
    size: tuple[int, int]
    spoken: tuple[tuple[Language, float, float], ...] = ()
    phones: tuple[Phone, ...] = ()
    aligned: str = ""
    portrait: Portrait | None = None
    reference: Samples | None = None
    reference_rate: int = 0
    twin: "Take | None" = None
    stages: Mapping[str, float] = field(default_factory=dict)
    spans: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    first: float | None = None
    took: float = 0.0
    whole: float = 0.0
    begins: float = 0.0
    filmed: float = 0.0
    arrivals: tuple[Arrival, ...] = ()
    source: Path | None = None

    @property
    def frames(self) -> int:
        """Pictures in the video."""
        return len(self.shown)

    @property
    def seconds(self) -> float:
        """How long its sound is."""
        return len(self.samples) / self.rate

    @property
    def excerpts(self) -> tuple[Span, ...]:
        """Which parts of it are looked at: all, or the beginning and the end where that would take long."""
        return excerpts(self.frames / self.fps)

    def pictures(self, span: Span | None = None) -> Iterator[Pixels]:
        """The pictures, decoded anew, uint8 [h, w, 3] RGB; those that begin within a span, or all. Blocks."""
        return pictures_of(self.video, span)

    @cached_property
    def seen(self) -> "Seen":
        """The face in the pictures of `excerpts`, found once for all metrics. Blocks, for seconds."""
        from visavis.evaluate.seeing import look

        return look(self)

    def facts(self) -> dict[str, Any]:
        """What a report shows of it, as JSON takes it."""
        return {
            "text": self.text,
            "clip": self.video.name,
            "seconds": round(self.seconds, 3),
            "frames": self.frames,
            "fps": self.fps,
            "size": list(self.size),
            "whole": round(self.whole, 3),
            "begins": round(self.begins, 3),
            "first": None if self.first is None else round(self.first, 4),
            "took": round(self.took, 4),
            "stages": {stage: round(spent, 4) for stage, spent in self.stages.items()},
            "spans": {name: [round(start, 4), round(end, 4)] for name, (start, end) in self.spans.items()},
            "aligned": self.aligned,
            "phones": [[phone.symbol, round(phone.start, 3), round(phone.end, 3)] for phone in self.phones],
            "spoken": [[language, round(start, 3), round(end, 3)] for language, start, end in self.spoken],
            "arrivals": [
                [round(piece.came, 4), round(piece.start, 4), round(piece.duration, 4)]
                for piece in self.arrivals
            ],
        }


@dataclass(frozen=True, eq=False, kw_only=True)
class Exchange:
    """One turn of a conversation, by the clock of the client.

    said: what the visitor said, or "" for a noise or a silence.
    began, ended: when, in seconds; a barge-in too.
    typed: whether it was typed. heard: what the server understood; "" nothing.
    answered: what the avatar said, as far as it was heard.
    first: when the first sound of the answer came. silent: when it fell silent after it was interrupted.
    expects: as the scenario says it: "answer" a regular expression, "interrupts", "must_not_answer".
    """

    said: str
    began: float
    ended: float
    typed: bool = False
    heard: str = ""
    answered: str = ""
    first: float | None = None
    silent: float | None = None
    expects: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, kw_only=True)
class Dialogue:
    """A conversation, performed. events: when, kind and text of what the server told."""

    scenario: str
    language: Language
    exchanges: tuple[Exchange, ...]
    video: Path | None = None
    events: tuple[tuple[float, str, str], ...] = ()

    def facts(self) -> dict[str, Any]:
        """What a report shows of it, as JSON takes it."""
        return {
            "clip": self.video.name if self.video else "",
            "exchanges": [_plain(asdict(exchange)) for exchange in self.exchanges],
            "events": [[round(when, 4), kind, text] for when, kind, text in self.events],
        }


@dataclass(frozen=True, eq=False, kw_only=True)
class CrowdSession:
    """One visitor among many.

    pictures, sounds: that came a second. firsts: seconds until the first chunk, for each text; () for who was
        not served.
    gaps: seconds for which playback had nothing to play, one for each time.
    refused: why it was not let in; "" where it was.
    """

    pictures: float
    sounds: float
    firsts: tuple[float, ...] = ()
    gaps: tuple[float, ...] = ()
    refused: str = ""


@dataclass(frozen=True, eq=False, kw_only=True)
class Crowd:
    """Many visitors at once. processor: share of one processor, 0..; memory: bytes; None where not known."""

    scenario: str
    seconds: float
    sessions: tuple[CrowdSession, ...]
    processor: float | None = None
    memory: int | None = None

    def facts(self) -> dict[str, Any]:
        """What a report shows of it, as JSON takes it."""
        return {
            "seconds": round(self.seconds, 3),
            "sessions": [_plain(asdict(session)) for session in self.sessions],
            "processor": self.processor,
            "memory": self.memory,
        }


Material: TypeAlias = Take | Dialogue | Crowd


def _plain(content: Any) -> Any:
    """Numbers as they are good to read: a tenth of a millisecond."""
    if isinstance(content, float):
        return round(content, 4)
    if isinstance(content, dict):
        return {key: _plain(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_plain(value) for value in content]
    return content
