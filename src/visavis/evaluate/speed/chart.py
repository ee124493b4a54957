"""The history as one picture: each figure over commits, how costs grow, and memory over a long text.

Owns what is drawn where. Over commits stands the ratio to the reference, by which machines compare, or
megabytes where a work is known by its memory: lower is better. A dot is the median, the bar the middle half
of the runs, the thin line all of them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import log10
from typing import Final

from visavis.evaluate.report.charts import course, label, stroke, ticks
from visavis.evaluate.report.markup import Markup, element, joined, number
from visavis.evaluate.speed.comparing import comparable
from visavis.evaluate.speed.growth import Growth
from visavis.evaluate.speed.history import Entry, Figure
from visavis.evaluate.speed.sample import Spread
from visavis.evaluate.speed.summary import growths, short, size_of, summary

COMMITS: Final = 30
"""Of the newest entries that are shown."""

COLUMNS: Final = 3
WIDE: Final = 380.0
HIGH: Final = 190.0
GAP: Final = 20.0
MARGIN: Final = 24.0
LEFT, TOP, RIGHT, BOTTOM = 48.0, 44.0, 12.0, 40.0
"""Of a panel, around what is plotted."""

NARROWEST: Final = 0.3
"""The part of a value that an axis reaches over at least: below it, noise would look like change."""

STYLE: Final = """
:root { --ground: #fff; --panel: #f7f8fa; --ink: #1b1f26; --quiet: #667080; --grid: #e1e5ea;
  --c1: #2563c9; --c2: #c2571a; --c3: #1a8a5f; --c4: #8a3fb0; }
@media (prefers-color-scheme: dark) { :root { --ground: #14171c; --panel: #1c2027; --ink: #e8ebf0;
  --quiet: #98a2b0; --grid: #303742; --c1: #6ea8ff; --c2: #f0975a; --c3: #57cf9e; --c4: #c78be8; } }
text { font: 12px system-ui, sans-serif; fill: var(--ink); }
.title { font-size: 20px; font-weight: 600; } .section { font-size: 15px; font-weight: 600; }
.name { font-weight: 600; font-size: 13px; } .quiet { fill: var(--quiet); font-size: 11px; }
.ground { fill: var(--ground); } .panel { fill: var(--panel); } .grid { stroke: var(--grid); }
.line { fill: none; stroke-width: 1.5; } .fit { fill: none; stroke: var(--ink); }
.straight { fill: none; stroke: var(--quiet); stroke-dasharray: 3 4; }
.bar { stroke-width: 6; opacity: 0.35; } .all { stroke-width: 1; }
.changed { fill: var(--panel); stroke-width: 1.5; }
""" + "".join(f".s{n} {{ stroke: var(--c{n}); }} .f{n} {{ fill: var(--c{n}); }}\n" for n in (1, 2, 3, 4))


@dataclass(frozen=True, slots=True)
class Scale:
    """From values to places in a panel, evenly or by their logarithms."""

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool = False

    def at(self, value: float) -> float:
        """Where a value lies."""
        of: Callable[[float], float] = log10 if self.logarithmic else float
        span = of(self.high) - of(self.low)
        return self.start + (of(value) - of(self.low)) / (span or 1.0) * (self.end - self.start)


def chart(entries: Sequence[Entry]) -> str:
    """An SVG file's text, of entries from the oldest to the newest; at least one.

    What is comparable with the newest is shown, and of that the newest COMMITS; growth and memory are
    those of the newest that has measured them.
    """
    newest = entries[-1]
    shown = [entry for entry in entries if comparable(entry, newest)][-COMMITS:]
    machines = list(dict.fromkeys(_machine(entry) for entry in shown))
    grown = next((entry for entry in reversed(shown) if growths(entry)), newest)
    long = next((entry for entry in reversed(shown) if list(_memories(entry))), newest)
    sections = {
        "Over commits: so many times the reference (memory: megabytes), lower is better": list(
            _over_commits(shown, machines)
        ),
        f"As the work grows, at {grown.name}; dashed: in proportion": list(_growing(grown)),
        f"Memory over a long text, at {long.name}": list(_memories(long)),
    }
    drawn, y = [], 100.0
    for title, panels in sections.items():
        if panels:
            drawn.append(label(MARGIN, y, title, "start", "section"))
            drawn += [_placed(panel, place, y + 14) for place, panel in enumerate(panels)]
            y += 14 + (HIGH + GAP) * -(-len(panels) // COLUMNS) + 30
    width = 2 * MARGIN + COLUMNS * WIDE + (COLUMNS - 1) * GAP
    return "".join(
        element(
            "svg",
            {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {width:.0f} {y:.0f}", "role": "img"}
            | {"width": width, "height": y},
            element("title", {}, "visavis bench"),
            element("style", {}, Markup(STYLE)),
            element("rect", {"class": "ground", "width": "100%", "height": "100%"}),
            *_head(newest, machines),
            *drawn,
        )
    )


def _head(newest: Entry, machines: Sequence[str]) -> Iterator[Markup]:
    yield label(MARGIN, 40, "visavis bench", "start", "title")
    made = newest.made.replace("T", " ")[:16]
    yield label(MARGIN + 160, 40, f"newest: {newest.name}, {made} UTC", "start", "quiet")
    x = MARGIN
    for place, machine in enumerate(machines):
        yield element("circle", {"class": f"f{_colour(place)}", "cx": x + 5, "cy": 62, "r": 4})
        yield label(x + 14, 66, machine, "start", "quiet")
        x += 30 + 6.2 * len(machine)


def _over_commits(entries: Sequence[Entry], machines: Sequence[str]) -> Iterator[Markup]:
    """A panel for each figure that any of them has, by the order of the newest that has it."""
    keys = dict.fromkeys(f.key for entry in reversed(entries) for f in entry.figures if f.samples)
    for key in keys:
        found = [
            (place, entry, figure)
            for place, entry in enumerate(entries)
            for figure in entry.figures
            if figure.key == key and figure.samples
        ]
        yield _over(found, entries, machines)


def _over(
    found: Sequence[tuple[int, Entry, Figure]], entries: Sequence[Entry], machines: Sequence[str]
) -> Markup:
    told = {place: known for place, _, figure in found if (known := summary(figure)) is not None}
    ratios = {
        place: known.value if known.figure.told == "memory" else known.ratio for place, known in told.items()
    }
    low, high = _range([v for ratio in ratios.values() for v in (ratio.least, ratio.most)])
    across = Scale(-0.5, len(entries) - 0.5, LEFT, WIDE - RIGHT)
    up = Scale(low, high, HIGH - BOTTOM, TOP)
    newest = told[found[-1][0]]
    return joined(
        _heading(newest.figure.name, f"{short(newest.value.median)} {newest.unit}"),
        _levels(up),
        _commits(entries, across),
        *(_run(run, ratios, across, up, n) for n, run in _by_machine(found, machines)),
        *(
            _dot(across.at(place), ratios[place], up, _colour(machines.index(_machine(entry))), entry.changed)
            for place, entry, _ in found
        ),
    )


def _by_machine(
    found: Iterable[tuple[int, Entry, Figure]], machines: Sequence[str]
) -> Iterator[tuple[int, list[int]]]:
    """The places of each machine's entries, with its colour."""
    places = [(place, _machine(entry)) for place, entry, _ in found]
    for place, machine in enumerate(machines):
        yield _colour(place), [where for where, whose in places if whose == machine]


def _run(places: Sequence[int], ratios: dict[int, Spread], across: Scale, up: Scale, colour: int) -> Markup:
    line = [(across.at(place), up.at(ratios[place].median)) for place in places]
    return course(_through(line), f"line s{colour}") if len(line) > 1 else joined()


def _dot(x: float, ratio: Spread, up: Scale, colour: int, changed: bool) -> Markup:
    kind = f"changed s{colour}" if changed else f"f{colour}"
    return joined(
        stroke(x, up.at(ratio.least), x, up.at(ratio.most), f"all s{colour}"),
        stroke(x, up.at(ratio.low), x, up.at(ratio.high), f"bar s{colour}"),
        element("circle", {"class": kind, "cx": x, "cy": up.at(ratio.median), "r": 3.5}),
    )


def _commits(entries: Sequence[Entry], across: Scale) -> Markup:
    """Their names below, as many as there is room for, the newest always."""
    every = max(1, -(-len(entries) // 4))
    named = [(place, entry) for place, entry in enumerate(entries) if (len(entries) - 1 - place) % every == 0]
    return joined(
        *(
            label(min(across.at(place), WIDE - RIGHT - 28), HIGH - BOTTOM + 18, entry.name, "middle", "quiet")
            for place, entry in named
        )
    )


def _growing(entry: Entry) -> Iterator[Markup]:
    for work, grown in growths(entry).items():
        figures = [figure for figure in entry.figures if figure.work == work and figure.size is not None]
        yield _grown(work, figures, grown)


def _grown(work: str, figures: Sequence[Figure], grown: Growth) -> Markup:
    """Seconds over sizes, both by their logarithms: what grows in proportion lies along the dashed line."""
    points = [(size_of(f, sample), sample.seconds) for f in figures for sample in f.samples]
    sizes, costs = zip(*points, strict=True)
    across = Scale(min(sizes) / 1.3, max(sizes) * 1.3, LEFT, WIDE - RIGHT, logarithmic=True)
    up = Scale(min(costs) / 1.4, max(costs) * 1.4, HIGH - BOTTOM, TOP, logarithmic=True)
    largest = max(points)
    begin = max(min(sizes), up.low * largest[0] / largest[1])
    straight = [(size, largest[1] * size / largest[0]) for size in (begin, max(sizes))]
    fitted = [(size, grown.once + grown.each * size) for size in _steps(min(sizes), max(sizes))]
    marks = [size_of(figure, figure.samples[0]) for figure in figures if figure.samples]
    return joined(
        _heading(f"{work}: seconds over {figures[0].grows}", ""),
        *(label(across.at(x), HIGH - BOTTOM + 18, _size(x), "middle", "quiet") for x in marks),
        *(
            joined(
                stroke(LEFT, up.at(cost), WIDE - RIGHT, up.at(cost), "grid"),
                label(LEFT - 6, up.at(cost) + 4, short(cost), "end", "quiet"),
            )
            for cost in _powers(up.low, up.high)
        ),
        course(_through([(across.at(x), up.at(y)) for x, y in straight]), "straight"),
        course(_through([(across.at(x), up.at(y)) for x, y in fitted if y >= up.low]), "fit"),
        *(element("circle", {"class": "f1", "cx": across.at(x), "cy": up.at(y), "r": 3}) for x, y in points),
        label(
            LEFT,
            HIGH - 6,
            f"exponent {grown.exponent:.2f} ± {grown.error:.2f}: {grown.shape}",
            "start",
            "quiet",
        ),
    )


def _memories(entry: Entry) -> Iterator[Markup]:
    for figure in entry.figures:
        for sample in figure.samples[-1:]:
            if {"seconds", "mb"} <= set(sample.series):
                grown = sample.also.get("growth_mb_per_minute", 0.0)
                yield _memory(figure, sample.series["seconds"], sample.series["mb"], grown)


def _memory(figure: Figure, times: Sequence[float], resident: Sequence[float], grown: float) -> Markup:
    across = Scale(0, max(times), LEFT, WIDE - RIGHT)
    up = Scale(0, 1.1 * max(resident), HIGH - BOTTOM, TOP)
    line = [(across.at(x), up.at(y)) for x, y in zip(times, resident, strict=True)]
    return joined(
        _heading(figure.name, f"{grown:+.2f} MB a minute of speech"),
        _levels(up),
        *(
            label(across.at(x), HIGH - BOTTOM + 18, f"{short(x)} s", "middle", "quiet")
            for x in ticks(0, max(times), 5)
        ),
        course(_through(line), "line s1"),
        label(LEFT, HIGH - 6, "megabytes resident over seconds of work", "start", "quiet"),
    )


def _placed(panel: Markup, place: int, y: float) -> Markup:
    """A panel in its place, with its ground."""
    row, column = divmod(place, COLUMNS)
    x = MARGIN + column * (WIDE + GAP)
    ground = element("rect", {"class": "panel", "width": WIDE, "height": HIGH, "rx": 8})
    return element("g", {"transform": f"translate({x:.0f} {y + row * (HIGH + GAP):.0f})"}, ground, panel)


def _heading(name: str, value: str) -> Markup:
    told = label(WIDE - RIGHT, 24, value, "end", "quiet") if value else None
    return joined(label(14, 24, name, "start", "name"), told)


def _levels(up: Scale) -> Markup:
    return joined(
        *(
            joined(
                stroke(LEFT, up.at(level), WIDE - RIGHT, up.at(level), "grid"),
                label(LEFT - 6, up.at(level) + 4, short(level), "end", "quiet"),
            )
            for level in ticks(up.low, up.high, 4)
        )
    )


def _range(values: Sequence[float]) -> tuple[float, float]:
    """From the least to the most with room around, and over NARROWEST of them at least."""
    low, high = min(values), max(values)
    room = max(0.08 * (high - low), (NARROWEST * (low + high) / 2 - (high - low)) / 2)
    return max(0.0, low - room), high + room or 1.0


def _powers(low: float, high: float) -> list[float]:
    """1, 2 and 5 times powers of ten within, as many as are wanted for a few levels."""
    found = [
        times * 10.0**power
        for power in range(-6, 7)
        for times in (1, 2, 5)
        if low <= times * 10.0**power <= high
    ]
    return found[:: max(1, -(-len(found) // 5))]


def _steps(low: float, high: float) -> list[float]:
    return [low * (high / low) ** (n / 40) for n in range(41)]


def _size(size: float) -> str:
    """Pixels in millions, the rest as it is."""
    return f"{size / 1e6:.2f} M" if size >= 10_000 else short(size)


def _machine(entry: Entry) -> str:
    told = entry.machine
    return f"{told.get('processor', '?')}, {told.get('processors', '?')} processors"


def _colour(place: int) -> int:
    return place % 4 + 1


def _through(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points)
