"""Charts: numbers in, SVG out. Each is a picture with a name and, where it says more, a description.

Owns shapes and scales; colours are classes that page.css fills in, so that one chart is light and dark.
Refuses to know metrics and scenarios.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log10
from statistics import median
from typing import Final

from visavis.evaluate.report.markup import Markup, element, joined, number
from visavis.evaluate.report.words import count, figure, mark, milliseconds, seconds, seconds_of

WIDTH: Final = 1000
"""Of what lies on a time axis; all else is as wide as it has to be."""

LETTER: Final = 6.4
"""The width of a letter of the usual size, about."""

BINS: Final = 16


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a clip that is drawn in one row: from when on, and how long."""

    start: float
    length: float

    @property
    def end(self) -> float:
        return self.start + self.length

    def x(self, time: float) -> float:
        """Where a moment lies, 0..WIDTH within the window."""
        return (time - self.start) * WIDTH / self.length

    def holds(self, start: float, end: float) -> bool:
        """Whether any of it is drawn."""
        return start < self.end and end > self.start


@dataclass(frozen=True, slots=True)
class Bar:
    """Something that lasts. kind: a class of page.css. label: is cut to fit."""

    start: float
    end: float
    label: str
    kind: str


def svg(name: str, width: float, height: float, *shapes: Markup, about: str = "", kind: str = "") -> Markup:
    """A chart. name: what it shows; about: what a reader who does not see it wants to know."""
    head = element("title", {}, name), element("desc", {}, about) if about else None
    box = f"0 0 {number(width)} {number(height)}"
    attributes = {"class": f"chart {kind}".strip(), "viewBox": box, "role": "img", "aria-label": name}
    return element("svg", attributes, *head, *shapes)


def ticks(low: float, high: float, about: int) -> list[float]:
    """Round places from low to high, about so many: steps of 1, 2 or 5 times a power of ten."""
    rough = (high - low) / max(1, about)
    if rough <= 0:
        return [low]
    power = 10.0 ** floor(log10(rough))
    step = next(times * power for times in (1, 2, 5, 10) if times * power >= rough * 0.999)
    return [round(n * step, 10) for n in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)]


def axis(window: Window, every: float) -> Markup:
    """The time, with a number at each so many seconds."""
    marks = [round(n * every, 6) for n in range(ceil(window.start / every), floor(window.end / every) + 1)]
    return svg(
        f"Time, {seconds(window.start)} to {seconds(window.end)}",
        WIDTH,
        20,
        stroke(0, 0.5, WIDTH, 0.5, "axis"),
        *(stroke(window.x(at), 0, window.x(at), 5, "axis") for at in marks),
        *(_label(window, at) for at in marks),
    )


def wave(window: Window, peaks: Sequence[tuple[float, float]], every: float) -> Markup:
    """Sound: the least and the most, -1..1, in each so many seconds from 0 on."""
    middle, height = 24.0, 23.0
    columns = _columns(window, peaks, every)
    strokes = "".join(
        f"M{number(x)} {number(middle - height * high)}v{number(max(1.0, height * (high - low)))}"
        for x, low, high in columns
    )
    return svg("Waveform", WIDTH, 48, stroke(0, middle, WIDTH, middle, "grid"), course(strokes, "wave"))


def phones(window: Window, said: Iterable[tuple[str, float, float]], marked: frozenset[str]) -> Markup:
    """What is said when: a box for each phone; those in `marked` stand out."""
    here = [phone for phone in said if phone[0] and window.holds(*phone[1:])]
    boxes = (
        _rect("phone marked" if symbol in marked else "phone", _box(window, start, end, 1, 20))
        for symbol, start, end in here
    )
    names = (
        label(window.x((max(start, window.start) + min(end, window.end)) / 2), 15, symbol, "middle")
        for symbol, start, end in here
    )
    told = " ".join(symbol for symbol, *_ in here)
    return svg("Phones", WIDTH, 22, *boxes, *names, about=told, kind="phones")


def curves(
    window: Window,
    lines: Mapping[str, Iterable[Sequence[tuple[float, float]]]],
    scales: Mapping[str, tuple[float, float]],
    bands: Iterable[tuple[float, float]] = (),
    height: float = 96,
) -> Markup:
    """Lines over the time, each between the least and the most of its scale; bands: moments to look at."""
    shapes = [
        _rect("band", _box(window, start, end, 0, height)) for start, end in bands if window.holds(start, end)
    ]
    grid = [stroke(0, y, WIDTH, y, "grid") for y in (3, height / 2, height - 3)]
    drawn = []
    for place, (name, runs) in enumerate(lines.items(), 1):
        low, high = scales.get(name, (0.0, 1.0))
        path = "".join(_run(window, run, low, high, height) for run in runs)
        drawn.append(course(path, f"curve c{place}"))
    told = "; ".join(f"{name}, {figure(low)} to {figure(high)}" for name, (low, high) in scales.items())
    return svg(f"Curves: {', '.join(lines)}", WIDTH, height, *shapes, *grid, *reversed(drawn), about=told)


def lane(name: str, window: Window, bars: Iterable[Bar], marks: Iterable[Bar] = ()) -> Markup:
    """Who speaks when, in one row; marks: thin ones with their label behind them."""
    shapes: list[Markup] = []
    for bar in bars:
        if window.holds(bar.start, bar.end):
            box = _box(window, bar.start, bar.end, 2, 26)
            shapes.append(_rect(bar.kind, box, 5))
            shapes.append(
                label(box["x"] + box["width"] / 2, 19, _cut(bar.label, box["width"] - 8), "middle", "on")
            )
    for thin in marks:
        if window.holds(thin.start, thin.end):
            box = _box(window, thin.start, thin.end, 12, 6)
            shapes.append(_rect(thin.kind, box))
            at, anchor = (box["x"] + box["width"] + 5, "start")
            if at + LETTER * len(thin.label) > WIDTH:
                at, anchor = box["x"] - 5, "end"
            shapes.append(label(at, 19, thin.label, anchor))
    base = stroke(0, 29.5, WIDTH, 29.5, "grid")
    return svg(name, WIDTH, 30, base, *shapes)


def waterfall(
    stages: Mapping[str, float], spans: Mapping[str, tuple[float, float]], marks: Mapping[str, float]
) -> Markup:
    """Stages under each other, from when to when they were at work, and moments as lines through them.

    stages: seconds of work. spans: when it began and ended; without one, a bar as long as the work.
    """
    left, right, row = 168, 620, 24
    bars = {stage: spans.get(stage, (0.0, spent)) for stage, spent in stages.items()}
    most = max([*(end for _, end in bars.values()), *marks.values(), 1e-9])
    places = ticks(0, most, 6)
    height = row * len(stages) + 8

    def x(time: float) -> float:
        return left + time / most * (right - left)

    shapes = [stroke(x(at), 0, x(at), height, "grid") for at in places]
    shapes += [label(x(at), height + 14, seconds_of(at, most), "middle", "quiet") for at in places]
    for place, (stage, (start, end)) in enumerate(bars.items()):
        y = place * row + 4
        spent = stages[stage]
        busy = min(1.0, spent / (end - start)) if end > start else 1.0
        area = _area(x(start), y, max(1.5, x(end) - x(start)), row - 7)
        shapes.append(label(left - 88, y + 13, stage, "end"))
        shapes.append(label(left - 12, y + 13, milliseconds(spent), "end", "quiet"))
        shapes.append(_rect("fill c1", area | {"opacity": round(0.25 + 0.75 * busy, 2)}, 3))
    for place, (name, at) in enumerate(marks.items()):
        y = height + 34 + 16 * place
        side = "end" if x(at) > (left + right) / 2 else "start"
        shapes.append(stroke(x(at), 0, x(at), height, "mark"))
        shapes.append(label(x(at), y, f"{name}: {milliseconds(at)}", side))
    told = ", ".join(f"{stage} {milliseconds(spent)}" for stage, spent in stages.items())
    bottom = height + 26 + 16 * len(marks)
    return svg("Work by stage", right + 20, bottom, *shapes, about=told, kind="plain")


def arrivals(pieces: Sequence[tuple[float, float, float]]) -> Markup:
    """How pieces came, against how they are played: (came, start, duration) each, in seconds.

    What plays begins with the first piece, and waits where the next one is not there.
    """
    left, top, right, bottom = 46.0, 8.0, 620.0, 190.0
    played = list(playback(pieces))
    latest = max([began + length for began, _, length in played], default=1.0) or 1.0
    whole = max([start + length for _, start, length in pieces], default=1.0) or 1.0

    def point(time: float, content: float) -> str:
        x = left + time / latest * (right - left)
        return f"{number(x)} {number(bottom - content / whole * (bottom - top))}"

    there, heard = [f"M{point(0, 0)}"], list[str]()
    for came, start, length in pieces:
        there.append(f"L{point(came, start)}L{point(came, start + length)}")
    there.append(f"L{point(latest, whole)}")
    for began, start, length in played:
        heard.append(f"{'L' if heard else 'M'}{point(began, start)}L{point(began + length, start + length)}")
    shapes = []
    for at in ticks(0, latest, 7):
        x = left + at / latest * (right - left)
        shapes += [
            stroke(x, top, x, bottom, "grid"),
            label(x, bottom + 16, seconds_of(at, latest), "middle", "quiet"),
        ]
    for at in ticks(0, whole, 4):
        y = bottom - at / whole * (bottom - top)
        shapes += [
            stroke(left, y, right, y, "grid"),
            label(left - 6, y + 4, seconds_of(at, whole), "end", "quiet"),
        ]
    waits = [
        course(f"M{point(before, start)}L{point(began, start)}", "curve stall")
        for before, began, start in stalls(played)
    ]
    lines = course("".join(there), "curve c1"), course("".join(heard), "curve c2")
    told = f"{count(len(pieces), 'piece')}; playback waited {count(len(waits), 'time')}"
    return svg(
        "Pieces as they came, and as they are played",
        right + 20,
        bottom + 24,
        *shapes,
        *lines,
        *waits,
        about=told,
        kind="plain",
    )


def playback(pieces: Iterable[tuple[float, float, float]]) -> Iterator[tuple[float, float, float]]:
    """When each piece is played: (began, start, duration), by a player that starts with the first one."""
    free = 0.0
    for came, start, length in pieces:
        began = max(came, free)
        free = began + length
        yield began, start, length


def stalls(played: Sequence[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    """Where playback waits: from when to when, and at which moment of what is played; of more than 1 ms."""
    return [
        (before + length, began, start)
        for (before, _, length), (began, start, _) in pairwise(played)
        if began - before - length > 0.001
    ]


def histogram(name: str, values: Sequence[float], unit: str, bounds: Sequence[float] = ()) -> Markup:
    """How often which value is; a line at the median, and thin ones at the bounds of what is good enough."""
    left, right, top, bottom = 8.0, 312.0, 22.0, 112.0
    low, high = min(values), max(values)
    if high == low:
        low, high = low - abs(low) * 0.1 - 0.5, high + abs(high) * 0.1 + 0.5
    bins = min(BINS, max(5, round(len(values) ** 0.5 * 2)))
    counts = [0] * bins
    for value in values:
        counts[min(bins - 1, int((value - low) / (high - low) * bins))] += 1
    wide, unit_high = (right - left) / bins, (bottom - top) / max(counts)

    def x(value: float) -> float:
        return left + (value - low) / (high - low) * (right - left)

    shapes = [
        _rect(
            "fill c1",
            _area(left + n * wide + 0.5, bottom - amount * unit_high, wide - 1, amount * unit_high),
            1.5,
        )
        for n, amount in enumerate(counts)
        if amount
    ]
    shapes.append(stroke(left, bottom, right, bottom, "axis"))
    for at in ticks(low, high, 4):
        shapes.append(stroke(x(at), bottom, x(at), bottom + 4, "axis"))
        shapes.append(label(min(max(x(at), 16), right - 8), bottom + 17, mark(at), "middle", "quiet"))
    for bound in bounds:
        if low <= bound <= high:
            shapes.append(stroke(x(bound), top - 4, x(bound), bottom, "bound"))
    middle = median(values)
    side = "start" if x(middle) < (left + right) / 2 else "end"
    shapes.append(stroke(x(middle), top - 6, x(middle), bottom, "mark"))
    shapes.append(
        label(x(middle) + (4 if side == "start" else -4), 13, f"median {figure(middle, unit)}", side)
    )
    told = f"{len(values)} values from {figure(min(values), unit)} to {figure(max(values), unit)}"
    return svg(name, 320, 134, *shapes, about=told, kind="small")


def columns(name: str, values: Sequence[float | None], unit: str) -> Markup:
    """A column for each of many visitors; a cross where there is nothing."""
    left, right, top, bottom = 56.0, 620.0, 10.0, 92.0
    high = max([value for value in values if value is not None], default=0.0) or 1.0
    places = ticks(0, high, 3)
    high = max(high, places[-1])
    wide = min(48.0, (right - left) / max(1, len(values)))

    def y(value: float) -> float:
        return bottom - value / high * (bottom - top)

    shapes = [stroke(left, y(at), right, y(at), "grid") for at in places]
    shapes += [label(left - 8, y(at) + 4, mark(at), "end", "quiet") for at in places]
    for place, value in enumerate(values):
        x = left + (place + 0.5) * wide
        if value is None:
            shapes.append(label(x, bottom - 4, "✕", "middle", "bad"))
        else:
            box = _area(x - wide * 0.36, y(value), wide * 0.72, bottom - y(value))
            shapes.append(_rect("fill c1", box, 2))
        if len(values) <= 24 or (place + 1) % 10 == 0:
            shapes.append(label(x, bottom + 15, str(place + 1), "middle", "quiet"))
    told = ", ".join(figure(value) if value is not None else "nothing" for value in values)
    return svg(
        f"{name}{f' ({unit})' if unit else ''}, by visitor", 640, 114, *shapes, about=told, kind="plain"
    )


def plot(
    name: str, over: str, at: Sequence[float | None], lines: Mapping[str, Sequence[float | None]]
) -> Markup:
    """Lines over anything, with numbers at both axes."""
    left, right, top, bottom = 52.0, 620.0, 8.0, 150.0
    xs = [place for place in at if place is not None]
    ys = [value for line in lines.values() for value in line if value is not None]
    if not xs or not ys:
        return svg(name, 640, 24, label(8, 16, "no values", "start", "quiet"), kind="plain")
    x0, x1, y0, y1 = min(xs), max(xs), min(ys), max(ys)
    x1, y1 = (x1 if x1 > x0 else x0 + 1), (y1 if y1 > y0 else y0 + 1)

    def point(x: float, y: float) -> tuple[float, float]:
        return left + (x - x0) / (x1 - x0) * (right - left), bottom - (y - y0) / (y1 - y0) * (bottom - top)

    shapes = []
    for place in ticks(x0, x1, 8):
        x, _ = point(place, y0)
        shapes += [stroke(x, top, x, bottom, "grid"), label(x, bottom + 16, mark(place), "middle", "quiet")]
    for place in ticks(y0, y1, 4):
        _, y = point(x0, place)
        shapes += [stroke(left, y, right, y, "grid"), label(left - 6, y + 4, mark(place), "end", "quiet")]
    for nth, line in enumerate(lines.values(), 1):
        known = [point(x, y) for x, y in zip(at, line, strict=False) if x is not None and y is not None]
        shapes.append(course("M" + "L".join(f"{number(x)} {number(y)}" for x, y in known), f"curve c{nth}"))
    told = f"{', '.join(lines)} over {over}"
    return svg(f"{name}: {told}", 640, bottom + 24, *shapes, kind="plain")


def gauge(badness: float) -> Markup:
    """How near a value is to its bound: the dot is left of the line where it is good enough.

    badness: the excess over the bound as a part of it; -1 and 1 are the ends.
    """
    x = 50 + 44 * max(-1.0, min(1.0, badness))
    state = "bad" if badness > 0 else "good"
    return svg(
        "Distance to the bound",
        100,
        14,
        stroke(4, 7, 96, 7, "axis"),
        stroke(50, 1, 50, 13, "mark"),
        element("circle", {"class": f"dot {state}", "cx": x, "cy": 7, "r": 4.5}),
        about=f"{abs(badness):.0%} {'beyond' if badness > 0 else 'within'} it",
        kind="gauge",
    )


def _label(window: Window, at: float) -> Markup:
    x = window.x(at)
    anchor = "start" if x < 8 else "end" if x > WIDTH - 12 else "middle"
    return label(min(x, WIDTH - 2), 17, seconds_of(at, 10), anchor, "quiet")


def _columns(
    window: Window, peaks: Sequence[tuple[float, float]], every: float
) -> Iterator[tuple[float, float, float]]:
    """The peaks within a window, two units apart at least."""
    together = max(1, ceil(2 * window.length / WIDTH / every))
    first = round(window.start / every)
    last = min(len(peaks), round(window.end / every))
    for place in range(first, last, together):
        group = peaks[place : min(place + together, last)]
        yield window.x(place * every), min(low for low, _ in group), max(high for _, high in group)


def _run(window: Window, run: Sequence[tuple[float, float]], low: float, high: float, height: float) -> str:
    """The part of a line that lies in a window, with one point more on either side."""
    inside = [place for place, (at, _) in enumerate(run) if window.start <= at <= window.end]
    if not inside:
        return ""
    points = run[max(0, inside[0] - 1) : inside[-1] + 2]
    drawn = (
        f"{number(window.x(at))} {number(height - 3 - (value - low) / (high - low) * (height - 6))}"
        for at, value in points
    )
    return "M" + "L".join(drawn)


def _box(window: Window, start: float, end: float, y: float, height: float) -> dict[str, float]:
    left, right = window.x(max(start, window.start)), window.x(min(end, window.end))
    return _area(left, y, max(1.0, right - left), height)


def _area(x: float, y: float, width: float, height: float) -> dict[str, float]:
    return {"x": x, "y": y, "width": width, "height": height}


def _cut(text: str, width: float) -> str:
    """As much of a text as fits into so many units."""
    fits = int(width / LETTER)
    return text if len(text) <= fits else f"{text[: fits - 1].rstrip()}…" if fits > 2 else ""


def _rect(kind: str, box: Mapping[str, float], round_by: float = 0.0) -> Markup:
    return element("rect", {"class": kind, "rx": round_by or None, **box})


def stroke(x1: float, y1: float, x2: float, y2: float, kind: str) -> Markup:
    return element("line", {"class": kind, "x1": x1, "y1": y1, "x2": x2, "y2": y2})


def course(d: str, kind: str) -> Markup:
    return element("path", {"class": kind, "d": d}) if d else joined()


def label(x: float, y: float, text: str, anchor: str, kind: str = "") -> Markup:
    attributes = {"class": kind or None, "x": x, "y": y, "text-anchor": anchor}
    return element("text", attributes, text) if text else joined()
