"""The front door."""

import numpy as np
import pytest

from tests.motion.cutting import cut, silence
from tests.motion.recorded import SENTENCES
from tests.motion.sounds import joined, voice
from visavis.media import LANGUAGES, AudioChunk, Language, frame_count
from visavis.motion.articulation import Articulation
from visavis.motion.emphasis import Emphasis
from visavis.motion.life import combine, life
from visavis.motion.loudness import Loudness
from visavis.motion.speech import Speech, Spoken

RATE = 16000


def spoken(chunks: list[AudioChunk], fps: int = 25, seed: int = 4, first: int = 0) -> list[Spoken]:
    speech = Speech(fps, seed, first)
    frames = [frame for chunk in chunks for frame in speech.feed(chunk)]
    return frames + speech.finish()


@pytest.mark.parametrize("known", [True, False])
def test_mouth_and_head_come_together(known: bool) -> None:
    phones = SENTENCES["en"] if known else None
    samples = voice("a", 3.0, RATE)
    chunks = cut(samples, RATE, phones, [1000] * 50)
    frames = spoken(chunks)
    assert len(frames) == frame_count(len(samples), RATE, 25)
    mouth: Articulation | Loudness = Articulation(25) if known else Loudness(25)
    head = Emphasis(25, 4)
    mouths = [one for chunk in chunks for one in mouth.feed(chunk)] + mouth.finish()
    heads = [one for chunk in chunks for one in head.feed(chunk)] + head.finish()
    assert frames == [Spoken(*pair) for pair in zip(mouths, heads, strict=True)]


def test_the_first_chunk_settles_whether_phones_are_known() -> None:
    opening = AudioChunk(silence(0.5, RATE), RATE, 0, ())
    rest = AudioChunk(voice("a", 0.5, RATE), RATE, opening.end, None)
    assert not any(frame.mouth.open for frame in spoken([opening, rest]))


@pytest.mark.parametrize("language", LANGUAGES)
def test_talking_begins_and_ends_where_resting_is(language: Language) -> None:
    phones = SENTENCES[language]
    samples = joined(voice("a", phones[-1].start, RATE), silence(0.4, RATE))
    first = 1234
    frames = spoken(cut(samples, RATE, phones), first=first)
    heads = [combine(life(first + i, 25, 4), frame.head) for i, frame in enumerate(frames)]
    before, after = life(first - 1, 25, 4), life(first + len(frames), 25, 4)
    course = np.array([before, *heads, after])[:, :5]
    assert np.abs(np.diff(course, axis=0)).max() < 0.03
    assert max(map(abs, frames[0].mouth[:4])) < 0.3
    assert not any(frames[-1].mouth)


def test_nothing_said_gives_no_frame() -> None:
    assert spoken([]) == []


def test_chunks_out_of_order_are_refused() -> None:
    speech = Speech(25)
    speech.feed(AudioChunk(silence(0.1, RATE), RATE))
    with pytest.raises(ValueError, match="in order and without gaps"):
        speech.feed(AudioChunk(silence(0.1, RATE), RATE))
