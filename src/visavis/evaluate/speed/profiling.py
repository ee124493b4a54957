"""`python -m visavis.evaluate.speed.profiling FOLDER`: which files hold the memory of Python objects.

A video is made in this process under tracemalloc, and what it holds is looked at early and late: the lines of
JSON are files, megabytes late, and by how much these have grown. Memory that C libraries take for themselves
(encoders, networks) is not in it, nor the voice's process; the work takes several times as long.
"""

import asyncio
import contextlib
import json
import os
import sys
import tracemalloc
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Final

from visavis.evaluate.speed import staging
from visavis.evaluate.speed.texts import lasting
from visavis.language import clauses
from visavis.render import film, prepared_from
from visavis.soundtrack import spoken
from visavis.stopwatch import Stopwatch

SECONDS: Final = 30.0

EARLY: Final = 0.3
LATE: Final = 0.9
"""Parts of the video, behind which is looked."""

MOST: Final = 15
"""Files that are told."""


@dataclass(frozen=True, slots=True)
class Held:
    """A file, the megabytes that objects made in it hold late in the video, and more than early by."""

    file: str
    mb: float
    grown_mb: float


class Snapshots:
    """What is held, by file, at the first look behind each of these parts of a video."""

    def __init__(self, take: Callable[[], dict[str, int]]) -> None:
        self._take = take
        self.early: dict[str, int] = {}
        self.late: dict[str, int] = {}

    def at(self, done: float, expected: float | None) -> None:
        """So many seconds are done, of so many."""
        part = done / (expected or SECONDS)
        if part >= EARLY and not self.early:
            self.early = self._take()
        if part >= LATE and not self.late:
            self.late = self._take()


def main(folder: str) -> None:
    """See above."""
    snapshots = Snapshots(_by_file)
    tracemalloc.start()
    asyncio.run(_filmed(staging.read(Path(folder)), snapshots))
    for held in most(snapshots.early, snapshots.late):
        print(json.dumps(asdict(held)))


def most(early: dict[str, int], late: dict[str, int]) -> list[Held]:
    """The files that hold most late, the largest first; bytes to megabytes."""
    largest = sorted(late, key=lambda file: late[file], reverse=True)[:MOST]
    return [
        Held(named(file), late[file] / 2**20, (late[file] - early.get(file, 0)) / 2**20) for file in largest
    ]


def named(file: str) -> str:
    """A path from its package on: where Python is installed tells nobody anything."""
    parts = Path(file).parts
    for folder in ("site-packages", "src", f"python{sys.version_info[0]}.{sys.version_info[1]}"):
        if folder in parts:
            return "/".join(parts[parts.index(folder) + 1 :])
    return os.path.relpath(file) if file.startswith(os.sep) else file


async def _filmed(staged: staging.Staging, snapshots: Snapshots) -> None:
    watch, portrait = Stopwatch(), staged.portrait(512)
    text = lasting(SECONDS)
    with contextlib.closing(staged.new_tts()) as tts, contextlib.closing(staged.new_face()) as face:
        track = spoken(clauses(text, "en"), tts, staged.voice, watch, characters=len(text))
        prepared = partial(prepared_from, lambda: portrait, face, watch)
        out = Path(staged.folder) / "profile.mp4"
        await film(track, face, prepared, out, portrait.size, watch, snapshots.at)


def _by_file() -> dict[str, int]:
    """Bytes of all living objects, by the file that made them."""
    found = tracemalloc.take_snapshot().statistics("filename")
    return {stat.traceback[0].filename: stat.size for stat in found}


if __name__ == "__main__":
    main(sys.argv[1])
