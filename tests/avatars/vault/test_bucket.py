"""What only a bucket does, against a real S3 server; what every place does is in test_vault."""

import contextlib
import os
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from visavis.avatars.vault import MasterKeys, Vault, new_id, vault_at
from visavis.avatars.vault.cipher import CHUNK
from visavis.errors import NoSuchFile, StorageError

from .conftest import NEW, OLD

if TYPE_CHECKING:
    from visavis.avatars.vault.bucket import Bucket

pytestmark = pytest.mark.servers

MANY = 11 << 20  # bytes that go up in two parts


def bucket_at(url: str, **settings: Any) -> "Bucket":
    from visavis.avatars.vault.bucket import Bucket

    return Bucket(url, **settings)


@pytest.fixture
def bucket(bucket_url: str) -> "Iterator[Bucket]":
    with contextlib.closing(bucket_at(bucket_url)) as bucket:
        yield bucket


def filled(bucket: "Bucket", name: str, content: bytes) -> None:
    sink = bucket.create(name)
    for at in range(0, len(content), CHUNK):
        sink.write(content[at : at + CHUNK])
    sink.commit()


def content_at(bucket: "Bucket", name: str) -> bytes:
    return bucket.read(name, 0, None).content


def uploads(bucket: "Bucket") -> int:
    return len(bucket.s3.list_multipart_uploads(Bucket=bucket.bucket).get("Uploads", ()))


def objects(bucket: "Bucket") -> list[str]:
    return [item["Key"] for item in bucket.s3.list_objects_v2(Bucket=bucket.bucket).get("Contents", ())]


async def test_a_vault_by_its_url(bucket_url: str, bucket: "Bucket") -> None:
    vault, id_ = vault_at(bucket_url, MasterKeys.of(OLD)), new_id()
    await vault.put("local", id_, b"content")
    assert await vault.get("local", id_) == b"content"
    assert objects(bucket) == [f"some/folder/local/{id_}"]
    await vault.close()


def test_large_objects_go_up_in_parts(bucket: "Bucket") -> None:
    content = os.urandom(MANY)
    filled(bucket, "a/b", content)
    assert content_at(bucket, "a/b") == content
    assert bucket.read("a/b", MANY - 10, None).content == content[-10:]
    assert bucket.read("a/b", 5, 15).content == content[5:15]
    assert bucket.read("a/b", 0, 1).size == MANY
    assert uploads(bucket) == 0


def test_an_upload_that_is_given_up_is_given_back(bucket: "Bucket") -> None:
    sink = bucket.create("a/b")
    sink.write(bytes(MANY))
    assert uploads(bucket) == 1
    sink.abort()
    assert uploads(bucket) == 0
    assert objects(bucket) == []


def test_uploads_of_killed_writers_are_swept(bucket: "Bucket", bucket_url: str) -> None:
    bucket.create("a/b").write(bytes(MANY))
    elsewhere = bucket_at(f"s3://{bucket.bucket}/elsewhere", abandoned=timedelta(0))
    assert elsewhere.sweep() == 0, "it is not in its folder"
    patient = bucket_at(bucket_url, abandoned=timedelta(days=36_500))
    assert patient.sweep() == 0, "somebody may be at it"  # moto says that all were begun in 2010
    assert bucket.sweep() == 1
    assert uploads(bucket) == 0


def test_folders_of_one_bucket_are_apart(bucket: "Bucket") -> None:
    near = bucket_at(f"s3://{bucket.bucket}/some/folder2")
    whole = bucket_at(f"s3://{bucket.bucket}")
    filled(near, "a/b", b"theirs")
    filled(bucket, "a/b", b"ours")
    filled(bucket, "ab/c", b"another owner's")
    assert [entry.name for page in bucket.pages("a") for entry in page] == ["a/b"]
    assert [entry.name for page in near.pages(None) for entry in page] == ["a/b"]
    assert content_at(whole, "some/folder2/a/b") == b"theirs"


def test_deleting_forgets_every_version(bucket: "Bucket") -> None:
    bucket.s3.put_bucket_versioning(Bucket=bucket.bucket, VersioningConfiguration={"Status": "Enabled"})
    for content in (b"one", b"two"):
        filled(bucket, "a/b", content)
        filled(bucket, "a/bc", content)
    bucket.delete("a/b")
    bucket.delete("a/b")
    left = bucket.s3.list_object_versions(Bucket=bucket.bucket)
    assert {version["Key"] for version in left["Versions"]} == {"some/folder/a/bc"}
    assert len(left["Versions"]) == 2
    assert not left.get("DeleteMarkers")


@pytest.mark.parametrize("size", [3, 100, 5 << 20, (5 << 20) + 1, MANY])
def test_a_patch_leaves_the_rest_as_it_is(
    bucket: "Bucket", size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("visavis.avatars.vault.bucket._MOST_COPIED", 5 << 20)
    content = os.urandom(size)
    filled(bucket, "a/b", content)
    assert bucket.patch("a/b", 3, lambda begin: bytes(255 - byte for byte in begin))
    patched = content_at(bucket, "a/b")
    assert patched[3:] == content[3:]
    assert patched[:3] == bytes(255 - byte for byte in content[:3])
    assert not bucket.patch("a/b", 3, lambda begin: None)
    assert content_at(bucket, "a/b") == patched
    assert uploads(bucket) == 0


@pytest.mark.parametrize("size", [100, MANY])
def test_a_patch_does_not_touch_what_takes_the_files_place(bucket: "Bucket", size: int) -> None:
    filled(bucket, "a/b", os.urandom(size))
    new = os.urandom(size)

    def replaced(begin: bytes) -> bytes:
        filled(bucket, "a/b", new)
        return begin

    assert not bucket.patch("a/b", 3, replaced)
    assert content_at(bucket, "a/b") == new
    assert uploads(bucket) == 0


@pytest.mark.parametrize("size", [3, 100, MANY])
def test_a_patch_brings_nothing_back(bucket: "Bucket", size: int) -> None:
    filled(bucket, "a/b", os.urandom(size))

    def deleted(begin: bytes) -> bytes:
        bucket.delete("a/b")
        return begin

    with pytest.raises(NoSuchFile):
        bucket.patch("a/b", 3, deleted)
    assert objects(bucket) == []
    assert uploads(bucket) == 0


async def test_rotating_large_objects_moves_no_content(bucket: "Bucket") -> None:
    vault, id_, content = Vault(bucket, MasterKeys.of(OLD)), new_id(), os.urandom(MANY)
    await vault.put("local", id_, content)
    assert await Vault(bucket, MasterKeys.of(NEW, OLD)).rotate() == 1
    assert await Vault(bucket, MasterKeys.of(NEW)).get("local", id_) == content


def test_more_than_a_page(bucket: "Bucket", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("visavis.avatars.vault.bucket._PAGE", 3)
    for number in range(7):
        filled(bucket, f"a/{number}", b"content")
    pages = list(bucket.pages(None))
    assert len(pages) == 3
    assert {entry.name for page in pages for entry in page} == {f"a/{number}" for number in range(7)}


def test_a_bucket_that_is_not_there(bucket: "Bucket") -> None:
    other = bucket_at("s3://no-such-bucket-here/folder")
    sentence = r"the bucket no-such-bucket-here refused a request \(NoSuchBucket\); see that it exists"
    with pytest.raises(StorageError, match=sentence):
        filled(other, "a/b", b"content")
    with pytest.raises(StorageError, match=sentence) as caught:
        other.read("a/b", 0, None)
    assert not isinstance(caught.value, NoSuchFile)
    with pytest.raises(StorageError, match=sentence):
        list(other.pages(None))


def test_a_store_that_cannot_be_reached(bucket_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(
        StorageError, match=r"cannot be used \(EndpointConnectionError\); see to AWS_ENDPOINT_URL"
    ):
        bucket_at(bucket_url).read("local/secret", 0, None)


def test_no_credentials(bucket_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from boto3.session import Session

    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setattr("visavis.avatars.vault.bucket.Session", Session)
    with pytest.raises(StorageError, match=r"cannot be used \(NoCredentialsError\); see to"):
        bucket_at(bucket_url).read("a/b", 0, None)


@pytest.mark.parametrize("url", ["s3://", "s3:///folder", "bucket", "http://bucket"])
def test_urls_that_name_no_bucket(bucket_url: str, url: str) -> None:
    with pytest.raises(StorageError, match="names no bucket; write s3://bucket"):
        bucket_at(url)


@pytest.mark.parametrize("endpoint", ["nonsense", "http://"])
def test_an_endpoint_that_is_none(bucket_url: str, monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    with pytest.raises(
        StorageError, match=r"the bucket .* cannot be used: Invalid endpoint: .*; see to AWS_ENDPOINT_URL"
    ):
        bucket_at(bucket_url)
