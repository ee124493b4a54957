"""What can be asked for in the body of a request, in JSON or as a form."""

import base64
import binascii
import re
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from starlette.requests import Request

from visavis.avatars.registry import Permission
from visavis.errors import TooLarge, UploadError
from visavis.intake.received import received
from visavis.media import Language
from visavis.renderings.order import FASTEST, LARGEST, LONGEST_TEXT, SLOWEST, SMALLEST, Order
from visavis.server.answers import Refused, invalid
from visavis.server.multipart import form
from visavis.streams import stream_of

if TYPE_CHECKING:
    from visavis.avatars.vault import Spool

# Bytes of a picture within JSON, which has to be held in memory several times over and holds the others up
# while it is read; a form takes larger ones.
PICTURE_IN_JSON: Final = 2**20

# Bytes of the longest text, in the widest writing of it: four in UTF-8, twelve as \u escapes in JSON.
WIDEST_TEXT: Final = 4 * LONGEST_TEXT
TEXT_JSON: Final = 12 * LONGEST_TEXT + 2**16
PICTURE_JSON: Final = TEXT_JSON + PICTURE_IN_JSON * 4 // 3

# Characters of what is asked at a time, and turns of a conversation.
LONGEST_QUESTION: Final = 20_000
MOST_TURNS: Final = 200

# Bytes of a conversation in JSON.
CHAT_JSON: Final = 2**20

IN_A_FORM: Final = "send a picture of more than 1 MB as a file in a form (multipart/form-data)"

_DATA_URL = re.compile(r"\s*data:image/[a-z0-9.+-]{1,40};base64,", re.IGNORECASE)

Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
Sentence = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Side = Annotated[int, Field(ge=SMALLEST, le=LARGEST, multiple_of=2)]


class Wanted(BaseModel):
    """What is not known is refused: a field with a wrong name would have no effect, and nobody would know."""

    model_config = ConfigDict(extra="forbid")


class Consented(Wanted):
    """What the person said whose face or voice it is."""

    consent: Annotated[bool, Field(description="true: the person has agreed")] = False
    subject: Annotated[Sentence, Field(description="who the person is")] = ""
    purpose: Annotated[Sentence, Field(description="what it may be used for")] = ""

    @property
    def permission(self) -> Permission:
        return Permission(self.subject, self.purpose, self.consent)


class AvatarWish(Consented):
    """The fields beside the file of a face."""

    avatar_name: Word
    user_id: Annotated[
        Sentence, Field(description="your own word for whom it is made; /avatar/list finds by it")
    ] = ""


class VoiceWish(Consented):
    """The fields beside the file of a voice."""

    voice_name: Word
    user_id: Annotated[
        Sentence, Field(description="your own word for whom it is made; /voice/list finds by it")
    ] = ""
    language: Annotated[Language | None, Field(description="that is spoken, where it is known")] = None


class FilmWish(Wanted):
    """How a video is to be, whatever is said in it."""

    language: Literal["auto", Language] = "auto"
    avatar_id: Annotated[
        Word | None, Field(description="id or name; without one the default portrait speaks")
    ] = None
    voice: Annotated[
        Word | None, Field(description="an engine's voice, or the id or name of a registered one")
    ] = None
    width: Side = 512
    height: Side = 512
    fps: Annotated[int, Field(ge=SLOWEST, le=FASTEST)] = 25
    notice: Annotated[bool, Field(description="say in the picture that it was made")] = False
    wait: Annotated[bool, Field(description="false: answer at once with a job to follow")] = True

    @property
    def spoken(self) -> Language | None:
        """The language that is named, if one is."""
        return None if self.language == "auto" else self.language

    def order(self, text: str, avatar: str | None, voice: str | None, *, noticed: bool) -> Order:
        """avatar: an id. voice: an id, or an engine's own name. noticed: even if it is not wished."""
        return Order(
            text, self.spoken, avatar, voice, self.width, self.height, self.fps, noticed or self.notice
        )


class VideoWish(FilmWish):
    """A video of an avatar that says a text."""

    text: Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]


class ProcessWish(VideoWish):
    """A video of an avatar that is registered."""

    avatar_id: Annotated[Word, Field(description="id or name")]


class PortraitWish(VideoWish, Consented):
    """A video of an avatar, or of the person on a picture that comes along and is registered on the way."""

    reference_image: Annotated[
        str, Field(description="a picture of up to 1 MB as base64 or data URL, or any as a file in a form")
    ] = ""
    avatar_name: Annotated[Word | None, Field(description="for the picture; without one a name is made")] = (
        None
    )


Question = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_QUESTION)]


class Turn(Wanted):
    """One turn of a conversation."""

    role: Literal["user", "assistant", "system"]
    content: Question


class ChatWish(Wanted):
    """Something to be answered: a text, or a conversation that ends with the user's turn."""

    text: Annotated[Question | None, Field(description="what is asked")] = None
    messages: Annotated[
        list[Turn],
        Field(max_length=MOST_TURNS, description="the conversation so far, in place of a text or before it"),
    ] = []
    language: Literal["auto", Language] = "auto"
    session: Annotated[
        Word | None, Field(description="of a live conversation, which is what was said before")
    ] = None
    stream: Annotated[bool, Field(description="answer piece by piece (server-sent events)")] = False


class TurnWish(FilmWish):
    """A turn of a conversation, typed, or spoken in a file that comes along; it is answered with a video."""

    text: Annotated[Question | None, Field(description="what is asked, where there is no file")] = None
    session: Annotated[
        Word | None, Field(description="of a live conversation, which is what was said before")
    ] = None


class SpeechWish(Wanted):
    """A recording that is to be written down."""

    language: Annotated[Literal["auto", Language], Field(description="that is spoken, where it is known")] = (
        "auto"
    )


Wish = TypeVar("Wish", bound=BaseModel)


def json_of(wish: type[BaseModel]) -> dict[str, Any]:
    """What OpenAPI is told of a route that reads its JSON itself, which is after it knows who asks."""
    return {
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": wish.model_json_schema()}},
        }
    }


def form_of(wish: type[BaseModel], file: str = "file", *, json: bool = False) -> dict[str, Any]:
    """What OpenAPI is told of a route that reads its form itself; json: whether it takes that as well."""
    schema = wish.model_json_schema()
    binary = {"type": "string", "format": "binary"}
    needed = [*schema.get("required", ()), *([] if json else [file])]
    filled = schema | {
        "properties": {file: binary} | schema["properties"] | {file: binary},
        "required": needed,
    }
    content = {"multipart/form-data": {"schema": filled}}
    if json:
        content = {"application/json": {"schema": schema}} | content
    return {"requestBody": {"required": True, "content": content}}


def understood(wish: type[Wish], fields: dict[str, Any]) -> Wish:
    """Fields as what they are to be.

    Raises:
        Refused: 422, with what is wrong with which.
    """
    try:
        return wish.model_validate(fields)
    except ValidationError as error:
        raise invalid(error.errors(include_input=False, include_url=False)) from None


async def registration(request: Request, spool: "Spool", wish: type[Wish], most: int) -> Wish:
    """The fields of a form whose file is put into `spool`; there has to be one."""
    fields = await form(request, spool, most)
    if not spool.size:
        raise Refused(422, "no_file", "there is no file in the form; send it in the field 'file'")
    return understood(wish, fields)


async def portrait_wish(request: Request, spool: "Spool", most: int) -> PortraitWish:
    """What /api/v1/generate is sent, in JSON or as a form; a picture that comes along is put into `spool`."""
    if request.headers.get("content-type", "").lower().startswith("multipart/"):
        fields = await form(request, spool, most, "reference_image", WIDEST_TEXT)
        return understood(PortraitWish, {name: value for name, value in fields.items() if value})
    wish = await json_wish(request, PortraitWish, PICTURE_JSON)
    if wish.reference_image:
        await received(stream_of([_picture(wish.reference_image)]), spool, PICTURE_IN_JSON)
    return wish


async def turn_wish(request: Request, spool: "Spool", most: int) -> TurnWish:
    """What /api/v1/conversation is sent, in JSON or as a form; a recording is put into `spool`."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/"):
        return await json_wish(request, TurnWish, CHAT_JSON)
    fields = await form(request, spool, most, longest=4 * LONGEST_QUESTION)
    return understood(TurnWish, {name: value for name, value in fields.items() if value})


async def speech_wish(request: Request, spool: "Spool", most: int) -> SpeechWish:
    """What /api/v1/transcribe is sent: a form, or the file alone, with the language in the address."""
    if request.headers.get("content-type", "").lower().startswith("multipart/"):
        fields = await form(request, spool, most)
    else:
        await received(request.stream(), spool, most)
        fields = dict(request.query_params)
    if not spool.size:
        raise Refused(422, "no_file", "there is no recording in the form; send it in the field 'file'")
    return understood(SpeechWish, fields)


async def json_wish(request: Request, wish: type[Wish], most: int = TEXT_JSON) -> Wish:
    """A body of JSON as what it is to be; most: bytes.

    It is read without making anything of what is no field: lists of a million lists cost a tenth so.

    Raises:
        Refused: it is too large, no JSON object, or wrong in a field.
    """
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > most:
            raise Refused(413, "too_large", f"this is too much JSON; {IN_A_FORM}")
    try:
        return wish.model_validate_json(body)
    except ValidationError as error:
        errors = error.errors(include_input=False, include_url=False)
        if not errors[0]["loc"]:
            raise Refused(400, "bad_json", "the body is no JSON object; send an object of fields") from None
        raise invalid(errors) from None


def _picture(text: str) -> bytes:
    if (match := _DATA_URL.match(text)) is not None:
        text = text[match.end() :]
    try:
        picture = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise UploadError(
            "not_base64", "reference_image is not base64; send it so, or as a file in a form"
        ) from None
    if len(picture) > PICTURE_IN_JSON:
        raise TooLarge(f"the picture is too large for JSON; {IN_A_FORM}")
    return picture
