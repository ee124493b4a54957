"""The commands about what is registered, from the words of a command line to what is told."""

import json
import stat
import wave
import zipfile
from pathlib import Path

import numpy as np
import pytest

from visavis.cli import main

AGREED = ("--consent", "Grace Hopper", "--purpose", "tests")


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder, in which there is nothing yet."""
    folder = tmp_path / "data"
    monkeypatch.setenv("DATA_FOLDER", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("VISAVIS_MASTER_KEY", raising=False)
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture
def grace(photo: Path, finder: object) -> str:
    """A photo that can be registered, where there are the models for it."""
    return str(photo)


def told(capsys: pytest.CaptureFixture[str], *words: str, status: int = 0) -> str:
    """What a command line prints, on both streams."""
    capsys.readouterr()
    assert main(words) == status, capsys.readouterr()
    out, err = capsys.readouterr()
    return out + err


def test_an_avatar_from_registering_to_deleting(grace: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "no avatar is registered" in told(capsys, "avatars")
    shown = told(capsys, "avatars", "register", "grace", grace, *AGREED)
    assert shown.startswith("grace: a photo, good")
    assert "sharpness" in shown
    assert "grace  photo  good" in told(capsys, "avatars", "list")
    (facts,) = json.loads(told(capsys, "avatars", "show", "grace", "--json"))
    assert facts["avatar_name"] == "grace"
    assert facts["quality"]["verdict"] == "good"
    film = told(capsys, "say", "Hi.", "--avatar", "grace", "--size", "256", "--out", "a.mp4")
    assert film.startswith("a.mp4: ")
    signed = told(capsys, "inspect", "a.mp4")
    assert "It is as it was signed." in signed
    assert facts["consent_id"] in signed
    assert "exists already" in told(capsys, "avatars", "register", "grace", grace, *AGREED, status=2)
    assert "unknown avatar 'nope'" in told(capsys, "avatars", "delete", "grace", "nope", status=2)
    assert "grace is deleted" in told(capsys, "avatars", "delete", "grace")
    assert "unknown avatar 'grace'" in told(capsys, "say", "Hi.", "--avatar", "grace", status=2)


def test_consent_is_asked_for_and_can_be_taken_back(grace: str, capsys: pytest.CaptureFixture[str]) -> None:
    for words in ((), ("--consent", "Grace"), ("--purpose", "tests")):
        refused = told(capsys, "avatars", "register", "grace", grace, *words, status=2)
        assert "--consent WHO and --purpose WHAT" in refused
    told(capsys, "avatars", "register", "grace", grace, *AGREED)
    line = told(capsys, "consents")
    assert line.rstrip().endswith("grace  holds  Grace Hopper: tests")
    begins = line.split()[0]
    assert "unknown consent" in told(capsys, "consents", "revoke", "zz", status=2)
    told(capsys, "consents", "revoke", begins[:6])
    assert "taken back" in told(capsys, "consents")
    assert "was taken back" in told(capsys, "say", "Hi.", "--avatar", "grace", status=2)
    told(capsys, "consents", "revoke", begins, "--delete")
    assert "no avatar is registered" in told(capsys, "avatars")


def test_all_data_are_exported_and_erased(grace: str, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told(capsys, "avatars", "register", "grace", grace, *AGREED)
    assert "FILE.zip" in told(capsys, "data", "export", status=2)
    told(capsys, "data", "export", "all.zip")
    with zipfile.ZipFile("all.zip") as archive:
        assert any(name.endswith("picture.jpg") for name in archive.namelist())
    assert stat.S_IMODE(Path("all.zip").stat().st_mode) == 0o600
    assert "say so with --yes" in told(capsys, "data", "erase", status=2)
    room = data / "scratch" / "renderings" / "left"
    room.mkdir(parents=True)
    (room / "a.part").write_bytes(b"a video that was being made")
    told(capsys, "data", "erase", "--yes")
    assert "no avatar is registered" in told(capsys, "avatars")
    assert not room.exists()
    assert not [file for file in (data / "vault" / "local").rglob("*") if file.is_file()]


def test_a_new_master_key(
    grace: str, data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told(capsys, "avatars", "register", "grace", grace, *AGREED)
    before = (data / "master.key").read_text()
    assert "a new master key holds; " in told(capsys, "data", "rotate")
    assert (data / "master.key").read_text() != before
    assert "a.mp4" in told(capsys, "say", "Hi.", "--avatar", "grace", "--size", "256", "--out", "a.mp4")
    kept = (data / "master.key").rename(data / "kept")
    refused = told(capsys, "say", "Hi.", "--avatar", "grace", "--out", "b.mp4", status=1)
    assert "the master key" in refused
    assert "is gone" in refused
    assert not (data / "master.key").exists()
    kept.rename(data / "master.key")
    assert "b.mp4" in told(capsys, "say", "Hi.", "--avatar", "grace", "--size", "256", "--out", "b.mp4")


def test_keys(capsys: pytest.CaptureFixture[str]) -> None:
    key = told(capsys, "keys", "create", "ada", "--name", "laptop").strip()
    assert key.startswith("vv_")
    line = told(capsys, "keys")
    assert key not in line
    assert "ada" in line
    assert "laptop" in line
    id_ = line.split()[0]
    refused = told(capsys, "keys", "revoke", id_, "0" * 32, status=2)
    assert "is of no use" not in refused
    assert "holds" in told(capsys, "keys")
    assert "is of no use any more" in told(capsys, "keys", "revoke", id_)
    assert "revoked" in told(capsys, "keys")


def test_cleaning_empties_the_cache_only(grace: str, capsys: pytest.CaptureFixture[str]) -> None:
    told(capsys, "avatars", "register", "grace", grace, *AGREED)
    assert "of prepared faces are deleted" in told(capsys, "clean")
    assert "grace" in told(capsys, "avatars")


def test_voices_are_listed_without_a_place_being_made(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "emma" in told(capsys, "voices")
    assert not data.exists()


def test_what_is_no_voice_or_has_a_name_already(
    tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with wave.open("noise.wav", "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes((np.random.default_rng(1).normal(0, 3000, 160_000)).astype("<i2").tobytes())
    assert "speech" in told(capsys, "voices", "register", "mine", "noise.wav", *AGREED, status=2)
    taken = told(capsys, "voices", "register", "emma", "noise.wav", *AGREED, status=2)
    assert "has a voice 'emma' of its own" in taken
    assert "there is no file" in told(capsys, "voices", "register", "mine", "nope.wav", *AGREED, status=2)
    assert "is not a plain file" in told(capsys, "voices", "register", "mine", ".", *AGREED, status=2)
