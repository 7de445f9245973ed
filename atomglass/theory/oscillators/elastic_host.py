"""Oscillators in an elastic medium: sound mediates a dipole interaction between them, and hybridizes with them.

A scalar displacement u on a periodic simple cubic lattice of L^3 unit masses, with springs of constant v^2 between
neighbors (so that rho = 1 and sound has velocity v). Oscillators couple as Lambda x_i n_i . grad u, with centered
differences for the gradient. Eliminating u gives

    I_ij = (Lambda^2/(4 pi rho v^2)) [n.n' - 3 (n.r)(n'.r)]/r^3,

the interaction of Eq. 2.3 of Parshin, Schober and Gurevich (2007) with its angular factor. The model tests the claims
of Schober et al.: modes that resemble sound waves with random noise, and correlated disorder of the force constants.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from atomglass.errors import InputError
from atomglass.types import Array, ShortRepr


def wave_vectors(size: int) -> Array:
    """Return the wave vectors of the lattice, shape (size, size, size, 3)."""
    axis = 2 * np.pi * np.fft.fftfreq(size)
    return np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1)


def squared_frequencies(k: Array, velocity: float = 1.0) -> Array:
    """Return omega^2 = 4 v^2 sum sin^2(k_a/2) of sound on the lattice; k has shape (..., 3), in units of 1/spacing."""
    return 4 * velocity**2 * (np.sin(k / 2) ** 2).sum(axis=-1)


def lattice_interaction(size: int) -> Array:
    """Return 4 pi rho v^2 I/Lambda^2 of the lattice between all directions, shape (size, size, size, 3, 3).

    Entry [r][a][b] is for two oscillators along a and b, separated by the lattice vector r: the second derivative of
    the static Green function, by Fourier transform.

    Raises
    ------
    InputError
        The lattice's edge is not from 4 to 128.
    """
    if not 4 <= size <= 128:
        raise InputError("the lattice's edge", size, "4 to 128")
    k = wave_vectors(size)
    stiffness = squared_frequencies(k)
    stiffness[0, 0, 0] = np.inf  # a uniform displacement has no gradient
    gradient = np.sin(k)  # of a centered difference
    products = gradient[..., :, None] * gradient[..., None, :] / stiffness[..., None, None]
    return 4 * np.pi * np.fft.ifftn(products, axes=(0, 1, 2)).real


def lattice_decay_rate(frequency: float, size: int = 96, broadening: float = 0.02) -> float:
    """Return 1/tau of an oscillator with Lambda = v = rho = M = 1: the golden rule, summed over the lattice's sound.

    1/tau = (pi/(2 omega^2)) sum_k (n . grad)^2 delta(omega - omega_k)/N, which tends to Eq. 6.9 with one branch.

    Parameters
    ----------
    frequency : float
        omega of the oscillator, well below the lattice's maximum.
    size : int
        Edge of the lattice.
    broadening : float
        Standard deviation of the Gaussian that replaces the delta function.
    """
    k = wave_vectors(size)
    omega = np.sqrt(squared_frequencies(k))
    gradient_squared = (np.sin(k) ** 2).sum(axis=-1) / 3
    delta = np.exp(-((omega - frequency) ** 2) / (2 * broadening**2)) / np.sqrt(2 * np.pi * broadening**2)
    return float(np.pi / (2 * frequency**2) * (gradient_squared * delta).mean())


@dataclass(frozen=True, eq=False, repr=False)
class HybridModes(ShortRepr):
    """Exact eigenmodes of sound and oscillators together.

    Attributes
    ----------
    squared_frequencies : array, shape (n,)
        Ascending.
    oscillator_weight : array, shape (n,)
        Weight of each mode on the oscillators.
    plane_wave_weight : array, shape (n,)
        Largest weight of the mode's sound part on one shell of equal |omega_k|, relative to the whole mode.
    participation_number : array, shape (n,)
        1/sum e_i^4 over lattice sites and oscillators.
    """

    squared_frequencies: Array
    oscillator_weight: Array
    plane_wave_weight: Array
    participation_number: Array


def hybrid_modes(rng: np.random.Generator, size: int, stiffnesses: ArrayLike, coupling: float) -> HybridModes:
    """Diagonalize a lattice with oscillators on random sites and along random directions.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of the sites and directions.
    size : int
        Edge of the lattice, 4 to 14.
    stiffnesses : array, shape (n,)
        Stiffnesses k of the oscillators, of unit mass.
    coupling : float
        Lambda.

    Raises
    ------
    InputError
        There are more oscillators than sites, the lattice is too large, or a stiffness is not positive.
    """
    stiffnesses = np.asarray(stiffnesses, dtype=float)
    count, number = len(stiffnesses), size**3
    if not 4 <= size <= 14:
        raise InputError("the lattice's edge", size, "4 to 14")
    if count > number or not (stiffnesses > 0).all():
        raise InputError("the oscillators' stiffnesses", stiffnesses, f"up to {number} positive numbers")
    values, vectors = np.linalg.eigh(_hybrid_matrix(rng, size, stiffnesses, coupling))
    sound = vectors[:number].reshape(size, size, size, -1)
    spectrum = np.abs(np.fft.fftn(sound, axes=(0, 1, 2))) ** 2 / number
    shells = np.round(squared_frequencies(wave_vectors(size)), 9).ravel()
    _, shell = np.unique(shells, return_inverse=True)
    weights = np.zeros((shell.max() + 1, len(values)))
    np.add.at(weights, shell, spectrum.reshape(number, -1))
    return HybridModes(values, (vectors[number:] ** 2).sum(axis=0), weights.max(axis=0), 1 / (vectors**4).sum(axis=0))


def _hybrid_matrix(rng: np.random.Generator, size: int, stiffnesses: Array, coupling: float) -> Array:
    """Return the dynamical matrix; the lattice sites come first, the oscillators last."""
    count, number = len(stiffnesses), size**3
    sites = rng.choice(number, count, replace=False)
    n = rng.normal(size=(count, 3))
    n /= np.linalg.norm(n, axis=1, keepdims=True)
    index = np.arange(number).reshape(size, size, size)
    own, sound, strain = np.arange(number), np.zeros((number, number)), np.zeros((count, number))
    for axis in range(3):
        forward, backward = np.roll(index, -1, axis).ravel(), np.roll(index, 1, axis).ravel()
        sound[own, own] += 2
        sound[own, forward] -= 1
        sound[own, backward] -= 1
        strain[np.arange(count), forward[sites]] += n[:, axis] / 2
        strain[np.arange(count), backward[sites]] -= n[:, axis] / 2
    return np.block([[sound, coupling * strain.T], [coupling * strain, np.diag(stiffnesses)]])


def real_space_disorder(rng: np.random.Generator, size: int, kept: int) -> tuple[float, float]:
    """Return the correlation between neighboring force constants made by a random matrix between soft modes.

    A symmetric random matrix couples the softest plane waves of the lattice, D_real = E^T D_mode E. If all modes are
    kept, D_real is as random as D_mode and the correlation vanishes.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of the random matrix.
    size : int
        Edge of the lattice, 4 to 10.
    kept : int
        Number of plane waves that are coupled, softest first.

    Returns
    -------
    tuple of float
        Correlation coefficient of D(i, j) and D(i + one site, j) over distinct sites, and its standard error for
        uncorrelated disorder.
    """
    number = size**3
    if not (4 <= size <= 10 and 1 < kept <= number):
        raise InputError("size and kept", f"{size}, {kept}", f"4 to 10; 2 to {number}")
    modes = _plane_waves(size)[:kept]
    disorder = rng.normal(size=(kept, kept))
    force_constants = modes.T @ (disorder + disorder.T) @ modes
    index = np.arange(number).reshape(size, size, size)
    neighbor = np.roll(index, -1, axis=0).ravel()
    apart = ~np.eye(number, dtype=bool)
    apart[np.arange(number), neighbor] = False
    first, second = force_constants[apart], force_constants[neighbor][apart]
    # The symmetric matrix contains every pair (i, j) twice.
    return float(np.corrcoef(first, second)[0, 1]), float(np.sqrt(2 / apart.sum()))


def _plane_waves(size: int) -> Array:
    """Return real plane waves as rows, softest first, shape (size^3, size^3)."""
    axis = np.arange(size)
    waves = [np.full(size, 1 / np.sqrt(size))]
    for m in range(1, size // 2 + 1):
        phase = 2 * np.pi * m * axis / size
        if 2 * m == size:
            waves.append(np.cos(phase) / np.sqrt(size))
        else:
            waves += [np.cos(phase) * np.sqrt(2 / size), np.sin(phase) * np.sqrt(2 / size)]
    one = np.array(waves)
    identity = np.eye(size)
    springs = 2 * identity - np.roll(identity, 1, 0) - np.roll(identity, -1, 0)
    stiffness = np.round(np.diag(one @ springs @ one.T), 9)
    total = (stiffness[:, None, None] + stiffness[None, :, None] + stiffness[None, None, :]).ravel()
    rows = np.einsum("ax,by,cz->abcxyz", one, one, one).reshape(size**3, size**3)
    return rows[np.argsort(total, kind="stable")]
