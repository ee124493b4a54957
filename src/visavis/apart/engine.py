"""The face engine as the server sees it: a Face whose work is done by processes of its own."""

import contextlib
import itertools
import os
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from functools import cached_property, partial
from typing import Final

from visavis.apart.messages import Animate, Prepare, Rest, Unpack, Version
from visavis.apart.post import Post
from visavis.apart.process import Process
from visavis.apart.slate import memory, read, size_of, written
from visavis.contracts import RESTING, Prepared, Stream
from visavis.errors import UnknownName
from visavis.media import AudioChunk, Look, Portrait, VideoFrame
from visavis.plugins import installed
from visavis.streams import processors

GRACE: Final = 2.0
"""Seconds that the processes have to end by themselves when the engine is closed."""


class Packed:
    """A prepared face: its bytes, which every process that draws it makes its own of.

    file: the descriptor of them in memory. home: the engine that it is of. holds: bytes of memory that it
    takes in each process, by the number of the post.
    """

    def __init__(self, number: int, file: int, home: "Apart") -> None:
        self.number, self.file, self.home = number, file, home
        self.holds: dict[int, int] = {}

    @property
    def nbytes(self) -> int:
        """Here and in all processes."""
        return size_of(self.file) + sum(tuple(self.holds.values()))


class Apart:
    """A Face. The processes are under way when the constructor returns; who asks first waits for them.

    fps: frames a second. name: of the engine, as `plugins` knows it.
    """

    def __init__(self, name: str, fps: int = 25, seed: int = 0, processes: int = 1) -> None:
        """processes: how many.

        Raises:
            UnknownName: no such engine is installed. EngineError: no process can be started.
        """
        if name not in (known := installed("face")):
            raise UnknownName("face engine", name, known)
        self.fps = fps
        self.name = name
        share = str(max(1, processors() // processes))
        start = partial(Process, (name, str(fps), str(seed)), {**os.environ, "PYTHON_CPU_COUNT": share})
        self._posts = _manned(start, processes)
        self._numbers = itertools.count()
        self._lock = threading.Lock()

    @cached_property
    def version(self) -> str:
        """Of the engine that draws. Blocks at first."""
        return str(self._posts[0].ask(Version()))

    @property
    def title(self) -> str:
        """That of the engine that draws, for prepared faces are the same; blocks as `version`."""
        return f"{self.name} {self.version}"

    @property
    def pids(self) -> tuple[int | None, ...]:
        """Of the processes; None where one died and has not been needed since."""
        return tuple(post.pid for post in self._posts)

    def worked(self) -> float:
        """Seconds of processors that the processes have used which there are now."""
        return sum(post.worked for post in self._posts)

    def prepare(self, portrait: Portrait) -> Packed:
        """See contracts.Face; raises what the engine raises."""
        with self._filed(memory("face")) as face, self._sharing(face) as (place, post):
            face.holds[place] = post.ask(Prepare(face.number, portrait), [face.file])
        return face

    def packed(self, face: Prepared) -> bytes:
        """Its bytes as the engine made them."""
        return read(self._own(face).file)

    def unpacked(self, content: bytes) -> Packed:
        """A prepared face out of the bytes of the same engine. Raises ValueError for bytes that are none."""
        with self._filed(written(content)) as face, self._sharing(face) as (place, post):
            face.holds[place] = post.ask(Unpack(face.number), [face.file])
        return face

    async def animate(
        self, speech: Stream[AudioChunk], face: Prepared, first: int, look: Look = RESTING
    ) -> Stream[VideoFrame]:
        """See contracts.Face. The engine draws a few pictures ahead of what is taken.

        Raises what the engine and the speech raise; EngineError where its process dies.
        """
        own = self._own(face)
        async with contextlib.aclosing(speech):
            with self._sharing(own) as (place, post):
                order = Animate(own.number, first, look)
                async with contextlib.aclosing(post.animate(order, own.file, speech)) as pictures:
                    async for frame, holds in pictures:
                        own.holds[place] = holds
                        yield frame

    def rest(self, face: Prepared, frame: int, look: Look = RESTING) -> VideoFrame:
        """See contracts.Face; from any thread."""
        own = self._own(face)
        with self._sharing(own) as (place, post):
            picture, own.holds[place] = post.rest(Rest(own.number, frame, look), own.file)
        return picture

    def tidy(self) -> None:
        """Something has ended that was drawn: the processes give back the memory that they do not need."""
        for post in self._posts:
            post.tidy()

    def close(self) -> None:
        """End the processes within GRACE, whatever they are at. What is under way raises EngineError."""
        for post in self._posts:
            post.leave()
        until = time.monotonic() + GRACE
        for post in self._posts:
            post.close(max(0.0, until - time.monotonic()))

    @contextlib.contextmanager
    def _filed(self, file: int) -> Iterator[Packed]:
        """A face with bytes in this file, which is closed when nobody has the face any more."""
        face = Packed(next(self._numbers), file, self)
        weakref.finalize(face, _dropped, self._posts, face.number, file).atexit = False
        yield face

    @contextlib.contextmanager
    def _sharing(self, face: Packed) -> Iterator[tuple[int, Post]]:
        """Who has least to do, rather one that knows the face; it has more to do within the block.

        One that fails at all it is asked would always have least to do: it comes last.
        """
        with self._lock:
            place, post = min(
                enumerate(self._posts),
                key=lambda each: (each[1].ailing, each[1].under_way, face.number not in each[1].known),
            )
            post.under_way += 1
            post.known.add(face.number)
        try:
            yield place, post
        finally:
            with self._lock:
                post.under_way -= 1

    def _own(self, face: Prepared) -> Packed:
        if not isinstance(face, Packed) or face.home is not self:
            raise TypeError(f"a face was given that another engine prepared: {type(face).__name__}")
        return face


def _manned(start: Callable[[], Process], count: int) -> tuple[Post, ...]:
    """As many posts; none where one of them cannot be manned."""
    with contextlib.ExitStack() as stack:
        posts = []
        for _ in range(count):
            post = Post(start)
            stack.callback(post.close, 0.0)
            posts.append(post)
        stack.pop_all()
    return tuple(posts)


def _dropped(posts: tuple[Post, ...], number: int, file: int) -> None:
    for post in posts:
        post.forget(number)
    os.close(file)
