"""Texts of pieces: by subtitles that fit, else by a recogniser, else none."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.evaluate.gold.material import RATE, SENTENCES
from tests.evaluate.gold.test_cutting import piece
from tests.motion.sounds import resampled
from visavis.contracts import Stream, Transcript
from visavis.engines.tts.espeak import Espeak
from visavis.evaluate.gold.cutting import Cut, write_sound
from visavis.evaluate.gold.hearing import Scribe
from visavis.evaluate.gold.subtitles import Cue, Subtitles
from visavis.media import AudioChunk, Language, Samples
from visavis.streams import Worker
from visavis.streams import closing as quietly
from visavis.voices import listening


class Ear:
    """Hears the number of seconds."""

    rate = 16_000
    languages: tuple[Language, ...] = ("en",)

    async def transcribe(self, speech: Stream[AudioChunk], language: Language | None) -> Stream[Transcript]:
        seconds = 0.0
        async for chunk in speech:
            assert chunk.rate == self.rate
            seconds += chunk.duration
            yield Transcript("growing", "en", False, 0.0, seconds)
        yield Transcript(f" {seconds:.0f}  seconds ", "en", True, 0.0, seconds)

    def close(self) -> None: ...


@pytest.fixture
def cut(tmp_path: Path, james: list[Samples]) -> Cut:
    write_sound(tmp_path / "a.wav", resampled(james[0], RATE, listening.RATE))
    return Cut(tmp_path / "a.wav", piece(0.0, 5.0))


@pytest.fixture
def tts() -> Iterator[Espeak]:
    with closing(Espeak()) as made:
        yield made


def subtitles(text: str) -> Subtitles:
    return Subtitles((Cue(0.1, 4.0, text),))


@pytest.mark.parametrize(
    ("shown", "hears", "language", "text", "by", "spoken"),
    [
        (SENTENCES[0], True, "en", SENTENCES[0], "", "en"),
        (SENTENCES[0], False, None, SENTENCES[0], "", "en"),
        (
            "Something else altogether, which is nowhere to be heard here.",
            True,
            "en",
            "5 seconds",
            "ear",
            "en",
        ),
        ("Something else altogether, which is nowhere to be heard here.", False, None, "", "", ""),
        ("...", False, "en", "", "", "en"),
        ("", True, "en", "5 seconds", "ear", "en"),
    ],
)
async def test_who_writes_it_down(
    cut: Cut, tts: Espeak, shown: str, hears: bool, language: Language | None, text: str, by: str, spoken: str
) -> None:
    async with quietly(Worker("test")) as worker:
        scribe = Scribe(tts, worker, language, ("ear", Ear()) if hears else None)
        written = await scribe.written(cut, subtitles(shown) if shown else None)
    assert (written.text, written.by, written.language) == (text, by, spoken)
    assert scribe.strange == (shown not in {"", SENTENCES[0]})
