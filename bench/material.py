"""What is spoken and who speaks in every measurement."""

import subprocess
import sys
from pathlib import Path

from visavis.models import Store
from visavis.portrait.faces import Finder

SIZE = 512
FPS = 25


def photo() -> Path:
    """The demo portrait."""
    return next(iter(Store().files("demo-portrait").values()))


def finder() -> Finder:
    files = Store().files("face")
    return Finder(files)


def pinned(module: str) -> str:
    """What a module prints that runs on one processor only."""
    pin = "import os, runpy; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); "
    run = f"runpy.run_module({module!r}, run_name='__main__')"
    return subprocess.run(
        [sys.executable, "-c", pin + run], capture_output=True, text=True, check=True
    ).stdout
