"""Eyes, pose, light and the inside of the mouth, each by itself."""

import numpy as np
import pytest

from visavis.engines.face.warp.eyes import eyes_of, look, wears_spectacles
from visavis.engines.face.warp.geometry import axes_of
from visavis.engines.face.warp.interior import paint
from visavis.engines.face.warp.light import light_of
from visavis.engines.face.warp.lips import lips_of
from visavis.engines.face.warp.pose import frame_grid, pose_fields, pose_weights
from visavis.engines.face.warp.rig import rig_of
from visavis.media import Portrait
from visavis.motion.frames import Head


def test_spectacles_are_seen(portrait: Portrait, smiling: Portrait) -> None:
    assert wears_spectacles(portrait)
    assert not wears_spectacles(smiling)


def test_an_eye_looking_ahead_is_the_photo(smiling: Portrait) -> None:
    rig = rig_of(smiling)
    texture = rig.texture()
    for eye in rig.eyes:
        look(texture, eye, (1.0, -0.5), 0.7)
    assert not np.array_equal(texture, rig.texture())
    for eye in rig.eyes:
        look(texture, eye, (0.0, 0.0), 0.0)
    assert np.array_equal(texture, rig.texture())


def test_a_shut_eye_shows_no_iris(smiling: Portrait) -> None:
    rig = rig_of(smiling)
    open_eyed, texture = rig.texture(), rig.texture()
    for eye in rig.eyes:
        look(texture, eye, (0.0, 0.0), 1.0)
    for iris in smiling.irises:
        x, y = np.round(iris[0] * rig.scale).astype(int)
        open_, shut = (t[y - 3 : y + 4, x - 3 : x + 4, :3].mean() for t in (open_eyed, texture))
        assert shut > 1.2 * open_


def test_a_glance_moves_the_iris_that_way(smiling: Portrait) -> None:
    texture = np.dstack([smiling.pixels, np.zeros(smiling.pixels.shape[:2], np.uint8)])
    for eye, iris in zip(eyes_of(smiling, texture, 1, spectacles=False), smiling.irises, strict=True):
        glancing = texture.copy()
        look(glancing, eye, (1.0, 0.0), 0.0)
        x, y = np.round(iris[0]).astype(int)
        rows = np.s_[y - 2 : y + 3, x - 12 : x + 13]
        across = np.arange(25)
        before, after = (
            (across * dark).sum() / dark.sum()
            for dark in (np.clip(110.0 - t[rows][..., :3].mean((0, 2)), 0, None) for t in (texture, glancing))
        )
        assert after > before + 0.4


def test_folds_hold_nothing_but_themselves(portrait: Portrait) -> None:
    assert rig_of(portrait).folds.base is None


def test_a_head_at_rest_bends_nothing(portrait: Portrait) -> None:
    assert not pose_weights([Head()]).any()


def test_poses_move_the_head_their_way(portrait: Portrait) -> None:
    grid = frame_grid(*portrait.size)
    fields = pose_fields(portrait, axes_of(portrait), grid, spectacles=True)
    nose = portrait.landmarks[4, :2]

    def shift(head: Head) -> np.ndarray:
        field = (pose_weights([head]) @ fields).reshape(grid.rows, grid.columns, 2)
        return np.asarray(grid.sample(field, nose[None, None])[0, 0])

    assert shift(Head(yaw=0.1))[0] > 3
    assert shift(Head(pitch=0.1))[1] > 2
    assert shift(Head(x=0.1))[0] == pytest.approx(0.1 * axes_of(portrait).unit, rel=0.05)
    assert shift(Head(y=0.1))[1] == pytest.approx(0.1 * axes_of(portrait).unit, rel=0.05)
    assert shift(Head(breath=1))[1] < 0


def test_brows_behind_spectacles_lie_still(smiling: Portrait) -> None:
    def rise(spectacles: bool) -> float:
        grid = frame_grid(*smiling.size)
        fields = pose_fields(smiling, axes_of(smiling), grid, spectacles)
        return -float((pose_weights([Head(brows=1)]) @ fields).reshape(-1, 2)[:, 1].min())

    assert rise(spectacles=True) == 0
    assert rise(spectacles=False) > 2


def test_a_grey_portrait_has_a_grey_mouth(portrait: Portrait) -> None:
    grey = portrait.pixels.mean(-1, keepdims=True).repeat(3, -1).astype(np.uint8)
    colourless = Portrait(grey, portrait.landmarks, portrait.irises)
    light = light_of(colourless)
    axes = axes_of(colourless)
    inside = paint(colourless, axes, lips_of(colourless, axes), light)
    assert light.colour < 0.05
    for layer in (inside.upper, inside.lower, inside.tongue):
        assert np.ptp(layer[..., :3].astype(int), axis=-1).max() <= 3


def test_teeth_are_as_bright_as_the_light_allows(portrait: Portrait) -> None:
    dim = Portrait((portrait.pixels * 0.4).astype(np.uint8), portrait.landmarks, portrait.irises)
    assert light_of(dim).white.mean() < 0.55 * light_of(portrait).white.mean()


def test_a_portraits_own_teeth_are_used(smiling: Portrait) -> None:
    axes = axes_of(smiling)
    lips, light = lips_of(smiling, axes), light_of(smiling)
    shown = paint(smiling, axes, lips, light).upper
    blank = Portrait(np.full_like(smiling.pixels, 128), smiling.landmarks, smiling.irises)
    assert not np.array_equal(shown, paint(blank, axes, lips, light).upper)


def test_teeth_in_a_dark_face_are_as_bright_as_its_eyes(smiling: Portrait) -> None:
    """A dark skin does not tell how much light falls on teeth; the whites of the eyes do."""
    grown = np.zeros(smiling.pixels.shape[:2], bool)
    for iris in smiling.irises:
        x, y = np.round(iris[0]).astype(int)
        grown[y - 8 : y + 9, x - 16 : x + 17] = True
    dark = np.where(grown[..., None], smiling.pixels, smiling.pixels * 0.3).astype(np.uint8)
    face = Portrait(dark, smiling.landmarks, smiling.irises)
    assert light_of(face).white.max() > 0.6 * light_of(smiling).white.max()
