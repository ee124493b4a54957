import numpy as np
import pytest

from bench.live.fragments import Fragments
from bench.live.hearing import AUDIBLE
from tests.fakes.talk import number_in, picture, sound
from visavis.conversation.stage import Moment
from visavis.transports.fragments import Coder, fragment

FPS, RATE = 25, 22_050


def chunks() -> list[bytes]:
    """Three of five moments each, the first with its init segment."""
    coder = Coder(FPS, RATE, (64, 64))
    coded = [
        coder.code(
            Moment(at, sound(at, FPS, RATE), picture(at), True, last=at == 14),
            fresh=at == 0,
            opens=at % 5 == 0,
        )
        for at in range(15)
    ]
    made = [fragment(number, coded[5 * number : 5 * number + 5]) for number in range(3)]
    return [coded[0].head.init + made[0], *made[1:]]


def test_pictures_and_sound_come_out_at_their_times() -> None:
    fragments, numbers, loud = Fragments(), [], []
    seconds = 0.0
    for chunk in chunks():
        for sample in fragments.samples(chunk):
            if sample.kind == "video":
                shown = fragments.pictures(sample)
                numbers += [
                    (sample.begin, number_in(frame.to_ndarray(format="gray").astype(np.uint8)))
                    for frame in shown
                ]
            else:
                seconds += sample.duration
                if fragments.levels(sample).max() > AUDIBLE:
                    loud.append(sample.begin)
    assert [number for _, number in numbers] == list(range(15))
    assert [at for at, _ in numbers] == pytest.approx([at / FPS for at in range(15)])
    assert seconds == pytest.approx(15 / FPS)
    assert min(loud) == pytest.approx(0.0, abs=0.03)
    assert all(abs(at) < 0.07 or abs(at - 0.4) < 0.07 for at in loud)


def test_behind_a_seek_nothing_of_what_was_before_is_heard() -> None:
    fragments = Fragments()
    first, *_ = chunks()
    for sample in fragments.samples(first):
        if sample.kind == "audio":
            fragments.levels(sample)
    fragments.seek()
    coder = Coder(FPS, RATE, (64, 64))
    silent = np.zeros_like(sound(1, FPS, RATE))
    coded = [
        coder.code(Moment(at, silent, picture(at), True), fresh=at == 20, opens=at == 20)
        for at in range(20, 25)
    ]
    for sample in fragments.samples(coded[0].head.init + fragment(1, coded)):
        if sample.kind == "audio":
            assert fragments.levels(sample).max(initial=0) < AUDIBLE
