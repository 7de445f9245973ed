"""Items on glasses that the reference holds: modes, their shape, moduli, densities of states, ASE, files.

The glasses are stored with the reference, so that these numbers do not depend on the sampler and the quench.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from same_numbers_checks import Check, Close, Equal, Places, Values, digest, item
from same_numbers_quench import liquids
from same_numbers_run import atomglass, table_checks
from same_numbers_sampler import CASES, Case

import atomglass as ag

#: The stored glasses: where each comes from.
GLASSES = {
    "n400_a": CASES["n400"],
    "n400_b": CASES["n400"]._replace(temperature=0.2),
    "smooth_n400": CASES["smooth_n400"],
    "ipl10_n256": Case("ipl10", 256, 0.3, 0),
    "sheared_n400": CASES["sheared_n400"],
    "n4000": CASES["n4000"],
    "3d_n1000": CASES["3d_n1000"],
}
QUICK = ("n400_a", "sheared_n400", "ipl10_n256")
#: Of an expansion. Between nearly degenerate modes b3 and b4 depend on the basis: those modes are left out.
SHAPE = ("b2", "b3", "b4", "beta", "barrier", "second_minimum_position", "second_minimum_energy")
MODULI = (
    "shear", "shear_by_orientation", "shear_affine", "bulk", "bulk_affine", "pressure", "transverse_speed",
    "longitudinal_speed", "first_phonon_frequency",
)  # fmt: skip
EIGENVALUES, FIELDS, SHAPES = Close(1e-10), Close(1e-10), Close(1e-9, floor=1e-6)


def make_inputs() -> Values:
    """Return the glasses, as arrays by name."""
    found: Values = {}
    for number, (name, case) in enumerate(GLASSES.items()):
        (liquid,) = liquids(case, 90 + number, 1, 600 if case.dimension == 2 else 200, 1)
        glass = ag.quench(liquid, ag.load_potential(case.potential))
        assert glass.converged, name
        for part in ("positions", "diameters", "box"):
            found[f"{name}.{part}"] = np.array(getattr(glass.configuration, part))
    return found


def glass_of(places: Places, name: str) -> tuple[ag.Configuration, Any]:
    """Return a stored glass and its potential."""
    conf = ag.Configuration(*(places.inputs[f"{name}.{part}"] for part in ("positions", "diameters", "box")))
    return conf, ag.load_potential(GLASSES[name].potential)


def _modes(conf: ag.Configuration, pot: Any, name: str, found: Any) -> Iterator[Check]:
    """Compare modes and the energy along each."""
    yield Check(f"{name}: eigenvalues", EIGENVALUES, {"eigenvalues": found.eigenvalues, "omega": found.frequencies})
    flags: Values = {key: np.array(getattr(found, key)) for key in ("rattlers", "is_minimum", "complete", "degenerate")}
    alone = ~found.degenerate
    along = [ag.expand(conf, pot, vector) for vector in found.eigenvectors]
    values: Values = {"participation": found.participation_ratios[alone]}
    values["cutoff_shares"] = np.array([e.cutoff_shares for e in along])[alone]
    yield Check(f"{name}: fields", FIELDS, values)
    shape = {key: np.array([getattr(e, key) for e in along])[alone] for key in SHAPE}
    yield Check(f"{name}: b2 b3 b4", SHAPES, shape)
    flags |= {key: np.array([getattr(e, key) for e in along])[alone] for key in ("group", "second_minimum")}
    yield Check(f"{name}: groups", Equal(), flags)


def _elastic(conf: ag.Configuration, pot: Any, name: str) -> Iterator[Check]:
    """Compare moduli, the Hessian and the forces left."""
    moduli = ag.elastic_moduli(conf, pot)
    yield Check(f"{name}: moduli", EIGENVALUES, {key: np.array(getattr(moduli, key)) for key in MODULI})
    matrix = ag.hessian(conf, pot)
    weights = np.random.default_rng(1).standard_normal((matrix.shape[0], 3))
    values = {
        "trace": np.array(matrix.trace()), "sum": np.array(np.abs(matrix).sum()), "products": matrix @ weights[:, :1],
        "energy": np.array(ag.energy(conf, pot)), "stress": ag.stress(conf, pot),
    }  # fmt: skip
    values["products"] = values["products"][:40]
    yield Check(f"{name}: hessian", Close(1e-11), values)
    yield Check(f"{name}: rattlers", Equal(), {"rattlers": np.array(ag.rattlers(conf, pot))})
    below = ag.modes_below(conf, pot, 1.2 * moduli.first_phonon_frequency)
    yield Check(f"{name}: below", EIGENVALUES, {"eigenvalues": below.eigenvalues, "count": np.array(len(below))})
    yield Check(f"{name}: below, proven", Equal(), {"complete": np.array(below.complete)})


def _of(places: Places, names: tuple[str, ...]) -> Iterator[Check]:
    for name in names:
        conf, pot = glass_of(places, name)
        yield from _modes(conf, pot, name, ag.lowest_modes(conf, pot, count=16))
        yield from _elastic(conf, pot, name)


@item("modes_quick", quick=True)
def modes_quick(places: Places) -> Iterator[Check]:
    """Three small glasses."""
    return _of(places, QUICK)


@item("modes")
def modes(places: Places) -> Iterator[Check]:
    """The other glasses."""
    return _of(places, tuple(name for name in GLASSES if name not in QUICK))


@item("spectrum")
def spectrum(places: Places) -> Iterator[Check]:
    """All modes, and the density of states without them."""
    for name in ("n400_a", "ipl10_n256"):
        conf, pot = glass_of(places, name)
        found = ag.full_spectrum(conf, pot)
        yield Check(f"{name}: all eigenvalues", EIGENVALUES, {"eigenvalues": found.eigenvalues})
        values = {"participation": found.participation_ratios[~found.degenerate]}
        yield Check(f"{name}: all participation ratios", FIELDS, values)
    names = ("frequencies", "density", "error", "resolution", "highest", "modes", "boson_peak", "reduced_density")
    for name, moments, vectors in (("n400_a", 300, 4), ("n4000", 400, 3), ("3d_n1000", 300, 3)):
        dos = ag.density_of_states(*glass_of(places, name), moments=moments, vectors=vectors, seed=2)
        values = {key: np.array(getattr(dos, key)) for key in names}
        yield Check(f"{name}: density of states", Close(1e-6, floor=1e-3), values)


@item("ase", quick=True)
def ase(places: Places) -> Iterator[Check]:
    """The calculator, through ASE."""
    for name in ("n400_a", "sheared_n400", "3d_n1000"):
        conf, pot = glass_of(places, name)
        moved = conf.positions + 0.01 * np.random.default_rng(2).standard_normal(conf.positions.shape)
        atoms = conf.replace(positions=moved).to_atoms()
        atoms.calc = ag.Calculator(pot)
        forces = atoms.get_forces()
        values = {
            "energy": np.array(atoms.get_potential_energy()), "stress": atoms.get_stress(),
            "forces": np.append(forces[:20].ravel(), np.abs(forces).sum()),
        }  # fmt: skip
        yield Check(name, Close(1e-11, absolute=1e-15), values)


@item("files", quick=True)
def files(places: Places) -> Iterator[Check]:
    """Configurations written, read, and sent through ASE; files that others made."""
    values: Values = {}
    for name in ("n400_a", "sheared_n400", "3d_n1000"):
        conf, _ = glass_of(places, name)
        for suffix in ("extxyz", "npz"):
            ag.write(places.work / f"{name}.{suffix}", conf)
            back = ag.read(places.work / f"{name}.{suffix}")
            values[f"{name} {suffix} identical"] = np.array(conf.identical(back))
        values[f"{name} atoms identical"] = np.array(conf.identical(ag.Configuration.from_atoms(conf.to_atoms())))
        values[f"{name} text"] = digest(np.frombuffer((places.work / f"{name}.extxyz").read_bytes(), np.uint8))
    conf = ag.read(places.repository / "tests" / "data" / "polydisperse12.gsd")
    values["polydisperse12.gsd"] = digest(conf.positions, conf.diameters, conf.cell)
    yield Check("files", Equal("same bits"), values)


@item("stages")
def stages(places: Places) -> Iterator[Check]:
    """One glass on the command line: sample, quench, modes, dos."""
    for name, options in (
        ("plain", ["-n", "256", "-t", "0.15"]),
        ("flights", ["-n", "256", "-t", "0.15", "--trajectories", "--diameters", "quantile"]),
        ("3d", ["-n", "400", "-t", "0.15", "-p", "kumar2021_3d"]),
    ):
        pot = ["-p", "kumar2021_3d"] if name == "3d" else []
        liquid, glass = f"{name}.extxyz", f"{name}_glass.extxyz"
        atomglass(places.work, "sample", *options, "--sweeps", "500", "--seed", "3", "--out", liquid)
        atomglass(places.work, "quench", liquid, *pot, "--out", glass)
        atomglass(places.work, "modes", glass, *pot, "--out", f"{name}.csv")
        conf = ag.read(places.work / liquid)
        values = {"liquid": digest(conf.positions, conf.diameters)}
        yield Check(f"{name}: liquid", Equal("same bits"), values, bits=True)
        yield from table_checks(f"{name}: modes", pd.read_csv(places.work / f"{name}.csv"), 1e-8, bits=True)
    atomglass(places.work, "dos", "plain_glass.extxyz", "--moments", "200", "--vectors", "4", "--out", "dos.csv")
    yield from table_checks("dos", pd.read_csv(places.work / "dos.csv"), 1e-8, bits=True)
