"""Draws the pictures of the README: `python docs/pictures/make.py`, with the demo portrait."""

import asyncio
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from visavis.contracts import Clause
from visavis.engines.face.warp import Warp
from visavis.engines.tts.espeak import Espeak
from visavis.media import Pixels, Portrait
from visavis.models import Store
from visavis.motion.frames import Head
from visavis.motion.visemes import VISEMES
from visavis.portrait import take
from visavis.portrait.faces import Finder
from visavis.sheet import SOUNDS, held
from visavis.streams import stream_of

HERE = Path(__file__).parent
SAID = "Hello! I am your avatar, and this is one photograph."
MOMENTS = (8, 12, 18, 28, 34, 40, 48, 54, 60, 66)
SHOWN = ("silence", "press", "tuck", "between", "hiss", "hush", "i", "ɛ", "ɑ", "o", "u", "side")


def demo() -> Portrait:
    """The demo portrait at 512 x 512."""
    store = Store()
    finder = Finder(store.files("face"))
    return take(store.files("demo-portrait")["portrait.jpg"], finder, 512, 512)


def side_by_side(pictures: list[Pixels], columns: int, out: Path) -> None:
    """Pictures of one size in rows, with a little room between them."""
    height, width = pictures[0].shape[:2]
    rows = -(-len(pictures) // columns)
    whole = Image.new("RGB", (columns * (width + 4) - 4, rows * (height + 4) - 4), "white")
    for number, picture in enumerate(pictures):
        place = number % columns * (width + 4), number // columns * (height + 4)
        whole.paste(Image.fromarray(picture), place)
    whole.save(out, quality=88, optimize=True)


def labelled(picture: Pixels, label: str) -> Pixels:
    """A picture with a word in its corner."""
    image = Image.fromarray(picture)
    font = ImageFont.load_default(size=18)
    ImageDraw.Draw(image).text((8, 4), label, "white", font, stroke_width=2, stroke_fill="black")
    return np.asarray(image)


async def spoken(face: Warp, portrait: Portrait) -> list[Pixels]:
    """The frames of SAID."""
    tts = Espeak()
    speech = tts.speak(stream_of([Clause(SAID, "en", 0.4)]), tts.voices[0])
    frames = [frame.pixels async for frame in face.animate(speech, face.prepare(portrait), 0)]
    tts.close()
    return frames


def main() -> None:
    """Draw both pictures."""
    portrait, face = demo(), Warp()
    x, y = portrait.landmarks[:, :2].mean(0).astype(int)
    size = int(np.ptp(portrait.landmarks[:, 1]) * 0.78)
    close = np.s_[y - size + 10 : y + size - 10, x - size : x + size]
    frames = asyncio.run(spoken(face, portrait))
    side_by_side([frames[n][y - 190 : y + 170, x - 150 : x + 150] for n in MOMENTS], 5, HERE / "speaking.jpg")
    sitter = face.prepare(portrait)
    mouths = [
        labelled(face.picture(sitter, held(VISEMES[name]), Head())[close], SOUNDS[name]) for name in SHOWN
    ]
    side_by_side(mouths, 6, HERE / "mouths.jpg")
    face.close()


if __name__ == "__main__":
    main()
