"""Ctrl-C while compiled code runs: KeyboardInterrupt, never a crash, and objects that can be used afterwards."""

from __future__ import annotations

import contextlib
import os
import signal
import threading

import numpy as np
import pytest
from samples import glass, liquid

import atomglass as ag
from atomglass.kernels.interrupts import AllowedInterrupt, DeferredInterrupt


@pytest.fixture(autouse=True)
def handler_of_python():
    """Python's own handler of SIGINT, which workers of pytest-xdist replace: they ignore the signal."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def interrupt_after(seconds: float):
    """Send SIGINT to this process after some time, at the latest at the end."""
    timer = threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_an_interrupt_is_delivered_at_the_end_of_the_outermost_context() -> None:
    done = []
    with pytest.raises(KeyboardInterrupt):
        with DeferredInterrupt():
            with DeferredInterrupt():
                interrupt()
                done.append("inner")
            done.append("outer")
        done.append("never")
    assert done == ["inner", "outer"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_the_user_s_own_handler_is_called_once() -> None:
    calls = []
    before = signal.signal(signal.SIGINT, lambda *_: calls.append("called"))
    try:
        with DeferredInterrupt():
            interrupt()
            assert calls == []
        assert calls == ["called"]
    finally:
        signal.signal(signal.SIGINT, before)


def test_interrupts_are_allowed_while_kernels_are_compiled() -> None:
    done = []
    with pytest.raises(KeyboardInterrupt), DeferredInterrupt(), AllowedInterrupt():
        interrupt()
        done.append("never")
    assert done == []
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_other_threads_are_left_alone() -> None:
    result = []
    thread = threading.Thread(
        target=lambda: result.append(ag.energy(glass("kumar2021", 100, 2, 1), ag.load_potential("kumar2021")))
    )
    thread.start()
    thread.join()
    assert np.isfinite(result[0])


@pytest.mark.parametrize("trajectories", [None, ag.HybridMonteCarlo()], ids=["swaps", "trajectories"])
def test_an_interrupted_sampler_goes_on_as_if_nothing_had_happened(trajectories) -> None:
    potential = ag.load_potential("kumar2021")
    sampler = ag.SwapMonteCarlo(liquid("kumar2021", 100, 2, 1), potential, 0.1, seed=1, trajectories=trajectories)
    sampler.run(2)
    for k in range(12):
        with interrupt_after(0.02 + 0.007 * k), pytest.raises(KeyboardInterrupt):
            sampler.run(10**6)
        assert sampler.energy == pytest.approx(ag.energy(sampler.configuration, potential), rel=1e-9)
    twin = ag.SwapMonteCarlo(liquid("kumar2021", 100, 2, 1), potential, 0.1, seed=1, trajectories=trajectories)
    twin.run(sampler.sweep)
    assert twin.configuration.identical(sampler.configuration)


def test_quenches_and_modes_end_in_an_interrupt() -> None:
    potential = ag.load_potential("kumar2021")
    start = liquid("kumar2021", 100, 2, 1)

    def many_times() -> None:
        for _ in range(1000):
            ag.lowest_modes(ag.quench(start, potential).configuration, potential, 3)

    for k in range(12):
        with interrupt_after(0.02 + 0.011 * k), pytest.raises(KeyboardInterrupt):
            many_times()
