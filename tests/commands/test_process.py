import asyncio
import os
import signal

import pytest

from visavis.commands.process import ENDING, ended_by_signals, until_told


@pytest.mark.parametrize("told", ENDING)
def test_a_signal_leaves_the_block_by_an_error(told: signal.Signals) -> None:
    before = signal.getsignal(told)
    with pytest.raises(SystemExit) as left, ended_by_signals():
        os.kill(os.getpid(), told)
    assert left.value.code == 128 + told
    assert signal.getsignal(told) == before


def test_a_signal_that_is_to_be_ignored_is() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with ended_by_signals():
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_work_that_is_cancelled_by_itself() -> None:
    async def cancelled() -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        until_told(cancelled())
