"""A recording, within the sandbox: its sound decoded, the voice in it heard, and a sample made anew.

Owns the order of it. Importing this loads all that the work takes but the network that hears speech, which
is loaded before the first piece of sound is asked for: by then nothing can be opened any more (`child`).
"""

from collections.abc import Iterator
from dataclasses import asdict
from fractions import Fraction
from io import BytesIO
from typing import Final

import av
import numpy as np

from visavis.intake.child import Content, early
from visavis.intake.footage import opened, sound
from visavis.intake.kinds import Kind
from visavis.intake.messages import Answer, Facts
from visavis.media import AudioChunk, Samples
from visavis.voices import heard

SAMPLE_RATE: Final = 24_000

early()


def recording(arguments: Facts, content: Content) -> Answer:
    """The task for sounds and videos; kind: what the content is."""
    voice = heard(_sound(arguments["kind"], content))
    quality = asdict(voice.quality)
    return Answer(
        {
            "language": voice.language,
            "gender": voice.gender,
            "seconds": len(voice.sample.samples) / voice.sample.rate,
            "quality": quality.pop("measures") | quality,
        },
        {"sample": flac(voice.sample.samples, voice.sample.rate)},
    )


def _sound(kind: Kind, content: Content) -> Iterator[AudioChunk]:
    with opened(content(), kind) as container:
        yield from sound(container)


def flac(samples: Samples, rate: int) -> bytes:
    """Mono sound [n], -1..1, as FLAC of 16 bits at 24 kHz."""
    out = BytesIO()
    with av.open(out, "w", format="flac", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("flac", rate=SAMPLE_RATE, layout="mono", format="s16")
        resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples, np.float32)[None], format="fltp", layout="mono"
        )
        frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
        for made in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(stream.encode(made))
        container.mux(stream.encode(None))
    return out.getvalue()
