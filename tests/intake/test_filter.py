"""Runs the filter as the kernel would, on calls of both kinds of machines."""

import struct
from errno import ENOSYS, EPERM

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.intake.filter import MACHINES, Machine, program

ALLOW, ERRNO, KILL = 0x7FFF0000, 0x00050000, 0x80000000
THREAD, VM = 0x00010000, 0x00000100

each_machine = pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)


def verdict(machine: Machine, number: int, first: int = 0, audit: int | None = None) -> int:
    """What the program answers, by the four instructions of classic BPF that it is made of."""
    call = struct.pack("<iIQ6Q", number, audit or machine.audit, 0, first, *[0] * 5)
    instructions = list(struct.iter_unpack("=HBBI", program(machine)))
    at = accumulator = 0
    while True:
        code, if_true, if_false, operand = instructions[at]
        at += 1
        match code:
            case 0x20:
                (accumulator,) = struct.unpack_from("<I", call, operand)
            case 0x15:
                at += if_true if accumulator == operand else if_false
            case 0x45:
                at += if_true if accumulator & operand else if_false
            case 0x06:
                return int(operand)
            case _:
                raise AssertionError(f"no such instruction: {code:#x}")


# socket, connect, execve, fork, vfork, ptrace, open, openat, kill, prctl, bpf, io_uring_setup, sendmsg,
# unlink, setrlimit, prlimit64, dup, memfd_create
DENIED = {
    "x86_64": (41, 42, 59, 57, 58, 101, 2, 257, 62, 157, 321, 425, 46, 87, 160, 302, 32, 319),
    "aarch64": (198, 203, 221, 117, 56, 129, 167, 280, 425, 211, 35, 164, 261, 23, 279),
}


@pytest.mark.parametrize("name", MACHINES)
def test_what_is_denied(name: str) -> None:
    for number in (*DENIED[name], MACHINES[name].seccomp):
        assert verdict(MACHINES[name], number) == ERRNO | EPERM


@each_machine
def test_what_is_allowed(machine: Machine) -> None:
    for number in machine.allowed:
        assert verdict(machine, number) == ALLOW


@each_machine
@given(number=st.integers(0, 2**31 - 1), first=st.integers(0, 2**64 - 1))
def test_whatever_is_not_known_is_denied(machine: Machine, number: int, first: int) -> None:
    if number not in (*machine.allowed, machine.clone, machine.clone3):
        assert verdict(machine, number, first) == ERRNO | EPERM


@each_machine
def test_threads_may_be_started_and_processes_not(machine: Machine) -> None:
    assert verdict(machine, machine.clone, VM | THREAD) == ALLOW
    assert verdict(machine, machine.clone, VM) == ERRNO | EPERM
    assert verdict(machine, machine.clone, THREAD << 32) == ERRNO | EPERM, "the kernel reads 32 bits"
    assert verdict(machine, machine.clone3) == ERRNO | ENOSYS


@each_machine
def test_calls_in_another_machines_numbers_end_the_process(machine: Machine) -> None:
    i386 = 0x40000003
    assert verdict(machine, machine.allowed[0], audit=i386) == KILL


def test_calls_of_the_x32_kind_are_denied() -> None:
    assert verdict(MACHINES["x86_64"], 0x40000000 + 1) == ERRNO | EPERM


@each_machine
def test_it_is_short_enough_for_the_kernel(machine: Machine) -> None:
    assert len(program(machine)) // 8 <= 4096
