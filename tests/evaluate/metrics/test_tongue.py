from dataclasses import replace

import numpy as np
import pytest

from tests.evaluate.material import TAKE
from tests.evaluate.metrics.speech import (
    ENGLISH,
    MANDARIN,
    PERSIAN,
    SPANISH,
    VOICES,
    jfk,
    other_sound,
    said,
    with_jfk,
)
from visavis.evaluate.aligning import FITTING, NOWHERE
from visavis.evaluate.metrics.tongue import answer_language, spoken_language, text_language, words_fit
from visavis.evaluate.spoiling import sound
from visavis.evaluate.takes import Dialogue, Exchange, Take
from visavis.media import Language

TEXTS: dict[Language, str] = {"en": ENGLISH, "zh": MANDARIN, "es": SPANISH, "fa": PERSIAN}


def fit(take: Take) -> float:
    found = words_fit(take).value
    assert found is not None
    return found


@pytest.mark.parametrize("language", TEXTS)
def test_words_in_their_own_language_are_right(language: Language) -> None:
    take = said(TEXTS[language], VOICES[language])
    assert spoken_language(take).value == 100
    assert fit(take) > -0.7


@pytest.mark.parametrize(
    ("language", "read_in"),
    [("zh", "en"), ("es", "en"), ("en", "es"), ("fa", "en"), ("fa", "es"), ("zh", "fa"), ("es", "zh")],
)
def test_words_that_another_language_reads_are_not(language: Language, read_in: Language) -> None:
    own = said(TEXTS[language], VOICES[language])
    other = said(TEXTS[language], VOICES[read_in], read_in)
    reading = spoken_language(other)
    assert reading.value == 0
    assert f"{language} at 0.0 s is spoken as " in reading.note
    assert fit(other) < fit(own) - 0.5


def test_only_the_part_that_is_wrong_counts() -> None:
    """A Mandarin sentence that goes on in English for the voice, and not for the text."""
    english, right = said(ENGLISH, "james"), said(MANDARIN, "wei")
    wrong = said(MANDARIN, "james", "en")
    for mandarin, value in ((right, 100.0), (wrong, None)):
        take = replace(
            english,
            text=f"{ENGLISH} {MANDARIN}",
            samples=np.concatenate([english.samples, mandarin.samples]),
            spoken=(
                ("en", 0.0, english.seconds),
                ("zh", english.seconds, english.seconds + mandarin.seconds),
            ),
        )
        share = 100 * english.seconds / take.seconds
        assert spoken_language(take).value == pytest.approx(value or share, abs=0.01)


def test_where_the_times_are_not_known_all_of_it_is_one_part() -> None:
    english, mandarin = said(ENGLISH, "james"), said(MANDARIN, "wei")
    both = replace(
        english,
        text=f"{ENGLISH} {MANDARIN}",
        samples=np.concatenate([english.samples, mandarin.samples]),
    )
    assert spoken_language(both).value == 100
    assert spoken_language(replace(both, samples=said(SPANISH, "mateo").samples)).value is None


def test_other_words_fit_nothing() -> None:
    take = replace(said(ENGLISH, "james"), text="Nobody knew when the train would come.")
    reading = spoken_language(take)
    assert reading.value is None
    assert "it may be other words" in reading.note
    assert fit(take) < FITTING


def test_words_that_are_backwards_left_out_or_in_noise_fit_worse() -> None:
    take = said(ENGLISH, "james")
    clear = fit(take)
    assert fit(other_sound(take, sound.backwards(take.samples))) < FITTING
    assert fit(other_sound(take, sound.without(take.samples, take.rate, [(1.0, 3.0)]))) < clear - 0.4
    assert fit(other_sound(take, sound.hissing(take.samples, 0))) < clear - 0.2


@with_jfk
def test_a_recorded_person_speaks_english() -> None:
    assert spoken_language(jfk()).value == 100
    assert fit(jfk()) > FITTING


def test_without_words_there_is_nothing_to_tell() -> None:
    empty = replace(TAKE, text="...")
    for measure in (spoken_language, words_fit, text_language):
        assert measure(empty).value is None
        assert measure(empty).note


def test_silence_fits_nothing() -> None:
    assert spoken_language(TAKE).value is None
    assert words_fit(TAKE).value == NOWHERE


def test_letters_in_another_language_are_told() -> None:
    assert text_language(replace(TAKE, text=ENGLISH)).value == 100
    mixture = text_language(replace(TAKE, text="Hi. " + SPANISH))
    assert mixture.value is not None
    assert mixture.value < 10
    assert mixture.note == "also es"


def test_answers_in_another_language_are_told() -> None:
    asked = Exchange(said="¿Qué hora es?", began=0, ended=1)
    right, wrong = replace(asked, answered="Son las tres."), replace(asked, answered="It is three.")
    dialogue = Dialogue(scenario="x", language="es", exchanges=(right, right))
    assert answer_language(dialogue).value == 100
    half = answer_language(replace(dialogue, exchanges=(right, wrong))).value
    assert half is not None
    assert 40 < half < 60
    assert answer_language(replace(dialogue, exchanges=(asked,))).value is None
