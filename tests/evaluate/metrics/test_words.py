import contextlib
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest

from tests.evaluate.material import TAKE
from tests.evaluate.metrics.speech import ENGLISH, other_sound, said
from visavis.contracts import Stream, Transcript
from visavis.evaluate.metrics import words
from visavis.evaluate.metrics.words import Count, counted, tokens, word_errors
from visavis.evaluate.spoiling import sound
from visavis.evaluate.takes import Take
from visavis.media import AudioChunk, Language


class Scripted:
    """Hears what it is told to, by language; seconds: of the sound that it was given."""

    rate = 8_000

    def __init__(self, hears: Mapping[Language, str], seconds: list[float]) -> None:
        self.languages = tuple(hears)
        self._hears, self._seconds = hears, seconds

    async def transcribe(self, speech: Stream[AudioChunk], language: Language | None) -> Stream[Transcript]:
        async with contextlib.aclosing(speech):
            chunks = [chunk async for chunk in speech]
        assert {chunk.rate for chunk in chunks} == {self.rate}
        self._seconds.append(chunks[-1].end / self.rate)
        assert language is not None
        yield Transcript("well", language, False, 0, 1)
        yield Transcript(self._hears[language], language, True, 0, 1)

    def close(self) -> None: ...


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> "Install":
    """Scripted recognisers in place of those that are installed."""

    def installed(hears: dict[str, Mapping[Language, str]]) -> list[float]:
        seconds: list[float] = []
        monkeypatch.setattr(words, "ears", lambda setting: tuple(hears))
        monkeypatch.setattr(words, "engine", lambda kind, name: lambda: Scripted(hears[name], seconds))
        return seconds

    return installed


Install = Callable[[dict[str, Mapping[Language, str]]], list[float]]

TWO = replace(
    TAKE,
    text="Welcome, and please come in. Bienvenidos, pueden pasar por aquí.",
    spoken=(("en", 0.0, 0.4), ("es", 0.4, 1.0)),
)


@pytest.mark.parametrize(
    ("language", "text", "heard"),
    [
        (
            "en",
            "It opens at 9:30, and costs $7.50!",
            "it opens at nine thirty and costs seven dollars and fifty cents",
        ),
        ("en", "Don’t you know?", "don't you KNOW"),
        ("es", "¿Él cuesta 7,50 euros?", "el cuesta siete coma cincuenta euros"),
        ("zh", "票价是68元，学生半价。", "票价是六十八元学生半价"),
        ("fa", "باز می‌شود، لطفاً کیف‌ها را", "باز می شود لطفا کيف ها را"),
        ("fa", "می‌توانم ۲۵ بلیت", "میتوانم بیست و پنج بلیت"),
    ],
)
def test_what_sounds_alike_is_alike(language: Language, text: str, heard: str) -> None:
    assert tokens(text, language) == tokens(heard, language)
    assert counted(text, heard, language).wrong == 0


def test_mandarin_is_counted_by_characters_and_the_others_by_words() -> None:
    assert tokens("我会说, OK。", "zh") == ["我", "会", "说", "o", "k"]
    assert tokens("El año", "es") == ["el", "año"]
    assert tokens("…", "en") == []


def test_changes_are_counted() -> None:
    assert counted("one two three four", "one too three", "en") == Count(4, others=1, missing=1)
    assert counted("one two", "oh one two so", "en") == Count(2, more=2)
    assert counted("我会说", "我不会说", "zh") == Count(3, more=1)
    assert str(Count(4, 1, 1)) == "of 4 1 heard as others, 1 missed, 0 added"


def test_each_part_is_heard_by_who_understands_it(install: Install) -> None:
    seconds = install(
        {
            "better": {"en": "welcome and please", "es": "bienvenidos pueden pasar por aquí"},
            "pocketsphinx": {"en": "nobody asks it"},
        }
    )
    reading = word_errors(TWO)
    assert reading.value == pytest.approx(100 * 2 / 10)
    assert "2 missed" in reading.note
    assert seconds == pytest.approx([0.4, 0.6], abs=0.01)


def test_a_language_that_nobody_understands_is_told(install: Install) -> None:
    install({"pocketsphinx": {"en": "welcome and please come inn"}})
    reading = word_errors(TWO)
    assert reading.value == pytest.approx(20)
    assert reading.note.endswith("no recogniser that is installed understands Spanish")
    install({})
    reading = word_errors(TWO)
    assert reading.value is None
    assert reading.note == "no recogniser that is installed understands English and Spanish"


def test_what_cannot_be_told_is_not(install: Install) -> None:
    install({"better": {"en": "welcome", "es": "bienvenidos"}})
    assert word_errors(replace(TWO, text="...")).value is None
    assert "when which language" in word_errors(replace(TWO, spoken=())).note


def test_hearing_nothing_is_all_wrong_and_too_much_is_more(install: Install) -> None:
    take = replace(TAKE, text="Hello, you two.")
    install({"better": {"en": ""}})
    assert word_errors(take).value == 100
    install({"better": {"en": "oh yellow you two my my my"}})
    assert word_errors(take).value == pytest.approx(500 / 3)


def test_words_in_noise_are_misunderstood() -> None:
    """The embedded recogniser, on a voice that it understands well."""
    take = said(ENGLISH, "james")
    still = np.zeros(take.rate // 5, np.float32)
    clear = errors(other_sound(take, np.concatenate([still, take.samples, still])))
    assert clear < 80
    assert errors(other_sound(take, sound.hissing(take.samples, -10))) > clear + 10


def errors(take: Take) -> float:
    reading = word_errors(take)
    if reading.value is None:
        pytest.skip(reading.note)
    return reading.value
