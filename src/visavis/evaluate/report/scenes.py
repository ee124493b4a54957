"""One scenario in a report: what was said, its player and score, its figures, and where the time went.

What can be shown is told by the facts that are there, and not by the scenario's kind.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

from visavis.evaluate.report import charts, tables, talks, tracks
from visavis.evaluate.report.clips import Clip
from visavis.evaluate.report.markup import Child, Markup, element, joined
from visavis.evaluate.report.score import Sheet, player, score
from visavis.evaluate.report.tracks import Scale
from visavis.evaluate.report.words import count, figure, seconds
from visavis.evaluate.results import Measured, Results

ROW, TALK_ROW = 5.0, 15.0
"""Seconds of a row, of an utterance and of a conversation."""

MOST, TALK_MOST = 24.0, 60.0
"""Seconds of a clip that a page holds."""

LETTERS: Final = 900
"""Of a text that are shown at once, and of one that can be opened."""
ALL_LETTERS: Final = 12_000


@dataclass(frozen=True, slots=True)
class Scene:
    """A scenario with what a page holds of its video."""

    found: Measured
    clip: Clip
    place: str


def row_of(found: Measured) -> float:
    """Seconds of a row."""
    return TALK_ROW if "exchanges" in found.facts else ROW


def most_of(found: Measured) -> float:
    """Seconds of the clip that a page may hold."""
    return TALK_MOST if "exchanges" in found.facts else MOST


def scene(shown: Scene, results: Results, scales: Mapping[tuple[str, str], Scale]) -> Markup:
    """All of one scenario."""
    found = shown.found
    bad = tables.fails(results.judgement.get("verdicts", ()), found, results.metrics)
    state = "fail" if bad or (found.failed and not found.unable) else ""
    about = {"class": "scene", "id": shown.place, "aria-labelledby": f"{shown.place}-title"}
    return element("article", about, _head(shown, state), *_body(shown, results, scales))


def _head(shown: Scene, state: str) -> Markup:
    found = shown.found
    words = dict.fromkeys((found.kind, found.language, *found.tags))
    return element(
        "header",
        {},
        element("h3", {"id": f"{shown.place}-title"}, element("bdi", {}, found.title)),
        element("code", {}, found.name),
        element(
            "ul",
            {"class": "chips", "aria-label": "kind, language and tags"},
            *(element("li", {}, word) for word in words),
        ),
        tables.sign(state) if state else None,
    )


def _body(shown: Scene, results: Results, scales: Mapping[tuple[str, str], Scale]) -> Iterator[Child]:
    found = shown.found
    if found.failed:
        yield element("p", {"class": "trouble"}, f"It was not performed: {found.failed}.")
    if "exchanges" not in found.facts:
        yield text(found)
    sheet = _sheet(shown, results)
    drawn = score(sheet, scales)
    if drawn is not None:
        beside = element(
            "div", {"class": "playing"}, player(shown.clip, found.title), _facts(found, shown.clip)
        )
        yield element("div", {"class": "stage"}, beside, drawn)
    if turns := found.facts.get("exchanges"):
        yield element("h4", {}, talks.summary(turns))
        yield talks.exchanges(turns, found.title, found.language)
        yield talks.events(found.facts.get("events", ()))
    if found.readings or found.facts:
        yield element("div", {"class": "plots"}, *_plots(found, results))
        yield tables.readings(found, results) if found.readings else None


def text(found: Measured) -> Markup | None:
    """What was to be said; the rest of a long text is folded away, and what is longer still is left out."""
    said = found.text
    if not said.strip():
        return None
    about = {"class": "said", "lang": found.language, "dir": "auto"}
    if len(said) <= LETTERS:
        return element("blockquote", about, said)
    kept = said[:ALL_LETTERS]
    left = len(said) - len(kept)
    rest = joined(kept[LETTERS:], f"… ({count(left, 'letter')} more)" if left else None)
    summary = element("summary", {}, f"the whole text, {count(len(said), 'letter')}")
    more = element("details", {}, summary, element("blockquote", about, "… ", rest))
    return joined(element("blockquote", about, f"{said[:LETTERS]} …"), more)


def _sheet(shown: Scene, results: Results) -> Sheet:
    facts, clip = shown.found.facts, shown.clip
    turns = facts.get("exchanges", ())
    known = float(facts.get("seconds", 0.0)) if "phones" in facts else 0.0
    told = facts.get("events", ())
    end = max(clip.held, talks.end(turns, told)) if turns else clip.held or min(known, MOST)
    return Sheet(
        clip,
        row_of(shown.found),
        end,
        _spans(facts.get("phones", ())),
        _spans(facts.get("spoken", ())),
        talks.speaking(turns, told) if turns else (),
        tracks.timelines(shown.found.readings, results.metrics) if end else (),
    )


def _spans(found: Sequence[Sequence[Any]]) -> tuple[tuple[str, float, float], ...]:
    return tuple((str(name), float(start), float(end)) for name, start, end in found)


def _facts(found: Measured, clip: Clip) -> Markup | None:
    """What a video is, in a few words."""
    facts = found.facts
    size = facts.get("size")
    pairs = [
        ("Length", seconds(clip.seconds) if clip.seconds else ""),
        ("Pictures", f"{size[0]} × {size[1]}, {facts['fps']}/s" if size and "fps" in facts else ""),
        (
            "Phones from",
            {"voice": "the voice", "reading": "a reading along"}.get(facts.get("aligned", ""), ""),
        ),
        ("Made in all", seconds(facts["whole"]) if facts.get("begins") else ""),
        ("Shown from", seconds(facts["begins"]) if facts.get("begins") else ""),
    ]
    shown = (joined(element("dt", {}, key), element("dd", {}, value)) for key, value in pairs if value)
    listed = joined(*shown)
    return element("dl", {"class": "facts"}, listed) if listed else None


def _plots(found: Measured, results: Results) -> Iterator[Markup]:
    facts = found.facts
    if stages := facts.get("stages"):
        marks = {"first picture": facts.get("first"), "done": facts.get("took")}
        known = {name: float(at) for name, at in marks.items() if at}
        spans = {name: (float(start), float(end)) for name, (start, end) in facts.get("spans", {}).items()}
        note = (
            "From the first to the last work of each stage; the darker, the busier it was."
            if spans
            else "The work of each stage; stages run beside each other, and when is not known."
        )
        yield _figure("Where the time went", charts.waterfall(stages, spans, known), note)
    if pieces := facts.get("arrivals"):
        times = [(float(came), float(start), float(length)) for came, start, length in pieces]
        key = joined(
            _key(1, "came"),
            _key(2, "played"),
            element("span", {"class": "key"}, element("span", {"class": "swatch stall"}), "waited"),
        )
        yield _figure("As it came, and as it was played", charts.arrivals(times), key)
    if sessions := facts.get("sessions"):
        yield from _crowd(facts, sessions)
    if not sheet_has_time(found):
        for curves in tracks.timelines(found.readings, results.metrics):
            yield _plot(curves)
    for curves in tracks.grids(found.readings, results.metrics):
        yield _plot(curves)
    for heap in tracks.heaps(found.readings, results.metrics):
        if len(heap.values) > FEW:
            yield _figure(heap.words, charts.histogram(heap.words, heap.values, heap.unit))


FEW: Final = 5
"""So many values make no histogram."""


def sheet_has_time(found: Measured) -> bool:
    """Whether curves over time are in a score."""
    return "phones" in found.facts or "exchanges" in found.facts


def _plot(curves: tracks.Curves) -> Markup:
    key = joined(*(_key(n, name) for n, name in enumerate(curves.lines, 1)))
    over = f"{curves.title}, over {curves.over}"
    return _figure(over, charts.plot(curves.title, curves.over, curves.at, curves.lines), key)


def _crowd(facts: Mapping[str, Any], sessions: Sequence[Mapping[str, Any]]) -> Iterator[Markup]:
    """What each of many visitors got."""
    let_in = [one for one in sessions if not one["refused"]]
    told = [f"{count(len(sessions), 'visitor')} for {seconds(facts['seconds'])}, {len(let_in)} let in"]
    if facts.get("processor") is not None:
        told.append(f"the server used {figure(facts['processor'])} processors")
    if facts.get("memory") is not None:
        told.append(f"and {figure(facts['memory'] / 2**20, 'MiB')}")
    yield element("p", {}, f"{', '.join(told)}.")

    def column(what: str) -> list[float | None]:
        return [None if one["refused"] else float(one[what]) for one in sessions]

    yield _figure("Pictures a second", charts.columns("Pictures", column("pictures"), "1/s"))
    yield _figure("Pieces of sound a second", charts.columns("Pieces of sound", column("sounds"), "1/s"))
    firsts = [1000 * median(one["firsts"]) if one["firsts"] else None for one in sessions]
    yield _figure("Until the first chunk, median, ms", charts.columns("First chunk", firsts, "ms"))
    gaps = [None if one["refused"] else 1000 * sum(one["gaps"]) for one in sessions]
    yield _figure("Nothing to play, ms in all", charts.columns("Gaps", gaps, "ms"))
    refused = [f"{n}: {one['refused']}" for n, one in enumerate(sessions, 1) if one["refused"]]
    if refused:
        yield element("p", {"class": "quiet"}, f"Not let in: {'; '.join(refused)}.")


def _figure(name: str, chart: Markup, note: Child = None) -> Markup:
    caption = element(
        "figcaption", {}, element("b", {}, name), element("span", {"class": "quiet"}, note) if note else None
    )
    return element("figure", {}, caption, chart)


def _key(place: int, name: str) -> Markup:
    return element("span", {"class": "key"}, element("span", {"class": f"swatch c{place}"}), name)
