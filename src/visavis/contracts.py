"""The engine kinds. An engine is a class in one file that has these methods, and one entry point.

State lives in the generators: to end is to exhaust, to cancel is `aclose()`. An engine is used from
one event loop, speaks several streams at once only if it says so, and is closed by whoever made it.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol, TypeAlias, TypeVar, runtime_checkable

from visavis.media import AudioChunk, Language, Look, Portrait, Samples, VideoFrame

T = TypeVar("T")
Stream: TypeAlias = AsyncGenerator[T, None]

RESTING: Final = Look()


@dataclass(frozen=True, slots=True)
class Clause:
    """A piece of text that is spoken in one breath and in one language.

    text: as it is to be read aloud: numbers and signs already in words.
    pause: seconds of silence after it.
    written: the same as it stands in the text, with the space or line break before it; where several clauses
        were made of one piece of text, the first of them has it all and the others have nothing.
    """

    text: str
    language: Language
    pause: float = 0.0
    written: str = field(default="", compare=False)


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
    """One turn of a conversation as it was heard. cut: whether it was broken off behind that."""

    role: Literal["user", "assistant", "system"]
    text: str
    cut: bool = False


class Vad(Protocol):
    """Hears whether somebody speaks. An engine is made without arguments; so are the two below.

    rate: that it hears at, in Hz. step: samples that each of its answers is about.
    """

    rate: int
    step: int

    def listen(self, sound: Stream[AudioChunk]) -> Stream[float]:
        """Probability of speech 0..1 in each further `step` samples of sound at `rate`, however it is cut.

        What is left at the end and is shorter than a step has no answer. Closes `sound` when it ends or is
        closed.
        """
        ...

    def close(self) -> None: ...


class Asr(Protocol):
    """Turns speech into text.

    rate: that it hears at, in Hz. languages: that it understands.
    """

    rate: int
    languages: tuple[Language, ...]

    def transcribe(self, speech: Stream[AudioChunk], language: Language | None) -> Stream[Transcript]:
        """Growing transcripts of one stretch of speech; the last one is final, and the only one that is.

        Its text is empty where nothing was understood. `language` None: find out; one that it does not
        understand is heard as one that it does. Closes `speech` when it ends or is closed.
        Raises EngineError when the engine dies and cannot be revived.
        """
        ...

    def close(self) -> None: ...


class Llm(Protocol):
    """Answers."""

    def reply(self, history: tuple[Utterance, ...]) -> Stream[str]:
        """Pieces of the answer's text as they are thought of; the history ends with the user's turn.

        `system` turns say who is meant to answer, and how. Closing it stops the thinking.
        Raises EngineError, with a sentence for the user, when there is no answer to be had.
        """
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

    @property
    def version(self) -> str: ...

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

    def animate(
        self, speech: Stream[AudioChunk], face: Prepared, first: int, look: Look = RESTING
    ) -> Stream[VideoFrame]:
        """The frames of one utterance: frame `first + i` begins with sample_at(i, rate, fps).

        There are exactly frame_count(samples, rate, fps) of them, the same for any chunking of the
        speech, and they come as soon as the speech that shapes them is known. `first` is the
        session's frame number at which the utterance begins: idle motion is a function of the frame
        number, so that talking begins and ends where resting is. `look` is what the face is at besides: it
        goes on easing into it. Closes `speech` when it ends or is closed.
        """
        ...

    def rest(self, face: Prepared, frame: int, look: Look = RESTING) -> VideoFrame:
        """The same head, not speaking, at a session's frame number. Blocks; run it in a Worker."""
        ...

    def close(self) -> None: ...


@runtime_checkable
class Titled(Protocol):
    """An engine that stands for another one, whose title it has."""

    @property
    def title(self) -> str: ...


def title_of(engine: Face | Tts) -> str:
    """Which engine it is, and of which version: "warp 1". Two with one title make the same of the same."""
    return engine.title if isinstance(engine, Titled) else f"{type(engine).__name__.lower()} {engine.version}"
