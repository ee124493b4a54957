"""`visavis bench`, from the words of a command line to what is told, written and drawn."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.evaluate.speed.material import OTHER, WORK, Scripted, entry, figure, sample
from visavis.cli import main
from visavis.evaluate.speed import history, performing, state, work
from visavis.evaluate.speed.history import Entry, read
from visavis.evaluate.speed.sample import Sample
from visavis.evaluate.speed.state import begun
from visavis.evaluate.speed.work import Case, Work

Plan = Callable[[str, int], "Sample | str"]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to be in, works that take no time, and a machine that does nothing else."""
    monkeypatch.setenv("DATA_FOLDER", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(work, "works", lambda: (WORK, OTHER))
    monkeypatch.setattr(state, "load", lambda: 0.1)
    return tmp_path


@pytest.fixture
def plan(monkeypatch: pytest.MonkeyPatch, finder: object, photo: Path) -> Callable[[Plan], None]:
    """Lets runs give what a plan says for a work's name and the number of the run."""
    monkeypatch.setenv("DEFAULT_REFERENCE_IMAGE", str(photo))

    def planned(plan: Plan) -> None:
        def performer(work: Work, case: Case, folder: Path) -> Scripted:
            return Scripted(work, case, [plan(work.name, number) for number in range(50)], [])

        monkeypatch.setattr(performing, "Performer", performer)

    planned(lambda name, number: sample(2.0 + 0.01 * number))
    return planned


def told(capsys: pytest.CaptureFixture[str], *words: str, status: int = 0) -> str:
    """What a command line prints, on both streams."""
    capsys.readouterr()
    assert main(["bench", *words]) == status, capsys.readouterr()
    out, err = capsys.readouterr()
    return out + err


@pytest.mark.usefixtures("plan")
def test_a_run_is_told_kept_and_drawn(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = told(capsys)
    assert "knitting small" in shown
    assert "baking one" in shown
    assert "out/bench.jsonl: 3 figures" in shown
    (found,) = read(here / "out/bench.jsonl").entries
    assert found.complete
    assert [len(each.samples) for each in found.figures] == [5, 5, 1]
    assert found.configuration["portrait"] == "portrait.jpg"
    assert (here / "out/bench.svg").read_text().startswith("<svg")
    told(capsys, "--quick", "knitting")
    _, quick = read(here / "out/bench.jsonl").entries
    assert [(each.name, len(each.samples)) for each in quick.figures] == [("knitting small", 4)]


def test_slower_than_before_is_told_by_the_exit_status(
    here: Path, capsys: pytest.CaptureFixture[str], plan: Callable[[Plan], None]
) -> None:
    told(capsys, "--out", "before.jsonl")
    plan(lambda name, number: sample(3.0 + 0.01 * number))
    against = ("--against", "before.jsonl")
    shown = told(capsys, *against)
    assert "worse    knitting small: +49" in shown
    assert "believe it when it is measured again" in shown
    assert "too few  baking one: +50" in shown
    shown = told(capsys, *against, "--fail-over", "30", status=1)
    assert "seems worse, and is measured again: knitting small, knitting large" in shown
    assert "again: worse    knitting small: +49" in shown
    assert "2 of 6 figures are worse by more than 30 %, measured twice; the worst: knitting" in shown
    *_, again = read(here / "out/bench.jsonl").entries
    assert ([each.name for each in again.figures], again.load) == (["knitting small", "knitting large"], None)
    told(capsys, *against, "--fail-over", "60")
    shown = told(capsys, *against, "--fail-over", "30", "--json", status=1)
    content = json.loads(next(line for line in shown.splitlines() if line.startswith("{")))
    assert [row["trend"] for row in content["against"]][:3] == ["worse", "same", "same"]
    assert [row["trend"] for row in content["again"]][:3] == ["worse", "same", "same"]
    assert content["growth"] == {}


def test_a_process_that_is_slow_by_itself_passes(
    capsys: pytest.CaptureFixture[str], plan: Callable[[Plan], None]
) -> None:
    told(capsys, "--out", "before.jsonl")
    begun = Counter[str]()

    def slow_at_first(name: str, number: int) -> Sample:
        begun[name] += number == 0
        return sample((3.0 if begun[name] <= len(WORK.cases) else 2.0) + 0.01 * number)

    plan(slow_at_first)
    shown = told(capsys, "--against", "before.jsonl", "--fail-over", "30")
    assert "worse    knitting small: +49" in shown
    assert "again: same     knitting small: +0.0 % time" in shown


def test_what_cannot_be_judged_does_not_pass_and_is_not_called_worse(
    capsys: pytest.CaptureFixture[str], plan: Callable[[Plan], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    told(capsys, "--out", "before.jsonl")
    against = ("--against", "before.jsonl", "--fail-over", "30")
    assert "nothing can be compared" in told(capsys, *against, "--repeat", "1", status=2)
    plan(lambda name, number: sample(3.0 + 0.01 * number))
    monkeypatch.setattr(state, "load", lambda: 99.0)
    shown = told(capsys, *against, status=2)
    assert "worse    knitting small: +49" in shown
    assert "cannot judge: 2 of 6 figures seem worse by more than 30 %, but the machine was busy" in shown
    plan(lambda name, number: "no wool" if number else sample())
    assert "2 figures could not be measured; the first: knitting" in told(capsys, *against, status=1)


def test_a_picture_that_cannot_be_drawn_hides_neither_figures_nor_verdict(
    here: Path, capsys: pytest.CaptureFixture[str], plan: Callable[[Plan], None]
) -> None:
    told(capsys, "--out", "before.jsonl")
    (here / "after.svg").mkdir()
    words = ("--out", "after.jsonl", "--against", "before.jsonl")
    plan(lambda name, number: sample(3.0 + 0.01 * number))
    shown = told(capsys, *words, status=2)
    assert "worse    knitting small: +49" in shown
    assert "after.svg is a folder" in shown
    assert "measured twice" in told(capsys, *words, "--fail-over", "30", status=1)


def test_a_commit_is_compared_with(
    here: Path, capsys: pytest.CaptureFixture[str], plan: Callable[[Plan], None]
) -> None:
    told(capsys)
    (first,) = read(here / "out/bench.jsonl").entries
    history.add(here / "out/bench.jsonl", replace(first, commit="c0ffee" + "0" * 6))
    plan(lambda name, number: sample(1.0 + 0.01 * number))
    assert "better   knitting small: -49" in told(capsys, "--against", "C0FFEE")
    shown = told(capsys, "--against", "beef", status=2)
    assert "nothing was measured at 'beef'; there is: " in shown
    assert "c0ffee0" in shown


@pytest.mark.usefixtures("plan")
def test_what_cannot_be_compared_is_told(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    like = begun("", {"tts": "espeak", "voice": "by language", "face": "warp", "portrait": "portrait.jpg"})
    others: dict[str, Entry] = {
        "face": replace(like, configuration={}, figures=(figure(2.0),)),
        "machine": replace(like, machine={"processor": "Abacus"}, figures=(figure(2.0, 2.1, 2.2, 2.3),)),
    }
    for name, other in others.items():
        history.add(here / f"{name}.jsonl", other)
    assert "nothing was measured then that can be compared" in told(capsys, "--against", "face.jsonl")
    shown = told(capsys, "--against", "machine.jsonl")
    assert "it was measured on another machine" in shown
    assert "not measured then, and so not compared: knitting large, baking one" in shown


def test_a_work_that_fails_is_told_and_the_others_are_measured(
    here: Path, capsys: pytest.CaptureFixture[str], plan: Callable[[Plan], None]
) -> None:
    plan(lambda name, number: "no flour" if name == "baking" else sample())
    assert "baking one: not measured: no flour" in told(capsys)
    plan(lambda name, number: "no wool")
    assert "nothing could be measured" in told(capsys, status=1)


def test_stopped_it_keeps_what_was_measured(
    here: Path,
    capsys: pytest.CaptureFixture[str],
    plan: Callable[[Plan], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Stopped(Scripted):
        def __init__(self, work: Work, case: Case, folder: Path) -> None:
            super().__init__(work, case, [sample()] * 9, [])
            self._left = 3

        def once(self) -> Sample:
            self._left -= 1
            if not self._left:
                raise KeyboardInterrupt
            return super().once()

    monkeypatch.setattr(performing, "Performer", Stopped)
    assert "stopped; what was measured until then is in out/bench.jsonl" in told(capsys, status=130)
    (found,) = read(here / "out/bench.jsonl").entries
    assert not found.complete
    assert [len(each.samples) for each in found.figures] == [1, 1, 1]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["kniting"], "unknown work 'kniting'; did you mean knitting?"),
        (["baking", "--quick"], "a quick run has none of these works"),
        (["--repeat", "0"], "'0' cannot be; give a whole number from 1 to 100"),
        (["--repeat", "x"], "'x' cannot be; give a whole number"),
        (["--long", "0"], "'0' cannot be; give 1 to 7200 seconds"),
        (["--long", "nan"], "'nan' cannot be"),
        (["--long", "60", "--quick"], "--quick has no long text"),
        (["--fail-over", "10"], "--fail-over is for a comparison"),
        (["--fail-over", "-1", "--against", "a.jsonl"], "'-1' cannot be; give 0 to 1000 per cent"),
        (["--against", "gone.jsonl"], "there is no file gone.jsonl to compare with"),
        (["--against", "newer.jsonl"], "there is nothing in newer.jsonl that can be compared with"),
        (
            ["--against", "newer.jsonl"],
            "from a newer visavis, and so kept and passed over: newer.jsonl, line 1",
        ),
        (["--against", "abc"], "nothing was measured at 'abc'; there is: none"),
        (["--out", "bench.txt"], "end its name with .jsonl"),
        (["--out", "gone/bench.jsonl"], "there is no folder gone"),
        (["--out", "/proc/bench.jsonl"], "cannot write /proc/bench.jsonl"),
        (["--avatar", "ada", "--portrait", "a.jpg"], "either --portrait or --avatar is seen"),
        (["--tts", "espaek"], "unknown tts engine 'espaek'; did you mean espeak?"),
        (["--portrait", "a.jpg"], "there is no file a.jpg"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(
    here: Path, capsys: pytest.CaptureFixture[str], words: list[str], sentence: str
) -> None:
    newer = {**json.loads(entry(figure(1.0)).text()), "schema": history.SCHEMA + 1}
    (here / "newer.jsonl").write_text(json.dumps(newer) + "\n")
    shown = told(capsys, *words, status=2)
    assert sentence in shown
    assert "Traceback" not in shown
    assert not list(here.glob("out/*"))


def test_what_there_is_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    listed = told(capsys, "--list")
    assert "knitting  pullovers: small (quick), large" in listed
    content = json.loads(told(capsys, "--list", "--json", "baking"))
    assert [each["name"] for each in content] == ["baking"]


@pytest.mark.usefixtures("finder")
def test_the_quickest_work_is_measured_as_users_do(here: Path, photo: Path) -> None:
    """In processes of its own, from the command to the line in the history."""
    words = [sys.executable, "-m", "visavis.cli", "bench", "speech", "--quick", "--repeat", "1", "--json"]
    asked = subprocess.run(
        [*words, "--portrait", str(photo), "--out", "bench.jsonl"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.returncode == 0, asked.stderr
    (run,) = json.loads(asked.stdout)["entry"]["figures"][0]["samples"]
    assert run["amount"] > 10
    assert run["reference"] > 0
    assert run["cpu"] > 0
    assert [len(each.samples) for each in read(here / "bench.jsonl").entries[0].figures] == [1]
    assert (here / "bench.svg").is_file()
