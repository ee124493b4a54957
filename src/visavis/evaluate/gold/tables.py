"""A table of transcripts to rows: CSV, TSV, LJSpeech's bars, JSON lines; with column names or without.

Owns delimiters, column names and what can be wrong with a line. Refuses to look for the files that are named.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ENDINGS: Final = (".csv", ".tsv", ".jsonl")

NAMES: Final = {
    "file": ("file", "path", "filename", "file_name", "audio", "audio_file", "audio_filepath", "wav"),
    "text": ("text", "transcript", "transcription", "sentence"),
    "language": ("language", "locale", "lang"),
    "speaker": ("speaker", "speaker_id", "client_id"),
    "by": ("by",),
}
"""Columns, and what they are called in the data sets that people have (Common Voice, audio folders, NeMo)."""

LARGEST: Final = 50_000_000
"""Bytes of a table."""

_ORDER: Final = ("file", "text", "language", "speaker")
_LJSPEECH: Final = ("file", "text", "normalised")
_DELIMITERS: Final = ("\t", "|", ";", ",")
_CALLED: Final = {name: column for column, names in NAMES.items() for name in names}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table. where: the table, and the line. by: who wrote the text down, where it is told."""

    where: str
    file: str
    text: str
    language: str = ""
    speaker: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong, and where: a sentence. foreign: whether it is only that a table holds no transcripts."""

    where: str
    what: str
    foreign: bool = False

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def rows(path: Path, called: str, is_recording: Callable[[str], bool]) -> Iterator[Row | Trouble]:
    """The rows of a table, and what is wrong with it, line by line. Blocks.

    called: what the table is called in sentences.
    is_recording: whether a cell names a recording, by which a table without column names is known.
    """
    text = decoded(path, called, LARGEST)
    if isinstance(text, Trouble):
        yield text
    elif path.suffix.lower() == ".jsonl":
        yield from _objects(text, called)
    else:
        yield from _table(text, path.suffix.lower(), called, is_recording)


def decoded(path: Path, called: str, largest: int) -> str | Trouble:
    """What a text file says, its lines parted by line feeds alone. Blocks."""
    try:
        size = path.stat().st_size
        if size > largest:
            return Trouble(called, f"it has {size} bytes, and may have {largest}; is it what it is called?")
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except OSError as error:
        return Trouble(called, f"it cannot be read: {(error.strerror or str(error)).lower()}")
    except UnicodeDecodeError as error:
        return Trouble(called, f"byte {error.start + 1} is not UTF-8; save it as UTF-8")


def _objects(text: str, called: str) -> Iterator[Row | Trouble]:
    lines = [(f"{called}, line {number}", line) for number, line in enumerate(text.split("\n"), 1)]
    found = [(where, _object(line, where)) for where, line in lines if line.strip()]
    if not any(isinstance(cells, Trouble) or "file" in cells for _, cells in found):
        yield Trouble(called, "no line of it names a file", foreign=True)
        return
    for where, cells in found:
        yield cells if isinstance(cells, Trouble) else _row(where, cells)


def _object(line: str, where: str) -> dict[str, Any] | Trouble:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return Trouble(
            where, 'it is no JSON; write one object a line, such as {"file": "a.wav", "text": "A."}'
        )
    if not isinstance(found, dict):
        return Trouble(where, 'it is no object; write one a line, such as {"file": "a.wav", "text": "A."}')
    return {_CALLED[name.lower()]: value for name, value in found.items() if name.lower() in _CALLED}


def _table(
    text: str, ending: str, called: str, is_recording: Callable[[str], bool]
) -> Iterator[Row | Trouble]:
    first = next((line for line in text.split("\n") if line.strip(" \t|;,")), "")
    usual = "\t" if ending == ".tsv" else ","
    delimiters = (usual, *(delimiter for delimiter in _DELIMITERS if delimiter != usual))
    found = ((delimiter, _columns(first, delimiter, is_recording)) for delimiter in delimiters)
    delimiter, columns = next(((d, c) for d, c in found if c), ("", ()))
    if not columns:
        yield Trouble(
            called,
            "its first line has neither the column names file and text nor a recording and its text, parted "
            "by commas, semicolons, tabs or bars",
            foreign=True,
        )
        return
    has_names = not is_recording(_cells(first, delimiter)[0])
    for number, cells in _lines(text, delimiter):
        where = f"{called}, line {number}"
        if isinstance(cells, str):
            yield Trouble(where, cells)
        elif any(cell.strip() for cell in cells):
            if not has_names:
                yield _of_cells(where, cells, columns)
            has_names = False


def _columns(line: str, delimiter: str, is_recording: Callable[[str], bool]) -> tuple[str, ...]:
    """What the cells of a table are, by its first line; () where that cannot be its delimiter."""
    cells = _cells(line, delimiter)
    named = tuple(_CALLED.get(cell.strip().lower(), "") for cell in cells)
    if "file" in named and "text" in named:
        return named
    if len(cells) > 1 and is_recording(cells[0]):
        return _LJSPEECH if delimiter == "|" else _ORDER
    return ()


def _cells(line: str, delimiter: str) -> list[str]:
    return next((cells for _, cells in _lines(line, delimiter) if not isinstance(cells, str)), [""])


def _lines(text: str, delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """The cells of each line, or what is wrong, with its number.

    With tabs and bars a quotation mark is a quotation mark, for so the data sets are that use them.
    """
    if delimiter in "\t|":
        for number, line in enumerate(text.split("\n"), 1):
            yield number, [_unquoted(cell) for cell in line.split(delimiter)]
        return
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        yield reader.line_num, f"{error}; is a quotation mark missing?"


def _unquoted(cell: str) -> str:
    """What a spreadsheet has put into quotation marks."""
    inner = cell[1:-1].replace('""', "")
    return cell[1:-1].replace('""', '"') if cell[:1] == cell[-1:] == '"' and '"' not in inner else cell


def _of_cells(where: str, cells: Sequence[str], columns: Sequence[str]) -> Row | Trouble:
    if len(cells) < 2:
        return Trouble(where, "there is one cell, and there have to be a recording and its text")
    if len(cells) > len(columns):
        return Trouble(
            where,
            f"there are {len(cells)} cells, and {len(columns)} columns; put a text with such signs in quotes",
        )
    found: dict[str, Any] = {}
    for column, cell in zip(columns, cells, strict=False):
        if column and cell.strip():
            found.setdefault(column, cell)
    found.setdefault("text", found.pop("normalised", ""))
    return _row(where, found)


def _row(where: str, cells: dict[str, Any]) -> Row | Trouble:
    wrong = [column for column in NAMES if not isinstance(cells.get(column) or "", str)]
    if wrong:
        return Trouble(where, f"{wrong[0]} is {cells[wrong[0]]!r}; write a text")
    file, text, *more = ((cells.get(column) or "").strip() for column in NAMES)
    if not file:
        return Trouble(where, "no recording is named")
    return Row(where, file, " ".join(text.split()), *more)
