"""One upload from its first byte to what is kept of it: known, scanned, opened in the sandbox.

Owns which kinds are taken for what, and what may come out of the sandbox for each. Refuses to open
anything in this process, and to believe what comes out (`believed`).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal

from visavis.errors import UploadError
from visavis.intake.clamd import Scanner
from visavis.intake.kinds import PICTURES, SOUNDS, VIDEOS, Kind, kind_of
from visavis.intake.messages import Answer
from visavis.intake.received import Spool
from visavis.intake.sandbox import Task, run
from visavis.streams import Worker, closing

__all__ = ["Answer", "study_portrait", "study_speech", "study_voice"]

_MB: Final = 2**20


# What may come out of the sandbox, and how many bytes of each.
_STILL: Final = {"picture": 16 * _MB, "face": _MB}
_MOVING: Final = {**_STILL, "clip": 48 * _MB, "track": 32 * _MB}
_SPOKEN: Final = {"sample": 8 * _MB}
_SAID: Final = {"speech": 24 * _MB}

_PHOTO: Final = Task("visavis.intake.photos:photo", 1536 * _MB, 20, _STILL)
_GIF: Final = Task("visavis.intake.clips:gif", 2048 * _MB, 120, _MOVING)
_CLIP: Final = Task("visavis.intake.clips:clip", 2048 * _MB, 300, _MOVING)
_VOICE: Final = Task("visavis.intake.recordings:recording", 2048 * _MB, 120, _SPOKEN)
_SPEECH: Final = Task("visavis.intake.utterances:utterance", 1024 * _MB, 30, _SAID)

# Films in other containers are taken for their sound only: they need not say how long they are.
_FILMS: Final[frozenset[Kind]] = frozenset(("mp4", "mov"))


async def study_portrait(spool: Spool, models: Mapping[str, Path], scanner: Scanner | None = None) -> Answer:
    """What is kept of a photo, a GIF or a clip of a face.

    models: the files of portrait.faces.NETWORKS.

    Facts: kind "photo", "gif" or "clip"; width and height of the picture; quality, as portrait.quality
    gives it. Blobs: picture, a JPEG; face, arrays.packed(Found). What moves has besides: fps, seconds, loop
    and sentences as in portrait.clip, best: the best frames' numbers; clip, an MP4 of the picture's size
    without sound; track, arrays.packed(Track). The picture of a clip is its best frame.

    Raises:
        UploadError: it cannot be taken, and why.
        ModelError: a model is missing or damaged.
        StorageError: the scanner cannot be reached.
    """
    kind = _taken(spool, PICTURES | _FILMS, "send a photo or a clip as JPEG, PNG, WebP, GIF, MP4 or MOV")
    task = _CLIP if kind in _FILMS else _GIF if kind == "gif" else _PHOTO
    answer = await _studied(task, {"kind": kind, "models": _paths(models)}, spool, scanner)
    return await _believed(answer, "portrait")


async def study_voice(spool: Spool, scanner: Scanner | None = None) -> Answer:
    """What is kept of a recording, or of the sound of a video.

    Facts: language and gender as they were heard; seconds of the sample; quality as voices gives it.
    Blobs: sample, FLAC, mono, 24 kHz.

    Raises:
        UploadError: it cannot be taken, and why.
        StorageError: the scanner cannot be reached.
    """
    kind = _taken(spool, SOUNDS | VIDEOS, "send a recording as WAV, MP3, FLAC, M4A or OGG, or a video")
    return await _believed(await _studied(_VOICE, {"kind": kind}, spool, scanner), "voice")


async def study_speech(spool: Spool, scanner: Scanner | None = None) -> bytes:
    """All of the sound of a recording, or of a video: 16-bit mono PCM at 16 kHz, the low byte first.

    Raises:
        UploadError: it cannot be taken, and why.
        StorageError: the scanner cannot be reached.
    """
    kind = _taken(spool, SOUNDS | VIDEOS, "send a recording as WAV, MP3, FLAC, M4A or OGG, or a video")
    answer = await _studied(_SPEECH, {"kind": kind}, spool, scanner)
    speech = answer.blobs.get("speech", b"")
    if not speech or len(speech) % 2:
        raise _nonsense()
    return speech


def _taken(spool: Spool, kinds: frozenset[Kind], ask: str) -> Kind:
    kind = kind_of(spool.head)
    if kind is None:
        raise UploadError("kind", f"the file is none of the kinds that are taken; {ask}")
    if kind not in kinds:
        raise UploadError("kind", f"the file is {kind.upper()}, which is not taken here; {ask}")
    return kind


def _paths(models: Mapping[str, Path]) -> dict[str, str]:
    """Where they lie, for a process that is somewhere else."""
    return {name: str(path.absolute()) for name, path in models.items()}


async def _studied(task: Task, arguments: dict[str, Any], spool: Spool, scanner: Scanner | None) -> Answer:
    if scanner is not None:
        await scanner.scan(spool.read())
    return await run(task, arguments, spool.read(), spool.size)


async def _believed(answer: Answer, what: Literal["portrait", "voice"]) -> Answer:
    """The answer, if it is as an answer has to be."""

    def check() -> None:
        from visavis.intake import believed

        (believed.check_portrait if what == "portrait" else believed.check_voice)(answer)

    try:
        async with closing(Worker("believed")) as worker:
            await worker.run(check)
    except (ValueError, OverflowError, RecursionError) as error:
        raise _nonsense() from error
    return answer


def _nonsense() -> UploadError:
    return UploadError("damaged", "the file made the process that opened it answer nonsense; save it anew")
