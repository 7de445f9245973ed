"""The stages behind the commands on a single configuration: read a file, compute, print and write the result."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from atomglass.cli.input_file import InputFile
from atomglass.cli.liquid_start import LiquidStart
from atomglass.cli.mode_output import check_outputs, check_table, write_outputs, write_table
from atomglass.cli.printing import say
from atomglass.cli.text_table import print_table
from atomglass.errors import InputError, shell_command
from atomglass.io import files
from atomglass.minimization.quench import quench, require_converged
from atomglass.sampling.moves import HybridMonteCarlo
from atomglass.sampling.swap_monte_carlo import SwapMonteCarlo
from atomglass.system.checks import check_seed
from atomglass.system.configuration import Configuration
from atomglass.system.interactions import InteractingPairs
from atomglass.system.interactions import forces as all_forces
from atomglass.system.potential import PairPotential, load_potential
from atomglass.vibrations.checked_hessian import check_threads, hessian_without_rattlers
from atomglass.vibrations.elasticity import ElasticModuli, moduli_of
from atomglass.vibrations.expansion import NEAR_CUTOFF
from atomglass.vibrations.kernel_polynomial import (
    MODES_IN_KERNEL,
    DensityOfStates,
    density_of_states,
    resolved_moments,
)
from atomglass.vibrations.localization import FREQUENCY_SHARE, PARTICIPATION_RATIO
from atomglass.vibrations.mode_table import PHONON_MULTIPLE, mode_table
from atomglass.vibrations.modes import (
    Modes,
    all_modes_of_hessian,
    lowest_modes_of_hessian,
    modes_of_hessian_below,
)
from atomglass.vibrations.residual_force import RESIDUAL_FORCE


@dataclass(frozen=True)
class MoveOptions:
    """Options of the moves by which a liquid is sampled.

    Attributes
    ----------
    temperature : float
        Temperature, in units of epsilon.
    swap_fraction, max_displacement : float or None
        Fraction of swaps, and largest displacement along an axis in units of length; None for the defaults of
        `SwapMonteCarlo`.
    hybrid : bool
        Whether to use hybrid Monte Carlo instead of displacements.
    swap_window : float or None
        Largest difference of two diameters that are swapped between its trajectories, in units of length.
    """

    temperature: float
    swap_fraction: float | None
    max_displacement: float | None
    hybrid: bool
    swap_window: float | None = None

    def sampler(self, configuration: Configuration, potential: PairPotential, seed: int) -> SwapMonteCarlo:
        """Return a sampler.

        Parameters
        ----------
        configuration : Configuration
            The configuration from which it starts.
        potential : PairPotential
            The interactions.
        seed : int
            Seed of the moves.
        """
        given = {"swap_fraction": self.swap_fraction, "max_displacement": self.max_displacement}
        options = {name: value for name, value in given.items() if value is not None}
        if self.hybrid and options:
            name, value = options.popitem()
            option = f"--{name.replace('_', '-')}"
            remedy = f"leave {option} out: there are no displacements then"
            raise InputError(option, value, "only without --trajectories", remedy)
        if self.swap_window is not None and not self.hybrid:
            raise InputError("--swap-window", self.swap_window, "only with --trajectories")
        hybrid = HybridMonteCarlo(swap_window=self.swap_window) if self.hybrid else None
        return SwapMonteCarlo(configuration, potential, self.temperature, seed=seed, trajectories=hybrid, **options)


#: Unit of frequencies, with the length, the energy and the mass of the potential.
UNIT = "sqrt(epsilon/m)/length"


def sample_liquid(out: Path, potential: str, start: LiquidStart, moves: MoveOptions, sweeps: int, seed: int) -> None:
    """Equilibrate a liquid, new or from a file, and write it.

    Parameters
    ----------
    out : Path
        File to write.
    potential : str
        Name of a shipped potential, or a TOML file.
    start : LiquidStart
        The configuration from which to start.
    moves : MoveOptions
        How to sample.
    sweeps : int
        Number of sweeps of N attempted moves.
    seed : int
        Seed of all random numbers.
    """
    files.check_output(out)
    pot = load_potential(potential)
    configuration = start.configuration(pot, seed)
    sampler = moves.sampler(configuration, pot, seed)
    stats = sampler.run(sweeps)
    files.write(out, sampler.configuration)
    second_half = stats.energies[len(stats.energies) // 2 :]
    say(f"{len(configuration)} particles, {sweeps} sweeps at T = {moves.temperature:g}")
    kind = "trajectories" if moves.hybrid else "displacements"
    accepted = stats.trajectory_acceptance if moves.hybrid else stats.displacement_acceptance
    say(f"acceptance: {kind} {accepted:.3f}, swaps {stats.swap_acceptance:.3f}")
    if len(second_half):
        energy = sampler.energy / len(sampler)
        say(f"potential energy per particle: {energy:.6f} (second half: {second_half.mean():.6f})")
    say(f"written: {out}")


def quench_file(
    file: InputFile, out: Path, potential: str, force_tolerance: float, max_iterations: int, method: str
) -> bool:
    """Quench one configuration of a file and write it.

    Parameters
    ----------
    file : InputFile
        File to read.
    out : Path
        File to write.
    potential : str
        Name of a shipped potential, or a TOML file.
    force_tolerance : float
        Largest force on a particle at the end, in reduced units.
    max_iterations : int
        Largest number of iterations.
    method : str
        The minimizer: `conjugate_gradients`, `steepest_descent` or `fire`.

    Returns
    -------
    bool
        Whether the quench converged.
    """
    files.check_output(out)
    pot = load_potential(potential)
    configuration = file.read(pot)
    done = quench(configuration, pot, force_tolerance, max_iterations, method=method)
    files.write(out, done.configuration)
    say(f"{done.status.value}: {done.iterations} iterations, {done.evaluations} evaluations")
    if done.status.advice:
        say(f"what to do: {done.status.advice}")
    say(f"energy per particle {done.energy / len(configuration):.10f}, largest force {done.max_force:.3g}")
    say(f"written: {out}")
    return done.converged


def modes_of_file(
    file: InputFile,
    potential: str,
    count: int | None,
    full: bool,
    quench_first: bool,
    outs: list[Path],
    threads: int = 1,
) -> None:
    """Find, expand, classify and print the modes of one configuration of a file.

    Parameters
    ----------
    file : InputFile
        File to read.
    potential : str
        Name of a shipped potential, or a TOML file.
    count : int or None
        Number of lowest modes; None for all below `PHONON_MULTIPLE` times the first phonon frequency.
    full : bool
        Whether to compute the whole spectrum instead.
    quench_first : bool
        Whether to quench the configuration first.
    outs : list of Path
        Files for the table (.parquet or .csv) or for the modes, one frame each (.extxyz or .lammpstrj).
    threads : int
        Number of threads for the factorization of the Hessian.
    """
    check_outputs(outs)
    check_threads("--threads", threads)
    if count is not None and count < 1:
        raise InputError("--count", count, ">= 1")
    if count is not None and full:
        raise InputError("--count", count, "only without --full", "leave one of them out")
    pot = load_potential(potential)
    configuration = file.read(pot)
    if quench_first:
        configuration = require_converged(quench(configuration, pot)).configuration
    _check_quenched(configuration, pot, f"add --quench, or {_quench_first(file)}")
    pairs = InteractingPairs.of(configuration, pot)
    reduced = hessian_without_rattlers(pairs)
    reduced.threads = threads
    moduli = moduli_of(configuration, pairs, reduced)
    if full:
        modes = all_modes_of_hessian(reduced)
    elif count is not None:
        modes = lowest_modes_of_hessian(reduced, count)
    elif moduli.first_phonon_frequency > 0:
        modes = modes_of_hessian_below(reduced, PHONON_MULTIPLE * moduli.first_phonon_frequency)
    else:
        modes = lowest_modes_of_hessian(reduced, 20)
    table = mode_table(pairs, modes, moduli)
    write_outputs(outs, table, pot.sized(configuration), pairs, modes)
    _print_modes(configuration, modes, moduli, table)
    for out in outs:
        say(f"written: {out}")


def density_of_file(
    file: InputFile, potential: str, moments: int | None, vectors: int, seed: int, out: Path | None
) -> None:
    """Estimate and print the density of states of one inherent state of a file.

    Parameters
    ----------
    file : InputFile
        File to read.
    potential : str
        Name of a shipped potential, or a TOML file.
    moments, vectors : int
        Chebyshev moments and random vectors of the kernel polynomial method. Without a number of moments the resolution
        holds `MODES_IN_KERNEL` modes on average.
    seed : int
        Seed of the random vectors.
    out : Path or None
        File for the table: .parquet or .csv.
    """
    check_table(out)
    pot = load_potential(potential)
    configuration = file.read(pot)
    _check_quenched(configuration, pot, _quench_first(file))
    if moments is None:
        moments = min(2000, resolved_moments(len(configuration) * configuration.dimension))
    found = density_of_states(configuration, pot, moments, vectors, check_seed(seed))
    names = ("frequencies", "density", "error", "reduced_density", "reduced_error")
    columns = ("frequency", *names[1:])
    table = pd.DataFrame({column: getattr(found, name) for column, name in zip(columns, names, strict=True)})
    write_table(table, out)
    power = f"omega^{found.dimension - 1}" if found.dimension > 2 else "omega"
    rows = [[f"{value:.5g}" for value in row] for row in table.iloc[:: max(len(table) // 40, 1)].to_numpy()]
    title = f"{found.modes} modes up to {found.highest:.4g}, resolution {found.resolution:.3g}; frequencies in {UNIT}"
    print_table(title, ["frequency", "D", "error", f"D/{power}", "error"], rows)
    peak = table.iloc[found.boson_peak]
    say(
        f"largest D/{power}: {peak.reduced_density:.4g} +- {peak.reduced_error:.2g} at frequency {peak.frequency:.4g} "
        f"({_peak_verdict(found)})"
    )
    if out is not None:
        say(f"written: {out}")


def _peak_verdict(found: DensityOfStates) -> str:
    """Return what the maximum of the reduced density is: the boson peak, too few modes to tell, or no maximum."""
    peak = found.boson_peak
    count = found.modes_resolved[peak]
    if count < MODES_IN_KERNEL:
        return (
            f"no boson peak can be told: about {count:.1g} of the modes of this glass are there; "
            "take a larger sample, or average over many glasses"
        )
    if np.isnan(found.reduced_density[peak - 1]):
        return "the lowest frequency that is resolved: no maximum; more --moments resolve lower ones"
    return "the boson peak, if it lies above the first phonon's"


def _quench_first(file: InputFile) -> str:
    return f"quench it first with `{shell_command('atomglass', 'quench', str(file.path))}`"


def _check_quenched(configuration: Configuration, potential: PairPotential, remedy: str) -> None:
    max_force = float(np.linalg.norm(all_forces(configuration, potential), axis=1).max())
    if max_force > RESIDUAL_FORCE:
        allowed = f"<= {RESIDUAL_FORCE:g} in an inherent state"
        raise InputError("largest force", max_force, allowed, f"{remedy}; is --potential {potential.name} right?")


def _print_modes(configuration: Configuration, modes: Modes, moduli: ElasticModuli, table: pd.DataFrame) -> None:
    say(
        f"{len(configuration)} particles in {configuration.dimension} dimensions, "
        f"{int(modes.rattlers.sum())} rattlers; "
        f"{'a minimum' if modes.is_minimum else 'NOT a minimum: negative eigenvalues'}"
    )
    say(
        f"shear modulus {moduli.shear:.6g}, bulk modulus {moduli.bulk:.6g}, "
        f"first phonon frequency {moduli.first_phonon_frequency:.6g}"
    )
    proven = "proven complete by inertia" if modes.complete else "completeness not proven"
    shown = table.head(60)
    rows = [_mode_cells(row) for row in shown.itertuples()]
    header = ["mode", "frequency", "PR", "b2", "b3", "b4", "beta", "group", "2nd min", "barrier", "QLM"]
    print_table(f"{len(table)} modes, {proven}; frequencies in {UNIT}", header, rows)
    if len(shown) < len(table):
        say(f"({len(table) - len(shown)} more; write them with --out)")
    leaning = int(_leans_on_cutoff(table).sum())
    if leaning:
        say(
            f"*: more than half of b3 or b4 comes from pairs within {NEAR_CUTOFF:.0%} of their cutoff, where these "
            f"derivatives jump ({leaning} modes): their group depends on contacts that are about to open"
        )
    say(f"QLM: participation ratio < {PARTICIPATION_RATIO} and frequency < {FREQUENCY_SHARE} times the first phonon's")


def _leans_on_cutoff(table: pd.DataFrame) -> pd.Series:
    """Return which modes have b3 or b4 mostly from pairs near their cutoff."""
    shares: pd.Series = table[["b3_cutoff_share", "b4_cutoff_share"]].max(axis=1) > 0.5
    return shares


def _mode_cells(row: Any) -> list[str]:
    """Return the cells of one mode, a row of `mode_table`."""
    leaning = max(row.b3_cutoff_share, row.b4_cutoff_share) > 0.5
    return [
        str(row.mode),
        f"{row.frequency:.6f}",
        f"{row.participation_ratio:.4f}",
        f"{row.b2:.5g}",
        f"{row.b3:.5g}",
        f"{row.b4:.5g}",
        f"{row.beta:.3f}",
        row.group + ("*" if leaning else ""),
        "yes" if row.second_minimum else "no",
        f"{row.barrier:.3g}",
        "yes" if row.is_qlm else "no",
    ]
