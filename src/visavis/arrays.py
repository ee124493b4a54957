"""A tree of plain things as bytes, and back: what a prepared face or a found one is kept as.

A tree is made of frozen dataclasses, tuples, dicts by str, numbers, str, bytes, None, slices and numpy
arrays. The bytes hold a JSON head and then the raw arrays, little-endian, each at a multiple of 64; what
is read back shares them, so it costs no time. The reader says which type it wants, and gets that or a
ValueError: nothing in the bytes names a class, and no code is run for them.
"""

import dataclasses
import json
import math
import struct
from collections.abc import Callable, Mapping
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")

ALIGNMENT: Final = 64
DTYPES: Final = ("|b1", "|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8", "<f2", "<f4", "<f8")

# Magic and version, the head's length, the body's length.
_START: Final = struct.Struct("<8sQQ")
_MAGIC: Final = b"visavis1"


def packed(tree: object) -> bytes:
    """A tree as bytes; the same tree always as the same bytes.

    Raises:
        TypeError: there is something else in it. A numpy scalar is something else too: it would come
            back as a number of Python's, which promotes float32 arrays differently.
    """
    body = _Body()
    head = json.dumps(_plain(tree, body), separators=(",", ":")).encode()
    start = _START.pack(_MAGIC, len(head), body.size) + head
    return b"".join((start, bytes(-len(start) % ALIGNMENT), *body.parts))


def unpacked(content: bytes, kind: type[T]) -> T:
    """The tree in bytes that `packed` made of a `kind`. Its arrays are read-only views of the bytes.

    Raises:
        ValueError: they are no such bytes, or not of a `kind`.
        TypeError: `kind` itself is nothing that a tree is made of.
    """
    try:
        head, body = _parted(content)
        return cast(T, _shaped(json.loads(head), kind, body))
    except RecursionError as error:
        raise ValueError("far too deep a tree") from error


class _Body:
    """The raw parts of a tree, one behind the other."""

    def __init__(self) -> None:
        self.parts: list[bytes | memoryview] = []
        self.size = 0

    def add(self, raw: bytes | memoryview) -> int:
        """Append a part; where it begins."""
        at = self.size
        gap = -len(raw) % ALIGNMENT
        self.parts += raw, bytes(gap)
        self.size += len(raw) + gap
        return at


def _plain(tree: object, body: _Body) -> object:
    """A tree as JSON has it, its arrays and bytes moved to the body."""
    if tree is None or type(tree) in (bool, int, float, str):
        return tree
    if isinstance(tree, bytes):
        return [len(tree), body.add(tree)]
    if isinstance(tree, np.ndarray):
        return _array_plain(tree, body)
    if isinstance(tree, slice):
        return [_plain(part, body) for part in (tree.start, tree.stop, tree.step)]
    if isinstance(tree, tuple):
        return [_plain(item, body) for item in tree]
    if isinstance(tree, dict) and all(type(name) is str for name in tree):
        return {name: _plain(item, body) for name, item in tree.items()}
    if dataclasses.is_dataclass(tree) and not isinstance(tree, type):
        return {f.name: _plain(getattr(tree, f.name), body) for f in dataclasses.fields(tree)}
    raise TypeError(f"a {type(tree).__name__} is nothing that can be packed")


def _array_plain(array: NDArray[Any], body: _Body) -> object:
    dtype = array.dtype.newbyteorder("<")
    if dtype.str not in DTYPES:
        raise TypeError(f"an array of {array.dtype} is nothing that can be packed")
    raw = np.ascontiguousarray(array, dtype).reshape(-1).view(np.uint8)
    return [dtype.str, list(array.shape), body.add(raw.data)]


def _parted(content: bytes) -> tuple[bytes, memoryview]:
    """Head and body of packed bytes."""
    if len(content) < _START.size:
        raise ValueError("too short for a packed tree")
    magic, head, body = _START.unpack_from(content)
    begin = _START.size + head
    begin += -begin % ALIGNMENT
    if magic != _MAGIC or begin + body != len(content):
        raise ValueError("no packed tree, or only a part of one")
    return content[_START.size : _START.size + head], memoryview(content)[begin:]


def _shaped(plain: Any, kind: Any, body: memoryview) -> object:
    """What JSON says, as a thing of the wanted kind."""
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return _optional(plain, kind, body)
    if origin is Literal:
        if any(type(plain) is type(word) and plain == word for word in get_args(kind)):
            return plain
        raise _unfit(plain, kind)
    if dataclasses.is_dataclass(kind):
        return _dataclass(plain, kind, body)
    plainly = origin or kind
    if isinstance(plainly, type) and issubclass(plainly, tuple):
        return _tuple(plain, kind, body)
    if plainly in _SHAPERS:
        return _SHAPERS[plainly](plain, kind, body)
    raise TypeError(f"a {kind} is nothing that can be unpacked")


def _optional(plain: Any, kind: Any, body: memoryview) -> object:
    kinds = [each for each in get_args(kind) if each is not NoneType]
    if len(kinds) != 1:
        raise TypeError(f"{kind} leaves open what is to be unpacked")
    return None if plain is None else _shaped(plain, kinds[0], body)


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _dataclass(plain: Any, kind: Any, body: memoryview) -> object:
    names = [field.name for field in dataclasses.fields(kind)]
    if not isinstance(plain, dict) or sorted(plain) != sorted(names):
        raise _unfit(plain, kind)
    hints = _hints(kind)
    return kind(**{name: _shaped(plain[name], hints[name], body) for name in names})


def _tuple(plain: Any, kind: Any, body: memoryview) -> object:
    if named := getattr(kind, "_fields", None):
        kinds = tuple(_hints(kind)[name] for name in named)
    else:
        kinds = get_args(kind)
    if kinds[-1:] == (...,) and isinstance(plain, list):
        kinds = kinds[:1] * len(plain)
    if not isinstance(plain, list) or len(plain) != len(kinds):
        raise _unfit(plain, kind)
    items = [_shaped(item, each, body) for item, each in zip(plain, kinds, strict=True)]
    return kind(*items) if named else tuple(items)


def _dict(plain: Any, kind: Any, body: memoryview) -> object:
    names, items = get_args(kind)
    if names is not str:
        raise TypeError(f"{kind} is nothing that can be unpacked: its keys are no str")
    if not isinstance(plain, dict):
        raise _unfit(plain, kind)
    return {name: _shaped(item, items, body) for name, item in plain.items()}


def _slice(plain: Any, kind: Any, _: memoryview) -> object:
    if not isinstance(plain, list) or len(plain) != 3:
        raise _unfit(plain, kind)
    if not all(part is None or type(part) is int for part in plain):
        raise _unfit(plain, kind)
    return slice(*plain)


def _bytes(plain: Any, kind: Any, body: memoryview) -> object:
    if not isinstance(plain, list) or len(plain) != 2 or not all(map(_is_length, plain)):
        raise _unfit(plain, kind)
    length, at = plain
    return bytes(_stretch(body, at, length))


def _array(plain: Any, kind: Any, body: memoryview) -> object:
    if not isinstance(plain, list) or len(plain) != 3:
        raise _unfit(plain, kind)
    dtype, shape, at = plain
    if dtype not in DTYPES or not isinstance(shape, list) or not all(map(_is_length, [at, *shape])):
        raise _unfit(plain, kind)
    wanted = get_args(get_args(kind)[1])[0] if get_args(kind) else Any
    if wanted is not Any and not np.issubdtype(np.dtype(dtype), wanted):
        raise _unfit(dtype, kind)
    length = math.prod(shape) * np.dtype(dtype).itemsize
    return np.ndarray(shape, dtype, _stretch(body, at, length))


def _stretch(body: memoryview, at: int, length: int) -> memoryview:
    if at % ALIGNMENT or at + length > len(body):
        raise ValueError(f"{length} bytes from {at} on are not to be had of {len(body)}")
    return body[at : at + length]


def _scalar(plain: Any, kind: Any, _: memoryview) -> object:
    if type(plain) is kind or (kind is float and type(plain) is int):
        return plain
    raise _unfit(plain, kind)


def _is_length(value: object) -> bool:
    return type(value) is int and value >= 0


def _unfit(plain: object, kind: Any) -> ValueError:
    return ValueError(f"{str(plain)[:60]!r} is no {getattr(kind, '__name__', kind)}")


_SHAPERS: Final[dict[Any, Callable[[Any, Any, memoryview], object]]] = {
    **dict.fromkeys((bool, int, float, str, NoneType), _scalar),
    bytes: _bytes,
    dict: _dict,
    slice: _slice,
    np.ndarray: _array,
}
