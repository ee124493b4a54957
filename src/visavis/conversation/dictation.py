"""A whole recording to text: where somebody speaks in it, and what they say there.

The same ears as those of a conversation, without its hurry. Pure but for asking them.
"""

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from visavis.contracts import Asr, Stream, Vad
from visavis.media import AudioChunk, Language, Samples
from visavis.streams import stream_of

RATE: Final = 16_000

BEGIN, END = 0.5, 0.35
"""Probabilities of speech at which it begins, and below which it ends: what is between belongs to neither."""

PAUSE: Final = 0.6
"""Seconds of silence that part one stretch of speech from the next."""

SHORTEST: Final = 0.15
"""Seconds; less is a click."""

LONGEST: Final = 30.0
"""Seconds after which a stretch is cut, though nobody has stopped."""

AROUND: Final = 0.25
"""Seconds before and after a stretch that are listened to as well: sounds begin and end softly."""

PIECE: Final = 3_200
"""Samples that ears are given at a time."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of speech and what was understood; start and end in seconds of the recording."""

    text: str
    language: Language
    start: float
    end: float


async def dictated(vad: Vad, asr: Asr, samples: Samples, language: Language | None) -> list[Segment]:
    """What is said in a recording; nothing where nothing was understood.

    samples: float32 [n], mono, at RATE. language: None: it is found out for each stretch.
    Raises EngineError when the recogniser dies.
    """
    seconds = len(samples) / RATE
    segments = []
    async with contextlib.aclosing(vad.listen(_pieces(samples))) as heard:
        probabilities = [probability async for probability in heard]
    for start, end in stretches(probabilities, vad.step / vad.rate, seconds):
        speech = _pieces(samples[round(start * RATE) : round(end * RATE)])
        async with contextlib.aclosing(asr.transcribe(speech, language)) as transcripts:
            async for said in transcripts:
                if said.final and said.text.strip():
                    segments.append(Segment(said.text.strip(), said.language, round(start, 2), round(end, 2)))
    return segments


def samples_of(pcm: bytes) -> Samples:
    """16-bit PCM, the low byte first, as float32 [n], -1..1."""
    return np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32768)


def stretches(probabilities: Iterable[float], step: float, seconds: float) -> Iterator[tuple[float, float]]:
    """Where somebody speaks, from and to, in seconds; no two of them overlap.

    probabilities: of speech, in each `step` seconds. seconds: how long it all is.
    """
    last = 0.0
    for start, end in _spoken(probabilities, step):
        begin = max(last, start - AROUND)
        last = min(seconds, end + AROUND)
        yield begin, last


def _spoken(probabilities: Iterable[float], step: float) -> Iterator[tuple[float, float]]:
    """Bare stretches, without what is around them."""
    start: float | None = None
    spoke = at = 0.0
    for number, probability in enumerate(probabilities):
        at = number * step
        if probability >= (BEGIN if start is None else END):
            start, spoke = (at if start is None else start), at + step
        if start is not None and (at + step - spoke >= PAUSE or at + step - start >= LONGEST):
            if spoke - start >= SHORTEST:
                yield start, spoke
            start = None
    if start is not None and spoke - start >= SHORTEST:
        yield start, spoke


def _pieces(samples: Samples) -> Stream[AudioChunk]:
    cuts = range(0, len(samples), PIECE)
    return stream_of(AudioChunk(samples[at : at + PIECE], RATE, at) for at in cuts)
