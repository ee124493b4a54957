"""Who speaks in everything that is measured, handed from the process that measures to those that work.

Owns the files in which that is handed over. Refuses to know who asked for it, and pickles.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from visavis.arrays import packed, unpacked
from visavis.contracts import Face, Tts, Voice
from visavis.media import Language, Portrait
from visavis.plugins import engine
from visavis.soundtrack import voice_for

FPS: Final = 25

FILE: Final = "staging"


@dataclass(frozen=True, slots=True)
class Staging:
    """Who speaks.

    words: of a command line of `visavis say` that ask for the same. photo: a file; "" where it is an avatar.
    tts, face: names of engines. voice: None takes the first one of a language.
    seed: of all that is left to chance. folder: for files; it is deleted afterwards.
    """

    words: tuple[str, ...]
    photo: str
    tts: str
    face: str
    voice: Voice | None
    seed: int
    folder: str

    def portrait(self, side: int) -> Portrait:
        """Who is seen, at so many pixels a side. Blocks."""
        return unpacked(_portrait(Path(self.folder), side).read_bytes(), Portrait)

    def new_tts(self) -> Tts:
        """The voice engine; whoever asks closes it."""
        made: Tts = engine("tts", self.tts)()
        return made

    def new_face(self) -> Face:
        """The face engine, in this process; whoever asks closes it."""
        made: Face = engine("face", self.face)(fps=FPS, seed=self.seed)
        return made

    def voice_of(self, tts: Tts, language: Language) -> Voice:
        """Who speaks a language."""
        return self.voice or voice_for(tts.voices, None, language)


def write(staging: Staging, portrait: Callable[[int, int], Portrait], sides: Iterable[int]) -> None:
    """Put it into its folder, with the portrait at each of these sizes. Blocks."""
    folder = Path(staging.folder)
    for side in set(sides):
        _portrait(folder, side).write_bytes(packed(portrait(side, side)))
    (folder / FILE).write_bytes(packed(staging))


def read(folder: Path) -> Staging:
    """What was put into a folder. Blocks."""
    return unpacked((folder / FILE).read_bytes(), Staging)


def _portrait(folder: Path, side: int) -> Path:
    return folder / f"portrait-{side}"
