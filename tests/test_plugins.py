from pathlib import Path

import pytest

from tests.fakes.face import ScriptedFace
from visavis.errors import EngineError, UnknownName
from visavis.plugins import EMBEDDED, engine, face_meant, face_named, installed, stand_in


@pytest.fixture
def strangers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another package on the path, with a face of its own and one that cannot be imported."""
    info = tmp_path / "strange-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: strange\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[visavis.face]\nscripted = tests.fakes.face:ScriptedFace\nlame = no_such_library:Face\n"
        "faceless = tests.fakes.face:NoSuchFace\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))


def test_our_own_engines_are_there_without_being_imported() -> None:
    assert "espeak" in installed("tts")
    assert "warp" in installed("face")
    assert "silero" in installed("vad")
    assert "pocketsphinx" in installed("asr")
    assert {"scripted", "openai"} <= set(installed("llm"))


@pytest.mark.usefixtures("strangers")
def test_a_strangers_engine_comes_in_through_the_same_door() -> None:
    assert {"scripted", "warp"} <= set(installed("face"))
    assert engine("face", "scripted") is ScriptedFace


def test_an_engine_that_is_none_is_answered_with_those_there_are() -> None:
    with pytest.raises(UnknownName, match=r"unknown tts engine 'espaek'; did you mean espeak\?"):
        engine("tts", "espaek")


@pytest.mark.usefixtures("strangers")
@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (
            "lame",
            "the face engine 'lame' of strange cannot start: the Python module 'no_such_library' is missing; "
            "install what strange needs for this engine",
        ),
        (
            "faceless",
            "the face engine 'faceless' of strange cannot start: "
            "module 'tests.fakes.face' has no attribute 'NoSuchFace'; install strange again",
        ),
    ],
)
def test_an_engine_that_cannot_be_loaded_names_its_package(name: str, sentence: str) -> None:
    with pytest.raises(EngineError) as caught:
        engine("face", name)
    assert str(caught.value) == sentence


@pytest.mark.usefixtures("strangers")
def test_the_face_that_is_set_is_any_that_is_installed(caplog: pytest.LogCaptureFixture) -> None:
    assert face_named("scripted") == "scripted"
    assert face_named("auto") == EMBEDDED
    assert caplog.messages == []
    assert face_named("ditto") == EMBEDDED
    assert caplog.messages == ["the face engine ditto is not installed; warp takes its place"]
    with pytest.raises(
        UnknownName, match=r"face engine in AVATAR_BACKEND 'scriptd'; did you mean scripted\?"
    ):
        face_named("scriptd")


@pytest.mark.usefixtures("strangers")
def test_who_asks_again_what_is_meant_is_not_told_again(caplog: pytest.LogCaptureFixture) -> None:
    assert face_meant("ditto") == EMBEDDED
    assert caplog.messages == []
    assert stand_in("auto", EMBEDDED) == stand_in("scripted", "scripted") == ""
    assert stand_in("ditto", EMBEDDED) == "the face engine ditto is not installed; warp takes its place"


def test_the_embedded_face_is_installed() -> None:
    assert EMBEDDED in installed("face")
