import numpy as np
import pytest

from tests.evaluate.client.coded import FPS, RATE, chunks
from tests.fakes.talk import number_in, picture, sound
from visavis.conversation.stage import Moment
from visavis.errors import EngineError
from visavis.evaluate.client.fragments import RATE as SENT
from visavis.evaluate.client.fragments import Fragments
from visavis.evaluate.client.loudness import AUDIBLE, levels
from visavis.transports.fragments import Coder, fragment


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
                if levels(fragments.sound(sample), SENT).max() > AUDIBLE:
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
            fragments.sound(sample)
    fragments.seek()
    coder = Coder(FPS, RATE, (64, 64))
    silent = np.zeros_like(sound(1, FPS, RATE))
    coded = [
        coder.code(Moment(at, silent, picture(at), True), fresh=at == 20, opens=at == 20)
        for at in range(20, 25)
    ]
    for sample in fragments.samples(coded[0].head.init + fragment(1, coded)):
        if sample.kind == "audio":
            assert levels(fragments.sound(sample), SENT).max(initial=0) < AUDIBLE


def test_what_is_no_chunk_is_told() -> None:
    first, other = chunks()[:2]
    at = first.rindex(b"trun") + 8
    more = first[:at] + b"\xff\0\0\0" + first[at + 4 :]
    before = first[: at + 4] + b"\xff\0\0\0" + first[at + 8 :]
    for wrong in (b"", b"nothing", other, first[:-100], more, before):
        with pytest.raises(EngineError, match="is no fragment of MP4"):
            Fragments().samples(wrong)
