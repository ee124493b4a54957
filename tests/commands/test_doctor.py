import pytest

from visavis.cli import main
from visavis.intake import sandbox


def test_a_sandbox_that_cannot_be_is_one_finding_among_the_others(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sandbox, "command", lambda: ["/no such program"])
    assert main(["doctor"]) == 1
    told = capsys.readouterr()
    assert "NO  sandbox" in told.out
    assert "no process could be started" in told.out
    assert "room here" in told.out
    assert "sandbox" in told.err
