"""A conversation as a language model is told it, and an answer as it is to be said. Pure.

Servers differ in what they take: one system message in front, then the user and the assistant in turns, is
what all of them understand.
"""

from collections.abc import Iterator, Sequence
from itertools import chain, groupby

from visavis.contracts import Utterance

SYSTEM = (
    "You are the mind of a talking avatar: whatever you answer is spoken aloud, word for word. "
    "Answer in the language of the user's last message. Be brief: one to three short sentences, unless you "
    "are asked for more; begin with the answer itself. Write plain sentences as people say them: no markup, "
    "no lists, no headings, no emoji, no stage directions. The user's words come from a speech recogniser "
    "and may be misheard: answer what was most likely meant, and ask if you cannot tell."
)

MOST = 24_000
"""Characters of a conversation that are sent; older turns are left out."""

LONGEST = 20_000
"""Characters after which an answer is taken for one that never ends."""

_OPENING, _CLOSING = "<think>", "</think>"


def messages(history: Sequence[Utterance], system: str, most: int = MOST) -> list[dict[str, str]]:
    """What is sent: `system` and the history's own system turns, then the newest turns, `most` characters.

    Turns of one speaker in a row, as an interruption leaves them, become one; the last is always sent.
    """
    told = [system, *(turn.text for turn in history if turn.role == "system")]
    turns = [turn for turn in history if turn.role != "system" and (turn.text.strip() or turn is history[-1])]
    kept = [("system", "\n\n".join(filter(None, told))), *_joined(_newest(turns, most))]
    return [{"role": role, "content": _sendable(text)} for role, text in kept]


def _sendable(text: str) -> str:
    """A text without halves of characters, which UTF-8 has no bytes for."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _newest(turns: Sequence[Utterance], most: int) -> Sequence[Utterance]:
    """The last turns that together have at most so many characters, beginning with one of the user's."""
    length, first = 0, len(turns)
    for place in reversed(range(len(turns))):
        length += len(turns[place].text)
        if length > most and first < len(turns):
            break
        if turns[place].role == "user":
            first = place
    return turns[first:]


def _joined(turns: Sequence[Utterance]) -> Iterator[tuple[str, str]]:
    for role, group in groupby(turns, key=lambda turn: turn.role):
        yield role, "\n".join(turn.text for turn in group)


def said(pieces: Iterator[str]) -> Iterator[str]:
    """The part of an answer that is for the user: what a model thinks in <think> before it is left out."""
    held = _opening(pieces)
    if held.startswith(_OPENING):
        held = _behind_thoughts(held, pieces).lstrip()
    if held:
        yield held
    yield from filter(None, pieces)


def _opening(pieces: Iterator[str]) -> str:
    """As much of an answer as tells whether it begins with thoughts."""
    held = ""
    for piece in pieces:
        held = (held + piece).lstrip()
        if not _OPENING.startswith(held):
            break
    return held


def _behind_thoughts(held: str, pieces: Iterator[str]) -> str:
    """What follows the thoughts in the piece in which they end."""
    for piece in chain(("",), pieces):
        held = held[-len(_CLOSING) :] + piece if piece else held
        if _CLOSING in held:
            return held.partition(_CLOSING)[2]
    return ""
