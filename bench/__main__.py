"""`python -m bench [NAME ...]`: all measures, unless some are named; MEASURES has their names."""

import sys

from bench import drawing, first, hearing, memory, minute, preparing, registering
from bench.figures import RESULTS, heading

MEASURES = {
    "drawing": drawing.measure,
    "minute": minute.measure,
    "first": first.measure,
    "preparing": preparing.measure,
    "memory": memory.measure,
    "hearing": hearing.measure,
    "registering": registering.measure,
}


def main(names: list[str]) -> None:
    if unknown := set(names) - set(MEASURES):
        sys.exit(f"there is no measure {', '.join(sorted(unknown))}; there is: {', '.join(MEASURES)}")
    lines = [heading()]
    print(lines[0])
    for name in names or MEASURES:
        for figure in MEASURES[name]():
            lines.append(figure.row(f"python -m bench {name}"))
            print(lines[-1], flush=True)
    with RESULTS.open("a", encoding="utf-8") as results:
        results.write("\n" + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
