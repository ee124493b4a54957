"""Verdicts as JUnit has them: a suite for each threshold, in it a case for each scenario that it is about.

The form is the one that CI systems have agreed on by use (testmoapp/junitxml): suites, cases, and in a case
nothing, a failure, or why it was skipped.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from visavis.evaluate.metrics import Reading
from visavis.evaluate.report.markup import Markup, element
from visavis.evaluate.report.tables import threshold
from visavis.evaluate.report.words import figure
from visavis.evaluate.results import Meaning, Measured, Results
from visavis.evaluate.verdict import PERFORMED


def junit(results: Results) -> str:
    """The whole file."""
    suites = [_performed(results), *(_suite(results, one) for one in _thresholds(results))]
    totals = {key: sum(suite[key] for _, suite in suites) for key in ("tests", "failures", "skipped")}
    about = {"name": "visavis evaluate", "errors": "0"} | _shown(totals)
    content = element("testsuites", about, *(content for content, _ in suites))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{content}\n'


def _thresholds(results: Results) -> Iterator[Mapping[str, Any]]:
    for verdict in results.judgement.get("verdicts", ()):
        if verdict["metric"] != PERFORMED and verdict["metric"] in results.metrics:
            yield verdict


def _performed(results: Results) -> tuple[Markup, dict[str, int]]:
    cases = [
        _case(PERFORMED, found.name, _unperformed(found) if found.failed else None)
        for found in results.scenarios
    ]
    if not results.complete:
        cases.append(_case(PERFORMED, "all", _failure("the evaluation is not complete")))
    return _suite_of("scenarios are performed", results.made, cases)


def _unperformed(found: Measured) -> Markup:
    if found.unable:
        return element("skipped", {"message": found.failed})
    return _failure(f"{found.name} was not performed: {found.failed}")


def _suite(results: Results, verdict: Mapping[str, Any]) -> tuple[Markup, dict[str, int]]:
    name = f"{verdict['title']}: {verdict['wants']}"
    metric = results.metrics[verdict["metric"]]
    tagged = f" ({', '.join(verdict['tags'])})" if verdict["tags"] else ""
    if verdict["over"] == "worst":
        cases = [_judged(verdict, metric, *pair) for pair in _about(results, verdict)]
    else:
        cases = [_case(verdict["metric"], "the median", _said(verdict))]
    if not cases:
        cases = [_case(verdict["metric"], "all", _said(verdict))]
    return _suite_of(f"{name}{tagged}", results.made, cases)


def _about(results: Results, verdict: Mapping[str, Any]) -> Iterator[tuple[Measured, Reading]]:
    """The scenarios that a threshold is about."""
    for found in results.scenarios:
        if verdict["metric"] in found.readings and (
            not verdict["tags"] or set(verdict["tags"]) & set(found.tags)
        ):
            yield found, found.readings[verdict["metric"]]


def _judged(verdict: Mapping[str, Any], metric: Meaning, found: Measured, reading: Reading) -> Markup:
    if reading.value is None:
        return _case(
            verdict["metric"], found.name, element("skipped", {"message": reading.note or "not measured"})
        )
    if threshold(verdict).excess(reading.value, metric.target or 0.0) <= 0:
        return _case(verdict["metric"], found.name, None)
    value = figure(reading.value, metric.unit)
    return _case(
        verdict["metric"],
        found.name,
        _failure(f"{metric.title}: {value} in {found.name}, and {verdict['wants']} is wanted"),
    )


def _said(verdict: Mapping[str, Any]) -> Markup | None:
    if verdict["state"] == "fail":
        return _failure(verdict["sentence"])
    return element("skipped", {"message": verdict["why"]}) if verdict["state"] == "not measured" else None


def _failure(sentence: str) -> Markup:
    return element("failure", {"message": sentence, "type": "threshold"}, sentence)


def _case(metric: str, name: str, said: Markup | None) -> Markup:
    return element("testcase", {"classname": f"visavis.evaluate.{metric}", "name": name}, said)


def _suite_of(name: str, made: str, cases: list[Markup]) -> tuple[Markup, dict[str, int]]:
    amounts = {
        "tests": len(cases),
        "failures": sum("<failure " in case for case in cases),
        "skipped": sum("<skipped " in case for case in cases),
    }
    about = {"name": name, "timestamp": made.removesuffix("+00:00"), "errors": "0"} | _shown(amounts)
    return element("testsuite", about, *cases), amounts


def _shown(amounts: Mapping[str, int]) -> dict[str, str]:
    return {key: str(amount) for key, amount in amounts.items()}
