"""`python -m bench.live NAME`: one measure of conversation, as short as wanted, printed and not kept."""

import argparse
from collections.abc import Callable, Iterator
from functools import partial

from bench.figures import Figure, heading
from bench.live import churn, crowd, interrupt, playback, spoken, start, sync, typed

MEASURES: dict[str, tuple[Callable[..., Iterator[Figure]], str]] = {
    "typed": (typed.measure, "turns"),
    "spoken": (spoken.measure, "turns"),
    "interrupt": (interrupt.measure, "turns"),
    "sync": (sync.measure, "minutes"),
    "playback": (playback.measure, "seconds"),
    "crowd": (crowd.measure, "seconds"),
    "churn": (churn.measure, "times"),
    "start": (start.measure, "times"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=MEASURES)
    for option, kind in (("turns", int), ("minutes", float), ("seconds", float), ("times", int)):
        parser.add_argument(f"--{option}", type=kind, default=argparse.SUPPRESS)
    args = vars(parser.parse_args())
    measure, option = MEASURES[args.pop("name")]
    if unknown := args.keys() - {option}:
        parser.error(f"it takes --{option}, not --{' and --'.join(sorted(unknown))}")
    print(heading())
    for figure in partial(measure, **args)():
        print(figure.row(""), flush=True)


if __name__ == "__main__":
    main()
