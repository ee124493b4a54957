"""A text that is said, from beginning to end, and filmed.

    text = "What is to be said."
or, for a long one, sentences that are repeated in changing order until there are so many characters:
    sentences = ["One.", "Another one."]
    characters = 5000
and, all of which can be left out:
    size = 256                    pixels a side; else the size that is asked for
    fps = 10                      pictures a second; else those that are asked for
    filmed = 20.0                 seconds of its end that pictures are made of; else of all
    reference = "voice.wav"       a recording of who is meant to speak; the voice is made to resemble it
    recording = "text.wav"        this very text, said by that person, to compare with
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from visavis.evaluate.fields import Fields
from visavis.evaluate.scenarios import Kind

LONGEST: Final = 1_000_000
"""Characters; fifteen hours."""


@dataclass(frozen=True, slots=True)
class Saying:
    """What is said, and how it is filmed; None: as everything else is.

    filmed: seconds of the end that pictures are made of; None: of all.
    reference, recording: sound files, of the person who is meant to speak, and of this text by that person.
    """

    text: str
    size: tuple[int, int] | None = None
    fps: int | None = None
    filmed: float | None = None
    reference: Path | None = None
    recording: Path | None = None


def lengthened(sentences: Sequence[str], characters: int, between: str = " ") -> str:
    """Sentences, repeated until there are so many characters at least; each round begins with another one."""
    paragraphs: list[str] = []
    length = 0
    for paragraph in _rounds(sentences):
        said: list[str] = []
        for sentence in paragraph:
            said.append(sentence)
            length += len(sentence) + len(between)
            if length > characters:
                return "\n\n".join([*paragraphs, between.join(said)])
        paragraphs.append(between.join(said))
        length += 2 - len(between)
    raise AssertionError("rounds do not end")


def _rounds(sentences: Sequence[str]) -> Iterator[Sequence[str]]:
    first = 0
    while True:
        yield (*sentences[first:], *sentences[:first])
        first = (first + 1) % len(sentences)


def _read(fields: Fields, folder: Path) -> Saying:
    size = fields.count("size", least=256, most=1024) if fields.has("size") else None
    if size is not None and size % 2:
        raise fields.wrong(f"size is {size}; write an even number")
    return Saying(
        _text(fields),
        None if size is None else (size, size),
        fields.count("fps", least=10, most=60) if fields.has("fps") else None,
        fields.number("filmed", least=1.0, most=3600.0) if fields.has("filmed") else None,
        _file(fields, "reference", folder),
        _file(fields, "recording", folder),
    )


def _text(fields: Fields) -> str:
    if not fields.has("sentences"):
        return fields.text("text")
    if fields.has("text"):
        raise fields.wrong("there is a text and there are sentences; leave one of them out")
    sentences = fields.texts("sentences")
    if not sentences:
        raise fields.wrong("sentences is empty; write some")
    return lengthened(sentences, fields.count("characters", least=1, most=LONGEST))


def _file(fields: Fields, key: str, folder: Path) -> Path | None:
    if not fields.has(key):
        return None
    path = folder / fields.text(key)
    if not path.is_file():
        raise fields.wrong(f"{key} names {path}, and there is no such file; check its name")
    return path


KIND: Final = Kind("utterance", _read)
