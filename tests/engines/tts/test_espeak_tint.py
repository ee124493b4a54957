"""The tint: nearer to whom it was made from, understood as before, and never in the way of speaking."""

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contracts.tts import Stage, check_utterance, joined, phones_of, staged
from tests.motion.sounds import noise, resampled, whispered
from tests.voices.conftest import chunked, within
from visavis.contracts import Clause, Voice, VoiceSample
from visavis.engines.tts.espeak import Espeak
from visavis.engines.tts.espeak_tint import BOUND, VARIANTS, presets
from visavis.errors import AudioError, EngineError
from visavis.media import LANGUAGES, AudioChunk, Samples
from visavis.sound import recording
from visavis.voices import heard
from visavis.voices.f0 import pitch
from visavis.voices.spectrum import colour, looks, loudness

RATE = Espeak.rate
JFK = Path(__file__).parents[4] / "shared/media/jfk.flac"
PEOPLE = ("grace", "henry", "lucia")
SAYS = (
    Clause("Help the woman get back to her feet.", "en", 0.3),
    Clause("A pot of tea helps to pass the evening.", "en", 0.3),
)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staged(Espeak()) as stage:
        yield stage


def spoken(stage: Stage, voice: Voice, *clauses: Clause) -> Samples:
    return joined(stage.spoken(*(clauses or SAYS), voice=voice))


def first_spoken(voice: Voice) -> list[AudioChunk]:
    """By a process that has said nothing yet: espeak-ng's flutter depends on what it said before."""
    with staged(Espeak()) as fresh:
        return fresh.spoken(*SAYS, voice=voice)


def person(stage: Stage, name: str) -> VoiceSample:
    """Somebody to resemble: a voice of espeak-ng's in a room whose colour is its own."""
    voice = next(voice for voice in stage.tts.voices if voice.name == name)
    dry = spoken(stage, voice, *stage.clauses(voice.language) * 2)
    spectrum = np.fft.rfft(dry)
    hertz = np.fft.rfftfreq(len(dry), 1 / RATE)
    dips = 5 * np.sin(2 * np.pi * np.log2(np.maximum(hertz, 50)) / 3 + 2 * PEOPLE.index(name))
    return VoiceSample(
        np.fft.irfft(spectrum * 10 ** (dips / 20), len(dry)).astype(np.float32), RATE, voice.language
    )


@pytest.fixture(scope="module")
def people(stage: Stage) -> Mapping[str, VoiceSample]:
    return {name: person(stage, name) for name in PEOPLE}


@pytest.fixture(scope="module")
def tints(stage: Stage, people: Mapping[str, VoiceSample]) -> Mapping[str, Voice]:
    return {name: stage.tts.resembling(sample, name) for name, sample in people.items()}


def unlike(one: Samples, other: Samples) -> float:
    """How far apart two voices are: 1 is three semitones, or 3 dB between their mean spectra."""
    semitones = 12 * np.log2(pitch(one, RATE).median / pitch(other, RATE).median)
    difference = colour(looks(one, RATE)) - colour(looks(other, RATE))
    return float(np.hypot(semitones, np.std(difference)) / 3)


@pytest.mark.parametrize("name", PEOPLE)
def test_a_tint_is_nearer_to_its_person_than_any_voice_and_any_other_tint(
    name: str, stage: Stage, people: Mapping[str, VoiceSample], tints: Mapping[str, Voice]
) -> None:
    target = people[name].samples
    mine = unlike(spoken(stage, tints[name]), target)
    own = [voice for voice in stage.tts.voices if voice.language == "en"]
    others = [tint for tint in tints.values() if tint.name != name]
    assert mine < min(unlike(spoken(stage, voice), target) for voice in (*own, *others))
    assert mine < 1


@pytest.mark.parametrize("name", PEOPLE)
def test_a_tint_is_a_voice(name: str, people: Mapping[str, VoiceSample], tints: Mapping[str, Voice]) -> None:
    tint = tints[name]
    assert (tint.name, tint.language) == (name, people[name].language)
    assert tint.gender == ("female" if name in {"grace", "lucia"} else "male")
    assert len(tint.likeness) < 2000


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_tint_speaks_every_language(language: str, stage: Stage, tints: Mapping[str, Voice]) -> None:
    clauses = stage.clauses(next(known for known in LANGUAGES if known == language))
    for tint in tints.values():
        chunks = stage.spoken(*clauses, voice=tint)
        check_utterance(chunks, RATE)
        assert loudness(joined(chunks), RATE) == pytest.approx(-20, abs=3.5)
        english = pitch(spoken(stage, tint), RATE).median
        assert pitch(joined(chunks), RATE).median == pytest.approx(english, rel=0.2)


def test_phones_are_where_the_variant_has_them(stage: Stage, tints: Mapping[str, Voice]) -> None:
    """Colour and pitch move nothing: plosives burst at the same samples with the filter and without it."""
    tint = tints["henry"]
    tree = json.loads(tint.likeness)
    for language in LANGUAGES:
        tree[language]["colour"] = [0.0] * len(tree[language]["colour"])
    plain = Voice(tint.name, tint.language, tint.gender, json.dumps(tree).encode())
    one, other = map(first_spoken, (tint, plain))
    assert phones_of(one) == phones_of(other)
    envelopes = [np.convolve(np.abs(joined(chunks)), np.ones(200), "same") for chunks in (one, other)]
    lags = range(-60, 61, 5)
    likeness = [float(np.corrcoef(np.roll(envelopes[0], lag), envelopes[1])[0, 1]) for lag in lags]
    assert abs(lags[int(np.argmax(likeness))]) <= RATE // 1000


def test_the_filter_is_bounded(
    tints: Mapping[str, Voice], people: Mapping[str, VoiceSample], stage: Stage
) -> None:
    """Even where the person sounds like nothing on earth."""
    grace = people["grace"].samples
    whistle = within(grace, 0, 1200) + within(grace, 5000, 6000)
    for tint in (*tints.values(), stage.tts.resembling(VoiceSample(whistle, RATE), "odd")):
        for preset in presets(tint).values():
            assert max(abs(level) for _, level in preset.colour) <= BOUND
            assert 0 <= preset.pitch <= 99
            assert 0 <= preset.range <= 99


def test_a_telephone_colours_only_what_it_carries(stage: Stage, people: Mapping[str, VoiceSample]) -> None:
    whole = people["henry"].samples
    narrow = resampled(within(whole, 300, 3400), RATE, 8000)
    tint = presets(stage.tts.resembling(VoiceSample(narrow, 8000), "henry"))["en"]
    levels = dict(tint.colour)
    bass = [level for hertz, level in levels.items() if hertz < 300]
    treble = [level for hertz, level in levels.items() if hertz > 3400]
    assert min(bass) > 0
    assert treble == sorted(treble, reverse=True)
    assert treble[0] - treble[-1] == pytest.approx(2.3, abs=0.5)


def test_who_asks_twice_gets_the_same(
    stage: Stage, people: Mapping[str, VoiceSample], tints: Mapping[str, Voice]
) -> None:
    with contextlib.closing(Espeak()) as other:
        assert other.resembling(people["grace"], "grace") == tints["grace"]


def test_tinting_has_a_process_of_its_own(stage: Stage, people: Mapping[str, VoiceSample]) -> None:
    assert isinstance(stage.tts, Espeak)
    pid = stage.tts.pid
    with contextlib.closing(Espeak()) as engine:
        engine.close()
        assert engine.resembling(people["grace"], "grace").likeness
    assert stage.tts.pid == pid


@pytest.mark.parametrize(
    "spoil", [lambda x: x * 0, lambda x: noise(4, RATE, 0.3), lambda x: whispered(x, RATE)]
)
def test_without_a_voice_there_is_a_sentence(
    spoil: Callable[[Samples], Samples], stage: Stage, people: Mapping[str, VoiceSample]
) -> None:
    sample = VoiceSample(np.asarray(spoil(people["grace"].samples), np.float32), RATE)
    with pytest.raises(AudioError, match=r"only 0\.\d s of voice are in the sample of 'nobody'; give"):
        stage.tts.resembling(sample, "nobody")


def test_a_likeness_of_another_version_is_a_sentence(stage: Stage, tints: Mapping[str, Voice]) -> None:
    tree = json.loads(tints["grace"].likeness)
    wrongs: tuple[object, ...] = (
        {**tree, "format": 0},
        {**tree, "variant": "martian"},
        {**tree, "en": {**tree["en"], "colour": [1.0]}},
        {**tree, "en": {**tree["en"], "pitch": None}},
        {key: value for key, value in tree.items() if key != "fa"},
        [],
    )
    for wrong in wrongs:
        with pytest.raises(
            EngineError, match=r"'anna' was tinted for another version of espeak; register it again"
        ):
            spoken(stage, Voice("anna", "en", "female", json.dumps(wrong).encode()))


@given(
    st.binary(min_size=1, max_size=60)
    | st.recursive(st.none() | st.floats() | st.text(), st.lists).map(json.dumps).map(str.encode)
)
def test_any_bytes_are_a_sentence(likeness: bytes) -> None:
    with pytest.raises(EngineError, match="register it again"):
        presets(Voice("anna", "en", "female", likeness))


def test_the_variants_are_all_there(stage: Stage) -> None:
    """espeak-ng refuses a name that it does not have."""
    for variant in VARIANTS:
        voice = Voice("x", "en", variant.gender, _likeness(variant.name))
        assert spoken(stage, voice, Clause("Good morning.", "fa"), Clause("Good morning.", "zh")).any()


def _likeness(variant: str) -> bytes:
    plain = {"pitch": 50, "range": 50, "gain": 0, "colour": [0] * 26}
    return json.dumps({"format": 1, "variant": variant, **dict.fromkeys(LANGUAGES, plain)}).encode()


@pytest.mark.skipif(not JFK.exists(), reason="needs ../shared/media/jfk.flac")
def test_a_recorded_person(stage: Stage) -> None:
    sample = heard(recording(JFK).chunks(), "en").sample
    tint = stage.tts.resembling(sample, "kennedy")
    assert tint.gender == "male"
    target = resampled(sample.samples, sample.rate, RATE)
    mine = unlike(spoken(stage, tint), target)
    assert mine < 0.8 * min(unlike(spoken(stage, voice), target) for voice in stage.tts.voices[:6])


def test_what_was_heard_can_be_tinted(stage: Stage, people: Mapping[str, VoiceSample]) -> None:
    """From a recording to a voice, as a registration does it."""
    voice = heard(chunked(people["lucia"].samples), "es")
    tint = stage.tts.resembling(voice.sample, "lucia")
    assert tint.language == "es"
    assert unlike(spoken(stage, tint), people["lucia"].samples) < 1
