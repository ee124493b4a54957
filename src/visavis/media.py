"""The few types that flow through the house, and the arithmetic of samples and frames.

Sound and picture are both counted from the first sample of an utterance, in integers: a sample index
at a rate, a frame number at a whole number of frames a second. Nothing here reads a clock or a file.
"""

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

Language = Literal["en", "zh", "es", "fa"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
LANGUAGE_NAMES: dict[str, str] = {"en": "English", "zh": "Mandarin", "es": "Spanish", "fa": "Persian"}

Samples = NDArray[np.float32]
Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Phone:
    """One speech sound and when it is heard.

    symbol: IPA without stress marks; "" is silence.
    start, end: seconds from the utterance's first sample.
    stress: 0 none, 1 secondary, 2 primary; on the vowel that bears it.
    """

    symbol: str
    start: float
    end: float
    stress: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class AudioChunk:
    """A piece of mono speech.

    samples: float32 [n], -1..1.
    rate: Hz.
    at: index of the first sample within the utterance.
    phones: the phones that start within this chunk, in order; a last one may end after it.
        None where the engine does not know them; an empty tuple means that none starts here.
    reading: where the phones' times are not known but the words are: the next phones of another voice's
        reading of the whole utterance, timed from that reading's beginning; they are said from here on.
        An empty tuple means that there are no further words as yet.
    """

    samples: Samples
    rate: int
    at: int = 0
    phones: tuple[Phone, ...] | None = None
    reading: tuple[Phone, ...] | None = None

    @property
    def end(self) -> int:
        """Index of the sample after the last one."""
        return self.at + len(self.samples)

    @property
    def duration(self) -> float:
        """Seconds."""
        return len(self.samples) / self.rate


@dataclass(frozen=True, slots=True, eq=False)
class VideoFrame:
    """One picture.

    pixels: uint8 [h, w, 3], RGB; h and w are even.
    at: frame number within the session.
    """

    pixels: Pixels
    at: int


Mood = Literal["resting", "listening", "thinking"]


@dataclass(frozen=True, slots=True)
class Look:
    """What a face that does not speak is at, and what it was at before, for it eases from one to the next.

    changes: frame number within the session and mood from then on, the oldest first; before, it was resting.
    """

    changes: tuple[tuple[int, Mood], ...] = ()

    @property
    def mood(self) -> Mood:
        """The last one."""
        return self.changes[-1][1] if self.changes else "resting"

    def turned(self, frame: int, mood: Mood) -> "Look":
        """The same face with another mood from a frame on; what is long over is forgotten."""
        return self if mood == self.mood else Look((*self.changes[-7:], (frame, mood)))


@dataclass(frozen=True, eq=False)
class Portrait:
    """A face, framed for the picture that is to be made of it.

    pixels: uint8 [h, w, 3], RGB, at the size of the frames.
    landmarks: float32 [468, 3], the canonical face mesh: x and y in pixels, z in pixels with smaller
        values nearer to the viewer.
    irises: float32 [2, 5, 2], pixels; the eye on the picture's left first; centre, then right, top,
        left and bottom of the rim as seen in the picture.
    yaw, pitch, roll: radians; yaw > 0 when the nose points to the picture's right, pitch > 0 when it
        points down, roll > 0 when the head is turned clockwise in the picture.
    notes: sentences for the user about what was found ("2 faces found; the largest was taken").
    """

    pixels: Pixels
    landmarks: NDArray[np.float32]
    irises: NDArray[np.float32]
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    notes: tuple[str, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.pixels.shape[1], self.pixels.shape[0]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of size and pixels, in hexadecimal: what a cache keys prepared faces by."""
        return sha256(repr(self.size).encode() + self.pixels.tobytes()).hexdigest()


def sample_at(frame: int, rate: int, fps: int) -> int:
    """Index of the sample at which a frame begins: round(frame * rate / fps), halves up, in integers.

    16 kHz at 30 fps does not divide: consecutive frames span 533 or 534 samples, and no error grows.
    """
    return (2 * frame * rate + fps) // (2 * fps)


def frame_at(sample: int, rate: int, fps: int) -> int:
    """Number of the frame on show when a sample is heard: the largest n with sample_at(n) <= sample."""
    n = sample * fps // rate
    while sample_at(n + 1, rate, fps) <= sample:
        n += 1
    while sample_at(n, rate, fps) > sample:
        n -= 1
    return n


def frame_count(samples: int, rate: int, fps: int) -> int:
    """How many frames it takes to cover `samples` samples: the last one may reach past them."""
    return frame_at(samples - 1, rate, fps) + 1 if samples > 0 else 0
