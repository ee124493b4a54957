"""Whose voice it is: how like the one that is meant, and whether it stays the same to the end.

Two networks tell speakers apart: Resemblyzer's, which is small and there once its package is, and WavLM's,
which is larger and better and has to be put into the models folder. Where nobody is meant there is no claim,
and no likeness; whether the voice stays the same can be told of any.
"""

from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from visavis.errors import ModelError
from visavis.evaluate.metrics import Metric, Reading
from visavis.evaluate.metrics._voiceprint import RATE, found, mean, network, prints, spoken
from visavis.evaluate.takes import Take
from visavis.media import Samples
from visavis.models import default_folder
from visavis.voices.spectrum import at_rate

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

Floats = NDArray[np.float32]

NO_CLAIM: Final = "nobody is meant by this voice, so that there is nobody to compare it with"

NOBODY: Final = "nobody speaks in it"

MISSING: Final = "install Resemblyzer for this: pip install --no-deps resemblyzer==0.1.4"

WINDOW: Final = 3
"""Looks of the network that are taken together where the voice may have changed: 3.1 s of speech."""

WAVLM: Final = "wavlm-sv/model.onnx"
"""Where WavLM's network is expected in the models folder."""

WAVLM_SECONDS: Final = 20.0
"""Of speech that WavLM is given; it takes a second for every few of them."""


def similarity(take: Take) -> Reading:
    """The cosine between the take and speech of who is meant, by Resemblyzer."""
    if take.reference is None:
        return Reading(None, NO_CLAIM)
    path = found()
    if path is None:
        return Reading(None, MISSING)
    points, times = _of_take(take, path)
    theirs, _ = prints(take.reference, take.reference_rate, network(path))
    if not len(points) or not len(theirs):
        return Reading(None, NOBODY)
    them = mean(theirs)
    return Reading(float(mean(points) @ them), series=_curve(times, points @ them))


def steadiness(take: Take) -> Reading:
    """The lowest cosine between some seconds of the take and all of it, by Resemblyzer."""
    path = found()
    if path is None:
        return Reading(None, MISSING)
    points, times = _of_take(take, path)
    if len(points) <= WINDOW:
        return Reading(None, "too little is said to hear a voice change")
    windows = np.stack([mean(points[start : start + WINDOW]) for start in range(len(points) - WINDOW + 1)])
    likeness = windows @ mean(points)
    where = float(times[int(likeness.argmin())])
    return Reading(
        float(likeness.min()),
        f"the least like the rest from {where:.1f} s on",
        _curve(times[: len(likeness)], likeness),
    )


def wavlm_similarity(take: Take) -> Reading:
    """The cosine between the take and speech of who is meant, by WavLM."""
    if take.reference is None:
        return Reading(None, NO_CLAIM)
    path = default_folder() / WAVLM
    if not path.is_file():
        return Reading(
            None,
            f"{path} is not there; put onnx/model.onnx of Xenova/wavlm-base-plus-sv on the hub there",
        )
    session = _wavlm(path)
    ours = _point(session, take.samples, take.rate)
    theirs = _point(session, take.reference, take.reference_rate)
    if ours is None or theirs is None:
        return Reading(None, NOBODY)
    return Reading(float(ours @ theirs))


@lru_cache(2)
def _of_take(take: Take, path: Path) -> tuple[Floats, Floats]:
    return prints(take.samples, take.rate, network(path))


def _curve(times: Floats, likeness: Floats) -> dict[str, list[float]]:
    return {"time": times.tolist(), "likeness": likeness.tolist()}


@cache
def _wavlm(path: Path) -> "InferenceSession":
    import onnxruntime

    try:
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        names = {output.name for output in session.get_outputs()}
    except Exception as error:  # onnxruntime has no class of errors of its own for a damaged file
        raise ModelError(f"{path} is no network that can be used ({error}); get it again") from error
    if "embeddings" not in names or [given.name for given in session.get_inputs()] != ["input_values"]:
        raise ModelError(f"{path} is not WavLM for speaker verification; it gives {', '.join(sorted(names))}")
    return session


def _point(session: "InferenceSession", samples: Samples, rate: int) -> Floats | None:
    """Who speaks, of length one; None where nobody does."""
    sound, _ = spoken(at_rate(samples, rate, RATE).astype(np.float32))
    sound = sound[: round(WAVLM_SECONDS * RATE)]
    if len(sound) < RATE:
        return None
    (point,) = session.run(["embeddings"], {"input_values": sound[None]})[0]
    return np.asarray(point / max(float(np.linalg.norm(point)), 1e-9), np.float32)


METRICS: Final = (
    Metric(
        name="speaker_similarity",
        title="Likeness to the voice that is meant",
        unit="",
        better="higher",
        source="Wan, Wang, Papir and Moreno, Generalized end-to-end loss for speaker verification, ICASSP "
        "2018, with Resemblyzer's weights: the cosine between mean embeddings. Two recordings of one person "
        "have .84 to .96, two people .48 to .62",
        limits="Trained on English speech. It hears the room and the microphone too, and languages: one "
        "person in two languages is less like himself. Below 5 s of speech it varies by .05.",
        of=Take,
        measure=similarity,
        same_within=0.02,
    ),
    Metric(
        name="speaker_steadiness",
        title="Steadiness of the voice",
        unit="",
        better="higher",
        source="as speaker_similarity: the lowest cosine between 3.1 s of speech and all of it",
        limits="Of the part of a long take that is looked at; needs 4 s of speech. Compares with the whole, "
        "so that two voices of equal length are each half like it: Kennedy has .85, he and a woman .65. "
        "espeak's voices of one kind count as one voice in all languages.",
        of=Take,
        measure=steadiness,
        same_within=0.02,
    ),
    Metric(
        name="speaker_similarity_wavlm",
        title="Likeness to the voice that is meant, by WavLM",
        unit="",
        better="higher",
        source="Chen et al., WavLM, IEEE JSTSP 2022: the cosine between x-vectors of "
        "microsoft/wavlm-base-plus-sv; its authors take .86 and more for one person",
        limits="Trained on English (VoxCeleb1). Its weights are not shipped.",
        of=Take,
        measure=wavlm_similarity,
        same_within=0.02,
    ),
)
