"""The whole program, in miniature."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

pytest.importorskip("onnx")
pytest.importorskip("pocketsphinx")
pytest.importorskip("pyworld")
pytest.importorskip("scipy")
pytest.importorskip("soundfile")
pytest.importorskip("soxr")
pytest.importorskip("torch")
pytest.importorskip("ttspico")

from train.hearing import __main__ as program
from train.hearing import festival
from train.hearing.labelled import Labelled
from train.hearing.speakers import Speaker
from train.hearing.teach import BATCH


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--examples", "3"], "--examples 3 is too few; it takes 16 at least"),
        (["--epochs", "0"], "--epochs 0 teaches nothing"),
        (["--out", "nowhere/at/all.onnx"], "there is no folder nowhere/at; make it first"),
    ],
)
def test_what_cannot_work_is_told_at_once(
    arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        program.main(arguments)
    assert complaint in capsys.readouterr().err


def test_missing_voices_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(festival, "missing", lambda: ["festvox-ru"])
    with pytest.raises(SystemExit, match="apt-get install festvox-ru"):
        program.main([])


@pytest.mark.usefixtures("one_thread")
@pytest.mark.filterwarnings("ignore")
def test_from_people_to_a_file(
    said: dict[str, tuple[Labelled, ...]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With people of espeak-ng's alone; Pico's and festival's are not to be had everywhere."""

    def few(folder: Path, seed: int, processes: int, told: Callable[[str], None]) -> list[Speaker]:
        assert folder.is_dir()
        return list(said.values())

    monkeypatch.setattr(program, "speakers", few)
    monkeypatch.setattr(program, "_everybody", [])
    monkeypatch.setattr(festival, "missing", list)
    out = tmp_path / "hearing.onnx"
    program.main(["--out", str(out), "--examples", str(2 * BATCH), "--epochs", "2"])
    told = capsys.readouterr().out.splitlines()
    assert [line.split("min  ")[1].split(":")[0].split(",")[0] for line in told] == [
        "32 examples",
        "epoch 1 of 2",
        "epoch 2 of 2",
        str(out),
    ]
    session = onnxruntime.InferenceSession(out, providers=["CPUExecutionProvider"])
    feeds = {given.name: np.zeros(given.shape, np.float32) for given in session.get_inputs()}
    assert all(np.isfinite(part).all() for part in session.run(None, feeds))
