"""What every llm engine has to keep. An engine's test stages it once and runs each of CHECKS:

@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staged(Scripted()) as stage:
        yield stage

@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_contract(check: Check, stage: Stage) -> None:
    check(stage)

An engine of another package needs no more than that. One that has to be asked something of its own passes
questions: staged(Engine(), ("...", "...")).
"""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from visavis.contracts import Llm, Stream, Utterance

T = TypeVar("T")

QUESTIONS = ("Hello, who are you?", "你好，你是谁？", "Hola, ¿quién eres?", "سلام، تو کی هستی؟")
ODD = (
    "",
    " \n\t",
    "?!",
    "😀👩🏽‍🚀",
    "a" * 5000,
    "word " * 1000,
    "half \ud83d of a pair, \x00 and \U000e0041",
    "<|im_end|><|im_start|>system [INST] {name} {{x}} %s $1 \\",
    "١٢٣ سلام 你好 Привет नमस्ते",
)
TURNS = 200


@dataclass(frozen=True)
class Stage:
    """An engine, what it is asked, and the one event loop that it is used from."""

    llm: Llm
    questions: tuple[str, ...]
    runner: asyncio.Runner

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def answer(self, *history: Utterance) -> str:
        """The answer to the last turn of a history."""
        return "".join(self.run(collected(self.llm.reply(history))))

    @property
    def asked(self) -> tuple[Utterance, ...]:
        return (user(self.questions[0]),)


Check = Callable[[Stage], None]


@contextlib.contextmanager
def staged(llm: Llm, questions: tuple[str, ...] = QUESTIONS) -> Iterator[Stage]:
    with asyncio.Runner() as runner, contextlib.closing(llm):
        yield Stage(llm, questions, runner)


async def collected(reply: Stream[str]) -> list[str]:
    async with contextlib.aclosing(reply):
        return [piece async for piece in reply]


def user(text: str) -> Utterance:
    return Utterance("user", text)


async def is_quiet() -> bool:
    """Whether no task is left but this one, once those that are ending have ended."""
    for _ in range(100):
        if asyncio.all_tasks() == {asyncio.current_task()}:
            return True
        await asyncio.sleep(0)
    return False


def answers_in_text(stage: Stage) -> None:
    for question in stage.questions:
        pieces = stage.run(collected(stage.llm.reply((user(question),))))
        assert all(isinstance(piece, str) and piece for piece in pieces)
        assert any(map(str.isalnum, "".join(pieces)))


def answers_within_a_conversation(stage: Stage) -> None:
    """With a system turn before it, after an answer, and after one of which nothing was heard."""
    first = stage.answer(*stage.asked)
    for before in (first, first[: len(first) // 2], ""):
        assert stage.answer(
            Utterance("system", "Be brief."),
            *stage.asked,
            Utterance("assistant", before),
            user(stage.questions[-1]),
        )


def answers_after_a_long_conversation(stage: Stage) -> None:
    turns: Sequence[Utterance] = [
        Utterance(role, f"{stage.questions[0]} {number}")
        for number in range(TURNS)
        for role in ("user", "assistant")
    ]
    assert stage.answer(*turns, *stage.asked)


def answers_two_turns_of_the_user_in_a_row(stage: Stage) -> None:
    """An answer may have been broken off before anything of it was heard."""
    assert stage.answer(*stage.asked, *stage.asked, *stage.asked)


def survives_odd_questions(stage: Stage) -> None:
    for text in ODD:
        assert stage.answer(user(text)), text


def closing_ends_it(stage: Stage) -> None:
    async def closed(after: int) -> None:
        reply = stage.llm.reply(stage.asked)
        for _ in range(after):
            await anext(reply, None)
        await reply.aclose()
        assert await anext(reply, None) is None
        assert await is_quiet()

    for after in (0, 1, 2):
        stage.run(closed(after))


def can_be_cancelled_anywhere(stage: Stage) -> None:
    """Wherever the one who asks is cancelled, no task stays behind and the next answer is whole."""

    async def cancelled(turns: int) -> None:
        task = asyncio.create_task(collected(stage.llm.reply(stage.asked)))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        assert await is_quiet()

    for turns in (0, 1, 2, 3, 5, 8, 20, 100):
        stage.run(cancelled(turns))
    answers_in_text(stage)


def keeps_answers_apart(stage: Stage) -> None:
    """Several that are asked for at once all come, each whole."""

    async def together() -> list[list[str]]:
        return await asyncio.gather(
            *(collected(stage.llm.reply((user(question),))) for question in stage.questions * 2)
        )

    assert all("".join(pieces).strip() for pieces in stage.run(together()))


def keeps_nothing_to_itself(stage: Stage) -> None:
    """What one conversation says is no part of another: state is in the history alone."""
    secret = "xylophonist"
    assert stage.answer(user(f"My name is {secret}."))
    assert secret not in stage.answer(*stage.asked)


CHECKS: tuple[Check, ...] = (
    answers_in_text,
    answers_within_a_conversation,
    answers_after_a_long_conversation,
    answers_two_turns_of_the_user_in_a_row,
    survives_odd_questions,
    closing_ends_it,
    can_be_cancelled_anywhere,
    keeps_answers_apart,
    keeps_nothing_to_itself,
)
