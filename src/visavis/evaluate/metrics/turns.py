"""Whether a conversation goes as one among people: who answers how soon, who falls silent, who is left alone.

All of it is told by what a client sent and got, as a person at the page would notice it: sound counts from
when it is played, and not from when it came. A conversation takes place in real time: no two runs of it are
the same, and all figures are of the kind that differs.
"""

import re
from collections.abc import Callable, Iterable
from functools import partial, reduce
from typing import Final

from visavis.evaluate.client.loudness import ranked
from visavis.evaluate.metrics import Direction, Metric, Reading
from visavis.evaluate.metrics.words import Count, counted
from visavis.evaluate.scenarios.conversation import NO, YES
from visavis.evaluate.takes import Dialogue, Exchange

CLIENT: Final = "measured at the client, which plays what comes on the WebSocket as the web page does"

LOOPBACK: Final = (
    "A server on this machine shares the processors with its client, and has no network between; a browser's "
    "own buffers, loudspeaker and screen are not in it. "
)


def is_spoken(exchange: Exchange) -> bool:
    """Whether words were said into the microphone, and an answer was to come; what is in brackets is none."""
    return not exchange.typed and _wants_answer(exchange) and not exchange.said.startswith("(")


def latencies(dialogue: Dialogue, chosen: Callable[[Exchange], bool]) -> list[float]:
    """Milliseconds from the end of what the visitor said, or sent, to the answer's first sound."""
    return [
        1000 * (exchange.first - exchange.ended)
        for exchange in dialogue.exchanges
        if chosen(exchange) and exchange.first is not None and exchange.first >= exchange.ended
    ]


def latency(chosen: Callable[[Exchange], bool], percent: float, dialogue: Dialogue) -> Reading:
    """One of the latencies of a conversation, with all of them."""
    found = latencies(dialogue, chosen)
    if not found:
        return Reading(None, "nothing of that kind was answered in this conversation")
    return Reading(ranked(found, percent), f"of {len(found)}", {"ms": found})


def to_silence(typed: bool, dialogue: Dialogue) -> Reading:
    """Milliseconds from the beginning of an interruption to silence, the longest."""
    found = [
        1000 * max(0.0, exchange.silent - exchange.began)
        for exchange in dialogue.exchanges
        if exchange.expects.get("interrupts") == YES
        and exchange.typed is typed
        and exchange.silent is not None
    ]
    if not found:
        return Reading(None, "nobody was interrupted so in this conversation")
    return Reading(max(found), f"of {len(found)}", {"ms": found})


def share_of(
    about: Callable[[Exchange], bool], wrong: Callable[[Exchange], bool], nothing: str, dialogue: Dialogue
) -> Reading:
    """How many of a hundred exchanges of a kind went wrong."""
    meant = [exchange for exchange in dialogue.exchanges if about(exchange)]
    if not meant:
        return Reading(None, nothing)
    failed = [exchange.said for exchange in meant if wrong(exchange)]
    return Reading(100 * len(failed) / len(meant), "; ".join(failed))


def is_met(exchange: Exchange) -> bool:
    """Whether everything that was expected of an exchange came, and nothing else did."""
    expects = exchange.expects
    wanted = expects.get("answer")
    return (
        (wanted is None or re.search(wanted, exchange.answered, re.IGNORECASE) is not None)
        and not ("must_not_answer" in expects and exchange.answered)
        and not (expects.get("interrupts") == YES and exchange.silent is None)
        and not (expects.get("interrupts") == NO and exchange.silent is not None)
        and not _is_cut_off(exchange)
    )


def words_wrong(dialogue: Dialogue) -> Reading:
    """Words that the server understood otherwise, in percent of those that were said."""
    pairs = [(exchange.said, exchange.heard) for exchange in dialogue.exchanges if is_spoken(exchange)]
    count = reduce(Count.__add__, (counted(said, heard, dialogue.language) for said, heard in pairs), Count())
    if not count.there:
        return Reading(None, "nothing was said in this conversation")
    heard = " / ".join(text or "nothing" for _, text in pairs)
    return Reading(100 * count.wrong / count.there, f"{count}; heard: {heard}")


def _is_cut_off(exchange: Exchange) -> bool:
    """Whether the answer began while the visitor still spoke."""
    return is_spoken(exchange) and exchange.first is not None and exchange.first < exchange.ended


def _wants_answer(exchange: Exchange) -> bool:
    return not {"must_not_answer", "returns"} & exchange.expects.keys()


def _wants(key: str, value: str, exchange: Exchange) -> bool:
    return exchange.expects.get(key) == value


def _metric(
    name: str,
    title: str,
    unit: str,
    measure: Callable[[Dialogue], Reading],
    limits: str,
    *,
    better: Direction = "lower",
    same_within: float = 0.0,
    source: str = CLIENT,
) -> Metric:
    return Metric(
        name=name,
        title=title,
        unit=unit,
        better=better,
        source=source,
        limits=limits,
        of=Dialogue,
        measure=measure,
        timing=unit == "ms",
        same_within=same_within,
    )


def _latencies(name: str, title: str, chosen: Callable[[Exchange], bool], limits: str) -> Iterable[Metric]:
    for percent, worded in ((50, "half of them"), (95, "95 of 100")):
        yield _metric(
            f"{name}_p{percent}",
            f"{title}, {worded}",
            "ms",
            partial(latency, chosen, percent),
            f"{LOOPBACK}{limits} Of a few exchanges the 95 of 100 are all.",
            same_within=50.0,
        )


METRICS: Final = (
    *_latencies(
        "speech_to_sound",
        "End of speech to first sound",
        is_spoken,
        "The end is that of the last voiced sample that was played into the microphone, so the silence after "
        "which a turn is taken to be over is in it. Answers that began before that end are not counted here.",
    ),
    *_latencies(
        "text_to_sound",
        "Typed text to first sound",
        lambda exchange: exchange.typed and _wants_answer(exchange),
        "Texts that are only to be read count as well.",
    ),
    _metric(
        "voice_to_silence",
        "Breaking in by voice to silence",
        "ms",
        partial(to_silence, False),
        f"{LOOPBACK}The time begins with the first voiced sample, so the 200 ms of speech are in it by which "
        "it is known to be meant. It ends when the client is told, and throws away what it has.",
        same_within=40.0,
    ),
    _metric(
        "stop_to_silence",
        "Typing or the stop button to silence",
        "ms",
        partial(to_silence, True),
        f"{LOOPBACK}A page falls silent by itself when its user presses the button, and does not wait.",
        same_within=20.0,
    ),
    _metric(
        "false_interruptions",
        "Interrupted by what is no interruption",
        "%",
        partial(
            share_of,
            partial(_wants, "interrupts", NO),
            lambda exchange: exchange.silent is not None,
            "there was no noise while the avatar spoke",
        ),
        "Coughs, knocks and an mhm that were made by a program; one of each.",
    ),
    _metric(
        "missed_interruptions",
        "Interruptions that were not heeded",
        "%",
        partial(
            share_of,
            partial(_wants, "interrupts", YES),
            lambda exchange: exchange.silent is None,
            "nobody interrupted",
        ),
        "A synthetic voice without echo: nothing of the avatar's own sound is in the microphone.",
    ),
    _metric(
        "answers_to_nothing",
        "Answered though nobody asked",
        "%",
        partial(
            share_of,
            partial(_wants, "must_not_answer", YES),
            lambda exchange: bool(exchange.answered) or exchange.first is not None,
            "there was no silence or noise in this conversation",
        ),
        "The noises are made by a program; a television that speaks is none of them.",
    ),
    _metric(
        "unanswered",
        "Questions without an answer",
        "%",
        partial(share_of, _wants_answer, lambda exchange: exchange.first is None, "nobody asked anything"),
        "An answer that begins later than the scenario waits for is none.",
    ),
    _metric(
        "cut_off",
        "Answered before the visitor was done",
        "%",
        partial(share_of, is_spoken, _is_cut_off, "nobody spoke"),
        "A pause in the middle of what a synthetic voice says; its melody does not tell that it goes on.",
    ),
    _metric(
        "as_expected",
        "Exchanges that went as they should",
        "%",
        lambda dialogue: _right(dialogue),
        "What may be answered is a regular expression that somebody wrote for the mind that comes along.",
        better="higher",
        source="expectations of the scenario's file",
    ),
    _metric(
        "words_misheard",
        "Words of visitors that were misheard",
        "%",
        words_wrong,
        "Synthetic voices, which recognisers were not made for. Words of all final transcripts together.",
        source="word error rate (NIST), characters in Mandarin; written alike as in word_errors",
        same_within=1.0,
    ),
)


def _right(dialogue: Dialogue) -> Reading:
    """How many of a hundred exchanges that something was expected of went so; the others are named."""
    wrong = share_of(
        lambda exchange: bool(exchange.expects),
        lambda exchange: not is_met(exchange),
        "nothing was expected in this conversation",
        dialogue,
    )
    return wrong if wrong.value is None else Reading(100 - wrong.value, wrong.note)
