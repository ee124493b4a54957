import argparse
import json
import struct
from pathlib import Path

import av
import pytest

from visavis.commands import inspect
from visavis.credentials import Facts, Signer, inspected, sign
from visavis.credentials.certificates import authorities
from visavis.errors import InputError

FACTS = Facts("warp 1", "espeak 1", "en")


@pytest.fixture
def signed(video: Path, signer: Signer) -> Path:
    sign(video, signer, FACTS)
    return video


def changed(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def test_a_video_that_says_nothing(video: Path) -> None:
    report = inspected(video)
    assert report.state == "unsigned"
    assert report.sentences == ("There are no Content Credentials in it: nothing says how it was made.",)


def test_who_signed_it_depends_on_whom_one_trusts(signed: Path, home: Path) -> None:
    here, elsewhere = inspected(signed, authorities(home)), inspected(signed)
    assert (here.state, elsewhere.state) == ("valid", "valid")
    assert here.trusted
    assert not elsewhere.trusted
    assert "Signed by this installation of visavis" in here.sentences[-1]
    assert "another installation of visavis" in elsewhere.sentences[-1]
    assert "anyone can make one" in elsewhere.sentences[-1]


def test_one_changed_byte_of_the_sound_or_the_picture(signed: Path, home: Path) -> None:
    changed(signed, -1000)
    report = inspected(signed, authorities(home))
    assert report.state == "invalid"
    assert report.codes == ("assertion.bmffHash.mismatch",)
    assert report.faults == ("the picture or the sound was changed after it was signed",)
    assert report.sentences[0].startswith("It is not to be believed: the picture or the sound was changed")
    assert "this installation" in report.sentences[-1]


def test_a_changed_claim(signed: Path) -> None:
    content = signed.read_bytes()
    assert content.count(b"warp 1") == 1
    signed.write_bytes(content.replace(b"warp 1", b"camera"))
    report = inspected(signed)
    assert report.state == "invalid"
    assert report.faults == ("what it says about itself was changed after it was signed",)


def test_no_changed_byte_of_the_credentials_goes_through(signed: Path) -> None:
    """Every byte of what is said counts; only the padding behind the signature may change."""
    content = signed.read_bytes()
    begin = content.index(b"c2pa.assertions")
    end = content.index(b"visavis (self-made")
    for at in range(begin, end, 29):
        spoiled = bytearray(content)
        spoiled[at] ^= 0x10
        signed.write_bytes(spoiled)
        report = inspected(signed)
        assert report.state != "valid" or dict(report.facts) == {
            "face": "warp 1",
            "voice": "espeak 1",
            "language": "en",
        }


def test_another_program_that_copies_the_streams_drops_them(signed: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.mp4"
    with av.open(str(signed)) as source, av.open(str(copy), "w") as target:
        streams = {stream.index: target.add_stream_from_template(stream) for stream in source.streams}
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                target.mux(packet)
    assert inspected(copy).state == "unsigned"


@pytest.mark.parametrize("share", [0.2, 0.5, 0.99])
def test_a_video_that_was_cut_short(signed: Path, share: float) -> None:
    signed.write_bytes(signed.read_bytes()[: int(signed.stat().st_size * share)])
    report = inspected(signed)
    assert report.state in ("invalid", "unreadable")
    assert "changed after" in report.sentences[0] or "cut short" in report.sentences[0]


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"\0" * 5000, b"%PDF-1.7", b"PK\3\4" + b"\0" * 99, b"RIFF\0\0\0\0AVI LIST", b"\xff\xd8"],
    ids=lambda content: repr(content[:8]),
)
def test_what_is_no_video(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(content)
    with pytest.raises(InputError, match="is no file that Content Credentials are read from"):
        inspected(path)


@pytest.mark.parametrize(
    "head", [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"\0\0\0\x20ftypisom", b"\0\0\0\1ftypqt  "]
)
def test_what_only_begins_like_one(tmp_path: Path, head: bytes) -> None:
    path = tmp_path / "film.mp4"
    for rest in (b"", b"\0" * 4000, bytes(range(256)) * 9, b"\xff" * 300):
        path.write_bytes(head + rest)
        assert inspected(path).state in ("unsigned", "unreadable")


def test_a_huge_file_takes_no_time(video: Path, tmp_path: Path) -> None:
    """8 GB that are not there: a video with a box of emptiness behind it, and emptiness alone."""
    size = 8 << 30
    with video.open("r+b") as file:
        file.seek(0, 2)
        file.write(struct.pack(">I4sQ", 1, b"free", size))
        file.truncate(size)
    assert inspected(video).state in ("unsigned", "unreadable")
    empty = tmp_path / "empty.mp4"
    with empty.open("wb") as file:
        file.truncate(size)
    with pytest.raises(InputError, match="is no file that"):
        inspected(empty)


def test_a_strangers_words_cannot_reach_the_terminal(video: Path, signer: Signer) -> None:
    sign(video, signer, Facts("\x1b[31mred\r\n\u202e", "x" * 5000))
    facts = dict(inspected(video).facts)
    assert facts["face"] == "[31mred"
    assert len(facts["voice"]) < 300


def run(*words: str) -> int:
    """`visavis inspect`, and its exit status."""
    parser = argparse.ArgumentParser()
    inspect.add(parser.add_subparsers(), argparse.ArgumentParser(add_help=False))
    args = parser.parse_args(["inspect", *words])
    try:
        args.run(args)
    except SystemExit as left:
        return int(left.code or 0)
    return 0


@pytest.fixture
def here(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command works with this installation's folder."""
    monkeypatch.setenv("DATA_FOLDER", str(home.parent))


@pytest.mark.usefixtures("here")
def test_the_command(signed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(signed)) == 0
    told = capsys.readouterr().out
    assert told.startswith("It is as it was signed.\n")
    assert "this installation" in told
    assert run(str(signed), "--json") == 0
    assert json.loads(capsys.readouterr().out)["facts"]["face"] == "warp 1"
    changed(signed, -1000)
    assert run(str(signed)) == 1
    assert "was changed after it was signed" in capsys.readouterr().out


def test_whom_to_trust_can_be_named(
    signed: Path,
    home: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATA_FOLDER", str(tmp_path))
    assert run(str(signed)) == 0
    assert "another installation" in capsys.readouterr().out
    assert run(str(signed), "--trust", str(home / "authorities.pem")) == 0
    assert "this installation" in capsys.readouterr().out
    with pytest.raises(InputError, match="holds no certificates"):
        run(str(signed), "--trust", str(signed))
