"""What the server and the processes that draw for it say to each other: a kind, a length, and a body.

Owns the kinds, the bytes and their cutting, and errors on their way home. What goes to a process is pickled:
the times of phones and rates may be anything that counts as a number, and it comes from the server alone.
What comes back is numbers and JSON, never pickles: an engine that goes wrong can spoil pictures, no more.
"""

import json
import socket
import struct
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple, TypeAlias

from visavis import errors
from visavis.apart.slate import Slate
from visavis.contracts import RESTING
from visavis.errors import EngineError, VisavisError
from visavis.media import Look, Portrait, VideoFrame

HEAD: Final = struct.Struct("<BQ")
PICTURE: Final = struct.Struct("<qIIQ")
"""Of a picture in the slate: frame number, height, width, bytes of memory that the prepared face holds."""

AHEAD: Final = 8
"""Pictures of an animation that may lie in the slate."""

GRANT: Final = AHEAD // 2
"""Pictures that are taken before the process is told: half as many messages as one for each, and it never
waits while it has room."""


class Kind(IntEnum):
    """What a message is. The first five go to a process, the others come back.

    CALL: one of the calls below. SPEECH: a chunk; SPOKEN: there are no more; UNSPOKEN: they failed.
    TAKEN: so many pictures as GRANT says are out of the slate.

    PICTURE: there is another one in the slate. LISTENS: the next chunk is wanted; the first one always is.
    DONE: it is over, and this is the result. FAILED: it ended with this error. DEAF: it ended because
    the speech failed.
    """

    CALL = 1
    SPEECH = 2
    SPOKEN = 3
    UNSPOKEN = 4
    TAKEN = 5
    PICTURE = 6
    LISTENS = 7
    DONE = 8
    FAILED = 9
    DEAF = 10


@dataclass(frozen=True, slots=True)
class Version:
    """Which version the engine is."""


@dataclass(frozen=True, slots=True)
class Prepare:
    """Face.prepare; the packed bytes go into the file that comes with it."""

    face: int
    portrait: Portrait


@dataclass(frozen=True, slots=True)
class Unpack:
    """Face.unpacked of the bytes in the file that comes with it."""

    face: int


@dataclass(frozen=True, slots=True)
class Rest:
    """Face.rest; the face's bytes are in the file that comes with it."""

    face: int
    frame: int
    look: Look = RESTING


Call: TypeAlias = Version | Prepare | Unpack | Rest


@dataclass(frozen=True, slots=True)
class Animate:
    """Face.animate on a line of its own; with it come line, slate, and the file of the face's bytes."""

    face: int
    first: int
    look: Look


@dataclass(frozen=True, slots=True)
class Attend:
    """Calls come on a line of their own; with it come the line and the slate."""


@dataclass(frozen=True, slots=True)
class Forget:
    """A prepared face is not wanted any more."""

    face: int


@dataclass(frozen=True, slots=True)
class Tidy:
    """Something has ended: give back the memory that is not needed."""


Order: TypeAlias = Animate | Attend | Forget | Tidy


class Drawn(NamedTuple):
    """A picture that came, and how many bytes of memory the prepared face holds where it was drawn."""

    frame: VideoFrame
    holds: int


def drawn(slate: Slate, slot: int, body: bytes) -> Drawn:
    """The picture that a message is about."""
    number, height, width, holds = PICTURE.unpack(body)
    return Drawn(VideoFrame(slate.take(slot, height, width), number), holds)


def message(kind: Kind, body: bytes = b"") -> bytes:
    return HEAD.pack(kind, len(body)) + body


class Cutting:
    """Bytes as they come, cut into messages."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, content: bytes) -> Iterator[tuple[Kind, bytes]]:
        """The messages that are complete with these bytes."""
        self._rest += content
        while len(self._rest) >= HEAD.size:
            kind, length = HEAD.unpack_from(self._rest)
            end = HEAD.size + length
            if len(self._rest) < end:
                return
            body = bytes(self._rest[HEAD.size : end])
            del self._rest[:end]
            yield Kind(kind), body


def send(line: socket.socket, kind: Kind, body: bytes = b"", files: Sequence[int] = ()) -> None:
    """A message, with files beside it. Blocks until the system has all of it; raises OSError."""
    parts = [HEAD.pack(kind, len(body)), body]
    sent = socket.send_fds(line, parts, files) if files else line.sendmsg(parts)
    if sent < HEAD.size + len(body):
        line.sendall(b"".join(parts)[sent:])


def receive(line: socket.socket) -> tuple[Kind, bytes, list[int]]:
    """The next message and at most one file beside it, which is the caller's to close. Blocks.

    Raises:
        EOFError: the other side has gone.
    """
    head, files = with_files(line, HEAD.size, 1)
    head += _exactly(line, HEAD.size - len(head)) if head else b""
    if not head:
        raise EOFError
    kind, length = HEAD.unpack(head)
    return Kind(kind), _exactly(line, length), files


def with_files(line: socket.socket, size: int, most: int) -> tuple[bytes, list[int]]:
    """What is there, at most `size` bytes, and the files beside it, which are the caller's to close.

    Not `socket.recv_fds`, which leaves them open for every program that this process starts.
    """
    files = array("i")
    room = socket.CMSG_LEN(most * files.itemsize)
    content, ancillary, _, _ = line.recvmsg(size, room, socket.MSG_CMSG_CLOEXEC)
    for _, _, numbers in ancillary:
        files.frombytes(numbers[: len(numbers) - len(numbers) % files.itemsize])
    return content, files.tolist()


def _exactly(line: socket.socket, length: int) -> bytes:
    content = bytearray(length)
    missing = memoryview(content)
    while missing:
        count = line.recv_into(missing)
        if not count:
            raise EOFError
        missing = missing[count:]
    return bytes(content)


def is_known(error: BaseException) -> bool:
    """Whether an error comes home as itself."""
    return isinstance(error, _CARRIED)


def excuse(error: BaseException, engine: str) -> bytes:
    """An error as the body of a message. One that nobody knows on the other side becomes an EngineError."""
    if not is_known(error):
        return excuse(EngineError(_unknown(error, engine)), engine)
    kind = next(known for known in type(error).__mro__ if known in _CARRIED)
    more = {name: value for name, value in vars(error).items() if type(value) in (str, int, float)}
    return json.dumps([kind.__name__, str(error), more]).encode()


def excused(body: bytes) -> Exception:
    """The error that `excuse` wrote down, with its sentence and what else it tells."""
    name, sentence, more = json.loads(body)
    kind = next(kind for kind in _CARRIED if kind.__name__ == name)
    error = kind.__new__(kind, sentence)  # what their constructors want is in the sentence already
    vars(error).update(more)
    return error


def _unknown(error: BaseException, engine: str) -> str:
    return (
        f"the face engine {engine} failed with {type(error).__name__}: {error}; "
        "what its process wrote to standard error says where"
    )


_CARRIED: Final[tuple[type[Exception], ...]] = (
    ValueError,
    *(kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, VisavisError)),
)
