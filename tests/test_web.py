"""What the build of the web page does beside calling Node."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

BUILD = Path(__file__).parent.parent / "web" / "build.py"


@pytest.fixture
def build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("page_build", BUILD)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_licences_of_what_is_in_the_page_lie_beside_it(build: ModuleType, tmp_path: Path) -> None:
    packages = {
        "": {"version": "0.1.0"},
        "node_modules/@fonts/one": {"version": "5.3.0"},
        "node_modules/tool": {"version": "1.0.0", "dev": True},
    }
    (tmp_path / "package-lock.json").write_text(json.dumps({"packages": packages}))
    for name in ("@fonts/one", "tool"):
        folder = tmp_path / "node_modules" / name
        folder.mkdir(parents=True)
        (folder / "LICENSE").write_text(f"You may use {name}.\n")
    told = build.licences(tmp_path)
    assert told.startswith("@fonts/one 5.3.0\n\nYou may use @fonts/one.\n")
    assert "tool" not in told


def test_what_the_page_is_made_with_has_a_licence_to_show(build: ModuleType) -> None:
    locked = json.loads((BUILD.parent / "package-lock.json").read_text())["packages"]
    used = [place for place, package in locked.items() if place and not package.get("dev")]
    assert {place.rpartition("/")[2] for place in used} == {"vazirmatn", "react", "react-dom", "scheduler"}
    assert {locked[place]["license"] for place in used} == {"OFL-1.1", "MIT"}
    assert build.LICENCES.parts[-3:] == ("page", "assets", "licenses.txt")
