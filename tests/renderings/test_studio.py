import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from tests.fakes.face import Blank, ScriptedFace, blank_portrait
from tests.fakes.tts import ScriptedTts
from visavis.avatars.database.tables import Avatar
from visavis.avatars.database.tables import Voice as Registered
from visavis.contracts import Clause, Face, Prepared, Stream, Tts, Voice, VoiceSample
from visavis.credentials import Signer, inspected
from visavis.errors import ConsentError, EngineError, PortraitError, UnknownName
from visavis.media import AudioChunk, Pixels, Portrait
from visavis.renderings.failure import failed
from visavis.renderings.order import Order
from visavis.renderings.studio import Workshop

FACE, VOICE = "a" * 32, "b" * 32
ORDER = Order("hello there", "en", width=256, height=320)


class Cast:
    """One face and one voice, of ada; asked: for what, in order."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, ...]] = []
        self.rows: dict[str, Avatar | Registered] = {
            FACE: Avatar(
                owner="ada", name="face", kind="photo", digest="", verdict="good", consent="consent to a"
            ),
            VOICE: Registered(owner="ada", name="voice", digest="", verdict="good", consent="consent to b"),
        }

    async def avatar(self, owner: str, which: str) -> Avatar:
        row = self._registered(owner, which, FACE)
        assert isinstance(row, Avatar)
        return row

    async def voice(self, owner: str, which: str) -> Registered:
        row = self._registered(owner, which, VOICE)
        assert isinstance(row, Registered)
        return row

    async def face(self, owner: str, which: str, engine: Face, width: int, height: int) -> Prepared:
        self._registered(owner, which, FACE)
        self.asked.append((which, width, height))
        return Blank(width, height)

    async def speaker(self, owner: str, which: str, tts: Tts) -> Voice:
        if which == "revoked":
            raise ConsentError("the consent was taken back")
        for voice in tts.voices:
            if voice.name == which:
                return voice
        self._registered(owner, which, VOICE)
        return tts.resembling(VoiceSample(np.zeros(1, np.float32), 16_000), "mine")

    def _registered(self, owner: str, which: str, known: str) -> Avatar | Registered:
        if (owner, which) != ("ada", known):
            raise UnknownName("avatar or voice", which, ())
        return self.rows[which]


class Resembling(ScriptedTts):
    """Speaks with any likeness; heard: with which voices it spoke."""

    version = "scripted 1"

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[Voice] = []

    def resembling(self, sample: VoiceSample, name: str) -> Voice:
        return replace(self.voices[1], name=name, likeness=b"like me")

    async def speak(self, clauses: Stream[Clause], voice: Voice) -> Stream[AudioChunk]:
        self.heard.append(voice)
        known = self.voices[1] if voice.likeness else voice
        async with contextlib.aclosing(super().speak(clauses, known)) as chunks:
            async for chunk in chunks:
                yield chunk


class Premises:
    """A workshop, and all that it made."""

    def __init__(self, folder: Path) -> None:
        self.cast = Cast()
        self.voices: list[Resembling] = []
        self.faces: list[ScriptedFace] = []
        self.sizes: list[tuple[int, int]] = []
        self.signer = Signer.local(folder)
        self.workshop = Workshop(self.cast, self.signer, self._tts, self._face, self._portrait)

    def _tts(self) -> Resembling:
        self.voices.append(Resembling())
        return self.voices[-1]

    def _face(self, fps: int, seed: int) -> ScriptedFace:
        self.faces.append(ScriptedFace(fps, seed))
        return self.faces[-1]

    def _portrait(self, width: int, height: int) -> Portrait:
        self.sizes.append((width, height))
        return blank_portrait(width, height)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture
def premises(certificates: Path) -> Iterator[Premises]:
    premises = Premises(certificates)
    yield premises
    premises.workshop.close()
    assert all(voice.closed for voice in premises.voices)
    assert all(face.closed for face in premises.faces)


def pictures(path: Path) -> list[Pixels]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24").astype(np.uint8) for frame in container.decode(video=0)]


def quiet(done: float, expected: float | None) -> None:
    """Nobody looks."""


def left_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def others() -> set[asyncio.Task[Any]]:
    return asyncio.all_tasks() - {asyncio.current_task()}


async def test_who_is_registered_is_seen_and_heard_and_the_film_says_who_agreed(
    premises: Premises, tmp_path: Path
) -> None:
    out, told = tmp_path / "video.mp4", list[float]()
    order = replace(ORDER, avatar=FACE, voice=VOICE, fps=30, seed=5)
    film = await premises.workshop.film("ada", order, out, lambda done, expected: told.append(done))
    assert (film.size, film.fps, film.frames) == ((256, 320), 30, len(pictures(out)))
    assert premises.cast.asked == [(FACE, 256, 320)]
    assert premises.sizes == []
    assert [voice.name for voice in premises.voices[0].heard] == ["mine"]
    assert [(face.fps, face.seed) for face in premises.faces] == [(30, 5)]
    assert told == sorted(told)
    assert len(told) == film.frames
    report = inspected(out)
    assert report.state == "valid"
    assert "consent to a" in str(report)
    assert "consent to b" in str(report)
    assert "hello" not in str(report)


async def test_without_names_the_default_portrait_speaks_with_the_first_voice_of_the_language(
    premises: Premises, tmp_path: Path
) -> None:
    film = await premises.workshop.film("ada", replace(ORDER, language="es"), tmp_path / "a.mp4", quiet)
    assert premises.sizes == [(256, 320)]
    assert [voice.name for voice in premises.voices[0].heard] == ["carla"]
    assert film.timings.portrait > 0
    await premises.workshop.film("ada", replace(ORDER, voice="bert"), tmp_path / "b.mp4", quiet)
    assert [voice.name for voice in premises.voices[0].heard] == ["carla", "bert"]
    assert len(premises.voices) == 1, "all films share the voice engine"
    assert inspected(tmp_path / "b.mp4").state == "valid"


async def test_a_notice_is_seen_on_every_picture(premises: Premises, tmp_path: Path) -> None:
    for notice in (False, True):
        order = replace(ORDER, notice=notice)
        await premises.workshop.film("ada", order, tmp_path / f"{notice}.mp4", quiet)
    plain, marked = pictures(tmp_path / "False.mp4"), pictures(tmp_path / "True.mp4")
    for one, other in zip(plain, marked, strict=True):
        assert np.abs(one.astype(int) - other).max() > 60
        assert (np.abs(one.astype(int) - other).max(axis=2) > 60).mean() < 0.2


async def test_what_was_taken_back_or_is_somebody_elses_makes_no_film(
    premises: Premises, tmp_path: Path
) -> None:
    out = tmp_path / "video.mp4"
    with pytest.raises(ConsentError, match="taken back"):
        await premises.workshop.film("ada", replace(ORDER, voice="revoked"), out, quiet)
    with pytest.raises(UnknownName):
        await premises.workshop.film("bob", replace(ORDER, avatar=FACE), out, quiet)
    with pytest.raises(UnknownName):
        await premises.workshop.film("bob", replace(ORDER, voice=VOICE), out, quiet)
    assert left_in(tmp_path) == []


@pytest.mark.parametrize("which", [FACE, VOICE])
async def test_a_consent_that_is_taken_back_while_a_film_is_made_ends_it_unsigned(
    premises: Premises, tmp_path: Path, which: str
) -> None:
    def take_back(done: float, expected: float | None) -> None:
        premises.cast.rows[which].state = "revoked"

    order = replace(ORDER, avatar=FACE, voice=VOICE)
    with pytest.raises(ConsentError, match="was taken back"):
        await premises.workshop.film("ada", order, tmp_path / "video.mp4", take_back)
    assert not [path for path in left_in(tmp_path) if inspected(path).state != "unsigned"]


async def test_a_default_portrait_of_no_use_is_the_servers_business(
    premises: Premises, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def gone(width: int, height: int) -> Portrait:
        raise PortraitError("there is no file /somewhere/secret.jpg")

    premises.workshop = Workshop(premises.cast, premises.signer, premises._tts, premises._face, gone)
    with pytest.raises(EngineError) as raised:
        await premises.workshop.film("ada", ORDER, tmp_path / "video.mp4", quiet)
    progress = failed(raised.value)
    assert progress.error == "the default portrait cannot be used; tell whoever runs the server"
    assert progress.code == "engine"
    assert len(caplog.records) == 1
    assert "because of PortraitError" in caplog.text
    assert "secret" not in caplog.text


async def test_what_is_not_there_is_told_before_anything_is_made(premises: Premises) -> None:
    check = premises.workshop.check
    await check("ada", replace(ORDER, avatar=FACE, voice=VOICE))
    await check("ada", replace(ORDER, voice="bert"))
    await check("ada", ORDER)
    with pytest.raises(UnknownName, match="unknown voice 'brt'; did you mean bert"):
        await check("ada", replace(ORDER, voice="brt"))
    for owner, order in [("bob", replace(ORDER, avatar=FACE)), ("bob", replace(ORDER, voice=VOICE))]:
        with pytest.raises(UnknownName):
            await check(owner, order)
    assert premises.faces == []


@pytest.mark.parametrize("pictures_before", [1, 5, 20])
async def test_a_cancelled_film_leaves_nothing_within_a_picture_or_so(
    premises: Premises, tmp_path: Path, pictures_before: int
) -> None:
    seen = asyncio.Event()
    told = list[float]()

    def look(done: float, expected: float | None) -> None:
        told.append(done)
        if len(told) == pictures_before:
            seen.set()

    making = asyncio.create_task(
        premises.workshop.film("ada", replace(ORDER, text="a word or two. " * 50), tmp_path / "a.mp4", look)
    )
    async with asyncio.timeout(60):
        await seen.wait()
    making.cancel()
    with pytest.raises(asyncio.CancelledError):
        await making
    assert len(told) <= pictures_before + 3
    assert left_in(tmp_path) == []
    assert others() == set()


async def test_two_films_at_once_do_not_mix(premises: Premises, tmp_path: Path) -> None:
    texts = {"short": 1, "a good deal longer than the other one": 3}
    films = await asyncio.gather(
        *(
            premises.workshop.film("ada", replace(ORDER, text=text), tmp_path / f"{number}.mp4", quiet)
            for text, number in texts.items()
        )
    )
    assert films[0].seconds < films[1].seconds
    assert [len(pictures(film.path)) for film in films] == [film.frames for film in films]
