"""What happens to speech on its way: microphones, rooms, telephones, codecs, bad levels.

Pure functions of a sound at RATE and a random generator; a sound keeps its length, and stays in time.
"""

import io
from typing import Final, Literal, NamedTuple

import av
import numpy as np
import soxr
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.signal import butter, fftconvolve, lfilter, sosfilt

from train.hearing.labelled import RATE
from train.hearing.levels import filtered
from visavis.media import Samples

_TELEPHONE: Final = 8000


class Codec(NamedTuple):
    """A lossy codec: FFmpeg's names for it and its container, its rate in Hz, and bits a second."""

    name: Literal["libmp3lame", "libopus", "aac"]
    container: str
    rate: int
    least: int
    most: int


CODECS: Final = (
    Codec("libmp3lame", "mp3", RATE, 24_000, 64_000),
    Codec("libopus", "ogg", 48_000, 8_000, 32_000),
    Codec("aac", "adts", RATE, 20_000, 48_000),
)


def coloured(sound: Samples, rng: Generator) -> Samples:
    """Through a microphone and a loudspeaker: a smooth filter of up to some 12 dB."""
    hertz = np.array([0, 120, 250, 500, 1000, 2000, 3500, 5500, 8000])
    uneven = rng.normal(0, rng.uniform(0, 5), len(hertz))
    tilted = rng.uniform(-4, 4) * np.log2(np.maximum(hertz, 120) / 1000)
    return filtered(sound, hertz, uneven + tilted)


def in_a_room(sound: Samples, rng: Generator) -> Samples:
    """Direct sound, some early reflections and a tail that dies away in 0.1 to 0.7 seconds."""
    decay = rng.uniform(0.1, 0.7)
    n = int(decay * RATE)
    tail = rng.normal(0, 1, n) * 10 ** (-3 * np.arange(n) / n)
    tail = lfilter([1], [1, -rng.uniform(0, 0.6)], tail)
    tail[: int(0.003 * RATE)] = 0
    tail *= 10 ** (rng.uniform(-25, -3) / 20) / np.sqrt((tail**2).sum() + 1e-12)
    for _ in range(rng.integers(0, 6)):
        tail[rng.integers(20, min(n, 640))] += rng.uniform(-0.5, 0.5)
    tail[0] = 1
    return np.asarray(fftconvolve(sound, tail)[: len(sound)], np.float32)


def by_telephone(sound: Samples, rng: Generator) -> Samples:
    """300 to 3400 Hz at 8 kHz, in eight bits by G.711's mu-law."""
    band = butter(4, [rng.uniform(150, 320), rng.uniform(3200, 3800)], "band", fs=RATE, output="sos")
    narrow = soxr.resample(sosfilt(band, sound).astype(np.float32), RATE, _TELEPHONE)
    full = max(np.abs(narrow).max() + 1e-6, 0.3)
    small = np.clip(narrow / full, -1, 1)
    coded = np.round(np.sign(small) * np.log1p(255 * np.abs(small)) / np.log(256) * 127) / 127
    heard = np.sign(coded) * (256 ** np.abs(coded) - 1) / 255 * full
    wide = soxr.resample(heard.astype(np.float32), _TELEPHONE, RATE)
    return np.asarray(np.pad(wide, (0, max(0, len(sound) - len(wide))))[: len(sound)], np.float32)


def coded(sound: Samples, rng: Generator) -> Samples:
    """Through a lossy codec at a low rate, set back to where it was in time."""
    codec = CODECS[rng.integers(len(CODECS))]
    loud = max(1.0, float(np.abs(sound).max()))
    pcm = np.round(soxr.resample(sound / loud, RATE, codec.rate) * 32767).clip(-32768, 32767)
    file = _encoded(pcm.astype(np.int16), codec, int(rng.integers(codec.least, codec.most)))
    heard = np.concatenate([*_decoded(file), np.zeros(2 * RATE, np.float32)])
    return _in_time(heard * np.float32(loud), sound)


def clipped(sound: Samples, rng: Generator) -> Samples:
    """Too loud for what it came through."""
    peak = float(np.abs(sound).max() * rng.uniform(0.15, 0.8))
    return np.clip(sound, -peak, peak)


def _encoded(pcm: NDArray[np.int16], codec: Codec, bits: int) -> io.BytesIO:
    file = io.BytesIO()
    with av.open(file, "w", format=codec.container) as out:
        stream = out.add_stream(codec.name, rate=codec.rate, layout="mono")
        stream.bit_rate = bits
        frame = av.AudioFrame.from_ndarray(pcm[None], "s16", "mono")
        frame.sample_rate = codec.rate
        resampler = av.AudioResampler(format=stream.format.name, layout="mono", rate=codec.rate)
        for part in (*resampler.resample(frame), *resampler.resample(None)):
            out.mux(stream.encode(part))
        out.mux(stream.encode(None))
    file.seek(0)
    return file


def _decoded(file: io.BytesIO) -> list[Samples]:
    with av.open(file, "r") as read:
        back = av.AudioResampler(format="fltp", layout="mono", rate=RATE)
        return [part.to_ndarray()[0] for frame in read.decode(audio=0) for part in back.resample(frame)]


def _in_time(heard: Samples, sound: Samples) -> Samples:
    """What was heard, from where it is most like the sound on; a codec comes up to 0.2 seconds late."""
    alike = fftconvolve(heard[: len(sound)], sound[::-1])[len(sound) - 1 :][: RATE // 5]
    delay = int(np.argmax(alike))
    return np.asarray(heard[delay : delay + len(sound)], np.float32)
