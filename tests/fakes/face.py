"""A scripted face: a pale square whose mouth is a dark bar, as high as the sound is loud.

Each of its pictures tells what it was made of, so that a test reads loudness and mood back from the pixels
alone: its topmost rows are the darker, the further it is from resting.
"""

import contextlib
from collections import deque
from dataclasses import dataclass
from typing import get_args

import numpy as np

from visavis.arrays import packed, unpacked
from visavis.contracts import RESTING, Prepared, Stream
from visavis.errors import PortraitError
from visavis.media import (
    AudioChunk,
    Look,
    Mood,
    Pixels,
    Portrait,
    Samples,
    VideoFrame,
    frame_count,
    sample_at,
)

SKIN, MOUTH = 200, 20
LOUDEST = 0.3
SLOWEST_BREATH = 50
MOODS: tuple[Mood, ...] = get_args(Mood)
HATBAND, SHADE = 2, 8


@dataclass(frozen=True)
class Blank:
    """What this face has prepared: the size of its pictures."""

    width: int
    height: int

    @property
    def nbytes(self) -> int:
        return self.width * self.height * 3


class ScriptedFace:
    """version, fps, seed: as a Face has them; drawn: numbers of the frames drawn; closed: whether it is."""

    version = "scripted 1"

    def __init__(self, fps: int = 25, seed: int = 0) -> None:
        self.fps = fps
        self.seed = seed
        self.drawn: list[int] = []
        self.closed = False

    def prepare(self, portrait: Portrait) -> Blank:
        inside = (portrait.landmarks[:, :2] >= 0) & (portrait.landmarks[:, :2] <= portrait.size)
        if not (np.isfinite(portrait.landmarks).all() and inside.mean() > 0.5):
            raise PortraitError("the landmarks lie outside the picture; give a photo of a face")
        return Blank(*portrait.size)

    def packed(self, face: Prepared) -> bytes:
        return packed(face)

    def unpacked(self, content: bytes) -> Blank:
        return unpacked(content, Blank)

    async def animate(
        self, speech: Stream[AudioChunk], face: Prepared, first: int, look: Look = RESTING
    ) -> Stream[VideoFrame]:
        heard: deque[AudioChunk] = deque()
        number = rate = end = 0
        async with contextlib.aclosing(speech):
            async for chunk in speech:
                heard.append(chunk)
                rate, end = chunk.rate, chunk.end
                while sample_at(number + 1, rate, self.fps) <= end:
                    yield self._draw(face, first + number, self._loudness(heard, number, rate), look)
                    number += 1
        while rate and number < frame_count(end, rate, self.fps):
            yield self._draw(face, first + number, self._loudness(heard, number, rate), look)
            number += 1

    def rest(self, face: Prepared, frame: int, look: Look = RESTING) -> VideoFrame:
        return self._draw(face, frame, 0.0, look)

    def close(self) -> None:
        self.closed = True

    def _loudness(self, heard: deque[AudioChunk], number: int, rate: int) -> float:
        begin, end = sample_at(number, rate, self.fps), sample_at(number + 1, rate, self.fps)
        while heard[0].end <= begin:
            heard.popleft()
        loudest = 0.0
        for chunk in heard:
            part: Samples = chunk.samples[max(0, begin - chunk.at) : max(0, end - chunk.at)]
            loudest = max(loudest, float(np.abs(part).max(initial=0)))
        return loudest

    def _draw(self, face: Prepared, number: int, loudness: float, look: Look) -> VideoFrame:
        assert isinstance(face, Blank)
        self.drawn.append(number)
        breath = abs(number % SLOWEST_BREATH - SLOWEST_BREATH // 2) // 5
        pixels: Pixels = np.full((face.height, face.width, 3), SKIN + breath, np.uint8)
        moods = [mood for frame, mood in look.changes if frame <= number]
        pixels[:HATBAND] -= np.uint8(SHADE * MOODS.index(moods[-1] if moods else "resting"))
        open_rows = round(min(1.0, loudness / LOUDEST) * face.height / 4)
        middle = face.height // 2
        pixels[middle : middle + open_rows, face.width // 4 : -face.width // 4] = MOUTH
        return VideoFrame(pixels, number)


def openness(pixels: Pixels) -> float:
    """0..1: how far the mouth is open on a picture, drawn just now or decoded from a file."""
    column = pixels[pixels.shape[0] // 2 :, pixels.shape[1] // 2, 1]
    return float((column < (SKIN + MOUTH) / 2).sum() / (pixels.shape[0] / 4))


def mood(pixels: Pixels) -> Mood:
    """What the face was at on a picture, drawn just now."""
    return MOODS[int(pixels[HATBAND, 0, 0] - pixels[0, 0, 0]) // SHADE]


def blank_portrait(width: int = 64, height: int = 64) -> Portrait:
    """A portrait of nobody, good enough for a face that looks at its size only."""
    landmarks = np.full((468, 3), min(width, height) / 2, np.float32)
    irises = np.full((2, 5, 2), min(width, height) / 2, np.float32)
    return Portrait(np.full((height, width, 3), SKIN, np.uint8), landmarks, irises)
