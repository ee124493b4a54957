"""Who takes part: the engines that all sessions share, and the role that one session plays."""

from collections.abc import Callable
from dataclasses import dataclass

from visavis.contracts import Asr, Face, Llm, Prepared, Tts, Vad, Voice
from visavis.conversation.listening import EndOfTurn
from visavis.media import Language, Pixels
from visavis.reading import Reader
from visavis.streams import Worker


@dataclass(frozen=True, slots=True, eq=False)
class Engines:
    """What the sessions of a process share; whoever made them closes them.

    reader: makes what reads along, one for a reply, where `tts` does not know its phones; None: nobody does.
    draws: the threads that pictures at rest are drawn on.
    end_of_turn: hears from a voice whether its turn is over, where there is such a model.
    """

    vad: Vad
    asr: Asr
    llm: Llm
    tts: Tts
    face: Face
    draws: Worker
    reader: Callable[[], Reader] | None = None
    end_of_turn: EndOfTurn | None = None


def as_it_is(pixels: Pixels) -> Pixels:
    """A picture without a notice."""
    return pixels


@dataclass(frozen=True, slots=True, eq=False)
class Role:
    """Who a session shows, and how they speak.

    prepared: by the face engine. size: of its pictures, width and height in pixels.
    voice: None takes the first one of the language that a reply begins in.
    language: of what is heard and said; None: found out turn by turn.
    system: who the mind is meant to be, and how it answers; "" leaves that to the mind.
    finish: the last thing that is done to each picture, such as a visible notice; quick, and on a thread of
        `Engines.draws` or on the loop.
    uses: ids of what is registered and is shown or heard; the session ends when one of them is withdrawn.
    """

    prepared: Prepared
    size: tuple[int, int]
    voice: Voice | None = None
    language: Language | None = None
    system: str = ""
    finish: Callable[[Pixels], Pixels] = as_it_is
    uses: frozenset[str] = frozenset()
