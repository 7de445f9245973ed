"""Items on quenches: the same inherent states."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from same_numbers_checks import Check, Equal, Places, States, Values, digest, item
from same_numbers_sampler import CASES, Case, start

import atomglass as ag

#: Whole numbers m of the wave vectors 2 pi m . (reciprocal cell vectors) whose amplitudes tell states apart.
WAVES = np.array([[1, 2, 1], [7, -5, 3]])
LARGE = Case("kumar2021", 12_000, 0.1, 0)


def amplitudes(conf: ag.Configuration) -> np.ndarray:
    """Return |sum_j exp(i k r_j)| at two wave vectors: the same for a state shifted, wrapped or not."""
    phases = 2 * np.pi * conf.fractional @ WAVES[:, : conf.dimension].T
    return np.abs(np.exp(1j * phases).sum(axis=0))


def liquids(case: Case, seed: int, count: int, first: int, between: int) -> Iterator[ag.Configuration]:
    """Yield liquid samples of one chain."""
    mc = start(case, seed)
    mc.run(first)
    for _ in range(count):
        mc.run(between)
        yield mc.configuration


def quenched(name: str, samples: Iterable[ag.Configuration], pot: Any, changed: int, **options: Any) -> Iterator[Check]:
    """Quench samples; the samples themselves must be the same for the states to be so."""
    before, energies, found, ends = [], [], [], []
    for conf in samples:
        done = ag.quench(conf, pot, **options)
        before.append(str(digest(conf.positions, conf.diameters)))
        energies.append(done.energy / len(conf))
        found.append(amplitudes(done.configuration))
        ends.append(str(done.status.value))
    values: Values = {"energies": np.array(energies), "amplitudes": np.array(found)}
    yield Check(f"{name}: samples", Equal("same bits"), {"samples": digest(np.array(before))}, bits=True)
    yield Check(f"{name}: states", States(changed), values, bits=True)
    converged = {"converged": np.array([end == "converged" for end in ends])}
    yield Check(f"{name}: converged", Equal(), converged, bits=True)


def _chain(name: str, count: int, changed: int = 0, between: int = 20, **options: Any) -> Iterator[Check]:
    case = CASES[name]
    samples = liquids(case, 77, count, 1500 if case.dimension == 2 else 200, between)
    words = " ".join([name, *(f"{key}={value}" for key, value in options.items())])
    return quenched(words, samples, ag.load_potential(case.potential), changed, **options)


@item("quench")
def quench(places: Places) -> Iterator[Check]:
    """A thousand samples of N = 400, at T = 0.1 and at T = 0.2."""
    pot = ag.load_potential("kumar2021")

    def samples() -> Iterator[ag.Configuration]:
        yield from liquids(CASES["n400"], 71, 700, 3000, 20)
        yield from liquids(CASES["n400"]._replace(temperature=0.2), 72, 300, 3000, 20)

    yield from quenched("n400", samples(), pot, changed=1)


@item("quench_quick", quick=True)
def quench_quick(places: Places) -> Iterator[Check]:
    """A few samples of each kind."""
    yield from _chain("n400", 60)
    yield from _chain("smooth_n400", 10)
    yield from _chain("ipl10_n400", 10)
    yield from _chain("sheared_n400", 10)


@item("minimisers")
def minimisers(places: Places) -> Iterator[Check]:
    """Steepest descent, FIRE, and conjugate gradients to the end."""
    yield from _chain("n400", 36, method="steepest_descent", max_iterations=1_000_000)
    yield from _chain("n400", 36, method="fire")
    yield from _chain("n400", 20, newton=False)
    yield from _chain("n400", 20, longest_step=0.005)


@item("quench_3d")
def quench_3d(places: Places) -> Iterator[Check]:
    """Three dimensions."""
    yield from _chain("3d_n1000", 24)
    yield from _chain("3d_n1000", 4, method="fire")
    yield from _chain("sheared_3d_n600", 6)


@item("quench_large")
def quench_large(places: Places) -> Iterator[Check]:
    """N = 4000, and N = 12,000, where steps are preconditioned."""
    yield from _chain("n4000", 6)
    yield from quenched("n12000", liquids(LARGE, 78, 1, 300, 1), ag.load_potential("kumar2021"), 0)
