"""`visavis gold` and `visavis evaluate --gold`: from the words of a command line to what is told."""

import json
import wave
from pathlib import Path

import numpy as np
import pytest

from tests.evaluate.gold.material import (
    RATE,
    SENTENCES,
    clipped,
    film,
    quiet,
    said,
    sounds,
    with_music,
    with_noise,
)
from visavis.cli import main
from visavis.evaluate import metrics
from visavis.evaluate.gold import cutting, judges
from visavis.evaluate.metrics import stages
from visavis.media import Samples


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to be in; nothing that is installed besides is asked."""
    monkeypatch.setenv("DATA_FOLDER", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(judges, "voiceprints", lambda: None)
    monkeypatch.setattr(judges, "overall", lambda *_: None)
    return tmp_path


@pytest.fixture(scope="module")
def james() -> list[Samples]:
    return said("james")


@pytest.fixture(scope="module")
def mixed(james: list[Samples], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four sentences, clean, and three of them spoiled; with subtitles to the clean ones and a wrong one."""
    folder = tmp_path_factory.mktemp("films")
    parts = {
        "clean": james[0], "noisy": with_noise(james[1], 6), "clean too": james[1],
        "music": with_music(james[2], 10), "clipped": clipped(james[3], 14), "clean again": james[3],
        "short": james[0][:RATE],
    }  # fmt: skip
    samples, at = [quiet(1)], 1.0
    shown = {
        "clean": SENTENCES[0],
        "clean too": SENTENCES[1],
        "clean again": "Nobody ever says these words here.",
    }
    blocks: list[str] = []
    for name, part in parts.items():
        if name in shown:
            times = f"00:00:{at:06.3f} --> 00:00:{at + 3.8:06.3f}".replace(".", ",")
            blocks.append(f"{len(blocks) + 1}\n{times}\n{shown[name]}\n")
        samples += [part, quiet(1.5)]
        at += len(part) / RATE + 1.5
    (folder / "talk.srt").write_text("\n".join(blocks))
    return film(folder / "talk.mp4", sounds(*samples))


def told(capsys: pytest.CaptureFixture[str], *words: str | Path, status: int = 0) -> str:
    """What a command line prints, on both streams."""
    capsys.readouterr()
    assert main([str(word) for word in words]) == status, capsys.readouterr()
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    return out + err


def test_clean_speech_is_cut_out_and_the_spoiled_is_refused(
    here: Path, mixed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = told(capsys, "gold", mixed, "--out", "gold", "--speaker", "james")
    assert "kept 3 pieces" in shown
    for sentence in ("noise less than 15 dB", "music or tones", "cut off at the top", "shorter than 3 s"):
        assert sentence in shown
    assert "not taken: the subtitles of 1 piece, which sound like other words" in shown
    assert "people: cut out only those whose owners have agreed" in shown
    assert "then: visavis evaluate --gold gold" in shown
    assert "visavis voices register NAME gold/talk-00" in shown
    names = sorted(path.name for path in (here / "gold").iterdir())
    assert names == ["talk-001.wav", "talk-002.wav", "talk-003.wav", "transcripts.tsv"]
    lines = (here / "gold/transcripts.tsv").read_text().splitlines()
    assert lines[0].split("\t") == ["file", "text", "language", "speaker", "by"]
    assert lines[1].split("\t") == ["talk-001.wav", SENTENCES[0], "en", "james", ""]
    assert lines[3].split("\t") == ["talk-003.wav", "", "", "james", ""]


def test_all_of_it_as_json(mixed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = told(capsys, "gold", mixed, "--most", "2", "--json")
    content = json.loads(shown.splitlines()[0])
    assert content["folder"] == "out/gold-1"
    assert len(content["pieces"]) == 2
    assert content["pieces"][0]["text"] == SENTENCES[0]
    assert {one["reason"] for one in content["refused"]} == {"noisy", "music", "clipped", "short", "surplus"}
    assert content["films"][0]["trouble"] == ""
    assert content["portrait"] is None


@pytest.mark.usefixtures("finder")
def test_what_is_cut_out_is_good_for_evaluating(
    here: Path, mixed: Path, photo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics, "metrics", lambda: stages.METRICS)
    told(capsys, "gold", mixed, "--out", "gold")
    listed = told(capsys, "evaluate", "--gold", "gold", "--list")
    assert "gold-talk-001" in listed
    assert "en-short" not in listed
    bounds = here / "bounds.toml"
    bounds.write_text('[[threshold]]\nmetric = "speaking_rate"\nleast = 1\n')
    words = ("gold-talk-001", "--portrait", photo, "--out", "e", "--thresholds", bounds)
    shown = told(capsys, "evaluate", "--gold", "gold", *words)
    assert "without a transcript, and so left out: talk-003.wav" in shown
    assert "voices belong to people" in shown
    results = json.loads((here / "e/results.json").read_text())
    assert [one["name"] for one in results["scenarios"]] == ["gold-talk-001"]
    assert not results["scenarios"][0].get("failed")
    kept = {path.suffix for path in (here / "e").iterdir()}
    assert ".wav" not in kept
    assert "results.json keeps their transcripts" in shown


def test_stopped_it_leaves_whole_pieces_and_their_table(
    here: Path, mixed: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    written = cutting.write_sound

    def stop(path: Path, samples: Samples) -> None:
        if path.name == "talk-002.wav":
            raise KeyboardInterrupt
        written(path, samples)

    monkeypatch.setattr(cutting, "write_sound", stop)
    shown = told(capsys, "gold", mixed, "--out", "gold", status=130)
    assert "stopped; 1 of 3 pieces are in gold" in shown
    assert sorted(path.name for path in (here / "gold").iterdir()) == ["talk-001.wav", "transcripts.tsv"]
    with wave.open("gold/talk-001.wav") as file:
        assert file.getnframes() > RATE
    assert len((here / "gold/transcripts.tsv").read_text().splitlines()) == 2


def test_one_of_several_that_is_of_no_use_is_told_and_the_others_go_on(
    here: Path, james: list[Samples], capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "a.txt").write_text("hello there")
    (here / "b").mkdir()
    for path, samples in ((here / "c.mp4", james[0]), (here / "b/c.mp4", james[1])):
        film(path, sounds(quiet(0.5), samples))
    shown = told(capsys, "gold", "a.txt", "c.mp4", "b/c.mp4", "--out", "gold")
    assert "a.txt is damaged, or is not sound" in shown
    assert sorted(path.name for path in (here / "gold").glob("*.wav")) == ["c-001.wav", "c-2-001.wav"]


def test_what_cannot_be_is_told_in_a_sentence(
    here: Path, james: list[Samples], capsys: pytest.CaptureFixture[str]
) -> None:
    film(here / "good.mp4", james[0])
    film(here / "silent.mp4", np.zeros(2 * RATE, np.float32))
    (here / "zero.mp4").touch()
    (here / "photo.jpg").write_bytes(b"\xff\xd8\xff" + bytes(3000))
    (here / "full").mkdir()
    (here / "full/a").touch()
    for words, sentence in (
        (("gone.mp4",), "there is no sound file gone.mp4"),
        (("zero.mp4",), "zero.mp4 is damaged, or is not sound"),
        (("photo.jpg",), "photo.jpg is damaged, or is not sound"),
        (("full",), "cannot read full: is a directory"),
        (("silent.mp4", "--out", "new"), "no clean speech was found"),
        (("good.mp4", "--out", "full"), "cannot cut into full: there is something in it already"),
        (("good.mp4", "--out", "zero.mp4"), "cannot cut into zero.mp4: it is a file"),
        (("good.mp4", "--out", "zero.mp4/a"), "not a directory"),
        (("good.mp4", "./good.mp4"), "good.mp4 is given twice"),
        (("good.mp4", "--language", "de"), "unknown language 'de'"),
        (("good.mp4", "--most", "0"), "--most is 0"),
        (("good.mp4", "--speaker", "a\tb"), "--speaker holds a sign"),
        ((), "the following arguments are required: VIDEO"),
    ):
        assert sentence in told(capsys, "gold", *words, status=2), words
    assert not (here / "new").exists()
    assert not (here / "out").exists()


def test_mistakes_in_a_gold_set_are_told_before_anything_is_done(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "set").mkdir()
    (here / "set/a.wav").touch()
    (here / "set/t.tsv").write_text("file\ttext\nb.wav\tB.\n../c.wav\tC.\n")
    shown = told(capsys, "evaluate", "--gold", "set", status=2)
    assert f"there are 2 mistakes in {here / 'set'}" in shown
    assert "t.tsv, line 2: there is no recording b.wav" in shown
    assert "is no folder" in told(capsys, "evaluate", "--gold", "gone", status=2)
    (here / "set/t.tsv").write_text("file\ttext\na.wav\tA.\n")
    shown = told(capsys, "evaluate", "--gold", "set", status=2)
    assert f"left out: {here / 'set'}/a.wav is damaged" in shown
    assert f"no recording in {here / 'set'} is of use" in shown
    assert not (here / "out").exists()


def test_a_portrait_is_taken_where_there_is_a_face_and_else_told(
    here: Path, james: list[Samples], finder: object, capsys: pytest.CaptureFixture[str]
) -> None:
    film(here / "faceless.mp4", james[0])
    shown = told(capsys, "gold", "faceless.mp4", "--portrait", "--out", "gold")
    assert "no portrait out of faceless.mp4: no face was found" in shown
    assert not (here / "gold/portrait.png").exists()
