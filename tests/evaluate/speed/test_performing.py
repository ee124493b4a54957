"""A work that another process does: a package on its path brings it, as strangers' packages do."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from tests.evaluate.speed.material import STAGING, WORK, nobody
from visavis.errors import EngineError
from visavis.evaluate.speed import performing, staging
from visavis.evaluate.speed.performing import Performer, environ, sample_of
from visavis.evaluate.speed.work import Case

SOURCE = """
import contextlib, os, sys
from visavis.evaluate.speed.work import Case, Done, Work

@contextlib.contextmanager
def opened(staging, case):
    print("what libraries print is no answer")
    if case.name == "dies":
        sys.exit("the needles broke")
    if case.name == "fails":
        raise OSError("no wool")
    held = bytearray(60 * 2**20) if case.name == "hoards" else b""
    yield lambda: Done(len(os.sched_getaffinity(0)), also={"mb": len(held) / 2**20})

WORK = Work(name="knitting", title="", unit="", told="rate", stands_for="", opened=opened,
            alone=True, cases=())
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    package = tmp_path / "knitting-0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: knitting\nVersion: 0\n")
    (package / "entry_points.txt").write_text("[visavis.works]\nknitting = knitted:WORK\n")
    (tmp_path / "knitted.py").write_text(SOURCE)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    staging.write(replace(STAGING, folder=str(tmp_path)), nobody, [])
    return tmp_path


def test_a_process_does_the_work_as_often_as_it_is_told(folder: Path) -> None:
    performer = Performer(WORK, Case("hoards"), folder)
    try:
        first, second = performer.once(), performer.once()
    finally:
        performer.close()
    assert first.amount == second.amount == 1  # processors
    assert first.also == {"mb": 60.0}
    assert first.memory is None or first.memory > 60
    assert first.threads is None or first.threads >= 1
    assert first.cpu is not None


@pytest.mark.parametrize(("case", "sentence"), [("fails", "no wool"), ("dies", "the needles broke")])
def test_what_becomes_of_it_is_told(folder: Path, case: str, sentence: str) -> None:
    performer = Performer(WORK, Case(case), folder)
    try:
        with pytest.raises(EngineError, match=sentence):
            performer.once()
    finally:
        performer.close()


def test_one_that_does_not_end_is_given_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(performing, "PATIENCE", -1.0)
    performer = Performer(WORK, Case("small"), folder)
    try:
        with pytest.raises(EngineError, match="has not come to an end"):
            performer.once()
    finally:
        performer.close()


def test_an_answer_that_is_no_sample_is_told() -> None:
    with pytest.raises(EngineError, match="answered with something else"):
        sample_of({"wool": 1})


def test_a_work_that_is_alone_sees_one_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHON_CPU_COUNT", raising=False)
    assert environ(alone=True)["PYTHON_CPU_COUNT"] == "1"
    assert "PYTHON_CPU_COUNT" not in environ(alone=False)
