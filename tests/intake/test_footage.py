from collections.abc import Callable
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.stream import VideoStream

from visavis.errors import UploadError
from visavis.intake.footage import footage, opened, pixels, sound
from visavis.intake.kinds import Kind, kind_of

from .files import eight_k, filmed, scene, sounding, stretched


def seen(content: bytes, kind: Kind = "mp4") -> list[tuple[float, np.ndarray]]:
    with opened(content, kind) as container:
        shown = footage(container)
        return [(at, pixels(frame, *shown.size)) for at, frame in shown.frames()]


def heard(content: bytes, kind: Kind) -> np.ndarray:
    with opened(content, kind) as container:
        return np.concatenate([chunk.samples for chunk in sound(container)])


def code(work: Callable[[], object]) -> str:
    with pytest.raises(UploadError) as raised:
        work()
    assert ";" in str(raised.value)
    return raised.value.code


@pytest.mark.parametrize(
    ("format_", "codec", "kind"),
    [
        ("mp4", "libx264", "mp4"),
        ("mov", "libx265", "mov"),
        ("mov", "mpeg4", "mov"),
        ("webm", "libvpx", "webm"),
        ("webm", "libvpx-vp9", "webm"),
        ("matroska", "libx264", "mkv"),
    ],
)
def test_codecs_that_are_taken(format_: str, codec: str, kind: Kind) -> None:
    options = {"preset": "ultrafast"} if "x26" in codec else {"deadline": "realtime", "cpu-used": "8"}
    options |= {"x265-params": "log-level=error"} if codec == "libx265" else {}
    content = filmed(12, format_=format_, codec=codec, options=options if "mpeg" not in codec else {})
    assert kind_of(content) == kind
    frames = seen(content, kind)
    assert len(frames) == 12
    assert [at for at, _ in frames] == pytest.approx([n / 25 for n in range(12)], abs=0.002)
    assert np.abs(frames[5][1].astype(int) - scene(320, 240, 5)).mean() < 20


@pytest.mark.parametrize("turned", [90, -90, 180])
def test_a_clip_that_was_held_another_way_stands_upright(turned: int) -> None:
    ((_, shown), *_) = seen(filmed(3, turned=turned))
    upright = np.rot90(scene(320, 240), turned // 90)
    assert shown.shape == upright.shape
    assert np.abs(shown.astype(int) - upright).mean() < 20


def test_a_codec_that_is_not_taken_is_refused_before_it_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    content = filmed(3, format_="mov", codec="magicyuv", pix_fmt="gbrp", options={})
    with opened(content, "mov") as container:
        (stream,) = container.streams.video
        assert code(lambda: footage(container)) == "codec"
        assert not stream.codec_context.is_open


def test_a_codec_that_nobody_knows() -> None:
    assert code(lambda: seen(filmed(2).replace(b"avc1", b"zzzz"))) == "codec"
    assert code(lambda: heard(sounding(0.2, "matroska", "aac").replace(b"A_AAC", b"A_XYZ"), "mkv")) == "codec"


def test_an_8k_video_is_refused_at_the_probe() -> None:
    with opened(eight_k(), "mp4") as container:
        (stream,) = container.streams.video
        assert code(lambda: footage(container)) == "pixels"
        assert not stream.codec_context.is_open


def test_a_video_that_holds_ten_hours_is_refused_at_the_probe() -> None:
    content = stretched(filmed(100), 9000)
    assert len(content) < 500_000
    with opened(content, "mp4") as container:
        (stream,) = container.streams.video
        assert code(lambda: footage(container)) == "seconds"
        assert not stream.codec_context.is_open


def test_too_many_frames_a_second() -> None:
    assert code(lambda: seen(filmed(30, rate=240))) == "rate"


def shortened(content: bytes) -> bytes:
    """The same file, saying that it lasts no time at all."""
    changed = bytearray(content)
    for kind, at in ((b"mvhd", 20), (b"mdhd", 20), (b"tkhd", 24), (b"elst", 12)):
        if (box := content.find(kind)) >= 0:
            changed[box + at : box + at + 4] = b"\0\0\0\1"
    return bytes(changed)


def test_a_video_that_lies_about_its_length_is_caught_while_it_is_decoded() -> None:
    honest = filmed(130, 64, 64, rate=1, format_="matroska")
    at = honest.index(b"\x44\x89\x88")  # Duration, a double
    lying = honest[: at + 3] + bytes(8) + honest[at + 11 :]
    with opened(lying, "mkv") as container:
        assert not container.duration or container.duration < 1e6
    assert code(lambda: seen(lying, "mkv")) == "seconds"


def test_a_video_that_claims_a_frame_in_ten_minutes() -> None:
    out = BytesIO()
    with av.open(out, "w", format="matroska", options={"live": "1"}) as container:
        stream = container.add_stream("libx264", rate=Fraction(1, 600))
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        for number in range(3):
            frame = av.VideoFrame.from_ndarray(scene(64, 64), format="rgb24")
            frame.pts, frame.time_base = number * 300, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with opened(out.getvalue(), "mkv") as container:
        stated = container.streams.video[0].average_rate
        assert stated is not None
        assert stated < 0.01
        assert not container.duration
        shown = footage(container)
        assert shown.rate == 1
        assert [at for at, _ in shown.frames()] == pytest.approx([0, 0.3, 0.6])


@pytest.mark.parametrize(
    ("kind", "format_", "codec"),
    [
        ("wav", "wav", "pcm_s16le"),
        ("wav", "wav", "pcm_f32le"),
        ("mp3", "mp3", "libmp3lame"),
        ("flac", "flac", "flac"),
        ("m4a", "ipod", "aac"),
        ("m4a", "ipod", "alac"),
        ("ogg", "ogg", "libopus"),
    ],
)
def test_sounds(kind: Kind, format_: str, codec: str) -> None:
    samples = heard(sounding(0.5, format_, codec), kind)
    assert len(samples) / 48_000 == pytest.approx(0.5, abs=0.06)
    assert samples.dtype == np.float32
    assert np.sqrt((samples**2).mean()) == pytest.approx(0.21, abs=0.03)


def test_the_sound_of_a_video() -> None:
    assert len(heard(filmed(10, seconds_of_sound=0.4), "mp4")) / 48_000 == pytest.approx(0.4, abs=0.06)


def test_sound_that_lasts_too_long_whatever_it_says() -> None:
    assert code(lambda: heard(sounding(602, rate=8000), "wav")) == "seconds"
    lying = bytearray(sounding(602, rate=8000))
    at = lying.index(b"data")
    lying[at + 4 : at + 8] = b"\xff\xff\xff\xff"
    assert code(lambda: heard(bytes(lying), "wav")) == "seconds"


def test_nothing_to_see_or_to_hear() -> None:
    assert code(lambda: seen(sounding(0.2, "mp4", "aac"))) == "no_picture"
    assert code(lambda: heard(filmed(3), "mp4")) == "no_sound"
    assert code(lambda: heard(sounding(0.2, "wav", "adpcm_ima_wav"), "wav")) == "codec"


@pytest.mark.parametrize(
    "playlist", ["#EXTM3U\n#EXTINF:1,\nfile://{}\n", "ffconcat version 1.0\nfile '{}'\n"]
)
@pytest.mark.parametrize("kind", ["mp4", "mkv", "wav", "mp3", "ogg"])
def test_playlists_are_not_followed(tmp_path: Path, playlist: str, kind: Kind) -> None:
    canary = tmp_path / "canary.mp4"
    canary.write_bytes(filmed(2, seconds_of_sound=0.1))
    read = canary.stat().st_atime_ns
    assert code(lambda: seen(playlist.format(canary).encode(), kind)) == "damaged"
    assert canary.stat().st_atime_ns == read


def test_a_container_says_what_it_is_and_not_the_file() -> None:
    assert code(lambda: seen(filmed(2, format_="matroska"), "mp4")) == "damaged"


def test_ffmpeg_reads_bytes_and_knows_no_name() -> None:
    with opened(filmed(2), "mp4") as container:
        assert isinstance(container, av.container.InputContainer)
        assert "/" not in container.name
