"""The inside of a mouth: cavity, teeth and tongue, painted once in the light of the portrait.

Layers are painted in the head's own plane and laid into the opening by an affine map for each frame,
so that the upper teeth stay with the skull while the lower teeth and the tongue go with the jaw.
Sizes are those of an adult's teeth (Ash and Nelson, Wheeler's Dental Anatomy) over the 63 mm between
the eyes.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from visavis.engines.face.warp.geometry import Axes, Floats, smoothstep, vector
from visavis.engines.face.warp.light import Light
from visavis.engines.face.warp.lips import DROP, Lips
from visavis.engines.face.warp.sampling import blurred, look_up
from visavis.engines.face.warp.seam import POINTS
from visavis.media import Portrait
from visavis.motion.frames import Mouth

MM = 1 / 63  # a millimetre in distances between the eyes
DETAIL = 2.0  # painted pixels for each pixel of the portrait
HALF_WIDTH, ABOVE, BELOW = 0.56, 0.30, 0.62  # what a layer covers around the seam's middle, in units


@dataclass(frozen=True, slots=True)
class Interior:
    """The layers of a mouth's inside.

    upper, lower, tongue: uint8 [h, w, 4], RGB multiplied by alpha.
    dark, deep: the cavity's colours behind the upper lip and at the lower one.
    shadow: what rounded lips take away, 0..1 for each colour.
    scale: painted pixels for a pixel of the portrait; origin: the seam's middle, in painted pixels.
    """

    upper: np.ndarray
    lower: np.ndarray
    tongue: np.ndarray
    dark: Floats
    deep: Floats
    shadow: Floats
    scale: float
    origin: tuple[float, float]


def paint(portrait: Portrait, axes: Axes, lips: Lips, light: Light) -> Interior:
    """Paint the layers for a portrait; teeth that it shows are taken as they are."""
    unit = lips.unit
    scale = DETAIL
    width, height = int(2 * HALF_WIDTH * unit * scale), int((ABOVE + BELOW) * unit * scale)
    # In units of the eyes' distance around the seam's middle, x to the right, y down.
    x, y = np.meshgrid(
        (np.arange(width, dtype=np.float32) + 0.5) / (unit * scale) - HALF_WIDTH,
        (np.arange(height, dtype=np.float32) + 0.5) / (unit * scale) - ABOVE,
    )
    pixel = 1 / (unit * scale)
    dark = light.seen(light.lip * vector(0.21, 0.125, 0.12) + 3)
    deep = light.seen(light.lip * vector(0.36, 0.20, 0.20) + 4)
    upper = _upper_teeth(x, y, pixel, light)
    if lips.open_by > 0:
        upper = _seen_teeth(*upper, portrait, axes, lips, x, y)
    return Interior(
        upper=_premultiplied(light, *upper),
        lower=_premultiplied(light, *_lower_teeth(x, y, pixel, light)),
        tongue=_premultiplied(light, *_tongue(x, y, pixel, light)),
        shadow=1 - light.seen(1 - vector(0.56, 0.68, 0.72)),
        dark=dark,
        deep=deep,
        scale=scale,
        origin=(HALF_WIDTH * unit * scale, ABOVE * unit * scale),
    )


def _premultiplied(light: Light, colour: Floats, alpha: Floats) -> np.ndarray:
    rgba = np.concatenate([light.seen(colour) * alpha[..., None], 255 * alpha[..., None]], -1)
    return np.clip(rgba + 0.5, 0, 255).astype(np.uint8)


# From the midline outwards: width as seen from the front, crown height, brightness.
UPPER = (
    (8.4, 10.2, 1.00),
    (6.3, 8.8, 0.95),
    (5.6, 9.6, 0.86),
    (4.4, 8.0, 0.70),
    (3.4, 7.0, 0.52),
    (2.6, 6.4, 0.36),
)
LOWER = ((5.2, 8.6, 0.90), (5.2, 8.8, 0.86), (5.0, 9.2, 0.74), (3.8, 8.2, 0.56), (3.0, 7.4, 0.40))


def _row(x: Floats, teeth: tuple[tuple[float, float, float], ...]) -> tuple[Floats, Floats, Floats, Floats]:
    """For each place: across its tooth -1..1, its crown's height, its brightness, 1 where a tooth is."""
    across, height, bright = np.zeros_like(x), np.zeros_like(x), np.zeros_like(x)
    there = np.zeros_like(x)
    edge = 0.0
    for width_mm, height_mm, brightness in teeth:
        width = width_mm * MM
        inside = (np.abs(x) >= edge) & (np.abs(x) < edge + width)
        across = np.where(inside, 2 * (np.abs(x) - edge) / width - 1, across)
        height = np.where(inside, height_mm * MM, height)
        bright = np.where(inside, brightness, bright)
        there = np.where(inside, 1, there)
        edge += width
    return across, height, bright, there


def _upper_teeth(x: Floats, y: Floats, pixel: float, light: Light) -> tuple[Floats, Floats]:
    across, height, bright, there = _row(x, UPPER)
    rise = 0.34 * x**2  # the smile's curve: teeth at the sides hang higher
    tip = 1.6 * MM - rise
    tip = tip - (10.2 * MM - height) * 0.30 - 0.7 * MM * np.abs(across) ** 5
    neck = 1.6 * MM - rise - height + 1.1 * MM * np.abs(across) ** 2
    body = smoothstep((tip - y) / (1.6 * pixel) + 0.5)
    gum = smoothstep((neck - y) / (1.2 * MM) + 0.5)
    shade = bright * (1 - 0.09 * smoothstep((np.abs(across) - 0.6) / 0.4) - 0.07 * np.abs(across) ** 10)
    shade = shade * (0.66 + 0.34 * smoothstep((y - neck) / (0.75 * height + 1e-6)))  # the lip's shadow
    edge = smoothstep(1 - (tip - y) / (1.3 * MM))  # enamel is translucent at its edge
    colour = light.white * vector(0.95, 0.93, 0.885) * shade[..., None]
    colour = colour * (1 - 0.13 * edge[..., None])
    pink = light.lip * vector(0.86, 0.72, 0.72) * (0.62 * bright[..., None] + 0.12)
    colour = colour * (1 - gum[..., None]) + pink * gum[..., None]
    alpha = there * body
    return _soft(colour, alpha, 0.35 * MM / pixel)


def _lower_teeth(x: Floats, y: Floats, pixel: float, light: Light) -> tuple[Floats, Floats]:
    across, height, bright, there = _row(x, LOWER)
    top = 0.26 * x**2 + 0.7 * MM * np.abs(across) ** 4
    body = smoothstep((y - top) / (1.6 * pixel) + 0.5)
    gum = smoothstep((y - top - height) / (1.5 * MM) + 0.5)
    shade = bright * (0.86 - 0.16 * smoothstep((np.abs(across) - 0.5) / 0.5))
    shade = shade * (1 - 0.45 * smoothstep((y - top) / (7 * MM)))
    colour = light.white * vector(0.94, 0.89, 0.80) * 0.82 * shade[..., None]
    pink = light.lip * vector(0.75, 0.6, 0.6) * (0.5 * bright[..., None] + 0.1)
    colour = colour * (1 - gum[..., None]) + pink * gum[..., None]
    return _soft(colour, there * body, 0.4 * MM / pixel)


def _tongue(x: Floats, y: Floats, pixel: float, light: Light) -> tuple[Floats, Floats]:
    """Its top at y = 0, 40 mm wide, sinking to the sides."""
    half = 19 * MM
    top = 6 * MM * (np.abs(x) / half) ** 2.4
    inside = smoothstep((y - top) / (2.2 * MM) + 0.5) * smoothstep((half - np.abs(x)) / (4 * MM))
    round_ = np.clip(1 - (np.abs(x) / half) ** 2, 0, 1)
    groove = 1 - 0.10 * np.exp(-((x / (1.6 * MM)) ** 2)) * smoothstep(y / (3 * MM))
    shade = (0.50 + 0.30 * round_) * groove * (0.84 + 0.3 * np.exp(-(((y - 3.5 * MM) / (3 * MM)) ** 2)))
    colour = light.lip * vector(1.05, 0.86, 0.86) * shade[..., None]
    return _soft(colour, inside, 0.6 * MM / pixel)


def _seen_teeth(
    colour: Floats, alpha: Floats, portrait: Portrait, axes: Axes, lips: Lips, x: Floats, y: Floats
) -> tuple[Floats, Floats]:
    """The painted upper teeth with those that the portrait shows laid over them."""
    unit = lips.unit
    plane = np.stack([x * unit, y * unit, np.full_like(x, 0.02 * unit)], -1).reshape(-1, 3)
    places = axes.to_picture(plane + lips.seam[POINTS // 2]).reshape(*x.shape, 2)
    photo = look_up(portrait.pixels, places, cubic=True).astype(np.float32)
    seen, middle = lips.seen, lips.seam[POINTS // 2]
    upper = np.interp(
        x, (seen.inner_upper[:, 0] - middle[0]) / unit, (seen.inner_upper[:, 1] - middle[1]) / unit
    )
    lower = np.interp(
        x, (seen.inner_lower[:, 0] - middle[0]) / unit, (seen.inner_lower[:, 1] - middle[1]) / unit
    )
    between = smoothstep((y - upper) / 0.012 - 0.3) * smoothstep((lower - y) / 0.012 - 0.3)
    level = photo.mean(-1)
    core = between > 0.9
    if core.sum() < 50:
        return colour, alpha
    bright = float(np.percentile(level[core], 90))
    share = np.asarray(between * smoothstep((level / bright - 0.45) / 0.2), np.float32)[..., None]
    whole = np.maximum(alpha, share[..., 0])
    matched = colour * (photo[core & (level > 0.8 * bright)].mean(0) / (colour[alpha > 0.9].max(0) + 1))
    colour = np.where(alpha[..., None] > 0, matched, photo)
    return colour + (photo - colour) * share, whole


def _soft(colour: Floats, alpha: Floats, sigma: float) -> tuple[Floats, Floats]:
    """A little blur, for nothing in a mouth has a hard edge."""
    sigma = max(sigma, 0.3)
    wide = blurred(alpha.astype(np.float32), sigma)
    weighed = blurred((colour * alpha[..., None]).astype(np.float32), sigma)
    return weighed / np.maximum(wide, 1e-3)[..., None], wide


def fill(
    interior: Interior, lips: Lips, mouth: Mouth, affine: Floats, size: tuple[int, int], depth: Floats
) -> Floats:
    """The inside as it shows, float32 [h, w, 3].

    affine: [2, 3], from the head's plane (pixels around the seam's middle) to the wanted window.
    size: width and height of the window.
    depth: [h, w], 0 at the upper lip to 1 at the lower one.
    """
    unit = lips.unit
    drop = DROP * unit * mouth.jaw
    picture = interior.dark + (interior.deep - interior.dark) * (depth * depth)[..., None]
    lower = 1.2 * MM * unit + 0.93 * drop
    _lay(picture, interior, interior.lower, affine, size, lower, 1.0)
    lying = 2.2 * MM * unit + 0.52 * drop
    up = 2.2 * MM * unit
    raised = min(2 * mouth.tongue, 1.0)
    out = max(2 * mouth.tongue - 1, 0.0)
    tongue = lying + (up - lying) * raised
    _lay(picture, interior, interior.tongue, affine, size, tongue, 0.85 + 0.15 * out)
    _lay(picture, interior, interior.upper, affine, size, 0.0, 1.0)
    # Lips pushed forward leave what is behind them in a warm shadow.
    return np.asarray(picture * (1 - mouth.round * interior.shadow))


def _lay(
    picture: Floats,
    interior: Interior,
    layer: np.ndarray,
    affine: Floats,
    size: tuple[int, int],
    down: float,
    strength: float,
) -> None:
    """Blend a layer, moved down by `down` pixels of the head's plane, over the picture."""
    k = 1 / interior.scale
    ox, oy = interior.origin
    place = np.array([[k, 0, -ox * k], [0, k, down - oy * k]])
    matrix = affine[:, :2] @ place
    matrix[:, 2] += affine[:, 2]
    seen = cv2.warpAffine(layer, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    veil = seen[..., 3:].astype(np.float32) * np.float32(strength / 255)
    picture *= 1 - veil
    picture += seen[..., :3] * np.float32(strength)
