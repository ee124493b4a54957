"""Which bytes of a file a request asks for (RFC 9110, sections 13 and 14). Pure."""

import re
from dataclasses import dataclass
from typing import Literal

_ONE = re.compile(r"bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes start to stop - 1 of a file of size bytes."""

    start: int
    stop: int
    size: int

    @property
    def content_range(self) -> str:
        return f"bytes {self.start}-{self.stop - 1}/{self.size}"


def span(
    wanted: str | None, if_range: str | None, etag: str, size: int
) -> Span | Literal["none of it"] | None:
    """What a Range header asks for; None is the whole file, as for headers that mean nothing to us.

    Several ranges at once are answered with the whole file, which is allowed and what players can do with.
    if_range: a range of another file than the one that has this etag is a range of nothing we know; so is
    one of a date, as no dates are given out.
    """
    match = _ONE.fullmatch(wanted.strip()) if wanted else None
    if match is None or (if_range is not None and if_range.strip() != etag):
        return None
    first, last = match.groups()
    if not first and not last:
        return None
    if not first:
        start, stop = max(0, size - int(last)), size
    else:
        start, stop = int(first), min(size, int(last) + 1) if last else size
        if last and int(last) < int(first):
            return None
    return Span(start, stop, size) if start < stop else "none of it"


def is_known(if_none_match: str | None, etag: str) -> bool:
    """Whether a client has this very file already."""
    if if_none_match is None:
        return False
    known = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return etag in known or known == ["*"]
