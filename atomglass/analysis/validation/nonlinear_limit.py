"""Nonlinear modes of a glass that is sheared to the brink of a plastic instability: all kinds meet the harmonic mode.

As the frequency omega of the lowest mode psi goes to zero, H z = (kappa / F) grad F / n gives
z = psi + (kappa / F) H_perp^-1 g_perp + ..., so that kappa / omega^2 - 1 ~ omega^2 and 1 - |z.psi| ~ omega^4.
`python -m atomglass.analysis.validation.nonlinear_limit docs/figures` prints the measured exponents and draws the
figure of docs/nonlinear_modes.md.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from atomglass.analysis.figures.style import (
    FREQUENCY_LABEL,
    GRAY,
    GREEN,
    PURPLE,
    axes_or_new,
    new_figure,
    styled,
)
from atomglass.errors import InputError
from atomglass.minimization.quench import quench
from atomglass.sampling.swap_monte_carlo import SwapMonteCarlo
from atomglass.system.configuration import Configuration
from atomglass.system.diameters import sample_diameters
from atomglass.system.potential import PairPotential, load_potential
from atomglass.theory.output import save_png
from atomglass.vibrations.modes import lowest_modes
from atomglass.vibrations.nonlinear_modes import nonlinear_modes
from atomglass.vibrations.nonlinear_search import NonlinearKind

#: Largest force on a particle after each step, in units of epsilon over length.
FORCE_TOLERANCE = 1e-12
#: First step of the strain, and the smallest one before the approach is given up.
FIRST_STEP, LAST_STEP = 2e-3, 1e-14
#: Displacement beyond the affine one, in units of length, above which a step is an event and is taken back.
EVENT = 0.1
#: Smallest ratio of the frequencies before and after a step.
SOFTENING = 0.8
#: Quantities of the table, and the exponent of omega with which each vanishes.
EXPONENTS = {"excess": 2, "distance": 4}
#: Bounds on omega below which the exponents are fitted.
FITTED_BELOW = (0.1, 0.03)
_STYLES = {
    NonlinearKind.PSEUDOHARMONIC: (PURPLE, "pseudo-harmonic"),
    NonlinearKind.CUBIC: (GREEN, "cubic"),
    NonlinearKind.QUARTIC: ("#000000", "quartic"),
}


def sheared(configuration: Configuration, strain: float) -> Configuration:
    """Return a configuration after simple shear, x -> x + strain y."""
    deformation = np.eye(configuration.dimension)
    deformation[1, 0] = strain
    positions, box = configuration.positions @ deformation, configuration.cell @ deformation
    return configuration.replace(positions=positions, box=box)


def softening_states(
    glass: Configuration, potential: PairPotential, lowest: float
) -> list[tuple[float, Configuration]]:
    """Return inherent states on the way to a plastic event, each with the frequency of its lowest mode.

    The step of the strain is halved where it leads to an event or softens the mode by more than 20 %, so that the
    strain approaches the instability.

    Parameters
    ----------
    glass : Configuration
        An inherent state.
    potential : PairPotential
        The interactions.
    lowest : float
        The shear ends at the first state whose lowest frequency is below this.

    Raises
    ------
    InputError
        The frequency stays above `lowest` up to the smallest step.
    """
    states = [(float(lowest_modes(glass, potential, 1).frequencies[0]), glass)]
    step = FIRST_STEP
    while states[-1][0] >= lowest:
        if step < LAST_STEP:
            raise InputError("lowest frequency", lowest, f">= {states[-1][0]:.3g} for this glass")
        start = sheared(states[-1][1], step)
        done = quench(start, potential, force_tolerance=FORCE_TOLERANCE)
        moved = done.configuration.positions - start.positions
        modes = lowest_modes(done.configuration, potential, 1)
        event = not done.converged or not modes.is_minimum or np.abs(moved - moved.mean(axis=0)).max() > EVENT
        if event or modes.frequencies[0] < SOFTENING * states[-1][0]:
            step /= 2
            continue
        states.append((float(modes.frequencies[0]), done.configuration))
    return states


def limit_table(states: list[tuple[float, Configuration]], potential: PairPotential) -> pd.DataFrame:
    """Return how far the nonlinear modes that the lowest harmonic mode leads to are from it.

    Parameters
    ----------
    states : list of (float, Configuration)
        From `softening_states`.
    potential : PairPotential
        The interactions, smooth to fourth order at the cutoff.

    Returns
    -------
    DataFrame
        One row per state and kind: `frequency` omega, `kind`, `excess` kappa / omega^2 - 1, `distance` 1 - |z.psi|,
        computed as |z - psi|^2 / 2, and `residual` of the nonlinear mode.
    """
    rows = []
    for _, state in states:
        harmonic = lowest_modes(state, potential, 1)
        psi = harmonic.eigenvectors[0]
        for kind in NonlinearKind:
            mode = nonlinear_modes(state, potential, psi, kind)
            z = mode.eigenvectors[0] * np.sign((mode.eigenvectors[0] * psi).sum())
            rows.append(
                {
                    "frequency": harmonic.frequencies[0],
                    "kind": str(kind),
                    "excess": mode.stiffnesses[0] / harmonic.eigenvalues[0] - 1,
                    "distance": ((z - psi) ** 2).sum() / 2,
                    "residual": mode.residuals[0],
                }
            )
    return pd.DataFrame(rows)


def measured_exponents(table: pd.DataFrame, below: float) -> pd.DataFrame:
    """Return the slopes of log quantity against log omega for each kind, at frequencies below a bound."""
    soft = table[table["frequency"] < below]
    slopes = {}
    for kind, part in soft.groupby("kind", sort=False):
        omega = np.log(part["frequency"])
        slopes[kind] = {name: np.polyfit(omega, np.log(part[name]), 1)[0] for name in EXPONENTS}
    return pd.DataFrame(slopes).T


@styled
def draw_nonlinear_limit(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw excess stiffness and distance from the harmonic mode against its frequency.

    Parameters
    ----------
    table : DataFrame
        From `limit_table`.
    ax : Axes, optional
        Axes to draw into; those of a new figure by default.
    """
    ax = axes_or_new(ax)
    for kind, part in table.groupby("kind", sort=False):
        color, label = _STYLES[NonlinearKind(kind)]
        ax.plot(part["frequency"], part["excess"], "o", color=color, label=f"{label} modes")
        ax.plot(part["frequency"], part["distance"], "s", color=color, markerfacecolor="none")
    omega = np.array([table["frequency"].min(), table["frequency"].max()])
    first = table.sort_values("frequency", kind="stable").iloc[0]
    for (name, power), label in zip(
        EXPONENTS.items(), (r"filled: $\kappa/\omega^2-1$", r"open: $1-|z\cdot\psi|$"), strict=True
    ):
        line = 0.5 * first[name] * (omega / omega[0]) ** power
        ax.plot(omega, line, "--", color=GRAY, label=rf"{label} $\sim\omega^{power}$")
    ax.set(
        xscale="log",
        yscale="log",
        xlabel=r"harmonic " + FREQUENCY_LABEL,
        ylabel="departure from the harmonic mode (no unit)",
    )
    ax.set_ylim(top=100 * float(table["excess"].max()))  # leaves room for the legend
    ax.legend(loc="upper left")
    return ax


def main(folder: Path) -> None:
    """Print the exponents in docs/nonlinear_modes.md and draw its figure."""
    potential = load_potential("kumar2021_smooth")
    rng, side = np.random.default_rng(7), np.full(2, 10.0)
    loose = Configuration(rng.random((100, 2)) * side, sample_diameters(100, rng, "quantile"), side)
    start = quench(loose, potential, force_tolerance=1e-2).configuration
    sampler = SwapMonteCarlo(start, potential, temperature=0.3, max_displacement=0.04, seed=7)
    sampler.run(200)
    states = softening_states(quench(sampler.configuration, potential).configuration, potential, 0.01)
    table = limit_table(states, potential)
    print(f"{len(states)} states, largest residual {table['residual'].max():.1e}")
    print(table[table["frequency"].isin(np.sort(table["frequency"].unique())[:3])].to_string())
    for bound in FITTED_BELOW:
        print(f"exponents below omega = {bound}", measured_exponents(table, bound).round(3), sep="\n")
    folder.mkdir(parents=True, exist_ok=True)
    figure = new_figure(height=3.6)
    draw_nonlinear_limit(table, figure.axes[0])
    save_png(figure, folder / "nonlinear_limit.png")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
