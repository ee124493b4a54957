from pathlib import PurePosixPath

import pytest

from visavis.errors import UnknownName
from visavis.models import CATALOGUE, Entry, HubRepository, ReleaseFile, Wheel
from visavis.models.catalogue import find, in_words

every_entry = pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.name)


def test_names_are_told_apart() -> None:
    names = [entry.name for entry in CATALOGUE]
    assert len(set(names)) == len(names)


@every_entry
def test_an_entry_stays_within_its_folder(entry: Entry) -> None:
    names = [PurePosixPath(file.name) for file in entry.files]
    assert len(set(names)) == len(names) > 0
    assert entry.name == PurePosixPath(entry.name).name
    assert not entry.name.startswith(".")
    for name in names:
        assert not name.is_absolute()
        assert not any(part.startswith(".") for part in name.parts)


@every_entry
def test_an_entry_can_be_checked(entry: Entry) -> None:
    for file in entry.files:
        assert file.size > 0
        assert len(bytes.fromhex(file.sha256)) == 32
        assert file.sha256 == file.sha256.lower()
    assert entry.size == sum(file.size for file in entry.files)


@every_entry
def test_an_entry_says_what_a_user_must_know(entry: Entry) -> None:
    assert entry.purpose
    assert entry.licence.spdx
    assert entry.licence.holder
    assert in_words(entry.source)


@every_entry
def test_a_source_is_one_version_for_ever(entry: Entry) -> None:
    match entry.source:
        case Wheel(requirement, size):
            name, equals, version = requirement.partition("==")
            assert name
            assert equals
            assert version
            assert size > 0
        case HubRepository(repo, revision):
            assert repo.count("/") == 1
            assert len(bytes.fromhex(revision)) == 20
        case ReleaseFile(url):
            assert url.startswith("https://")
            assert url.endswith("/") or len(entry.files) == 1


def test_the_embedded_entries_are_there() -> None:
    assert {file.name for file in find("face", CATALOGUE).files} == {
        "face_detection_short_range.tflite",
        "face_detection_full_range.tflite",
        "face_landmark.tflite",
        "iris_landmark.tflite",
    }
    assert len(find("demo-portrait", CATALOGUE).files) == 1


def test_a_wrong_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="unknown model 'fase'; did you mean face"):
        find("fase", CATALOGUE)


def test_sources_in_words() -> None:
    assert in_words(Wheel("toy==1.0", 1)) == "the package index, toy==1.0"
    assert in_words(HubRepository("a/b", "0123456789abcdef")) == "the hub, a/b at 0123456789ab"
    assert in_words(ReleaseFile("https://example.org/x.onnx")) == "https://example.org/x.onnx"
