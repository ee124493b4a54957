"""A conversation in a report: who spoke when, what was understood and answered, and what was expected.

Owns telling whether an exchange went as the scenario wants it. Refuses to guess: what it does not know the
meaning of is shown, and not judged.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from visavis.evaluate.report.charts import Bar
from visavis.evaluate.report.markup import Markup, element, joined
from visavis.evaluate.report.score import Speaking
from visavis.evaluate.report.tables import scrolling
from visavis.evaluate.report.words import count, milliseconds, seconds

WANTED: Final = {"yes": "interrupts", "no": "does not interrupt"}

PACE: Final = 15.0
"""Letters a second: how long an answer lasts that nobody timed, about."""


def speaking(
    exchanges: Sequence[Mapping[str, Any]], events: Sequence[Sequence[Any]] = ()
) -> tuple[Speaking, ...]:
    """The visitor's bars and the avatar's, with the time between them. events: as a dialogue has them."""
    visitor = tuple(
        Bar(float(one["began"]), float(one["ended"]), f"{n} {one['said']}".strip(), _kind(one))
        for n, one in enumerate(exchanges, 1)
    )
    avatar, waits = [], []
    for n, one in enumerate(exchanges, 1):
        if one["first"] is None:
            continue
        first, cut = float(one["first"]), _cut(one, exchanges[n:])
        until = cut if cut is not None else _end(one, exchanges[n:], events)
        avatar.append(Bar(first, max(first + 0.05, until), f"{n} {one['answered']}".strip(), "answer"))
        if cut is not None:
            avatar.append(Bar(cut, cut + 0.08, "", "cut"))
        if first > one["ended"]:
            waits.append(Bar(float(one["ended"]), first, milliseconds(first - one["ended"]), "wait"))
    return (
        Speaking("Visitor", visitor),
        Speaking("Until heard", (), tuple(waits)),
        Speaking("Avatar", tuple(avatar)),
    )


def end(exchanges: Sequence[Mapping[str, Any]], events: Sequence[Sequence[Any]] = ()) -> float:
    """When the last one of them falls silent, in seconds."""
    return max((bar.end for who in speaking(exchanges, events) for bar in who.bars), default=0.0)


def expectations(exchange: Mapping[str, Any]) -> Iterator[tuple[str, bool | None]]:
    """What is wanted of an exchange, in words, and whether it was so; None where that cannot be told."""
    answered, silent = exchange["answered"], exchange["silent"]
    for what, wanted in exchange["expects"].items():
        if what == "answer":
            yield f"answers /{wanted}/", _matches(wanted, answered)
        elif what == "must_not_answer":
            yield "is not answered", exchange["first"] is None
        elif what == "interrupts" and wanted in WANTED:
            yield WANTED[wanted], (silent is not None) == (wanted == "yes")
        else:
            yield f"{what}: {wanted}", None


def exchanges(found: Sequence[Mapping[str, Any]], title: str, language: str) -> Markup:
    """A table of them. title: of the scenario."""
    heads = ("", "When", "Visitor", "Understood", "Avatar", "First sound", "Expected")
    head = element("tr", {}, *(element("th", {"scope": "col"}, name) for name in heads))
    rows = (_exchange(n, one, language) for n, one in enumerate(found, 1))
    table = element("table", {"class": "turns"}, element("thead", {}, head), element("tbody", {}, *rows))
    return scrolling(f"Turns of {title}", table)


def events(found: Sequence[Sequence[Any]]) -> Markup | None:
    """What the server told, folded away."""
    if not found:
        return None
    lines = (
        element(
            "li",
            {},
            element("span", {"class": "quiet"}, seconds(float(at))),
            f" {kind} ",
            element("q", {"dir": "auto"}, text) if text else None,
        )
        for at, kind, text in found
    )
    summary = element("summary", {}, f"What the server told ({len(found)})")
    return element("details", {}, summary, element("ol", {"class": "events", "tabindex": 0}, *lines))


def _exchange(n: int, one: Mapping[str, Any], language: str) -> Markup:
    said = one["said"] or "(a noise, or silence)"
    first = one["first"]
    latency = "–" if first is None else milliseconds(first - one["ended"])
    if one["silent"] is not None:
        latency += f"; silent {milliseconds(one['silent'] - one['began'])} after the interruption"
    told = [
        element(
            "li",
            {"class": {True: "good", False: "bad", None: ""}[met]},
            {True: "✓ ", False: "✕ ", None: ""}[met],
            words,
        )
        for words, met in expectations(one)
    ]
    texts = (said, one["heard"] or "–", one["answered"] or "–")
    cells = (element("td", {"lang": language, "dir": "auto"}, text) for text in texts)
    return element(
        "tr",
        {},
        element("th", {"scope": "row"}, str(n)),
        element(
            "td",
            {"class": "when"},
            element("span", {"data-seek": f"{one['began']:.3f}"}, seconds(one["began"])),
        ),
        *cells,
        element("td", {}, latency),
        element("td", {}, element("ul", {"class": "plain"}, *told) if told else "–"),
    )


def _kind(exchange: Mapping[str, Any]) -> str:
    """What stands in brackets is no words: a cough, or silence."""
    if not exchange["said"] or exchange["said"].startswith("("):
        return "noise"
    return "typed" if exchange["typed"] else "voice"


def _cut(one: Mapping[str, Any], later: Sequence[Mapping[str, Any]]) -> float | None:
    """When a later turn made an answer fall silent; None where none did before the next answer."""
    for other in later:
        if other["silent"] is not None and other["silent"] > one["first"]:
            return float(other["silent"])
        if other["first"] is not None:
            return None
    return None


def _end(
    one: Mapping[str, Any], later: Sequence[Mapping[str, Any]], events: Sequence[Sequence[Any]]
) -> float:
    """When an answer ends that was not cut off.

    That is when the server told that it speaks no more; without that, a guess by its length, before the next
    answer.
    """
    states = (float(at) for at, kind, text in events if kind == "state" and text != "speaking")
    told = next((at for at in states if at > one["first"]), None)
    guess = float(one["first"]) + len(one["answered"]) / PACE if told is None else told
    return min([guess, *(float(other["first"]) for other in later if other["first"] is not None)])


def _matches(pattern: str, text: str) -> bool | None:
    try:
        return re.search(pattern, text, re.IGNORECASE) is not None
    except re.error:
        return None


def summary(found: Sequence[Mapping[str, Any]]) -> Markup:
    """How many expectations were met."""
    told = [met for one in found for _, met in expectations(one) if met is not None]
    if not told:
        return joined(count(len(found), "turn"))
    return joined(f"{count(len(found), 'turn')}; {sum(told)} of {len(told)} expectations met")
