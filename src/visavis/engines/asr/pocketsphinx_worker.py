"""The process that pocketsphinx lives in: stretches of speech come in on sockets, words go back.

It owns the model, which is loaded once, and makes a copy of itself by fork for each stretch: a decoder keeps
more from one utterance to the next than it can be made to forget, and holds Python's lock while it searches.
Nothing else of visavis runs here. It ends when the socket does that the others come through.

Both sides import the messages from here. Sound is a length (u32, little endian) and as many bytes of int16 in
native order; a length of 0 is its end. A socket that ends without it was given up. Answers are lines:

    P words    so far; they may change
    F words    finally
    E sentence why there are none
"""

import os
import signal
import socket
import struct
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pocketsphinx import Decoder

LENGTH: Final = struct.Struct("<I")
RATE: Final = 16_000
BYTES: Final = 2 * RATE
"""In a second."""

FIRST: Final = BYTES
"""Bytes by which a voice and its microphone are known well enough; decoding begins behind them. With six
tenths of them half as many words again are wrong; with all of the speech one in ten fewer."""

BREADTH: Final = 5000
"""Models of sounds that are followed at a time. With the usual 30,000 decoding takes longer and no more words
are right; with half of these they are fewer in a noisy room."""

PIECE: Final = BYTES // 5
"""Bytes after which words so far are told."""

LONGEST_WORD: Final = 150
"""Frames of 10 ms; what lasts longer is a noise that some word was found for."""


def text_of(words: Iterator[tuple[str, int, int]]) -> str:
    """The words that are any, out of (word, first frame, last frame): no silence, noise or drone.

    The number of a pronunciation, as in "the(2)", is taken off.
    """
    return " ".join(
        word.partition("(")[0]
        for word, first, last in words
        if word[0] not in "<[+" and last - first < LONGEST_WORD
    )


def _sounds(theirs: socket.socket) -> Iterator[bytes]:
    """What comes in, as it does. Raises EOFError where it was given up."""
    with theirs.makefile("rb") as file:
        while True:
            head = file.read(LENGTH.size)
            if len(head) < LENGTH.size:
                raise EOFError
            (length,) = LENGTH.unpack(head)
            if not length:
                return
            sound = file.read(length)
            if len(sound) < length:
                raise EOFError
            yield sound


def _answer(decoder: "Decoder", theirs: socket.socket) -> None:
    """Decode one stretch, as it comes in."""
    told, waiting, begun = "", b"", False
    for sound in _sounds(theirs):
        waiting += sound
        if not begun and len(waiting) >= FIRST:
            _begin(decoder, waiting)
            begun = True
        if begun and len(waiting) >= PIECE:
            decoder.process_raw(waiting)
            waiting = b""
            if (text := _text(decoder)) != told:
                told = text
                theirs.sendall(f"P {text}\n".encode())
    if not begun and waiting:
        _begin(decoder, waiting)
        begun = True
    text = ""
    if begun:
        if waiting:  # it refuses nothing at all
            decoder.process_raw(waiting)
        decoder.end_utt()
        text = _text(decoder)
    theirs.sendall(f"F {text}\n".encode())


def _begin(decoder: "Decoder", sound: bytes) -> None:
    """Begin an utterance whose cepstral mean is taken to be that of its beginning."""
    mean = _mean(decoder, sound)
    if mean:
        decoder.set_cmn(mean)
    decoder.start_utt()


def _mean(decoder: "Decoder", sound: bytes) -> str:
    """The mean of a sound's cepstra; "" where it cannot be had.

    It is worked out in a copy of this process: the decoder could not be brought out of it without a search.
    """
    ours, theirs = os.pipe()
    if not os.fork():
        try:
            decoder.start_utt()
            decoder.process_raw(sound, no_search=True, full_utt=True)
            os.write(theirs, decoder.get_cmn(False).encode())
        finally:
            os._exit(0)
    os.close(theirs)
    with os.fdopen(ours, "rb") as file:
        return file.read().decode()


def _text(decoder: "Decoder") -> str:
    if decoder.hyp() is None:
        return ""
    return text_of((heard.word, heard.start_frame, heard.end_frame) for heard in decoder.seg())


def _excuse(why: str, theirs: socket.socket) -> None:
    theirs.sendall(f"E {why}\n".encode())


def _loaded() -> Callable[[socket.socket], None]:
    """What answers; without a model there is an excuse for everything."""
    try:
        from pocketsphinx import Decoder

        decoder = Decoder(samprate=RATE, maxhmmpf=BREADTH, loglevel="FATAL")
    except (ImportError, OSError, RuntimeError) as error:
        why = " ".join(str(error).split())
        return lambda theirs: _excuse(why, theirs)
    return lambda theirs: _answer(decoder, theirs)


def _copy(answer: Callable[[socket.socket], None], theirs: socket.socket) -> None:
    """Answer one stretch in a copy of this process."""
    if os.fork():
        return
    try:
        answer(theirs)
    finally:
        os._exit(0)


def main() -> None:
    """Take the sockets of stretches on descriptor 0, until it is closed at the other end."""
    # Ctrl-C reaches the whole terminal; the parent decides when this process ends
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answer = _loaded()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # copies are buried by the system
    with socket.socket(fileno=0) as sockets:
        while True:
            _, numbers, _, _ = socket.recv_fds(sockets, 1, 1)
            if not numbers:
                return
            with socket.socket(fileno=numbers[0]) as theirs:
                _copy(answer, theirs)


if __name__ == "__main__":
    main()
