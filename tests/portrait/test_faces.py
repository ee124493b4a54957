import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from visavis.errors import ModelError
from visavis.portrait import faces
from visavis.portrait.faces import NETWORKS, Finder, Found, faces_in
from visavis.portrait.pose import Pose

from .puppet import drawn, networks, placed


def off(face: Found, x: float, y: float, size: float, roll: float = 0.0) -> float:
    """The largest distance of a landmark from where it should be, in shares of the size; eyes apart."""
    truth = placed(x, y, size, Pose(0, 0, roll))
    return float(np.abs(face.landmarks - truth)[100:110].max() / size)


@pytest.mark.parametrize("roll", [0.0, 0.4, -0.6])
def test_a_face_is_found_where_it_is(roll: float) -> None:
    (face,) = faces_in(drawn(640, 480, (300, 200, 110, roll)), networks())
    assert off(face, 300, 200, 110, roll) < 0.01
    assert (face.yaw, face.pitch, face.roll) == pytest.approx((0, 0, roll), abs=0.01)
    assert face.score > 0.99
    assert face.spread.max() < 0.005
    left, right = face.irises[:, 0]
    assert np.hypot(*(right - left)) == pytest.approx(0.64 * 110, abs=1)
    assert face.box[0] < left[0] < right[0] < face.box[2]
    assert face.size == pytest.approx(max(face.box[2] - face.box[0], face.box[3] - face.box[1]))


def test_what_a_face_is_made_of() -> None:
    (face,) = faces_in(drawn(640, 480, (300, 200, 110, 0)), networks())
    shapes = {name: getattr(face, name).shape for name in ("box", "landmarks", "irises", "spread")}
    assert shapes == {"box": (4,), "landmarks": (468, 3), "irises": (2, 5, 2), "spread": (468,)}
    assert {getattr(face, name).dtype for name in shapes} == {np.dtype(np.float32)}


def test_the_largest_comes_first_and_each_once() -> None:
    picture = drawn(900, 600, (150, 200, 50, 0), (400, 250, 120, 0.1), (700, 200, 80, 0))
    found = faces_in(picture, networks())
    assert [round(float(face.landmarks[10, 0])) for face in found] == [407, 700, 150]


def test_small_faces_are_found_piece_by_piece() -> None:
    picture = drawn(2000, 1400, (1650, 1130, 45, 0))
    (face,) = faces_in(picture, networks(smallest=4.0))
    assert off(face, 1650, 1130, 45) < 0.02


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_picture_that_lies_on_its_side_is_turned(quarters: int) -> None:
    picture = np.rot90(drawn(640, 480, (300, 200, 110, 0.1)), quarters)
    (face,) = faces_in(picture, networks())
    roll = {1: 0.1 - np.pi / 2, 2: 0.1 - np.pi, 3: 0.1 + np.pi / 2}[quarters]
    x, y = {1: (200, 639 - 300), 2: (639 - 300, 479 - 200), 3: (479 - 200, 300)}[quarters]
    assert off(face, x, y, 110, roll) < 0.01
    assert np.cos(face.roll - roll) == pytest.approx(1, abs=1e-3)


def test_what_the_mesh_network_does_not_take_for_a_face_is_none() -> None:
    assert faces_in(drawn(640, 480, (300, 200, 110, 0)), networks(presence=-1)) == []


def test_a_picture_of_nothing() -> None:
    assert faces_in(np.full((480, 640, 3), 120, np.uint8), networks()) == []
    assert faces_in(np.zeros((1, 1, 3), np.uint8), networks()) == []


def test_faces_that_do_not_hold_still_are_given_for_want_of_better_and_nonsense_never() -> None:
    picture = drawn(640, 480, (300, 200, 110, 0))
    (doubtful,) = faces_in(picture, networks(shaking=0.6))
    assert doubtful.spread.mean() > 0.045
    assert faces_in(picture, networks(shaking=3.0)) == []


def test_a_model_that_is_missing_or_damaged_is_named(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    damaged = tmp_path / "mesh.tflite"
    damaged.write_bytes(b"no network")
    for path in (damaged, tmp_path / "absent.tflite"):
        with pytest.raises(
            ModelError, match=rf"{path.name} is missing or damaged.*visavis models pull face$"
        ):
            Finder(dict.fromkeys(NETWORKS, path))
    assert capfd.readouterr().err == ""


FILES = dict.fromkeys(NETWORKS, Path("a.tflite"))


@pytest.fixture
def unloaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has loaded no network yet, and in which loading one takes a while and is heard."""

    def load(path: Path) -> None:
        os.write(2, b"hello ")
        time.sleep(0.002)

    monkeypatch.setattr(faces, "_network", load)
    monkeypatch.setattr(faces, "_GREETED", threading.Event())


@pytest.mark.usefixtures("unloaded")
def test_only_the_first_load_of_the_process_is_not_heard(capfd: pytest.CaptureFixture[str]) -> None:
    Finder(FILES)
    assert capfd.readouterr().err == ""
    Finder(FILES)
    assert capfd.readouterr().err == "hello " * len(NETWORKS)


@pytest.mark.usefixtures("unloaded")
def test_finders_loaded_at_once_leave_standard_error_where_it_was(capfd: pytest.CaptureFixture[str]) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(Finder, [FILES] * 8))
    assert capfd.readouterr().err == "hello " * len(NETWORKS) * 7
    os.write(2, b"still here")
    assert capfd.readouterr().err == "still here"


def test_a_process_without_standard_error_can_load(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faces, "_GREETED", threading.Event())
    monkeypatch.setattr(faces, "_network", lambda path: path)
    kept = os.dup(2)
    os.close(2)
    try:
        Finder(FILES)
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(2)
    finally:
        os.dup2(kept, 2)
        os.close(kept)
