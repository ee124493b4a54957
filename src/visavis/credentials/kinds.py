"""Which files can carry Content Credentials: told by their first bytes, never by their names."""

from pathlib import Path
from typing import Final

from visavis.errors import InputError

ENDINGS: Final = (".mp4", ".mov", ".m4v", ".jpg", ".jpeg", ".png", ".webp")

_MARKS: Final = (
    ("video/quicktime", {4: b"ftypqt  "}),
    ("video/mp4", {4: b"ftyp"}),
    ("image/jpeg", {0: b"\xff\xd8\xff"}),
    ("image/png", {0: b"\x89PNG\r\n\x1a\n"}),
    ("image/webp", {0: b"RIFF", 8: b"WEBP"}),
)


def kind_of(path: Path) -> str:
    """The media type of a file that can carry credentials.

    Raises:
        InputError: it cannot, or cannot be read.
    """
    try:
        if path.exists() and not path.is_file():
            raise InputError(f"{path} is no file; name a video or a picture")
        with path.open("rb") as file:
            head = file.read(12)
    except FileNotFoundError as error:
        raise InputError(f"there is no file {path}; name a video or a picture") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InputError(f"{path} cannot be read: {reason}; name another file") from error
    for kind, marks in _MARKS:
        if all(head.startswith(mark, at) for at, mark in marks.items()):
            return kind
    if head.startswith(b"\x1aE\xdf\xa3"):
        raise InputError(
            f"{path} is Matroska, which cannot carry Content Credentials; make an MP4 or MOV of it"
        )
    raise InputError(
        f"{path} is no file that Content Credentials are read from or put into here; name an MP4, MOV, JPEG, "
        "PNG or WebP file"
    )
