"""The pictures of a film as they were drawn, kept in a file beside the encoder's.

Owns that file. It is as large as its pictures, and is to be removed soon.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import av

from visavis.media import Pixels
from visavis.render import Finish
from visavis.transports.place import sentences


@contextlib.contextmanager
def keeping(path: Path, size: tuple[int, int], fps: int) -> Iterator[Finish]:
    """What is to be done to each picture so that it is in the file, and otherwise as it was. Blocks.

    path: of a MOV. size: width and height in pixels.

    Raises:
        OutputError: it cannot be written.
    """
    with sentences(path), av.open(str(path), "w", format="mov") as container:
        stream = container.add_stream("rawvideo", rate=fps)
        stream.width, stream.height, stream.pix_fmt = *size, "rgb24"

        def keep(pixels: Pixels) -> Pixels:
            with sentences(path):
                container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
            return pixels

        yield keep
        container.mux(stream.encode(None))
