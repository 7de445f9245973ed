"""Groups of columns against all pairs of atoms, one by one."""

from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk

import atomglass as ag
from atomglass.vibrations.column_groups import column_groups


def neighbors(atoms: Atoms, cutoff: float) -> np.ndarray:
    """Which atoms (N, N) are within a distance in any image, by brute force."""
    shifts = np.array([s for s in np.ndindex(5, 5, 5)]) - 2
    shifts = shifts[~(np.abs(shifts) * ~np.array(atoms.pbc)).any(axis=1)] @ np.array(atoms.cell)
    r = atoms.positions[None, :, None] - atoms.positions[:, None, None] + shifts
    return np.asarray((np.sqrt((r**2).sum(axis=-1)) <= cutoff).any(axis=-1))


@pytest.mark.parametrize("pairwise", [True, False])
@pytest.mark.parametrize("pbc", [True, False, (True, True, False)])
def test_no_two_atoms_of_a_group_reach_the_same_row(pbc, pairwise: bool) -> None:
    atoms = bulk("Si", "diamond", a=5.431, cubic=True) * (2, 2, 3)
    atoms.positions += np.random.default_rng(2).normal(scale=0.3, size=atoms.positions.shape)
    atoms.pbc = pbc
    movable = np.random.default_rng(0).random(len(atoms)) < 0.9
    found = column_groups(atoms, movable, 3.0, pairwise, 0.0)
    near = neighbors(atoms, 3.0)
    coupled = near if pairwise else near.astype(int) @ near > 0
    assert np.array_equal(found.coupled.toarray() != 0, coupled)
    assert sorted(np.concatenate(found.groups)) == np.flatnonzero(movable).tolist()
    for group in found.groups:
        assert coupled[group][:, movable].sum(axis=0).max() == 1
    assert len(found.groups) < 0.8 * movable.sum()
    felt, by = found.rows(found.groups[0])
    assert sorted(zip(by, felt, strict=True)) == [(j, i) for j in found.groups[0] for i in np.flatnonzero(coupled[j])]


def test_without_a_cutoff_each_atom_is_alone() -> None:
    found = column_groups(bulk("Si", cubic=True), np.ones(8, dtype=bool), None, False, 0.0)
    assert [group.tolist() for group in found.groups] == [[i] for i in range(8)]
    assert found.coupled.nnz == 64


@pytest.mark.parametrize("cutoff", [0.0, -1.0, np.nan, np.inf])
def test_a_cutoff_that_is_none(cutoff: float) -> None:
    with pytest.raises(ag.InputError, match="cutoff of the force field"):
        column_groups(bulk("Si"), np.ones(2, dtype=bool), cutoff, False, 0.0)
