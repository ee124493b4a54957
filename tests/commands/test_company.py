import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.engines.llm.completions import completions
from tests.fakes.asr import ScriptedAsr
from tests.fakes.face import ScriptedFace
from tests.fakes.llm import ScriptedLlm
from tests.fakes.tts import ScriptedTts
from tests.fakes.vad import ScriptedVad
from visavis import plugins
from visavis.commands import company as hiring
from visavis.commands.company import Company, check, company, minds
from visavis.config import Settings
from visavis.contracts import Utterance
from visavis.conversation.absent import NoAsr, NoLlm, NoVad
from visavis.engines.llm.openai import OpenAi
from visavis.errors import EngineError, InputError, UnknownName
from visavis.plugins import ears, preferred
from visavis.server.answers import Loading
from visavis.server.discreet import Discreet
from visavis.server.parts import Engaged
from visavis.streams import Crew

Made = Callable[..., Any]


class Slow(ScriptedAsr):
    """Never has a final word."""

    async def transcribe(self, *_: object) -> Any:
        await asyncio.sleep(3600)
        yield


class Broken(ScriptedVad):
    def __init__(self) -> None:
        raise ZeroDivisionError("a stranger's mistake")


def refused() -> None:
    raise EngineError("the recogniser lacks its model; fetch it")


WHOLE: Mapping[str, Mapping[str, Made]] = {
    "vad": {"silero": ScriptedVad},
    "asr": {"pocketsphinx": ScriptedAsr},
    "llm": {"scripted": ScriptedLlm, "openai": lambda url, key, model: ScriptedLlm([url, key, model])},
    "tts": {"espeak": ScriptedTts},
    "face": {"warp": ScriptedFace},
}


@pytest.fixture
def hire(monkeypatch: pytest.MonkeyPatch) -> Callable[[Mapping[str, Mapping[str, Made]]], None]:
    """Lets these engines be the installed ones."""

    def hired(engines: Mapping[str, Mapping[str, Made]]) -> None:
        everybody = {**WHOLE, **engines}
        monkeypatch.setattr(plugins, "installed", lambda kind: dict(everybody[kind]))
        monkeypatch.setattr(plugins, "engine", lambda kind, name: everybody[kind][name])

    hired({})
    return hired


async def opened(settings: Settings | None = None) -> tuple[Company, list[object]]:
    """A company as it was while it was open, and its engines."""
    async with company(settings or Settings(), ScriptedFace()) as made:
        with pytest.raises(Loading, match="try again in 3 s") as loading:
            made.engines()
        assert loading.value.wait == 3
        await made.open()
        found = made.engines()
        return made, [found.vad, found.asr, found.llm, found.tts]


async def test_all_are_opened_and_told(hire: object) -> None:
    made, (vad, asr, llm, tts) = await opened()
    assert {kind: (engaged.name, engaged.state) for kind, engaged in made.engaged.items()} == {
        "vad": ("silero", "works"),
        "asr": ("pocketsphinx", "works"),
        "llm": ("scripted", "works"),
        "tts": ("espeak", "works"),
        "face": ("warp", "works"),
    }
    assert made.without == ()
    assert isinstance(vad, ScriptedVad)
    assert isinstance(asr, ScriptedAsr)
    assert (vad.opened, vad.closed, asr.opened) == (1, 1, 1), "they were tried"
    assert isinstance(tts, ScriptedTts)
    assert {clause.language for clause in tts.spoken} == {"en", "zh", "es", "fa"}
    assert tts.closed, "it was the end"
    assert isinstance(llm, ScriptedLlm)


async def test_a_better_recogniser_is_tried_first_and_another_takes_its_place(
    hire: Callable[[Any], None], capsys: pytest.CaptureFixture[str]
) -> None:
    hire({"asr": {"pocketsphinx": ScriptedAsr, "awhisper": refused}})
    made, _ = await opened()
    assert made.engaged["asr"].name == "pocketsphinx"
    told = "the recogniser lacks its model; fetch it; pocketsphinx takes its place"
    assert made.without == (told,)
    assert told in capsys.readouterr().err


async def test_one_that_does_not_answer_is_not_waited_for(
    hire: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hiring, "PATIENCE", 0.05)
    hire({"asr": {"pocketsphinx": ScriptedAsr, "slow": Slow}})
    made, (_, asr, _, _) = await opened()
    assert not isinstance(asr, Slow)
    assert "'slow' does not answer" in made.without[0]


async def test_without_ears_one_types(hire: Callable[[Any], None]) -> None:
    hire({"asr": {}})
    made, (vad, asr, _, _) = await opened()
    assert isinstance(vad, NoVad), "there is no use in hearing what is not understood"
    assert isinstance(asr, NoAsr)
    assert made.engaged["asr"].state == "missing"
    assert "typing works" in made.engaged["asr"].sentence


async def test_a_strangers_engine_that_breaks_is_told_without_its_words(hire: Callable[[Any], None]) -> None:
    hire({"vad": {"silero": Broken}, "llm": {}})
    made, (vad, _, llm, _) = await opened()
    assert isinstance(vad, NoVad)
    assert isinstance(llm, NoLlm)
    assert "'silero' cannot start: ZeroDivisionError; nobody is heard" in made.engaged["vad"].sentence


async def test_without_a_voice_there_is_no_conversation(hire: Callable[[Any], None]) -> None:
    hire({"tts": {"espeak": refused}})
    async with company(Settings(), ScriptedFace()) as made:
        await made.open()
        with pytest.raises(EngineError, match=r"there is no voice: .*; nothing can be said"):
            made.engines()


async def test_an_address_or_a_key_makes_a_language_model_the_mind(hire: object) -> None:
    for settings in (Settings(openai_api_key="k"), Settings(openai_base_url="http://localhost:1/v1")):
        made, (_, _, llm, _) = await opened(settings)
        assert made.engaged["llm"].name == "openai"
        assert isinstance(llm, ScriptedLlm)
        assert llm.pieces == [settings.openai_base_url, settings.openai_api_key, ""]
    assert minds(Settings(openai_api_key="k", llm_engine="scripted")) == ("scripted", "openai")
    assert minds(Settings()) == ("scripted",)


@pytest.mark.parametrize("keys", [False, True])
async def test_a_language_model_that_is_away_is_told_and_kept_for_when_it_comes(
    keys: bool, hire: Callable[[Any], None], capsys: pytest.CaptureFixture[str]
) -> None:
    hire({"llm": {"scripted": ScriptedLlm, "openai": OpenAi}})
    question = (Utterance("user", "Hello?"),)
    with completions() as server:
        server.refused = "401 Unauthorized"
        settings = Settings(openai_base_url=server.url, openai_model="m", api_keys=keys)
        async with company(settings, ScriptedFace()) as made:
            await made.open()
            away = made.engaged["llm"]
            assert (away.name, away.state) == ("openai", "missing")
            assert ("refuses the key" in away.sentence) is not keys, "with keys others read it"
            assert capsys.readouterr().err.count("refuses the key") == 1
            mind = made.engines().llm
            assert [piece async for piece in mind.reply(question)] == ["Hello", " there."]
            assert made.engaged["llm"] == Engaged("openai", "works")
            server.script = lambda exchange: exchange.refuse("503 Service Unavailable", {"message": "no"})
            with pytest.raises(EngineError):
                [piece async for piece in mind.reply(question)]
            assert made.engaged["llm"].state == "missing"


async def test_a_face_that_is_not_installed_is_told_in_health(hire: object) -> None:
    async with company(Settings(avatar_backend="ditto"), ScriptedFace()) as made:
        assert made.without == ("the face engine ditto is not installed; warp takes its place",)


async def test_a_mind_of_others_keeps_to_itself_what_is_wrong_with_it(hire: object) -> None:
    _, (_, _, llm, _) = await opened(Settings(api_keys=True))
    assert isinstance(llm, Discreet)


async def test_an_engine_that_nobody_waits_for_any_more_is_closed(hire: Callable[[Any], None]) -> None:
    made: list[ScriptedTts] = []
    begun = threading.Event()

    def slow() -> ScriptedTts:
        begun.set()
        time.sleep(0.2)
        made.append(ScriptedTts())
        return made[0]

    hire({"tts": {"espeak": slow}})
    async with company(Settings(), ScriptedFace()) as opening, Crew() as crew:
        task = crew.begin(opening.open())
        await asyncio.get_running_loop().run_in_executor(None, begun.wait)
        task.cancel()
    assert made[0].closed


def test_who_is_tried_first(hire: Callable[[Any], None]) -> None:
    hire({"asr": {"pocketsphinx": ScriptedAsr, "zipformer": ScriptedAsr, "parakeet": ScriptedAsr}})
    assert ears("auto") == ("parakeet", "zipformer", "pocketsphinx")
    assert ears("pocketsphinx") == ("pocketsphinx", "parakeet", "zipformer")
    assert preferred("auto", []) == ()


def test_what_is_set_and_cannot_be_is_told_before_anything_is_opened(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match=r"engine in ASR_ENGINE 'pocketsphynx'; did you mean pocketsphinx"):
        check(Settings(asr_engine="pocketsphynx"))
    with pytest.raises(InputError, match="cannot be read"):
        check(Settings(persona=tmp_path / "nobody.toml"))
