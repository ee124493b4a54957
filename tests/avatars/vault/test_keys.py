import base64
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from visavis.avatars.vault import MasterKeys, Unreadable
from visavis.avatars.vault.cipher import MasterKey
from visavis.avatars.vault.keys import parsed
from visavis.errors import StorageError

from .conftest import NEW, OLD

OLD_ID, NEW_ID = MasterKey(OLD).id, MasterKey(NEW).id


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_key_file_is_made_at_first_use_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "data" / "master.key"
    keys = MasterKeys.found(file, {})
    assert mode_of(file) == 0o600
    assert mode_of(file.parent) == 0o700
    assert MasterKeys.found(file, {}).ids == keys.ids
    assert len(keys.ids) == 1
    assert MasterKeys.found(tmp_path / "other.key", {}).ids != keys.ids


def test_the_usual_file_is_in_the_users_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    keys = MasterKeys.found(environ={})
    assert Path(keys.where).name == "master.key"
    assert Path(keys.where).is_relative_to(tmp_path)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620, 0o601, 0o777])
def test_a_key_file_that_others_may_use_is_refused(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "master.key"
    MasterKeys.kept_in(file)
    file.chmod(mode)
    sentence = (
        rf"others may use the master keys in .*master\.key \(mode {mode:04o}\); run: chmod 600 .*master\.key$"
    )
    with pytest.raises(StorageError, match=sentence):
        MasterKeys.kept_in(file)
    file.chmod(0o400)
    assert MasterKeys.kept_in(file).ids


def test_many_first_users_at_once_have_one_key(tmp_path: Path) -> None:
    script = "import sys, pathlib; from visavis.avatars.vault import MasterKeys; sys.stdin.read()\n"
    script += "print(MasterKeys.kept_in(pathlib.Path(sys.argv[1])).current.id)"
    users = [
        subprocess.Popen(
            [sys.executable, "-c", script, tmp_path / "master.key"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for _ in range(3)
    ]
    ids = {user.communicate()[0].strip() for user in users}
    assert len(ids) == 1
    assert b"" not in ids


def test_a_new_key_comes_first_and_the_older_ones_stay(tmp_path: Path) -> None:
    file = tmp_path / "master.key"
    keys = MasterKeys.kept_in(file)
    first = keys.current.id
    second = keys.add()
    assert [*keys.ids] == [*MasterKeys.kept_in(file).ids] == [second, first]
    third = keys.add()
    assert [*keys.ids] == [third, second, first]
    assert keys.current.id == third
    assert mode_of(file) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == [".master.key.lock", "master.key"]


def test_remarks_in_a_key_file_outlive_a_new_key(tmp_path: Path) -> None:
    file = tmp_path / "master.key"
    file.write_text(f"# ours\n\n{OLD.hex()}  # of last year\n")
    file.chmod(0o600)
    keys = MasterKeys.kept_in(file)
    new = keys.add()
    assert keys.ids == (new, OLD_ID)
    assert "# of last year" in file.read_text()


def test_what_is_left_of_a_killed_writer_is_not_in_the_way(tmp_path: Path) -> None:
    (tmp_path / ".master.key.part").write_text("half of")
    keys = MasterKeys.kept_in(tmp_path / "master.key")
    keys.add()
    assert not (tmp_path / ".master.key.part").exists()


def test_a_link_to_a_key_file_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    link = tmp_path / "master.key"
    link.symlink_to(tmp_path / "secrets" / "key")
    MasterKeys.kept_in(link).add()
    assert link.is_symlink()
    assert len(MasterKeys.kept_in(tmp_path / "secrets" / "key").ids) == 2


def test_a_key_that_comes_to_the_file_later_is_found(tmp_path: Path) -> None:
    served, rotated = MasterKeys.kept_in(tmp_path / "key"), MasterKeys.kept_in(tmp_path / "key")
    new = rotated.add()
    assert served.named(new).id == new
    assert served.current.id == new


def test_what_is_written_is_for_the_key_that_came_to_the_file_last(tmp_path: Path) -> None:
    served, rotated = MasterKeys.kept_in(tmp_path / "key"), MasterKeys.kept_in(tmp_path / "key")
    new = rotated.add()
    assert served.newest().id == new
    (tmp_path / "key").unlink()
    with pytest.raises(StorageError, match="cannot read the master keys"):
        served.newest()


def test_a_file_of_something_else_is_not_written_over(tmp_path: Path) -> None:
    file = tmp_path / "master.key"
    keys = MasterKeys.kept_in(file)
    file.write_text("something else")
    with pytest.raises(StorageError, match=r"master key 1 in .*master.key is not 32 bytes"):
        keys.add()
    assert file.read_text() == "something else"


def test_places_where_there_can_be_no_key_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(
        StorageError, match=r"cannot write the master keys in .*key: not a directory|file exists"
    ):
        MasterKeys.kept_in(tmp_path / "file" / "key")
    with pytest.raises(StorageError, match=r"cannot read the master keys in .*: is a directory"):
        MasterKeys.kept_in(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_folders_that_are_closed_to_us(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StorageError, match=r"cannot write the master keys in .*: permission denied"):
        MasterKeys.kept_in(tmp_path / "key")
    tmp_path.chmod(0o000)
    with pytest.raises(StorageError, match=r"cannot .* the master keys in .*: permission denied"):
        MasterKeys.kept_in(tmp_path / "key")
    tmp_path.chmod(0o700)


@pytest.mark.parametrize(
    "written",
    [
        OLD.hex(),
        OLD.hex().upper(),
        base64.b64encode(OLD).decode(),
        base64.urlsafe_b64encode(OLD).decode().rstrip("="),
        f"  {OLD.hex()}\n",
    ],
)
def test_ways_to_write_a_key(tmp_path: Path, written: str) -> None:
    keys = MasterKeys.found(tmp_path / "key", {"VISAVIS_MASTER_KEY": written})
    assert keys.ids == (OLD_ID,)
    assert list(tmp_path.iterdir()) == []


@given(some.binary(min_size=32, max_size=32), some.sampled_from([base64.b64encode, base64.urlsafe_b64encode]))
def test_every_key_can_be_written_in_base64(secret: bytes, encode: "object") -> None:
    assert callable(encode)
    text = encode(secret).decode()
    assert [key.id for key in parsed(text, "it")] == [MasterKey(secret).id]
    assert [key.id for key in parsed(text.rstrip("="), "it")] == [MasterKey(secret).id]


@given(some.text())
def test_any_other_text_is_one_sentence_that_does_not_repeat_it(text: str) -> None:
    said = ""
    try:
        assert parsed(text, "that place")
    except StorageError as error:
        said = str(error)
    none, wrong = (
        "there is no master key in that place",
        r"master key \d+ in that place is not 32 bytes in base64 or hex",
    )
    assert not said or re.fullmatch(rf"({none}|{wrong}); make one with: openssl rand -base64 32", said)


@pytest.mark.parametrize("between", [" ", ",", ", ", "\n", "\n# the older one\n"])
def test_several_keys_the_newest_first(between: str) -> None:
    text = f"{NEW.hex()}{between}{base64.b64encode(OLD).decode()}"
    keys = MasterKeys.found(environ={"VISAVIS_MASTER_KEY": text})
    assert keys.ids == (NEW_ID, OLD_ID)
    assert keys.current.id == NEW_ID


def test_keys_of_the_environment_are_added_to_by_hand() -> None:
    keys = MasterKeys.found(environ={"VISAVIS_MASTER_KEY": OLD.hex()})
    with pytest.raises(
        StorageError, match="come from VISAVIS_MASTER_KEY; put the new one first there yourself"
    ):
        keys.add()


def test_a_key_that_is_not_there_is_told_by_its_id() -> None:
    keys = MasterKeys.of(NEW)
    with pytest.raises(
        Unreadable, match=f"locked with master key {OLD_ID}, .* \\(there: {NEW_ID}\\); put that key"
    ):
        keys.named(OLD_ID)


def test_a_command_prints_the_keys(tmp_path: Path) -> None:
    secret = tmp_path / "a secret"
    secret.write_text(f"{NEW.hex()}\n{OLD.hex()}\n")
    keys = MasterKeys.found(environ={"VISAVIS_MASTER_KEY_COMMAND": f"cat {shlex.quote(str(secret))}"})
    assert keys.ids == (NEW_ID, OLD_ID)


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("false", "it ended with status 1"),
        ("no-such-program-here", "no such file or directory"),
        ("'unclosed", "it cannot be read as a command"),
        ("   ", "it cannot be read as a command"),
        ("printf '\\377'", "printed|prints is no text"),
        ("true", "there is no master key in what VISAVIS_MASTER_KEY_COMMAND prints"),
        ("echo secret", "master key 1 in what VISAVIS_MASTER_KEY_COMMAND prints is not 32 bytes"),
    ],
)
def test_a_command_that_gives_none(command: str, sentence: str) -> None:
    with pytest.raises(StorageError, match=sentence) as caught:
        MasterKeys.found(environ={"VISAVIS_MASTER_KEY_COMMAND": command})
    assert "secret" not in str(caught.value)


def test_two_ways_at_once_are_one_too_many() -> None:
    both = {"VISAVIS_MASTER_KEY": OLD.hex(), "VISAVIS_MASTER_KEY_COMMAND": "true"}
    with pytest.raises(StorageError, match="are both set; unset one of them"):
        MasterKeys.found(environ=both)
