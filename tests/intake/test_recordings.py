from io import BytesIO

import av
import numpy as np
import pytest

from visavis.intake.kinds import kind_of
from visavis.intake.recordings import flac


def test_a_sample_of_sound() -> None:
    wave = (np.sin(np.arange(48_000) * 2 * np.pi * 200 / 48_000) * 0.5).astype(np.float32)
    content = flac(wave, 48_000)
    assert kind_of(content) == "flac"
    with av.open(BytesIO(content), "r") as container:
        (stream,) = container.streams.audio
        assert (stream.rate, stream.layout.nb_channels) == (24_000, 1)
        assert container.metadata.keys() <= {"ENCODER", "encoder"}
        sound = np.concatenate([frame.to_ndarray().ravel() for frame in container.decode(stream)])
    assert len(sound) == pytest.approx(24_000, abs=32)
    assert np.abs(sound / 32768).max() == pytest.approx(0.5, abs=0.02)
    assert flac(wave, 48_000) == content
