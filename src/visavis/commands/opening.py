"""Opens what the settings name: database, vault, cache, and the registry over them."""

import contextlib
import os
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from visavis.commands.showing import Bar, note
from visavis.errors import EngineError, InputError, StorageError

if TYPE_CHECKING:
    from visavis.avatars.registry import Registry
    from visavis.avatars.vault import Vault
    from visavis.config import Settings
    from visavis.contracts import Face
    from visavis.credentials import Signer
    from visavis.intake.clamd import Scanner

DATABASE: Final = "visavis.db"

SCRATCH: Final = "scratch"

CREDENTIALS: Final = "credentials"
"""The folder of this installation's own certificates, in the data folder."""

DISK_FOR_MEMORY: Final = 4
"""How much larger the cache of prepared faces is on disk than in memory."""


@contextlib.asynccontextmanager
async def registry(settings: "Settings", face: "Face | None" = None) -> AsyncIterator["Registry"]:
    """What is registered; faces are made ready for `face` when they are registered.

    Raises:
        StorageError: the database or the vault cannot be opened.
        InputError: a folder cannot be made.
    """
    from visavis.avatars.cache import Cache
    from visavis.avatars.database import Database, url_of
    from visavis.avatars.people import ensure_local
    from visavis.avatars.registry import Registry

    async with contextlib.AsyncExitStack() as stack:
        vault = _vault(settings)
        stack.push_async_callback(vault.close)
        database = await Database.opened(settings.database_url or url_of(settings.home / DATABASE))
        stack.push_async_callback(database.close)
        async with database.session() as session:
            await ensure_local(session)
        cache = Cache(vault, settings.avatar_cache_size, DISK_FOR_MEMORY * settings.avatar_cache_size)
        stack.push_async_callback(cache.close)
        with contextlib.suppress(StorageError):  # it serves without what earlier processes left
            await cache.open()
        opened = Registry(
            database, vault, cache, lambda: files("face"), scanner(settings), face, reserved=_own_voices
        )
        stack.callback(opened.close)
        yield opened


def _own_voices() -> frozenset[str]:
    """The names of the voices of all engines that are installed and tell them before they are made."""
    from visavis.plugins import engine, installed

    known: set[str] = set()
    for name in installed("tts"):
        with contextlib.suppress(EngineError):
            known.update(voice.name for voice in getattr(engine("tts", name), "voices", ()))
    return frozenset(known)


def is_begun(settings: "Settings") -> bool:
    """Whether anything can be registered: a database was made, or is elsewhere."""
    return bool(settings.database_url) or (settings.home / DATABASE).exists()


@contextlib.contextmanager
def face_engine(settings: "Settings", processes: int = 0) -> Iterator["Face"]:
    """The face engine that is set, at the speed of conversations.

    processes: that it draws in; 0: in this one.
    """
    from visavis.plugins import engine, face_named

    name = face_named(settings.avatar_backend)
    made: Face
    if processes:
        from visavis.apart import Apart

        made = Apart(name, fps=settings.live_fps, seed=0, processes=processes)
    else:
        made = engine("face", name)(fps=settings.live_fps, seed=0)
    with contextlib.closing(made):
        yield made


def face_processes(settings: "Settings") -> int:
    """How many processes a server's faces are drawn in; 0: in its own.

    Raises:
        InputError: some are set, and this system has nothing to hand pictures over in.
    """
    from visavis.streams import processors

    there = sys.platform == "linux"
    if settings.face_processes is None:
        return processors() // 2 if there else 0
    if settings.face_processes and not there:
        raise InputError(
            f"FACE_PROCESSES is {settings.face_processes}, and processes that draw need Linux; set it to 0"
        )
    return settings.face_processes


def signer(settings: "Settings") -> "Signer":
    """Who signs what is made: the operator, or this installation. Blocks.

    Raises:
        InputError: the operator's certificate is of no use.
    """
    from visavis.credentials import signer_at

    return signer_at(settings.home / CREDENTIALS, settings.c2pa_certificate, settings.c2pa_key)


def sweep_scratch(settings: "Settings") -> int:
    """Delete the unfinished videos that a server left which was killed; how many there were.

    A server that runs keeps its own.
    """
    from visavis.renderings.scratch import left_in

    return left_in(settings.home / SCRATCH)


def check_signer(settings: "Settings") -> None:
    """Tell what is wrong with a certificate before a film is made; quick where one was made here before.

    Raises:
        InputError: the operator's certificate is of no use. OutputError: none can be kept.
    """
    theirs = settings.c2pa_certificate or settings.c2pa_key
    if theirs or not (settings.home / CREDENTIALS / "signer.pem").exists():
        signer(settings)


def files(model: str) -> Mapping[str, Path]:
    """The files of a model, fetched where they are not there yet. Blocks."""
    from visavis.models import Store

    with contextlib.closing(Bar(f"fetching {model}", "B")) as bar:
        return Store().files(model, bar.at, note)


def _vault(settings: "Settings") -> "Vault":
    from visavis.avatars.vault import MasterKeys, vault_at
    from visavis.avatars.vault.keys import COMMAND, VARIABLE

    file = settings.home / "master.key"
    if is_begun(settings) and not file.exists() and not {VARIABLE, COMMAND} & os.environ.keys():
        raise StorageError(
            f"the master key {file} is gone, and what is registered cannot be opened without it; "
            f"put it back, or delete {settings.home} to begin anew"
        )
    keys = MasterKeys.found(file)
    return vault_at(settings.vault_url or settings.home / "vault", keys)


def scanner(settings: "Settings") -> "Scanner | None":
    """What looks for viruses in uploads, where one is set."""
    from visavis.intake.clamd import Clamd

    return Clamd(settings.clamav) if settings.clamav else None
