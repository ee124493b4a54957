from pathlib import Path

from visavis.evaluate.speed.profiling import MOST, Snapshots, most, named

MB = 2**20


def test_it_is_looked_early_and_late_once_each() -> None:
    taken: list[dict[str, int]] = []

    def take() -> dict[str, int]:
        taken.append({"a.py": len(taken)})
        return taken[-1]

    snapshots = Snapshots(take)
    for done in range(11):
        snapshots.at(float(done), 10.0)
    assert (snapshots.early, snapshots.late) == ({"a.py": 0}, {"a.py": 1})
    assert len(taken) == 2


def test_the_files_that_hold_most_are_told_with_their_growth() -> None:
    found = most({"/x/src/visavis/a.py": MB}, {"/x/src/visavis/a.py": 3 * MB, "/x/src/visavis/b.py": 5 * MB})
    assert [(held.file, held.mb, held.grown_mb) for held in found] == [
        ("visavis/b.py", 5.0, 5.0),
        ("visavis/a.py", 3.0, 2.0),
    ]
    assert len(most({}, {f"{n}.py": n for n in range(100)})) == MOST


def test_where_python_lies_is_not_told() -> None:
    assert named("/usr/lib/python3/site-packages/numpy/core.py") == "numpy/core.py"
    assert named("<frozen importlib>") == "<frozen importlib>"
    assert named(str(Path.cwd() / "mine.py")) == "mine.py"
