"""A stream of sound at another rate, piece by piece, by FFmpeg's resampler, imported when it is used."""

import numpy as np

from visavis.media import Samples


class Resampler:
    """Turns one sound's samples at one rate into samples at another; state stays from piece to piece."""

    def __init__(self, rate: int, other: int) -> None:
        import av

        self._frame = av.AudioFrame
        self._rate = rate
        self._resampler = av.AudioResampler(format="fltp", layout="mono", rate=other)
        self._at = 0

    def feed(self, samples: Samples) -> Samples:
        """What has become known of the sound at the other rate."""
        if not len(samples):
            return samples
        frame = self._frame.from_ndarray(np.ascontiguousarray(samples[None]), format="fltp", layout="mono")
        frame.sample_rate, frame.pts = self._rate, self._at
        self._at += len(samples)
        made = [part.to_ndarray()[0] for part in self._resampler.resample(frame)]
        return np.concatenate([np.zeros(0, np.float32), *made])

    def finish(self) -> Samples:
        """The rest."""
        made = [part.to_ndarray()[0] for part in self._resampler.resample(None)] if self._at else []
        return np.concatenate([np.zeros(0, np.float32), *made])
