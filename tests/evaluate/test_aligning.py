from collections.abc import Iterator

import numpy as np
import pytest

from visavis.engines.tts.espeak import Espeak
from visavis.evaluate.aligning import aligned, phones_of, read
from visavis.language import clauses
from visavis.media import Language, Phone, Samples
from visavis.soundtrack import voice_named
from visavis.streams import stream_of

TEXTS: dict[Language, str] = {
    "en": "The morning train was late again, so she read the paper twice.",
    "zh": "早上的火车又晚点了，她把报纸看了两遍。",
    "es": "El tren de la mañana llegó tarde otra vez, y ella leyó el periódico.",
    "fa": "قطار صبح باز هم دیر کرد و او روزنامه را دو بار خواند.",
}
OTHERS = (("en", "henry"), ("zh", "jun"), ("es", "sofia"), ("fa", "kaveh"))


@pytest.fixture(scope="module")
def espeak() -> Iterator[Espeak]:
    tts = Espeak()
    yield tts
    tts.close()


async def said(tts: Espeak, text: str, voice: str) -> tuple[Samples, list[Phone]]:
    """What a voice says, and its phones."""
    samples: list[Samples] = []
    phones: list[Phone] = []
    async for chunk in tts.speak(stream_of(clauses(text)), voice_named(tts.voices, voice)):
        samples.append(chunk.samples)
        phones += chunk.phones or ()
    return np.concatenate(samples), phones


@pytest.mark.parametrize(("language", "voice"), OTHERS)
async def test_another_voices_phones_are_found(espeak: Espeak, language: Language, voice: str) -> None:
    samples, phones = await said(espeak, TEXTS[language], voice)
    late = np.concatenate([np.zeros(espeak.rate // 2, np.float32), samples])
    found = aligned(late, espeak.rate, await read(TEXTS[language], language, espeak))
    assert [phone.symbol for phone in found.phones] == [phone.symbol for phone in phones]
    errors = np.array(
        [one.start - other.start - 0.5 for one, other in zip(found.phones, phones, strict=True)]
    )
    assert abs(np.median(errors)) < 0.01
    assert np.quantile(np.abs(errors), 0.9) < 0.03


async def test_phones_follow_each_other(espeak: Espeak) -> None:
    samples, _ = await said(espeak, TEXTS["es"], "lucia")
    found = aligned(samples, espeak.rate, await read(TEXTS["en"], "en", espeak)).phones
    ends = [edge for phone in found for edge in (phone.start, phone.end)]
    assert ends == sorted(ends)
    assert ends[-1] <= len(samples) / espeak.rate + 0.05


async def test_a_pause_that_the_reading_has_not_is_a_silence(espeak: Espeak) -> None:
    samples, phones = await said(espeak, TEXTS["en"], "emma")
    word = next(n for n, phone in enumerate(phones) if phone.symbol == "w")
    middle = round(phones[word].start * espeak.rate)
    held = np.concatenate([samples[:middle], np.zeros(espeak.rate, np.float32), samples[middle:]])
    found = aligned(held, espeak.rate, await read(TEXTS["en"], "en", espeak)).phones
    inside = [p for p in found if p.start < phones[word].start + 0.9 and p.end > phones[word].start + 0.1]
    assert [phone.symbol for phone in inside] == [""]


async def test_other_words_have_no_phones(espeak: Espeak) -> None:
    samples, _ = await said(espeak, TEXTS["es"], "lucia")
    assert await phones_of(TEXTS["en"], None, samples, espeak.rate) == ()
    assert len(await phones_of(TEXTS["es"], "es", samples, espeak.rate)) > 30


def test_nothing_is_found_in_nothing() -> None:
    assert aligned(np.zeros(0, np.float32), 16_000, (Phone("a", 0.0, 1.0),)).phones == ()
    assert aligned(np.zeros(16_000, np.float32), 16_000, ()).phones == ()
