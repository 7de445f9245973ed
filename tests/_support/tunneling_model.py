"""The tables of a study whose two-level systems follow the standard tunneling model."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd

#: P of P(Delta, Delta_0) = P / Delta_0, the number of glasses, and the volume of each.
PBAR, GLASSES, VOLUME = 0.05, 400, 1000.0


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
