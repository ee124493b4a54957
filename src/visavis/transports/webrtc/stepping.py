"""How large, how often and how finely pictures are sent, by what the network has let through. Pure.

Down at once and as far as is needed, up one step at a time and later each time that it went wrong. Sound is
never made worse: it is a twentieth of it all. The thresholds of loss are those of Google's congestion control
(draft-ietf-rmcat-gcc-02, section 6): more than a tenth lost is congestion, less than a fiftieth is none.
"""

from dataclasses import dataclass, replace
from math import inf
from typing import Final

# Width, height and pictures a second, in parts of the whole.
_STEPS: Final = ((1.0, 1.0), (0.75, 1.0), (0.625, 0.8), (0.5, 0.6), (0.375, 0.4))

# A talking head at 512 x 512 and 25 pictures a second is as good as it gets at 1.2 Mbit/s, in VP8 too.
BITS_A_PIXEL: Final = 1_200_000 / (512 * 512 * 25)
MOST, LEAST = 3_000_000, 80_000

# Bits a second of sound with all its headers, and how much of what gets through may be used.
SOUND: Final = 64_000
SHARE: Final = 0.85

LOSSY, CLEAN = 0.10, 0.02

# An estimate has fallen when it is less than this much of the one before.
FALLING: Final = 0.9

# Seconds that a report is about at least: some receivers tell of every few packets.
WINDOW: Final = 0.4

# Seconds by which packets take longer when they wait in somebody's queue, and when they may do so.
QUEUED: Final = 0.3
WAITING: Final = 0.1

# Seconds until a step shows in what is reported, between steps up, and at most between them.
SETTLING: Final = 1.5
PATIENCE: Final = 8.0
LONGEST: Final = 64.0

# Seconds in which a step up that was one too many shows.
TRIAL: Final = 6.0


@dataclass(frozen=True, slots=True)
class Level:
    """How pictures are sent: size (width, height; even), pictures a second, bits a second."""

    size: tuple[int, int]
    fps: int
    bitrate: int


@dataclass(frozen=True, slots=True)
class Counts:
    """What a receiver has told so far of one stream of packets, and what was sent.

    at: when, in seconds of the loop's clock. lost: packets. highest: number of the last packet that came; it
    goes on beyond 16 bits. sent: bytes of all streams. rtt, estimate: as in Report.
    """

    at: float
    lost: int = 0
    highest: int = 0
    sent: int = 0
    rtt: float | None = None
    estimate: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What is known of about the last second.

    at: when, in seconds of the loop's clock. lost: 0..1 of the packets. sent: bits a second, all in all.
    rtt: seconds, of a packet and its answer. estimate: bits a second that the receiver thinks possible.
    freezes: how often the picture stood still.
    """

    at: float
    sent: int
    lost: float = 0.0
    rtt: float | None = None
    estimate: int | None = None
    freezes: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """Where on the ladder somebody stands.

    step: index of the level, 0 is the best. moved: when it was taken; clean: since when nothing was wrong.
    raised: whether it was a step up that led here. patience: seconds without trouble until the next one.
    quickest: the shortest rtt so far. queued: whether packets had to wait by the last report that tells.
    estimate: the receiver's last one.
    """

    moved: float
    clean: float
    step: int = 0
    raised: bool = False
    patience: float = PATIENCE
    quickest: float | None = None
    queued: bool = False
    estimate: int | None = None


def report_between(before: Counts, now: Counts) -> Report:
    """What was told in the meantime; a repaired packet may have been counted as lost before."""
    expected = now.highest - before.highest
    lost = min(1.0, max(0, now.lost - before.lost) / expected) if expected > 0 else 0.0
    sent = round(8 * (now.sent - before.sent) / (now.at - before.at))
    return Report(now.at, sent, lost, now.rtt, now.estimate)


def ladder(size: tuple[int, int], fps: int) -> tuple[Level, ...]:
    """The levels for pictures of a size at so many a second, the best first."""
    levels = (_level(size, fps, scale, share) for scale, share in _STEPS)
    return tuple(dict.fromkeys(levels))


def _level(size: tuple[int, int], fps: int, scale: float, share: float) -> Level:
    width, height = (max(2, round(side * scale / 2) * 2) for side in size)
    shown = max(1, round(fps * share))
    bitrate = round(BITS_A_PIXEL * width * height * shown)
    return Level((width, height), shown, max(LEAST, min(MOST, bitrate)))


def is_shown(at: int, fps: int, shown: int) -> bool:
    """Whether picture number `at` of `fps` a second is one of `shown` a second, spread evenly."""
    return at * shown // fps != (at - 1) * shown // fps


def stepped(now: Standing, report: Report, levels: tuple[Level, ...]) -> Standing:
    """Where to stand after a report."""
    overrun = _is_overrun(now, report)
    before, now = now.queued, _noted(now, report)
    if report.at - now.moved < SETTLING:
        return now
    if overrun or report.lost >= LOSSY:
        return _lowered(now, report, levels, _fitting(now, report, levels))
    if (before and now.queued) or report.freezes:
        return _lowered(now, report, levels, now.step + 1)
    if report.lost >= CLEAN:
        return replace(now, clean=report.at)
    return _raised(now, report)


def _noted(now: Standing, report: Report) -> Standing:
    """What is remembered of a report. One packet that took long says nothing: somebody may have been busy."""
    estimate = report.estimate or now.estimate
    if report.rtt is None:
        return replace(now, estimate=estimate)
    quickest = report.rtt if now.quickest is None else min(now.quickest, report.rtt)
    return replace(now, estimate=estimate, quickest=quickest, queued=report.rtt > quickest + QUEUED)


def _is_overrun(now: Standing, report: Report) -> bool:
    """Whether the receiver saw more coming than gets through, and says so.

    An estimate that is low is no sign: it never is much more than what has come so far. One that falls is,
    if packets have to wait on their way, or get lost: a receiver with too much else to do, which takes them
    late, thinks the same of a line that is wide.
    """
    if report.estimate is None or now.estimate is None:
        return False
    waited = inf if report.rtt is None or now.quickest is None else report.rtt - now.quickest
    falls = report.estimate < min(report.sent, FALLING * now.estimate)
    return falls and (report.lost >= CLEAN or waited >= WAITING)


def _fitting(now: Standing, report: Report, levels: tuple[Level, ...]) -> int:
    """The best step that what got through has room for.

    What was sent again to make up for losses is not counted: it is a part of the trouble.
    """
    sent = min(report.sent, levels[now.step].bitrate + SOUND)
    room = SHARE * sent * (1 - report.lost) - SOUND
    if report.estimate is not None:
        room = min(room, report.estimate - SOUND)
    return next((step for step, level in enumerate(levels) if level.bitrate <= room), len(levels) - 1)


def _lowered(now: Standing, report: Report, levels: tuple[Level, ...], step: int) -> Standing:
    """Down to a step, by one at least."""
    failed = now.raised and report.at - now.moved < TRIAL
    return replace(
        now,
        step=min(max(now.step + 1, step), len(levels) - 1),
        moved=report.at,
        clean=report.at,
        raised=False,
        patience=min(LONGEST, 2 * now.patience) if failed else now.patience,
    )


def _raised(now: Standing, report: Report) -> Standing:
    """Up, if it has been clean for long enough; a step up that has lasted gives back the patience."""
    if now.raised and report.at - now.moved > 2 * LONGEST:
        now = replace(now, raised=False, patience=PATIENCE)
    if now.step == 0 or report.at - now.clean < now.patience:
        return now
    return replace(now, step=now.step - 1, moved=report.at, clean=report.at, raised=True)
