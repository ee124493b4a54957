"""A second voice that reads along."""

import contextlib
from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import pytest

from tests.fakes.tts import LETTER, VOICES, ScriptedTts
from visavis.contracts import Clause, Stream, Voice
from visavis.engines.tts.espeak import Espeak
from visavis.media import LANGUAGES, AudioChunk, Phone
from visavis.reading import Reader, read_along, read_to
from visavis.streams import stream_of

ADA = VOICES[0]


class Wordless(ScriptedTts):
    """A voice that does not know its phones.

    pieces: into how many chunks it cuts each clause. open: the streams of speech that are not closed.
    """

    def __init__(self, pieces: int = 1) -> None:
        super().__init__()
        self.pieces = pieces
        self.open = 0

    async def speak(self, clauses: Stream[Clause], voice: Voice) -> Stream[AudioChunk]:
        self.open += 1
        try:
            async with contextlib.aclosing(super().speak(clauses, voice)) as chunks:
                async for chunk in chunks:
                    at = chunk.at
                    for piece in np.array_split(chunk.samples, self.pieces):
                        yield AudioChunk(piece, chunk.rate, at)
                        at += len(piece)
        finally:
            self.open -= 1


class Second(ScriptedTts):
    """The voice that reads; it remembers in which voices, and what of it is not closed."""

    def __init__(self, fails_at: int | None = None) -> None:
        super().__init__(fails_at=fails_at)
        self.chosen: list[str] = []
        self.open = 0

    async def speak(self, clauses: Stream[Clause], voice: Voice) -> Stream[AudioChunk]:
        self.chosen.append(voice.name)
        self.open += 1
        try:
            async with contextlib.aclosing(super().speak(clauses, voice)) as chunks:
                async for chunk in chunks:
                    yield chunk
        finally:
            self.open -= 1


class Text:
    """Clauses on their way: how many were asked for, and whether the stream was closed."""

    def __init__(self, *texts: str) -> None:
        self._texts = texts
        self.asked = 0
        self.closed = False

    async def clauses(self) -> Stream[Clause]:
        try:
            for text in self._texts:
                self.asked += 1
                yield Clause(text, "en")
        finally:
            self.closed = True


def english(*texts: str) -> list[Clause]:
    return [Clause(text, "en") for text in texts]


def symbols(phones: Iterable[Phone] | None) -> str | None:
    return None if phones is None else "".join(phone.symbol or "_" for phone in phones)


async def readings(chunks: Stream[AudioChunk]) -> list[str | None]:
    return [symbols(chunk.reading) async for chunk in chunks]


async def test_a_reading_is_timed_from_the_beginning_of_the_first_one() -> None:
    reader = Reader(ScriptedTts)
    first = await reader.read([Clause("ab", "en", 0.1), Clause("c", "en")])
    second = await reader.read([Clause("de", "en")])
    assert symbols(first) == "ab_c"
    assert symbols(second) == "de"
    assert [phone.start for phone in first] == pytest.approx([0, LETTER, 2 * LETTER, 2 * LETTER + 0.1])
    begin = 3 * LETTER + 0.1
    assert [phone.start for phone in second] == pytest.approx([begin, begin + LETTER])
    assert second[-1].end == pytest.approx(begin + 2 * LETTER)


async def test_what_cannot_be_read_takes_no_time() -> None:
    reader = Reader(ScriptedTts)
    assert await reader.read([]) == ()
    assert await reader.read(english("…")) == ()
    (phone,) = await reader.read(english("…", "a"))
    assert (phone.symbol, phone.start) == ("a", 0)


async def test_each_clause_is_read_by_a_voice_of_its_language() -> None:
    second = Second()
    await Reader(lambda: second).read([Clause("a", language) for language in LANGUAGES])
    assert second.chosen == ["ada", "bao", "carla", "darya"]


async def test_a_language_without_a_voice_is_read_by_the_first_one() -> None:
    second = Second()
    second.voices = VOICES[:2]
    assert symbols(await Reader(lambda: second).read([Clause("a", "fa")])) == "a"
    assert second.chosen == ["ada"]


async def test_words_come_with_the_first_chunk_of_their_sound() -> None:
    speech = read_along(Wordless(3), stream_of(english("ab", "c")), ADA, Reader(ScriptedTts))
    chunks = [chunk async for chunk in speech]
    assert [symbols(chunk.reading) for chunk in chunks] == ["ab", "", "", "c", "", ""]
    assert [chunk.phones for chunk in chunks] == [None] * 6
    assert [chunk.at for chunk in chunks[1:]] == [chunk.end for chunk in chunks[:-1]]
    assert (chunks[3].reading or ())[0].start == pytest.approx(2 * LETTER)


async def test_a_clause_without_sound_comes_with_the_next_one() -> None:
    speech = read_along(Wordless(), stream_of(english("a", "…", "b")), ADA, Reader(ScriptedTts))
    assert await readings(speech) == ["a", "b"]


async def test_words_wait_for_a_chunk_that_has_sound() -> None:
    class Hesitant(Wordless):
        async def speak(self, clauses: Stream[Clause], voice: Voice) -> Stream[AudioChunk]:
            async with contextlib.aclosing(super().speak(clauses, voice)) as chunks:
                async for chunk in chunks:
                    yield AudioChunk(chunk.samples[:0], chunk.rate, chunk.at)
                    yield chunk

    speech = read_along(Hesitant(), stream_of(english("ab", "c")), ADA, Reader(ScriptedTts))
    assert await readings(speech) == ["", "ab", "", "c"]


async def test_a_voice_that_knows_its_phones_is_left_alone() -> None:
    made = []

    def second() -> ScriptedTts:
        made.append(ScriptedTts())
        return made[-1]

    speech = read_along(ScriptedTts(), stream_of(english("ab", "c")), ADA, Reader(second))
    assert await readings(speech) == [None, None]
    assert not made


async def test_without_a_reader_nothing_is_read() -> None:
    speech = read_along(Wordless(), stream_of(english("ab", "c")), ADA, None)
    assert await readings(speech) == [None, None]


async def test_only_what_is_spoken_is_asked_for() -> None:
    text = Text("a", "b", "c")
    async with contextlib.aclosing(
        read_along(Wordless(), text.clauses(), ADA, Reader(ScriptedTts))
    ) as speech:
        await anext(speech)
        assert text.asked == 1
        await anext(speech)
        assert text.asked == 2


@pytest.mark.parametrize("heard", [1, 2])
async def test_closing_closes_everything(heard: int) -> None:
    text, first, second = Text("ab", "cd", "ef"), Wordless(2), Second()
    speech = read_along(first, text.clauses(), ADA, Reader(lambda: second))
    for _ in range(heard):
        await anext(speech)
    assert (text.closed, first.open) == (False, 1)
    await speech.aclose()
    assert (text.closed, first.open, second.open) == (True, 0, 0)


async def test_an_end_closes_everything() -> None:
    text, first, second = Text("ab", "cd"), Wordless(), Second()
    assert await readings(read_along(first, text.clauses(), ADA, Reader(lambda: second))) == ["ab", "cd"]
    assert (text.closed, first.open, second.open) == (True, 0, 0)


async def test_a_reader_that_dies_is_told_of_once_and_done_without(caplog: pytest.LogCaptureFixture) -> None:
    text, first, second = Text("ab", "cd", "ef"), Wordless(), Second(fails_at=1)
    assert await readings(read_along(first, text.clauses(), ADA, Reader(lambda: second))) == ["ab", "", ""]
    (record,) = caplog.records
    assert "dies on 'cd'" in record.getMessage()
    assert (text.closed, first.open, second.open) == (True, 0, 0)


async def sound(closed: list[bool]) -> Stream[AudioChunk]:
    try:
        for n in range(3):
            yield AudioChunk(np.zeros(100, np.float32), 8000, 100 * n)
    finally:
        closed.append(True)


async def test_a_recording_s_words_come_with_its_first_chunk() -> None:
    closed: list[bool] = []
    text = Text("ab", "c")
    chunks = [chunk async for chunk in read_to(sound(closed), text.clauses(), Reader(ScriptedTts))]
    assert [symbols(chunk.reading) for chunk in chunks] == ["abc", "", ""]
    assert [chunk.at for chunk in chunks] == [0, 100, 200]
    assert (closed, text.closed) == ([True], True)


async def test_closing_closes_recording_and_words() -> None:
    closed: list[bool] = []
    text, second = Text("ab", "c"), Second()
    read = read_to(sound(closed), text.clauses(), Reader(lambda: second))
    await anext(read)
    await read.aclose()
    assert (closed, text.closed, second.open) == ([True], True, 0)


async def test_the_embedded_voice_reads_every_language() -> None:
    texts = {"en": "My map.", "zh": "我怕冷。", "es": "Mi mapa.", "fa": "مادر من."}
    with contextlib.closing(Espeak()) as engine:
        reader = Reader(lambda: engine)
        phones = [
            phone
            for language in LANGUAGES
            for phone in await reader.read([Clause(texts[language], language)])
        ]
    assert all(one.end == pytest.approx(two.start, abs=1e-6) for one, two in pairwise(phones))
    assert phones[0].start == 0
    assert sum(phone.symbol == "m" for phone in phones) >= 5
