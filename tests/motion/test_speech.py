"""The front door."""

from dataclasses import replace

import numpy as np
import pytest

from tests.motion.cutting import cut, silence, tiled
from tests.motion.recorded import SENTENCES
from tests.motion.said import VOICES, Said, moved
from tests.motion.sounds import joined, voice
from visavis.media import LANGUAGES, AudioChunk, Language, Phone, frame_count
from visavis.motion.articulation import Articulation
from visavis.motion.emphasis import Emphasis
from visavis.motion.hearing import Hearing
from visavis.motion.life import combine, life
from visavis.motion.speech import Speech, Spoken

RATE = 16000


def spoken(chunks: list[AudioChunk], fps: int = 25, seed: int = 4, first: int = 0) -> list[Spoken]:
    speech = Speech(fps, seed, first)
    frames = [frame for chunk in chunks for frame in speech.feed(chunk)]
    return frames + speech.finish()


def read(chunks: list[AudioChunk], phones: tuple[Phone, ...]) -> list[AudioChunk]:
    """The same chunks with a reading, which comes with the first one."""
    return [replace(chunk, reading=() if chunk.at else phones) for chunk in chunks]


@pytest.mark.parametrize("known", ["phones", "words", "nothing"])
def test_mouth_and_head_come_together(known: str) -> None:
    samples = voice("a", 3.0, RATE)
    chunks = cut(samples, RATE, SENTENCES["en"] if known == "phones" else None, [1000] * 50)
    if known == "words":
        chunks = read(chunks, SENTENCES["en"])
    frames = spoken(chunks)
    assert len(frames) == frame_count(len(samples), RATE, 25)
    mouth = Articulation(25) if known == "phones" else Hearing(25, following=known == "words")
    head = Emphasis(25, 4)
    mouths = [one for chunk in chunks for one in mouth.feed(chunk)] + mouth.finish()
    heads = [one for chunk in chunks for one in head.feed(chunk)] + head.finish()
    assert frames == [Spoken(*pair) for pair in zip(mouths, heads, strict=True)]


def test_the_first_chunk_settles_whether_phones_are_known() -> None:
    opening = AudioChunk(silence(0.5, RATE), RATE, 0, ())
    rest = AudioChunk(voice("a", 0.5, RATE), RATE, opening.end, None)
    assert not any(frame.mouth.open for frame in spoken([opening, rest]))


def test_the_first_chunk_settles_whether_words_are_known() -> None:
    opening, *rest = cut(joined(silence(0.2, RATE), voice("a", 0.8, RATE)), RATE, None, [3200])
    late = [replace(chunk, reading=tuple(tiled(("ɑ", 800)))) for chunk in rest]
    assert spoken([opening, *late]) == spoken([opening, *rest])
    assert spoken([replace(opening, reading=()), *late]) != spoken([opening, *rest])


@pytest.mark.parametrize("known", ["phones", "words", "nothing"])
@pytest.mark.parametrize("cut_to", [160, 1600, 7000])
def test_chunking_changes_nothing(cut_to: int, known: str) -> None:
    samples = joined(voice("m", 0.1, RATE, 0.06), voice("a", 0.5, RATE), silence(0.3, RATE))
    phones = tuple(tiled(("m", 100), ("ɑ", 500, 2), ("", 300)))

    def chunks(lengths: list[int]) -> list[AudioChunk]:
        made = cut(samples, RATE, phones if known == "phones" else None, lengths)
        return read(made, phones) if known == "words" else made

    assert spoken(chunks([cut_to] * 100)) == spoken(chunks([]))


@pytest.mark.parametrize("known", ["phones", "words", "nothing"])
def test_frames_come_a_quarter_of_a_second_after_their_time(known: str) -> None:
    chunks = cut(voice("a", 2.0, RATE), RATE, SENTENCES["en"] if known == "phones" else None, [800] * 40)
    speech = Speech(25)
    given_out = 0
    for chunk in read(chunks, SENTENCES["en"]) if known == "words" else chunks:
        given_out += len(speech.feed(chunk))
        assert given_out >= int((chunk.end / RATE - 0.25) * 25)


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


@pytest.mark.parametrize("voice", [voice for voices in VOICES.values() for voice in voices])
@pytest.mark.parametrize("known", [True, False])
def test_a_mouth_opens_softly_where_an_utterance_begins_in_a_vowel(
    voice: str, known: bool, said: dict[str, Said]
) -> None:
    one = said[voice]
    for vowel in [phone for phone in one.phones if phone.symbol[:1] in {"a", "ɑ", "æ"}][:4]:
        sound = one.samples[int(vowel.start * one.rate) :]
        phones = tuple(moved(phone, -vowel.start) for phone in one.phones if phone.start >= vowel.start)
        frames = spoken([AudioChunk(sound, one.rate, 0, phones if known else None)])
        assert frames[0].mouth.open < 0.25
        assert frames[0].mouth.jaw < 0.25


def test_nothing_said_gives_no_frame() -> None:
    assert spoken([]) == []


def test_chunks_out_of_order_are_refused() -> None:
    speech = Speech(25)
    speech.feed(AudioChunk(silence(0.1, RATE), RATE))
    with pytest.raises(ValueError, match="in order and without gaps"):
        speech.feed(AudioChunk(silence(0.1, RATE), RATE))
