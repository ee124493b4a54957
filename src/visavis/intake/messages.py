"""What goes through the pipes between a process that opens an upload and the one that asked it to.

Owns the format of both ways, and the bounds: whoever reads an answer says what may be in it, and believes
nothing else. Refuses to read ahead: no length is taken for true before it was held against a bound.

    question   u32 length, JSON: what to do and under which limits; then the content, as long as it says
    answer     u32 length, JSON: facts and the blobs' lengths, or an excuse; then the blobs, in that order
"""

import json
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any, Final, NamedTuple

from visavis.errors import EngineError, InputError, ModelError, UploadError, VisavisError

LENGTH: Final = struct.Struct("<I")
MOST_HEAD: Final = 64 * 1024
MOST_SENTENCE: Final = 500

_OWN_FAULTS: Final = {error.__name__: error for error in (ModelError, EngineError)}

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was made of an upload.

    facts: of JSON's types. blobs: bytes by their names.
    """

    facts: Facts
    blobs: dict[str, bytes] = field(default_factory=dict)


class Question(NamedTuple):
    """What a process is to do.

    task: "package.module:function", a `child.Work`. size: bytes of the content.
    memory, seconds: see `confine.shut`.
    """

    task: str
    arguments: Facts
    size: int
    memory: int
    seconds: int


class Untrue(Exception):
    """An answer that breaks off, or is none that was asked for."""


class Silent(Untrue):
    """Not a byte of an answer."""


Receive = Callable[[int], bytes]
"""At most so many bytes, at least one; none at the end."""


def pack_question(question: Question) -> bytes:
    return _head(question._asdict())


def read_question(receive: Receive) -> Question:
    return Question(**_read_head(receive))


def pack_answer(answer: Answer) -> bytes:
    lengths = {name: len(blob) for name, blob in answer.blobs.items()}
    return _head({"facts": answer.facts, "blobs": lengths}) + b"".join(answer.blobs.values())


def pack_excuse(error: Exception) -> bytes:
    """Why there is no answer, for whoever reads it to raise: see `read_answer`."""
    code, sentence = _excuse(error)
    sentence = " ".join(sentence.split())[:MOST_SENTENCE]
    return _head({"code": code, "sentence": sentence, "where": _where(error)})


def read_answer(receive: Receive, most: Mapping[str, int]) -> Answer:
    """The answer to a question, or its excuse raised.

    most: the blobs that may come, and how many bytes of each.

    Raises:
        UploadError: the content cannot be taken.
        ModelError, EngineError: nothing can be taken, whatever it is.
        Untrue: it is no answer. Silent: there is nothing.
    """
    head = _read_head(receive)
    if "sentence" in head:
        raise _raised(head)
    facts, lengths = head.get("facts"), head.get("blobs")
    if not isinstance(facts, dict) or not isinstance(lengths, dict):
        raise Untrue("an answer without facts")
    for name, length in lengths.items():
        if type(length) is not int or not 0 <= length <= most.get(name, -1):
            raise Untrue(f"a blob that was not asked for, or is too long: {name[:20]!r}")
    blobs = {name: exactly(receive, length) for name, length in lengths.items()}
    if receive(1):
        raise Untrue("more than it says")
    return Answer(facts, blobs)


def _excuse(error: Exception) -> tuple[str, str]:
    """A word for programs and a sentence for people."""
    match error:
        case UploadError():
            return error.code, str(error)
        case ModelError() | EngineError():
            return type(error).__name__, str(error)
        case InputError():
            return type(error).__name__.removesuffix("Error").lower(), str(error)
        case MemoryError():
            return "memory", "the file takes more memory to read than is allowed; send a smaller one"
        case _:
            return "damaged", "the file cannot be read to its end, it is damaged or cut short; save it anew"


def _where(error: Exception) -> str:
    """Kind and place of an error that is not meant for people; nothing of what was sent is in it."""
    place = error.__traceback__
    while place and place.tb_next:
        place = place.tb_next
    if isinstance(error, VisavisError) or place is None:
        return ""
    return f"{type(error).__name__} in {Path(place.tb_frame.f_code.co_filename).name}, line {place.tb_lineno}"


def _raised(head: Facts) -> VisavisError:
    """The error that an excuse stands for; its cause is known where it is of use to programmers."""
    code, sentence, where = (_words(head.get(name)) for name in ("code", "sentence", "where"))
    if code in _OWN_FAULTS:
        return _OWN_FAULTS[code](sentence)
    error = UploadError(code, sentence)
    if where:
        error.__cause__ = RuntimeError(where)
    return error


def _words(text: object) -> str:
    if isinstance(text, str) and len(text) <= MOST_SENTENCE and text.isprintable():
        return text
    raise Untrue("an excuse that is no sentence")


def _head(content: Facts) -> bytes:
    text = json.dumps(content, allow_nan=False).encode()
    return LENGTH.pack(len(text)) + text


def _read_head(receive: Receive) -> Facts:
    begun = receive(LENGTH.size)
    if not begun:
        raise Silent("nothing is said")
    (length,) = LENGTH.unpack(begun + exactly(receive, LENGTH.size - len(begun)))
    if length > MOST_HEAD:
        raise Untrue(f"a head of {length} bytes")
    try:
        head = json.loads(
            exactly(receive, length), parse_constant=_finite, parse_float=_finite, parse_int=_whole
        )
    except (ValueError, RecursionError) as error:
        raise Untrue("a head that is no JSON") from error
    if not isinstance(head, dict):
        raise Untrue("a head that is no object")
    return head


def _finite(digits: str) -> float:
    number = float(digits)
    if not isfinite(number):
        raise ValueError(digits)
    return number


def _whole(digits: str) -> int:
    """A number that every reader of JSON takes for the same one: RFC 7493, section 2.2."""
    number = int(digits)
    if abs(number) >= 2**53:
        raise ValueError(digits)
    return number


def exactly(receive: Receive, length: int) -> bytes:
    """So many bytes. Raises Untrue where there are fewer."""
    parts = []
    while length:
        part = receive(min(length, 1 << 20))
        if not part:
            raise Untrue("it breaks off")
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def send(write: Callable[[memoryview], int], content: bytes) -> None:
    """All of it into a pipe that takes as much at a time as it says."""
    rest = memoryview(content)
    while rest:
        rest = rest[write(rest) :]
