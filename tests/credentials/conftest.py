"""A real video, a signer, and the files that they make."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from visavis.credentials import Signer
from visavis.transports.file import writing


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second of noise, as an MP4."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    noise = np.random.default_rng(1)
    with writing(path, (128, 96), 25, 24_000) as file:
        for _ in range(25):
            file.sound(noise.normal(0, 0.1, 960).astype(np.float32))
            file.picture(noise.integers(0, 255, (96, 128, 3), np.uint8))
    return path


@pytest.fixture
def video(film: Path, tmp_path: Path) -> Path:
    """A copy of it that may be spoiled."""
    return Path(shutil.copy(film, tmp_path / "video.mp4"))


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of this installation's certificate."""
    return tmp_path_factory.mktemp("home") / "credentials"


@pytest.fixture(scope="session")
def signer(home: Path) -> Signer:
    """The installation's own."""
    return Signer.local(home)
