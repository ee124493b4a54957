"""Elements of HTML, SVG and XML as text: what is not markup already is escaped on its way in.

Owns escaping. Refuses to know what a page says. All that comes out is well-formed XML too, but for scripts.
"""

import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import Final, TypeAlias

VOID: Final = {"meta", "br", "img", "input", "hr", "path", "rect", "line", "circle", "image", "polyline"}
"""Elements without content; they are closed at once."""

FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0, 2.2, does not take, nor UTF-8."""


class Markup(str):
    """Text that is markup, and goes into other markup as it is."""

    __slots__ = ()


Value: TypeAlias = str | float | bool | None
"""Of an attribute; True stands without one, False and None leave it out."""

Child: TypeAlias = str | Iterable["Child"] | None


def element(name: str, attributes: Mapping[str, Value] | None = None, *children: Child) -> Markup:
    """One element with what is in it; texts are escaped, None is nothing."""
    opening = name + "".join(_attribute(key, value) for key, value in (attributes or {}).items())
    if name in VOID:
        return Markup(f"<{opening}/>")
    return Markup(f"<{opening}>{joined(*children)}</{name}>")


def joined(*children: Child) -> Markup:
    """Markup and texts, one after the other."""
    return Markup("".join(_child(child) for child in children))


def number(value: float) -> str:
    """A coordinate: a tenth is as fine as anybody sees."""
    shown = f"{value:.1f}".removesuffix(".0")
    return "0" if shown == "-0" else shown


def _attribute(name: str, value: Value) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return f' {name}=""'
    shown = value if isinstance(value, str) else number(value)
    return f' {name}="{_clean(shown)}"'


def _child(child: Child) -> str:
    if child is None:
        return ""
    if isinstance(child, Markup):
        return child
    return _clean(child) if isinstance(child, str) else joined(*child)


def _clean(text: str) -> str:
    return escape(FORBIDDEN.sub("\ufffd", text))
