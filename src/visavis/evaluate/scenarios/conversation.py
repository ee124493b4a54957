r"""What a visitor does in a conversation, one turn after the other, and what is to come of it.

    [[turn]]
    says = "I would like to <pause 0.8 s> know your name."
    answer = '\bVis\b'

Each turn does one of these things:
    types = "Hello."              sends a text that is to be answered
    says = "Hello."               says it into the microphone, in real time
    has_read = "Once upon ..."    sends a text that the avatar is to say
    sounds = "cough"              is heard without a word: cough, knock, clap or mhm
    waits = 3.0                   is silent for so many seconds
    stops = true                  presses the button that makes the avatar fall silent
    returns_after = 2.0           loses the connection, and comes back after so many seconds to go on
A turn begins when the avatar has fallen silent, or
    during = 1.5                  so many seconds after the avatar was first heard, while it speaks
and, all of which can be left out:
    language = "es"               of the text; else the scenario's. A conversation in one language is held in
                                  it; in one with several, the server finds out turn by turn
    voice = "james"               who says it; else the first voice of the language
    noise = "hum"                 behind what is said or waited: hum, hiss or murmur
    snr = 10.0                    dB by which that is softer than the voice, which is at -22 dB of full scale
    answer = "regular expression" that has to be found in what is answered, in any case
    interrupts = true             whether the avatar has to fall silent for it; false: it must not
    must_not_answer = true        whether nothing may be answered, as it is with sounds, waits and stops
    patience = 8.0                seconds in which an answer has to begin
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, TypeAlias, get_args

from visavis.evaluate.client.wording import BURSTS, NOISES, Burst, Noise, parts, written
from visavis.evaluate.fields import Fields
from visavis.evaluate.scenarios import Kind
from visavis.media import LANGUAGES, Language

Deed: TypeAlias = Literal["types", "says", "has_read", "sounds", "waits", "stops", "returns_after"]
DEEDS: Final[tuple[Deed, ...]] = get_args(Deed)

WORDLESS: Final[frozenset[Deed]] = frozenset(("sounds", "waits", "stops"))
"""What asks for no answer."""

PATIENCE: Final = 8.0

LONGEST: Final = 60.0
"""Seconds of a pause in what is said."""

GOES_ON, BEGINS_ANEW = "goes on", "begins anew"
"""What stands for an answer where somebody comes back."""

YES, NO = "yes", "no"
"""How what is expected is written down beside regular expressions."""


@dataclass(frozen=True, slots=True)
class Turn:
    """See the head of this module. text: what is typed, said or read; seconds: of waiting or being away.

    expects: "answer", "interrupts", "must_not_answer" and "returns", as far as they are expected; as YES, NO
    or an expression.
    """

    deed: Deed
    text: str = ""
    seconds: float = 0.0
    burst: Burst = "cough"
    language: Language | None = None
    voice: str = ""
    noise: Noise | None = None
    snr: float = 20.0
    during: float | None = None
    patience: float = PATIENCE
    expects: Mapping[str, str] = field(default_factory=dict)

    @property
    def asks(self) -> bool:
        """Whether an answer is to come."""
        return not {"must_not_answer", "returns"} & self.expects.keys()

    @property
    def words(self) -> str:
        """What is said, for people."""
        told = {
            "sounds": f"({self.burst})",
            "waits": f"({self.seconds:g} s of silence)",
            "stops": "(stop)",
            "returns_after": f"(away for {self.seconds:g} s)",
        }
        return told.get(self.deed) or written(self.text)


@dataclass(frozen=True, slots=True)
class Conversation:
    """The turns in their order."""

    turns: tuple[Turn, ...]

    @property
    def text(self) -> str:
        """All that the visitor does, a line each."""
        return "\n".join(turn.words for turn in self.turns)

    def language(self, usual: Language) -> Language | None:
        """The one that it is held in; None: there are several. usual: where a turn names none."""
        spoken = {turn.language or usual for turn in self.turns if turn.text}
        return usual if spoken <= {usual} else None


def _read(fields: Fields, folder: Path) -> Conversation:
    tables = fields.tables("turn")
    if not tables:
        raise fields.wrong("there is no [[turn]] in it; write one")
    turns = tuple(map(_turn, tables))
    if turns[0].during is not None:
        raise tables[0].wrong("during is for a turn behind another one, while that is answered")
    return Conversation(turns)


def _turn(fields: Fields) -> Turn:
    deeds = [deed for deed in DEEDS if fields.has(deed)]
    if len(deeds) != 1:
        said = f"there are {' and '.join(deeds)}" if deeds else "nothing is done"
        raise fields.wrong(f"{said} in it; a turn does one of: {', '.join(DEEDS)}")
    deed = deeds[0]
    if deed == "stops" and not fields.flag("stops", True):
        raise fields.wrong("stops is false; write true, or leave the turn out")
    turn = Turn(
        deed,
        text=_said(fields, deed) if deed in ("types", "says", "has_read") else "",
        seconds=fields.number(deed, least=0.1, most=600.0) if deed in ("waits", "returns_after") else 0.0,
        burst=fields.choice("sounds", BURSTS) if deed == "sounds" else "cough",
        language=fields.choice("language", LANGUAGES) if fields.has("language") else None,
        voice=fields.text("voice", ""),
        noise=fields.choice("noise", NOISES) if fields.has("noise") else None,
        snr=fields.number("snr", 20.0, least=-20.0, most=60.0),
        during=fields.number("during", least=0.0, most=600.0) if fields.has("during") else None,
        patience=fields.number("patience", PATIENCE, least=0.5, most=120.0),
        expects=_expects(fields, deed),
    )
    fields.done()
    return turn


def _said(fields: Fields, deed: Deed) -> str:
    """What is typed, said or read."""
    text = fields.text(deed)
    if deed == "says" and not written(text):
        raise fields.wrong(f"says is {text!r}, and there are no words in it; write some, or: waits = 1.0")
    if deed == "says" and any(pause > LONGEST for _, pause in parts(text)):
        raise fields.wrong(f"says has a pause of more than {LONGEST:g} s; write a shorter one")
    return text


def _expects(fields: Fields, deed: Deed) -> dict[str, str]:
    found: dict[str, str] = {}
    if deed == "returns_after":
        return {"answer": GOES_ON, "returns": YES}
    if answer := fields.text("answer", ""):
        found["answer"] = _expression(fields, answer)
    interrupts = fields.flag("interrupts", True)
    if fields.has("interrupts"):
        found["interrupts"] = YES if interrupts else NO
    elif deed == "stops":
        found["interrupts"] = YES
    if fields.flag("must_not_answer", deed in WORDLESS):
        found["must_not_answer"] = YES
    if "answer" in found and "must_not_answer" in found:
        raise fields.wrong("an answer is expected, and must not be given; leave one of them out")
    return found


def _expression(fields: Fields, found: str) -> str:
    try:
        re.compile(found)
    except re.error as error:
        raise fields.wrong(f"answer is {found!r}, which is no regular expression: {error}") from error
    return found


KIND: Final = Kind("conversation", _read)
