"""Memory that two processes share: pictures on a slate, and the bytes of prepared faces in files.

Both have no name, and are gone with the last process that has them. Whoever is given a descriptor says
who closes it.
"""

import contextlib
import fcntl
import mmap
import os

import numpy as np

from visavis.errors import EngineError
from visavis.media import Pixels


class Slate:
    """Room for pictures, which one side draws and the other takes off; it grows with the first one.

    descriptor: of the memory; the slate closes it. slots: how many pictures there is room for.
    """

    def __init__(self, slots: int, descriptor: int | None = None) -> None:
        self.descriptor = memory("slate") if descriptor is None else descriptor
        self._slots = slots
        self._shape: tuple[int, ...] | None = None
        self._seen: mmap.mmap | None = None

    def put(self, slot: int, pixels: Pixels) -> None:
        """Draw a picture over what was there. Those that are there at a time are of one size."""
        if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
            raise EngineError(f"the face engine drew {pixels.dtype}{list(pixels.shape)}, which is no picture")
        if self._slots > 1 and self._shape not in (None, pixels.shape):
            raise EngineError(f"the face engine went from {self._shape} to {pixels.shape} while it drew")
        if self._shape != pixels.shape and size_of(self.descriptor) < self._slots * pixels.nbytes:
            os.ftruncate(self.descriptor, self._slots * pixels.nbytes)
        self._shape = pixels.shape
        # Written as a file is, not mapped: every page of a first picture would have to be waited for.
        write(self.descriptor, np.ascontiguousarray(pixels).data.cast("B"), slot * pixels.nbytes)

    def take(self, slot: int, height: int, width: int) -> Pixels:
        """A copy of a picture, uint8 [height, width, 3]."""
        size = height * width * 3
        if self._seen is None or len(self._seen) < self._slots * size:
            self._seen = mmap.mmap(self.descriptor, self._slots * size, prot=mmap.PROT_READ)
        return np.ndarray((height, width, 3), np.uint8, self._seen, slot * size).copy()

    def close(self) -> None:
        """The other side keeps what it sees."""
        self._seen = None
        os.close(self.descriptor)


def memory(name: str) -> int:
    """The descriptor of an empty file in memory, which can grow only: nobody is left with a map of nothing.

    name: to tell it by in /proc.
    """
    descriptor = os.memfd_create(f"visavis-{name}", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK)
    return descriptor


def written(content: bytes) -> int:
    """The descriptor of a file in memory with these bytes."""
    descriptor = memory("face")
    with contextlib.ExitStack() as stack:
        stack.callback(os.close, descriptor)
        write(descriptor, content)
        stack.pop_all()
    return descriptor


def write(descriptor: int, content: bytes | memoryview, at: int = 0) -> None:
    """Write all of it into a file; the place that its descriptors share stays where it is."""
    view = memoryview(content)
    while view:
        done = os.pwrite(descriptor, view, at)
        view, at = view[done:], at + done


def read(descriptor: int) -> bytes:
    """All bytes of a file."""
    size = size_of(descriptor)
    return os.pread(descriptor, size, 0)


def size_of(descriptor: int) -> int:
    return os.fstat(descriptor).st_size
