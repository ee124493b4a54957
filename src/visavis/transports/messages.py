"""What goes over the wire beside sound and pictures, as JSON objects that tell their type.

Pure, and the same for the WebSocket and the data channel. What a client sends is read here and nowhere else:
it comes out as a Wish, or as a MessageError with a sentence for whoever wrote the client. Fields that are
not known are left alone, for clients are older or newer than their server.
"""

import base64
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

from visavis.contracts import Utterance
from visavis.conversation.stage import (
    Doing,
    Event,
    Failed,
    Interrupted,
    Recording,
    Said,
    Talk,
    Timed,
    Understood,
)
from visavis.errors import InputError, UnknownName
from visavis.media import LANGUAGES, Language

# Characters of a text that is said or answered live.
LONGEST_TEXT: Final = 5_000

# Characters of an avatar's or a voice's name.
LONGEST_NAME: Final = 128

# Seconds; a playhead or a round trip beyond is none.
LATEST: Final = 10_000_000.0
SLOWEST: Final = 600.0

MOST_FREEZES: Final = 1_000_000

# The fields of a selection: who is seen and heard, and how it is sent.
CAST: Final = frozenset({"avatar_id", "voice", "language"})
SELECTED: Final = CAST | {"binary", "idle"}

Fields: TypeAlias = dict[str, Any]


class MessageError(InputError):
    """A message that cannot be understood; `code` is a word for programs."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True)
class Select:
    """Who is to be seen and heard, and how it is sent; None is the usual.

    avatar_id, voice: an id or a name. language: None: it is found out turn by turn.
    binary: video chunks come as binary messages. idle: what is between replies is sent, too.
    named: which of them the message held; the others have their usual values.
    """

    avatar_id: str | None = None
    voice: str | None = None
    language: Language | None = None
    binary: bool = False
    idle: bool = False
    named: frozenset[str] = field(default=frozenset(), compare=False)

    def after(self, before: "Select") -> "Select":
        """What holds when this one follows another: what it does not name stays as it was."""
        return replace(before, **{name: getattr(self, name) for name in self.named})

    def casts_like(self, other: "Select") -> bool:
        """Whether both show and speak the same."""
        return (self.avatar_id, self.voice, self.language) == (other.avatar_id, other.voice, other.language)


@dataclass(frozen=True, slots=True)
class Say:
    """Say this. language: None: it is found out."""

    text: str
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """Answer this."""

    text: str


@dataclass(frozen=True, slots=True)
class Interrupt:
    """Be silent."""


@dataclass(frozen=True, slots=True)
class Press:
    """The push-to-talk key went down, or came up."""

    down: bool


@dataclass(frozen=True, slots=True)
class Played:
    """Where on the session's timeline the client is, in seconds."""

    at: float


@dataclass(frozen=True, slots=True)
class Record:
    """Begin to record the conversation, or end it."""

    on: bool


@dataclass(frozen=True, slots=True)
class Alive:
    """A sign of life, and how the client is doing where it knows.

    rtt: seconds there and back. lost: of what was sent, 0..1. freezes: of the picture, so far.
    """

    rtt: float | None = None
    lost: float | None = None
    freezes: int | None = None


Wish: TypeAlias = Select | Say | Ask | Interrupt | Press | Played | Record | Alive


def wished(text: str) -> Wish:
    """What a client's message asks for.

    Raises:
        MessageError: it cannot be understood. Its code is "bad_json", "unknown_type", "missing",
            "invalid", "too_long", "unknown_language" or "empty".
    """
    fields = _object(text)
    kind = fields.get("type")
    if not isinstance(kind, str):
        raise MessageError("missing", f'a message has to tell its "type"; there is: {", ".join(_WISHES)}')
    if kind not in _WISHES:
        raise MessageError("unknown_type", str(UnknownName("message type", _short(kind), _WISHES)))
    return _WISHES[kind](fields)


def selection(fields: Fields) -> Select:
    """What fields of these names select; others are left alone. Raises MessageError, as `wished` does."""
    return Select(
        avatar_id=_name(fields, "avatar_id"),
        voice=_name(fields, "voice"),
        language=_language(fields, "language"),
        binary=_flag(fields, "binary"),
        idle=_flag(fields, "idle"),
        named=SELECTED & fields.keys(),
    )


def told(event: Event) -> Fields:
    """An event as a client is told of it; times are in seconds."""
    match event:
        case Doing(state):
            return {"type": "state", "state": state}
        case Understood(text, language, final):
            return {"type": "transcript", "text": text, "language": language, "final": final}
        case Said(reply, text, start, final):
            return {"type": "reply", "reply": reply, "text": text, "start": round(start, 4), "final": final}
        case Interrupted(reply, text):
            return {"type": "interrupted", "reply": reply, "text": text}
        case Timed(reply, stages):
            seconds = {stage: round(after, 4) for stage, after in stages.items()}
            return {"type": "timing", "reply": reply, "stages": seconds}
        case Failed(code, sentence):
            return failure(code, sentence)
        case Recording():
            return _recording(event)


def _recording(event: Recording) -> Fields:
    """What is not known as yet, or is not the case, is null."""
    return {
        "type": "recording",
        "on": event.state == "on",
        "state": event.state,
        "url": f"/api/v1/videos/{event.filename}" if event.filename else None,
        "filename": event.filename or None,
        "seconds": round(event.seconds, 2) if event.filename else None,
        "detail": event.detail or None,
    }


def failure(code: str, sentence: str) -> Fields:
    """Something went wrong, and the conversation goes on."""
    return {"type": "error", "code": code, "detail": sentence}


def greeting(token: str, talk: Talk, history: Iterable[Utterance], *, resumed: bool) -> Fields:
    """The first message of all. token: to come back with. resumed: whether the session was there before."""
    width, height = talk.size
    return {
        "type": "session",
        "session": token,
        "resumed": resumed,
        "fps": talk.fps,
        "width": width,
        "height": height,
        "history": [_recalled(said) for said in history if said.role != "system"],
    }


def _recalled(said: Utterance) -> Fields:
    return {"role": said.role, "text": said.text} | ({"interrupted": True} if said.cut else {})


def selected(select: Select) -> Fields:
    """A selection that has taken effect."""
    return {
        "type": "avatar",
        "avatar_id": select.avatar_id,
        "voice": select.voice,
        "language": select.language,
    }


def written(message: Fields) -> str:
    """As it is sent: in ASCII, so that nothing that a mind may say cannot be encoded."""
    return json.dumps(message, separators=(",", ":"))


def carrying(message: Fields, content: bytes, *, binary: bool) -> str | bytes:
    """A message with bytes in it.

    binary: the message's length in four bytes, the highest first, the message, and the bytes; otherwise they
    are its field "data", in base64.
    """
    if binary:
        head = written(message).encode()
        return len(head).to_bytes(4, "big") + head + content
    return written(message | {"data": base64.b64encode(content).decode()})


def _object(text: str) -> Fields:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise MessageError("bad_json", "the message is no JSON; send one object with a type") from None
    if not isinstance(found, dict):
        raise MessageError("bad_json", f"the message is {_named(found)}; send one object with a type")
    return found


def _say(fields: Fields) -> Say:
    return Say(_text(fields), _language(fields, "language"))


def _ask(fields: Fields) -> Ask:
    return Ask(_text(fields))


def _interrupt(fields: Fields) -> Interrupt:
    return Interrupt()


def _press(fields: Fields) -> Press:
    return Press(_needed(fields, "down", _flag))


def _played(fields: Fields) -> Played:
    return Played(_needed(fields, "at", lambda fields, name: _number(fields, name, LATEST)))


def _record(fields: Fields) -> Record:
    return Record(_needed(fields, "on", _flag))


def _alive(fields: Fields) -> Alive:
    milliseconds = _number(fields, "rtt", SLOWEST * 1000)
    freezes = _number(fields, "freezes", MOST_FREEZES)
    return Alive(
        None if milliseconds is None else milliseconds / 1000,
        _number(fields, "lost", 1.0),
        None if freezes is None else int(freezes),
    )


_WISHES: Final[dict[str, Callable[[Fields], Wish]]] = {
    "avatar_selection": selection,
    "text_input": _say,
    "chat_input": _ask,
    "interrupt": _interrupt,
    "talk": _press,
    "played": _played,
    "record": _record,
    "alive": _alive,
}


def _needed(fields: Fields, name: str, read: Callable[[Fields, str], Any]) -> Any:
    """A field that has to be there; null is not."""
    if fields.get(name) is None:
        raise MessageError("missing", f'a message of type {fields["type"]} needs the field "{name}"')
    return read(fields, name)


def _text(fields: Fields) -> str:
    text = _needed(fields, "text", _string)
    assert isinstance(text, str)
    if len(text) > LONGEST_TEXT:
        raise MessageError(
            "too_long",
            f"the text has {len(text)} characters, and at most {LONGEST_TEXT} can be sent; send it in parts",
        )
    if not text.strip():
        raise MessageError("empty", "the text is empty; write something into it")
    return text


def _name(fields: Fields, name: str) -> str | None:
    words = _string(fields, name)
    if words is not None and len(words) > LONGEST_NAME:
        raise MessageError("too_long", f'"{name}" has {len(words)} characters; at most {LONGEST_NAME} can be')
    return words.strip() or None if words is not None else None


def _language(fields: Fields, name: str) -> Language | None:
    words = _string(fields, name)
    if words is None or words == "auto":
        return None
    if words not in LANGUAGES:
        raise MessageError("unknown_language", str(UnknownName("language", _short(words), _LANGUAGES)))
    return words


_LANGUAGES: Final = (*LANGUAGES, "auto")


def _string(fields: Fields, name: str) -> str | None:
    words = fields.get(name)
    if words is None:
        return None
    if not isinstance(words, str):
        raise _wrong(name, words, "a text")
    try:
        words.encode()
    except UnicodeEncodeError:
        raise MessageError("invalid", f'"{name}" holds half a character; send whole ones') from None
    return words


def _flag(fields: Fields, name: str) -> bool:
    flag = fields.get(name)
    if flag is None:
        return False
    if not isinstance(flag, bool):
        raise _wrong(name, flag, "true or false")
    return flag


def _number(fields: Fields, name: str, most: float) -> float | None:
    number = fields.get(name)
    if number is None:
        return None
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise _wrong(name, number, "a number")
    if not 0 <= number <= most:  # and NaN is not
        raise MessageError("invalid", f'"{name}" is out of range; it is from 0 to {most:g}')
    return float(number)


def _wrong(name: str, found: object, wanted: str) -> MessageError:
    return MessageError("invalid", f'"{name}" is {_named(found)}; it has to be {wanted}')


def _named(found: object) -> str:
    """What kind of thing JSON held, in its own words."""
    match found:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
    return "an object"


def _short(words: str) -> str:
    return words if len(words) <= 40 else words[:39] + "…"
