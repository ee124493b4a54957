import mmap
import os
import subprocess
import sys

import pytest

from visavis.evaluate.client.processes import family
from visavis.evaluate.speed import looking
from visavis.evaluate.speed.looking import forget, gpu_memory, held, look, worked

linux = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")


@linux
def test_a_family_is_a_process_and_what_it_started() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        found = family(os.getpid())
        assert found[0] == os.getpid()
        assert child.pid in found
        seen = look([child.pid])
        assert seen
        assert 0 < seen.resident <= seen.peak
        assert seen.threads == 1
        child.communicate(b"\n")
    assert child.pid not in family(os.getpid())
    assert look([child.pid]) is None


@linux
def test_a_peak_is_forgotten() -> None:
    # Memory of its own: an allocator may take a block out of what the process held before.
    with mmap.mmap(-1, 80 * 2**20) as hoard:
        hoard[:: mmap.PAGESIZE] = b"x" * (len(hoard) // mmap.PAGESIZE)
        before = look([os.getpid()])
    forget([os.getpid()])
    after = look([os.getpid()])
    assert before
    assert after
    assert after.peak < before.peak - 40


def test_processors_that_children_use_are_counted() -> None:
    before = worked()
    subprocess.run([sys.executable, "-c", "sum(range(300_000))"], check=True)
    assert worked() > before


def test_memory_of_a_gpu_is_that_of_the_family() -> None:
    assert held("11, 512\n12, 100\n13, 8\n", {11, 13}) == 520
    assert held("11, [N/A]\n\nno processes found\n", {11}) == 0


def test_without_a_driver_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "_nvidia", lambda: None)
    assert gpu_memory([1]) is None
    monkeypatch.setattr(looking, "_nvidia", lambda: "/bin/false")
    assert gpu_memory([1]) is None


def test_a_driver_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "_nvidia", lambda: sys.executable)
    monkeypatch.setattr(looking, "QUESTION", ("-c", "print('7, 300')"))
    assert gpu_memory([7]) == 300
