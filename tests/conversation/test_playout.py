import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.contracts import Clause
from visavis.conversation.playout import (
    LATE,
    PATIENCE,
    PICTURES_AHEAD,
    REGAINED,
    SKIPPED,
    SOUND_AHEAD,
    Part,
    Playout,
)
from visavis.media import Pixels, Samples, frame_count, sample_at

RATE, FPS = 16_000, 25
MOMENT = RATE // FPS


def ramp(start: int, count: int) -> Samples:
    """Samples that tell which they are."""
    return np.arange(start, start + count, dtype=np.float32)


def picture(number: int) -> Pixels:
    return np.full((2, 2, 3), number % 256, np.uint8)


def filled(moments: float, pictures: int, *, closed: bool = False) -> Playout:
    playout = Playout(RATE, FPS)
    playout.sound(ramp(0, round(moments * MOMENT)), 0.0)
    for number in range(pictures):
        playout.picture(number, picture(number))
    if closed:
        playout.close(whole=True)
    return playout


def shown(part: Part) -> int | None:
    return None if part.pixels is None else int(part.pixels[0, 0, 0])


def test_it_begins_with_the_first_sound_and_the_first_picture() -> None:
    playout = Playout(RATE, FPS)
    assert not playout.begins(99.0)
    assert playout.begins_by == float("inf")
    playout.sound(ramp(0, 100), 5.0)
    assert not playout.begins(5.0)
    playout.picture(0, picture(0))
    assert playout.begins(5.0)


def test_a_first_picture_is_waited_for_a_little_while_only() -> None:
    playout = Playout(RATE, FPS)
    playout.sound(ramp(0, 100), 5.0)
    assert playout.begins_by == 5.0 + PATIENCE
    assert not playout.begins(5.0 + PATIENCE - 0.01)
    assert playout.begins(5.0 + PATIENCE)
    playout.faceless = True
    assert playout.begins(5.0), "or not at all where none will come"


def test_each_moment_has_its_samples_and_its_picture() -> None:
    playout = filled(3, 3, closed=True)
    for at in range(10, 13):
        assert playout.complete(at)
        part = playout.take(at)
        assert part.samples.tolist() == ramp((at - 10) * MOMENT, MOMENT).tolist()
        assert (shown(part), part.last) == (at - 10, at == 12)
    assert playout.ended


def test_the_last_moment_ends_in_silence() -> None:
    playout = filled(1.5, 2, closed=True)
    playout.take(0)
    part = playout.take(1)
    assert part.last
    assert part.samples[: MOMENT // 2].all()
    assert not part.samples[MOMENT // 2 :].any()
    assert len(part.samples) == MOMENT


def test_a_reply_whose_end_was_not_known_in_time_ends_with_a_silence() -> None:
    playout = filled(1, 1)
    assert not playout.complete(0), "this may be the last one, or not"
    assert not playout.take(0).last
    playout.close(whole=True)
    part = playout.take(1)
    assert (part.last, part.starved) == (True, False)
    assert not part.samples.any()


def test_a_late_picture_is_dropped_and_the_sound_goes_on() -> None:
    playout = filled(10, 1, closed=True)
    assert shown(playout.take(0)) == 0
    assert not playout.complete(1)
    assert [shown(playout.take(at)) for at in (1, 2, 3)] == [None] * 3
    for number in (1, 2, 3, 4):
        playout.picture(number, picture(number))
    part = playout.take(4)
    assert (shown(part), part.picture) == (4, 4)
    assert part.samples[0] == 4 * MOMENT


def test_lips_may_be_a_picture_late_and_no_more() -> None:
    playout = filled(20, 1, closed=True)
    playout.take(0)
    playout.take(1)
    playout.picture(1, picture(1))
    assert shown(playout.take(2)) == 1
    for at in range(3, 3 + LATE):
        assert shown(playout.take(at)) is None
    playout.picture(2, picture(2))
    assert shown(playout.take(3 + LATE)) is None


def test_pictures_wait_where_the_voice_is_too_slow() -> None:
    playout = filled(2, 2)
    parts = [playout.take(at) for at in range(2)]
    gap = [playout.take(at) for at in range(2, 6)]
    assert [part.starved for part in parts + gap] == [False] * 2 + [True] * 4
    assert not any(part.samples.any() or part.pixels is not None for part in gap)
    playout.sound(ramp(2 * MOMENT, 10 * MOMENT), 1.0)
    playout.picture(2, picture(2))
    part = playout.take(6)
    assert (part.samples[0], shown(part)) == (2 * MOMENT, 2)


def test_after_a_gap_it_gathers_strength() -> None:
    playout = filled(1, 0)
    playout.take(0)
    playout.take(1)
    playout.sound(ramp(MOMENT, MOMENT), 1.0)
    assert playout.take(2).starved
    playout.sound(ramp(2 * MOMENT, round(REGAINED * RATE)), 1.0)
    assert not playout.take(3).starved


def test_what_is_left_when_the_voice_is_done_needs_no_strength() -> None:
    playout = filled(1, 0)
    playout.take(0)
    playout.take(1)
    playout.sound(ramp(MOMENT, 100), 1.0)
    playout.close(whole=True)
    assert playout.take(2).last


def test_there_is_room_for_so_much_and_no_more() -> None:
    playout = Playout(RATE, FPS)
    playout.sound(ramp(0, round(SOUND_AHEAD * RATE) - 1), 0.0)
    assert playout.has_room
    playout.sound(ramp(0, 1), 0.0)
    assert not playout.has_room
    for number in range(PICTURES_AHEAD):
        assert playout.has_room_for_pictures
        playout.picture(number, picture(number))
    assert not playout.has_room_for_pictures
    playout.take(0)
    assert playout.has_room
    assert playout.has_room_for_pictures


def test_a_face_that_is_too_late_goes_on_where_it_can_be_in_time() -> None:
    playout = filled(100, 1, closed=True)
    for at in range(10):
        playout.take(at)
    assert playout.behind == pytest.approx(9 / FPS)
    number = playout.skip()
    assert number == 10 + round(SKIPPED * FPS) + 2 * 9
    assert playout.behind < 0
    assert playout.complete(10), "nothing is waited for that does not come"
    playout.picture(number, picture(number))
    seen = {at: shown(playout.take(at)) for at in range(10, number + 1)}
    assert [at for at, level in seen.items() if level is not None] == [number]


def cued(playout: Playout, *words: tuple[str, float]) -> None:
    """Clauses that sound for so many moments each."""
    for text, moments in words:
        playout.cue(Clause(text, "en", 0.0, text))
        playout.sound(ramp(playout.made, round(moments * MOMENT)), 0.0)


def test_words_are_told_with_the_moment_they_begin_in() -> None:
    playout = Playout(RATE, FPS)
    cued(playout, ("One.", 2.5), (" Two.", 1.5))
    playout.close(whole=True)
    told = []
    for at in range(100, 104):
        playout.take(at)
        told.append(playout.begun())
    assert told == [[("One.", 4.0)], [], [(" Two.", pytest.approx(4.1))], []]


def test_what_was_heard_counts_from_where_the_reply_began_on_the_timeline() -> None:
    playout = Playout(RATE, FPS)
    cued(playout, ("One.", 2), (" Two.", 2))
    playout.close(whole=True)
    for at in range(50, 54):
        playout.take(at)
    assert [playout.heard(seconds) for seconds in (0.0, 2.0, 2.08, 2.16, 9.9)] == [
        "",
        "",
        "One.",
        "One. Two.",
        "One. Two.",
    ]


def test_a_silence_that_was_not_meant_is_not_heard_as_words() -> None:
    playout = Playout(RATE, FPS)
    cued(playout, ("One.", 2))
    for at in range(5):
        playout.take(at)
    cued(playout, (" Two.", 10))
    playout.close(whole=True)
    playout.take(5)
    positions = [playout.position(at / FPS) for at in range(7)]
    assert [position // MOMENT for position in positions] == [0, 1, 2, 2, 2, 2, 3]
    assert playout.begun() == [("One.", 0.0), (" Two.", 5 / FPS)]


def test_pieces_made_of_one_text_are_one_piece() -> None:
    playout = Playout(RATE, FPS)
    playout.cue(Clause("twelve", "en", 0.0, "12, 你好."))
    playout.sound(ramp(0, MOMENT), 0.0)
    playout.cue(Clause("你好", "zh", 0.5, ""))
    playout.sound(ramp(MOMENT, MOMENT), 0.0)
    playout.close(whole=True)
    playout.take(0)
    playout.take(1)
    assert playout.begun() == [("12, 你好.", 0.0)]


@given(
    rate=st.sampled_from([16_000, 22_050, 24_000]),
    fps=st.sampled_from([24, 25, 30]),
    start=st.integers(0, 200_000),
    chunks=st.lists(st.tuples(st.integers(0, 40), st.integers(1, 30_000)), min_size=1, max_size=8),
)
def test_no_sample_is_lost_or_said_twice(
    rate: int, fps: int, start: int, chunks: list[tuple[int, int]]
) -> None:
    """However sound comes, after how many moments of waiting, and wherever on the timeline it begins."""
    playout, at, out = Playout(rate, fps), start, list[Part]()

    def take() -> None:
        nonlocal at
        part = playout.take(at)
        assert len(part.samples) == sample_at(at + 1, rate, fps) - sample_at(at, rate, fps)
        out.extend([part] * (not part.starved))
        at += 1

    total = sum(length for _, length in chunks)
    for number in range(frame_count(total, rate, fps)):
        playout.picture(number, picture(number))
    for moments, length in chunks:
        for _ in range(moments):
            take()
        playout.sound(ramp(playout.made, length), 0.0)
    playout.close(whole=True)
    while not playout.ended:
        take()
    sound = np.concatenate([part.samples for part in out])
    assert (sound[:total] == ramp(0, total)).all()
    assert not sound[total:].any()
    for place, part in enumerate(out):
        assert abs(part.picture - place) <= 1, "sound and picture do not drift apart"
    assert playout.position(at / fps + 1) == total
