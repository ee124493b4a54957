"""What is made of an error: a word and a sentence for the user, a line for the log.

The one place that says which errors are the user's doing and which are the server's. An error's own sentence
is for the user who caused it; what the server did not manage can name a place of it or quote somebody, and
is told in words that stand here. The log holds nobody's text or paths.
"""

import logging
import traceback
from dataclasses import dataclass
from errno import errorcode
from pathlib import Path
from typing import Final

from visavis.errors import (
    AudioError,
    ConsentError,
    EngineError,
    InputError,
    ModelError,
    NameTaken,
    NoSuchFile,
    OutputError,
    PortraitError,
    StorageError,
    TextError,
    UnknownName,
    UploadError,
    VisavisError,
)
from visavis.renderings.order import Progress


class UnusableDefault(EngineError):
    """The portrait that speaks where no avatar is named cannot."""


# A code, and what is said instead of the server's own errors; None leaves the sentence as it is.
_ERRORS: Final[dict[type[Exception], tuple[str, str | None]]] = {
    UploadError: ("upload", None),
    PortraitError: ("portrait", None),
    AudioError: ("sound", None),
    TextError: ("text", None),
    NameTaken: ("name_taken", None),
    ConsentError: ("consent", None),
    UnknownName: ("not_found", None),
    InputError: ("input", None),
    OutputError: ("no_room", "the server cannot write; tell whoever runs it"),
    NoSuchFile: ("not_found", "the file is not there any more"),
    StorageError: ("storage", "the server cannot reach what it has stored; try again in a minute"),
    ModelError: ("models", "the server lacks a model; tell whoever runs it"),
    UnusableDefault: ("engine", "the default portrait cannot be used; tell whoever runs the server"),
    EngineError: ("engine", "an engine failed while it worked; try again"),
    VisavisError: ("failed", "the server failed; try again"),
    Exception: ("failed", "something went wrong that should not have; it is in the server's log; try again"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What the user is told of an error.

    code: a word for programs. ours: whether it is the server's doing, and a matter for its log.
    """

    code: str
    sentence: str
    ours: bool


DIED: Final = Progress(
    "failed",
    error="the server ended twice while this video was made, so it is not tried again; "
    "order it once more, or a shorter one",
    code="failed",
)
BROKEN_OFF: Final = Progress(
    "failed", error="the server ended while this conversation was recorded; record another one", code="failed"
)
NOT_STORED: Final = Progress(
    "failed",
    error="the server could not store the video; try again later, or tell whoever runs the server",
    code="storage",
)


def told(error: Exception) -> Told:
    """What its user is told of an error, whatever it is."""
    kind = next(kind for kind in type(error).__mro__ if kind in _ERRORS)
    code, instead = _ERRORS[kind]
    if isinstance(error, UploadError):
        code = error.code
    return Told(code, instead or str(error), instead is not None)


def failed(error: Exception) -> Progress:
    """How a rendering ended by an error stands; logged, once, if it is the server's business."""
    why = told(error)
    if why.ours:
        logging.error("a video could not be made: %s", traced(error))
    return Progress("failed", error=why.sentence, code=why.code)


def traced(error: BaseException) -> str:
    """What an error was and where it came from, without what it says."""
    places = traceback.extract_tb(error.__traceback__)[-6:]
    way = " > ".join(f"{Path(place.filename).name}:{place.lineno} {place.name}" for place in places)
    number = f" {errorcode.get(error.errno or 0, '')}" if isinstance(error, OSError) else ""
    cause = f", because of {traced(error.__cause__)}" if error.__cause__ else ""
    return f"{type(error).__name__}{number} at {way}{cause}"
