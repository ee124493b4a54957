"""What is made of an error that ended a rendering: a sentence for its owner, a line for the log.

Neither tells what is not its reader's: the log holds nobody's text or paths, and what the owner is told names
no place of the server.
"""

import logging
import traceback
from errno import errorcode
from pathlib import Path
from typing import Final

from visavis.errors import OutputError, StorageError, VisavisError
from visavis.renderings.order import Progress

DIED: Final = (
    "the server ended twice while this video was made, so it is not tried again; "
    "order it once more, or a shorter one"
)
NOT_STORED: Final = "the server could not store the video; try again later, or tell whoever runs the server"
UNFORESEEN: Final = "something went wrong that should not have; it is in the server's log; try again"


def failed(error: Exception) -> Progress:
    """How a rendering ended by an error stands; logged, once, if it is the server's business."""
    if isinstance(error, VisavisError) and not isinstance(error, OutputError | StorageError):
        return Progress("failed", error=str(error))
    logging.error("a video could not be made: %s", traced(error))
    return Progress("failed", error=NOT_STORED if isinstance(error, VisavisError) else UNFORESEEN)


def traced(error: BaseException) -> str:
    """What an error was and where it came from, without what it says."""
    places = traceback.extract_tb(error.__traceback__)[-6:]
    way = " > ".join(f"{Path(place.filename).name}:{place.lineno} {place.name}" for place in places)
    number = f" {errorcode.get(error.errno or 0, '')}" if isinstance(error, OSError) else ""
    cause = f", because of {traced(error.__cause__)}" if error.__cause__ else ""
    return f"{type(error).__name__}{number} at {way}{cause}"
