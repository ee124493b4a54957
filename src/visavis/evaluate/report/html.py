"""The page: one file that asks nobody for anything, and is readable without scripts and on paper.

Owns its order and its policy. All figures come from results; all shapes from `charts`.
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from visavis.evaluate.report import charts, tables, tracks
from visavis.evaluate.report.markup import Child, Markup, element
from visavis.evaluate.report.scenes import FEW, Scene, scene
from visavis.evaluate.report.words import count, figure
from visavis.evaluate.results import Results

HERE: Final = Path(__file__).parent

ICON: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" '
    'fill="#0b7268"/><path d="M13.2 7.5A8.6 8.6 0 0 0 13.2 24.5Z" fill="#fff"/>'
    '<path d="M18.8 7.5A8.6 8.6 0 0 1 18.8 24.5Z" fill="#8ff0df"/></svg>'
)

OPEN: Final = "Open a figure to read where it comes from and what it cannot tell."
HEAT: Final = "The darker, the worse among those beside it; ✕ is not good enough, – could not be told."
LINES: Final = "The strong line is the median; dashed ones are bounds of what is good enough."


def page(results: Results, scenes: Sequence[Scene], left_out: str = "") -> str:
    """The whole page; left_out: what is not on it, in sentences. Blocks, to read its style and script."""
    style, script = ((HERE / name).read_text("utf-8") for name in ("page.css", "page.js"))
    head = element(
        "head",
        {},
        element("meta", {"charset": "utf-8"}),
        element("meta", {"http-equiv": "Content-Security-Policy", "content": policy(style, script)}),
        element("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        element("meta", {"name": "color-scheme", "content": "light dark"}),
        element("title", {}, f"visavis evaluation, {_when(results)}"),
        element("style", {}, Markup(style)),
    )
    places = tables.anchors(results)
    body = element(
        "body",
        {},
        element("a", {"class": "skip", "href": "#main"}, "to the verdicts"),
        _header(results),
        element("main", {"id": "main"}, *_sections(results, scenes, places, left_out)),
        _footer(),
        element("script", {}, Markup(script)),
    )
    return f"<!DOCTYPE html>\n{element('html', {'lang': 'en'}, head, body)}\n"


def policy(style: str, script: str) -> str:
    """What the page may do: nothing but what is in it."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "img-src data:; media-src data: blob:; base-uri 'none'; form-action 'none'"
    )


def _hash(content: str) -> str:
    """Content Security Policy Level 3, 2.3.1, hash-source."""
    return f"sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}"


def _header(results: Results) -> Markup:
    summary = results.judgement.get("summary", "it was stopped before anything was judged")
    return element(
        "header",
        {"class": "top"},
        element(
            "div",
            {"class": "bar"},
            element(
                "p",
                {"class": "brand"},
                Markup(
                    ICON.replace(' xmlns="http://www.w3.org/2000/svg"', ' class="icon" aria-hidden="true"')
                ),
                "visavis",
            ),
            element("button", {"type": "button", "class": "theme", "hidden": True}, "Theme"),
        ),
        element("h1", {}, "How good it is"),
        element("p", {"class": f"summary {_state(results)}"}, summary[:1].upper() + summary[1:], "."),
        tables.counts(results),
        _about(results),
        _contents(results),
    )


def _state(results: Results) -> str:
    """A class for all of it: good is only what is complete, and of which something was measured."""
    states = {one["state"] for one in results.judgement.get("verdicts", ())}
    return "fail" if "fail" in states else "pass" if "pass" in states and results.complete else "not-measured"


def _about(results: Results) -> Markup:
    """What was evaluated, where and when."""
    machine = results.machine
    pairs: list[tuple[str, Child]] = [
        *((key, _settings(value)) for key, value in results.configuration.items()),
        ("version", f"{results.version}, commit {results.commit or 'unknown'}"),
        ("when", _when(results)),
        ("machine", ", ".join(_machine(machine))),
        ("seed", str(results.seed)),
    ]
    shown = (element("div", {}, element("dt", {}, key), element("dd", {}, value)) for key, value in pairs)
    return element("dl", {"class": "about"}, *shown)


def _settings(value: Any) -> Child:
    if not isinstance(value, Mapping):
        return element("bdi", {}, str(value))
    return ", ".join(f"{key} {_plain(found)}" for key, found in value.items())


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _machine(machine: Mapping[str, Any]) -> list[str]:
    words = {
        "processors": count(int(machine.get("processors", 0)), "processor"),
        "memory": f"{figure(machine.get('memory', 0) / 1024, 'GiB')} memory",
        "python": f"Python {machine.get('python')}",
    }
    return [words.get(key, str(value)) for key, value in machine.items() if value]


def _contents(results: Results) -> Markup:
    parts = [
        ("verdicts", "Verdicts"),
        ("figures", "Figures"),
        ("where", "Where"),
        ("spread", "Spread"),
        ("scenarios", "Scenarios"),
    ]
    if not _spread(results):
        parts.remove(("spread", "Spread"))
    links = (element("li", {}, element("a", {"href": f"#{place}"}, name)) for place, name in parts)
    return element("nav", {"aria-label": "Contents"}, element("ul", {}, *links))


def _sections(
    results: Results, scenes: Sequence[Scene], places: Mapping[str, str], left_out: str
) -> Iterator[Markup]:
    scales = tracks.scales(results)
    verdicts = results.judgement.get("verdicts", ())
    yield _section("verdicts", "Verdicts", "", tables.verdicts(verdicts, places))
    yield _section("figures", "Figures", OPEN, tables.figures(results, places))
    yield _section("where", "Where", HEAT, *tables.maps(results, places))
    if spread := _spread(results):
        yield _section("spread", "Spread", LINES, element("div", {"class": "spread"}, *spread))
    drawn = (scene(shown, results, scales) for shown in scenes)
    yield _section("scenarios", "Scenarios", left_out, _list(scenes), *drawn)
    yield _section("meanings", "What the figures mean", "", tables.glossary(results), kind="paper")


def _section(place: str, name: str, note: str, *content: Child, kind: str = "") -> Markup:
    title = element("h2", {"id": f"{place}-title"}, name)
    about = {"id": place, "class": kind or None, "aria-labelledby": f"{place}-title"}
    said = element("p", {"class": "quiet"}, note) if note else None
    return element("section", about, title, said, *content)


def _list(scenes: Sequence[Scene]) -> Markup:
    """The scenarios, to go to."""
    items = (
        element("li", {}, element("a", {"href": f"#{one.place}"}, element("bdi", {}, one.found.title)))
        for one in scenes
    )
    return element("ol", {"class": "list"}, *items)


def _spread(results: Results) -> list[Markup]:
    cards = []
    for heap in tracks.spreads(results, FEW):
        name = heap.words
        found = [] if heap.name else _bounds(results, heap.metric)
        unit = f", {heap.unit}" if heap.unit else ""
        caption = element(
            "figcaption",
            {},
            element("b", {}, name),
            element("span", {"class": "quiet"}, f"{len(heap.values)} values{unit}"),
        )
        cards.append(element("figure", {}, caption, charts.histogram(name, heap.values, heap.unit, found)))
    return cards


def _bounds(results: Results, metric: str) -> list[float]:
    """Where a metric's values stop being good enough; not what is asked of some scenarios only."""
    target = results.metrics[metric].target or 0.0
    return [
        bound
        for one in results.judgement.get("verdicts", ())
        if one["metric"] == metric and not one["tags"]
        for bound in tables.threshold(one).ends(target)
    ]


def _when(results: Results) -> str:
    return results.made.replace("T", " ").replace("+00:00", " UTC")


def _footer() -> Markup:
    return element(
        "footer",
        {},
        element(
            "p",
            {},
            "Made of results.json, which has all figures for programs. Nothing here is fetched.",
        ),
    )
