"""The door of the process that opens what strangers sent: shut, it is never opened again.

Owns what the process gives up, in layers that each stand alone: limits of the system, the seccomp filter
of `filter`, and being the first to go when processors are short. Refuses to be half shut in silence: a
layer that the system has and does not grant is an error, one that it does not have is left out.
"""

import ctypes
import os
import resource
import signal
import sys
from errno import EFAULT, EINVAL, EPERM
from typing import Final

from visavis.intake.filter import MACHINES, Machine, program

NICENESS: Final = 10

# linux/prctl.h, linux/seccomp.h
_SET_PDEATHSIG, _SET_DUMPABLE, _SET_SECCOMP, _SET_NO_NEW_PRIVS = 1, 4, 22, 38
_SET_MODE_FILTER, _SECCOMP_MODE_FILTER = 1, 2
_EVERY_THREAD: Final = 1  # SECCOMP_FILTER_FLAG_TSYNC: libraries may have started some already


class _Program(ctypes.Structure):
    """struct sock_fprog"""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def shut(memory: int, seconds: int) -> None:
    """Give up everything that computing does not take; what is open stays so.

    memory: bytes of address space. seconds: of processor time.

    Raises:
        OSError: the system does not grant it.
    """
    os.nice(NICENESS)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_NOFILE, 0)  # so that no file and no socket can be opened, on any system
    _limit(resource.RLIMIT_CPU, seconds, seconds + 1)  # the first of them has a signal of its own
    if sys.platform == "linux":
        _limit(resource.RLIMIT_AS, memory)
        _shut_on_linux()
    else:
        # Linux counts threads here, and those of the user's other processes too; the filter does it there.
        _limit(resource.RLIMIT_NPROC, 0)


def _limit(which: int, soft: int, hard: int | None = None) -> None:
    most = resource.getrlimit(which)[1]
    bounds = [limit if most == resource.RLIM_INFINITY else min(limit, most) for limit in (soft, hard or soft)]
    resource.setrlimit(which, (bounds[0], bounds[1]))


def _shut_on_linux() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    for option, value in ((_SET_PDEATHSIG, signal.SIGKILL), (_SET_DUMPABLE, 0), (_SET_NO_NEW_PRIVS, 1)):
        _granted(libc.prctl(option, *map(ctypes.c_ulong, (value, 0, 0, 0))))
    machine = MACHINES.get(os.uname().machine)
    if machine and sys.maxsize > 2**32:
        _filter(libc, machine)


def _filter(libc: ctypes.CDLL, machine: Machine) -> None:
    if not _has_filters(libc):
        return
    instructions = program(machine)
    filter_ = ctypes.byref(_Program(len(instructions) // 8, instructions))
    answer = libc.syscall(ctypes.c_long(machine.seccomp), _SET_MODE_FILTER, _EVERY_THREAD, filter_)
    if answer > 0:
        raise OSError(EPERM, f"its thread {answer} has another filter")
    _granted(answer)


def _has_filters(libc: ctypes.CDLL) -> bool:
    """Whether the kernel was built with them: one that was looks for a program where there is none."""
    asked = (_SECCOMP_MODE_FILTER, 0, 0, 0)
    answer, number = libc.prctl(_SET_SECCOMP, *map(ctypes.c_ulong, asked)), ctypes.get_errno()
    if answer != -1 or number not in (EFAULT, EINVAL):
        raise OSError(number, f"no filter can be set: {os.strerror(number)}")
    return number == EFAULT


def _granted(answer: int) -> None:
    if answer != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
