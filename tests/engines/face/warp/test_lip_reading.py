"""Lips read off the rendered frames by the face mesh, against the phones that were spoken.

The mesh sees a small gap even between shut lips, a little different on each face, so gaps are measured
from the one at rest.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from visavis.contracts import Clause, Stream
from visavis.engines.face.warp import Warp
from visavis.engines.tts.espeak import Espeak
from visavis.media import AudioChunk, Language, Phone, Portrait, Samples
from visavis.portrait.faces import Finder
from visavis.streams import stream_of

FPS = 25
TEXTS: dict[Language, str] = {
    "en": "Papa put a blue apple away, Bob. Mama made soup.",
    "zh": "爸爸买葡萄，妈妈跑步。",
    "es": "Mamá compra uvas, papá busca un mapa.",
    "fa": "بابا آب داد، مامان او را برد.",
}
OPEN_VOWELS = "aɑæ"
ROUND_VOWELS = "uo"


@dataclass(frozen=True)
class Seen:
    """What was heard, and the lips' gap and width in each frame, in distances between the eyes' corners."""

    phones: tuple[Phone, ...]
    sound: Samples
    rate: int
    gap: NDArray[np.float64]
    width: NDArray[np.float64]

    def frames(self, phone: Phone, before: float = 0.0) -> slice:
        return slice(max(0, int((phone.start - before) * FPS)), int(phone.end * FPS) + 2)

    def of(self, symbols: str) -> Iterator[Phone]:
        return (p for p in self.phones if p.symbol[:1] and p.symbol[0] in symbols)

    @property
    def rest(self) -> float:
        return float(np.median(self.gap[-5:]))

    @property
    def opened(self) -> float:
        """The gap of the open vowels: the median of their widest frames."""
        return float(np.median([self.gap[self.frames(p)].max() for p in self.of(OPEN_VOWELS)])) - self.rest


@pytest.fixture(scope="module", params=TEXTS)
def seen(request: pytest.FixtureRequest, portrait: Portrait, finder: Finder) -> Seen:
    return asyncio.run(_spoken(request.param, portrait, finder))


async def _spoken(language: Language, portrait: Portrait, finder: Finder) -> Seen:
    tts, face = Espeak(), Warp(fps=FPS)
    voice = next(v for v in tts.voices if v.language == language)
    clauses = [Clause(text.strip(), language, 0.45) for text in TEXTS[language].replace("，", ",").split(",")]
    heard: list[AudioChunk] = []

    async def listened(speech: Stream[AudioChunk]) -> Stream[AudioChunk]:
        async for chunk in speech:
            heard.append(chunk)
            yield chunk

    speech = listened(tts.speak(stream_of(clauses), voice))
    lips = []
    async for frame in face.animate(speech, face.prepare(portrait), 0):
        points = finder.faces(frame.pixels)[0].landmarks[:, :2]
        eyes = np.linalg.norm(points[263] - points[33])
        lips.append([np.linalg.norm(points[a] - points[b]) / eyes for a, b in ((13, 14), (61, 291))])
    tts.close()
    face.close()
    gap, width = np.array(lips).T
    phones = tuple(phone for chunk in heard for phone in chunk.phones or ())
    return Seen(phones, np.concatenate([chunk.samples for chunk in heard]), tts.rate, gap, width)


def test_open_vowels_open(seen: Seen) -> None:
    assert seen.opened > 0.03


def test_bilabials_close(seen: Seen) -> None:
    closures = list(seen.of("pbm"))
    assert len(closures) >= 4
    for phone in closures:
        gap = seen.gap[seen.frames(phone, before=0.04)].min() - seen.rest
        assert gap < 0.15 * seen.opened, f"{phone} leaves {gap / seen.opened:.0%} of an open vowel's gap"


def test_rounded_vowels_narrow_the_mouth(seen: Seen) -> None:
    rest = np.median(seen.width[-5:])
    for phone in seen.of(ROUND_VOWELS):
        assert seen.width[seen.frames(phone)].min() < 0.95 * rest, f"{phone} does not"


def test_pauses_are_shut(seen: Seen) -> None:
    pauses = [p for p in seen.phones if not p.symbol and p.end - p.start >= 0.4]
    assert pauses
    for phone in pauses:
        middle = slice(int((phone.start + 0.2) * FPS), int((phone.end - 0.12) * FPS))
        assert (seen.gap[middle] - seen.rest).max() < 0.2 * seen.opened


def test_lips_and_sound_go_together(seen: Seen) -> None:
    """Loudness over the time of a syllable follows the gap best within 40 ms of no shift at all."""
    step = seen.rate // 200
    power = seen.sound[: len(seen.sound) // step * step].reshape(-1, step) ** 2
    window = np.hanning(17)
    loudness = np.sqrt(np.convolve(power.mean(1), window / window.sum(), "same"))
    heard_at = (np.arange(len(loudness)) + 0.5) * step / seen.rate
    shown_at = np.arange(len(seen.gap)) / FPS
    lags = np.arange(-200, 201, 10) / 1000
    follows = [np.corrcoef(np.interp(shown_at + lag, heard_at, loudness), seen.gap)[0, 1] for lag in lags]
    assert max(follows) > 0.4
    assert abs(lags[int(np.argmax(follows))]) <= 0.041
