"""Who dies is replaced; who dies again and again has to wait."""

import contextlib
from collections.abc import Iterator, Sequence
from typing import cast

import pytest

from visavis.apart.messages import Call, Kind, Version, excuse
from visavis.apart.post import AILING, LONGEST, PAUSE, TRIES, Post, pause
from visavis.apart.process import Process
from visavis.errors import EngineError


class Line:
    def __init__(self, does: str) -> None:
        self._does = does

    def ask(self, call: Call, files: Sequence[int]) -> tuple[Kind, bytes]:
        if self._does in ("dies", "hangs up"):
            raise EOFError
        if self._does == "fails":
            return Kind.FAILED, excuse(EngineError("no room on the GPU"), "scripted")
        return Kind.DONE, b'"1"'


class Actor:
    """A process that does not exist. does: what it does when it is called."""

    def __init__(self, does: str) -> None:
        self.answered = False
        self.alive = True
        self.fate = ""
        self.pid = 1
        self.forgotten: list[int] = []
        self.left = 0
        self._does = does

    @contextlib.contextmanager
    def calling(self) -> Iterator[Line]:
        if self._does == "cannot be reached":
            raise OSError(24, "Too many open files")
        if self._does == "does not read":
            raise BlockingIOError
        yield Line(self._does)

    @property
    def is_dying(self) -> bool:
        return self._does == "dies"

    def forget(self, face: int) -> None:
        self.forgotten.append(face)

    def leave(self) -> None:
        self.left += 1

    def end(self, patience: float = 0.0) -> None:
        self.fate = "was killed by SIGSEGV"


class Theatre:
    """Actors for a post, one after another, and a clock."""

    def __init__(self, *does: str) -> None:
        self.now = 0.0
        self.actors: list[Actor] = []
        self._does = list(does)
        self.post = Post(self._next, lambda: self.now)

    def _next(self) -> Process:
        self.actors.append(Actor(self._does.pop(0)))
        return cast(Process, self.actors[-1])

    def ask(self) -> object:
        return self.post.ask(Version())


def test_one_process_answers_all() -> None:
    theatre = Theatre("answers")
    assert [theatre.ask(), theatre.ask()] == ["1", "1"]
    assert len(theatre.actors) == 1


def test_who_died_in_silence_is_replaced_before_anybody_asks() -> None:
    theatre = Theatre("answers", "answers")
    theatre.actors[0].alive = False
    assert theatre.ask() == "1"
    assert len(theatre.actors) == 2


def test_who_dies_over_a_call_is_replaced_for_the_next() -> None:
    theatre = Theatre("dies", "answers")
    with pytest.raises(EngineError, match="the process that draws faces was killed by SIGSEGV; ask again"):
        theatre.ask()
    assert theatre.ask() == "1"


def test_who_does_not_read_is_taken_for_dead() -> None:
    theatre = Theatre("does not read", "answers")
    with pytest.raises(EngineError, match="ask again"):
        theatre.ask()
    assert theatre.ask() == "1"


def test_who_only_hangs_up_goes_on_living() -> None:
    theatre = Theatre("hangs up")
    with pytest.raises(EngineError, match="broke off; ask again"):
        theatre.ask()
    assert theatre.actors[0].fate == ""


def test_who_failed_just_now_is_ailing_for_a_while() -> None:
    theatre = Theatre("dies", "answers", "fails")
    assert not theatre.post.ailing
    with pytest.raises(EngineError):
        theatre.ask()
    assert theatre.post.ailing
    theatre.now += AILING
    assert not theatre.post.ailing
    theatre.ask()
    theatre.actors[-1].alive = False
    with pytest.raises(EngineError, match="no room on the GPU"):
        theatre.ask()
    theatre.now += AILING / 2
    assert theatre.post.ailing


def test_who_cannot_be_reached_is_not_blamed() -> None:
    theatre = Theatre("cannot be reached")
    with pytest.raises(EngineError, match="cannot be asked: Too many open files"):
        theatre.ask()
    assert theatre.actors[0].fate == ""


def test_one_who_is_of_no_use_has_to_wait_and_ever_longer() -> None:
    assert [pause(deaths) for deaths in range(TRIES)] == [0.0] * TRIES
    assert pause(TRIES) == PAUSE
    assert pause(TRIES + 1) == 2 * PAUSE
    assert pause(1000) == LONGEST


def test_it_is_not_started_again_and_again() -> None:
    theatre = Theatre(*["dies"] * (TRIES + 1), "answers")
    for _ in range(TRIES):
        with pytest.raises(EngineError, match="ask again"):
            theatre.ask()
    for _ in range(5):
        with pytest.raises(EngineError, match=f"SIGSEGV, {TRIES} times in a row .*FACE_PROCESSES=0"):
            theatre.ask()
    assert len(theatre.actors) == TRIES
    theatre.now = pause(TRIES)
    with pytest.raises(EngineError, match="ask again"):
        theatre.ask()
    theatre.now += pause(TRIES + 1)
    assert theatre.ask() == "1"


def test_whoever_has_answered_anything_was_of_use() -> None:
    theatre = Theatre(*["answers"] * 10)
    for _ in range(9):
        assert theatre.ask() == "1"
        theatre.actors[-1].alive = False
    assert theatre.ask() == "1"


def test_a_face_is_forgotten_by_who_is_there() -> None:
    theatre = Theatre("answers", "answers")
    theatre.post.known = {4, 5}
    theatre.post.forget(4)
    assert (theatre.post.known, theatre.actors[0].forgotten) == ({5}, [4])
    theatre.actors[0].alive = False
    theatre.ask()
    assert theatre.post.known == set()


def test_a_closed_post_asks_nobody() -> None:
    theatre = Theatre("answers")
    theatre.post.leave()
    assert theatre.actors[0].left == 1
    with pytest.raises(EngineError, match="is closed"):
        theatre.ask()
    theatre.post.close(0.0)
    assert theatre.actors[0].fate
