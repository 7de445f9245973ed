"""The tables of a study whose two-level systems follow the standard tunneling model."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd

#: P of P(Delta, Delta_0) = P / Delta_0, the number of glasses, and the volume of each.
PBAR, GLASSES, VOLUME = 0.05, 400, 1000.0
#: A sixth of the largest difference in energy, and the soft modes: Planck's constant, b4, coupling, A_g, bound.
BELOW, HBAR, B4, COUPLING, MODE_DENSITY, BOUND = 0.01, 0.0132, 300.0, 4.0, 0.02, 1.0


def standard_tunneling_model() -> SimpleNamespace:
    """Return tables with the systems of the standard tunneling model, P(Delta, Delta_0) = PBAR / Delta_0 above 1e-9."""
    rng = np.random.default_rng(1)
    largest, smallest = 0.02, 1e-9
    mean = PBAR * VOLUME * largest * np.log(largest / smallest)
    glass = np.repeat(np.arange(GLASSES), rng.poisson(mean, GLASSES))
    asymmetry = rng.uniform(0, largest, len(glass))
    tunneling = smallest * (largest / smallest) ** rng.random(len(glass))
    tls = pd.DataFrame(
        {
            "realization": glass,
            "path_status": "one barrier",
            "source": "dynamics",
            "event": np.arange(len(glass)),
            "splitting": np.hypot(asymmetry, tunneling),
            "tunneling": tunneling,
            "gamma_t": 2.0,
            "gamma_l": 3.0,
            "barrier": 1.0,
            "below_barrier": True,
            "localization": 1.0,
            "spot_group": "B",
            "ground_level": np.where(np.arange(len(glass)) % 4 == 0, 2.0, 0.5),
            "mode_overlap": np.where(glass % 2 == 0, 0.9, 0.1),
            "spot_overlap": np.nan,
            "control_overlap": 0.05,
        }
    )
    realizations = pd.DataFrame(
        {
            "realization": np.arange(GLASSES),
            "status": "ok",
            "number": 1000,
            "density": 1000 / VOLUME,
            "dimension": 3,
            "shear_modulus": 20.0,
            "bulk_modulus": 60.0,
        }
    )
    return SimpleNamespace(tls=tls, realizations=realizations)


def study_with_soft_modes() -> SimpleNamespace:
    """Return that model in glasses whose soft modes have g(omega) = MODE_DENSITY omega^4 per volume."""
    tunneling_model = standard_tunneling_model()
    rng = np.random.default_rng(3)
    glass = np.repeat(np.arange(GLASSES), rng.poisson(MODE_DENSITY * VOLUME * BOUND**5 / 5, GLASSES))
    spots = pd.DataFrame(
        {"realization": glass, "frequency": BOUND * rng.random(len(glass)) ** 0.2, "b4": B4, "converged": True}
    )
    counts = np.bincount(glass, minlength=GLASSES)
    realizations = tunneling_model.realizations.assign(spot_count=counts, spots_below=BOUND, spot_coupling_t=COUPLING)
    omega = np.linspace(0.1, 5, 200)
    density = pd.DataFrame({"frequency": omega, "density": omega**4 * np.exp(-omega), "error": 1e-6})
    settings = {
        "name": "tunneling_model",
        "paths": {"hbar": HBAR, "splitting_below": 0.0015, "largest_difference": 6 * BELOW},
        "sample": {"temperature": 0.07},
    }
    return SimpleNamespace(
        tls=tunneling_model.tls, realizations=realizations, spots=spots, settings=settings, density_of_states=density
    )
