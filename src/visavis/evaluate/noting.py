"""What is said when, taken down while it is said: the clauses as the voice asks for them, and its phones.

A voice asks for a clause when it has given the sound of the one before, or earlier. Owns telling the one from
the other: only in the first case are the times of clauses known.
"""

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from visavis.contracts import Clause, Stream
from visavis.media import AudioChunk, Language, Phone


@dataclass(frozen=True, slots=True)
class Line:
    """A clause, and from when on it is said, in seconds."""

    start: float
    clause: Clause


class Notes:
    """Notes of one utterance. seconds: of sound so far. knows: whether the voice has told its phones."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.knows = True
        self._phones: list[Phone] = []
        self._lines: list[Line] = []

    def clauses(self, clauses: Iterable[Clause]) -> Iterator[Clause]:
        """The same clauses, each noted when it is asked for."""
        for clause in clauses:
            self._lines.append(Line(self.seconds, clause))
            yield clause

    async def chunks(self, chunks: Stream[AudioChunk]) -> Stream[AudioChunk]:
        """The same chunks, noted as they pass."""
        async with contextlib.aclosing(chunks):
            async for chunk in chunks:
                self.seconds = chunk.end / chunk.rate
                self.knows = self.knows and chunk.phones is not None
                self._phones += chunk.phones or ()
                yield chunk

    def phones(self, since: float = 0.0) -> tuple[Phone, ...]:
        """What the voice told, from a moment on, in seconds after it."""
        later = (phone for phone in self._phones if self.knows and phone.start >= since - 1e-6)
        return tuple(replace(phone, start=phone.start - since, end=phone.end - since) for phone in later)

    def lines(self) -> tuple[Line, ...]:
        """The clauses in order; () where their times are not known."""
        apart = all(one.start < other.start for one, other in pairwise(self._lines))
        return tuple(self._lines) if apart else ()


def languages(lines: Iterable[Line], begin: float, end: float) -> tuple[tuple[Language, float, float], ...]:
    """Which language is said from when to when, in seconds after `begin`; neighbours are joined."""
    spans: list[tuple[Language, float, float]] = []
    for line in lines:
        start = max(0.0, line.start - begin)
        if spans:
            spans[-1] = (*spans[-1][:2], start)
        if not spans or spans[-1][0] != line.clause.language:
            spans.append((line.clause.language, start, start))
    if spans:
        spans[-1] = (*spans[-1][:2], end - begin)
    return tuple(spans)


def last_lines(lines: tuple[Line, ...], end: float, seconds: float) -> tuple[Line, ...]:
    """The clauses of the last so many seconds, from one on that text begins with; at least one such."""
    beginnings = [place for place, line in enumerate(lines) if line.clause.written.strip()]
    if not beginnings:
        return ()
    within = (place for place in beginnings if lines[place].start >= end - seconds)
    return lines[next(within, beginnings[-1]) :]


def said(lines: Iterable[Line]) -> str:
    """The text of clauses, as it was written."""
    return "".join(line.clause.written for line in lines).strip()
