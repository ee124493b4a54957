"""What encoding takes away, and more of it where more was taken."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from visavis.errors import EngineError
from visavis.evaluate.metrics import Reading
from visavis.evaluate.metrics.vmaf import METRICS, compared, ffmpeg, psnr, ssim, vmaf
from visavis.evaluate.spoiling.pictures import blurred, spoiled
from visavis.evaluate.takes import Take


def value(measure: Callable[[Take], Reading], take: Take) -> float:
    reading = measure(take)
    assert reading.value is not None, reading.note
    return reading.value


def test_what_was_drawn_is_kept_picture_by_picture(rendered: Take) -> None:
    assert value(psnr, rendered) > 35
    assert value(ssim, rendered) > 0.9


def test_more_is_lost_in_a_blur(rendered: Take, tmp_path: Path) -> None:
    soft = spoiled(rendered, tmp_path / "a.mp4", blurred(1.5))
    measures = [psnr, ssim] if ffmpeg() is None else [psnr, ssim, vmaf]
    for measure in measures:
        assert value(measure, soft) < value(measure, rendered)


@pytest.mark.skipif(ffmpeg() is None, reason="there is no FFmpeg with libvmaf")
def test_vmaf_is_of_every_picture(rendered: Take, tmp_path: Path) -> None:
    reading = vmaf(rendered)
    assert len(reading.series["vmaf"]) == rendered.frames
    assert value(vmaf, rendered) > 80
    with pytest.raises(EngineError, match="could not tell VMAF of"):
        compared(ffmpeg() or "", rendered.video, tmp_path / "nothing.mov")


def test_what_was_not_kept_is_not_compared(rendered: Take) -> None:
    for metric in METRICS:
        assert "not kept" in metric.measure(replace(rendered, source=None)).note
