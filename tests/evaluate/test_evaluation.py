import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from tests.evaluate.material import TAKE
from visavis.config import Settings
from visavis.errors import EngineError, InputError, OutputError, UnknownName
from visavis.evaluate.evaluation import evaluate, reading_of, rounds_of
from visavis.evaluate.metrics import Metric, Reading
from visavis.evaluate.results import Results
from visavis.evaluate.scenarios import Scenario
from visavis.evaluate.scenarios.utterance import Saying
from visavis.evaluate.subjects import Door, Progress, Setup, Subject, Unable
from visavis.evaluate.takes import Dialogue, Material, Take

SETUP = Setup(Settings(), seed=7)


def metric(name: str, measure: Callable[[object], Reading], of: type = Take) -> Metric:
    return Metric(
        name=name, title=name, unit="", better="none", source="a test", limits="-", of=of, measure=measure
    )


def scenario(name: str, kind: str = "utterance") -> Scenario:
    return Scenario(name, name.title(), kind, "en", ("short",), Saying(f"The text of {name}."))


@dataclass
class Actor:
    """Performs what it is asked to.

    performed: what that was, by name. fails_at, waits_at: the one that it fails at, or never ends.
    """

    material: Material = TAKE
    fails_at: str = ""
    waits_at: str = ""
    performed: list[str] = field(default_factory=list)
    closed: bool = False

    @property
    def configuration(self) -> Mapping[str, str | int]:
        return {"tts": "scripted"}

    async def perform(self, scenario: Scenario, folder: Path, progress: Progress) -> Material:
        self.performed.append(scenario.name)
        progress(0.5, 1.0)
        if scenario.name == self.fails_at:
            raise EngineError("the voice died")
        if scenario.name == self.waits_at:
            await asyncio.Event().wait()
        return self.material


def door(actor: Actor, kind: str = "utterance", remote: bool = False) -> Door:
    @contextlib.asynccontextmanager
    async def opened(setup: Setup) -> AsyncIterator[Subject]:
        yield actor
        actor.closed = True

    return Door(f"{kind} door", frozenset({kind}), remote, opened)


LENGTH = metric("length", lambda take: Reading(len(TAKE.text)))


async def test_everything_is_performed_and_measured_in_order(tmp_path: Path) -> None:
    actor = Actor()
    told: list[str] = []
    rounds = rounds_of([scenario("a"), scenario("b")], [door(actor)], remote=False)
    results = await evaluate(
        SETUP, rounds, [LENGTH], tmp_path, lambda what, done, total: told.append(f"{what} {done} of {total}")
    )
    assert actor.performed == ["a", "b"]
    assert actor.closed
    assert told == ["a 0.5 of 1.0", "a 0 of 1", "b 0.5 of 1.0", "b 0 of 1"]
    assert results.complete
    assert results.seed == 7
    assert results.configuration == {"utterance door": {"tts": "scripted"}}
    assert [(found.name, found.readings["length"].value) for found in results.scenarios] == [
        ("a", 3),
        ("b", 3),
    ]
    assert results.scenarios[0].text == TAKE.text
    assert results.scenarios[0].facts["clip"] == "short.mp4"
    assert Results.read(tmp_path / "results.json").text() == results.text()


async def test_a_metric_measures_its_own_kind_of_material_only(tmp_path: Path) -> None:
    talk = Dialogue(scenario="c", language="en", exchanges=())
    rounds = rounds_of(
        [scenario("c", "conversation"), scenario("a")],
        [door(Actor()), door(Actor(talk), "conversation")],
        remote=False,
    )
    turns = metric("turns", lambda talk: Reading(1.0), Dialogue)
    results = await evaluate(SETUP, rounds, [LENGTH, turns], tmp_path)
    assert [(s.name, list(s.readings)) for s in results.scenarios] == [("a", ["length"]), ("c", ["turns"])]


async def test_what_cannot_be_performed_is_a_finding(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rounds = rounds_of(
        [scenario("a"), scenario("b"), scenario("c", "opera")], [door(Actor(fails_at="a"))], remote=False
    )
    results = await evaluate(SETUP, rounds, [LENGTH], tmp_path)
    assert {found.name: found.failed for found in results.scenarios} == {
        "a": "the voice died",
        "b": "",
        "c": "scenarios of the kind opera cannot be performed in this process",
    }
    assert "a could not be performed: the voice died" in caplog.text


async def test_a_mistake_of_this_program_ends_nothing_but_its_scenario(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Odd(Actor):
        async def perform(self, scenario: Scenario, folder: Path, progress: Progress) -> Material:
            if scenario.name == "a":
                raise KeyError("state")
            return TAKE

    rounds = rounds_of([scenario("a"), scenario("b")], [door(Odd())], remote=False)
    results = await evaluate(SETUP, rounds, [LENGTH], tmp_path)
    assert [found.failed for found in results.scenarios] == [
        "a mistake of this program while a was performed: KeyError: 'state'",
        "",
    ]
    assert "KeyError" in caplog.text


async def test_a_subject_that_cannot_be_had_is_a_finding_and_a_wrong_name_an_error(tmp_path: Path) -> None:
    def shut(error: Exception) -> Door:
        @contextlib.asynccontextmanager
        async def opened(setup: Setup) -> AsyncIterator[Subject]:
            raise error
            yield Actor()

        return Door("shut", frozenset({"utterance"}), False, opened)

    rounds = rounds_of([scenario("a")], [shut(EngineError("it cannot start"))], remote=False)
    results = await evaluate(SETUP, rounds, [LENGTH], tmp_path)
    assert results.scenarios[0].failed == "it cannot start"
    assert not results.scenarios[0].unable
    other = rounds_of([scenario("a")], [shut(Unable("it has another voice"))], remote=False)
    (found,) = (await evaluate(SETUP, other, [LENGTH], tmp_path)).scenarios
    assert (found.failed, found.unable) == ("it has another voice", True)
    odd = rounds_of([scenario("a")], [shut(KeyError("engines"))], remote=False)
    (found,) = (await evaluate(SETUP, odd, [LENGTH], tmp_path)).scenarios
    assert found.failed == "a mistake of this program while the shut was opened: KeyError: 'engines'"
    wrong = rounds_of([scenario("a")], [shut(UnknownName("tts engine", "x", ["espeak"]))], remote=False)
    with pytest.raises(UnknownName):
        await evaluate(SETUP, wrong, [LENGTH], tmp_path)


async def test_cancelled_it_keeps_what_is_there(tmp_path: Path) -> None:
    actor = Actor(waits_at="b")
    rounds = rounds_of([scenario("a"), scenario("b")], [door(actor)], remote=False)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await evaluate(SETUP, rounds, [LENGTH], tmp_path)
    kept = Results.read(tmp_path / "results.json")
    assert [found.name for found in kept.scenarios] == ["a"]
    assert not kept.complete
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_folder_that_is_gone_is_told_before_anything_is_done(tmp_path: Path) -> None:
    actor = Actor()
    with pytest.raises(OutputError):
        await evaluate(SETUP, rounds_of([scenario("a")], [door(actor)], remote=False), [], tmp_path / "gone")
    assert actor.performed == []


def test_a_scenario_is_for_the_first_that_performs_its_kind() -> None:
    one, other, far = door(Actor()), door(Actor()), door(Actor(), remote=True)
    talk = door(Actor(), "conversation")
    scenarios = [scenario("t", "conversation"), scenario("a"), scenario("b"), scenario("x", "opera")]
    rounds = rounds_of(scenarios, [one, other, far, talk], remote=False)
    assert [(r.door, [s.name for s in r.scenarios]) for r in rounds] == [
        (one, ["a", "b"]),
        (talk, ["t"]),
        (None, ["x"]),
    ]
    assert rounds_of(scenarios[1:2], [one, far], remote=True)[0].door is far
    assert rounds_of([], [one], remote=False) == ()


def failing(error: Exception) -> Callable[[object], Reading]:
    def measure(_: object) -> Reading:
        raise error

    return measure


def test_a_metric_that_fails_says_why(caplog: pytest.LogCaptureFixture) -> None:
    reading = reading_of(metric("lame", failing(InputError("there is no face"))), TAKE)
    assert reading == Reading(None, "there is no face")
    with caplog.at_level(logging.WARNING):
        reading = reading_of(metric("lame", failing(ValueError("oh"))), TAKE)
    assert reading == Reading(None, "a mistake in this metric: ValueError: oh", broken=True)
    assert "a mistake in the metric lame" in caplog.text


def test_a_reading_has_plain_numbers() -> None:
    series = {"time": np.arange(2, dtype=np.float32)}
    reading = reading_of(metric("n", lambda take: Reading(np.float32(0.5), "", series)), TAKE)  # type: ignore[arg-type]
    assert reading == Reading(0.5, "", {"time": [0.0, 1.0]})
    assert type(reading.value) is float
    assert reading_of(metric("n", lambda take: Reading(float("nan"))), TAKE) == Reading(
        None, "the metric gave nan"
    )


def test_a_take_is_not_changed_by_being_measured() -> None:
    assert reading_of(LENGTH, replace(TAKE)) == Reading(3.0)
