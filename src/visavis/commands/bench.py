"""`visavis bench`: how fast it is and what it takes, measured and kept, and held against what was before."""

import argparse
import json
import shlex
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from visavis.commands.candidate import TTS, candidate
from visavis.commands.showing import Bar, note
from visavis.errors import EngineError, InputError

if TYPE_CHECKING:
    from visavis.evaluate.speed.comparing import Row
    from visavis.evaluate.speed.history import Entry, History
    from visavis.evaluate.speed.judging import Held
    from visavis.evaluate.speed.measuring import Step
    from visavis.evaluate.speed.work import Work
    from visavis.evaluate.subjects import Setup

OUT: Final = Path("out/bench.jsonl")

REPEAT: Final = 5
REPEAT_QUICKLY: Final = 4
"""Fewer could not be told from chance: see `speed.comparing`."""

MOST: Final = 100
"""Repetitions."""

LONGEST: Final = 7200.0
"""Seconds of speech."""

EPILOG: Final = """\
examples:
  visavis bench
  visavis bench --quick
  visavis bench drawing say --repeat 9
  visavis bench --against 0a1b2c3 --fail-over 20
  visavis bench say memory --long 1800
"""


def add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    parser = commands.add_parser(
        "bench",
        parents=[common],
        help="measure speed, processor and memory, and how they grow",
        description="Do fixed work over and over, and tell how long it takes: on this machine, and as so "
        "many times a piece of work that stands for the machine. Each run adds a line to a file, and draws "
        "all of that file over commits into an .svg beside it.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    what = parser.add_argument_group("what is measured")
    what.add_argument("works", nargs="*", metavar="WORK", help="names, see --list (default: all)")
    what.add_argument("--quick", action="store_true", help="the quickest part of it, in some 40 s")
    what.add_argument(
        "--repeat",
        type=_count,
        metavar="N",
        help=f"runs that count (default: {REPEAT}, and {REPEAT_QUICKLY} with --quick)",
    )
    what.add_argument("--long", type=_seconds, metavar="S", help="a text of so many seconds as well")
    what.add_argument("--profile", action="store_true", help="tell which files hold memory as well")
    what.add_argument("--list", action="store_true", help="tell what works there are")
    who = parser.add_argument_group("who works")
    who.add_argument("--portrait", type=Path, metavar="FILE", help="a photo (default: a demo portrait)")
    who.add_argument("--avatar", metavar="NAME", help="a registered avatar, see: visavis avatars")
    who.add_argument("--voice", metavar="NAME", help="a voice, see: visavis voices")
    who.add_argument("--tts", metavar="ENGINE", help=f"speech engine (default: {TTS})")
    who.add_argument("--face", metavar="ENGINE", help="face engine (default: the one that is set, else warp)")
    how = parser.add_argument_group("what comes out")
    how.add_argument(
        "--out", type=Path, default=OUT, metavar="FILE", help="a .jsonl file to add to (default: %(default)s)"
    )
    how.add_argument(
        "--against", metavar="FILE|COMMIT", help="another such file, or a commit in --out, to compare with"
    )
    how.add_argument(
        "--fail-over",
        type=_percent,
        metavar="PERCENT",
        help="leave with 1 where something fails, or is worse by more and is so again in new processes; "
        "with 2 where that cannot be judged",
    )
    how.add_argument("--json", action="store_true", help="print all of it as JSON")
    parser.set_defaults(run=run, url="", key="", seed=0)


def run(args: argparse.Namespace) -> None:
    from visavis import config
    from visavis.evaluate.speed import history
    from visavis.evaluate.speed.state import begun
    from visavis.evaluate.speed.work import chosen, fitted, works

    _check(args)
    wanted = chosen(works(), args.works)
    if args.list:
        _list(wanted, as_json=args.json)
        return
    found = (fitted(work, quick=args.quick, long=args.long) for work in wanted)
    meant = tuple(work for work in found if work is not None)
    if not meant:
        raise InputError("a quick run has none of these works; leave --quick out")
    _prepare(args.out)
    before = _told(history.read(args.out))
    against = _against(args.against, before)
    setup = candidate(args, config.load())
    with TemporaryDirectory(prefix="visavis-bench-") as folder:
        _stage(args, setup, meant, Path(folder))
        entry = _measured(args, begun(_command(), _configuration(setup)), meant, Path(folder))
        profile = _profile(Path(folder)) if args.profile else []
        first = _held(entry, against)
        again = _again(args, first, meant, Path(folder))
    _tell(args, entry, first, again, profile)
    try:
        _draw(args.out)
    finally:
        _judge(args, entry, first, again)


def _count(words: str) -> int:
    if not words.isascii() or not words.isdecimal() or not 1 <= int(words) <= MOST:
        raise argparse.ArgumentTypeError(f"{words!r} cannot be; give a whole number from 1 to {MOST}")
    return int(words)


def _seconds(words: str) -> float:
    return _number(words, 1, LONGEST, "seconds")


def _percent(words: str) -> float:
    return _number(words, 0, 1000, "per cent")


def _number(words: str, low: float, high: float, unit: str) -> float:
    try:
        value = float(words)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise argparse.ArgumentTypeError(f"{words!r} cannot be; give {low:g} to {high:g} {unit}")
    return value


def _check(args: argparse.Namespace) -> None:
    """Refuse what does not go together."""
    if args.avatar is not None and args.portrait is not None:
        raise InputError("either --portrait or --avatar is seen; leave one of them out")
    if args.fail_over is not None and args.against is None:
        raise InputError(
            "--fail-over is for a comparison; give --against a file or a commit, or leave it out"
        )
    if args.quick and args.long is not None:
        raise InputError("--quick has no long text; leave it or --long out")


def _prepare(out: Path) -> None:
    """See that the history can be added to, and make the usual folder for it."""
    from visavis.evaluate.speed.history import prepare
    from visavis.transports.place import sentences

    if out == OUT:
        with sentences(out):
            out.parent.mkdir(exist_ok=True)
    prepare(out)


def _told(history: "History") -> "History":
    for sentence in history.notes:
        note(sentence)
    return history


def _against(asked: str | None, before: "History") -> "tuple[Entry, ...] | None":
    """The entries to compare with; None where nobody asks for that.

    Raises:
        InputError: there are none.
    """
    from visavis.evaluate.speed.history import read

    if asked is None:
        return None
    if "/" in asked or "." in asked or Path(asked).is_file():
        path = Path(asked)
        if not path.is_file():
            raise InputError(f"there is no file {asked} to compare with; name a .jsonl file or a commit")
        found = _told(read(path)).entries
        if not found:
            raise InputError(f"there is nothing in {asked} that can be compared with; name another file")
        return found
    found = tuple(
        entry for entry in before.entries if entry.commit and entry.commit.startswith(asked.lower())
    )
    if not found:
        known = dict.fromkeys(entry.commit[:7] for entry in reversed(before.entries) if entry.commit)
        raise InputError(f"nothing was measured at {asked!r}; there is: {', '.join(known) or 'none'}")
    return found


def _stage(args: argparse.Namespace, setup: "Setup", works: "tuple[Work, ...]", folder: Path) -> None:
    """Hand over who speaks."""
    from visavis.evaluate.speed.staging import Staging, write

    options = {"portrait": setup.photo, "avatar": args.avatar, "voice": args.voice}
    engines = {"tts": setup.tts, "face": setup.face}
    words = [f"--{name}={value}" for name, value in (options | engines).items() if value is not None]
    photo = str(setup.photo.resolve()) if setup.photo is not None else ""
    staging = Staging(tuple(words), photo, setup.tts, setup.face, setup.speaker, setup.seed, str(folder))
    assert setup.portrait is not None, "without a server there is a portrait"
    write(staging, setup.portrait, {512, *(case.side for work in works for case in work.cases)})


def _measured(args: argparse.Namespace, entry: "Entry", works: "tuple[Work, ...]", folder: Path) -> "Entry":
    """The entry, filled, which is in the history, also where it was not brought to an end."""
    from visavis.evaluate.speed.history import add, figures
    from visavis.evaluate.speed.measuring import measured
    from visavis.evaluate.speed.performing import Performer

    def begin(work: "Work", case: Any) -> Performer:
        return Performer(work, case, folder)

    repeat = args.repeat or (REPEAT_QUICKLY if args.quick else REPEAT)
    with closing(Progress()) as progress, closing(measured(works, repeat, begin, progress.at)) as rounds:
        try:
            for known in rounds:
                entry = replace(entry, figures=figures(known))
            entry = replace(entry, complete=True)
        except (KeyboardInterrupt, SystemExit):
            if any(figure.samples for figure in entry.figures):
                note(f"stopped; what was measured until then is in {args.out}")
            raise
        finally:
            if entry.figures:
                add(args.out, entry)
    return entry


def _command() -> str:
    return shlex.join(["visavis", *sys.argv[1:]])


def _configuration(setup: "Setup") -> dict[str, str]:
    """What figures of speed depend on, besides the machine."""
    return {
        "tts": setup.tts,
        "voice": setup.voice or "by language",
        "face": setup.face,
        "portrait": setup.avatar or (setup.photo.name if setup.photo else "demo"),
    }


class Progress:
    """One bar for all runs, with the work that is under way."""

    def __init__(self) -> None:
        self._bar: Bar | None = None

    def at(self, step: "Step") -> None:
        """So many runs are over."""
        self.close()
        self._bar = Bar(f"{step.work} {step.case}", "")
        self._bar.at(step.done, step.total)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()


def _profile(folder: Path) -> list[Mapping[str, Any]]:
    """Which files hold memory, as `speed.profiling` tells; a sentence where it does not."""
    from visavis.evaluate.speed.performing import environ

    words = [sys.executable, "-m", "visavis.evaluate.speed.profiling", str(folder)]
    asked = subprocess.run(words, capture_output=True, text=True, env=environ(alone=False), check=False)
    if asked.returncode:
        note(f"there is no profile of memory: {asked.stderr.strip().rpartition(chr(10))[2]}")
        return []
    return [json.loads(line) for line in asked.stdout.splitlines()]


def _held(entry: "Entry", against: "tuple[Entry, ...] | None") -> "Held | None":
    """It, held against what was before; None where nobody asks for that."""
    from visavis.evaluate.speed.judging import held

    if against is None:
        return None
    found = held(entry, against)
    if not found.then:
        note(
            "nothing was measured then that can be compared: not these works with these engines and portrait"
        )
    elif found.missing:
        note(f"not measured then, and so not compared: {', '.join(found.missing)}")
    if any(then.machine != entry.machine for then in found.then):
        note("it was measured on another machine: the ratio to the reference is compared, which is less sure")
    return found


def _again(
    args: argparse.Namespace, first: "Held | None", works: "tuple[Work, ...]", folder: Path
) -> "Held | None":
    """What seems worse than --fail-over allows, measured a second time; None where there is no need."""
    from visavis.evaluate.speed.judging import held, suspects
    from visavis.evaluate.speed.state import begun

    if first is None or args.fail_over is None:
        return None
    suspected = suspects(works, first, args.fail_over)
    if not suspected:
        return None
    names = ", ".join(f"{work.name} {case.name}" for work in suspected for case in work.cases)
    note(f"seems worse, and is measured again: {names}")
    # How busy the machine was, it would tell of the first measurement.
    second = replace(begun(_command(), first.entry.configuration), load=None)
    return held(_measured(args, second, suspected, folder), first.then)


def _draw(out: Path) -> None:
    """The history as a picture beside it."""
    from visavis.evaluate.speed.chart import chart
    from visavis.evaluate.speed.history import read
    from visavis.transports.place import placing

    entries = read(out).entries
    if entries:
        with placing(out.with_suffix(".svg"), (".svg",)) as part:
            part.write_text(chart(entries), "utf-8")


def _tell(
    args: argparse.Namespace,
    entry: "Entry",
    first: "Held | None",
    again: "Held | None",
    profile: list[Mapping[str, Any]],
) -> None:
    """What was found, and where it is."""
    from visavis.evaluate.report.words import count
    from visavis.evaluate.results import rounded
    from visavis.evaluate.speed import summary

    rows, second = (held.rows if held else () for held in (first, again))
    if args.json:
        compared = {"against": [asdict(row) for row in rows], "again": [asdict(row) for row in second]}
        told = {**summary.content(entry), **compared, "profile": profile}
        print(json.dumps(rounded(told), ensure_ascii=False))
    else:
        changes = *map(_change, rows), *(f"again: {_change(row)}" for row in second)
        for line in (*summary.lines(entry), *changes, *map(_holding, profile)):
            print(line)
        print(
            f"{args.out}: {count(len(entry.figures), 'figure')}; over commits: {args.out.with_suffix('.svg')}"
        )
    for sentence in summary.conditions(entry):
        note(sentence)
    if args.fail_over is None and any(row.trend in {"better", "worse"} for row in rows):
        note("two measurements of the same source can differ so too: believe it when it is measured again")


def _judge(args: argparse.Namespace, entry: "Entry", first: "Held | None", again: "Held | None") -> None:
    """Raise where there is nothing, or where --fail-over asks for it: as `judging.judge`."""
    from visavis.evaluate.speed.judging import judge

    if not any(figure.samples for figure in entry.figures):
        raise EngineError("nothing could be measured")
    if first is not None and args.fail_over is not None:
        judge(first, again, args.fail_over)


def _change(row: "Row") -> str:
    return f"{row.trend:<7}  {row.name}: {row.change:+.1f} % {row.what}"


def _holding(held: Mapping[str, Any]) -> str:
    return f"{held['mb']:8.2f} MB {held['grown_mb']:+8.2f} MB  {held['file']}"


def _list(works: "tuple[Work, ...]", *, as_json: bool) -> None:
    if as_json:
        told = [
            {
                "name": work.name,
                "title": work.title,
                "unit": work.unit,
                "told": work.told,
                "grows": work.grows,
                "stands_for": work.stands_for,
                "cases": [asdict(case) for case in work.cases],
            }
            for work in works
        ]
        print(json.dumps(told, ensure_ascii=False))
        return
    wide = max(len(work.name) for work in works)
    for work in works:
        cases = ", ".join(f"{case.name}{' (quick)' if case.quick else ''}" for case in work.cases)
        print(f"{work.name:<{wide}}  {work.title}: {cases}")
        print(f"{'':<{wide}}  {work.stands_for}")
