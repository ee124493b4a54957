"""What is spoken and who speaks in every measurement."""

import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from visavis.media import Portrait
from visavis.models import Store
from visavis.portrait import take
from visavis.portrait.faces import Finder

# Abraham Lincoln, 1863. A minute of speech, and a few seconds.
MINUTE = """\
Four score and seven years ago our fathers brought forth on this continent, a new nation, conceived in
Liberty, and dedicated to the proposition that all men are created equal. Now we are engaged in a great
civil war, testing whether that nation, or any nation so conceived and so dedicated, can long endure. We
are met on a great battle-field of that war. We have come to dedicate a portion of that field, as a final
resting place for those who here gave their lives that that nation might live. It is altogether fitting
and proper that we should do this. But, in a larger sense, we can not dedicate, we can not consecrate, we
can not hallow this ground. The brave men, living and dead, who struggled here, have consecrated it, far
above our poor power to add or detract. The world will little note, nor long remember what we say here,
but it can never forget what they did here.
"""
SENTENCE = "Hello, I am your avatar."

SIZE = 512
FPS = 25


def photo() -> Path:
    """The demo portrait."""
    return next(iter(Store().files("demo-portrait").values()))


def finder() -> Finder:
    files = Store().files("face")
    return Finder(files)


@cache
def portrait() -> Portrait:
    return take(photo(), finder(), SIZE, SIZE)


def say(*words: str) -> Sequence[str]:
    """A command line of visavis say, in a process of its own."""
    return [sys.executable, "-m", "visavis.cli", "say", *words, "--portrait", str(photo()), "--json"]


def pinned(module: str) -> str:
    """What a module prints that runs on one processor only."""
    pin = "import os, runpy; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); "
    run = f"runpy.run_module({module!r}, run_name='__main__')"
    return subprocess.run(
        [sys.executable, "-c", pin + run], capture_output=True, text=True, check=True
    ).stdout
