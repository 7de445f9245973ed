"""The table of soft spots: one row per pseudo-harmonic mode, with its expansion, its group and how it was found."""

from __future__ import annotations

from typing import Any

import numpy as np

from atomglass.system.interactions import InteractingPairs
from atomglass.types import Array
from atomglass.vibrations.expansion import expand_all
from atomglass.vibrations.localization import central_particle
from atomglass.vibrations.mode_table import expansion_columns
from atomglass.vibrations.modes import Modes
from atomglass.vibrations.soft_spots import SoftSpots


def spot_rows(spots: SoftSpots, pairs: InteractingPairs, modes: Modes) -> list[dict[str, Any]]:
    """Return one row per pseudo-harmonic mode, as plain Python values.

    Parameters
    ----------
    spots : SoftSpots
        The k pseudo-harmonic modes.
    pairs : InteractingPairs
        The interacting pairs of the inherent state.
    modes : Modes
        Its harmonic modes, of which the nearest is named.
    """
    found = spots.modes
    nearest, overlap = _nearest(found.eigenvectors, modes.eigenvectors)
    columns: dict[str, list[Any]] = {
        "spot": list(range(len(found))),
        "stiffness": found.stiffnesses.tolist(),
        "frequency": found.frequencies.tolist(),
        "cost": found.costs.tolist(),
        "participation_ratio": found.participation_ratios.tolist(),
        "residual": found.residuals.tolist(),
        "overlap": found.overlaps.tolist(),
        "hits": found.hits.tolist(),
        "harmonic_hits": spots.harmonic_hits.tolist(),
        "nearest_mode": nearest,
        "nearest_overlap": overlap,
        **expansion_columns(expand_all(pairs, found.eigenvectors)),
        "centre_particle": [central_particle(field) for field in found.eigenvectors],
        "converged": found.converged.tolist(),
        "iterations": found.iterations.tolist(),
    }
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _nearest(fields: Array, eigenvectors: Array) -> tuple[list[int], list[float]]:
    """Return the number of the mode that overlaps most with each field, -1 if there are none, and the overlap."""
    if not len(eigenvectors) or not len(fields):
        return [-1] * len(fields), [float("nan")] * len(fields)
    overlaps = np.abs(fields.reshape(len(fields), -1) @ eigenvectors.reshape(len(eigenvectors), -1).T)
    nearest = overlaps.argmax(axis=1)
    return nearest.tolist(), overlaps[np.arange(len(fields)), nearest].tolist()
