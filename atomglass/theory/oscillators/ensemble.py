"""Ensembles of realizations of the oscillator model, from which the figures of Parshin et al. are computed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from atomglass.theory.oscillators.model import OscillatorModel
from atomglass.theory.oscillators.renormalization import shifts_by_elimination, shifts_by_sum, soft_forces
from atomglass.types import Array, ShortRepr

#: Bare stiffness below which an oscillator is soft, so that its shift by elimination is meaningful.
SOFT_STIFFNESS = 0.1


@dataclass(frozen=True, eq=False, repr=False)
class OscillatorEnsemble(ShortRepr):
    """Combined results of many realizations of one model.

    Attributes
    ----------
    oscillators : int
        Number of oscillators in all converged realizations, including those used for the spectrum only.
    bare : array
        Eigenvalues before anharmonicity.
    shifts : array
        kappa of every oscillator by the sum over its neighbors (Eq. 2.11).
    soft_shifts : array
        kappa of soft oscillators by exact elimination of the others.
    frequencies : array
        Frequencies in the minima.
    forces : array
        Random forces on soft oscillators.
    not_converged : int
        Number of realizations whose minimum was not reached; nothing else includes them.
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
        """Return Phi(k), the fraction of bare eigenvalues within width/2 of k divided by the width."""
        return float((np.abs(self.bare - k) < width / 2).mean() / width)


def run_realizations(model: OscillatorModel, realizations: int, spectrum_only: int = 0) -> OscillatorEnsemble:
    """Simulate realizations of a model; their seeds derive from the model's seed.

    Parameters
    ----------
    model : OscillatorModel
        The model; each realization replaces its seed.
    realizations : int
        Number of realizations with all results.
    spectrum_only : int
        Number of further realizations of which only the frequencies are computed, which takes half the time.
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
