"""A contact sheet: one picture of a face for each viseme, for blinks, looks and poses, with labels.

What to look at before believing that a portrait works. Any face engine that can hold still for one
picture can be shown.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple, Protocol, runtime_checkable

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from visavis.contracts import Prepared
from visavis.media import Pixels, Portrait
from visavis.motion.frames import Head, Mouth
from visavis.motion.visemes import VISEMES, Viseme
from visavis.transports.place import placing, sentences

ENDINGS: Final = (".png", ".jpg", ".webp")

COLUMNS: Final = 8
CELL: Final = 256
LABEL: Final = 22

MARGIN: Final = 1.15


@runtime_checkable
class Poser(Protocol):
    """A face engine that draws any mouth and head on demand."""

    def picture(self, face: Prepared, mouth: Mouth, head: Head) -> Pixels:
        """One picture, uint8 [h, w, 3] RGB."""
        ...


class Box(NamedTuple):
    """A part of a picture, in pixels."""

    left: float
    top: float
    right: float
    bottom: float


class Pose(NamedTuple):
    """What is to be seen in one cell."""

    label: str
    mouth: Mouth = Mouth()
    head: Head = Head()


SOUNDS: Final = {
    "silence": "rest",
    "hum": "m",
    "near": "b in lobo, Spanish",
    "press": "p b",
    "tuck": "f v",
    "between": "th",
    "tip": "t d n",
    "side": "l",
    "trill": "r, rolled",
    "hiss": "s z",
    "hush": "sh",
    "shee": "x, Mandarin",
    "bunch": "r",
    "back": "k g",
    "glide": "y in yes",
    "w": "w",
    "ɥ": "yue, Mandarin",
    "i": "see",
    "ɪ": "sit",
    "e": "say",
    "ɛ": "bed",
    "æ": "cat",
    "a": "casa",
    "ɑ": "father",
    "ʌ": "cup",
    "ə": "about",
    "ɚ": "her",
    "ɯ": "u without rounding",
    "ɨ": "shi, Mandarin",
    "ɔ": "law",
    "o": "no",
    "ʊ": "put",
    "u": "too",
    "y": "tu, French",
    "ø": "peu, French",
}

UNSHOWN: Final = frozenset({"lull", "breath"})
"""Visemes that nobody ever sees by themselves: they give way to whatever stands beside them."""

HEADS: Final = (
    Pose("lids half shut", head=Head(blink=0.5)),
    Pose("lids shut", head=Head(blink=1.0)),
    Pose("looks left", head=Head(gaze_x=-0.7)),
    Pose("looks right", head=Head(gaze_x=0.7)),
    Pose("looks up", head=Head(gaze_y=-0.7)),
    Pose("looks down", head=Head(gaze_y=0.7)),
    Pose("brows raised", head=Head(brows=1.0)),
    Pose("brows drawn", head=Head(brows=-1.0)),
    Pose("turned left", head=Head(yaw=-0.14)),
    Pose("turned right", head=Head(yaw=0.14)),
    Pose("raised", head=Head(pitch=-0.1)),
    Pose("lowered", head=Head(pitch=0.1)),
    Pose("tilted left", head=Head(roll=-0.08)),
    Pose("tilted right", head=Head(roll=0.08)),
    Pose("breathed in", head=Head(breath=1.0)),
    Pose("smiling a, lids half", Mouth(jaw=0.6, open=0.6, wide=0.9), Head(blink=0.4)),
    Pose("turned, says too", Mouth(jaw=0.15, open=0.16, wide=-0.35, round=0.95), Head(yaw=0.14)),
    Pose("turned, says father", Mouth(jaw=0.82, open=0.8), Head(yaw=-0.14)),
)


def poses() -> Iterator[Pose]:
    """All that a sheet shows, in its order."""
    for name, label in SOUNDS.items():
        yield Pose(label, held(VISEMES[name]))
    yield from HEADS


def held(viseme: Viseme) -> Mouth:
    """The mouth of a viseme that goes all the way and stays there."""
    return Mouth(
        jaw=viseme.jaw.target,
        open=viseme.open.target,
        wide=viseme.wide.target,
        round=viseme.round.target,
        tongue=viseme.tongue.target,
        press=viseme.grip if viseme.seal == "press" else 0.0,
        tuck=viseme.grip if viseme.seal == "tuck" else 0.0,
    )


def close_up(portrait: Portrait) -> Box:
    """Where the face is on a portrait, with a margin, in the proportions of the whole."""
    size = np.array(portrait.size)
    low, high = portrait.landmarks[:, :2].min(axis=0), portrait.landmarks[:, :2].max(axis=0)
    half = size / 2 * min(1.0, MARGIN * float(((high - low) / size).max()))
    middle = np.clip((low + high) / 2, half, size - half)
    return Box(*(middle - half).tolist(), *(middle + half).tolist())


def sheet(engine: Poser, face: Prepared, near: Box, shown: Sequence[Pose]) -> Image.Image:
    """The poses side by side, CELL pixels wide each, in rows of COLUMNS.

    near: what is shown of a pose in which only the mouth moves.
    """
    pictures = [Image.fromarray(engine.picture(face, pose.mouth, pose.head)) for pose in shown]
    width, height = pictures[0].size
    step = CELL, round(CELL * height / width) + LABEL
    rows = -(-len(shown) // COLUMNS)
    whole = Image.new("RGB", (COLUMNS * step[0], rows * step[1]), "white")
    write = ImageDraw.Draw(whole)
    font = ImageFont.load_default(size=14)
    for number, (pose, picture) in enumerate(zip(shown, pictures, strict=True)):
        x, y = number % COLUMNS * step[0], number // COLUMNS * step[1]
        box = near if pose.head == Head() else None
        whole.paste(picture.resize((step[0], step[1] - LABEL), Image.Resampling.LANCZOS, box), (x, y))
        write.text((x + 6, y + step[1] - LABEL + 2), pose.label, "black", font)
    return whole


def write_sheet(engine: Poser, face: Prepared, near: Box, out: Path) -> None:
    """A sheet of all poses, into a PNG, JPEG or WebP file.

    Raises:
        OutputError: it cannot be written there.
    """
    with placing(out, ENDINGS) as part:
        made = sheet(engine, face, near, tuple(poses()))
        with sentences(out), part.open("wb") as file:
            made.save(file, format=Image.registered_extensions()[out.suffix.lower()])
