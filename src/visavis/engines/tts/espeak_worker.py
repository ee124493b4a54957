"""The process that espeak-ng lives in: a question comes in on one socket, sound and phones go back.

It owns the library, which is GPLv3, keeps global state and may crash; nothing else of visavis runs
here, and nothing but ctypes is imported, so that it speaks about 20 ms after it was started. It refuses
markup: text is read, never obeyed. It ends when the socket does.

The library's pitch flutters on from one utterance to the next, and nothing sets that back. So each text is
uttered by a copy of a process that has not spoken, only loaded the voice, and it always sounds the same.

Both sides import the messages from here. A message is a length (u32, little endian) and a body:

    question   u16 words a minute, u8 pitch, u8 range, u8 length of the voice's name, the name, the text
    speech     b"S", u32 number of marks, the marks (u32 sample, 8 bytes symbol), int16 samples
    excuse     b"E", a sentence
"""

import ctypes
import os
import struct
import sys
from collections.abc import Callable
from typing import Final, NamedTuple

LENGTH: Final = struct.Struct("<I")
ASKED: Final = struct.Struct("<HBBB")
MARK: Final = struct.Struct("<I8s")

# enums and flags of speak_lib.h, espeak-ng 1.52
SYNCHRONOUS: Final = 2
PHONEME_EVENTS: Final = 0x0001
PHONEME_IPA: Final = 0x0002
DONT_EXIT: Final = 0x8000
CHARS_UTF8: Final = 1
RATE, PITCH, RANGE = 1, 3, 4
EVENT_PHONEME: Final = 7


class Question(NamedTuple):
    """What is to be said, and how.

    words_per_minute: 80..450.
    pitch, range: 0..99, in espeak's own measure.
    voice: espeak's name of a language with a variant, as in "en-us+f1".
    """

    words_per_minute: int
    pitch: int
    range: int
    voice: str
    text: str


class Speech(NamedTuple):
    """How it sounds.

    pcm: int16, mono, native order, at the library's own rate.
    marks: (sample, symbol) where a phone begins; a stress mark may stand before the symbol.
    """

    pcm: bytes
    marks: tuple[tuple[int, str], ...]


class Refused(Exception):
    """The library is there but does not do what it is asked for; says why."""


def pack_question(question: Question) -> bytes:
    name = question.voice.encode()
    head = ASKED.pack(question.words_per_minute, question.pitch, question.range, len(name))
    return head + name + question.text.encode()


def unpack_question(body: bytes) -> Question:
    words_per_minute, pitch, span, length = ASKED.unpack_from(body)
    text = ASKED.size + length
    return Question(words_per_minute, pitch, span, body[ASKED.size : text].decode(), body[text:].decode())


def pack_speech(speech: Speech) -> bytes:
    marks = b"".join(MARK.pack(sample, symbol.encode()) for sample, symbol in speech.marks)
    return b"S" + LENGTH.pack(len(speech.marks)) + marks + speech.pcm


def unpack_answer(body: bytes) -> Speech:
    """Read what came back.

    Raises:
        Refused: it is an excuse.
    """
    if body[:1] == b"E":
        raise Refused(body[1:].decode())
    first = 1 + LENGTH.size
    last = first + MARK.size * LENGTH.unpack_from(body, 1)[0]
    marks = tuple(
        # a long symbol is cut at eight bytes, which may be in the middle of a letter
        (sample, symbol.rstrip(b"\0").decode(errors="ignore"))
        for sample, symbol in MARK.iter_unpack(body[first:last])
    )
    return Speech(body[last:], marks)


def read_message(receive: Callable[[int], bytes]) -> bytes | None:
    """The body of the next message; None where the stream ends, even in the middle of one."""
    head = _exactly(receive, LENGTH.size)
    return _exactly(receive, LENGTH.unpack(head)[0]) if head is not None else None


def _exactly(receive: Callable[[int], bytes], length: int) -> bytes | None:
    parts = []
    while length > 0:
        part = receive(min(length, 1 << 20))
        if not part:
            return None
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


class _EventId(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventId),
    )


class Library:
    """espeak-ng, ready to speak. There can be one in a process."""

    def __init__(self, path: str, data: str) -> None:
        """Raises Refused when the library cannot be loaded or does not find its data."""
        try:
            self._espeak = ctypes.CDLL(path)
        except OSError as error:
            raise Refused(str(error)) from error
        options = PHONEME_EVENTS | PHONEME_IPA | DONT_EXIT
        if self._espeak.espeak_Initialize(SYNCHRONOUS, 0, os.fsencode(data), options) < 0:
            raise Refused(f"no usable data in {data}")
        self._pcm: list[bytes] = []
        self._marks: list[tuple[int, str]] = []
        callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(_Event))
        self._callback = callback(self._take)  # the library holds no reference of its own
        self._espeak.espeak_SetSynthCallback(self._callback)
        # the noise in the voice would depend on the time of day
        self._espeak.espeak_ng_SetRandSeed(ctypes.c_long(1))

    def _take(self, samples: int | None, count: int, events: "ctypes._Pointer[_Event]") -> int:
        if samples and count:
            self._pcm.append(ctypes.string_at(samples, 2 * count))
        i = 0
        while events[i].type:
            if events[i].type == EVENT_PHONEME:
                self._marks.append((events[i].sample, events[i].id.string.decode(errors="ignore")))
            i += 1
        return 0

    def speak(self, question: Question) -> Speech:
        """Raises Refused for a voice that espeak-ng does not have."""
        self.prepare(question)
        return self.utter(question.text)

    def prepare(self, question: Question) -> None:
        """Load the voice. Raises Refused for one that espeak-ng does not have."""
        if self._espeak.espeak_SetVoiceByName(question.voice.encode()) != 0:
            raise Refused(f"it has no voice {question.voice!r}")
        settings = ((RATE, question.words_per_minute), (PITCH, question.pitch), (RANGE, question.range))
        for setting, value in settings:
            self._espeak.espeak_SetParameter(setting, value, 0)

    def utter(self, text: str) -> Speech:
        """A text, in the voice that is loaded."""
        self._pcm.clear()
        self._marks.clear()
        read = text.encode() + b"\0"
        self._espeak.espeak_Synth(read, ctypes.c_size_t(len(read)), 0, 0, 0, CHARS_UTF8, None, None)
        return Speech(b"".join(self._pcm), tuple(self._marks))


def _send(body: bytes) -> None:
    rest = memoryview(LENGTH.pack(len(body)) + body)
    while rest:
        rest = rest[os.write(0, rest) :]


def main(path: str, data: str) -> None:
    """Answer questions on descriptor 0, a socket, until it is closed at the other end."""
    library: Library | Refused
    try:
        library = Library(path, data)
    except Refused as error:
        library = error
    try:
        while (question := read_message(lambda length: os.read(0, length))) is not None:
            _answer(library, unpack_question(question))
    except (BrokenPipeError, ConnectionResetError):
        return


def _answer(library: Library | Refused, question: Question) -> None:
    """Without a library there is an excuse for everything."""
    try:
        if isinstance(library, Refused):
            raise library
        library.prepare(question)
        # takes what loading has put into a queue, which else runs full, and phones are lost
        library.utter("")
    except Refused as error:
        _send(b"E" + str(error).encode())
        return
    if copy := os.fork():
        if os.waitpid(copy, 0)[1]:
            raise BrokenPipeError
        return
    status = 1
    try:
        _send(pack_speech(library.utter(question.text)))
        status = 0
    finally:
        os._exit(status)


if __name__ == "__main__":
    main(*sys.argv[1:3])
