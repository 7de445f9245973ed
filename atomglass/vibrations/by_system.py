"""`lowest_modes` and `expand` for a configuration with a pair potential, and for atoms with any calculator of ASE."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

from numpy.typing import ArrayLike

from atomglass.errors import InputError
from atomglass.system.arguments import check_sample
from atomglass.system.configuration import Configuration
from atomglass.system.potential import PairPotential
from atomglass.types import typed_arguments
from atomglass.vibrations import expansion, modes
from atomglass.vibrations.atoms_forces import is_atoms
from atomglass.vibrations.checked_hessian import reduced_hessian
from atomglass.vibrations.finite_difference_expansion import FiniteDifferenceExpansion, expand_atoms
from atomglass.vibrations.finite_difference_modes import FiniteDifferenceModes, lowest_modes_of_atoms

if TYPE_CHECKING:
    from ase import Atoms


@overload
def lowest_modes(configuration: Configuration, potential: PairPotential, count: int = 20) -> modes.Modes: ...


@overload
def lowest_modes(
    configuration: Atoms,
    *,
    count: int = 20,
    cutoff: float | None = None,
    pairwise: bool = False,
    order: int = 4,
    step: float | None = None,
) -> FiniteDifferenceModes: ...


@typed_arguments
def lowest_modes(
    configuration: Configuration | Atoms,
    potential: PairPotential | None = None,
    count: int = 20,
    *,
    cutoff: float | None = None,
    pairwise: bool = False,
    order: int = 4,
    step: float | None = None,
    threads: int = 1,
) -> modes.Modes:
    """Return the modes with the lowest eigenvalues, of a configuration or of atoms with any calculator.

    Parameters
    ----------
    configuration : Configuration or ase.Atoms
        An inherent state: a configuration, to be given with a potential, or atoms with a calculator, which is the force
        field. Of atoms, constraints (`FixAtoms`, `FixCartesian`) and masses are respected.
    potential : PairPotential
        The interactions of a configuration; left out for atoms.
    count : int
        Number of modes; all of them if there are fewer.
    cutoff : float, optional
        For atoms: the energy is a sum of terms, one for each atom, that depend on the atoms within this distance of it,
        as with the cutoff of Stillinger and Weber, Tersoff or EAM; for message-passing models it is the distance times
        the number of layers. Then the Hessian is sparse, and many atoms are displaced at once. A cutoff beyond which
        forces change is refused. By default each atom is displaced by itself.
    pairwise : bool
        For atoms: the energy is a sum over pairs within the cutoff, so that fewer atoms are coupled.
    order : {2, 4, 6}
        For atoms: order of accuracy of the central differences.
    step : float, optional
        For atoms: displacement between the points of a difference, in units of length, rounded down to a power of two;
        by default the step with the least estimated error.
    threads : int
        For a configuration: number of threads that factorize the Hessian and solve with it, which pays in samples of
        more than some 10,000 particles. The results have the same bits with any number.

    Returns
    -------
    Modes or FiniteDifferenceModes
        The modes; check `complete` and `is_minimum`. Those of atoms are in the units of their calculator.

    Raises
    ------
    InputError
        `count` or `threads` is below 1, the arguments do not belong together, the box is too small for the cutoff, no
        particle is held by its neighbors, or the forces reach farther than the cutoff states.

    Warns
    -----
    NotAnInherentStateWarning
        The largest force, which is stated, shows that the sample is at no stationary point.

    Examples
    --------
    >>> modes = ag.lowest_modes(glass, pot, 5)
    >>> len(modes), modes.complete, modes.is_minimum
    (5, True, True)

    The same glass with its calculator, as for any other one of ASE:

    >>> atoms = glass.to_atoms()
    >>> atoms.calc = ag.Calculator(pot)
    >>> measured = ag.lowest_modes(atoms, count=5)
    >>> bool(np.abs(measured.eigenvalues / modes.eigenvalues - 1).max() < 1e-6)
    True
    """
    if isinstance(configuration, Configuration):
        check_sample(configuration, potential)
        if (cutoff, pairwise, order, step) != (None, False, 4, None):
            raise InputError("cutoff, pairwise, order or step", remedy="they are for an ase.Atoms: leave them out")
        assert potential is not None
        return modes.lowest_modes_of_hessian(reduced_hessian(configuration, potential, threads), count)
    if not is_atoms(configuration):
        check_sample(configuration, potential)
    if threads != 1:
        raise InputError("threads", threads, "1 for an ase.Atoms", "its calculator decides: leave threads out")
    if potential is not None:
        remedy = "an ase.Atoms brings its own calculator: leave the potential out, and write count=20"
        raise InputError("potential", potential, "none for an ase.Atoms", remedy)
    return lowest_modes_of_atoms(configuration, count, cutoff=cutoff, pairwise=pairwise, order=order, step=step)


@overload
def expand(configuration: Configuration, potential: PairPotential, direction: ArrayLike) -> expansion.Expansion: ...


@overload
def expand(configuration: Atoms, potential: ArrayLike, *, cutoff: float | None = None) -> FiniteDifferenceExpansion: ...


@overload
def expand(configuration: Atoms, *, direction: ArrayLike, cutoff: float | None = None) -> FiniteDifferenceExpansion: ...


@typed_arguments
def expand(
    configuration: Configuration | Atoms,
    potential: Any = None,
    direction: Any = None,
    *,
    cutoff: float | None = None,
) -> expansion.Expansion:
    """Expand the energy along a direction to fourth order: by sums over pairs, or for atoms by differences of forces.

    Parameters
    ----------
    configuration : Configuration or ase.Atoms
        An inherent state: a configuration, to be given with a potential, or atoms with a calculator.
    potential : PairPotential
        The interactions of a configuration; left out for atoms, whose second argument is the direction.
    direction : (N, d) array
        Displacements, of any length; they are normalized. (N, 3) for atoms.
    cutoff : float, optional
        For atoms: distance at which interactions end, to name the pairs that pass it within the steps.

    Returns
    -------
    Expansion or FiniteDifferenceExpansion
        The coefficients and the shape of the quartic, for atoms with the estimated errors.

    Raises
    ------
    InputError
        The direction has the wrong shape, is zero or is not finite; the arguments do not belong together; or the box is
        too small for the cutoff.

    Notes
    -----
    Kumar, Procaccia and Singh, Eqs. 4 and 12. At the cutoff phi is only C^q, and for q < 4 the higher derivatives there
    are one-sided. Differences over a step average over the jump: `FiniteDifferenceExpansion.crossing_pairs`.

    Examples
    --------
    >>> modes = ag.lowest_modes(glass, pot, 1)
    >>> expansion = ag.expand(glass, pot, modes.eigenvectors[0])
    >>> bool(abs(expansion.b2 - modes.eigenvalues[0]) < 1e-8)
    True
    """
    if isinstance(configuration, Configuration):
        check_sample(configuration, potential)
        if direction is None:
            raise InputError("direction", None, "an (N, d) array of displacements")
        if cutoff is not None:
            raise InputError("cutoff", cutoff, "none for a Configuration", "its potential knows the cutoff")
        return expansion.expand(configuration, potential, direction)
    if not is_atoms(configuration):
        check_sample(configuration, potential)
    if isinstance(potential, PairPotential) or (potential is None) == (direction is None):
        raise InputError("arguments of expand", "not (atoms, direction)", "expand(atoms, direction) for an ase.Atoms")
    return expand_atoms(configuration, potential if direction is None else direction, cutoff=cutoff)
