"""A random-matrix model of quasi-localized modes of a known law hidden among phonons, to test selections.

The Hessian is written in a basis of the softest transverse plane waves of a square box and of localized modes whose
frequencies follow omega^s. The two are coupled as an elastic dipole couples to the strain of a wave. The eigenvectors
are evaluated on a lattice, so that participation ratios mean the same as in a glass. Frequencies are in units of the
first phonon frequency that elasticity predicts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from atomglass.errors import InputError

Array = NDArray[np.float64]
#: Wave vectors of the first two transverse bands, in units of 2 pi / L; each has a sine and a cosine wave.
_WAVES = np.array([[1, 0], [0, 1], [1, 1], [1, -1]])


@dataclass(frozen=True)
class HybridModel:
    """Parameters of the model.

    Attributes
    ----------
    side : int
        Sites along an edge of the lattice on which eigenvectors are evaluated.
    density : float
        Localized modes per realization below 0.8 of the first phonon frequency, before they are coupled.
    exponent : float
        s of the law of the localized modes.
    coupling : float
        Coupling of a localized mode to a wave, in units of the first phonon's eigenvalue.
    disorder : float
        Relative spread of the waves' eigenvalues and of the elements that mix them.
    core : float
        Radius of a localized mode, in sites; about 6 core^2 sites take part.
    top : float
        Highest frequency of localized modes before they are coupled.
    """

    side: int = 32
    density: float = 0.3
    exponent: float = 4.0
    coupling: float = 0.1
    disorder: float = 0.05
    core: float = 2.0
    top: float = 1.4

    def __post_init__(self) -> None:
        if self.side < 8 or not (self.density > 0 and self.top > 0.8 and self.core > 0 and self.exponent > -1):
            raise InputError("the model of hybridized modes", self, "side >= 8, density, core > 0, top > 0.8")
        if not (0 <= self.coupling < 0.5 and 0 <= self.disorder < 0.3):
            raise InputError("coupling and disorder", (self.coupling, self.disorder), "below 0.5 and 0.3: weak")


def hybrid_spectra(model: HybridModel, realizations: int, rng: np.random.Generator, chains: int = 60) -> pd.DataFrame:
    """Return the modes of many realizations, in a table for `select`.

    Parameters
    ----------
    model : HybridModel
        Parameters of the model.
    realizations : int
        Number of realizations.
    rng : numpy.random.Generator
        Source of randomness.
    chains : int
        Number of chains over which the realizations are distributed; they are independent nevertheless.

    Returns
    -------
    DataFrame
        realization, chain, frequency, participation_ratio, first_phonon_frequency (1), complete_below (1.2), group
        (`A` throughout) and `localized`, the weight of an eigenvector on the localized modes.
    """
    mean = model.density * (model.top / 0.8) ** (model.exponent + 1)
    number = rng.poisson(mean, realizations)
    parts = []
    for count in np.unique(number):
        member = np.flatnonzero(number == count)
        for chunk in np.array_split(member, max(1, len(member) // 64)):
            parts.append(_diagonalize(model, chunk, int(count), rng))
    modes = pd.concat(parts, ignore_index=True)
    modes = modes.sort_values(["realization", "frequency"], ignore_index=True)
    modes["chain"] = modes["realization"] % chains
    modes["first_phonon_frequency"], modes["complete_below"], modes["group"] = 1.0, 1.2, "A"
    return modes[modes["frequency"] < 1.2].reset_index(drop=True)


def hybrid_realizations(realizations: int, chains: int = 60) -> pd.DataFrame:
    """Return the table of the realizations themselves, for `select`: omega_1 = 1, modes known below 1.2.

    Parameters
    ----------
    realizations, chains : int
        As in `hybrid_spectra`.
    """
    number = np.arange(realizations)
    table = pd.DataFrame({"realization": number, "chain": number % chains, "status": "ok", "complete": True})
    return table.assign(first_phonon_frequency=1.0, complete_below=1.2)


def _diagonalize(model: HybridModel, member: NDArray[Any], count: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return the modes of realizations with the same number of localized modes, diagonalized together."""
    waves, eigenvalue, strain = _plane_waves(model.side)
    wave_count, size = len(waves), len(member)
    hessian = np.zeros((size, wave_count + count, wave_count + count))
    noise = rng.standard_normal((size, wave_count, wave_count))
    scale = model.disorder * np.sqrt(eigenvalue[:, None] * eigenvalue)
    hessian[:, :wave_count, :wave_count] = np.diag(eigenvalue) + scale * (noise + noise.transpose(0, 2, 1)) / 2
    omega = model.top * rng.random((size, count)) ** (1 / (model.exponent + 1))
    center = rng.integers(model.side, size=(size, count, 2))
    angle = rng.uniform(0, 2 * np.pi, (size, count))
    dipole = np.stack(
        [np.cos(angle), np.sin(angle)], axis=-1
    )  # components xx - yy and 2 xy of a traceless symmetric tensor
    site = center[..., 0] * model.side + center[..., 1]
    # The coupling of every localized mode to every wave; strain has shape (waves, sites, 2).
    coupling = model.coupling * np.einsum("pscx,scx->scp", strain[:, site], dipole)
    hessian[:, wave_count:, :wave_count] = coupling
    hessian[:, :wave_count, wave_count:] = coupling.transpose(0, 2, 1)
    diagonal = wave_count + np.arange(count)
    # Coupled waves lower the frequency of a mode; omega is its frequency with the waves held at zero amplitude.
    hessian[:, diagonal, diagonal] = omega**2 + (coupling**2 / eigenvalue).sum(axis=-1)
    value, vector = np.linalg.eigh(hessian)
    fields = np.concatenate(
        [np.broadcast_to(waves, (size, *waves.shape)), _localized_fields(model, center, rng)], axis=1
    )
    flat = fields.reshape(size, wave_count + count, -1)
    field = (vector.transpose(0, 2, 1) @ flat).reshape(fields.shape)
    square = (field**2).sum(axis=-1)
    ratio = square.sum(axis=-1) ** 2 / (model.side**2 * (square**2).sum(axis=-1))
    return pd.DataFrame(
        {
            "realization": np.repeat(member, wave_count + count),
            "frequency": np.sqrt(np.maximum(value, 0.0)).ravel(),
            "participation_ratio": ratio.ravel(),
            "localized": (vector[:, wave_count:] ** 2).sum(axis=1).ravel(),
        }
    )


def _plane_waves(side: int) -> tuple[Array, Array, Array]:
    """Return transverse waves (waves, sites, 2), their eigenvalues, and their strains (xx - yy, 2 xy) at the sites."""
    grid = np.stack(np.meshgrid(np.arange(side), np.arange(side), indexing="ij"), axis=-1).reshape(-1, 2)
    waves, eigenvalue, strain = [], [], []
    for k in _WAVES:
        across = np.array([-k[1], k[0]]) / np.linalg.norm(k)
        phase = 2 * np.pi * (grid @ k) / side
        for shape, slope in ((np.cos(phase), -np.sin(phase)), (np.sin(phase), np.cos(phase))):
            waves.append(shape[:, None] * across * np.sqrt(2) / side)
            tensor = np.array([k[0] * across[0] - k[1] * across[1], k[0] * across[1] + k[1] * across[0]])
            strain.append(slope[:, None] * tensor)
            eigenvalue.append(float(k @ k))
    return np.array(waves), np.array(eigenvalue), np.array(strain)


def _localized_fields(model: HybridModel, center: NDArray[Any], rng: np.random.Generator) -> Array:
    """Return normalized localized fields, shape (realizations, modes, sites, 2): rotating vectors in a Gaussian."""
    side = model.side
    step = np.arange(side) - center[..., None]  # (realizations, modes, axis, sites along it)
    step = step - side * np.round(step / side)
    gauss = np.exp(-(step**2) / (2 * model.core**2))
    profile = (gauss[:, :, 0, :, None] * gauss[:, :, 1, None, :]).reshape(*center.shape[:2], side * side)
    turn = rng.uniform(0, 2 * np.pi, center.shape[:2])
    radius = np.hypot(step[:, :, 0, :, None], step[:, :, 1, None, :]).reshape(profile.shape)
    angle = turn[..., None] + radius / model.core
    field = profile[..., None] * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    return field / np.sqrt((field**2).sum(axis=(-2, -1), keepdims=True))
