from pathlib import Path

import pytest

from visavis.errors import InputError, UnknownName
from visavis.evaluate.scenarios import Scenario, chosen, kinds, read, shipped, within
from visavis.evaluate.scenarios.utterance import Saying
from visavis.language import clauses

GOOD = 'title = "A"\nlanguage = "es"\ntext = "Hola."\n'

UTTERANCES = [scenario for scenario in shipped() if isinstance(scenario.script, Saying)]


def written(folder: Path, content: str, name: str = "a.toml") -> Path:
    path = folder / name
    path.write_text(content, "utf-8")
    return path


def test_all_that_are_asked_of_us_are_shipped() -> None:
    names = {scenario.name for scenario in shipped()}
    assert {
        f"{language}-{length}" for language in ("en", "zh", "es", "fa") for length in ("short", "medium")
    } < names
    assert {"switch-en-zh", "switch-en-es", "switch-en-zh-es", "switch-en-fa"} < names
    lengths = {s.name: len(s.script.text) for s in shipped() if "long" in s.tags}
    assert lengths == pytest.approx({"long-1k": 1000, "long-5k": 5000, "long-50k": 50_000}, rel=0.1)


@pytest.mark.parametrize("scenario", UTTERANCES, ids=lambda scenario: scenario.name)
def test_a_shipped_utterance_is_read_in_the_languages_that_its_name_says(scenario: Scenario) -> None:
    text = scenario.script.text[:2000]
    spoken = [clause.language for clause in clauses(text)]
    named = {part for part in scenario.name.split("-") if len(part) == 2 and part.isalpha()}
    assert set(spoken) == (named or {"en"})
    assert scenario.language in spoken
    assert scenario.tags


def test_a_file_is_read() -> None:
    (scenario,) = chosen(shipped(), ["long-50k"], [])
    assert scenario.kind == "utterance"
    assert isinstance(scenario.script, Saying)
    assert scenario.script.filmed == 12.0
    assert set(kinds()) >= {"utterance"}


def test_recordings_lie_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "me.wav").touch()
    scenario = read(written(tmp_path, GOOD + 'reference = "me.wav"\nsize = 256\nfps = 10\n'))
    assert scenario.script == Saying("Hola.", (256, 256), 10, None, tmp_path / "me.wav")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "title is missing"),
        (GOOD + 'kind = "opera"\n', "kind is 'opera'; write one of .*utterance"),
        (GOOD.replace("es", "de"), "language is 'de'; write one of en, zh, es, fa"),
        (GOOD.replace("Hola.", " "), "text is empty"),
        (GOOD + 'tag = ["a"]\n', "nothing is called 'tag' here; did you mean tags"),
        (GOOD + "size = 9999\n", "size is 9999; write a whole number from 256 to 1024"),
        (GOOD + "size = 257\n", "size is 257; write an even number"),
        (GOOD + 'sentences = ["A."]\n', "there is a text and there are sentences"),
        (GOOD.replace('text = "Hola."', "sentences = []"), "sentences is empty"),
        (GOOD.replace('text = "Hola."', 'sentences = ["A."]'), "characters is missing"),
        (GOOD + 'reference = "gone.wav"\n', "reference names .*gone.wav, and there is no such file"),
        ("title = [", "is no TOML file"),
    ],
)
def test_what_is_wrong_in_a_file_is_told(tmp_path: Path, content: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        read(written(tmp_path, content))


def test_folders(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there are no scenarios in"):
        within(tmp_path)
    with pytest.raises(InputError, match=r"cannot read the scenarios in .*gone"):
        within(tmp_path / "gone")
    written(tmp_path, GOOD, "b.toml")
    written(tmp_path, GOOD, "a.toml")
    assert [scenario.name for scenario in within(tmp_path)] == ["a", "b"]


def test_names_files_and_tags_choose(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD + 'tags = ["mine"]\n')
    known = (*shipped(), *within(tmp_path))
    assert chosen(known, [], []) == known
    assert [s.name for s in chosen(known, ["es-short", "a", "es-short"], [])] == ["es-short", "a"]
    assert [s.name for s in chosen(shipped(), [str(path)], [])] == ["a"]
    assert {s.name for s in chosen(known, [], ["mine", "switch"])} > {"a", "switch-en-fa"}
    with pytest.raises(UnknownName, match="unknown scenario 'en-shrt'; did you mean en-short"):
        chosen(known, ["en-shrt"], [])
    with pytest.raises(UnknownName, match="unknown tag 'shrt'; did you mean short"):
        chosen(known, [], ["shrt"])


def test_a_users_own_takes_the_place_of_one_that_is_shipped(tmp_path: Path) -> None:
    written(tmp_path, GOOD, "en-short.toml")
    known = (*shipped(), *within(tmp_path))
    (scenario,) = chosen(known, ["en-short"], [])
    assert scenario.script.text == "Hola."
    assert sum(s.name == "en-short" for s in chosen(known, [], [])) == 1
