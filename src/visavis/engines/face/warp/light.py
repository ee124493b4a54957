"""What a portrait tells about its light: colours of skin, lips and the whites of the eyes."""

from dataclasses import dataclass

import cv2
import numpy as np

from visavis.engines.face.warp.geometry import Floats, vector
from visavis.media import Portrait
from visavis.portrait.landmarks import EYES, INNER_LOWER, OUTER_LOWER


@dataclass(frozen=True, slots=True)
class Light:
    """Colours sampled from the portrait, float32 RGB 0..255.

    white: what a white thing looks like in its light.
    lip: the lips' colour.
    colour: 0..1, 0 in a picture without any.
    """

    white: Floats
    lip: Floats
    colour: float

    def seen(self, colour: Floats) -> Floats:
        """A colour as it comes out in this portrait, which may be black and white: [..., 3] to [..., 3]."""
        grey = colour @ vector(0.299, 0.587, 0.114)
        return np.asarray(grey[..., None] + (colour - grey[..., None]) * np.float32(self.colour))


def light_of(portrait: Portrait) -> Light:
    """Sample the eyes' whites and the lower lip; fall back on the skin where they do not show."""
    pixels, points = portrait.pixels, portrait.landmarks[:, :2]
    skin = np.median(_inside(pixels, points[[205, 50, 118, 101]]), 0)
    ring = np.concatenate([points[list(OUTER_LOWER)], points[list(INNER_LOWER)][::-1]])
    lip = np.median(_inside(pixels, ring), 0)
    colour = float(np.clip((skin.max() - skin.min()) / max(float(skin.max()), 1.0) / 0.12, 0, 1))
    whites = []
    for eye, iris in zip(EYES, portrait.irises, strict=True):
        opening = np.concatenate([points[list(eye.upper)], points[list(eye.lower)][::-1]])
        radius = float(np.linalg.norm(iris[1:] - iris[0], axis=1).mean())
        seen = _inside(pixels, opening, iris[0], 1.15 * radius)
        if len(seen) > 6:
            bright = seen.sum(1)
            whites.append(np.median(seen[bright >= np.percentile(bright, 70)], 0))
    # As bright as the skin; on dark skin as the eyes' whites, which lie in the lids' shadow on any.
    brightest = max(float(skin.max()), 0.9 * float(np.max(whites)) if whites else 0.0)
    level = float(np.clip(1.05 * brightest, 40, 240))
    # Whites lie in the lids' shadow, and a painter's whites may be any colour; the skin tells the rest.
    hints = [_tint(skin / vector(1.0, 0.78, 0.66))]
    hints += [_tint(np.mean(whites, 0))] if whites else []
    tint = 0.8 * np.mean(hints, 0) + 0.2
    return Light(white=np.asarray(tint * level, np.float32), lip=np.asarray(lip, np.float32), colour=colour)


def _tint(colour: Floats) -> Floats:
    """A colour at full brightness."""
    return np.asarray(colour / max(float(colour.max()), 1e-3), np.float32)


def _inside(pixels: np.ndarray, outline: Floats, hole: Floats | None = None, radius: float = 0) -> Floats:
    """Pixels [n, 3] within an outline, but for a round hole."""
    mask = np.zeros(pixels.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.round(outline).astype(np.int32)], 255)
    if hole is not None:
        cv2.circle(mask, (round(float(hole[0])), round(float(hole[1]))), int(np.ceil(radius)), 0, -1)
    return pixels[mask > 0].astype(np.float32)
