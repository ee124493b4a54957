"""What SyncNet says of lips and sound: LSE-D and LSE-C, by which papers on talking heads compare themselves.

Chung and Zisserman, "Out of time: automated lip sync in the wild" (2016); as the evaluation of Wav2Lip
(Prajwal et al., "A lip sync expert is all you need", 2020) computes them. The weights (syncnet_v2) may not
be passed on: a user exports them to ONNX, each half as a file of its own, and puts them where LIPS and SOUND
say, in the folder of models. Owns the look at pictures and sound that they were trained with.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from visavis.errors import EngineError
from visavis.evaluate.metrics import Metric, Reading
from visavis.evaluate.metrics._faces import NO_FACE, is_seen
from visavis.evaluate.takes import Take
from visavis.media import Pixels, Samples
from visavis.models.store import default_folder
from visavis.voices.spectrum import at_rate

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

Floats = NDArray[np.float32]
Curve = NDArray[np.float64]

LIPS: Final = PurePosixPath("syncnet", "lips.onnx")
SOUND: Final = PurePosixPath("syncnet", "sound.onnx")
"""Within the folder of models: float32 [batch, 3, 5, 224, 224], BGR, 0..255, and [batch, 1, 13, 20], to
[batch, features]."""

RATE: Final = 16_000
FPS: Final = 25
PICTURES: Final = 5
SIDE: Final = 224
LOOKS: Final = 20
EACH: Final = 4
"""Pictures of a window, the side of each, looks at its sound, and looks for one picture."""

SHIFT: Final = 15
"""Pictures by which sound and lips are moved against each other, both ways."""

CROP: Final = 0.4
GREY: Final = 110
STEADY: Final = 13
"""The crop of SyncNet's own pipeline: room around the face, what is outside of the picture, and pictures over
which its place is a running median."""

BATCH: Final = 8

WINDOW: Final = 400
HOP: Final = 160
BINS: Final = 512
BANDS: Final = 26
CEPSTRA: Final = 13
LIFTER: Final = 22
EMPHASIS: Final = 0.97


class Sync(NamedTuple):
    """distance: LSE-D. confidence: LSE-C. offset: pictures by which the lips come
    after the sound.
    """

    distance: float
    confidence: float
    offset: int


@lru_cache(maxsize=1)
def sync(take: Take) -> Sync | Reading:
    """What SyncNet says of a take; a reading that says why it cannot. Blocks, for a tenth of a second a
    picture.

    Raises:
        EngineError: a file is no such network.
    """
    folder = default_folder()
    files = [folder / LIPS, folder / SOUND]
    if missing := [str(file) for file in files if not file.is_file()]:
        return Reading(None, f"SyncNet's weights are not in the models folder: put them at {missing[0]}")
    if not is_seen(take.seen):
        return NO_FACE
    pictures, sound = crops(take), mfcc(np.asarray(at_rate(take.samples, take.rate, RATE), np.float32))
    count = min(len(pictures), int(take.seconds * FPS)) - PICTURES
    if count < 1 or len(sound) < (count - 1) * EACH + LOOKS:
        return Reading(None, "it is too short for it")
    lips = _features(files[0], partial(_of_lips, pictures), count)
    return judged(lips, _features(files[1], partial(_of_sound, sound), count))


def distance(take: Take) -> Reading:
    """LSE-D: the mean distance of lips and sound at the offset at which it is the smallest."""
    found = sync(take)
    return found if isinstance(found, Reading) else Reading(found.distance, f"at {found.offset} pictures")


def confidence(take: Take) -> Reading:
    """LSE-C: how much smaller that is than at the usual offset."""
    found = sync(take)
    return found if isinstance(found, Reading) else Reading(found.confidence, f"at {found.offset} pictures")


def judged(lips: Floats, sound: Floats) -> Sync:
    """Lips and sound, features [n, any] of windows that begin with each picture, against each other.

    Beyond the ends sound is nothing, as in Wav2Lip's evaluation.
    """
    padded = np.pad(sound.astype(float), ((SHIFT, SHIFT), (0, 0)))
    far = [
        float(np.linalg.norm(lips - padded[shift : shift + len(lips)] + 1e-6, axis=1).mean())
        for shift in range(2 * SHIFT + 1)
    ]
    best = int(np.argmin(far))
    return Sync(far[best], float(np.median(far)) - far[best], SHIFT - best)


def crops(take: Take) -> list[Pixels]:
    """The face in the pictures of the first excerpt, FPS a second, uint8 [SIDE, SIDE, 3] BGR each."""
    first = take.excerpts[0]
    times = take.shown[(take.shown >= first[0] - 1e-6) & (take.shown < first[1] - 1e-6)]
    boxes = _boxes(take)
    wanted = np.searchsorted(times, np.arange(0, times[-1] + 1e-6, 1 / FPS) - 0.5 / take.fps)
    made = [_crop(pixels, *box) for pixels, box in zip(take.pictures(first), boxes, strict=False)]
    return [made[min(at, len(made) - 1)] for at in wanted]


def mfcc(samples: Samples) -> Curve:
    """Cepstra of 16 kHz speech, [looks, CEPSTRA], as Davis and Mermelstein (1980) have them, in the flavour
    that SyncNet was trained with: no window, 26 bands up to 8 kHz, the first one the logarithm of the energy.
    """
    loud = np.trunc(samples.astype(np.float64) * 32768)
    steep = np.append(loud[:1], loud[1:] - EMPHASIS * loud[:-1])
    looks = 1 + max(0, -(-(len(steep) - WINDOW) // HOP))
    padded = np.pad(steep, (0, max(0, (looks - 1) * HOP + WINDOW - len(steep))))
    cut = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP][:looks]
    power = np.abs(np.fft.rfft(cut, BINS)) ** 2 / BINS
    least = np.finfo(float).eps
    bands = np.log(np.maximum(power @ _bands(), least))
    order = np.arange(CEPSTRA)
    cosine = np.cos(np.pi * order[:, None] * (np.arange(BANDS) + 0.5) / BANDS) * np.sqrt(2 / BANDS)
    cepstra = bands @ cosine.T * (1 + LIFTER / 2 * np.sin(np.pi * order / LIFTER))
    cepstra[:, 0] = np.log(np.maximum(power.sum(1), least))
    return np.asarray(cepstra)


def _bands() -> Curve:
    """Weights [bins, BANDS] of triangles that are evenly spaced in mel, 2595 log10(1 + f / 700)."""
    mel = np.linspace(0, 2595 * np.log10(1 + RATE / 2 / 700), BANDS + 2)
    edges = np.floor((BINS + 1) * 700 * (10 ** (mel / 2595) - 1) / RATE)
    bins = np.arange(BINS // 2 + 1)[:, None]
    rising = (bins - edges[:-2]) / np.diff(edges)[:-1]
    falling = (edges[2:] - bins) / np.diff(edges)[1:]
    return np.asarray(np.clip(np.minimum(rising, falling), 0, None))


def _boxes(take: Take) -> list[tuple[float, float, float]]:
    """Middle and half the size of the face in each picture, steady; where there is none, as it usually is."""
    points = take.seen.landmarks[:, :, :2].astype(float)
    low, high = points.min(1), points.max(1)
    rows = np.column_stack([(low + high) / 2, (high - low).max(1) / 2])
    rows = np.where(np.isfinite(rows), rows, np.nanmedian(rows, 0))
    padded = np.pad(rows, ((STEADY // 2, STEADY // 2), (0, 0)), "edge")
    steady = np.median(np.lib.stride_tricks.sliding_window_view(padded, STEADY, axis=0), axis=2)
    return [(float(x), float(y), float(size)) for x, y, size in steady]


def _crop(pixels: Pixels, x: float, y: float, size: float) -> Pixels:
    """From as much above the middle as the face is high to 1.8 times as much below, and 1.4 aside."""
    scale = SIDE / (2 * size * (1 + CROP))
    way = np.array([[scale, 0, -scale * (x - size * (1 + CROP))], [0, scale, -scale * (y - size)]])
    bgr = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    made = cv2.warpAffine(bgr, way, (SIDE, SIDE), borderMode=cv2.BORDER_CONSTANT, borderValue=(GREY,) * 3)
    return np.asarray(made, np.uint8)


def _of_lips(pictures: list[Pixels], at: int) -> Floats:
    return np.stack(pictures[at : at + PICTURES]).transpose(3, 0, 1, 2).astype(np.float32)


def _of_sound(sound: Curve, at: int) -> Floats:
    return sound[EACH * at : EACH * at + LOOKS].T[None].astype(np.float32)


def _features(file: Path, window: Callable[[int], Floats], count: int) -> Floats:
    """What a network makes of so many windows, [count, features]."""
    network = _network(file)
    name = network.get_inputs()[0].name
    found = [_run(network, {name: np.stack([window(at) for at in batch])}, file) for batch in _batches(count)]
    return np.concatenate(found)


def _batches(count: int) -> Iterator[range]:
    return (range(first, min(first + BATCH, count)) for first in range(0, count, BATCH))


def _run(network: "InferenceSession", given: dict[str, Floats], file: Path) -> Floats:
    try:
        (made, *_) = network.run(None, given)
    except Exception as error:  # onnxruntime's own errors have no common root
        raise EngineError(f"{file} is no half of SyncNet: {_line(error)}; export it again") from error
    count = len(next(iter(given.values())))
    if np.ndim(made) < 2 or len(made) != count:
        raise EngineError(
            f"{file} is no half of SyncNet: it gives {np.shape(made)} for {count}; export it again"
        )
    return np.asarray(made, np.float32).reshape(count, -1)


def _network(file: Path) -> "InferenceSession":
    import onnxruntime

    try:
        return onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's own errors have no common root
        raise EngineError(
            f"{file} cannot be loaded: {_line(error)}; export it again, or remove it"
        ) from error


def _line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)[:200]


_SOURCE: Final = (
    "SyncNet (Chung and Zisserman 2016), as the evaluation of Wav2Lip (2020) takes it: windows of five "
    "pictures and 0.2 s, 15 pictures both ways; "
)

_LIMITS: Final = (
    "The face is cropped by its mesh and not by the S3FD detector, so figures are near those of papers and "
    "not the same; the network likes its training's speakers and blur. Of the first excerpt. "
)

METRICS: Final = (
    Metric(
        name="lse_d",
        title="SyncNet distance (LSE-D)",
        unit="",
        better="lower",
        source=_SOURCE + "the smallest mean distance",
        limits=_LIMITS + "Real recordings have 6.5 to 7.5.",
        of=Take,
        measure=distance,
        same_within=0.1,
    ),
    Metric(
        name="lse_c",
        title="SyncNet confidence (LSE-C)",
        unit="",
        better="higher",
        source=_SOURCE + "the median of the mean distances less the smallest",
        limits=_LIMITS + "Real recordings have 6.5 to 8, and below 2 nothing fits.",
        of=Take,
        measure=confidence,
        same_within=0.1,
    ),
)
