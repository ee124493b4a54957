"""The process by itself: its messages, and when it goes."""

import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.engines.tts.espeak import PROGRAM, _installed
from visavis.engines.tts.espeak_worker import (
    LENGTH,
    Question,
    Refused,
    Speech,
    pack_question,
    pack_speech,
    read_message,
    unpack_answer,
    unpack_question,
)

ASKED = Question(160, 50, 50, "en-us", "good morning")

Running = tuple["subprocess.Popen[bytes]", socket.socket]


@pytest.fixture
def running() -> Iterator[Running]:
    library, data = _installed()
    ours, theirs = socket.socketpair()
    ours.settimeout(20)
    command = (sys.executable, "-I", "-S", str(PROGRAM), str(library), str(data))
    with ours, theirs, subprocess.Popen(command, stdin=theirs.fileno()) as process:
        theirs.close()
        yield process, ours
        process.kill()


def answered(connection: socket.socket, question: Question) -> Speech:
    body = pack_question(question)
    connection.sendall(LENGTH.pack(len(body)) + body)
    answer = read_message(connection.recv)
    assert answer is not None
    return unpack_answer(answer)


def test_it_answers_with_sound_and_marks(running: Running) -> None:
    speech = answered(running[1], ASKED)
    assert len(speech.pcm) > 20_000
    samples = [sample for sample, _ in speech.marks]
    assert samples == sorted(samples)
    assert {"ɡ", "m"} <= {symbol for _, symbol in speech.marks}


def test_it_ends_when_the_socket_does(running: Running) -> None:
    process, connection = running
    answered(connection, ASKED)
    connection.close()
    assert process.wait(20) == 0


def test_it_ends_when_the_socket_does_in_the_middle_of_an_answer(running: Running) -> None:
    process, connection = running
    body = pack_question(ASKED._replace(text="good morning " * 500))
    connection.sendall(LENGTH.pack(len(body)) + body)
    connection.recv(1)
    connection.close()
    assert process.wait(20) == 0


def test_it_refuses_an_unknown_voice_and_goes_on(running: Running) -> None:
    with pytest.raises(Refused, match="martian"):
        answered(running[1], ASKED._replace(voice="martian"))
    assert answered(running[1], ASKED).pcm


texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.integers(0, 65_535), st.integers(0, 255), st.integers(0, 255), texts.map(lambda t: t[:60]), texts)
def test_a_question_comes_across(rate: int, pitch: int, span: int, voice: str, text: str) -> None:
    question = Question(rate, pitch, span, voice, text)
    assert unpack_question(pack_question(question)) == question


symbols = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=2)


@given(st.binary(), st.lists(st.tuples(st.integers(0, 2**32 - 1), symbols)))
def test_speech_comes_across(pcm: bytes, marks: list[tuple[int, str]]) -> None:
    speech = Speech(pcm, tuple(marks))
    assert unpack_answer(pack_speech(speech)) == speech


@given(st.binary(max_size=40), st.integers(1, 7), st.integers(0, 50))
def test_a_message_comes_in_any_portions_or_not_at_all(body: bytes, portion: int, arrived: int) -> None:
    sent = (LENGTH.pack(len(body)) + body)[:arrived]

    def receive(length: int) -> bytes:
        nonlocal sent
        part, sent = sent[: min(length, portion)], sent[min(length, portion) :]
        return part

    whole = arrived >= LENGTH.size + len(body)
    assert read_message(receive) == (body if whole else None)
