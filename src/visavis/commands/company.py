"""The engines of conversations, opened once, behind a server that answers already.

Owns which of them is taken where several could be, and what is told when one cannot start: another takes its
place, or none does, and the rest goes on. Warms what is opened, so that the first user does not wait.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from visavis.commands.showing import note
from visavis.config import AUTO
from visavis.errors import EngineError, InputError, UnknownName, VisavisError

if TYPE_CHECKING:
    from visavis.config import Settings
    from visavis.contracts import Asr, Face, Llm, Tts, Vad
    from visavis.conversation.cast import Engines
    from visavis.conversation.listening import EndOfTurn
    from visavis.plugins import Kind


class _Closable(Protocol):
    def close(self) -> None: ...


T = TypeVar("T", bound=_Closable)

TTS: Final = "espeak"
VAD: Final = "silero"
SCRIPTED, OPENAI = "scripted", "openai"

LATER: Final = 3
"""Seconds after which those are to ask again who come before the engines are open."""

PATIENCE: Final = 30.0
"""Seconds that an engine has to show that it works."""

WITHOUT: Final[Mapping[str, str]] = {
    "vad": "nobody is heard; typing works",
    "asr": "nothing that is spoken is understood; typing works",
    "llm": "nothing is answered; what is to be said can be sent",
    "tts": "nothing can be said",
}


class Company:
    """Engines as they come. engaged: how each stands, by what it does. Opened by `open`, in its own time.

    face: the engine that moves the faces of all conversations; whoever made it closes it.
    """

    def __init__(self, settings: "Settings", face: "Face", stack: contextlib.AsyncExitStack) -> None:
        from visavis.plugins import face_meant, stand_in
        from visavis.server.parts import Engaged

        kinds = ("vad", "asr", "llm", "tts")
        self.engaged: dict[str, Engaged] = {kind: Engaged("", "loading") for kind in kinds}
        moves = face_meant(settings.avatar_backend)
        self.engaged["face"] = Engaged(moves, "works", stand_in(settings.avatar_backend, moves))
        self._settings, self._face, self._stack = settings, face, stack
        self._engines: Engines | None = None
        self._loading = True

    def engines(self) -> "Engines":
        """All of them.

        Raises:
            Loading: they are being opened; it says when to ask again. EngineError: nothing can be said here.
        """
        from visavis.server.answers import Loading

        if self._engines is not None:
            return self._engines
        if self._loading:
            raise Loading(f"the engines are being loaded; try again in {LATER} s", LATER)
        raise EngineError(f"there is no voice: {self.engaged['tts'].sentence}")

    @property
    def without(self) -> tuple[str, ...]:
        """A sentence for each engine that is not there, or is not the one that was set."""
        return tuple(engaged.sentence for engaged in self.engaged.values() if engaged.sentence)

    async def open(self) -> None:
        """Open what can be opened; nothing is raised for what cannot."""
        try:
            await self._open()
        finally:
            self._loading = False

    async def _open(self) -> None:
        from visavis.conversation.absent import NoAsr, NoLlm, NoVad
        from visavis.conversation.cast import Engines
        from visavis.plugins import ears
        from visavis.reading import Reader
        from visavis.server.discreet import Discreet
        from visavis.streams import Worker, closing, processors

        tts: Tts | None = await self._engage("tts", (TTS,), _spoken)
        llm: Llm | None = await self._minded(await self._engage("llm", minds(self._settings), None))
        asr: Asr | None = await self._engage("asr", ears(self._settings.asr_engine), _understood)
        vad: Vad | None = await self._engage("vad", voices_heard(), _heard)
        if tts is None:
            return
        draws = await self._stack.enter_async_context(closing(Worker("rest", processors())))
        self._engines = Engines(
            vad=vad if vad is not None and asr is not None else NoVad(),
            asr=asr or NoAsr(),
            llm=Discreet(llm) if llm is not None and self._settings.api_keys else llm or NoLlm(),
            tts=tts,
            face=self._face,
            draws=draws,
            reader=lambda: Reader(lambda: tts),
            end_of_turn=await self._judge(),
        )

    async def _minded(self, llm: "Llm | None") -> "Llm | None":
        """A mind; one on a server is asked whether it is there, and kept though it is not as yet."""
        from visavis.commands.minding import Minded
        from visavis.engines.llm.openai import OpenAi
        from visavis.server.discreet import MINDLESS

        if not isinstance(llm, OpenAi):
            return llm
        engaged = self.engaged["llm"]

        def told(trouble: str) -> None:
            sentence = MINDLESS if self._settings.api_keys else trouble  # clients read it in /health
            self.engaged["llm"] = replace(engaged, state="missing", sentence=sentence) if trouble else engaged

        minded = Minded(llm, told)
        if trouble := await minded.look():
            note(f"{trouble}; it is asked again with each question")
        return minded

    async def _judge(self) -> "EndOfTurn | None":
        """What hears whether somebody is done, where its file is in the folder of models."""
        from visavis.engines.turn.smart import MODEL, SmartTurn
        from visavis.models.store import default_folder

        file = default_folder() / MODEL
        if not file.is_file():
            return None
        try:
            return await self._stack.enter_async_context(_kept(partial(SmartTurn, file)))
        except EngineError as error:
            note(f"{error}; ends of turns are told by silence and words")
            return None

    async def _engage(
        self, kind: "Kind", names: tuple[str, ...], works: Callable[[Any], Any] | None
    ) -> Any | None:
        """The first of these engines that works, kept until the end; None where none does."""
        from visavis.server.parts import Engaged

        troubles: list[str] = []
        for name in names:
            try:
                async with contextlib.AsyncExitStack() as stack:
                    made = await stack.enter_async_context(
                        _kept(partial(made_of, kind, name, self._settings))
                    )
                    if works is not None:
                        async with asyncio.timeout(PATIENCE):
                            await works(made)
                    self._stack.push_async_exit(stack.pop_all())
            except Exception as error:  # whatever a stranger's engine raises, the server goes on
                troubles.append(_trouble(kind, name, error))
                continue
            instead = f"{'; '.join(troubles)}; {name} takes its place" if troubles else ""
            self.engaged[kind] = Engaged(name, "works", instead)
            if instead:
                note(instead)
            return made
        why = "; ".join([*(troubles or [f"no {kind} engine is installed"]), WITHOUT[kind]])
        self.engaged[kind] = Engaged("", "missing", why)
        note(why)
        return None


@contextlib.asynccontextmanager
async def _kept(make: Callable[[], T]) -> AsyncIterator[T]:
    """An engine, made on a thread, and closed at the end though nobody waited for it to be made."""
    from visavis.streams import Worker, closing

    made: list[T] = []
    try:
        async with closing(Worker("opening")) as worker:
            await worker.run(lambda: made.append(make()))
        yield made[0]
    finally:
        for engine in made:
            async with closing(engine):
                pass


def _trouble(kind: str, name: str, error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"the {kind} engine {name!r} does not answer"
    if isinstance(error, VisavisError):
        return str(error)
    return f"the {kind} engine {name!r} cannot start: {type(error).__name__}"


@contextlib.asynccontextmanager
async def company(settings: "Settings", face: "Face") -> AsyncIterator[Company]:
    """The engines of conversations, closed at the end; `Company.open` opens them.

    Raises:
        UnknownName: one is set that is not installed. InputError: the persona that is set is none.
    """
    check(settings)
    async with contextlib.AsyncExitStack() as stack:
        yield Company(settings, face, stack)


def check(settings: "Settings") -> None:
    """Tell what is wrong with the settings before anything is opened.

    Raises:
        UnknownName: an engine is set that is not installed. InputError: the persona or the picture that is
            set is none.
    """
    from visavis.plugins import installed

    picture = settings.default_reference_image
    if picture is not None and not picture.is_file():
        raise InputError(
            f"DEFAULT_REFERENCE_IMAGE is {str(picture)!r}, which is no file; name a picture of a face"
        )

    kinds: tuple[tuple[Kind, str], ...] = (("asr", settings.asr_engine), ("llm", settings.llm_engine))
    for kind, name in kinds:
        known = installed(kind)
        if name != AUTO and name not in known:
            raise UnknownName(f"engine in {kind.upper()}_ENGINE", name, {*known, AUTO})
    if settings.persona is not None:
        made_of("llm", SCRIPTED, settings).close()


def minds(settings: "Settings") -> tuple[str, ...]:
    """Minds, the one to be tried first at the front."""
    from visavis.plugins import installed, preferred

    configured = bool(settings.openai_api_key or settings.openai_base_url)
    usual = (OPENAI, SCRIPTED) if configured else (SCRIPTED,)
    known = installed("llm")
    return preferred(settings.llm_engine, [name for name in usual if name in known])


def voices_heard() -> tuple[str, ...]:
    """What hears whether somebody speaks, the one to be tried first at the front."""
    from visavis.plugins import installed

    return tuple(sorted(installed("vad"), key=lambda name: (name != VAD, name)))


def made_of(kind: "Kind", name: str, settings: "Settings") -> Any:
    """An engine as the settings have it. Blocks.

    Raises:
        EngineError: it cannot be loaded, or cannot start.
    """
    from visavis.plugins import engine

    make = engine(kind, name)
    if (kind, name) == ("llm", OPENAI):
        return make(settings.openai_base_url, settings.openai_api_key, settings.openai_model)
    if (kind, name) == ("llm", SCRIPTED) and settings.persona is not None:
        return make(settings.persona)
    return make()


async def _spoken(tts: "Tts") -> None:
    """Have it speak in every language."""
    from visavis.language import clauses, warm
    from visavis.media import LANGUAGES
    from visavis.streams import stream_of

    warm()
    words = {"en": "One.", "zh": "一。", "es": "Uno.", "fa": "یک."}
    for language in LANGUAGES:
        voice = next((voice for voice in tts.voices if voice.language == language), tts.voices[0])
        spoken = tts.speak(stream_of(clauses(words[language], language)), voice)
        async with contextlib.aclosing(spoken) as chunks:
            async for _ in chunks:
                pass


async def _heard(vad: "Vad") -> None:
    from visavis.streams import stream_of

    async with contextlib.aclosing(vad.listen(stream_of([_silence(vad.rate)]))) as probabilities:
        async for _ in probabilities:
            pass


async def _understood(asr: "Asr") -> None:
    from visavis.streams import stream_of

    speech = stream_of([_silence(asr.rate)])
    async with contextlib.aclosing(asr.transcribe(speech, asr.languages[0])) as transcripts:
        async for _ in transcripts:
            pass


def _silence(rate: int) -> Any:
    import numpy as np

    from visavis.media import AudioChunk

    return AudioChunk(np.zeros(rate // 2, np.float32), rate)
