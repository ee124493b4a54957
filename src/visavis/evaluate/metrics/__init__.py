"""What can be measured: a metric is a function of one piece of material, with where it comes from and what it
cannot tell.

A module in this folder has its metrics in METRICS, a tuple; another package names such a tuple in an entry
point of the group "visavis.metrics". Nothing else has to be edited. A module whose name begins with an
underscore has none, and is for what several of them share.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final, Literal

from visavis.errors import EngineError, InputError

Direction = Literal["higher", "lower", "near", "none"]

GROUP: Final = "visavis.metrics"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a metric says of one piece of material.

    value: None where it cannot be told; `note` says why, as a sentence.
    series: for plots, such as {"time": ..., "gap": ...}; a few thousand numbers at most.
    broken: whether it cannot be told by a mistake of the metric's, which nobody may take for a pass.
    """

    value: float | None
    note: str = ""
    series: Mapping[str, Sequence[float]] = field(default_factory=dict)
    broken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One thing that is measured.

    name: a word for files and programs; unique. title: for people. unit: "ms", "%", or "".
    better: which way is good; "near": nearer to `target`; "none": neither.
    timing: whether it depends on how fast this machine is; then two runs differ.
    source: a paper or a standard, and what is taken from it. limits: what it cannot tell.
    of: the kind of material that it is about: Take, Dialogue or Crowd.
    measure: blocks. What several metrics need and takes long is kept on the material.
    same_within: two values that differ by no more are the same, in `unit`.
    """

    name: str
    title: str
    unit: str
    better: Direction
    source: str
    limits: str
    of: type
    measure: Callable[[Any], Reading]
    target: float | None = None
    timing: bool = False
    same_within: float = 0.0


def metrics() -> tuple[Metric, ...]:
    """All there are: ours by module, then those of other packages by name.

    Raises:
        EngineError: another package's cannot be loaded. InputError: two have the same name.
    """
    found = (*_ours(), *(metric for point in _strangers() for metric in _loaded(point)))
    _check_names(found)
    return found


def _ours() -> Iterator[Metric]:
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
        if not module.name.startswith("_"):
            yield from importlib.import_module(f"{__name__}.{module.name}").METRICS


def _strangers() -> list[EntryPoint]:
    return sorted(entry_points(group=GROUP), key=lambda point: point.name)


def _loaded(point: EntryPoint) -> tuple[Metric, ...]:
    try:
        made = tuple(point.load())
    except (ImportError, AttributeError, OSError, TypeError) as error:
        package = point.dist.name if point.dist else "the package that brought them"
        raise EngineError(
            f"the metrics {point.name!r} of {package} cannot be loaded: {error}; install it again"
        ) from error
    for metric in made:
        if not isinstance(metric, Metric):
            raise EngineError(f"the metrics {point.name!r} ({point.value}) hold {metric!r}, which is none")
    return made


def _check_names(found: Iterable[Metric]) -> None:
    seen: set[str] = set()
    for metric in found:
        if metric.name in seen:
            raise InputError(f"two metrics are called {metric.name!r}; remove one of the packages")
        seen.add(metric.name)
