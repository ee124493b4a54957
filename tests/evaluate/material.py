"""Material for tests: takes that need no engine, and videos that tell what is seen and heard when."""

from pathlib import Path

import numpy as np

from visavis.evaluate.footage import footage
from visavis.evaluate.takes import Take
from visavis.media import Phone
from visavis.transports.file import writing

RATE, FPS, SIZE = 16_000, 25, (64, 64)

PHONES = (Phone("", 0.0, 0.2), Phone("m", 0.2, 0.3), Phone("a", 0.3, 0.6, 2), Phone("", 0.6, 1.0))

TAKE = Take(
    scenario="short",
    text="Ma.",
    language="en",
    video=Path("short.mp4"),
    samples=np.zeros(RATE, np.float32),
    rate=RATE,
    shown=np.arange(FPS) / FPS,
    fps=FPS,
    size=SIZE,
    phones=PHONES,
    aligned="voice",
    stages={"text": 0.01, "speech": 0.02, "prepare": 0.3, "render": 0.1, "encode": 0.2},
    first=0.4,
    took=0.5,
    whole=1.0,
    filmed=1.0,
)
"""A second of silence; its video does not exist. `dataclasses.replace` makes others of it."""


def blinking(path: Path, seconds: float, period: float = 1.0) -> Path:
    """A video that is white and loud for 0.2 s at the beginning of each period, and black and silent else."""
    with writing(path, SIZE, FPS, RATE) as file:
        for number in range(round(seconds * FPS)):
            lit = (number / FPS) % period < 0.199
            file.sound(_tone(number) if lit else np.zeros(RATE // FPS, np.float32))
            file.picture(np.full((SIZE[1], SIZE[0], 3), 255 if lit else 0, np.uint8))
    return path


def _tone(number: int) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
    at = np.arange(number * RATE // FPS, (number + 1) * RATE // FPS)
    return (0.5 * np.sin(2 * np.pi * 400 * at / RATE)).astype(np.float32)


def filmed(path: Path, seconds: float = 2.0) -> Take:
    """A take whose video is `blinking`."""
    made = footage(blinking(path, seconds))
    return Take(
        scenario="blinking",
        text="Ma ma.",
        language="en",
        video=path,
        samples=made.samples,
        rate=made.rate,
        shown=made.shown,
        fps=made.fps,
        size=made.size,
        whole=seconds,
        filmed=seconds,
    )
