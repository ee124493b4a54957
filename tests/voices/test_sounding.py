import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.voices.sounding import gender


@pytest.mark.parametrize(
    ("pitch", "throat", "expected"),
    [
        (105, 980, "male"),
        (210, 1170, "female"),
        (250, 957, "male"),  # Kennedy, out of doors
        (260, 1053, "female"),
        (100, None, "male"),
        (220, None, "female"),
    ],
)
def test_a_voice_sounds_like_a_man_s_or_a_woman_s(pitch: float, throat: float | None, expected: str) -> None:
    assert gender(pitch, throat).gender == expected


def test_who_has_no_pitch_may_be_either() -> None:
    assert gender(0, None).sure == 0.5


def test_height_alone_is_less_sure() -> None:
    assert gender(120, None).sure < gender(120, 1000).sure


@given(st.floats(50, 500), st.none() | st.floats(600, 1800))
def test_it_is_never_less_sure_than_a_coin(pitch: float, throat: float | None) -> None:
    assert 0.5 <= gender(pitch, throat).sure <= 1


@given(st.floats(50, 480), st.floats(1, 20), st.floats(600, 1800))
def test_higher_is_more_of_a_woman(pitch: float, more: float, throat: float) -> None:
    def woman(hertz: float) -> float:
        sounds, sure = gender(hertz, throat)
        return sure if sounds == "female" else 1 - sure

    assert woman(pitch + more) >= woman(pitch)
