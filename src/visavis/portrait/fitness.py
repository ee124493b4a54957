"""Whether a face can be made to speak: what is turned away, cut off or covered is refused, with a reason.

Two things tell a covered face: the mesh network's looks scatter where it has to guess, and the picture
lacks there what a mouth and eyes show. Every limit lies well outside what 30 photos, paintings and
drawings of bearded, old, dark, smiling and spectacled faces measure, also when these are made small,
noisy, dark, grey or overexposed, and inside what masks, hands, hair and microphones laid over them do.
"""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from visavis.media import Pixels
from visavis.portrait.colours import lightness
from visavis.portrait.crops import Points, moved, onto, sample
from visavis.portrait.faces import Found
from visavis.portrait.landmarks import CHIN, FOREHEAD, INNER_LOWER, INNER_UPPER
from visavis.portrait.mesh import LIDS_LEFT, LIDS_RIGHT, square_around

MAX_YAW = np.radians(35)
MAX_PITCH = np.radians(30)

_SIDE = 256
_NEEDED_INSIDE = 0.93

_LIPS = (61, 91, 84, 17, 314, 321, 291, 270, 0, 40, 78, 88, 87, 14, 317, 318, 308, 310, 13, 80)
_FLESH = (0, 17, 37, 267, 84, 314, 39, 269, 181, 405)
_BETWEEN_UPPER, _BETWEEN_LOWER = INNER_UPPER[1:-1], INNER_LOWER[1:-1]
_CHEEKS = (50, 280, 101, 330, 36, 266, 117, 346)
AROUND_EYES = (
    (226, 31, 228, 229, 230, 231, 113, 225, 224, 223),
    (446, 261, 448, 449, 450, 451, 342, 445, 444, 443),
)

_GIVE = "give a photo in which the whole face is seen from the front"

NO_FACE = "no face was found in the picture; give a photo in which one is large and seen from the front"


class Signs(NamedTuple):
    """What tells a bare face from a covered one.

    spread, lips_spread, eye_spread: how far looks differ over the whole face, at the lips and at the
        worse of the eyes, in distances between the eyes.
    seam: 0..1, the sharpest change of lightness across the line of the mouth; a mask has none.
    lips: lightness of the lips; 1 is the cheeks'.
    around_eyes: lightness of the skin around the lighter eye; 1 is the cheeks'; little behind dark glasses.
    eye_contrast: 0..1, how much lightness varies between the lids of the clearer eye.
    eyes_alike: 0..1, that of the other eye, relative to it.
    """

    spread: float
    lips_spread: float
    eye_spread: float
    seam: float
    lips: float
    around_eyes: float
    eye_contrast: float
    eyes_alike: float


def objection(pixels: Pixels, face: Found) -> str | None:
    """Why a face cannot be used, as a sentence for the user; None if it can."""
    return cut_off(pixels, face) or turned(face) or covered(signs(pixels, face))


def signs(pixels: Pixels, face: Found) -> Signs:
    """The signs of a face in a picture [h, w, 3]."""
    matrix = onto(square_around(face.landmarks.astype(float)), _SIDE)
    points = moved(face.landmarks[:, :2].astype(float), matrix)
    crop = sample(pixels, matrix, _SIDE, _SIDE, border=cv2.BORDER_REPLICATE)
    light = lightness(crop)
    height = float(np.hypot(*(points[CHIN] - points[FOREHEAD])))
    fine, coarse = _softened(light, 0.007 * height), _softened(light, 0.02 * height)
    cheeks = max(level(coarse, points, _CHEEKS), 1.0)
    worse, better = sorted(_contrast(light, points[list(lids)]) for lids in (LIDS_LEFT, LIDS_RIGHT))
    return Signs(
        spread=float(face.spread.mean()),
        lips_spread=float(face.spread[list(_LIPS)].mean()),
        eye_spread=max(float(face.spread[list(lids)].mean()) for lids in (LIDS_LEFT, LIDS_RIGHT)),
        seam=_seam(fine, points, height) / cheeks,
        lips=level(fine, points, _FLESH) / cheeks,
        around_eyes=max(level(fine, points, ring) for ring in AROUND_EYES) / cheeks,
        eye_contrast=better / cheeks,
        eyes_alike=worse / max(better, 1e-6),
    )


def covered(seen: Signs) -> str | None:
    """What hides a face, as a sentence; None if nothing does."""
    eye = seen.eye_spread > 0.027 or seen.eyes_alike < 0.35
    mouth = seen.lips_spread > 0.026 or seen.seam < 0.05 or (seen.lips < 0.28 and seen.lips_spread > 0.013)
    if seen.around_eyes < 0.4 or (seen.around_eyes < 0.6 and seen.eye_contrast < 0.06):
        return f"the eyes are hidden, as if behind dark glasses; {_GIVE}"
    if (eye and mouth) or seen.spread > 0.04:
        return f"the face cannot be made out; it is covered, blurred or not a human one; {_GIVE}"
    if eye:
        return f"an eye cannot be made out; it seems to be covered, closed or not a human one; {_GIVE}"
    if mouth:
        return f"the mouth cannot be made out; it seems to be covered, blurred or not a human one; {_GIVE}"
    if seen.spread > 0.027:
        return f"the face cannot be made out well; it is partly covered, blurred or not a human one; {_GIVE}"
    return None


def cut_off(pixels: Pixels, face: Found) -> str | None:
    """That too much of a face lies outside the picture, as a sentence; None if it does not."""
    points = face.landmarks[:, :2]
    limits = np.array(pixels.shape[1::-1]) - 0.5
    inside = np.asarray(np.all((points >= -0.5) & (points <= limits), axis=1))
    features = [*_LIPS, *LIDS_LEFT, *LIDS_RIGHT, CHIN]
    if inside[features].all() and inside.mean() >= _NEEDED_INSIDE:
        return None
    return f"only a part of the face lies within the picture; {_GIVE}"


def turned(face: Found) -> str | None:
    """That a head looks too far aside, up or down, as a sentence; None if it does not."""
    if abs(face.yaw) > MAX_YAW:
        return _too_far("turned", face.yaw, MAX_YAW, "right" if face.yaw > 0 else "left")
    if abs(face.pitch) > MAX_PITCH:
        return _too_far("tilted", face.pitch, MAX_PITCH, "down" if face.pitch > 0 else "up")
    return None


def level(light: NDArray[np.float32], points: Points, which: Sequence[int]) -> float:
    """The median lightness at some points of the mesh."""
    return float(np.median(_at(light, points[list(which)])))


def _too_far(how: str, angle: float, limit: float, where: str) -> str:
    return (
        f"the head is {how} {abs(np.degrees(angle)):.0f} degrees {where}, "
        f"and at most {np.degrees(limit):.0f} work; {_GIVE}"
    )


def _seam(light: NDArray[np.float32], points: Points, height: float) -> float:
    """The sharpest step of lightness from row to row, in rows that follow the line between the lips."""
    line = (points[list(_BETWEEN_UPPER)] + points[list(_BETWEEN_LOWER)]) / 2
    down = (points[CHIN] - points[FOREHEAD]) / height
    rows = [_at(light, line + down * away).mean() for away in np.linspace(-0.09, 0.09, 19) * height]
    return float(np.abs(np.diff(rows)).max())


def _contrast(light: NDArray[np.float32], lids: Points) -> float:
    """The standard deviation of lightness between lids."""
    ring = np.concatenate([lids[:9], lids[:8:-1]])
    mask = np.zeros(light.shape, np.uint8)
    cv2.fillPoly(mask, [np.rint(ring).astype(np.int32)], 1)
    return float(light[mask > 0].std())


def _softened(light: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    return np.asarray(cv2.GaussianBlur(light, (0, 0), sigma), np.float32)


def _at(light: NDArray[np.float32], points: Points) -> NDArray[np.float32]:
    limits = np.array(light.shape[::-1]) - 1
    columns, rows = np.clip(np.rint(points), 0, limits).astype(int).T
    return np.asarray(light[rows, columns])
