from dataclasses import replace
from pathlib import Path

import pytest

from tests.evaluate.material import TAKE
from visavis.errors import EngineError, InputError
from visavis.evaluate.metrics import Metric, Reading, metrics
from visavis.evaluate.takes import Crowd, Dialogue, Take

LENGTH = Metric(
    name="length",
    title="Length of the text",
    unit="characters",
    better="none",
    source="counting",
    limits="none",
    of=Take,
    measure=lambda take: Reading(len(take.text)),
)

STRANGE = (LENGTH,)
TWICE = (LENGTH, replace(LENGTH, title="Again"))
NO_METRICS = ("length",)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Package":
    return Package(tmp_path, monkeypatch)


class Package:
    """Another package on the path, with metrics of its own."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._info = folder / "strange-1.0.dist-info"
        self._info.mkdir()
        (self._info / "METADATA").write_text("Metadata-Version: 2.1\nName: strange\nVersion: 1.0\n")
        monkeypatch.syspath_prepend(str(folder))

    def has(self, value: str) -> None:
        (self._info / "entry_points.txt").write_text(f"[visavis.metrics]\nstrange = {value}\n")


def test_every_metric_says_what_it_is() -> None:
    found = metrics()
    assert len({metric.name for metric in found}) == len(found) > 0
    for metric in found:
        assert metric.name.isidentifier()
        assert metric.title
        assert metric.source
        assert metric.limits
        assert metric.of in {Take, Dialogue, Crowd}
        assert (metric.target is not None) == (metric.better == "near")


def test_a_strangers_metrics_come_in_through_the_same_door(package: Package) -> None:
    package.has("tests.evaluate.metrics.test_discovery:STRANGE")
    (metric,) = (metric for metric in metrics() if metric.name == "length")
    assert metric.measure(TAKE) == Reading(3)


@pytest.mark.parametrize(
    ("value", "error", "sentence"),
    [
        ("no_such_library:M", EngineError, "the metrics 'strange' of strange cannot be loaded: No module"),
        ("tests.evaluate.metrics.test_discovery:GONE", EngineError, "of strange cannot be loaded: .*GONE"),
        ("tests.evaluate.metrics.test_discovery:NO_METRICS", EngineError, "hold 'length', which is none"),
        ("tests.evaluate.metrics.test_discovery:TWICE", InputError, "two metrics are called 'length'"),
    ],
)
def test_metrics_that_cannot_be_used_are_told(
    package: Package, value: str, error: type[Exception], sentence: str
) -> None:
    package.has(value)
    with pytest.raises(error, match=sentence):
        metrics()
