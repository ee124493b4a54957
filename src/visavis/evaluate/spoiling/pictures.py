"""Pictures spoiled on purpose, each in one way, by as much as is asked: what metrics are tried on.

Owns ways of spoiling and making a take of what comes out. Everything is a function of its arguments: noise
too is the same each time. Refuses to measure.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeAlias, TypeVar, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from visavis.evaluate.footage import footage
from visavis.evaluate.seeing import Seen
from visavis.evaluate.takes import Take
from visavis.media import Phone, Pixels, Portrait
from visavis.portrait.crops import Affine, Points
from visavis.portrait.landmarks import EYES, JAW, OUTER_LOWER, OUTER_UPPER
from visavis.transports.file import writing

Change: TypeAlias = Callable[[int, Pixels], Pixels]
"""A picture's number within the video and its pixels, to what is shown instead."""

Moved = TypeVar("Moved", Pixels, NDArray[np.float32])

Box: TypeAlias = tuple[int, int, int, int]
"""Left, top, right and bottom, pixels."""

MOUTH: Final = (*OUTER_UPPER, *OUTER_LOWER, *JAW[5:-5])
LIDS: Final = tuple(point for eye in EYES for point in (*eye.upper, *eye.lower, *eye.brow))

HOLDING: Final = (10, 151, 9, 8, 168, 6, 197, 195, 5, 127, 356, 234, 454, 116, 345)
"""Points that lie still when lips and lids move."""


def spoiled(take: Take, path: Path, change: Change, *, moves: bool = True) -> Take:
    """A take whose pictures are changed one by one; its sound is the same. Blocks.

    path: of the video that is made, an MP4. moves: whether faces have to be looked for again in it.

    Raises:
        InputError, OutputError: a video cannot be read, or not be written.
    """
    made = remade(take, path, (change(number, pixels) for number, pixels in enumerate(take.pictures())))
    return made if moves else _with_same_pictures(take, made)


def remade(take: Take, path: Path, pictures: Iterable[Pixels]) -> Take:
    """A take with other pictures of the same size, one after the other. Blocks. Raises as `spoiled` does."""
    with writing(path, take.size, take.fps, take.rate) as file:
        file.sound(take.samples)
        for pixels in pictures:
            file.picture(pixels)
    made = footage(path)
    return replace(take, video=path, samples=made.samples, rate=made.rate, shown=made.shown)


def out_of_step(take: Take, seconds: float, *, told: bool = True) -> Take:
    """A take whose sound is heard so many seconds later; below 0, earlier. It is as long as before.

    told: whether the phones are those of the sound as it is then; otherwise they are where they were.
    """
    by = round(seconds * take.rate)
    samples = np.roll(take.samples, by)
    samples[: max(by, 0)] = 0
    samples[len(samples) + min(by, 0) :] = 0
    phones = tuple(replace(p, start=p.start + seconds, end=p.end + seconds) for p in take.phones)
    return _with_same_pictures(take, replace(take, samples=samples, phones=phones if told else take.phones))


def of_another_text(take: Take, other: Take) -> Take:
    """A take that is seen saying what it says, and heard saying something else."""
    return _with_same_pictures(
        take, replace(take, text=other.text, samples=other.samples, rate=other.rate, phones=other.phones)
    )


def of_another_person(take: Take, portrait: Portrait) -> Take:
    """A take that is said to show somebody else."""
    return _with_same_pictures(take, replace(take, portrait=portrait))


def without_phones(take: Take, phones: tuple[Phone, ...] = ()) -> Take:
    """A take of which nobody knows what is said when, or only this."""
    return _with_same_pictures(take, replace(take, phones=phones))


def noisy(deviation: float) -> Change:
    """White noise in every picture, in steps of 1/255."""

    def change(number: int, pixels: Pixels) -> Pixels:
        noise = np.random.default_rng(number).normal(0, deviation, pixels.shape[:2])
        return _bounded(pixels + noise[..., None])

    return change


def blurred(deviation: float) -> Change:
    """A blur of so many pixels."""
    return lambda number, pixels: np.asarray(cv2.GaussianBlur(pixels, (0, 0), deviation), np.uint8)


def shaken(deviation: float) -> Change:
    """Every picture moved aside by chance, by so many pixels on each axis."""

    def change(number: int, pixels: Pixels) -> Pixels:
        right, down = np.random.default_rng(number).normal(0, deviation, 2)
        return _moved(pixels, np.array([[1, 0, right], [0, 1, down]], float))

    return change


def flickering(step: float) -> Change:
    """Every second picture brighter by so many steps of 1/255, in all of it."""
    return lambda number, pixels: _bounded(pixels + step * (number % 2))


def patched(seen: Seen, box: Box, step: float) -> Change:
    """A rectangle of another shade, by so many steps of 1/255, that goes with the face.

    seen: the faces of all the pictures, each of which has one. box: in the first of them.
    """
    left, top, right, bottom = box

    def change(number: int, pixels: Pixels) -> Pixels:
        here = np.zeros(pixels.shape[:2], np.float32)
        here[top:bottom, left:right] = 1
        share = _moved(here, _way(seen.landmarks[0], seen.landmarks[number]))[..., None]
        return _bounded(pixels + share * np.array([step, 0.6 * step, 0.3 * step]))

    return change


def blackened(every: int) -> Change:
    """Every so many pictures a black one."""
    return lambda number, pixels: pixels * np.uint8(number % every != 0)


def held(seen: Seen, points: tuple[int, ...], first: Pixels) -> Change:
    """A part of the face held as it is in the first picture: lips with MOUTH, lids with LIDS.

    seen: the faces of all the pictures, each of which has one.
    """
    here = _near(seen.landmarks[0, list(points), :2], first.shape[:2])

    def change(number: int, pixels: Pixels) -> Pixels:
        way = _way(seen.landmarks[0], seen.landmarks[number])
        share = _moved(here, way)[..., None]
        return _bounded(_moved(first, way) * share + pixels * (1 - share))

    return change


def repeated(pictures: Iterable[Pixels], every: int) -> Iterator[Pixels]:
    """In the place of every so many pictures, the one before it again."""
    last: Pixels | None = None
    for number, pixels in enumerate(pictures):
        if last is None or number % every:
            last = pixels
        yield last


def dropped(take: Take, every: int) -> Take:
    """A take of whose pictures every so many are not shown: the one before stays for as long."""
    return _with_same_pictures(take, replace(take, shown=np.delete(take.shown, np.s_[every::every])))


def _with_same_pictures(take: Take, made: Take) -> Take:
    """Faces are not looked for again in pictures in which they were found."""
    if "seen" in vars(take):
        vars(made)["seen"] = take.seen
    return made


def _near(points: NDArray[np.floating], size: tuple[int, int]) -> NDArray[np.float32]:
    """1 in the hull of some points, softly 0 around it."""
    drawn = np.zeros(size, np.float32)
    hull = cv2.convexHull(points.astype(np.float32))[:, 0]
    cv2.fillConvexPoly(drawn, np.rint(hull).astype(np.int32), 1.0)
    reach = max(3, round(float(np.ptp(points[:, 0])) / 12))
    grown = cv2.dilate(drawn, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    return np.asarray(cv2.GaussianBlur(grown, (0, 0), reach / 2), np.float32)


def _way(before: NDArray[np.floating], after: NDArray[np.floating]) -> Affine:
    """The map that a head has moved by, from one mesh to another, by least squares."""
    points, wanted = (np.asarray(mesh[list(HOLDING), :2], float) for mesh in (before, after))
    places: Points = np.column_stack([points, np.ones(len(points))])
    return np.ascontiguousarray(np.linalg.lstsq(places, wanted, rcond=None)[0].T)


def _moved(picture: Moved, way: Affine) -> Moved:
    height, width = picture.shape[:2]
    moved = cv2.warpAffine(picture, way, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return cast(Moved, moved)


def _bounded(pixels: NDArray[np.floating]) -> Pixels:
    return np.asarray(np.clip(np.rint(pixels), 0, 255), np.uint8)
