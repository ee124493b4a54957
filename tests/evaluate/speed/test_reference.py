import pytest

from visavis.evaluate.speed import reference


def test_the_same_is_done_each_time() -> None:
    assert reference.mixed() == reference.mixed() > 0


def test_the_middle_round_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds = iter([0.5, 9.0, 0.7])
    monkeypatch.setattr(reference, "_timed", lambda: next(rounds))
    assert reference.reference() == 0.7
