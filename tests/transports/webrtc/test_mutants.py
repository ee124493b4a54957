"""Offers that somebody has tampered with, all the way: an answer or a sentence, and nothing is left."""

import asyncio
import gc
import logging
import random

import pytest

from tests.transports.webrtc.browsers import FIREFOX, chromium, host
from tests.transports.webrtc.client import Client
from tests.transports.webrtc.scripted import ALONE, House, served
from visavis.transports.webrtc.offers import OfferError, read

MUTANTS = 2_000
SIGNS = "\r\n =:/;,+-.0123456789abcdefABCDEF\x00\xffé"


def mutant(sdp: str, chance: random.Random) -> str:
    """One to three things changed: signs, lines or numbers."""
    for _ in range(chance.randint(1, 3)):
        lines = sdp.split("\r\n")
        here, there = chance.randrange(len(lines)), chance.randrange(len(lines))
        match chance.randrange(7):
            case 0:
                at = chance.randrange(len(sdp) + 1)
                sdp = sdp[:at] + chance.choice(SIGNS) + sdp[at + 1 :]
            case 1:
                at = chance.randrange(len(sdp) + 1)
                sdp = sdp[:at] + sdp[at + chance.randint(1, 30) :]
            case 2:
                sdp = "\r\n".join(lines[:here] + lines[here + 1 :])
            case 3:
                sdp = "\r\n".join([*lines[:here], lines[there], *lines[here:]])
            case 4:
                lines[here], lines[there] = lines[there], lines[here]
                sdp = "\r\n".join(lines)
            case 5:
                digit, number = chance.randrange(10), chance.choice([-1, 0, 2**31, 2**65])
                lines[here] = lines[here].replace(str(digit), str(number))
                sdp = "\r\n".join(lines)
            case 6:
                lines[here] += lines[here] * chance.randint(1, 9)
                sdp = "\r\n".join(lines)
    return sdp


async def test_mutants_of_an_offer_are_answered_or_refused(caplog: pytest.LogCaptureFixture) -> None:
    """What is answered is an offer that was written anew, so that many mutants are the same in the end."""
    caplog.set_level(logging.WARNING)
    chance = random.Random(1)
    client = Client()
    whole = [chromium(host("1.1.1.1")), FIREFOX.replace("\n", "\r\n"), await client.offer()]
    await client.close()
    sentences, told = set[str](), dict[str, str]()
    for _ in range(MUTANTS):
        sdp = mutant(chance.choice(whole), chance)
        try:
            told[read(sdp, ALONE.may_send_to).sdp] = sdp
        except OfferError as error:
            sentences.add(str(error))
    assert len(sentences) > 20
    assert not any("\n" in sentence for sentence in sentences)
    assert len(told) > 50
    async with served(House(places=len(told), keep=0.0), connecting=0.05) as there:
        tasks = len(asyncio.all_tasks())
        for sdp in told.values():
            assert (await there.answer(sdp)).startswith("v=0")
        await there.until_empty()
        await asyncio.sleep(0.05)
        figures = there.lobby.figures()
        assert (figures.talking, figures.entered) == (0, len(told))
        assert len(asyncio.all_tasks()) <= tasks
    gc.collect()
    assert not caplog.records
