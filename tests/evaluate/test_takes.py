import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evaluate.material import TAKE, filmed
from visavis.evaluate.takes import (
    EXCERPT,
    Arrival,
    Crowd,
    CrowdSession,
    Dialogue,
    Exchange,
    excerpts,
)


@given(st.floats(0.04, 10_000))
def test_no_more_is_looked_at_than_can_be(seconds: float) -> None:
    spans = excerpts(seconds)
    assert sum(end - start for start, end in spans) == pytest.approx(min(seconds, EXCERPT))
    assert spans[0][0] == 0
    assert spans[-1][1] == seconds


def test_a_takes_pictures_are_those_of_its_video(tmp_path: Path) -> None:
    take = filmed(tmp_path / "a.mp4", 2.0)
    assert len(list(take.pictures())) == take.frames == 50
    assert len(list(take.pictures((1.0, 1.2)))) == 5
    assert take.seconds == pytest.approx(2.0)


def test_facts_are_what_json_takes() -> None:
    take = replace(TAKE, arrivals=(Arrival(0.1, 0.0, 0.5),), spoken=(("en", 0.0, 1.0),))
    dialogue = Dialogue(
        scenario="talk",
        language="en",
        exchanges=(Exchange(said="Hi.", began=0.0, ended=1 / 3, expects={"answer": "hello"}),),
        events=((0.5, "state", "speaking"),),
    )
    crowd = Crowd(
        scenario="crowd",
        seconds=10.0,
        sessions=(CrowdSession(pictures=25.0, sounds=50.0, firsts=(0.2,), gaps=(0.123456,)),),
    )
    facts = [json.loads(json.dumps(material.facts())) for material in (take, dialogue, crowd)]
    assert facts[0]["phones"][1] == ["m", 0.2, 0.3]
    assert facts[0]["arrivals"] == [[0.1, 0.0, 0.5]]
    assert facts[0]["clip"] == "short.mp4"
    assert facts[1]["exchanges"][0]["ended"] == 0.3333
    assert facts[2]["sessions"][0]["gaps"] == [0.1235]
