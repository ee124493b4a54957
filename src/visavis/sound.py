"""Sound out of a file: any that FFmpeg reads, mixed down to mono and handed on piece by piece.

Owns decoding. Refuses the network and playlists: what is opened is one file, and nothing it names.
"""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from logging import getLogger
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from visavis.errors import AudioError
from visavis.media import AudioChunk, Samples

if TYPE_CHECKING:
    import av
    from av.container import InputContainer

LOWEST_RATE: Final = 8_000
HIGHEST_RATE: Final = 48_000
CHUNK_SECONDS: Final = 0.25
INAUDIBLE: Final = 10 ** (-60 / 20)
MISSING: Final = 0.9  # of what a file says it has; less than this is not a matter of rounding

# Containers that hold media and nothing else: none of them makes FFmpeg open a second address.
FORMATS: Final = "aac,aiff,amr,asf,au,avi,caf,flac,flv,matroska,mov,mp3,mpeg,mpegts,ogg,w64,wav"


@dataclass(frozen=True, slots=True)
class Recording:
    """A file with sound in it.

    rate: Hz at which its chunks come: its own, or the nearest from 8 to 48 kHz.
    seconds: how long it says it is; None where it does not say.
    """

    path: Path
    rate: int
    seconds: float | None

    def chunks(self) -> Iterator[AudioChunk]:
        """The whole sound in pieces of about a quarter of a second; the phones are unknown. Blocks.

        Raises:
            AudioError: it is damaged, or there is nothing in it.
        """
        waiting: list[Samples] = []
        at = held = 0
        loudest = 0.0
        for samples in _decoded(self.path, self.rate):
            waiting.append(samples)
            held += len(samples)
            loudest = max(loudest, float(np.abs(samples).max(initial=0)))
            if held >= CHUNK_SECONDS * self.rate:
                yield AudioChunk(np.concatenate(waiting), self.rate, at)
                at, held = at + held, 0
                waiting.clear()
        if held:
            yield AudioChunk(np.concatenate(waiting), self.rate, at)
        elif not at:
            raise _silent(self.path)
        self._doubts((at + held) / self.rate, loudest)

    def _doubts(self, seconds: float, loudest: float) -> None:
        """Tell what is odd about a sound that was read to its end."""
        log = getLogger(__name__)
        if loudest < INAUDIBLE:
            log.warning("%s is silent from beginning to end", self.path)
        if self.seconds is not None and seconds < MISSING * self.seconds - 1:
            log.warning(
                "%s ends after %.1f s, and says that it has %.1f; it may have been cut short",
                self.path, seconds, self.seconds,
            )  # fmt: skip


def recording(path: Path) -> Recording:
    """What can be told of a sound file, or of a video with sound, without decoding it.

    Raises:
        AudioError: there is no such file, it is none that can be read, or it has no sound.
    """
    with _opened(path, lambda: "") as container:
        rate = container.streams.audio[0].rate or HIGHEST_RATE
        seconds = container.duration / 1e6 if container.duration else None
    return Recording(path, min(max(rate, LOWEST_RATE), HIGHEST_RATE), seconds)


def read(content: bytes) -> AudioChunk:
    """A short sound file that is held in memory, as one chunk at its own rate. Blocks.

    Raises:
        AudioError: it is damaged, or there is nothing in it.
    """
    with _opened(content, lambda: "") as container:
        rate = container.streams.audio[0].rate
    return AudioChunk(np.concatenate(list(_decoded(content, rate))), rate)


def _decoded(source: Path | bytes, rate: int) -> Iterator[Samples]:
    import av

    mono = av.AudioResampler(format="fltp", layout="mono", rate=rate)
    done = 0
    with _opened(source, lambda: f" {done / rate:.1f} s in") as container:
        for frame in container.decode(audio=0):
            for samples in _mixed(mono, frame):
                done += len(samples)
                yield samples
        yield from _mixed(mono, None)


def _mixed(mono: "av.AudioResampler", frame: "av.AudioFrame | None") -> Iterator[Samples]:
    """One frame, or with None what the resampler still holds, as float32 [n] within -1..1."""
    for made in mono.resample(frame):
        samples: Samples = np.nan_to_num(made.to_ndarray()[0].astype(np.float32, copy=False))
        yield np.clip(samples, -1, 1)


@contextlib.contextmanager
def _opened(source: Path | bytes, where: Callable[[], str]) -> Iterator["InputContainer"]:
    """A sound file, and its troubles in a sentence; `where` tells how far one got."""
    import av

    path = source if isinstance(source, Path) else "the sound"
    try:
        # Absolute, because FFmpeg takes what stands before a colon for a protocol.
        file = str(source.absolute()) if isinstance(source, Path) else BytesIO(source)
        with av.open(file, "r", options={"format_whitelist": FORMATS}) as container:
            if not container.streams.audio:
                raise _silent(path)
            yield container
    except FileNotFoundError as error:
        raise AudioError(f"there is no sound file {path}; check its name") from error
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise AudioError(f"cannot read {path}{where()}: {said}; give another file") from error
    except av.FFmpegError as error:
        raise AudioError(
            f"{path} is damaged{where()}, or is not sound; give a WAV, FLAC, MP3, M4A, OGG or video file"
        ) from error


def _silent(path: Path | str) -> AudioError:
    return AudioError(f"{path} holds no sound; give a file with speech in it")
