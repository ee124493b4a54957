"""/api/v1/transcribe, /chat, /conversation: what live conversations do, one step or one turn at a time."""

import contextlib
import json
import time
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Final, TypeVar

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from visavis.contracts import Stream, Utterance
from visavis.conversation.dictation import RATE, dictated
from visavis.conversation.history import prompt
from visavis.errors import EngineError, TextError
from visavis.server.answers import Refused
from visavis.server.discreet import MINDLESS
from visavis.server.keys import Caller, Who
from visavis.server.leaving import unless_left
from visavis.server.ordering import avatar_of, made, speaker_of, video
from visavis.server.parts import Parts
from visavis.server.rates import RENDERING
from visavis.server.routes import Given, Set
from visavis.server.shapes import AnswerShape, JobShape, SegmentShape, TranscriptShape, TurnShape
from visavis.server.streaming import Streamed
from visavis.server.wishes import (
    CHAT_JSON,
    ChatWish,
    SpeechWish,
    TurnWish,
    form_of,
    json_of,
    json_wish,
    speech_wish,
    turn_wish,
)

if TYPE_CHECKING:
    from visavis.avatars.vault import Spool
    from visavis.media import Language, Samples

T = TypeVar("T")

TRANSCRIBE: Final = "/api/v1/transcribe"
CHAT: Final = "/api/v1/chat"
CONVERSATION: Final = "/api/v1/conversation"

LONGEST_ANSWER: Final = 20_000
"""Characters after which a mind is not listened to any more."""

router = APIRouter(tags=["conversation"], dependencies=[RENDERING])


@router.post(TRANSCRIBE, openapi_extra=form_of(SpeechWish))
async def transcribe(request: Request, given: Given, settings: Set, who: Who) -> TranscriptShape:
    """Write down what is said in a recording; it is sent in a form, or as the body alone."""
    await _hearing(given)
    async with given.spool() as spool:
        wish = await speech_wish(request, spool, settings.upload_limit)
        language = None if wish.language == "auto" else wish.language
        _understands(given, language)
        return await unless_left(request, _transcript(given, spool, language))


@router.post(CHAT, openapi_extra=json_of(ChatWish), responses={200: {"model": AnswerShape}})
async def chat(request: Request, given: Given, settings: Set, who: Who) -> Response:
    """Answer a text; with "stream": true the pieces come as they are thought of (server-sent events)."""
    wish = await json_wish(request, ChatWish, CHAT_JSON)
    history = _asked(wish, settings.system_prompt, given, who)
    pieces = _thought(given, history)
    if wish.stream:
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return Streamed(_events(pieces), 200, headers, "text/event-stream")
    reply = await unless_left(request, _whole(pieces))
    return JSONResponse(AnswerShape(reply=reply).model_dump())


@router.post(
    CONVERSATION,
    openapi_extra=form_of(TurnWish, json=True),
    responses={200: {"model": TurnShape}, 202: {"model": TurnShape}},
)
async def conversation(request: Request, given: Given, settings: Set, who: Who) -> Response:
    """Answer one turn, typed or spoken, with a video of the answer."""
    watch = _Watch()
    async with given.spool() as spool:
        wish = await turn_wish(request, spool, settings.upload_limit)
        if spool.size and wish.text is not None:
            raise Refused(422, "two_turns", "text: there is a recording as well; send one of the two")
        avatar = await avatar_of(wish.avatar_id, given, who)
        voice = await speaker_of(wish.voice, given, who)
        transcript = None
        if spool.size:
            await _hearing(given)
            _understands(given, wish.spoken)
            transcript = await watch.timed(
                "transcribe", unless_left(request, _transcript(given, spool, wish.spoken))
            )
    asked = wish.text if transcript is None else transcript.text
    if not asked:
        raise _nothing_asked(spoken=transcript is not None)
    history = prompt(settings.system_prompt, _before(wish.session, given, who), asked)
    reply = await watch.timed("think", unless_left(request, _whole(_thought(given, history))))
    if not reply.strip():
        raise TextError("the mind has nothing to say to that; ask it in other words")
    order = wish.order(reply, avatar, voice, noticed=settings.visible_notice)
    row = await made(order, request, given, who, wait=wish.wait)
    if isinstance(row, Response):
        return row
    done = row.progress.state == "done"
    turn = TurnShape(
        transcript=transcript,
        asked=asked,
        reply=reply,
        video=video(row) if done else None,
        job=None if done else JobShape.model_validate(row),
        timings=watch.seconds,
    )
    headers = {} if done else {"location": f"/api/v1/jobs/{row.id}"}
    return JSONResponse(turn.model_dump(mode="json"), 200 if done else 202, headers)


class _Watch:
    """seconds: that each step took."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self.seconds: dict[str, float] = {}

    async def timed(self, step: str, work: Coroutine[Any, Any, T]) -> T:
        began = self._clock()
        result = await work
        self.seconds[step] = round(self._clock() - began, 4)
        return result


async def _hearing(given: Parts) -> None:
    """Refuse before anything is sent for nothing."""
    if not (await given.condition()).asr:
        raise Refused(
            503, "no_ears", "no speech recogniser works on this server; type, or see visavis doctor"
        )


def _understands(given: Parts, language: "Language | None") -> None:
    """Refuse a language that would be written down as another one: nobody could make sense of that."""
    known = given.engines().asr.languages
    if language is not None and language not in known:
        raise Refused(
            422,
            "language",
            f"language: the speech recogniser of this server does not understand {language!r}; it does"
            f" {', '.join(known)}, so type instead, or install a recogniser that knows it",
        )


async def _transcript(given: Parts, spool: "Spool", language: "Language | None") -> TranscriptShape:
    engines = given.engines()
    samples: Samples = await given.recorded(spool)
    async with given.dictating:
        segments = await dictated(engines.vad, engines.asr, samples, language)
    return TranscriptShape(
        text=" ".join(segment.text for segment in segments),
        language=segments[0].language if segments else language,
        duration=round(len(samples) / RATE, 2),
        segments=[SegmentShape.model_validate(segment) for segment in segments],
    )


def _asked(wish: ChatWish, system: str, given: Parts, who: Caller) -> tuple[Utterance, ...]:
    """What the mind is told."""
    turns = [Utterance(turn.role, turn.content) for turn in wish.messages]
    if wish.text is not None:
        turns.append(Utterance("user", wish.text))
    if not turns or turns[-1].role != "user":
        raise Refused(
            422, "invalid", "text: nothing is asked; send a text, or messages that end with the user's"
        )
    told = "\n\n".join([system, *(turn.text for turn in turns if turn.role == "system")]).strip()
    before = (*_before(wish.session, given, who), *(turn for turn in turns[:-1] if turn.role != "system"))
    return prompt(told, before, turns[-1].text)


def _before(session: str | None, given: Parts, who: Caller) -> tuple[Utterance, ...]:
    """What was said in a live conversation of one's own."""
    if session is None:
        return ()
    found = given.lobby.session(who.owner, session)
    if found is None:
        raise Refused(404, "not_found", "there is no such session, or it has ended; leave it out")
    return found.history


async def _thought(given: Parts, history: tuple[Utterance, ...]) -> Stream[str]:
    """Pieces of the answer, until it is over or far too long. Raises Refused where the mind fails."""
    length = 0
    try:
        async with contextlib.aclosing(given.engines().llm.reply(history)) as pieces:
            async for piece in pieces:
                yield piece
                length += len(piece)
                if length > LONGEST_ANSWER:
                    return
    except EngineError as error:
        raise _mindless(error, ours=given.keys is None) from error


async def _whole(pieces: Stream[str]) -> str:
    async with contextlib.aclosing(pieces):
        return "".join([piece async for piece in pieces]).strip()


async def _events(pieces: Stream[str]) -> Stream[bytes]:
    """As server-sent events: "piece" with a text, and at last "done" with all of it, or "error"."""
    said: list[str] = []
    try:
        async with contextlib.aclosing(pieces):
            async for piece in pieces:
                said.append(piece)
                yield _event("piece", {"text": piece})
        yield _event("done", {"reply": "".join(said).strip()})
    except Refused as error:
        if not said:  # it is answered as an error
            raise
        yield _event("error", {"code": error.code, "detail": error.detail})


def _mindless(error: EngineError, *, ours: bool) -> Refused:
    """ours: whether who asks runs the server; its addresses are nobody else's business."""
    sentence = str(error) if ours else MINDLESS
    return Refused(502, "mind", sentence)


def _event(name: str, fields: dict[str, str]) -> bytes:
    return f"event: {name}\ndata: {json.dumps(fields)}\n\n".encode()


def _nothing_asked(*, spoken: bool) -> Refused:
    if spoken:
        return Refused(422, "not_understood", "nothing was understood in the recording; speak up, or type")
    return Refused(422, "invalid", "text: nothing is asked; send a text, or a recording in the field 'file'")
