"""Another voice's reading of the same words, found in the sound and followed."""

import asyncio
from collections.abc import Iterable
from contextlib import closing

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.motion.cutting import cut, silence, tiled
from tests.motion.recorded import SENTENCES
from tests.motion.said import FPS, OPEN, VOICES, Said, alike, in_truth, moved, pauses, sealed, uttered
from tests.motion.sounds import joined, resampled, voice
from visavis.engines.tts.espeak import Espeak
from visavis.media import LANGUAGES, AudioChunk, Language, Phone, Samples, frame_count
from visavis.motion.ear import ANSWERS, STEPS, Heard
from visavis.motion.following import LAG, SMOOTH, Following, Place, Reading, Tracking
from visavis.motion.frames import Mouth
from visavis.motion.hearing import Hearing
from visavis.motion.visemes import KINDS, spans

SILENCE = KINDS.index("silence")
HEARD = np.array((0.3, 0.2, 0, 0, 0, 0, 0, 0), np.float32)


def read(*pieces: Iterable[Phone]) -> Reading:
    reading = Reading()
    for piece in pieces:
        reading.extend(tuple(piece))
    return reading


def sounding(kinds: Iterable[int]) -> list[Heard]:
    """Steps that sound like these kinds, one nine times as likely as all others together."""
    steps = []
    for kind in kinds:
        chances = np.full(len(KINDS), 0.1 / (len(KINDS) - 1), np.float32)
        chances[kind] = 0.9
        steps.append(Heard(HEARD, np.log(chances)))
    return steps


def places(reading: Reading, steps: list[Heard]) -> list[Place]:
    tracking = Tracking(reading)
    return [place for step in steps for place in tracking.feed(step)] + tracking.finish()


def followed(reading: Reading, steps: list[Heard]) -> NDArray[np.float32]:
    following = Following(reading)
    return np.array([mouth for step in steps for mouth in following.feed(step)] + following.finish())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reading_is_known_step_by_step(language: Language) -> None:
    phones = SENTENCES[language]
    reading = read(phones)
    assert len(reading.kinds) == round(phones[-1].end * STEPS)
    assert reading.mouths.shape[1:] == (ANSWERS,)
    assert len(reading.mouths) <= len(reading.kinds) + 1
    for start, stop, kind in spans(phones):
        if stop - start > 2 / STEPS:
            assert reading.kinds[int((start + stop) / 2 * STEPS)] == kind


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reading_in_pieces_is_the_same(language: Language) -> None:
    phones = SENTENCES[language]
    whole = read(phones)
    for at in range(len(phones)):
        parts = read(phones[:at], (), phones[at:])
        assert np.array_equal(whole.kinds, parts.kinds)
        n = min(len(whole.mouths), len(parts.mouths))
        assert n >= len(whole.kinds) - STEPS // 3
        assert np.array_equal(whole.mouths[:n], parts.mouths[:n])


def test_a_reading_that_ends_in_a_sound_is_known_to_its_end() -> None:
    reading = read(tiled(("p", 80), ("a", 400), ("m", 140)))
    assert len(reading.mouths) >= len(reading.kinds)
    assert reading.mouths[round(0.55 * STEPS), Mouth._fields.index("press")] > 0.5


def test_nothing_read_is_nothing() -> None:
    reading = read((), ())
    assert len(reading.kinds) == len(reading.mouths) == 0


def test_the_same_pace_goes_from_place_to_place() -> None:
    reading = read(SENTENCES["en"])
    found = places(reading, sounding(reading.kinds))
    assert len(found) == len(reading.kinds)
    off = np.abs(np.array([place.at for place in found]) - np.arange(len(found)))
    assert np.median(off) <= 2
    assert off[: -STEPS // 2].max() <= 6
    assert np.mean([place.fit for place in found]) > -0.3


@pytest.mark.parametrize("pace", [0.6, 0.8, 1.3, 1.8])
def test_a_slower_and_a_faster_speaker_are_found(pace: float) -> None:
    reading = read(SENTENCES["en"])
    true = np.arange(0, len(reading.kinds) - STEPS // 2, pace).astype(int)
    found = np.array([place.at for place in places(reading, sounding(reading.kinds[true]))])
    assert np.percentile(np.abs(found - true), 80) <= 4
    assert (np.diff(found) >= 0).all()


def test_a_pause_that_the_reading_has_not_holds_it() -> None:
    reading = read(tiled(("p", 80), ("a", 200), ("s", 120), ("i", 160), ("m", 100), ("u", 200)))
    half = 17
    said = [*reading.kinds[:half], *[SILENCE] * 100, *reading.kinds[half:]]
    found = [place.at for place in places(reading, sounding(said))]
    assert abs(found[half + 50] - half) <= 3
    assert abs(found[half + 100 + 10] - (half + 10)) <= 3
    assert found[-1] >= len(reading.kinds) - 4


@pytest.mark.parametrize("seconds", [0.5, 1, 2, 5])
def test_an_aside_that_the_reading_has_not_holds_it(seconds: float) -> None:
    reading = read(SENTENCES["en"])
    half = 130
    aside = np.random.default_rng(7).integers(1, len(KINDS), round(seconds * 12.5)).repeat(4)
    said = [*reading.kinds[:half], *aside, *reading.kinds[half:]]
    found = np.array([place.at for place in places(reading, sounding(said))])
    back = half + len(aside)
    assert np.median(np.abs(found[back + 25 :] - np.arange(half + 25, len(reading.kinds)))) <= 4


def test_words_said_again_are_not_followed_backwards() -> None:
    reading = read(SENTENCES["en"])
    found = places(reading, sounding([*reading.kinds, *reading.kinds]))
    again = [place.fit for place in found[len(reading.kinds) + 10 :]]
    assert np.mean(again) < -2


def test_a_pause_that_the_speaker_has_not_is_passed() -> None:
    around = ("p", 80), ("a", 200), ("s", 120), ("i", 160)
    reading = read(tiled(*around, ("", 300), ("m", 100), ("u", 200), ("k", 90), ("o", 200)))
    begin, end = 28, 43
    said = np.concatenate([reading.kinds[:begin], reading.kinds[end:]])
    found = [place.at for place in places(reading, sounding(said))]
    assert abs(found[-1] - (len(reading.kinds) - 1)) <= 3


def test_a_place_is_told_a_little_late_and_never_taken_back() -> None:
    reading = read(SENTENCES["fa"])
    tracking = Tracking(reading)
    told: list[Place] = []
    for number, step in enumerate(sounding(reading.kinds), 1):
        told += tracking.feed(step)
        assert len(told) == max(0, number - LAG)
        assert len(tracking._scores) <= 250
    told += tracking.finish()
    assert len(told) == len(reading.kinds)
    assert (np.diff([place.at for place in told]) >= 0).all()


@pytest.mark.parametrize("steps", [0, 1, 2, 3, 7, 40])
@pytest.mark.parametrize("phones", [(), SENTENCES["en"]])
def test_every_step_has_its_mouth(steps: int, phones: tuple[Phone, ...]) -> None:
    following = Following(read(phones))
    mouths = 0
    for number, step in enumerate(sounding([3] * steps), 1):
        mouths += len(following.feed(step))
        assert mouths == max(0, number - LAG - SMOOTH)
        assert len(following._heard) <= LAG + SMOOTH
    assert mouths + len(following.finish()) == steps


def test_the_mouth_does_as_in_the_reading_where_the_words_fit() -> None:
    reading = read([*SENTENCES["es"], Phone("", SENTENCES["es"][-1].end, SENTENCES["es"][-1].end + 1)])
    mouths = followed(reading, sounding(reading.kinds))
    n = len(reading.mouths) - STEPS
    speaking = reading.kinds[:n] != SILENCE
    assert np.abs(mouths[:n] - reading.mouths[:n])[speaking].mean() < 0.06


def test_the_mouth_does_as_it_is_heard_where_they_do_not() -> None:
    reading = read(SENTENCES["es"])
    others = [KINDS.index("hush"), KINDS.index("ø")] * 60
    mouths = followed(reading, sounding(np.repeat(others, 3)))
    assert np.allclose(mouths[STEPS:], HEARD)


def test_the_mouth_does_as_it_is_heard_in_a_pause() -> None:
    reading = read(tiled(("p", 80), ("a", 900), ("s", 120), ("i", 160)))
    said = [*reading.kinds[:20], *[SILENCE] * 60, *reading.kinds[20:]]
    mouths = followed(reading, sounding(said))
    assert np.abs(mouths[26:75] - HEARD).max() < 0.05


def hearing(chunks: list[AudioChunk], fps: int = FPS) -> list[Mouth]:
    ear = Hearing(fps, following=True)
    return [mouth for chunk in chunks for mouth in ear.feed(chunk)] + ear.finish()


def course(samples: Samples, rate: int, phones: tuple[Phone, ...]) -> NDArray[np.float64]:
    return np.array(hearing([AudioChunk(samples, rate, 0, None, phones)]))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("turn", [1, -1])
def test_one_voice_follows_another_in_every_language(
    language: Language, turn: int, said: dict[str, Said]
) -> None:
    reader, one = (said[name] for name in VOICES[language][::turn])
    mouth = course(one.samples, one.rate, reader.phones)
    true = in_truth(one.samples, one.rate, one.phones)
    assert alike(mouth, true) >= 0.8
    assert sealed(mouth, one.phones) >= 0.7
    for pause in pauses(one.phones):
        assert mouth[pause, OPEN].max() < 0.1
        assert mouth[pause, OPEN].mean() < 0.06


@pytest.mark.parametrize("level", [0.1, 2.0])
@pytest.mark.parametrize("rate", [8000, 44100])
def test_a_voice_is_followed_at_any_rate_soft_and_loud(
    rate: int, level: float, said: dict[str, Said]
) -> None:
    reader, one = said["emma"], said["james"]
    sound = np.clip(resampled(one.samples, one.rate, rate) * np.float32(level), -1, 1)
    mouth = course(sound, rate, reader.phones)
    true = in_truth(one.samples, one.rate, one.phones)
    n = min(len(true), len(mouth))
    assert alike(mouth[:n], true[:n]) >= 0.75
    assert sealed(mouth, one.phones) >= 0.7


@pytest.mark.parametrize("language", LANGUAGES)
def test_readings_that_come_clause_by_clause_are_followed(language: Language, said: dict[str, Said]) -> None:
    reader, one = (said[name] for name in VOICES[language])
    bounds = [*one.starts, len(one.samples)]
    chunks = [
        AudioChunk(one.samples[begin:end], one.rate, begin, None, clause)
        for begin, end, clause in zip(bounds, bounds[1:], reader.clauses, strict=False)
    ]
    mouth = np.array(hearing(chunks))
    assert alike(mouth, in_truth(one.samples, one.rate, one.phones)) >= 0.8
    assert sealed(mouth, one.phones) >= 0.7


@pytest.fixture(scope="module")
def others() -> Said:
    """Words that are in none of the texts."""
    texts = "Whether or not the weather is cold,", "she still likes her chocolate in the garden."
    with closing(Espeak()) as engine:
        return asyncio.run(uttered(engine, texts, "en", "emma"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_quite_other_words_do_little_harm(language: Language, said: dict[str, Said], others: Said) -> None:
    one = said[VOICES[language][1]]
    true = in_truth(one.samples, one.rate, one.phones)
    alone = np.array([*(ear := Hearing(FPS)).feed(AudioChunk(one.samples, one.rate)), *ear.finish()])
    assert alike(course(one.samples, one.rate, others.phones), true) > alike(alone, true) - 0.2
    assert alike(course(one.samples, one.rate, ()), true) > alike(alone, true) - 0.1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pause_that_is_only_in_the_sound_shuts_the_mouth(language: Language, said: dict[str, Said]) -> None:
    reader, one = (said[name] for name in VOICES[language])
    first = one.clauses[0]
    at = next(n for n, p in enumerate(first) if n > len(first) // 2 and p.symbol[:1] in set("pbtdkmn"))
    begin = round(first[at].start * one.rate)
    sound = joined(one.samples[:begin], silence(1.0, one.rate), one.samples[begin:])
    paused = Phone("", first[at].start, first[at].start + 1)
    phones = (*one.phones[:at], paused, *(moved(phone, 1.0) for phone in one.phones[at:]))
    mouth = course(sound, one.rate, reader.phones)
    assert alike(mouth, in_truth(sound, one.rate, phones)) >= 0.8
    assert mouth[round((paused.start + 0.25) * FPS) : round((paused.end - 0.12) * FPS), OPEN].max() < 0.1


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(0, 6000), max_size=12),
    st.sampled_from([10, 24, 25, 30, 60]),
    st.sampled_from([8000, 22050, 44100]),
)
def test_chunking_changes_nothing(lengths: list[int], fps: int, rate: int) -> None:
    """Each reading comes with the sound that it always comes with, however that is cut further."""
    first = joined(voice("a", 0.2, rate), voice("m", 0.1, rate, 0.06), voice("i", 0.1, rate))
    second = joined(voice("m", 0.1, rate, 0.06), voice("a", 0.2, rate), silence(0.1, rate))
    one = tuple(tiled(("ɑ", 180), ("m", 80), ("i", 140)))
    two = tuple(tiled(("m", 80), ("ɑ", 240), ("", 130), begin=400))

    def chunks(lengths: list[int]) -> list[AudioChunk]:
        made: list[AudioChunk] = []
        for sound, reading in ((first, one), (second, two)):
            at = made[-1].end if made else 0
            made += [
                AudioChunk(c.samples, rate, at + c.at, None, () if c.at or n else reading)
                for n, c in enumerate(cut(sound, rate, None, lengths))
            ]
        return made

    whole = hearing(chunks([]), fps)
    assert len(whole) == frame_count(len(first) + len(second), rate, fps)
    assert hearing(chunks(lengths), fps) == whole
