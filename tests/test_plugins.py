from pathlib import Path

import pytest

from tests.fakes.face import ScriptedFace
from visavis.errors import EngineError, UnknownName
from visavis.plugins import engine, installed


@pytest.fixture
def strangers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another package on the path, with a face of its own and one that cannot be imported."""
    info = tmp_path / "strange-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: strange\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[visavis.face]\nscripted = tests.fakes.face:ScriptedFace\nlame = no_such_library:Face\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))


def test_our_own_engines_are_there_without_being_imported() -> None:
    assert "espeak" in installed("tts")
    assert "warp" in installed("face")
    assert installed("asr") == {}


@pytest.mark.usefixtures("strangers")
def test_a_strangers_engine_comes_in_through_the_same_door() -> None:
    assert {"scripted", "warp"} <= set(installed("face"))
    assert engine("face", "scripted") is ScriptedFace


def test_an_engine_that_is_none_is_answered_with_those_there_are() -> None:
    with pytest.raises(UnknownName, match=r"unknown tts engine 'espaek'; did you mean espeak\?"):
        engine("tts", "espaek")


@pytest.mark.usefixtures("strangers")
def test_an_engine_without_its_library_says_what_to_install() -> None:
    with pytest.raises(EngineError, match=r"'lame' is installed but cannot start.*pip install"):
        engine("face", "lame")
