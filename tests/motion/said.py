"""Sentences in each language as the embedded voices utter them: sound, and what the mouth does in truth."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from visavis.contracts import Clause
from visavis.engines.tts.espeak import Espeak
from visavis.media import AudioChunk, Language, Phone, Samples
from visavis.motion.articulation import Articulation
from visavis.motion.frames import Mouth
from visavis.streams import stream_of

FPS: Final = 25
PAUSE: Final = 0.4
OPEN, PRESS = Mouth._fields.index("open"), Mouth._fields.index("press")

TEXTS: Final[dict[Language, tuple[str, ...]]] = {
    "en": (
        "Please bring my beautiful map,",
        "because we have to move before five.",
        "Papa bought a piano for my mum.",
    ),
    "zh": ("爸爸妈妈不怕冷，", "他们每天早上六点半起床。", "我们明天去买面包。"),
    "es": (
        "Hoy hace muy buen tiempo,",
        "vamos a pasear por el parque con mi mamá.",
        "También vamos a comprar pan.",
    ),
    "fa": ("پدر و مادر من در باغ بزرگی زندگی می‌کنند.", "ما با هم به بازار می‌رویم."),
}
VOICES: Final[dict[Language, tuple[str, str]]] = {
    "en": ("emma", "james"),
    "zh": ("mei", "jun"),
    "es": ("lucia", "mateo"),
    "fa": ("shirin", "kaveh"),
}
"""Two that differ in sex and pace; the first one reads where the second one speaks."""


class Said(NamedTuple):
    """One utterance.

    clauses: the phones of each clause, timed from the utterance's beginning.
    starts: the sample that each clause begins with.
    """

    samples: Samples
    rate: int
    clauses: tuple[tuple[Phone, ...], ...]
    starts: tuple[int, ...]

    @property
    def phones(self) -> tuple[Phone, ...]:
        return tuple(phone for clause in self.clauses for phone in clause)


async def uttered(engine: Espeak, texts: Iterable[str], language: Language, voice: str) -> Said:
    """Some clauses, one after the other, each with a pause after it."""
    chosen = next(known for known in engine.voices if known.name == voice)
    takes = [
        [c async for c in engine.speak(stream_of([Clause(text, language, PAUSE)]), chosen)] for text in texts
    ]
    starts = tuple(accumulate((take[-1].end for take in takes), initial=0))
    clauses = tuple(
        tuple(moved(phone, start / engine.rate) for chunk in take for phone in chunk.phones or ())
        for take, start in zip(takes, starts, strict=False)
    )
    samples = np.concatenate([chunk.samples for take in takes for chunk in take])
    return Said(samples, engine.rate, clauses, starts[:-1])


def moved(phone: Phone, seconds: float) -> Phone:
    return replace(phone, start=phone.start + seconds, end=phone.end + seconds)


def in_truth(samples: Samples, rate: int, phones: Sequence[Phone]) -> NDArray[np.float64]:
    """The course of the mouth, [frames, 7], of one who knows the phones."""
    articulation = Articulation(FPS)
    return np.array(articulation.feed(AudioChunk(samples, rate, 0, tuple(phones))) + articulation.finish())


def alike(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """The correlation of two courses' openness."""
    return float(np.corrcoef(one[:, OPEN], other[:, OPEN])[0, 1])


def sealed(course: NDArray[np.float64], phones: Iterable[Phone]) -> float:
    """The share of the bilabials whose lips meet, or all but do, near their time."""
    met = [
        ((near[:, PRESS] > 0.3) | (near[:, OPEN] < 0.1)).any()
        for near in (
            course[max(0, int(phone.start * FPS - 1)) : int(np.ceil(phone.end * FPS + 1)) + 1]
            for phone in phones
            if phone.symbol[:1] in set("pbm")
        )
    ]
    return sum(met) / len(met)


def pauses(phones: Iterable[Phone]) -> list[slice]:
    """The frames of each pause in which nothing is left of what was before, nor a sign of what follows."""
    return [
        slice(int(np.ceil((phone.start + 0.16) * FPS)), int((phone.end - 0.1) * FPS) + 1)
        for phone in phones
        if not phone.symbol and phone.end - phone.start > 0.9 * PAUSE
    ]
