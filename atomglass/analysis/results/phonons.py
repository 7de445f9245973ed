"""The phonons of glasses in their periodic boxes, from their sound speeds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from atomglass.analysis.results.glasses_below_bound import CountedGlasses
from atomglass.errors import InputError
from atomglass.study.collected_tables import require_columns

Array = NDArray[np.float64]
#: Which sound speeds: of the glass itself, or the medians of its chain, which its own soft modes hardly change.
Moduli = Literal["own", "chain"]
#: Which phonons: the waves that fit into the box, or Debye's continuum, from the first wave of each branch upwards.
Waves = Literal["box", "continuum"]
#: Largest |n| of the waves. A glass with more phonons below the bound is as good as not rigid, and counted as such.
MAX_RADIUS = 40.0


@cache
def _shells(dimension: int) -> tuple[Array, Array, Array]:
    """Return the radii |n| of integer vectors, the number of vectors up to each, and their sum of ln |n|."""
    axis = np.arange(-int(MAX_RADIUS), int(MAX_RADIUS) + 1) ** 2
    squares = np.add.outer(axis, axis).ravel()
    if dimension == 3:
        squares = np.add.outer(squares, axis).ravel()
    values, waves = np.unique(squares[(squares > 0) & (squares <= MAX_RADIUS**2)], return_counts=True)
    radii = np.sqrt(values)
    return radii, np.concatenate([[0], np.cumsum(waves)]), np.concatenate([[0], np.cumsum(waves * np.log(radii))])


def waves_below(radius: ArrayLike, dimension: int, waves: Waves = "box") -> tuple[Array, Array]:
    """Return the number of waves n with |n| < radius, and their sum of ln(radius / |n|), for one polarization.

    Parameters
    ----------
    radius : array, shape (n,)
        Frequencies in units of that of the first wave, at most 40.
    dimension : int
        2 or 3.
    waves : str
        `box` for integer vectors n; `continuum` for all vectors with |n| > 1, at one per unit volume.

    Returns
    -------
    count, logs : array, shape (n,)
        Zero where the radius is below 1.
    """
    r = np.maximum(np.asarray(radius, dtype=float), 1.0)
    if waves == "continuum":
        volume = {2: math.pi, 3: 4 * math.pi / 3}[dimension]
        shell = r**dimension - 1
        return volume * shell, volume * (shell / dimension - np.log(r))
    radii, count, logs = _shells(dimension)
    place = np.searchsorted(radii, r, side="left")
    return count[place].astype(float), count[place] * np.log(r) - logs[place]


@dataclass(frozen=True)
class SoundOfGlasses:
    """The first transverse and longitudinal wave of each glass.

    Attributes
    ----------
    transverse, longitudinal : array, shape (n,)
        Frequencies; infinity where the glass has no phonons.
    dimension : int
        2 or 3.
    not_rigid : int
        Glasses without phonons: the shear modulus is not positive, or too small. Nothing is subtracted from them.
    """

    transverse: Array
    longitudinal: Array
    dimension: int
    not_rigid: int

    def phonons_below(self, frequency: Array, waves: Waves) -> tuple[Array, Array]:
        """Return for each glass the number of phonons below a frequency (n,), and the sum of ln(frequency / omega)."""
        counts, logs = waves_below(frequency / self.transverse, self.dimension, waves)
        more, more_logs = waves_below(frequency / self.longitudinal, self.dimension, waves)
        branches = self.dimension - 1
        return branches * counts + more, branches * logs + more_logs

    def band_distance(self, frequency: Array) -> Array:
        """Return for each glass the relative distance of a frequency (n,) to the nearest phonon of the box."""
        radii = _shells(self.dimension)[0]
        nearest = np.full(len(frequency), np.inf)
        for first in (self.transverse, self.longitudinal):
            r = frequency / first  # zero without phonons
            above = np.clip(np.searchsorted(radii, r), 1, len(radii) - 1)
            for place in (above - 1, above):
                nearest = np.minimum(nearest, np.where(np.isfinite(first), np.abs(r / radii[place] - 1), np.inf))
        return nearest


def sound_of_glasses(counted: CountedGlasses, moduli: Moduli = "own") -> SoundOfGlasses:
    """Return the first waves of each glass in its square or cubic box.

    Parameters
    ----------
    counted : CountedGlasses
        The glasses.
    moduli : str
        `own` for the speeds of the glass itself, or `chain` for the medians over the glasses of its chain. A shear
        modulus that is not positive counts as the lowest value in the median.
    """
    glasses = counted.glasses
    require_columns(
        glasses, ("number", "density", "dimension", "transverse_speed", "longitudinal_speed"), "realizations"
    )
    if moduli not in ("own", "chain"):
        raise InputError("moduli", moduli, "own or chain")
    speeds = glasses[["chain", "transverse_speed", "longitudinal_speed"]].fillna({"transverse_speed": 0.0})
    if moduli == "chain":
        speeds = speeds.groupby("chain")[["transverse_speed", "longitudinal_speed"]].transform("median")
    dimension = int(glasses["dimension"].iloc[0]) if len(glasses) else 2
    volume = glasses["number"].to_numpy(dtype=float) / glasses["density"].to_numpy(dtype=float)
    wavenumber = 2 * math.pi / volume ** (1 / dimension)
    transverse, longitudinal = (
        speeds[name].to_numpy(dtype=float) * wavenumber for name in ("transverse_speed", "longitudinal_speed")
    )
    rigid = (np.minimum(transverse, longitudinal) * MAX_RADIUS > counted.bound) & np.isfinite(longitudinal)
    return SoundOfGlasses(
        np.where(rigid, transverse, np.inf), np.where(rigid, longitudinal, np.inf), dimension, int((~rigid).sum())
    )
