"""A place that is a bucket of an S3-compatible store, through boto3.

Credentials, region and endpoint come from the environment as for every such program (AWS_ACCESS_KEY_ID,
AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL ...). A store shows an object only when it is whole, so a writer that
is killed leaves nothing but the parts of an unfinished upload. Checksums that not every store knows are
not asked for: a file is authenticated when it is opened.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from visavis.avatars.vault.place import Entry, Piece, missing
from visavis.errors import StorageError

_PART: Final = 8 << 20  # of an upload; held in memory once
_LEAST_PART: Final = 5 << 20  # that S3 takes, but for the last
_MOST_COPIED: Final = 1 << 30  # in one request; S3 takes 5 GiB
_PAGE: Final = 1000  # objects that are listed with one request
_ABANDONED: Final = timedelta(days=1)


class _Replaced(StorageError):
    """An object is no longer the one that was meant."""


class Bucket:
    """Sealed files as objects under a prefix."""

    def __init__(self, url: str, abandoned: timedelta = _ABANDONED) -> None:
        """A bucket by its URL, `s3://bucket/prefix`; nothing is asked of the store yet.

        abandoned: after which an unfinished upload is taken for that of a killed writer.

        Raises:
            StorageError: the URL names no bucket, or boto3 is set up wrongly.
        """
        parts = urlsplit(url)
        if parts.scheme != "s3" or not parts.netloc:
            raise StorageError(f"{url!r} names no bucket; write s3://bucket or s3://bucket/folder")
        self.bucket = parts.netloc
        self._prefix = f"{folder}/" if (folder := parts.path.strip("/")) else ""
        self._abandoned = abandoned
        config = Config(
            connect_timeout=5,
            read_timeout=30,
            retries={"mode": "standard", "max_attempts": 3},
            max_pool_connections=16,
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        try:
            with self.sentences():
                self.s3: Any = Session().client("s3", config=config)
        except ValueError as error:
            raise StorageError(
                f"the bucket {self.bucket} cannot be used: {error}; see to AWS_ENDPOINT_URL"
            ) from error

    def create(self, name: str) -> "_Upload":
        """An object to fill and to commit."""
        return _Upload(self, name)

    def read(self, name: str, start: int, stop: int | None) -> Piece:
        """A part of an object, in one request."""
        return self._read(name, start, stop)[0]

    def patch(self, name: str, length: int, change: Callable[[bytes], bytes | None]) -> bool:
        """Put an object together anew behind other first bytes; the store itself copies what is large.

        Conditions on the object's tag see to it that one which is written or deleted meanwhile stays so.
        """
        with contextlib.suppress(_Replaced), self.sentences(name):
            begin, tag = self._read(name, 0, length)
            changed = change(begin.content)
            if changed is None:
                return False
            rest = self._read(name, length, _LEAST_PART, tag)[0].content if begin.size > length else b""
            if begin.size <= _LEAST_PART:
                self.s3.put_object(**self.key(name), Body=changed + rest, IfMatch=tag)
            else:
                self._recomposed(name, changed + rest, begin.size, tag)
            return True
        return False

    def delete(self, name: str) -> None:
        """Delete an object, and where the bucket keeps versions all of them."""
        with self.sentences():
            if self.s3.delete_object(**self.key(name)).get("VersionId"):
                self._forget_versions(name)

    def pages(self, owner: str | None) -> Iterator[list[Entry]]:
        """A request a page."""
        prefix = self._prefix + (f"{owner}/" if owner else "")
        with self.sentences():
            for page in self.s3.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=prefix, PaginationConfig={"PageSize": _PAGE}
            ):
                yield [
                    Entry(
                        item["Key"].removeprefix(self._prefix),
                        item["Size"],
                        item["LastModified"].astimezone(UTC),
                    )
                    for item in page.get("Contents", ())
                ]

    def sweep(self) -> int:
        """Give up the uploads that were begun long ago and never ended."""
        before = datetime.now(UTC) - self._abandoned
        with self.sentences():
            pages = self.s3.get_paginator("list_multipart_uploads").paginate(
                Bucket=self.bucket, Prefix=self._prefix
            )
            old = [
                upload
                for page in pages
                for upload in page.get("Uploads", ())
                if upload["Initiated"] <= before
            ]
            for upload in old:
                self.s3.abort_multipart_upload(
                    Bucket=self.bucket, Key=upload["Key"], UploadId=upload["UploadId"]
                )
        return len(old)

    def close(self) -> None:
        """Close the connections."""
        self.s3.close()

    def key(self, name: str) -> dict[str, str]:
        """What names an object in a request."""
        return {"Bucket": self.bucket, "Key": self._prefix + name}

    @contextlib.contextmanager
    def sentences(self, name: str = "") -> Iterator[None]:
        """Turn what the store says into a sentence; a key it does not have into NoSuchFile."""
        try:
            yield
        except ClientError as error:
            code = _code(error)
            if name and code in {"NoSuchKey", "404"}:
                raise missing(name) from error
            kind = _Replaced if code in {"PreconditionFailed", "ConditionalRequestConflict"} else StorageError
            raise kind(
                f"the bucket {self.bucket} refused a request ({code}); see that it exists and who may use it"
            ) from error
        except BotoCoreError as error:
            raise StorageError(
                f"the bucket {self.bucket} cannot be used ({type(error).__name__}); see to AWS_ENDPOINT_URL, "
                "the credentials and the network"
            ) from error

    def _read(self, name: str, start: int, stop: int | None, tag: str = "") -> tuple[Piece, str]:
        """A part of an object and the object's tag; only of the object with `tag`, if one is given."""
        asked = {"Range": f"bytes={start}-{'' if stop is None else stop - 1}"}
        with self.sentences(name):
            try:
                answer = self.s3.get_object(**self.key(name), **asked, **({"IfMatch": tag} if tag else {}))
            except ClientError as error:
                if _code(error) == "InvalidRange":  # of an object that is empty, which none of ours is
                    return Piece(b"", 0), ""
                raise
            size = int(answer["ContentRange"].rpartition("/")[2])
            with contextlib.closing(answer["Body"]) as body:
                return Piece(body.read(), size), answer["ETag"]

    def _recomposed(self, name: str, begin: bytes, size: int, tag: str) -> None:
        """Upload the first part and let the store copy the others."""
        upload = _Upload(self, name)
        try:
            upload.send(begin)
            for at in range(len(begin), size, _MOST_COPIED):
                upload.copy(at, min(at + _MOST_COPIED, size), tag)
            upload.complete({"IfMatch": tag})
        except BaseException:
            upload.abort()
            raise

    def _forget_versions(self, name: str) -> None:
        key = self.key(name)
        pages = self.s3.get_paginator("list_object_versions").paginate(Bucket=self.bucket, Prefix=key["Key"])
        for page in pages:
            for version in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
                if version["Key"] == key["Key"]:
                    self.s3.delete_object(**key, VersionId=version["VersionId"])


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", "unknown"))


class _Upload:
    """An object that is being written: at once if it is small, else in parts."""

    def __init__(self, bucket: Bucket, name: str) -> None:
        self._bucket = bucket
        self._name = name
        self._rest = bytearray()
        self._upload: dict[str, str] | None = None
        self._parts: list[dict[str, Any]] = []

    def write(self, content: bytes) -> None:
        self._rest += content
        while len(self._rest) > _PART:
            self.send(bytes(memoryview(self._rest)[:_PART]))
            del self._rest[:_PART]

    def commit(self, *, first: bool = False) -> None:
        condition = {"IfNoneMatch": "*"} if first else {}
        with contextlib.suppress(_Replaced) if first else contextlib.nullcontext():
            if self._upload is None:
                with self._bucket.sentences():
                    key = self._bucket.key(self._name)
                    self._bucket.s3.put_object(**key, Body=bytes(self._rest), **condition)
            else:
                self.send(bytes(self._rest))
                self.complete(condition)

    def abort(self) -> None:
        if self._upload is not None:
            upload, self._upload = self._upload, None
            with self._bucket.sentences():
                self._bucket.s3.abort_multipart_upload(**upload)

    def send(self, content: bytes) -> None:
        """Another part, from here."""
        with self._bucket.sentences():
            answer = self._bucket.s3.upload_part(**self._next(), Body=content)
        self._parts.append({"ETag": answer["ETag"], "PartNumber": len(self._parts) + 1})

    def copy(self, start: int, stop: int, tag: str) -> None:
        """Another part, out of the object of this name as it is, if that has `tag` still."""
        with self._bucket.sentences():
            answer = self._bucket.s3.upload_part_copy(
                **self._next(),
                CopySource=self._bucket.key(self._name),
                CopySourceRange=f"bytes={start}-{stop - 1}",
                CopySourceIfMatch=tag,
            )
        self._parts.append({"ETag": answer["CopyPartResult"]["ETag"], "PartNumber": len(self._parts) + 1})

    def complete(self, condition: Mapping[str, str]) -> None:
        """Let the object be seen, if the condition holds."""
        assert self._upload is not None, "an upload without a part"
        with self._bucket.sentences():
            self._bucket.s3.complete_multipart_upload(
                **self._upload, MultipartUpload={"Parts": self._parts}, **condition
            )
        self._upload = None

    def _next(self) -> dict[str, Any]:
        if self._upload is None:
            key = self._bucket.key(self._name)
            answer = self._bucket.s3.create_multipart_upload(**key)
            self._upload = {**key, "UploadId": answer["UploadId"]}
        return {**self._upload, "PartNumber": len(self._parts) + 1}
