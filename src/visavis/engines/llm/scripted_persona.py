"""Who the scripted mind is: a file of questions and answers that anybody can write; see docs/personas.md.

Reads such files and refuses what is wrong in them with one sentence. Does not look for answers.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from visavis.errors import InputError
from visavis.media import LANGUAGES, Language

FOLDER: Final = Path(__file__).with_name("personas")
OWN: Final = FOLDER / "visavis.toml"
SMALL_TALK: Final = FOLDER / "small_talk.toml"

HELLO: Final = "hello"
"""The entry of small talk that answers a greeting."""

LARGEST: Final = 2_000_000
"""Bytes of a file that may be a persona."""

BLANKS: Final = ("name", "time", "date", "last")
"""What an answer may leave to be filled in: {name}."""

BLANK: Final = re.compile(r"\{(\w*)\}")

Texts = Mapping[Language, tuple[str, ...]]

_OF_PERSONA: Final = ("name", "small_talk", "greeting", "fallback", "entries")
_OF_ENTRY: Final = ("id", "goes_on", "light", *LANGUAGES)
_OF_LANGUAGE: Final = ("ask", "keywords", "say", "more")


@dataclass(frozen=True, slots=True)
class Words:
    """One entry in one language.

    ask: ways of asking. keywords: words that hardly anything else is asked with. say: answers of which one
    is given. more: what is told next, in order, to somebody who wants to know more.
    """

    ask: tuple[str, ...]
    say: tuple[str, ...]
    keywords: tuple[str, ...] = ()
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that can be asked.

    goes_on: whether it asks for more of what was talked about. light: whether anything else that is said
    beside it is what is meant, as beside a greeting.
    """

    id: str
    words: Mapping[Language, Words]
    goes_on: bool = False
    light: bool = False


@dataclass(frozen=True, slots=True)
class Persona:
    """name, greeting, fallback: by language; greetings are for a conversation that has not begun."""

    name: Mapping[Language, str]
    greeting: Texts
    fallback: Texts
    entries: tuple[Entry, ...]
    small_talk: bool = True


def load(path: Path | None = None) -> Persona:
    """The persona in a file, or visavis's own; with small talk, unless the file says small_talk = false.

    Raises:
        InputError: the file cannot be read, or something in it is wrong.
    """
    own = read(path or OWN)
    if own.small_talk:
        return _completed(own, read(SMALL_TALK))
    for name, texts in (("fallback", own.fallback), ("greeting", own.greeting)):
        if not set(own.fallback) <= set(texts) or not texts:
            raise InputError(
                f"the persona {path} has no {name} in a language that it speaks; add [{name}] with en ="
                " [...], or leave out small_talk = false"
            )
    return own


def _completed(own: Persona, talk: Persona) -> Persona:
    """What a persona says for itself goes before what everybody says; only in languages that it speaks."""
    spoken = [language for language in LANGUAGES if language in own.fallback] or list(LANGUAGES)
    known = {entry.id for entry in own.entries}
    return replace(
        own,
        greeting={language: own.greeting.get(language) or talk.greeting[language] for language in spoken},
        fallback={language: own.fallback.get(language) or talk.fallback[language] for language in spoken},
        entries=(
            *own.entries,
            *(_greeted(entry, own.greeting) for entry in talk.entries if entry.id not in known),
        ),
    )


def _greeted(entry: Entry, greeting: Texts) -> Entry:
    """An entry of small talk; who says hello is greeted as the persona's file has it, and then as the last
    answer of small talk has it: that is for who says it again.
    """
    if entry.id != HELLO:
        return entry
    words = {
        language: replace(words, say=(*greeting[language], words.say[-1])) if language in greeting else words
        for language, words in entry.words.items()
    }
    return replace(entry, words=words)


def read(path: Path) -> Persona:
    """One file, as it stands.

    Raises:
        InputError: the file cannot be read, or something in it is wrong.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise InputError(
                f"the persona {path} is larger than {LARGEST // 1_000_000} MB; name another file"
            )
        return _Reader(path).persona(tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        raise InputError(f"the persona {path} cannot be read: {error.strerror}; name another file") from error
    except ValueError as error:
        raise InputError(f"the persona {path} is no TOML: {error}; correct it there") from error


class _Reader:
    """Reads what a file holds and says where something in it is wrong."""

    def __init__(self, path: Path) -> None:
        self._where = f"the persona {path}"

    def persona(self, found: Mapping[str, Any]) -> Persona:
        if not found:
            raise InputError(f"{self._where} is empty; write in it who speaks, as docs/personas.md shows")
        self._known(found, _OF_PERSONA, self._where)
        entries = found.get("entries", [])
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise InputError(f"{self._where} has entries that are no tables; begin each one with [[entries]]")
        read = tuple(self._entry(entry, number) for number, entry in enumerate(entries, 1))
        for number, entry in enumerate(read, 1):
            if entry.id in {other.id for other in read[: number - 1]}:
                raise InputError(
                    f"{self._where}: entry {number} has the id {entry.id!r} of another one; give it its own"
                )
        return Persona(
            self._name(found.get("name", "")),
            self._texts(found.get("greeting", {}), "greeting"),
            self._texts(found.get("fallback", {}), "fallback"),
            read,
            self._switch(found, "small_talk", self._where, True),
        )

    def _entry(self, found: Mapping[str, Any], number: int) -> Entry:
        name = found.get("id", "")
        where = f"{self._where}: entry {number}" + (f" ({name})" if name else "")
        if not isinstance(name, str) or not name.strip():
            raise InputError(f'{where} has no id; add one, as in id = "opening hours"')
        self._known(found, _OF_ENTRY, where)
        words = {
            language: self._words(found[language], f"{where}, {language},")
            for language in self._spoken(found)
        }
        if not words:
            raise InputError(f"{where} has nothing in it; add en.ask and en.say, or the same for {_others()}")
        switches = (self._switch(found, name, where, False) for name in ("goes_on", "light"))
        return Entry(name, words, *switches)

    def _words(self, found: Any, where: str) -> Words:
        if not isinstance(found, dict):
            raise InputError(f"{where} is no table; write ask = [...] and say = [...] in it")
        self._known(found, _OF_LANGUAGE, where)
        lists = {name: self._strings(found.get(name, []), f"{where} {name}") for name in _OF_LANGUAGE}
        if not lists["say"]:
            raise InputError(f'{where} has no answer; add say = ["..."]')
        if not lists["ask"] and not lists["keywords"]:
            raise InputError(f'{where} has no question; add ask = ["..."]')
        return Words(**lists)

    def _texts(self, found: Any, name: str) -> Texts:
        """Lists of texts by language."""
        if not isinstance(found, dict):
            raise InputError(f"{self._where}: {name} is no table; write [{name}] and en = [...] below it")
        self._known(found, LANGUAGES, f"{self._where}: {name}")
        texts = {
            language: self._strings(found[language], f"{self._where}: {name}, {language}")
            for language in self._spoken(found)
        }
        return {language: given for language, given in texts.items() if given}

    def _name(self, found: Any) -> Mapping[Language, str]:
        """One name for all languages, or one for each."""
        if isinstance(found, str):
            return dict.fromkeys(LANGUAGES, found)
        if not isinstance(found, dict) or not all(isinstance(name, str) for name in found.values()):
            raise InputError(f'{self._where}: name is no text; write name = "Ada"')
        self._known(found, LANGUAGES, f"{self._where}: name")
        first = next(iter(found.values()), "")
        return {language: found.get(language, first) for language in LANGUAGES}

    def _strings(self, found: Any, where: str) -> tuple[str, ...]:
        if not isinstance(found, list) or not all(isinstance(text, str) and text.strip() for text in found):
            raise InputError(f'{where} is no list of texts; write ["...", "..."]')
        for text in found:
            for blank in BLANK.findall(text):
                if blank not in BLANKS:
                    raise InputError(f"{where} has {{{blank}}}, which nothing fills in; there is {_blanks()}")
        return tuple(text.strip() for text in found)

    def _known(self, found: Mapping[str, Any], names: tuple[str, ...], where: str) -> None:
        for name in found:
            if name not in names:
                near = get_close_matches(name, names, n=1)
                hint = f"did you mean {near[0]}? " if near else ""
                raise InputError(
                    f"{where} has {name!r}, which means nothing; {hint}there is: {', '.join(names)}"
                )

    def _switch(self, found: Mapping[str, Any], name: str, where: str, default: bool) -> bool:
        value = found.get(name, default)
        if not isinstance(value, bool):
            raise InputError(f"{where}: {name} is {value!r}; write true or false")
        return value

    def _spoken(self, found: Mapping[str, Any]) -> Iterator[Language]:
        return (language for language in LANGUAGES if language in found)


def _others() -> str:
    return ", ".join(LANGUAGES[1:])


def _blanks() -> str:
    return ", ".join(f"{{{blank}}}" for blank in BLANKS)
