"""A recording of a real session is what its client heard, whatever the transport took ahead."""

import asyncio
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from tests.conversation.scenes import SPEECH_ONLY, WEBRTC, WEBSOCKET, Cast, Client, now, talking
from tests.fakes.tts import LETTER
from tests.transports.test_recording import USER, loud
from visavis.conversation.stage import Pace
from visavis.transports.recording import HEARS, Tape, recorded

PIECE = HEARS // 50


async def speak(client: Client, seconds: float) -> None:
    """The user's voice, as it comes from a microphone; too quiet for ears that take loudness for speech."""
    for at in range(0, round(seconds * HEARS), PIECE):
        tone = np.sin(2 * np.pi * USER * np.arange(at, at + PIECE) / HEARS)
        await asyncio.sleep(0.02)
        client.session.hear((0.09 * tone).astype(np.float32))


def words(seconds: float) -> str:
    """A text that takes so long."""
    return " ".join(["mama"] * round(seconds / LETTER / 5)) + "."


def replies(path: Path) -> list[tuple[float, float]]:
    """From when to when the avatar is heard, in seconds; pauses of less than half a second are none."""
    with av.open(str(path)) as container:
        frames = list(container.decode(audio=0))
    sound = np.concatenate([frame.to_ndarray()[0] for frame in frames])
    rate = frames[0].sample_rate
    low = np.convolve(sound, np.ones(32) / 32, "same")  # 32 samples are three periods of the user's voice
    at = np.flatnonzero(np.abs(low) > 0.05) / rate
    ends = np.flatnonzero(np.diff(at) > 0.5)
    begins = [0, *(ends + 1)]
    return [(float(at[a]), float(at[b])) for a, b in zip(begins, [*ends, -1], strict=True)]


@pytest.mark.parametrize("pace", [WEBRTC, WEBSOCKET, SPEECH_ONLY], ids=["webrtc", "ws", "speech"])
async def test_replies_a_cut_and_the_user(tmp_path: Path, pace: Pace) -> None:
    out, tape = tmp_path / "talk.mp4", Tape()
    async with talking(Cast(), pace) as client:
        session = client.session
        session.recorders.add(tape)
        task = asyncio.create_task(recorded(tape, out, session.size, session.fps, session.rate))
        await session.say(words(1.5))
        await client.silence()
        await asyncio.sleep(0.6)
        asked = now()
        await speak(client, 1.0)
        await asyncio.sleep(0.5)
        await session.say(words(9.0))
        await asyncio.sleep(2.0)
        await session.interrupt()
        broken = now()
        await speak(client, 0.8)
        await session.say(words(0.9))
        await client.silence()
        tape.stop()
        made = await task
        session.recorders.discard(tape)
    first, cut, last = replies(out)
    question, interjection = loud(out, USER, least=0.02)
    assert question[1] - question[0] == pytest.approx(1.0, abs=0.1)
    assert interjection[1] - interjection[0] == pytest.approx(0.8, abs=0.1)
    in_order = [0.0, *first, *question, *cut, *interjection, *last, made.seconds]
    assert all(one < other + 0.03 for one, other in pairwise(in_order))
    if pace.rest is not None:
        began = client.moments[0][0]
        assert question[0] == pytest.approx(asked - began, abs=0.1)
        assert interjection[0] == pytest.approx(broken - began, abs=0.1)
        assert made.seconds == pytest.approx(client.moments[-1][0] - began + pace.rest, abs=0.2)
