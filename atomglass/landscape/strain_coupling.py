"""The coupling of a pair of inherent states to strain: the deformation potentials of a two-level system."""

from __future__ import annotations

import numpy as np

from atomglass.system.configuration import Configuration
from atomglass.system.interactions import stress
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
