import re

from visavis.evaluate.machine import commit, machine


def test_the_machine_is_described() -> None:
    told = machine()
    assert list(told) == ["system", "processor", "processors", "memory", "python"]
    assert int(told["processors"]) >= 1


def test_a_commit_is_twelve_digits_or_nothing() -> None:
    assert re.fullmatch(r"([0-9a-f]{12})?", commit())
