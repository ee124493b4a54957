"""The engine kinds. An engine is a class in one file that has these methods, and one entry point.

State lives in the generators: to end is to exhaust, to cancel is `aclose()`. An engine is used from
one event loop, speaks several streams at once only if it says so, and is closed by whoever made it.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias, TypeVar

from visavis.media import AudioChunk, Language, Portrait, Samples, VideoFrame

T = TypeVar("T")
Stream: TypeAlias = AsyncGenerator[T, None]


@dataclass(frozen=True, slots=True)
class Clause:
    """A piece of text that is spoken in one breath and in one language.

    text: as it is to be read aloud: numbers and signs already in words.
    pause: seconds of silence after it.
    """

    text: str
    language: Language
    pause: float = 0.0


@dataclass(frozen=True, slots=True)
class Voice:
    """A way of speaking that an engine offers under a name.

    language: its home; clauses in other languages are spoken by its nearest relative there.
    likeness: what `Tts.resembling` kept of a person's voice; empty for the engine's own voices.
    """

    name: str
    language: Language
    gender: Literal["female", "male"]
    likeness: bytes = b""


@dataclass(frozen=True, slots=True, eq=False)
class VoiceSample:
    """A few clean seconds of one person's voice.

    samples: float32 [n], -1..1, mono. rate: Hz. language: that is spoken, where it is known.
    """

    samples: Samples
    rate: int
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was understood; start and end in seconds of the listened stream."""

    text: str
    language: Language
    final: bool
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Utterance:
    """One turn of a conversation as it was heard."""

    role: Literal["user", "assistant", "system"]
    text: str


class Vad(Protocol):
    """Hears whether somebody speaks."""

    rate: int

    def listen(self, sound: Stream[AudioChunk]) -> Stream[float]:
        """Probability of speech, one for each step of the engine's own length."""
        ...

    def close(self) -> None: ...


class Asr(Protocol):
    """Turns speech into text."""

    rate: int

    def transcribe(self, speech: Stream[AudioChunk], language: Language | None) -> Stream[Transcript]:
        """Growing transcripts of one turn; the last one is final. `language` None: find out."""
        ...

    def close(self) -> None: ...


class Llm(Protocol):
    """Answers."""

    def reply(self, history: tuple[Utterance, ...]) -> Stream[str]:
        """Pieces of the answer's text as they are thought of."""
        ...

    def close(self) -> None: ...


class Tts(Protocol):
    """Turns text into speech. An engine is made without arguments.

    version: changes whenever `resembling` would give another result; part of a cache's key.
    """

    rate: int
    voices: tuple[Voice, ...]
    version: str

    def speak(self, clauses: Stream[Clause], voice: Voice) -> Stream[AudioChunk]:
        """One utterance at `rate` Hz, without gaps: each chunk's `at` is the one before's `end`.

        The first chunk comes before the second clause is asked for. Each clause's pause is part of
        the sound. An engine that does not know when it says what leaves `phones` None, and is heard.
        Closes `clauses` when it ends or is closed. Raises UnknownName for a voice that is none of
        `voices` and has no likeness, EngineError when the engine dies and cannot be revived.
        """
        ...

    def resembling(self, sample: VoiceSample, name: str) -> Voice:
        """A voice of this engine that is as like a person's as it can be. Blocks; run it in a Worker.

        Raises AudioError, with a sentence for the user, for a sample that it cannot use.
        """
        ...

    def close(self) -> None: ...


class Prepared(Protocol):
    """A portrait as one engine wants it; only that engine looks inside.

    nbytes: memory it holds, for bounded caches.
    """

    @property
    def nbytes(self) -> int: ...


class Face(Protocol):
    """Moves a portrait. An engine is made with `fps` and `seed` by name.

    fps: frames a second, a whole number.
    version: changes whenever `prepare` would give another result; part of a cache's key.
    """

    fps: int
    version: str

    def prepare(self, portrait: Portrait) -> Prepared:
        """Everything about a portrait that can be worked out once. Blocks; run it in a Worker.

        Raises PortraitError, with a sentence for the user, for a face this engine cannot move well.
        """
        ...

    def packed(self, face: Prepared) -> bytes:
        """A prepared portrait as bytes, for a cache on disk. Blocks."""
        ...

    def unpacked(self, content: bytes) -> Prepared:
        """A prepared portrait out of the bytes that this version of the engine made. Blocks.

        Raises ValueError for bytes that are none.
        """
        ...

    def animate(self, speech: Stream[AudioChunk], face: Prepared, first: int) -> Stream[VideoFrame]:
        """The frames of one utterance: frame `first + i` begins with sample_at(i, rate, fps).

        There are exactly frame_count(samples, rate, fps) of them, the same for any chunking of the
        speech, and they come as soon as the speech that shapes them is known. `first` is the
        session's frame number at which the utterance begins: idle motion is a function of the frame
        number, so that talking begins and ends where resting is. Closes `speech` when it ends or is closed.
        """
        ...

    def rest(self, face: Prepared, frame: int) -> VideoFrame:
        """The same head, not speaking, at a session's frame number."""
        ...

    def close(self) -> None: ...
