"""The table of a glass's modes: one row a mode, with its frequency, localization, expansion and group."""

from __future__ import annotations

import numpy as np
import pandas as pd

from atomglass.system.interactions import InteractingPairs
from atomglass.vibrations.elasticity import ElasticModuli
from atomglass.vibrations.expansion import expand_all
from atomglass.vibrations.localization import is_quasi_localized
from atomglass.vibrations.modes import Modes

#: Modes are computed up to this multiple of the first phonon frequency.
PHONON_MULTIPLE = 1.2


def mode_table(pairs: InteractingPairs, modes: Modes, moduli: ElasticModuli) -> pd.DataFrame:
    """Return one row a mode: frequency, participation, expansion, group."""
    expansions = expand_all(pairs, modes.eigenvectors)
    names = ("b2", "b3", "b4", "beta", "group", "second_minimum", "barrier")
    table = pd.DataFrame(
        {
            "mode": np.arange(len(modes)),
            "frequency": modes.frequencies,
            "participation_ratio": modes.participation_ratios,
            "residual": modes.residuals,
            "degenerate": modes.degenerate,
        }
        | {name: [getattr(e, name) for e in expansions] for name in names}
    )
    table["is_qlm"] = is_quasi_localized(modes.frequencies, modes.participation_ratios, moduli.first_phonon_frequency)
    return table
