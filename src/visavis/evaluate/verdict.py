"""What is good enough: thresholds out of a TOML file, and what results are worth by them.

    [[threshold]]
    metric = "real_time_factor"
    most = 0.8
    over = "worst"
    tags = ["short", "medium"]

least, most: the bounds of what is good enough; within: how far a value may lie from the metric's target.
over: "worst", the default, or "median" of the scenarios; tags: of those that have one of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from math import inf
from pathlib import Path
from statistics import median
from typing import Any, Final, Literal

from visavis.errors import UnknownName
from visavis.evaluate.fields import Fields, fields_in
from visavis.evaluate.metrics import Reading
from visavis.evaluate.results import Meaning, Measured, Results, compare

SHIPPED: Final = Path(__file__).with_name("thresholds.toml")

Over = Literal["worst", "median"]
OVERS: Final[tuple[Over, ...]] = ("worst", "median")

State = Literal["pass", "fail", "not measured"]

INCOMPLETE: Final = "the evaluation is not complete, and this is of what was measured until then: "

NEAREST: Final = 3
"""How many of those that are met are told first."""

PERFORMED: Final = "performed"
"""Stands for a metric in the verdict on scenarios that were not performed."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """A bound on one metric; see the head of this module."""

    metric: str
    least: float = -inf
    most: float = inf
    within: float = inf
    over: Over = "worst"
    tags: tuple[str, ...] = ()

    def excess(self, value: float, target: float) -> float:
        """By how much a value is worse than what is good enough, in the metric's unit; 0 or less is good."""
        return max(value - self.most, self.least - value, abs(value - target) - self.within)

    def room(self, metric: Meaning) -> float:
        """How far the best value lies from the bound, to compare an excess with.

        The best is the middle of two bounds, 100 % of what should be much, 0 of what should be little, and
        twice the bound of what has no end.
        """
        target = metric.target or 0.0
        low, high = max(self.least, target - self.within), min(self.most, target + self.within)
        if low > -inf and high < inf:
            return (high - low) / 2
        if metric.better == "higher" and metric.unit == "%":
            return 100 - low
        return abs(high if high < inf else low)

    @property
    def bounds(self) -> tuple[float | None, float | None, float | None]:
        """least, most and within; None where there is none."""
        least, most, within = (x if abs(x) < inf else None for x in (self.least, self.most, self.within))
        return least, most, within

    def ends(self, target: float) -> list[float]:
        """The values between which it is good enough; only those that there are."""
        known = (self.least, self.most, target - self.within, target + self.within)
        return [value for value in known if abs(value) < inf]

    def words(self, metric: Meaning) -> str:
        """Such as "at most 80 ms"."""
        unit = f" {metric.unit}" if metric.unit else ""
        bounds = [
            f"at least {self.least:g}{unit}" if self.least > -inf else "",
            f"at most {self.most:g}{unit}" if self.most < inf else "",
            f"within {self.within:g}{unit} of {metric.target or 0:g}" if self.within < inf else "",
        ]
        return " and ".join(filter(None, bounds))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one threshold says.

    value: None where nothing was measured. scenario: that has it, or the worst one.
    wants: the bound, in words. badness: the excess as a part of the room that the bound leaves; above 0 it
        fails, and -1 is as good as can be.
    least, most, within: the bound; None where there is none.
    """

    metric: str
    title: str
    over: Over
    tags: tuple[str, ...]
    state: State
    value: float | None
    unit: str
    wants: str
    scenario: str
    badness: float
    why: str = ""
    least: float | None = None
    most: float | None = None
    within: float | None = None

    def sentence(self) -> str:
        """For people: what is wrong, or how it is."""
        if self.metric == PERFORMED:
            return f"{self.scenario} was not performed: {self.why}"
        if self.value is None:
            return f"{self.title} was not measured: {self.why}"
        what = f"{self.title}: {self.value:.3g} {self.unit}".rstrip()
        where = f"in {self.scenario}" if self.over == "worst" else "in the median"
        return f"{what} {where}, and {self.wants} is {'wanted' if self.state == 'fail' else 'enough'}"


def thresholds(path: Path = SHIPPED) -> tuple[Threshold, ...]:
    """Those in a file. Blocks.

    Raises:
        InputError: it cannot be read, or says what cannot be.
    """
    fields = fields_in(path)
    found = tuple(_threshold(table) for table in fields.tables("threshold"))
    fields.done()
    if not found:
        raise fields.wrong("there is no [[threshold]] in it; write one")
    return found


def check(found: Iterable[Threshold], metrics: Iterable[str], path: Path) -> None:
    """Raises UnknownName for a threshold of a metric that does not exist."""
    known = set(metrics)
    for threshold in found:
        if threshold.metric not in known:
            raise UnknownName(f"metric in {path}", threshold.metric, known)


def judged(results: Results, found: Sequence[Threshold]) -> tuple[Verdict, ...]:
    """The verdicts in the thresholds' order; before them, one for each scenario that was not performed.

    A threshold that none of the scenarios is about has none.
    """
    failed = (_unperformed(scenario) for scenario in results.scenarios if scenario.failed)
    about = ((threshold, _about(results, threshold)) for threshold in found)
    return (*failed, *(_verdict(results, threshold, readings) for threshold, readings in about if readings))


def ranked(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Those that say anything: what fails by most comes first, then what is nearest to failing."""
    told = [verdict for verdict in verdicts if verdict.state != "not measured"]
    return sorted(told, key=lambda verdict: -verdict.badness)


def summary(verdicts: Sequence[Verdict]) -> str:
    """How many fail, and what is worst: one sentence."""
    told = ranked(verdicts)
    fails = sum(verdict.state == "fail" for verdict in told)
    if not told:
        return "nothing was measured that there is a threshold for"
    if fails:
        return f"{_met(fails, len(told))}; the worst: {told[0].sentence()}"
    nearest = "; ".join(verdict.sentence() for verdict in told[:NEAREST])
    return f"{_met(0, len(told))}; nearest to {'its bound' if len(told) == 1 else 'their bounds'}: {nearest}"


def _met(fails: int, of: int) -> str:
    if of == 1:
        return f"the only threshold is {'not ' if fails else ''}met"
    if not fails:
        return f"all {of} thresholds are met"
    return f"{fails} of {of} thresholds {'is' if fails == 1 else 'are'} not met"


def judgement(
    results: Results, verdicts: Sequence[Verdict], previous: Results | None, baseline: Results | None
) -> dict[str, Any]:
    """All that a report tells of how good it is, as JSON takes it: the verdicts, and what has changed."""
    return {
        "summary": f"{'' if results.complete else INCOMPLETE}{summary(verdicts)}",
        "verdicts": [{**asdict(verdict), "sentence": verdict.sentence()} for verdict in verdicts],
        "previous": _changes(results, previous),
        "baseline": _changes(results, baseline),
    }


def same_subject(one: Results, other: Results) -> bool:
    """Whether the same was evaluated: the same engines, voice and face, in all that both have.

    Where a server listens makes no difference.
    """
    known, others = _subjects(one), _subjects(other)
    both = known.keys() & others.keys()
    return bool(both) and all(known[name] == others[name] for name in both)


def _subjects(results: Results) -> dict[str, dict[str, Any]]:
    """What each one who performed is made of, without its address."""
    return {
        name: {key: value for key, value in made.items() if key != "url"}
        for name, made in results.configuration.items()
        if name != "url"
    }


def _changes(results: Results, old: Results | None) -> dict[str, Any] | None:
    if old is None:
        return None
    return {
        "made": old.made,
        "commit": old.commit,
        "version": old.version,
        "same_machine": old.machine == results.machine,
        "same_subject": same_subject(results, old),
        "rows": [asdict(row) for row in compare(results, old)],
    }


def _threshold(fields: Fields) -> Threshold:
    found = Threshold(
        fields.text("metric"),
        fields.number("least", -inf),
        fields.number("most", inf),
        fields.number("within", inf, least=0.0),
        fields.choice("over", OVERS, "worst"),
        fields.texts("tags", ()),
    )
    fields.done()
    if found.least == -inf and found.most == found.within == inf:
        raise fields.wrong("there is no bound in it; write least, most or within")
    if found.least > found.most:
        raise fields.wrong(f"nothing is at least {found.least:g} and at most {found.most:g}; change one")
    return found


def _unperformed(scenario: Measured) -> Verdict:
    found = Verdict(
        PERFORMED, "Performed", "worst", (), "fail", None, "", "", scenario.name, inf, scenario.failed
    )
    return replace(found, state="not measured", badness=-inf) if scenario.unable else found


def _about(results: Results, threshold: Threshold) -> dict[str, Reading]:
    """What was read, by scenario, of what a threshold is about."""
    return {
        scenario.name: scenario.readings[threshold.metric]
        for scenario in results.scenarios
        if threshold.metric in scenario.readings
        and (not threshold.tags or set(threshold.tags) & set(scenario.tags))
    }


def _verdict(results: Results, threshold: Threshold, readings: Mapping[str, Reading]) -> Verdict:
    metric = results.metrics[threshold.metric]
    target = metric.target or 0.0
    values = [(name, reading.value) for name, reading in readings.items() if reading.value is not None]
    about = (threshold.metric, metric.title, threshold.over, threshold.tags)
    wants = threshold.words(metric)
    if broken := [(name, reading.note) for name, reading in readings.items() if reading.broken]:
        return Verdict(*about, "fail", None, metric.unit, wants, broken[0][0], inf, broken[0][1])
    if not values:
        why = next((reading.note for reading in readings.values() if reading.note), "nobody says why")
        return Verdict(*about, "not measured", None, metric.unit, wants, "", -inf, why, *threshold.bounds)
    name, value = max(values, key=lambda found: threshold.excess(found[1], target))
    if threshold.over == "median":
        value = median(value for _, value in values)
    excess = threshold.excess(value, target)
    room = threshold.room(metric)
    badness = excess / room if room > 0 else excess or -1.0
    state: State = "fail" if excess > 0 else "pass"
    return Verdict(*about, state, value, metric.unit, wants, name, badness, "", *threshold.bounds)
