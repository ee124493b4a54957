"""The entries of a gold set to scenarios: each with a name and a voice to resemble, and looked at beforehand.

The voice is taken from another recording of the same speaker, where there is one: a voice that resembles a
recording because it was made from that very recording would prove nothing. Owns what recordings are of use.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np

from visavis.contracts import Tts
from visavis.errors import AudioError, InputError, TextError
from visavis.evaluate import aligning
from visavis.evaluate.aligning import FITTING, aligned
from visavis.evaluate.gold.naming import plain, unique
from visavis.evaluate.gold.reading import Entry, Gold
from visavis.evaluate.scenarios import Scenario
from visavis.evaluate.scenarios.utterance import Saying
from visavis.language.detect import detect
from visavis.media import AudioChunk, Samples
from visavis.sound import INAUDIBLE, recording
from visavis.streams import Worker

TAG: Final = "gold"

SHORTEST, LONGEST = 1.0, 60.0
"""Seconds of a recording that is of use."""

LARGEST: Final = 300_000_000
"""Bytes of a recording; a video of which a minute is larger than that is read in vain for its sound."""

TELLING: Final = 10.0
"""Seconds of a recording that tell best how somebody sounds: more says little more, and takes longer."""

LOOKED_AT: Final = 40
"""Recordings of a speaker among which the voice is chosen."""

SHOWN: Final = 60
"""Characters of a transcript in a sentence."""


def scenarios(gold: Gold) -> tuple[Scenario, ...]:
    """What a gold set would have performed, as yet without voices; no recording is opened."""
    wanted = (f"{TAG}-{plain(f'{entry.speaker}-{entry.path.stem}')}" for entry in gold.entries)
    return tuple(_scenario(entry, name) for entry, name in zip(gold.entries, unique(wanted), strict=True))


def _scenario(entry: Entry, name: str) -> Scenario:
    tags = (TAG, entry.speaker) if entry.speaker else (TAG,)
    title = f"{entry.path.name}, {entry.speaker}" if entry.speaker else entry.path.name
    language = entry.language or detect(entry.text)
    return Scenario(name, title, "utterance", language, tags, Saying(entry.text, recording=entry.path))


class Examiner:
    """Looks at the recordings of a gold set before anything is performed.

    tts: a voice that knows its phones (`aligning.READER`). note: is told what is of no use, and why.
    """

    def __init__(self, gold: Gold, tts: Tts, worker: Worker, note: Callable[[str], None]) -> None:
        self._folder = gold.folder
        self._voices = Voices(gold)
        self._tts, self._worker, self._note = tts, worker, note

    async def examined(
        self, chosen: Sequence[Scenario], progress: Callable[[float, float | None], None]
    ) -> tuple[Scenario, ...]:
        """The same scenarios, those of the gold set with voices; what is of no use is left out.

        Raises:
            InputError: none is left.
        """
        kept: list[Scenario] = []
        for done, scenario in enumerate(chosen):
            progress(done, len(chosen))
            try:
                kept.append(await self._one(scenario))
            except (AudioError, TextError) as error:
                self._note(f"left out: {error}")
        if not kept:
            raise InputError(f"no recording in {self._folder} is of use; give others")
        return tuple(kept)

    async def _one(self, scenario: Scenario) -> Scenario:
        """A scenario with a voice; not compared with its recording where its transcript is not in it."""
        saying = scenario.script
        if TAG not in scenario.tags or not isinstance(saying, Saying) or saying.recording is None:
            return scenario
        path = saying.recording
        sound = await self._worker.run(partial(heard, path))
        reading = await aligning.read(saying.text, scenario.language, self._tts)
        found = await self._worker.run(partial(aligned, sound.samples, sound.rate, reading))
        if found.fit < FITTING:
            self._note(
                f"{path.name} does not sound like its transcript, {saying.text[:SHOWN]!r}: the fit is "
                f"{found.fit:.1f}, below {FITTING}; what is made is not compared with it, check both"
            )
        voice = await self._worker.run(partial(self._voices.of, path))
        recording = path if found.fit >= FITTING else None
        return replace(scenario, script=replace(saying, reference=voice, recording=recording))


class Voices:
    """Whose voice is in which recording of a gold set, and which other one tells best how it sounds."""

    def __init__(self, gold: Gold) -> None:
        self._speakers = {entry.path: entry.speaker for entry in gold.entries} | dict(gold.others)
        self._telling: dict[str, tuple[Path, ...]] = {}

    def of(self, path: Path) -> Path:
        """The recording to take a speaker's voice from: another one than `path`, if there is one. Blocks."""
        speaker = self._speakers[path]
        if speaker not in self._telling:
            self._telling[speaker] = self._found(speaker)
        return next((other for other in self._telling[speaker] if other != path), path)

    def _found(self, speaker: str) -> tuple[Path, ...]:
        """The two most telling recordings of somebody, or fewer; whichever are performed."""
        theirs = sorted(path for path, whose in self._speakers.items() if whose == speaker)
        nearest = sorted(theirs[:LOOKED_AT], key=_untelling)
        return tuple(islice(filter(_is_of_use, nearest), 2))


def _untelling(path: Path) -> float:
    """How far a recording's length is from TELLING, by what its head says."""
    try:
        return abs((recording(path).seconds or 0.0) - TELLING)
    except AudioError:
        return LONGEST


def _is_of_use(path: Path) -> bool:
    try:
        heard(path)
    except AudioError:
        return False
    return True


def heard(path: Path) -> AudioChunk:
    """A recording. Blocks.

    Raises:
        AudioError: it cannot be read, is silent, too short or too long.
    """
    try:
        size = path.stat().st_size
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise AudioError(f"cannot read {path}: {said}; give another file") from error
    if size > LARGEST:
        raise AudioError(f"{path} has {size // 10**6} MB; cut its speech out of it: visavis gold {path}")
    found = recording(path)
    samples = np.concatenate([np.zeros(0, np.float32), *_bounded(found.chunks(), found.rate)])
    seconds = len(samples) / found.rate
    if seconds < SHORTEST:
        raise AudioError(f"{path} is {seconds:.2f} s long; give a recording of {SHORTEST:.0f} s at least")
    if seconds > LONGEST:
        raise AudioError(
            f"{path} is longer than {LONGEST:.0f} s; cut it into pieces, or let visavis gold do so"
        )
    if float(np.abs(samples).max()) < INAUDIBLE:
        raise AudioError(f"{path} is silent from beginning to end; give a recording with speech in it")
    return AudioChunk(samples, found.rate)


def _bounded(chunks: Iterable[AudioChunk], rate: int) -> Iterator[Samples]:
    """As much as tells whether it is too long."""
    held = 0
    for chunk in chunks:
        yield chunk.samples
        held += len(chunk.samples)
        if held > LONGEST * rate:
            return
