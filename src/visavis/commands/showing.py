"""What is shown on the way: sentences, and on a terminal a progress bar, both on standard error."""

import contextlib
import logging
import shutil
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tqdm import tqdm


def note(sentence: str) -> None:
    """A sentence for the user; not told where standard error is closed, or nobody reads it any more."""
    # To print into None is to print on standard output.
    if sys.stderr is not None:
        with contextlib.suppress(OSError):
            print(f"visavis: {sentence}", file=sys.stderr)


class Log(logging.Handler):
    """The log, for the user: each record a sentence."""

    def emit(self, record: logging.LogRecord) -> None:
        note(record.getMessage())


class Bar:
    """How far something is; nothing at all where standard error is no terminal.

    what: a word or two before the bar. unit: "s" or "B".
    """

    def __init__(self, what: str, unit: str) -> None:
        self._what = what
        self._unit = unit
        self._shown = sys.stderr is not None and sys.stderr.isatty()
        self._bar: tqdm[Any] | None = None

    def at(self, done: float, total: float | None) -> None:
        """So much of so much is done; the total may change, or be unknown."""
        if not self._shown:
            return
        if self._bar is None:
            self._bar = self._begun()
        self._bar.total = total
        self._bar.bar_format = self._form(known=total is not None)
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()

    def _begun(self) -> "tqdm[Any]":
        from tqdm import tqdm

        # No thread that watches for a bar that hangs.
        tqdm.monitor_interval = 0
        return tqdm(
            desc=self._what,
            unit_scale=self._unit == "B",
            bar_format=self._form(known=False),
            leave=False,
            # Left to itself, tqdm shows nothing on a terminal that does not know its size.
            ncols=shutil.get_terminal_size().columns,
            nrows=2,
        )

    def _form(self, *, known: bool) -> str:
        done, total = ("{n:.1f}", "{total:.1f} s") if self._unit == "s" else ("{n_fmt}", "{total_fmt}")
        if not known:
            return f"{{desc}} {done}, {{elapsed}} gone"
        return f"{{desc}} {{percentage:3.0f}}% |{{bar}}| {done} of {total}, {{remaining}} left"
