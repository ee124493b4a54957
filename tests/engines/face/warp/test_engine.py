"""Warp keeps the contract of every face, and does with a real one what it is told."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.contracts.face import CHECKS, Check, Stage, staged
from visavis.engines.face.warp import Warp
from visavis.errors import PortraitError
from visavis.media import Pixels, Portrait
from visavis.motion.frames import Head, Mouth


@pytest.fixture(scope="module")
def stage(portrait: Portrait) -> Iterator[Stage]:
    with staged(Warp(), portrait) as stage:
        yield stage


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_contract(check: Check, stage: Stage) -> None:
    check(stage)


def drawn(stage: Stage, mouth: Mouth = Mouth(), head: Head = Head()) -> Pixels:  # noqa: B008
    assert isinstance(stage.face, Warp)
    picture: Pixels = stage.face.picture(stage.prepared, mouth, head)
    return picture


def differing(a: Pixels, b: Pixels, levels: int = 12) -> NDArray[np.bool_]:
    """Where two pictures differ visibly, [h, w]."""
    return np.asarray(np.abs(a.astype(int) - b).max(-1) > levels)


def test_a_face_that_does_nothing_is_the_portrait(stage: Stage) -> None:
    assert differing(drawn(stage), stage.portrait.pixels).mean() < 0.002


def test_speech_changes_the_lower_face_alone(stage: Stage) -> None:
    changed = differing(drawn(stage, Mouth(jaw=1, open=1)), drawn(stage))
    eyes, nose = (int(stage.portrait.landmarks[i, 1]) for i in (159, 1))
    assert changed[nose:].mean() > 0.02
    assert not changed[:eyes].any()


def test_a_blink_changes_the_eyes_alone(stage: Stage) -> None:
    changed = np.argwhere(differing(drawn(stage, head=Head(blink=1)), drawn(stage)))
    points = stage.portrait.landmarks
    assert len(changed) > 100
    assert changed[:, 0].min() > points[[105, 334], 1].min() - 5
    assert changed[:, 0].max() < points[2, 1]


def test_a_blink_leaves_the_rims_of_spectacles_straight(stage: Stage) -> None:
    """The demo portrait wears them: their dark upper rim lies above the lid."""
    changed = differing(drawn(stage, head=Head(blink=1)), drawn(stage), 30)
    dark = stage.portrait.pixels.max(-1) < 75
    for lid, brow in ((159, 105), (386, 334)):
        lower, upper = (int(stage.portrait.landmarks[i, 1]) for i in (lid, brow))
        left, right = (int(stage.portrait.landmarks[lid, 0]) + d for d in (-25, 25))
        rim = dark[upper : lower - 4, left:right]
        assert rim.sum() > 20
        assert (changed[upper : lower - 4, left:right] & rim).sum() < 0.1 * rim.sum()


def test_turning_moves_the_nose_and_leaves_the_background(stage: Stage) -> None:
    still, turned = drawn(stage), drawn(stage, head=Head(yaw=0.08))
    x, y = (int(v) for v in stage.portrait.landmarks[4, :2])
    patch = still[y - 12 : y + 12, x - 14 : x + 14].astype(int)
    cost = [np.abs(turned[y - 12 : y + 12, x + d - 14 : x + d + 14] - patch).mean() for d in range(-12, 13)]
    assert int(np.argmin(cost)) - 12 > 2
    assert not differing(still, turned)[:40, :20].any()


@pytest.mark.parametrize(
    "head",
    [
        Head(yaw=0.12),
        Head(yaw=-0.12),
        Head(pitch=0.1),
        Head(pitch=-0.1),
        Head(roll=0.08),
        Head(x=0.1, y=-0.1),
        Head(breath=1),
    ],
)
def test_the_edge_of_the_picture_is_never_smeared_inwards(stage: Stage, head: Head) -> None:
    """A smear repeats the outermost row or column: what changes across the edge, changes no more."""
    moved, still = drawn(stage, head=head).astype(int), drawn(stage).astype(int)
    for turn in range(4):
        if turn != 2:  # at the bottom the body goes on below the picture, and hardly moves
            change = [
                np.abs(np.diff(np.rot90(picture, turn)[:8], axis=0)).mean() for picture in (moved, still)
            ]
            assert change[0] > 0.6 * change[1]


def test_threads_draw_the_same_picture(stage: Stage) -> None:
    wanted = drawn(stage, Mouth(jaw=0.6, open=0.5), Head(blink=0.5, gaze_x=0.7))
    seen: list[Pixels] = []

    def work() -> None:
        for blink in (0.0, 1.0, 0.5):
            picture = drawn(stage, Mouth(jaw=0.6, open=0.5), Head(blink=blink, gaze_x=0.7))
        seen.append(picture)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 3
    assert all(np.array_equal(picture, wanted) for picture in seen)


@pytest.mark.parametrize("size", [(256, 256), (360, 640), (1024, 1024)])
def test_any_size_is_drawn(portrait: Portrait, size: tuple[int, int]) -> None:
    import cv2

    width, height = size
    scale = np.array([width / 512, height / 512], np.float32)
    resized = replace(
        portrait,
        pixels=np.asarray(cv2.resize(portrait.pixels, size, interpolation=cv2.INTER_AREA), np.uint8),
        landmarks=portrait.landmarks * np.array([*scale, scale[0]], np.float32),
        irises=portrait.irises * scale,
    )
    face = Warp(threads=1)
    picture = face.picture(face.prepare(resized), Mouth(jaw=1, open=1), Head(yaw=0.05, blink=0.5, gaze_x=1))
    face.close()
    assert picture.shape == (height, width, 3)
    assert picture.dtype == np.uint8


def test_a_packed_smile_is_the_same_smile(smiling: Portrait) -> None:
    """Teeth, eyes and folds come back with it; its picture is kept at its own size, not at the texture's."""
    face = Warp(threads=1)
    sitter = face.prepare(smiling)
    content = face.packed(sitter)
    assert len(content) < 4_000_000
    again = face.unpacked(content)
    assert again.nbytes == face.prepare(smiling).nbytes
    for step in range(6):
        mouth = Mouth(jaw=step / 5, open=step / 5, round=(step % 3) / 2, tongue=(step % 2) / 2)
        head = Head(yaw=step / 50, blink=step / 5, gaze_x=step / 5, brows=1)
        assert np.array_equal(face.picture(sitter, mouth, head), face.picture(again, mouth, head))
    face.close()


def test_a_face_of_a_few_pixels_is_refused(portrait: Portrait) -> None:
    tiny = replace(portrait, landmarks=portrait.landmarks * np.float32(0.05))
    face = Warp(threads=1)
    with pytest.raises(PortraitError, match="too small"):
        face.prepare(tiny)
    face.close()


def test_a_smile_without_a_fold_can_be_rounded(smiling: Portrait) -> None:
    """A face as smooth as a drawn one has nothing to ease beside its mouth."""
    smooth = replace(smiling, pixels=np.full_like(smiling.pixels, 128))
    face = Warp(threads=1)
    picture = face.picture(face.prepare(smooth), Mouth(round=1, open=0.4, jaw=0.3), Head())
    face.close()
    assert picture.shape == smiling.pixels.shape
