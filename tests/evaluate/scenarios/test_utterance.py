from hypothesis import given
from hypothesis import strategies as st

from visavis.evaluate.scenarios.utterance import lengthened

SENTENCES = ("One is short.", "Two is a little longer.", "And three.")


@given(st.integers(1, 5000))
def test_a_text_is_as_long_as_it_is_wanted_and_ends_with_a_sentence(characters: int) -> None:
    text = lengthened(SENTENCES, characters)
    assert characters - 2 <= len(text) <= characters + 30
    assert text.endswith(SENTENCES)


def test_each_round_begins_with_another_sentence() -> None:
    paragraphs = lengthened(SENTENCES, 180).split("\n\n")
    assert [paragraph.split(".")[0] for paragraph in paragraphs[:3]] == [
        "One is short",
        "Two is a little longer",
        "And three",
    ]
    assert paragraphs[1] == "Two is a little longer. And three. One is short."
