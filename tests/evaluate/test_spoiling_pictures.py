from dataclasses import replace
from pathlib import Path

import numpy as np

from tests.evaluate.material import TAKE, filmed
from visavis.evaluate.spoiling.pictures import (
    blackened,
    blurred,
    dropped,
    flickering,
    noisy,
    out_of_step,
    repeated,
    shaken,
    spoiled,
)

GREY = np.full((32, 48, 3), 100, np.uint8)


def test_noise_is_the_same_each_time() -> None:
    one, other = noisy(5)(3, GREY), noisy(5)(3, GREY)
    assert np.array_equal(one, other)
    assert not np.array_equal(one, noisy(5)(4, GREY))
    assert 4 < one[..., 0].std() < 6


def test_every_way_keeps_shape_and_type() -> None:
    for change in (noisy(3), blurred(1), shaken(1), flickering(5), blackened(2)):
        made = change(1, GREY)
        assert made.shape == GREY.shape
        assert made.dtype == np.uint8
    assert flickering(5)(1, GREY).mean() == 105
    assert flickering(5)(2, GREY).mean() == 100
    assert blackened(2)(2, GREY).max() == 0


def test_sound_is_moved_and_nothing_comes_round() -> None:
    samples = np.arange(1, 16_001, dtype=np.float32)
    take = out_of_step(replace(TAKE, samples=samples), 0.1)
    assert not take.samples[:1600].any()
    assert take.samples[1600] == 1
    assert take.phones[1].start == TAKE.phones[1].start + 0.1
    early = out_of_step(replace(TAKE, samples=samples), -0.1, told=False)
    assert early.samples[0] == 1601
    assert not early.samples[-1600:].any()
    assert early.phones == TAKE.phones


def test_pictures_are_repeated_and_dropped() -> None:
    pictures = [np.full((2, 2, 3), n, np.uint8) for n in range(7)]
    assert [int(p[0, 0, 0]) for p in repeated(pictures, 3)] == [0, 1, 2, 2, 4, 5, 5]
    assert dropped(TAKE, 5).frames == TAKE.frames - 4


def test_a_spoiled_take_is_as_long_as_before(tmp_path: Path) -> None:
    take = filmed(tmp_path / "a.mp4")
    made = spoiled(take, tmp_path / "b.mp4", lambda number, pixels: 255 - pixels)
    assert made.frames == take.frames
    assert abs(made.seconds - take.seconds) < 0.05
    assert next(take.pictures()).mean() > 200
    assert next(made.pictures()).mean() < 50
