"""A server that speaks OpenAI's protocol: asks it, keeps its answer in time, says what went wrong.

Loads the client library, so `openai` imports it only when an engine is made.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from typing import Final, cast
from urllib.parse import urlsplit

from httpx2 import HTTPError, Limits
from openai import (
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    AsyncOpenAI,
    AsyncStream,
    DefaultAsyncHttpxClient,
    Timeout,
)
from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam
from openai.types.chat.chat_completion_chunk import Choice, ChoiceDelta

from visavis.contracts import Stream
from visavis.engines.llm.openai_faults import is_too_long, place, sentence
from visavis.engines.llm.openai_history import MOST
from visavis.errors import EngineError
from visavis.streams import loop_time

ENDING: Final = 1.0
"""Seconds that a stream may take to end behind the piece that says it was the last."""

CONNECT: Final = 5.0
KEPT: Final = 120.0
"""Seconds in which a connection has to be made, and for which an idle one is kept."""

SHORTER: Final = 4
"""What a conversation's length is divided by when the server says that it is too long."""

AT_HOME: Final = ("localhost", "127.0.0.1", "::1")
"""Hosts that no proxy stands before, whatever the environment says."""

_NO_MIND: Final = ("embed", "whisper", "tts", "rerank", "moderation", "dall-e", "image")

Messages = list[dict[str, str]]


class Server:
    """One server and the model that is asked there.

    place: the server as a user knows it.
    """

    def __init__(self, url: str, key: str, model: str, first: float, between: float) -> None:
        """Nothing is sent as yet. model: "" is the first one that the server lists.

        Raises:
            EngineError: the URL is none.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise EngineError(f"OPENAI_BASE_URL is {url!r}; write one like http://127.0.0.1:11434/v1")
        self.place = place(url)
        self._model, self._first, self._between = model, first, between
        connections = DefaultAsyncHttpxClient(
            limits=Limits(keepalive_expiry=KEPT), trust_env=parts.hostname not in AT_HOME
        )
        self._client = AsyncOpenAI(
            base_url=url,
            api_key=key or "none",
            max_retries=0,
            timeout=Timeout(None, connect=CONNECT),
            http_client=connections,
        )

    async def pieces(self, conversation: Callable[[int], Messages]) -> Stream[str]:
        """The text of an answer as it comes. conversation: the messages, of at most so many characters.

        Raises:
            EngineError: anything that went wrong.
        """
        begun = ended = False
        deadline = loop_time() + self._first
        try:
            async with asyncio.timeout_at(deadline):
                stream = await self._asked(conversation)
            async with contextlib.aclosing(stream):
                while (chunk := await _next(stream, deadline, ended)) is not None:
                    text, last = _read(chunk)
                    if text:
                        yield text
                    begun, ended = begun or bool(text), ended or last
                    deadline = loop_time() + (ENDING if ended else self._between)
                if begun and not ended and not _tells_its_end(stream.response.headers):
                    raise EngineError(
                        f"the language model at {self.place} broke off in the middle of its answer; ask again"
                    )
        except TimeoutError as error:
            raise EngineError(self._silent(begun)) from error
        except APIError as error:
            raise EngineError(sentence(error, self.place, self._model)) from error
        except (ValueError, HTTPError) as error:
            raise EngineError(
                f"the language model at {self.place} answers with something that is no chat completion; look"
                " whether OPENAI_BASE_URL is right"
            ) from error

    async def look(self, patience: float) -> None:
        """Ask for its models: whether it is there, within so many seconds, and lets us in.

        A server that has no list is believed to have the model that was named.

        Raises:
            EngineError: it is not, does not, or has none where none was named.
        """
        try:
            async with asyncio.timeout(patience):
                if self._model:
                    await self._client.models.list()
                else:
                    self._model = await self._first_model()
        except TimeoutError as error:
            raise EngineError(
                f"the language model at {self.place} says nothing for {patience:g} seconds; look whether it"
                " runs"
            ) from error
        except APIStatusError as error:
            if not self._model or error.status_code in (401, 403) or error.status_code >= 500:
                raise EngineError(sentence(error, self.place, self._model)) from error
        except APIError as error:
            raise EngineError(sentence(error, self.place, self._model)) from error
        except (ValueError, AttributeError, HTTPError) as error:  # a page in place of a list has no `data`
            if not self._model:
                raise EngineError(
                    f"the language model at {self.place} does not tell its models; set OPENAI_MODEL, or look"
                    " whether OPENAI_BASE_URL is right"
                ) from error

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _asked(self, conversation: Callable[[int], Messages]) -> AsyncStream[ChatCompletionChunk]:
        """Ask; a second time where the connection broke, and for less where it was too much."""
        messages = conversation(MOST)
        try:
            return await self._completions(messages)
        except APITimeoutError:
            raise
        except APIConnectionError:
            return await self._completions(messages)
        except APIStatusError as error:
            if not is_too_long(error):
                raise
            length = sum(len(message["content"]) for message in messages[1:])
            return await self._completions(conversation(length // SHORTER))

    async def _completions(self, messages: Messages) -> AsyncStream[ChatCompletionChunk]:
        told = cast("list[ChatCompletionMessageParam]", messages)
        model = self._model = self._model or await self._first_model()
        return await self._client.chat.completions.create(model=model, messages=told, stream=True)

    async def _first_model(self) -> str:
        """The first model on the server's list that may well be able to chat."""
        names = [model.id for model in (await self._client.models.list()).data or ()]
        if not names:
            raise EngineError(
                f"the language model server at {self.place} has no model; load one, or set OPENAI_MODEL"
            )
        return next((name for name in names if not any(word in name.lower() for word in _NO_MIND)), names[0])

    def _silent(self, begun: bool) -> str:
        if begun:
            return f"the language model at {self.place} fell silent for {self._between:g} seconds; ask again"
        return (
            f"the language model at {self.place} gave no answer in {self._first:g} seconds; try again,"
            " or take a quicker model with OPENAI_MODEL"
        )


async def _next(
    stream: AsyncStream[ChatCompletionChunk], deadline: float, ended: bool
) -> ChatCompletionChunk | None:
    """The next piece, which has to come by then; None at the end, which is believed where it was told."""
    try:
        async with asyncio.timeout_at(deadline):
            return await anext(stream, None)
    except TimeoutError:
        if ended:
            return None
        raise


def _tells_its_end(headers: Mapping[str, str]) -> bool:
    """Whether an answer that is broken off can be told from one that is whole by how it came (RFC 9112, 6.3);
    servers that say neither in the answer that it was the last of it are believed then.
    """
    return "chunked" in headers.get("transfer-encoding", "").lower() or "content-length" in headers


def _read(chunk: object) -> tuple[str, bool]:
    """The words in a piece of an answer, and whether they are the last."""
    match chunk:
        case ChatCompletionChunk(
            choices=[Choice(delta=ChoiceDelta(content=str(text)), finish_reason=why), *_]
        ):
            return text, bool(why)
        case ChatCompletionChunk(choices=[Choice(finish_reason=str()), *_]):
            return "", True
    return "", False
