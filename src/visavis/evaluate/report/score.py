"""A clip, read like a score: stills, phones, curves, sound and who speaks, drawn under each other on one time
axis that breaks into rows.

One row is as many seconds in every scenario of a kind, so that scenarios can be held against each other. Owns
the order of lanes; refuses to know metrics: a curve is what has times.
"""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from visavis.evaluate.report import charts
from visavis.evaluate.report.charts import WIDTH, Bar, Window
from visavis.evaluate.report.clips import PEAKS, STILL, Clip
from visavis.evaluate.report.markup import Markup, Value, element, joined
from visavis.evaluate.report.tracks import EXPECTED, Curves, Scale, pieces, shared
from visavis.evaluate.report.words import mark, seconds

SHOWN: Final = 2
"""Curves that are shown before somebody asks for more."""

MOST_CURVES: Final = 8
"""page.css can hide so many."""

CLOSING: Final = "p", "b", "m"
"""Sounds that lips close for; theirs are the moments at which a mouth has to be shut."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One kind of thing over the time. kind: a class of page.css."""

    kind: str
    label: Markup
    drawn: Mapping[int, Markup]


@dataclass(frozen=True, slots=True)
class Speaking:
    """Somebody's bars, and moments beside them."""

    name: str
    bars: tuple[Bar, ...]
    marks: tuple[Bar, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is to be drawn of one scenario. row: seconds of one. end: of all, in seconds."""

    clip: Clip
    row: float
    end: float
    phones: Sequence[tuple[str, float, float]] = ()
    spoken: Sequence[tuple[str, float, float]] = ()
    speaking: Sequence[Speaking] = ()
    curves: Sequence[Curves] = ()

    @property
    def windows(self) -> list[Window]:
        """The rows."""
        return [Window(n * self.row, self.row) for n in range(max(1, ceil(self.end / self.row - 1e-6)))]


def score(sheet: Sheet, scales: Mapping[tuple[str, str], Scale]) -> Markup | None:
    """All rows, and what can be chosen to be seen in them; None where there is nothing to draw."""
    if sheet.end <= 0:
        return None
    lanes = list(_lanes(sheet, scales))
    rows = [_row(window, n, lanes) for n, window in enumerate(sheet.windows)]
    shown = {"class": "score", "data-end": f"{sheet.end:.3f}", "data-held": f"{sheet.clip.held:.3f}"}
    return element("div", shown, _picks(sheet.curves[:MOST_CURVES]), element("div", {"class": "rows"}, rows))


def _row(window: Window, place: int, lanes: Sequence[Lane]) -> Markup:
    drawn = (
        element(
            "div",
            {"class": f"lane {lane.kind}"},
            element("div", {"class": "label"}, lane.label),
            lane.drawn[place],
        )
        for lane in lanes
        if place in lane.drawn
    )
    about = {"class": "lanes", "data-start": f"{window.start:g}", "data-length": f"{window.length:g}"}
    return element("div", about, *drawn, element("div", {"class": "cursor", "hidden": True}))


def _lanes(sheet: Sheet, scales: Mapping[tuple[str, str], Scale]) -> Iterator[Lane]:
    windows = dict(enumerate(sheet.windows))
    if sheet.clip.strips:
        strips = dict(enumerate(sheet.clip.strips))
        yield Lane("film", joined("Stills"), {n: _film(content) for n, content in strips.items()})
    for who in sheet.speaking:
        drawn = {n: charts.lane(who.name, window, who.bars, who.marks) for n, window in windows.items()}
        yield Lane("talk", joined(who.name), drawn)
    if len({language for language, *_ in sheet.spoken}) > 1:
        bars = [Bar(start, end, language, "tongue") for language, start, end in sheet.spoken]
        yield Lane(
            "talk", joined("Language"), {n: charts.lane("Language", w, bars) for n, w in windows.items()}
        )
    closed = frozenset(symbol for symbol, *_ in sheet.phones if symbol.startswith(CLOSING))
    if sheet.phones:
        boxes = {n: charts.phones(window, sheet.phones, closed) for n, window in windows.items()}
        yield Lane("spelled", joined("Phones"), boxes)
    bands = [(start, end) for symbol, start, end in sheet.phones if symbol in closed]
    for place, curves in enumerate(sheet.curves[:MOST_CURVES], 1):
        closures = bands if EXPECTED in curves.lines else ()
        yield _curves(curves, place, windows, shared(curves, scales), closures)
    if sheet.clip.peaks:
        waves = {n: charts.wave(window, sheet.clip.peaks, 1 / PEAKS) for n, window in windows.items()}
        yield Lane("sound", joined("Sound"), waves)
    every = 0.5 if sheet.row <= 6 else 1.0
    yield Lane("time", joined("Time"), {n: charts.axis(window, every) for n, window in windows.items()})


def _curves(
    curves: Curves,
    place: int,
    windows: Mapping[int, Window],
    scales: Mapping[str, Scale],
    bands: Sequence[tuple[float, float]],
) -> Lane:
    lines = {name: list(pieces(curves, name)) for name in curves.lines if name in scales}
    drawn = {n: charts.curves(window, lines, scales, bands) for n, window in windows.items()}
    legend = (
        element(
            "span",
            {"class": "key"},
            element("span", {"class": f"swatch c{n}"}),
            f"{name} ",
            element("small", {}, f"{mark(low)} to {mark(high)}"),
        )
        for n, (name, (low, high)) in enumerate(scales.items(), 1)
    )
    return Lane(f"curves lane-{place}", joined(element("b", {}, curves.title), *legend), drawn)


def _picks(curves: Sequence[Curves]) -> Markup | None:
    """What curves are to be seen; works without a script."""
    if len(curves) < 2:
        return None
    boxes = (
        element(
            "label",
            {},
            element("input", {"type": "checkbox", "class": f"pick-{n}", "checked": n <= SHOWN}),
            f" {one.title}",
        )
        for n, one in enumerate(curves, 1)
    )
    return element("fieldset", {"class": "picks"}, element("legend", {}, "Curves"), *boxes)


def _film(strip: bytes) -> Markup:
    """A strip of stills as wide as its time: its picture's width is a part of WIDTH pixels."""
    place: dict[str, Value] = {
        "href": embedded("image/webp", strip),
        "height": STILL,
        "width": webp_width(strip),
    }
    return charts.svg("Stills", WIDTH, STILL, element("image", place))


def webp_width(content: bytes) -> int:
    """The width of a WebP picture as our encoder writes it: lossy, simple (RFC 9649, 2.5; RFC 6386, 9.1)."""
    return int.from_bytes(content[26:28], "little") & 0x3FFF


def embedded(kind: str, content: bytes) -> str:
    """A file as an address."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def player(clip: Clip, name: str) -> Markup:
    """Where a clip is played, or why it is not."""
    if clip.trouble:
        return element("p", {"class": "trouble"}, f"There is no player: {clip.trouble}.")
    if not clip.player:
        return element(
            "p", {"class": "trouble"}, "There is no player: this page would have become too large."
        )
    width, height = clip.size
    said: dict[str, Value] = {
        "controls": True,
        "playsinline": True,
        "preload": "metadata",
        "width": width,
        "height": height,
    }
    video = element(
        "video", said | {"aria-label": f"Clip of {name}", "src": embedded("video/mp4", clip.player)}
    )
    part = clip.seconds - clip.held
    note = (
        element("p", {"class": "quiet"}, f"The first {seconds(clip.held)} of {seconds(clip.seconds)}.")
        if part > 0.05
        else None
    )
    return joined(video, note)
