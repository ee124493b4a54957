"""What listeners would be expected to say of the sound: DNSMOS, from 1 to 5.

Two networks of Microsoft's, which the package speechmos brings as ONNX files; nothing of its code is run.
"""

from functools import cache, lru_cache, partial
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import numpy as np

from visavis.errors import ModelError
from visavis.evaluate.metrics import Metric, Reading
from visavis.evaluate.metrics._mel import Floats, mel
from visavis.evaluate.metrics._weights import brought
from visavis.evaluate.takes import Take
from visavis.media import Samples
from visavis.voices.spectrum import at_rate

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

Scale: TypeAlias = Literal["sig", "bak", "ovrl", "p808"]
Opinions: TypeAlias = dict[Scale, float]

RATE: Final = 16_000

LOOK: Final = 144_160
"""Samples that the networks listen to at a time: 9.01 s."""

STEP: Final = 3 * RATE
"""From one look to the next. Microsoft's script goes on by 1 s, which takes three times as long."""

FOLDER: Final = "speechmos/dnsmos_models"
P835, P808 = "sig_bak_ovr.onnx", "model_v8.onnx"

MISSING: Final = "install speechmos for this: pip install --no-deps speechmos==0.0.1.1"

CALIBRATION: Final[dict[Scale, tuple[float, ...]]] = {
    "sig": (-0.08397278, 1.22083953, 0.0052439),
    "bak": (-0.13166888, 1.60915514, -0.39604546),
    "ovrl": (-0.06766283, 1.11546468, 0.04602535),
}
"""Polynomials, the highest power first, from what the network says to P.835: dnsmos_local.py, not the
personalised ones."""


def opinion(scale: Scale, take: Take) -> Reading:
    """The mean of what a network says of each look at a take."""
    if _network() is None:
        return Reading(None, MISSING)
    found = _of(take)
    return Reading(None, "it is silent") if found is None else Reading(found[scale])


@lru_cache(2)
def _of(take: Take) -> Opinions | None:
    return opinions(take.samples, take.rate)


def opinions(samples: Samples, rate: int) -> Opinions | None:
    """The same of a sound, on each scale; None where it is silent, or speechmos is missing. Blocks.

    Raises:
        ModelError: the networks are damaged.
    """
    network = _network()
    if network is None or not np.abs(samples).max(initial=0) > 0:
        return None
    sound = at_rate(samples, rate, RATE).clip(-1, 1).astype(np.float32)
    heard = [_heard(look, network.parent) for look in looks(sound)]
    return {scale: float(np.mean([said[scale] for said in heard])) for scale in heard[0]}


def _network() -> Path | None:
    return brought("speechmos", f"{FOLDER}/{P835}")


def looks(sound: Samples) -> list[Samples]:
    """The stretches of a sound that are listened to; a short one is repeated until it is long enough."""
    if len(sound) <= LOOK:
        return [np.resize(sound, LOOK)]
    count = 1 + ceil((len(sound) - LOOK) / STEP)
    starts = np.linspace(0, len(sound) - LOOK, count).round().astype(int)
    return [sound[start : start + LOOK] for start in starts]


def _heard(sound: Samples, folder: Path) -> Opinions:
    (raw,) = _answer(folder / P835, sound)
    calibrated = zip(CALIBRATION.items(), raw, strict=True)
    said: Opinions = {scale: float(np.polyval(curve, value)) for (scale, curve), value in calibrated}
    ((overall,),) = _answer(folder / P808, spectrum(sound))
    return {**said, "p808": float(overall)}


def spectrum(sound: Samples) -> Floats:
    """What the network for P.808 listens to: [900, 120], 80 dB below the loudest to it as -1..1."""
    power = np.maximum(mel(sound[: LOOK - 160], RATE, 321, 160, 120), 1e-10)
    decibels = 10 * np.log10(power / power.max())
    return np.asarray((np.maximum(decibels, -80) + 40) / 40)


def _answer(path: Path, given: Floats | Samples) -> Floats:
    session = _session(path)
    answer: Floats = session.run(None, {session.get_inputs()[0].name: given[None].astype(np.float32)})[0]
    return answer


@cache
def _session(path: Path) -> "InferenceSession":
    import onnxruntime

    try:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime has no class of errors of its own for a damaged file
        raise ModelError(f"{path} cannot be used ({error}); install speechmos again") from error


LIMITS: Final = (
    "Trained on English speech with noise, on what noise suppressors made of it: of other languages, and of "
    "voices that were made and not recorded, it compares versions of one voice and is no listener. "
    "Says nothing of words or of who speaks."
)


def _metric(scale: Scale, title: str, source: str) -> Metric:
    return Metric(
        name=f"dnsmos_{scale}",
        title=title,
        unit="MOS",
        better="higher",
        source=source,
        limits=LIMITS,
        of=Take,
        measure=partial(opinion, scale),
        same_within=0.05,
    )


_P835: Final = "Reddy, Gopal and Cutler, DNSMOS P.835, ICASSP 2022: "

METRICS: Final = (
    _metric("sig", "Quality of the voice", _P835 + "SIG, as its published script calibrates it"),
    _metric("bak", "Quietness of the background", _P835 + "BAK, as its published script calibrates it"),
    _metric("ovrl", "Quality of the sound", _P835 + "OVRL, as its published script calibrates it"),
    _metric("p808", "Quality, as a panel would vote", "Reddy, Gopal and Cutler, DNSMOS, ICASSP 2021: P.808"),
)
