"""A text, as it comes, turned into clauses that can be read aloud."""

import re
from collections.abc import Iterable, Iterator, Sequence

from visavis.contracts import Clause
from visavis.errors import TextError
from visavis.language.characters import MARKS, script
from visavis.language.cutting import COMMA_PAUSE, SENTENCE_MARKS, SENTENCE_PAUSE, Cutter, Piece, seconds
from visavis.language.detect import BY_SCRIPT, TELLING, latin, leaning, possible
from visavis.language.grammar import grammar_of
from visavis.language.markup import plain
from visavis.language.reading import read
from visavis.language.runs import runs, unquoted
from visavis.media import Language

MOST_HELD = 3
"""Pieces of a sentence that may wait until its language is certain."""

LONGEST_CLAUSE = 14.0
"""Seconds of speech after which even plain words are cut."""


def clauses(
    text: str | Iterable[str], language: Language | None = None, early: bool = False
) -> Iterator[Clause]:
    """A text in pieces of any size, as clauses that are given out as soon as they are certain.

    The clauses are the same for any cutting of the text into pieces, and no more of it is held than
    one sentence. `language` None: found out, sentence by sentence. Where it is given, Latin letters
    are read in it if it is written in them; other scripts are always read in their own language.
    `early`: for a text that comes while it is being spoken; its first words come as soon as they can be
    spoken well, without waiting for a mark. What was `written` of all clauses, joined, is the text without
    markup, but for lines of signs that nobody reads aloud.

    Raises:
        TextError: nothing in the text can be spoken; when the first clause is asked for.
    """
    among = possible(language)
    cutter, source = Cutter(among, early), _Source([text] if isinstance(text, str) else text)
    spoken = False
    for piece, base in _with_languages(cutter.pieces(plain(source)), language, among):
        for clause in _clauses_of(piece, base, latin(among)):
            spoken = True
            yield clause
    if not spoken:
        what = "holds only emoji, which are not read aloud" if cutter.pictures else "holds only punctuation"
        what = "is empty" if source.empty else what
        raise TextError(f"there is nothing to say: the text {what}; write at least one word")


def warm() -> None:
    """Load the tables of all languages, which takes their first clauses some 30 ms each. Blocks."""
    for text in ("It is 1.", "Es el 1, señor.", "这是1。", "این 1 است."):
        for _ in clauses(text, early=True):
            pass


class _Source:
    """The pieces of a text; `empty` as long as there was nothing but space in them."""

    def __init__(self, pieces: Iterable[str]) -> None:
        self.empty = True
        self._pieces = pieces

    def __iter__(self) -> Iterator[str]:
        for piece in self._pieces:
            self.empty = self.empty and (not piece or piece.isspace())
            yield piece


def _with_languages(
    pieces: Iterable[Piece], given: Language | None, among: Sequence[Language]
) -> Iterator[tuple[Piece, Language]]:
    """Each piece with the language of its sentence, held back until that is certain."""
    held: list[Piece] = []
    known: Language | None = None
    last: Language | None = None
    for piece in pieces:
        held.append(piece)
        if given is not None:
            known = given if _is_written_in(piece.text, given) else leaning(piece.text, among)[0]
        elif known is None:
            likely, margin = leaning(unquoted(" ".join(part.text for part in held)), among)
            if last is not None and {last, likely} <= set(latin(among)) and margin < TELLING / 2:
                likely = last
            if margin >= TELLING or piece.ends or len(held) >= MOST_HELD:
                known = last = likely
        if known is not None:
            yield from ((part, known) for part in held)
            held.clear()
        if piece.ends:
            known = None
    yield from ((part, last or leaning(part.text, among)[0]) for part in held)


def _is_written_in(text: str, language: Language) -> bool:
    """Whether a text has letters of a language's script, or no letters at all."""
    scripts = {script(character) for character in text} - {""}
    own = next((kind for kind, only in BY_SCRIPT.items() if only == language), "latin")
    return not scripts or own in scripts


def _clauses_of(piece: Piece, base: Language, alike: Sequence[Language]) -> Iterator[Clause]:
    """A piece in words, a clause for each run of a language; the piece's pause is after the last one."""
    spoken: list[tuple[str, Language]] = []
    for run in runs(piece.text, base, alike):
        within = (run.language,) if run.language in alike else alike
        for part in runs(read(run.text, run.language), run.language, within):
            breaths = _breaths(_marked(part.text, part.language))
            spoken += [(text, part.language) for text in breaths if any(map(str.isalnum, text))]
    written = piece.space + piece.text
    for place, (text, language) in enumerate(spoken, 1):
        if place < len(spoken):
            yield Clause(text, language, _pause(text), written)
        else:
            goes_on = not piece.ends and text[-1] not in MARKS
            yield Clause(text + grammar_of(language).comma * goes_on, language, piece.pause, written)
        written = ""


def _marked(text: str, language: Language) -> str:
    """The punctuation that a language uses, where a run was taken out of another's sentence."""
    marks = grammar_of(language).marks
    after = " " if grammar_of(language).space else ""
    return re.sub(rf"[{''.join(marks)}] ?", lambda mark: marks[mark[0][0]] + after, text).strip()


def _pause(text: str) -> float:
    if text[-1] not in MARKS:
        return 0.0
    return SENTENCE_PAUSE if text[-1] in SENTENCE_MARKS else COMMA_PAUSE


def _breaths(text: str) -> Iterator[str]:
    """Words that became longer than a breath when they were spelt out, cut between words if they can be."""
    length, space = 0.0, 0
    start = 0
    for place, character in enumerate(text):
        length += seconds(character)
        if character == " " or character in MARKS:
            space = place + 1
        if length > LONGEST_CLAUSE:
            end = space if space > start else place
            yield text[start:end].strip()
            start, length = end, sum(map(seconds, text[end : place + 1]))
    yield text[start:].strip()
