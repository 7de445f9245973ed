"""Which columns of a Hessian may be found together: atoms that no third atom feels at once are displaced in one go.

Curtis, Powell and Reid, IMA J. Appl. Math. 13, 117 (1974).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from atomglass.errors import InputError
from atomglass.types import BoolArray, IntArray

if TYPE_CHECKING:
    from ase import Atoms


@dataclass(frozen=True)
class ColumnGroups:
    """Atoms in groups, and which forces change when one of them is displaced.

    Attributes
    ----------
    coupled : (N, N) sparse array
        Row j holds the atoms whose force may depend on the position of atom j, itself among them.
    groups : list of int arrays
        Atoms that are displaced together; each atom that can move is in one of them.
    """

    coupled: sparse.csr_array
    groups: list[IntArray]

    def rows(self, atoms: IntArray) -> tuple[IntArray, IntArray]:
        """Return the atoms whose forces change when atoms of one group are displaced, and by which of these."""
        counts = np.diff(self.coupled.indptr)[atoms]
        felt = np.concatenate(
            [self.coupled.indices[self.coupled.indptr[j] : self.coupled.indptr[j + 1]] for j in atoms]
        )
        return felt.astype(np.int64), np.repeat(atoms, counts)


def column_groups(
    atoms: Atoms, movable: BoolArray, cutoff: float | None, pairwise: bool, largest_step: float
) -> ColumnGroups:
    """Return groups of atoms whose columns of the Hessian have no row in common.

    Parameters
    ----------
    atoms : ase.Atoms
        The atoms.
    movable : (N,) bool array
        Which atoms have a free component.
    cutoff : float, optional
        The energy is a sum over atoms, each term of which depends on the atoms within this distance. Two atoms are then
        coupled if both are within it of a third one, or of each other. By default all atoms are coupled.
    pairwise : bool
        The energy is a sum over pairs within the cutoff, so that only these are coupled.
    largest_step : float
        Largest displacement, by which an atom may come closer.

    Raises
    ------
    InputError
        The cutoff is not positive and finite.
    """
    number = len(movable)
    if cutoff is None:
        return ColumnGroups(sparse.csr_array(np.ones((number, number), np.int8)), [*np.flatnonzero(movable)[:, None]])
    if not (np.isfinite(cutoff) and cutoff > 0):
        raise InputError("cutoff of the force field", cutoff, "finite and > 0")
    near = _neighbors(atoms, cutoff + 2 * largest_step)
    coupled = near if pairwise else (near @ near).tocsr()
    coupled.sort_indices()
    felt = coupled[np.flatnonzero(movable)]  # rows that are fixed are not needed, so that they may be shared
    return ColumnGroups(coupled, _colored((felt.T @ felt).tocsr(), np.flatnonzero(movable)))


def _neighbors(atoms: Atoms, distance: float) -> sparse.csr_array:
    """Return which atoms (N, N) are within a distance of each other, periodic images included; each is of itself."""
    from ase.neighborlist import neighbor_list

    i, j = neighbor_list("ij", atoms, distance)
    own = np.arange(len(atoms))
    rows, columns = np.concatenate([i, own]), np.concatenate([j, own])
    matrix = sparse.coo_array((np.ones(len(rows), np.int32), (rows, columns)), shape=(len(atoms), len(atoms)))
    return matrix.tocsr()


def _colored(conflicts: sparse.csr_array, members: IntArray) -> list[IntArray]:
    """Return the members in groups without conflicts, by the greedy algorithm, those with most conflicts first."""
    degrees = np.diff(conflicts.indptr)
    colors = np.full(conflicts.shape[0], -1)
    for i in members[np.argsort(-degrees[members], kind="stable")]:
        around = colors[conflicts.indices[conflicts.indptr[i] : conflicts.indptr[i + 1]]]
        taken = np.zeros(len(around) + 1, dtype=bool)
        taken[around[(around >= 0) & (around < len(taken))]] = True
        colors[i] = int(np.argmin(taken))
    return [np.flatnonzero(colors == c) for c in range(colors.max() + 1)]
