import io

import pytest

from visavis.commands.showing import Bar, note


class Terminal(io.StringIO):
    """Remembers everything that was ever shown on it."""

    def isatty(self) -> bool:
        return True


def a_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Standard error from now on; no fixture, for pytest puts its own in place when a test begins."""
    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setattr("tqdm.std.time", map(float, range(10_000)).__next__)
    monkeypatch.setenv("COLUMNS", "90")
    return screen


def test_a_bar_fills_up(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = a_terminal(monkeypatch)
    bar = Bar("speaking", "s")
    for done in (1.0, 2.0, 4.0):
        bar.at(done, 4.0)
    shown = terminal.getvalue()
    for words in ("speaking", "25%", "1.0 of 4.0 s", "50%", "100%", "4.0 of 4.0 s", "left"):
        assert words in shown
    bar.close()


def test_a_bar_without_an_end_counts_on_until_the_end_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = a_terminal(monkeypatch)
    bar = Bar("speaking", "s")
    bar.at(1.5, None)
    assert "1.5, " in terminal.getvalue()
    assert "%" not in terminal.getvalue()
    bar.at(2.0, 8.0)
    assert "25%" in terminal.getvalue()
    bar.close()


def test_bytes_are_shown_in_steps_of_a_thousand(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = a_terminal(monkeypatch)
    bar = Bar("fetching face", "B")
    bar.at(1_500_000, 6_400_000)
    assert "1.50M of 6.40M" in terminal.getvalue()
    bar.close()


def test_a_bar_goes_away_when_it_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = a_terminal(monkeypatch)
    bar = Bar("speaking", "s")
    bar.at(1.0, 2.0)
    bar.close()
    assert terminal.getvalue().rpartition("\r")[2].strip() == ""


def test_nothing_is_shown_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    bar = Bar("speaking", "s")
    bar.at(1.0, 2.0)
    bar.close()
    assert capsys.readouterr() == ("", "")


def test_notes_go_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    note("two faces were found")
    assert capsys.readouterr() == ("", "visavis: two faces were found\n")


def test_nothing_is_told_where_standard_error_is_closed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr", None)
    note("two faces were found")
    bar = Bar("speaking", "s")
    bar.at(1.0, 2.0)
    bar.close()
    assert capsys.readouterr().out == ""
