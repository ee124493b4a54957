"""What is told of an entry: a line for each figure, how costs grow, and whether the machine was quiet.

Owns units and rounding for people. Pure.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any, Final, Literal

from visavis.evaluate.speed.growth import Growth, growth
from visavis.evaluate.speed.history import Entry, Figure
from visavis.evaluate.speed.sample import Sample, Spread, known, spread

Cost = Literal["seconds", "cpu"]

BUSY: Final = 0.5
"""The part of its processors that were in use before it began, from which on a machine is called busy."""

REAL_TIME: Final = "x real time"

HEAD: Final = ("", "median", "", "spread", "x reference", "processors", "memory", "threads", "")


@dataclass(frozen=True, slots=True)
class Summary:
    """A figure for people. value: in `unit`. ratio: so many references take as long as one amount."""

    figure: Figure
    unit: str
    value: Spread
    ratio: Spread
    cpu: Spread | None
    memory: Spread | None
    threads: Spread | None
    gpu: Spread | None

    @property
    def noisy(self) -> bool:
        """Whether its runs differ so much that the machine cannot have been quiet."""
        return self.value.wide


def summary(figure: Figure) -> Summary | None:
    """Of a figure; None where no run of it counts."""
    if not figure.samples:
        return None
    unit, scale = _unit(figure)
    samples = figure.samples
    return Summary(
        figure,
        unit,
        spread([scale * sample.value(figure.told) for sample in samples]),
        spread([sample.ratio for sample in samples]),
        known([sample.cpu for sample in samples]),
        known([sample.memory for sample in samples]),
        known([sample.threads for sample in samples]),
        known([sample.gpu for sample in samples]),
    )


def summaries(entry: Entry) -> tuple[Summary, ...]:
    """Of all figures that have runs, in their order."""
    return tuple(found for found in map(summary, entry.figures) if found is not None)


def growths(entry: Entry, cost: Cost = "seconds") -> Mapping[str, Growth]:
    """How a cost of each growing work grows, by its name: the time, or the work of processors."""
    works = dict.fromkeys(figure.work for figure in entry.figures if figure.size is not None)
    found = {work: growth(points(entry, work, cost)) for work in works}
    return {work: known for work, known in found.items() if known is not None}


def points(entry: Entry, work: str, cost: Cost = "seconds") -> list[tuple[float, float]]:
    """(size, cost) of all runs of a growing work; sizes that the amount tells better are taken from it."""
    figures = (figure for figure in entry.figures if figure.work == work and figure.size is not None)
    return [
        (size_of(figure, sample), sample.seconds if cost == "seconds" else sample.cpu or 0.0)
        for figure in figures
        for sample in figure.samples
    ]


def size_of(figure: Figure, sample: Sample) -> float:
    """A text of about sixty seconds has lasted so long as it came out."""
    return sample.amount if figure.grows == "seconds of speech" else figure.size or 0.0


def reference(entry: Entry) -> Spread | None:
    """Milliseconds of the reference, over all runs."""
    return known([1000 * sample.reference for figure in entry.figures for sample in figure.samples])


def conditions(entry: Entry) -> Iterator[str]:
    """Sentences about what makes these figures less than they seem."""
    yield from unrest(entry)
    if noisy := [found.figure.name for found in summaries(entry) if found.noisy]:
        yield f"spread too wide to tell a small change: {', '.join(noisy)}"


def unrest(entry: Entry) -> Iterator[str]:
    """Sentences about a machine that did other things as well: differences to others may come from them."""
    processors = int(entry.machine.get("processors", 0) or 0)
    if entry.load is not None and processors and entry.load > BUSY * processors:
        yield (
            f"the machine was busy: {entry.load:.1f} processes ran or waited for its {processors} processors "
            "when it began"
        )
    beside = reference(entry)
    if beside is not None and beside.wide:
        yield f"the reference itself spread by {beside.width:.0%}: the machine was not quiet"


def lines(entry: Entry) -> Iterator[str]:
    """The table: a line for each figure, then the reference, what failed, and how costs grow."""
    yield from table([HEAD, *map(_row, summaries(entry))])
    if (beside := reference(entry)) is not None:
        yield f"x reference: so many times as long as a fixed piece of work, here {short(beside.median)} ms"
    for figure in entry.figures:
        if figure.failed:
            yield f"{figure.name}: not measured{' any further' if figure.samples else ''}: {figure.failed}"
    for work, grown in growths(entry).items():
        yield f"{work} grows with {_grows(entry, work)}: {grown_words(grown)}"
        if worked := growths(entry, "cpu").get(work):
            yield f"  its work of processors: {grown_words(worked)}"


def grown_words(grown: Growth) -> str:
    """How a cost grows."""
    shape = "whether in proportion cannot be told" if grown.shape == "not known" else grown.shape
    return (
        f"exponent {grown.exponent:.2f} ± {grown.error:.2f}, {shape}; "
        f"{seconds(grown.once)} once and {seconds(grown.each)} for each"
    )


def seconds(value: float) -> str:
    """A time, in the unit that suits it."""
    for scale, unit in ((1.0, "s"), (1e3, "ms"), (1e6, "µs")):
        if abs(value) * scale >= 0.5:
            return f"{short(value * scale)} {unit}"
    return f"{short(value * 1e9)} ns" if value else "0 s"


def short(value: float) -> str:
    """Three digits, or all before the point."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def content(entry: Entry) -> dict[str, Any]:
    """All of it, for JSON."""
    return {
        "entry": asdict(entry),
        "summaries": [
            {"name": found.figure.name, "noisy": found.noisy, **_without_figure(found)}
            for found in summaries(entry)
        ],
        "reference_ms": (beside := reference(entry)) and asdict(beside),
        "growth": {work: asdict(grown) for work, grown in growths(entry).items()},
        "growth_of_cpu": {work: asdict(grown) for work, grown in growths(entry, "cpu").items()},
        "conditions": list(conditions(entry)),
    }


def _without_figure(found: Summary) -> dict[str, Any]:
    told = asdict(found)
    del told["figure"]
    return told


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows as lines, with each column as wide as it has to be; the first and the last begin at their left."""
    wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
    last = len(wide) - 1
    for row in rows:
        cells = (
            cell.ljust(width) if place in {0, 2, last} else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, wide, strict=True))
        )
        yield "  ".join(cells).rstrip()


def _row(found: Summary) -> tuple[str, ...]:
    value, gpu = found.value, found.gpu
    notes = [_note(name, number) for name, number in _also(found.figure).items()]
    if gpu is not None:
        notes.append(f"{gpu.median:.0f} MB of the GPU")
    if found.noisy:
        notes.append(f"NOISY: {value.width:.0%}")
    return (
        found.figure.name,
        short(value.median),
        found.unit,
        f"{short(value.least)} .. {short(value.most)}",
        short(found.ratio.median),
        f"{found.cpu.median:.2f} s" if found.cpu else "-",
        f"{found.memory.median:.0f} MB" if found.memory else "-",
        f"{found.threads.median:.0f}" if found.threads else "-",
        ", ".join(notes),
    )


def _note(name: str, number: float) -> str:
    """Such as "growth 0.34 MB/minute" of growth_mb_per_minute: what it is, how much, and its unit."""
    words = name.replace("mb", "MB").replace("_per_", "/").split("_")
    return " ".join([*words[:-1], short(number), words[-1]])


def _also(figure: Figure) -> dict[str, float]:
    names = dict.fromkeys(name for sample in figure.samples for name in sample.also)
    return {
        name: median(sample.also[name] for sample in figure.samples if name in sample.also) for name in names
    }


def _grows(entry: Entry, work: str) -> str:
    return next(figure.grows for figure in entry.figures if figure.work == work)


def _unit(figure: Figure) -> tuple[str, float]:
    """How a value is told, and what it is multiplied with for that."""
    if figure.told == "memory":
        return "MB", 1.0
    if figure.told == "rate":
        return (REAL_TIME if figure.unit.startswith("seconds") else f"{figure.unit}/s"), 1.0
    return "ms", 1000.0
