"""A server of chat completions as the mind, against a real one on this machine that is told what to do."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Iterator

import pytest

from tests.contracts.llm import CHECKS, Check, Stage, collected, is_quiet, staged, user
from tests.engines.llm.completions import HELLO, Completions, Exchange, Script, chunk, completions, saying
from visavis.contracts import Utterance
from visavis.engines.llm.openai import OpenAi
from visavis.errors import EngineError

QUESTION = (user("What is new?"),)


@pytest.fixture(scope="module")
def running() -> Iterator[Completions]:
    with completions() as server:
        yield server


@pytest.fixture
def server(running: Completions) -> Completions:
    running.script = HELLO
    running.models = ("first-model", "second-model")
    running.refused = ""
    running.seen.clear()
    running.left.clear()
    return running


@pytest.fixture(scope="module")
def stage(running: Completions) -> Iterator[Stage]:
    with staged(OpenAi(running.url)) as stage:
        yield stage


@pytest.fixture
def engine(server: Completions) -> Iterator[OpenAi]:
    with contextlib.closing(OpenAi(server.url, model="m")) as engine:
        yield engine


async def answer(engine: OpenAi, *history: Utterance) -> str:
    return "".join(await collected(engine.reply(history or QUESTION)))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_contract(check: Check, stage: Stage, server: Completions) -> None:
    check(stage)


async def test_a_server_that_is_there_is_asked_for_its_models_only(server: Completions) -> None:
    for model in ("", "m"):
        with contextlib.closing(OpenAi(server.url, model=model)) as engine:
            await engine.look()
    assert [exchange.path for exchange in server.seen] == ["/v1/models"] * 2


@pytest.mark.parametrize(
    ("status", "model", "sentence"),
    [
        ("401 Unauthorized", "m", r"refuses the key \(401\)"),
        ("404 Not Found", "", "does not tell its models; set OPENAI_MODEL"),
        ("503 Service Unavailable", "m", r"failed \(503"),
    ],
)
async def test_a_server_that_does_not_let_us_in(
    status: str, model: str, sentence: str, server: Completions
) -> None:
    server.refused = status
    told = pytest.raises(EngineError, match=sentence)
    with contextlib.closing(OpenAi(server.url, model=model)) as engine, told:
        await engine.look()


async def test_a_server_without_a_list_may_have_the_model_that_is_named(server: Completions) -> None:
    server.refused = "404 Not Found"
    with contextlib.closing(OpenAi(server.url, model="m")) as engine:
        await engine.look()
        assert await answer(engine) == "Hello there."


async def test_a_server_that_is_not_there_is_told_when_it_is_looked_for() -> None:
    told = pytest.raises(EngineError, match=r"127\.0\.0\.1:1 cannot be reached")
    with contextlib.closing(OpenAi("http://127.0.0.1:1/v1")) as engine, told:
        await engine.look()


async def test_words_come_as_they_are_sent(server: Completions, engine: OpenAi) -> None:
    async def script(exchange: Exchange) -> None:
        await exchange.head()
        for word in ("One", " two", " three"):
            await exchange.word(word)
            await server.go_on()
        await exchange.end()

    server.script = script
    heard = []
    async for piece in engine.reply(QUESTION):
        heard.append(piece)
        server.told.release()
    assert heard == ["One", " two", " three"]


async def test_closing_is_seen_by_the_server(server: Completions, engine: OpenAi) -> None:
    async def script(exchange: Exchange) -> None:
        await exchange.head()
        await exchange.word("One")
        await server.left_alone(exchange)

    server.script = script
    reply = engine.reply(QUESTION)
    assert await anext(reply) == "One"
    await reply.aclose()
    assert await asyncio.to_thread(server.left.wait, 5)
    assert await is_quiet()


async def test_cancelling_is_seen_by_the_server_before_the_first_word(
    server: Completions, engine: OpenAi
) -> None:
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()

    async def script(exchange: Exchange) -> None:
        loop.call_soon_threadsafe(asked.set)
        await server.left_alone(exchange)

    server.script = script
    task = asyncio.create_task(answer(engine))
    await asked.wait()
    task.cancel()
    await asyncio.wait([task])
    assert await asyncio.to_thread(server.left.wait, 5)
    assert await is_quiet()


async def test_what_is_sent(server: Completions) -> None:
    with contextlib.closing(OpenAi(server.url, "a-key", "m", system="Be kind.")) as engine:
        await answer(engine, Utterance("system", "You are Ada."), *QUESTION)
    (exchange,) = server.seen
    assert exchange.headers["authorization"] == "Bearer a-key"
    assert exchange.body == {
        "model": "m",
        "stream": True,
        "messages": [
            {"role": "system", "content": "Be kind.\n\nYou are Ada."},
            {"role": "user", "content": "What is new?"},
        ],
    }


async def test_the_environment_is_the_default(server: Completions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    monkeypatch.setenv("OPENAI_API_KEY", "of the environment")
    monkeypatch.setenv("OPENAI_MODEL", "its model")
    with contextlib.closing(OpenAi()) as engine:
        await answer(engine)
    assert server.seen[0].headers["authorization"] == "Bearer of the environment"
    assert server.bodies[0]["model"] == "its model"


async def test_a_model_is_looked_for_once(server: Completions) -> None:
    server.models = ("nomic-embed-text", "llama", "qwen")
    with contextlib.closing(OpenAi(server.url)) as engine:
        await answer(engine)
        await answer(engine)
    assert [exchange.path for exchange in server.seen] == ["/v1/models", *["/v1/chat/completions"] * 2]
    assert [body["model"] for body in server.bodies] == ["llama", "llama"]


async def test_characters_may_be_cut_anywhere_on_their_way(server: Completions, engine: OpenAi) -> None:
    text = "你好，¡señor! سلام 😀"

    async def script(exchange: Exchange) -> None:
        await exchange.head()
        for byte in f"data: {chunk({'content': text})}\r\n\r\n".encode():
            await exchange.send(bytes([byte]))
        await exchange.end()

    server.script = script
    assert await answer(engine) == text


def events(*contents: str) -> Script:
    async def script(exchange: Exchange) -> None:
        await exchange.head()
        for content in contents:
            await exchange.event(content)
        if contents[-1:] != ("[DONE]",):
            await exchange.end()

    return script


CALL = {"tool_calls": [{"index": 0, "id": "1", "function": {"name": "f", "arguments": "{}"}}]}


@pytest.mark.parametrize(
    "script",
    [
        events(chunk({"content": "Yes."})),
        events(chunk({"role": "assistant", "content": ""}), chunk({"content": "Yes."}, "stop"), "[DONE]"),
        events(chunk({"reasoning_content": "Hmm"}), chunk({"reasoning": "Hm"}), chunk({"content": "Yes."})),
        events(chunk(CALL), chunk({"content": "Yes."}), chunk(CALL, "tool_calls"), "[DONE]"),
        events(chunk({"content": None}), '{"choices": [], "usage": {}}', "{}", chunk({"content": "Yes."})),
        events('{"choices": [{}]}', '{"choices": null}', '"text"', "[1]", chunk({"content": "Yes."})),
        events(chunk({"content": "<thi"}), chunk({"content": "nk>W"}), chunk({"content": "</think> Yes."})),
        events(chunk({"content": "<think>Well</thi"}), chunk({"content": "nk>"}), chunk({"content": "Yes."})),
    ],
    ids=["one piece", "usual", "reasoning", "tools", "nothing", "odd", "thoughts", "cut thoughts"],
)  # fmt: skip
async def test_only_the_answer_is_said(server: Completions, engine: OpenAi, script: Script) -> None:
    server.script = script
    assert await answer(engine) == "Yes."


def refusing(status: str, error: object, *headers: str) -> Script:
    return lambda exchange: exchange.refuse(status, error, *headers)


async def hung_up(exchange: Exchange) -> None:
    exchange.writer.transport.abort()


async def cut_off(exchange: Exchange) -> None:
    await exchange.head("200 OK", "text/event-stream", "Content-Length: 9000")
    await exchange.word("One")


async def page(exchange: Exchange) -> None:
    await exchange.head("200 OK", "text/html")
    await exchange.send(b"<html>Welcome to my router</html>")


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        (refusing("401 No", {"message": "bad key"}), "refuses the key .401.; set OPENAI_API_KEY"),
        (refusing("404 No", {"message": "no"}), "has no model 'm'; set OPENAI_MODEL"),
        (refusing("429 No", {"message": "slow"}, "Retry-After: 7"), "too often; try again in 7 seconds"),
        (refusing("429 No", {"message": "slow"}, "Retry-After: Wed, 21 Oct"), "try again in 10 seconds"),
        (refusing("429 No", {"code": "insufficient_quota", "message": "pay"}), "no credit left"),
        (refusing("500 No", {"message": "out of\nmemory"}), "failed .500: out of memory.; try again"),
        (refusing("502 No", "x" * 5000), "failed .502: .{0,40}x{100}"),
        (refusing("400 No", {"message": "no chat template"}), "refuses the question .400: no chat template"),
        (refusing("400 No", {"code": "context_length_exceeded", "message": "too much"}), "of this length"),
        (hung_up, "cannot be reached"),
        (cut_off, "cannot be reached|broke off"),
        (page, "an empty answer"),
        (events(), "an empty answer"),
        (events(chunk({"content": "  "}, "stop"), "[DONE]"), "an empty answer"),
        (events(chunk(CALL, "tool_calls"), "[DONE]"), "an empty answer"),
        (events(chunk({"content": "<think>for ever"})), "an empty answer"),
        (events("{not json"), "no chat completion"),
        (events(json.dumps({"error": {"message": "the GPU fell off"}})), "broke off .the GPU fell off"),
    ],
)
async def test_what_goes_wrong_is_one_sentence(
    server: Completions, engine: OpenAi, script: Script, sentence: str
) -> None:
    server.script = script
    with pytest.raises(EngineError, match=sentence) as caught:
        await answer(engine)
    assert "127.0.0.1" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400
    assert await is_quiet()
    server.script = saying("Fine.")
    assert await answer(engine) == "Fine.", "the next answer comes"


async def test_a_server_that_is_not_there() -> None:
    with completions() as gone:
        url = gone.url
    refused = pytest.raises(EngineError, match=r"cannot be reached .+; start it, or correct OPENAI_BASE_URL")
    with contextlib.closing(OpenAi(url, model="m")) as engine, refused:
        await answer(engine)


@pytest.mark.parametrize("url", ["nonsense", "ftp://example.org", "http://"])
def test_a_base_url_that_is_none(url: str) -> None:
    with pytest.raises(EngineError, match=r"OPENAI_BASE_URL is .+; write one like"):
        OpenAi(url)


def test_nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(EngineError, match="no language model is set; set OPENAI_API_KEY, or OPENAI_BASE_URL"):
        OpenAi()


def test_a_password_in_the_url_is_not_told() -> None:
    engine = OpenAi("http://me:secret@127.0.0.1:9/v1", model="m")
    with contextlib.closing(engine), pytest.raises(EngineError) as caught:
        asyncio.run(answer(engine))
    assert "secret" not in str(caught.value)


async def silent(exchange: Exchange) -> None:
    await exchange.gone.wait()


async def stuck(exchange: Exchange) -> None:
    await exchange.head()
    await exchange.word("One")
    await exchange.gone.wait()


async def open_ended(exchange: Exchange) -> None:
    await exchange.head()
    await exchange.event(chunk({"content": "One"}, "stop"))
    await exchange.gone.wait()


@pytest.mark.parametrize(
    ("script", "sentence"),
    [(silent, "no answer in 0.1 seconds"), (stuck, "fell silent for 0.1 seconds")],
)
async def test_patience_ends(
    server: Completions, script: Callable[[Exchange], Awaitable[None]], sentence: str
) -> None:
    server.script = script
    with contextlib.closing(OpenAi(server.url, model="m", first=0.1, between=0.1)) as engine:
        with pytest.raises(EngineError, match=sentence):
            await answer(engine)
        assert await is_quiet()


async def test_a_stream_that_is_left_open_after_its_last_word(
    server: Completions, engine: OpenAi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("visavis.engines.llm.openai_server.ENDING", 0.05)
    server.script = open_ended
    assert await answer(engine) == "One"


async def test_a_connection_that_breaks_is_tried_once_more(server: Completions, engine: OpenAi) -> None:
    async def script(exchange: Exchange) -> None:
        if len(server.seen) == 1:
            await hung_up(exchange)
        await saying("Here", " again.")(exchange)

    server.script = script
    assert await answer(engine) == "Here again."
    assert len(server.seen) == 2


async def test_a_conversation_that_is_too_long_is_shortened_once(server: Completions, engine: OpenAi) -> None:
    async def script(exchange: Exchange) -> None:
        if len(server.seen) == 1:
            words = "This model's maximum context length is 4096 tokens"
            await exchange.refuse("400 Bad Request", {"message": words})
        await saying("Shorter.")(exchange)

    server.script = script
    history = [Utterance(role, "word " * 100) for _ in range(10) for role in ("user", "assistant")]
    assert await answer(engine, *history, *QUESTION) == "Shorter."
    first, second = (len(body["messages"]) for body in server.bodies)
    assert (first, second) == (22, 6)
    assert server.bodies[1]["messages"][-1]["content"] == "What is new?"


async def test_an_answer_without_an_end_is_ended(server: Completions, engine: OpenAi) -> None:
    async def script(exchange: Exchange) -> None:
        await exchange.head()
        while not exchange.gone.is_set():
            await exchange.word("and so on " * 100)
            await asyncio.sleep(0)

    server.script = script
    assert 20_000 < len(await answer(engine)) < 22_000


@pytest.mark.parametrize("told", [True, False])
async def test_half_an_answer_is_none(server: Completions, engine: OpenAi, told: bool) -> None:
    """Where the end of the connection is the only end that there is."""

    async def script(exchange: Exchange) -> None:
        await exchange.head()
        await exchange.word("It was a dark and")
        if told:
            await exchange.end()

    server.script = script
    if told:
        assert await answer(engine) == "It was a dark and"
    else:
        with pytest.raises(EngineError, match="broke off in the middle of its answer; ask again"):
            await answer(engine)


async def test_a_server_without_models(server: Completions) -> None:
    server.models = ()
    refused = pytest.raises(EngineError, match="has no model; load one, or set OPENAI_MODEL")
    with contextlib.closing(OpenAi(server.url)) as engine, refused:
        await answer(engine)


def test_it_is_closed_wherever_it_is_closed_from(server: Completions) -> None:
    """Beside its loop, on it, after it, and without one; nothing is left open for the collector to find."""

    async def beside() -> None:
        engine = OpenAi(server.url, model="m")
        await answer(engine)
        await asyncio.to_thread(engine.close)

    async def on_it() -> None:
        engine = OpenAi(server.url, model="m")
        await answer(engine)
        engine.close()
        assert await is_quiet()

    asyncio.run(beside())
    asyncio.run(on_it())
    engine = OpenAi(server.url, model="m")
    with asyncio.Runner() as runner:
        assert runner.run(answer(engine)) == "Hello there."
        engine.close()
    engine.close()
    OpenAi(server.url).close()
