"""Whether it is still the person of the portrait: the shape of the face, and what it looks like."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from visavis.evaluate.metrics import Metric, Reading
from visavis.evaluate.metrics._faces import NO_FACE, is_seen
from visavis.evaluate.metrics._pictures import LIDS, LOWER_JAW, MOUTH, grey_of, regions
from visavis.evaluate.seeing import Seen
from visavis.evaluate.takes import Take
from visavis.media import Pixels
from visavis.portrait.crops import Points
from visavis.portrait.landmarks import EYES, INNER_LOWER, INNER_UPPER, JAW
from visavis.portrait.mesh import POINTS

Light = NDArray[np.float32]

NO_PORTRAIT: Final = Reading(None, "it is not known who is meant to be seen")

_MOVING: Final = {*MOUTH, *INNER_UPPER, *INNER_LOWER, *JAW, *LOWER_JAW, *LIDS[0], *LIDS[1]}
FIRM: Final = tuple(point for point in range(POINTS) if point not in _MOVING)
"""The points of a mesh but those of lips, lids and jaw."""

SIGMA: Final = 1.5
STEADY: Final = ((0.01 * 255) ** 2, (0.03 * 255) ** 2)
"""The window's deviation, and C1 and C2, of Wang et al. 2004."""


def face_seen(take: Take) -> Reading:
    """Pictures that show a face, percent of those that are looked at."""
    found = take.seen.found
    if not len(found):
        return Reading(None, "there are no pictures")
    missing = int((~found).sum())
    return Reading(100 * float(found.mean()), f"{missing} of {len(found)} show none" if missing else "")


def shape(take: Take) -> Reading:
    """How far the points of the face are from the portrait's, percent of the distance between the eyes."""
    if take.portrait is None:
        return NO_PORTRAIT
    if not is_seen(take.seen):
        return NO_FACE
    return Reading(100 * apart(take.seen, take.portrait.landmarks.astype(float)))


def likeness(take: Take) -> Reading:
    """The structural similarity of what is still in the face with the portrait, the mean of the pictures."""
    if take.portrait is None:
        return NO_PORTRAIT
    if not is_seen(take.seen):
        return NO_FACE
    found = regions(take)
    assert found.portrait is not None
    own = grey_of(found.portrait)
    seen = take.seen.found
    alike = [float(similarity(grey_of(face), own)[found.place.still].mean()) for face in found.faces[seen]]
    return Reading(float(np.mean(alike)), series={"time": take.seen.times[seen].tolist(), "likeness": alike})


def apart(seen: Seen, portrait: Points) -> float:
    """How far the usual face lies from a mesh [468, 3] without lips, lids and jaw, in distances between the
    eyes: each is first moved, turned and scaled onto it, and the median of all is taken.
    """
    firm = list(FIRM)
    wanted = portrait[firm]
    eyes = float(np.linalg.norm(portrait[EYES[1].corners[1]] - portrait[EYES[0].corners[0]]))
    onto = [procrustes(mesh[firm].astype(float), wanted) for mesh in seen.landmarks[seen.found]]
    usual = np.median(onto, 0)
    return float(np.sqrt(np.square(usual - wanted)[:, :2].sum(1).mean())) / eyes


def procrustes(points: Points, wanted: Points) -> Points:
    """Points [n, 3] moved, turned and scaled so that they lie as near as can be to others.

    Umeyama, "Least-squares estimation of transformation parameters between two point patterns" (1991).
    """
    middle, target = points.mean(0), wanted.mean(0)
    here, there = points - middle, wanted - target
    left, sizes, right = np.linalg.svd(there.T @ here)
    mirror = np.array([1.0, 1.0, np.sign(np.linalg.det(left @ right))])
    scale = (sizes * mirror).sum() / np.square(here).sum()
    return np.asarray(scale * here @ (left * mirror @ right).T + target)


def similarity(one: Pixels, other: Pixels) -> Light:
    """The structural similarity of two pictures [h, w] at each pixel, -1..1: Wang, Bovik, Sheikh and
    Simoncelli, "Image quality assessment: from error visibility to structural similarity" (2004).
    """
    a, b = one.astype(np.float32), other.astype(np.float32)
    mean_a, mean_b = _smooth(a), _smooth(b)
    var_a, var_b = _smooth(a * a) - mean_a * mean_a, _smooth(b * b) - mean_b * mean_b
    both = _smooth(a * b) - mean_a * mean_b
    light, contrast = STEADY
    above = (2 * mean_a * mean_b + light) * (2 * both + contrast)
    return np.asarray(above / ((mean_a * mean_a + mean_b * mean_b + light) * (var_a + var_b + contrast)))


def _smooth(picture: Light) -> Light:
    return np.asarray(cv2.GaussianBlur(picture, (11, 11), SIGMA))


METRICS: Final = (
    Metric(
        name="face_seen",
        title="Pictures with a face",
        unit="%",
        better="higher",
        source="the detector and the mesh that find faces in portraits, in each picture that is looked at",
        limits="What looks like a face passes for one, whoever it is.",
        of=Take,
        measure=face_seen,
        same_within=0.5,
    ),
    Metric(
        name="identity_shape",
        title="Shape of the face against the portrait",
        unit="%",
        better="lower",
        source="the median mesh of the video on the portrait's, by Procrustes' analysis (Umeyama 1991), "
        "without lips, lids and jaw; root mean square, of the distance between the outer corners of the eyes",
        limits="The mesh is drawn towards a usual face, so that two people of like build differ by 3 to 5 "
        "only; the same face measures 0.5 to 1.5. A pose far from the portrait's adds some.",
        of=Take,
        measure=shape,
        same_within=0.1,
    ),
    Metric(
        name="identity_likeness",
        title="Likeness to the portrait",
        unit="",
        better="higher",
        source="structural similarity (Wang et al. 2004) of the luma of forehead, nose and cheeks, brought "
        "back to the portrait's pose; 72 pixels between the eyes",
        limits="Blur, noise and light count as well as another face does; a head that turns by more than ten "
        "degrees is not brought back well. The same face has 0.7 to 0.9, another one 0.2 to 0.4.",
        of=Take,
        measure=likeness,
        same_within=0.01,
    ),
)
