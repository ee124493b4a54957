"""`visavis evaluate`: scenarios are performed, measured and judged, by the engines here or by a server."""

import argparse
import contextlib
import itertools
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from visavis.commands.candidate import TTS, candidate
from visavis.commands.gold_set import with_gold
from visavis.commands.process import until_told
from visavis.commands.showing import Bar, note
from visavis.errors import EngineError, InputError, VisavisError

if TYPE_CHECKING:
    from visavis.evaluate.metrics import Metric
    from visavis.evaluate.results import Results
    from visavis.evaluate.scenarios import Scenario
    from visavis.evaluate.subjects import Setup
    from visavis.evaluate.verdict import Threshold

FOLDER: Final = Path("out")

PERFORMING: Final = (
    ("scenarios", "scenarios"),
    ("tag", "--tag"),
    ("folder", "--scenarios"),
    ("gold", "--gold"),
    ("list", "--list"),
    ("url", "--url"),
    ("key", "--key"),
    ("portrait", "--portrait"),
    ("avatar", "--avatar"),
    ("voice", "--voice"),
    ("tts", "--tts"),
    ("face", "--face"),
    ("seed", "--seed"),
    ("out", "--out"),
)
"""What says what is performed, by whom, and where to: nothing of it matters to what is reported anew."""

EPILOG = """\
examples:
  visavis evaluate
  visavis evaluate en-short switch-en-zh --voice james
  visavis evaluate --tag short --portrait photo.jpg --out out/photo
  visavis evaluate mine.toml --thresholds mine-too.toml
  visavis evaluate --gold recordings
  visavis evaluate --baseline out/evaluation-1/results.json
  visavis evaluate --again out/evaluation-1 --thresholds stricter.toml
"""


def add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    parser = commands.add_parser(
        "evaluate",
        parents=[common],
        help="measure how good it is: lips, voice, pictures, speed",
        description="Perform scenarios, measure what comes out, and judge it. Leaves with 1 where something "
        "is not good enough by the thresholds. The clips, results.json, report.html and junit.xml are in a "
        "folder.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    what = parser.add_argument_group("what is performed")
    what.add_argument(
        "scenarios", nargs="*", metavar="SCENARIO", help="names, see --list, or .toml files (default: all)"
    )
    what.add_argument("--tag", action="append", default=[], metavar="TAG", help="only those with this tag")
    what.add_argument("--scenarios", dest="folder", type=Path, metavar="FOLDER", help="further .toml files")
    what.add_argument(
        "--gold", type=Path, metavar="FOLDER", help="your own recordings, with transcripts; only these"
    )
    what.add_argument("--list", action="store_true", help="tell what scenarios and metrics there are")
    who = parser.add_argument_group("by whom")
    who.add_argument("--url", default="", metavar="URL", help="a running server (default: the engines here)")
    who.add_argument("--key", default="", metavar="KEY", help="the server's API key")
    who.add_argument("--portrait", type=Path, metavar="FILE", help="a photo (default: a demo portrait)")
    who.add_argument("--avatar", metavar="NAME", help="a registered avatar, see: visavis avatars")
    who.add_argument("--voice", metavar="NAME", help="a voice, see: visavis voices")
    who.add_argument("--tts", metavar="ENGINE", help=f"speech engine (default: {TTS})")
    who.add_argument("--face", metavar="ENGINE", help="face engine (default: the one that is set, else warp)")
    who.add_argument("--seed", type=int, default=0, metavar="N", help="other blinks for another number")
    how = parser.add_argument_group("what comes out")
    how.add_argument(
        "--out", type=Path, metavar="FOLDER", help=f"where to (default: {FOLDER}/evaluation-N, a new one)"
    )
    how.add_argument("--baseline", type=Path, metavar="FILE", help="results.json to compare with")
    how.add_argument("--thresholds", type=Path, metavar="FILE", help="a .toml file of what is good enough")
    how.add_argument("--json", action="store_true", help="print verdicts and changes as JSON")
    how.add_argument(
        "--again", type=Path, metavar="FOLDER", help="perform nothing; report anew on the results in a folder"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    from visavis import config
    from visavis.evaluate.metrics import metrics
    from visavis.evaluate.results import FILE, Results

    _check(args)
    if args.again is not None:
        _again(args)
        return
    scenarios, known = _scenarios(args), metrics()
    if args.list:
        _list(scenarios, known, as_json=args.json)
        return
    thresholds = _thresholds(args.thresholds, known)
    baseline = Results.read(args.baseline) if args.baseline else None
    setup = candidate(args, config.load())
    folder = _folder(args.out)
    before = _read(folder / FILE)
    if before is not None:
        _cleared(folder, before)
    try:
        results = _evaluated(setup, scenarios, known, folder)
    except (KeyboardInterrupt, VisavisError):
        _stopped(folder, thresholds, before, baseline)
        raise
    results = _judged(results, thresholds, _previous(results, folder, before), baseline)
    results.write(folder / FILE)
    _report(folder)
    _tell(results, folder, as_json=args.json)


def _again(args: argparse.Namespace) -> None:
    """Report on results that are there; judged anew where something to judge by is named, or nobody did."""
    from visavis.evaluate.metrics import metrics
    from visavis.evaluate.results import FILE, Results

    results = Results.read(args.again / FILE)
    if args.thresholds or args.baseline or not results.judgement:
        baseline = Results.read(args.baseline) if args.baseline else None
        results = _judged(results, _thresholds(args.thresholds, metrics()), None, baseline)
        results.write(args.again / FILE)
    _report(args.again)
    _tell(results, args.again, as_json=args.json)


def _stopped(
    folder: Path, thresholds: "Sequence[Threshold]", before: "Results | None", baseline: "Results | None"
) -> None:
    """Judge and report what was measured before it was stopped or failed; nothing where that is nothing."""
    from visavis.evaluate.results import FILE

    results = _read(folder / FILE)
    if results is None or results.complete:
        return
    if results.scenarios:
        previous = _previous(results, folder, before)
        _judged(results, thresholds, previous, baseline).write(folder / FILE)
        _report(folder)
    else:
        (folder / FILE).unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # there is something else in it
            folder.rmdir()


def _cleared(folder: Path, before: "Results") -> None:
    """Take away the clips of results that are about to be replaced, and say so."""
    note(f"the results of {before.made} in {folder} are replaced")
    clips = (str(found.facts.get("clip", "")) for found in before.scenarios)
    for clip in filter(None, clips):
        (folder / Path(clip).name).unlink(missing_ok=True)


def _judged(
    results: "Results",
    thresholds: "Sequence[Threshold]",
    previous: "Results | None",
    baseline: "Results | None",
) -> "Results":
    """The results with what they are worth; what they were held against before is kept."""
    from visavis.evaluate.verdict import judged, judgement

    found = judgement(results, judged(results, thresholds), previous, baseline)
    kept = {key: results.judgement[key] for key in results.judgement if found.get(key) is None}
    return replace(results, judgement={**found, **kept})


def _report(folder: Path) -> None:
    """Write the page and JUnit's file beside the results."""
    from visavis.evaluate.report import write

    with closing(Bar("report", "")) as bar:
        page = write(folder, lambda done, total: bar.at(round(done), None if total is None else round(total)))
    note(f"the report is {page}")


def _check(args: argparse.Namespace) -> None:
    """Refuse what does not go together."""
    if args.again is not None and (without := [words for name, words in PERFORMING if getattr(args, name)]):
        raise InputError(f"--again performs nothing; leave {' and '.join(without)} out")
    if args.avatar is not None and args.portrait is not None:
        raise InputError("either --portrait or --avatar is seen; leave one of them out")
    if args.key and not args.url:
        raise InputError("--key is for a server; give its --url, or leave it out")
    if args.url and (args.tts or args.face):
        raise InputError("a server has its own engines; leave --tts and --face out")
    if args.url and not args.url.startswith(("http://", "https://")):
        raise InputError(f"{args.url!r} is no address of a server; give one such as http://127.0.0.1:8000")


def _scenarios(args: argparse.Namespace) -> "tuple[Scenario, ...]":
    from visavis.evaluate.scenarios import chosen, shipped, within

    more = within(args.folder) if args.folder is not None else ()
    if args.gold is not None:
        return with_gold(args, (*shipped(), *more))
    return chosen((*shipped(), *more), args.scenarios, args.tag)


def _thresholds(path: Path | None, metrics: "Sequence[Metric]") -> "tuple[Threshold, ...]":
    from visavis.evaluate.verdict import SHIPPED, check, thresholds

    found = thresholds(path or SHIPPED)
    if path is not None:
        check(found, (metric.name for metric in metrics), path)
    return found


def _folder(asked: Path | None) -> Path:
    """Where the results go, made."""
    from visavis.transports.place import sentences

    numbered = (FOLDER / f"evaluation-{number}" for number in itertools.count(1))
    folder = asked or next(path for path in numbered if not path.exists())
    with sentences(folder):
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def _read(file: Path) -> "Results | None":
    """The results in a file; None where it holds none that can be read."""
    from visavis.evaluate.results import Results

    if not file.exists():
        return None
    try:
        return Results.read(file)
    except InputError as error:
        note(f"not compared with: {error}")
        return None


def _previous(results: "Results", folder: Path, before: "Results | None") -> "Results | None":
    """What the results are compared with: what lay in their folder before, or else the newest beside it.

    Only what was made with the same engines, voice and face.
    """
    from visavis.evaluate.results import FILE
    from visavis.evaluate.verdict import same_subject

    own = folder.resolve()
    files = [file for file in own.parent.glob(f"*/{FILE}") if file.parent != own]
    files.sort(key=lambda file: file.stat().st_mtime, reverse=True)
    found = (one for one in (before, *map(_read, files)) if one is not None)
    return next((one for one in found if same_subject(results, one)), None)


def _evaluated(
    setup: "Setup", scenarios: "Sequence[Scenario]", metrics: "Sequence[Metric]", folder: Path
) -> "Results":
    from visavis.evaluate.evaluation import evaluate, rounds_of
    from visavis.evaluate.subjects import doors

    rounds = rounds_of(scenarios, doors(), remote=bool(setup.url))
    with closing(Bars(len(scenarios))) as bars:
        try:
            return until_told(evaluate(setup, rounds, metrics, folder, bars.at))
        except (KeyboardInterrupt, SystemExit):
            note(f"stopped; what was measured until then is in {folder}")
            raise


class Bars:
    """A progress bar for each of so many scenarios, one after the other."""

    def __init__(self, scenarios: int) -> None:
        self._scenarios = scenarios
        self._begun = 0
        self._what = ""
        self._bar: Bar | None = None

    def at(self, what: str, done: float, total: float | None) -> None:
        """So much of a scenario is done."""
        if self._bar is None or what != self._what:
            self.close()
            self._begun += 1
            self._what = what
            named = f"{self._begun}/{self._scenarios} {what}"
            self._bar = Bar(named, "")
            if not sys.stderr.isatty():
                note(named)
        self._bar.at(round(done), None if total is None else round(total))

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()


def _tell(results: "Results", folder: Path, *, as_json: bool) -> None:
    """What was found, and where it is.

    Raises:
        EngineError: it is not good enough, or was not finished.
    """
    from visavis.evaluate.report.words import count

    judgement = results.judgement
    if as_json:
        from visavis.evaluate.results import rounded

        print(json.dumps(rounded({"folder": str(folder), **judgement}), ensure_ascii=False))
    else:
        for line in _lines(judgement):
            print(line)
        amounts = count(len(results.scenarios), "scenario"), count(len(results.metrics), "metric")
        print(f"{folder}: {', '.join(amounts)}")
    if not results.complete or any(verdict["state"] == "fail" for verdict in judgement["verdicts"]):
        raise EngineError(judgement["summary"])
    note(judgement["summary"])


def _lines(judgement: "Mapping[str, Any]") -> Iterator[str]:
    """Verdicts that do not pass, and what has become better or worse."""
    for verdict in judgement["verdicts"]:
        if verdict["state"] != "pass":
            yield f"{verdict['state']:<12}  {verdict['sentence']}"
    for against in ("previous", "baseline"):
        changes = judgement[against]
        if changes and not changes.get("same_subject", True):
            yield f"the {against} results are of other engines, another voice or another face"
        for row in changes["rows"] if changes else ():
            if row["trend"] in {"better", "worse"}:
                where = f"in {row['scenario']}" if row["scenario"] else "in the median"
                was = f"{row['old']:.4g} in the {against} results"
                yield f"{row['trend']:<12}  {row['metric']} {where}: {row['new']:.4g}, and {was}"


def _list(scenarios: "Sequence[Scenario]", metrics: "Sequence[Metric]", *, as_json: bool) -> None:
    if as_json:
        from visavis.evaluate.results import meaning

        told = {
            "scenarios": [
                {"name": s.name, "kind": s.kind, "language": s.language, "tags": s.tags, "title": s.title}
                for s in scenarios
            ],
            "metrics": [{"name": m.name, "of": m.of.__name__, **asdict(meaning(m))} for m in metrics],
        }
        print(json.dumps(told, ensure_ascii=False))
        return
    names = (*(s.name for s in scenarios), *(m.name for m in metrics))
    wide = max(map(len, names))
    for s in scenarios:
        print(f"{s.name:<{wide}}  {s.kind:<12}  {s.language}  {', '.join(s.tags) or '-':<12}  {s.title}")
    print()
    for m in metrics:
        print(f"{m.name:<{wide}}  {m.title}{f' ({m.unit})' if m.unit else ''}")
