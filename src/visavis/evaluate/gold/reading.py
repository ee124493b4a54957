"""A folder of recordings with their transcripts: what is said in which file, by whom, in which language.

A transcript is NAME.txt beside a recording, or a line of a table (`tables`). Owns finding the files, and all
that can be wrong with what was written: that is told together, and nothing is done. A recording without a
transcript is no mistake: it is noted. Refuses to open recordings: thousands of them are listed in a moment.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Final

from visavis.errors import InputError, UnknownName
from visavis.evaluate.gold import tables
from visavis.evaluate.gold.tables import Row, Trouble
from visavis.language import language_of
from visavis.media import Language

RECORDINGS: Final = (".wav", ".flac", ".mp3", ".m4a", ".ogg", ".mp4", ".mov", ".mkv", ".webm")
"""What a recording's name ends with; of a video, the sound."""

NOBODY: Final = ("wavs", "wav", "clips", "audio", "recordings")
"""Folders that data sets keep all recordings in, which is why these are no speakers."""

MOST: Final = 20_000
"""Recordings in a folder."""

LONGEST: Final = 3_000
"""Characters of a transcript: more than anybody says in a minute."""

TOLD: Final = 12
"""Mistakes that are told one by one, and recordings that are named."""

_ENTRIES: Final = 200_000


@dataclass(frozen=True, slots=True)
class Entry:
    """A recording and what is said in it.

    language: None: nobody has told. speaker: "" where there is one only. by: which recogniser wrote the text;
        "" a person. where: the transcript, for sentences.
    """

    path: Path
    text: str
    language: Language | None
    speaker: str
    by: str
    where: str


@dataclass(frozen=True, slots=True)
class Gold:
    """What a folder holds.

    entries: by speaker and name. others: recordings without transcripts, with their speakers.
    foreign: tables that hold no transcripts.
    """

    folder: Path
    entries: tuple[Entry, ...]
    others: tuple[tuple[Path, str], ...]
    foreign: tuple[Trouble, ...] = ()

    def notes(self) -> Iterator[str]:
        """Sentences for the user about what is left out and what nobody has read over."""
        if self.others:
            named = listed([str(path.relative_to(self.folder)) for path, _ in self.others])
            yield f"without a transcript, and so left out: {named}"
        drafts = [entry for entry in self.entries if entry.by]
        if drafts:
            many = "1 transcript was" if len(drafts) == 1 else f"{len(drafts)} transcripts were"
            yield (
                f"{many} written by {drafts[0].by}, which mishears, and not read over by anybody; correct "
                f"what is wrong in {drafts[0].where.partition(',')[0]} and empty the column by"
            )
        if self.foreign:
            named = listed([table.where for table in self.foreign])
            yield f"tables without recordings and their texts, and so passed over: {named}"


def read(folder: Path) -> Gold:
    """What a folder holds. Blocks.

    Raises:
        InputError: it is none, holds nothing of use, or what was written in it is wrong: all that is.
    """
    _check(folder)
    folder = folder.resolve()
    files = _files(folder)
    recordings = [path for path in files if path.suffix.lower() in RECORDINGS]
    if not recordings:
        raise InputError(f"there are no recordings in {folder}; their names end with {', '.join(RECORDINGS)}")
    house = _House(folder, recordings)
    found = [*house.beside(files), *house.in_tables(files)]
    troubles = [one for one in found if isinstance(one, Trouble)]
    foreign = tuple(one for one in troubles if one.foreign)
    if len(foreign) < len(found):  # else these are what somebody meant to be transcripts
        troubles = [one for one in troubles if not one.foreign]
    entries, doubled = _once(one for one in found if isinstance(one, Entry))
    if troubles or doubled:
        raise InputError(_told(folder, [*troubles, *doubled]))
    said = {path: entry for path, entry in entries.items() if entry.text}
    if not said:
        raise InputError(
            f"none of the {len(recordings)} recordings in {folder} has a transcript; write what is said in "
            f"{recordings[0].name} into {recordings[0].with_suffix('.txt').name}, or all into a table, "
            "transcripts.tsv, with the columns file and text"
        )
    others = tuple((path, house.speaker(path)) for path in recordings if path not in said)
    return Gold(folder, tuple(sorted(said.values(), key=_place)), others, foreign)


class _House:
    """The recordings of a folder, by the names that transcripts give them."""

    def __init__(self, folder: Path, recordings: Sequence[Path]) -> None:
        self._folder = folder
        self._recordings = set(recordings)
        self._stems: dict[Path, list[Path]] = {}
        for path in recordings:
            self._stems.setdefault(path.with_suffix(""), []).append(path)

    def speaker(self, path: Path) -> str:
        """The folder that a recording is in, where it is named for somebody."""
        within = path.relative_to(self._folder).parts[:-1]
        return next((part for part in within if part.lower() not in NOBODY), "")

    def beside(self, files: Iterable[Path]) -> Iterator[Entry | Trouble]:
        """What NAME.txt says of NAME; other texts, such as a licence, are nobody's."""
        for path in files:
            meant = self._stems.get(path.with_suffix(""), []) if path.suffix.lower() == ".txt" else []
            called = str(path.relative_to(self._folder))
            if len(meant) > 1:
                yield Trouble(
                    called, f"it could belong to {' and to '.join(p.name for p in meant)}; leave one"
                )
            elif meant:
                text = tables.decoded(path, called, 4 * LONGEST)
                if isinstance(text, Trouble):
                    yield text
                else:
                    yield self._entry(Row(called, meant[0].name, " ".join(text.split())), meant[0])

    def in_tables(self, files: Iterable[Path]) -> Iterator[Entry | Trouble]:
        """What tables say."""
        for path in files:
            if path.suffix.lower() in tables.ENDINGS:
                called = str(path.relative_to(self._folder))
                for row in tables.rows(path, called, partial(self._is_one, path.parent)):
                    yield row if isinstance(row, Trouble) else self._of(row, path.parent)

    def _is_one(self, at: Path, cell: str) -> bool:
        return cell.strip().lower().endswith(RECORDINGS) or bool(self._meant(cell.strip(), at))

    def _of(self, row: Row, at: Path) -> Entry | Trouble:
        file = PurePosixPath(row.file.replace("\\", "/"))
        if not Path(os.path.normpath(at / file)).is_relative_to(self._folder):
            return Trouble(row.where, f"{row.file} is outside of {self._folder}; only what is in it is read")
        meant = self._meant(row.file, at)
        if len(meant) > 1:
            named = " and ".join(str(path.relative_to(self._folder)) for path in meant)
            return Trouble(row.where, f"{row.file} could be {named}; write the whole name")
        if not meant:
            return Trouble(row.where, f"there is no recording {row.file}; check its name or its link")
        return self._entry(row, meant[0])

    def _meant(self, cell: str, at: Path) -> list[Path]:
        """The recordings that a cell names: with its ending or without, where the table is or in NOBODY."""
        file = PurePosixPath(cell.replace("\\", "/"))
        for place in (at, *(at / name for name in NOBODY)):
            path = Path(os.path.normpath(place / file))
            if path in self._recordings:
                return [path]
            if stems := self._stems.get(path):
                return stems
        return []

    def _entry(self, row: Row, path: Path) -> Entry | Trouble:
        try:
            language = language_of(row.language)
        except UnknownName as error:
            return Trouble(row.where, str(error))
        if len(row.text) > LONGEST:
            return Trouble(
                row.where, f"the text has {len(row.text)} characters; a recording may be a minute long"
            )
        if row.text and not any(sign.isalnum() for sign in row.text):
            return Trouble(row.where, f"there is nothing to be said in {row.text!r}")
        return Entry(path, row.text, language, row.speaker or self.speaker(path), row.by, row.where)


def _check(folder: Path) -> None:
    """Refuse what is no folder."""
    if not folder.is_dir():
        what = "it is a file" if folder.exists() else "there is none"
        raise InputError(
            f"{folder} is no folder: {what}; name a folder with recordings and their transcripts"
        )


def _files(folder: Path) -> list[Path]:
    """All plain files in a folder, in order; hidden ones aside, and links to what is outside of it."""
    found: list[Path] = []
    try:
        for place, folders, names in os.walk(folder, onerror=_raised):
            folders[:] = [name for name in folders if not name.startswith(".")]
            shown = (Path(place, name) for name in names if not name.startswith("."))
            found += [path for path in shown if path.is_file() and path.resolve().is_relative_to(folder)]
            if len(found) > _ENTRIES:
                break
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise InputError(
            f"cannot read {error.filename or folder}: {said}; give yourself the right to"
        ) from error
    recordings = sum(path.suffix.lower() in RECORDINGS for path in found)
    if len(found) > _ENTRIES or recordings > MOST:
        raise InputError(f"there are more than {MOST} recordings in {folder}; name a folder with fewer")
    return sorted(found)


def _raised(error: OSError) -> None:
    raise error


def _once(entries: Iterable[Entry]) -> tuple[Mapping[Path, Entry], list[Trouble]]:
    """Each recording's transcript; two that differ are a mistake, an empty one gives way."""
    found: dict[Path, Entry] = {}
    troubles = []
    for entry in entries:
        first = found.setdefault(entry.path, entry)
        if not first.text:
            found[entry.path] = entry
        elif entry.text and entry.text != first.text:
            troubles.append(
                Trouble(entry.where, f"{entry.path.name} has another transcript in {first.where}; leave one")
            )
    return found, troubles


def _place(entry: Entry) -> tuple[str, str]:
    return entry.speaker, str(entry.path)


def _told(folder: Path, troubles: Sequence[Trouble]) -> str:
    shown = "".join(f"\n  {trouble}" for trouble in troubles[:TOLD])
    more = f"\n  and {len(troubles) - TOLD} more" if len(troubles) > TOLD else ""
    many = "is 1 mistake" if len(troubles) == 1 else f"are {len(troubles)} mistakes"
    return f"there {many} in {folder}; mend what is told:{shown}{more}"


def listed(names: Sequence[str]) -> str:
    """Names, and how many there are besides."""
    more = f" and {len(names) - TOLD} more" if len(names) > TOLD else ""
    return ", ".join(names[:TOLD]) + more
