from pathlib import Path

import pytest

from visavis.errors import InputError
from visavis.evaluate.fields import LARGEST, Fields, fields_in


def test_fields_are_read_by_their_type() -> None:
    fields = Fields(
        {"a": "b", "n": 3, "x": 1.5, "yes": True, "l": ["u", "v"], "t": {"k": "w"}, "ts": [{"k": "z"}]},
        "here",
    )
    assert fields.text("a") == fields.choice("a", ("a", "b")) == "b"
    assert (fields.count("n"), fields.number("x"), fields.number("n")) == (3, 1.5, 3.0)
    assert fields.flag("yes", False)
    assert fields.texts("l") == ("u", "v")
    assert fields.table("t").text("k") == "w"
    assert [table.text("k") for table in fields.tables("ts")] == ["z"]
    fields.done()


def test_what_is_left_out_is_as_usual() -> None:
    fields = Fields({}, "here")
    assert (fields.text("a", "b"), fields.count("n", 2), fields.number("x", 0.5)) == ("b", 2, 0.5)
    assert fields.texts("l", ()) == ()
    assert fields.tables("ts") == ()
    assert fields.table("t").names() == ()


@pytest.mark.parametrize(
    ("read", "sentence"),
    [
        (lambda f: f.text("gone"), "here: gone is missing; it has to be a text"),
        (lambda f: f.text("n"), "here: n has to be a text, not 3"),
        (lambda f: f.text("empty"), "here: empty is empty; write something in it"),
        (lambda f: f.choice("a", ("x", "y")), "here: a is 'b'; write one of x, y"),
        (lambda f: f.count("n", most=2), "here: n is 3; write a whole number from 0 to 2"),
        (lambda f: f.count("yes"), "here: yes is True; write a whole number"),
        (lambda f: f.number("n", least=5, most=6), "here: n is 3; write a number from 5 to 6"),
        (lambda f: f.number("long"), "here: long is a whole number of more than 15 digits; write a smaller"),
        (lambda f: f.count("long"), "here: long is a whole number of more than 15 digits"),
        (lambda f: f.texts("mixed"), "here: mixed has to be a list of texts"),
        (lambda f: f.tables("mixed"), r"here: mixed has to be a list of tables, such as \[\[mixed\]\]"),
        (lambda f: f.table("t").text("k"), "here, t: k has to be a text, not 4"),
        (lambda f: (f.count("number", 1), f.done()), "nothing is called 'numbr' here; did you mean number"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(read: "object", sentence: str) -> None:
    table = {
        "long": 10**401,
        "a": "b",
        "n": 3,
        "yes": True,
        "empty": " ",
        "mixed": ["a", 1],
        "t": {"k": 4},
        "numbr": 1,
    }
    fields = Fields({key: table[key] for key in ("numbr",)} if "numbr" in sentence else table, "here")
    assert callable(read)
    with pytest.raises(InputError, match=sentence):
        read(fields)


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read .*gone.toml: no such file"):
        fields_in(tmp_path / "gone.toml")
    with pytest.raises(InputError, match="is a directory"):
        fields_in(tmp_path)
    for content, sentence in (
        (b"a = ", "is no TOML file"),
        (b"\xff\xfe", "is no TOML file"),
        (b"a = " + b"1" * 5001, "is no TOML file"),
        (b"a = " + b"[" * 50_000, "is no TOML file"),
        (b"#" * (LARGEST + 1), "bytes; such a file may have"),
    ):
        (tmp_path / "a.toml").write_bytes(content)
        with pytest.raises(InputError, match=sentence):
            fields_in(tmp_path / "a.toml")
