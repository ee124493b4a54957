from pathlib import Path

import pytest

from visavis.errors import InputError
from visavis.evaluate.scenarios import read, shipped
from visavis.evaluate.scenarios.conversation import Conversation, Turn
from visavis.evaluate.scenarios.load import Load

HEAD = 'title = "A"\nkind = "conversation"\nlanguage = "en"\n'
SAID = '[[turn]]\ntypes = "Hi."\n'


def script(folder: Path, turns: str) -> Conversation:
    path = folder / "a.toml"
    path.write_text(HEAD + turns, "utf-8")
    found = read(path).script
    assert isinstance(found, Conversation)
    return found


def test_what_is_shipped_covers_what_people_complain_about() -> None:
    talks = {s.name: s.script for s in shipped() if isinstance(s.script, Conversation)}
    turns = [turn for talk in talks.values() for turn in talk.turns]
    assert {turn.deed for turn in turns} >= {"types", "says", "has_read", "sounds", "waits", "stops"}
    assert {turn.expects.get("interrupts") for turn in turns} >= {"yes", "no"}
    assert {turn.language for turn in turns} >= {None, "zh", "es", "fa"}
    assert any("<pause" in turn.text for turn in turns)
    assert [s.script.sessions for s in shipped() if isinstance(s.script, Load)] == [3]


def test_a_turn_is_read(tmp_path: Path) -> None:
    wants = "language = 'es'\nnoise = 'hum'\nsnr = 5\nanswer = 'a|b'\ninterrupts = true\nduring = 1.5\n"
    talk = script(tmp_path, f'{SAID}[[turn]]\nsays = "Yo <pause 0.5 s> no."\n{wants}')
    assert talk.turns[1] == Turn(
        "says",
        text="Yo <pause 0.5 s> no.",
        language="es",
        noise="hum",
        snr=5.0,
        during=1.5,
        expects={"answer": "a|b", "interrupts": "yes"},
    )
    assert talk.text == "Hi.\nYo no."
    assert talk.language("en") is None
    assert script(tmp_path, SAID).language("en") == "en"


def test_what_is_no_question_wants_no_answer(tmp_path: Path) -> None:
    turns = '[[turn]]\nsounds = "cough"\n[[turn]]\nwaits = 1.0\n[[turn]]\nstops = true\nduring = 1\n'
    cough, waits, stops = script(tmp_path, turns).turns
    assert not any(turn.asks for turn in (cough, waits, stops))
    assert dict(stops.expects) == {"interrupts": "yes", "must_not_answer": "yes"}
    assert [turn.words for turn in (cough, waits, stops)] == ["(cough)", "(1 s of silence)", "(stop)"]
    (back,) = script(tmp_path, "[[turn]]\nreturns_after = 2.0\n").turns
    assert not back.asks


@pytest.mark.parametrize(
    ("turns", "sentence"),
    [
        ("", "there is no .*turn.* in it"),
        ("[[turn]]\nanswer = 'a'\n", "turn 1: nothing is done in it; a turn does one of: types, says"),
        ("[[turn]]\ntypes = 'a'\nsays = 'b'\n", "there are types and says in it"),
        ("[[turn]]\ntypes = 'a'\nduring = 1\n", "during is for a turn behind another one"),
        ("[[turn]]\ntypes = 'a'\nanswer = '('\n", "answer is '\\(', which is no regular expression"),
        ("[[turn]]\nwaits = 1\nanswer = 'a'\n", "an answer is expected, and must not be given"),
        ("[[turn]]\nsounds = 'sneeze'\n", "sounds is 'sneeze'; write one of cough"),
        ("[[turn]]\ntypes = 'a'\nanswers = 'b'\n", "nothing is called 'answers' here; did you mean answer"),
        ("[[turn]]\nstops = false\n", "stops is false"),
        ("[[turn]]\nsays = '<pause 1 s>'\n", "says is '<pause 1 s>', and there are no words in it"),
        ("[[turn]]\nsays = 'a <pause 999 s> b'\n", "says has a pause of more than 60 s"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, turns: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        script(tmp_path, turns)


def test_a_load_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    head = 'title = "A"\nkind = "load"\nlanguage = "en"\n'
    path.write_text(head + 'sessions = 9\nseconds = 2.5\ntexts = ["a", "b"]\n')
    assert read(path).script == Load(9, 2.5, ("a", "b"))
    for wrong, sentence in (("sessions = 0", "sessions is 0"), ("texts = []", "texts is empty")):
        path.write_text(head + f"{wrong}\nseconds = 2.5\n" + ('texts = ["a"]\n' if "sess" in wrong else ""))
        with pytest.raises(InputError, match=sentence):
            read(path)
