from collections.abc import Sequence

import pytest

from tests.fakes.tts import LETTER, ScriptedTts
from visavis.contracts import Clause, Stream, Voice
from visavis.evaluate.noting import Line, Notes, languages, last_lines, said
from visavis.media import AudioChunk
from visavis.streams import stream_of

CLAUSES = (
    Clause("Abc.", "en", 0.2, "Abc."),
    Clause("Defg.", "en", 0.0, " Defg,"),
    Clause("Hola.", "es", 0.1, ""),
    Clause("Hi.", "en", 0.0, " Hi."),
)
STARTS = [0.0, 4 * LETTER + 0.2, 9 * LETTER + 0.2, 14 * LETTER + 0.3]


class Hasty(ScriptedTts):
    """Asks for all clauses before it speaks the first one."""

    async def speak(self, clauses: Stream[Clause], voice: Voice) -> Stream[AudioChunk]:
        asked = [clause async for clause in clauses]
        async for chunk in super().speak(stream_of(asked), voice):
            yield chunk


async def noted(tts: ScriptedTts, clauses: Sequence[Clause] = CLAUSES) -> Notes:
    notes = Notes()
    async for _ in notes.chunks(tts.speak(stream_of(notes.clauses(clauses)), tts.voices[0])):
        pass
    return notes


async def test_clauses_are_noted_when_they_begin_to_be_said() -> None:
    notes = await noted(ScriptedTts())
    assert [line.start for line in notes.lines()] == pytest.approx(STARTS)
    assert [line.clause for line in notes.lines()] == list(CLAUSES)
    assert notes.seconds == pytest.approx(17 * LETTER + 0.3)


async def test_of_a_voice_that_reads_ahead_the_clauses_times_are_not_known() -> None:
    assert (await noted(Hasty())).lines() == ()


async def test_phones_are_told_from_a_moment_on() -> None:
    notes = await noted(ScriptedTts())
    assert notes.knows
    assert len(notes.phones()) == 19
    later = notes.phones(STARTS[3])
    assert [phone.symbol for phone in later] == ["h", "i", ""]
    assert later[0].start == pytest.approx(0.0)


async def test_phones_that_are_not_told_are_not_known() -> None:
    async def mute() -> Stream[AudioChunk]:
        async for chunk in ScriptedTts().speak(stream_of(CLAUSES), ScriptedTts.voices[0]):
            yield AudioChunk(chunk.samples, chunk.rate, chunk.at)

    notes = Notes()
    async for _ in notes.chunks(mute()):
        pass
    assert not notes.knows
    assert notes.phones() == ()


LINES = tuple(Line(start, clause) for start, clause in zip(STARTS, CLAUSES, strict=True))


def test_languages_are_joined_and_end_with_the_sound() -> None:
    assert languages(LINES, 0.0, 2.0) == (
        ("en", 0.0, STARTS[2]),
        ("es", STARTS[2], STARTS[3]),
        ("en", STARTS[3], 2.0),
    )
    assert languages(LINES[3:], STARTS[3], 2.0) == (("en", 0.0, 2.0 - STARTS[3]),)
    assert languages((), 0.0, 2.0) == ()


def test_the_last_lines_begin_where_text_does() -> None:
    assert said(LINES) == "Abc. Defg, Hi."
    assert last_lines(LINES, 2.0, 1.7) == LINES[1:]
    assert last_lines(LINES, 2.0, 2.0 - STARTS[2]) == LINES[3:]
    assert last_lines(LINES, 2.0, 0.1) == LINES[3:]
    assert last_lines((), 2.0, 0.1) == ()
