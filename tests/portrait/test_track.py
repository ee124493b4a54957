import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visavis.portrait.faces import Found, followed, glimpsed, studied
from visavis.portrait.pose import Pose
from visavis.portrait.track import THUMB, Look, change, is_cut, jumped, thumb_of, track_of

from .puppet import drawn, found, networks, placed

THUMB_OF_NOTHING = np.zeros(THUMB[::-1], np.float32)


def at(x: float) -> Found:
    return found(placed(x, 200, 100))


def look(number: int, x: float | None, shot: int = 0) -> Look:
    return Look(number, shot, None if x is None else at(x), THUMB_OF_NOTHING)


def test_between_looks_a_face_moves_in_a_straight_line() -> None:
    track = track_of([look(0, 100), look(4, 140), look(8, 120)], 10, 30.0)
    assert track.found.all()
    assert track.landmarks[:, 10, 0] == pytest.approx([100, 110, 120, 130, 140, 135, 130, 125, 120, 120])
    assert track.boxes[2] == pytest.approx(at(120).box, abs=1e-3)
    assert {str(track.landmarks.dtype), str(track.boxes.dtype)} == {"float32"}


def test_no_line_leads_across_a_cut_or_to_nobody() -> None:
    track = track_of([look(0, 100), look(3, 300, 1), look(6, None, 1), look(9, 100, 1)], 12, 30.0)
    assert track.found.tolist() == [True, False, False, True, *[False] * 5, True, True, True]
    assert not track.landmarks[~track.found].any()
    assert track_of([], 0, 30.0).landmarks.shape == (0, 468, 3)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.one_of(st.none(), st.floats(100, 900)), min_size=1, max_size=12), st.integers(1, 4))
def test_every_frame_that_was_looked_at_is_as_it_was_seen(places: list[float | None], every: int) -> None:
    looks = [look(n * every, x) for n, x in enumerate(places)]
    track = track_of(looks, len(places) * every, 25.0)
    for one in looks:
        assert track.found[one.number] == (one.face is not None)
        if one.face:
            assert track.landmarks[one.number] == pytest.approx(one.face.landmarks, abs=1e-3)


def test_a_cut_is_large_and_sudden() -> None:
    rng = np.random.default_rng(0)
    one, other = (
        thumb_of(np.repeat(np.repeat(rng.integers(0, 255, (9, 16, 3)), 60, 0), 60, 1).astype(np.uint8))
        for _ in range(2)
    )
    assert one.shape == THUMB[::-1]
    assert change(one, one) == 0
    assert is_cut(change(one, other), usual=2.0)
    assert not is_cut(change(one, other), usual=change(one, other)), "everything moves all the time"
    assert not is_cut(10.0, usual=0.5)


def test_a_flash_changes_nothing() -> None:
    picture = drawn(640, 480, (300, 200, 110, 0))
    assert change(thumb_of(picture), thumb_of(picture + np.uint8(30))) < 1


def test_a_head_does_not_jump() -> None:
    assert not jumped(at(100), at(130))
    assert jumped(at(100), at(180))


@pytest.mark.parametrize(("x", "y", "size", "roll"), [(300, 200, 110, 0.0), (330, 215, 118, 0.15)])
def test_a_face_is_followed_to_where_it_is(x: float, y: float, size: float, roll: float) -> None:
    before = found(placed(300, 200, 110))
    picture = drawn(640, 480, (x, y, size, roll))
    truth = placed(x, y, size, Pose(0, 0, roll))
    for seen in (followed(picture, before, networks()), studied(picture, before, networks())):
        assert seen
        assert np.abs(seen.landmarks - truth)[100:110].max() < 0.02 * size
        assert seen.roll == pytest.approx(roll, abs=0.02)


def test_only_studying_a_face_measures_its_spread() -> None:
    before, picture = found(placed(300, 200, 110)), drawn(640, 480, (300, 200, 110, 0))
    follow, study = (see(picture, before, networks(shaking=0.6)) for see in (followed, studied))
    assert follow
    assert study
    assert np.array_equal(follow.spread, before.spread)
    assert study.spread.mean() > 0.045


def test_a_face_that_has_gone_is_lost() -> None:
    before = found(placed(300, 200, 110))
    for picture in (np.full((480, 640, 3), 120, np.uint8), drawn(640, 480, (520, 380, 60, 0))):
        assert followed(picture, before, networks()) is None
    doubted = drawn(640, 480, (300, 200, 110, 0))
    assert studied(doubted, before, networks(presence=-1)) is None


def test_a_glimpse_sees_all_faces_but_the_one_that_is_known() -> None:
    picture = drawn(900, 600, (200, 250, 120, 0), (600, 300, 80, 0))
    everyone = glimpsed(picture, None, networks())
    assert [round(float(face.landmarks[10, 0])) for face in everyone] == [200, 600]
    (other,) = glimpsed(picture, everyone[0], networks())
    assert round(float(other.landmarks[10, 0])) == 600
