"""What files of the vault may be called, so that no name leads out of an owner's folder.

Refuses what people would like to call their files: names are made here, or are a few plain words.
"""

import re
from typing import Final

_OWNER: Final = re.compile(r"[a-z0-9-]{1,64}")
_FILE: Final = re.compile(r"[0-9a-f]{32}(?:/[a-z0-9-]{1,32})?")


def checked_owner(owner: str) -> str:
    """`owner`, if it can be one: 1 to 64 small letters, digits and dashes.

    Raises:
        ValueError: it cannot.
    """
    if not _OWNER.fullmatch(owner):
        raise ValueError(f"{owner!r} is no owner: 1 to 64 small letters, digits and dashes")
    return owner


def joined(owner: str, file: str) -> str:
    """The one name of an owner's file: `owner/id` or `owner/id/part`.

    Raises:
        ValueError: an owner or a file that cannot be.
    """
    if not _FILE.fullmatch(file):
        raise ValueError(f"{file!r} is no file: 32 hex digits, then perhaps a slash and a short plain word")
    return f"{checked_owner(owner)}/{file}"


def split(name: str) -> tuple[str, str] | None:
    """Owner and file of a name; None for one that the vault has not made."""
    owner, _, file = name.partition("/")
    return (owner, file) if _OWNER.fullmatch(owner) and _FILE.fullmatch(file) else None
