import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from visavis.avatars.vault import Folder, new_id
from visavis.avatars.vault.names import checked_owner, joined, split

ID = "0123456789abcdef0123456789abcdef"


def test_ids_are_new_each_time() -> None:
    ids = {new_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(re.fullmatch("[0-9a-f]{32}", id_) for id_ in ids)


@pytest.mark.parametrize(
    ("owner", "file", "name"),
    [("local", ID, f"local/{ID}"), ("a-1", f"{ID}/picture", f"a-1/{ID}/picture"), ("-" * 64, ID, None)],
)
def test_what_names_are(owner: str, file: str, name: str | None) -> None:
    assert joined(owner, file) == (name or f"{owner}/{file}")
    assert split(joined(owner, file)) == (owner, file)


@pytest.mark.parametrize("owner", ["", "..", ".", "a/b", "A", "a b", "ä", "a\n", "٣", "a" * 65, "a\0"])
def test_what_owners_are_not(owner: str) -> None:
    with pytest.raises(ValueError, match="is no owner"):
        joined(owner, ID)
    with pytest.raises(ValueError, match="is no owner"):
        checked_owner(owner)


@pytest.mark.parametrize(
    "file",
    [
        *("", ID[:-1], ID + "0", ID.upper(), f"{ID}/", f"/{ID}", f"{ID}/..", f"{ID}/a/b", f"{ID}/{'a' * 33}"),
        *(f"{ID}\n", f"{ID}/a\n", f"../{ID}", f"{ID}\\a", "g" * 32, f"{ID}/a.sealed", "٣" * 32),
    ],
)
def test_what_files_are_not(file: str) -> None:
    with pytest.raises(ValueError, match="is no file"):
        joined("local", file)
    assert split(f"local/{file}") is None


@given(some.text(), some.text() | some.just(ID) | some.text().map(lambda part: f"{ID}/{part}"))
@example("..", ID)
@example("a", "../../../etc/passwd")
def test_no_name_leads_out_of_its_owners_folder(owner: str, file: str) -> None:
    root = Path("/vault")
    try:
        name = joined(owner, file)
    except ValueError:
        return
    path = Folder(root).path(name)
    assert path == Path(str(path)).resolve()
    assert path.relative_to(root / owner).parts
    assert split(name) == (owner, file)


@given(some.from_regex(r"[a-z0-9-]{1,64}", fullmatch=True), some.uuids(), some.sampled_from(["", "/picture"]))
def test_names_do_not_collide(owner: str, uuid: object, part: str) -> None:
    file = str(uuid).replace("-", "") + part
    assert split(joined(owner, file)) == (owner, file)


def test_a_file_is_not_in_the_way_of_its_parts() -> None:
    folder = Folder(Path("/vault"))
    assert folder.path(joined("local", ID)) not in folder.path(joined("local", f"{ID}/picture")).parents
