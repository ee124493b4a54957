"""A face goes from mood to mood as people do: smoothly, with eyes that jump and a head that follows."""

from itertools import accumulate, pairwise
from math import radians

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from visavis.contracts import RESTING
from visavis.media import Look, Mood
from visavis.motion.frames import Head
from visavis.motion.life import EYE_RANGE, life
from visavis.motion.looks import alive

FPS = 25
COLUMN = {name: index for index, name in enumerate(Head._fields)}
SLOW = ("yaw", "pitch", "roll", "x", "y")
SEED = 7
Changes = dict[int, Mood]


def course(changes: Changes, end: int, seed: int = SEED, fps: int = FPS) -> NDArray[np.float64]:
    """What a session's face does, [frames, 10], where each change is known from its own frame on only."""
    look, heads = RESTING, []
    for frame in range(end):
        look = look.turned(frame, changes[frame]) if frame in changes else look
        heads.append(alive(frame, fps, seed, look))
    return np.array(heads)


def looked_at(heads: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where the eyes look to, [frames, 2], in units of gaze; the viewer is at 0, 0."""
    gaze = heads[:, [COLUMN["gaze_x"], COLUMN["gaze_y"]]]
    return np.asarray(gaze + heads[:, [COLUMN["yaw"], COLUMN["pitch"]]] / EYE_RANGE)


def added(changes: Changes, end: int, seed: int = SEED) -> NDArray[np.float64]:
    return course(changes, end, seed) - course({}, end, seed)


def test_resting_is_life_alone() -> None:
    for look in (RESTING, Look(((1, "resting"),)), Look(((900, "thinking"),))):
        assert all(alive(frame, FPS, SEED, look) == life(frame, FPS, SEED) for frame in range(0, 800, 7))


@pytest.mark.parametrize("mood", ["listening", "thinking"])
def test_what_is_over_leaves_nothing_behind(mood: Mood) -> None:
    assert not added({20: mood, 90: "resting"}, 200)[90 + FPS :].any()


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(4, 60), st.sampled_from(["resting", "listening", "thinking"])), max_size=8
    ),
    st.integers(0, 20),
)
def test_no_change_makes_a_jump(steps: list[tuple[int, Mood]], seed: int) -> None:
    """In steps of a hundredth of a second neither a place nor a velocity leaps."""
    fine = 100
    frames = accumulate(gap * 4 for gap, _ in steps)
    changes = dict(zip(frames, (mood for _, mood in steps), strict=True))
    end = max(changes, default=0) + 200
    heads = course(changes, end, seed, fine)
    velocity = np.diff(heads[:, [COLUMN[name] for name in SLOW]], axis=0) * fine
    assert (np.abs(velocity).max(axis=0) < [0.7, 0.7, 0.5, 0.15, 0.2]).all()
    assert (np.abs(np.diff(velocity, axis=0)).max(axis=0) < [0.06, 0.12, 0.03, 0.01, 0.01]).all()
    assert np.abs(np.diff(looked_at(heads), axis=0)).max() < 0.75


def test_a_mood_has_taken_hold_within_half_a_second() -> None:
    heads = added({50: "listening"}, 100)
    brows, roll = heads[:, COLUMN["brows"]], heads[:, COLUMN["roll"]]
    assert brows[50 + FPS // 2] == pytest.approx(brows[50 + FPS], abs=0.1)
    assert abs(roll[50 + FPS // 2]) > radians(1)


def test_listeners_look_at_who_speaks_and_hold_still() -> None:
    minutes = 120 * FPS
    rests, listens = course({}, minutes), course({1: "listening"}, minutes)
    away = [np.hypot(*looked_at(heads)[FPS:].T) for heads in (rests, listens)]
    assert (away[1] > 0.2).mean() < 0.3 * (away[0] > 0.2).mean()
    assert listens[FPS:, COLUMN["yaw"]].std() < 0.85 * rests[FPS:, COLUMN["yaw"]].std()
    assert (listens - rests)[FPS:, COLUMN["brows"]].mean() > 0.2


@pytest.mark.parametrize("seed", range(4))
def test_listeners_nod_now_and_then(seed: int) -> None:
    pitch = added({1: "listening"}, 150 * FPS, seed)[:, COLUMN["pitch"]]
    fast = pitch - np.convolve(pitch, np.ones(75) / 75, "same")
    down = np.flatnonzero((fast[1:-1] > radians(0.9)) & (fast[1:-1] >= fast[:-2]) & (fast[1:-1] > fast[2:]))
    nods = 1 + (np.diff(down) > FPS).sum()
    assert 150 / 8 < nods < 150 / 3
    apart = np.diff(down)[np.diff(down) > FPS] / FPS
    assert apart.std() > 0.8
    assert pitch.max() < radians(6)


def test_whoever_thinks_looks_away_and_mostly_up() -> None:
    looks = looked_at(course({1: "thinking"}, 60 * FPS))[FPS:]
    assert (np.hypot(*looks.T) > 0.4).mean() > 0.9
    assert (looks[:, 1] < -0.2).mean() > 0.9
    jumps = np.abs(np.diff(looks, axis=0)).max(axis=1)
    assert np.median(jumps) < 0.02


def test_eyes_leave_in_a_jump_and_the_head_follows() -> None:
    heads = added({50: "thinking"}, 90)
    eyes, head = np.abs(looked_at(heads)[:, 0]), np.abs(heads[:, COLUMN["yaw"]])

    def fastest(course: NDArray[np.float64]) -> float:
        return float(np.diff(course).max() / course[80:].mean())

    def half(course: NDArray[np.float64]) -> int:
        return int(np.argmax(course > course[80:].mean() / 2))

    assert fastest(eyes) > 0.25
    assert fastest(head) < 0.15
    assert half(eyes) < half(head)


@pytest.mark.parametrize("seed", range(3))
def test_eyes_go_on_blinking(seed: int) -> None:
    changes: Changes = {}
    for frame in range(50, 120 * FPS, 300):
        changes |= {frame: "listening", frame + 120: "thinking", frame + 180: "resting"}
    blink = course(changes, 120 * FPS, seed)[:, COLUMN["blink"]]
    shut = np.flatnonzero((blink[1:] == 1) & (blink[:-1] < 1))
    assert 120 / 6 < len(shut) < 120 / 2
    assert blink.max() == 1


def test_eyes_stay_within_what_they_can_do() -> None:
    changes: Changes = {frame: "thinking" if frame % 2 else "listening" for frame in range(25, 3000, 75)}
    for seed in range(3):
        heads = course(changes, 3000, seed)
        gaze = heads[:, [COLUMN["gaze_x"], COLUMN["gaze_y"]]]
        assert np.abs(gaze).max() <= 1
        assert (np.abs(gaze) == 1).mean() < 0.01


def test_seeds_are_different_people() -> None:
    tilts = {np.sign(added({1: "listening"}, 40, seed)[39, COLUMN["roll"]]) for seed in range(10)}
    sides = {np.sign(looked_at(added({1: "thinking"}, 40, seed))[39, 0]) for seed in range(10)}
    assert tilts == sides == {-1.0, 1.0}


def test_any_frame_can_be_asked_for_first() -> None:
    look = RESTING.turned(10, "listening").turned(60, "thinking").turned(100, "resting")
    heads = [alive(frame, FPS, SEED, look) for frame in range(130)]
    for frame in (129, 3, 64, 101):
        assert alive(frame, FPS, SEED, look) == heads[frame]
    assert all(one != other for one, other in pairwise(heads))


@pytest.mark.parametrize("seed", range(4))
def test_a_blink_is_no_longer_than_ever(seed: int) -> None:
    changes: Changes = {}
    for frame in range(40, 120 * FPS, 97):
        changes |= {frame: "thinking", frame + 40: "resting"}
    shut = course(changes, 120 * FPS, seed)[:, COLUMN["blink"]] > 0.9
    lengths = np.diff(np.flatnonzero(np.diff(np.concatenate([[0], shut, [0]]))))[::2]
    assert lengths.max() <= 3
