"""The gold set of `visavis evaluate`: the user's own recordings, read, chosen and looked at."""

import argparse
from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Final

from visavis.commands.process import until_told
from visavis.commands.showing import Bar, note

if TYPE_CHECKING:
    from visavis.evaluate.gold.reading import Gold
    from visavis.evaluate.scenarios import Scenario

CONSENT: Final = (
    "voices belong to people: evaluate only with recordings whose speakers have agreed; these stay where "
    "they are, but results.json keeps their transcripts, names and melodies, and a server that --url names "
    "is told the transcripts"
)

MANY: Final = 200
"""Recordings that take about half an hour: each takes 5 to 10 s on two processors."""


def with_gold(args: argparse.Namespace, known: "Sequence[Scenario]") -> "tuple[Scenario, ...]":
    """The scenarios that are meant among those known and those of the gold set, looked at.

    Where nothing is named, the gold set is meant.

    Raises:
        InputError: the folder is of no use, or something in it is wrong: all that is.
    """
    from visavis.evaluate.gold.examining import TAG, scenarios
    from visavis.evaluate.gold.reading import read
    from visavis.evaluate.scenarios import chosen

    gold = read(args.gold)
    tags = args.tag or ([] if args.scenarios else [TAG])
    found = chosen((*known, *scenarios(gold)), args.scenarios, tags)
    if args.list:
        return found
    for sentence in gold.notes():
        note(sentence)
    if len(found) > MANY:
        note(
            f"{len(found)} scenarios take 5 to 10 s each; for some of them, give names or a --tag, see --list"
        )
    note(CONSENT)
    return until_told(_examined(gold, found))


async def _examined(gold: "Gold", found: "Sequence[Scenario]") -> "tuple[Scenario, ...]":
    from visavis.evaluate.aligning import READER
    from visavis.evaluate.gold.examining import Examiner
    from visavis.plugins import engine
    from visavis.streams import Worker
    from visavis.streams import closing as quietly

    with closing(engine("tts", READER)()) as tts, closing(Bar("reading the gold set", "")) as bar:
        async with quietly(Worker("gold")) as worker:
            return await Examiner(gold, tts, worker, note).examined(found, bar.at)
