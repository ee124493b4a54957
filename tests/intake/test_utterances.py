"""A recording that is to be understood, through the sandbox."""

import numpy as np
import pytest

from tests.intake.files import Held, filmed, png_bomb, sounding
from visavis.errors import StorageError, UploadError
from visavis.intake import studies
from visavis.intake.messages import Answer
from visavis.intake.sandbox import Task
from visavis.intake.studies import study_speech
from visavis.intake.utterances import RATE


@pytest.mark.parametrize(
    "content",
    [
        sounding(2),
        sounding(2, "mp3", "libmp3lame", 44_100),
        sounding(2, "ogg", "libopus"),
        sounding(2, "wav", "pcm_s16le", 8_000),
        filmed(5, seconds_of_sound=2),
    ],
    ids=["wav", "mp3", "opus", "telephone", "video"],
)
async def test_all_of_the_sound_comes_out_at_one_rate(content: bytes) -> None:
    samples = np.frombuffer(await study_speech(Held(content)), "<i2").astype(float)
    assert len(samples) / RATE == pytest.approx(2, abs=0.1)
    spectrum = np.abs(np.fft.rfft(samples[: 2 * RATE // 2]))
    assert np.argmax(spectrum) * RATE / (2 * RATE // 2) == pytest.approx(200, abs=2)
    assert np.abs(samples).max() / 32768 == pytest.approx(0.3, abs=0.05)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"RIFF....WAVEfmt nothing", "damaged"),
        (b"plain text", "kind"),
        (filmed(5), "no_sound"),
        (png_bomb(10), "kind"),
        (sounding(601, "ogg", "libopus", 8_000), "seconds"),
    ],
    ids=["broken", "text", "mute", "picture", "long"],
)
async def test_what_holds_no_speech_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(UploadError) as refused:
        await study_speech(Held(content))
    assert refused.value.code == code


@pytest.mark.parametrize("blobs", [{}, {"speech": b""}, {"speech": b"odd"}])
async def test_nonsense_is_not_believed(blobs: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    async def run(task: Task, *_: object) -> Answer:
        return Answer({}, blobs)

    monkeypatch.setattr(studies, "run", run)
    with pytest.raises(UploadError, match="answer nonsense"):
        await study_speech(Held(sounding(0.1)))


async def test_it_is_scanned_before_it_is_opened() -> None:
    class Away:
        async def scan(self, content: object) -> None:
            raise StorageError("the scanner is away")

    with pytest.raises(StorageError):
        await study_speech(Held(sounding(0.1)), Away())
