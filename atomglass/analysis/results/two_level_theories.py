"""Three theories of two-level systems beside the search, each from what was measured in the same glasses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from atomglass.analysis.results.two_level_pairs import (
    Estimate,
    glass_volumes,
    heat_capacity,
    searched_glasses,
    two_level_systems,
    wave_moduli,
)
from atomglass.analysis.results.two_level_systems import summarize_two_level_systems
from atomglass.analysis.results.two_level_theory_inputs import TheoryInputs, theory_inputs
from atomglass.errors import InputError
from atomglass.theory.rfot.mosaic import mosaic_at_transition
from atomglass.theory.soft_potential.from_modes import heat_capacity_of
from atomglass.theory.soft_potential.two_level_systems import tunneling_strength_estimate
from atomglass.types import Array

#: The columns of a comparison, in the order of the table and of the figure.
THEORIES = ("search", "soft potentials", "vibrational instability", "mosaic")
#: Temperatures in units of W between which the heat capacity of soft potentials is known.
TAU_RANGE = (0.01, 1.5)


@dataclass(frozen=True)
class Prediction:
    """Two-level systems as one theory, or the search, has them; NaN where it says nothing.

    Attributes
    ----------
    pbar : Estimate
        P of the standard tunneling model, per volume and epsilon.
    gamma : float
        Transverse deformation potential, in units of epsilon.
    strength : Estimate
        C = P gamma^2 / (rho c^2) of transverse sound.
    """

    pbar: Estimate
    gamma: float
    strength: Estimate


def soft_potential_prediction(inputs: TheoryInputs) -> Prediction:
    """Return the two-level systems of the soft potentials to which the soft modes belong.

    P from the density of the modes and their quartic term, C from their coupling as well (`from_modes`); nothing is
    adjusted. The error is that of the density of the modes.
    """
    ensemble = inputs.oscillators
    pbar, strength = float(ensemble.pbar(inputs.logarithm)), float(ensemble.tunneling_strength(inputs.interaction))
    relative = inputs.mode_density.error / inputs.mode_density.value
    gamma = float(ensemble.deformation_potential(inputs.coupling, inputs.logarithm))
    return Prediction(Estimate(pbar, relative * pbar), gamma, Estimate(strength, relative * strength))


def instability_prediction(inputs: TheoryInputs) -> Prediction:
    """Return the two-level systems of the vibrational instability, C = (4 sqrt2/pi) (W / hbar omega_b)^3.

    An estimate (Parshin, Schober and Gurevich, Phys. Rev. B 76, 064206 (2007), Eq. 4.20), with the frequency of the
    boson peak for omega_c; NaN if that is unknown, or W not below hbar omega_b. gamma is that of the soft potentials.
    """
    nan, energy = float("nan"), inputs.hbar * inputs.boson_peak
    gamma = soft_potential_prediction(inputs).gamma
    if not inputs.quartic_energy < energy:  # or no boson peak is known
        return Prediction(Estimate(nan, nan), gamma, Estimate(nan, nan))
    strength = float(tunneling_strength_estimate(inputs.quartic_energy, energy))
    return Prediction(Estimate(strength * inputs.shear_modulus / gamma**2, nan), gamma, Estimate(strength, nan))


def mosaic_prediction(inputs: TheoryInputs) -> Prediction:
    """Return the two-level systems of the mosaic of the random first-order transition.

    One system per cell of N* particles with n(E) = 1/T_g, T_g the parent temperature, gamma = (rho c^2 T_g / rho)^(1/2)
    with one particle for a molecule, C = 1/N* (Lubchenko and Wolynes). N* = 191 is that of a glass made in an hour.
    """
    nan, cell = float("nan"), mosaic_at_transition().cell_size
    pbar = inputs.density / (inputs.temperature * cell)
    gamma = float(np.sqrt(inputs.shear_modulus * inputs.temperature / inputs.density))
    return Prediction(Estimate(pbar, nan), gamma, Estimate(1 / cell, nan))


def splitting_bound(study: Any) -> float:
    """Return a sixth of the largest difference in energy for which paths were sought.

    With 0.03 this is 0.005, of the order of W, above which the soft potentials have vibrations instead.
    """
    return float(study.settings["paths"]["largest_difference"]) / 6


def search_result(study: Any) -> Prediction:
    """Return the two-level systems that the search found, with splittings below `splitting_bound`."""
    found = summarize_two_level_systems(study, splitting_bound(study))
    gamma = float("nan")
    if found.pbar.value > 0:
        shear = wave_moduli(searched_glasses(study))[0]
        gamma = float(np.sqrt(found.strength_t.value * shear / found.pbar.value))
    return Prediction(found.pbar, gamma, found.strength_t)


def predictions(study: Any) -> dict[str, Prediction]:
    """Return the search and the three theories, by the names in `THEORIES`."""
    inputs = theory_inputs(study)
    found = (
        search_result(study),
        soft_potential_prediction(inputs),
        instability_prediction(inputs),
        mosaic_prediction(inputs),
    )
    return dict(zip(THEORIES, found, strict=True))


def heat_capacities(study: Any, temperatures: ArrayLike) -> dict[str, Array]:
    """Return the heat capacity per volume, in k_B, of the search and of the three theories.

    Parameters
    ----------
    study : Study
        From `atomglass.load_study`.
    temperatures : (m,) array
        In units of epsilon.

    Returns
    -------
    dict of (m,) arrays
        `search`: the sum over all two-level systems. `soft potentials`: exact levels; NaN outside 0.01 to 1.5 W.
        `vibrational instability`: the same in the ratio of the P of both. `mosaic`: n(E) = 1/T_g per cell.
    """
    t, inputs = np.atleast_1d(np.asarray(temperatures, dtype=float)), theory_inputs(study)
    pairs, found = two_level_systems(study), predictions(study)
    volume = float(glass_volumes(searched_glasses(study)).sum())
    w = inputs.quartic_energy
    inside = (t >= TAU_RANGE[0] * w) & (t <= TAU_RANGE[1] * w)
    soft = np.full(len(t), np.nan)
    soft[inside] = heat_capacity_of(inputs.oscillators, t[inside])
    ratio = found["vibrational instability"].pbar.value / found["soft potentials"].pbar.value
    curves = (
        heat_capacity(pairs["splitting"], t, volume, pairs["weight"]),
        soft,
        ratio * soft,
        np.pi**2 / 6 * found["mosaic"].pbar.value * t,
    )
    return dict(zip(THEORIES, curves, strict=True))


def theories_table(study: Any) -> pd.DataFrame | None:
    """Return the search beside the three theories, each from the same measured inputs, as a table.

    Parameters
    ----------
    study : Study
        Any study, from `atomglass.load_study`.

    Returns
    -------
    DataFrame or None
        quantity, then a column for each of `THEORIES`, and `search_error`; None for a study without two-level systems
        or without the inputs of the theories.
    """
    try:
        found = predictions(study)
    except InputError:
        return None
    below, bound = float(study.settings["paths"]["splitting_below"]), splitting_bound(study)
    capacities = {name: float(c[0]) for name, c in heat_capacities(study, [below]).items()}
    nan = float("nan")
    rows = [
        (
            f"P from E < {bound:g}, per volume and epsilon",
            *(p.pbar.value for p in found.values()),
            found["search"].pbar.error,
        ),
        ("gamma of shear, epsilon", *(p.gamma for p in found.values()), nan),
        ("C of transverse sound", *(p.strength.value for p in found.values()), found["search"].strength.error),
        (f"heat capacity per volume at T = {below:g}, k_B", *(capacities[name] for name in THEORIES), nan),
    ]
    return pd.DataFrame(rows, columns=["quantity", *THEORIES, "search_error"])
