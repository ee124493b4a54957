"""Where the faces of a picture are, with mesh, irises and pose.

Owns the networks and the order in which a picture is searched: first as a whole, then piece by piece,
last turned on its side or head. Refuses nothing: whether a face can be used is for others to say.
"""

import errno
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from visavis.errors import ModelError
from visavis.media import Pixels
from visavis.portrait import detection, mesh
from visavis.portrait.crops import Affine, Points, Square, inverse, moved, onto, sample
from visavis.portrait.detection import Candidate, overlap
from visavis.portrait.pose import head_pose

_SHORT_SIDE, _FULL_SIDE, _SHARED_SIDE = 128, 192, 384
_NEAR = 2.4
_NEAR_SIDES = (192, 448)
_FOLLOWED_SIDE = 320
_ROOM = 1.4
_MOVED = 0.04
_LIKELY = 0.4
_PRESENT = 0.5
_STEADY, _NONSENSE = 0.045, 0.08
_SAME = 0.3
_MOST = 12
_SMALLEST_TILE = 192

_LOADING = threading.Lock()
_GREETED = threading.Event()


@dataclass(frozen=True, eq=False)
class Found:
    """A face in a picture; all in the picture's pixels, left and right as if the face stood upright.

    box: float32 [4], left, top, right and bottom of the mesh.
    score: 0..1, how sure the mesh network is that this is a face.
    landmarks: float32 [468, 3], as in media.Portrait.
    irises: float32 [2, 5, 2], as in media.Portrait.
    yaw, pitch, roll: radians, as in media.Portrait; roll goes all the way round.
    spread: float32 [468], how far several looks at each point differ, in distances between the eyes.
    """

    box: NDArray[np.float32]
    score: float
    landmarks: NDArray[np.float32]
    irises: NDArray[np.float32]
    yaw: float
    pitch: float
    roll: float
    spread: NDArray[np.float32]

    @property
    def size(self) -> float:
        """The longer side of the box, pixels."""
        return float(max(self.box[2] - self.box[0], self.box[3] - self.box[1]))


class Networks(NamedTuple):
    """What faces are seen with; `mesh.Network` says what each takes and gives.

    short: BlazeFace for large faces, 128 x 128, -1..1. full: for small ones, 192 x 192, -1..1.
    mesh: 192 x 192, 0..1, to 468 points and a logit. iris: 64 x 64, 0..1, to 71 and 5 points of an eye.
    """

    short: mesh.Network
    full: mesh.Network
    mesh: mesh.Network
    iris: mesh.Network


NETWORKS = (
    "face_detection_short_range.tflite",
    "face_detection_full_range.tflite",
    "face_landmark.tflite",
    "iris_landmark.tflite",
)


class Finder:
    """The four networks, loaded once; used by one thread at a time."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        """Load the networks, MediaPipe's TFLite files by their own names: those of NETWORKS.

        Raises ModelError for a file that is missing or no such network.
        """
        with _without_greeting():
            self._networks = Networks(*(_network(files[name]) for name in NETWORKS))

    def faces(self, pixels: Pixels) -> list[Found]:
        """Every face in a picture [h, w, 3], the largest first; at most twelve. See `faces_in`."""
        return faces_in(pixels, self._networks)

    def glimpse(self, pixels: Pixels, known: Found | None = None) -> list[Found]:
        """The faces that show on a picture as a whole, the largest first: `faces` without its search.

        known: one that is not looked at again.
        """
        return glimpsed(pixels, known, self._networks)

    def follow(self, pixels: Pixels, found: Found) -> Found | None:
        """A face of the picture before in the next one of a film; None where it is lost. See `followed`."""
        return followed(pixels, found, self._networks)

    def study(self, pixels: Pixels, found: Found) -> Found | None:
        """A face that was followed to this picture, with its spread; None where there is none."""
        return studied(pixels, found, self._networks)


def faces_in(pixels: Pixels, networks: Networks) -> list[Found]:
    """Every face in a picture [h, w, 3], the largest first; at most twelve.

    Where there is none on the picture as a whole, smaller pieces of it are searched, then the picture
    turned by 90 and 180 degrees. Only where none of this shows a face that holds still under several
    looks, the first that do not hold still are given.
    """
    height, width = pixels.shape[:2]
    doubtful: list[Found] = []
    for squares in _stages(width, height):
        found = _found_in(pixels, squares, networks)
        if steady := [face for face in found if face.spread.mean() <= _STEADY]:
            return steady
        doubtful = doubtful or found
    return doubtful


def glimpsed(pixels: Pixels, known: Found | None, networks: Networks) -> list[Found]:
    """The faces but one that show on a picture as a whole, the largest first."""
    height, width = pixels.shape[:2]
    return _found_in(pixels, next(_stages(width, height)), networks, known)


def followed(pixels: Pixels, found: Found, networks: Networks) -> Found | None:
    """A face that was found in one picture of a film, in a later one that is much like it.

    One look of the mesh where the face was, or two where it has moved. None where there is no face any
    more, or one of another size or place. The spread is the earlier one's: it is not measured.
    """
    crop, matrix = _around(pixels, found)
    before = moved(found.landmarks.astype(float), matrix)
    seen = mesh.mesh_in(crop, mesh.square_around(before), networks.mesh)
    far = np.abs(seen.landmarks - before).mean() > _MOVED * np.ptp(before[:, 0])
    if far and seen.presence >= _PRESENT:
        seen = mesh.mesh_in(crop, mesh.square_around(seen.landmarks), networks.mesh)
    if seen.presence < _PRESENT or overlap(mesh.box_of(seen.landmarks), mesh.box_of(before)) < _SAME:
        return None
    return _in_full(crop, matrix, seen, found.spread, networks)


def studied(pixels: Pixels, found: Found, networks: Networks) -> Found | None:
    """A face that was followed to a picture, looked at there as often as one that is found by itself."""
    crop, matrix = _around(pixels, found)
    before = mesh.Mesh(moved(found.landmarks.astype(float), matrix), found.score)
    seen, spread = mesh.looked_at_again(crop, before, networks.mesh)
    if seen.presence < _PRESENT or spread.mean() > _NONSENSE:
        return None
    return _in_full(crop, matrix, seen, spread, networks)


def _around(pixels: Pixels, found: Found) -> tuple[Pixels, Affine]:
    """A crop with a known face, upright, and room around it; and the map from the picture to it."""
    square = mesh.square_around(found.landmarks.astype(float))
    near = square._replace(size=square.size * _ROOM)
    side = int(np.clip(near.size, 1, _FOLLOWED_SIDE))
    matrix = onto(near, side)
    return sample(pixels, matrix, side, side), matrix


def _found_in(
    pixels: Pixels, squares: list[Square], networks: Networks, known: Found | None = None
) -> list[Found]:
    """The faces in some squares of a picture, the largest first, but one that is known."""
    likely = detection.merged([one for square in squares for one in _candidates(pixels, square, networks)])
    if known:
        likely = [one for one in likely if overlap(one.box, _corners(known)) <= _SAME]
    return sorted(_looked_at(pixels, likely, networks), key=lambda face: -face.size)


def _candidates(pixels: Pixels, square: Square, networks: Networks) -> list[Candidate]:
    """What both detectors see in a square."""
    shared = sample(pixels, onto(square, _SHARED_SIDE), _SHARED_SIDE, _SHARED_SIDE)
    short = _detected(shared, square, networks.short, _SHORT_SIDE, detection.SHORT_RANGE)
    return short + _detected(shared, square, networks.full, _FULL_SIDE, detection.FULL_RANGE)


def _looked_at(pixels: Pixels, likely: list[Candidate], networks: Networks) -> list[Found]:
    """Those candidates that the mesh network takes for a face too, each face once."""
    found: list[Found] = []
    for one in sorted(likely, key=lambda one: -one.size)[:_MOST]:
        face = _close_up(pixels, one, networks)
        if face and not any(overlap(_corners(face), _corners(other)) > _SAME for other in found):
            found.append(face)
    return found


def _close_up(pixels: Pixels, candidate: Candidate, networks: Networks) -> Found | None:
    """A candidate, seen upright and from near by all networks; None if it is no face."""
    near = candidate.square._replace(size=candidate.size * _NEAR)
    side = int(np.clip(near.size, *_NEAR_SIDES))
    matrix = onto(near, side)
    crop = sample(pixels, matrix, side, side)
    middle = Square((side - 1) / 2, (side - 1) / 2, side / _NEAR)
    seen = mesh.settled_mesh(crop, middle, networks.mesh)
    if seen.presence < _PRESENT:
        return None
    seen, spread = mesh.looked_at_again(crop, seen, networks.mesh)
    if seen.presence < _PRESENT or spread.mean() > _NONSENSE:
        return None
    return _in_full(crop, matrix, seen, spread, networks)


def _in_full(
    crop: Pixels, matrix: Affine, seen: mesh.Mesh, spread: NDArray[np.floating], networks: Networks
) -> Found:
    """A mesh in a crop, with eyes and pose, brought back to the picture that the map leads from."""
    back = inverse(matrix)
    landmarks, irises = mesh.eyes_refined(crop, seen.landmarks, networks.iris)
    pose = head_pose(moved(seen.landmarks, back))
    landmarks = moved(landmarks, back)
    return Found(
        box=mesh.box_of(landmarks).astype(np.float32).ravel(),
        score=seen.presence,
        landmarks=landmarks.astype(np.float32),
        irises=moved(irises, back).astype(np.float32),
        yaw=pose.yaw,
        pitch=pose.pitch,
        roll=pose.roll,
        spread=spread.astype(np.float32),
    )


def _stages(width: int, height: int) -> Iterator[list[Square]]:
    """The squares of a picture to be searched, in the order in which they are worth it."""
    whole = Square((width - 1) / 2, (height - 1) / 2, max(width, height))
    yield [whole]
    yield [tile for parts in (2, 4) for tile in _tiles(width, height, max(width, height) / parts)]
    yield [whole._replace(angle=quarters * np.pi / 2) for quarters in (1, 2, 3)]


def _tiles(width: int, height: int, size: float) -> Iterator[Square]:
    """Squares of a size that cover a picture, each overlapping its neighbours by a third or more."""
    if size < _SMALLEST_TILE:
        return
    for y in _middles(height, size):
        for x in _middles(width, size):
            yield Square(x, y, size)


def _middles(length: int, size: float) -> NDArray[np.float64]:
    free = max(length - size, 0.0)
    count = int(np.ceil(free / (size * 2 / 3))) + 1
    start = min(size, length) / 2 - 0.5
    return np.linspace(start, start + free, count)


def _detected(
    shared: Pixels, square: Square, network: mesh.Network, side: int, layers: tuple[detection.Layer, ...]
) -> list[Candidate]:
    """What one detector sees in the pixels of a square."""
    crop = cv2.resize(shared, (side, side), interpolation=cv2.INTER_AREA)
    regressors, logits = network(crop.astype(np.float32) / 127.5 - 1)
    return detection.candidates(
        regressors, logits, detection.anchors(layers), side, onto(square, side), _LIKELY
    )


def _corners(face: Found) -> Points:
    return face.box.reshape(2, 2).astype(float)


def _network(path: Path) -> mesh.Network:
    """A TFLite file as a function."""
    try:
        interpreter = Interpreter(model_path=str(path), num_threads=1)
        interpreter.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        raise ModelError(
            f"the model {path} is missing or damaged; fetch it again with: visavis models pull face"
        ) from error
    entry = interpreter.get_input_details()[0]["index"]
    exits = [tensor["index"] for tensor in interpreter.get_output_details()]

    def run(picture: NDArray[np.float32]) -> tuple[NDArray[np.float32], ...]:
        interpreter.set_tensor(entry, np.ascontiguousarray(picture)[None])
        interpreter.invoke()
        return tuple(interpreter.get_tensor(index)[0] for index in exits)

    return run


@contextmanager
def _without_greeting() -> Iterator[None]:
    """One load at a time, and nothing on standard error during the process's first.

    LiteRT greets there when it first loads a model, and has no switch for it.
    """
    with _LOADING:
        if _GREETED.is_set():
            yield
            return
        with _muted(2):
            yield
        _GREETED.set()


@contextmanager
def _muted(descriptor: int) -> Iterator[None]:
    """What is written to a descriptor of the process meanwhile is lost; a closed one stays closed."""
    kept = _duplicate(descriptor)
    if kept is None:
        yield
        return
    try:
        with Path(os.devnull).open("wb") as nothing:
            os.dup2(nothing.fileno(), descriptor)
        yield
    finally:
        os.dup2(kept, descriptor)
        os.close(kept)


def _duplicate(descriptor: int) -> int | None:
    """Another descriptor for the same file; None for a closed one."""
    try:
        return os.dup(descriptor)
    except OSError as error:
        if error.errno != errno.EBADF:
            raise
        return None
