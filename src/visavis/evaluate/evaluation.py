"""One evaluation: scenarios are performed and measured one after the other, and findings are written as
they come.

Owns the order, and what becomes of what fails: a scenario that cannot be performed and a metric that cannot
be told are findings too. Refuses to judge, and to know engines, servers and metrics by name.
"""

import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from math import isfinite
from pathlib import Path
from typing import Any, TypeAlias

import visavis
from visavis.contracts import Stream
from visavis.errors import EngineError, InputError, VisavisError
from visavis.evaluate.machine import commit, machine
from visavis.evaluate.metrics import Metric, Reading
from visavis.evaluate.results import FILE, Measured, Results, digits, meaning, measured
from visavis.evaluate.scenarios import Scenario
from visavis.evaluate.subjects import Door, Setup, Subject, Unable
from visavis.evaluate.takes import Material
from visavis.streams import Worker, closing

Progress: TypeAlias = Callable[[str, float, float | None], None]
"""Is told what is being done, how much of it is done, and of how much where that is known."""


@dataclass(frozen=True, slots=True)
class Round:
    """The scenarios that one subject performs; door: None where there is nobody for them."""

    door: Door | None
    scenarios: tuple[Scenario, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """A scenario that was measured. by: who performed it. configuration: what that is made of."""

    measured: Measured
    by: str = ""
    configuration: Mapping[str, Any] | None = None


async def evaluate(
    setup: Setup,
    rounds: Sequence[Round],
    metrics: Sequence[Metric],
    folder: Path,
    progress: Progress = lambda what, done, total: None,
) -> Results:
    """Perform and measure all of it. What is found is in `folder`, and stays there when this is cancelled.

    Raises:
        InputError: what is asked for does not exist, or the folder cannot be written to.
    """
    results = begun(setup, metrics)
    async with closing(Worker("evaluation")) as worker:
        await worker.run(partial(results.write, folder / FILE))
        found = _found(setup, rounds, metrics, folder, worker, progress)
        async with contextlib.aclosing(found) as findings:
            async for finding in findings:
                results = with_finding(results, finding)
                await worker.run(partial(results.write, folder / FILE))
        results = replace(results, complete=True)
        await worker.run(partial(results.write, folder / FILE))
    return results


def begun(setup: Setup, metrics: Iterable[Metric]) -> Results:
    """Results in which there is nothing yet."""
    return Results(
        version=visavis.__version__,
        commit=commit(),
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        seed=setup.seed,
        machine=machine(),
        configuration={"url": setup.url} if setup.url else {},
        metrics={metric.name: meaning(metric) for metric in metrics},
    )


def with_finding(results: Results, finding: Finding) -> Results:
    """The same, and one scenario more."""
    configuration = dict(results.configuration)
    if finding.configuration is not None:
        configuration[finding.by] = dict(finding.configuration)
    scenarios = (*results.scenarios, finding.measured)
    return replace(results, scenarios=scenarios, configuration=configuration)


def rounds_of(scenarios: Sequence[Scenario], doors: Sequence[Door], *, remote: bool) -> tuple[Round, ...]:
    """Who performs what: each scenario is for the first that performs its kind, in the doors' order."""
    fitting = [door for door in doors if door.remote == remote]
    taken = {s.name: next((door for door in fitting if s.kind in door.kinds), None) for s in scenarios}
    rounds = [Round(door, tuple(s for s in scenarios if taken[s.name] is door)) for door in (*fitting, None)]
    return tuple(round_ for round_ in rounds if round_.scenarios)


async def _found(
    setup: Setup,
    rounds: Sequence[Round],
    metrics: Sequence[Metric],
    folder: Path,
    worker: Worker,
    progress: Progress,
) -> Stream[Finding]:
    for round_ in rounds:
        async with _subject(setup, round_) as subject:
            for scenario in round_.scenarios:
                if isinstance(subject, VisavisError):
                    unable = isinstance(subject, Unable)
                    yield Finding(measured(scenario, {}, {}, str(subject), unable=unable))
                    continue
                told = partial(progress, scenario.name)
                finding = await _measured(subject, scenario, metrics, folder, worker, told)
                yield Finding(finding, round_.door.name if round_.door else "", subject.configuration)


@contextlib.asynccontextmanager
async def _subject(setup: Setup, round_: Round) -> AsyncIterator[Subject | VisavisError]:
    """Who performs a round; an error that says why there is nobody."""
    if round_.door is None:
        where = f"by {setup.url}" if setup.url else "in this process"
        yield Unable(f"scenarios of the kind {round_.scenarios[0].kind} cannot be performed {where}")
        return
    async with contextlib.AsyncExitStack() as stack:
        opened: Subject | VisavisError
        try:
            opened = await stack.enter_async_context(round_.door.opened(setup))
        except InputError:
            raise
        except VisavisError as error:
            opened = error
        except Exception as error:
            opened = EngineError(_mistake(f"while the {round_.door.name} was opened", error))
        yield opened


async def _measured(
    subject: Subject,
    scenario: Scenario,
    metrics: Sequence[Metric],
    folder: Path,
    worker: Worker,
    progress: Callable[[float, float | None], None],
) -> Measured:
    try:
        material = await subject.perform(scenario, folder, progress)
    except Unable as error:
        return measured(scenario, {}, {}, str(error), unable=True)
    except VisavisError as error:
        logging.warning("%s could not be performed: %s", scenario.name, error)
        return measured(scenario, {}, {}, str(error))
    except Exception as error:
        return measured(scenario, {}, {}, _mistake(f"while {scenario.name} was performed", error))
    meant = [metric for metric in metrics if metric.of is type(material)]
    readings: dict[str, Reading] = {}
    for done, metric in enumerate(meant):
        progress(done, len(meant))
        readings[metric.name] = await worker.run(partial(reading_of, metric, material))
    return measured(scenario, material.facts(), readings)


def _mistake(when: str, error: Exception) -> str:
    """A sentence about an error that nobody has thought of; it is logged, and the other scenarios go on."""
    logging.warning("a mistake of this program %s: %r", when, error, exc_info=True)
    return f"a mistake of this program {when}: {type(error).__name__}: {error}"


def reading_of(metric: Metric, material: Material) -> Reading:
    """What a metric says, with plain numbers; a metric that fails says why. Blocks."""
    try:
        reading = metric.measure(material)
        series = {name: [digits(number) for number in numbers] for name, numbers in reading.series.items()}
        value = None if reading.value is None else digits(reading.value)
    except VisavisError as error:
        return Reading(None, str(error))
    except Exception as error:
        # Whatever one metric gets wrong, the others have been waited for.
        logging.warning("a mistake in the metric %s: %r", metric.name, error, exc_info=True)
        return Reading(None, f"a mistake in this metric: {type(error).__name__}: {error}", broken=True)
    if value is not None and not isfinite(value):
        return Reading(None, reading.note or f"the metric gave {value}", series)
    return Reading(value, reading.note, series)
