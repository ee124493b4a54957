"""Everything that visavis raises on purpose.

VisavisError
+-- InputError            what was given cannot be used: say what, and what to do instead
|   +-- PortraitError     a picture without a usable face, or not a picture at all
|   +-- TextError         nothing to say
|   +-- AudioError        sound that cannot be read, or holds nothing
|   +-- OutputError       a place that cannot be written to
|   +-- UnknownName       an engine, voice, avatar, language or model that does not exist
|   +-- NameTaken         a name that something else has already
|   +-- ConsentError      a face or voice whose owner has not agreed, or no longer
|   +-- UploadError       a file that was sent and cannot be taken
|       +-- TooLarge      it is larger than what is taken
+-- EngineError           an engine failed while it worked
+-- NoRoom                as many people are talking as this machine can serve
+-- ModelError            a model could not be fetched, or is not what it should be
+-- StorageError          the database or the vault cannot be reached, or a file in it cannot be opened
    +-- NoSuchFile        there is no such file in the vault

An error's text is one sentence for the user: what happened, the value, what to do.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class VisavisError(Exception):
    """The root; never raised itself."""


class InputError(VisavisError):
    """What was given cannot be used."""


class PortraitError(InputError):
    """A picture without a usable face, or not a picture at all."""


class TextError(InputError):
    """Nothing to say."""


class AudioError(InputError):
    """Sound that cannot be read, or holds nothing."""


class OutputError(InputError):
    """A place that cannot be written to."""


class UnknownName(InputError):
    """A name that is none of those known, with the nearest of them."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        near = get_close_matches(name.lower(), names, n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        super().__init__(f"unknown {kind} {name!r}; {hint}there is: {', '.join(names) or 'none'}")


class NameTaken(InputError):
    """A name that something else has already."""


class ConsentError(InputError):
    """A face or voice whose owner has not agreed, or no longer."""


class UploadError(InputError):
    """A file that was sent and cannot be taken; `code` is a word for programs."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class TooLarge(UploadError):
    """It is larger than what is taken."""

    def __init__(self, sentence: str) -> None:
        super().__init__("too_large", sentence)


class EngineError(VisavisError):
    """An engine failed while it worked."""


class NoRoom(VisavisError):
    """As many people are talking as this machine can serve; `wait` is seconds after which to ask again."""

    def __init__(self, sentence: str, wait: int) -> None:
        super().__init__(sentence)
        self.wait = wait


class ModelError(VisavisError):
    """A model could not be fetched, or is not what it should be."""


class StorageError(VisavisError):
    """The database or the vault cannot be reached, or a file in it cannot be opened."""


class NoSuchFile(StorageError):
    """There is no such file in the vault."""
