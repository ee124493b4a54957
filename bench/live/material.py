"""What users ask and have said, typed or spoken, and how to know whether an answer was the right one."""

from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from visavis.evaluate.client import sounding
from visavis.evaluate.client.loudness import voiced
from visavis.evaluate.client.microphone import RATE
from visavis.evaluate.client.sounding import Speaker
from visavis.media import Samples
from visavis.voices.spectrum import at_rate

if TYPE_CHECKING:
    from visavis.engines.llm.scripted_persona import Entry

JFK: Final = Path(__file__).parents[3] / "shared/media/jfk.flac"
JFK_ASKS: Final = (8.0, 10.6)
"""Seconds of that recording in which he says: ask what you can do for your country."""

JFK_EVERY: Final = 6
"""Turns, of which he takes one."""

SPEAKERS: Final = ("james", "emma", "oliver", "grace")

QUESTIONS: Final = (
    ("what can you do", "what can you do"),
    ("who are you", "who are you"),
    ("who made you", "who made you"),
    ("how are you", "how are you today"),
    ("what is visavis", "what is this program"),
    ("languages", "which languages do you speak"),
    ("change language", "how do i change the language"),
    ("register avatar", "how do i make my own avatar"),
    ("interrupt", "can i interrupt you"),
    ("joke", "tell me a joke"),
    ("privacy", "what happens to my data"),
)
"""What the shipped persona knows: the entry that answers it, and the question."""

SENTENCES: Final = (
    "Good morning, and welcome to the museum of natural history.",
    "Please take a seat, somebody will be with you in a minute.",
    "The next train to the airport leaves from platform seven.",
    "Thank you for waiting, your table is ready now.",
)

SPEECH: Final = """\
Four score and seven years ago our fathers brought forth on this continent, a new nation, conceived in
Liberty, and dedicated to the proposition that all men are created equal. Now we are engaged in a great
civil war, testing whether that nation, or any nation so conceived and so dedicated, can long endure. We are
met on a great battle-field of that war. We have come to dedicate a portion of that field, as a final
resting place for those who here gave their lives that that nation might live.
"""
"""Abraham Lincoln, 1863: half a minute."""

INTERRUPTION: Final = "please wait a moment, that is enough for today"


class Turn(NamedTuple):
    """What somebody says: float32 [n] at RATE. entry: the persona's that answers it; "": there is none."""

    samples: Samples
    text: str
    entry: str = ""

    @property
    def begin(self) -> float:
        """Seconds to the first voiced sample."""
        return voiced(self.samples, RATE)[0] / RATE

    @property
    def end(self) -> float:
        """Seconds to the end of the last voiced sample."""
        return voiced(self.samples, RATE)[1] / RATE


async def questions(turns: int) -> list[Turn]:
    """So many spoken questions, none of them twice before every speaker has asked all, and Kennedy's."""
    asked = list(islice(_asked(), turns))
    sounds = [samples async for samples in spoken([(text, speaker) for _, text, speaker in asked])]
    made = [Turn(samples, text, entry) for samples, (entry, text, _) in zip(sounds, asked, strict=True)]
    his = kennedy()
    return [his if his and turn % JFK_EVERY == JFK_EVERY - 1 else one for turn, one in enumerate(made)]


def _asked() -> Iterator[tuple[str, str, str]]:
    """Entries, questions and speakers, without end."""
    turn = 0
    while True:
        entry, text = QUESTIONS[turn % len(QUESTIONS)]
        yield entry, text, SPEAKERS[(turn + turn // len(QUESTIONS)) % len(SPEAKERS)]
        turn += 1


async def spoken(said: Sequence[tuple[str, str]]) -> AsyncIterator[Samples]:
    """Texts, each in one of the espeak voices: float32 [n] at RATE."""
    from visavis.engines.tts.espeak import Espeak
    from visavis.streams import closing

    async with closing(Espeak()) as tts:
        for text, speaker in said:
            yield await sounding.spoken(text, Speaker("en", speaker), tts)


def kennedy() -> Turn | None:
    """A person's voice, where the recording is at hand; nobody has written an answer to what he asks."""
    if not JFK.exists():
        return None
    from visavis.sound import recording

    sound = recording(JFK)
    said = np.concatenate([chunk.samples for chunk in sound.chunks()])
    whole = at_rate(said, sound.rate, RATE).astype(np.float32)
    begin, end = (round(seconds * RATE) for seconds in JFK_ASKS)
    return Turn(whole[begin:end], "ask what you can do for your country")


class Answers:
    """What the shipped persona may answer, by entry."""

    def __init__(self) -> None:
        from visavis.engines.llm.scripted_persona import load

        persona = load(None)
        self._answers = {
            entry.id: [_plain(text.replace("{name}", persona.name["en"])) for text in _said(entry)]
            for entry in persona.entries
            if "en" in entry.words
        }

    def are_right(self, entry: str, said: str) -> bool:
        """Whether what has been said so far is the beginning of one of an entry's answers."""
        begun = _plain(said)
        return bool(begun) and any(answer.startswith(begun) for answer in self._answers[entry])


def _said(entry: "Entry") -> tuple[str, ...]:
    words = entry.words["en"]
    return (*words.say, *words.more)


def _plain(text: str) -> str:
    """Letters alone."""
    return "".join(filter(str.isalpha, text.lower()))
