"""What a reader sees of a text: Markdown, HTML and emoji taken out, breaks between lines put in.

Works on a stream of characters and looks ahead no further than a construct can reach, so that what
it gives does not depend on the pieces in which the text came. It knows no language.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from html import unescape
from html.entities import html5
from typing import Literal

from visavis.language.characters import PICTURE, Ahead, seen
from visavis.language.tables import words

LINE = "\u2028"
PARAGRAPH = "\u2029"
"""The breaks in what `plain` gives: Unicode's own separators."""

WRAPPED_COLUMNS = 45
"""A line at least this wide was broken because the page ended there, not the thought."""

LONGEST_LINK_TEXT = 400
LONGEST_ADDRESS = 1000
LONGEST_TAG = 1000
LONGEST_OPENING = 200

PARAGRAPH_TAGS = frozenset(words("p h1 h2 h3 h4 h5 h6 hr table ul ol blockquote section article title"))
LINE_TAGS = frozenset(
    words(
        """
    address aside br caption dd div dl dt figcaption figure footer form head header html li main nav
    option pre summary tbody td tfoot th thead tr
    """
    )
)
INLINE_TAGS = frozenset(
    words(
        """
    a abbr b bdi bdo body button cite code del details dfn em font i img input ins kbd label link
    mark meta q s samp select small span strike strong sub sup svg textarea time tt u var wbr
    """
    )
)
HIDDEN_TAGS = frozenset(("script", "style"))
TAGS = PARAGRAPH_TAGS | LINE_TAGS | INLINE_TAGS | HIDDEN_TAGS

_ASCII_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_NAME = _ASCII_LETTERS | frozenset("0123456789")
_IN_ADDRESS = frozenset(map(chr, range(0x21, 0x7F))) - frozenset("<>")
_LINE_SIGNS = frozenset(" \t\r#>-+*_=|:~`•◦▪‣.)[]xX0123456789")
_RULE = re.compile(r"(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|={3,}|\|?[ \t:]*-[-|: \t]*")
_BLOCK = re.compile(
    r"[ \t]*(?:(?P<heading>#{1,6}[ \t]+)|(?P<quote>>)|(?P<item>[-+*•◦▪‣][ \t]+(?:\[[ xX]\][ \t]+)?)"
    r"|(?P<number>\d{1,3})[.)][ \t]+|(?P<table>\|))"
)
_FENCE = re.compile(r"[ \t]*(?:```|~~~)")
_EMOTICON = re.compile(r"[:;=]['-]?[()DPpoO|/\\*]+|<3+")
_SENTENCE_ENDS = frozenset(".?!。？！؟…:：")


def plain(pieces: Iterable[str]) -> Iterator[str]:
    """The text to be read, in small strings: LINE and PARAGRAPH at breaks, PICTURE where an emoji stood.

    A list keeps its numbers, with a comma; the cells of a table are separated by commas; a line that
    was only wrapped goes on after a space.
    """
    return _Reader(Ahead(pieces)).text()


class _Reader:
    """Reads one text from its beginning to its end.

    _line: what the line that is being read is.
    _before: the character that was given out last, "" where a line begins.
    _columns: how wide the line is so far.
    """

    def __init__(self, ahead: Ahead) -> None:
        self._ahead = ahead
        self._line: Literal["text", "item", "heading", "table", "code", "empty"] = "text"
        self._fenced = False
        self._before = ""
        self._columns = 0

    def text(self) -> Iterator[str]:
        yield from self._line_opening()
        while character := self._ahead.take():
            if character in _NAME:
                yield self._given(character)
            elif character == "\n":
                yield from self._line_end()
            elif self._fenced:
                yield self._given(seen(character))
            else:
                yield from self._construct(character)

    def _given(self, text: str) -> str:
        """Note what is given out, for the decisions that hang on what stands before."""
        if text:
            self._before = text[-1]
            self._columns += 2 if unicodedata.east_asian_width(self._before) in "WF" else 1
        return text

    def _line_end(self) -> Iterator[str]:
        """Decide what a newline, just taken, means, and open the next line."""
        line, columns, before = self._line, self._columns, self._before
        empty = self._skip_empty_lines()
        if not self._ahead.peek():
            return
        self._before, opening = "", list(self._line_opening())
        same = before not in _SENTENCE_ENDS and self._ahead.peek().islower()
        if empty or "empty" in (line, self._line):
            yield PARAGRAPH
        elif line in ("text", "item") and self._line == "text" and (columns >= WRAPPED_COLUMNS or same):
            yield " "
        else:
            yield LINE
        yield from opening

    def _skip_empty_lines(self) -> bool:
        """Leave out lines without anything in them; tells whether there were any."""
        found = False
        while True:
            indent = self._ahead.run(" \t\r", LONGEST_OPENING)
            if self._ahead.peek(len(indent)) != "\n":
                return found
            self._ahead.skip(len(indent) + 1)
            found = True

    def _line_opening(self) -> Iterator[str]:
        """Take what opens a line: its indent, a fence, the marks of headings, quotes, items and tables."""
        self._line, self._columns = ("code" if self._fenced else "text"), 0
        while True:
            opening = self._ahead.run(_LINE_SIGNS, LONGEST_OPENING)
            if _FENCE.match(opening):
                self._fenced = not self._fenced
                return self._skip_line()
            if self._fenced:
                return None
            if self._ahead.peek(len(opening)) in ("", "\n") and _RULE.fullmatch(opening.strip()):
                return self._skip_line()
            if not (block := _BLOCK.match(opening)):
                return self._ahead.skip(len(self._ahead.run(" \t\r", LONGEST_OPENING)))
            self._ahead.skip(block.end())
            self._line = "heading" if block["heading"] else "table" if block["table"] else "item"
            if block["number"]:
                yield self._given(f"{block['number']}, ")

    def _skip_line(self) -> None:
        """Leave out the rest of a line that says nothing."""
        self._line = "empty"
        while self._ahead.peek() not in ("", "\n"):
            self._ahead.take()

    def _construct(self, character: str) -> Iterator[str]:
        """Give what is to be read of whatever begins with this character, just taken."""
        match character:
            case "*" | "_" | "~" | "`":
                yield self._given(self._emphasis(character))
            case "[":
                yield self._given(self._link())
            case "<":
                yield self._given(self._tag())
            case "&":
                yield self._given(self._entity())
            case "|":
                yield self._given(self._bar())
            case "\\":
                yield self._given(" " if self._ahead.peek() in _NAME else seen(self._ahead.take() or " "))
            case "!" if self._ahead.peek() == "[":
                pass
            case ":" | ";" | "=" if self._emoticon(character):
                yield self._given(PICTURE)
            case _:
                yield self._given(seen(character))

    def _emphasis(self, sign: str) -> str:
        """Keep a sign that does not shape the text: 2 * 3, snake_case, ~5."""
        more = len(self._ahead.run(sign, LONGEST_OPENING))
        self._ahead.skip(more)
        before, after = self._before, self._ahead.peek()
        if more or sign == "`":
            return ""
        if sign == "*":
            keep = before == " " == after or (before.isdigit() and after.isdigit())
        else:
            keep = sign == "~" or (before.isalnum() and after.isalnum())
        return sign if keep else ""

    def _bar(self) -> str:
        """A comma between the cells of a table; a bar that is not one separates no words."""
        spaced = self._before == " " == self._ahead.peek()
        self._ahead.skip(len(self._ahead.run(" \t\r", LONGEST_OPENING)))
        at_end, in_table = self._ahead.peek() in ("", "\n"), self._line == "table"
        return "" if at_end else ", " if spaced or in_table else " "

    def _link(self) -> str:
        """Take the brackets and the address of a link, so that its text comes next."""
        self._ahead.put_back("[")
        text = self._ahead.enclosed("[", "]", LONGEST_LINK_TEXT)
        if not text:
            return self._ahead.take()
        self._ahead.skip(len(text))
        target = {"(": ")", "[": "]"}.get(self._ahead.peek())
        if target:
            self._ahead.skip(len(self._ahead.enclosed(self._ahead.peek(), target, LONGEST_ADDRESS)))
        elif not text.strip("[]^0123456789"):
            return ""
        self._ahead.put_back(text[1:-1] if target else f"{text[1:-1]})")
        return "" if target else "("

    def _tag(self) -> str:
        """Take an HTML tag, a comment or the brackets around an address; else < is a sign."""
        if self._ahead.peek() == "3" and self._emoticon("<"):
            return PICTURE
        if self._ahead.run("!-", 3) == "!--":
            self._ahead.skip_to("-->")
            self._ahead.skip(3)
            return ""
        closing = self._ahead.peek() == "/"
        name = self._tag_name(1 if closing else 0)
        if name not in TAGS:
            return self._autolink()
        self._ahead.put_back("<")
        tag = self._ahead.enclosed("<", ">", LONGEST_TAG, 1)
        self._ahead.skip(len(tag) or 1)
        if not tag:
            return "<"
        if name in HIDDEN_TAGS and not closing:
            self._ahead.skip_to(f"</{name}")
        return PARAGRAPH if name in PARAGRAPH_TAGS else LINE if name in LINE_TAGS else ""

    def _tag_name(self, place: int) -> str:
        """The letters of a tag's name, from this place on, in lower case."""
        name = ""
        while len(name) < 12 and (letter := self._ahead.peek(place + len(name))) in _NAME:
            name += letter
        return name.lower()

    def _autolink(self) -> str:
        """Take the brackets of <https://example.com>; the address comes next."""
        address = self._ahead.run(_IN_ADDRESS, LONGEST_ADDRESS)
        if self._ahead.peek(len(address)) != ">" or not ("@" in address or ":" in address):
            return "<"
        self._ahead.skip(len(address) + 1)
        self._ahead.put_back(address)
        return ""

    def _entity(self) -> str:
        """Put what an HTML entity stands for in its place; else & is a sign."""
        name = self._ahead.run(_NAME | {"#"}, 25)
        known = f"{name};" in html5 or re.fullmatch(r"#(?:\d{1,7}|[xX][0-9A-Fa-f]{1,6})", name)
        if not known or self._ahead.peek(len(name)) != ";":
            return "&"
        self._ahead.skip(len(name) + 1)
        return "".join(map(seen, unescape(f"&{name};")))

    def _emoticon(self, eyes: str) -> bool:
        """Take the rest of :-) and its like, where one begins with these eyes."""
        if self._before not in ("", " "):
            return False
        rest = self._ahead.run("'-()DPpoO|/\\*3", 4)
        if not _EMOTICON.fullmatch(eyes + rest) or self._ahead.peek(len(rest)) in _NAME:
            return False
        self._ahead.skip(len(rest))
        return True
