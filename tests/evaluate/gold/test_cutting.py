"""Pieces of films, cut out to the sample, and the table of their texts."""

import wave
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.evaluate.gold.material import RATE, quiet, sounds
from tests.evaluate.gold.test_choosing import CLEAN
from tests.motion.sounds import voice
from visavis.errors import AudioError
from visavis.evaluate.gold.choosing import Piece, Refusal
from visavis.evaluate.gold.cutting import TABLE, Cut, cut, pieces, write_sound, write_table
from visavis.evaluate.gold.reading import read
from visavis.media import Samples
from visavis.sound import read as sound_in
from visavis.sound import recording
from visavis.voices import listening


def piece(start: float, end: float) -> Piece:
    return Piece(0, (replace(CLEAN, start=start, end=end),))


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Four seconds: silence, a vowel, silence, a vowel."""
    path = tmp_path / "film.wav"
    samples = sounds(quiet(1), voice("a", 1, RATE), quiet(1), voice("i", 1, RATE))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


def level(samples: Samples) -> float:
    return float(np.sqrt(np.mean(samples**2)))


def test_spans_are_cut_to_the_sample(film: Path) -> None:
    whole = np.concatenate(list(cut(recording(film), [(0.0, 4.0)])))
    spans = [(0.1, 0.9), (1.1, 1.9), (1.9, 2.0), (3.1, 3.9)]
    found = list(cut(recording(film), spans))
    for samples, (start, end) in zip(found, spans, strict=True):
        first, last = round(start * listening.RATE), round(end * listening.RATE)
        assert len(samples) == last - first
        assert samples[300:-300] == pytest.approx(whole[first:last][300:-300], abs=1e-6)
        assert samples[0] == samples[-1] == 0
    assert [level(samples) > 0.05 for samples in found] == [False, True, True, True]


def test_a_span_that_ends_behind_the_film_ends_with_it(film: Path) -> None:
    (samples,) = cut(recording(film), [(3.0, 9.0)])
    assert len(samples) / listening.RATE == pytest.approx(1.0, abs=0.01)
    assert list(cut(recording(film), [])) == []


def test_the_files_are_what_was_recorded(film: Path, tmp_path: Path) -> None:
    found = list(pieces(recording(film), [piece(1.0, 2.0), piece(3.0, 4.0)], tmp_path / "a", lambda *_: None))
    assert [one.path.name for one in found if isinstance(one, Cut)] == ["a-001.wav", "a-002.wav"]
    with wave.open(str(tmp_path / "a-001.wav")) as file:
        assert file.getparams()[:3] == (1, 2, 24_000)
    samples = sound_in((tmp_path / "a-001.wav").read_bytes()).samples
    assert level(samples) == pytest.approx(level(voice("a", 1, RATE)), rel=0.02)


def test_what_sounds_poor_is_refused(film: Path, tmp_path: Path) -> None:
    opinions = iter((1.5, 3.0))
    wanted = [piece(1.0, 2.0), piece(3.0, 4.0)]
    poor, good = pieces(recording(film), wanted, tmp_path / "a", lambda *_: next(opinions))
    assert isinstance(poor, Refusal)
    assert poor.reason == "dull"
    assert isinstance(good, Cut)
    assert sorted(path.name for path in tmp_path.glob("*.wav")) == ["a-001.wav", "film.wav"]


def test_a_film_that_is_gone_is_told(film: Path) -> None:
    found = recording(film)
    film.unlink()
    with pytest.raises(AudioError, match="there is no sound file"):
        list(cut(found, [(0.0, 1.0)]))


def test_loud_sound_does_not_turn_round(tmp_path: Path) -> None:
    write_sound(tmp_path / "a.wav", np.array([1.5, -1.5, 1.0, 0.0], np.float32))
    with wave.open(str(tmp_path / "a.wav")) as file:
        assert np.frombuffer(file.readframes(4), "<i2").tolist() == [32767, -32768, 32767, 0]


def test_the_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    cuts = [
        Cut(tmp_path / "a-001.wav", piece(0, 4), 'He said "no", twice.', "", "en"),
        Cut(tmp_path / "a-002.wav", piece(5, 9), "", "", ""),
        Cut(tmp_path / "a-003.wav", piece(10, 14), "Hola.", "pocketsphinx", "es"),
    ]
    for one in cuts:
        one.path.touch()
    write_table(tmp_path / TABLE, cuts, "ada")
    gold = read(tmp_path)
    assert [(e.path.name, e.text, e.language, e.speaker, e.by) for e in gold.entries] == [
        ("a-001.wav", 'He said "no", twice.', "en", "ada", ""),
        ("a-003.wav", "Hola.", "es", "ada", "pocketsphinx"),
    ]
    assert [path.name for path, _ in gold.others] == ["a-002.wav"]
