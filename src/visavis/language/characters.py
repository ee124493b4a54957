"""Single characters: a stream of them with a look ahead, and what kind of thing each one is."""

import unicodedata
from collections import deque
from collections.abc import Container, Iterable, Iterator
from functools import lru_cache
from itertools import chain

PICTURE = "\ufffc"
"""Stands where an emoji stood: Unicode's object replacement character."""

NBSP = "\u00a0"
"""The no-break space, which also stands for its thin relatives: 10 000."""

ZWNJ = "\u200c"
"""The zero-width non-joiner, which Persian spelling needs: می‌روم."""


MARKS = "?？؟!！.。;；؛:：,，،、"
"""Punctuation that a voice makes heard; where several stand together the first of these is kept."""


class Ahead:
    """The characters of a text that comes in pieces, one at a time, with a look at those that follow.

    Never asks for a piece before it is needed.
    """

    def __init__(self, pieces: Iterable[str]) -> None:
        self._source: Iterator[str] = chain.from_iterable(pieces)
        self._seen: deque[str] = deque()

    def take(self) -> str:
        """The next character; "" at the end."""
        return self._seen.popleft() if self._seen else next(self._source, "")

    def peek(self, place: int = 0) -> str:
        """The character `place` after the next one, which stays; "" past the end."""
        while len(self._seen) <= place:
            if not (character := next(self._source, "")):
                return ""
            self._seen.append(character)
        return self._seen[place]

    def skip(self, count: int) -> None:
        """Leave out characters."""
        for _ in range(count):
            self.take()

    def skip_to(self, text: str, limit: int | None = None) -> bool:
        """Leave out characters until `text` is what comes next; tells whether it did, in `limit` of them."""
        left = limit
        while left is None or left > 0:
            if all(self.peek(place) == character for place, character in enumerate(text)):
                return True
            if not self.take():
                return False
            left = None if left is None else left - 1
        return False

    def put_back(self, text: str) -> None:
        """Make `text` what comes next."""
        self._seen.extendleft(reversed(text))

    def run(self, among: Container[str], limit: int) -> str:
        """The next characters as long as they are among these, at most `limit` of them; they stay."""
        found: list[str] = []
        while len(found) < limit and (character := self.peek(len(found))) and character in among:
            found.append(character)
        return "".join(found)

    def enclosed(self, opening: str, closing: str, limit: int, deepest: int = 4) -> str:
        """From the next character, which is `opening`, to its `closing` on the same line; they stay.

        "" where it does not come within `limit` characters, or after more than `deepest` openings.
        """
        found: list[str] = []
        depth = 0
        while len(found) < limit and (character := self.peek(len(found))) not in ("", "\n"):
            found.append(character)
            depth += (character == opening) - (character == closing)
            if not depth:
                return "".join(found)
            if depth > deepest:
                break
        return ""


@lru_cache(4096)
def seen(character: str) -> str:
    """What a reader sees of a character: itself, a space, PICTURE for an emoji, "" for the invisible.

    Bidirectional and other marks without a shape of their own go; ZWNJ stays.
    """
    point, category = ord(character), unicodedata.category(character)
    if character in "\u00a0\u2009\u202f":
        return NBSP
    if character in "\t\r" or category in ("Zs", "Zl", "Zp"):
        return " "
    if 0xFE00 <= point <= 0xFE0F or point == 0x20E3 or 0x1F3FB <= point <= 0x1F3FF:
        return ""
    if 0x1F000 <= point <= 0x1FAFF or 0xE0000 <= point <= 0xE007F:
        return PICTURE
    if category == "So" and not unicodedata.decomposition(character) and character not in "°©®№":
        return PICTURE
    if category in ("Cc", "Cs", "Co", "Cn") or (category == "Cf" and character != ZWNJ):
        return ""
    return character


@lru_cache(4096)
def script(character: str) -> str:
    """The script of a letter: "latin", "han", "arabic", "other"; "" for what is no letter."""
    if character < "\x80":
        return "latin" if character.isalpha() else ""
    point = ord(character)
    if not character.isalpha():
        return ""
    if point < 0x250 or 0x1E00 <= point < 0x1F00:
        return "latin"
    if 0x600 <= point < 0x780 or 0xFB50 <= point < 0xFE00 or 0xFE70 <= point < 0xFF00:
        return "arabic"
    if 0x2E80 <= point < 0x3040 or 0x3100 <= point < 0x3130 or 0x3400 <= point < 0xA000:
        return "han"
    return "han" if 0xF900 <= point < 0xFB00 or 0x20000 <= point < 0x40000 else "other"
