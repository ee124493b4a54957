import pytest

from visavis.errors import InputError, TextError
from visavis.renderings.order import LONGEST_TEXT, NoSuchRendering, Order
from visavis.renderings.rows import without_quotations


def test_an_order_shows_its_text_to_nobody_but_the_vault() -> None:
    order = Order("secret سلام", "fa", "a" * 32, "darya", 576, 1024, 30, notice=True, seed=3)
    assert "secret" not in repr(order)
    assert Order.unpacked(order.packed()) == order


@pytest.mark.parametrize("text", ["", " \n", "a" * (LONGEST_TEXT + 1), "half a \ud83d picture"])
def test_a_text_that_cannot_be_said(text: str) -> None:
    with pytest.raises(TextError, match=r"nothing to say|too long; cut|lone surrogate"):
        Order(text)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"width": 255}, "255x512 pixels cannot be made; sides are even and from 256 to 1024"),
        ({"height": 1026}, "512x1026 pixels cannot be made"),
        ({"width": 301}, "301x512 pixels cannot be made"),
        ({"fps": 9}, "9 frames a second cannot be; give 10 to 60"),
        ({"fps": 61}, "61 frames a second"),
        ({"seed": -1}, "the seed -1 cannot be; give 0 to 2147483647"),
        ({"seed": 2**31}, "the seed 2147483648"),
    ],
)
def test_what_cannot_be_made_is_refused_when_it_is_ordered(options: dict[str, int], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        Order("hello", **options)  # type: ignore[arg-type]


def test_the_edges_can_be_made() -> None:
    Order("a" * LONGEST_TEXT, width=256, height=1024, fps=10)
    Order("😀 hello", width=1024, height=256, fps=60, seed=2**31 - 1)


def test_a_video_that_is_none_is_told_by_its_name_alone() -> None:
    assert str(NoSuchRendering("x.mp4")) == "there is no video 'x.mp4'; it may have been deleted"


@pytest.mark.parametrize(
    ("sentence", "kept"),
    [
        ("it died on 'my words'; say others", "it died on '…'; say others"),
        ('it died on "I can\'t"; say others', "it died on '…'; say others"),
        ("it died on 'a', 'b' and 'c d'", "it died on '…'"),
        ("it died on “my\nwords”", "it died on '…'"),
        ("the owner's voice isn't there", "the owner's voice isn't there"),
        ("no face was found; give another photo", "no face was found; give another photo"),
    ],
)
def test_quotations_stay_out_of_the_database(sentence: str, kept: str) -> None:
    assert without_quotations(sentence) == kept
