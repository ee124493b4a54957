from importlib.metadata import EntryPoint

import pytest

from tests.evaluate.speed.material import OTHER, WORK
from visavis.errors import EngineError, InputError, UnknownName
from visavis.evaluate.speed import work
from visavis.evaluate.speed.work import Case, chosen, fitted, named, works


def stranger(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setattr(work, "_strangers", lambda: [EntryPoint("mine", value, work.GROUP)])


def test_all_works_are_told_apart_and_explained() -> None:
    known = works()
    assert len({each.name for each in known}) == len(known) >= 10
    for each in known:
        assert named(each.name) == each
        assert each.title
        assert each.stands_for.endswith(".")
        assert len({case.name for case in each.cases}) == len(each.cases) >= 1
        sizes = [case.size for case in each.cases]
        assert not each.grows or sizes == sorted(size for size in sizes if size)
    assert sum(case.quick for each in known for case in each.cases) >= 6


def test_a_work_of_another_package_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    stranger(monkeypatch, "tests.evaluate.speed.material:WORK")
    assert works()[-1] is WORK
    assert named("knitting") is WORK


def test_what_another_package_brings_has_to_be_a_work_with_a_name_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stranger(monkeypatch, "tests.evaluate.speed.material:sample")
    with pytest.raises(EngineError, match="which is none"):
        works()
    stranger(monkeypatch, "tests.evaluate.speed.gone:WORK")
    with pytest.raises(EngineError, match="install it again"):
        works()
    stranger(monkeypatch, "visavis.evaluate.speed.works.say:WORK")
    with pytest.raises(InputError, match="two works are called 'say'"):
        works()


def test_works_are_chosen_by_name() -> None:
    assert chosen([WORK, OTHER], []) == (WORK, OTHER)
    assert chosen([WORK, OTHER], ["baking"]) == (OTHER,)
    with pytest.raises(UnknownName, match="did you mean knitting"):
        chosen([WORK, OTHER], ["kniting"])


def test_a_quick_run_has_some_cases_and_a_long_one_more() -> None:
    quick = fitted(WORK, quick=True, long=None)
    assert quick
    assert [case.name for case in quick.cases] == ["small"]
    assert fitted(OTHER, quick=True, long=None) is None
    say = named("say")
    long = fitted(say, quick=False, long=300.0)
    assert long
    assert long.cases == (*say.cases, Case("300 s", 300.0))
    again = fitted(say, quick=False, long=60.0)
    assert again
    assert [case.name for case in again.cases] == [case.name for case in say.cases]
    assert fitted(WORK, quick=False, long=300.0) == WORK
