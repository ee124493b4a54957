"""Files as strangers send them, made here: good ones, and bad ones of every kind."""

import struct
import zlib
from collections.abc import AsyncGenerator, Iterator
from fractions import Fraction
from functools import cache
from io import BytesIO
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.stream import VideoStream

from visavis.media import Pixels


class Held:
    """A spool that keeps its bytes in plain memory."""

    def __init__(self, content: bytes = b"") -> None:
        self.content = bytearray(content)

    @property
    def size(self) -> int:
        return len(self.content)

    @property
    def head(self) -> bytes:
        return bytes(self.content[:4096])

    async def write(self, content: bytes) -> None:
        self.content += content

    async def read(self) -> AsyncGenerator[bytes, None]:
        for at in range(0, self.size, 1 << 20):
            yield bytes(self.content[at : at + (1 << 20)])


def sounding(seconds: float, format_: str = "wav", codec: str = "pcm_s16le", rate: int = 48000) -> bytes:
    """A hum of 200 Hz."""
    out = BytesIO()
    with av.open(out, "w", format=format_) as container:
        _hum(container, _sound_stream(container, codec, rate), seconds, rate)
    return out.getvalue()


def _sound_stream(container: OutputContainer, codec: str, rate: int) -> AudioStream:
    stream = container.add_stream(codec, rate=rate, layout="mono")
    assert isinstance(stream, AudioStream)
    return stream


def _hum(container: OutputContainer, stream: AudioStream, seconds: float, rate: int) -> None:
    wave = np.sin(np.arange(round(seconds * rate)) * 2 * np.pi * 200 / rate) * 0.3
    frame = av.AudioFrame.from_ndarray(wave.astype(np.float32)[None], format="fltp", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
    resampler = av.AudioResampler(
        stream.format.name, "mono", rate, frame_size=stream.codec_context.frame_size
    )
    for made in (*resampler.resample(frame), *resampler.resample(None)):
        container.mux(stream.encode(made))
    container.mux(stream.encode(None))


def scene(width: int, height: int, at: int = 0) -> Pixels:
    """Colours that change from place to place and move with `at`: red grows to the right, green down."""
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    red, green = x * 255 // max(width - 1, 1), y * 255 // max(height - 1, 1)
    return np.stack([red, green, (x + 5 * at) % 256], axis=-1).astype(np.uint8)


def filmed(
    frames: int,
    width: int = 320,
    height: int = 240,
    rate: int = 25,
    *,
    format_: str = "mp4",
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    pictures: Iterator[Pixels] | None = None,
    seconds_of_sound: float = 0.0,
    turned: int = 0,
    options: dict[str, str] | None = None,
) -> bytes:
    """A video of moving colours, or of other pictures, with a hum where that is asked for."""
    out = BytesIO()
    with av.open(out, "w", format=format_) as container:
        container.metadata.update({"title": "a secret title", "location": "+52.5+013.4/"})
        stream = container.add_stream(codec, rate=rate, options=options or {"preset": "ultrafast"})
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = width, height, pix_fmt
        if turned:
            stream.set_display_rotation(turned)
        sound = _sound_stream(container, "aac", 48000) if seconds_of_sound else None
        shown = pictures or (scene(width, height, at) for at in range(frames))
        for number, pixels in enumerate(shown):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format=pix_fmt)
            frame.pts, frame.time_base = number, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if sound is not None:
            _hum(container, sound, seconds_of_sound, 48000)
    return out.getvalue()


@cache
def eight_k() -> bytes:
    """An MP4 of one black picture of 7680 x 4320."""
    return filmed(1, 7680, 4320, pictures=iter([np.zeros((4320, 7680, 3), np.uint8)]))


def stretched(video: bytes, factor: int) -> bytes:
    """The same MP4 with each frame on show that many times longer: its time scales are divided."""
    changed = bytearray(video)
    for kind in (b"mvhd", b"mdhd"):
        at = video.index(kind) + 16  # after the version, flags and two times of a version 0 box
        (scale,) = struct.unpack_from(">I", video, at)
        struct.pack_into(">I", changed, at, max(1, scale // factor))
    return bytes(changed)


def png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, *chunks: bytes, depth: int = 8, colour: int = 2) -> bytes:
    """A PNG of these chunks; colour 2 is RGB, 0 grey."""
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + png_chunk(b"IEND", b"")


def png_bomb(side: int) -> bytes:
    """A white PNG, `side` pixels square, one bit a pixel: whole, and small."""
    packer = zlib.compressobj(1)
    row = b"\0" + b"\xff" * ((side + 7) // 8)
    content = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    return png(side, side, png_chunk(b"IDAT", content), depth=1, colour=0)


def text_bomb(kind: bytes, megabytes: int, count: int) -> bytes:
    """A tiny picture with compressed text that swells."""
    swollen = zlib.compress(bytes(megabytes << 20), 9)
    head = b"Comment\0\0" if kind == b"zTXt" else b"Comment\0\1\0\0\0"
    texts = png_chunk(kind, head + swollen) * count
    return png(1, 1, texts, png_chunk(b"IDAT", zlib.compress(b"\0\0\0\0")))


def gif(width: int, height: int, frames: int, delay: int = 4, block: bytes = b"\x02\x02\x44\x01\0") -> bytes:
    """A GIF of that many frames; block: each one's compressed pixels."""
    image = struct.pack("<B4HB", 0x2C, 0, 0, width, height, 0) + block
    control = b"\x21\xf9\x04" + struct.pack("<BHB", 0, delay, 0) + b"\0"
    table = bytes((0, 0, 0, 255, 255, 255))
    return (
        b"GIF89a"
        + struct.pack("<HHBBB", width, height, 0x80, 0, 0)
        + table
        + (control + image) * frames
        + b";"
    )


def peak() -> int:
    """The most bytes of memory that this process has had since `forget_peak`."""
    return _status("VmHWM")


def forget_peak() -> None:
    """proc(5): writing 5 to clear_refs sets VmHWM to what is used now."""
    Path("/proc/self/clear_refs").write_text("5")


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))
