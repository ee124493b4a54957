"""Tasks for the sandbox that behave well and badly; they run in its process, by their names."""

import ctypes
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from visavis.errors import EngineError, ModelError, PortraitError, UploadError
from visavis.intake.child import Content
from visavis.intake.messages import LENGTH, Answer, Facts

ERRORS = {
    "upload": UploadError("pixels", "too many of them; send fewer"),
    "portrait": PortraitError("no face; show one"),
    "memory": MemoryError(),
    "other": KeyError("a secret"),
}


def echo(_: Facts, content: Content) -> Answer:
    sent = content()
    return Answer({"length": len(sent)}, {"back": sent})


def raising(arguments: Facts, content: Content) -> Answer:
    content()
    raise ERRORS[arguments["error"]]


def missing_model(_: Facts, content: Content) -> Answer:
    raise ModelError("the model is missing; fetch it")


def broken_machine(_: Facts, content: Content) -> Answer:
    raise EngineError("a library\nis missing")


def forgetful(_: Facts, content: Content) -> Answer:
    """Imports something when it is too late."""
    content()
    import sqlite3

    return Answer({"version": sqlite3.sqlite_version})


def memory(_: Facts, content: Content) -> Answer:
    content()
    return Answer({"sum": int(np.ones(2**30, np.uint8).sum())})


def spinning(_: Facts, content: Content) -> Answer:
    content()
    while True:
        pass


def sleeping(_: Facts, content: Content) -> Answer:
    content()
    time.sleep(60)
    raise AssertionError


def deaf(_: Facts, content: Content) -> Answer:
    """Never gets to its content."""
    time.sleep(60)
    raise AssertionError


def crashing(_: Facts, content: Content) -> Answer:
    content()
    return Answer({"byte": ctypes.string_at(0).hex()})


def aborting(_: Facts, content: Content) -> Answer:
    """Ends as a library does that finds its memory spoiled."""
    content()
    os.abort()


def lying(_: Facts, content: Content) -> Answer:
    """Answers what the content says, byte for byte, and ends; nothing checks it on this side."""
    sent = content()
    for descriptor in range(3, 16):
        try:
            os.write(descriptor, sent)
        except OSError:
            continue
    os._exit(0)


def reaching_out(_: Facts, content: Content) -> Answer:
    """What happens to each way out of the sandbox: the names of the errors."""

    def threaded() -> None:
        thread = threading.Thread(target=lambda: None)
        thread.start()
        thread.join()

    def imported() -> None:
        import sqlite3  # noqa: F401

    here = Path("/etc/passwd")
    ways: dict[str, Callable[[], object]] = {
        "socket": socket.socket,
        "pair": socket.socketpair,
        "fork": os.fork,
        "program": lambda: os.execv("/bin/true", ["true"]),
        "child": lambda: subprocess.run(["/bin/true"]),
        "read": here.read_text,
        "write": lambda: Path("out").write_text("x"),
        "folder": lambda: list(here.parent.iterdir()),
        "exists": here.stat,
        "remove": Path("/tmp/nothing").unlink,
        "signal": lambda: os.kill(os.getppid(), 0),
        "pipe": os.pipe,
        "import": imported,
        "thread": threaded,
    }
    content()
    return Answer({name: _outcome(way) for name, way in ways.items()})


def _outcome(way: Callable[[], object]) -> str:
    try:
        way()
    except Exception as error:
        return type(error).__name__
    return "done"


def surroundings(_: Facts, content: Content) -> Answer:
    """What it was started with."""
    facts = {
        "environment": sorted(os.environ),
        "here": [str(path) for path in Path().iterdir()],
        "links": Path().stat().st_nlink,
        "descriptors": sorted(int(path.name) for path in Path("/proc/self/fd").iterdir()),
        "leader": os.getsid(0) == os.getpid(),
        "secrets": [argument for argument in sys.argv if "secret" in argument],
    }
    content()
    return Answer(facts)


def printing(_: Facts, content: Content) -> Answer:
    sent = content()
    print("a library is talkative", flush=True)
    os.write(1, b"and so is another")
    return Answer({"length": len(sent)})


def no_json(_: Facts, content: Content) -> Answer:
    content()
    return Answer({"number": float("nan")})


def raw(facts: object, blobs: dict[str, int], rest: bytes = b"") -> bytes:
    """An answer that may be untrue."""
    head = json.dumps({"facts": facts, "blobs": blobs}).encode()
    return LENGTH.pack(len(head)) + head + rest
