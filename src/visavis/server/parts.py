"""What the routes are given to work with.

The registry and the renderings are named by what is asked of them, so that a test can answer instead.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from visavis.avatars.cache import Status
    from visavis.avatars.database.tables import AuditEvent, Avatar, Consent, Voice
    from visavis.avatars.registry import Permission
    from visavis.avatars.vault import Spool
    from visavis.contracts import Face, Prepared, Stream, Tts
    from visavis.contracts import Voice as Speaker
    from visavis.conversation.cast import Engines
    from visavis.conversation.lobby import Lobby
    from visavis.media import Language, Portrait, Samples
    from visavis.renderings.order import Order, Progress, Rendering
    from visavis.renderings.recordings import Recordings
    from visavis.server.casting import Casting
    from visavis.server.keys import Keys
    from visavis.transports.webrtc.peers import Peers


class Registry(Protocol):
    """What was registered; every method acts in an owner's name and sees nobody else's things."""

    async def register_avatar(
        self, owner: str, actor: str, name: str, spool: "Spool", consent: "Permission", label: str = ""
    ) -> "Avatar": ...
    async def avatars(self, owner: str, label: str | None = None) -> "Sequence[Avatar]": ...
    async def avatar(self, owner: str, which: str) -> "Avatar": ...
    async def delete_avatar(self, owner: str, actor: str, which: str) -> None: ...
    async def portrait(self, owner: str, which: str, width: int, height: int) -> "Portrait": ...
    async def face(self, owner: str, which: str, engine: "Face", width: int, height: int) -> "Prepared": ...

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
    async def speaker(self, owner: str, which: str, tts: "Tts") -> "Speaker": ...

    async def consents(self, owner: str) -> "Sequence[Consent]": ...
    async def revoke(self, owner: str, actor: str, consent: str, *, delete: bool = False) -> None: ...


class Renderings(Protocol):
    """Videos being made; every method sees one owner's only. running, waiting: how many of all owners."""

    @property
    def running(self) -> int: ...
    @property
    def waiting(self) -> int: ...

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
    without: a sentence for each that it does without. engines: of conversations, by what they do.
    capacity: how many can talk at once, and how that is known, in a sentence.
    """

    device: str
    avatar_backend: str
    tts: bool
    avatar: bool
    missing: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    engines: "Mapping[str, Engaged]" = field(default_factory=dict)
    capacity: str = ""

    @property
    def asr(self) -> bool:
        """Whether speech is understood."""
        return "asr" in self.engines and self.engines["asr"].state == "works"


@dataclass(frozen=True, slots=True)
class Engaged:
    """An engine that conversations use. name: empty where there is none.

    sentence: why it does not work, or why another one takes its place.
    """

    name: str
    state: Literal["loading", "works", "missing"]
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that the routes work with.

    cached: how the cache does. exported, erased: everything about an owner as an archive, and away, for an
    owner and in an actor's name. audited: an owner's latest events, so many of them. spool: makes the place
    that an upload is kept in on its way. lobby: where live conversations are let in. engines: what all of
    them share. casting: whom one is to show, in an owner's name; raises UnknownName and ConsentError. Both
    raise NoRoom, with the seconds to wait for, as long as the engines are being opened. keys: None where
    nobody needs one, and all who reach the server are its one local user. recorded: the sound of an upload:
    float32 [n], mono, 16 kHz. dictating: held while a recording is written down, so that those who talk keep
    the processors. peers: all connections over WebRTC; None: there is only the WebSocket.
    recordings: what records conversations; None: nothing does.
    """

    registry: Registry
    renderings: Renderings
    cached: "Callable[[], Status]"
    exported: "Callable[[str, str], Stream[bytes]]"
    erased: Callable[[str, str], Awaitable[None]]
    audited: "Callable[[str, int], Awaitable[Sequence[AuditEvent]]]"
    spool: "Callable[[], AbstractAsyncContextManager[Spool]]"
    condition: Callable[[], Awaitable[Condition]]
    lobby: "Lobby"
    casting: "Casting"
    engines: "Callable[[], Engines]"
    recorded: "Callable[[Spool], Awaitable[Samples]]"
    keys: "Keys | None" = None
    dictating: asyncio.Lock = field(default_factory=asyncio.Lock)
    peers: "Peers | None" = None
    recordings: "Recordings | None" = None
