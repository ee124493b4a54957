from dataclasses import replace

import pytest

from visavis.evaluate.metrics import Reading
from visavis.evaluate.metrics.load import METRICS
from visavis.evaluate.takes import Crowd, CrowdSession

BY_NAME = {metric.name: metric for metric in METRICS}

SERVED = CrowdSession(pictures=25.0, sounds=50.0, firsts=(0.2, 0.1, 0.3))
AWAY = CrowdSession(pictures=0.0, sounds=0.0, refused="503, come back in 3 s")
CROWD = Crowd(
    scenario="load",
    seconds=30.0,
    sessions=(SERVED, SERVED, SERVED),
    processor=0.6,
    memory=300 * 2**20,
)


def value(name: str, crowd: Crowd) -> float | None:
    reading = BY_NAME[name].measure(crowd)
    assert reading.value is not None or reading.note
    return reading.value


@pytest.mark.parametrize(
    ("name", "fine", "spoiled", "worse"),
    [
        ("load_pictures", 25, replace(SERVED, pictures=11.0), 11),
        ("load_sound", 50, replace(SERVED, sounds=30.0), 30),
        ("load_pictures", 25, replace(SERVED, firsts=()), 0),
        ("load_sound", 50, replace(SERVED, firsts=()), 0),
        ("load_first", 200, replace(SERVED, firsts=(0.9, 0.3, 0.8, 0.7, 0.6)), 300),
        ("load_first_worst", 300, replace(SERVED, firsts=(0.9, 0.3, 0.8)), 900),
        ("load_unserved", 0, replace(SERVED, firsts=()), 25),
        ("load_unserved", 0, replace(AWAY, refused="500"), 25),
        ("load_unserved", 0, AWAY, 0),
        ("load_starved", 0, replace(SERVED, gaps=(0.1, 0.05)), 1),
        ("load_longest_gap", 0, replace(SERVED, gaps=(0.1, 0.05)), 100),
        ("load_refused", 0, AWAY, 25),
        ("load_rudely_refused", None, replace(AWAY, refused="503"), 100),
    ],
)
def test_the_worst_served_is_told(name: str, fine: float | None, spoiled: CrowdSession, worse: float) -> None:
    assert value(name, CROWD) == fine
    assert value(name, replace(CROWD, sessions=(*CROWD.sessions, spoiled))) == pytest.approx(worse)


def test_what_the_server_takes_is_told_where_it_is_known() -> None:
    assert value("load_processor", CROWD) == pytest.approx(20)
    assert value("load_memory", CROWD) == pytest.approx(300)
    unknown = replace(CROWD, processor=None, memory=None)
    assert value("load_processor", unknown) is value("load_memory", unknown) is None


def test_who_was_refused_counts_for_nothing_else() -> None:
    some = replace(CROWD, sessions=(*CROWD.sessions, AWAY))
    assert value("load_pictures", some) == 25
    assert value("load_rudely_refused", some) == 0
    nobody = replace(CROWD, sessions=(AWAY,))
    for name in ("load_pictures", "load_first", "load_starved", "load_longest_gap", "load_processor"):
        assert value(name, nobody) is None
    assert value("load_unserved", nobody) is None
    assert value("load_refused", nobody) == 100


def test_who_hears_nothing_is_told_of_and_has_no_first_chunk() -> None:
    deaf = replace(CROWD, sessions=(replace(SERVED, firsts=()),) * 3)
    assert BY_NAME["load_first"].measure(deaf) == Reading(None, "3 visitors heard nothing")
    assert BY_NAME["load_unserved"].measure(deaf) == Reading(100, "3 of 3")
    assert value("load_pictures", deaf) == value("load_sound", deaf) == 0
