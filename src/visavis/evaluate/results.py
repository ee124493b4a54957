"""What was found: readings of metrics by scenario, with all that a report shows, in one JSON file.

Owns the file's form, and comparing two of them. Refuses to judge what is good enough. The same results are
the same text: keys stand in a fixed order, and numbers have six digits.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from math import isfinite
from pathlib import Path
from statistics import median
from typing import Any, Final, Literal

from visavis.errors import InputError
from visavis.evaluate.metrics import Direction, Metric, Reading
from visavis.evaluate.scenarios import Scenario
from visavis.transports.place import placing, sentences

SCHEMA: Final = 1

FILE: Final = "results.json"

NOISE, NOISE_OF_TIMES = 0.01, 0.1
"""The part of a value by which another run may differ and be the same; times are medians of all scenarios."""

Trend = Literal["better", "worse", "same", "other"]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What is to be known of a metric to read its figures; see `metrics.Metric`."""

    title: str
    unit: str
    better: Direction
    target: float | None
    timing: bool
    source: str
    limits: str
    same_within: float


@dataclass(frozen=True, slots=True)
class Measured:
    """One scenario, and what was found of it.

    facts: what a report shows of the material, see `takes`; "clip" is a file beside the results.
    failed: why it was not performed, as a sentence; "" where it was. unable: whether it is not for who was to
        perform it, so that nothing is wrong.
    """

    name: str
    title: str
    kind: str
    language: str
    tags: tuple[str, ...]
    text: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    readings: Mapping[str, Reading] = field(default_factory=dict)
    failed: str = ""
    unable: bool = False


@dataclass(frozen=True, slots=True)
class Results:
    """One evaluation.

    complete: whether everything was performed that was meant to be. made: when, as ISO 8601.
    configuration: engines, sizes and so on, by the subject's name.
    judgement: what `verdict.judgement` found, where it has been judged.
    """

    version: str
    commit: str
    made: str
    seed: int
    machine: Mapping[str, Any]
    configuration: Mapping[str, Any]
    metrics: Mapping[str, Meaning]
    scenarios: tuple[Measured, ...] = ()
    complete: bool = False
    judgement: Mapping[str, Any] = field(default_factory=dict)

    def text(self) -> str:
        """As JSON, indented, with a line break at its end."""
        content = {"schema": SCHEMA, **asdict(self)}
        return json.dumps(rounded(content), ensure_ascii=False, indent=1, allow_nan=False) + "\n"

    def write(self, path: Path) -> None:
        """Put them into a file, which is whole or not there. Blocks.

        Raises:
            OutputError: it cannot be written.
        """
        with placing(path, (".json",)) as part, sentences(path):
            part.write_text(self.text(), "utf-8")

    @staticmethod
    def read(path: Path) -> "Results":
        """Those in a file. Blocks.

        Raises:
            InputError: there are none in it, or those of another version of it.
        """
        try:
            content = json.loads(path.read_bytes())
        except OSError as error:
            said = (error.strerror or str(error)).lower()
            raise InputError(f"cannot read {path}: {said}; name a {FILE}") from error
        except (ValueError, RecursionError) as error:
            raise InputError(f"{path} holds no results: {error}; name a {FILE}") from error
        if not isinstance(content, dict) or content.get("schema") != SCHEMA:
            raise InputError(f"{path} holds no results that this version reads; make them anew")
        try:
            return _results(content)
        except (KeyError, TypeError, AttributeError) as error:
            raise InputError(f"{path} is damaged ({error}); make the results anew") from error


def meaning(metric: Metric) -> Meaning:
    """What is kept of a metric."""
    return Meaning(
        metric.title,
        metric.unit,
        metric.better,
        metric.target,
        metric.timing,
        metric.source,
        metric.limits,
        metric.same_within,
    )


def measured(
    scenario: Scenario,
    facts: Mapping[str, Any],
    readings: Mapping[str, Reading],
    failed: str = "",
    unable: bool = False,
) -> Measured:
    """A scenario with what was found; facts override what the scenario says of itself, such as its text."""
    return Measured(
        scenario.name,
        scenario.title,
        scenario.kind,
        scenario.language,
        scenario.tags,
        str(facts.get("text", scenario.script.text)),
        {key: value for key, value in facts.items() if key != "text"},
        readings,
        failed,
        unable,
    )


@dataclass(frozen=True, slots=True)
class Row:
    """One metric of one scenario, in two evaluations. change: new less old; None where one is missing.

    scenario: "" stands for the median of all that both have a value for: times are compared by that.
    trend: "other" where neither way is good, or one of them is missing.
    """

    metric: str
    scenario: str
    old: float | None
    new: float | None
    change: float | None
    trend: Trend


def compare(new: Results, old: Results) -> tuple[Row, ...]:
    """What has changed, by metric; what only one of them was asked for is left out."""
    return tuple(row for name, metric in new.metrics.items() for row in _rows(name, metric, new, old))


def _rows(name: str, metric: Meaning, new: Results, old: Results) -> Iterator[Row]:
    before = {found.name: found.readings[name].value for found in old.scenarios if name in found.readings}
    after = {found.name: found.readings[name].value for found in new.scenarios if name in found.readings}
    pairs = {scenario: (before[scenario], now) for scenario, now in after.items() if scenario in before}
    if not metric.timing:
        yield from (_row(name, scenario, metric, *pair) for scenario, pair in pairs.items())
        return
    known = [(then, now) for then, now in pairs.values() if then is not None and now is not None]
    if known:
        yield _row(name, "", metric, *(median(values) for values in zip(*known, strict=True)))


def badness(value: float, metric: Meaning) -> float:
    """How far a value lies on the bad side, in the metric's unit: of two, the one with more is worse."""
    if metric.better == "near":
        return abs(value - (metric.target or 0.0))
    return -value if metric.better == "higher" else value


def digits(number: float) -> float:
    """A plain number of six digits: what is in memory is what a file says."""
    return float(f"{number:.6g}")


def rounded(content: Any) -> Any:
    """The same, with numbers of six digits; what is no number becomes None, for JSON knows none such."""
    if isinstance(content, float):
        return digits(content) if isfinite(content) else None
    if isinstance(content, Mapping):
        return {key: rounded(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [rounded(value) for value in content]
    return content


def values(results: Results, metric: str, tag: str = "") -> Iterator[tuple[str, float]]:
    """The scenarios that a metric has a value for, with it; all, or those with a tag."""
    for found in results.scenarios:
        reading = found.readings.get(metric)
        if reading is not None and reading.value is not None and (not tag or tag in found.tags):
            yield found.name, reading.value


def _row(name: str, scenario: str, metric: Meaning, old: float | None, new: float | None) -> Row:
    if old is None or new is None:
        return Row(name, scenario, old, new, None, "other")
    return Row(name, scenario, old, new, new - old, _trend(metric, new, old))


def _trend(metric: Meaning, new: float, old: float) -> Trend:
    noise = NOISE_OF_TIMES if metric.timing else NOISE
    if abs(new - old) <= max(metric.same_within, noise * abs(old)):
        return "same"
    if metric.better == "none":
        return "other"
    return "worse" if badness(new, metric) > badness(old, metric) else "better"


def _results(content: Mapping[str, Any]) -> Results:
    return Results(
        content["version"],
        content["commit"],
        content["made"],
        content["seed"],
        content["machine"],
        content["configuration"],
        {name: Meaning(**known) for name, known in content["metrics"].items()},
        tuple(_measured(found) for found in content["scenarios"]),
        content["complete"],
        content["judgement"],
    )


def _measured(found: Mapping[str, Any]) -> Measured:
    readings = {name: Reading(**reading) for name, reading in found["readings"].items()}
    return Measured(**{**found, "tags": tuple(found["tags"]), "readings": readings})
