import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.contracts import Utterance
from visavis.conversation.stage import Doing, Failed, Interrupted, Recording, Said, Timed, Understood
from visavis.transports.messages import (
    LONGEST_TEXT,
    Alive,
    Ask,
    Interrupt,
    MessageError,
    Played,
    Press,
    Record,
    Say,
    Select,
    Wish,
    greeting,
    selected,
    told,
    wished,
    written,
)

TYPES = (
    "avatar_selection",
    "text_input",
    "chat_input",
    "interrupt",
    "talk",
    "played",
    "record",
    "alive",
)


@pytest.mark.parametrize(
    ("message", "wish"),
    [
        ({"type": "text_input", "text": "Hi", "language": "es"}, Say("Hi", "es")),
        ({"type": "text_input", "text": "Hi", "language": "auto"}, Say("Hi")),
        ({"type": "text_input", "text": "Hi", "language": None}, Say("Hi")),
        ({"type": "text_input", "text": "سلام", "sent_at": 3}, Say("سلام")),
        ({"type": "chat_input", "text": " who? "}, Ask(" who? ")),
        ({"type": "interrupt"}, Interrupt()),
        ({"type": "talk", "down": True}, Press(True)),
        ({"type": "talk", "down": False}, Press(False)),
        ({"type": "played", "at": 2}, Played(2.0)),
        ({"type": "record", "on": True}, Record(True)),
        ({"type": "alive"}, Alive()),
        ({"type": "alive", "rtt": 40, "lost": 0.1, "freezes": 2}, Alive(0.04, 0.1, 2)),
        ({"type": "avatar_selection"}, Select()),
        (
            {
                "type": "avatar_selection",
                "avatar_id": " ada ",
                "voice": "bert",
                "language": "fa",
                "binary": True,
                "idle": True,
            },
            Select("ada", "bert", "fa", binary=True, idle=True),
        ),
        ({"type": "avatar_selection", "avatar_id": "", "voice": None, "idle": None}, Select()),
    ],
)
def test_what_is_wished(message: dict[str, Any], wish: Wish) -> None:
    assert wished(json.dumps(message)) == wish


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("", "bad_json", "no JSON"),
        ("{", "bad_json", "no JSON"),
        ("[" * 20_000, "bad_json", "no JSON"),
        ('{"type": "played", "at": ' + "9" * 5_000 + "}", "bad_json", "no JSON"),
        ("[]", "bad_json", "a list"),
        ("null", "bad_json", "null"),
        ("{}", "missing", '"type"'),
        ('{"type": 3}', "missing", '"type"'),
        ('{"type": "text_inputt"}', "unknown_type", "did you mean text_input?"),
        ('{"type": "' + "x" * 60_000 + '"}', "unknown_type", "there is: alive"),
        ('{"type": "text_input"}', "missing", '"text"'),
        ('{"type": "text_input", "text": null}', "missing", '"text"'),
        ('{"type": "text_input", "text": 5}', "invalid", "a number"),
        ('{"type": "text_input", "text": " \\n"}', "empty", "empty"),
        ('{"type": "text_input", "text": "\\ud800"}', "invalid", "half a character"),
        ('{"type": "chat_input", "text": "' + "a" * (LONGEST_TEXT + 1) + '"}', "too_long", "5001"),
        ('{"type": "text_input", "text": "a", "language": "fr"}', "unknown_language", "'fr'"),
        ('{"type": "text_input", "text": "a", "language": ["en"]}', "invalid", "a list"),
        ('{"type": "talk"}', "missing", '"down"'),
        ('{"type": "talk", "down": 1}', "invalid", "true or false"),
        ('{"type": "played", "at": NaN}', "invalid", "out of range"),
        ('{"type": "played", "at": -Infinity}', "invalid", "out of range"),
        ('{"type": "played", "at": -1}', "invalid", "out of range"),
        ('{"type": "played", "at": 1' + "0" * 400 + "}", "invalid", "out of range"),
        ('{"type": "played", "at": "1"}', "invalid", "a text"),
        ('{"type": "played", "at": true}', "invalid", "true or false"),
        ('{"type": "alive", "lost": 1.5}', "invalid", "from 0 to 1"),
        ('{"type": "avatar_selection", "avatar_id": {}}', "invalid", "an object"),
        ('{"type": "avatar_selection", "voice": "' + "v" * 129 + '"}', "too_long", "129"),
    ],
)
def test_what_cannot_be_understood_is_said_in_a_sentence(text: str, code: str, words: str) -> None:
    with pytest.raises(MessageError) as caught:
        wished(text)
    assert caught.value.code == code
    assert words in str(caught.value)
    assert len(str(caught.value)) < 300


def test_the_longest_text_is_taken() -> None:
    text = "ا" * LONGEST_TEXT
    assert wished(json.dumps({"type": "text_input", "text": text})) == Say(text)


def test_a_selection_leaves_what_it_does_not_name() -> None:
    first = wished('{"type": "avatar_selection", "avatar_id": "ada", "language": "es", "idle": true}')
    second = wished('{"type": "avatar_selection", "voice": "bert", "language": null}')
    assert isinstance(first, Select)
    assert isinstance(second, Select)
    now = second.after(first.after(Select()))
    assert now == Select("ada", "bert", None, idle=True)
    assert now.casts_like(Select("ada", "bert", binary=True))
    assert not now.casts_like(first)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
FIELDS = (
    "text", "language", "avatar_id", "voice", "binary", "idle", "down", "at", "on", "rtt", "lost", "freezes",
)  # fmt: skip
MESSAGES = st.dictionaries(st.sampled_from(FIELDS), JSON).flatmap(
    lambda fields: st.sampled_from(TYPES).map(lambda kind: json.dumps({**fields, "type": kind}))
)


@given(st.text() | JSON.map(json.dumps) | MESSAGES)
def test_nothing_but_a_message_error_comes_of_any_text(text: str) -> None:
    with contextlib.suppress(MessageError):
        assert isinstance(wished(text), Wish)


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (Doing("thinking"), {"type": "state", "state": "thinking"}),
        (
            Understood("hola", "es", True),
            {"type": "transcript", "text": "hola", "language": "es", "final": True},
        ),
        (
            Said(2, "Hi.", 1.23456, True),
            {"type": "reply", "reply": 2, "text": "Hi.", "start": 1.2346, "final": True},
        ),
        (Interrupted(2, "Hi"), {"type": "interrupted", "reply": 2, "text": "Hi"}),
        (Timed(2, {"mind": 0.1}), {"type": "timing", "reply": 2, "stages": {"mind": 0.1}}),
        (
            Recording("kept", "a.mp4", 2.345),
            {
                "type": "recording",
                "on": False,
                "state": "kept",
                "url": "/api/v1/videos/a.mp4",
                "filename": "a.mp4",
                "seconds": 2.35,
                "detail": None,
            },
        ),
        (Failed("engine", "it died"), {"type": "error", "code": "engine", "detail": "it died"}),
    ],
)
def test_what_is_told(event: Any, message: dict[str, Any]) -> None:
    assert told(event) == message


def test_the_greeting_tells_what_is_needed_to_play_and_to_come_back() -> None:
    class Still:
        fps, size = 25, (512, 384)

    said = (Utterance("system", "be kind"), Utterance("user", "hi"), Utterance("assistant", "hel", cut=True))
    assert greeting("t0ken", Still(), said, resumed=True) == {  # type: ignore[arg-type]
        "type": "session",
        "session": "t0ken",
        "resumed": True,
        "fps": 25,
        "width": 512,
        "height": 384,
        "history": [
            {"role": "user", "text": "hi"},
            {"role": "assistant", "text": "hel", "interrupted": True},
        ],
    }


def test_what_took_effect_is_told() -> None:
    assert selected(Select("ada", None, "en")) == {
        "type": "avatar",
        "avatar_id": "ada",
        "voice": None,
        "language": "en",
    }


@given(JSON)
def test_whatever_is_written_can_be_sent(content: Any) -> None:
    assert written({"type": "reply", "text": content}).isascii()
