"""The tables of a report: verdicts, figures over all scenarios, and each figure where it was found.

Owns what is put together how. Refuses to judge: good and bad are what `verdict` and `compare` say.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import inf
from statistics import median
from typing import Any, Final

from visavis.evaluate.metrics import Reading
from visavis.evaluate.report import charts
from visavis.evaluate.report.markup import Child, Markup, element, joined
from visavis.evaluate.report.words import change, count, figure, way
from visavis.evaluate.results import NOISE, NOISE_OF_TIMES, Meaning, Measured, Results, badness, values
from visavis.evaluate.verdict import Threshold

STATES: Final = ("fail", "not measured", "pass")
SIGNS: Final = {"fail": "✕", "not measured": "○", "pass": "✓"}
TRENDS: Final = {"worse": "▼ worse", "better": "▲ better", "other": "± changed", "same": "= same"}
LEVELS: Final = 4

MUCH: Final = 0.25
"""The part of a value by which another one has to be worse to be marked most."""

KINDS: Final = {"utterance": "Utterances", "conversation": "Conversations", "load": "Load"}


def anchors(results: Results) -> dict[str, str]:
    """The id of each scenario within the page."""
    return {found.name: f"scenario-{n}" for n, found in enumerate(results.scenarios, 1)}


def sign(state: str) -> Markup:
    """A state, seen and read."""
    return element("span", {"class": f"state {state.replace(' ', '-')}"}, f"{SIGNS.get(state, '○')} {state}")


def link(name: str, places: Mapping[str, str]) -> Markup:
    """A scenario's name, as a way to it."""
    if name not in places:
        return joined(name)
    return element("a", {"href": f"#{places[name]}"}, element("bdi", {}, name))


def threshold(verdict: Mapping[str, Any]) -> Threshold:
    """The bound that a verdict is about."""
    least, most, within = (verdict.get(key) for key in ("least", "most", "within"))
    return Threshold(
        verdict["metric"],
        -inf if least is None else least,
        inf if most is None else most,
        inf if within is None else within,
        verdict["over"],
        tuple(verdict["tags"]),
    )


def fails(verdicts: Sequence[Mapping[str, Any]], found: Measured, metrics: Mapping[str, Meaning]) -> set[str]:
    """The metrics of which a scenario is by itself not good enough."""
    return {
        verdict["metric"]
        for verdict in verdicts
        if verdict["over"] == "worst" and (not verdict["tags"] or set(verdict["tags"]) & set(found.tags))
        if (value := _value(found, verdict["metric"])) is not None
        if threshold(verdict).excess(value, metrics[verdict["metric"]].target or 0.0) > 0
    }


def verdicts(judged: Sequence[Mapping[str, Any]], places: Mapping[str, str]) -> Markup:
    """What fails, what was not measured, and what passes."""
    if not judged:
        return element("p", {}, "Nothing was judged: the evaluation was stopped before.")
    ordered = sorted(judged, key=lambda one: (STATES.index(one["state"]), -_known(one["badness"])))
    heads = ("", "What", "Found", "Wanted", "Where", "To its bound")
    return _table("Verdicts", heads, (_verdict(one, places) for one in ordered), "verdicts")


def _verdict(one: Mapping[str, Any], places: Mapping[str, str]) -> Markup:
    tags = element("small", {"class": "quiet"}, f" {', '.join(one['tags'])}") if one["tags"] else None
    about = sign(one["state"]), joined(one["title"], tags)
    state = {"class": one["state"].replace(" ", "-")}
    if one["value"] is None:
        whose = joined(link(one["scenario"], places), ": ") if one["scenario"] else None
        why = element("td", {"colspan": 4}, whose, _sentence(one["why"]))
        return element("tr", state, *_cells(about), why)
    where: Child = link(one["scenario"], places) if one["over"] == "worst" else "median"
    return element(
        "tr",
        state,
        *_cells(
            (
                *about,
                figure(one["value"], one["unit"]),
                one["wants"],
                where,
                charts.gauge(_known(one["badness"])),
            )
        ),
    )


def figures(results: Results, places: Mapping[str, str]) -> Markup:
    """Each metric over all scenarios, and against what was found before."""
    against = {key: results.judgement.get(key) for key in ("previous", "baseline")}
    known = {key: changes for key, changes in against.items() if changes}
    bad = {one["metric"] for one in results.judgement.get("verdicts", ()) if one["state"] == "fail"}
    heads = ("Figure", "Median", "Worst", "Where", "Of", *(f"Against the {key}" for key in known))
    told = [(name, dict(values(results, name))) for name in results.metrics]
    rows = (
        _figures(name, results.metrics[name], found, places, known, name in bad)
        for name, found in told
        if found
    )
    silent = [name for name, found in told if not found]
    return joined(
        *(_compared(key, changes) for key, changes in known.items()),
        _table("Figures", heads, rows, "figures"),
        _silent(results, silent),
    )


def _figures(
    name: str,
    metric: Meaning,
    found: Mapping[str, float],
    places: Mapping[str, str],
    known: Mapping[str, Mapping[str, Any]],
    bad: bool,
) -> Markup:
    worst = max(found, key=lambda scenario: badness(found[scenario], metric))
    least, most = min(found.values()), max(found.values())
    differ, judges = least != most, metric.better != "none"
    extent = f"{figure(least)} to {figure(most)}" if differ else figure(most, metric.unit)
    cells: list[Child] = [
        figure(median(found.values()), metric.unit),
        figure(found[worst], metric.unit) if judges else extent,
        link(worst, places) if len(found) == 1 or (judges and differ) else "–" if differ else "everywhere",
        str(len(found)),
        *(_moved(name, metric, changes["rows"]) for changes in known.values()),
    ]
    head = element("th", {"scope": "row"}, meaning(name, metric, sign("fail") if bad else None))
    return element("tr", {}, head, *_cells(cells))


def meaning(name: str, metric: Meaning, state: Markup | None = None) -> Markup:
    """A metric's title and state, and on demand what it is and what it cannot tell."""
    summary = element("summary", {}, f"{metric.title} ", state)
    return element("details", {"class": "meaning"}, summary, _meaning(name, metric))


def glossary(results: Results) -> Markup:
    """What all figures mean, for paper: there nothing unfolds."""
    entries = (
        element("div", {}, element("h3", {}, metric.title), _meaning(name, metric))
        for name, metric in results.metrics.items()
    )
    return element("div", {"class": "glossary"}, *entries)


def _meaning(name: str, metric: Meaning) -> Markup:
    """What a metric is, and what it cannot tell."""
    facts = (
        ("Name", element("code", {}, name)),
        ("Better", way(metric.better, metric.target, metric.unit)),
        ("Comes from", _sentence(metric.source)),
        ("Cannot tell", _sentence(metric.limits)),
        ("Depends on this machine's speed", "yes" if metric.timing else "no"),
    )
    pairs = (joined(element("dt", {}, key), element("dd", {}, value)) for key, value in facts)
    return element("dl", {}, *pairs)


def _moved(name: str, metric: Meaning, rows: Sequence[Mapping[str, Any]]) -> Child:
    """How a metric has changed: its median, or the scenarios in which it has."""
    found = [row for row in rows if row["metric"] == name and row["change"] is not None]
    if not found:
        return "–"
    if len(found) == 1:
        return _trend(found[0], metric)
    moved = [row for row in found if row["trend"] != "same"]
    if not moved:
        return element("span", {"class": "quiet"}, "= same")
    told = [
        element("span", {"class": trend}, f"{word[0]} {amount} {word[2:]} ")
        for trend, word in TRENDS.items()
        if (amount := sum(row["trend"] == trend for row in moved))
    ]
    lines = (
        element("li", {}, element("bdi", {}, row["scenario"]), ": ", _trend(row, metric)) for row in moved
    )
    return element(
        "details",
        {"class": "unfolds"},
        element("summary", {}, *told),
        element("ul", {"class": "plain"}, *lines),
    )


def _trend(row: Mapping[str, Any], metric: Meaning) -> Markup:
    return element(
        "span",
        {"class": row["trend"]},
        f"{change(row['change'], metric.unit)} ",
        element("small", {}, TRENDS[row["trend"]]),
    )


def _compared(key: str, changes: Mapping[str, Any]) -> Markup:
    machine = (
        "the same machine" if changes["same_machine"] else "another machine, so times are not comparable"
    )
    subject = (
        None
        if changes.get("same_subject", True)
        else element("b", {}, " Other engines, another voice or another face: what differs is theirs.")
    )
    made = changes["made"].replace("T", " ").replace("+00:00", " UTC")
    return element(
        "p",
        {"class": "quiet"},
        f"The {key} results are of {made}, version {changes['version']}, ",
        f"commit {changes['commit'] or 'unknown'}, on {machine}.",
        subject,
    )


def _silent(results: Results, names: Sequence[str]) -> Markup | None:
    """Metrics that nowhere gave a figure, with why."""
    rows = []
    for name in names:
        readings = [found.readings[name] for found in results.scenarios if name in found.readings]
        why = next(
            (reading.note for reading in readings if reading.note),
            "no scenario was performed that it is about",
        )
        head = element("th", {"scope": "row"}, meaning(name, results.metrics[name]))
        rows.append(element("tr", {}, head, element("td", {}, _sentence(why))))
    if not rows:
        return None
    return joined(
        element("h3", {}, "Not measured"), _table("Not measured", ("Figure", "Why"), rows, "silent")
    )


def maps(results: Results, places: Mapping[str, str]) -> Iterator[Markup]:
    """For each kind of scenario, each figure where it was found; the worse, the darker."""
    kinds = dict.fromkeys(found.kind for found in results.scenarios)
    judged = results.judgement.get("verdicts", ())
    for kind in kinds:
        found = [one for one in results.scenarios if one.kind == kind and one.readings]
        names = [name for name in results.metrics if any(_value(one, name) is not None for one in found)]
        if names:
            bad = {one.name: fails(judged, one, results.metrics) for one in found}
            heads = [
                element(
                    "th", {"scope": "col", "class": "upright"}, element("span", {}, link(one.name, places))
                )
                for one in found
            ]
            rows = [_heat(name, results.metrics[name], found, bad) for name in names]
            head = element("thead", {}, element("tr", {}, element("td"), *heads))
            caption = element("caption", {}, f"{KINDS.get(kind, kind.title())} ({len(found)})")
            table = element("table", {"class": "map"}, caption, head, element("tbody", {}, *rows))
            yield scrolling(f"Where: {KINDS.get(kind, kind.title())}", table)


def _heat(name: str, metric: Meaning, found: Sequence[Measured], bad: Mapping[str, set[str]]) -> Markup:
    known = {one.name: value for one in found if (value := _value(one, name)) is not None}
    deep = levels(known, metric)
    cells = []
    for one in found:
        if one.name not in known:
            note = one.readings[name].note if name in one.readings else ""
            cells.append(element("td", {"class": "none", "title": note or None}, "–" if note else ""))
            continue
        fail = name in bad[one.name]
        shown = joined(
            element("span", {"class": "bad"}, "✕", element("span", {"class": "hidden"}, "fails "))
            if fail
            else None,
            figure(known[one.name]),
        )
        cells.append(element("td", {"class": f"h{deep[one.name]}"}, shown))
    unit = element("small", {"class": "quiet"}, f" {metric.unit}") if metric.unit else None
    return element("tr", {}, element("th", {"scope": "row"}, metric.title, unit), *cells)


def levels(found: Mapping[str, float], metric: Meaning) -> dict[str, int]:
    """How bad each value is among the others: 0, the best, to LEVELS; 0 for all where they are the same."""
    worth = {name: badness(value, metric) for name, value in found.items()}
    low, high = min(worth.values()), max(worth.values())
    size = max(abs(value) for value in found.values())
    noise = max(metric.same_within, (NOISE_OF_TIMES if metric.timing else NOISE) * size)
    if metric.better == "none" or high - low <= noise:
        return dict.fromkeys(found, 0)
    extent = max(high - low, MUCH * size)
    return {name: round(LEVELS * (value - low) / extent) for name, value in worth.items()}


def readings(found: Measured, results: Results) -> Markup:
    """All that was measured of one scenario, and what could not be told."""
    bad = fails(results.judgement.get("verdicts", ()), found, results.metrics)
    known = [(name, one) for name, one in found.readings.items() if name in results.metrics]
    told = (_told(results.metrics[name], one, name in bad) for name, one in known if one.value is not None)
    silent = [(results.metrics[name], one) for name, one in known if one.value is None]
    reasons = (
        element("li", {}, element("b", {}, metric.title), ": ", _sentence(one.note or "nobody says why"))
        for metric, one in silent
    )
    summary = element("summary", {}, f"{count(len(silent), 'figure')} could not be told")
    rest = (
        element("details", {"class": "unfolds"}, summary, element("ul", {"class": "plain"}, *reasons))
        if silent
        else None
    )
    return joined(element("ul", {"class": "readings"}, *told), rest)


def _told(metric: Meaning, reading: Reading, bad: bool) -> Markup:
    note = element("small", {"class": "quiet"}, reading.note) if reading.note else None
    value = element("b", {}, figure(reading.value, metric.unit))
    return element(
        "li",
        {"class": "fail" if bad else None},
        element("span", {}, metric.title),
        note,
        value,
        sign("fail") if bad else None,
    )


def counts(results: Results) -> Markup:
    """How much of everything there is."""
    judged = results.judgement.get("verdicts", ())
    tiles = (
        [
            (str(amount := sum(one["state"] == state for one in judged)), word, state if amount else "")
            for state, word in (("fail", "not met"), ("pass", "met"), ("not measured", "not measured"))
        ]
        if judged
        else []
    )
    measured = sum(any(True for _ in values(results, name)) for name in results.metrics)
    tiles.append(
        (str(len(results.scenarios)), "scenarios" if len(results.scenarios) != 1 else "scenario", "")
    )
    tiles.append((f"{measured}", f"of {count(len(results.metrics), 'metric')} gave figures", ""))
    shown = (
        element(
            "li", {"class": f"tile {state.replace(' ', '-')}".strip()}, element("b", {}, amount), f" {words}"
        )
        for amount, words, state in tiles
    )
    return element("ul", {"class": "tiles"}, *shown)


def _value(found: Measured, metric: str) -> float | None:
    reading = found.readings.get(metric)
    return None if reading is None else reading.value


def _table(name: str, heads: Sequence[str], rows: Iterable[Markup], kind: str) -> Markup:
    head = element(
        "tr", {}, *(element("th", {"scope": "col"}, name) if name else element("td") for name in heads)
    )
    table = element("table", {"class": kind}, element("thead", {}, head), element("tbody", {}, *rows))
    return scrolling(name, table)


def scrolling(name: str, table: Markup) -> Markup:
    """A table that can be scrolled to the side, by keys too: it is as wide as it has to be."""
    return element("div", {"class": "wide", "tabindex": 0, "role": "region", "aria-label": name}, table)


def _cells(contents: "Sequence[Child]") -> list[Markup]:
    return [element("td", {}, content) for content in contents]


def _known(value: float | None) -> float:
    """A badness; JSON has no infinity, and only what was not performed is that bad."""
    return inf if value is None else value


def _sentence(text: str) -> str:
    """With a capital letter and a full stop."""
    shown = text[:1].upper() + text[1:]
    return shown if shown.endswith((".", "!", "?")) or not shown else f"{shown}."
