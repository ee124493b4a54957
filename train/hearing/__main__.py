"""`python -m train.hearing`: make speech, teach the network, write src/visavis/motion/hearing.onnx.

Everything is made here: nothing is fetched, and of recordings it needs only what the synthesisers bring.
README.md tells what to install, what it is made of, and how well it does.
"""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # there is a process for each processor already

import numpy as np

from train.hearing import festival
from train.hearing.examples import Example, example
from train.hearing.network import export
from train.hearing.speakers import Speaker, speakers
from train.hearing.teach import BATCH, Lessons, teach
from visavis.motion.ear import MODEL

SEED = 1
EXAMPLES = 6000
EPOCHS = 9

_everybody: list[Speaker] = []
"""What a process that makes examples has from the one that forked it: more than a gigabyte, never sent."""


def main(argv: Sequence[str] | None = None) -> None:
    """Exits with a message for arguments or an installation that cannot work, before anything is made."""
    args = _arguments(argv)
    if missing := festival.missing():
        sys.exit(f"voices are missing; install them with: apt-get install {' '.join(missing)}")
    processes = os.cpu_count() or 1
    began = time.monotonic()

    def told(what: str) -> None:
        print(f"{(time.monotonic() - began) / 60:5.1f} min  {what}", flush=True)

    with TemporaryDirectory() as folder:
        _everybody.extend(speakers(Path(folder), SEED, processes, told))
    with get_context("fork").Pool(processes) as pool:
        made = pool.map(partial(_example, seed=SEED), range(args.examples), chunksize=16)
    told(f"{len(made)} examples")
    network = teach(_lessons(made), args.epochs, SEED, told)
    export(network, args.out)
    told(f"{args.out}, {args.out.stat().st_size / 1e6:.2f} MB")


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m train.hearing", description="Train the network that hears."
    )
    parser.add_argument("--out", type=Path, default=MODEL, metavar="FILE", help="default: the package's own")
    parser.add_argument("--examples", type=int, default=EXAMPLES, metavar="N", help="of ten seconds")
    parser.add_argument("--epochs", type=int, default=EPOCHS, metavar="N")
    args = parser.parse_args(argv)
    if args.examples < BATCH:
        parser.error(f"--examples {args.examples} is too few; it takes {BATCH} at least")
    if args.epochs < 1:
        parser.error(f"--epochs {args.epochs} teaches nothing; it takes 1 at least")
    if not args.out.parent.is_dir():
        parser.error(f"--out {args.out}: there is no folder {args.out.parent}; make it first")
    return args


def _example(number: int, seed: int) -> Example:
    return example(_everybody, number, seed)


def _lessons(examples: list[Example]) -> Lessons:
    looks, answers, kinds = zip(*examples, strict=True)
    return Lessons(np.stack(looks), np.stack(answers), np.stack(kinds))


if __name__ == "__main__":
    main()
