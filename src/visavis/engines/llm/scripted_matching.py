"""Which of many questions somebody meant: by words that are like theirs, weighed by how much they tell.

Robust to what a recogniser mishears: words are compared by letters and, in English, by sound. Knows nothing
of answers.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein
from rapidfuzz.fuzz import ratio
from rapidfuzz.process import cdist

from visavis.engines.llm.scripted_words import sound, tokens
from visavis.media import Language

Scores = NDArray[np.float32]

ALIKE: Final = 0.5
"""Up to this likeness, 1 - edits / letters, two words have nothing in common."""

SHORT: Final = 3
"""Letters of a word that is only like itself, or like what sounds the same."""

SAME_SOUND: Final = 0.85
LIKE_SOUND: Final = 0.6
"""How alike words are that sound the same, and what the likeness of other sounds is worth beside letters."""

KNOWN: Final = 0.7
"""What the likeness to another word is worth for a word that is in the vocabulary itself."""

UNKNOWN: Final = 0.85
"""The weight of a word that no question has; 1 is a word that only one entry has."""

KEYWORD: Final = 0.2
"""What a keyword adds."""

HEARD: Final = 0.85
"""How alike a word has to be to be taken for a keyword."""

WHOLE: Final = 0.35
HARDLY: Final = 0.4
"""How much the sound of a whole question counts, for recognisers cut words elsewhere; and how alike any two
questions sound."""


class Asked(NamedTuple):
    """How one thing is asked for: whole questions, and words that hardly anything else is asked with."""

    questions: tuple[str, ...]
    keywords: tuple[str, ...] = ()


class Questions:
    """All that can be asked in one language, ready to be compared with."""

    def __init__(self, asked: Sequence[Asked], language: Language) -> None:
        self._language = language
        questions = [
            (place, tokens(question, language))
            for place, entry in enumerate(asked)
            for question in entry.questions
        ]
        keywords = [
            (place, tokens(keyword, language))
            for place, entry in enumerate(asked)
            for keyword in entry.keywords
        ]
        self._count = len(asked)
        self._vocabulary = sorted({word for _, words in (*questions, *keywords) for word in words})
        self._sounds = [sound(word) for word in self._vocabulary] if language == "en" else []
        self._whole = [_joined(words) for _, words in questions if words] if language == "en" else []
        self._lengths = np.array([len(word) for word in self._vocabulary])
        self._numbers = {word: number for number, word in enumerate(self._vocabulary)}
        self._weights = _weights(self._vocabulary, questions)
        self._entries, self._questions = self._numbered(questions)
        self._keyed, self._keywords = self._numbered(keywords)

    def scores(self, text: str) -> Scores:
        """How well each entry fits what was said: float32 [entries], 0 not at all, 1 and more surely.

        A text is taken with and without what is said around a question: thank you may be one or the other.
        """
        best = np.zeros(self._count, np.float32)
        for said in {tokens(text, self._language, bare) for bare in (True, False)}:
            if said and self._vocabulary:
                best = np.maximum(best, self._scores(said))
        return best

    def _scores(self, said: Sequence[str]) -> Scores:
        alike = self._alike(said)
        fits = self._fitting(alike)
        if self._whole:
            fits = (1 - WHOLE) * fits + WHOLE * _by_sound(said, self._whole)
        keyword = _parts(alike.max(axis=0), self._keywords, self._weights)
        keyword = np.where(keyword >= HEARD, keyword, np.float32(0))
        return self._best(self._entries, fits) + KEYWORD * self._best(self._keyed, keyword)

    def _best(self, entries: NDArray[np.intp], scores: Scores) -> Scores:
        """The best score of each entry: float32 [entries]."""
        best = np.zeros(self._count, np.float32)
        np.maximum.at(best, entries, scores)
        return best

    def _numbered(
        self, asked: Iterable[tuple[int, tuple[str, ...]]]
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Entries, and their words by number, filled up with the number of a word that is like nothing."""
        rows = [
            (place, [self._numbers[word] for word in dict.fromkeys(words)]) for place, words in asked if words
        ]
        width = max((len(row) for _, row in rows), default=1)
        padded = [row + [len(self._vocabulary)] * (width - len(row)) for _, row in rows]
        return np.array([place for place, _ in rows], np.intp), np.array(padded, np.intp).reshape(-1, width)

    def _alike(self, said: Sequence[str]) -> Scores:
        """float32 [words said, vocabulary + 1]: how alike two words are; the last one is like nothing."""
        same = np.zeros((len(said), len(self._vocabulary)), bool)
        for place, word in enumerate(said):
            if (number := self._numbers.get(word)) is not None:
                same[place, number] = True
        if self._language == "zh":
            return np.pad(same.astype(np.float32), ((0, 0), (0, 1)))
        alike = _likeness(said, self._vocabulary)
        if self._sounds:
            sounds = _likeness([sound(word) for word in said], self._sounds)
            alike = np.maximum(alike, np.where(sounds == 1, SAME_SOUND, LIKE_SOUND * sounds))
        lengths = np.minimum(self._lengths, np.array([len(word) for word in said])[:, None])
        alike[(lengths <= SHORT) & (alike < SAME_SOUND)] = 0
        alike = np.clip((alike - ALIKE) / (1 - ALIKE), 0, 1)
        alike[same.any(axis=1)] *= KNOWN
        return np.pad(np.where(same, np.float32(1), alike), ((0, 0), (0, 1)))

    def _fitting(self, alike: Scores) -> Scores:
        """How well each question fits: by its words that were said, and by what was said that is in it."""
        recall = _parts(alike.max(axis=0), self._questions, self._weights)
        known = alike.max(axis=1) > 0
        weights = np.where(known, np.append(self._weights, np.float32(0))[alike.argmax(axis=1)], UNKNOWN)
        hit = alike[:, self._questions].max(axis=2)
        return np.asarray(np.sqrt(recall * (weights @ hit) / weights.sum()), np.float32)


def _likeness(said: Sequence[str], known: Sequence[str]) -> Scores:
    return cdist(said, known, scorer=Levenshtein.normalized_similarity, dtype=np.float32)


def _joined(words: Iterable[str]) -> str:
    return "".join(map(sound, words))


def _by_sound(said: Sequence[str], whole: Sequence[str]) -> Scores:
    """How alike what was said sounds to each whole question, wherever its words begin."""
    alike = cdist([_joined(said)], whole, scorer=ratio, dtype=np.float32)[0] / 100
    return np.asarray(np.clip((alike - HARDLY) / (1 - HARDLY), 0, 1), np.float32)


def _parts(best: Scores, rows: NDArray[np.intp], weights: Scores) -> Scores:
    """Which part of each row's words, by weight, was said. best: how alike the likest said word is."""
    weight = np.append(weights, np.float32(0))[rows]
    return np.asarray((weight * best[rows]).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-6), np.float32)


def _weights(vocabulary: Sequence[str], asked: Sequence[tuple[int, tuple[str, ...]]]) -> Scores:
    """How much each word tells: float32 [vocabulary], 1 for one that a single entry asks with."""
    entries = Counter(word for word, _ in {(word, place) for place, words in asked for word in words})
    count = len({place for place, _ in asked})
    most = math.log(1 + count)
    return np.array([math.log(1 + count / max(1, entries[word])) / most for word in vocabulary], np.float32)
