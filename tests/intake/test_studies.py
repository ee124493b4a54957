"""Whole uploads, good and bad, through the sandbox as users' are."""

import asyncio
import contextlib
import subprocess
import sys
import wave
import zlib
from collections.abc import AsyncGenerator, Iterator
from dataclasses import asdict, fields, replace
from functools import cache
from io import BytesIO
from pathlib import Path

import av
import numpy as np
import pytest
from av.audio.stream import AudioStream
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from tests.conftest import fetched
from visavis.arrays import packed, unpacked
from visavis.contracts import Clause
from visavis.engines.tts.espeak import Espeak
from visavis.errors import ModelError, StorageError, UploadError
from visavis.intake import studies
from visavis.intake.kinds import kind_of
from visavis.intake.messages import Answer
from visavis.intake.sandbox import Task
from visavis.intake.studies import study_portrait, study_voice
from visavis.media import Pixels
from visavis.portrait import framed, picture
from visavis.portrait.clip import Track
from visavis.portrait.faces import NETWORKS, Finder, Found
from visavis.portrait.quality import judged
from visavis.streams import stream_of
from visavis.voices import Measures

from .files import (
    Held,
    eight_k,
    filmed,
    forget_peak,
    gif,
    peak,
    png,
    png_bomb,
    png_chunk,
    sounding,
    stretched,
    text_bomb,
)

MB = 2**20
SECRETS = (b"<script", b"PK\x03\x04", b"a secret")


@pytest.fixture(scope="session")
def models() -> dict[str, Path]:
    return fetched("face")


@pytest.fixture(scope="session")
def face(photo: Path) -> Pixels:
    """The demo portrait, small."""
    return np.asarray(Image.open(photo).convert("RGB").resize((384, 450)))


def saved(pixels: Pixels, format_: str, **options: object) -> bytes:
    out = BytesIO()
    Image.fromarray(pixels).save(out, format_, **options)
    return out.getvalue()


def swaying(face: Pixels, frames: int, width: int = 640, height: int = 480) -> Iterator[Pixels]:
    """A film of a face that moves a little from side to side."""
    for at in range(frames):
        frame = np.full((height, width, 3), 200, np.uint8)
        left = (width - face.shape[1]) // 2 + round(6 * np.sin(at / 6))
        frame[-face.shape[0] :, left : left + face.shape[1]] = face
        yield frame


async def refusal(content: bytes, models: dict[str, Path]) -> UploadError:
    """Why a portrait is refused; the memory of this process does not grow over it."""
    upload = Held(content)
    forget_peak()
    before = peak()
    with pytest.raises(UploadError) as raised:
        await study_portrait(upload, models)
    assert peak() - before < 50 * MB
    assert ";" in str(raised.value), "a sentence says what to do"
    assert "\n" not in str(raised.value)
    return raised.value


# What is taken


async def test_a_photo(face: Pixels, models: dict[str, Path], finder: Finder) -> None:
    exif = Image.Exif()
    exif[0x010E] = "a secret"
    content = saved(face, "JPEG", quality=95, exif=exif, comment=b"a secret")
    answer = await study_portrait(Held(content), models)
    assert set(answer.facts) == {"kind", "width", "height", "quality"}
    assert (answer.facts["kind"], answer.facts["width"], answer.facts["height"]) == ("photo", 384, 450)
    assert set(answer.blobs) == {"picture", "face"}
    assert not any(secret in blob for secret in SECRETS for blob in answer.blobs.values())
    pixels = picture.read(content)
    (found,) = finder.faces(pixels)
    kept = unpacked(answer.blobs["face"], Found)
    assert np.allclose(kept.landmarks, found.landmarks, atol=0.01)
    assert answer.facts["quality"] == {
        **asdict(judged(pixels, [found])),
        "scores": answer.facts["quality"]["scores"],
    }
    assert [score["name"] for score in answer.facts["quality"]["scores"]]
    assert framed(picture.read(answer.blobs["picture"]), kept, 256, 256).size == (256, 256)


async def test_the_same_photo_makes_the_same_files(face: Pixels, models: dict[str, Path]) -> None:
    first, second = [await study_portrait(Held(saved(face, "PNG")), models) for _ in range(2)]
    assert first == second


def p3() -> bytes:
    """A colour profile that is not sRGB, so that it has to be worked out."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()


@pytest.mark.parametrize(
    ("format_", "options"),
    [
        ("PNG", {}),
        ("WEBP", {"quality": 90}),
        ("WEBP", {"lossless": True}),
        ("MPO", {"save_all": True, "append_images": [Image.new("RGB", (40, 40))]}),
        ("JPEG", {"quality": 90, "icc_profile": p3()}),
        ("JPEG", {"quality": 90, "progressive": True}),
        ("GIF", {}),
    ],
    ids=[
        "png",
        "webp",
        "lossless webp",
        "two pictures in a jpeg",
        "colour profile",
        "progressive",
        "still gif",
    ],
)
async def test_every_kind_of_photo(
    face: Pixels, models: dict[str, Path], format_: str, options: dict[str, object]
) -> None:
    answer = await study_portrait(Held(saved(face, format_, **options)), models)
    assert answer.facts["kind"] == "photo"
    kept = picture.read(answer.blobs["picture"])
    assert np.abs(kept.astype(int) - face).mean() < 12


async def test_a_large_photo_on_its_side_is_stored_upright_and_smaller(
    face: Pixels, models: dict[str, Path]
) -> None:
    large = np.asarray(Image.fromarray(face).resize((2560, 3000)))
    answer = await study_portrait(Held(saved(np.rot90(large), "JPEG", quality=85)), models)
    assert (answer.facts["width"], answer.facts["height"]) == (1707, 2000)
    kept = picture.read(answer.blobs["picture"])
    small = np.asarray(Image.fromarray(kept).resize((384, 450)))
    assert np.abs(small.astype(int) - face).mean() < 8
    assert abs(unpacked(answer.blobs["face"], Found).roll) < 0.2


def only_silent_h264(content: bytes) -> tuple[int, int, int, float]:
    """Width, height, frames and rate of a clip that holds nothing else."""
    assert kind_of(content) == "mp4"
    with av.open(BytesIO(content), "r") as container:
        (stream,) = container.streams.video
        assert len(container.streams) == 1
        assert stream.codec_context.name == "h264"
        assert container.metadata.keys() <= {"major_brand", "minor_version", "compatible_brands"}
        frames = len(list(container.decode(stream)))
        return stream.width, stream.height, frames, float(stream.average_rate or 0)


async def test_a_clip(face: Pixels, models: dict[str, Path]) -> None:
    content = filmed(0, 640, 480, 50, pictures=swaying(face, 100), seconds_of_sound=2.0)
    answer = await study_portrait(Held(content), models)
    facts = answer.facts
    assert set(facts) == {
        "kind", "width", "height", "quality", "fps", "seconds", "loop", "best", "sentences",
    }  # fmt: skip
    assert (facts["kind"], facts["width"], facts["height"]) == ("clip", 640, 480)
    assert (facts["fps"], facts["seconds"]) == (25, 2.0)
    assert set(answer.blobs) == {"picture", "face", "clip", "track"}
    assert only_silent_h264(answer.blobs["clip"]) == (640, 480, 50, 25.0)
    assert not any(b"secret" in blob for blob in answer.blobs.values())
    track = unpacked(answer.blobs["track"], Track)
    assert track.landmarks.shape == (50, 468, 3)
    assert track.found.all()
    kept = unpacked(answer.blobs["face"], Found)
    assert np.abs(kept.landmarks - track.landmarks[facts["best"][0]])[:, :2].max() < 8
    assert picture.read(answer.blobs["picture"]).shape == (480, 640, 3)
    assert facts["quality"]["verdict"] in ("good", "usable")
    assert 0 <= facts["loop"]["first"] < facts["loop"]["last"] < 50


async def test_a_gif_that_moves(face: Pixels, models: dict[str, Path]) -> None:
    first, *others = (Image.fromarray(frame) for frame in swaying(face, 12, 401, 451))
    out = BytesIO()
    first.save(out, "GIF", save_all=True, append_images=others, duration=200, comment=b"a secret")
    answer = await study_portrait(Held(out.getvalue()), models)
    assert (answer.facts["kind"], answer.facts["fps"]) == ("gif", 5)
    assert answer.facts["seconds"] == pytest.approx(2.4)
    assert only_silent_h264(answer.blobs["clip"]) == (400, 450, 12, 5.0)


TEXT = "The quick brown fox jumps over the lazy dog, and nobody knows why it never comes home before dark. "


@pytest.fixture(scope="session")
def speech() -> bytes:
    """Some ten seconds of the embedded voice, as a WAV file of 48 kHz."""

    async def said() -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        with contextlib.closing(Espeak()) as tts:
            clauses = stream_of([Clause(TEXT * 2, "en", 0.2)])
            return np.concatenate([chunk.samples async for chunk in tts.speak(clauses, tts.voices[0])])

    samples = asyncio.run(said())
    out = BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, Espeak.rate, 0, "NONE", ""))
        file.writeframes((samples * 30_000).astype("<i2").tobytes())
    return out.getvalue()


def converted(sound: bytes, format_: str, codec: str) -> bytes:
    """A WAV file as another kind; with a moving picture where the kind is a video's."""
    out = BytesIO()
    with av.open(BytesIO(sound), "r") as source, av.open(out, "w", format=format_) as container:
        stream = container.add_stream(codec, rate=48_000, layout="stereo")
        assert isinstance(stream, AudioStream)
        container.metadata["title"] = "a secret"
        resampler = av.AudioResampler(
            stream.format.name, "stereo", 48_000, frame_size=stream.codec_context.frame_size or 4096
        )
        for frame in (*source.decode(audio=0), None):
            for made in resampler.resample(frame):
                container.mux(stream.encode(made))
        container.mux(stream.encode(None))
    return out.getvalue()


@pytest.mark.parametrize(
    ("format_", "codec"),
    [
        ("wav", "pcm_s24le"),
        ("mp3", "libmp3lame"),
        ("ipod", "aac"),
        ("webm", "libopus"),
    ],
)
async def test_a_voice(speech: bytes, format_: str, codec: str) -> None:
    answer = await study_voice(Held(converted(speech, format_, codec)))
    assert set(answer.facts) == {"language", "gender", "seconds", "quality"}
    assert answer.facts["gender"] in ("female", "male")
    assert answer.facts["quality"]["verdict"] in ("good", "usable")
    assert {"f0", "snr", "sentences", "advice"} <= set(answer.facts["quality"])
    with av.open(BytesIO(answer.blobs["sample"]), "r") as container:
        assert len(container.streams) == 1
        assert container.metadata.keys() <= {"encoder", "ENCODER"}
        samples = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    assert len(samples) / 24_000 == pytest.approx(answer.facts["seconds"], abs=0.01)
    assert answer.facts["seconds"] > 6


async def unheard(content: bytes) -> UploadError:
    """Why a voice is refused; the memory of this process does not grow over it."""
    upload = Held(content)
    forget_peak()
    before = peak()
    with pytest.raises(UploadError) as raised:
        await study_voice(upload)
    assert peak() - before < 50 * MB
    assert ";" in str(raised.value)
    return raised.value


async def test_sounds_that_are_no_voice(speech: bytes) -> None:
    assert (await unheard(sounding(3))).code == "audio"
    assert (await unheard(filmed(5))).code == "no_sound"
    assert (await unheard(sounding(601, "ogg", "libopus", 8000))).code == "seconds"
    assert (await unheard(speech[:60])).code in ("damaged", "audio")


# What is not taken


@pytest.mark.parametrize("side", [13_000, 20_000, 60_000])
async def test_png_bombs(side: int, models: dict[str, Path]) -> None:
    content = png_bomb(side)
    assert len(content) < 4 * MB
    assert "megapixels" in str(await refusal(content, models))


@pytest.mark.parametrize(("kind", "megabytes", "count"), [(b"zTXt", 200, 1), (b"iTXt", 1, 500)])
async def test_text_that_swells_in_a_png(
    kind: bytes, megabytes: int, count: int, models: dict[str, Path]
) -> None:
    await refusal(text_bomb(kind, megabytes, count), models)


async def test_a_colour_profile_that_swells_in_a_png(models: dict[str, Path]) -> None:
    profile = png_chunk(b"iCCP", b"it\0\0" + zlib.compress(bytes(200 * MB), 9))
    await refusal(png(1, 1, profile, png_chunk(b"IDAT", zlib.compress(b"\0\0\0\0"))), models)


async def test_a_webp_of_268_megapixels(models: dict[str, Path]) -> None:
    content = bytearray(saved(np.zeros((8, 8, 3), np.uint8), "WEBP", lossless=True))
    content[21:25] = ((1 << 28) - 1).to_bytes(4, "little")
    assert (await refusal(bytes(content), models)).code == "pixels"


async def test_a_gif_of_2000_frames(models: dict[str, Path]) -> None:
    pixels = (b"\xff" + bytes(255)) * 51
    content = gif(4000, 4000, 2000, block=b"\x02" + pixels + b"\0")
    assert (await refusal(content, models)).code == "pixels"
    assert (await refusal(gif(320, 240, 301), models)).code == "frames"


async def test_videos_that_are_too_much(models: dict[str, Path]) -> None:
    assert (await refusal(eight_k(), models)).code == "pixels"
    assert (await refusal(stretched(filmed(100), 9000), models)).code == "seconds"
    assert (await refusal(filmed(60, rate=240), models)).code == "rate"


async def test_a_rare_codec(models: dict[str, Path]) -> None:
    content = filmed(3, format_="mov", codec="magicyuv", pix_fmt="gbrp", options={})
    refused = await refusal(content, models)
    assert (refused.code, "magicyuv" in str(refused)) == ("codec", True)


async def test_playlists_lead_nowhere(tmp_path: Path, models: dict[str, Path], face: Pixels) -> None:
    canary = tmp_path / "canary.mp4"
    canary.write_bytes(filmed(0, 640, 480, 25, pictures=swaying(face, 5)))
    callers = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        callers.append(await reader.read(100))
        writer.close()

    async with await asyncio.start_server(listen, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/a.ts"
        hls = f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{url}\n#EXTINF:1,\nfile://{canary}\n"
        concat = f"ffconcat version 1.0\nfile '{url}'\nfile '{canary}'\n"
        for playlist in (hls, concat):
            assert (await refusal(playlist.encode(), models)).code == "kind"
            disguised = filmed(1)[:36] + playlist.encode()
            assert kind_of(disguised) == "mp4"
            assert (await refusal(disguised, models)).code == "damaged"
    assert callers == []


async def test_a_polyglot_leaves_nothing_but_pixels(face: Pixels, models: dict[str, Path]) -> None:
    archive = b"PK\x03\x04" + b"a secret" * 9 + b"PK\x05\x06" + bytes(18)
    comment = b"<script>alert('a secret')</script>"
    content = saved(face, "JPEG", quality=90, comment=comment) + comment + archive
    assert content.count(b"<script") == 2
    answer = await study_portrait(Held(content), models)
    for blob in answer.blobs.values():
        assert not any(secret in blob for secret in SECRETS)


async def test_what_is_none_of_the_kinds(models: dict[str, Path]) -> None:
    for content in (b"<svg/>", b"%PDF-1.7", b"MZ" + bytes(100), b"\0" * 100):
        refused = await refusal(content, models)
        assert (refused.code, "JPEG, PNG" in str(refused)) == ("kind", True)
    for film, codec in (("matroska", "libx264"), ("webm", "libvpx")):
        refused = await refusal(filmed(2, format_=film, codec=codec, options={}), models)
        assert (refused.code, "which is not taken here" in str(refused)) == ("kind", True)
    refused = await refusal(sounding(0.2), models)
    assert "the file is WAV, which is not taken here" in str(refused)
    with pytest.raises(UploadError, match="the file is PNG, which is not taken here; send a recording"):
        await study_voice(Held(png_bomb(10)))


async def test_no_face(models: dict[str, Path]) -> None:
    grey = np.full((300, 400, 3), 130, np.uint8)
    assert (await refusal(saved(grey, "JPEG"), models)).code == "no_face"
    assert (
        await refusal(filmed(0, 320, 240, pictures=iter([grey[:240, :320]] * 10)), models)
    ).code == "portrait"


async def test_models_that_are_missing_are_not_the_senders_fault(tmp_path: Path, face: Pixels) -> None:
    with pytest.raises(ModelError, match="visavis models pull face"):
        await study_portrait(Held(saved(face, "PNG")), {name: tmp_path / name for name in NETWORKS})


@cache
def samples() -> list[bytes]:
    noise = np.random.default_rng(0).integers(0, 255, (120, 160, 3)).astype(np.uint8)
    return [
        *(saved(noise, format_) for format_ in ("JPEG", "PNG", "WEBP")),
        gif(160, 120, 5),
        filmed(5, 160, 120),
        filmed(5, 160, 120, format_="mov", codec="mpeg4", options={}),
    ]


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
async def test_whatever_is_wrong_with_the_bytes_it_is_a_sentence(
    models: dict[str, Path], data: st.DataObject
) -> None:
    content = bytearray(data.draw(st.sampled_from(samples())))
    for _ in range(data.draw(st.integers(0, 10))):
        content[data.draw(st.integers(12, len(content) - 1))] = data.draw(st.integers(0, 255))
    kept = data.draw(st.floats(0.05, 1))
    await refusal(bytes(content[: max(40, int(kept * len(content)))]), models)


# Who looks before it is opened, and after


class Scans:
    """A scanner that finds what it is told to find."""

    def __init__(self, verdict: Exception | None = None) -> None:
        self.verdict = verdict
        self.seen = b""

    async def scan(self, content: AsyncGenerator[bytes, None]) -> None:
        self.seen = b"".join([piece async for piece in content])
        if self.verdict:
            raise self.verdict


async def test_the_scanner_sees_all_of_it_before_it_is_opened(
    face: Pixels, models: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    content = saved(face, "PNG")
    clean = Scans()
    await study_portrait(Held(content), models, clean)
    assert clean.seen == content
    monkeypatch.setattr(studies, "run", None)
    for verdict in (UploadError("virus", "it is ill; heal it"), StorageError("the scanner is away")):
        with pytest.raises(type(verdict), match=str(verdict)):
            await study_portrait(Held(content), models, Scans(verdict))
        with pytest.raises(type(verdict), match=str(verdict)):
            await study_voice(Held(sounding(0.1)), Scans(verdict))


def found(points: int = 468, place: float = 5.0) -> Found:
    landmarks, spread = np.full((points, 3), place, np.float32), np.zeros(points, np.float32)
    irises = np.zeros((2, 5, 2), np.float32)
    return Found(np.full(4, place, np.float32), 1.0, landmarks, irises, 0.0, 0.0, 0.0, spread)


def tracked(frames: int = 4) -> Track:
    boxes, landmarks = np.zeros((frames, 4), np.float32), np.zeros((frames, 468, 3), np.float32)
    return Track(boxes, landmarks, np.ones(frames, np.bool_), 2.0)


JPEG, MP4, FLAC = b"\xff\xd8\xff", filmed(2, 64, 64), b"fLaC"
REPORT = {"scores": [{"name": "pose", "value": 1, "sentence": ""}], "overall": 0.5, "verdict": "usable"}
STILL = Answer(
    {"kind": "photo", "width": 1, "height": 1, "quality": {**REPORT, "advice": ""}},
    {"picture": JPEG, "face": packed(found())},
)
MOVING = Answer(
    {
        **STILL.facts, "kind": "clip", "fps": 2, "seconds": 2.0, "best": [3, 0], "sentences": ["a cut"],
        "loop": {"first": 0, "last": 3, "seam": 0.0, "there_and_back": True},
    },
    {**STILL.blobs, "clip": MP4, "track": packed(tracked())},
)  # fmt: skip
HEARD = dict.fromkeys((field.name for field in fields(Measures)), 1.0)
SPOKEN = Answer(
    {
        "language": None,
        "gender": "male",
        "seconds": 7.0,
        "quality": {**HEARD, "verdict": "good", "sentences": [], "advice": ""},
    },
    {"sample": FLAC},
)


def but(answer: Answer, name: str, value: object) -> Answer:
    """The answer, lying about one thing."""
    if name in answer.blobs:
        assert isinstance(value, bytes)
        return Answer(answer.facts, {**answer.blobs, name: value})
    return Answer({**answer.facts, name: value}, answer.blobs)


def nested(depth: int) -> object:
    inner: object = 0
    for _ in range(depth):
        inner = [inner]
    return inner


LIES = {
    "nothing": Answer({}),
    "no blobs": Answer(STILL.facts),
    "one blob": Answer(STILL.facts, {"face": STILL.blobs["face"]}),
    "a fact more": but(STILL, "more", 1),
    "a clip's facts missing": but(STILL, "kind", "clip"),
    "kind": but(STILL, "kind", "x" * 30),
    "no width": but(STILL, "width", 0),
    "width": but(STILL, "width", "1"),
    "wide": but(STILL, "width", 10**300),
    "no report": but(STILL, "quality", {}),
    "verdict": but(STILL, "quality", {**REPORT, "verdict": "x", "advice": ""}),
    "advice": but(STILL, "quality", {**REPORT, "advice": None}),
    "deep": but(STILL, "quality", {**REPORT, "advice": nested(9000)}),
    "script": but(STILL, "picture", b"<script>"),
    "no face": but(STILL, "face", b"hello"),
    "a track for a face": but(STILL, "face", packed(tracked())),
    "three points": but(STILL, "face", packed(found(3))),
    "nan": but(STILL, "face", packed(found(place=np.nan))),
    "far away": but(STILL, "face", packed(found(place=1e30))),
    "endless": but(STILL, "face", packed(replace(found(), yaw=np.inf))),
    "huge": but(STILL, "face", packed(replace(found(), yaw=10**400))),
    "no shape": but(MOVING, "track", packed(replace(tracked(), found=np.array(True)))),
    "another length": but(MOVING, "track", packed(tracked(5))),
    "another rate": but(MOVING, "fps", 4),
    "no time": but(MOVING, "seconds", 0.0),
    "for ever": Answer({**MOVING.facts, "seconds": 125.0}, {**MOVING.blobs, "track": packed(tracked(250))}),
    "no such frame": but(MOVING, "best", [4]),
    "loop": but(MOVING, "loop", {"first": 0, "last": 4, "seam": 0.0, "there_and_back": True}),
    "sentences": but(MOVING, "sentences", [1]),
}


def answering(monkeypatch: pytest.MonkeyPatch, said: Answer) -> None:
    async def run(task: Task, *_: object) -> Answer:
        return said

    monkeypatch.setattr(studies, "run", run)


@pytest.mark.parametrize("said", [STILL, MOVING], ids=["photo", "clip"])
async def test_an_answer_as_it_has_to_be_is_believed(monkeypatch: pytest.MonkeyPatch, said: Answer) -> None:
    answering(monkeypatch, said)
    assert await study_portrait(Held(MP4), {}) is said


@pytest.mark.parametrize("said", LIES.values(), ids=LIES)
async def test_an_answer_that_cannot_be_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, said: Answer
) -> None:
    answering(monkeypatch, said)
    with pytest.raises(UploadError, match="answer nonsense; save it anew"):
        await study_portrait(Held(MP4), {})


async def test_what_is_said_of_a_voice_is_believed_if_it_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, SPOKEN)
    assert await study_voice(Held(MP4)) is SPOKEN
    report = SPOKEN.facts["quality"]
    for lie in (
        but(SPOKEN, "gender", "x"),
        but(SPOKEN, "language", "xx"),
        but(SPOKEN, "sample", JPEG),
        but(SPOKEN, "quality", None),
        but(SPOKEN, "quality", {**report, "more": 1}),
        but(SPOKEN, "quality", {**report, "verdict": "x"}),
        but(SPOKEN, "quality", {name: value for name, value in report.items() if name != "f0"}),
    ):
        answering(monkeypatch, lie)
        with pytest.raises(UploadError, match="answer nonsense; save it anew"):
            await study_voice(Held(MP4))


def test_importing_the_studies_loads_no_decoder() -> None:
    script = "import sys, visavis.intake.studies; print({'cv2', 'PIL', 'av', 'numpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
