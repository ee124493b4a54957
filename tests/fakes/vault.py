"""A vault in memory: the files that a real one would seal, and the troubles that it can have."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

from visavis.avatars.vault import Stored, Unreadable
from visavis.contracts import Stream
from visavis.errors import NoSuchFile, StorageError

SEAL = 100  # bytes more than the plain ones, for each file


class MemoryVault:
    """files: by owner and name, as they were put; broken: nobody reaches it; most: bytes ever held."""

    def __init__(self) -> None:
        self.files: dict[tuple[str, str], bytes] = {}
        self.broken = False
        self.most = 0
        self.before_put: Callable[[], None] = lambda: None
        self._modified: dict[tuple[str, str], datetime] = {}
        self._clock = count()

    async def put(self, owner: str, file: str, content: bytes) -> int:
        self._reached()
        self.before_put()
        self.files[owner, file] = content
        self._modified[owner, file] = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=next(self._clock))
        self.most = max(self.most, self.sealed())
        return len(content) + SEAL

    async def get(self, owner: str, file: str) -> bytes:
        self._reached()
        if (owner, file) not in self.files:
            raise NoSuchFile(f"there is no file {file}")
        if not (content := self.files[owner, file]):
            raise Unreadable("a file cannot be opened with this key")
        return content

    async def delete(self, owner: str, file: str) -> None:
        self._reached()
        self.files.pop((owner, file), None)

    async def stored(self, owner: str | None = None) -> Stream[Stored]:
        self._reached()
        for (whose, file), content in list(self.files.items()):
            if owner in (None, whose):
                yield Stored(whose, file, len(content) + SEAL, self._modified[whose, file])

    def sealed(self) -> int:
        """Bytes held but for the list of uses."""
        return sum(len(content) + SEAL for (_, file), content in self.files.items() if "uses" not in file)

    def _reached(self) -> None:
        if self.broken:
            raise StorageError("the vault cannot be reached")
