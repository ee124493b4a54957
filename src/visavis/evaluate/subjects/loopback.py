"""A server of visavis that is started here for the evaluation, so that it converses and is visited by many.

It has a data folder of its own, which is gone afterwards, so nothing that the user has registered is touched:
an avatar speaks from its picture, which lies in that folder for as long. A voice that is registered stays
where it is, and the engine's own speak.
"""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from visavis.config import AUTO, Settings
from visavis.errors import EngineError, InputError
from visavis.evaluate.client.processes import Used, used
from visavis.evaluate.client.serving import Served, serving
from visavis.evaluate.subjects import Door, Setup, Unable
from visavis.evaluate.subjects.server import Server, met
from visavis.media import Pixels
from visavis.streams import Worker, closing

PASSED_ON: Final = (
    "asr_engine",
    "llm_engine",
    "openai_api_key",
    "openai_base_url",
    "openai_model",
    "system_prompt",
    "persona",
    "face_processes",
    "chunk_buffer_size",
    "max_concurrent_users",
)
"""Settings of the user's that make a difference to a conversation."""

OFTEN: Final = "100000/minute"
"""How often visitors of our own may come."""


def settings_of(setup: Setup, portrait: Path | None) -> dict[str, str]:
    """What the server is started with, by names in the environment; portrait: a file of who is shown."""
    kept = {name: getattr(setup.settings, name) for name in PASSED_ON}
    usual = Settings()
    told = {name: value for name, value in kept.items() if value != getattr(usual, name)}
    told |= {
        "avatar_backend": setup.face or AUTO,
        "live_size": setup.size[0],
        "live_fps": setup.fps,
        "session_rate": OFTEN,
    }
    if portrait is not None:
        told["default_reference_image"] = portrait
    return {name.upper(): _absolute(value) for name, value in told.items()}


def _absolute(value: object) -> str:
    """As it is written in the environment of a process that runs elsewhere."""
    return str(value.absolute()) if isinstance(value, Path) else str(value)


@contextlib.asynccontextmanager
async def started(setup: Setup) -> AsyncIterator[Server]:
    """A server with the engines that are asked for, ready; it is ended when the block is left.

    Raises:
        Unable: it speaks with another engine. EngineError: it did not become ready, with the last of what it
            said, or it has no voice of that name.
    """
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="visavis-portrait-")))
        async with closing(Worker("portrait")) as worker:
            shown = await worker.run(partial(_pictured, setup, folder))
        served = await stack.enter_async_context(serving(settings_of(setup, shown)))
        asked = _without_strangers(setup)
        try:
            server = await stack.enter_async_context(
                met(served.address, asked, partial(_used, served), served.last_words)
            )
        except InputError as error:
            # By now others have performed already, and it is not for all of them that it matters.
            raise EngineError(str(error)) from error
        _check_voice(setup, server)
        yield server


def _check_voice(setup: Setup, server: Server) -> None:
    """Raises Unable where the server speaks with another engine than the one that is evaluated."""
    speaks = server.configuration.get("tts", "")
    if speaks != setup.tts:
        raise Unable(f"a server speaks with {speaks or 'no voice'}, and {setup.tts} is what is evaluated")


def _pictured(setup: Setup, folder: Path) -> Path | None:
    """A file of who is to be seen: the user's own, or an avatar's picture, written here. Blocks."""
    if setup.avatar is None or setup.portrait is None:
        return setup.photo
    path = folder / "portrait.png"
    _write(setup.portrait(*setup.size).pixels, path)
    return path


def _write(pixels: Pixels, path: Path) -> None:
    from PIL import Image

    Image.fromarray(pixels).save(path)


async def _used(served: Served) -> Used | None:
    return used(served.pid)


def _without_strangers(setup: Setup) -> Setup:
    """What can be asked of a server that knows nothing of what is registered."""
    return replace(setup, avatar=None, voice=None if setup.reference is not None else setup.voice)


DOORS: Final = (Door("loopback", frozenset({"conversation", "load"}), False, started),)
