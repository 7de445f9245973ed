"""Elastic moduli of an inherent state, sound speeds, and the frequency of the first phonon."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from atomglass.kernels.energy_derivatives import strain_response
from atomglass.system.configuration import Configuration
from atomglass.system.interactions import InteractingPairs
from atomglass.system.potential import PairPotential
from atomglass.types import Array, ShortRepr
from atomglass.vibrations.checked_hessian import hessian_without_rattlers
from atomglass.vibrations.hessian import ReducedHessian
from atomglass.vibrations.residual_force import warn_unless_inherent_state


@dataclass(frozen=True, repr=False)
class ElasticModuli(ShortRepr):
    """Moduli of one inherent state, in units of epsilon over volume.

    Attributes
    ----------
    shear : float
        Shear modulus G, relaxed and averaged over orientations.
    shear_by_orientation : (2,) or (5,) array
        G for each of the independent volume-preserving strains, relaxed.
    shear_affine : float
        The Born part: G without the non-affine relaxation.
    bulk, bulk_affine : float
        Bulk modulus K = V d2U/dV2 under isotropic compression, relaxed, and its Born part.
    pressure : float
        -dU/dV.
    transverse_speed, longitudinal_speed : float
        c_T = sqrt(G / rho) and c_L = sqrt((K + 2 G (d - 1)/d) / rho), where rho is the number density without rattlers
        (unit masses).
    first_phonon_frequency : float
        omega_1 = 2 pi c_T / L, where L is the longest wavelength that fits into the box.
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
        An inherent state, from `quench`.
    potential : PairPotential
        The interactions.

    Returns
    -------
    ElasticModuli
        The moduli; relaxed ones are NaN if the configuration is not a minimum, where the relaxation is not defined.

    Raises
    ------
    InputError
        The box is too small for the cutoff, or all particles are rattlers.

    Notes
    -----
    G = V^-1 d2U/dgamma2 under r -> exp(gamma S) r, with S traceless, symmetric and S:S = 1/2, as in simple shear: the
    Born part minus the non-affine part Xi.H^-1.Xi (Lutsko, J. Appl. Phys. 65, 2991 (1989)). This strain preserves the
    volume to all orders, so that no pressure term has to be subtracted.

    Examples
    --------
    >>> moduli = ag.elastic_moduli(glass, pot)
    >>> bool(0 < moduli.shear < moduli.shear_affine)
    True
    """
    pairs = InteractingPairs.of(configuration, potential)
    warn_unless_inherent_state(pairs)
    reduced = hessian_without_rattlers(pairs)
    return moduli_of(configuration, pairs, reduced)


def moduli_of(configuration: Configuration, pairs: InteractingPairs, reduced: ReducedHessian) -> ElasticModuli:
    """Return the elastic moduli from the interacting pairs and the Hessian.

    Parameters
    ----------
    configuration : Configuration
        An inherent state.
    pairs : InteractingPairs
        Its interacting pairs.
    reduced : ReducedHessian
        Its Hessian without rattlers.
    """
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
    """Return the isotropic strain (3, 3) of unit diagonal."""
    return np.diag([1.0] * dimension + [0.0] * (3 - dimension))


def smallest_wavenumber(configuration: Configuration) -> float:
    """Return the smallest wavenumber in the box: 2 pi times the length of the shortest reciprocal lattice vector."""
    reciprocal = np.linalg.inv(configuration.cell).T
    # The shortest k = m.b is no longer than the shortest b; with m_i = k.a_i, this bounds the integers m.
    shortest = np.linalg.norm(reciprocal, axis=1).min()
    bounds = np.floor(1e-9 + shortest * np.linalg.norm(configuration.cell, axis=1)).astype(int)
    integers = np.array([m for m in product(*(range(-bound, bound + 1) for bound in bounds)) if any(m)])
    return float(2 * np.pi * np.linalg.norm(integers @ reciprocal, axis=1).min())
