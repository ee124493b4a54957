"""The embedded voice: espeak-ng, in four languages, on any machine, with the time of every phone.

Its voices can be tinted by a person's (espeak_tint). The library runs in a process of its own
(espeak_worker), which this engine starts before it is needed and starts again when it dies. Several
utterances may be spoken at once; their clauses take turns.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

from visavis.contracts import Clause, Stream, Voice, VoiceSample
from visavis.engines.tts.espeak_sound import NOTHING, RATE, Mark, chunks, mixed, response, take
from visavis.engines.tts.espeak_voices import PRESETS, Preset, preset, relative
from visavis.engines.tts.espeak_worker import (
    LENGTH,
    Question,
    Refused,
    Speech,
    pack_question,
    read_message,
    unpack_answer,
)
from visavis.errors import EngineError
from visavis.media import AudioChunk, Language, Samples
from visavis.streams import Worker

PROGRAM: Final = Path(__file__).with_name("espeak_worker.py")
PATIENCE: Final = 5.0  # seconds; a piece of text takes some 20 ms
LEAVES: Final = 0.2  # seconds in which a process ends by itself, and nothing is left of its copy
TRIES: Final = 2
LONGEST: Final = 300  # characters that are uttered in one go
BREAKS: Final = " ,.;:!?،؛؟，。；：！？、"
NON_JOINER: Final = "\u200c"  # a Persian letter, though Unicode calls it a format character
# control, surrogate, private and unassigned characters; emoji, and what tints them
UNREADABLE: Final = frozenset(("Cc", "Cs", "Co", "Cn", "So", "Sk"))


class Espeak:
    """The engine. Its process is under way when the constructor returns, and is not waited for."""

    rate = RATE
    voices: tuple[Voice, ...] = tuple(known.voice for known in PRESETS)
    version = "1"

    def __init__(
        self, library: Path | None = None, data: Path | None = None, patience: float = PATIENCE
    ) -> None:
        """Start speaking with espeak-ng as espeakng-loader brings it, or with another build of 1.52.

        library, data: libespeak-ng and the folder espeak-ng-data.
        patience: seconds after which a process that does not answer is taken for dead.

        Raises:
            EngineError: espeak-ng is not installed, or no process can be started.
        """
        if library is None or data is None:
            library, data = _installed()
        self._begin = partial(_Process, library, data, patience)
        self._process = self._begin()
        self._worker = Worker("espeak")

    @property
    def pid(self) -> int:
        """The number of the process that speaks at present; another one after it died."""
        return self._process.pid

    async def speak(self, clauses: Stream[Clause], voice: Voice) -> Stream[AudioChunk]:
        """See contracts.Tts. A clause in another language is spoken by the voice's relative there.

        Closing ends the stream at once; a piece of text that is under way is uttered and dropped.

        Raises:
            UnknownName: the voice is none of `voices` and has no likeness.
            EngineError: the process died, or did not answer, twice on the same text; or it cannot speak;
                or the likeness is another version's.
        """
        speakers = _speakers(voice)
        at, tail = 0, NOTHING
        async with contextlib.aclosing(clauses):
            async for clause in clauses:
                speaker = speakers(clause.language)
                for text, pause in pieces(clause):
                    utter = partial(self._utter, text, round(pause * RATE), speaker, tail)
                    sound, marks, tail = await self._worker.run(utter)
                    for chunk in chunks(sound, marks, at):
                        yield chunk
                    at += len(sound)
        for chunk in chunks(tail, (Mark(0, ""),), at):
            yield chunk

    def _utter(
        self, text: str, pause: int, speaker: Preset, tail: Samples
    ) -> tuple[Samples, tuple[Mark, ...], Samples]:
        """The sound of a text, its marks, and what rings on after it. Blocks."""
        uttered = self._process.ask(_question(text, speaker)) if text else Speech(b"", ())
        spoken = take(uttered.pcm, uttered.marks, speaker.echo)
        rest = (Mark(len(spoken.samples), ""),) if pause else ()
        sound, tail = mixed(spoken, pause, response(speaker.gain, speaker.tilt, colour=speaker.colour), tail)
        return sound, spoken.marks + rest, tail

    def resembling(self, sample: VoiceSample, name: str) -> Voice:
        """See contracts.Tts. A tint, no clone; it speaks all languages. Takes a second, and a process."""
        from visavis.engines.tts.espeak_tint import tinted

        process = self._begin()
        try:
            return tinted(sample, name, process.ask)
        finally:
            process.end()

    def close(self) -> None:
        """End the process. What is being spoken ends with an EngineError."""
        self._process.give_up()
        self._worker.close()
        self._process.end()


def pieces(clause: Clause) -> Iterator[tuple[str, float]]:
    """A clause's text in portions that are uttered in one go, each with the pause after it.

    Almost always there is one. The text is "" where there is nothing to read.
    """
    text = readable(clause.text)
    while len(text) > LONGEST:
        cut = 1 + max(text.rfind(mark, LONGEST // 2, LONGEST) for mark in BREAKS) or LONGEST
        yield text[:cut], 0.0
        text = text[cut:]
    yield text, clause.pause


def readable(text: str) -> str:
    """The text without what espeak-ng would obey or spell out: its embedded commands begin with a
    control character, and emoji and unassigned characters are read by their Unicode names.

    "" where no letter and no digit is left.
    """
    kept = "".join(map(_readable, text))
    return " ".join(kept.split()) if any(map(str.isalnum, kept)) else ""


def _readable(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cf" and character != NON_JOINER:
        return ""
    return " " if category in UNREADABLE else character


def _speakers(voice: Voice) -> Callable[[Language], Preset]:
    """Who speaks each language for a voice."""
    if not voice.likeness:
        return partial(relative, preset(voice.name))
    from visavis.engines.tts.espeak_tint import presets

    return presets(voice).__getitem__


def _question(text: str, speaker: Preset) -> Question:
    return Question(speaker.rate, speaker.pitch, speaker.range, speaker.base, text)


def _installed() -> tuple[Path, Path]:
    """The library and its data as espeakng-loader brings them."""
    try:
        import espeakng_loader

        return Path(espeakng_loader.get_library_path()), Path(espeakng_loader.get_data_path())
    except (ImportError, RuntimeError) as error:
        raise EngineError(
            f"espeak-ng is not installed ({error}); install it with: pip install espeakng-loader"
        ) from error


class _Process:
    """The process and the socket to it. Asked from one thread at a time."""

    def __init__(self, library: Path, data: Path, patience: float) -> None:
        # isolated and without site-packages: it needs none, and starts the sooner
        self._command = (sys.executable, "-I", "-S", str(PROGRAM), str(library), str(data))
        self._patience = patience
        self._given_up = False
        self._start()

    @property
    def pid(self) -> int:
        return self._popen.pid

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        ours.settimeout(self._patience)
        with theirs:
            try:
                self._popen = subprocess.Popen(
                    self._command,
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    process_group=0,  # Ctrl-C in a terminal does not reach it, and its copy dies with it
                )
            except OSError as error:
                ours.close()
                raise EngineError(f"no process could be started for espeak-ng: {error}") from error
        self._socket = ours

    def ask(self, question: Question) -> Speech:
        """Raises EngineError when the process is dead after the last try, or cannot speak."""
        for _ in range(TRIES):
            answer = self._answer(question)
            if self._given_up:
                raise EngineError("the espeak engine was closed while it spoke")
            if answer is not None:
                return _speech(answer)
            self.end()
            self._start()
        raise EngineError(
            f"espeak-ng died {TRIES} times on the same text, {question.text[:60]!r}; "
            "leave it out, or say it in other words"
        )

    def _answer(self, question: Question) -> bytes | None:
        """None when the process died, or has not answered for too long."""
        body = pack_question(question)
        try:
            self._socket.sendall(LENGTH.pack(len(body)) + body)
            return read_message(self._socket.recv)
        except OSError:  # a broken pipe, a reset, a timeout
            return None

    def give_up(self) -> None:
        """Make a thread that waits for an answer stop waiting."""
        self._given_up = True
        self._kill()

    def end(self) -> None:
        """Let the process end, or kill it, and bury it."""
        self._socket.close()
        try:
            self._popen.wait(LEAVES)
        except subprocess.TimeoutExpired:
            self._kill()
            self._popen.wait()

    def _kill(self) -> None:
        """Kill it, and its copy that speaks."""
        if self._popen.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._popen.pid, signal.SIGKILL)


def _speech(answer: bytes) -> Speech:
    try:
        return unpack_answer(answer)
    except Refused as error:
        raise EngineError(
            f"espeak-ng cannot speak: {error}; install it anew with: "
            "pip install --force-reinstall espeakng-loader"
        ) from error
