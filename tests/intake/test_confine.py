"""The kernel's refusals are not taken for its lack of filters."""

import ctypes
import subprocess
import sys
from errno import EFAULT, EINVAL, ENOSYS, EPERM
from typing import Any

import pytest

from visavis.intake import confine
from visavis.intake.filter import MACHINES

linux = pytest.mark.skipif(sys.platform != "linux", reason="Linux's filters")

UNREADABLE = """
import os
from visavis.intake import confine
confine.program = lambda machine: bytes(8)  # does not end with an answer
try:
    confine.shut(2**30, 10)
except OSError as error:
    print(error.errno)
"""


@linux
def test_a_program_that_the_kernel_refuses_is_an_error() -> None:
    done = subprocess.run([sys.executable, "-c", UNREADABLE], capture_output=True, text=True, check=True)
    assert done.stdout == f"{EINVAL}\n"


class Kernel:
    """A C library whose kernel has an opinion. asked, set: what it answers, and what is wrong."""

    def __init__(self, asked: tuple[int, int], set_: tuple[int, int] = (0, 0)) -> None:
        self.asked, self.set = asked, set_
        self.filters = 0

    def prctl(self, *_: object) -> int:
        ctypes.set_errno(self.asked[1])
        return self.asked[0]

    def syscall(self, *_: object) -> int:
        self.filters += 1
        ctypes.set_errno(self.set[1])
        return self.set[0]


def filters(kernel: Any) -> int:
    confine._filter(kernel, MACHINES["x86_64"])
    return int(kernel.filters)


def test_a_kernel_without_filters_is_left_alone_and_one_with_them_asked() -> None:
    assert filters(Kernel((-1, EINVAL))) == 0
    assert filters(Kernel((-1, EFAULT))) == 1
    assert filters(Kernel((-1, EFAULT), (0, EPERM))) == 1, "what is wrong is asked only where something is"


@pytest.mark.parametrize(
    "kernel",
    [
        Kernel((-1, EPERM)),
        Kernel((0, 0)),
        Kernel((-1, EFAULT), (-1, EINVAL)),
        Kernel((-1, EFAULT), (-1, ENOSYS)),
        Kernel((-1, EFAULT), (4711, 0)),
    ],
    ids=["not to be asked", "nonsense", "refused", "no such call", "another thread's filter"],
)
def test_whatever_else_a_kernel_says_is_an_error(kernel: Kernel) -> None:
    with pytest.raises(OSError, match="Errno"):
        filters(kernel)
