"""Turns in every way that people take them, step by step."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visavis.conversation.endings import Ending
from visavis.conversation.turns import (
    TIMING,
    BargedIn,
    Began,
    Closed,
    Decision,
    Opened,
    Partial,
    Resumed,
    Speculate,
    Steps,
    TurnEnded,
    Turns,
    window,
)
from visavis.media import LANGUAGES, Language

STEP = 0.032


@dataclass
class Scene:
    """A microphone, a recogniser that understands what it is told to, and what was decided.

    texts: of the segments, in order; the last one again and again. None is never answered.
    delay: seconds that a transcript takes.
    """

    texts: tuple[str | None, ...] = ("what is your name",)
    language: Language | None = "en"
    delay: float = 0.05
    guess: float | None = None
    speaking: bool = False
    down: bool = False
    at: float = 0.0
    told: list[tuple[float, Decision | Opened | Closed]] = field(default_factory=list)
    _due: list[tuple[float, Callable[[float], Steps]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.turns = Turns(STEP, lambda: self.language)

    def hear(self, seconds: float, probability: float) -> "Scene":
        for _ in range(round(seconds / STEP)):
            self.at += STEP
            self._take(self.turns.heard(probability, self.at, self.speaking, self.down))
            while self._due and self._due[0][0] <= self.at:
                self._take(self._due.pop(0)[1](self.at))
        return self

    def speak(self, seconds: float) -> "Scene":
        return self.hear(seconds, 0.95)

    def pause(self, seconds: float) -> "Scene":
        return self.hear(seconds, 0.02)

    def key(self, down: bool) -> "Scene":
        self.down = down
        return self.hear(STEP, 0.02)

    def only(self, *kinds: type) -> list[Decision | Opened | Closed]:
        return [told for _, told in self.told if isinstance(told, kinds)]

    @property
    def names(self) -> list[str]:
        """Of the decisions, without orders and partial texts."""
        return [
            type(told).__name__ for _, told in self.told if not isinstance(told, Opened | Closed | Partial)
        ]

    @property
    def ended(self) -> TurnEnded:
        (end,) = (told for told in self.only(TurnEnded))
        assert isinstance(end, TurnEnded)
        return end

    def _take(self, steps: Iterable[Decision | Opened | Closed]) -> None:
        for step in steps:
            self.told.append((self.at, step))
            if isinstance(step, Closed):
                self._answer(step)

    def _answer(self, closed: Closed) -> None:
        number = closed.segment
        text = self.texts[min(number, len(self.texts)) - 1]
        if text is not None:
            understood = partial(self.turns.understood, number, text, self.language or "en", True)
            self._due.append((self.at + self.delay, understood))
        if self.guess is not None and closed.pause:
            self._due.append((self.at + 0.1, partial(self.turns.guessed, number, self.guess)))
        self._due.sort(key=lambda due: due[0])


def silence(scene: Scene) -> float:
    return scene.ended.silence_s


def near(seconds: float) -> object:
    """Decisions come with the step after their time."""
    return pytest.approx(seconds + STEP / 2, abs=STEP / 2 + 1e-6)


def test_a_turn_from_its_first_sound_to_its_end() -> None:
    scene = Scene().pause(1.0).speak(1.5).pause(1.0)
    assert scene.names == ["Began", "Speculate", "TurnEnded"]
    assert scene.ended.text == "what is your name"
    assert scene.ended.start == pytest.approx(1.0, abs=STEP)
    assert scene.ended.end == pytest.approx(2.5, abs=STEP)
    assert silence(scene) == near(TIMING.silence["en"])


def test_no_first_sound_is_lost() -> None:
    scene = Scene().pause(1.0).speak(1.0)
    (opened,) = scene.only(Opened)
    assert isinstance(opened, Opened)
    assert opened.start == pytest.approx(1.0 - TIMING.before, abs=STEP)


def test_a_segment_does_not_begin_before_the_one_before_it_ended() -> None:
    scene = Scene(texts=("one", "two")).pause(1.0).speak(1.0).pause(0.23).speak(0.5).pause(1.0)
    first, second = (told for told in scene.told if isinstance(told[1], Opened))
    (closed, _), *_ = (told for told in scene.told if isinstance(told[1], Closed))
    assert isinstance(second[1], Opened)
    assert second[1].start == pytest.approx(closed)
    assert first[0] < closed < second[0]


def test_speech_that_goes_on_after_a_pause_is_the_same_turn() -> None:
    scene = Scene(texts=("what is", "your name")).speak(1.0).pause(0.4).speak(0.8).pause(1.0)
    assert scene.names == ["Began", "Speculate", "Resumed", "Speculate", "TurnEnded"]
    assert [step.text for step in scene.only(Speculate) if isinstance(step, Speculate)] == [
        "what is",
        "what is your name",
    ]
    assert scene.ended.text == "what is your name"


def test_a_pause_shorter_than_a_recogniser_takes_is_no_pause_to_the_mind() -> None:
    scene = Scene(texts=("what is", "your name"), delay=0.3).speak(1.0).pause(0.25).speak(0.8).pause(1.0)
    assert scene.names == ["Began", "Speculate", "TurnEnded"]
    assert scene.ended.text == "what is your name"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_silence_after_plain_words_is_the_languages(language: Language) -> None:
    text = {"en": "i like it", "zh": "我很喜欢", "es": "me gusta mucho", "fa": "دوستش دارم"}[language]
    scene = Scene(texts=(text,), language=language).speak(1.0).pause(2.0)
    assert silence(scene) == near(TIMING.silence[language])


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "I went there and"), ("zh", "我昨天去了然后"), ("es", "fui y"), ("fa", "من و")],
)
def test_hesitation_is_given_time_and_nothing_is_begun_for_it(language: Language, text: str) -> None:
    scene = Scene(texts=(text,), language=language).speak(1.0).pause(2.0)
    assert scene.names == ["Began", "TurnEnded"]
    assert silence(scene) == near(TIMING.hesitant)


def test_who_goes_on_after_a_hesitation_is_not_interrupted() -> None:
    scene = Scene(texts=("I would like to", "leave")).speak(1.0).pause(1.0).speak(0.6).pause(1.0)
    assert scene.names == ["Began", "Speculate", "TurnEnded"]
    assert scene.ended.text == "I would like to leave"


@pytest.mark.parametrize(("language", "text"), [("en", "Yes."), ("zh", "好的"), ("es", "sí"), ("fa", "بله")])
def test_a_short_answer_is_quick(language: Language, text: str) -> None:
    scene = Scene(texts=(text,), language=language).speak(0.4).pause(1.0)
    assert silence(scene) == near(TIMING.quick)


def test_a_question_is_quick() -> None:
    assert silence(Scene(texts=("What is your name?",)).speak(1.0).pause(1.0)) == near(TIMING.complete)


def test_a_slow_recogniser_is_waited_for() -> None:
    scene = Scene(delay=0.9).speak(1.0).pause(2.0)
    assert scene.names == ["Began", "Speculate", "TurnEnded"]
    assert silence(scene) == pytest.approx(TIMING.pause + 0.9, abs=2 * STEP)


def test_a_recogniser_that_never_answers_is_not_waited_for_for_ever() -> None:
    scene = Scene(texts=(None,)).speak(1.0).pause(TIMING.patience + 1)
    assert scene.names == ["Began", "TurnEnded"]
    assert scene.ended.text == ""


def test_nor_where_somebody_goes_on_speaking_after_the_key_came_up() -> None:
    scene = Scene(texts=(None,)).key(True).speak(1.0).key(False).speak(TIMING.patience + 0.5)
    assert scene.names == ["Began", "TurnEnded", "Began"]
    assert silence(scene) == near(TIMING.patience)


def test_what_is_never_finally_understood_counts_as_far_as_it_came() -> None:
    scene = Scene(texts=(None,)).speak(1.0)
    scene._take(scene.turns.understood(1, "what is", "en", False, scene.at))
    assert scene.pause(TIMING.patience + 1).ended.text == "what is"


def test_a_lost_segment_leaves_the_others() -> None:
    scene = Scene(texts=("what is", None)).speak(1.0).pause(0.4).speak(0.8).pause(0.25)
    scene._take(scene.turns.lost(2, scene.at))
    assert scene.pause(1.0).ended.text == "what is"


def test_a_noise_is_no_turn() -> None:
    assert Scene().pause(1.0).speak(2 * STEP).pause(2.0).told == []


def test_what_is_not_understood_ends_empty() -> None:
    scene = Scene(texts=("",)).speak(0.6).pause(1.0)
    assert scene.names == ["Began", "TurnEnded"]
    assert scene.ended.text == ""


def test_probabilities_between_the_two_thresholds_change_nothing() -> None:
    assert Scene().pause(0.5).hear(2.0, 0.45).told == []
    scene = Scene().speak(0.5).hear(2.0, 0.45).pause(1.0)
    assert scene.ended.end == pytest.approx(2.5, abs=STEP)


class TestWhileTheAvatarSpeaks:
    def test_sustained_speech_interrupts(self) -> None:
        scene = Scene(speaking=True).pause(1.0).speak(0.5)
        assert scene.names == ["BargedIn"]
        assert scene.told[0][0] - 1.0 == pytest.approx(TIMING.sustained + STEP / 2, abs=STEP)

    @pytest.mark.parametrize("length", [0.06, 0.13, 0.19])
    def test_a_cough_does_not(self, length: float) -> None:
        scene = Scene(speaking=True)
        for _ in range(5):
            scene.pause(0.4).speak(length)
        assert scene.pause(1.0).told == []

    @pytest.mark.parametrize(("tail", "told"), [(0.2, 1), (0.08, 0)])
    def test_what_is_heard_on_behind_a_short_sound_does_not_count(self, tail: float, told: int) -> None:
        turns = Turns(STEP)
        levels = [0.5] * 4 + [0.5 * tail] * 4
        heard = [turns.heard(0.9, (i + 1) * STEP, True, level=level) for i, level in enumerate(levels)]
        assert sum(isinstance(step, BargedIn) for steps in heard for step in steps) == told

    def test_dips_are_allowed(self) -> None:
        scene = Scene(speaking=True).speak(0.128).pause(0.064).speak(0.128)
        assert scene.names == ["BargedIn"]

    def test_its_echo_is_not_taken_for_speech(self) -> None:
        assert Scene(speaking=True).hear(3.0, 0.6).told == []
        assert Scene(speaking=False).hear(3.0, 0.6).names == ["Began"]

    def test_the_end_of_its_echo_is_not_taken_for_speech(self) -> None:
        scene = Scene(speaking=True).pause(1.0)
        scene.speaking = False
        assert scene.hear(0.25, 0.6).pause(1.0).told == []
        assert scene.hear(0.25, 0.6).names == ["Began"]

    def test_the_interruption_is_a_turn_of_its_own(self) -> None:
        scene = Scene(speaking=True).speak(0.5)
        scene.speaking = False
        scene.speak(1.0).pause(1.0)
        assert scene.names == ["BargedIn", "Speculate", "TurnEnded"]
        assert scene.ended.start == 0

    def test_talking_over_an_avatar_that_goes_on_interrupts_once(self) -> None:
        scene = Scene(speaking=True).speak(3.0)
        assert scene.names == ["BargedIn"]

    def test_an_avatar_that_begins_in_somebodys_turn_is_interrupted(self) -> None:
        scene = Scene().speak(1.0)
        scene.speaking = True
        scene.speak(0.5)
        assert scene.names == ["Began", "BargedIn"]
        scene.speaking = False
        assert scene.speak(0.5).pause(1.0).names == ["Began", "BargedIn", "Speculate", "TurnEnded"]


class TestTheKey:
    def test_begins_and_ends_a_turn_at_once(self) -> None:
        scene = Scene().pause(1.0).key(True)
        assert scene.names == ["Began"]
        scene.speak(1.0).key(False)
        assert scene.only(Closed) == [Closed(1, pause=False)]
        scene.pause(0.2)
        assert scene.names == ["Began", "TurnEnded"]
        assert scene.ended.text == "what is your name"
        assert silence(scene) == pytest.approx(scene.delay, abs=STEP)

    def test_pauses_end_nothing_while_it_is_down(self) -> None:
        scene = Scene().key(True).speak(1.0).pause(5.0).speak(1.0).pause(5.0)
        assert scene.names == ["Began"]
        assert len(scene.only(Opened)) == 1

    def test_interrupts_the_avatar(self) -> None:
        assert Scene(speaking=True).key(True).names == ["BargedIn"]

    def test_pressed_within_a_turn_goes_on_with_it(self) -> None:
        scene = Scene(texts=("what is", "your name")).speak(1.0).pause(0.4).key(True).pause(2.0).speak(0.5)
        scene.key(False).pause(0.2)
        assert scene.names == ["Began", "Speculate", "Resumed", "TurnEnded"]
        assert scene.ended.text == "what is your name"

    def test_what_is_understood_of_mere_silence_is_not_believed(self) -> None:
        scene = Scene(texts=("thank you for watching",)).key(True).pause(2.0).key(False).pause(0.3)
        assert scene.names == ["Began", "TurnEnded"]
        assert scene.ended.text == ""

    def test_a_key_that_stays_down_ends_as_any_long_turn(self) -> None:
        scene = Scene().key(True).speak(1.0).pause(TIMING.longest + 5)
        assert scene.names == ["Began", "TurnEnded"]
        assert scene.key(False).key(True).names == ["Began", "TurnEnded", "Began"]


def test_a_very_long_turn_is_ended_and_another_one_begins() -> None:
    scene = Scene().speak(TIMING.longest + 1)
    assert scene.names == ["Began", "TurnEnded", "Began"]
    assert scene.ended.end == pytest.approx(TIMING.longest, abs=3 * STEP)


@pytest.mark.parametrize(
    ("guess", "seconds"), [(0.99, TIMING.complete), (0.5, TIMING.silence["en"]), (0.02, TIMING.bound)]
)
def test_the_model_shortens_and_lengthens_the_silence(guess: float, seconds: float) -> None:
    assert silence(Scene(guess=guess).speak(1.0).pause(2.0)) == near(seconds)


def test_a_guess_about_a_pause_that_is_over_is_not_heeded() -> None:
    scene = Scene().speak(1.0).pause(0.25).speak(0.5)
    scene._take(scene.turns.guessed(1, 0.0, scene.at))
    assert silence(scene.pause(2.0)) == near(TIMING.silence["en"])


@given(st.sampled_from(get_args(Ending)), st.sampled_from(LANGUAGES), st.none() | st.floats(0, 1))
def test_a_window_is_never_longer_than_the_bound(
    how: Ending, language: Language, guess: float | None
) -> None:
    seconds = window(how, language, guess)
    assert TIMING.pause < TIMING.quick <= seconds <= TIMING.bound
    if guess is not None and guess > 0.5:
        assert seconds <= window(how, language, None)


def test_a_surer_model_never_waits_longer() -> None:
    for how in get_args(Ending):
        waits = [window(how, "en", guess / 100) for guess in range(101)]
        assert waits == sorted(waits, reverse=True)


def test_a_session_without_a_language_has_the_one_that_is_heard() -> None:
    scene = Scene(texts=(None,), language=None)
    scene.speak(1.0).pause(0.25)
    scene._take(scene.turns.understood(1, "me gusta y", "es", True, scene.at))
    assert silence(scene.pause(2.0)) == near(TIMING.hesitant)
    assert scene.ended.language == "es"


def test_a_text_is_told_when_it_changes() -> None:
    scene = Scene(texts=(None,)).speak(1.0)
    for text in ("", "what", "what", "what is"):
        scene._take(scene.turns.understood(1, text, "en", False, scene.at))
    assert scene.only(Partial) == [Partial("what", "en"), Partial("what is", "en")]


step = st.tuples(
    st.sampled_from((0.0, 0.1, 0.4, 0.6, 0.8, 1.0)),
    st.integers(1, 30),
    st.booleans(),
    st.sampled_from((0, 0, 0, 1)),
)
said = st.sampled_from(("", "yes", "what is your name", "I want the", "What?", None))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(step, max_size=40),
    st.lists(said, min_size=1, max_size=5),
    st.none() | st.floats(0, 1),
    st.sampled_from((0.0, 0.2, 0.9)),
)
def test_whatever_is_heard_decisions_are_well_ordered(
    steps: list[tuple[float, int, bool, int]], texts: list[str | None], guess: float | None, delay: float
) -> None:
    scene = Scene(texts=tuple(texts), guess=guess, delay=delay)
    for probability, length, speaking, down in steps:
        scene.speaking, scene.down = speaking, bool(down)
        scene.hear(length * STEP, probability)
    scene.speaking = scene.down = False
    scene.pause(TIMING.patience + 3)
    assert not scene.turns.open
    well_ordered(scene)


def well_ordered(scene: Scene) -> None:
    """A turn opens and closes once; segments and speculation alternate; times go on."""
    turn = heard = thinking = False
    ends = 0.0
    numbers = []
    for at, told in scene.told:
        match told:
            case Began():
                assert not turn
                turn = True
            case BargedIn():
                turn = True
            case Opened(segment, start):
                assert turn
                assert not heard
                assert ends <= start <= at
                heard = True
                numbers.append(segment)
            case Closed(segment):
                assert heard
                assert segment == numbers[-1]
                heard, ends = False, at
            case Speculate(text):
                assert turn
                assert text
                assert not heard
                assert not thinking
                thinking = True
            case Resumed():
                assert thinking
                thinking = False
            case TurnEnded():
                assert turn
                assert not heard
                assert told.start <= told.end <= at + 1e-6
                assert told.silence_s >= 0
                turn = thinking = False
    assert not turn
    assert numbers == sorted(set(numbers))


def test_the_timing_can_be_another() -> None:
    patient = replace(TIMING, silence={**TIMING.silence, "en": 1.0})
    turns = Turns(STEP, lambda: "en", patient)
    told = [
        step
        for i in range(60)
        for step in (
            *turns.heard(0.9 if i < 20 else 0.0, (i + 1) * STEP, False),
            *(turns.understood(1, "what is your name", "en", True, (i + 1) * STEP) if i == 28 else ()),
        )
    ]
    (end,) = (step for step in told if isinstance(step, TurnEnded))
    assert end.silence_s == near(1.0)
