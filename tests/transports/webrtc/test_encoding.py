import itertools
from typing import Any

import av
import numpy as np
import pytest
from av.packet import Packet

from tests.transports.webrtc.scripted import number_of, pictured
from visavis.media import Pixels, Samples, sample_at
from visavis.transports.webrtc.encoding import PIECE, RATE, Encoded, PictureEncoder, SoundEncoder
from visavis.transports.webrtc.offers import Coding
from visavis.transports.webrtc.stepping import Level, ladder

both = pytest.mark.parametrize("coding", ["H264", "VP8"])

BEST = ladder((128, 128), 25)[0]


def tone(rate: int, seconds: float, pitch: float = 1000.0) -> Samples:
    return (0.5 * np.sin(2 * np.pi * pitch * np.arange(round(rate * seconds)) / rate)).astype(np.float32)


def heard(packets: list[Encoded]) -> Samples:
    decoder: Any = av.CodecContext.create("libopus", "r")
    decoder.sample_rate, decoder.layout, decoder.format = RATE, "mono", "s16"
    frames = [frame for packet in packets for frame in decoder.decode(Packet(bytes(packet)))]
    return (np.concatenate([frame.to_ndarray()[0] for frame in frames]) / 32768).astype(np.float32)


def seen(packets: list[Encoded], coding: Coding) -> list[Pixels]:
    decoder: Any = av.CodecContext.create({"H264": "h264", "VP8": "libvpx"}[coding], "r")
    frames = [frame for packet in packets for frame in decoder.decode(Packet(bytes(packet)))]
    return [frame.to_ndarray(format="rgb24") for frame in frames]


@pytest.mark.parametrize(("rate", "fps"), [(16000, 25), (22050, 25), (22050, 30), (24000, 24), (48000, 10)])
def test_sound_becomes_pieces_of_20_ms_that_follow_each_other(rate: int, fps: int) -> None:
    encoder, sound = SoundEncoder(rate), tone(rate, 2.0)
    cuts = [sample_at(number, rate, fps) for number in range(2 * fps + 1)]
    pairs = itertools.pairwise(cuts)
    packets = [packet for begin, end in pairs for packet in encoder.encode(sound[begin:end])]
    assert [packet.pts for packet in packets] == [number * PIECE for number in range(len(packets))]
    assert 98 <= len(packets) <= 100
    decoded = heard(packets)[RATE // 2 : RATE + RATE // 2]
    assert np.abs(np.fft.rfft(decoded)).argmax() == 1000
    assert np.abs(decoded).max() == pytest.approx(0.5, abs=0.1)


def test_a_long_conversation_does_not_drift() -> None:
    encoder = SoundEncoder(22050)
    silence = np.zeros(22050, np.float32)
    pieces = sum(len(encoder.encode(silence)) for _ in range(60))
    assert 60 * 50 - 2 <= pieces <= 60 * 50


@both
def test_a_picture_arrives_as_it_was(coding: Coding) -> None:
    encoder = PictureEncoder(coding)
    packets = [
        packet
        for number in range(40)
        for packet in encoder.encode(
            pictured(number, (128, 128), flash=False), BEST, number * 3600, whole=False
        )
    ]
    assert [packet.pts for packet in packets] == [number * 3600 for number in range(40)]
    assert [number_of(pixels) for pixels in seen(packets, coding)] == list(range(40))


@both
def test_only_what_changes_is_sent_until_a_whole_picture_is_wanted(coding: Coding) -> None:
    encoder = PictureEncoder(coding)
    picture = pictured(1234, (128, 128), flash=False)
    sizes = [encoder.encode(picture, BEST, at * 3600, whole=at == 5)[0].size for at in range(8)]
    assert sizes[0] > 4 * sizes[1]
    assert sizes[5] > 4 * sizes[4]
    whole = encoder.encode(picture, BEST, 8 * 3600, whole=True)
    assert number_of(seen(whole, coding)[0]) == 1234


@both
def test_another_level_is_another_size_that_can_be_seen_at_once(coding: Coding) -> None:
    encoder = PictureEncoder(coding)
    for number, level in enumerate(ladder((128, 128), 25)):
        (packet,) = encoder.encode(
            pictured(number + 40, (128, 128), flash=False), level, number * 3600, whole=False
        )
        (pixels,) = seen([packet], coding)
        assert pixels.shape[1::-1] == level.size
        assert number_of(pixels) == number + 40


@both
def test_colours_stay(coding: Coding) -> None:
    picture = np.zeros((128, 128, 3), np.uint8)
    picture[:, :43], picture[:, 43:86], picture[:, 86:] = (200, 30, 40), (30, 180, 60), (40, 50, 190)
    (packet,) = PictureEncoder(coding).encode(picture, BEST, 0, whole=False)
    (pixels,) = seen([packet], coding)
    for column in (20, 64, 108):
        assert np.abs(pixels[64, column].astype(int) - picture[64, column]).max() < 12


@both
def test_a_level_keeps_to_its_bits(coding: Coding) -> None:
    chance = np.random.default_rng(1)
    level = Level((128, 128), 25, 200_000)
    encoder = PictureEncoder(coding)
    noise = [chance.integers(100, 160, (128, 128, 3), np.uint8) for _ in range(10)]
    sizes = [encoder.encode(noise[at % 10], level, at * 3600, whole=False)[0].size for at in range(75)]
    assert 8 * sum(sizes[25:]) / 2 < 1.6 * level.bitrate
