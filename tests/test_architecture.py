"""Holds the imports, as they stand in the source, against the order of docs/architecture.md."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import visavis

ROOT = Path(visavis.__file__).parent

ORDER = (
    "media",
    "errors",
    "streams",
    "contracts",
    "stopwatch",
    "tidying",
    "arrays",
    "sound",
    "reading",
    "soundtrack",
    "language",
    "portrait",
    "voices",
    "motion",
    "engines",
    "models",
    "conversation",
    "transports",
    "credentials",
    "render",
    "sheet",
    "intake",
    "avatars",
    "renderings",
    "config",
    "plugins",
    "apart",
    "server",
    "evaluate",
    "commands",
    "cli",
)

# What takes its time to import, or takes a network or a device with it.
HEAVY = {
    "numpy",
    "cv2",
    "av",
    "PIL",
    "torch",
    "ai_edge_litert",
    "onnxruntime",
    "wetext",
    "pydantic",
    "fastapi",
    "sqlalchemy",
    "alembic",
    "cryptography",
    "structlog",
    "c2pa",
    "aiortc",
    "openai",
    "pocketsphinx",
    "tqdm",
}

STARTERS = {
    "Thread",
    "Timer",
    "Queue",
    "LifoQueue",
    "SimpleQueue",
    "ThreadPoolExecutor",
    "ProcessPoolExecutor",
    "create_task",
    "ensure_future",
    "TaskGroup",
    "to_thread",
}

MODULES = sorted(path.relative_to(ROOT) for path in ROOT.rglob("*.py"))


def named(path: Path) -> tuple[str, ...]:
    """engines/face/warp/__init__.py is ("engines", "face", "warp")."""
    return tuple(part for part in path.with_suffix("").parts if part != "__init__")


def engine(module: tuple[str, ...]) -> tuple[str, ...]:
    """Kind and name: an engine is a file, a folder, or files that share its name, as espeak_voices does."""
    return (*module[1:2], *(part.partition("_")[0] for part in module[2:3]))


def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text("utf-8"))


def imported(path: Path) -> Iterator[tuple[str, ...]]:
    """Our own modules that a file imports, at its top or anywhere within, for types or in earnest."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield tuple(name.name.split("."))
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            module = tuple((node.module or "").split("."))
            for name in node.names:
                deeper = (*module, name.name)
                file = ROOT.joinpath(*deeper[1:])
                is_module = file.is_dir() or file.with_suffix(".py").is_file()
                yield deeper if module[0] == "visavis" and is_module else module


def ours(path: Path) -> Iterator[tuple[str, ...]]:
    for module in imported(path):
        if module[0] == "visavis" and len(module) > 1:
            yield module[1:]


def test_every_module_has_its_place_in_the_order() -> None:
    assert {named(path)[0] for path in MODULES if named(path)} <= set(ORDER)


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_imports_point_up(path: Path) -> None:
    if not (here := named(path)):
        assert not list(ours(path)), "visavis itself imports nothing of its own"
        return
    for module in ours(path):
        if module[0] != here[0]:
            assert ORDER.index(module[0]) < ORDER.index(here[0]), f"{here} imports {module}"


@pytest.mark.parametrize("path", [path for path in MODULES if path.parts[0] == "engines"], ids=str)
def test_an_engine_imports_no_other_engine(path: Path) -> None:
    here = engine(named(path))
    for module in ours(path):
        if module[0] == "engines":
            assert engine(module) == here, f"{here} imports {module}"


@pytest.mark.parametrize("path", [path for path in MODULES if named(path) != ("streams",)], ids=str)
def test_queues_threads_and_tasks_live_in_streams_only(path: Path) -> None:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute):
            assert node.attr not in STARTERS, f"{path}:{node.lineno} uses {node.attr}"
        elif isinstance(node, ast.ImportFrom) and node.module in {"asyncio", "queue", "threading"}:
            assert not STARTERS & {name.name for name in node.names}, f"{path}:{node.lineno}"


@pytest.mark.parametrize("module", ["visavis", "visavis.cli", "visavis.plugins", "visavis.config"])
def test_what_every_command_imports_is_light(module: str) -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", f"import sys, {module}; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert module in loaded
    assert not HEAVY & set(loaded)


def test_the_order_is_the_one_that_is_documented() -> None:
    text = (ROOT.parents[1] / "docs" / "architecture.md").read_text("utf-8")
    rooms = [
        room.strip("`/").split("/")[0]
        for line in text.splitlines()
        if line.startswith("| `")
        for room in line.split("|")[1].split(",")
        for room in [room.strip()]
    ]
    known = list(dict.fromkeys(room.strip("`/") for room in rooms))
    assert known == [room for room in ORDER if room in known]
    assert set(known) >= {"media", "streams", "engines", "render"}
