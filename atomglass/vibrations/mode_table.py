"""The table of modes of a glass: one row per mode, with its frequency, localization, expansion and group."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from atomglass.system.interactions import InteractingPairs
from atomglass.vibrations.elasticity import ElasticModuli
from atomglass.vibrations.expansion import Expansion, expand_all
from atomglass.vibrations.localization import is_quasi_localized
from atomglass.vibrations.modes import Modes

#: Multiple of the first phonon frequency up to which modes are computed.
PHONON_MULTIPLE = 1.2
#: Columns of the short table before `is_qlm`.
_SHORT = [
    "mode",
    "frequency",
    "participation_ratio",
    "residual",
    "degenerate",
    "b2",
    "b3",
    "b4",
    "beta",
    "group",
    "second_minimum",
    "barrier",
    "b3_cutoff_share",
    "b4_cutoff_share",
]
#: Fields of an `Expansion` that become columns.
_EXPANSION = [
    "b2",
    "b3",
    "b4",
    "beta",
    "group",
    "second_minimum",
    "second_minimum_position",
    "second_minimum_energy",
    "barrier",
]


def mode_columns(modes: Modes, expansions: list[Expansion]) -> dict[str, list[Any]]:
    """Return all measured properties of the modes, by column, as plain Python numbers.

    Parameters
    ----------
    modes : Modes
        The k modes.
    expansions : list of Expansion
        Expansion of the energy along each mode.

    Returns
    -------
    dict
        Columns of length k: `mode`, fields of `Modes` and of `Expansion`, and the fractions of b2, b3 and b4 that come
        from pairs near their cutoff.
    """
    columns: dict[str, list[Any]] = {
        "mode": list(range(len(modes))),
        "frequency": modes.frequencies.tolist(),
        "eigenvalue": modes.eigenvalues.tolist(),
        "participation_ratio": modes.participation_ratios.tolist(),
        "residual": modes.residuals.tolist(),
        "frequency_gap": modes.frequency_gaps.tolist(),
        "degenerate": modes.degenerate.tolist(),
    }
    return columns | expansion_columns(expansions)


def expansion_columns(expansions: list[Expansion]) -> dict[str, list[Any]]:
    """Return the fields of expansions, by column, with the fractions of b2, b3 and b4 from pairs near their cutoff."""
    columns: dict[str, list[Any]] = {
        name: [getattr(expansion, name) for expansion in expansions] for name in _EXPANSION
    }
    for k, name in enumerate(("b2_cutoff_share", "b3_cutoff_share", "b4_cutoff_share")):
        columns[name] = [float(expansion.cutoff_shares[k]) for expansion in expansions]
    return columns


def mode_rows(modes: Modes, expansions: list[Expansion]) -> list[dict[str, Any]]:
    """Return the columns of `mode_columns` as a list of dictionaries, one for each mode."""
    columns = mode_columns(modes, expansions)
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def mode_table(pairs: InteractingPairs, modes: Modes, moduli: ElasticModuli) -> pd.DataFrame:
    """Return a short table of modes: frequency, participation ratio, expansion, group, and whether quasi-localized.

    Parameters
    ----------
    pairs : InteractingPairs
        The interacting pairs of an inherent state.
    modes : Modes
        Its modes.
    moduli : ElasticModuli
        Its elastic moduli, for the first phonon frequency.
    """
    columns = mode_columns(modes, expand_all(pairs, modes.eigenvectors))
    table = pd.DataFrame({name: columns[name] for name in _SHORT})
    types = {"mode": np.int64, "frequency": float, "participation_ratio": float, "residual": float, "degenerate": bool}
    table = table.astype(types)  # also if there are no modes
    table["is_qlm"] = is_quasi_localized(modes.frequencies, modes.participation_ratios, moduli.first_phonon_frequency)
    return table
