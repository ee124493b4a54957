"""A studio that does what the text of an order says, and a house with everything real around it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

from visavis.avatars.database import Database, url_of
from visavis.avatars.database.tables import User
from visavis.avatars.vault import MasterKeys, Vault, vault_at
from visavis.errors import EngineError, ModelError, OutputError, TextError, UnknownName
from visavis.render import Film, Progress
from visavis.renderings.jobs import Renderings, last_of
from visavis.renderings.order import Order, Rendering
from visavis.stopwatch import Stopwatch

OWNERS = ("ada", "bob", "cyn")
SECONDS = 2.0
CLEAR = b"in the clear: "


class ScriptedStudio:
    """A film is its text, over and over. The text's first word may be

    held: it waits in its middle for `release`; endless: it never ends; wordless: there is nothing to say;
    stumbling: the engine fails; lacking: a model is not there; crashing: something unforeseen; full: the
    disk is.
    begun, ended: texts, in order.
    """

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.ended: list[str] = []
        self.release = asyncio.Event()
        self.begins = asyncio.Event()

    async def check(self, owner: str, order: Order) -> None:
        if order.voice == "nobody":
            raise UnknownName("voice", order.voice, ["mei"])

    async def film(self, owner: str, order: Order, out: Path, progress: Progress) -> Film:
        self.begun.append(order.text)
        try:
            _write(out, CLEAR)
            progress(SECONDS / 2, SECONDS)
            self.begins.set()
            await self._act(order.text)
            progress(SECONDS, SECONDS)
            _write(out, content(order.text))
        finally:
            self.ended.append(order.text)
        size = (order.width, order.height)
        return Film(out, size, order.fps, round(SECONDS * order.fps), SECONDS, Stopwatch().timings(0))

    async def _act(self, text: str) -> None:
        match text.split()[0]:
            case "held":
                await self.release.wait()
            case "endless":
                await asyncio.Event().wait()
            case "wordless":
                raise TextError(f"there are no words in '{text}'; say it in other words")
            case "stumbling":
                raise EngineError(f"the scripted engine stumbled over '{text}'")
            case "lacking":
                raise ModelError("cannot write to /somewhere/secret")
            case "crashing":
                raise KeyError(text)
            case "full":
                raise OutputError("cannot write /somewhere/secret: no space left on device")
            case _:
                await asyncio.sleep(0)


def _write(out: Path, film: bytes) -> None:
    out.write_bytes(film)


def content(text: str) -> bytes:
    """What the scripted film of a text holds: more than one chunk of the vault."""
    return CLEAR + text.encode() * (2**20 // len(text.encode()) + 9)


@contextlib.asynccontextmanager
async def storage(folder: Path, url: str | None = None) -> AsyncIterator[tuple[Database, Vault]]:
    """A vault in a folder, and a database there or elsewhere, with some owners."""
    database = await Database.opened(url or url_of(folder / "visavis.db"))
    vault = vault_at(folder / "vault", MasterKeys.of(bytes(32)))
    try:
        async with database.session() as session:
            for owner in OWNERS:
                if await session.get(User, owner) is None:
                    session.add(User(id=owner, name=owner))
        yield database, vault
    finally:
        await vault.close()
        await database.close()


@contextlib.asynccontextmanager
async def house(
    folder: Path, studio: ScriptedStudio, at_once: int = 1, most_of_one: int = 20, most: int = 200
) -> AsyncIterator[Renderings]:
    """Renderings over database and vault in a folder, which may have been used before."""
    async with storage(folder) as (database, vault):
        scratch = folder / "scratch"
        async with Renderings(database, vault, studio, scratch, at_once, most_of_one, most) as renderings:
            yield renderings


async def waited(renderings: Renderings, owner: str, id_: str) -> Rendering:
    """How a rendering ended, or how it stands when the server ends."""
    last = await last_of(renderings.follow(owner, id_))
    return replace(await renderings.find(owner, id_), progress=last)
