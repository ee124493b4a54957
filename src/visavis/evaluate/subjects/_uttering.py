"""A text, said by a server: live, in pieces as a conversation has them, or as a video that is ordered.

What is short is said live, so that it is known how it arrives; what is long, or of another size than
conversations are, is ordered. Refuses what would take a server hours.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

from visavis.errors import EngineError
from visavis.evaluate.aligning import phones_of
from visavis.evaluate.client.address import LARGE, NEVER, Address, Door
from visavis.evaluate.client.received import is_number, now
from visavis.evaluate.client.reel import joined
from visavis.evaluate.client.websocket import PAGE, Chunk, connected
from visavis.evaluate.footage import cut, footage
from visavis.evaluate.scenarios import Scenario
from visavis.evaluate.scenarios.utterance import Saying
from visavis.evaluate.subjects import Progress, Unable
from visavis.evaluate.subjects._filming import LONG, stages_of
from visavis.evaluate.takes import EXCERPT, Arrival, Take
from visavis.language import clauses
from visavis.media import Language, Samples
from visavis.sound import read
from visavis.streams import Worker
from visavis.transports.place import placing, sentences

LIVE: Final = 600
"""Characters that are said live at the most: some forty seconds."""

LONGEST: Final = 20_000
"""Characters that are ordered at the most: twenty minutes, which take a server some minutes to film."""


@dataclass(frozen=True, slots=True)
class Came:
    """A video that has come. first, took: seconds; as in Take. stages: as the server tells them."""

    arrivals: tuple[Arrival, ...] = ()
    stages: Mapping[str, float] | None = None
    first: float | None = None
    took: float = 0.0


async def uttered(
    scenario: Scenario,
    door: Door,
    choice: Mapping[str, str],
    worker: Worker,
    folder: Path,
    progress: Progress,
) -> Take:
    """What a server made of a text. choice: avatar_id and voice, where they are selected.

    Raises:
        EngineError: it could not be had. InputError: the server refused it.
    """
    saying = cast(Saying, scenario.script)
    if len(saying.text) > LONGEST:
        raise Unable(
            f"{len(saying.text)} characters would be filmed by the server, which takes it too long; "
            "only the engines here can say a text without filming all of it"
        )
    video = folder / f"{scenario.name}.mp4"
    if len(saying.text) <= LIVE and saying.size is None and saying.fps is None:
        came = await _live(saying.text, door.address, choice, worker, video)
    else:
        came = await _ordered(saying, door, choice, worker, video)
    progress(1, 1)
    # Nobody has told the server who is meant to speak, unless a voice of its own was asked for.
    meant = saying.reference if "voice" in choice else None
    take = await worker.run(partial(_take, scenario, saying, video, came, meant))
    phones = await phones_of(take.text, None, take.samples, take.rate) if take.text else ()
    return replace(take, phones=phones, aligned="reading" if phones else "")


async def _live(text: str, address: Address, choice: Mapping[str, str], worker: Worker, video: Path) -> Came:
    """Said in a conversation, and joined from the pieces; how long it took is a matter of its own length."""
    kept: list[bytes] = []
    asked_for = {**PAGE, **choice, "idle": "0", "language": "auto"}
    async with connected(address, choice=asked_for, kept=kept, ears=False) as client:
        asked = now()
        await client.send({"type": "text_input", "text": text})
        seconds = 30.0 + len(text) / 5
        try:
            await client.until(lambda: _over(client.chunks) or client.messages("error"), seconds)
        except TimeoutError:
            raise EngineError(
                f"the server had not said {len(text)} characters after {seconds:.0f} s"
            ) from None
        if failed := client.messages("error"):
            raise EngineError(f"the server could not say it: {failed[0].fields['detail']}")
        chunks = [chunk for chunk in client.chunks if chunk.spoken]
        await client.leave()
    if not chunks:
        raise EngineError(f"the server said nothing of {text[:60]!r}, and was done with it")
    await worker.run(partial(joined, kept, video))
    arrivals = tuple(_arrivals(chunks, asked))
    return Came(arrivals, first=arrivals[0].came)


def _over(chunks: list[Chunk]) -> bool:
    return bool(chunks) and chunks[-1].final


def _arrivals(chunks: list[Chunk], asked: float) -> list[Arrival]:
    begin = chunks[0].start
    return [Arrival(chunk.came - asked, chunk.start - begin, chunk.duration) for chunk in chunks]


async def _ordered(
    saying: Saying, door: Door, choice: Mapping[str, str], worker: Worker, video: Path
) -> Came:
    """Ordered as a video, waited for, and taken away from the server again."""
    wish: dict[str, Any] = {"text": saying.text, **choice}
    if saying.size is not None:
        wish |= {"width": saying.size[0], "height": saying.size[1]}
    if saying.fps is not None:
        wish["fps"] = saying.fps
    asked = now()
    made = await door.fields("/api/v1/generate", wish, NEVER)
    took = now() - asked
    url = made.get("url")
    if not isinstance(url, str):
        raise EngineError("the server does not say where the video is; it is of another version")
    try:
        content = await door.content(url, NEVER, LARGE)
    finally:
        await door.delete(url)
    await worker.run(partial(_written, content, video))
    timings = _timings(made.get("timings"))
    return Came(stages=stages_of(timings), first=timings.get("first_frame"), took=took)


def _timings(told: object) -> dict[str, float]:
    """Seconds by name; a server need not tell any."""
    if not isinstance(told, dict):
        return {}
    return {str(name): float(spent) for name, spent in told.items() if is_number(spent)}


def _written(content: bytes, video: Path) -> None:
    with placing(video, (".mp4",)) as part, sentences(video):
        part.write_bytes(content)


def _take(scenario: Scenario, saying: Saying, video: Path, came: Came, meant: Path | None) -> Take:
    """The video as material, or the end of a long one, of which nobody knows what is said in it. Blocks.

    meant: a recording of who is meant to speak.
    """
    made = footage(video)
    whole, begins = len(made.shown) / made.fps, 0.0
    if whole > LONG:
        begins = whole - EXCERPT
        cut(video, begins, video)
        made = footage(video)
    sample = _reference(meant)
    return Take(
        scenario=scenario.name,
        text="" if begins else saying.text,
        language=scenario.language,
        video=video,
        samples=made.samples,
        rate=made.rate,
        shown=made.shown,
        fps=made.fps,
        size=made.size,
        stages=came.stages or {},
        first=came.first,
        took=came.took,
        whole=whole,
        filmed=whole,
        begins=begins,
        arrivals=came.arrivals,
        spoken=_languages(saying.text, len(made.samples) / made.rate) if not begins else (),
        reference=None if sample is None else sample[0],
        reference_rate=0 if sample is None else sample[1],
    )


def _languages(text: str, seconds: float) -> tuple[tuple[Language, float, float], ...]:
    """Which language is said from when to when; () where there are several, for a server does not tell."""
    found = {clause.language for clause in clauses(text)}
    return ((found.pop(), 0.0, seconds),) if len(found) == 1 else ()


def _reference(path: Path | None) -> tuple[Samples, int] | None:
    if path is None:
        return None
    sound = read(path.read_bytes())
    return sound.samples, sound.rate
