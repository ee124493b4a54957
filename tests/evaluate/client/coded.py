"""Chunks as a server sends them, of moments that tell their numbers: see tests.fakes.talk."""

from tests.fakes.talk import picture, sound
from visavis.conversation.stage import Moment
from visavis.transports.fragments import Coder, fragment

FPS, RATE = 25, 22_050


def chunks(moments: int = 15, each: int = 5, first: int = 0) -> list[bytes]:
    """Some moments each, the first chunk with its init segment."""
    coder = Coder(FPS, RATE, (64, 64))
    coded = [
        coder.code(
            Moment(at, sound(at, FPS, RATE), picture(at), True, last=at == first + moments - 1),
            fresh=at == first,
            opens=(at - first) % each == 0,
        )
        for at in range(first, first + moments)
    ]
    made = [fragment(number, coded[at : at + each]) for number, at in enumerate(range(0, moments, each))]
    return [coded[0].head.init + made[0], *made[1:]]
