"""An utterance cut into chunks, as an engine would hand it on."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from visavis.media import AudioChunk, Phone, Samples


def cut(
    samples: Samples, rate: int, phones: Sequence[Phone] | None, lengths: Iterable[int] = ()
) -> list[AudioChunk]:
    """Chunks of these lengths, the last one of what is left; each with the phones that start in it."""
    bounds = [0]
    for length in lengths:
        if bounds[-1] + length < len(samples):
            bounds.append(bounds[-1] + length)
    bounds.append(len(samples))
    return [
        AudioChunk(samples[begin:end], rate, begin, _starting(phones, begin / rate, end / rate))
        for begin, end in pairwise(bounds)
    ]


def _starting(phones: Sequence[Phone] | None, begin: float, end: float) -> tuple[Phone, ...] | None:
    if phones is None:
        return None
    return tuple(phone for phone in phones if begin <= phone.start < end)


def tiled(*sounds: tuple[str, int] | tuple[str, int, int], begin: int = 0) -> list[Phone]:
    """Phones one after the other, from symbol, milliseconds, and stress."""
    phones: list[Phone] = []
    at = begin
    for symbol, length, *stress in sounds:
        phones.append(Phone(symbol, at / 1000, (at + length) / 1000, stress[0] if stress else 0))
        at += length
    return phones


def later(phones: Iterable[Phone], seconds: float) -> list[Phone]:
    """The same phones after a silence."""
    moved = [Phone(p.symbol, p.start + seconds, p.end + seconds, p.stress) for p in phones]
    return [Phone("", 0.0, seconds), *moved] if seconds > 0 else moved


def silence(seconds: float, rate: int) -> Samples:
    return np.zeros(round(seconds * rate), np.float32)
