import contextlib
import resource
import struct
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from visavis.errors import OutputError
from visavis.media import Pixels, Samples, sample_at
from visavis.transports.file import rate_for, writing, yuv420

SIZE = (64, 96)
PRIMARIES = [(200, 30, 30), (30, 160, 40), (40, 60, 210), (225, 180, 150), (60, 40, 30), (235, 235, 235)]


def plain(colour: tuple[int, int, int], size: tuple[int, int] = SIZE) -> Pixels:
    return np.full((size[1], size[0], 3), colour, np.uint8)


def tone(samples: int, rate: int) -> Samples:
    return (0.4 * np.sin(2 * np.pi * 440 * np.arange(samples) / rate)).astype(np.float32)


def write(path: Path, seconds: float = 1.0, fps: int = 25, rate: int = 22_050) -> None:
    with writing(path, SIZE, fps, rate) as film:
        for number in range(round(seconds * fps)):
            film.picture(plain((number % 250, 90, 120)))
            film.sound(tone(sample_at(number + 1, rate, fps) - sample_at(number, rate, fps), rate))


def rgb(frame: av.VideoFrame) -> Pixels:
    return frame.to_ndarray(format="rgb24").astype(np.uint8)


def pictures(path: Path) -> list[tuple[float, Pixels]]:
    with av.open(str(path)) as container:
        return [(frame.time or 0.0, rgb(frame)) for frame in container.decode(video=0)]


def sound(path: Path) -> tuple[float, Samples, int]:
    """When it begins, what is heard, and its rate."""
    with av.open(str(path)) as container:
        frames = list(container.decode(audio=0))
        return (
            frames[0].time or 0.0,
            np.concatenate([frame.to_ndarray()[0] for frame in frames]),
            frames[0].sample_rate,
        )


def boxes(path: Path) -> Iterator[str]:
    """Names of an MP4's outermost boxes, in their order (ISO/IEC 14496-12, 4.2)."""
    content = path.read_bytes()
    at = 0
    while at < len(content):
        size, name = struct.unpack(">I4s", content[at : at + 8])
        yield name.decode()
        at += size


@contextlib.contextmanager
def room_for(size: int) -> Iterator[None]:
    """Files cannot grow beyond `size` bytes, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("ending", [".mp4", ".mov", ".mkv", ".MP4"])
@pytest.mark.parametrize(("fps", "rate"), [(25, 22_050), (30, 16_000), (24, 48_000), (25, 44_123)])
def test_flash_and_beep_come_together(tmp_path: Path, ending: str, fps: int, rate: int) -> None:
    out = tmp_path / f"clip{ending}"
    seconds, beats = 4, (1, 2, 3)
    heard = np.zeros(seconds * rate, np.float32)
    for beat in beats:
        heard[beat * rate : beat * rate + rate // 20] = 2 * tone(rate // 20, rate)
    with writing(out, SIZE, fps, rate) as film:
        for part in np.array_split(heard[: 2 * rate], 77):
            film.sound(part)
        for number in range(seconds * fps):
            film.picture(plain((255, 255, 255) if number in {beat * fps for beat in beats} else (0, 0, 0)))
        film.sound(heard[2 * rate :])
    flashes = [time for time, picture in pictures(out) if picture.mean() > 128]
    start, decoded, decoded_rate = sound(out)
    loud = np.flatnonzero(np.abs(decoded) > 0.3) / decoded_rate + start
    beeps = [float(loud[loud > beat - 0.5][0]) for beat in beats]
    assert flashes == pytest.approx(list(beats), abs=0.001)
    assert beeps == pytest.approx(flashes, abs=0.005)


def test_every_picture_and_every_sample_is_in_the_file(tmp_path: Path) -> None:
    out = tmp_path / "clip.mp4"
    write(out, seconds=2.0)
    made = pictures(out)
    assert [time for time, _ in made] == pytest.approx([n / 25 for n in range(50)])
    start, decoded, rate = sound(out)
    assert start == 0
    assert 2 * rate <= len(decoded) < 2 * rate + 2048


@pytest.mark.parametrize("colour", PRIMARIES)
def test_colours_come_back_as_they_went_in(tmp_path: Path, colour: tuple[int, int, int]) -> None:
    out = tmp_path / "clip.mp4"
    with writing(out, SIZE, 25, 22_050) as film:
        film.picture(plain(colour))
    assert np.abs(pictures(out)[0][1].astype(int) - colour).max() <= 3


def test_the_file_says_how_its_colours_are_meant(tmp_path: Path) -> None:
    out = tmp_path / "clip.mp4"
    write(out)
    with av.open(str(out)) as container:
        codec = container.streams.video[0].codec_context
        assert codec.pix_fmt == "yuv420p"
        assert codec.colorspace == Colorspace.ITU709
        assert codec.color_primaries == ColorPrimaries.BT709
        assert codec.color_trc == ColorTrc.BT709
        assert codec.color_range == ColorRange.MPEG


def test_the_conversion_is_bt709_to_a_level() -> None:
    """Compared with FFmpeg's in the middle of squares: at their edges the two average differently."""
    squares = np.random.default_rng(3).integers(0, 256, (6, 4, 3), dtype=np.uint8)
    pixels = squares.repeat(16, 0).repeat(16, 1)
    theirs = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(
        format="yuv420p", src_colorspace="ITU709", dst_colorspace="ITU709"
    )
    for mine, other in zip(yuv420(pixels).planes, theirs.planes, strict=True):
        ours, reference = (
            np.frombuffer(bytes(plane), np.uint8).reshape(-1, plane.line_size)[4::8, 4 : plane.width : 8]
            for plane in (mine, other)
        )
        assert np.abs(ours.astype(int) - reference).max() <= 1


def test_it_plays_before_it_is_loaded_and_names_its_maker(tmp_path: Path) -> None:
    out = tmp_path / "clip.mp4"
    with writing(out, SIZE, 25, 22_050, comment="made with visavis") as film:
        film.picture(plain((9, 9, 9)))
        film.sound(tone(882, 22_050))
    names = list(boxes(out))
    assert names.index("moov") < names.index("mdat")
    with av.open(str(out)) as container:
        assert container.metadata["encoder"] == "visavis"
        assert container.metadata["comment"] == "made with visavis"
        assert container.streams.video[0].codec_context.name == "h264"
        assert container.streams.audio[0].codec_context.name == "aac"


def test_a_rate_that_aac_lacks_becomes_one_it_has() -> None:
    assert rate_for(22_050) == 22_050
    assert rate_for(44_123) == 48_000
    assert rate_for(96_000) == 48_000


def test_nothing_is_seen_under_the_name_before_the_end(tmp_path: Path) -> None:
    out = tmp_path / "clip.mp4"
    with writing(out, SIZE, 25, 22_050) as film:
        film.picture(plain((9, 9, 9)))
        film.finish()
        assert not out.exists()
        assert len(list(tmp_path.iterdir())) == 1
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, GeneratorExit])
def test_an_error_leaves_no_trace_and_the_old_file(tmp_path: Path, error: type[BaseException]) -> None:
    out = tmp_path / "clip.mp4"
    out.write_bytes(b"the old one")

    def interrupted() -> None:
        with writing(out, SIZE, 25, 22_050) as film:
            film.picture(plain((9, 9, 9)))
            raise error

    with pytest.raises(error):
        interrupted()
    assert list(tmp_path.iterdir()) == [out]
    assert out.read_bytes() == b"the old one"


def test_a_file_that_vanishes_under_way_hides_no_error(tmp_path: Path) -> None:
    def broken_off() -> None:
        with writing(tmp_path / "clip.mp4", SIZE, 25, 22_050) as film:
            film.picture(plain((9, 9, 9)))
            for part in tmp_path.iterdir():
                part.unlink()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken_off()
    assert list(tmp_path.iterdir()) == []


class Codecless:
    """A container that has no codecs; closed: whether it is."""

    def __init__(self) -> None:
        self.metadata = dict[str, str]()
        self.closed = False

    def add_stream(self, name: str, rate: int, options: dict[str, str]) -> None:
        raise ValueError(f"no codec {name}")

    def close(self) -> None:
        self.closed = True


def test_a_video_that_cannot_begin_lets_go_of_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    container = Codecless()
    monkeypatch.setattr("av.open", lambda *_, **__: container)
    with pytest.raises(ValueError, match="no codec"), writing(tmp_path / "a.mp4", SIZE, 25, 22_050):
        pass
    assert container.closed
    assert list(tmp_path.iterdir()) == []


def test_a_new_file_replaces_the_old_one_and_has_its_usual_rights(tmp_path: Path) -> None:
    out, plain_file = tmp_path / "clip.mp4", tmp_path / "plain"
    out.write_bytes(b"the old one")
    plain_file.touch()
    write(out)
    assert len(pictures(out)) == 25
    assert out.stat().st_mode == plain_file.stat().st_mode


def test_a_link_stays_and_what_it_points_to_is_written(tmp_path: Path) -> None:
    real, link = tmp_path / "real.mp4", tmp_path / "link.mp4"
    real.touch()
    link.symlink_to(real)
    write(link)
    assert link.is_symlink()
    assert len(pictures(real)) == 25


def test_a_disk_that_is_full_half_way(tmp_path: Path) -> None:
    noise = np.random.default_rng(0)

    def fill() -> None:
        with writing(tmp_path / "clip.mp4", SIZE, 25, 22_050) as film:
            for _ in range(60):
                film.picture(noise.integers(0, 256, (96, 64, 3), dtype=np.uint8))
                film.sound(tone(882, 22_050))

    with pytest.raises(OutputError, match=r"cannot write .*clip\.mp4: file too large"), room_for(60_000):
        fill()
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_has_room_for_all_but_the_index(tmp_path: Path) -> None:
    out = tmp_path / "clip.mp4"
    write(out)
    size = out.stat().st_size
    out.unlink()
    with pytest.raises(OutputError, match="file too large"), room_for(size - 100):
        write(out)
    assert list(tmp_path.iterdir()) == []
    with room_for(size):
        write(out)
    assert out.stat().st_size == size


def test_a_picture_of_another_size_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="shape"), writing(tmp_path / "a.mp4", SIZE, 25, 22_050) as film:
        film.picture(plain((0, 0, 0), (32, 32)))
    assert list(tmp_path.iterdir()) == []
