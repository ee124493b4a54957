"""Faces of our own making, installed where processes that are started from a test find them too."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module", autouse=True)
def strangers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A package on the path, with those of `tests.apart.faces`."""
    folder = tmp_path_factory.mktemp("strangers")
    info = folder / "strange-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: strange\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[visavis.face]\nscripted = tests.fakes.face:ScriptedFace\ntroubled = tests.apart.faces:Troubled\n"
        "stillborn = tests.apart.faces:Stillborn\nbroken = tests.apart.faces:Broken\n"
        "lame = no_such_library:Face\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(folder), str(ROOT)]))
        patch.syspath_prepend(str(folder))
        yield
