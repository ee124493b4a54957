"""Whose turn it is: pure decisions, fed with probabilities of speech, transcripts and the time.

Time is in seconds of the microphone's stream. Owns when a turn begins, is interrupted by a pause, goes on and
is over, and which stretches of sound are to be recognised. Refuses to know about sound, engines and tasks.

A turn opens with Began, or with BargedIn where the avatar spoke, and closes with TurnEnded; in between
Speculate and Resumed alternate. A turn in which nothing was understood ends with an empty text.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import inf
from typing import Final, TypeAlias

from visavis.conversation.endings import Ending, ending, joined
from visavis.media import Language


@dataclass(frozen=True, slots=True)
class Began:
    """Somebody began to speak; start: seconds."""

    start: float


@dataclass(frozen=True, slots=True)
class BargedIn:
    """Somebody speaks, and means it, while the avatar does; start: of it, in seconds."""

    start: float


@dataclass(frozen=True, slots=True)
class Partial:
    """What was understood of the turn so far; it may change."""

    text: str
    language: Language


@dataclass(frozen=True, slots=True)
class Speculate:
    """There is a pause: this is the turn's text if it is over. Resumed or TurnEnded follows."""

    text: str
    language: Language


@dataclass(frozen=True, slots=True)
class Resumed:
    """It was not over: what was begun for Speculate is void."""


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """The turn is over.

    text: all of it; empty where nothing was understood.
    silence_s: seconds from the end of the speech, or from the key's coming up, to this decision.
    start, end: of the speech, in seconds.
    """

    text: str
    language: Language
    silence_s: float
    start: float = 0.0
    end: float = 0.0


@dataclass(frozen=True, slots=True)
class Misheard:
    """Speech could not be turned into text, and why; the ears go on."""

    error: Exception


Decision: TypeAlias = Began | BargedIn | Partial | Speculate | Resumed | TurnEnded | Misheard
"""What a session is told."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Sound from `start` on, in seconds, is to be recognised, as the segment of this number."""

    segment: int
    start: float


@dataclass(frozen=True, slots=True)
class Closed:
    """The open segment is over; its transcript is waited for. pause: whether the turn may be over as well."""

    segment: int
    pause: bool


Order: TypeAlias = Opened | Closed
"""What the ears are told to do."""

Steps: TypeAlias = Iterator[Decision | Order]


@dataclass(frozen=True, slots=True)
class Timing:
    """Probabilities, and seconds.

    begin, end: of hysteresis. aloud: `begin` while the avatar speaks, and for `echo` after it.
    onset: of speech that begins a turn, or goes on with it. sustained: of speech that interrupts the avatar,
    and `soft`: what is softer by this factor than its loudest is not counted, for a network hears a sound on
    for a tenth of a second when it is over.
    dip: without speech that does not begin these anew. before: of sound ahead of speech that belongs to it.
    pause: of silence that ends a segment. silence: that ends a turn of plain words, per language.
    quick: after an answer. complete: after a question, or where the model is sure. hesitant: after what does
    not end so. bound: after anything. longest: of a turn. patience: with a recogniser.
    """

    begin: float = 0.5
    aloud: float = 0.7
    echo: float = 0.3
    end: float = 0.35
    onset: float = 0.09
    sustained: float = 0.2
    soft: float = 0.1
    dip: float = 0.1
    before: float = 0.3
    pause: float = 0.19
    silence: dict[Language, float] = field(
        default_factory=lambda: {"en": 0.5, "zh": 0.5, "es": 0.5, "fa": 0.6}
    )
    quick: float = 0.3
    complete: float = 0.35
    hesitant: float = 1.2
    bound: float = 1.6
    longest: float = 60.0
    patience: float = 10.0


TIMING: Final = Timing()

SURE, UNSURE = 0.85, 0.15
"""What the end-of-turn model answers where it need not be doubted, for the end and against it."""

_FAINT: Final = 0.15
"""Probability under which there was no voice at all."""

_ROUNDING: Final = 1e-6


def window(how: Ending, language: Language, guess: float | None, timing: Timing = TIMING) -> float:
    """Seconds of silence after which a turn is over.

    how: its text ends. guess: the end-of-turn model's probability that it is over, where there is one.
    """
    plain = timing.silence[language]
    if how == "open":
        return timing.hesitant if guess is None or guess < SURE else plain
    by_text = {"answer": timing.quick, "complete": timing.complete}.get(how, plain)
    if guess is None:
        return by_text
    if guess >= 0.5:
        sure = min((guess - 0.5) / (SURE - 0.5), 1.0)
        return by_text + sure * (min(timing.complete, by_text) - by_text)
    doubt = min((0.5 - guess) / (0.5 - UNSURE), 1.0)
    longest = plain if how == "answer" else timing.bound
    return by_text + doubt * (longest - by_text)


class _Run:
    """A stretch of speech with short dips in it, while it is not known whether it is more than a noise.

    dip: seconds. soft: of its loudest step, under which a step is a dip.
    """

    def __init__(self, dip: float, soft: float = 0.0) -> None:
        self.start = self.length = 0.0
        self._dip, self._soft = dip, soft
        self._quiet = self._loudest = 0.0

    def add(self, voiced: bool, start: float, step: float, level: float = 1.0) -> None:
        if voiced and level >= self._soft * self._loudest:
            self.start = self.start if self.length else start
            self.length, self._quiet = self.length + step, 0.0
            self._loudest = max(self._loudest, level)
        else:
            self._quiet += step
            if self._quiet > self._dip + _ROUNDING:
                self.length = self._loudest = 0.0

    def reaches(self, length: float) -> bool:
        return self.length >= length - _ROUNDING


@dataclass(slots=True)
class _Turn:
    """Somebody's turn as far as it has come.

    last: end of the speech. pressed: whether the key is down. barged: whether it has interrupted the avatar.
    open: the segment that is being heard. texts: by segment. pending: segments that will have more text.
    guess: the model's, of this pause. over: whether nothing is to follow but text. voice: the greatest
    probability of speech.
    """

    start: float
    last: float
    pressed: bool = False
    barged: bool = False
    open: int | None = None
    texts: dict[int, str] = field(default_factory=dict)
    pending: set[int] = field(default_factory=set)
    guess: float | None = None
    speculated: bool = False
    told: str = ""
    over: bool = False
    voice: float = 0.0

    @property
    def text(self) -> str:
        return joined([self.texts[number] for number in sorted(self.texts)])


class Turns:
    """One session's; every method gives what follows from what it is told, in order."""

    def __init__(
        self, step: float, language: Callable[[], Language | None] = lambda: None, timing: Timing = TIMING
    ) -> None:
        """step: seconds that a probability is about. language: of the session, where it is known."""
        self._step, self._timing, self._known = step, timing, language
        self._heard_language: Language = "en"
        self._speech = False
        self._run, self._aloud = _Run(timing.dip), _Run(timing.dip, timing.soft)
        self._turn: _Turn | None = None
        self._numbers = 0
        self._free_from = self._echo = 0.0
        self._locked = False

    @property
    def open(self) -> bool:
        """Whether it is somebody's turn."""
        return self._turn is not None

    @property
    def language(self) -> Language:
        """The session's, or the one heard last."""
        return self._known() or self._heard_language

    def heard(
        self, probability: float, at: float, speaking: bool, down: bool = False, level: float = 1.0
    ) -> Steps:
        """A further step of sound, up to `at`.

        speaking: whether the avatar is. down: whether the key is that makes all this the user's turn.
        level: the root mean square of the sound, 0..1.
        """
        self._echo = at + self._timing.echo if speaking else self._echo
        loud = at < self._echo
        voiced = self._hears(probability, loud)
        start = at - self._step
        self._run.add(voiced, start, self._step)
        self._aloud.add(voiced and loud, start, self._step, level)
        self._locked = self._locked and down
        down = down and not self._locked
        if self._turn is None:
            yield from self._wait(at, speaking, loud, down)
        else:
            self._turn.voice = max(self._turn.voice, probability)
            yield from self._follow(self._turn, voiced, at, speaking, down)
        yield from self._judge(at)

    def understood(self, segment: int, text: str, language: Language, final: bool, at: float) -> Steps:
        """A transcript of a segment."""
        turn = self._turn
        if turn is None or segment not in turn.pending:
            return
        if turn.voice < _FAINT:
            text = ""
        turn.texts[segment] = text
        if final:
            turn.pending.discard(segment)
        if turn.text and turn.text != turn.told:
            turn.told, self._heard_language = turn.text, language
            yield Partial(turn.text, self.language)
        if final:
            yield from self._speculate(turn)
            yield from self._judge(at)

    def lost(self, segment: int, at: float) -> Steps:
        """There will be no transcript of a segment."""
        turn = self._turn
        if turn is not None and segment in turn.pending:
            turn.pending.discard(segment)
            turn.texts.pop(segment, None)
            yield from self._speculate(turn)
            yield from self._judge(at)

    def guessed(self, segment: int, probability: float, at: float) -> Steps:
        """What the end-of-turn model thinks of the pause behind a segment: 0..1, 1 for an end."""
        turn = self._turn
        if turn is not None and turn.open is None and segment == self._numbers:
            turn.guess = probability
            yield from self._judge(at)

    def _hears(self, probability: float, loud: bool) -> bool:
        """Hysteresis. loud: whether the avatar may be heard as well."""
        begin = self._timing.aloud if loud else self._timing.begin
        self._speech = probability >= (self._timing.end if self._speech else begin)
        return self._speech

    def _wait(self, at: float, speaking: bool, loud: bool, down: bool) -> Steps:
        timing = self._timing
        if down:
            yield from self._begin(at - self._step, at, speaking, pressed=True)
        elif self._aloud.reaches(timing.sustained) if loud else self._run.reaches(timing.onset):
            yield from self._begin(self._aloud.start if loud else self._run.start, at, speaking)

    def _begin(self, start: float, at: float, speaking: bool, pressed: bool = False) -> Steps:
        self._turn = turn = _Turn(start, at, pressed, barged=speaking)
        turn.voice = 0.0 if pressed else 1.0
        yield BargedIn(start) if speaking else Began(start)
        yield self._open(turn, start)

    def _open(self, turn: _Turn, start: float) -> Opened:
        self._numbers += 1
        turn.open, turn.guess = self._numbers, None
        turn.pending.add(self._numbers)
        return Opened(self._numbers, max(start - self._timing.before, self._free_from, 0.0))

    def _close(self, turn: _Turn, at: float, pause: bool) -> Steps:
        if turn.open is not None:
            yield Closed(turn.open, pause)
            turn.open, self._free_from = None, at

    def _follow(self, turn: _Turn, voiced: bool, at: float, speaking: bool, down: bool) -> Steps:
        timing = self._timing
        goes_on = self._run.reaches(timing.onset)  # a click in a pause does not
        if voiced and not turn.over and (goes_on or turn.open is not None):
            turn.last = at
        turn.barged = turn.barged and speaking
        if speaking and not turn.barged and self._aloud.reaches(timing.sustained):
            turn.barged = True
            yield BargedIn(self._aloud.start)
        if turn.pressed or down:
            yield from self._held(turn, at, down)
        elif turn.open is None and goes_on and not turn.over:
            yield from self._resume(turn, self._run.start)
        elif at - turn.last >= timing.pause - _ROUNDING:
            yield from self._close(turn, at, pause=True)
        if at - turn.start >= timing.longest and not turn.over:
            turn.over, self._locked = True, down
            yield from self._close(turn, at, pause=False)

    def _held(self, turn: _Turn, at: float, down: bool) -> Steps:
        """The key is down, or has just come up."""
        if down and not turn.pressed:
            turn.pressed = True
            if turn.open is None:
                yield from self._resume(turn, at - self._step)
        elif not down:
            turn.pressed, turn.over, turn.last = False, True, at
            yield from self._close(turn, at, pause=False)

    def _resume(self, turn: _Turn, start: float) -> Steps:
        if turn.speculated:
            turn.speculated = False
            yield Resumed()
        yield self._open(turn, start)

    def _speculate(self, turn: _Turn) -> Steps:
        """In a pause with all its text there, where that does not end in the middle of something."""
        waits = turn.open is None and not turn.pending and not turn.over
        if waits and turn.text and ending(turn.text, self.language) != "open":
            turn.speculated = True
            yield Speculate(turn.text, self.language)

    def _judge(self, at: float) -> Steps:
        turn = self._turn
        if turn is None or turn.open is not None:
            return
        silence = at - turn.last
        if silence < self._needed(turn, silence) - _ROUNDING:
            return
        self._turn = None
        self._run = _Run(self._timing.dip)
        yield TurnEnded(turn.text, self.language, max(silence, 0.0), turn.start, turn.last)

    def _needed(self, turn: _Turn, silence: float) -> float:
        """Seconds of silence that end this turn as it stands."""
        timing = self._timing
        if turn.pending:
            return timing.patience
        if turn.over:
            return -inf
        if self._run.length and silence < timing.bound:
            return inf
        how = ending(turn.text, self.language)
        return min(window(how, self.language, turn.guess, timing), timing.bound)
