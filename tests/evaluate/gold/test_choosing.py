"""Which stretches are kept, whose they are, and the pieces that they make."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from visavis.evaluate.gold.choosing import (
    LONGEST,
    MARGIN,
    SENTENCES,
    SHORTEST,
    Choice,
    Reason,
    chosen,
    parted,
    reasons,
)
from visavis.evaluate.gold.listening import Stretch

CLEAN = Stretch(0.0, 4.0, 3.7, 40.0, 0.0, 0.01, False, -20.0, 110.0)


def spoken(*spans: tuple[float, float]) -> list[Stretch]:
    """Clean stretches from when to when."""
    return [replace(CLEAN, start=start, end=end, said=end - start - 2 * MARGIN) for start, end in spans]


def spans(choice: Choice) -> list[tuple[float, float]]:
    return [(piece.start, piece.end) for piece in choice.pieces]


@pytest.mark.parametrize(
    ("spoiled", "reason"),
    [
        (replace(CLEAN, music=True), "music"),
        (replace(CLEAN, clipped=0.02), "clipped"),
        (replace(CLEAN, flat=0.2), "clipped"),
        (replace(CLEAN, snr=10.0), "noisy"),
        (replace(CLEAN, level=-50.0), "faint"),
        (replace(CLEAN, end=2.0), "short"),
        (replace(CLEAN, begins=False), "torn"),
        (replace(CLEAN, ends=False), "torn"),
    ],
)
def test_a_spoiled_stretch_is_refused_and_the_clean_one_kept(spoiled: Stretch, reason: Reason) -> None:
    choice = chosen([[spoiled, replace(CLEAN, start=10.0, end=14.0)]])
    assert spans(choice) == [(10.0, 14.0)]
    assert [refusal.reason for refusal in choice.refusals] == [reason]
    assert SENTENCES[reason]


def test_the_sentences_tell_the_bounds() -> None:
    bounds: dict[Reason, str] = {"noisy": "15 dB", "faint": "-45 LUFS", "short": "3 s", "dull": "2.2 of 5"}
    assert all(bound in SENTENCES[reason] for reason, bound in bounds.items())


def test_short_sentences_are_joined_and_long_pauses_part() -> None:
    assert spans(chosen([spoken((0, 2), (2.5, 4.5), (20, 21), (21.8, 24))])) == [(0, 4.5), (20, 24)]


def test_what_is_not_clean_is_in_no_piece() -> None:
    film = spoken((0, 2), (2.2, 4), (4.2, 8))
    film[1] = replace(film[1], music=True)
    choice = chosen([film])
    assert spans(choice) == [(4.2, 8)]
    assert [refusal.reason for refusal in choice.refusals] == ["short", "music"]


def test_no_speech_is_lost_where_it_can_be_joined() -> None:
    """Taking as much as fits, from the left, would leave the last one over."""
    film = spoken((0, 5), (5.1, 11), (11.1, 13))
    choice = chosen([film])
    assert choice.refusals == ()
    assert spans(choice) == [(0, 5), (5.1, 13)]


def test_it_is_not_cut_within_a_word() -> None:
    film = spoken((0, 8), (8, 11), (11.2, 16))
    film[0], film[1] = replace(film[0], ends=False), replace(film[1], begins=False)
    assert spans(chosen([film])) == [(0, 11), (11.2, 16)]


def test_subtitles_are_heeded_where_it_costs_no_speech() -> None:
    film = spoken((0, 3.4), (3.6, 7), (7.2, 10.6), (10.8, 14.4))
    assert spans(chosen([film])) == [(0, 7), (7.2, 14.4)]
    against = chosen([film], lambda film, start, end: start != 7)
    assert spans(against) == [(0, 3.4), (3.6, 10.6), (10.8, 14.4)]
    assert len(chosen([spoken((0, 8), (8.2, 16))], lambda *_: False).pieces) == 2


def test_the_cleanest_are_taken_where_fewer_are_wanted() -> None:
    film = [
        replace(s, snr=snr) for s, snr in zip(spoken((0, 4), (9, 13), (20, 24)), (20, 40, 30), strict=True)
    ]
    choice = chosen([film], most=2)
    assert spans(choice) == [(9, 13), (20, 24)]
    assert [refusal.reason for refusal in choice.refusals] == ["surplus"]
    assert chosen([film], most=3).refusals == ()


def direction(*numbers: float) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
    point = np.array(numbers, np.float32)
    return point / np.linalg.norm(point)


def test_the_one_who_speaks_most_is_known_by_voice() -> None:
    mine, other = direction(1, 0.2, 0), direction(0.4, 1, 0)
    film = [
        replace(stretch, voice=voice)
        for stretch, voice in zip(
            spoken((0, 4), (10, 14), (20, 24), (30, 34), (40, 44)),
            (other, mine, direction(1, 0.1, 0.1), None, mine),
            strict=True,
        )
    ]
    choice = chosen([film[:3], film[3:]])
    assert [(piece.film, piece.start) for piece in choice.pieces] == [(0, 10), (0, 20), (1, 30), (1, 40)]
    assert [refusal.reason for refusal in choice.refusals] == ["another"]


def test_without_voiceprints_height_tells_two_apart_and_one_is_not_split() -> None:
    heights = (110, 210, 118, 0, 104)
    film = [
        replace(s, height=h)
        for s, h in zip(spoken((0, 4), (10, 14), (20, 24), (30, 34), (40, 44)), heights, strict=True)
    ]
    assert [refusal.start for refusal in chosen([film]).refusals] == [10]
    lively = [replace(s, height=h) for s, h in zip(film, (100, 118, 135, 155, 170), strict=True)]
    assert chosen([lively]).refusals == ()


def test_nothing_gives_nothing() -> None:
    assert chosen([]) == chosen([[]]) == Choice((), ())


def test_refusals_are_told_by_reason() -> None:
    film = [
        replace(CLEAN, music=True),
        replace(CLEAN, start=9.0, end=9.5),
        replace(CLEAN, start=20, music=True),
    ]
    told = reasons(chosen([film]).refusals)
    assert list(told) == ["music", "short"]
    assert len(told["music"]) == 2


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.floats(0.2, 12.0), st.floats(0.0, 1.0), st.booleans()), max_size=14),
    st.lists(st.booleans(), min_size=15, max_size=15),
)
def test_pieces_keep_to_their_bounds_and_do_not_overlap(
    lengths: list[tuple[float, float, bool]], places: list[bool]
) -> None:
    run, at = [], 0.0
    for said, pause, _ in lengths:
        run.append(replace(CLEAN, start=at, end=at + said + 2 * MARGIN, said=said))
        at += said + 2 * MARGIN + pause
    awkward = [*(awkward for _, _, awkward in lengths), False]
    last = 0
    for first, end in parted(run, places, awkward):
        assert last <= first < end
        assert places[first]
        assert places[end]
        seconds = run[end - 1].end - run[first].start - 2 * MARGIN
        assert SHORTEST <= seconds <= LONGEST
        last = end
