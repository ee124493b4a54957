from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.fakes.face import ScriptedFace, blank_portrait
from visavis.contracts import Prepared
from visavis.errors import OutputError
from visavis.media import Pixels
from visavis.motion.frames import Head, Mouth
from visavis.motion.visemes import VISEMES
from visavis.sheet import CELL, COLUMNS, LABEL, SOUNDS, Pose, Poser, held, poses, sheet, write_sheet

FACE = ScriptedFace().prepare(blank_portrait(64, 96))


class Grey:
    """Draws a grey as light as the jaw is low."""

    def picture(self, face: Prepared, mouth: Mouth, head: Head) -> Pixels:
        return np.full((96, 64, 3), round(200 * mouth.jaw), np.uint8)


def test_every_pose_stands_in_its_cell_under_its_picture() -> None:
    shown = [Pose(f"jaw {n}", Mouth(jaw=n / 10)) for n in range(COLUMNS + 1)]
    made = sheet(Grey(), FACE, shown)
    height = CELL * 96 // 64 + LABEL
    assert made.size == (COLUMNS * CELL, 2 * height)
    for number, _ in enumerate(shown):
        x, y = number % COLUMNS * CELL, number // COLUMNS * height
        assert made.getpixel((x + 100, y + 100)) == (20 * number,) * 3
        label = np.asarray(made.crop((x, y + height - LABEL, x + CELL, y + height)))
        assert label.max() == 255
        assert label.min() < 100


def test_every_viseme_on_the_sheet_exists_and_seals_are_seals() -> None:
    assert set(SOUNDS) <= set(VISEMES)
    assert held(VISEMES["silence"]) == Mouth()
    assert held(VISEMES["press"]).press > 0.5
    assert held(VISEMES["tuck"]).tuck > 0.5
    assert held(VISEMES["u"]).round > held(VISEMES["i"]).round
    labels = [pose.label for pose in poses()]
    assert len(labels) == len(set(labels))


@pytest.mark.parametrize("ending", [".png", ".jpg", ".webp", ".PNG"])
def test_a_sheet_becomes_a_picture_file(tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"sheet{ending}"
    write_sheet(Grey(), FACE, out)
    with Image.open(out) as picture:
        assert picture.size[0] == COLUMNS * CELL
    assert list(tmp_path.iterdir()) == [out]


def test_a_sheet_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no folder"):
        write_sheet(Grey(), FACE, tmp_path / "nowhere" / "sheet.png")
    with pytest.raises(OutputError, match=r"cannot write '\.gif' files"):
        write_sheet(Grey(), FACE, tmp_path / "sheet.gif")


def test_an_engine_that_cannot_pose_is_known() -> None:
    assert isinstance(Grey(), Poser)
    assert not isinstance(ScriptedFace(), Poser)
