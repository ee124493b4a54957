import wave
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from visavis.errors import AudioError
from visavis.media import Samples
from visavis.sound import HIGHEST_RATE, LOWEST_RATE, Recording, read, recording


def tone(seconds: float, rate: int) -> Samples:
    return (0.5 * np.sin(2 * np.pi * 220 * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def write(path: Path, codec: str, rate: int, layout: str = "mono", seconds: float = 1.3) -> Path:
    """A file with the same tone on all of its channels."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, layout=layout)
        assert isinstance(stream, av.AudioStream)
        channels = np.stack([tone(seconds, rate)] * stream.layout.nb_channels)
        frame = av.AudioFrame.from_ndarray(channels, format="fltp", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def heard(sound: Recording) -> Samples:
    return np.concatenate([chunk.samples for chunk in sound.chunks()])


@pytest.mark.parametrize(
    ("name", "codec", "rate", "layout"),
    [
        ("a.wav", "pcm_s16le", 16_000, "mono"),
        ("b.wav", "pcm_s24le", 44_100, "stereo"),
        ("c.flac", "flac", 22_050, "stereo"),
        ("d.m4a", "aac", 48_000, "5.1"),
        ("e.mp3", "libmp3lame", 32_000, "mono"),
        ("f.ogg", "libopus", 48_000, "stereo"),
        ("g.mkv", "flac", 48_000, "mono"),
    ],
)
def test_any_sound_becomes_mono(tmp_path: Path, name: str, codec: str, rate: int, layout: str) -> None:
    sound = recording(write(tmp_path / name, codec, rate, layout))
    samples = heard(sound)
    assert sound.rate == rate
    assert sound.seconds == pytest.approx(1.3, abs=0.1)
    assert len(samples) / rate == pytest.approx(1.3, abs=0.1)
    assert samples.dtype == np.float32
    middle = samples[len(samples) // 4 : -len(samples) // 4]
    assert 0.05 < np.abs(middle).max() <= 1


def test_lossless_sound_comes_as_it_is(tmp_path: Path) -> None:
    samples = heard(recording(write(tmp_path / "a.wav", "pcm_s16le", 16_000)))
    assert samples == pytest.approx(tone(1.3, 16_000), abs=1e-4)


def test_a_file_in_memory_is_read_at_once(tmp_path: Path) -> None:
    content = write(tmp_path / "a.flac", "flac", 24_000).read_bytes()
    chunk = read(content)
    assert chunk.rate == 24_000
    assert chunk.samples == pytest.approx(tone(1.3, 24_000), abs=1e-4)
    with pytest.raises(AudioError, match="the sound is damaged"):
        read(content[:100])


def test_it_comes_in_quarters_of_a_second_without_gaps(tmp_path: Path) -> None:
    chunks = list(recording(write(tmp_path / "a.wav", "pcm_s16le", 16_000, seconds=3)).chunks())
    assert [chunk.at for chunk in chunks] == [0, *(chunk.end for chunk in chunks[:-1])]
    assert chunks[-1].end == 48_000
    assert {chunk.phones for chunk in chunks} == {None}
    assert all(0.25 <= chunk.duration < 0.6 for chunk in chunks[:-1])


def test_a_rate_beyond_hearing_is_brought_down(tmp_path: Path) -> None:
    sound = recording(write(tmp_path / "a.wav", "pcm_s16le", 96_000))
    assert sound.rate == HIGHEST_RATE
    assert len(heard(sound)) == pytest.approx(1.3 * HIGHEST_RATE, abs=50)


@pytest.mark.parametrize("rate", [100, 4000])
def test_a_rate_below_speech_is_brought_up(tmp_path: Path, rate: int) -> None:
    path = tmp_path / "a.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes((1000 * np.ones(3 * rate, "<i2")).tobytes())
    sound = recording(path)
    assert sound.rate == LOWEST_RATE
    assert len(heard(sound)) == pytest.approx(3 * LOWEST_RATE, rel=0.02)


def test_what_is_too_loud_or_no_number_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_f32le", rate=8000, layout="mono")
        wild = np.array([[0.5, 7, -7, np.nan, np.inf, -np.inf] * 500], np.float32)
        frame = av.AudioFrame.from_ndarray(wild, format="flt", layout="mono")
        frame.sample_rate, frame.pts = 8000, 0
        container.mux(stream.encode(frame))
    samples = heard(recording(path))
    assert np.isfinite(samples).all()
    assert np.abs(samples).max() == 1


def test_silence_is_sound_and_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "a.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(16_000))
    assert not heard(recording(path)).any()
    assert "a.wav is silent from beginning to end" in caplog.text


@pytest.mark.parametrize(("kept", "told"), [(1.0, False), (0.3, True)])
def test_a_sound_that_was_cut_short_is_told(
    tmp_path: Path, kept: float, told: bool, caplog: pytest.LogCaptureFixture
) -> None:
    path = write(tmp_path / "a.wav", "pcm_s16le", 16_000, seconds=5)
    sound = recording(path)
    path.write_bytes(path.read_bytes()[: round(path.stat().st_size * kept)])
    assert heard(sound).any()
    assert (
        "a.wav ends after 1.5 s, and says that it has 5.0; it may have been cut short" in caplog.text
    ) == told


def test_a_video_without_sound(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width = stream.height = 64
        frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(AudioError, match=r"a\.mp4 holds no sound; give a file with speech in it"):
        recording(path)


def test_a_sound_file_with_nothing_in_it(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
    with pytest.raises(AudioError, match="holds no sound"):
        heard(recording(path))


@pytest.mark.parametrize("content", [b"", b"RIFF" + b"x" * 999, b"hello", b"\x89PNG\r\n\x1a\n" + b"x" * 99])
def test_what_is_not_sound(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    with pytest.raises(AudioError, match=r"a\.wav is damaged, or is not sound; give a WAV, FLAC"):
        recording(path)


def test_a_truncated_file_says_how_far_it_goes(tmp_path: Path) -> None:
    path = write(tmp_path / "a.flac", "flac", 44_100, seconds=3)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(AudioError, match=r"a\.flac is damaged 1\.\d s in"):
        heard(recording(path))


def test_a_playlist_opens_nothing(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", "pcm_s16le", 8000)
    for name, content in (
        ("list.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\na.wav\n#EXT-X-ENDLIST\n"),
        ("list.txt", "ffconcat version 1.0\nfile a.wav\n"),
    ):
        (tmp_path / name).write_text(content)
        with pytest.raises(AudioError):
            recording(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("none.wav", r"there is no sound file .*none\.wav; check its name"),
        ("folder", "cannot read .*folder: is a directory"),
        ("http://localhost/a.wav", "there is no sound file"),
        ("concat:a.wav", "there is no sound file"),
    ],
)
def test_a_file_that_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, sentence: str
) -> None:
    (tmp_path / "folder").mkdir()
    write(tmp_path / "a.wav", "pcm_s16le", 8000)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AudioError, match=sentence):
        recording(Path(name))
