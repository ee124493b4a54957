"""What is seen in the pictures moves the right way when they are spoiled."""

import importlib
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from tests.evaluate.material import filmed
from tests.evaluate.metrics.conftest import SIDE
from visavis.evaluate.metrics import Metric
from visavis.evaluate.metrics.steadiness import displaced, flickering, trembling, unexplained
from visavis.evaluate.spoiling.pictures import (
    LIDS,
    Box,
    Change,
    blackened,
    blurred,
    dropped,
    held,
    noisy,
    of_another_person,
    patched,
    remade,
    repeated,
    shaken,
    spoiled,
)
from visavis.evaluate.spoiling.pictures import (
    flickering as flicker,
)
from visavis.evaluate.takes import Take
from visavis.portrait import take as taken
from visavis.portrait.faces import Finder

MODULES = ("identity", "steadiness", "sharpness", "seam", "life", "frames")
BY_NAME: dict[str, Metric] = {
    metric.name: metric
    for module in MODULES
    for metric in importlib.import_module(f"visavis.evaluate.metrics.{module}").METRICS
}

Spoil = Callable[[Change, bool], Take]


def value(name: str, take: Take) -> float:
    reading = BY_NAME[name].measure(take)
    assert reading.value is not None, reading.note
    return reading.value


@pytest.fixture
def spoil(rendered: Take, tmp_path: Path) -> Spoil:
    numbers = iter(range(100))
    return lambda change, moves: spoiled(rendered, tmp_path / f"{next(numbers)}.mp4", change, moves=moves)


def mouth_box(take: Take) -> Box:
    points = take.seen.landmarks[0]
    eyes = points[263, 0] - points[33, 0]
    x, y = points[[61, 291, 0, 17], :2].mean(0)
    return (
        int(x - 0.55 * eyes),
        int(y - 0.35 * eyes),
        int(x + 0.55 * eyes),
        int(y + 0.45 * eyes),
    )


def rising(values: list[float]) -> bool:
    return all(one < other for one, other in pairwise(values))


def test_a_good_rendering_is_good(rendered: Take) -> None:
    assert value("face_seen", rendered) == 100
    assert value("identity_shape", rendered) < 2
    assert value("identity_likeness", rendered) > 0.7
    assert value("seam", rendered) < 3
    assert 0.8 < value("sharpness_face", rendered) < 1.2
    assert value("frames_repeated", rendered) == value("frames_dropped", rendered) == 0
    assert value("frames_black", rendered) == 0
    assert value("frames_frozen", rendered) == 40
    assert abs(value("length_difference", rendered)) < 45
    assert 0.5 < value("head_motion", rendered) < 4
    assert value("gaze_motion", rendered) < 3
    assert 1 < value("head_speed", rendered) < 20


def test_blur_is_no_sharpness(again: Take, spoil: Spoil) -> None:
    takes = [spoil(blurred(2.0), False), spoil(blurred(0.8), False), again]
    for part in ("face", "mouth", "eyes"):
        assert rising([value(f"sharpness_{part}", take) for take in takes])
    assert value("identity_likeness", takes[0]) < value("identity_likeness", again)


def test_jitter_is_told_by_the_pixel(again: Take, spoil: Spoil) -> None:
    assert rising(
        [value("jitter", take) for take in (again, spoil(shaken(0.5), True), spoil(shaken(1.5), True))]
    )


def test_flicker_is_told_by_the_step(again: Take, spoil: Spoil) -> None:
    takes = [again, spoil(flicker(3), False), spoil(flicker(8), False)]
    assert rising([value("flicker_background", take) for take in takes])
    assert rising([value("flicker_face", take) for take in takes])
    assert value("sharpness_pulsing", takes[1]) > value("sharpness_pulsing", again)


def test_noise_is_neither_steady_nor_like(again: Take, spoil: Spoil) -> None:
    takes = [again, spoil(noisy(6), False), spoil(noisy(15), False)]
    assert rising([value("flicker_background", take) for take in takes])
    assert rising([-value("identity_likeness", take) for take in takes])


def test_a_patch_has_an_edge(again: Take, rendered: Take, spoil: Spoil) -> None:
    box = mouth_box(rendered)
    shades = [value("seam", spoil(patched(rendered.seen, box, step), False)) for step in (-16, -32)]
    assert rising([value("seam", again), *shades])


def test_another_person_is_another(rendered: Take, finder: Finder, smiling_photo: Path) -> None:
    other = of_another_person(rendered, taken(smiling_photo, finder, SIDE, SIDE))
    assert value("identity_likeness", other) < value("identity_likeness", rendered) - 0.3
    assert value("identity_shape", other) > value("identity_shape", rendered) + 1


def test_blinks_are_counted(rendered: Take, spoil: Spoil) -> None:
    assert value("blink_rate", rendered) > 10
    assert 80 < value("blink_length", rendered) < 350
    staring = spoil(held(rendered.seen, LIDS, next(rendered.pictures())), True)
    assert value("blink_rate", staring) == 0
    assert BY_NAME["blink_length"].measure(staring).note == "there is no blink in it"


def test_frames_are_counted(rendered: Take, tmp_path: Path, spoil: Spoil) -> None:
    shown = [
        value("frames_dropped", take) for take in (rendered, dropped(rendered, 10), dropped(rendered, 4))
    ]
    assert rising(shown)
    assert shown[2] == pytest.approx(25, abs=2)
    takes = [
        remade(rendered, tmp_path / f"r{every}.mp4", repeated(rendered.pictures(), every))
        for every in (10, 3)
    ]
    twice = [value("frames_repeated", take) for take in (rendered, *takes)]
    assert rising(twice)
    assert twice[2] > 20
    assert value("frames_frozen", takes[0]) >= 80
    assert value("frames_black", spoil(blackened(5), False)) == pytest.approx(20, abs=2)
    short = replace(rendered, samples=rendered.samples[: len(rendered.samples) // 2])
    assert value("length_difference", short) == pytest.approx(
        value("length_difference", rendered) + 500 * rendered.seconds, abs=1
    )


def test_without_a_portrait_nobody_is_compared(rendered: Take) -> None:
    unknown = replace(rendered, portrait=None)
    vars(unknown)["seen"] = rendered.seen
    for name in ("identity_shape", "identity_likeness", "seam", "sharpness_face"):
        reading = BY_NAME[name].measure(unknown)
        assert reading.value is None
        assert reading.note == "it is not known who is meant to be seen"
    assert value("flicker_face", unknown) > 0


def test_without_a_face_it_is_said(tmp_path: Path) -> None:
    nobody = filmed(tmp_path / "a.mp4")
    for name in ("jitter", "flicker_face", "flicker_background", "blink_rate", "head_motion", "gaze_motion"):
        reading = BY_NAME[name].measure(nobody)
        assert reading.value is None
        assert "no face" in reading.note


def test_what_rises_evenly_does_not_flicker() -> None:
    cells = np.outer(np.arange(10.0), [1, 2])
    assert np.allclose(flickering(cells), 0)
    noise = np.random.default_rng(0).normal(0, 1, (20_000, 1))
    assert flickering(noise).std() == pytest.approx(1, abs=0.03)


def test_a_nod_does_not_tremble() -> None:
    at = np.arange(50) / 25
    slow = np.stack([np.sin(at * 4), at**2], 1)[:, None]
    assert np.abs(trembling(slow)).max() < 0.01
    assert not len(trembling(slow[:8]))


def test_a_picture_that_moves_is_explained() -> None:
    face = np.random.default_rng(1).normal(128, 20, (32, 40)).astype(np.float32)
    causes = displaced(face).reshape(6, -1).astype(float)
    moved = np.array([[0.3, -0.2, 0.1, 0, 0, 0.4]]) @ causes
    assert np.abs(unexplained(moved, causes)).max() < 1e-6
