"""What somebody said, within the sandbox: all of its sound decoded, to be understood outside.

Owns the form that it leaves in, of which nothing has to be decoded any more. Importing this loads all that
the work takes.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

import av
import numpy as np

from visavis.errors import UploadError
from visavis.intake.child import Content, early
from visavis.intake.footage import opened, sound
from visavis.intake.messages import Answer, Facts
from visavis.media import AudioChunk

RATE: Final = 16_000

early()


def utterance(arguments: Facts, content: Content) -> Answer:
    """The task for sounds and videos; kind: what the content is. Blob speech: 16-bit mono PCM at RATE."""
    with opened(content(), arguments["kind"]) as container:
        pcm = b"".join(_pcm(sound(container)))
    if not pcm:
        raise UploadError("no_sound", "the file holds no sound; send a recording of somebody speaking")
    return Answer({}, {"speech": pcm})


def _pcm(chunks: Iterator[AudioChunk]) -> Iterator[bytes]:
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    for chunk in chunks:
        if len(chunk.samples):
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(chunk.samples)[None], format="fltp", layout="mono"
            )
            frame.sample_rate, frame.pts, frame.time_base = chunk.rate, chunk.at, Fraction(1, chunk.rate)
            yield from _bytes(resampler.resample(frame))
    yield from _bytes(resampler.resample(None))


def _bytes(frames: list[av.AudioFrame]) -> Iterator[bytes]:
    for frame in frames:
        yield frame.to_ndarray().astype("<i2", copy=False).tobytes()
