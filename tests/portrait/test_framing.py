import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from visavis.errors import PortraitError
from visavis.media import Pixels, Portrait
from visavis.portrait.framing import MAX_ENLARGED, MAX_TILT, frame, upright
from visavis.portrait.mesh import LIDS_LEFT, LIDS_RIGHT
from visavis.portrait.pose import Pose

from .puppet import BLUE, GREEN, drawn, found, placed

SIZES = [(512, 512), (256, 256), (576, 1024), (1024, 1024), (640, 480)]


def framed(
    picture: Pixels, x: float, y: float, size: float, width: int, height: int, pose: Pose | None = None
) -> Portrait:
    pose = pose or Pose(0, 0, 0)
    turned, face = upright(picture, found(placed(x, y, size, pose), pose))
    return frame(turned, face, width, height)


def eyes(portrait: Portrait) -> NDArray[np.float32]:
    return np.asarray(portrait.landmarks[[33, 133, 362, 263], :2].mean(axis=0))


def discs(pixels: Pixels) -> list[NDArray[np.float64]]:
    """The middles of the blue and of the green disc."""
    rows, columns = np.mgrid[: pixels.shape[0], : pixels.shape[1]]
    middles = []
    for colour in (BLUE, GREEN):
        near = (np.abs(pixels.astype(int) - colour).sum(2) < 90).astype(float)
        middles.append(np.array([(columns * near).sum(), (rows * near).sum()]) / near.sum())
    return middles


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_head_and_shoulders(width: int, height: int) -> None:
    portrait = framed(drawn(2400, 2400, (1200, 900, 260, 0)), 1200, 900, 260, width, height)
    assert portrait.pixels.shape == (height, width, 3)
    assert portrait.pixels.dtype == np.uint8
    assert portrait.landmarks.dtype == portrait.irises.dtype == np.float32
    x, y = eyes(portrait)
    assert abs(x / width - 0.5) < 0.02
    assert 0.33 < y / height < 0.46
    face = portrait.landmarks[152, 1] - portrait.landmarks[10, 1]
    assert 0.3 < face / height < 0.5
    assert portrait.landmarks[152, 1] < 0.8 * height, "neck and shoulders are seen"


@pytest.mark.parametrize("roll", [0.0, 0.15, 0.5, -0.5])
@pytest.mark.parametrize(("width", "height"), [(512, 512), (576, 1024), (256, 256)])
def test_landmarks_stay_on_what_they_mark(width: int, height: int, roll: float) -> None:
    pose = Pose(0, 0, roll)
    portrait = framed(drawn(1600, 1600, (800, 700, 180, roll)), 800, 700, 180, width, height, pose)
    for disc, iris, lids in zip(
        discs(portrait.pixels), portrait.irises, (LIDS_LEFT, LIDS_RIGHT), strict=True
    ):
        assert iris[0] == pytest.approx(disc, abs=0.6)
        assert portrait.landmarks[list(lids), :2].mean(0) == pytest.approx(disc, abs=0.6)


def test_a_tilt_is_kept_up_to_a_point_and_then_taken_back() -> None:
    for roll, left in ((0.1, 0.1), (0.5, MAX_TILT), (-0.5, -MAX_TILT)):
        pose = Pose(0.2, 0.1, roll)
        portrait = framed(drawn(1600, 1600, (800, 700, 150, roll)), 800, 700, 150, 512, 512, pose)
        assert portrait.roll == pytest.approx(left, abs=1e-6)
        assert (portrait.yaw, portrait.pitch) == (0.2, 0.1)
        blue, green = discs(portrait.pixels)
        assert np.arctan2(*(green - blue)[::-1]) == pytest.approx(left, abs=0.02)


def test_a_tilt_is_left_where_the_picture_is_too_narrow_to_take_it_back() -> None:
    pose = Pose(0, 0, 0.3)
    portrait = framed(drawn(420, 420, (210, 180, 130, 0.3)), 210, 180, 130, 256, 256, pose)
    assert portrait.roll == pytest.approx(0.3)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_picture_on_its_side_is_turned_exactly(quarters: int) -> None:
    picture = drawn(900, 700, (450, 300, 120, 0))
    expected = framed(picture, 450, 300, 120, 256, 256)
    x, y = {1: (300, 899 - 450), 2: (899 - 450, 699 - 300), 3: (699 - 300, 450)}[quarters]
    roll = {1: -np.pi / 2, 2: np.pi, 3: np.pi / 2}[quarters]
    portrait = framed(np.rot90(picture, quarters), x, y, 120, 256, 256, Pose(0, 0, roll))
    assert np.abs(portrait.pixels.astype(int) - expected.pixels).max() <= 2
    assert portrait.landmarks == pytest.approx(expected.landmarks, abs=1e-3)
    assert portrait.roll == pytest.approx(0, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(300, 900),
    st.integers(300, 900),
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(0.1, 0.3),
    st.sampled_from([(256, 256), (288, 512)]),
)
def test_below_the_picture_nothing_is_invented(
    width: int, height: int, right: float, down: float, share: float, size: tuple[int, int]
) -> None:
    """Rows of the picture are numbered by their colour: the frame's last row shows a row of the picture."""
    eye = share * min(width, height)
    x, y = eye + right * (width - 2 * eye), eye + down * (height - 2.4 * eye)
    assume(eye > 70)
    picture = np.empty((height, width, 3), np.uint8)
    picture[:] = np.linspace(0, 240, height)[:, None, None]
    portrait = framed(picture, x, y, eye, *size)
    light = portrait.pixels[..., 0].astype(int)
    assert (np.diff(light[:, size[0] // 2]) >= -2).sum() >= size[1] * 0.9
    assert light[-1].max() == light.max() or light[-1].max() >= light.max() - 2
    chin, forehead = portrait.landmarks[152], portrait.landmarks[10]
    assert 0 < forehead[1] < chin[1] < size[1]
    assert 0 < chin[0] < size[0]


def test_where_the_head_is_near_an_edge_the_crop_moves_and_nothing_is_invented() -> None:
    picture = drawn(1000, 1000, (140, 500, 150, 0))
    picture[:, :2] = (250, 0, 250)
    portrait = framed(picture, 140, 500, 150, 512, 512)
    assert (portrait.pixels[:, 0].astype(int)[:, 0] > 150).all(), "the frame begins where the picture does"
    assert eyes(portrait)[0] < 256


def test_above_a_wide_picture_a_tall_frame_goes_on_in_the_edges_colours() -> None:
    picture = np.full((600, 1200, 3), (90, 120, 150), np.uint8)
    puppet = drawn(1200, 600, (600, 330, 150, 0))
    picture[80:] = np.where((puppet == 120).all(2, keepdims=True), picture, puppet)[80:]
    portrait = framed(picture, 600, 330, 150, 288, 512)
    top = portrait.pixels[:20].reshape(-1, 3).astype(int)
    assert np.abs(top - (90, 120, 150)).max() <= 3


def test_a_large_face_is_kept_whole_and_a_tight_photo_is_not_padded() -> None:
    picture = drawn(300, 300, (150, 110, 130, 0))
    picture[:3] = picture[-3:] = (250, 0, 250)
    picture[:, :3] = picture[:, -3:] = (250, 0, 250)
    portrait = framed(picture, 150, 110, 130, 256, 256)
    assert portrait.pixels[0, 128].tolist() == pytest.approx([250, 0, 250], abs=40)
    inside = (portrait.landmarks[:, :2] > 0) & (portrait.landmarks[:, :2] < 256)
    assert inside.all()


def test_a_face_too_small_says_how_large_it_is_and_has_to_be() -> None:
    with pytest.raises(
        PortraitError, match=r"only 57 pixels high, and 1024x1024 needs \d+; give a larger"
    ) as caught:
        framed(drawn(800, 800, (400, 300, 30, 0)), 400, 300, 30, 1024, 1024)
    needed = int(str(caught.value).split("needs ")[1].split(";")[0])
    size = 30 * needed / 57 * 1.03
    portrait = framed(drawn(1600, 1600, (800, 700, size, 0)), 800, 700, size, 1024, 1024)
    enlarged = np.ptp(portrait.landmarks[:, 0]) / np.ptp(placed(0, 0, size)[:, 0])
    assert enlarged == pytest.approx(MAX_ENLARGED, rel=0.05)


def test_a_high_hat_gets_more_room() -> None:
    plain, hat = (drawn(1600, 1600, (800, 800, 150, 0)) for _ in range(2))
    hat[800 - 90 - 200 : 800 - 60, 700:900] = (20, 20, 40)
    bare, hatted = (framed(picture, 800, 800, 150, 512, 512) for picture in (plain, hat))
    assert np.ptp(hatted.landmarks[:, 1]) < np.ptp(bare.landmarks[:, 1])
    assert (np.abs(hatted.pixels[:8].astype(int) - 120).max()) < 10, "the hat does not touch the frame"
