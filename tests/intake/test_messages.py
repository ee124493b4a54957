import contextlib
import json
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.errors import AudioError, EngineError, ModelError, PortraitError, UploadError, VisavisError
from visavis.intake.messages import (
    LENGTH,
    MOST_HEAD,
    Answer,
    Question,
    Untrue,
    pack_answer,
    pack_excuse,
    pack_question,
    read_answer,
    read_question,
)

from .tasks import raw

MOST = {"one": 10, "two": 5}

facts = st.dictionaries(
    st.text(max_size=5),
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(1 - 2**53, 2**53 - 1)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        lambda inner: st.lists(inner, max_size=3),
        max_leaves=5,
    ),
    max_size=4,
)


@given(
    facts, st.fixed_dictionaries({}, optional={"one": st.binary(max_size=10), "two": st.binary(max_size=5)})
)
def test_an_answer_comes_as_it_was_given(said: dict[str, object], blobs: dict[str, bytes]) -> None:
    answer = Answer(said, blobs)
    assert read_answer(BytesIO(pack_answer(answer)).read, MOST) == answer


def test_a_question_comes_as_it_was_asked() -> None:
    question = Question("a.module:function", {"kind": "gif", "models": {"a": "/b"}}, 5, 2**30, 20)
    stream = BytesIO(pack_question(question) + b"12345")
    assert read_question(stream.read) == question
    assert stream.read() == b"12345"


@given(st.binary(max_size=200) | st.binary(max_size=60).map(lambda rest: LENGTH.pack(len(rest)) + rest))
def test_any_bytes_are_an_answer_or_untrue(content: bytes) -> None:
    with contextlib.suppress(Untrue, VisavisError):
        read_answer(BytesIO(content).read, MOST)


@given(st.data())
def test_an_answer_that_breaks_off_is_untrue(data: st.DataObject) -> None:
    whole = pack_answer(Answer({"kind": "photo"}, {"one": b"1234567890", "two": b"12"}))
    kept = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(Untrue):
        read_answer(BytesIO(whole[:kept]).read, MOST)


def said(facts: str) -> bytes:
    """An answer of these facts, as JSON or nearly."""
    head = f'{{"facts": {facts}, "blobs": {{}}}}'.encode()
    return LENGTH.pack(len(head)) + head


@pytest.mark.parametrize(
    "content",
    [
        raw({}, {"one": 11}, bytes(11)),
        raw({}, {"three": 1}, bytes(1)),
        raw({}, {"one": -1}),
        raw({}, {"one": True}, bytes(1)),
        raw({}, {"one": 2**62}),
        raw({}, {"one": 1}, bytes(2)),
        raw([], {}),
        LENGTH.pack(2) + b"[]",
        LENGTH.pack(9) + b'{"a": NaN',
        LENGTH.pack(10) + b'{"a": NaN}',
        said('{"a": NaN}'),
        said('{"a": -Infinity}'),
        said('{"a": 1e999}'),
        said('{"a": [-9007199254740992]}'),
        LENGTH.pack(60_000) + b"[" * 60_000,
        LENGTH.pack(9_000) + b'{"a":' + b"1" * 8994 + b"}",
        LENGTH.pack(MOST_HEAD + 1) + bytes(MOST_HEAD + 1),
    ],
    ids=range(17),
)
def test_lies(content: bytes) -> None:
    with pytest.raises(Untrue):
        read_answer(BytesIO(content).read, MOST)


def test_nothing_is_read_for_a_length_that_is_out_of_bounds() -> None:
    asked = []
    content = BytesIO(raw({}, {"one": 2**40}))

    def receive(most: int) -> bytes:
        asked.append(most)
        return content.read(most)

    with pytest.raises(Untrue):
        read_answer(receive, MOST)
    assert max(asked) < 2**20


def heard(error: Exception) -> VisavisError:
    with pytest.raises(VisavisError) as raised:
        read_answer(BytesIO(pack_excuse(error)).read, {})
    return raised.value


def test_excuses() -> None:
    refused = heard(UploadError("pixels", "too many; send fewer"))
    assert isinstance(refused, UploadError)
    assert (refused.code, str(refused)) == ("pixels", "too many; send fewer")
    for error, code in (
        (PortraitError("no face; show one"), "portrait"),
        (AudioError("no sound; make one"), "audio"),
    ):
        content = heard(error)
        assert isinstance(content, UploadError)
        assert (content.code, str(content)) == (code, str(error))
    assert type(heard(ModelError("pull it"))) is ModelError
    assert type(heard(EngineError("try\nagain"))) is EngineError
    assert str(heard(EngineError("try\nagain"))) == "try again"


def test_an_unforeseen_error_is_a_sentence_and_its_place_is_for_programmers() -> None:
    with pytest.raises(KeyError) as raised:
        dict[str, str]()["a secret"]
    damaged = heard(raised.value)
    assert str(damaged) == "the file cannot be read to its end, it is damaged or cut short; save it anew"
    assert str(damaged.__cause__).startswith("KeyError in test_messages.py, line ")
    assert "secret" not in str(damaged.__cause__)


@pytest.mark.parametrize("sentence", [7, "a\nb", "x" * 501, None])
def test_an_excuse_that_is_no_sentence_is_untrue(sentence: object) -> None:
    head = json.dumps({"code": "pixels", "sentence": sentence, "where": ""}).encode()
    with pytest.raises(Untrue):
        read_answer(BytesIO(LENGTH.pack(len(head)) + head).read, {})
