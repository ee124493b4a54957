import asyncio
import contextlib
import itertools
import threading
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import pytest
from aiortc.mediastreams import MediaStreamError

from tests.transports.webrtc.scripted import ScriptedTalk, pictured
from visavis.contracts import Stream
from visavis.conversation.stage import Moment, Pace
from visavis.media import Pixels
from visavis.streams import Crew, Worker
from visavis.transports.webrtc.encoding import PIECE, VIDEO_RATE, Encoded, PictureEncoder, SoundEncoder
from visavis.transports.webrtc.stepping import Level, ladder
from visavis.transports.webrtc.tracks import MOST_PIECES, Performance, PictureTrack, SoundTrack

SIZE = (64, 64)
LEVELS = ladder(SIZE, 25)


class QuickTalk(ScriptedTalk):
    """Gives its moments as quickly as they are taken, from number 100 on, some without a picture."""

    def __init__(self, moments: int, late: frozenset[int] = frozenset()) -> None:
        super().__init__(SIZE)
        self.last, self.late = 100 + moments, late

    async def moments(self, pace: Pace) -> Stream[Moment]:
        assert pace == Pace(0.0, 0.0)
        for at in range(100, self.last):
            moment = self.moment(at)
            pixels = None if at in self.late else moment.pixels
            yield Moment(at, moment.samples, pixels, spoken=True)
            await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def performed(talk: ScriptedTalk, levels: list[Level]) -> AsyncIterator[Performance]:
    """A performance under way. levels: the last one holds."""
    sounds, pictures = Worker("sound"), Worker("pictures")
    performance = Performance(talk, "VP8", lambda: levels[-1], sounds, pictures)
    async with Crew() as crew:
        running = crew.begin(performance.run())
        try:
            yield performance
        finally:
            running.cancel()
    sounds.close()
    pictures.close()


async def taken(track: Any, count: int) -> list[int]:
    return [(await track.recv()).pts for _ in range(count)]


async def test_sound_and_pictures_are_timed_from_the_first_moment() -> None:
    async with performed(ScriptedTalk(SIZE), [LEVELS[0]]) as performance:
        sound, picture = await asyncio.gather(taken(performance.sound, 12), taken(performance.picture, 6))
    assert sound == [number * PIECE for number in range(12)]
    assert picture == [number * VIDEO_RATE // 25 for number in range(6)]


async def test_a_moment_without_a_picture_shows_nothing_and_sounds_all_the_same() -> None:
    talk = QuickTalk(4, late=frozenset({101, 102}))
    async with performed(talk, [LEVELS[0]]) as performance:
        assert await taken(performance.picture, 1) == [0]
        assert await taken(performance.sound, 4) == [number * PIECE for number in range(4)]
        assert await taken(performance.picture, 1) == [3 * VIDEO_RATE // 25]


async def test_nothing_piles_up_when_nobody_takes_it() -> None:
    async with performed(QuickTalk(100), [LEVELS[0]]) as performance:
        await performance.sound.recv()
        await asyncio.sleep(0.5)
        assert len(performance.sound._due._kept) == MOST_PIECES
        assert len(performance.picture._newest._kept) == 1
        (at,) = await taken(performance.picture, 1)
        assert at == 99 * VIDEO_RATE // 25


async def test_sound_goes_out_evenly_and_what_came_late_at_once() -> None:
    loop = asyncio.get_running_loop()
    track, encoder, silence = SoundTrack(), SoundEncoder(48_000), np.zeros(48_000, np.float32)
    packets = encoder.encode(silence)
    now = loop.time()
    track.send(packets[:2], now - 0.3)
    track.send(packets[2:4], now - 0.24)
    track.send(packets[4:6], now - 0.22)
    track.send(packets[6:8], now + 5)
    due = [piece.due - now + 0.3 for piece in track._due._kept]
    assert due[:6] == pytest.approx([0.0, 0.02, 0.041, 0.061, 0.08, 0.1], abs=0.003)
    assert due[6] < 0.13, "a moment that comes late does not make the next ones late"
    assert len([await track.recv() for _ in range(6)]) == 6


async def test_sound_does_not_wait_for_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    free = threading.Event()

    class Slow(PictureEncoder):
        def encode(self, pixels: Pixels, level: Level, at: int, *, whole: bool) -> list[Encoded]:
            free.wait(10)
            return super().encode(pixels, level, at, whole=whole)

    monkeypatch.setattr("visavis.transports.webrtc.tracks.PictureEncoder", Slow)
    async with performed(ScriptedTalk(SIZE), [LEVELS[0]]) as performance, Crew() as crew:
        first = crew.begin(performance.picture.recv())
        await taken(performance.sound, 20)
        assert not first.done()
        free.set()
        assert (await first).pts == 0
        (later,) = await taken(performance.picture, 1)
        assert later >= 8 * VIDEO_RATE // 25, "what was late is left out"


async def test_at_a_lower_level_there_are_fewer_and_smaller_pictures() -> None:
    levels = [LEVELS[-1]]
    async with performed(ScriptedTalk(SIZE), levels) as performance:
        times = await taken(performance.picture, 4)
        steps = {later - earlier for earlier, later in itertools.pairwise(times)}
        assert steps <= {2 * VIDEO_RATE // 25, 3 * VIDEO_RATE // 25}
        assert performance.picture._encoder._codec.width == LEVELS[-1].size[0]


async def test_a_whole_picture_is_made_once_when_it_is_wanted_and_not_too_often() -> None:
    worker = Worker("pictures")
    track = PictureTrack(25, "VP8", lambda: LEVELS[0], worker)
    sizes = []
    for number in range(12):
        if number in (4, 6):
            track.want_whole()
        track.send(pictured(1234, SIZE, flash=False), number)
        sizes.append((await track.recv()).size)
    worker.close()
    large = [number for number, size in enumerate(sizes) if size > 60]
    assert large == [0, 4]


async def test_a_track_ends_when_it_is_stopped() -> None:
    async with performed(ScriptedTalk(SIZE), [LEVELS[0]]) as performance:
        await taken(performance.sound, 1)
        for track in (performance.sound, performance.picture):
            track.stop()
            with pytest.raises(MediaStreamError):
                await taken(track, MOST_PIECES + 1)
