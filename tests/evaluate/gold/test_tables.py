"""Tables of transcripts, as people and data sets write them."""

from pathlib import Path

import pytest

from visavis.evaluate.gold import tables
from visavis.evaluate.gold.tables import Row, Trouble, decoded, rows


def read(folder: Path, name: str, content: str | bytes) -> list[Row | Trouble]:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(rows(path, name, lambda cell: cell.strip() == "LJ001" or cell.endswith(".wav")))


def only(folder: Path, name: str, content: str | bytes) -> Row | Trouble:
    (found,) = read(folder, name, content)
    return found


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.tsv", "file\ttext\na.wav\tHi, you.\n"),
        ("t.csv", 'file,text\na.wav,"Hi, you."\n'),
        ("t.csv", "text;file\nHi, you.;a.wav\n"),
        ("t.csv", 'a.wav,"Hi, you."\n'),
        ("t.tsv", 'a.wav\t"Hi, you."\n'),
        ("t.csv", "\ufefffile,text\r\na.wav,Hi\\, you.\r\n".replace("Hi\\, you.", '"Hi, you."')),
        ("t.jsonl", '{"file": "a.wav", "text": "Hi, you."}\n\n'),
        ("t.jsonl", '{"audio_filepath": "a.wav", "text": "Hi, you.", "duration": 1.5}\n'),
        ("t.tsv", "client_id\tpath\tsentence\tup_votes\n\ta.wav\tHi,  you.\t2\n"),
        ("t.csv", 'file_name,transcription\na.wav,"Hi, you."\n'),
        ("t.csv", "file|text\na.wav|Hi, you.\n"),
        ("t.tsv", "\n\t\nfile\ttext\na.wav\tHi, you.\n"),
        ("t.csv", '\n,\nfile,text\na.wav,"Hi,\nyou."\n'),
        ("t.tsv", "file\ttext\ra.wav\tHi, you.\r"),
        ("t.tsv", "file\ttext\na.wav\tHi,\u0085you.\n"),
        ("t.csv", 'file,text\na.wav,"Hi,\u2028you."\n'),
        ("t.jsonl", '{"file": "a.wav", "text": "Hi,\u2028you."}\n'),
    ],
)
def test_the_same_in_many_forms(tmp_path: Path, name: str, content: str) -> None:
    row = only(tmp_path, name, content)
    assert isinstance(row, Row), row
    assert (row.file, row.text) == ("a.wav", "Hi, you.")
    assert row.where.startswith(f"{name}, line ")


def test_ljspeech_has_two_texts_and_no_endings(tmp_path: Path) -> None:
    row = only(tmp_path, "metadata.csv", 'LJ001|He said "No. 2".|He said "number two".\n')
    assert isinstance(row, Row)
    assert (row.file, row.text, row.language) == ("LJ001", 'He said "No. 2".', "")


def test_all_columns(tmp_path: Path) -> None:
    content = "by\tspeaker\tlanguage\ttext\tfile\npocketsphinx\tada\tes\tHola.\ta.wav\n"
    assert only(tmp_path, "t.tsv", content) == Row(
        "t.tsv, line 2", "a.wav", "Hola.", "es", "ada", "pocketsphinx"
    )
    assert only(tmp_path, "t.csv", "a.wav,Hola.,es,ada\n") == Row(
        "t.csv, line 1", "a.wav", "Hola.", "es", "ada"
    )


def test_an_empty_text_is_one_that_is_still_to_be_written(tmp_path: Path) -> None:
    row = only(tmp_path, "t.tsv", "file\ttext\tlanguage\na.wav\t\t\n")
    assert isinstance(row, Row)
    assert row.text == ""


@pytest.mark.parametrize(
    ("name", "content", "where", "what"),
    [
        ("t.csv", "a.wav Hi.\n", "t.csv", "neither the column names"),
        ("t.csv", "", "t.csv", "neither the column names"),
        ("t.tsv", "file\ttext\n\n\na.wav Hi.\n", "t.tsv, line 4", "one cell"),
        ("t.csv", "file,text\na.wav,Hi, you.\n", "t.csv, line 2", "3 cells, and 2 columns"),
        ("t.csv", 'file,text\na.wav,"Hi.\n', "t.csv, line 2", "quotation mark"),
        ("t.csv", "file,text\n,Hi.\n", "t.csv, line 2", "no recording is named"),
        ("t.jsonl", '{"file": "a.wav"\n', "t.jsonl, line 1", "no JSON"),
        ("t.jsonl", '["a.wav", "Hi."]\n', "t.jsonl, line 1", "no object"),
        ("t.jsonl", '{"file": "a.wav", "text": 3}\n', "t.jsonl, line 1", "text is 3"),
        ("t.jsonl", '{"file": "", "text": "Hi."}\n', "t.jsonl, line 1", "no recording is named"),
        ("t.jsonl", '{"text": "Hi."}\n', "t.jsonl", "no line of it names a file"),
        ("t.tsv", "file\ttext\na.wav\tA\xf1o\n".encode("latin-1"), "t.tsv", "byte 18 is not UTF-8"),
        ("t.tsv", "file\ttext\n".encode("utf-16"), "t.tsv", "byte 1 is not UTF-8"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(
    tmp_path: Path, name: str, content: str | bytes, where: str, what: str
) -> None:
    trouble = only(tmp_path, name, content)
    assert isinstance(trouble, Trouble), trouble
    assert trouble.where == where
    assert what in trouble.what


@pytest.mark.parametrize(
    ("name", "content", "foreign"),
    [
        ("clip_durations.tsv", "clip\tduration[ms]\ncommon_voice_1.mp3\t4000\n", True),
        ("reported.tsv", "sentence\tsentence_id\tlocale\treason\nHi.\t1\ten\tother\n", True),
        ("prices.jsonl", '{"price": 3}\n{"price": 4}\n', True),
        ("t.csv", "file,text\na.wav,Hi, you.\n", False),
        ("t.jsonl", '{"file": "a.wav"\n', False),
        ("t.jsonl", '{"file": "a.wav", "text": "A."}\n{"text": "B."}\n', False),
    ],
)
def test_a_table_of_other_things_is_told_from_one_with_mistakes(
    tmp_path: Path, name: str, content: str, foreign: bool
) -> None:
    (trouble,) = [one for one in read(tmp_path, name, content) if isinstance(one, Trouble)]
    assert trouble.foreign == foreign


def test_one_wrong_line_leaves_the_others(tmp_path: Path) -> None:
    found = read(tmp_path, "t.tsv", "file\ttext\na.wav\tA.\nb.wav\nc.wav\tC.\n")
    assert [type(one) for one in found] == [Row, Trouble, Row]


def test_what_is_too_large_or_gone_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "LARGEST", 5)
    assert "may have 5" in str(only(tmp_path, "t.csv", "file,text\n"))
    assert "no such file" in str(decoded(tmp_path / "gone", "gone", 5))
