import itertools
from collections.abc import Iterator
from dataclasses import replace

import pytest

from visavis.transports.webrtc.stepping import (
    LONGEST,
    PATIENCE,
    Counts,
    Report,
    Standing,
    is_shown,
    ladder,
    report_between,
    stepped,
)

LEVELS = ladder((512, 512), 25)
START = Standing(0.0, 0.0)


def walked(reports: list[Report], now: Standing = START) -> Iterator[Standing]:
    for report in reports:
        yield (now := stepped(now, report, LEVELS))


def stands(reports: list[Report], now: Standing = START) -> list[int]:
    return [standing.step for standing in walked(reports, now)]


def clean(seconds: int, first: int = 1, sent: int = 1_000_000) -> list[Report]:
    return [Report(first + second, sent, rtt=0.02) for second in range(seconds)]


def narrowed(kilobits: int, seconds: int) -> list[int]:
    """Steps taken when a line lets so much through and drops the rest, one report a second."""
    now, steps = START, []
    for second in range(2, 2 + seconds):
        sent = LEVELS[now.step].bitrate + 50_000
        lost = max(0.0, 1 - 1000 * kilobits / sent)
        now = stepped(now, Report(float(second), sent, lost), LEVELS)
        steps.append(now.step)
    return steps


def test_the_levels_for_the_usual_size() -> None:
    told = [(level.size, level.fps, level.bitrate // 1000) for level in LEVELS]
    assert told == [
        ((512, 512), 25, 1200),
        ((384, 384), 25, 675),
        ((320, 320), 20, 375),
        ((256, 256), 15, 180),
        ((192, 192), 10, 80),
    ]


@pytest.mark.parametrize("size", [(256, 256), (1024, 1024), (640, 360), (2, 2), (250, 500)])
def test_levels_of_any_size_get_smaller_and_stay_even(size: tuple[int, int]) -> None:
    levels = ladder(size, 30)
    assert levels[0].size == size
    assert [level.bitrate for level in levels] == sorted((level.bitrate for level in levels), reverse=True)
    assert all(side % 2 == 0 and side for level in levels for side in level.size)
    assert all(80_000 <= level.bitrate <= 3_000_000 for level in levels)


@pytest.mark.parametrize(("fps", "shown"), [(25, 25), (25, 20), (25, 15), (25, 10), (30, 1), (10, 4)])
def test_pictures_are_left_out_evenly(fps: int, shown: int) -> None:
    kept = [number for number in range(1, 1 + 10 * fps) if is_shown(number, fps, shown)]
    assert len(kept) == 10 * shown
    gaps = {later - earlier for earlier, later in itertools.pairwise(kept)}
    assert max(gaps) - min(gaps) <= 1


def test_a_report_is_about_what_came_in_the_meantime() -> None:
    before, now = Counts(10.0, 5, 65_530, 100_000), Counts(12.0, 15, 65_570, 300_000, 0.1, 500_000)
    assert report_between(before, now) == Report(12.0, 800_000, 0.25, 0.1, 500_000)
    assert report_between(now, replace(before, at=13.0)).lost == 0.0
    assert report_between(before, Counts(11.0, 500, 65_531, 100_000)).lost == 1.0


def test_a_clean_line_changes_nothing() -> None:
    assert set(stands(clean(60))) == {0}


def test_a_lot_of_loss_goes_down_to_what_gets_through_at_once() -> None:
    assert stands([Report(2.0, 1_300_000, lost=0.9)]) == [4]
    assert stands([Report(2.0, 1_300_000, lost=0.5)]) == [2]
    assert stands([Report(2.0, 1_300_000, lost=0.12)]) == [1]


def test_a_little_loss_is_let_be_and_puts_off_the_way_up() -> None:
    low = Standing(0.0, 0.0, step=2)
    lossy = [Report(float(second), 400_000, lost=0.05) for second in range(1, 40)]
    assert set(stands(lossy, low)) == {2}


@pytest.mark.parametrize(
    ("kilobits", "expected"), [(2000, 0), (1000, 1), (600, 2), (350, 3), (300, 3), (150, 4)]
)
def test_a_narrow_line_is_filled_and_no_more(kilobits: int, expected: int) -> None:
    steps = narrowed(kilobits, 7)
    assert steps[-1] == expected
    assert steps[3] == expected, "within four seconds"


def test_a_step_has_time_to_show() -> None:
    loss = [
        Report(2.0, 1_500_000, lost=0.12),
        Report(3.0, 900_000, lost=0.12),
        Report(4.0, 900_000, lost=0.12),
    ]
    assert stands(loss) == [1, 1, 2]


def trips(*seconds: float) -> list[Report]:
    return [Report(2.0 + number, 1_000_000, rtt=rtt) for number, rtt in enumerate(seconds)]


def test_packets_that_queue_up_are_a_sign() -> None:
    assert stands(trips(0.05, 0.3, 0.5, 0.6)) == [0, 0, 0, 1]


def test_one_packet_that_takes_long_is_none() -> None:
    assert set(stands(trips(0.05, 0.9, 0.05, 0.9, 0.05, 0.9))) == {0}


def test_a_picture_that_stands_still_is_a_sign() -> None:
    assert stands([Report(2.0, 1_000_000, freezes=1), *clean(3, first=3)]) == [1, 1, 1, 1]


def test_an_estimate_is_a_sign_only_when_it_falls_below_what_is_sent() -> None:
    little_came = [Report(2.0, 300_000, estimate=450_000), Report(4.0, 1_400_000, estimate=460_000)]
    assert stands(little_came) == [0, 0]
    falling = [Report(2.0, 1_400_000, estimate=2_000_000), Report(4.0, 1_400_000, estimate=700_000)]
    assert stands(falling) == [0, 2]


@pytest.mark.parametrize(
    ("rtt", "lost", "lowered"), [(0.06, 0.0, False), (0.2, 0.0, True), (0.06, 0.05, True)]
)
def test_an_estimate_that_falls_while_packets_pass_is_a_busy_receiver(
    rtt: float, lost: float, lowered: bool
) -> None:
    usual = Report(2.0, 1_400_000, rtt=0.01, estimate=2_000_000)
    assert (stands([usual, replace(usual, at=4.0, rtt=rtt, lost=lost, estimate=700_000)])[-1] > 0) == lowered


def test_up_goes_one_step_at_a_time_and_only_when_it_was_clean_for_long() -> None:
    low = Standing(0.0, 0.0, step=3)
    steps = stands(clean(40), low)
    assert steps[:7] == [3] * 7
    assert steps[-1] == 0
    assert all(later in (earlier, earlier - 1) for earlier, later in itertools.pairwise(steps))


def test_a_step_up_that_was_too_much_is_taken_back_and_tried_later_each_time() -> None:
    now, tries = Standing(0.0, 0.0, step=1), []
    for second in range(1, 400):
        lost = 0.2 if now.step == 0 else 0.0
        after = stepped(now, Report(float(second), 900_000, lost), LEVELS)
        if after.step < now.step == 1:
            tries.append(second)
        now = after
    waits = [later - earlier for earlier, later in itertools.pairwise(tries)]
    assert waits == sorted(waits)
    assert waits[0] >= 2 * PATIENCE
    assert waits[-1] >= LONGEST
    assert len(tries) <= 5


def test_a_step_up_that_lasted_gives_back_patience() -> None:
    tired = Standing(0.0, 0.0, step=3, patience=LONGEST)
    later = list(walked(clean(400), tired))[-1]
    assert later.step == 0
    assert later.patience < LONGEST


def test_the_lowest_level_is_the_end() -> None:
    lost = [Report(float(second), 100_000, lost=0.9) for second in range(2, 30)]
    assert stands(lost)[-1] == 4
