"""From two inherent states to their tunnel splitting: the path between them and the levels along it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from atomglass.errors import InputError
from atomglass.landscape.minimum_energy_path import MinimumEnergyPath, PathStatus, minimum_energy_path
from atomglass.landscape.tunnel_levels import DEFAULT_HBAR, Levels, checked_hbar, double_well_levels
from atomglass.system.configuration import Configuration
from atomglass.system.potential import PairPotential

#: Paths along which levels are computed.
_USABLE = (PathStatus.ONE_BARRIER, PathStatus.SEVERAL_BARRIERS)


@dataclass(frozen=True, eq=False)
class TunnelSplitting:
    """The lowest two levels of a pair of inherent states.

    Attributes
    ----------
    path : MinimumEnergyPath
        The path between the inherent states; its `status` says what kind of path it is.
    levels : Levels or None
        Levels along the path, relative to the first inherent state; None if the path is not usable, or if its energy
        cannot be continued beyond an end.
    splitting : float
        E = E_2 - E_1, in units of epsilon; NaN without levels.
    error : float
        Numerical error of the splitting along this path, in units of epsilon; NaN if it could not be estimated.
    asymmetry : float
        Delta, the energy of the state localized in the second well minus that of the one in the first, zero-point
        energies included, in units of epsilon.
    tunneling : float
        Delta_0, the tunneling matrix element, with E^2 = Delta^2 + Delta_0^2, in units of epsilon.
    localization : float
        From 0 to 1: half of the difference of the eigenvalues of sign(x - x_top) in the lowest two levels. Near 1 two
        combinations of them lie in different wells; near 0 both levels are vibrations of one well, and Delta and
        Delta_0 have no meaning.
    below_barrier : bool
        Whether both levels lie below the barrier; otherwise the two states are vibrations of one well.
    """

    path: MinimumEnergyPath
    levels: Levels | None
    splitting: float
    error: float
    asymmetry: float
    tunneling: float
    localization: float
    below_barrier: bool

    def __repr__(self) -> str:
        return (
            f"TunnelSplitting(splitting {self.splitting:.4g}, asymmetry {self.asymmetry:.4g}, "
            f"tunneling {self.tunneling:.4g}, {self.path.status})"
        )


def tunnel_splitting(
    one: Configuration,
    other: Configuration,
    potential: PairPotential,
    hbar: float = DEFAULT_HBAR,
    count: int = 4,
    images: int = 17,
) -> TunnelSplitting:
    """Return the tunnel splitting of two inherent states of one glass.

    Parameters
    ----------
    one, other : Configuration
        Inherent states with the same particles, in the same order, in the same box.
    potential : PairPotential
        The interactions.
    hbar : float
        Planck's constant in units of sigma sqrt(m epsilon): `QuantumUnits.named("argon").hbar`, for example.
    count : int
        Number of levels, from 2 to 60.
    images : int
        Number of configurations on the path, at least 9.

    Returns
    -------
    TunnelSplitting
        Levels and splitting along the minimum-energy path: look at `path.status`, as no levels are computed along a
        path without a saddle, or whose saddle leads elsewhere.

    Raises
    ------
    InputError
        hbar is not positive, or a number is out of range; or as for `minimum_energy_path`.

    Notes
    -----
    All particles have mass 1, so that the coordinate of -(hbar^2/2) psi'' + V psi = E psi is the Euclidean length of
    the path (Khomenko, Scalliet, Berthier, Reichman and Zamponi, Phys. Rev. Lett. 124, 225901 (2020)). Delta and
    Delta_0 are the elements of the Hamiltonian in those two combinations of the lowest two states that are localized
    best on the two sides of the top of the path: the eigenvectors of the operator sign(x - x_top) among them.

    Examples
    --------
    >>> mc = ag.SwapMonteCarlo(glass, pot, temperature=0.15, swap_fraction=0, seed=1)
    >>> stats = mc.run(7000)
    >>> one = other = ag.quench(mc.configuration, pot).configuration
    >>> while abs(ag.energy(other, pot) - ag.energy(one, pot)) < 1e-6:  # until the liquid has left the inherent state
    ...     stats = mc.run(500)
    ...     other = ag.quench(mc.configuration, pot).configuration
    >>> found = ag.tunnel_splitting(one, other, pot, hbar=ag.QuantumUnits.named("argon").hbar)
    >>> bool(found.splitting > 0), bool(np.isclose(np.hypot(found.asymmetry, found.tunneling), found.splitting))
    (True, True)
    """
    hbar = checked_hbar(hbar)
    if isinstance(count, bool) or not isinstance(count, int | np.integer) or not 2 <= count <= 60:
        raise InputError("number of levels", count, "2 to 60")
    return splitting_along(minimum_energy_path(one, other, potential, images), hbar, int(count))


def splitting_along(path: MinimumEnergyPath, hbar: float = DEFAULT_HBAR, count: int = 4) -> TunnelSplitting:
    """Return the tunnel splitting along a path.

    Parameters
    ----------
    path : MinimumEnergyPath
        The path; no levels are computed unless it has been found completely.
    hbar : float
        Planck's constant in units of sigma sqrt(m epsilon).
    count : int
        Number of levels.

    Raises
    ------
    InputError
        hbar is not positive.
    """
    hbar, nan = checked_hbar(hbar), float("nan")
    if path.status not in _USABLE:
        return TunnelSplitting(path, None, nan, nan, nan, nan, nan, False)
    try:
        levels = double_well_levels(*path.table(), hbar=hbar, count=count, between_minima=True)
    except InputError:  # an end is so flat that its wall is not resolved, or hbar so small that the grid is too fine
        return TunnelSplitting(path, None, nan, nan, nan, nan, nan, False)
    asymmetry, tunneling, localization = localized_pair(levels, path.top)
    error = float(levels.errors[:2].sum())
    below = bool(levels.energies[1] < path.barrier)
    return TunnelSplitting(path, levels, levels.splitting, error, asymmetry, tunneling, localization, below)


def localized_pair(levels: Levels, divide: float) -> tuple[float, float, float]:
    """Return Delta and Delta_0 of the lowest two levels, from their best localized combinations, and the localization.

    Parameters
    ----------
    levels : Levels
        At least two levels.
    divide : float
        Position that separates the two wells, in units of length.

    Returns
    -------
    asymmetry, tunneling : float
        Energy of the state on the right minus that of the one on the left, and twice the element between them, in the
        units of the levels; the squares of both add up to the square of the splitting.
    localization : float
        1 if the two combinations lie on different sides completely, 0 if they are distributed over both sides alike.
    """
    pair = levels.states[:, :2]
    side = pair.T @ (np.sign(levels.grid - divide)[:, None] * pair)
    difference, mixed = side[0, 0] - side[1, 1], 2 * side[0, 1]
    size = np.hypot(difference, mixed)
    # The lower state is on the left, and Delta > 0, if <sign> is smaller in it than in the upper one.
    return float(-levels.splitting * difference / size), float(levels.splitting * abs(mixed) / size), float(size / 2)
