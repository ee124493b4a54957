"""Works are done once each, with the engines that they measure; how long it takes is not asked here."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.evaluate.speed.material import STAGING
from visavis.errors import EngineError, InputError
from visavis.evaluate.speed import staging
from visavis.evaluate.speed.staging import Staging
from visavis.evaluate.speed.work import Case, Done, named
from visavis.evaluate.speed.works import encoding, sessions, warm
from visavis.evaluate.speed.works._command import saying, told
from visavis.evaluate.speed.works._speech import RATE, babble
from visavis.media import Portrait


@pytest.fixture
def staged(tmp_path: Path, photo: Path, portrait: Portrait) -> Staging:
    found = replace(
        STAGING, folder=str(tmp_path), photo=str(photo), words=(f"--portrait={photo}", "--face=warp")
    )
    staging.write(found, lambda width, height: portrait, [512])
    return found


def done(name: str, staged: Staging, case: str = "") -> Done:
    work = named(name)
    chosen = next(each for each in work.cases if each.name == case or not case)
    with work.opened(staged, chosen) as run:
        return run()


def test_speech_is_counted_in_seconds_of_sound(staged: Staging) -> None:
    for language in ("en", "zh", "es", "fa"):
        assert 40 < done("speech", staged, language).amount < 180


def test_motion_is_counted_in_seconds_of_video(staged: Staging) -> None:
    assert 40 < done("motion", staged).amount < 80


def test_a_drawn_second_has_all_its_pictures(staged: Staging, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("visavis.evaluate.speed.works.drawing.SECONDS", 1.0)
    assert done("drawing", staged, "512 px").amount == 25


def test_pictures_are_encoded_with_their_sound(staged: Staging, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "SECONDS", 0.4)
    monkeypatch.setattr(encoding, "TIMES", 2)
    found = done("encoding", staged)
    assert found.amount == 20
    assert found.also["kbit_per_s"] > 10
    assert (Path(staged.folder) / "encoding.mp4").stat().st_size > 1000


def test_first_pictures_are_counted(staged: Staging, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "TIMES", 2)
    assert done("warm", staged).amount == 2


def test_an_avatar_has_no_photo_to_prepare(staged: Staging) -> None:
    assert done("preparing", staged).amount == 1
    with pytest.raises(InputError, match="an avatar has no photo"):
        done("preparing", replace(staged, photo=""))


def test_replies_at_once_are_as_long_as_one_each(staged: Staging, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "TEXT", "Hello.")
    monkeypatch.setattr(sessions, "_face", Staging.new_face)
    one, two = (done("sessions", staged, f"{count} at once").amount for count in (1, 2))
    assert 0.3 < one < 2
    assert two == pytest.approx(2 * one)


def test_a_command_that_fails_is_told_in_its_own_words(staged: Staging) -> None:
    words = replace(staged, words=("--face=wrap",))
    with (
        saying(words, "Hello.", Path(staged.folder) / "a.mp4") as process,
        pytest.raises(
            EngineError, match="left with 2: visavis: unknown face engine 'wrap'; did you mean warp"
        ),
    ):
        told(process)


def test_memory_is_looked_at_while_a_text_is_said(staged: Staging) -> None:
    work = named("memory")
    with work.opened(staged, Case("2 s", 2.0)) as run:
        found = run()
    assert 1 < found.amount < 5
    assert found.also["most_mb"] > 50
    assert len(found.series["seconds"]) == len(found.series["mb"]) >= 1
    json.dumps(found.series)


def test_babble_has_phones_all_along() -> None:
    chunk = babble(2.0)
    assert len(chunk.samples) == 2 * RATE
    assert chunk.phones
    assert chunk.phones[-1].end == pytest.approx(2.0)


def test_a_server_that_does_not_begin_is_told(staged: Staging) -> None:
    with pytest.raises(EngineError, match=r"ended while it began; it said: .*did you mean warp"):
        done("serving", replace(staged, face="wrap"))
