"""What draws: this process, or processes of its own."""

import sys

import pytest

from visavis.apart import Apart
from visavis.commands.opening import face_engine, face_processes
from visavis.config import Settings
from visavis.engines.face.warp import Warp
from visavis.errors import InputError


@pytest.mark.parametrize(("processors", "found"), [(1, 0), (2, 1), (3, 1), (8, 4)])
def test_half_of_the_processors_draw_and_none_where_there_is_one(
    processors: int, found: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_CPU_COUNT", str(processors))
    assert face_processes(Settings()) == found
    assert face_processes(Settings(face_processes=0)) == 0
    assert face_processes(Settings(face_processes=3)) == 3


def test_elsewhere_the_server_draws_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert face_processes(Settings()) == 0
    assert face_processes(Settings(face_processes=0)) == 0
    with pytest.raises(
        InputError, match="FACE_PROCESSES is 2, and processes that draw need Linux; set it to 0"
    ):
        face_processes(Settings(face_processes=2))


def test_the_engine_is_the_one_that_is_set_at_the_speed_of_conversations() -> None:
    with face_engine(Settings(live_fps=20)) as face:
        assert isinstance(face, Warp)
        assert face.fps == 20
    with face_engine(Settings(avatar_backend="ditto", live_fps=20), 2) as face:
        assert isinstance(face, Apart)
        assert (face.name, face.fps, len(face.pids)) == ("warp", 20, 2)
