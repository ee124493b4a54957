"""A persona's file: what it may hold, and what is said where it holds something else."""

from collections.abc import Callable
from pathlib import Path

import pytest

from visavis.engines.llm.scripted_persona import BLANK, OWN, SMALL_TALK, Persona, load, read
from visavis.errors import InputError
from visavis.language import clauses, detect
from visavis.media import LANGUAGES, Language

Write = Callable[[str], Path]


@pytest.fixture
def written(tmp_path: Path) -> Write:
    def write(text: str) -> Path:
        path = tmp_path / "ada.toml"
        path.write_text(text, "utf-8")
        return path

    return write


ENTRY = '[[entries]]\nid = "open"\nen.ask = ["when are you open"]\nen.say = ["At ten."]\n'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name = ", "is no TOML: .*; correct it"),
        ("", "is empty; write in it who speaks"),
        ("# Ada", "is empty; write in it who speaks"),
        ('nmae = "Ada"', "has 'nmae', which means nothing; did you mean name?"),
        ("name = 3", 'name is no text; write name = "Ada"'),
        ("small_talk = 1", "small_talk is 1; write true or false"),
        ("entries = 1", r"has entries that are no tables; begin each one with \[\[entries\]\]"),
        ("greeting = 1", r"greeting is no table; write \[greeting\]"),
        ("[greeting]\nde = ['Hallo']", "greeting has 'de', which means nothing; .*en, zh, es, fa"),
        ("[fallback]\nen = [1]", "fallback, en is no list of texts"),
        ("[[entries]]\nen.say = ['x']", "entry 1 has no id; add one"),
        ("[[entries]]\nid = 'a'", "entry 1 .a. has nothing in it; add en.ask and en.say"),
        ("[[entries]]\nid = 'a'\nen = 1", "entry 1 .a., en, is no table"),
        ("[[entries]]\nid = 'a'\nen.ask = ['x']", "entry 1 .a., en, has no answer; add say"),
        ("[[entries]]\nid = 'a'\nen.say = ['x']", "entry 1 .a., en, has no question; add ask"),
        ("[[entries]]\nid = 'a'\nen.ask = ['']\nen.say = ['x']", "en, ask is no list of texts"),
        ("[[entries]]\nid = 'a'\nen.ask = ['x']\nen.say = ['{nmae}']", "has {nmae}, which nothing fills in"),
        (
            "[[entries]]\nid = 'a'\nlight = 'yes'\nen.ask = ['x']\nen.say = ['x']",
            "light is 'yes'; write true",
        ),
        ("[[entries]]\nid = 'a'\nen.ask = ['x']\nen.say = 'y'", "en, say is no list of texts; write"),
        ("[greeting]\nen = 'Hi.'", "greeting, en is no list of texts; write"),
        (ENTRY + ENTRY, "entry 2 has the id 'open' of another one"),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, sentence: str, written: Write) -> None:
    path = written(text)
    with pytest.raises(InputError, match=sentence) as caught:
        load(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nobody.toml cannot be read: No such file"):
        load(tmp_path / "nobody.toml")
    with pytest.raises(InputError, match="cannot be read"):
        load(tmp_path)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "ada.toml"
    path.write_bytes(b"name = '\xff'")
    with pytest.raises(InputError, match="is no TOML"):
        load(path)


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "ada.toml"
    path.write_bytes(b"#" * 2_000_001)
    with pytest.raises(InputError, match="larger than 2 MB"):
        load(path)


def test_small_talk_comes_along(written: Write) -> None:
    persona = load(written(ENTRY + '[[entries]]\nid = "joke"\nen.ask = ["a joke"]\nen.say = ["No."]\n'))
    ids = [entry.id for entry in persona.entries]
    assert ids[:2] == ["open", "joke"]
    assert ids.count("joke") == 1
    assert "hello" in ids
    assert set(persona.fallback) == set(persona.greeting) == set(LANGUAGES)


def test_a_persona_speaks_the_languages_of_its_fallback(written: Write) -> None:
    persona = load(written('[fallback]\nes = ["Eso no lo sé."]\n'))
    assert persona.fallback == {"es": ("Eso no lo sé.",)}
    assert set(persona.greeting) == {"es"}


def test_who_says_hello_is_greeted_as_the_file_has_it(written: Write) -> None:
    def said(persona: Persona, language: Language) -> tuple[str, ...]:
        return next(entry for entry in persona.entries if entry.id == "hello").words[language].say

    greeting = "[greeting]\nen = ['Welcome, I am {name}.']\n"
    usual = load(written(ENTRY))
    greeted = load(written(greeting + ENTRY))
    assert said(greeted, "en") == ("Welcome, I am {name}.", said(usual, "en")[-1])
    assert said(greeted, "zh") == said(usual, "zh")
    own = '[[entries]]\nid = "hello"\nen.ask = ["hello"]\nen.say = ["Ahoy."]\n'
    assert said(load(written(greeting + own)), "en") == ("Ahoy.",)


def test_small_talk_can_be_left_out(written: Write) -> None:
    own = "small_talk = false\n[greeting]\nen = ['Hi.']\n[fallback]\nen = ['What?']\n"
    persona = load(written(own + ENTRY))
    assert [entry.id for entry in persona.entries] == ["open"]


@pytest.mark.parametrize("text", ["small_talk = false", "small_talk = false\n[fallback]\nen = ['What?']"])
def test_without_small_talk_greeting_and_fallback_are_needed(text: str, written: Write) -> None:
    with pytest.raises(InputError, match=r"has no (fallback|greeting)"):
        load(written(text))


@pytest.mark.parametrize("path", [OWN, SMALL_TALK], ids=lambda path: path.stem)
def test_what_is_shipped_is_whole(path: Path) -> None:
    """In all four languages, short enough to be spoken, in the letters of the language that it is in."""
    found = read(path)
    for entry in found.entries:
        assert set(entry.words) == set(LANGUAGES), entry.id
        for language, words in entry.words.items():
            assert len(words.ask) >= 4, (entry.id, language)
            for text in (*words.say, *words.more):
                spoken = list(clauses(BLANK.sub("", text) or "1", language))
                assert sum(len(clause.text) for clause in spoken) <= 260, text
                assert detect(text, LANGUAGES) == language or language in ("en", "es"), text


def test_there_is_enough_to_talk_about() -> None:
    assert len(read(OWN).entries) >= 40
    assert len(read(SMALL_TALK).entries) >= 25
