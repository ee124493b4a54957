import json
import multiprocessing
import resource
from dataclasses import replace
from pathlib import Path

import pytest

from tests.evaluate.speed.material import OTHER, WORK, entry, figure, sample
from visavis.errors import InputError, OutputError
from visavis.evaluate.speed.history import SCHEMA, add, entry_of, figures, prepare, read
from visavis.evaluate.speed.measuring import Measured

ENTRY = entry(figure(1.0, 2.0), figure(5.0, case=WORK.cases[1]))


def test_what_is_added_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "bench.jsonl"
    assert read(path).entries == ()
    other = replace(ENTRY, commit="", complete=False, load=None)
    add(path, ENTRY)
    add(path, other)
    assert read(path).entries == (ENTRY, other)
    assert read(path).notes == ()
    assert json.loads(path.read_text().splitlines()[0])["schema"] == SCHEMA


def test_lines_that_cannot_be_read_are_told_and_stay(tmp_path: Path) -> None:
    path = tmp_path / "bench.jsonl"
    newer = json.dumps({**json.loads(ENTRY.text()), "schema": SCHEMA + 1, "mood": "fine"})
    lines = [ENTRY.text(), "{", newer, "[]", '{"schema": 1}', "", ENTRY.text(), "\udcff"]
    path.write_bytes("\n".join(lines).encode("utf-8", "surrogateescape") + b"\n")
    before = path.read_bytes()
    found = read(path)
    assert found.entries == (ENTRY, ENTRY)
    assert [note.partition(":")[0] for note in found.notes] == [
        "from a newer visavis, and so kept and passed over",
        "of no use, and so kept and passed over",
    ]
    assert "line 3" in found.notes[0]
    assert "lines 2, 4, 5, 8" in found.notes[1]
    add(path, ENTRY)
    assert path.read_bytes().startswith(before)


@pytest.mark.parametrize("line", [b"", b"1", b"null", b"[" * 100_000, b'{"schema": "x"}', b"\xff"])
def test_what_is_no_entry_is_broken(line: bytes) -> None:
    assert entry_of(line) == "broken"


def test_a_line_that_was_cut_off_does_not_take_the_next_one_with_it(tmp_path: Path) -> None:
    path = tmp_path / "bench.jsonl"
    add(path, ENTRY)
    path.write_bytes(path.read_bytes()[:-40])
    add(path, ENTRY)
    found = read(path)
    assert found.entries == (ENTRY,)
    assert "line 1" in found.notes[0]


def added(path: Path, commit: str) -> None:
    for _ in range(20):
        add(path, replace(ENTRY, commit=commit, command="x" * 20_000))


def test_several_add_at_the_same_time_and_every_line_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "bench.jsonl"
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=added, args=(path, letter * 12)) for letter in "ab"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    found = read(path)
    assert found.notes == ()
    assert sorted(each.commit for each in found.entries) == ["a" * 12] * 20 + ["b" * 12] * 20


def test_where_nothing_can_be_added_it_is_told_before(tmp_path: Path) -> None:
    prepare(tmp_path / "bench.jsonl")
    assert not (tmp_path / "bench.jsonl").exists()
    (tmp_path / "there.jsonl").write_text("{\n")
    prepare(tmp_path / "there.jsonl")
    assert (tmp_path / "there.jsonl").read_text() == "{\n"
    for path, sentence in [
        (tmp_path / "bench.txt", r"end its name with \.jsonl"),
        (tmp_path / "gone" / "bench.jsonl", "make it first"),
        (Path("/proc/bench.jsonl"), "cannot write /proc/bench.jsonl"),
    ]:
        with pytest.raises(OutputError, match=sentence):
            prepare(path)
    (tmp_path / "folder.jsonl").mkdir()
    with pytest.raises(OutputError, match="is a folder"):
        prepare(tmp_path / "folder.jsonl")
    with pytest.raises(InputError, match="cannot read"):
        read(tmp_path / "folder.jsonl")


def test_a_disk_that_is_full_leaves_the_file_as_it_was() -> None:
    with pytest.raises(OutputError, match="no space left"):
        add(Path("/dev/full"), ENTRY)


def limited(path: Path, size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    with pytest.raises(OutputError, match="file too large"):
        add(path, replace(ENTRY, command="x" * 5_000))  # what a buffer of Python's would hold


def test_a_line_of_which_a_part_only_has_room_is_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "bench.jsonl"
    add(path, ENTRY)
    before = path.read_bytes()
    writer = multiprocessing.get_context("spawn").Process(target=limited, args=(path, len(before) + 3000))
    writer.start()
    writer.join()
    assert writer.exitcode == 0
    assert path.read_bytes() == before


def test_what_was_measured_is_kept_and_what_was_not_is_left_out() -> None:
    found = figures(
        [
            Measured(WORK, WORK.cases[0], (sample(),)),
            Measured(WORK, WORK.cases[1]),
            Measured(OTHER, OTHER.cases[0], (), "no flour"),
        ]
    )
    assert [(kept.name, len(kept.samples), kept.failed) for kept in found] == [
        ("knitting small", 1, ""),
        ("baking one", 0, "no flour"),
    ]
    assert found[0].key == ("knitting", "small", 1)


def test_a_state_is_named_by_its_commit_and_whether_it_was_changed() -> None:
    assert ENTRY.name == "aaaaaaa"
    assert replace(ENTRY, changed=True).name == "aaaaaaa+"
    assert replace(ENTRY, commit="").name == "0.1.0"
