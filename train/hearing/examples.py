"""Sentences to what the network is taught with: ten seconds of somebody speaking somewhere, and the answer.

An example is made from its number and the seed alone, whatever else is made beside it.
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from train.hearing import noises, revoice, spoil
from train.hearing.labelled import RATE, Labelled, cut, joined, silence
from train.hearing.levels import gain, loudness
from visavis.media import AudioChunk, Phone, Samples
from visavis.motion.articulation import Articulation
from visavis.motion.ear import STEPS, touching
from visavis.motion.spectrum import Spectrum
from visavis.motion.visemes import spans

SECONDS: Final = 10
EMPTY: Final = 0.12
"""The part of the examples in which nobody speaks."""

PAUSE: Final = 0.35
"""Seconds between sentences, in the mean."""

REVOICED: Final = 0.2
STRETCHED: Final = 0.8
"""The parts that WORLD takes apart and that are played at another speed."""


class Example(NamedTuple):
    """STEPS * SECONDS steps of each.

    looks: float16 [n, 2 * BANDS], dB.
    answers: float16 [n, 8], the channels of Mouth, then how nearly the lips touch.
    kinds: uint8 [n], which of KINDS is uttered.
    """

    looks: NDArray[np.float16]
    answers: NDArray[np.float16]
    kinds: NDArray[np.uint8]


def example(speakers: Sequence[Sequence[Labelled]], number: int, seed: int) -> Example:
    """speakers: the sentences of each, who are all as likely."""
    rng = np.random.default_rng((seed, number))
    if rng.random() < EMPTY:
        speech = silence(SECONDS)
        sound = _nobody(rng)
    else:
        speech = _said(speakers[int(rng.integers(len(speakers)))], rng)
        sound = speech.samples / loudness(speech.samples)
    return Example(looks(_spoiled(sound, rng)), answers(speech), kinds(speech.phones))


def looks(sound: Samples) -> NDArray[np.float16]:
    """What the network is shown of SECONDS of sound."""
    spectrum = Spectrum()
    pairs = spectrum.feed(AudioChunk(sound, RATE)) + spectrum.finish(SECONDS * STEPS)
    return np.stack(pairs[: SECONDS * STEPS]).reshape(SECONDS * STEPS, -1).astype(np.float16)


def answers(speech: Labelled) -> NDArray[np.float16]:
    """What the mouth does, from the phones."""
    articulation = Articulation(STEPS)
    chunk = AudioChunk(speech.samples, RATE, 0, speech.phones)
    mouths = np.array(articulation.feed(chunk) + articulation.finish())
    return np.concatenate([mouths, touching(mouths[:, 1:2])], 1).astype(np.float16)


def kinds(phones: Sequence[Phone]) -> NDArray[np.uint8]:
    """Which pose each step falls into."""
    found = np.zeros(SECONDS * STEPS, np.uint8)
    for start, end, kind in spans(phones):
        found[round(start * STEPS) : round(end * STEPS)] = kind
    return found


def _said(sentences: Sequence[Labelled], rng: Generator) -> Labelled:
    """Sentences of one speaker with pauses between them, in another voice than his or hers."""
    revoiced, stretched = rng.random() < REVOICED, rng.random() < STRETCHED
    pieces, length = list[Labelled](), 0.0
    while length < 1.4 * SECONDS:
        pause = silence(0.02 + float(rng.exponential(PAUSE)))
        pieces += [pause, sentences[int(rng.integers(len(sentences)))]]
        length += pieces[-2].seconds + pieces[-1].seconds
    speech = cut(joined(pieces), 1.4 * SECONDS)
    if revoiced:
        speech = revoice.revoiced(speech, rng)
    if stretched:
        speech = revoice.stretched(speech, float(rng.uniform(0.86, 1.16)))
    return cut(joined([speech, silence(SECONDS)]), SECONDS)


def _nobody(rng: Generator) -> Samples:
    sounds = (noises.noise, noises.music, noises.clicks, noises.breaths)
    return sounds[int(rng.integers(len(sounds)))](SECONDS * RATE, rng)


Change = Callable[[Samples, Generator], Samples]


class Chance(NamedTuple):
    """Something that happens to a sound, and how often."""

    often: float
    happens: Change


def _with(sound: Callable[[int, Generator], Samples], least: float, most: float) -> Change:
    """Another sound beside it, by some dB louder than speech."""
    return lambda samples, rng: samples + gain(rng.uniform(least, most)) * sound(len(samples), rng)


ON_THE_WAY: Final = (
    Chance(0.75, spoil.coloured),
    Chance(0.35, spoil.in_a_room),
    Chance(0.7, _with(noises.noise, -65, -18)),
    Chance(0.1, _with(noises.noise, -18, -4)),
    Chance(0.1, _with(noises.music, -40, -6)),
    Chance(0.12, _with(noises.clicks, -20, 10)),
    Chance(0.12, _with(noises.breaths, -45, -12)),
    Chance(0.1, spoil.by_telephone),
    Chance(0.1, spoil.coded),
    Chance(0.08, spoil.clipped),
)
"""In this order."""


def _spoiled(sound: Samples, rng: Generator) -> Samples:
    for chance in ON_THE_WAY:
        if rng.random() < chance.often:
            sound = np.asarray(chance.happens(sound, rng), np.float32)
    return np.asarray(sound * gain(rng.uniform(-45, -8)), np.float32)
