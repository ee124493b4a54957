"""Where the parts of a face lie in the 468-point mesh.

Indices of MediaPipe's canonical face mesh. Rows run from the picture's left to its right, and of two
eyes the picture's left one comes first. Names only: what is measured at these points is for others.
"""

from typing import Final, NamedTuple

OUTER_UPPER: Final = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291)
OUTER_LOWER: Final = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291)
INNER_UPPER: Final = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
INNER_LOWER: Final = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
"""The edges of the lips, each from corner to corner."""

FOREHEAD: Final = 10
CHIN: Final = 152
NOSE_TIP: Final = 4
"""The top of the forehead, the bottom of the chin, and the nose's foremost point."""

JAW: Final = (132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361)
"""Down the left cheek, along the jaw and up the right cheek."""

_RIGHT_TEMPLE = (338, 297, 332, 284, 251, 389, 356, 454, 323)
_LEFT_TEMPLE = (93, 234, 127, 162, 21, 54, 103, 67, 109)

OVAL: Final = (FOREHEAD, *_RIGHT_TEMPLE, *JAW[::-1], *_LEFT_TEMPLE)
"""The outline of the face, clockwise from the top of the forehead."""


class EyeIndices(NamedTuple):
    """One eye: the edges of its lids from corner to corner, and those of the brow above it."""

    upper: tuple[int, ...]
    lower: tuple[int, ...]
    brow: tuple[int, ...]
    brow_top: tuple[int, ...]

    @property
    def corners(self) -> tuple[int, int]:
        return self.upper[0], self.upper[-1]


EYES: Final = (
    EyeIndices(
        upper=(33, 246, 161, 160, 159, 158, 157, 173, 133),
        lower=(33, 7, 163, 144, 145, 153, 154, 155, 133),
        brow=(46, 53, 52, 65, 55),
        brow_top=(70, 63, 105, 66, 107),
    ),
    EyeIndices(
        upper=(362, 398, 384, 385, 386, 387, 388, 466, 263),
        lower=(362, 382, 381, 380, 374, 373, 390, 249, 263),
        brow=(285, 295, 282, 283, 276),
        brow_top=(336, 296, 334, 293, 300),
    ),
)
