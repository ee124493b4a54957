"""How many seconds of sound the voice makes in a second, in each language."""

import contextlib
from collections.abc import Iterator
from functools import partial
from typing import Final, cast

from visavis.evaluate.speed.staging import Staging
from visavis.evaluate.speed.texts import RIGHTS
from visavis.evaluate.speed.work import Case, Done, Run, Work
from visavis.evaluate.speed.works._event_loop import looping
from visavis.evaluate.speed.works._speech import said
from visavis.media import Language

TIMES: Final = 8


@contextlib.contextmanager
def opened(staging: Staging, case: Case) -> Iterator[Run]:
    """A voice that has spoken before."""
    language = cast(Language, case.name)
    with looping() as run, contextlib.closing(staging.new_tts()) as tts:

        async def speak() -> Done:
            async with said(staging, tts, RIGHTS[language] * TIMES, language) as chunks:
                return Done(sum([chunk.duration async for chunk in chunks]))

        yield partial(run, speak)


WORK: Final = Work(
    name="speech",
    title="sound of the voice",
    unit="seconds of sound",
    told="rate",
    cases=tuple(Case(language, quick=language == "en") for language in RIGHTS),
    stands_for=f"article 1 of the Declaration of Human Rights, {TIMES} times, from text to sound: finding "
    "clauses and numbers in it, and speaking. One voice that is asked for speaks all languages.",
    opened=opened,
)
