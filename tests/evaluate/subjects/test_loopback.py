import contextlib
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes.face import blank_portrait
from tests.server.house import house
from tests.server.served import served
from visavis.config import Settings
from visavis.errors import EngineError
from visavis.evaluate.client import serving
from visavis.evaluate.client.address import Address
from visavis.evaluate.client.serving import Served
from visavis.evaluate.client.serving import serving as started_with
from visavis.evaluate.scenarios import Scenario
from visavis.evaluate.scenarios.conversation import Conversation, Turn
from visavis.evaluate.subjects import Setup, Unable, loopback
from visavis.evaluate.subjects.loopback import settings_of, started
from visavis.evaluate.takes import Dialogue

SETUP = Setup(Settings(), blank_portrait)


def test_what_matters_to_a_conversation_is_passed_on() -> None:
    settings = Settings(
        persona=Path("mine.toml"), openai_model="m", database_url="sqlite:///theirs.db", api_keys=True
    )
    told = settings_of(replace(SETUP, settings=settings, face="warp", size=(256, 256)), Path("/a/b.png"))
    assert told["PERSONA"] == str(Path.cwd() / "mine.toml")
    assert (told["OPENAI_MODEL"], told["AVATAR_BACKEND"], told["LIVE_SIZE"]) == ("m", "warp", "256")
    assert told["DEFAULT_REFERENCE_IMAGE"] == "/a/b.png"
    assert not {"DATABASE_URL", "API_KEYS", "DATA_FOLDER", "ASR_ENGINE"} & told.keys()


@pytest.mark.usefixtures("finder", "photo")
async def test_a_server_is_started_talked_to_and_gone(tmp_path: Path) -> None:
    scenario = Scenario(
        "mine", "Mine", "conversation", "en", (), Conversation((Turn("types", text="What is your name?"),))
    )
    async with started(replace(Setup(Settings(max_concurrent_users=2)), size=(256, 256))) as server:
        assert server.configuration["face"] == "warp"
        dialogue = await server.perform(scenario, tmp_path, lambda done, total: None)
        usage = await server._usage()
    assert isinstance(dialogue, Dialogue)
    assert "Vis" in dialogue.exchanges[0].answered
    assert usage is not None
    assert usage.memory > 50 * 2**20


@contextlib.asynccontextmanager
async def house_of(*args: object) -> AsyncIterator[Served]:
    """One of scripted engines, as if it had been started here."""
    made = house()
    async with made.lobby, served(made) as port:
        yield Served(Address(f"http://127.0.0.1:{port}"), os.getpid(), 0.0, Path("/nowhere"))


async def test_a_voice_that_is_not_the_servers_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loopback, "serving", house_of)
    with pytest.raises(Unable, match="a server speaks with scripted, and other is what is evaluated"):
        async with started(replace(SETUP, tts="other")):
            pass
    with pytest.raises(EngineError, match=r"unknown voice of http.* 'adda'; did you mean ada\?"):
        async with started(replace(SETUP, tts="scripted", voice="adda")):
            pass
    async with started(replace(SETUP, tts="scripted", voice="ada")) as server:
        assert server.configuration["voice"] == "ada"


async def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    failing = tmp_path / "failing.py"
    failing.write_text("import sys\nprint('starting')\nsys.exit('there is no engine, install one')\n")
    with pytest.raises(EngineError, match="ended while it began; it said: starting / there is no engine"):
        async with started_with({}, (str(failing),)):
            pass


async def test_a_server_is_ended_though_it_does_not_want_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It never becomes ready, and does not heed that it is told to end."""
    stubborn = tmp_path / "stubborn.py"
    stubborn.write_text(
        "import os, pathlib, signal, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"pathlib.Path({str(tmp_path / 'pid')!r}).write_text(str(os.getpid()))\n"
        "time.sleep(60)\n"
    )
    monkeypatch.setattr(serving, "READY", 1.0)
    monkeypatch.setattr(serving, "ENDING", 0.1)
    with pytest.raises(EngineError, match="did not become ready in time"):
        async with started_with({}, (str(stubborn),)):
            pass
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
