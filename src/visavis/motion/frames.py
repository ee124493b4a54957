"""The numbers that a face engine is driven by, one set for each frame."""

from typing import NamedTuple


class Mouth(NamedTuple):
    """What the mouth does. Every number is 0 in a mouth at rest, with the lips lightly together.

    jaw: 0..1, how far the jaw has dropped; 1 is the most open vowel of plain speech.
    open: 0..1, the gap between the lips in the middle; 0 they touch, 1 that of the most open vowel.
    wide: -1..1, the corners: 1 drawn apart as in [i], -1 drawn together without pouting.
    round: 0..1, the lips pushed forward into a ring as in [u].
    press: 0..1, the lips pressed and rolled in as in [p b m]; from 0.5 on the gap is nil, whatever
        `open` says.
    tuck: 0..1, the lower lip drawn up under the upper teeth as in [f v].
    tongue: 0..1, the tip: 0 lying, 0.5 up behind the upper teeth as in [l n t d], 1 between the
        teeth as in [th].
    """

    jaw: float = 0.0
    open: float = 0.0
    wide: float = 0.0
    round: float = 0.0
    press: float = 0.0
    tuck: float = 0.0
    tongue: float = 0.0


class Head(NamedTuple):
    """What the rest of the head does, relative to the portrait.

    yaw, pitch, roll: radians; positive to the picture's right, down, and clockwise.
    x, y: shift in distances between the eyes; positive right and down.
    blink: 0..1, both lids; 1 is shut.
    gaze_x, gaze_y: -1..1, how far the eyes are turned in the head, as against the portrait; positive
        right and down.
    brows: -1..1, 1 raised as far as they go in speech.
    breath: 0..1, 1 is the chest full of air.
    """

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    x: float = 0.0
    y: float = 0.0
    blink: float = 0.0
    gaze_x: float = 0.0
    gaze_y: float = 0.0
    brows: float = 0.0
    breath: float = 0.0
