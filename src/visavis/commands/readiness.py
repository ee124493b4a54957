"""What a server needs to work, and whether it is there as yet; fetched, opened and tried behind its back."""

import contextlib
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from visavis.commands.showing import note
from visavis.errors import StorageError, VisavisError

if TYPE_CHECKING:
    from visavis.avatars.registry import Registry
    from visavis.commands.company import Company
    from visavis.config import Settings
    from visavis.contracts import Prepared
    from visavis.conversation.lobby import Lobby
    from visavis.server.casting import Casting
    from visavis.server.parts import Condition

MODELS: Final = ("face", "demo-portrait")
VOICE: Final = "the voice"
PORTRAIT: Final = "the default portrait"

PATIENCE: Final = 2
"""Seconds that a download has to end by itself, when the server does."""


class Readiness:
    """How far the server is. capacity: how many can talk at once, and how that is known."""

    def __init__(
        self,
        settings: "Settings",
        registry: "Registry",
        company: "Company",
        casting: "Casting",
        lobby: "Lobby",
    ) -> None:
        self._settings, self._registry = settings, registry
        self._company, self._casting, self._lobby = company, casting, lobby
        self._lacking = {_model(model): "is being fetched" for model in MODELS} | {
            VOICE: "is being tried",
            PORTRAIT: "is being prepared",
        }
        self.capacity = (
            _set(settings.max_concurrent_users) or f"{lobby.places} until it is known how many fit"
        )

    async def load(self) -> None:
        """Open engines, fetch what is missing, prepare the portrait, so that no user has to wait for it."""
        await self._company.open()
        self._told(VOICE, "" if self._company.engaged["tts"].state == "works" else "does not work")
        for model in MODELS:
            self._told(_model(model), "" if await fetched(model) else "cannot be fetched")
        await self._tried(PORTRAIT, self._prepare)
        note(f"not ready: {', '.join(self._missing)}" if self._lacking else "ready")

    async def condition(self) -> "Condition":
        """How the server is at this moment."""
        from visavis.server.parts import Condition

        missing = self._missing
        try:
            async with self._registry.database.reading():
                pass
        except StorageError:
            missing.append("the database cannot be reached")
        engaged = self._company.engaged
        return Condition(
            # There is no engine as yet that uses anything else than the processors.
            device="cpu",
            avatar_backend=engaged["face"].name,
            tts=VOICE not in self._lacking,
            avatar=_model("face") not in self._lacking,
            missing=tuple(missing),
            without=self._company.without,
            engines=dict(engaged),
            capacity=self.capacity,
        )

    @property
    def _missing(self) -> list[str]:
        return [f"{what} {why}" for what, why in self._lacking.items()]

    async def _prepare(self) -> None:
        """The default portrait; with it, how many of its like this machine can draw."""
        prepared = await self._casting.default()
        if not self._settings.max_concurrent_users:
            await self._calibrate(prepared)

    async def _calibrate(self, prepared: "Prepared") -> None:
        from visavis.commands.calibrating import cost_of
        from visavis.conversation.capacity import places
        from visavis.streams import processors

        cost = await cost_of(self._company.engines(), prepared, self._settings.live_size)
        self._lobby.places = places(cost, processors())
        share = f"{cost:.2f} of {processors()} processors"
        self.capacity = f"{self._lobby.places}; each was found to take {share}"
        note(f"can talk at once: {self.capacity}")

    async def _tried(self, what: str, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except VisavisError as error:
            note(str(error))
            self._told(what, "cannot be used")
        else:
            self._told(what, "")

    def _told(self, what: str, why: str) -> None:
        """why: a thing is lacking; empty: it is not."""
        if why:
            self._lacking[what] = why
        else:
            self._lacking.pop(what, None)


def _model(name: str) -> str:
    return f"the model {name}"


def _set(places: int) -> str:
    return f"{places}, as MAX_CONCURRENT_USERS says" if places else ""


async def fetched(model: str) -> bool:
    """Whether a model is there now.

    It is fetched by a process, which goes on at the next start where this one ended: a thread could not be
    told to stop, and an end of the server would wait for the network.
    """
    import asyncio

    from visavis.models import Store
    from visavis.streams import Worker, closing

    async with closing(Worker("models")) as worker:
        try:
            if (await worker.run(lambda: Store().status(model))).state == "present":
                return True
        except VisavisError as error:
            note(str(error))
            return False
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "visavis.cli", "models", "pull", model,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        return await process.wait() == 0
    finally:
        if process.returncode is None:
            process.terminate()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    await process.wait()
        if process.returncode is None:
            process.kill()
