"""What every asr engine has to keep. An engine's test stages it once and runs each of CHECKS:

@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staged(Pocketsphinx(), "en", speech, rate, {"name"}) as stage:
        yield stage

@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_contract(check: Check, stage: Stage) -> None:
    check(stage)

`speech` is a sentence of a few seconds in `language`, float32 at `rate`, and `words` what has to be
understood of it; tests/engines/spoken.py has some.
"""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import pytest

from visavis.contracts import Asr, Stream, Transcript
from visavis.media import LANGUAGES, AudioChunk, Language, Samples
from visavis.streams import stream_of
from visavis.voices.rates import Resampler

T = TypeVar("T")


@dataclass(frozen=True)
class Stage:
    """An engine, speech at its rate with a little quiet around it, and the one event loop."""

    asr: Asr
    language: Language
    speech: Samples
    words: AbstractSet[str]
    runner: asyncio.Runner

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def understood(self, samples: Samples, language: Language | None = None) -> list[Transcript]:
        speech = stream_of(cut(self.asr, samples))
        return self.run(collected(self.asr.transcribe(speech, language or self.language)))

    def check_words(self, transcripts: Sequence[Transcript]) -> None:
        assert self.words <= set(check_transcripts(transcripts).casefold().split())


Check = Callable[[Stage], None]


@contextlib.contextmanager
def staged(
    asr: Asr, language: Language, speech: Samples, rate: int, words: AbstractSet[str]
) -> Iterator[Stage]:
    resampler = Resampler(rate, asr.rate)
    converted = np.concatenate([resampler.feed(speech), resampler.finish()])
    quiet = noise(0.3, asr.rate, 0.0005)
    with asyncio.Runner() as runner, contextlib.closing(asr):
        yield Stage(asr, language, np.concatenate([quiet, converted, quiet]), words, runner)


async def collected(transcripts: Stream[Transcript]) -> list[Transcript]:
    async with contextlib.aclosing(transcripts):
        return [transcript async for transcript in transcripts]


def cut(asr: Asr, samples: Samples, piece: int = 512) -> list[AudioChunk]:
    return [AudioChunk(samples[at : at + piece], asr.rate, at) for at in range(0, len(samples), piece)]


def noise(seconds: float, rate: int, level: float) -> Samples:
    """White, the same every time."""
    made = np.random.default_rng(7).standard_normal(round(seconds * rate))
    return (level * made).astype(np.float32)


def check_transcripts(transcripts: Sequence[Transcript]) -> str:
    """All that holds of the transcripts of any stretch; the final text."""
    assert [transcript.final for transcript in transcripts] == [False] * (len(transcripts) - 1) + [True]
    for transcript in transcripts:
        assert transcript.language in LANGUAGES
        assert 0 <= transcript.start <= transcript.end
        assert transcript.text == transcript.text.strip()
    return transcripts[-1].text


def tells_its_rate_and_languages(stage: Stage) -> None:
    assert isinstance(stage.asr.rate, int)
    assert stage.asr.rate >= 8000
    assert stage.asr.languages
    assert set(stage.asr.languages) <= set(LANGUAGES)
    assert stage.language in stage.asr.languages


def understands_a_sentence(stage: Stage) -> None:
    transcripts = stage.understood(stage.speech)
    stage.check_words(transcripts)
    assert transcripts[-1].end == pytest.approx(len(stage.speech) / stage.asr.rate, abs=0.5)


def finds_out_the_language(stage: Stage) -> None:
    speech = stream_of(cut(stage.asr, stage.speech))
    transcripts = stage.run(collected(stage.asr.transcribe(speech, None)))
    assert check_transcripts(transcripts)
    assert transcripts[-1].language in stage.asr.languages


def hears_a_language_that_it_does_not_know_as_one_that_it_does(stage: Stage) -> None:
    for language in set(LANGUAGES) - set(stage.asr.languages):
        transcripts = stage.understood(stage.speech, language)
        check_transcripts(transcripts)
        assert transcripts[-1].language in stage.asr.languages


def understands_nothing_in_nothing(stage: Stage) -> None:
    rate = stage.asr.rate
    for samples in (
        np.zeros(0, np.float32),
        np.zeros(1, np.float32),
        np.zeros(rate // 50, np.float32),
        np.zeros(2 * rate, np.float32),
        noise(2.0, rate, 0.001),
        noise(2.0, rate, 0.05),
    ):
        assert check_transcripts(stage.understood(samples)) == ""


def can_be_cancelled_anywhere(stage: Stage) -> None:
    """Wherever it is cancelled, no task stays behind and the next stretch is understood."""

    async def cancelled(seconds: float) -> None:
        closed = asyncio.Event()
        transcripts = stage.asr.transcribe(_watched(stage, closed), stage.language)
        task = asyncio.create_task(collected(transcripts))
        await asyncio.sleep(seconds)
        task.cancel()
        await asyncio.wait([task])
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert closed.is_set() or seconds == 0  # what never began has nothing to close

    for seconds in (0.0, 0.001, 0.02, 0.1):
        stage.run(cancelled(seconds))
    stage.check_words(stage.understood(stage.speech))


def closes_what_it_listens_to(stage: Stage) -> None:
    """When it came to its end, and when it is closed as soon as there is a first word."""

    async def open_after(transcripts: int) -> bool:
        closed = asyncio.Event()
        listening = stage.asr.transcribe(_watched(stage, closed, endless=False), stage.language)
        async with contextlib.aclosing(listening):
            for _ in range(transcripts):
                if await anext(listening, None) is None:
                    break
        return not closed.is_set()

    assert not stage.run(open_after(1))
    assert not stage.run(open_after(1000))


def understands_several_at_once(stage: Stage) -> None:
    async def both() -> list[list[Transcript]]:
        silence = np.zeros(stage.asr.rate, np.float32)
        streams = [
            collected(stage.asr.transcribe(stream_of(cut(stage.asr, samples)), stage.language))
            for samples in (stage.speech, silence, stage.speech)
        ]
        return await asyncio.gather(*streams)

    one, nothing, other = stage.run(both())
    stage.check_words(one)
    stage.check_words(other)
    assert check_transcripts(nothing) == ""
    assert one[-1].text == other[-1].text


def remembers_nothing(stage: Stage) -> None:
    """What was heard before does not change what is understood."""
    first = stage.understood(stage.speech)[-1].text
    stage.understood(noise(1.0, stage.asr.rate, 0.3))
    assert stage.understood(stage.speech)[-1].text == first


def passes_on_what_goes_wrong_with_the_speech(stage: Stage) -> None:
    async def broken() -> Stream[AudioChunk]:
        for chunk in cut(stage.asr, stage.speech)[:20]:
            yield chunk
        raise OSError("the microphone is gone")

    with pytest.raises(OSError, match="the microphone is gone"):
        stage.run(collected(stage.asr.transcribe(broken(), stage.language)))


async def _watched(stage: Stage, closed: asyncio.Event, endless: bool = True) -> Stream[AudioChunk]:
    try:
        for chunk in cut(stage.asr, stage.speech):
            yield chunk
        if endless:
            await asyncio.Event().wait()
    finally:
        closed.set()


CHECKS: tuple[Check, ...] = (
    tells_its_rate_and_languages,
    understands_a_sentence,
    finds_out_the_language,
    hears_a_language_that_it_does_not_know_as_one_that_it_does,
    understands_nothing_in_nothing,
    can_be_cancelled_anywhere,
    closes_what_it_listens_to,
    understands_several_at_once,
    remembers_nothing,
    passes_on_what_goes_wrong_with_the_speech,
)
