"""Vibrational density of states of large samples by the kernel polynomial method, without diagonalization."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse.linalg import eigsh

from atomglass.errors import InputError
from atomglass.system.configuration import Configuration
from atomglass.system.interactions import InteractingPairs
from atomglass.system.potential import PairPotential
from atomglass.types import Array, ShortRepr, typed_arguments
from atomglass.vibrations.checked_hessian import hessian_without_rattlers
from atomglass.vibrations.hessian import ReducedHessian
from atomglass.vibrations.residual_force import warn_unless_inherent_state

#: Factor applied to the Lanczos estimate of the largest eigenvalue, so that the scaled spectrum lies below 1.
SAFETY_FACTOR = 1.02
#: Frequency, in units of the resolution, below which the reduced density is not given, as the kernel mixes modes at
#: omega and -omega.
MIN_RESOLUTIONS = 3.0
#: Smallest number of moments: with fewer the grid, which ends at the highest frequency, has no point above this bound.
LEAST_MOMENTS = 6
#: Number of modes within the kernel from which on a maximum of one glass is more than a few of its modes; the relative
#: error of their number is then about 0.3.
MODES_IN_KERNEL = 10


@dataclass(frozen=True, repr=False)
class DensityOfStates(ShortRepr):
    """Density of states D(omega) on a grid, smoothed by Jackson's kernel; its integral is 1.

    Translations and rattlers are excluded.

    Attributes
    ----------
    frequencies : (k,) array
        Ascending, half a resolution apart.
    density : (k,) array
        D(omega), the mean of the estimates from the random vectors.
    error : (k,) array
        Standard error of the density, from the scatter of these estimates; values at frequencies closer than one
        resolution are correlated.
    reduced_density, reduced_error : (k,) arrays
        D / omega^(d - 1), which is constant in Debye's theory, and its error; NaN below three resolutions.
    resolution : float
        Standard deviation of the kernel, the same at all frequencies far below the highest.
    highest : float
        Frequency that is taken as the upper end of the spectrum.
    dimension, modes : int
        Space dimension d, and number of modes.
    """

    frequencies: Array
    density: Array
    error: Array
    reduced_density: Array
    reduced_error: Array
    resolution: float
    highest: float
    dimension: int
    modes: int

    @property
    def modes_resolved(self) -> Array:
        """Number of modes that make D(omega) at each frequency: 1 in a peak that a single mode makes, (k,) array.

        It is the number of modes times D times the width sqrt(2 pi) of the kernel. One glass in which it is small shows
        its own modes, not a density of states.
        """
        return self.modes * self.density * np.sqrt(2 * np.pi) * self.resolution

    @property
    def boson_peak(self) -> int:
        """Index on the grid of the maximum of D / omega^(d - 1)."""
        return int(np.nanargmax(self.reduced_density))


@typed_arguments
def density_of_states(
    configuration: Configuration, potential: PairPotential, moments: int = 2000, vectors: int = 16, seed: int = 1
) -> DensityOfStates:
    """Estimate the density of states from random vectors and products with the sparse Hessian.

    Parameters
    ----------
    configuration : Configuration
        An inherent state.
    potential : PairPotential
        The interactions.
    moments : int
        Number of Chebyshev moments; the resolution is pi/2 times the highest frequency divided by this number.
    vectors : int
        Number of independent random vectors; the error is inversely proportional to the square root of this number and
        of N.
    seed : int
        Seed of the random vectors.

    Returns
    -------
    DensityOfStates
        D(omega) with its standard error.

    Raises
    ------
    InputError
        A number is out of range, the box is too small for the cutoff, all particles are rattlers, or the configuration
        is not a minimum.

    Notes
    -----
    Weisse, Wellein, Alvermann and Fehske, Rev. Mod. Phys. 78, 275 (2006), Eqs. 34-35 (two moments for each product), 71
    (Jackson's kernel) and Sec. II.B (stochastic trace). With lambda = omega_max^2 cos^2(phi/2), the resolution of
    Chebyshev polynomials is uniform in phi, and thus in omega at low frequencies: soft modes are well resolved.

    Examples
    --------
    >>> found = ag.density_of_states(glass, pot, moments=100, vectors=4)
    >>> bool(np.trapezoid(found.density, found.frequencies).round(1) == 1.0)
    True
    """
    for name, value, least in (("moments", moments, LEAST_MOMENTS), ("vectors", vectors, 2), ("seed", seed, 0)):
        if not value >= least:
            raise InputError(f"{name} of the density of states", value, f">= {least}")
    pairs = InteractingPairs.of(configuration, potential)
    warn_unless_inherent_state(pairs)
    reduced = hessian_without_rattlers(pairs)
    random = np.random.default_rng(seed).choice([-1.0, 1.0], (reduced.size, vectors))
    top = SAFETY_FACTOR * float(eigsh(reduced.matrix, k=1, tol=1e-3, v0=random[:, 0], return_eigenvectors=False)[0])
    modes = reduced.size - reduced.dimension
    found = _moments(reduced, reduced.project(random), top, moments) / modes
    if not np.all(np.abs(found).max(axis=0) <= 1.5 * found[0]):
        raise InputError(
            "spectrum of the Hessian", "with negative eigenvalues", "an inherent state's", "quench the configuration"
        )
    highest = np.sqrt(top)
    resolution = np.pi * highest / (2 * moments)
    frequencies = np.arange(1, int(4 * moments / np.pi)) * (0.5 * resolution)
    samples = density_from_moments(found, frequencies / highest) / highest
    density, error = samples.mean(axis=1), samples.std(axis=1, ddof=1) / np.sqrt(vectors)
    debye = np.where(frequencies >= MIN_RESOLUTIONS * resolution, frequencies, np.nan) ** (reduced.dimension - 1)
    return DensityOfStates(
        frequencies=frequencies,
        density=density,
        error=error,
        reduced_density=density / debye,
        reduced_error=error / debye,
        resolution=float(resolution),
        highest=float(highest),
        dimension=reduced.dimension,
        modes=modes,
    )


def resolved_moments(modes: int) -> int:
    """Return the number of moments at which the kernel holds `MODES_IN_KERNEL` modes of an average density of states.

    Parameters
    ----------
    modes : int
        Number of modes. Their mean density per frequency is modes / highest, and the kernel is sqrt(2 pi) resolutions
        wide, where the resolution is pi/2 highest / moments.
    """
    return max(LEAST_MOMENTS, int(np.sqrt(2 * np.pi) * np.pi / 2 * modes / MODES_IN_KERNEL))


def _moments(reduced: ReducedHessian, vectors: Array, top: float, count: int) -> Array:
    """Return the Chebyshev moments <v| T_m(2 H / top - 1) |v>, m < count, of each vector (n, k), as (count, k)."""
    matrix = (2 / top) * reduced.matrix

    def scaled_product(x: Array) -> Array:
        product: Array = matrix @ x - x
        return product

    def dot(x: Array, y: Array) -> Array:
        products: Array = np.einsum("nk,nk->k", x, y)
        return products

    mu = np.empty((count + 1, vectors.shape[1]))
    previous, current = vectors, scaled_product(vectors)
    mu[0], mu[1] = dot(vectors, vectors), dot(vectors, current)
    for m in range(1, (count + 1) // 2):  # T_2m = 2 T_m^2 - 1 and T_(2m+1) = 2 T_(m+1) T_m - T_1
        following = scaled_product(current)
        following *= 2
        following -= previous
        mu[2 * m] = 2 * dot(current, current) - mu[0]
        mu[2 * m + 1] = 2 * dot(following, current) - mu[1]
        previous, current = current, following
    return mu[:count]


def density_from_moments(moments: Array, reduced_frequencies: Array) -> Array:
    """Return the density per unit of x = omega/omega_max at values of x (k,), from Chebyshev moments (m,) or (m, v)."""
    count = len(moments)
    m, step = np.arange(count), np.pi / (count + 1)
    jackson = ((count - m + 1) * np.cos(m * step) + np.sin(m * step) / np.tan(step)) / (count + 1)
    phi = 2 * np.arccos(reduced_frequencies)
    weights = np.where(m == 0, 1.0, 2.0) * jackson
    series = (np.cos(phi[:, None] * m) * weights) @ moments
    jacobian = np.sqrt(1 - reduced_frequencies**2).reshape((-1,) + (1,) * (moments.ndim - 1))
    density: Array = series * (2 / np.pi) / jacobian
    return density
