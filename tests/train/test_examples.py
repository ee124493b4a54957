"""What the network is taught with."""

import numpy as np
import pytest

pytest.importorskip("pyworld")
pytest.importorskip("scipy")
pytest.importorskip("soxr")

from train.hearing.examples import SECONDS, Example, answers, example, kinds, looks
from train.hearing.labelled import Labelled, cut, joined, silence
from visavis.motion.ear import STEPS
from visavis.motion.frames import Mouth
from visavis.motion.spectrum import BANDS, FAINTEST
from visavis.motion.visemes import KINDS

N = SECONDS * STEPS
SILENCE = KINDS.index("silence")


@pytest.fixture(scope="module")
def people(said: dict[str, tuple[Labelled, ...]]) -> list[tuple[Labelled, ...]]:
    return list(said.values())


@pytest.fixture(scope="module")
def examples(people: list[tuple[Labelled, ...]]) -> list[Example]:
    return [example(people, number, 1) for number in range(24)]


def test_an_example_has_the_shape_that_is_agreed(examples: list[Example]) -> None:
    for one in examples:
        assert [part.shape for part in one] == [(N, 2 * BANDS), (N, len(Mouth._fields) + 1), (N,)]
        assert [part.dtype for part in one] == [np.float16, np.float16, np.uint8]
        assert one.looks.min() >= FAINTEST
        assert one.looks.max() < 30
        assert (one.answers >= -1).all()
        assert (one.answers <= 1).all()
        assert one.kinds.max() < len(KINDS)


def test_number_and_seed_tell_an_example(people: list[tuple[Labelled, ...]], examples: list[Example]) -> None:
    for number in (3, 7):
        before, again, other = examples[number], example(people, number, 1), example(people, number, 2)
        assert np.array_equal(again.looks, before.looks)
        assert np.array_equal(again.answers, before.answers)
        assert np.array_equal(again.kinds, before.kinds)
        assert not np.array_equal(again.looks, other.looks)


def test_examples_differ_and_in_some_nobody_speaks(examples: list[Example]) -> None:
    assert len({one.looks.tobytes() for one in examples}) == len(examples)
    empty = [one for one in examples if (one.kinds == SILENCE).all()]
    assert 0 < len(empty) < len(examples) / 2
    for one in empty:
        assert not one.answers[:, :-1].any()
        assert (one.answers[:, -1] == 1).all()
    for one in examples:
        assert (one.kinds == SILENCE).any()


def test_looks_answers_and_kinds_are_in_time(sentence: Labelled) -> None:
    speech = cut(joined([silence(1.0), sentence, silence(1.0), sentence, silence(SECONDS)]), SECONDS)
    spoken = kinds(speech.phones) != SILENCE
    loud = looks(speech.samples).astype(np.float32).mean(1)
    opened = answers(speech)[:, Mouth._fields.index("open")].astype(np.float32)
    for course, latest in ((loud, 2), (opened, 3)):
        alike = [np.corrcoef(np.roll(course, k)[20:-20], spoken[20:-20])[0, 1] for k in range(-10, 11)]
        assert alike[10] > 0.6
        assert abs(int(np.argmax(alike)) - 10) <= latest


def test_lips_touch_in_silence_and_in_a_closure_and_part_in_a_vowel(sentence: Labelled) -> None:
    speech = cut(joined([sentence, silence(SECONDS)]), SECONDS)
    truth = answers(speech)
    touching = truth[:, -1]
    assert (touching[-STEPS:] == 1).all()
    vowel = max((p for p in speech.phones if p.symbol[:1] == "a"), key=lambda p: p.end - p.start)
    assert touching[round(vowel.start * STEPS) : round(vowel.end * STEPS)].min() < 0.2
    seal = next(p for p in speech.phones if p.symbol == "m")
    closed = truth[round(seal.start * STEPS) : round(seal.end * STEPS) + 1, Mouth._fields.index("press")]
    assert closed.max() > 0.5
