"""Speech whose phones are known in time: what every maker of speech gives, and what the spoilers change."""

from typing import NamedTuple

import numpy as np

from visavis.media import Phone, Samples

RATE = 16_000


class Labelled(NamedTuple):
    """A sentence and its phones.

    samples: float32 mono at RATE, -1..1.
    phones: in order, from 0 to the end without gaps; "" is silence.
    """

    samples: Samples
    phones: tuple[Phone, ...]

    @property
    def seconds(self) -> float:
        return len(self.samples) / RATE


def silence(seconds: float) -> Labelled:
    samples = np.zeros(round(seconds * RATE), np.float32)
    return Labelled(samples, (Phone("", 0.0, len(samples) / RATE),))


def joined(pieces: list[Labelled]) -> Labelled:
    """One after the other."""
    phones, at = [], 0
    for piece in pieces:
        begin = at / RATE
        phones += [Phone(p.symbol, p.start + begin, p.end + begin, p.stress) for p in piece.phones]
        at += len(piece.samples)
    return Labelled(np.concatenate([piece.samples for piece in pieces]), tuple(phones))


def cut(speech: Labelled, seconds: float) -> Labelled:
    """Its beginning."""
    samples = speech.samples[: round(seconds * RATE)]
    end = len(samples) / RATE
    phones = (Phone(p.symbol, p.start, min(p.end, end), p.stress) for p in speech.phones if p.start < end)
    return Labelled(samples, tuple(phones))


def resampled(samples: Samples, rate: int) -> Samples:
    """The same sound at RATE."""
    import soxr

    return np.asarray(soxr.resample(samples, rate, RATE), np.float32) if rate != RATE else samples
