"""What a session costs is counted wherever it is worked for."""

import contextlib
import time

from tests.apart import faces
from tests.apart.conftest import strangers
from tests.fakes.face import ScriptedFace, blank_portrait
from visavis.apart import Apart
from visavis.commands.calibrating import worked

__all__ = ["strangers"]


def test_a_face_that_draws_in_this_process_is_counted_on_its_thread() -> None:
    assert worked(ScriptedFace()) is time.thread_time


def test_a_face_that_draws_elsewhere_is_counted_there() -> None:
    with contextlib.closing(Apart("troubled", processes=1)) as face:
        prepared, clock = face.prepare(blank_portrait()), worked(face)
        before = clock()
        face.rest(prepared, faces.BUSY)
        assert clock() - before >= faces.WORK
