"""Pieces of a film's sound, cut out to the sample and written as WAV files; and the table of their texts.

What is written is what was recorded, mono, at 24 kHz and 16 bits: no louder, no quieter, nothing filtered;
the first and the last 10 ms are faded, in which nobody speaks. A file is whole or not there.
"""

import wave
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from visavis.evaluate.footage import Span
from visavis.evaluate.gold.choosing import DULL, Piece, Refusal, refused
from visavis.media import AudioChunk, Samples
from visavis.sound import Recording
from visavis.transports.place import placing, sentences
from visavis.voices.listening import RATE
from visavis.voices.rates import Resampler

TABLE: Final = "transcripts.tsv"
COLUMNS: Final = ("file", "text", "language", "speaker", "by")

FADE: Final = RATE // 100


@dataclass(frozen=True, slots=True)
class Cut:
    """A piece, in a file of its own. text: what is said in it, "" where nobody knows; by: who says so."""

    path: Path
    piece: Piece
    text: str = ""
    by: str = ""
    language: str = ""


def pieces(
    film: Recording,
    wanted: Sequence[Piece],
    stem: Path,
    overall: Callable[[Samples, int], float | None],
) -> Iterator[Cut | Refusal]:
    """Pieces of a film, each in a file: `stem`-001.wav and so on; those that sound poor are refused. Blocks.

    overall: what listeners would say of a sound, 1..5, where that can be told.

    Raises:
        AudioError: the film is damaged. OutputError: a file cannot be written.
    """
    made = 0
    sounds = cut(film, [(piece.start, piece.end) for piece in wanted])
    for piece, samples in zip(wanted, sounds, strict=False):
        opinion = overall(samples, RATE)
        if opinion is not None and opinion < DULL:
            yield refused(piece.film, piece.parts, "dull")
            continue
        made += 1
        path = stem.with_name(f"{stem.name}-{made:03}.wav")
        write_sound(path, samples)
        yield Cut(path, piece)


def cut(film: Recording, spans: Sequence[Span]) -> Iterator[Samples]:
    """The sound of each span, float32 [n] at RATE; spans are in order and do not overlap. Blocks.

    Holds one span at a time, and ends with the last one. Raises AudioError where the film is damaged.
    """
    wanted = iter(spans)
    span = next(wanted, None)
    kept: list[Samples] = []
    at = 0
    with closing(_resampled(film.chunks())) as pieces:
        for samples in pieces:
            while span is not None:
                first, last = (round(moment * RATE) for moment in span)
                kept.append(samples[max(0, first - at) : max(0, last - at)])
                if at + len(samples) < last:
                    break
                yield _faded(np.concatenate(kept))
                kept.clear()
                span = next(wanted, None)
            if span is None:
                return
            at += len(samples)
    if kept and span is not None:
        yield _faded(np.concatenate(kept))


def _resampled(chunks: Iterator[AudioChunk]) -> Generator[Samples, None, None]:
    converter: Resampler | None = None
    for chunk in chunks:
        converter = converter or Resampler(chunk.rate, RATE)
        yield converter.feed(chunk.samples)
    if converter is not None:
        yield converter.finish()


def _faded(samples: Samples) -> Samples:
    ramp = np.linspace(0, 1, min(FADE, len(samples)), dtype=np.float32)
    made = samples.copy()
    made[: len(ramp)] *= ramp
    made[len(made) - len(ramp) :] *= ramp[::-1]
    return made


def write_sound(path: Path, samples: Samples) -> None:
    """A WAV file. Blocks. Raises OutputError where it cannot be written."""
    pcm = np.clip(np.rint(samples * 32767), -32768, 32767).astype("<i2")
    with placing(path, (".wav",)) as part, sentences(path), wave.open(str(part), "wb") as file:
        file.setparams((1, 2, RATE, len(pcm), "NONE", ""))
        file.writeframes(pcm.tobytes())


def write_table(path: Path, cuts: Iterable[Cut], speaker: str) -> None:
    """The texts of some pieces, as `tables` reads them. Blocks. Raises OutputError."""
    lines = ["\t".join(COLUMNS)]
    lines += ["\t".join((c.path.name, c.text, c.language, speaker, c.by)) for c in cuts]
    with placing(path, (path.suffix,)) as part, sentences(path):
        part.write_text("\n".join(lines) + "\n", "utf-8")
