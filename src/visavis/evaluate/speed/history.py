"""What was measured, one run of `visavis bench` a line, in a file that only grows.

Owns the file's form, adding to it, and reading it back: lines that cannot be read are told, and stay. Refuses
to judge. Several may add at the same time, and a line is whole or not there.
"""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from io import FileIO
from pathlib import Path
from typing import Any, Final

from visavis.errors import InputError
from visavis.evaluate.results import rounded
from visavis.evaluate.speed.measuring import Measured
from visavis.evaluate.speed.sample import Sample
from visavis.evaluate.speed.work import Told
from visavis.transports.place import checked, sentences

SCHEMA: Final = 1

ENDINGS: Final = (".jsonl",)


@dataclass(frozen=True, slots=True)
class Figure:
    """A case of a work as it was measured, with what is to be known of the work to read it.

    size: None where the case is none of a growing work. failed: why there are no, or no more, samples.
    """

    work: str
    case: str
    version: int
    title: str
    unit: str
    told: Told
    grows: str
    size: float | None
    samples: tuple[Sample, ...]
    failed: str = ""

    @property
    def key(self) -> tuple[str, str, int]:
        """What another one has to have in common to be compared."""
        return self.work, self.case, self.version

    @property
    def name(self) -> str:
        """For people."""
        return f"{self.work} {self.case}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One run of `visavis bench`.

    made: when, as ISO 8601. commit: "" outside of a checkout; changed: whether it has changes in src beside.
    reference: the version of the reference. complete: whether all was measured that was meant to be.
    load: processes that ran or waited for a processor, when it began; None where the system does
    not tell, or it would tell of the measurement just before.
    """

    made: str
    version: str
    commit: str
    changed: bool
    machine: Mapping[str, Any]
    command: str
    configuration: Mapping[str, str]
    reference: int
    load: float | None
    complete: bool
    figures: tuple[Figure, ...]

    @property
    def name(self) -> str:
        """Which state of the source, for people."""
        return f"{self.commit[:7] or self.version}{'+' if self.changed else ''}"

    def text(self) -> str:
        """As a line of JSON, without its end."""
        return json.dumps(rounded({"schema": SCHEMA, **asdict(self)}), ensure_ascii=False, allow_nan=False)


@dataclass(frozen=True, slots=True)
class History:
    """The entries of a file, the oldest first. notes: a sentence for each kind that was passed over."""

    entries: tuple[Entry, ...]
    notes: tuple[str, ...] = ()


def figures(measured: Iterable[Measured]) -> tuple[Figure, ...]:
    """What is kept of cases of which there is something to tell."""
    return tuple(_figure(known) for known in measured if known.samples or known.failed)


def read(path: Path) -> History:
    """What is in a file; nothing where there is none. Blocks.

    Raises:
        InputError: it cannot be read.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return History(())
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise InputError(
            f"cannot read {path}: {said}; name a file that `visavis bench` has written"
        ) from error
    lines = [(number, line) for number, line in enumerate(content.split(b"\n"), 1) if line.strip()]
    return _history(path, [(number, entry_of(line)) for number, line in lines])


def entry_of(line: bytes) -> Entry | str:
    """The entry that a line holds, or what is wrong with it: "newer" or "broken"."""
    try:
        content = json.loads(line)
        if isinstance(content, dict) and isinstance(content["schema"], int) and content["schema"] > SCHEMA:
            return "newer"
        del content["schema"]
        return Entry(**{**content, "figures": tuple(_read_figure(found) for found in content["figures"])})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return "broken"


def prepare(path: Path) -> None:
    """See that lines can be added to a file, before anything is measured. Blocks.

    Raises:
        OutputError: they cannot, and why.
    """
    checked(path, ENDINGS)
    there = path.exists()
    with sentences(path):
        path.open("ab").close()
        if not there:
            path.unlink()


def add(path: Path, entry: Entry) -> None:
    """Add a line to a file, which is made where there is none. Blocks, also while somebody else adds one.

    A last line that was cut off by a crash stays as it is, and the new one begins behind it.

    Raises:
        OutputError: it cannot be added; then the file is as it was.
    """
    line = entry.text().encode() + b"\n"
    # Unbuffered: what a buffer still holds would be written after all when the file is cut and closed.
    with sentences(path), path.open("a+b", buffering=0) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        end = file.seek(0, os.SEEK_END)
        file.seek(max(0, end - 1))
        gap = b"" if file.read(1) in (b"", b"\n") else b"\n"
        try:
            _write(file, gap + line)
            os.fsync(file.fileno())
        except OSError:
            # What is no plain file cannot be cut; the error that is on its way says more.
            with contextlib.suppress(OSError):
                file.truncate(end)
            raise


def _write(file: FileIO, content: bytes) -> None:
    """All of it: where a disk or a limit takes a part only, the system tells why with the next one."""
    rest = memoryview(content)
    while rest:
        rest = rest[file.write(rest) :]


def _figure(known: Measured) -> Figure:
    work, case = known.work, known.case
    return Figure(
        work.name,
        case.name,
        work.version,
        work.title,
        work.unit,
        work.told,
        work.grows,
        case.size,
        known.samples,
        known.failed,
    )


def _read_figure(found: Mapping[str, Any]) -> Figure:
    return Figure(**{**found, "samples": tuple(Sample(**sample) for sample in found["samples"])})


def _history(path: Path, found: Sequence[tuple[int, Entry | str]]) -> History:
    entries = tuple(entry for _, entry in found if isinstance(entry, Entry))
    newer = [number for number, entry in found if entry == "newer"]
    broken = [number for number, entry in found if entry == "broken"]
    notes = []
    if newer:
        notes.append(f"from a newer visavis, and so kept and passed over: {path}, {_lines(newer)}")
    if broken:
        notes.append(f"of no use, and so kept and passed over: {path}, {_lines(broken)}")
    return History(entries, tuple(notes))


def _lines(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:5])) + (" ..." if len(numbers) > 5 else "")
    return f"{'line' if len(numbers) == 1 else 'lines'} {shown}"
