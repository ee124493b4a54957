"""The command line: which command is meant, and what becomes of what it raises.

Exit status: 0 it is done; 2 what was given cannot be used; 1 something failed; 128 and a signal's number
when that signal ended it. Of what went wrong one sentence is told on standard error; a traceback is for
mistakes of ours, and for those who ask for it with -v.
"""

import argparse
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

from visavis.commands import (
    avatars,
    bench,
    clean,
    consents,
    data,
    doctor,
    evaluate,
    gold,
    inspect,
    keys,
    models,
    say,
    serve,
    voices,
)
from visavis.commands.process import ended_by_signals, open_standard_files
from visavis.commands.showing import Log, note
from visavis.errors import InputError, VisavisError

COMMANDS = (
    say,
    serve,
    avatars,
    voices,
    consents,
    data,
    keys,
    inspect,
    models,
    doctor,
    evaluate,
    bench,
    gold,
    clean,
)


class _Usage(InputError):
    """Words on the command line that do not fit."""


class _Parser(argparse.ArgumentParser):
    """One sentence for a mistake, where argparse would print the usage before it and leave."""

    def error(self, message: str) -> NoReturn:
        raise _Usage(f"{message}; see: {self.prog} --help")


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        import visavis

        print(f"visavis {visavis.__version__}")
        parser.exit()


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; its exit status."""
    # Before numpy is imported: the systems solved here are so small that threads only wait for each other,
    # which takes a portrait three times as long. Two processors have better to do.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    open_standard_files()
    words = sys.argv[1:] if argv is None else argv
    try:
        args = _parser().parse_args(words)
        _listen(args.verbose)
        with ended_by_signals():
            args.run(args)
            if sys.stdout is not None:
                sys.stdout.flush()
    except InputError as error:
        return _told(error, 2)
    except VisavisError as error:
        return _told(error, 1)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except BrokenPipeError:
        # Nobody reads any more; without this the interpreter complains when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except Exception as error:
        if {"-v", "--verbose"} & set(words):
            raise
        return _told(
            f"a mistake of ours: {type(error).__name__}: {error}; -v shows where, please report it", 1
        )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="visavis",
        description="A portrait, a voice and a mind, face to face: talking-head videos on your own machine.",
        epilog="See what a command takes with: visavis COMMAND --help",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and leave")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("-v", "--verbose", action="store_true", help="tell more on standard error")
    commands = parser.add_subparsers(metavar="COMMAND", required=True, title="commands")
    for command in COMMANDS:
        command.add(commands, common)
    return parser


def _listen(verbose: bool) -> None:
    """Tell the user what is logged, from the level on that is asked for or set."""
    from visavis import config

    level = "info"
    if not verbose:
        level = config.Settings().log_level
        # A command that needs the settings loads them itself, and fails; doctor examines them.
        with contextlib.suppress(InputError):
            level = config.load().log_level
    logging.basicConfig(level=level.upper(), handlers=[Log()])


def _told(what: object, status: int) -> int:
    note(str(what))
    return status


if __name__ == "__main__":
    sys.exit(main())
