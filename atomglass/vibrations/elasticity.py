"""Elastic moduli of an inherent state, sound speeds, and the frequency of the first phonon."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from atomglass.kernels.energy_derivatives import strain_response
from atomglass.system.configuration import Configuration
from atomglass.system.interactions import InteractingPairs
from atomglass.system.potential import PairPotential
from atomglass.vibrations.hessian import ReducedHessian
from atomglass.vibrations.modes import check_held

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ElasticModuli:
    """Moduli of one inherent state, in units of epsilon over volume.

    Attributes
    ----------
    shear : float
        G, relaxed, averaged over orientations.
    shear_by_orientation : (2,) or (5,) array
        G under each of the independent volume-preserving strains.
    shear_affine : float
        The Born part: G without the non-affine relaxation.
    bulk, bulk_affine : float
        K = V d2U/dV2 under isotropic compression, relaxed, and its Born part.
    pressure : float
        -dU/dV.
    transverse_speed, longitudinal_speed : float
        sqrt(G / rho) and sqrt((K + 2 G (d - 1)/d) / rho), rho the number density of the particles held (m = 1).
    first_phonon_frequency : float
        omega_1 = 2 pi c_T / L; L is the longest wavelength that fits the box.
    """

    shear: float
    shear_by_orientation: Array
    shear_affine: float
    bulk: float
    bulk_affine: float
    pressure: float
    transverse_speed: float
    longitudinal_speed: float
    first_phonon_frequency: float


def elastic_moduli(configuration: Configuration, potential: PairPotential) -> ElasticModuli:
    """Return the elastic moduli of a quenched configuration.

    Parameters
    ----------
    configuration : Configuration
        An inherent state (see `quench`).
    potential : PairPotential
        The interactions.

    Returns
    -------
    ElasticModuli
        NaN moduli where the configuration is not a minimum: the relaxation is not defined there.

    Raises
    ------
    InputError
        A box too small for the cutoff, or nothing but rattlers.

    Notes
    -----
    G = V^-1 d2U/dgamma2 under r -> exp(gamma S) r, S traceless and symmetric with S:S = 1/2, as in simple shear: Born
    part less the non-affine part Xi.H^-1.Xi (Lutsko, J. Appl. Phys. 65, 2991 (1989)). Volume is preserved to all
    orders, so that the pressure adds nothing but what belongs to G.
    """
    pairs = InteractingPairs.of(configuration, potential)
    reduced = ReducedHessian(pairs)
    check_held(reduced)
    return moduli_of(configuration, pairs, reduced)


def moduli_of(configuration: Configuration, pairs: InteractingPairs, reduced: ReducedHessian) -> ElasticModuli:
    """Return the moduli from pairs and a Hessian that the caller has already."""
    d, volume = configuration.dimension, configuration.volume
    strains = np.concatenate([shear_strains(d), [_isotropic(d)]])
    first, born, mixed = strain_response(pairs.indices, pairs.separations, pairs.derivatives, strains, pairs.number)
    forces = reduced.reduce(mixed[:, :, :d])
    if reduced.is_minimum:
        relaxed = born - np.einsum("nk,nk->k", forces, reduced.solve(forces))
    else:
        relaxed = np.full(len(strains), np.nan)
    pressure = -first[-1] / (d * volume)
    shear = relaxed[:-1] / volume
    # dV = d V d(epsilon): d2U/d(epsilon)2 = (d V)^2 d2U/dV2 - d^2 V p.
    bulk, bulk_affine = (value / (d**2 * volume) + pressure for value in (relaxed[-1], born[-1]))
    mean = float(shear.mean())
    density = (reduced.size / d) / volume
    transverse = np.sqrt(mean / density) if mean > 0 else float("nan")
    stiffness = bulk + 2 * mean * (d - 1) / d
    longitudinal = np.sqrt(stiffness / density) if stiffness > 0 else float("nan")
    return ElasticModuli(
        shear=mean,
        shear_by_orientation=shear,
        shear_affine=float(born[:-1].mean() / volume),
        bulk=float(bulk),
        bulk_affine=float(bulk_affine),
        pressure=float(pressure),
        transverse_speed=float(transverse),
        longitudinal_speed=float(longitudinal),
        first_phonon_frequency=float(transverse * smallest_wavenumber(configuration)),
    )


def shear_strains(dimension: int) -> Array:
    """Return the independent volume-preserving strains (2 or 5, 3, 3), each with S:S = 1/2."""
    strains = []
    for a in range(dimension):
        for b in range(a):
            s = np.zeros((3, 3))
            s[a, b] = s[b, a] = 0.5
            strains.append(s)
    for k in range(1, dimension):
        diagonal = np.array([1.0] * k + [-k] + [0.0] * (2 - k))
        strains.append(np.diag(diagonal / np.sqrt(2 * (diagonal**2).sum())))
    return np.array(strains)


def _isotropic(dimension: int) -> Array:
    return np.diag([1.0] * dimension + [0.0] * (3 - dimension))


def smallest_wavenumber(configuration: Configuration) -> float:
    """Return 2 pi times the length of the shortest reciprocal lattice vector."""
    reciprocal = np.linalg.inv(configuration.cell).T
    # The shortest k = m.b is no longer than the shortest b, and m_i = k.a_i: so far, and no farther, to look.
    shortest = np.linalg.norm(reciprocal, axis=1).min()
    most = np.floor(1e-9 + shortest * np.linalg.norm(configuration.cell, axis=1)).astype(int)
    steps = np.array([s for s in product(*(range(-m, m + 1) for m in most)) if any(s)])
    return float(2 * np.pi * np.linalg.norm(steps @ reciprocal, axis=1).min())
