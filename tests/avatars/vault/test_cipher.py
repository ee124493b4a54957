import hmac

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from visavis.avatars.vault import MasterKeys, cipher
from visavis.avatars.vault.cipher import CHUNK, HEAD, SEALED_CHUNK, FileCipher, MasterKey, Sealing, Unreadable

NAME = "local/00000000000000000000000000000001/picture"
OTHER = "local/00000000000000000000000000000002/picture"
KEYS = MasterKeys.of(bytes(32))
MASTER = KEYS.current
EDGES = [0, 1, 15, 16, 17, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK - 1, 2 * CHUNK, 2 * CHUNK + 1]
sizes = some.sampled_from(EDGES) | some.integers(0, 5 * CHUNK)


def sealed(content: bytes, name: str = NAME, pieces: int = 1 << 30, master: MasterKey = MASTER) -> bytes:
    """A whole file as it is stored."""
    head, file_cipher = cipher.begun(master, name)
    sealing = Sealing(file_cipher)
    chunks = [
        chunk for at in range(0, len(content), pieces) for chunk in sealing.feed(content[at : at + pieces])
    ]
    return b"".join([head, *chunks, sealing.finish()])


def opened(file: bytes, start: int = 0, stop: int | None = None, name: str = NAME) -> bytes:
    """What a reader makes of a stored file."""
    size = cipher.content_size(len(file), name)
    master = KEYS.named(cipher.master_id(file[:HEAD], name))
    file_cipher = FileCipher(master.unwrap(file[:HEAD], name), name)
    return b"".join(
        file_cipher.open(span.number, span.last, file[span.at : span.at + SEALED_CHUNK])[
            span.first : span.until
        ]
        for span in cipher.spans(size, start, stop)
    )


def content_of(size: int) -> bytes:
    """No two chunks are alike."""
    return b"".join(number.to_bytes(8, "big") for number in range(-(-size // 8)))[:size]


@pytest.mark.parametrize("size", EDGES)
@pytest.mark.parametrize("pieces", [CHUNK - 1, CHUNK, CHUNK + 1, 1 << 30])
def test_what_is_sealed_can_be_opened(size: int, pieces: int) -> None:
    content = content_of(size)
    file = sealed(content, pieces=pieces)
    assert cipher.content_size(len(file), NAME) == size
    assert opened(file) == content


def test_small_pieces_make_the_same_chunks() -> None:
    content = content_of(3 * CHUNK // 2)
    assert opened(sealed(content, pieces=65_537)) == content


def test_nothing_of_the_content_is_to_be_seen() -> None:
    file = sealed(b"plain " * 300_000)
    assert b"plain" not in file
    assert len({file[at : at + 16] for at in range(HEAD, len(file) - 16, 16)}) == -(
        -(len(file) - HEAD - 16) // 16
    )


def test_the_same_content_is_never_sealed_the_same() -> None:
    one, two = sealed(b"content"), sealed(b"content")
    assert one[HEAD:] != two[HEAD:]
    assert one[:16] == two[:16]  # which says only which master key


FILE = sealed(content_of(2 * CHUNK + 100))


@settings(max_examples=60, deadline=None)
@given(some.integers(0, len(FILE) - 1), some.integers(1, 255))
def test_a_byte_that_is_changed_anywhere_is_found(at: int, by: int) -> None:
    damaged = bytearray(FILE)
    damaged[at] ^= by
    assert_unreadable(bytes(damaged))


@pytest.mark.parametrize("at", range(HEAD))
def test_a_bit_that_is_changed_in_the_head_is_found(at: int) -> None:
    damaged = bytearray(FILE)
    damaged[at] ^= 1
    assert_unreadable(bytes(damaged))


@settings(max_examples=60, deadline=None)
@given(
    some.integers(0, len(FILE) - 1)
    | some.sampled_from(
        [HEAD, HEAD + 16, HEAD + SEALED_CHUNK, HEAD + 2 * SEALED_CHUNK, HEAD + SEALED_CHUNK + 16]
    )
)
def test_a_file_that_was_cut_is_found(length: int) -> None:
    assert_unreadable(FILE[:length])


@pytest.mark.parametrize(
    "more", [b"\0", b"\0" * 16, b"\0" * 17, FILE[-116:], FILE[HEAD : HEAD + SEALED_CHUNK]]
)
def test_a_file_that_has_grown_is_found(more: bytes) -> None:
    assert_unreadable(FILE + more)


def test_chunks_in_another_order_are_found() -> None:
    first, second = FILE[HEAD : HEAD + SEALED_CHUNK], FILE[HEAD + SEALED_CHUNK : HEAD + 2 * SEALED_CHUNK]
    assert_unreadable(FILE[:HEAD] + second + first + FILE[HEAD + 2 * SEALED_CHUNK :])
    assert_unreadable(FILE[:HEAD] + second + FILE[HEAD + 2 * SEALED_CHUNK :])


def test_a_cut_is_found_wherever_one_reads_from() -> None:
    with pytest.raises(Unreadable):
        opened(FILE[: HEAD + 2 * SEALED_CHUNK], start=CHUNK)
    with pytest.raises(Unreadable):
        opened(FILE[: HEAD + SEALED_CHUNK], start=5 * CHUNK)


@pytest.mark.parametrize(
    "name", [OTHER, NAME.replace("local", "other"), NAME.replace("picture", "clip"), NAME[:-8]]
)
def test_a_file_under_another_name_is_found(name: str) -> None:
    assert_unreadable(FILE, name)


def test_chunks_of_another_file_are_found_even_under_the_same_key() -> None:
    key = bytes(32)
    chunk = FileCipher(key, NAME).seal(0, True, b"content")
    assert FileCipher(key, NAME).open(0, True, chunk) == b"content"
    for other, number, last in [(OTHER, 0, True), (NAME, 1, True), (NAME, 0, False)]:
        with pytest.raises(Unreadable):
            FileCipher(key, other).open(number, last, chunk)


def test_a_head_under_a_chunk_of_another_file_is_found() -> None:
    assert_unreadable(FILE[:HEAD] + sealed(content_of(2 * CHUNK + 100))[HEAD:])


def test_another_master_key_opens_nothing() -> None:
    with pytest.raises(Unreadable):
        MasterKey(bytes([1] * 32)).unwrap(FILE[:HEAD], NAME)


def test_the_sentence_tells_the_file_and_not_its_owner() -> None:
    with pytest.raises(
        Unreadable, match=r"the stored file 0{31}1/picture is damaged or was changed"
    ) as caught:
        cipher.content_size(3, NAME)
    assert "local" not in str(caught.value)


@given(sizes, some.integers(0, 6 * CHUNK), some.none() | some.integers(0, 6 * CHUNK))
def test_spans_are_what_was_asked_for_and_no_chunk_more(size: int, start: int, stop: int | None) -> None:
    end = size if stop is None else min(stop, size)
    found = list(cipher.spans(size, start, stop))
    assert [span.number for span in found] == list(
        range(found[0].number, found[-1].number + 1) if found else ()
    )
    for span in found:
        assert span.at == HEAD + span.number * SEALED_CHUNK
        assert span.first == max(0, start - span.number * CHUNK)
        assert span.until == end - span.number * CHUNK
        assert span.last == (span.number == max(0, size - 1) // CHUNK)
    if start < end:
        assert found[0].first < CHUNK
        assert 0 < found[-1].until <= CHUNK
    if stop is None:
        assert found[-1].last


@given(sizes)
def test_sizes_are_known_from_sealed_sizes(size: int) -> None:
    chunks = max(1, -(-size // CHUNK))
    assert cipher.content_size(HEAD + size + 16 * chunks, NAME) == size


@settings(max_examples=12, deadline=None)
@given(some.integers(0, 2 * CHUNK + 200), some.integers(0, 2 * CHUNK + 200))
def test_any_range_can_be_read(one: int, two: int) -> None:
    start, stop = sorted((one, two))
    assert opened(FILE, start, stop) == content_of(2 * CHUNK + 100)[start:stop]


def test_what_is_derived_from_a_master_key_is_hkdf_of_rfc_5869() -> None:
    extracted = hmac.digest(bytes(32), bytes(32), "sha256")
    assert MASTER.id == hmac.digest(extracted, b"visavis id\x01", "sha256")[:8].hex()


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_master_key_has_32_bytes(length: int) -> None:
    with pytest.raises(ValueError, match=f"32 bytes, not {length}"):
        MasterKey(bytes(length))


def assert_unreadable(file: bytes, name: str = NAME) -> None:
    """A reader is told so before it has been given a single byte that is wrong."""
    with pytest.raises(Unreadable):
        opened(file, name=name)
