import resource
import shutil
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import av
import numpy as np
import pytest
from PIL import Image

from tests.fakes.face import ScriptedFace
from visavis.contracts import title_of
from visavis.credentials import Facts, Signer, inspected, sign
from visavis.credentials.certificates import authorities
from visavis.errors import InputError, OutputError
from visavis.transports.file import writing

FACTS = Facts("warp 1", "espeak 1.52", "es", ("0" * 32, "f" * 32))


def boxes(path: Path) -> list[str]:
    """The outermost boxes of an MP4 or MOV, in their order."""
    names, at = [], 0
    content = path.read_bytes()
    while at + 8 <= len(content):
        length, name = struct.unpack_from(">I4s", content, at)
        names.append(name.decode("ascii"))
        at += length
    return names


def decoded(path: Path) -> tuple[list[bytes], list[bytes]]:
    """All pictures and all sound of a video."""
    with av.open(str(path)) as film:
        pictures = [frame.to_ndarray(format="rgb24").tobytes() for frame in film.decode(video=0)]
    with av.open(str(path)) as film:
        return pictures, [frame.to_ndarray().tobytes() for frame in film.decode(audio=0)]


def test_a_signed_video_plays_as_before_and_says_what_it_is(video: Path, signer: Signer, home: Path) -> None:
    before = decoded(video)
    sign(video, signer, FACTS)
    assert decoded(video) == before
    order = boxes(video)
    assert order[0] == "ftyp"
    assert order.index("moov") < order.index("mdat")
    assert [path.name for path in video.parent.iterdir()] == ["video.mp4"]
    report = inspected(video, authorities(home))
    assert (report.state, report.faults, report.codes) == ("valid", (), ())
    assert report.trusted
    assert report.self_made
    assert report.source == "compositeSynthetic"
    assert report.software.startswith("visavis ")
    assert report.when.endswith("Z")
    assert dict(report.facts) == {
        "face": "warp 1",
        "voice": "espeak 1.52",
        "language": "es",
        "consents": f"{'0' * 32}, {'f' * 32}",
    }


def test_pictures_of_a_network_are_said_to_be_generated(video: Path, signer: Signer) -> None:
    sign(video, signer, Facts("ditto 1", generated=True))
    report = inspected(video)
    assert report.source == "compositeWithTrainedAlgorithmicMedia"
    assert dict(report.facts) == {"face": "ditto 1"}


def test_a_files_name_is_not_told(film: Path, tmp_path: Path, signer: Signer) -> None:
    path = Path(shutil.copy(film, tmp_path / "my-secret-name.mp4"))
    sign(path, signer, FACTS)
    assert b"my-secret" not in path.read_bytes()
    assert str(tmp_path).encode() not in path.read_bytes()


def test_an_engine_is_named_with_its_version() -> None:
    assert title_of(ScriptedFace()) == "scriptedface scripted 1"


def test_quicktime(tmp_path: Path, signer: Signer) -> None:
    path = tmp_path / "film.mov"
    with writing(path, (64, 64), 25, 24_000) as file:
        file.picture(np.zeros((64, 64, 3), np.uint8))
        file.sound(np.zeros(960, np.float32))
    sign(path, signer, FACTS)
    assert inspected(path).state == "valid"
    assert len(decoded(path)[0]) == 1


@pytest.mark.parametrize(
    ("name", "pixels"), [("sheet.png", b"IDAT"), ("sheet.jpg", b"\xff\xda"), ("sheet.webp", b"VP8 ")]
)
def test_pictures(tmp_path: Path, signer: Signer, name: str, pixels: bytes) -> None:
    path = tmp_path / name
    Image.fromarray(np.random.default_rng(2).integers(0, 255, (40, 60, 3), np.uint8)).save(path)
    before = np.asarray(Image.open(path))
    sign(path, signer, Facts("warp 1"))
    assert np.array_equal(np.asarray(Image.open(path)), before)
    assert inspected(path).state == "valid"
    content = bytearray(path.read_bytes())
    content[content.rindex(pixels) + 50] ^= 1
    path.write_bytes(content)
    report = inspected(path)
    assert report.state == "invalid"
    assert report.faults == ("the picture was changed after it was signed",)


def test_signing_again_replaces_what_was_said(video: Path, signer: Signer) -> None:
    for language in ("es", "fa"):
        sign(video, signer, Facts("warp 1", language=language))
    report = inspected(video)
    assert report.state == "valid"
    assert dict(report.facts)["language"] == "fa"
    assert boxes(video).count("uuid") == 1


def test_rights_and_links_stay_as_they_were(video: Path, tmp_path: Path, signer: Signer) -> None:
    video.chmod(0o600)
    link = tmp_path / "link.mp4"
    link.symlink_to(video)
    sign(link, signer, FACTS)
    assert link.is_symlink()
    assert video.stat().st_mode & 0o777 == 0o600
    assert inspected(video).state == "valid"


def test_a_long_film_is_signed_in_pieces(
    video: Path, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("visavis.credentials.signing._LARGE", 1000)
    monkeypatch.setattr("visavis.credentials.signing._PIECE_KB", 16)
    before = decoded(video)
    sign(video, signer, FACTS)
    assert decoded(video) == before
    assert inspected(video).state == "valid"
    content = bytearray(video.read_bytes())
    content[-5000] ^= 1
    video.write_bytes(content)
    assert inspected(video).codes == ("assertion.bmffHash.mismatch",)


def test_matroska_cannot_carry_any(tmp_path: Path, signer: Signer) -> None:
    path = tmp_path / "film.mkv"
    with writing(path, (64, 64), 25, 24_000) as file:
        file.picture(np.zeros((64, 64, 3), np.uint8))
    before = path.read_bytes()
    with pytest.raises(InputError, match="Matroska, which cannot carry Content Credentials; make an MP4"):
        sign(path, signer, FACTS)
    assert path.read_bytes() == before
    with pytest.raises(InputError, match="Matroska"):
        inspected(path)


@pytest.mark.parametrize("keep", [13, 100, 1500])
def test_a_video_that_is_cut_short_is_left_as_it_is(video: Path, signer: Signer, keep: int) -> None:
    video.write_bytes(video.read_bytes()[:keep])
    before = video.read_bytes()
    with pytest.raises(InputError, match="damaged or cut short"):
        sign(video, signer, FACTS)
    assert video.read_bytes() == before
    assert [path.name for path in video.parent.iterdir()] == ["video.mp4"]


@contextmanager
def no_more_than(size: int) -> Iterator[None]:
    """No file of this process may grow beyond that, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_leaves_the_video_as_it_was(video: Path, signer: Signer) -> None:
    before = video.read_bytes()
    for room in (1, len(before) // 2, len(before) - 1, len(before) + 99):
        with no_more_than(room), pytest.raises(OutputError, match=r"cannot write .*too large.* make room"):
            sign(video, signer, FACTS)
        assert video.read_bytes() == before
    assert [path.name for path in video.parent.iterdir()] == ["video.mp4"]


def test_no_file_at_all(tmp_path: Path, signer: Signer) -> None:
    with pytest.raises(InputError, match="there is no file"):
        sign(tmp_path / "none.mp4", signer, FACTS)
    with pytest.raises(InputError, match="is no file"):
        sign(tmp_path, signer, FACTS)


def test_an_engine_that_stands_for_another_one_goes_by_its_name() -> None:
    class Apart:
        version = title = "warp 1"

    assert title_of(cast(Any, Apart())) == "warp 1"
    assert title_of(cast(Any, SimpleNamespace(version="2"))) == "simplenamespace 2"
