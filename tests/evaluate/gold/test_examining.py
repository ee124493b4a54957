"""Entries become scenarios, each with another recording of its speaker; what is of no use is told."""

import asyncio
import wave
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from tests.evaluate.gold.material import RATE, SENTENCES, film, sounds
from visavis.engines.tts.espeak import Espeak
from visavis.errors import AudioError, InputError
from visavis.evaluate.gold import examining
from visavis.evaluate.gold.examining import Examiner, Voices, heard, scenarios
from visavis.evaluate.gold.reading import read
from visavis.evaluate.scenarios import Scenario
from visavis.evaluate.scenarios.utterance import Saying
from visavis.media import Samples
from visavis.streams import Worker
from visavis.streams import closing as quietly


def recorded(path: Path, samples: Samples, text: str = "") -> Path:
    """A WAV file, and its transcript where there is one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    if text:
        path.with_suffix(".txt").write_text(text)
    return path


def tone(seconds: float) -> Samples:
    return np.asarray(0.1 * np.sin(np.arange(round(seconds * RATE)) * 0.1), np.float32)


def examined(folder: Path, chosen: tuple[Scenario, ...] = ()) -> tuple[dict[str, Saying], list[str]]:
    """The sayings by name, and the notes."""
    gold = read(folder)
    notes: list[str] = []

    async def look() -> tuple[Scenario, ...]:
        with closing(Espeak()) as tts:
            async with quietly(Worker("test")) as worker:
                examiner = Examiner(gold, tts, worker, notes.append)
                return await examiner.examined((*scenarios(gold), *chosen), lambda *_: None)

    found: dict[str, Saying] = {}
    for scenario in asyncio.run(look()):
        assert isinstance(scenario.script, Saying)
        found[scenario.name] = scenario.script
    return found, notes


def test_names_languages_tags_and_titles(tmp_path: Path) -> None:
    for name in ("ada/a b.wav", "ada/A-b.flac", "bob/a b.wav", "c.wav"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
        (tmp_path / name).with_suffix(".txt").write_text(
            "你好，世界。" if name == "c.wav" else "Hola, buenos días."
        )
    found = scenarios(read(tmp_path))
    assert [one.name for one in found] == ["gold-c", "gold-ada-A-b", "gold-ada-a-b-2", "gold-bob-a-b"]
    assert [one.language for one in found] == ["zh", "es", "es", "es"]
    assert [one.tags for one in found][:2] == [("gold",), ("gold", "ada")]
    assert found[3].title == "a b.wav, bob"
    assert {one.kind for one in found} == {"utterance"}


def test_each_speaks_in_the_voice_of_another_recording(
    tmp_path: Path, james: list[Samples], emma: list[Samples]
) -> None:
    for number in range(2):
        recorded(tmp_path / f"james/{number}.wav", james[number], SENTENCES[number])
    recorded(tmp_path / "emma/0.wav", emma[0], SENTENCES[0])
    found, notes = examined(tmp_path)
    voices = {name: saying.reference.name for name, saying in found.items() if saying.reference}
    assert voices == {"gold-james-0": "1.wav", "gold-james-1": "0.wav", "gold-emma-0": "0.wav"}
    assert all(saying.recording is not None for saying in found.values())
    assert notes == []


def test_a_recording_without_a_transcript_may_lend_its_voice(tmp_path: Path, james: list[Samples]) -> None:
    one = recorded(tmp_path / "1.wav", james[0], SENTENCES[0])
    other = recorded(tmp_path / "2.wav", james[1])
    recorded(tmp_path / "3.wav", np.zeros(10 * RATE, np.float32))
    assert Voices(read(tmp_path)).of(one) == other


def test_a_video_is_as_good_as_a_recording(tmp_path: Path, james: list[Samples]) -> None:
    film(tmp_path / "a.mp4", james[0])
    (tmp_path / "a.txt").write_text(SENTENCES[0])
    found, notes = examined(tmp_path)
    assert found["gold-a"].recording == found["gold-a"].reference == tmp_path / "a.mp4"
    assert notes == []


def test_a_transcript_of_something_else_is_told_and_not_compared_with(
    tmp_path: Path, james: list[Samples]
) -> None:
    recorded(tmp_path / "a.wav", james[0], "Completely other words are written in this place, are they not?")
    found, (note,) = examined(tmp_path)
    assert found["gold-a"].recording is None
    assert found["gold-a"].reference is not None
    assert "a.wav does not sound like its transcript, 'Completely other" in note


def test_what_is_of_no_use_is_left_out_and_told(tmp_path: Path, james: list[Samples]) -> None:
    recorded(tmp_path / "good.wav", james[0], SENTENCES[0])
    recorded(tmp_path / "silent.wav", np.zeros(2 * RATE, np.float32), "Nothing.")
    recorded(tmp_path / "short.wav", tone(0.5), "Short.")
    recorded(tmp_path / "long.wav", tone(61), "Long.")
    recorded(tmp_path / "none.wav", tone(0), "None.")
    for name in ("text.mp3", "empty.ogg"):
        (tmp_path / name).write_text("This is a text." if name == "text.mp3" else "")
        (tmp_path / name).with_suffix(".txt").write_text("This is a text.")
    found, notes = examined(tmp_path)
    assert list(found) == ["gold-good"]
    told = "\n".join(notes)
    for sentence in (
        "silent.wav is silent", "short.wav is 0.50 s long", "long.wav is longer than 60 s",
        "none.wav holds no sound", "text.mp3 is damaged", "empty.ogg is damaged",
    ):  # fmt: skip
        assert sentence in told
    assert len(notes) == 6


def test_nothing_of_use_is_a_mistake(tmp_path: Path) -> None:
    recorded(tmp_path / "short.wav", tone(0.5), "Short.")
    with pytest.raises(InputError, match="is of use"):
        examined(tmp_path)


def test_other_scenarios_are_left_as_they_are(tmp_path: Path, james: list[Samples]) -> None:
    recorded(tmp_path / "a.wav", james[0], SENTENCES[0])
    other = Scenario("other", "", "utterance", "en", (), Saying("Hi."))
    assert examined(tmp_path, (other,))[0]["other"] == Saying("Hi.")


def test_large_files_and_lost_ones_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examining, "LARGEST", 10)
    with pytest.raises(AudioError, match="visavis gold"):
        heard(recorded(tmp_path / "a.wav", sounds(tone(1))))
    with pytest.raises(AudioError, match="no such file"):
        heard(tmp_path / "gone.wav")
