"""The coupling to strain of a pair of inherent states, and of a soft mode."""

from __future__ import annotations

from itertools import combinations_with_replacement

import numpy as np

from atomglass.kernels.energy_derivatives import strain_response
from atomglass.system.configuration import Configuration
from atomglass.system.interactions import InteractingPairs, stress
from atomglass.system.potential import PairPotential
from atomglass.types import Array


def energy_difference_per_strain(one: Configuration, other: Configuration, potential: PairPotential) -> Array:
    """Return the derivative (d, d) of the energy difference of two inherent states with respect to strain.

    An inherent state is stationary, so that the change of its energy is that of an affine deformation to first order,
    although its particles relax: dE/d(strain) = V stress.

    Parameters
    ----------
    one, other : Configuration
        The inherent states.
    potential : PairPotential
        The interactions.

    Returns
    -------
    (d, d) array
        d(E_other - E_one)/d(strain), in units of epsilon.

    Raises
    ------
    InputError
        The box is too small for the cutoff.
    """
    return one.volume * (stress(other, potential) - stress(one, potential))


def deformation_potentials(derivative: Array) -> tuple[float, float]:
    """Return the deformation potentials gamma_T and gamma_L: half of dDelta/d(strain), rms over all orientations.

    Parameters
    ----------
    derivative : (d, d) array
        From `energy_difference_per_strain`, in units of epsilon.

    Returns
    -------
    transverse : float
        gamma_T, for the shear strain du_x/dy of a transverse wave, in units of epsilon.
    longitudinal : float
        gamma_L, for the strain du_x/dx of a longitudinal wave, in units of epsilon.

    Notes
    -----
    The Hamiltonian of a two-level system in a strain e is half of (Delta + 2 gamma e) sigma_z + Delta_0 sigma_x
    (Phillips, Rep. Prog. Phys. 50, 1657 (1987)). With the deviator D of the derivative, the mean square over
    orientations of its xy element is D:D / ((d - 1)(d + 2)), that of its xx element 2 D:D / (d (d + 2)).
    """
    d = len(derivative)
    symmetric = (derivative + derivative.T) / 2
    mean = np.trace(symmetric) / d
    square = ((symmetric - mean * np.eye(d)) ** 2).sum()
    transverse = np.sqrt(square / ((d - 1) * (d + 2))) / 2
    longitudinal = np.sqrt(mean**2 + 2 * square / (d * (d + 2))) / 2
    return float(transverse), float(longitudinal)


def coupling_of_modes(pairs: InteractingPairs, directions: Array, dimension: int) -> Array:
    """Return the bilinear coupling of modes to strain, d2U / (dx d(strain)), x the amplitude of the mode.

    Parameters
    ----------
    pairs : InteractingPairs
        The interacting pairs of an inherent state.
    directions : (k, N, d) array
        Directions of the modes, each of norm one.
    dimension : int
        Space dimension d.

    Returns
    -------
    (k, d, d) array
        Symmetric, in units of epsilon over length: Lambda of the coupling Lambda x e of a soft mode to a strain e
        (Parshin, Schober and Gurevich, Phys. Rev. B 76, 064206 (2007), text above Eq. 4.16).
    """
    found = np.empty((len(directions), dimension, dimension))
    for a, b in combinations_with_replacement(range(dimension), 2):
        strain = np.zeros((1, 3, 3))
        strain[0, a, b] += 0.5
        strain[0, b, a] += 0.5
        mixed = strain_response(pairs.indices, pairs.separations, pairs.derivatives, strain, pairs.number)[2][0]
        found[:, a, b] = found[:, b, a] = np.einsum("knd,nd->k", directions, mixed[:, :dimension])
    return found


def rms_over_orientations(tensor: Array) -> tuple[float, float]:
    """Return the rms over all orientations of the xy and of the xx element of a symmetric tensor (d, d).

    Parameters
    ----------
    tensor : (d, d) array
        The derivative of an energy, or of a force, with respect to strain.
    """
    transverse, longitudinal = deformation_potentials(tensor)
    return 2 * transverse, 2 * longitudinal
