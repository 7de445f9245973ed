"""Many realizations of the oscillator model, gathered: what the figures of Parshin et al. are made of."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from atomglass.theory.oscillators.model import OscillatorModel
from atomglass.theory.oscillators.renormalization import shifts_by_elimination, shifts_by_sum, soft_forces

Array = NDArray[np.float64]

#: An oscillator is soft, and its shift by elimination means something, below this bare stiffness.
SOFT_STIFFNESS = 0.1


@dataclass(frozen=True, eq=False)
class OscillatorEnsemble:
    """Realizations of one model.

    Attributes
    ----------
    oscillators : int
        In all realizations together, those for the spectrum alone included.
    bare : array
        Eigenvalues before anharmonicity.
    shifts, soft_shifts : array
        kappa by the sum over neighbors, of all; by elimination, of soft oscillators.
    frequencies : array
        In the minima.
    forces : array
        Random forces on soft oscillators.
    not_converged : int
        Realizations whose minimum was not reached; they are left out of the rest.
    """

    oscillators: int
    bare: Array
    shifts: Array
    soft_shifts: Array
    frequencies: Array
    forces: Array
    not_converged: int

    @property
    def unstable_fraction(self) -> float:
        """Fraction of negative eigenvalues before anharmonicity."""
        return float((self.bare < 0).mean())

    def bare_density(self, k: float, width: float) -> float:
        """Return Phi(k) from the eigenvalues within width/2 of k."""
        return float((np.abs(self.bare - k) < width / 2).mean() / width)


def run_realizations(model: OscillatorModel, realizations: int, spectrum_only: int = 0) -> OscillatorEnsemble:
    """Run realizations of a model; their seeds derive from the model's own.

    Parameters
    ----------
    model : OscillatorModel
    realizations : int
    spectrum_only : int
        Further realizations of which only the frequencies in the minimum are wanted: they take half of the time.
    """
    parts: dict[str, list[Array]] = {name: [] for name in ("bare", "shifts", "soft_shifts", "frequencies", "forces")}
    failed = 0
    seeds = np.random.SeedSequence(model.seed).generate_state(realizations + spectrum_only, np.uint64)
    for i, seed in enumerate(seeds):
        one = replace(model, seed=int(seed))
        state = one.relax()
        if not state.converged:
            failed += 1
            continue
        parts["frequencies"].append(state.frequencies)
        if i < realizations:
            parts["bare"].append(one.bare_eigenvalues())
            parts["shifts"].append(shifts_by_sum(one))
            parts["soft_shifts"].append(shifts_by_elimination(one)[one.stiffnesses < SOFT_STIFFNESS])
            parts["forces"].append(soft_forces(state))
    arrays = {name: np.concatenate(values) if values else np.empty(0) for name, values in parts.items()}
    return OscillatorEnsemble(oscillators=len(arrays["frequencies"]), not_converged=failed, **arrays)
