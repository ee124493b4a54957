"""Who looks on while a session performs: what a recorder is shown, and the figures that are kept."""

from collections import deque
from dataclasses import dataclass, field
from typing import Protocol

from visavis.conversation.stage import Moment, Timed
from visavis.media import Samples


class Recorder(Protocol):
    """Sees what a session performs and hears, as it happens; every method is quick and raises nothing."""

    def performed(self, moment: Moment) -> None:
        """The next moment, when it is taken."""
        ...

    def voided(self, heard: float) -> None:
        """A reply was cut: what was performed behind these seconds of the timeline was never heard."""
        ...

    def overheard(self, samples: Samples, at: float) -> None:
        """A piece of the microphone's sound, 16 kHz, and where on the timeline, in seconds, it began."""
        ...


@dataclass(slots=True)
class SessionFigures:
    """What a session has done so far.

    moments: given out. spoken: of them, parts of replies. late: spoken ones whose picture was not there.
    starved: silences within replies, for their sound was not there. timed: how the last replies began, the
    oldest first; the lobby takes them out.
    """

    moments: int = 0
    spoken: int = 0
    late: int = 0
    starved: int = 0
    replies: int = 0
    interruptions: int = 0
    failures: int = 0
    timed: deque[Timed] = field(default_factory=lambda: deque(maxlen=100))
