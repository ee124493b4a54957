"""Results of all kinds, as rich as real ones, of which everything is known."""

import json
from dataclasses import replace
from math import pi, sin
from pathlib import Path

from tests.evaluate.material import blinking
from visavis.evaluate.metrics import Direction, Reading
from visavis.evaluate.results import FILE, Meaning, Measured, Results
from visavis.evaluate.verdict import Threshold, judged, judgement

EVIL = "</script><script>alert(1)</script> \" ' & \x00 \ud800 <b>"
"""What must not get out of its place."""


def meaning(title: str, unit: str, better: Direction, timing: bool = False) -> Meaning:
    return Meaning(title, unit, better, 0.0 if better == "near" else None, timing, "a paper", "nothing", 0.0)


METRICS = {
    "pace": meaning("Work for a second of video", "s/s", "lower", timing=True),
    "lips": meaning("Lips follow what is heard", "", "higher"),
    "lag": meaning("Lag of the lips", "ms", "near"),
    "pitch": meaning("Mean pitch", "Hz", "none"),
    "asr": meaning("Words wrong", "%", "lower"),
    "latency": meaning("End of speech to first sound", "ms", "lower", timing=True),
    "rate": meaning("Pictures a second", "1/s", "higher", timing=True),
}

THRESHOLDS = (
    Threshold("pace", most=0.5),
    Threshold("lag", within=45),
    Threshold("asr", most=20),
    Threshold("latency", most=900, over="median"),
    Threshold("lips", least=0.4, tags=("short",)),
)

SOUNDS = ("m", "eɪ", "b", "iː", "w", "ɪ", "ʃ", "ʊ", "d", "p", "æ", "t")


def curve(seconds: float) -> dict[str, list[float]]:
    """Lips that open and close, as they are and as they should be."""
    times = [n / 25 for n in range(round(seconds * 25))]
    return {
        "time": times,
        "gap": [0.12 * (1 + sin(7 * at)) for at in times],
        "expected": [0.1 * (1 + sin(7 * at + 0.3)) for at in times],
        "loudness": [40 + 20 * sin(3 * at) for at in times],
    }


def utterance(
    number: int, language: str = "en", text: str = "Maybe we should.", clip: str = "", **tags: str
) -> Measured:
    seconds = 2.0
    phones = [[SOUNDS[n % 12], n * 0.1, (n + 1) * 0.1] for n in range(20)]
    facts = {
        "clip": clip or "a.mp4",
        "seconds": seconds,
        "frames": 50,
        "fps": 25,
        "size": [64, 64],
        "whole": seconds,
        "begins": 0.0,
        "first": 0.2,
        "took": 1.1,
        "stages": {"text": 0.001, "speech": 0.02, "prepare": 0.25, "render": 0.4, "encode": 0.3},
        "spans": {
            "text": [0.0, 0.01],
            "speech": [0.0, 0.5],
            "prepare": [0.02, 0.27],
            "render": [0.27, 1.0],
            "encode": [0.3, 1.1],
        },
        "aligned": "voice",
        "phones": phones,
        "spoken": [[language, 0.0, 1.0], ["es", 1.0, 2.0]],
        "arrivals": [[0.3, 0.0, 0.5], [0.5, 0.5, 0.5], [1.9, 1.0, 0.5], [2.0, 1.5, 0.5]]
        if number == 1
        else [],
    }
    hertz = {"time": [0.0, 0.1, 0.2, 1.0, 1.1], "hertz": [110.0, 120.0, 115.0, 130.0, 125.0]}
    readings = {
        "pace": Reading(0.2 + 0.05 * number),
        "lips": Reading(0.5 + 0.03 * number, series=curve(seconds)),
        "lag": Reading(10.0 * number, series={"lag": [-40.0 + n * 10 for n in range(9)], "r": [0.1] * 9}),
        "pitch": Reading(118.0, series=hertz),
        "asr": Reading(None, "there is no recogniser; pip install it")
        if number % 2
        else Reading(12.5, "1 of 8"),
    }
    name = f"{language}-{number}"
    return Measured(name, f"Utterance {number}", "utterance", language, ("short",), text, facts, readings)


TALK = Measured(
    "talk",
    "Somebody breaks in",
    "conversation",
    "en",
    ("talk",),
    "What is your name?\n(cough)\nStop.",
    {
        "clip": "a.mp4",
        "exchanges": [
            {
                "said": "What is your name?",
                "began": 0.2,
                "ended": 1.4,
                "typed": False,
                "heard": "what is your name",
                "answered": "I am Vis, and I can tell you",
                "first": 2.0,
                "silent": None,
                "expects": {"answer": r"\bVis\b"},
            },
            {
                "said": "(cough)",
                "began": 3.0,
                "ended": 3.2,
                "typed": False,
                "heard": "",
                "answered": "",
                "first": None,
                "silent": None,
                "expects": {"must_not_answer": "yes", "interrupts": "no"},
            },
            {
                "said": "Stop.",
                "began": 4.0,
                "ended": 4.4,
                "typed": False,
                "heard": "stop",
                "answered": "Fine.",
                "first": 17.0,
                "silent": 4.6,
                "expects": {"interrupts": "yes", "answer": "well", "mood": "calm"},
            },
        ],
        "events": [[2.0, "state", "speaking"], [4.6, "interrupted", EVIL[:8]], [19.0, "state", "listening"]],
    },
    {"latency": Reading(620.0, "of 2", {"latency": [600.0, 640.0, 610.0, 650.0, 600.0, 700.0, 620.0]})},
)

CROWD = Measured(
    "load-3",
    "Three at once",
    "load",
    "en",
    ("load",),
    "One.",
    {
        "seconds": 15.0,
        "sessions": [
            {"pictures": 25.0, "sounds": 24.8, "firsts": [0.41, 0.3], "gaps": [0.02, 0.1], "refused": ""},
            {"pictures": 22.4, "sounds": 24.9, "firsts": [], "gaps": [], "refused": ""},
            {"pictures": 0.0, "sounds": 0.0, "firsts": [], "gaps": [], "refused": "there is no room"},
        ],
        "processor": 1.4,
        "memory": 734003200,
    },
    {"rate": Reading(23.7, series={"time": [0.0, 1.0, 2.0], "pictures": [20.0, 24.0, 25.0]})},
)

BROKEN = Measured("broken", "One that failed", "utterance", "zh", (), "你好", failed="the voice died")


def results(*scenarios: Measured) -> Results:
    """Judged, and held against a run before it that was a little slower."""
    made = Results(
        "0.1",
        "0123456789ab",
        "2025-01-01T10:00:00+00:00",
        7,
        {"system": "Linux", "processor": "one", "processors": 2, "memory": 8192, "python": "3.12"},
        {"engines": {"tts": "espeak", "face": "warp", "fps": 25}},
        METRICS,
        scenarios or everything(),
        True,
    )
    before = replace(made, scenarios=tuple(map(_slower, made.scenarios)), made="2024-12-31T10:00:00+00:00")
    return replace(made, judgement=judgement(made, judged(made, THRESHOLDS), before, made))


def everything() -> tuple[Measured, ...]:
    persian = utterance(7, "fa", "سلام، حال شما چطور است؟", clip="gone.mp4")
    return (*(utterance(n) for n in range(1, 7)), persian, TALK, CROWD, BROKEN)


def _slower(found: Measured) -> Measured:
    readings = {
        name: replace(reading, value=None if reading.value is None else reading.value * 1.3)
        for name, reading in found.readings.items()
    }
    return replace(found, readings=readings)


def folder(path: Path, made: Results) -> Path:
    """A folder with results and their clip."""
    blinking(path / "a.mp4", 2.0)
    made.write(path / FILE)
    return path


def content(path: Path) -> dict[str, object]:
    read: dict[str, object] = json.loads((path / FILE).read_bytes())
    return read


def wave(seconds: float) -> list[float]:
    return [sin(2 * pi * n / 100) for n in range(round(seconds * 100))]
