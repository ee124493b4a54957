"""A tree comes back as it was; any other bytes are a ValueError and nothing else."""

import contextlib
import json
import struct
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from visavis.arrays import ALIGNMENT, DTYPES, packed, unpacked
from visavis.media import Language, Pixels, Samples


class Corner(NamedTuple):
    x: float
    y: float


@dataclass(frozen=True, eq=False)
class Leaf:
    pixels: Pixels
    anything: NDArray[Any]
    raw: bytes


@dataclass(frozen=True, eq=False)
class Tree:
    name: str
    count: int
    share: float
    sure: bool
    language: Language | None
    corner: Corner
    window: tuple[slice, slice]
    leaves: tuple[Leaf, ...]
    by_name: dict[str, NDArray[np.float32]]
    nothing: None = None


def same(one: Any, other: Any) -> bool:
    """The same to the last bit, in type, dtype and shape."""
    if isinstance(one, np.ndarray):
        alike = one.dtype == other.dtype and one.shape == other.shape
        return bool(alike and one.tobytes() == other.tobytes())
    if is_dataclass(one):
        return all(same(getattr(one, f.name), getattr(other, f.name)) for f in fields(one))
    if isinstance(one, float):
        return isinstance(other, float) and struct.pack("d", one) == struct.pack("d", other)
    if isinstance(one, tuple):
        return type(one) is type(other) and len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[name], other[name]) for name in one)
    return type(one) is type(other) and bool(one == other)


arrays = st.sampled_from([np.dtype(name) for name in DTYPES]).flatmap(
    lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
)
floats32 = hnp.arrays(np.float32, hnp.array_shapes(min_side=0, max_side=5))
pixels = hnp.arrays(np.uint8, st.tuples(st.integers(0, 4), st.integers(0, 4), st.just(3)))
ends = st.none() | st.integers(-9, 9)
slices = st.builds(slice, ends, ends, ends)
numbers = st.floats(allow_nan=False)
trees = st.builds(
    Tree,
    name=st.text(),
    count=st.integers(),
    share=numbers,
    sure=st.booleans(),
    language=st.sampled_from(["en", "zh", "es", "fa", None]),
    corner=st.builds(Corner, numbers, numbers),
    window=st.tuples(slices, slices),
    leaves=st.lists(st.builds(Leaf, pixels, arrays, st.binary(max_size=200)), max_size=3).map(tuple),
    by_name=st.dictionaries(st.text(max_size=4), floats32, max_size=3),
)
EXAMPLE = Tree(
    name="Käthe 王",
    count=-3,
    share=0.1,
    sure=True,
    language="fa",
    corner=Corner(1.5, -0.0),
    window=(slice(1, 4), slice(None)),
    leaves=(Leaf(np.full((2, 3, 3), 7, np.uint8), np.arange(5.0), b"\0\1"),),
    by_name={"a": np.ones((2, 2), np.float32)},
)


@settings(deadline=None)
@given(trees)
def test_a_tree_comes_back_as_it_was(tree: Tree) -> None:
    content = packed(tree)
    again = unpacked(content, Tree)
    assert same(tree, again)
    assert packed(again) == content


@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_in_any_order_come_back(order: Any) -> None:
    array = np.arange(24.0).reshape(2, 3, 4).transpose(2, 0, 1).astype(">f8", order=order)[::2, ::-1]
    assert np.array_equal(unpacked(packed(array), np.ndarray), array)


def test_arrays_are_aligned_views_that_nobody_can_write_to() -> None:
    content = packed((b"odd", np.ones(3, np.float32), np.zeros((2, 2))))
    _, one, other = unpacked(content, tuple[bytes, Samples, NDArray[np.float64]])
    whole = np.frombuffer(content, np.uint8)
    for array in (one, other):
        assert np.shares_memory(array, whole)
        begin = array.__array_interface__["data"][0] - whole.__array_interface__["data"][0]
        assert begin % ALIGNMENT == 0
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 5


@pytest.mark.parametrize(
    "tree",
    [
        np.float64(0.5),
        (1, np.float32(2)),
        np.array(["a"]),
        np.array([None]),
        np.array([1j]),
        {1: "a"},
        [1, 2],
        {1, 2},
        object(),
        Tree,
        print,
        1j,
    ],
    ids=lambda tree: type(tree).__name__,
)
def test_what_is_no_part_of_a_tree_cannot_be_packed(tree: object) -> None:
    with pytest.raises(TypeError, match="nothing that can be packed"):
        packed(tree)


@pytest.mark.parametrize("kind", [object, list[int], int | str, Any, dict[int, str]], ids=str)
def test_a_kind_that_leaves_open_what_it_is(kind: Any) -> None:
    with pytest.raises(TypeError, match="unpacked"):
        unpacked(packed({"a": 1}), kind)


@pytest.mark.parametrize(
    ("tree", "kind"),
    [
        (1.5, int),
        (True, int),
        (1, bool),
        ("1", float),
        ("de", Language),
        (None, str),
        ((1, 2), tuple[int]),
        ((1, "a"), tuple[int, ...]),
        (b"", str),
        ({"a": 1}, dict[str, str]),
        ((1, 2), slice),
        (np.ones(2), Samples),
        (np.ones(2), Pixels),
        ({"pixels": 1}, Leaf),
        (EXAMPLE.leaves[0], Tree),
        ((1.0,), Corner),
    ],
    ids=str,
)
def test_another_kind_than_the_wanted_one(tree: object, kind: Any) -> None:
    with pytest.raises(ValueError, match=" is no "):
        unpacked(packed(tree), kind)


def test_a_whole_number_is_a_number() -> None:
    assert unpacked(packed(3), float) == 3


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_changed_bytes_are_a_tree_or_a_value_error(data: st.DataObject) -> None:
    content = bytearray(packed(EXAMPLE))
    head = 24 + struct.unpack_from("<8sQQ", content)[1]
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, head + 9))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ValueError):
        assert isinstance(unpacked(bytes(content), Tree), Tree)


@settings(deadline=None)
@given(st.binary(max_size=200), st.integers(0, 2000))
def test_other_bytes_and_parts_are_a_value_error(junk: bytes, length: int) -> None:
    content = packed(EXAMPLE)
    for bad in (junk, content[:length], content + junk, junk + content):
        assume(bad != content)
        with pytest.raises(ValueError, match=r".{10}"):
            unpacked(bad, Tree)


def forged(head: object, body: bytes = b"") -> bytes:
    text = head if isinstance(head, bytes) else json.dumps(head).encode()
    start = struct.pack("<8sQQ", b"visavis1", len(text), len(body)) + text
    return start + bytes(-len(start) % ALIGNMENT) + body


@pytest.mark.parametrize(
    "head",
    [
        ["<f4", [1 << 62], 0],
        ["<f4", [1 << 40, 0, 1 << 40], 0],
        ["<f4", [0, 1 << 64], 0],
        ["<f4", [1] * 65, 0],
        ["<f4", [-1], 0],
        ["<f4", [True], 0],
        ["<f4", [16], 64],
        ["<f4", [16], 1],
        ["<f4", [16], 1 << 80],
        ["<f4", [17], 0],
        ["|O", [8], 0],
        ["|V8", [8], 0],
        ["<M8[s]", [8], 0],
        [["<f4"], [8], 0],
        [{"names": ["a"]}, [8], 0],
        {"dtype": "<f4"},
        None,
        b"[" * 100_000,
        b"\xff\xfe",
        b"9" * 5000,
        b"",
    ],
    ids=lambda head: str(head)[:30],
)
def test_arrays_that_cannot_be(head: object) -> None:
    with pytest.raises(ValueError, match=r".{10}"):
        unpacked(forged(head, bytes(64)), np.ndarray)


def test_a_forged_array_that_can_be_is_read() -> None:
    assert unpacked(forged(["<f4", [4, 4], 0], bytes(64)), np.ndarray).shape == (4, 4)
