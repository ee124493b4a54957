import io
import struct
from collections.abc import Iterable
from itertools import pairwise

import av
import numpy as np
import pytest

from tests.fakes.talk import EVERY, picture, sound
from tests.transports.playing import boxes, played, runs
from visavis.conversation.stage import Moment
from visavis.transports.boxes import PICTURES, SOUND
from visavis.transports.fragments import KEY_SECONDS, RATE, TICKS, Coded, Coder, fragment

SIZE = (64, 64)


def moment(
    at: int, fps: int = 25, rate: int = 22_050, *, last: bool = False, late: bool = False, side: int = 64
) -> Moment:
    pixels = None if late else picture(at, (side, side))
    return Moment(at, sound(at, fps, rate), pixels, spoken=True, last=last)


def coded(
    coder: Coder, moments: Iterable[Moment], per_chunk: int = 5, fresh: bool = True
) -> list[list[Coded]]:
    """One stretch, in chunks."""
    chunks: list[list[Coded]] = [[]]
    for one in moments:
        if len(chunks[-1]) == per_chunk:
            chunks.append([])
        chunks[-1].append(coder.code(one, fresh=fresh, opens=not chunks[-1]))
        fresh = False
    return chunks


def joined(chunks: list[list[Coded]]) -> bytes:
    head = chunks[0][0].head
    return head.init + b"".join(fragment(number, chunk) for number, chunk in enumerate(chunks, 1))


def stretch(begin: int, end: int, fps: int = 25, rate: int = 22_050) -> Iterable[Moment]:
    return (moment(at, fps, rate, last=at == end - 1) for at in range(begin, end))


@pytest.mark.parametrize(
    ("fps", "rate", "begin"), [(25, 22_050, 5), (30, 16_000, 7), (24, 48_000, 1_001), (29, 44_100, 90_001)]
)
def test_pictures_and_sounds_come_at_their_times(fps: int, rate: int, begin: int) -> None:
    end = begin + 4 * EVERY
    film = played(joined(coded(Coder(fps, rate, SIZE), stretch(begin, end, fps, rate))))
    assert film.numbers == [at & 0xFFFF for at in range(begin, end)]
    assert [time for time, _ in film.pictures] == pytest.approx([at / fps for at in range(begin, end)])
    wanted = [at / fps for at in range(begin, end) if at % EVERY == 0]
    assert film.beeps == pytest.approx(wanted, abs=0.002)


@pytest.mark.parametrize("per_chunk", [1, 3, 50])
def test_nothing_is_missing_between_chunks(per_chunk: int) -> None:
    chunks = coded(Coder(25, 22_050, SIZE), stretch(10, 60), per_chunk)
    for track, scale in ((PICTURES, 25 * TICKS), (SOUND, RATE)):
        found = [run for run in runs(joined(chunks)) if run.track == track]
        assert found[0].begin == 10 * scale // 25
        assert found[-1].end == 60 * scale // 25, "sound and pictures end together"
        for before, after in pairwise(found):
            assert after.begin == before.end


def test_every_picture_is_in_its_chunk_and_sound_is_hardly_behind() -> None:
    coder = Coder(25, 22_050, SIZE)
    sounded = 0
    for at in range(30):
        one = coder.code(moment(at), fresh=at == 0, opens=True)
        assert one.picture is not None
        sounded += sum(sample.duration for sample in one.sound)
        assert (at + 1) * RATE // 25 - sounded <= 0.066 * RATE


def test_stretches_that_end_follow_each_other_without_a_gap() -> None:
    coder = Coder(25, 22_050, SIZE)
    chunks = coded(coder, stretch(5, 13)) + coded(coder, stretch(13, 40), fresh=False)
    film = played(joined(chunks))
    assert film.numbers == list(range(5, 40))
    found = [run for run in runs(joined(chunks)) if run.track == SOUND]
    assert [run.begin for run in found[1:]] == [run.end for run in found[:-1]]
    assert film.beeps == pytest.approx([0.4, 0.8, 1.2], abs=0.002)


def test_a_stretch_can_be_ended_from_outside() -> None:
    coder = Coder(25, 22_050, SIZE)
    begun = [coder.code(moment(at), fresh=at == 0, opens=at == 0) for at in range(7)]
    sounded = sum(sample.duration for one in begun for sample in one.sound)
    at, left = coder.finish(7)
    assert at == sounded
    assert at + sum(sample.duration for sample in left) == 7 * RATE // 25
    assert coder.finish(7)[1] == ()
    after = coder.code(moment(7), fresh=False, opens=True)
    assert (after.sound_at, after.picture and after.picture.key) == (7 * RATE // 25, True)


def test_one_moment_alone_is_a_stretch() -> None:
    film = played(joined(coded(Coder(25, 22_050, SIZE), stretch(10, 11))))
    assert film.numbers == [10]
    assert film.beeps == pytest.approx([0.4], abs=0.02)


def test_players_can_begin_at_a_stretch_and_every_two_seconds() -> None:
    coder = Coder(25, 22_050, SIZE)
    chunks = coded(coder, [moment(at) for at in range(130)])
    chunks += coded(coder, [moment(at) for at in range(130, 140)])
    keys = [key for run in runs(joined(chunks)) if run.track == PICTURES for key in run.keys]
    assert [at for at, key in enumerate(keys) if key] == [0, 50, 100, 130]
    assert KEY_SECONDS * 25 == 50


def test_a_late_picture_leaves_the_one_before_it_and_costs_nothing() -> None:
    moments = [moment(at, late=at in (0, 3, 4, 5, 9)) for at in range(10)]
    chunks = coded(Coder(25, 22_050, SIZE), moments)
    film = played(joined(chunks))
    assert [(round(time * 25), number) for time, number in film.pictures] == [
        (0, 0), (1, 1), (2, 2), (5, 2), (6, 6), (7, 7), (8, 8),
    ]  # fmt: skip
    assert [run.end for run in runs(joined(chunks)) if run.track == PICTURES][-1] == 10 * TICKS
    assert chunks[1][0].picture is not None
    assert len(chunks[1][0].picture.content) < 100, "a chunk begins with a picture, if only with the same"


def test_pictures_of_another_size_come_with_a_head_of_their_own() -> None:
    coder = Coder(25, 22_050, SIZE)
    small = coded(coder, [moment(at) for at in range(5)])
    large = coded(coder, [moment(at, side=128) for at in range(5, 10)], fresh=False)
    assert small[0][0].head != large[0][0].head
    assert played(joined(large)).numbers == [5, 6, 7, 8, 9]
    assert large[0][0].sound_at == small[-1][-1].sound_at + sum(
        sample.duration for sample in small[-1][-1].sound
    )


def test_the_init_segment_says_what_there_is() -> None:
    head = Coder(25, 22_050, (64, 48)).code(moment(0), fresh=True, opens=True).head
    found = dict(boxes(head.init))
    assert list(found)[:2] == ["/ftyp", "/moov"]
    assert [path for path, _ in boxes(head.init)].count("/moov/trak") == 2
    sps = found["/moov/trak/mdia/minf/stbl/stsd"]
    assert b"mp4a" in sps
    assert b"esds" in sps
    profile = next(
        inside for path, inside in boxes(head.init) if path.endswith("/stsd") and b"avcC" in inside
    )
    place = profile.index(b"avcC") + 5
    assert head.mime == f'video/mp4; codecs="avc1.{profile[place : place + 3].hex()},mp4a.40.2"'
    assert b"nclx" + struct.pack(">3H", 1, 1, 1) in profile
    assert "/moov/mvex/trex" in found


def test_colours_are_told_and_come_back() -> None:
    pixels = np.full((64, 64, 3), (200, 120, 60), np.uint8)
    one = Moment(0, sound(0, 25, 22_050), pixels, spoken=True, last=True)
    with av.open(io.BytesIO(joined(coded(Coder(25, 22_050, SIZE), [one]))), "r") as container:
        shown = next(container.decode(video=0)).to_ndarray(format="rgb24")
    assert np.abs(shown.astype(int) - pixels).max() <= 4
