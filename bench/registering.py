"""From a file that somebody sends to an avatar, from there to a face that is ready, and a list of many."""

import asyncio
import contextlib
import io
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final

import av
import cv2
import numpy as np
from PIL import Image

from bench import material
from bench.figures import Figure
from visavis.media import Pixels

if TYPE_CHECKING:
    from visavis.avatars.registry import Registry
    from visavis.engines.face.warp import Warp

ROUNDS: Final = 5
MANY: Final = 1000
SECONDS: Final = 10
OWNER: Final = "local"


def measure() -> Iterator[Figure]:
    yield from asyncio.run(_measured())


async def _measured() -> list[Figure]:
    from visavis.engines.face.warp import Warp

    with tempfile.TemporaryDirectory() as folder, contextlib.closing(Warp(fps=material.FPS)) as warp:
        photo, clip = _photo(), _clip()
        async with _registry(Path(folder)) as registry:
            figures = [
                Figure("register a 12 MP photo", "s", await _registering(registry, "photo", photo), "<= 2"),
                Figure("register a 10 s 1080p clip", "s", await _registering(registry, "clip", clip), "<= 8"),
            ]
            await registry.face(OWNER, "photo 0", warp, material.SIZE, material.SIZE)
            from_memory = [await _readying(registry, warp) for _ in range(ROUNDS)]
        from_disk = []
        for _ in range(ROUNDS):
            async with _registry(Path(folder)) as registry:
                await registry.avatars(OWNER)
                from_disk.append(await _readying(registry, warp))
        async with _registry(Path(folder)) as registry:
            listed = await _listing(registry)
    return [
        *figures,
        Figure("a registered avatar ready, from memory", "ms", from_memory, "<= 20"),
        Figure("a registered avatar ready, from disk", "ms", from_disk, "<= 100"),
        Figure(f"{MANY:,} avatars listed", "ms", listed, "<= 50"),
    ]


@contextlib.asynccontextmanager
async def _registry(folder: Path) -> "AsyncIterator[Registry]":
    from visavis.commands.opening import registry
    from visavis.config import Settings

    async with registry(Settings(data_folder=folder)) as opened:
        yield opened


async def _registering(registry: "Registry", name: str, content: bytes) -> list[float]:
    """Seconds, from the first byte to a row that is visible."""
    from visavis.avatars.registry import Permission
    from visavis.avatars.vault import Spool
    from visavis.intake import received
    from visavis.streams import stream_of

    consent = Permission("Grace Hopper", "measuring", agreed=True)
    taken = []
    for number in range(ROUNDS + 1):
        began = time.perf_counter()
        async with Spool() as spool:
            pieces = [content[at : at + 65536] for at in range(0, len(content), 65536)]
            await received(stream_of(pieces), spool)
            await registry.register_avatar(OWNER, "bench", f"{name} {number}", spool, consent)
        taken.append(time.perf_counter() - began)
    return taken[1:]


async def _readying(registry: "Registry", warp: "Warp") -> float:
    began = time.perf_counter()
    await registry.face(OWNER, "photo 0", warp, material.SIZE, material.SIZE)
    return (time.perf_counter() - began) * 1000


async def _listing(registry: "Registry") -> list[float]:
    from visavis.avatars.database.tables import Avatar
    from visavis.avatars.vault import new_id

    first, *_ = await registry.avatars(OWNER)
    async with registry.database.session() as session:
        for number in range(MANY):
            session.add(
                Avatar(
                    id=new_id(),
                    owner=OWNER,
                    name=f"one of many {number}",
                    label="",
                    kind=first.kind,
                    state="ready",
                    digest=first.digest,
                    verdict=first.verdict,
                    report=first.report,
                    facts=first.facts,
                    consent=first.consent,
                )
            )
    taken = []
    for _ in range(ROUNDS + 1):
        began = time.perf_counter()
        assert len(await registry.avatars(OWNER)) >= MANY
        taken.append((time.perf_counter() - began) * 1000)
    return taken[1:]


def _photo() -> bytes:
    """4000 x 3000 pixels, with a camera's noise, as JPEG."""
    from visavis.portrait.picture import read

    pixels = read(material.photo())
    scale = 3000 / pixels.shape[0]
    large = cv2.resize(pixels, (round(pixels.shape[1] * scale), 3000), interpolation=cv2.INTER_CUBIC)
    noise = np.random.default_rng(1).normal(0, 3, (3000, 4000, 1))
    beside = cv2.copyMakeBorder(large, 0, 0, 0, max(0, 4000 - large.shape[1]), cv2.BORDER_REPLICATE)[:, :4000]
    noisy = np.clip(beside + noise, 0, 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(noisy).save(file, "JPEG", quality=92)
    return file.getvalue()


def _clip() -> bytes:
    """Ten seconds of somebody who speaks and rests, 1920 x 1080 at 30 frames a second, H.264."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=30, options={"preset": "veryfast", "crf": "23"})
        stream.width, stream.height, stream.pix_fmt = 1920, 1080, "yuv420p"
        for number, pixels in enumerate(_frames()):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 30)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def _frames() -> Iterator[Pixels]:
    from visavis.engines.face.warp import Warp
    from visavis.motion.frames import Mouth
    from visavis.motion.life import life
    from visavis.portrait import take

    portrait = take(material.photo(), material.finder(), 1024, 1024)
    with contextlib.closing(Warp(fps=30)) as warp:
        face = warp.prepare(portrait)
        for number in range(SECONDS * 30):
            speaking = number < SECONDS * 15
            mouth = Mouth(open=max(0.0, float(np.sin(number / 2))) * 0.6) if speaking else Mouth()
            drawn = warp.picture(face, mouth, life(number, 30, 0))
            yield np.asarray(cv2.copyMakeBorder(drawn, 28, 28, 448, 448, cv2.BORDER_REPLICATE), np.uint8)
