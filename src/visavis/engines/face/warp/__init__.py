"""The embedded face: a photograph bent, turned and lit into speech, on a CPU, with nothing learned.

A frame is one lookup into the portrait through a map that is composed from two things: how the head is
turned (`pose`) and where lips, chin and cheeks have gone (`lips`, `field`). Eyes are drawn into the
portrait before that lookup (`eyes`), the inside of the mouth into the picture after it (`interior`).
`rig` works out once what a portrait allows, `canvas` draws.
"""

from visavis.engines.face.warp.engine import Warp

__all__ = ["Warp"]
