from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from visavis.conversation.captions import Cue, heard

RATE = 100


def cues(*pieces: tuple[str, int]) -> tuple[list[Cue], int]:
    """Pieces of text that sound for so many samples each, and how many there are in all."""
    ends = list(accumulate((length for _, length in pieces), initial=0))
    return [Cue(text, start, 0) for (text, _), start in zip(pieces, ends, strict=False)], ends[-1]


def test_whole_pieces_and_the_words_of_the_last_one() -> None:
    known, made = cues(("One two.", 80), (" Three four five.", 170))
    texts = [
        heard(known, position, made, RATE, whole=True) for position in (0, 30, 40, 79, 80, 140, 200, 250)
    ]
    assert texts == [
        "",
        "One",
        "One",
        "One",
        "One two.",
        "One two. Three",
        "One two. Three four",
        "One two. Three four five.",
    ]


def test_the_silence_behind_a_piece_is_no_part_of_its_words() -> None:
    known = [Cue("One two.", 0, 40), Cue(" Three.", 120, 0)]
    assert heard(known, 80, 200, RATE, whole=False) == "One two."
    assert heard(known, 79, 200, RATE, whole=False) == "One"


def test_of_a_piece_that_is_being_made_no_more_is_claimed_than_takes_its_time() -> None:
    long = "This is a rather long sentence of which only the beginning is there."
    assert heard([Cue(long, 0, 0)], 50, 50, RATE, whole=False) == "This"
    assert heard([Cue(long, 0, 0)], 50, 50, RATE, whole=True) == long


def test_chinese_is_cut_between_characters() -> None:
    known, made = cues(
        ("你好世界。", 100),
    )
    assert heard(known, 50, made, RATE, whole=True) == "你好"


def test_what_was_asked_for_and_never_made_was_not_heard() -> None:
    assert heard([Cue("One.", 0, 0), Cue(" Two.", 80, 0)], 80, 80, RATE, whole=False) == "One."


@given(
    pieces=st.lists(st.tuples(st.text(alphabet="ab 你。", max_size=12), st.integers(0, 200)), max_size=6),
    positions=st.lists(st.integers(0, 1500), min_size=2, max_size=2),
    whole=st.booleans(),
)
def test_heard_text_is_a_beginning_and_grows(
    pieces: list[tuple[str, int]], positions: list[int], whole: bool
) -> None:
    known, made = cues(*pieces)
    text = "".join(piece for piece, _ in pieces).strip()
    less, more = (heard(known, position, made, RATE, whole) for position in sorted(positions))
    assert text.startswith(more)
    assert more.startswith(less)
