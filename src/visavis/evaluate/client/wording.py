"""How it is written what a visitor says, and what is heard besides: pauses in a text, and kinds of noise."""

import re
from collections.abc import Iterator
from typing import Final, Literal, TypeAlias, get_args

Noise: TypeAlias = Literal["hum", "hiss", "murmur"]
"""A fan, rain, and people at other tables, of whom no word is understood."""
NOISES: Final[tuple[Noise, ...]] = get_args(Noise)

Burst: TypeAlias = Literal["cough", "knock", "clap", "mhm"]
"""What is heard of somebody without a word; the last one, of 170 ms, is how people say that they listen."""
BURSTS: Final[tuple[Burst, ...]] = get_args(Burst)

PAUSE: Final = re.compile(r"<pause\s+(\d+(?:\.\d+)?)\s*s?>")
"""As in: I would like to <pause 0.8 s> know your name. Seconds."""


def parts(text: str) -> Iterator[tuple[str, float]]:
    """What is said between pauses, and the seconds of pause behind each."""
    split = PAUSE.split(text)
    for said, pause in zip(split[::2], [*split[1::2], "0"], strict=True):
        if said.strip():
            yield said.strip(), float(pause)


def written(text: str) -> str:
    """A text without its pauses."""
    return " ".join(PAUSE.sub(" ", text).split())
