"""Items on random starts and the sampler: the same bits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from same_numbers_checks import Check, Close, Equal, Places, Values, digest, item

import atomglass as ag

SHEAR = 0.2
BITS = Equal("same bits")


class Case(NamedTuple):
    """A sampler's settings: model, N, T, sweeps, box and options."""

    potential: str
    particles: int
    temperature: float
    sweeps: int
    sheared: bool = False
    dimension: int = 2
    options: dict[str, Any] = {}  # noqa: RUF012  (never changed)


CASES = {
    "n256": Case("kumar2021", 256, 0.2, 2300),
    "n400": Case("kumar2021", 400, 0.1, 3100),
    "n1000": Case("kumar2021", 1000, 0.1, 1200),
    "n4000": Case("kumar2021", 4000, 0.1, 260),
    "3d_n1000": Case("kumar2021_3d", 1000, 0.11, 200, dimension=3),
    "smooth_n400": Case("kumar2021_smooth", 400, 0.1, 1200),
    "ipl10_n400": Case("ipl10", 400, 0.3, 1200),
    "sheared_n400": Case("kumar2021", 400, 0.15, 1200, sheared=True),
    "sheared_3d_n600": Case("kumar2021_3d", 600, 0.15, 150, sheared=True, dimension=3),
    "swaps_n400": Case("kumar2021", 400, 0.1, 1200, options={"swap_fraction": 1.0}),
    "no_swaps_n400": Case("kumar2021", 400, 0.1, 1200, options={"swap_fraction": 0.0, "max_displacement": 0.07}),
}
FLIGHTS = {
    "n400": (Case("kumar2021", 400, 0.1, 400), ag.Trajectories()),
    "n4000": (Case("kumar2021", 4000, 0.1, 120), ag.Trajectories()),
    "other_steps_n400": (Case("kumar2021", 400, 0.2, 300), ag.Trajectories(every=3, steps=12, time_step=0.03)),
    "smooth_n400": (Case("kumar2021_smooth", 400, 0.1, 300), ag.Trajectories()),
    "ipl10_n400": (Case("ipl10", 400, 0.3, 300), ag.Trajectories()),
    "sheared_n400": (Case("kumar2021", 400, 0.15, 300, sheared=True), ag.Trajectories()),
    "3d_n1000": (Case("kumar2021_3d", 1000, 0.11, 120, dimension=3), ag.Trajectories()),
}


def crowd(n: int, d: int, seed: int, sheared: bool = False) -> ag.Configuration:
    """Return particles near the sites of a lattice, at density 1: no quench is needed to begin with them."""
    rng = np.random.default_rng(seed)
    side = int(np.ceil(n ** (1 / d) - 1e-9))
    sites = np.array(list(product(range(side), repeat=d)))[rng.permutation(side**d)[:n]]
    fractional = (sites + 0.5 + 0.1 * (rng.random((n, d)) - 0.5)) / side
    length = n ** (1 / d)
    diameters = ag.sample_diameters(n, rng)
    if not sheared:
        return ag.Configuration(fractional * length, diameters, np.full(d, length))
    cell = length * (np.eye(d) + SHEAR * np.tri(d, k=-1))
    return ag.Configuration(fractional @ cell, diameters, cell)


def start(case: Case, seed: int, **options: Any) -> ag.SwapMonteCarlo:
    """Return the sampler of a case."""
    return ag.SwapMonteCarlo(
        crowd(case.particles, case.dimension, seed, case.sheared), ag.load_potential(case.potential), case.temperature,
        seed=seed, **case.options, **options,
    )  # fmt: skip


def sampled(mc: ag.SwapMonteCarlo) -> Values:
    """Return hashes of where a sampler stands."""
    now = mc.configuration
    return {
        "positions": digest(now.positions), "diameters": digest(now.diameters), "energy": digest(mc.energy),
        "step": digest(mc.max_displacement),
    }  # fmt: skip


def _told(done: Any) -> Values:
    """Return hashes of what a run says of itself."""
    accepted = (done.displacement_acceptance, done.swap_acceptance, done.trajectory_acceptance)
    return {"energies": digest(done.energies), "counters": digest([done.sweeps, done.rebuilds, *accepted])}


def _named(prefix: str, values: Values) -> Values:
    return {f"{prefix} {name}": value for name, value in values.items()}


def _parts(sweeps: int) -> tuple[int, int, int]:
    first, second = sweeps // 3 + 7, sweeps // 5 + 1
    return first, second, sweeps - first - second


def _split(mc: ag.SwapMonteCarlo, sweeps: int, places: Places) -> ag.SwapMonteCarlo:
    """Do the sweeps in three runs; after the first the sampler is saved and loaded, after the second restored."""
    first, second, third = _parts(sweeps)
    mc.run(first)
    mc.save(places.work / "sampler.npz")
    mc = ag.SwapMonteCarlo.load(places.work / "sampler.npz", mc.potential)
    mc.run(second)
    mc = ag.SwapMonteCarlo.restore(mc.state(), mc.potential)
    mc.run(third)
    return mc


@item("starts", quick=True)
def starts(places: Places) -> Iterator[Check]:
    """Random diameters and configurations from seeds."""
    values = {
        f"{method} {n} {power}": digest(
            ag.sample_diameters(n, np.random.default_rng(n), method, maximum=1.6, ratio=2.2, power=power)
        )
        for method in ("iid", "quantile")
        for n in (64, 400, 4000)
        for power in (1.0, 3.0)
    }
    values |= {
        f"crowd {case}": digest(*(getattr(crowd(*case), name) for name in ("positions", "diameters", "box")))
        for case in ((400, 2, 1), (1000, 3, 2), (400, 2, 3, True))
    }
    yield Check("diameters", BITS, values)


def _case(name: str, case: Case, places: Places) -> Iterator[Check]:
    """Run a case as a whole and in parts."""
    seed = 10 + list(CASES).index(name)
    mc = start(case, seed)
    done = mc.run(case.sweeps)
    yield Check(name, BITS, sampled(mc) | _told(done), bits=True)
    yield Check(f"{name} in parts", BITS, sampled(_split(start(case, seed), case.sweeps, places)), bits=True)


@item("sampler", quick=True)
def sampler(places: Places) -> Iterator[Check]:
    """Displacements and swaps."""
    for name, case in CASES.items():
        yield from _case(name, case, places)


@item("equilibrate", quick=True)
def equilibrate(places: Places) -> Iterator[Check]:
    """The tuning of the step, and the run after it."""
    for name, target in (("n400", 0.3), ("3d_n1000", 0.4), ("sheared_n400", 0.25)):
        mc = start(CASES[name], 5)
        tuned = mc.equilibrate(130, target)
        values = _named("tuned", sampled(mc) | _told(tuned))
        values |= _named("run", _told(mc.run(50, record_every=10)) | sampled(mc))
        yield Check(name, BITS, values, bits=True)


@item("trajectories", quick=True)
def trajectories(places: Places) -> Iterator[Check]:
    """Molecular dynamics and swaps."""
    for number, (name, (case, schedule)) in enumerate(FLIGHTS.items()):
        first = start(case, 40 + number)
        first.run(100)

        def make(first: ag.SwapMonteCarlo = first, case: Case = case, schedule: Any = schedule) -> ag.SwapMonteCarlo:
            return ag.SwapMonteCarlo(
                first.configuration, first.potential, case.temperature, seed=7, trajectories=schedule
            )

        mc = make()
        done = mc.run(case.sweeps)
        values = sampled(mc) | _told(done) | {"accepted some": np.array(done.trajectory_acceptance > 0)}
        yield Check(f"{name} {astuple(schedule)[:3]}", BITS, values, bits=True)
        yield Check(f"{name} in parts", BITS, sampled(_split(make(), case.sweeps, places)), bits=True)


@item("energy", quick=True)
def energy(places: Places) -> Iterator[Check]:
    """Energies, forces and stresses of fixed crowds, and the pair functions."""
    values: Values = {}
    for case in (*CASES.values(), Case("kumar2021", 12000, 0.1, 0)):
        conf = crowd(case.particles, case.dimension, 3, case.sheared)
        pot = ag.load_potential(case.potential)
        name = f"{case.potential} {case.particles} {case.sheared}"
        forces = ag.forces(conf, pot)
        weights = np.random.default_rng(0).standard_normal((2, forces.size))
        values[f"energy {name}"] = np.array(ag.energy(conf, pot))
        values[f"forces {name}"] = np.append(weights @ forces.ravel(), np.abs(forces).sum())
        values[f"stress {name}"] = ag.stress(conf, pot)
    for name in ("kumar2021", "kumar2021_3d", "kumar2021_smooth", "ipl10"):
        pot, r = ag.load_potential(name), np.linspace(0.7, 1.6, 37)
        values[f"coefficients {name}"] = pot.coefficients
        values[f"phi {name}"] = np.array([pot.phi(r, 1.1, k) for k in range(5)])
        values[f"pairs {name}"] = pot.pair_diameter(r, r[::-1])
    yield Check("crowds and pairs", Close(1e-12), values)
