"""`visavis serve`: the web page and the API, on this machine only unless keys are asked for."""

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
from visavis.errors import InputError

if TYPE_CHECKING:
    from visavis.avatars.database.tables import AuditEvent, Avatar, Voice
    from visavis.avatars.registry import Registry
    from visavis.commands.company import Company
    from visavis.commands.readiness import Readiness
    from visavis.config import Settings
    from visavis.contracts import Face, Stream, Tts
    from visavis.conversation.cast import Role
    from visavis.conversation.lobby import Lobby
    from visavis.credentials import Signer
    from visavis.media import Portrait, Samples
    from visavis.renderings.studio import Workshop
    from visavis.server.parts import Parts
    from visavis.tidying import Tidying
    from visavis.transports.webrtc.peers import Peers

EPILOG = """\
Without keys the server is for this machine alone, and whoever uses it is its one user. For others, make each
of them a key and ask for it:

  visavis keys create ada
  API_KEYS=true visavis serve --host 0.0.0.0

What it answers is told under /docs at the address that it prints, http://127.0.0.1:8000/docs unless HOST or
PORT is set.
"""


def add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    parser = commands.add_parser(
        "serve",
        parents=[common],
        help="the web page to talk at, and the HTTP API",
        description="Serve the web page and the HTTP API until told to stop.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--host", metavar="ADDRESS", help="address to listen on (default: HOST, else 127.0.0.1)"
    )
    parser.add_argument(
        "--port", type=_port, metavar="PORT", help="port; 0 takes a free one (default: PORT, else 8000)"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    import asyncio

    from visavis import config

    settings = config.load()
    for sentence in config.misspelt():
        note(sentence)
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
        place = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        note(f"the page is at {place}, and what the server answers is told at {place}/docs")

        def stop() -> None:
            opened.lobby.stop()
            opened.renderings.stop()

        await run(create(settings, opened, events), sockets, stop)


@contextlib.asynccontextmanager
async def parts(settings: "Settings") -> AsyncIterator["Parts"]:
    """Everything that the server works with, opened as the settings say."""
    from visavis.apart import Apart
    from visavis.avatars import audit, holdings, people
    from visavis.avatars.vault import Spool
    from visavis.commands.company import company
    from visavis.commands.opening import face_engine, face_processes, registry, scanner, signer
    from visavis.commands.readiness import Readiness
    from visavis.conversation.dictation import samples_of
    from visavis.intake.studies import study_speech
    from visavis.renderings.jobs import Renderings
    from visavis.renderings.recordings import Recordings
    from visavis.server.casting import Casting
    from visavis.server.keys import StoredKeys
    from visavis.server.parts import Parts
    from visavis.streams import Crew, closing
    from visavis.tidying import Tidying

    async with contextlib.AsyncExitStack() as stack:
        face = stack.enter_context(face_engine(settings, face_processes(settings)))
        opened = await stack.enter_async_context(registry(settings, face))
        await opened.sweep()
        database, vault = opened.database, opened.vault
        if settings.api_keys:
            async with database.reading() as session:
                if not await people.keys(session):
                    note("nobody has a key, so nobody can come in; make one with: visavis keys create NAME")
        signs = signer(settings)
        workshop = await stack.enter_async_context(closing(_workshop(settings, opened, signs)))
        renderings = Renderings(database, vault, workshop, settings.home / "scratch")
        await stack.enter_async_context(renderings)
        engines = await stack.enter_async_context(company(settings, face))
        recordings = Recordings(renderings, opened, signs, engines.engines, settings.chunk_buffer_size)
        await stack.enter_async_context(recordings)
        tidying = Tidying(*([face.tidy] if isinstance(face, Apart) else []))
        lobby = await stack.enter_async_context(_lobby(settings, opened, engines, tidying))
        peers = await stack.enter_async_context(_peers(settings))
        casting = Casting(
            opened, engines.engines, partial(_default, settings), settings.live_size, settings.system_prompt,
            marked=settings.visible_notice,
        )  # fmt: skip
        crew = await stack.enter_async_context(Crew())
        readiness = Readiness(settings, opened, engines, casting, lobby)
        stack.callback(crew.begin(_loaded(readiness)).cancel)

        async def audited(owner: str, most: int) -> "Sequence[AuditEvent]":
            async with database.reading() as session:
                return await audit.events(session, owner, most)

        async def exported(owner: str, actor: str) -> "Stream[bytes]":
            async with database.session() as session:
                await audit.record(session, owner, actor, "exported", "user", owner)
            async with contextlib.aclosing(holdings.exported(owner, database, vault)) as archive:
                async for piece in archive:
                    yield piece

        async def recorded(spool: Spool) -> "Samples":
            return samples_of(await study_speech(spool, scanner(settings)))

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
            lobby=lobby,
            casting=casting,
            engines=engines.engines,
            recorded=recorded,
            peers=peers,
            recordings=recordings,
            keys=StoredKeys(database, pepper, crew) if pepper else None,
        )


async def _loaded(readiness: "Readiness") -> None:
    from visavis.tidying import settle

    await readiness.load()
    settle()


@contextlib.asynccontextmanager
async def _lobby(
    settings: "Settings", registry: "Registry", engines: "Company", tidying: "Tidying"
) -> AsyncIterator["Lobby"]:
    """Where conversations are let in; they end when what they show is withdrawn, and with the key."""
    from visavis.avatars.people import refused_among
    from visavis.conversation.capacity import UNKNOWN
    from visavis.conversation.lobby import Lobby
    from visavis.conversation.session import Session

    async def withdrawn(owner: str, items: frozenset[str]) -> frozenset[str]:
        avatars, voices = await registry.avatars(owner), await registry.voices(owner)
        rows: tuple[Avatar | Voice, ...] = (*avatars, *voices)
        return items - {row.id for row in rows if row.state == "ready"}

    async def revoked(keys: frozenset[str]) -> frozenset[str]:
        async with registry.database.reading() as session:
            return await refused_among(session, keys)

    @contextlib.asynccontextmanager
    async def opened(role: "Role") -> AsyncIterator[Session]:
        try:
            async with Session.opened(engines.engines(), role) as session:
                yield session
        finally:
            tidying.soon()

    async with Lobby(
        settings.max_concurrent_users or UNKNOWN,
        opened,
        withdrawn=withdrawn,
        revoked=revoked if settings.api_keys else None,
    ) as lobby:
        yield lobby


@contextlib.asynccontextmanager
async def _peers(settings: "Settings") -> AsyncIterator["Peers | None"]:
    """Connections over WebRTC; None where its library cannot be loaded."""
    try:
        from visavis.transports.webrtc.gathering import Sockets, interfaces
        from visavis.transports.webrtc.ice import reach, stun_among
        from visavis.transports.webrtc.peers import Peers
    except (ImportError, OSError) as error:
        note(f"there is no WebRTC, and browsers use the WebSocket: {error}")
        yield None
        return
    within = reach(settings.host, interfaces())
    stun = None if within.alone else stun_among(server.url for server in settings.ice_servers)
    async with Peers(within, Sockets(within.addresses, settings.webrtc_ports, stun)) as peers:
        yield peers


def _workshop(settings: "Settings", registry: "Registry", signer: "Signer") -> "Workshop":
    from visavis.commands.company import TTS
    from visavis.plugins import engine, face_meant
    from visavis.renderings.studio import Workshop

    tts: Callable[[], Tts] = engine("tts", TTS)
    face = engine("face", face_meant(settings.avatar_backend))

    def posed(fps: int, seed: int) -> "Face":
        made: Face = face(fps=fps, seed=seed)
        return made

    return Workshop(registry, signer, tts, posed, partial(_default, settings))


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
