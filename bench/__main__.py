"""`python -m bench [NAME ...]`: measures by their names, which MEASURES has.

Without any it is all but those of conversation, LIVE, which take an hour; `python -m bench.live` has short
ones. What it takes to make a video is measured by `visavis bench`, which needs nothing of this repository.
"""

import sys

from bench import hearing, registering
from bench.figures import RESULTS, heading
from bench.live.__main__ import MEASURES as TALKS

LIVE = {f"live_{name}": measure for name, (measure, _) in TALKS.items()}

MEASURES = {
    "hearing": hearing.measure,
    "registering": registering.measure,
    **LIVE,
}


def main(names: list[str]) -> None:
    if unknown := set(names) - set(MEASURES):
        sys.exit(f"there is no measure {', '.join(sorted(unknown))}; there is: {', '.join(MEASURES)}")
    _note(f"\n{heading()}")
    for name in names or [name for name in MEASURES if name not in LIVE]:
        for figure in MEASURES[name]():
            _note(figure.row(f"python -m bench {name}"))


def _note(line: str) -> None:
    """Tell it, and keep it: what was measured stays when the rest is not waited for."""
    print(line, flush=True)
    with RESULTS.open("a", encoding="utf-8") as results:
        results.write(f"{line}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
