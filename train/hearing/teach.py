"""Teach the network what mouths do when they sound like this."""

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from train.hearing.network import Network
from visavis.motion.ear import AHEAD
from visavis.motion.spectrum import BANDS, FAINTEST

BATCH: Final = 16
PEAK_RATE: Final = 2e-3
DECAY: Final = 1e-2
KINDS_WEIGH: Final = 0.4
"""How much telling sounds apart counts beside the mouth: it teaches the network what speech is made of."""

SHIFT: Final = 1.5
"""Bands by which a spectrum is moved up or down at most, as if the throat had another length."""

TINT: Final = 4.0
LOUDER: Final = 6.0
"""dB by which a microphone colours a sound, at most in the mean, and by which it is louder or softer."""


class Lessons(NamedTuple):
    """Examples as arrays.

    looks: float16 [n, steps, 2 * BANDS]. answers: float16 [n, steps, ANSWERS]. kinds: uint8 [n, steps].
    """

    looks: NDArray[np.float16]
    answers: NDArray[np.float16]
    kinds: NDArray[np.uint8]


def teach(lessons: Lessons, epochs: int, seed: int, told: Callable[[str], None]) -> Network:
    """A network that has seen every lesson `epochs` times, each time tinted and shifted otherwise.

    AdamW (Loshchilov and Hutter 2019) with one cycle of the rate (Smith 2018). The same lessons and seed give
    the same network on the same machine.
    """
    torch.manual_seed(seed)
    dice = torch.Generator().manual_seed(seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    spread = torch.from_numpy(lessons.answers.astype(np.float32).std((0, 1))).to(device)
    network = Network()
    network.to(device)
    optimiser = torch.optim.AdamW(network.parameters(), PEAK_RATE, weight_decay=DECAY)
    batches = len(lessons.looks) // BATCH
    rate = torch.optim.lr_scheduler.OneCycleLR(optimiser, PEAK_RATE, epochs * batches, pct_start=0.1)
    for epoch in range(epochs):
        lost = np.zeros(2)
        for looks, answers, kinds in _batches(lessons, dice):
            mouths, heard, _ = network(_otherwise(looks, dice).to(device))
            missed = _missed(mouths, answers.to(device), spread)
            mistaken = _mistaken(heard, kinds.to(device))
            optimiser.zero_grad()
            torch.autograd.backward(missed + KINDS_WEIGH * mistaken)
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            rate.step()
            lost += missed.item(), mistaken.item()
        mouth, kind = lost / batches
        told(f"epoch {epoch + 1} of {epochs}: mouth {mouth:.4f}, kinds {kind:.4f}")
    network.to("cpu").eval()
    return network


def _missed(mouths: Tensor, answers: Tensor, spread: Tensor) -> Tensor:
    """How far off the mouths are, each AHEAD steps after the answer, beside how much the answers vary."""
    return ((mouths[:, AHEAD:] - answers[:, :-AHEAD]) / spread).square().mean()


def _mistaken(heard: Tensor, kinds: Tensor) -> Tensor:
    """How improbable the network took what was uttered for."""
    return functional.nll_loss(heard[:, AHEAD:].flatten(0, 1), kinds[:, :-AHEAD].flatten())


def _batches(lessons: Lessons, dice: torch.Generator) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    order = torch.randperm(len(lessons.looks), generator=dice).numpy()
    for begin in range(0, len(order) - BATCH + 1, BATCH):
        chosen = np.sort(order[begin : begin + BATCH])
        looks, answers, kinds = (torch.from_numpy(part[chosen]) for part in lessons)
        yield looks.float(), answers.float(), kinds.long()


def _otherwise(looks: Tensor, dice: torch.Generator) -> Tensor:
    """The same speech out of another throat and through another microphone."""
    n, steps, _ = looks.shape
    bands = looks.reshape(n, steps, 2, BANDS)
    at = torch.arange(BANDS) + SHIFT * (2 * torch.rand(n, 1, generator=dice) - 1)
    at = at.clamp(0, BANDS - 1.01)
    low = at.long()[:, None, None].expand(-1, steps, 2, -1)
    part = (at - at.floor())[:, None, None]
    bands = bands.gather(3, low) * (1 - part) + bands.gather(3, low + 1) * part
    knots = torch.randn(n, 1, 8, generator=dice) * TINT * torch.rand(n, 1, 1, generator=dice)
    tint = functional.interpolate(knots, BANDS, mode="linear", align_corners=True)
    louder = LOUDER * (2 * torch.rand(n, 1, 1, generator=dice) - 1)
    return (bands + (tint + louder)[:, :, None]).clamp(min=FAINTEST).reshape(n, steps, 2 * BANDS)
