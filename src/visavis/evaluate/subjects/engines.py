"""A voice and a face in this process: they say a text, and make a video of it as `visavis say` does.

Owns making it, and what is known of it besides the video: when what is said, and how long each stage took.
Of what is long, only the end becomes material: it is there that things go wrong with length, and measuring an
hour would take hours. What is short is made several times: whatever else a machine does weighs on times of
milliseconds.
"""

import contextlib
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache, partial
from math import floor
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final, cast

from visavis.contracts import Face, Tts, Voice, VoiceSample
from visavis.errors import PortraitError
from visavis.evaluate.aligning import READER, phones_of
from visavis.evaluate.footage import cut, footage
from visavis.evaluate.noting import Line, Notes, languages, last_lines, said
from visavis.evaluate.scenarios import Scenario
from visavis.evaluate.scenarios.utterance import Saying
from visavis.evaluate.subjects import Door, Progress, Setup
from visavis.evaluate.subjects._filming import LONG, stages_of
from visavis.evaluate.subjects._keeping import keeping
from visavis.evaluate.takes import EXCERPT, Take
from visavis.language import clauses
from visavis.media import AudioChunk, Phone, Portrait
from visavis.plugins import engine
from visavis.reading import Reader
from visavis.render import Film, film, prepared_from, unfinished
from visavis.sound import read
from visavis.soundtrack import Track, spoken
from visavis.stopwatch import Stopwatch, Timings
from visavis.streams import Worker, closing, stream_of

KEPT: Final = "short"
"""The tag of scenarios whose pictures are kept as they were drawn: a second of them has twenty megabytes."""

TIMES: Final = 3
"""How often a short video is made; the middle one of each of its times counts."""

QUICK: Final = 5.0
"""Seconds that a short video may take to be made again; for more, nobody waits twice."""

WARMING: Final = Saying("One, two.")


@dataclass(frozen=True, slots=True)
class Shot:
    """A film that was made, of what was said from `begins` on.

    notes: of all that was said, before it too. spans: from when to when each stage was at work.
    """

    film: Film
    begins: float
    notes: Notes
    spans: Mapping[str, tuple[float, float]]

    @property
    def lines(self) -> tuple[Line, ...]:
        """The clauses that are heard in it."""
        return tuple(line for line in self.notes.lines() if line.start >= self.begins)


class Engines:
    """One voice and one face.

    portrait: takes it at a width and height. faces: makes the face for so many pictures a second.
    reading: makes the voice that reads along where the other one does not know its phones.
    scratch: a folder for what lasts until the next performance; None: nothing such is kept.
    """

    def __init__(
        self,
        setup: Setup,
        portrait: Callable[[int, int], Portrait],
        tts: Tts,
        faces: Callable[[int], Face],
        reading: Callable[[], Tts],
        worker: Worker,
        scratch: Path | None = None,
    ) -> None:
        self._setup, self._tts, self._faces, self._reading = setup, tts, faces, reading
        self._worker, self._scratch = worker, scratch
        self._portrait = cache(portrait)

    @property
    def configuration(self) -> Mapping[str, str | int]:
        """The engines by name, and what they were given."""
        setup = self._setup
        return {
            "tts": setup.tts,
            "voice": setup.voice or "by language",
            "face": setup.face,
            "portrait": setup.avatar or (setup.photo.name if setup.photo else "demo"),
            "width": setup.size[0],
            "height": setup.size[1],
            "fps": setup.fps,
        }

    async def perform(self, scenario: Scenario, folder: Path, progress: Progress) -> Take:
        """The video, and what is known of it. Raises what `visavis say` would."""
        saying = cast(Saying, scenario.script)
        reference = await self._reference(saying)
        portrait = await self._worker.run(partial(self._portrait, *self._size(saying)))
        video = folder / f"{scenario.name}.mp4"
        voice = await self._voice(saying, reference)
        source = self._scratch / "source.mov" if self._scratch and KEPT in scenario.tags else None
        shots = [await self._shot(saying, voice, portrait, video, progress, source)]
        first = shots[0].film
        if saying.filmed is None and first.seconds <= LONG and first.timings.total <= QUICK:
            with TemporaryDirectory() as again:
                path = Path(again) / video.name
                for _ in range(TIMES - 1):
                    shots.append(await self._shot(saying, voice, portrait, path, progress, None))
        shot = await self._worker.run(partial(ended, typical(shots)))
        take = await self._take(scenario, saying, shot)
        return replace(
            take,
            portrait=portrait,
            source=source,
            reference=reference.samples if reference else None,
            reference_rate=reference.rate if reference else 0,
            twin=await self._twin(take, saying),
        )

    def _size(self, saying: Saying) -> tuple[int, int]:
        return saying.size or self._setup.size

    async def _reference(self, saying: Saying) -> VoiceSample | None:
        if saying.reference is None:
            return self._setup.reference
        sound = await self._worker.run(partial(_sound, saying.reference))
        return VoiceSample(sound.samples, sound.rate)

    async def _voice(self, saying: Saying, reference: VoiceSample | None) -> Voice | None:
        if saying.reference is None or reference is None:
            return self._setup.speaker
        return await self._worker.run(partial(self._tts.resembling, reference, saying.reference.stem))

    async def _shot(
        self,
        saying: Saying,
        voice: Voice | None,
        portrait: Portrait,
        video: Path,
        progress: Progress,
        source: Path | None,
    ) -> Shot:
        notes, watch = Notes(), Stopwatch()
        face = self._faces(saying.fps or self._setup.fps)
        track = spoken(
            notes.clauses(clauses(saying.text)),
            self._tts,
            voice,
            watch,
            characters=len(saying.text),
            reader=Reader(self._reading),
        )
        track = replace(track, chunks=notes.chunks(track.chunks))
        begins = 0.0
        if saying.filmed is not None:
            begins, track = await _end(track, notes, watch, saying.filmed, progress)
        prepared = partial(prepared_from, lambda: portrait, face, watch)
        size = self._size(saying)
        with keeping(source, size, face.fps) if source else contextlib.nullcontext(unfinished) as finish:
            made = await film(track, face, prepared, video, size, watch, progress, finish)
        return Shot(made, begins, notes, watch.spans)

    async def _take(self, scenario: Scenario, saying: Saying, shot: Shot) -> Take:
        made = await self._worker.run(partial(footage, shot.film.path))
        text = said(shot.lines) if shot.begins else saying.text
        phones, aligned = shot.notes.phones(shot.begins), "voice"
        if not shot.notes.knows:
            phones = await phones_of(text, None, made.samples, made.rate) if text else ()
            aligned = "reading" if phones else ""
        timings = asdict(shot.film.timings)
        return Take(
            scenario=scenario.name,
            text=text,
            language=scenario.language,
            video=shot.film.path,
            samples=made.samples,
            rate=made.rate,
            shown=made.shown,
            fps=made.fps,
            size=made.size,
            spoken=languages(shot.lines, shot.begins, shot.notes.seconds),
            phones=phones,
            aligned=aligned,
            stages=stages_of(timings),
            spans=shot.spans,
            first=timings["first_frame"] if saying.filmed is None else None,
            took=timings["total"],
            whole=shot.notes.seconds,
            begins=shot.begins,
            filmed=shot.film.seconds,
        )

    async def _twin(self, take: Take, saying: Saying) -> Take | None:
        if saying.recording is None:
            return None
        sound = await self._worker.run(partial(_sound, saying.recording))
        phones = await phones_of(saying.text, None, sound.samples, sound.rate)
        return Take(
            scenario=take.scenario,
            text=saying.text,
            language=take.language,
            video=saying.recording,
            samples=sound.samples,
            rate=sound.rate,
            shown=take.shown[:0],
            fps=take.fps,
            size=(0, 0),
            phones=phones,
            aligned="reading" if phones else "",
        )

    async def warm(self) -> None:
        """Say something that nobody looks at, so that the first scenario takes no longer than the others."""
        scenario = Scenario("warming", "", "utterance", "en", (), WARMING)
        with TemporaryDirectory() as folder:
            await self.perform(scenario, Path(folder), lambda done, expected: None)


def typical(shots: Sequence[Shot]) -> Shot:
    """The first of several that are alike, with the middle one of each of the times that they took."""
    first = shots[0]
    took = [asdict(shot.film.timings) for shot in shots]
    timings = Timings(**{name: median(one[name] for one in took) for name in took[0]})
    spans = {
        stage: (median(s.spans[stage][0] for s in shots), median(s.spans[stage][1] for s in shots))
        for stage in first.spans
    }
    return replace(first, film=replace(first.film, timings=timings), spans=spans)


def ended(shot: Shot) -> Shot:
    """A short shot as it is; the end of a long one, from a clause on where these are known. Blocks."""
    if shot.film.seconds <= LONG:
        return shot
    whole = shot.notes.seconds
    lines = last_lines(shot.lines, whole, EXCERPT)
    begins = lines[0].start if lines else whole - EXCERPT
    # From a picture's own time on: cut within one, all of them would be shown too early against the sound.
    begins = shot.begins + floor((begins - shot.begins) * shot.film.fps + 1e-6) / shot.film.fps
    cut(shot.film.path, begins - shot.begins, shot.film.path)
    return replace(shot, begins=begins)


async def _end(
    track: Track, notes: Notes, watch: Stopwatch, seconds: float, progress: Progress
) -> tuple[float, Track]:
    """All of a track, heard, and its last so many seconds; from when on these are."""
    kept: deque[AudioChunk] = deque()
    async with contextlib.aclosing(watch.waiting("speech", track.chunks)) as chunks:
        async for chunk in chunks:
            progress(notes.seconds, track.expected())
            kept.append(chunk)
            while kept[0].end < chunk.end - seconds * chunk.rate:
                kept.popleft()
    lines = last_lines(notes.lines(), notes.seconds, seconds)
    start = lines[0].start if lines else notes.seconds - seconds
    begins = max(start, kept[0].at / track.rate) if kept else 0.0
    length = notes.seconds - begins
    return begins, Track(track.rate, stream_of(since(kept, begins)), lambda: length)


def since(chunks: Iterable[AudioChunk], begins: float) -> Iterator[AudioChunk]:
    """What is heard from a moment of an utterance on, as an utterance of its own."""
    read: float | None = None
    for chunk in chunks:
        first = round(begins * chunk.rate)
        if chunk.end <= first:
            continue
        dropped = max(0, first - chunk.at)
        if chunk.reading and read is None:
            read = chunk.reading[0].start
        yield AudioChunk(
            chunk.samples[dropped:],
            chunk.rate,
            chunk.at + dropped - first,
            _shifted(chunk.phones, begins),
            _shifted(chunk.reading, read or 0.0),
        )


def _shifted(phones: tuple[Phone, ...] | None, by: float) -> tuple[Phone, ...] | None:
    """Those that begin after so many seconds, so much earlier."""
    if phones is None:
        return None
    later = (phone for phone in phones if phone.start >= by - 1e-6)
    return tuple(replace(phone, start=phone.start - by, end=phone.end - by) for phone in later)


def _sound(path: Path) -> AudioChunk:
    return read(path.read_bytes())


@contextlib.asynccontextmanager
async def opened(setup: Setup) -> AsyncIterator[Engines]:
    """The engines that are asked for, warm. Raises UnknownName, EngineError, PortraitError."""
    if setup.portrait is None:
        raise PortraitError("there is nobody to be seen; give a portrait")
    async with contextlib.AsyncExitStack() as stack:

        def voice(name: str) -> Tts:
            made: Tts = engine("tts", name)()
            return stack.enter_context(contextlib.closing(made))

        def face(fps: int) -> Face:
            made: Face = engine("face", setup.face)(fps=fps, seed=setup.seed)
            return stack.enter_context(contextlib.closing(made))

        worker = await stack.enter_async_context(closing(Worker("subject")))
        scratch = Path(stack.enter_context(TemporaryDirectory()))
        reading = cache(partial(voice, READER))
        engines = Engines(setup, setup.portrait, voice(setup.tts), cache(face), reading, worker, scratch)
        await engines.warm()
        yield engines


DOORS: Final = (Door("engines", frozenset({"utterance"}), False, opened),)
