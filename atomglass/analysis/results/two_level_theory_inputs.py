"""What theories of two-level systems take from glasses: soft modes, their coupling, moduli, the boson peak."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from atomglass.analysis.results.spot_selection import searched_realizations
from atomglass.analysis.results.two_level_pairs import (
    Estimate,
    glass_volumes,
    mean_over_glasses,
    searched_glasses,
    sum_per_glass,
    wave_moduli,
)
from atomglass.errors import InputError
from atomglass.study.collected_tables import require_columns
from atomglass.theory.soft_potential.from_modes import oscillators_of_modes, quartic_energy
from atomglass.theory.soft_potential.two_level_systems import SoftOscillators

#: Columns of realizations and of the pseudo-harmonic modes that the theories need.
_GLASS = ("spots_below", "spot_coupling_t")
_SPOTS = ("realization", "frequency", "b4", "converged")


@dataclass(frozen=True)
class TheoryInputs:
    """What was measured in the glasses of a study, in reduced units.

    Attributes
    ----------
    hbar : float
        Planck's constant.
    temperature : float
        Parent temperature, which is the glass transition temperature of the mosaic.
    density : float
        Particles per volume.
    modes : int
        Pseudo-harmonic modes below the bound.
    bound : float
        The bound on their frequency.
    mode_density : Estimate
        A_g of g(omega) = A_g omega^4 per volume, from the number of these modes; error over glasses.
    quartic_energy : float
        W of their mean b4.
    coupling : float
        Their coupling Lambda to shear, rms with the weight b4, in units of epsilon over length.
    shear_modulus : float
        rho c^2 of transverse sound, median over glasses.
    boson_peak : float
        Frequency of the maximum of D(omega) / omega^(d - 1) in the study's table of the density of states; NaN without
        this table, or without a maximum. It must come from a glass whose first phonons lie well below the peak.
    logarithm : float
        L = ln(W/E) at the study's bound on the splitting, at least 1.
    """

    hbar: float
    temperature: float
    density: float
    modes: int
    bound: float
    mode_density: Estimate
    quartic_energy: float
    coupling: float
    shear_modulus: float
    boson_peak: float
    logarithm: float

    @property
    def interaction(self) -> float:
        """J = Lambda^2 / (rho c^2)."""
        return self.coupling**2 / self.shear_modulus

    @property
    def oscillators(self) -> SoftOscillators:
        """The ensemble of soft oscillators to which the modes belong."""
        return oscillators_of_modes(self.mode_density.value, self.quartic_energy, self.hbar)


def theory_inputs(study: Any) -> TheoryInputs:
    """Return what the theories take from the glasses of a study of two-level systems.

    Parameters
    ----------
    study : Study
        From `atomglass.load_study`.

    Returns
    -------
    TheoryInputs
        The modes are those of the glasses in which they were sought, the moduli those of all.

    Raises
    ------
    InputError
        A table or a column is missing, or no pseudo-harmonic mode lies below the bound.
    """
    glasses, spots = searched_glasses(study), getattr(study, "spots", None)
    if spots is None:
        raise InputError("the study has no pseudo-harmonic modes", remedy='run it with nonlinear = "pseudoharmonic"')
    require_columns(glasses, _GLASS, "realizations")
    require_columns(spots, _SPOTS, "spots")
    searched = searched_realizations(glasses)
    bound = float(searched["spots_below"].min())
    known = spots["realization"].isin(searched["realization"]) & spots["converged"].eq(True)
    soft = spots[known & (spots["frequency"] < bound)]
    if not len(soft):
        raise InputError("pseudo-harmonic modes below the bound", 0, "at least one", "search more glasses")
    counts = sum_per_glass(pd.Series(1.0, index=soft.index), soft["realization"], searched)
    settings = study.settings
    hbar, below = float(settings["paths"]["hbar"]), float(settings["paths"]["splitting_below"])
    w = float(quartic_energy(float(soft["b4"][soft["b4"] > 0].mean()), hbar))
    squares, weights = searched["spot_coupling_t"] ** 2, soft.groupby("realization")["b4"].sum()
    weight = weights.reindex(searched["realization"].to_numpy(), fill_value=0.0).to_numpy()
    some = squares.notna().to_numpy() & (weight > 0)
    return TheoryInputs(
        hbar=hbar,
        temperature=float(settings["sample"]["temperature"]),
        density=float(glasses["density"].median()),
        modes=len(soft),
        bound=bound,
        mode_density=mean_over_glasses(5 * counts / (glass_volumes(searched) * bound**5)),
        quartic_energy=w,
        coupling=float(np.sqrt(np.average(squares[some], weights=weight[some]))),
        shear_modulus=wave_moduli(glasses)[0],
        boson_peak=_boson_peak(getattr(study, "density_of_states", None), int(glasses["dimension"].iloc[0])),
        logarithm=max(1.0, float(np.log(w / below))),
    )


def _boson_peak(density: pd.DataFrame | None, dimension: int) -> float:
    """Return the frequency at which D(omega) / omega^(d - 1) is largest, NaN if that is an end of the table.

    Averages over bins of 20 % are compared, from the first one on in which D is known to 10 %; one mode is no peak.
    """
    if density is None:
        return float("nan")
    require_columns(density, ("frequency", "density", "error"), "density_of_states")
    bins = np.floor(np.log(density["frequency"]) / np.log(1.2))
    means = density.assign(reduced=density["density"] / density["frequency"] ** (dimension - 1)).groupby(bins).mean()
    sure = (means["error"] < 0.1 * means["density"]).to_numpy()
    means = means.iloc[int(np.argmax(sure)) :] if sure.any() else means[:0]
    largest = int(np.argmax(means["reduced"])) if len(means) else 0
    return float(means["frequency"].iloc[largest]) if 0 < largest < len(means) - 1 else float("nan")
