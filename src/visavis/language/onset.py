"""Where the first words of a reply may be parted from the rest, which is still being thought of.

A voice that waits for the first comma of a text that comes at twenty tokens a second is silent for a second
too long. Words are weighed here, not searched for: what is given is the text so far.
"""

import re

from visavis.language.characters import MARKS, ZWNJ
from visavis.language.grammar import Grammar

EARLIEST = 1.0
"""Seconds of speech before a word that begins a phrase, from which the phrase before it stands alone."""

LATE = 1.9
LATEST = 3.2
"""Seconds of speech after which words are parted where no phrase begins, unless they belong together; and
after which they are parted though they do."""

_WORD = re.compile(r"\S+")
_WITHIN = {ord("'"): None, ord("’"): None, ord(ZWNJ): None}


def answers(head: str, grammar: Grammar) -> bool:
    """Whether a text that a mark ends is a word said for itself: Well, Sure, 好的, Bueno, خب."""
    return head.strip(f"{MARKS} ¡¿").lower() in grammar.answers


def parted(text: str, seconds: tuple[float, ...], grammar: Grammar) -> int | None:
    """Where a text that goes on behind its last character may be cut now; None: nowhere as yet.

    text: its last character begins a word, or is one where words are not spaced.
    seconds: of speech before each of its characters, as many as there are.
    """
    return _spaced(text, seconds, grammar) if grammar.space else _unspaced(text, seconds, grammar)


def _spaced(text: str, seconds: tuple[float, ...], grammar: Grammar) -> int | None:
    """Before the last whole word, if a phrase begins with it, else behind it, if it is late."""
    *_, last, here = (0, *(word.start() for word in _WORD.finditer(text)))
    word = text[last:here].strip().lower()
    if seconds[last] >= EARLIEST and word in grammar.phrases and _ends(text[:last], grammar):
        return last
    named = text[last].isupper() and text[here].isupper()
    if seconds[here] >= LATE and _ends(text[:here], grammar) and not named and not text[here].isdigit():
        return here
    return here if seconds[here] >= LATEST and word.isalpha() else None


def _ends(head: str, grammar: Grammar) -> bool:
    """Whether a phrase can end with the last word of a text: no number, sign or article."""
    word = head.split()[-1].lower()
    return word.translate(_WITHIN).isalpha() and not grammar.leans(word)


def _unspaced(text: str, seconds: tuple[float, ...], grammar: Grammar) -> int | None:
    """Before a phrase's first word, which is at the end, or behind a character that ends one."""
    for word in grammar.phrases:
        if text.endswith(word) and seconds[-len(word)] >= EARLIEST and _goes(text[: -len(word)]):
            return len(text) - len(word)
    ending = re.search(f"(?:{grammar.endings})$", text[:-1]) if grammar.endings else None
    late = seconds[-1] >= LATE and ending and not re.match(grammar.unparted, text[-2:])
    return len(text) - 1 if late else None


def _goes(head: str) -> bool:
    """Whether what a cut would leave before it ends with a letter."""
    return head[-1:].isalpha()
