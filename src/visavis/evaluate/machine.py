"""What measured: this machine, and which visavis, so that figures are not compared that cannot be."""

import os
import platform
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import visavis
from visavis.streams import processors


@cache
def machine() -> Mapping[str, str | int]:
    """What figures of speed depend on: system, processor, how many of it, memory in MiB, Python."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "processors": processors(),
        "memory": _memory(),
        "python": platform.python_version(),
    }


@cache
def commit() -> str:
    """The commit that this checkout stands at, as 12 hexadecimal digits; "" where it is no checkout."""
    for folder in Path(visavis.__file__).resolve().parents:
        if (folder / ".git").is_dir() and (folder / "src" / "visavis").is_dir():
            return _head(folder / ".git")[:12]
    return ""


def _head(git: Path) -> str:
    try:
        head = (git / "HEAD").read_text("utf-8").strip()
        name = head.removeprefix("ref: ")
        if name == head:
            return head
        if (git / name).is_file():
            return (git / name).read_text("utf-8").strip()
        lines = (git / "packed-refs").read_text("utf-8").splitlines()
        return next((line.split()[0] for line in lines if line.endswith(f" {name}")), "")
    except OSError:
        return ""


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor())


def _memory() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
    except (ValueError, OSError):
        return 0
