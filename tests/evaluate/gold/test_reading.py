"""Folders of recordings and transcripts, good and bad. The recordings are empty files: none is opened."""

import os
from pathlib import Path

import pytest

from visavis.errors import InputError
from visavis.evaluate.gold import reading
from visavis.evaluate.gold.reading import Gold, listed, read


def folder_of(place: Path, **files: str | bytes) -> Path:
    """A folder with these files; in a name "__" is a folder's end and "_" is a dot."""
    for called, content in files.items():
        path = place / called.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return place


def texts(gold: Gold) -> dict[str, str]:
    return {str(entry.path.relative_to(gold.folder)): entry.text for entry in gold.entries}


def refused(folder: Path) -> str:
    with pytest.raises(InputError) as told:
        read(folder)
    return str(told.value)


def test_texts_beside_recordings(tmp_path: Path) -> None:
    gold = read(
        folder_of(tmp_path, a_wav="", a_txt="\ufeff One\n two. ", b_MP4="", b_txt="Three.", README_txt="x")
    )
    assert texts(gold) == {"a.wav": "One two.", "b.MP4": "Three."}
    assert [entry.language for entry in gold.entries] == [None, None]
    assert not list(gold.notes())


def test_speakers_are_folders_or_a_column(tmp_path: Path) -> None:
    table = "file\ttext\tlanguage\tspeaker\nwavs/c.wav\tHola.\tes-MX\tLuz\n"
    gold = read(
        folder_of(tmp_path, ada__a_wav="", ada__a_txt="One.", bob__wavs__b_flac="", bob__wavs__b_txt="Two.",
                  wavs__c_wav="", t_tsv=table)
    )  # fmt: skip
    assert [(e.path.name, e.speaker, e.language) for e in gold.entries] == [
        ("c.wav", "Luz", "es"), ("a.wav", "ada", None), ("b.flac", "bob", None)
    ]  # fmt: skip


def test_ljspeech_as_it_comes(tmp_path: Path) -> None:
    gold = read(
        folder_of(tmp_path, wavs__LJ1_wav="", wavs__LJ2_wav="", metadata_csv="LJ1|One.|One.\nLJ2|2.|Two.\n")
    )
    assert texts(gold) == {"wavs/LJ1.wav": "One.", "wavs/LJ2.wav": "2."}
    assert {entry.speaker for entry in gold.entries} == {""}


def test_common_voice_as_it_comes(tmp_path: Path) -> None:
    train = "client_id\tpath\tsentence\tup_votes\taccents\tlocale\nada\tcv_1.mp3\tOne.\t2\t\ten\n"
    durations, reported = (
        "clip\tduration[ms]\ncv_1.mp3\t4000\n",
        "sentence\tlocale\treason\nOne.\ten\tother\n",
    )
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips/cv_1.mp3").touch()
    for name, content in {"train": train, "clip_durations": durations, "reported": reported}.items():
        (tmp_path / f"{name}.tsv").write_text(content)
    gold = read(tmp_path)
    assert texts(gold) == {"clips/cv_1.mp3": "One."}
    (note,) = gold.notes()
    assert note.endswith("passed over: clip_durations.tsv, reported.tsv")


def test_a_table_of_other_things_is_a_mistake_where_there_is_no_other(tmp_path: Path) -> None:
    assert "t.csv: its first line has neither" in refused(folder_of(tmp_path, a_wav="", t_csv="one,two\n"))


def test_a_folder_may_be_named_by_a_detour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder_of(tmp_path / "set", wavs__a_wav="", t_tsv="file\ttext\na.wav\tOne.\n")
    (tmp_path / "x").mkdir()
    (tmp_path / "link").symlink_to("set")
    monkeypatch.chdir(tmp_path)
    for detour in ("set", "x/../set", "./set/", "link", "x/../link"):
        assert texts(read(Path(detour))) == {"wavs/a.wav": "One."}


def test_links_that_lead_outside_and_what_is_no_file_are_not_read(tmp_path: Path) -> None:
    outside = tmp_path / "outside.wav"
    outside.touch()
    folder = folder_of(tmp_path / "set", a_wav="", a_txt="One.")
    (folder / "b.wav").symlink_to(outside)
    (folder / "c.wav").symlink_to("a.wav")
    (folder / "d.wav").symlink_to("d.wav")
    os.mkfifo(folder / "c.txt")
    gold = read(folder)
    assert texts(gold) == {"a.wav": "One."}
    assert [path.name for path, _ in gold.others] == ["c.wav"]
    (folder / "t.tsv").write_text("file\ttext\nb.wav\tTwo.\n")
    assert "there is no recording b.wav; check its name or its link" in refused(folder)


def test_recordings_without_transcripts_are_noted(tmp_path: Path) -> None:
    table = "file\ttext\nb.wav\t\nc.wav\tSea.\n"
    gold = read(folder_of(tmp_path, a_wav="", b_wav="", c_wav="", t_tsv=table))
    assert texts(gold) == {"c.wav": "Sea."}
    assert [str(path.name) for path, _ in gold.others] == ["a.wav", "b.wav"]
    (note,) = gold.notes()
    assert note == "without a transcript, and so left out: a.wav, b.wav"


def test_transcripts_that_nobody_has_read_over_are_noted(tmp_path: Path) -> None:
    gold = read(folder_of(tmp_path, a_wav="", t_tsv="file\ttext\tby\na.wav\tWon.\tpocketsphinx\n"))
    (note,) = gold.notes()
    assert note.startswith("1 transcript was written by pocketsphinx")
    assert "correct what is wrong in t.tsv" in note


def test_the_same_transcript_twice_is_none_too_many(tmp_path: Path) -> None:
    gold = read(folder_of(tmp_path, a_wav="", a_txt="One.", t_csv="file,text\na.wav,One.\n"))
    assert texts(gold) == {"a.wav": "One."}


def test_hidden_files_are_nobodys(tmp_path: Path) -> None:
    assert len(read(folder_of(tmp_path, a_wav="", a_txt="One.", _a_wav="", _x__b_wav="")).entries) == 1


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    outside = tmp_path / "outside.wav"
    outside.write_bytes(b"")
    table = (
        "file\ttext\tlanguage\n../outside.wav\tOne.\ten\n/etc/passwd\tTwo.\ten\na.wav\tThree.\tde\n"
        "gone.wav\tFour.\ten\nb.wav\t...\ten\nc.wav\tFive.\ten\nd.wav\n"
    )
    folder = folder_of(
        tmp_path / "set", a_wav="", b_wav="", c_wav="", c_txt="Six.", d_wav="", e_wav="", e_mp3="",
        e_txt="E.", f_wav="", f_txt=b"\xff\xfe", g_wav="", g_txt="la " * 2000, t_tsv=table,
    )  # fmt: skip
    told = refused(folder)
    assert told.startswith(f"there are 10 mistakes in {folder}")
    for sentence in (
        "t.tsv, line 2: ../outside.wav is outside of",
        "t.tsv, line 3: /etc/passwd is outside of",
        "t.tsv, line 4: unknown language 'de'",
        "t.tsv, line 5: there is no recording gone.wav",
        "t.tsv, line 6: there is nothing to be said in '...'",
        "t.tsv, line 7: c.wav has another transcript in c.txt",
        "t.tsv, line 8: there is one cell",
        "e.txt: it could belong to e.mp3 and to e.wav",
        "f.txt: byte 1 is not UTF-8",
        "g.txt: the text has",
    ):
        assert f"\n  {sentence}" in told


def test_many_mistakes_are_counted(tmp_path: Path) -> None:
    table = "file\ttext\n" + "".join(f"{n}.wav\tA.\n" for n in range(50))
    assert "and 38 more" in refused(folder_of(tmp_path, a_wav="", t_tsv=table))


def test_a_name_without_its_ending_may_be_two_recordings(tmp_path: Path) -> None:
    assert "a could be a.mp3 and a.wav" in refused(
        folder_of(tmp_path, a_wav="", a_mp3="", t_tsv="file\ttext\na\tOne.\n")
    )


def test_folders_that_are_none_or_of_no_use(tmp_path: Path) -> None:
    assert "is no folder: there is none" in refused(tmp_path / "gone")
    file = tmp_path / "file"
    file.write_text("")
    assert "is no folder: it is a file" in refused(file)
    assert "there are no recordings" in refused(tmp_path)
    (tmp_path / "a.wav").write_bytes(b"")
    assert "none of the 1 recordings" in refused(tmp_path)
    assert "into a.txt" in refused(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "shut", a_wav="")
    folder.chmod(0)
    assert "cannot read" in refused(folder)
    folder.chmod(0o700)


def test_many_are_listed_without_being_opened(tmp_path: Path) -> None:
    for number in range(500):
        (tmp_path / f"{number}.wav").touch(mode=0o000)
    (tmp_path / "t.tsv").write_text("file\ttext\n" + "".join(f"{n}.wav\tNumber {n}.\n" for n in range(500)))
    assert len(read(tmp_path).entries) == 500


def test_too_many_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST", 1)
    assert "more than 1 recordings" in refused(folder_of(tmp_path, a_wav="", b_wav=""))


def test_long_lists_are_shortened() -> None:
    assert listed([str(n) for n in range(14)]).endswith("11 and 2 more")
