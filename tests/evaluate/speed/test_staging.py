from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.evaluate.speed.material import STAGING
from visavis.contracts import Voice
from visavis.errors import UnknownName
from visavis.evaluate.speed.staging import read, write
from visavis.media import Portrait


def portrait(width: int, height: int) -> Portrait:
    return Portrait(
        np.zeros((height, width, 3), np.uint8), np.ones((468, 3), np.float32), np.ones((2, 5, 2), np.float32)
    )


def test_who_speaks_is_handed_over(tmp_path: Path) -> None:
    voice = Voice("ada", "en", "female", b"likeness")
    staging = replace(STAGING, folder=str(tmp_path), voice=voice, words=("--voice=ada",))
    write(staging, portrait, [256, 512, 256])
    found = read(tmp_path)
    assert found == staging
    assert found.portrait(256).size == (256, 256)
    assert found.portrait(512).size == (512, 512)
    assert len(list(tmp_path.iterdir())) == 3


def test_engines_are_made_by_name() -> None:
    with pytest.raises(UnknownName, match="unknown tts engine 'espaek'"):
        replace(STAGING, tts="espaek").new_tts()
