"""What lips should do, and when: expectations from what is said, and when it is really heard.

Owns curves of expectation, and finding the phones in the sound as a user hears it. Refuses to look at faces.
An expectation is centred on its sound: it neither anticipates nor lingers, so that a lag against it means
something. It is no model of articulation, and no engine's mouth follows it to the letter.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from visavis.media import AudioChunk, Phone, Samples
from visavis.motion.ear import STEPS, Ear
from visavis.motion.visemes import Viseme, parts, spans

Curve = NDArray[np.float64]

HZ: Final = 200
"""Values a second of a curve."""

SYLLABLE: Final = 0.12
"""Seconds over which a curve is smoothed: as fast as lips are."""

FURTHEST: Final = 0.6
"""Seconds by which things may be apart and still be found."""

LAGS: Final = np.arange(-FURTHEST, FURTHEST + 0.005, 0.01)

EAR_EARLY: Final = 0.0085
"""Seconds by which the ear puts phones before where a voice that knows them does, on all of its languages
within 2 ms."""

PAUSE: Final = 0.4
SETTLING, ARISING = 0.2, 0.12
"""Seconds of a pause in which a mouth can be expected to be shut, and what is left out of one after the last
sound and before the next."""

_NEUTRAL: Final = 0.02
_DOUBT: Final = 0.02
_TUCKED: Final = 0.1


def openness(phones: Iterable[Phone], seconds: float) -> Curve:
    """How far lips should be open, 0..1, HZ times a second."""
    return _curve(phones, seconds, _gap)


def spread(phones: Iterable[Phone], seconds: float) -> Curve:
    """How far the corners of the mouth should be drawn apart, -1.4..1; below 0 it is rounded."""
    return _curve(phones, seconds, _width)


def loudness(samples: Samples, rate: int) -> Curve:
    """The root of a sound's power over the time of a vowel, HZ times a second."""
    step = rate / HZ
    edges = np.round(np.arange(int(len(samples) / step) + 1) * step).astype(int)
    power = np.add.reduceat(np.square(samples[: edges[-1]], dtype=np.float64), edges[:-1]) / step
    return np.sqrt(np.maximum(_smoothed(power), 0.0)) if len(power) else power


def heard_late(phones: Sequence[Phone], samples: Samples, rate: int) -> float:
    """Seconds by which phones are heard after they are said to be; negative: before. Blocks.

    The ear's probabilities of what the phones claim, summed, are the highest where the two belong together.
    """
    ear = Ear()
    heard = ear.feed(AudioChunk(samples, rate)) + ear.finish(len(samples) * STEPS // rate)
    if not heard or not any(phone.symbol for phone in phones):
        return 0.0
    likely = np.exp(np.stack([step.kinds for step in heard]).astype(float))
    claimed = np.zeros(int(len(samples) / rate * HZ) + 1, int)
    for begin, end, kind in spans(phones):
        claimed[round(begin * HZ) : round(end * HZ)] = kind
    steps = np.arange(len(likely))
    places = np.rint((steps / STEPS - LAGS[:, None]) * HZ).astype(int)
    kinds = claimed[np.clip(places, 0, len(claimed) - 1)]
    return summit(LAGS, np.log(likely[steps, kinds] + _DOUBT).mean(1))[0] + EAR_EARLY


def moved(phones: Iterable[Phone], by: float) -> tuple[Phone, ...]:
    """The same, so many seconds later."""
    return tuple(replace(phone, start=phone.start + by, end=phone.end + by) for phone in phones)


def follows(times: Curve, values: Curve, curve: Curve, lag: float) -> float:
    """How values at some times correlate with a curve that they come `lag` seconds after."""
    expected = np.interp(times - lag, np.arange(len(curve)) / HZ, curve)
    return correlation(values, expected)


def correlation(one: Curve, other: Curve) -> float:
    """Pearson's; 0 where one of them stands still."""
    one, other = one - one.mean(), other - other.mean()
    size = float(np.sqrt((one @ one) * (other @ other)))
    return float(one @ other) / size if size > 1e-9 else 0.0


def summit(at: Curve, values: Curve) -> tuple[float, float]:
    """Where the highest of evenly spaced values is, and how high: by the parabola through its neighbours."""
    top = int(np.argmax(values))
    if not 0 < top < len(values) - 1:
        return float(at[top]), float(values[top])
    before, here, after = values[top - 1 : top + 2]
    bend = before - 2 * here + after
    aside = 0.5 * (before - after) / bend if bend else 0.0
    return float(at[top] + aside * (at[1] - at[0])), float(here - 0.25 * (before - after) * aside)


def pauses(phones: Iterable[Phone], seconds: float) -> Iterator[tuple[float, float]]:
    """From when to when a mouth can be expected to be shut: in pauses, and after the last sound."""
    before: float | None = None
    for start, end in (*((p.start, p.end) for p in phones if p.symbol), (seconds + ARISING, 0.0)):
        if before is not None and start - before >= PAUSE:
            yield before + SETTLING, start - ARISING
        before = end


def is_pressed(phone: Phone) -> bool:
    """Whether it takes shut lips: p, b and m."""
    return any(part.viseme.seal == "press" and part.viseme.grip > 0.5 for part in parts(phone.symbol))


def is_open(phone: Phone) -> bool:
    """Whether it is one of the most open vowels."""
    return any(part.viseme.vowel and part.viseme.open.target >= 0.7 for part in parts(phone.symbol))


def _curve(phones: Iterable[Phone], seconds: float, wants: Callable[[Viseme], tuple[float, float]]) -> Curve:
    """What poses want, each as much as it insists, smoothed over the time of a syllable."""
    pull = np.zeros(max(1, int(seconds * HZ) + 1))
    weight = np.full(len(pull), _NEUTRAL)
    for phone in phones:
        begin = phone.start
        for part in parts(phone.symbol):
            end = begin + part.share * (phone.end - phone.start)
            target, dominance = wants(part.viseme)
            here = slice(max(0, round(begin * HZ)), max(0, round(end * HZ)))
            pull[here] += target * dominance
            weight[here] += dominance
            begin = end
    return np.asarray(_smoothed(pull) / _smoothed(weight))


def _gap(viseme: Viseme) -> tuple[float, float]:
    if viseme.seal is not None:
        return (0.0 if viseme.seal == "press" else _TUCKED), viseme.grip
    return viseme.open.target, viseme.open.dominance


def _width(viseme: Viseme) -> tuple[float, float]:
    dominance = max(viseme.wide.dominance, viseme.round.dominance)
    return viseme.wide.target - viseme.round.target, dominance


def _smoothed(values: Curve) -> Curve:
    window = np.hanning(round(SYLLABLE * HZ) + 3)[1:-1]
    padded = np.pad(values, len(window) // 2, "edge") if len(values) else values
    return np.convolve(padded, window / window.sum(), "same")[len(window) // 2 :][: len(values)]
