"""Small models to pull, and wheels that hold them."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from random import Random
from zipfile import ZipFile

from visavis.models import Entry, HubRepository, Licence, ModelFile, ReleaseFile, Wheel


def noise(size: int, seed: int = 0) -> bytes:
    """Bytes that do not compress, always the same."""
    return Random(seed).randbytes(size)


def file_of(name: str, content: bytes, member: str = "") -> ModelFile:
    return ModelFile(name, len(content), sha256(content).hexdigest(), member)


def entry_of(source: HubRepository | ReleaseFile | Wheel, *files: ModelFile, name: str = "toy") -> Entry:
    return Entry(name, "to play with", files, Licence("CC0-1.0", "nobody"), source)


def make_wheel(folder: Path, members: Mapping[str, bytes], tag: str = "py3-none-any") -> Path:
    """Write toy_models-1.0-{tag}.whl, as pip takes it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"toy_models-1.0-{tag}.whl"
    info = "toy_models-1.0.dist-info"
    with ZipFile(path, "w") as wheel:
        for member, content in members.items():
            wheel.writestr(member, content)
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: toy-models\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n")
        wheel.writestr(f"{info}/RECORD", "")
    return path


def lying(folder: Path) -> list[str]:
    """Every file below a folder except locks, by relative path."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(str(path) for path in found if path.suffix != ".lock")
