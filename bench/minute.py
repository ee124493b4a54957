"""How much faster than it lasts a minute of speech becomes a file, from process start to closed file."""

import json
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench import material
from bench.figures import Figure

ROUNDS = 5


def measure() -> Iterator[Figure]:
    ratios, sizes = [], []
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "minute.mp4"
        for _ in range(ROUNDS):
            began = time.perf_counter()
            done = subprocess.run(
                material.say(material.MINUTE, "--out", str(out)), capture_output=True, text=True, check=True
            )
            ratios.append(json.loads(done.stdout)["seconds"] / (time.perf_counter() - began))
            sizes.append(out.stat().st_size * 8 / json.loads(done.stdout)["seconds"] / 1000)
    yield Figure("say, one minute of speech", "x real time", ratios, ">= 15 on 2 processors")
    yield Figure("its file", "kbit/s", sizes, "")
