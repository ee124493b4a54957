"""Which system calls a process may make once it holds what a stranger sent: a seccomp filter.

Owns the list, as numbers of the kernel's, and the program in the classic BPF that the kernel runs for
each call (seccomp(2), linux/filter.h, linux/seccomp.h). Everything here is pure; `confine` sets it.

Allowed is what computing takes: memory, threads, clocks, and the pipes that are open already. All else is
answered with EPERM: files, sockets, programs, processes, signals to others, and calls yet to be invented.
"""

import struct
from collections.abc import Iterator
from errno import ENOSYS, EPERM
from typing import Final, NamedTuple


class Machine(NamedTuple):
    """What a kind of processor calls things: its audit word, and the numbers of system calls.

    seccomp: sets a filter. clone, clone3: start a thread or a process.
    """

    audit: int
    allowed: tuple[int, ...]
    seccomp: int
    clone: int
    clone3: int


# Numbers on x86-64 and on aarch64: arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h.
_ALLOWED: Final = {
    "read": (0, 63),
    "write": (1, 64),
    "readv": (19, 65),
    "writev": (20, 66),
    "close": (3, 57),
    "lseek": (8, 62),
    "fstat": (5, 80),
    "mmap": (9, 222),
    "mremap": (25, 216),
    "munmap": (11, 215),
    "mprotect": (10, 226),
    "madvise": (28, 233),
    "brk": (12, 214),
    "futex": (202, 98),
    "set_robust_list": (273, 99),
    "set_tid_address": (218, 96),
    "rseq": (334, 293),
    "membarrier": (324, 283),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "getcpu": (309, 168),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    "restart_syscall": (219, 128),
    "nanosleep": (35, 101),
    "clock_nanosleep": (230, 115),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "gettimeofday": (96, 169),
    "getrusage": (98, 165),
    "sysinfo": (99, 179),
    "getrandom": (318, 278),
    "getpid": (39, 172),
    "gettid": (186, 178),
    "exit": (60, 93),
    "exit_group": (231, 94),
}

MACHINES: Final = {
    "x86_64": Machine(0xC000003E, tuple(x86 for x86, _ in _ALLOWED.values()), 317, 56, 435),
    "aarch64": Machine(0xC00000B7, tuple(arm for _, arm in _ALLOWED.values()), 277, 220, 435),
}
"""By what platform.machine() answers on Linux."""

_ALLOW: Final = 0x7FFF0000
_ERRNO: Final = 0x00050000
_KILL_PROCESS: Final = 0x80000000

_LOAD: Final = 0x20  # BPF_LD | BPF_W | BPF_ABS
_RETURN: Final = 0x06  # BPF_RET | BPF_K
_IF_EQUAL: Final = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
_IF_ANY_BIT: Final = 0x45  # BPF_JMP | BPF_JSET | BPF_K

# Where struct seccomp_data has the call's number, the audit word, and the lower half of the first argument
# on these little-endian machines.
_NUMBER, _AUDIT, _FIRST_ARGUMENT = 0, 4, 16

_CLONE_THREAD: Final = 0x00010000


def program(machine: Machine) -> bytes:
    """The filter: an array of struct sock_filter, eight bytes each."""
    return b"".join(_instructions(machine))


def _instructions(machine: Machine) -> Iterator[bytes]:
    yield _does(_LOAD, _AUDIT)
    yield _skips_one(_IF_EQUAL, machine.audit)
    yield _does(_RETURN, _KILL_PROCESS)
    yield _does(_LOAD, _NUMBER)
    for number in machine.allowed:
        yield from _answers(number, _ALLOW)
    # Its flags lie in memory, where a filter cannot look; told that there is none, libc takes clone.
    yield from _answers(machine.clone3, _ERRNO | ENOSYS)
    yield _skips_one(_IF_EQUAL, machine.clone)
    yield _does(_RETURN, _ERRNO | EPERM)
    yield _does(_LOAD, _FIRST_ARGUMENT)
    yield _skips_one(_IF_ANY_BIT, _CLONE_THREAD)
    yield _does(_RETURN, _ERRNO | EPERM)
    yield _does(_RETURN, _ALLOW)


def _answers(number: int, verdict: int) -> tuple[bytes, bytes]:
    return struct.pack("=HBBI", _IF_EQUAL, 0, 1, number), _does(_RETURN, verdict)


def _skips_one(condition: int, operand: int) -> bytes:
    """If it holds, the next instruction is skipped."""
    return struct.pack("=HBBI", condition, 1, 0, operand)


def _does(code: int, operand: int) -> bytes:
    return struct.pack("=HBBI", code, 0, 0, operand)
