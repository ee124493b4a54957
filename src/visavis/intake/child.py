"""The program of the process that opens one upload, and ends.

It is asked on standard input and answers on standard output. A task loads what it needs and then asks for
the content, which shuts the door (`confine`): from there on nothing can be opened, so what is imported or
loaded later than that is missing.
"""

import os
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from io import FileIO
from typing import TypeAlias

from visavis.errors import EngineError, ModelError
from visavis.intake.confine import shut
from visavis.intake.messages import (
    Answer,
    Facts,
    Question,
    Untrue,
    exactly,
    pack_answer,
    pack_excuse,
    read_question,
    send,
)


class Content:
    """What was sent. It is given once, and by then the door is shut."""

    def __init__(self, pipe: FileIO, question: Question) -> None:
        self._pipe = pipe
        self._question = question
        self.given = False

    def __call__(self) -> bytes:
        """All of it. Raises Untrue where whoever sends it has gone."""
        shut(self._question.memory, self._question.seconds)
        self.given = True
        return exactly(self._pipe.read, self._question.size)


Work: TypeAlias = Callable[[Facts, Content], Answer]


def main() -> None:
    """Do what is asked for, once."""
    asked, answers = FileIO(0, closefd=False), os.dup(1)
    os.dup2(2, 1)  # what libraries print is no answer
    send(partial(os.write, answers), _answer(read_question(asked.read), asked))
    # No clearing up: libraries would open files for it, and the system is quicker.
    os._exit(0)


def _answer(question: Question, asked: FileIO) -> bytes:
    content = Content(asked, question)
    try:
        return pack_answer(_named(question.task)(question.arguments, content))
    except Untrue:
        return b""  # nobody is there any more to hear of it
    except ImportError as error:
        return pack_excuse(EngineError(f"uploads cannot be opened on this machine: {error}"))
    except Exception as error:
        if content.given or isinstance(error, ModelError):
            return pack_excuse(error)
        return pack_excuse(EngineError(f"uploads cannot be opened on this machine: {error}"))


def _named(task: str) -> Work:
    module, _, function = task.partition(":")
    found: Work = getattr(import_module(module), function)
    return found


def early(*modules: str) -> None:
    """Import what libraries ask for only when a file makes them; by then it would be too late.

    modules: besides those of numpy.
    """
    for module in ("numpy.fft", "numpy.linalg", "numpy.ma", *modules):
        import_module(module)


def command() -> list[str]:
    """How to start it: isolated from environment and folder, with the import path of this process."""
    start = "import sys; sys.path[:] = sys.argv[1:]; from visavis.intake.child import main; main()"
    return [sys.executable, "-I", "-S", "-X", "utf8", "-c", start, *map(os.path.abspath, sys.path)]
