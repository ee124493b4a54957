from pathlib import Path

import numpy as np
import pytest

from tests.evaluate.client.coded import FPS, chunks
from tests.fakes.talk import number_in
from visavis.errors import InputError
from visavis.evaluate.client.fragments import Fragments
from visavis.evaluate.client.microphone import RATE
from visavis.evaluate.client.reel import Reel, joined
from visavis.evaluate.footage import footage, pictures_of

BEGIN = 100.0


def numbers(video: Path) -> list[int]:
    return [number_in(pixels[:, :, 1]) for pixels in pictures_of(video)]


def filled(reel: Reel, made: list[bytes], late: float = 0.0) -> None:
    """Have a reel see and hear some chunks, from BEGIN on."""
    fragments = Fragments()
    for chunk in made:
        for sample in fragments.samples(chunk):
            plays = BEGIN + late + sample.begin
            if sample.kind == "audio":
                reel.heard(fragments.sound(sample), plays)
            else:
                reel.seen(sample, plays, fragments.init)


def loud(video: Path, begin: float, end: float) -> float:
    made = footage(video)
    return float(np.abs(made.samples[round(begin * made.rate) : round(end * made.rate)]).max(initial=0))


def test_chunks_are_joined_as_they_are(tmp_path: Path) -> None:
    joined(chunks(first=50), tmp_path / "a.mp4")
    made = footage(tmp_path / "a.mp4")
    assert numbers(tmp_path / "a.mp4") == list(range(50, 65))
    assert (made.size, made.fps) == ((64, 64), FPS)
    assert made.shown[-1] == pytest.approx(14 / FPS)
    assert len(made.samples) / made.rate == pytest.approx(15 / FPS, abs=0.03)
    assert loud(tmp_path / "a.mp4", 0.0, 0.05) > 0.1
    with pytest.raises(InputError, match="no picture came"):
        joined([], tmp_path / "b.mp4")
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


def test_a_film_is_what_was_seen_and_heard_by_the_visitor_who_is_in_it(tmp_path: Path) -> None:
    reel = Reel()
    filled(reel, chunks(50, 5))
    reel.spoken(np.full(RATE // 10, 0.4, np.float32), BEGIN + 1.0)
    reel.spoken(np.zeros(RATE // 10, np.float32), BEGIN + 1.9)
    reel.write(tmp_path / "a.mp4")
    assert reel.begin == BEGIN
    assert numbers(tmp_path / "a.mp4") == list(range(50))
    assert loud(tmp_path / "a.mp4", 1.03, 1.07) > 0.2, "the visitor"
    assert loud(tmp_path / "a.mp4", 0.0, 0.05) > 0.1, "the avatar"
    assert loud(tmp_path / "a.mp4", 0.2, 0.3) < 0.05


def test_what_was_thrown_away_is_not_in_it(tmp_path: Path) -> None:
    reel = Reel()
    filled(reel, chunks(25, 5))
    reel.cut(BEGIN + 0.59)
    filled(reel, chunks(10, 5, first=40), late=-1.0)
    reel.write(tmp_path / "a.mp4")
    assert numbers(tmp_path / "a.mp4") == [*range(15), *range(40, 50)]
    assert footage(tmp_path / "a.mp4").shown[15] == pytest.approx(0.6)


def test_of_nothing_there_is_no_film(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing was seen"):
        Reel().write(tmp_path / "a.mp4")
    assert not list(tmp_path.iterdir())
