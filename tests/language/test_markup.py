"""What a reader sees of a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.language.characters import PICTURE
from visavis.language.markup import LINE, PARAGRAPH, plain


def seen(text: str) -> str:
    return "".join(plain([text])).replace(LINE, "/").replace(PARAGRAPH, "¶").replace(PICTURE, "☺")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Markdown within a line
        ("**bold** and *it* and __both__ and ~~gone~~", "bold and it and both and gone"),
        ("`code` and ``more``", "code and more"),
        ("2 * 3 and 2*3 and a_b and ~5", "2 * 3 and 2*3 and a_b and ~5"),
        ("[a link](http://x.y/a_(b)) here", "a link here"),
        ("![a picture](x.png) and [ref][1]", "a picture and ref"),
        ("[**bold** link](x)", "bold link"),
        ("said [sic] so[1]", "said (sic) so"),
        ("[open and never closed", "[open and never closed"),
        (r"\*not bold\*", "*not bold*"),
        # Markdown of lines
        ("# Title\ntext", "Title/text"),
        ("###### Deep\n\ntext", "Deep¶text"),
        ("#hashtag stays", "#hashtag stays"),
        ("- one\n* two\n+ three\n• four", "one/two/three/four"),
        ("- [x] done\n- [ ] open", "done/open"),
        ("1. First\n2) Second", "1, First/2, Second"),
        ("> quoted\n> twice", "quoted/twice"),
        ("above\n---\nbelow\n***\nend", "above¶¶below¶¶end"),
        ("| a | b |\n|---|:-:|\n| 1 | 2 |", "a , b ¶¶1 , 2 "),
        ("```python\nx = a_b\n```\nend", "¶x = a_b¶¶end"),
        # lines
        ("A short line\nAnd another", "A short line/And another"),
        ("A short line\nthat goes on", "A short line that goes on"),
        ("A line as wide as the lines of a wrapped text are,\nAnd so on", "A line as wide as the lines of"
         " a wrapped text are, And so on"),
        ("one\n\n\n\ntwo\r\n\r\nthree\n", "one¶two ¶three"),
        ("- an item\n  that goes on\n- next", "an item that goes on/next"),
        # HTML
        ("<b>bold</b> <a href='x'>link</a>", "bold link"),
        ("one<br>two<br/>three", "one/two/three"),
        ("<p>one</p><p>two</p>", "¶one¶¶two¶"),
        ("a <!-- secret --> b <script>if (a < b) {}</script>c", "a  b c"),
        ("x &amp; y &lt; z &nbsp;&copy; &#65; &nothing; &", "x & y < z \u00a0© A &nothing; &"),
        ("a < b and b > c, x<y", "a < b and b > c, x<y"),
        ("<https://example.com> <someone>", "https://example.com <someone>"),
        # emoji
        ("Hi😀there 👨‍👩‍👧 ❤️ 1️⃣ 🇪🇸", "Hi☺there ☺☺☺ ☺ 1 ☺☺"),
        ("fine :-) or ;) or <3 at 10:30", "fine ☺ or ☺ or ☺ at 10:30"),
        ("20 °C © №", "20 °C © №"),
        # what cannot be seen
        ("می\u200cروم\u200f \u202bx\u202c\u200b", "می\u200cروم x"),
        ("tab\tbell\x07\u0000", "tab bell"),
    ],
)  # fmt: skip
def test_only_what_is_to_be_read_is_left(text: str, expected: str) -> None:
    assert seen(text) == expected


@given(st.text("ab *_~`[]()<>!&;#-|1.\n\\😀/", max_size=40), st.data())
def test_the_pieces_of_a_text_do_not_matter(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert list(plain(pieces)) == list(plain([text]))


def test_a_construct_that_never_ends_is_given_up() -> None:
    assert seen("[" + "a" * 5000) == "[" + "a" * 5000
    assert seen("<a " + "b" * 5000) == "<a " + "b" * 5000
