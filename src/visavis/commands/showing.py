"""What is shown on the way: sentences, and on a terminal a progress bar, both on standard error."""

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tqdm import tqdm


def note(sentence: str) -> None:
    """A sentence for the user that is no error."""
    print(f"visavis: {sentence}", file=sys.stderr)


def megabytes(size: int) -> str:
    """Bytes in words, as in "2.6 MB"."""
    return f"{size / 1e6:.1f} MB"


class Bar:
    """How far something is; nothing at all where standard error is no terminal.

    what: a word or two before the bar. unit: "s" or "B".
    """

    def __init__(self, what: str, unit: str) -> None:
        self._what = what
        self._unit = unit
        self._shown = sys.stderr.isatty()
        self._bar: tqdm[Any] | None = None

    def at(self, done: float, total: float | None) -> None:
        """So much of so much is done; the total may change, or be unknown."""
        if not self._shown:
            return
        if self._bar is None:
            self._bar = self._begun()
        self._bar.total = total
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        """Leave the bar as it stands and go on below it."""
        if self._bar is not None:
            self._bar.close()

    def _begun(self) -> "tqdm[Any]":
        from tqdm import tqdm

        # No thread that watches for a bar that hangs.
        tqdm.monitor_interval = 0
        scaled = self._unit == "B"
        form = "{desc} {percentage:3.0f}% |{bar}| {n_fmt} of {total_fmt}, {remaining} left"
        if not scaled:
            form = "{desc} {percentage:3.0f}% |{bar}| {n:.1f} of {total:.1f} s, {remaining} left"
        return tqdm(desc=self._what, unit=self._unit, unit_scale=scaled, bar_format=form, leave=False)
