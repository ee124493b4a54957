"""What the routes are given to work with.

The registry and the renderings are named by what is asked of them, so that a test can answer instead.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from visavis.avatars.cache import Status
    from visavis.avatars.database.tables import AuditEvent, Avatar, Consent, Voice
    from visavis.avatars.registry import Permission
    from visavis.avatars.vault import Spool
    from visavis.contracts import Stream
    from visavis.media import Language
    from visavis.renderings.order import Order, Progress, Rendering
    from visavis.server.keys import Keys


class Registry(Protocol):
    """What was registered; every method acts in an owner's name and sees nobody else's things."""

    async def register_avatar(
        self, owner: str, actor: str, name: str, spool: "Spool", consent: "Permission", label: str = ""
    ) -> "Avatar": ...
    async def avatars(self, owner: str, label: str | None = None) -> "Sequence[Avatar]": ...
    async def avatar(self, owner: str, which: str) -> "Avatar": ...
    async def delete_avatar(self, owner: str, actor: str, which: str) -> None: ...

    async def register_voice(
        self,
        owner: str,
        actor: str,
        name: str,
        spool: "Spool",
        consent: "Permission",
        label: str = "",
        language: "Language | None" = None,
    ) -> "Voice": ...
    async def voices(self, owner: str, label: str | None = None) -> "Sequence[Voice]": ...
    async def voice(self, owner: str, which: str) -> "Voice": ...
    async def delete_voice(self, owner: str, actor: str, which: str) -> None: ...

    async def consents(self, owner: str) -> "Sequence[Consent]": ...
    async def revoke(self, owner: str, actor: str, consent: str, *, delete: bool = False) -> None: ...


class Renderings(Protocol):
    """Videos being made; every method sees one owner's only."""

    async def submit(self, owner: str, actor: str, order: "Order") -> "Rendering": ...
    async def find(self, owner: str, id_: str) -> "Rendering": ...
    async def list(self, owner: str) -> "Sequence[Rendering]": ...
    async def by_filename(self, owner: str, filename: str) -> "Rendering": ...
    async def cancel(self, owner: str, actor: str, id_: str) -> "Rendering": ...
    async def cancel_using(self, owner: str, actor: str, item: str) -> None: ...
    async def delete(self, owner: str, actor: str, id_: str) -> None: ...
    def stop(self) -> None: ...
    def follow(self, owner: str, id_: str) -> "Stream[Progress]": ...
    def video(self, rendering: "Rendering", start: int = 0, stop: int | None = None) -> "Stream[bytes]": ...


@dataclass(frozen=True, slots=True)
class Condition:
    """How the server is.

    device: what it computes on. missing: a phrase for each thing that it cannot work without and lacks.
    """

    device: str
    avatar_backend: str
    tts: bool
    avatar: bool
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that the routes work with.

    cached: how the cache does. exported, erased: everything about an owner as an archive, and away, for an
    owner and in an actor's name. audited: an owner's latest events, so many of them. spool: makes the place
    that an upload is kept in on its way. keys: None where nobody needs one, and all who reach the server are
    its one local user.
    """

    registry: Registry
    renderings: Renderings
    cached: "Callable[[], Status]"
    exported: "Callable[[str, str], Stream[bytes]]"
    erased: Callable[[str, str], Awaitable[None]]
    audited: "Callable[[str, int], Awaitable[Sequence[AuditEvent]]]"
    spool: "Callable[[], AbstractAsyncContextManager[Spool]]"
    condition: Callable[[], Awaitable[Condition]]
    keys: "Keys | None" = None
