import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

import cv2
import numpy as np
import pytest

from visavis.errors import PortraitError
from visavis.media import Pixels, Portrait
from visavis.portrait.clip import APART, BEST, Clip, Watcher
from visavis.portrait.faces import Finder
from visavis.portrait.loop import LONGEST, SHORTEST

from .films import (
    FPS,
    SWAY,
    Act,
    Film,
    camera,
    drifting,
    nobody,
    resting,
    side_by_side,
    speaking,
    still,
    swaying,
    turning,
)

Camera = Callable[[Act, int], Film]


@pytest.fixture(scope="module")
def hopper(portrait: Portrait) -> Iterator[Camera]:
    with camera(portrait) as film:
        yield film


@pytest.fixture(scope="module")
def collins(smiling: Portrait) -> Iterator[Camera]:
    with camera(smiling) as film:
        yield film


def watched(finder: Finder, frames: Iterable[Pixels], fps: float = FPS) -> tuple[Watcher, Clip]:
    watcher = Watcher(finder, fps)
    for pixels in frames:
        watcher.see(pixels)
    return watcher, watcher.finish()


def test_somebody_speaks_is_still_and_looks_aside(finder: Finder, hopper: Camera) -> None:
    """Frames 0 to 35 speaking, 36 to 83 still with two blinks, 84 to 107 turning."""
    watcher, clip = watched(finder, chain(hopper(speaking, 36), hopper(still, 48), hopper(turning, 24)))
    blinks = {36 + n for n in (12, 13, 36, 37)}
    assert 36 <= clip.best[0] < 84
    assert clip.best[0] not in blinks
    assert sum(36 <= number < 84 for number in clip.best) >= len(clip.best) - 1
    assert 2 <= len(clip.best) <= BEST
    assert min(np.diff(sorted(clip.best))) >= APART * FPS
    assert clip.loop.first >= 36
    assert clip.loop.last < 84
    assert SHORTEST <= (clip.loop.last + 1 - clip.loop.first) / FPS <= LONGEST
    assert not clip.loop.there_and_back
    assert clip.loop.seam < 0.02
    assert clip.quality.verdict == "good"
    assert clip.sentences == ()
    assert clip.track.found.all()
    (seen,) = finder.faces(watcher.picture)
    assert np.abs(seen.landmarks - watcher.face.landmarks).mean() < 2
    assert np.abs(clip.track.landmarks[clip.best[0]] - watcher.face.landmarks).mean() < 2


def step(one: Pixels, other: Pixels) -> float:
    return float(np.abs(one.astype(int) - other).mean())


def test_a_loop_is_as_long_as_what_repeats(finder: Finder, hopper: Camera) -> None:
    frames = list(chain(hopper(speaking, 18), hopper(swaying, 80)))
    loop = watched(finder, frames)[1].loop
    assert 15 <= loop.first < loop.last < 98
    assert not loop.there_and_back
    assert (loop.last + 1 - loop.first) % SWAY in (0, 1, SWAY - 1)
    usual = max(step(frames[n], frames[n + 1]) for n in range(18, 97))
    worst = max(step(frames[loop.first], frames[n]) for n in range(18, 98))
    assert step(frames[loop.last], frames[loop.first]) < min(1.5 * usual, worst / 2)


def test_where_nothing_repeats_a_loop_goes_back_the_way_it_came(finder: Finder, hopper: Camera) -> None:
    _, clip = watched(finder, chain(hopper(speaking, 12), hopper(drifting, 48)))
    assert clip.loop.there_and_back
    assert 10 <= clip.loop.first < clip.loop.last < 60
    assert SHORTEST <= (clip.loop.last - clip.loop.first) / FPS <= LONGEST
    assert clip.sentences == ()


def test_somebody_who_never_stops_talking(finder: Finder, hopper: Camera) -> None:
    _, clip = watched(finder, hopper(speaking, 48))
    assert clip.loop.there_and_back
    assert any("nobody is silent for two seconds" in sentence for sentence in clip.sentences)


def test_a_cut_to_somebody_else(finder: Finder, hopper: Camera, collins: Camera) -> None:
    watcher, clip = watched(finder, chain(hopper(resting, 20), collins(resting, 48)))
    (sentence,) = clip.sentences
    assert sentence.startswith("there is a cut, or a sudden movement, at 1.7 seconds")
    assert sentence.endswith("only the longest piece, from 1.7 to 5.7 seconds, is used")
    assert min((*clip.best, clip.loop.first)) >= 20
    assert watcher.picture.std() > 0
    assert np.abs(clip.track.landmarks[19] - clip.track.landmarks[20]).mean() > 5, "no path across a cut"


def test_a_flash_is_no_cut(finder: Finder, hopper: Camera) -> None:
    def lit(pixels: Pixels, frame: int) -> Pixels:
        return np.asarray(np.clip(pixels * (1.35 if frame == 12 else 1.0), 0, 255), np.uint8)

    assert watched(finder, (lit(p, n) for n, p in enumerate(hopper(resting, 48))))[1].sentences == ()


def test_nobody_is_there(finder: Finder) -> None:
    with pytest.raises(PortraitError, match="no face was found in the clip; give one in which a face"):
        watched(finder, nobody(20))
    with pytest.raises(PortraitError, match="no face was found"):
        watched(finder, [])


def test_somebody_comes_late_or_goes_early(finder: Finder, hopper: Camera) -> None:
    _, clip = watched(finder, chain(nobody(12), hopper(resting, 36)))
    assert not clip.track.found[:12].any()
    assert clip.track.found[12:].all()
    assert clip.sentences == ("the face is out of sight for 1.0 seconds",)
    with pytest.raises(PortraitError, match=r"a face is seen in only 25% of the clip"):
        watched(finder, chain(hopper(resting, 12), nobody(36)))


def test_a_film_in_small_pieces(finder: Finder, hopper: Camera, collins: Camera) -> None:
    pieces = [film(resting, 7) for film in (hopper, collins, hopper, collins)]
    with pytest.raises(PortraitError, match=r"one scene or face to another 3 times.*longest piece is 0\.6"):
        watched(finder, chain(*pieces))


def test_two_people_change_places(finder: Finder, hopper: Camera, collins: Camera) -> None:
    shares = np.clip((np.arange(72) - 20) / 30, 0, 1)
    both = zip(hopper(resting, 72), collins(resting, 72), shares, strict=True)
    _, clip = watched(finder, (side_by_side(*frame) for frame in both))
    assert any(one.startswith("two faces change places at") for one in clip.sentences)
    assert any("other faces in the clip" in one for one in clip.sentences)


def test_a_hand_before_the_face_is_no_best_frame(finder: Finder, hopper: Camera) -> None:
    def waved(pixels: Pixels, frame: int) -> Pixels:
        covered = pixels.copy()
        if frame < 24:
            cv2.rectangle(covered, (150, 290), (380, 460), (150, 190, 220), -1)
        return covered

    _, clip = watched(finder, (waved(p, n) for n, p in enumerate(hopper(resting, 48))))
    assert clip.best[0] >= 24
    assert clip.quality.verdict == "good"


def test_of_a_fast_film_some_frames_are_looked_at_and_the_others_lie_between(
    finder: Finder, hopper: Camera
) -> None:
    _, clip = watched(finder, hopper(turning, 37), fps=60)
    assert clip.track.landmarks.shape == (37, 468, 3)
    assert clip.track.boxes.shape == (37, 4)
    assert clip.track.found.all()
    truth = [finder.faces(pixels)[0].landmarks for pixels in hopper(turning, 37)]
    errors = [np.abs(one - other).mean() for one, other in zip(clip.track.landmarks, truth, strict=True)]
    assert max(errors) < 3, "pixels, with 125 between the eyes"


def test_a_reused_buffer_and_many_large_frames(finder: Finder, hopper: Camera) -> None:
    """What is kept does not grow with the film, and is not overwritten with it."""
    buffer = np.full((1080, 1920, 3), 120, np.uint8)
    watcher = Watcher(finder, FPS)
    tracemalloc.start()
    for number, pixels in enumerate(hopper(resting, 24)):
        buffer[200:712, 600:1112] = pixels
        watcher.see(buffer)
        if number == 3:
            before = tracemalloc.get_traced_memory()[0]
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert after - before < 8e6, "one frame is 6 MB, and another best one may have been found"
    number = watcher.finish().best[0]
    kept = watcher.picture
    buffer[:] = 0
    expected = list(hopper(resting, number + 1))[number]
    assert np.array_equal(kept[200:712, 600:1112], expected)


def test_one_frame_is_a_film(finder: Finder, hopper: Camera) -> None:
    _, clip = watched(finder, hopper(still, 1))
    assert clip.best == (0,)
    assert (clip.loop.first, clip.loop.last, clip.loop.there_and_back) == (0, 0, True)
    assert "one face is seen for only 0.0 seconds" in clip.sentences[0]


@pytest.mark.parametrize("fps", [0.0, -25.0, float("nan"), float("inf")])
def test_a_rate_that_is_none(finder: Finder, fps: float) -> None:
    with pytest.raises(ValueError, match="more than 0 frames a second"):
        Watcher(finder, fps)
