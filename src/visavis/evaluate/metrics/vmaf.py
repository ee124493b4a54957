"""What the encoder took from the pictures: the video against what was drawn, where that was kept."""

import json
import shutil
import subprocess
from functools import cache, lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np

from visavis.errors import EngineError
from visavis.evaluate.footage import pictures_of
from visavis.evaluate.metrics import Metric, Reading
from visavis.evaluate.metrics._pictures import grey_of
from visavis.evaluate.metrics.identity import similarity
from visavis.evaluate.takes import Take

NOT_KEPT: Final = Reading(
    None, "the pictures before they were encoded were not kept; they are of short scenarios"
)

NO_VMAF: Final = Reading(None, "there is no FFmpeg with libvmaf; pip install imageio-ffmpeg brings one")

PATIENCE: Final = 120.0
"""Seconds after which an FFmpeg that does not end is ended."""

GRAPH: Final = (
    "[0:v]setpts=PTS-STARTPTS,format=yuv420p[made];"
    "[1:v]setpts=PTS-STARTPTS,scale=out_color_matrix=bt709:out_range=tv,format=yuv420p[drawn];"
    "[made][drawn]libvmaf=log_fmt=json:log_path=vmaf.json:n_threads=2"
)


def vmaf(take: Take) -> Reading:
    """VMAF of the video against what was drawn, the mean of the pictures."""
    if take.source is None:
        return NOT_KEPT
    program = ffmpeg()
    if program is None:
        return NO_VMAF
    frames = [frame["metrics"]["vmaf"] for frame in compared(program, take.video, take.source)["frames"]]
    return Reading(float(np.mean(frames)), series={"vmaf": frames})


def ssim(take: Take) -> Reading:
    """The structural similarity of the luma of the video and of what was drawn, the mean of the pictures."""
    return NOT_KEPT if take.source is None else Reading(_encoded(take)[1])


def psnr(take: Take) -> Reading:
    """The signal-to-noise ratio of the luma of the video against what was drawn, dB, of all its pictures."""
    return NOT_KEPT if take.source is None else Reading(_encoded(take)[0])


@lru_cache(maxsize=1)
def _encoded(take: Take) -> tuple[float, float]:
    """PSNR in dB, 99 for none lost, and mean SSIM."""
    assert take.source is not None
    squares, alike = [], []
    for made, drawn in zip(take.pictures(), pictures_of(take.source), strict=False):
        one, other = grey_of(made), grey_of(drawn)
        squares.append(float(np.square(one.astype(np.float32) - other).mean()))
        alike.append(float(similarity(one, other).mean()))
    error = float(np.mean(squares))
    return min(99.0, float(10 * np.log10(255**2 / error))) if error else 99.0, float(np.mean(alike))


@cache
def ffmpeg() -> str | None:
    """An FFmpeg that knows libvmaf: on the path, or the one of imageio-ffmpeg; None where there is none."""
    found = filter(None, (shutil.which("ffmpeg"), _packaged()))
    return next((program for program in found if "libvmaf" in _filters(program)), None)


def compared(program: str, made: Path, drawn: Path) -> dict[str, list[dict[str, dict[str, float]]]]:
    """What libvmaf writes of two videos of the same size and pictures.

    Raises:
        EngineError: it does not come to an end, or writes nothing.
    """
    with TemporaryDirectory() as folder:
        inputs = ["-i", str(made.absolute()), "-i", str(drawn.absolute())]
        command = [program, "-nostdin", "-v", "error", *inputs, "-lavfi", GRAPH, "-f", "null", "-"]
        said = ""
        try:
            ended = subprocess.run(command, cwd=folder, capture_output=True, timeout=PATIENCE, check=False)
            said = ended.stderr.decode(errors="replace").strip().rpartition("\n")[2]
            written = json.loads((Path(folder) / "vmaf.json").read_text("utf-8"))
        except subprocess.TimeoutExpired as error:
            raise EngineError(f"FFmpeg took more than {PATIENCE:.0f} s for VMAF of {made}") from error
        except (OSError, ValueError) as error:
            raise EngineError(f"FFmpeg could not tell VMAF of {made}: {said or error}") from error
    return dict(written)


def _packaged() -> str | None:
    try:
        import imageio_ffmpeg
    except ImportError:
        return None
    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError:
        return None


def _filters(program: str) -> str:
    try:
        listed = subprocess.run(
            [program, "-hide_banner", "-filters"], capture_output=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return listed.stdout.decode(errors="replace")


_LIMITS: Final = "It tells what the encoder lost, and nothing of what was drawn badly."

METRICS: Final = (
    Metric(
        name="vmaf",
        title="VMAF of the encoding",
        unit="",
        better="higher",
        source="VMAF 0.6.1 by libvmaf (Li et al. 2016), of luma; the mean of the pictures",
        limits=_LIMITS + " Made for films on a television; a face that fills the picture is a hard case.",
        of=Take,
        measure=vmaf,
        same_within=0.5,
    ),
    Metric(
        name="encoding_ssim",
        title="Similarity after encoding",
        unit="",
        better="higher",
        source="structural similarity (Wang et al. 2004) of luma; the mean of the pictures",
        limits=_LIMITS,
        of=Take,
        measure=ssim,
        same_within=0.002,
    ),
    Metric(
        name="encoding_psnr",
        title="Signal to noise after encoding",
        unit="dB",
        better="higher",
        source="10 log10(255² / mean squared error) of luma, of all pictures together",
        limits=_LIMITS + " A still background raises it.",
        of=Take,
        measure=psnr,
        same_within=0.3,
    ),
)
