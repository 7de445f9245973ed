"""Ctrl-C at random moments in samplers, trajectories, quenches and modes: KeyboardInterrupt, and nothing is broken.

    python tests/campaigns/interrupts.py [INTERRUPTS] [SEED]       50 interrupts of each kind by default

After an interrupt a sampler must have a valid state, from which it continues with the bits of a sampler that was never
interrupted; after one in a quench or in modes, the same call must give the same bits as before.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

import atomglass as ag

#: Longest time between the interrupt and its arrival, in seconds.
LONGEST_WAIT = 10.0
POTENTIAL = ag.load_potential("kumar2021")


def liquid() -> ag.Configuration:
    """Return an equilibrated liquid."""
    rng, potential = np.random.default_rng(1), ag.load_potential("kumar2021")
    start = ag.Configuration(rng.random((200, 2)) * 200**0.5, rng.uniform(0.8, 1.2, 200), [200**0.5] * 2)
    mc = ag.SwapMonteCarlo(ag.quench(start, potential, 1.0).configuration, potential, 0.2, seed=1)
    mc.run(200)
    return mc.configuration


@dataclass
class Arrival:
    """Whether an interrupt arrived, and after how many seconds."""

    seconds: float = -1.0


@contextlib.contextmanager
def interrupted(delay: float) -> Iterator[Arrival]:
    """Send SIGINT to this process some time after the block began; the block ends with the KeyboardInterrupt."""
    arrival, sent, begun = Arrival(), [0.0], threading.Event()

    def send() -> None:
        begun.wait()
        time.sleep(delay)
        sent[0] = time.monotonic()
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=send)
    thread.start()
    try:
        begun.set()
        yield arrival
    except KeyboardInterrupt:
        arrival.seconds = time.monotonic() - sent[0]
    thread.join()


def sampler(start: ag.Configuration, trajectories: ag.HybridMonteCarlo | None) -> ag.SwapMonteCarlo:
    """Return a new sampler, always the same."""
    return ag.SwapMonteCarlo(start, ag.load_potential("kumar2021"), 0.2, seed=3, trajectories=trajectories)


def sampling(count: int, rng: random.Random, trajectories: ag.HybridMonteCarlo | None) -> Iterator[str]:
    """Yield what is wrong after interrupts of one sampler, which goes on each time."""
    start, potential = liquid(), ag.load_potential("kumar2021")
    mc = sampler(start, trajectories)
    mc.run(2)
    for _ in range(count):
        with interrupted(rng.uniform(0.003, 0.15)) as arrival:
            mc.run(10**8)
        if not 0 <= arrival.seconds < LONGEST_WAIT:
            yield f"the interrupt arrived after {arrival.seconds:.1f} s"
        energy = ag.energy(mc.configuration, potential)
        if abs(mc.energy - energy) > 1e-9 * abs(energy):
            yield f"energy {mc.energy}, not {energy}"
        if not ag.SwapMonteCarlo.restore(mc.state(), potential).configuration.identical(mc.configuration):
            yield "another configuration after saving and restoring"
    twin = sampler(start, trajectories)
    twin.run(mc.sweep)
    if not twin.configuration.identical(mc.configuration) or twin.energy != mc.energy:
        yield f"after {mc.sweep} sweeps not the bits of an uninterrupted sampler"


def repeated(count: int, rng: random.Random, call: Callable[[], tuple[bytes, ...]]) -> Iterator[str]:
    """Yield what is wrong after interrupts of a call that is made over and over."""
    expected = call()
    for _ in range(count):
        with interrupted(rng.uniform(0.003, 0.15)) as arrival:
            for _ in range(10**6):
                if call() != expected:
                    yield "another result"
        if not 0 <= arrival.seconds < LONGEST_WAIT:
            yield f"the interrupt arrived after {arrival.seconds:.1f} s"
        if call() != expected:
            yield "another result after an interrupt"


def quenched(start: ag.Configuration) -> tuple[bytes, ...]:
    """Return the bits of an inherent state, by each of the minimizers."""
    found = [ag.quench(start, POTENTIAL, method=name) for name in ("conjugate_gradients", "fire")]
    assert all(one.converged for one in found)
    return tuple(one.configuration.positions.tobytes() for one in found)


def modes(glass: ag.Configuration) -> tuple[bytes, ...]:
    """Return the bits of the lowest modes and of their expansions."""
    found = ag.lowest_modes(glass, POTENTIAL, 4)
    expansion = ag.expand(glass, POTENTIAL, found.eigenvectors[0])
    return found.frequencies.tobytes(), found.eigenvectors.tobytes(), np.float64(expansion.b4).tobytes()


def kinds() -> dict[str, Callable[[int, random.Random], Iterator[str]]]:
    """Return the kinds of work that are interrupted."""
    start = liquid()
    glass = ag.quench(start, ag.load_potential("kumar2021")).configuration
    return {
        "sampler": partial(sampling, trajectories=None),
        "trajectories": partial(sampling, trajectories=ag.HybridMonteCarlo()),
        "quench": partial(repeated, call=partial(quenched, start)),
        "modes": partial(repeated, call=partial(modes, glass)),
    }


def main(count: int = 50, seed: int = 1) -> int:
    """Print what is wrong, and return the exit status."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    total = 0
    for name, work in kinds().items():
        began = time.monotonic()
        found = list(work(count, random.Random(seed)))
        print(
            "\n".join([*found, f"{name}: {count} interrupts, {len(found)} wrong, {time.monotonic() - began:.0f} s"]),
            flush=True,
        )
        total += len(found)
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
