from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.fakes.face import ScriptedFace, blank_portrait
from visavis.contracts import Prepared
from visavis.errors import OutputError
from visavis.media import Pixels, Portrait
from visavis.motion.frames import Head, Mouth
from visavis.motion.visemes import VISEMES
from visavis.sheet import (
    CELL,
    COLUMNS,
    LABEL,
    SOUNDS,
    UNSHOWN,
    Box,
    Pose,
    Poser,
    close_up,
    held,
    poses,
    sheet,
    write_sheet,
)

FACE = ScriptedFace().prepare(blank_portrait(64, 96))
NEAR = Box(16, 24, 48, 72)


class Grey:
    """Draws a grey as light as the jaw is low."""

    def picture(self, face: Prepared, mouth: Mouth, head: Head) -> Pixels:
        return np.full((96, 64, 3), round(200 * mouth.jaw), np.uint8)


def test_every_pose_stands_in_its_cell_under_its_picture() -> None:
    shown = [Pose(f"jaw {n}", Mouth(jaw=n / 10)) for n in range(COLUMNS + 1)]
    made = sheet(Grey(), FACE, NEAR, shown)
    height = CELL * 96 // 64 + LABEL
    assert made.size == (COLUMNS * CELL, 2 * height)
    for number, _ in enumerate(shown):
        x, y = number % COLUMNS * CELL, number // COLUMNS * height
        assert made.getpixel((x + 100, y + 100)) == (20 * number,) * 3
        label = np.asarray(made.crop((x, y + height - LABEL, x + CELL, y + height)))
        assert label.max() == 255
        assert label.min() < 100


def test_every_viseme_is_on_the_sheet_and_seals_are_seals() -> None:
    assert set(SOUNDS) | UNSHOWN == set(VISEMES)
    assert not set(SOUNDS) & UNSHOWN
    assert held(VISEMES["silence"]) == Mouth()
    assert held(VISEMES["press"]).press > 0.5
    assert held(VISEMES["tuck"]).tuck > 0.5
    assert held(VISEMES["u"]).round > held(VISEMES["i"]).round
    labels = [pose.label for pose in poses()]
    assert len(labels) == len(set(labels))


class Framed:
    """Draws white within NEAR, and black around it."""

    def picture(self, face: Prepared, mouth: Mouth, head: Head) -> Pixels:
        pixels = np.zeros((96, 64, 3), np.uint8)
        pixels[24:72, 16:48] = 255
        return pixels


def test_a_mouth_is_shown_from_near_and_a_head_whole() -> None:
    made = sheet(Framed(), FACE, NEAR, [Pose("a mouth", Mouth(jaw=1)), Pose("a head", head=Head(yaw=0.1))])
    corner = 8, 8
    assert made.getpixel(corner) == (255, 255, 255)
    assert made.getpixel((CELL + corner[0], corner[1])) == (0, 0, 0)
    assert made.getpixel((CELL + CELL // 2, CELL * 96 // 64 // 2)) == (255, 255, 255)


def face_between(low: tuple[float, float], high: tuple[float, float]) -> Portrait:
    """A portrait of 512 x 1024 whose landmarks reach from one point to another."""
    portrait = blank_portrait(512, 1024)
    portrait.landmarks[:, :2] = np.linspace(low, high, 468)
    return portrait


@pytest.mark.parametrize(
    ("low", "high"),
    [((150, 300), (350, 600)), ((0, 0), (100, 200)), ((400, 800), (511, 1023)), ((-50, 20), (600, 900))],
)
def test_a_close_up_has_the_face_in_it_and_the_proportions_of_the_whole(
    low: tuple[float, float], high: tuple[float, float]
) -> None:
    near = close_up(face_between(low, high))
    assert near.bottom - near.top == pytest.approx(2 * (near.right - near.left))
    assert 0 <= near.left <= max(0, low[0])
    assert 0 <= near.top <= max(0, low[1])
    assert min(512, high[0]) <= near.right <= 512
    assert min(1024, high[1]) <= near.bottom <= 1024


def test_a_close_up_is_close() -> None:
    near = close_up(face_between((156, 400), (356, 640)))
    assert near == pytest.approx((141, 397 - 107, 371, 750), abs=1)


@pytest.mark.parametrize("ending", [".png", ".jpg", ".webp", ".PNG"])
def test_a_sheet_becomes_a_picture_file(tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"sheet{ending}"
    write_sheet(Grey(), FACE, NEAR, out)
    with Image.open(out) as picture:
        assert picture.size[0] == COLUMNS * CELL
    assert list(tmp_path.iterdir()) == [out]


def test_a_sheet_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no folder"):
        write_sheet(Grey(), FACE, NEAR, tmp_path / "nowhere" / "sheet.png")
    with pytest.raises(OutputError, match=r"cannot write '\.gif' files"):
        write_sheet(Grey(), FACE, NEAR, tmp_path / "sheet.gif")


def test_an_engine_that_cannot_pose_is_known() -> None:
    assert isinstance(Grey(), Poser)
    assert not isinstance(ScriptedFace(), Poser)
