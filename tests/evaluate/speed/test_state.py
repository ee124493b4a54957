import pytest

from visavis.evaluate.speed import state
from visavis.evaluate.speed.reference import VERSION


def test_an_entry_begins_with_what_is_measured_and_on_what() -> None:
    found = state.begun("visavis bench", {"face": "warp"})
    assert (found.figures, found.complete, found.reference) == ((), False, VERSION)
    assert {"processor", "processors"} <= set(found.machine)
    assert found.made.endswith("+00:00")


def test_where_there_is_no_git_nobody_knows_of_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert state.changed() is False
    monkeypatch.setattr("shutil.which", lambda name: "/bin/false")
    assert state.changed() is False
    monkeypatch.setattr("shutil.which", lambda name: "/bin/gone")
    assert state.changed() is False
