"""`visavis serve`: the HTTP API, on this machine only unless keys are asked for."""

import argparse
import contextlib
import logging
import socket
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from visavis.commands.showing import note
from visavis.errors import InputError, StorageError, VisavisError

if TYPE_CHECKING:
    from visavis.avatars.database.tables import AuditEvent
    from visavis.avatars.registry import Registry
    from visavis.config import Settings
    from visavis.contracts import Face, Stream, Tts
    from visavis.media import Portrait
    from visavis.renderings.studio import Workshop
    from visavis.server.parts import Condition, Parts

TTS = "espeak"
MODELS = ("face", "demo-portrait")
VOICE = "the voice"

# Seconds that a download has to end by itself, when the server does.
PATIENCE = 2

EPILOG = """\
Without keys the server is for this machine alone, and whoever uses it is its one user. For others, make each
of them a key and ask for it:

  visavis keys create ada
  API_KEYS=true visavis serve --host 0.0.0.0

What it answers is told at http://127.0.0.1:8000/docs.
"""


def add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    parser = commands.add_parser(
        "serve",
        parents=[common],
        help="answer over HTTP",
        description="Answer over HTTP until told to stop.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--host", metavar="ADDRESS", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", type=_port, metavar="PORT", help="port; 0 takes a free one (default: 8000)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    import asyncio

    from visavis import config

    settings = config.load()
    settings = replace(
        settings,
        host=settings.host if args.host is None else args.host,
        port=settings.port if args.port is None else args.port,
        api_keys=settings.api_keys or settings.mode == "production",
    )
    with contextlib.closing(listening(settings)) as sockets:
        asyncio.run(_served(settings, sockets, verbose=args.verbose))


def listening(settings: "Settings") -> socket.socket:
    """The socket to listen on.

    Raises:
        InputError: it is not for this machine alone and nobody has to show a key, or it cannot be had.
    """
    from visavis.server.doors import is_loopback

    if not settings.api_keys and not is_loopback(settings.host):
        raise InputError(
            f"{settings.host} can be reached by others, who could do everything without a key; "
            "set API_KEYS=true and make keys with: visavis keys create"
        )
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family)
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise InputError(
            f"cannot listen on {settings.host} port {settings.port}: {said}; name another --port or --host"
        ) from error


async def _served(settings: "Settings", sockets: socket.socket, *, verbose: bool) -> None:
    from visavis.server import log
    from visavis.server.app import create
    from visavis.server.running import run

    events = log.opened(level=_level(settings, verbose=verbose), console=sys.stderr.isatty())
    logging.basicConfig(
        level=_level(settings, verbose=verbose).upper(), handlers=[log.Others(events)], force=True
    )
    async with parts(settings) as opened:
        host, port = sockets.getsockname()[:2]
        note(f"at http://{f'[{host}]' if ':' in host else host}:{port}; what it answers is told at /docs")
        await run(create(settings, opened, events), sockets, opened.renderings.stop)


@contextlib.asynccontextmanager
async def parts(settings: "Settings") -> AsyncIterator["Parts"]:
    """Everything that the server works with, opened as the settings say."""
    from visavis.avatars import audit, holdings, people
    from visavis.avatars.vault import Spool
    from visavis.commands.opening import face_engine, registry
    from visavis.renderings.jobs import Renderings
    from visavis.server.keys import StoredKeys
    from visavis.server.parts import Parts
    from visavis.streams import Crew, closing

    async with contextlib.AsyncExitStack() as stack:
        face = stack.enter_context(face_engine(settings))
        opened = await stack.enter_async_context(registry(settings, face))
        await opened.sweep()
        database, vault = opened.database, opened.vault
        workshop = await stack.enter_async_context(closing(_workshop(settings, opened)))
        renderings = Renderings(database, vault, workshop, settings.home / "scratch")
        await stack.enter_async_context(renderings)
        crew = await stack.enter_async_context(Crew())
        readiness = _Readiness(settings, opened)
        stack.callback(crew.begin(readiness.load()).cancel)

        async def audited(owner: str, most: int) -> "Sequence[AuditEvent]":
            async with database.reading() as session:
                return await audit.events(session, owner, most)

        async def exported(owner: str, actor: str) -> "Stream[bytes]":
            async with database.session() as session:
                await audit.record(session, owner, actor, "exported", "user", owner)
            async with contextlib.aclosing(holdings.exported(owner, database, vault)) as archive:
                async for piece in archive:
                    yield piece

        pepper = await vault.secret(people.PEPPER) if settings.api_keys else None
        yield Parts(
            registry=opened,
            renderings=renderings,
            cached=opened.cache.status,
            exported=exported,
            erased=partial(holdings.erased, database=database, vault=vault, cache=opened.cache),
            audited=audited,
            spool=Spool,
            condition=readiness.condition,
            keys=StoredKeys(database, pepper, crew) if pepper else None,
        )


class _Readiness:
    """What the server needs to work, and whether it is there as yet."""

    def __init__(self, settings: "Settings", registry: "Registry") -> None:
        from visavis.plugins import face_named

        self._backend = face_named(settings.avatar_backend)
        self._registry = registry
        self._lacking = {_model(model): "is being fetched" for model in MODELS} | {VOICE: "is being tried"}

    async def load(self) -> None:
        """Try the voice, and fetch what is missing, so that nobody's first video has to wait for it."""
        try:
            await _spoken()
            del self._lacking[VOICE]
        except VisavisError as error:
            note(str(error))
            self._lacking[VOICE] = "does not work"
        for model in MODELS:
            if await _fetched(model):
                del self._lacking[_model(model)]
            else:
                self._lacking[_model(model)] = "cannot be fetched"

    async def condition(self) -> "Condition":
        """How the server is at this moment."""
        from visavis.server.parts import Condition

        missing = [f"{what} {why}" for what, why in self._lacking.items()]
        try:
            async with self._registry.database.reading():
                pass
        except StorageError:
            missing.append("the database cannot be reached")
        # There is no engine as yet that uses anything else than the processors.
        speaks, moves = VOICE not in self._lacking, _model("face") not in self._lacking
        return Condition("cpu", self._backend, speaks, moves, tuple(missing))


def _model(name: str) -> str:
    return f"the model {name}"


async def _spoken() -> None:
    """See that the voice speaks.

    Raises:
        VisavisError: it does not, or is not installed.
    """
    from visavis.language import clauses
    from visavis.plugins import engine
    from visavis.streams import closing, stream_of

    async with closing(engine("tts", TTS)()) as tts:
        words = stream_of(clauses("One.", "en"))
        async with contextlib.aclosing(tts.speak(words, tts.voices[0])) as chunks:
            async for _ in chunks:
                pass


async def _fetched(model: str) -> bool:
    """Whether a model is there now.

    It is fetched by a process, which goes on at the next start where this one ended: a thread could not be
    told to stop, and an end of the server would wait for the network.
    """
    import asyncio

    from visavis.models import Store
    from visavis.streams import Worker, closing

    async with closing(Worker("models")) as worker:
        try:
            if (await worker.run(lambda: Store().status(model))).state == "present":
                return True
        except VisavisError as error:
            note(str(error))
            return False
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "visavis.cli", "models", "pull", model,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        return await process.wait() == 0
    finally:
        if process.returncode is None:
            process.terminate()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    await process.wait()
        if process.returncode is None:
            process.kill()


def _workshop(settings: "Settings", registry: "Registry") -> "Workshop":
    from visavis.commands.opening import signer
    from visavis.plugins import engine, face_named
    from visavis.renderings.studio import Workshop

    tts: Callable[[], Tts] = engine("tts", TTS)
    face = engine("face", face_named(settings.avatar_backend))

    def posed(fps: int, seed: int) -> "Face":
        made: Face = face(fps=fps, seed=seed)
        return made

    return Workshop(registry, signer(settings), tts, posed, partial(_default, settings))


def _default(settings: "Settings", width: int, height: int) -> "Portrait":
    """Who speaks where no avatar is named. Blocks."""
    from visavis.commands.casting import photographed
    from visavis.commands.opening import files

    picture = settings.default_reference_image or next(iter(files("demo-portrait").values()))
    return photographed(settings, picture, (width, height))()


def _level(settings: "Settings", *, verbose: bool) -> str:
    """A server's requests are told unless errors alone are asked for."""
    return "debug" if verbose else "info" if settings.log_level == "warning" else settings.log_level


def _port(words: str) -> int:
    if not words.isascii() or not words.isdecimal() or int(words) > 65535:
        raise argparse.ArgumentTypeError(f"{words!r} is no port; give a number up to 65535")
    return int(words)
