"""`visavis evaluate`, from the words of a command line to what is told and written."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.evaluate.material import TAKE
from tests.evaluate.report.material import folder, results, utterance
from visavis.cli import main
from visavis.commands.evaluate import Bars, _previous
from visavis.errors import InputError
from visavis.evaluate import evaluation, metrics
from visavis.evaluate.metrics import stages

GOOD = 'title = "A"\nlanguage = "en"\ntext = "Hi."\nsize = 256\nfps = 10\n'


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to be in, and as metrics those that take no time."""
    monkeypatch.setenv("DATA_FOLDER", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(metrics, "metrics", lambda: stages.METRICS)
    (tmp_path / "mine.toml").write_text(GOOD)
    return tmp_path


def thresholds(folder: Path, bound: str) -> str:
    path = folder / "bounds.toml"
    path.write_text(f'[[threshold]]\nmetric = "speaking_rate"\n{bound}\n')
    return str(path)


def told(capsys: pytest.CaptureFixture[str], *words: str, status: int = 0) -> str:
    """What a command line prints, on both streams."""
    capsys.readouterr()
    assert main(["evaluate", *words]) == status, capsys.readouterr()
    out, err = capsys.readouterr()
    return out + err


@pytest.mark.usefixtures("finder")
def test_an_evaluation_is_written_judged_and_compared(
    here: Path, photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    enough = ("mine.toml", "--portrait", str(photo), "--thresholds", thresholds(here, "least = 1"))
    first = told(capsys, *enough)
    assert "out/evaluation-1: 1 scenario, " in first
    assert "the only threshold is met" in first
    written = {"mine.mp4", "results.json", "report.html", "junit.xml"}
    assert {path.name for path in (here / "out/evaluation-1").iterdir()} == written
    assert "the report is out/evaluation-1/report.html" in first
    content = json.loads((here / "out/evaluation-1/results.json").read_text())
    assert content["complete"]
    assert content["judgement"]["previous"] is None

    wanting = ("mine.toml", "--portrait", str(photo), "--thresholds", thresholds(here, "least = 1000"))
    baseline = ("--baseline", "out/evaluation-1/results.json", "--json")
    second = told(capsys, *wanting, *baseline, status=1)
    assert "the only threshold is not met; the worst: Pace of speech" in second
    judgement = json.loads(second.splitlines()[0])
    assert judgement["folder"] == "out/evaluation-2"
    rows = {row["metric"]: row for row in judgement["baseline"]["rows"]}
    assert rows["speaking_rate"]["change"] == 0
    assert judgement["previous"]["rows"] == judgement["baseline"]["rows"]
    one, other = (here / f"out/evaluation-{n}/mine.mp4" for n in (1, 2))
    assert one.read_bytes() == other.read_bytes()


def test_a_report_is_written_and_judged_again(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = folder(here, results(utterance(6)))
    assert "1 of 4 thresholds is not met" in told(capsys, "--again", str(place), status=1)
    page = (place / "report.html").read_text()
    bounds = ("--thresholds", thresholds(here, "least = 0"))
    assert "nothing was measured that there is a threshold for" in told(
        capsys, "--again", str(place), *bounds
    )
    assert (place / "report.html").read_text() != page
    kept = json.loads((place / "results.json").read_text())["judgement"]["previous"]
    assert kept["made"] == "2024-12-31T10:00:00+00:00"


def test_what_there_is_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    listed = told(capsys, "--list")
    assert "en-short" in listed
    assert "real_time_factor" in listed
    content = json.loads(told(capsys, "--list", "--json", "--tag", "switch"))
    assert {"switch-en-zh", "switch-en-fa"} <= {scenario["name"] for scenario in content["scenarios"]}
    assert content["metrics"][0]["of"] == type(TAKE).__name__


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["en-shrt"], "unknown scenario 'en-shrt'; did you mean en-short?"),
        (["gone.toml"], "cannot read gone.toml: no such file"),
        (["broken.toml"], "broken.toml is no TOML file"),
        (["--tag", "shrt"], "unknown tag 'shrt'; did you mean short?"),
        (["--scenarios", "gone"], "cannot read the scenarios in gone: no such file"),
        (["--thresholds", "gone.toml"], "cannot read gone.toml: no such file"),
        (["--thresholds", "unknown.toml"], "unknown metric in unknown.toml 'speling_rate'"),
        (["--baseline", "mine.toml"], "mine.toml holds no results"),
        (["--avatar", "ada", "--portrait", "a.jpg"], "either --portrait or --avatar is seen"),
        (["--key", "k"], "--key is for a server; give its --url"),
        (["--url", "localhost"], "'localhost' is no address of a server"),
        (["--url", "http://localhost", "--tts", "espeak"], "a server has its own engines"),
        (["mine.toml", "--tts", "espaek"], "unknown tts engine 'espaek'; did you mean espeak?"),
        (["mine.toml", "--voice", "emm", "--portrait", "a.jpg"], "unknown voice 'emm'; did you mean emma?"),
        (["mine.toml", "--portrait", "a.jpg"], "there is no file a.jpg"),
        (["--again", "gone"], "cannot read gone/results.json: no such file"),
        (["--again", "gone", "mine.toml"], "--again performs nothing; leave scenarios out"),
        (
            ["--again", "a", "--out", "b", "--gold", "c"],
            "--again performs nothing; leave --gold and --out out",
        ),
        (["--again", "a", "--tag", "short", "--portrait", "a.jpg"], "leave --tag and --portrait out"),
        (["--again", "a", "--seed", "1"], "leave --seed out"),
        (["--seed", "x"], "argument --seed: invalid int value: 'x'; see: visavis evaluate --help"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(
    here: Path, capsys: pytest.CaptureFixture[str], words: list[str], sentence: str
) -> None:
    (here / "broken.toml").write_text("title = [")
    (here / "unknown.toml").write_text('[[threshold]]\nmetric = "speling_rate"\nmost = 1\n')
    shown = told(capsys, *words, status=2)
    assert sentence in shown
    assert "Traceback" not in shown
    assert not list(here.glob("out/*/results.json"))


@pytest.mark.usefixtures("finder")
def test_a_folder_that_cannot_be_written_to_is_told(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("mine.toml", "--portrait", str(photo), "--out")
    assert "cannot write mine.toml: file exists" in told(capsys, *words, "mine.toml", status=2)
    assert "cannot write mine.toml/a: not a directory" in told(capsys, *words, "mine.toml/a", status=2)


@pytest.mark.usefixtures("finder")
def test_stopped_it_tells_where_the_results_are(
    here: Path, photo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(evaluation, "begun", stop)
    shown = told(capsys, "mine.toml", "--portrait", str(photo), status=130)
    assert "stopped; what was measured until then is in out/evaluation-1" in shown


@pytest.mark.usefixtures("finder")
def test_stopped_it_reports_what_was_measured(
    here: Path, photo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(setup: object, rounds: object, metrics: object, place: Path, *_: object) -> None:
        replace(results(utterance(1)), complete=False, judgement={}).write(place / "results.json")
        raise KeyboardInterrupt

    monkeypatch.setattr(evaluation, "evaluate", stop)
    words = ("mine.toml", "--portrait", str(photo), "--thresholds", thresholds(here, "least = 0"))
    shown = told(capsys, *words, status=130)
    assert "the report is out/evaluation-1/report.html" in shown
    page = (here / "out/evaluation-1/report.html").read_text()
    assert '<p class="summary not-measured">The evaluation is not complete, and ' in page


@pytest.mark.usefixtures("finder")
def test_failed_it_reports_what_was_measured(
    here: Path, photo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(setup: object, rounds: object, metrics: object, place: Path, *_: object) -> None:
        replace(results(utterance(1)), complete=False, judgement={}).write(place / "results.json")
        raise InputError("the photo is gone")

    monkeypatch.setattr(evaluation, "evaluate", fail)
    words = ("mine.toml", "--portrait", str(photo), "--thresholds", thresholds(here, "least = 0"))
    shown = told(capsys, *words, status=2)
    assert "the photo is gone" in shown
    kept = json.loads((here / "out/evaluation-1/results.json").read_text())["judgement"]
    assert kept["summary"].startswith("the evaluation is not complete")


@pytest.mark.parametrize(("voice", "compared"), [("espeak", True), ("other", False)])
def test_only_what_the_same_engines_did_is_compared_with(here: Path, voice: str, compared: bool) -> None:
    mine = results(utterance(1))
    for name in ("damaged", "old", "new"):
        (here / name).mkdir()
    (here / "damaged/results.json").write_text("{")
    replace(mine, configuration={"engines": {"tts": voice}}, made="then").write(here / "old/results.json")
    now = replace(mine, configuration={"engines": {"tts": "espeak"}})
    now.write(here / "new/results.json")
    found = _previous(now, here / "new", None)
    assert (found.made if found else None) == ("then" if compared else None)
    before = replace(now, made="before")
    assert _previous(now, here / "new", before) == before


def test_each_scenario_has_its_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []

    class Noted:
        def __init__(self, what: str, unit: str) -> None:
            self._what = what

        def at(self, done: float, total: float | None) -> None:
            shown.append(f"{self._what}: {done} of {total}")

        def close(self) -> None:
            shown.append(f"{self._what} is closed")

    monkeypatch.setattr("visavis.commands.evaluate.Bar", Noted)
    bars = Bars(2)
    bars.at("a", 0.4, None)
    bars.at("a", 3.0, 4.6)
    bars.at("b", 1.0, 2.0)
    bars.close()
    assert shown == [
        "1/2 a: 0 of None",
        "1/2 a: 3 of 5",
        "1/2 a is closed",
        "2/2 b: 1 of 2",
        "2/2 b is closed",
    ]
