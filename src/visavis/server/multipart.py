"""Forms with a file in them, read while they come: a field in memory, the file into a spool.

Starlette's parser would put the file on the disk as it is, and take bodies of any length. Here nothing is
held but one piece of the body, and the fields, which are few and short. Refuses to look into the file.
"""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from visavis.contracts import Stream
from visavis.intake.received import received
from visavis.server.answers import Refused

if TYPE_CHECKING:
    from visavis.avatars.vault import Spool

MOST_PARTS: Final = 32
LONGEST_NAME: Final = 64
LONGEST_FIELD: Final = 4096

# Bytes that a form may take besides its file.
AROUND: Final = 64 * 2**10


@dataclass(frozen=True, slots=True)
class _Part:
    """The beginning of a part. name: of its field."""

    name: str
    is_file: bool


# A part begins, goes on, and ends.
_Event: TypeAlias = _Part | bytes | None


async def form(
    request: Request, spool: "Spool", most: int, file: str = "file", longest: int = LONGEST_FIELD
) -> dict[str, str]:
    """The fields of a form; its file, if there is one, is put into `spool`.

    most: bytes of the file. file: the field that it comes in, before or after any of the others.
    longest: bytes of the longest other field.

    Raises:
        Refused: it is no form, is broken, or has too many or too long fields.
        UploadError: the file is empty, or too large.
    """
    fields: dict[str, str] = {}
    async with contextlib.aclosing(_events(request.stream(), _boundary(request))) as events:
        async for event in events:
            if not isinstance(event, _Part):
                continue
            async with contextlib.aclosing(_content(events)) as content:
                if event.name == file:
                    if spool.size:
                        raise _broken(f"there is more than one {file!r} in the form; send one")
                    await received(content, spool, most)
                elif event.is_file:
                    raise _broken(f"there is a file in another field than {file!r}; name the field so")
                else:
                    fields[event.name] = await _text(content, longest)
    return fields


async def _content(events: Stream[_Event]) -> Stream[bytes]:
    """What follows the beginning of a part, up to its end."""
    async for event in events:
        if not isinstance(event, bytes):
            return
        yield event


async def _text(content: Stream[bytes], longest: int) -> str:
    value = bytearray()
    async for piece in content:
        value += piece
        if len(value) > longest:
            raise Refused(413, "too_large", f"a field of the form is longer than {longest} bytes; shorten it")
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise _broken("a field of the form is not UTF-8") from None


async def _events(body: AsyncIterator[bytes], boundary: bytes) -> Stream[_Event]:
    """A body's parts, in order and as they come."""
    heard = _Heard()
    try:
        parser = MultipartParser(boundary, heard.callbacks)  # type: ignore[arg-type]
        async for content in body:
            parser.write(content)
            for event in heard.taken():
                yield event
    except FormParserError:
        raise _broken("the form cannot be read") from None
    if not heard.is_over:
        raise _broken("the form ends in the middle")


class _Heard:
    """What the parser said, kept until it is taken."""

    def __init__(self) -> None:
        self.is_over = False
        self._events: list[_Event] = []
        self._name, self._value = bytearray(), bytearray()
        self._disposition = b""
        self._parts = 0

    @property
    def callbacks(self) -> dict[str, object]:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_name,
            "on_header_value": self._header_value,
            "on_header_end": self._header,
            "on_headers_finished": self._headers,
            "on_part_data": self._data,
            "on_part_end": self._end_part,
            "on_end": self._end,
        }

    def taken(self) -> list[_Event]:
        taken, self._events = self._events, []
        return taken

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise Refused(413, "too_large", f"the form has more than {MOST_PARTS} fields; send fewer")
        self._disposition = b""

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header(self) -> None:
        if self._name.lower() == b"content-disposition":
            self._disposition = bytes(self._value)
        self._name.clear()
        self._value.clear()

    def _headers(self) -> None:
        kind, options = parse_options_header(self._disposition.decode("latin-1"))
        name = options.get(b"name", b"").decode("utf-8", "replace")
        if kind != b"form-data" or not 1 <= len(name) <= LONGEST_NAME:
            raise _broken("a part of the form does not say which field it is")
        self._events.append(_Part(name, b"filename" in options))

    def _data(self, data: bytes, start: int, end: int) -> None:
        self._events.append(data[start:end])

    def _end_part(self) -> None:
        self._events.append(None)

    def _end(self) -> None:
        self.is_over = True


def _boundary(request: Request) -> bytes:
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data":
        raise Refused(
            415,
            "not_a_form",
            "send the file in a form (multipart/form-data), as curl -F file=@photo.jpg does",
        )
    if not (boundary := options.get(b"boundary")):
        raise _broken("the form does not name its boundary")
    return boundary


def _broken(sentence: str) -> Refused:
    return Refused(400, "broken_form", f"{sentence}; send it again")
