"""What every test of the models has: no proxy, no account, an index of its own."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from visavis.models.download import Patience

from .web import Web, serving


@pytest.fixture(autouse=True)
def _own_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith(("PIP_", "HF_")) or name == "VISAVIS_MODELS":
            monkeypatch.delenv(name)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as served:
        yield served


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a store may be."""
    return tmp_path / "store"


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """Where pip looks for wheels."""
    return tmp_path / "index"


@pytest.fixture
def patience() -> Patience:
    """None to speak of."""
    return Patience(timeout=5, tries=3, pause=0, quiet=0.05)
