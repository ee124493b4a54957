"""Files that other packages bring, found without importing them, and weights read out of them.

A file that torch.save wrote is a pickle, and a pickle can run anything. Owns reading numbers from one without
running any of it: it may hold plain values and tensors of 32-bit numbers, and whatever else it names is
refused.
"""

import io
import pickle
from collections import OrderedDict
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, distribution
from math import prod
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from visavis.errors import ModelError

Weights = NDArray[np.float32]

MAGIC: Final = 0x1950A86A20F9469CFC6C
PROTOCOL: Final = 1001


def brought(package: str, file: str) -> Path | None:
    """Where an installed package has a file; None where it is not installed, or has none such."""
    try:
        path = Path(str(distribution(package).locate_file(file)))
    except PackageNotFoundError:
        return None
    return path if path.is_file() else None


def tensors(path: Path, key: str) -> Mapping[str, Weights]:
    """The tensors under a key of a file that torch.save wrote before version 1.6. Blocks.

    Such a file is five pickles one after the other - a magic number, a version, what machine it was, the
    content, the keys of its storages - and then the storages in that order, each a count and its numbers
    (torch/serialization.py, _legacy_load).

    Raises:
        ModelError: it is none, or holds something else than weights.
    """
    try:
        content = _content(path.read_bytes())[key]
        return {name: weights for name, weights in content.items() if isinstance(weights, np.ndarray)}
    except (OSError, *_BROKEN) as error:
        raise ModelError(
            f"{path} holds no weights that can be read ({error}); install what brought it again"
        ) from error


_BROKEN: Final = (
    pickle.UnpicklingError, ValueError, LookupError, TypeError, AttributeError, EOFError, OverflowError
)  # fmt: skip
"""What a damaged pickle raises."""


def _content(written: bytes) -> Any:
    file = io.BytesIO(written)
    if (_Plain(file).load(), _Plain(file).load()) != (MAGIC, PROTOCOL):
        raise ValueError("it is no such file")
    _Plain(file).load()
    tensors_ = _Tensors(file, len(written) // 4)
    content = tensors_.load()
    for key in _Plain(file).load():
        count = int(np.frombuffer(file.read(8), "<i8")[0])
        tensors_.storages[key][:] = np.frombuffer(file.read(4 * count), "<f4")
    return content


class _Plain(pickle.Unpickler):
    """Reads numbers, texts, lists and dictionaries, and nothing that has to be called."""

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"it asks for {module}.{name}")


class _Tensors(_Plain):
    """Reads tensors too: views of storages, which are empty until they are filled."""

    def __init__(self, file: io.BytesIO, room: int) -> None:
        """room: numbers that the file can hold at most."""
        super().__init__(file)
        self.storages: dict[str, Weights] = {}
        self._room = room

    def find_class(self, module: str, name: str) -> Any:
        known = {
            ("collections", "OrderedDict"): OrderedDict,
            ("torch", "FloatStorage"): _FLOATS,
            ("torch._utils", "_rebuild_tensor_v2"): _view,
        }
        return known[module, name] if (module, name) in known else super().find_class(module, name)

    def persistent_load(self, reference: Any) -> Weights:
        kind, numbers, key, _, count, part = reference
        if kind != "storage" or numbers is not _FLOATS or part is not None:
            raise pickle.UnpicklingError(f"it holds {kind} of another kind than 32-bit numbers")
        if key not in self.storages:
            self._room -= count
            if not count >= 0 or self._room < 0:
                raise pickle.UnpicklingError(f"it promises {count} numbers and is too short for them")
            self.storages[key] = np.zeros(count, np.float32)
        return self.storages[key]


_FLOATS: Final = object()


def _view(
    storage: Weights, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: object
) -> Weights:
    """The tensor that lies in a storage from a number on, row after row."""
    rows = tuple(int(prod(shape[axis + 1 :])) for axis in range(len(shape)))
    if tuple(strides) != rows or not 0 <= offset <= len(storage) - prod(shape):
        raise pickle.UnpicklingError("a tensor in it does not lie row after row")
    return storage[offset : offset + prod(shape)].reshape(shape)
