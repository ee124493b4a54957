"""What is made of the decoder's words."""

import pytest

from visavis.engines.asr.pocketsphinx_worker import text_of


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ([], ""),
        ([("<s>", 0, 40), ("</s>", 41, 90)], ""),
        ([("<s>", 0, 9), ("the(2)", 10, 20), ("<sil>", 21, 30), ("name", 31, 60)], "the name"),
        ([("[NOISE]", 0, 9), ("++COUGH++", 10, 20), ("what's", 21, 50)], "what's"),
        ([("loo", 3, 198), ("yes", 199, 230)], "yes"),
    ],
)
def test_words_are_told_and_nothing_else(words: list[tuple[str, int, int]], text: str) -> None:
    assert text_of(iter(words)) == text
