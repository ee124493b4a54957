"""Figures as people read them: with as many digits as mean something, units, and signs.

Owns the look of numbers; refuses to know what they are of.
"""

from typing import Final

from visavis.evaluate.metrics import Direction

NARROW: Final = "\u202f"
SPACE: Final = "\u00a0"
MINUS: Final = "\u2212"

WAYS: Final[dict[Direction, str]] = {
    "higher": "more is better",
    "lower": "less is better",
    "near": "nearer to {target} is better",
    "none": "neither way is better",
}


def figure(value: float | None, unit: str = "") -> str:
    """Three digits, or the whole ones where there are more; a dash for None."""
    if value is None:
        return "–"
    return f"{_digits(value)}{SPACE}{unit}" if unit else _digits(value)


def mark(value: float, unit: str = "") -> str:
    """A place on an axis, which is round: without digits that say nothing."""
    shown = _digits(value)
    if "." in shown and "e" not in shown:
        shown = shown.rstrip("0").rstrip(".")
    return f"{shown}{SPACE}{unit}" if unit else shown


def change(value: float, unit: str = "") -> str:
    """The same with its sign."""
    shown = figure(value, unit)
    return f"+{shown}" if value > 0 else shown


def way(better: Direction, target: float | None, unit: str) -> str:
    """Which way is good, in words."""
    return WAYS[better].format(target=figure(target or 0.0, unit))


def seconds(value: float) -> str:
    """A moment or a length: "4.47 s", "3:05", "1:02:05"."""
    if abs(value) < 100:
        return f"{value:.2f}{SPACE}s".replace("-", MINUS)
    minutes, rest = divmod(round(value), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def milliseconds(spent: float) -> str:
    """Seconds, as milliseconds below two of them."""
    return figure(1000 * spent, "ms") if spent < 1.9995 else figure(spent, "s")


def seconds_of(at: float, most: float) -> str:
    """A mark on an axis of times up to `most` seconds."""
    return mark(1000 * at, "ms") if most < 1.5 else mark(at, "s")


def count(amount: int, what: str, several: str = "") -> str:
    """Such as "1 scenario" and "2 scenarios"."""
    return f"{amount:,} {what if amount == 1 else several or what + 's'}".replace(",", NARROW)


def _digits(value: float) -> str:
    size = abs(value)
    if size >= 99.95:
        shown = f"{size:,.0f}".replace(",", NARROW)
    elif 0 < size < 0.0005:
        shown = f"{size:.1e}".replace("e-0", f"e{MINUS}").replace("e-", f"e{MINUS}")
    else:
        places = 1 if size >= 9.995 else 2 if size >= 0.9995 else 3
        shown = f"{size:.{places}f}" if size % 1 else f"{size:.0f}"
    return f"{MINUS}{shown}" if value < 0 and size else shown
