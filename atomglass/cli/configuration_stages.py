"""One stage of the work on a configuration file of the user's own, with its result printed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from atomglass.cli.progress import print_table
from atomglass.errors import InputError
from atomglass.io import files
from atomglass.minimization.quench import quench
from atomglass.minimization.random_start import random_start
from atomglass.sampling.swap_monte_carlo import HybridMonteCarlo, SwapMonteCarlo
from atomglass.system.checks import check_seed
from atomglass.system.configuration import Configuration
from atomglass.system.interactions import InteractingPairs
from atomglass.system.interactions import forces as all_forces
from atomglass.system.potential import PairPotential, load_potential
from atomglass.vibrations.elasticity import ElasticModuli, moduli_of
from atomglass.vibrations.hessian import ReducedHessian
from atomglass.vibrations.kernel_polynomial import density_of_states
from atomglass.vibrations.localization import FREQUENCY_SHARE, PARTICIPATION_RATIO
from atomglass.vibrations.mode_table import PHONON_MULTIPLE, mode_table
from atomglass.vibrations.modes import Modes, all_below, all_modes, check_held, lowest_of

#: Largest force at which a configuration still passes as an inherent state.
RESIDUAL_FORCE = 1e-6


def sample_liquid(
    out: Path,
    *,
    particles: int | None,
    start: Path | None,
    potential: str,
    temperature: float,
    sweeps: int,
    density: float | None,
    diameters: str | None,
    frame: int,
    swap_fraction: float | None,
    max_displacement: float | None,
    trajectories: bool,
    seed: int,
) -> None:
    """Thermalize a liquid, new or from a file, and write it."""
    files.check_output(out)
    pot = load_potential(potential)
    if (particles is None) == (start is None):
        raise InputError(
            "start of the sample",
            "two things" if start else "nothing",
            "one of --particles N and --from FILE",
            "give one",
        )
    if start is not None:
        for name, given in (("--density", density), ("--diameters", diameters)):
            if given is not None:
                raise InputError(name, given, "nothing beside --from", "the file has its own; leave it away")
        configuration = files.read(start, frame)
    else:
        assert particles is not None
        size_seed, position_seed = np.random.SeedSequence(check_seed(seed)).spawn(2)
        configuration = random_start(
            particles, pot, pot.density if density is None else density, diameters or "iid", size_seed, position_seed
        )
    displacing = {"swap_fraction": swap_fraction, "max_displacement": max_displacement}
    options = {name: value for name, value in displacing.items() if value is not None}
    if trajectories and options:
        name, value = options.popitem()
        option = f"--{name.replace('_', '-')}"
        raise InputError(option, value, "nothing beside --trajectories", "there are no displacements then")
    schedule = HybridMonteCarlo() if trajectories else None
    sampler = SwapMonteCarlo(configuration, pot, temperature, seed=seed, trajectories=schedule, **options)
    stats = sampler.run(sweeps)
    files.write(out, sampler.configuration)
    tail = stats.energies[len(stats.energies) // 2 :]
    print(f"{len(configuration)} particles, {sweeps} sweeps at T = {temperature:g}")
    moves = "trajectories" if trajectories else "displacements"
    accepted = stats.trajectory_acceptance if trajectories else stats.displacement_acceptance
    print(f"acceptance: {moves} {accepted:.3f}, swaps {stats.swap_acceptance:.3f}")
    if len(tail):
        print(f"potential energy per particle: {sampler.energy / len(sampler):.6f} (second half: {tail.mean():.6f})")
    print(f"written: {out}")


def quench_file(
    file: Path, out: Path, potential: str, frame: int, force_tolerance: float, max_iterations: int, method: str
) -> bool:
    """Quench one configuration of a file and write it; return whether it converged."""
    files.check_output(out)
    pot = load_potential(potential)
    configuration = files.read(file, frame)
    done = quench(configuration, pot, force_tolerance, max_iterations, method=method)
    files.write(out, done.configuration)
    print(f"{done.status.value}: {done.iterations} iterations, {done.evaluations} evaluations")
    if done.status.advice:
        print(f"what to do: {done.status.advice}")
    print(f"energy per particle {done.energy / len(configuration):.10f}, largest force {done.max_force:.3g}")
    print(f"written: {out}")
    return done.converged


def modes_of_file(
    file: Path, potential: str, frame: int, count: int | None, full: bool, quench_first: bool, out: Path | None
) -> None:
    """Find, expand, classify and print the modes of one configuration of a file."""
    _check_table(out)
    if count is not None and count < 1:
        raise InputError("--count", count, ">= 1")
    if count is not None and full:
        raise InputError("--count", count, "nothing beside --full", "leave one of them away")
    pot = load_potential(potential)
    configuration = files.read(file, frame)
    if quench_first:
        configuration = quench(configuration, pot).configuration
    _check_quenched(configuration, pot, f"add --quench, or quench it first with `atomglass quench {file}`")
    pairs = InteractingPairs.of(configuration, pot)
    reduced = ReducedHessian(pairs)
    check_held(reduced)
    moduli = moduli_of(configuration, pairs, reduced)
    if full:
        modes = all_modes(reduced)
    elif count is not None:
        modes = lowest_of(reduced, count)
    elif moduli.first_phonon_frequency > 0:
        modes = all_below(reduced, PHONON_MULTIPLE * moduli.first_phonon_frequency)
    else:
        modes = lowest_of(reduced, 20)
    table = mode_table(pairs, modes, moduli)
    _write_table(table, out)
    _print_modes(configuration, modes, moduli, table)
    if out is not None:
        print(f"written: {out}")


def density_of_file(
    file: Path, potential: str, frame: int, moments: int, vectors: int, seed: int, out: Path | None
) -> None:
    """Estimate and print the density of states of one inherent state of a file."""
    _check_table(out)
    pot = load_potential(potential)
    configuration = files.read(file, frame)
    _check_quenched(configuration, pot, f"quench it first with `atomglass quench {file}`")
    found = density_of_states(configuration, pot, moments, vectors, check_seed(seed))
    names = ("frequencies", "density", "error", "reduced_density", "reduced_error")
    columns = ("frequency", *names[1:])
    table = pd.DataFrame({column: getattr(found, name) for column, name in zip(columns, names, strict=True)})
    _write_table(table, out)
    power = f"omega^{found.dimension - 1}" if found.dimension > 2 else "omega"
    rows = [[f"{value:.5g}" for value in row] for row in table.iloc[:: max(len(table) // 40, 1)].to_numpy()]
    print_table(
        f"{found.modes} modes up to {found.highest:.4g}, resolution {found.resolution:.3g}",
        ["frequency", "D", "error", f"D/{power}", "error"], rows,
    )  # fmt: skip
    peak = table.iloc[found.boson_peak]
    print(
        f"largest D/{power}: {peak.reduced_density:.4g} +- {peak.reduced_error:.2g} at frequency {peak.frequency:.4g} "
        f"(the boson peak, if it lies above the first phonon's)"
    )
    if out is not None:
        print(f"written: {out}")


def _check_table(out: Path | None) -> None:
    if out is not None and out.suffix not in (".parquet", ".csv"):
        raise InputError("suffix of --out", out.suffix, ".parquet or .csv")
    if out is not None and not out.absolute().parent.is_dir():
        raise InputError("folder of --out", str(out.parent), "an existing folder")


def _write_table(table: pd.DataFrame, out: Path | None) -> None:
    if out is not None:
        with files.written_aside(out) as aside:
            table.to_parquet(aside) if out.suffix == ".parquet" else table.to_csv(aside, index=False)


def _check_quenched(configuration: Configuration, potential: PairPotential, remedy: str) -> None:
    worst = float(np.linalg.norm(all_forces(configuration, potential), axis=1).max())
    if worst > RESIDUAL_FORCE:
        raise InputError(
            "largest force", worst, f"<= {RESIDUAL_FORCE:g} in an inherent state",
            f"{remedy}; is --potential {potential.name} right?",
        )  # fmt: skip


def _print_modes(configuration: Configuration, modes: Modes, moduli: ElasticModuli, table: pd.DataFrame) -> None:
    print(
        f"{len(configuration)} particles in {configuration.dimension} dimensions, "
        f"{int(modes.rattlers.sum())} rattlers; "
        f"{'a minimum' if modes.is_minimum else 'NOT a minimum: negative eigenvalues'}"
    )
    print(
        f"shear modulus {moduli.shear:.6g}, bulk modulus {moduli.bulk:.6g}, "
        f"first phonon frequency {moduli.first_phonon_frequency:.6g}"
    )
    proven = "proven complete by inertia" if modes.complete else "completeness not proven"
    shown = table.head(60)
    rows = [
        [
            str(row.mode), f"{row.frequency:.6f}", f"{row.participation_ratio:.4f}", f"{row.b2:.5g}", f"{row.b3:.5g}",
            f"{row.b4:.5g}", f"{row.beta:.3f}", row.group, "yes" if row.second_minimum else "no", f"{row.barrier:.3g}",
            "yes" if row.is_qlm else "no",
        ]
        for row in shown.itertuples()
    ]  # fmt: skip
    header = ["mode", "frequency", "PR", "b2", "b3", "b4", "beta", "group", "2nd min", "barrier", "QLM"]
    print_table(f"{len(table)} modes, {proven}", header, rows)
    if len(shown) < len(table):
        print(f"({len(table) - len(shown)} more; write them with --out)")
    print(
        f"QLM: participation ratio < {PARTICIPATION_RATIO} and frequency < {FREQUENCY_SHARE} times the first phonon's"
    )
