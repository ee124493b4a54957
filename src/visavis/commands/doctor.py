"""`visavis doctor`: what this machine can run, and what is missing."""

import argparse
import contextlib
import os
import platform
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from visavis.errors import EngineError, InputError, ModelError, VisavisError


class Finding(NamedTuple):
    """One line. fine: None where nothing depends on it."""

    fine: bool | None
    what: str
    how: str


def add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    parser = commands.add_parser(
        "doctor",
        parents=[common],
        help="tell what this machine can run, and what is missing",
        description="Tell what this machine can run, and what is missing. Leaves with 1 if not all is well.",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    findings = list(examined())
    width = max(len(finding.what) for finding in findings)
    for finding in findings:
        mark = {True: "ok", False: "NO", None: "--"}[finding.fine]
        print(f"{mark}  {finding.what:<{width}}  {finding.how}")
    if wrong := [finding.what for finding in findings if finding.fine is False]:
        raise EngineError(f"not all is well on this machine: see {', '.join(wrong)} above")


def examined() -> Iterator[Finding]:
    """All findings, in the order in which they matter."""
    import visavis
    from visavis.streams import processors

    yield Finding(
        True, "visavis", f"{visavis.__version__} on Python {platform.python_version()}, {platform.platform()}"
    )
    yield Finding(None, "processors", f"{processors()} at our disposal")
    yield from _engines()
    yield _codecs()
    yield _webrtc()
    yield _page()
    yield from _models()
    yield _sandbox()
    yield _settings()
    yield from _data()
    yield _room("room here", Path())


def _engines() -> Iterator[Finding]:
    from visavis.plugins import Kind, engine, installed

    kinds: tuple[tuple[Kind, str], ...] = (
        ("tts", "voice"), ("face", "face"), ("vad", "ears"), ("asr", "recogniser"), ("llm", "mind"),
    )  # fmt: skip
    for kind, what in kinds:
        for name in sorted(installed(kind)):
            try:
                engine(kind, name)
            except EngineError as error:
                yield Finding(False, f"{what} {name}", str(error))
            else:
                yield Finding(True, f"{what} {name}", "can be loaded")


def _codecs() -> Finding:
    try:
        import av
    except ImportError as error:
        return Finding(False, "video", f"PyAV cannot be imported: {error}")
    missing = {"libx264", "aac", "libvpx", "libopus"} - av.codecs_available
    if missing:
        return Finding(
            False, "video", f"PyAV {av.__version__} lacks {', '.join(sorted(missing))}; install another build"
        )
    return Finding(True, "video", f"PyAV {av.__version__} with H.264, AAC, VP8 and Opus")


def _webrtc() -> Finding:
    try:
        from visavis.transports.webrtc import peers  # noqa: F401
    except (ImportError, OSError) as error:
        return Finding(False, "WebRTC", f"aiortc cannot be loaded: {error}; browsers use the WebSocket")
    return Finding(True, "WebRTC", "can be loaded")


def _page() -> Finding:
    from visavis.server.routes.pages import FOLDER

    if (FOLDER / "index.html").is_file():
        return Finding(True, "web page", f"built in {FOLDER}")
    return Finding(None, "web page", "not built; in a folder of the source, say: make web")


def _models() -> Iterator[Finding]:
    from visavis.models import Store
    from visavis.models.disk import in_bytes

    try:
        store = Store()
    except ModelError as error:
        yield Finding(False, "models", str(error))
        return
    for status in store.statuses():
        hint = {
            "present": str(status.folder),
            "absent": f"not here yet, {in_bytes(status.size)}; fetched when needed",
            "damaged": f"{'; '.join(status.faults)}; repair with: visavis models pull {status.name}",
        }[status.state]
        fine = {"present": True, "absent": None, "damaged": False}[status.state]
        yield Finding(fine, f"model {status.name}", hint)
    yield _room("room for models", store.folder)


def _sandbox() -> Finding:
    """What keeps the process in its bounds that opens uploads."""
    import asyncio

    from visavis.intake import sandbox

    try:
        layers = asyncio.run(sandbox.layers())
    except VisavisError as error:
        return Finding(False, "sandbox", str(error))
    missing = ", ".join(layer for layer, there in layers.items() if not there)
    if missing:
        return Finding(
            None, "sandbox", f"this system does not give it: {missing}; take uploads from people you know"
        )
    return Finding(True, "sandbox", ", ".join(layers))


def _settings() -> Finding:
    from visavis import config
    from visavis.commands.company import check
    from visavis.plugins import face_named

    try:
        settings = config.load()
        face_named(settings.avatar_backend)
        check(settings)
    except InputError as error:
        return Finding(False, "settings", str(error))
    plain = config.Settings().shown
    changed = [f"{name}={value}" for name, value in settings.shown.items() if value != plain[name]]
    return Finding(None, "settings", ", ".join(changed) or "none is set")


def _data() -> Iterator[Finding]:
    from visavis import config

    with contextlib.suppress(InputError):  # told among the settings
        yield _room("room for avatars", config.load().home)


def _room(what: str, folder: Path) -> Finding:
    try:
        folder = folder.absolute()
        while not folder.exists():
            folder = folder.parent
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return Finding(False, what, f"{folder}: {(error.strerror or str(error)).lower()}")
    if not os.access(folder, os.W_OK):
        return Finding(False, what, f"{folder} cannot be written to")
    return Finding(free > 100e6, what, f"{free / 1e9:.1f} GB free in {folder}")
