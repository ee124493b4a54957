"""From the bytes of a photo to a face that can be moved, with the networks loaded."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from visavis.errors import InputError
from visavis.evaluate.speed.staging import Staging
from visavis.evaluate.speed.work import Case, Done, Run, Work
from visavis.models import Store
from visavis.portrait import take
from visavis.portrait.faces import Finder


@contextlib.contextmanager
def opened(staging: Staging, case: Case) -> Iterator[Run]:
    """Raises InputError for an avatar, which has been prepared when it was registered."""
    if not staging.photo:
        raise InputError("an avatar has no photo to prepare; give a --portrait for that")
    content, finder = Path(staging.photo).read_bytes(), Finder(Store().files("face"))
    with contextlib.closing(staging.new_face()) as face:

        def prepare() -> Done:
            face.prepare(take(content, finder, case.side, case.side))
            return Done(1)

        yield prepare


WORK: Final = Work(
    name="preparing",
    title="a portrait made ready",
    unit="portraits",
    told="time",
    cases=(Case("512 px", quick=True),),
    stands_for="decoding a photo, finding and judging the face, framing it, and what the face engine works "
    "out of it; a large photo takes longer. Nothing is kept from one run to the next.",
    opened=opened,
)
