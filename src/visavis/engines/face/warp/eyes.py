"""Blinks and glances, drawn into the portrait's own texture around each eye.

A lid shuts by stretching the band of skin between the eye and whatever comes next above it: the brow,
or the rim of spectacles, which so stays straight.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from visavis.engines.face.warp.geometry import Floats, smoothstep, spline_matrix, vector
from visavis.engines.face.warp.sampling import blurred, grey, look_up
from visavis.media import Portrait
from visavis.portrait.landmarks import EYES, EyeIndices

# Shift of the iris at gaze 1, in widths of the eye: 0.35 rad of an eyeball 24 mm across in an eye 30 mm wide.
GLANCE = 0.135
LASH = 0.035  # thickness of the lashes below the lid's edge, in widths of the eye
SHUT_BY_LOOKING_DOWN = 0.22  # blink that goes with gaze_y = 1


@dataclass(frozen=True, slots=True, eq=False)
class Eye:
    """One eye's window into the texture, [h, w] at the texture's scale; lengths in widths of the eye.

    left, top: the window's corner in texture pixels; width: of the eye, in texture pixels.
    photo: uint8 [h, w, 4], the texture there.
    below: how far a pixel lies below the upper lid's edge; opening: the eye's height at its column.
    band: [h, w], how much skin above the lid may stretch, at each column.
    veil: 0..1, where a lid may be.
    tone: [4], the skin's colour below the eye; shade: 0..1, how far a shut lid takes it on, because what
        is above the eye is much darker.
    down: [2], the eye's own downward direction in pixels.
    places: [h, w, 2], the window's own pixels.
    ball: the part of the window where the eyeball shows; free: [.., .., 1] there, how far a pixel goes
        along with a shift of the iris by one eye width, in pixels.
    """

    left: int
    top: int
    width: float
    photo: np.ndarray
    below: Floats
    opening: Floats
    band: Floats
    veil: Floats
    tone: Floats
    shade: float
    down: Floats
    places: Floats
    ball: tuple[slice, slice]
    free: Floats


def eyes_of(portrait: Portrait, texture: np.ndarray, scale: int, spectacles: bool) -> tuple[Eye, Eye]:
    """Both eyes of a portrait whose texture [h * scale, w * scale, 4] is given."""
    points = (portrait.landmarks[:, :2] + 0.5) * scale - 0.5
    irises = (portrait.irises + 0.5) * scale - 0.5
    left, right = (
        _eye(texture, points, iris, eye, spectacles) for iris, eye in zip(irises, EYES, strict=True)
    )
    return left, right


def wears_spectacles(portrait: Portrait) -> bool:
    """Whether a bridge crosses the nose: a hard edge down the line between the eyes.

    The edge is 0.33 of the brightness around it on spectacles, at most 0.22 on thirty faces without.
    """
    points = portrait.landmarks[:, :2]
    across = points[263] - points[33]
    down = points[197] - points[9]
    along = np.linspace(0, 1, 60)[:, None, None]
    aside = np.linspace(-0.04, 0.04, 5)[None, :, None]
    places = (points[9] + along * down + aside * across).astype(np.float32)
    profile = np.median(look_up(blurred(grey(portrait.pixels), 0.7), places), 1).astype(np.float32)
    edge = np.abs(profile[4:] - profile[:-4]).max() / (np.median(profile) + 10)
    return bool(edge > 0.26)


def _eye(texture: np.ndarray, points: Floats, iris: Floats, indices: EyeIndices, rims: bool) -> Eye:
    upper, lower = points[list(indices.upper)], points[list(indices.lower)]
    centre = (upper[0] + upper[-1]) / 2
    across = upper[-1] - upper[0]
    width = float(np.linalg.norm(across))
    across /= width
    axes = np.stack([across, [-across[1], across[0]]]).astype(np.float32)
    reach = width * vector(0.75, 0.5)
    left, top = np.maximum(np.floor(centre - reach), 0).astype(int)
    right, bottom = np.ceil(centre + reach).astype(int)
    right, bottom = min(right, texture.shape[1]), min(bottom, texture.shape[0])
    x, y = np.meshgrid(np.arange(left, right), np.arange(top, bottom))
    local = (np.stack([x, y], -1) - centre).astype(np.float32) @ axes.T / np.float32(width)
    smooth = spline_matrix(9, 65)
    up, down = (smooth @ ((lid - centre) @ axes.T / width).astype(np.float32) for lid in (upper, lower))
    upper_y = np.interp(local[..., 0], up[:, 0], up[:, 1]).astype(np.float32)
    lower_y = np.interp(local[..., 0], down[:, 0], down[:, 1]).astype(np.float32)
    photo = texture[top:bottom, left:right].copy()
    seen = (iris - centre) @ axes.T / width
    upper_y -= _overlooked(photo, local, seen, upper_y) * np.clip(1 - (2 * local[..., 0]) ** 2, 0, 1)
    inside = smoothstep((0.5 - np.abs(local[..., 0])) / 0.06 + 0.35)
    below = local[..., 1] - upper_y
    opening = np.maximum(lower_y - upper_y, 0)
    brow = ((points[list(indices.brow)] - centre) @ axes.T / width).astype(np.float32)
    brow_y = np.interp(local[..., 0], brow[:, 0], brow[:, 1])
    tone, shade = _tone(photo, local, upper_y, lower_y)
    free = _free(local, seen, upper_y, lower_y, width)
    rows, columns = np.nonzero(free[..., 0] >= min(1e-3, free.max()))
    ball = slice(int(rows.min()), int(rows.max()) + 1), slice(int(columns.min()), int(columns.max()) + 1)
    return Eye(
        left=int(left),
        top=int(top),
        width=width,
        photo=photo,
        below=below,
        opening=opening,
        band=_free_band(photo, below, local[..., 0], np.asarray(upper_y - brow_y, np.float32), rims),
        veil=inside,
        tone=tone,
        shade=shade,
        down=axes[1],
        places=np.stack([x - left, y - top], -1).astype(np.float32),
        ball=ball,
        free=free[ball],
    )


def _overlooked(photo: np.ndarray, local: Floats, iris: Floats, upper_y: Floats) -> float:
    """How much of the iris shows above the lid as it was found, in eye widths: 0 if the lid may be true.

    A lid covers the top of the iris, never half of it. Where the mesh says so (behind spectacles, on a
    drawing), the lid is where the picture stops being as dark as the iris, at the iris' top at most.
    """
    centre = iris[0]
    radius = float(np.linalg.norm(iris[1:] - centre, axis=1).mean())
    x, up = local[..., 0] - centre[0], centre[1] - local[..., 1]
    over = np.abs(x) < 0.4 * radius
    covered = float(np.median((centre[1] - upper_y)[over])) if over.any() else radius
    if covered > 0.65 * radius:
        return 0.0
    bright = grey(photo).astype(np.float32)
    steps = np.arange(0.3, 1.3, 0.1) * radius
    rows = [bright[over & (np.abs(up - step) < 0.08 * radius)] for step in steps]
    profile = np.array([row.mean() if len(row) else 255.0 for row in rows])
    lid = float(steps[int(np.argmax(np.diff(profile)))])
    return max(0.0, min(lid, 0.95 * radius) - covered)


def _tone(photo: np.ndarray, local: Floats, upper_y: Floats, lower_y: Floats) -> tuple[Floats, float]:
    """The skin's colour below the eye, RGBA, and how far a lid of what is above should take it on."""
    x, y = local[..., 0], local[..., 1]
    middle = np.abs(x) < 0.35
    under = photo[middle & (y > lower_y + 0.12) & (y < lower_y + 0.26)].astype(np.float32)
    over = photo[middle & (y < upper_y - 0.05) & (y > upper_y - 0.16)].astype(np.float32)
    if not len(under) or not len(over):
        return np.zeros(4, np.float32), 0.0
    tone = np.median(under, 0)
    darker = 1 - float(np.median(over[:, :3].mean(1))) / max(float(tone[:3].mean()), 1.0)
    return tone.astype(np.float32), float(np.clip((darker - 0.25) / 0.3, 0, 0.75))


def _free_band(photo: np.ndarray, below: Floats, across: Floats, to_brow: Floats, rims: bool) -> Floats:
    """How far above the lid the skin goes on plain, [h, w]: short of the brow and of spectacles' rims."""
    if not rims:
        return np.clip(0.80 * to_brow, 0.12, 0.40).astype(np.float32)
    bright = grey(photo).astype(np.float32)
    middle = np.abs(across) < 0.30
    steps = np.arange(0.08, 0.42, 0.02)
    rows = [bright[middle & (np.abs(below + step) < 0.02)] for step in steps]
    profile = np.array([np.median(row) if len(row) else np.nan for row in rows])
    profile = np.where(np.isnan(profile), np.nanmax(profile), profile)
    dark = profile < 0.55 * np.maximum.accumulate(profile)
    thick = dark[:-2] & dark[1:-1] & dark[2:]
    free = float(steps[np.argmax(thick)] - 0.04) if thick.any() else 0.40
    return np.clip(np.minimum(0.80 * to_brow, free), 0.05, 0.40).astype(np.float32)


def _free(local: Floats, iris: Floats, upper_y: Floats, lower_y: Floats, width: float) -> Floats:
    x, y = local[..., 0], local[..., 1]
    radius = float(np.linalg.norm(iris[1:] - iris[0], axis=1).mean())
    core = radius + GLANCE
    side = np.abs(x - iris[0, 0])
    reach = np.where(x < iris[0, 0], iris[0, 0] + 0.5, 0.5 - iris[0, 0])
    across = 1 - smoothstep((side - core) / np.maximum(reach - core, 0.06))
    within = smoothstep((y - upper_y) / 0.05) * smoothstep((lower_y - y) / 0.04)
    return np.asarray((across * within * width)[..., None], np.float32)


def look(texture: np.ndarray, eye: Eye, gaze: tuple[float, float], blink: float) -> None:
    """Draw an eye into the texture: glancing aside, then the lid over it."""
    height, width = eye.photo.shape[:2]
    window = texture[eye.top : eye.top + height, eye.left : eye.left + width]
    blink = min(1.0, blink + SHUT_BY_LOOKING_DOWN * max(gaze[1], 0.0))
    window[:] = eye.photo
    if max(abs(gaze[0]), abs(gaze[1])) > 0.02:
        shift = eye.free * vector(GLANCE * gaze[0], 0.6 * GLANCE * gaze[1])
        window[eye.ball] = look_up(eye.photo, eye.places[eye.ball] - shift)
    if blink > 0.03:
        _shut(window, eye, blink)


def _shut(window: np.ndarray, eye: Eye, blink: float) -> None:
    """Stretch the band above the eye down to where the lid's edge is."""
    edge = eye.opening * blink
    past = eye.below - edge  # below the lid's edge
    along = np.clip((eye.below + eye.band) / (edge + eye.band), 0, 1)  # from the band's top to the edge
    stretched = eye.band * (along * (1 - 0.4 * blink * (1 - along)) - 1)
    source = np.where(past > 0, past, np.where(eye.below < -eye.band, eye.below, stretched))
    shift = ((source - eye.below) * eye.width)[..., None] * eye.down
    lid = look_up(eye.photo, eye.places + shift, cubic=True)
    # What is stretched upright shows as streaks, and what lies in shadow above the eye comes to the light.
    lid = cv2.blur(lid, (2 * round(0.03 * eye.width * blink) + 1, 1))
    lid = (
        lid
        + (eye.tone - lid) * (eye.shade * blink * np.clip(along * 1.5 - 0.3, 0, 1) * (past < 0))[..., None]
    )
    shown = np.clip((LASH - past) / 0.02, 0, 1) * eye.veil
    rounded = 1 - 1.6 * blink * (along * (1 - along)) ** 2
    shadow = 1 - 0.22 * blink * eye.veil / (1 + np.maximum(past / 0.06, 0) ** 2)
    picture = window * (shadow * (1 - shown))[..., None]
    picture += lid * (rounded * shown)[..., None]
    np.clip(picture + 0.5, 0, 255, out=picture)
    window[:] = picture
