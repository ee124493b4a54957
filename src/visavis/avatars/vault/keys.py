"""Where master keys come from: a file that only its owner can read, the environment, or a command.

Owns the key file: it is made at first use, and a new key comes before the older ones in it. Refuses a file
that others can read, and to say anything about a key but its id.
"""

import base64
import contextlib
import os
import re
import secrets
import shlex
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from visavis.avatars.vault.cipher import KEY, MasterKey, Unreadable
from visavis.errors import StorageError

VARIABLE: Final = "VISAVIS_MASTER_KEY"
COMMAND: Final = "VISAVIS_MASTER_KEY_COMMAND"
_SECONDS: Final = 60  # that a command may take: some ask a person or a network; and so may a lock
_TITLE: Final = (
    "# Master keys of visavis, newest first. What is stored cannot be read without them: keep a copy."
)


class MasterKeys:
    """The current master key, and older ones that some files may still be wrapped with. Reading blocks.

    where: they come from, in words.
    """

    def __init__(self, read: Callable[[], str], where: str, file: Path | None = None) -> None:
        """Keys as `read` gives them: newest first, base64 or hex, with spaces, commas or lines between."""
        self._read = read
        self._file = file
        self.where = where
        self._renew()

    @classmethod
    def found(cls, file: Path | None = None, environ: Mapping[str, str] | None = None) -> "MasterKeys":
        """Those of the environment or of the command that it names; else of the key file.

        file: None stands for `master.key` in the user's data folder; made where there is none.

        Raises:
            StorageError: there are none, what is there is none, or others can read the file.
        """
        environ = os.environ if environ is None else environ
        key, command = environ.get(VARIABLE), environ.get(COMMAND)
        if key and command:
            raise StorageError(f"{VARIABLE} and {COMMAND} are both set; unset one of them")
        if key:
            return cls(lambda: key, VARIABLE)
        if command:
            return cls(lambda: _printed(command), f"what {COMMAND} prints")
        return cls.kept_in(file or _default_file())

    @classmethod
    def kept_in(cls, file: Path) -> "MasterKeys":
        """Those of a key file, which is made where there is none.

        Raises:
            StorageError: it cannot be read or made, holds no keys, or others can read it.
        """
        file = file.expanduser()
        with _sentences(file, "read"):
            there = file.exists()
        if not there:
            _extend(file, only_first=True)
        return cls(lambda: _content(file), str(file), file)

    @classmethod
    def of(cls, *keys: bytes) -> "MasterKeys":
        """Keys that are at hand, 32 bytes each, the newest first."""
        return cls(lambda: " ".join(key.hex() for key in keys), "the keys given")

    @property
    def current(self) -> MasterKey:
        """The newest, as far as is known."""
        return self._keys[0]

    def newest(self) -> MasterKey:
        """The current key, for what is written now; the key file is read again if it has changed.

        Raises:
            StorageError: the key file can no longer be read.
        """
        if self._version() != self._read_version:
            self._renew()
        return self.current

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(key.id for key in self._keys)

    def named(self, id_: str) -> MasterKey:
        """The key of this id; the key file is read again for one that has come to it since.

        Raises:
            Unreadable: it is not among them.
            StorageError: the key file can no longer be read.
        """
        if id_ not in self.ids and self._file is not None:
            self._renew()
        for key in self._keys:
            if key.id == id_:
                return key
        raise Unreadable(
            f"a stored file was locked with master key {id_}, which is not in {self.where} "
            f"(there: {', '.join(self.ids)}); put that key back behind the others"
        )

    @property
    def grows(self) -> bool:
        """Whether `add` can put another key to them."""
        return self._file is not None

    def add(self) -> str:
        """Put a new key before the others in the key file, whole or not at all; its id.

        Raises:
            StorageError: the keys come from elsewhere, or the file cannot be written.
        """
        if self._file is None:
            raise StorageError(
                f"the master keys come from {self.where}; put the new one first there yourself"
            )
        _extend(self._file)
        self._renew()
        return self.current.id

    def _renew(self) -> None:
        version = self._version()  # first: what changes while it is read will be read again
        self._keys = parsed(self._read(), self.where)
        self._read_version = version

    def _version(self) -> tuple[int, int] | None:
        """What tells one state of the key file from another."""
        if self._file is None:
            return None
        with _sentences(self._file, "read"):
            status = self._file.stat()
        return status.st_mtime_ns, status.st_ino


def parsed(text: str, where: str) -> tuple[MasterKey, ...]:
    """The keys in a text; `#` begins a remark.

    Raises:
        StorageError: there are none, or there is something else; `where` names the text.
    """
    words = [
        word for line in text.splitlines() for word in re.split(r"[\s,]+", line.partition("#")[0]) if word
    ]
    if not words:
        raise StorageError(f"there is no master key in {where}; make one with: openssl rand -base64 {KEY}")
    return tuple(MasterKey(_secret(word, number, where)) for number, word in enumerate(words, 1))


def _secret(word: str, number: int, where: str) -> bytes:
    with contextlib.suppress(ValueError):
        if re.fullmatch(rf"[0-9a-fA-F]{{{2 * KEY}}}", word):
            return bytes.fromhex(word)
        plain = word.replace("-", "+").replace("_", "/").rstrip("=")
        secret = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
        if len(secret) == KEY:
            return secret
    raise StorageError(
        f"master key {number} in {where} is not {KEY} bytes in base64 or hex; "
        f"make one with: openssl rand -base64 {KEY}"
    )


def _printed(command: str) -> str:
    """What a command prints; what it has to say to a person goes where ours goes."""
    try:
        done = subprocess.run(
            shlex.split(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            timeout=_SECONDS,
            check=True,
        )
        return done.stdout.decode("ascii")
    except (OSError, ValueError, IndexError, subprocess.SubprocessError) as error:
        raise StorageError(f"{COMMAND} gave no master key: {_said(error)}; try it in a shell") from error


def _said(error: Exception) -> str:
    match error:
        case subprocess.CalledProcessError():
            return f"it ended with status {error.returncode}"
        case subprocess.TimeoutExpired():
            return f"it took more than {_SECONDS} s"
        case OSError():
            return (error.strerror or str(error)).lower()
    return "it cannot be read as a command, or what it prints is no text"


def _content(file: Path) -> str:
    with _sentences(file, "read"), file.open("rb") as opened:
        mode = os.fstat(opened.fileno()).st_mode & 0o777
        if mode & 0o077:
            raise StorageError(
                f"others may use the master keys in {file} (mode {mode:04o}); run: chmod 600 {file}"
            )
        return opened.read(1 << 16).decode("ascii", "replace")


def _extend(file: Path, only_first: bool = False) -> None:
    """Put a new key into the key file, before those that are in it; one process at a time."""
    from filelock import FileLock

    with _sentences(file, "write"):
        file = file.resolve()
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with FileLock(file.with_name(f".{file.name}.lock"), timeout=_SECONDS):
            there = file.exists()
            if there and only_first:
                return
            older = _content(file) if there else ""
            if there:
                parsed(older, str(file))  # what is none is not written over
            key = base64.b64encode(secrets.token_bytes(KEY)).decode()
            _replace(file, f"{_TITLE}\n{key}\n{older.removeprefix(_TITLE).lstrip()}")


def _replace(file: Path, text: str) -> None:
    part = file.with_name(f".{file.name}.part")
    part.unlink(missing_ok=True)  # one of a process that was killed
    with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())
    part.replace(file)


@contextlib.contextmanager
def _sentences(file: Path, verb: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:  # filelock's Timeout is one
        said = (error.strerror or str(error)).lower()
        raise StorageError(f"cannot {verb} the master keys in {file}: {said}") from error


def _default_file() -> Path:
    from platformdirs import user_data_path

    return user_data_path("visavis") / "master.key"
