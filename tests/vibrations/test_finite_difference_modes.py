"""Modes of atoms with a calculator: against the package's own Hessian, known laws, and plain differences."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from ase.calculators.lj import LennardJones
from ase.calculators.morse import MorsePotential
from ase.calculators.singlepoint import SinglePointCalculator
from ase.cluster import Icosahedron
from ase.constraints import FixAtoms, FixBondLength, FixCartesian
from ase.optimize import BFGS
from ase.units import _amu, _e
from force_fields import Pulled, SinglePrecision, ThreeBodySprings, numerical_hessian
from numpy.testing import assert_allclose
from samples import glass, liquid

import atomglass as ag


def with_calculator(configuration: ag.Configuration, potential: ag.PairPotential) -> Atoms:
    atoms = configuration.to_atoms()
    atoms.calc = ag.Calculator(potential)
    return atoms


@pytest.fixture(scope="module")
def cluster() -> Atoms:
    """Thirteen Lennard-Jones atoms in the vacuum."""
    atoms = Icosahedron("Ar", 2, latticeconstant=1.55)
    atoms.calc = LennardJones(rc=20.0)
    BFGS(atoms, logfile=None, maxstep=0.05).run(fmax=1e-10, steps=500)
    return atoms


@pytest.fixture(scope="module")
def solid() -> Atoms:
    """A crystal with a vacancy and two masses; its atoms couple through third ones."""
    atoms = bulk("Si", "diamond", a=5.431, cubic=True) * (2, 2, 2)
    del atoms[5]
    masses = atoms.get_masses()
    masses[::3] *= 2
    atoms.set_masses(masses)
    atoms.positions += np.random.default_rng(3).normal(scale=0.05, size=atoms.positions.shape)
    atoms.calc = ThreeBodySprings(3.3)
    return atoms


@pytest.fixture(scope="module")
def solid_hessian(solid: Atoms) -> np.ndarray:
    return numerical_hessian(solid)


@pytest.fixture(scope="module")
def weighted(solid: Atoms, solid_hessian: np.ndarray) -> np.ndarray:
    masses = np.repeat(solid.get_masses(), 3)
    return solid_hessian / np.sqrt(np.outer(masses, masses))


def quiet_modes(atoms: Atoms, **options) -> ag.FiniteDifferenceModes:
    """Modes of a structure that is not meant to be stationary."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="no stationary point")
        return ag.lowest_modes(atoms, **options)


@pytest.mark.parametrize("name, n, d", [("kumar2021_smooth", 100, 2), ("kumar2021", 100, 2), ("kumar2021_3d", 100, 3)])
def test_the_same_modes_as_from_the_pair_potential(name: str, n: int, d: int) -> None:
    configuration, potential = glass(name, n, d, 13), ag.load_potential(name)
    expected = ag.lowest_modes(configuration, potential, 6)
    found = ag.lowest_modes(with_calculator(configuration, potential), count=6)
    assert_allclose(found.eigenvalues, expected.eigenvalues, rtol=1e-8)
    assert_allclose(found.frequencies, expected.frequencies, rtol=1e-8)
    assert_allclose(found.participation_ratios, expected.participation_ratios, rtol=1e-5)
    assert_allclose(found.eigenvectors[:, :, :d], expected.eigenvectors, atol=1e-5)
    assert not found.eigenvectors[:, :, d:].any()
    assert np.array_equal(found.rattlers, expected.rattlers)
    assert found.complete
    assert found.is_minimum
    assert len(found.rigid_motions) == d
    assert_allclose(found.mass_weighted_eigenvectors, found.eigenvectors, atol=1e-14)  # unit masses
    assert found.force_residuals.max() < 1e-7
    assert found.eigenvalue_errors.max() < 1e-8
    full = ag.hessian(configuration, potential).toarray()
    kept = (3 * np.arange(n)[:, None] + np.arange(d)).ravel()
    difference = np.abs(found.hessian.matrix.toarray()[np.ix_(kept, kept)] - full).max()
    assert difference < 50 * found.hessian.error
    assert difference < 1e-9 * np.abs(full).max() * 20
    assert found.hessian.asymmetry < 1e-9
    assert found.hessian.groups < n


def test_all_columns_and_columns_in_groups_give_the_same_hessian(solid: Atoms, solid_hessian: np.ndarray) -> None:
    grouped = quiet_modes(solid, cutoff=3.3)
    alone = quiet_modes(solid)
    assert grouped.hessian.groups < 0.8 * alone.hessian.groups
    assert alone.hessian.groups == len(solid)
    scale = abs(alone.hessian.matrix).max()
    assert abs(grouped.hessian.matrix - alone.hessian.matrix).max() < 1e-10 * scale
    assert np.abs(grouped.hessian.matrix.toarray() - solid_hessian).max() < 1e-6 * scale
    assert grouped.hessian.inconsistency < 1e-8


def test_masses_enter_as_in_the_generalized_eigenvalue_problem(solid: Atoms, weighted: np.ndarray) -> None:
    found = quiet_modes(solid, cutoff=3.3, count=9)
    expected = np.linalg.eigvalsh(weighted)
    zero = np.argsort(np.abs(expected))[:3]
    expected = np.delete(expected, zero)[:9]
    assert_allclose(found.eigenvalues, expected, atol=1e-6 * np.abs(expected).max())
    e = found.mass_weighted_eigenvectors.reshape(9, -1)
    assert_allclose(e @ e.T, np.eye(9), atol=1e-7)
    u = found.eigenvectors.reshape(9, -1)
    assert_allclose(np.linalg.norm(u, axis=1), 1.0)
    masses = np.repeat(solid.get_masses(), 3)
    assert_allclose(found.hessian.matrix @ u.T, (masses * u).T * found.eigenvalues, atol=1e-7)
    assert not np.allclose(u @ u.T, np.eye(9), atol=1e-3)  # displacements of unequal masses are not orthogonal


def test_a_diatomic_molecule_of_two_masses_and_its_frequency_in_terahertz() -> None:
    """Morse: k = 2 epsilon (rho0 / r0)^2, omega^2 = k / reduced mass. One mode is left of six."""
    molecule = Atoms("HO", positions=[[0.1, 0.2, 0.3], [0.1, 0.2 + 0.6 * 1.3, 0.3 + 0.8 * 1.3]])
    molecule.calc = MorsePotential(epsilon=4.0, r0=1.3, rho0=3.0)
    found = ag.lowest_modes(molecule, count=5)
    stiffness, (m1, m2) = 2 * 4.0 * (3.0 / 1.3) ** 2, molecule.get_masses()
    assert len(found) == 1
    assert found.complete
    assert found.eigenvalues[0] == pytest.approx(stiffness * (1 / m1 + 1 / m2), rel=1e-8)
    in_si = np.sqrt(stiffness * (1 / m1 + 1 / m2) * _e / 1e-20 / _amu) / (2 * np.pi) * 1e-12
    assert found.terahertz[0] == pytest.approx(in_si, rel=1e-8)
    ratio = np.linalg.norm(found.eigenvectors[0], axis=1)
    assert ratio[0] / ratio[1] == pytest.approx(m2 / m1, rel=1e-8)
    assert {name.split()[0] for name in found.rigid_motions} == {"translation", "rotation"}


def test_rotations_of_a_cluster_are_left_out(cluster: Atoms) -> None:
    found = ag.lowest_modes(cluster, count=100)
    assert len(found) == 3 * 13 - 6
    assert found.rigid_motions == tuple(f"{kind} {a}" for kind in ("translation", "rotation") for a in "xyz")
    assert found.is_minimum
    spectrum = np.linalg.eigvalsh(numerical_hessian(cluster) / cluster.get_masses()[0])
    assert_allclose(found.eigenvalues, spectrum[6:], rtol=1e-5)
    # Icosahedral symmetry: degeneracies are 1, 3, 4 or 5.
    assert found.degenerate.sum() >= 30


@pytest.mark.parametrize("pbc", [(True, True, True), (False, False, True), (True, False, False), (False, True, True)])
def test_rotations_about_periodic_directions_only(pbc: tuple[bool, ...], cluster: Atoms) -> None:
    atoms = cluster.copy()
    atoms.calc = LennardJones(rc=8.0)
    atoms.set_cell([30.0, 30.0, 30.0])
    atoms.pbc = pbc
    names = quiet_modes(atoms, count=3).rigid_motions
    turns = [name[-1] for name in names if name.startswith("rotation")]
    expected = ["z"] if pbc == (False, False, True) else ["x"] if pbc == (True, False, False) else []
    assert turns == expected


def test_an_external_potential_keeps_the_motion_it_holds(cluster: Atoms) -> None:
    atoms = cluster.copy()
    atoms.positions -= atoms.get_center_of_mass()
    atoms.calc = Pulled(LennardJones(rc=20.0), stiffness=50.0)
    names = quiet_modes(atoms, count=3).rigid_motions
    assert "translation z" not in names
    assert {"translation x", "translation y", "rotation z"} <= set(names)


def test_fixed_atoms_are_respected(solid: Atoms, weighted: np.ndarray) -> None:
    atoms = solid.copy()
    atoms.calc = solid.calc
    fixed = [0, 3, 20, 41]
    atoms.set_constraint(FixAtoms(fixed))
    found = quiet_modes(atoms, cutoff=3.3, count=7)
    assert found.rigid_motions == ()
    assert not found.eigenvectors[:, fixed].any()
    free = np.repeat(~np.isin(np.arange(len(atoms)), fixed), 3)
    expected = np.linalg.eigvalsh(weighted[np.ix_(free, free)])[:7]
    assert_allclose(found.eigenvalues, expected, atol=1e-6 * np.abs(expected).max())
    assert not found.rattlers.any()
    assert found.complete


def test_components_fixed_differently_from_atom_to_atom(solid: Atoms, weighted: np.ndarray) -> None:
    atoms = solid.copy()
    atoms.calc = solid.calc
    atoms.set_constraint([FixCartesian([2, 7], (True, False, False)), FixCartesian([9], (False, True, True))])
    found = quiet_modes(atoms, cutoff=3.3, count=7)
    free = np.ones((len(atoms), 3), dtype=bool)
    free[[2, 7], 0] = free[9, 1] = free[9, 2] = False
    expected = np.linalg.eigvalsh(weighted[np.ix_(free.ravel(), free.ravel())])[:7]
    assert_allclose(found.eigenvalues, expected, atol=1e-6 * np.abs(expected).max())
    assert not found.eigenvectors[:, ~free].any()
    assert found.complete


def test_isolated_atoms_count_as_rattlers(cluster: Atoms) -> None:
    atoms = cluster + Atoms("Ar", positions=[[60.0, 0.0, 0.0]])
    atoms.calc = cluster.calc
    found = ag.lowest_modes(atoms, count=100)
    assert np.flatnonzero(found.rattlers).tolist() == [13]
    assert len(found) == 3 * 13 - 6
    assert found.is_minimum


def test_rounded_forces_are_noticed_and_their_error_is_stated(cluster: Atoms) -> None:
    atoms = cluster.copy()
    atoms.calc = SinglePrecision(cluster.calc)
    found = quiet_modes(atoms, count=33)
    exact = ag.lowest_modes(cluster, count=33)
    assert found.hessian.noise > 1e3 * exact.hessian.noise
    assert found.hessian.step > exact.hessian.step
    largest = np.abs((found.hessian.matrix - exact.hessian.matrix).toarray()).max()
    assert 1e-10 < largest < found.hessian.error < 1e-2 * abs(exact.hessian.matrix).max()
    assert_allclose(found.eigenvalues, exact.eigenvalues, rtol=1e-4)


def test_a_degenerate_spectrum_is_complete() -> None:
    atoms = bulk("Si", "diamond", a=5.431, cubic=True) * (2, 2, 2)
    atoms.calc = LennardJones(sigma=2.1, rc=5.0)
    found = ag.lowest_modes(atoms, count=25, cutoff=5.0, pairwise=True)
    spectrum = np.linalg.eigvalsh(numerical_hessian(atoms)) / atoms.get_masses()[0]
    spectrum = np.delete(spectrum, np.argsort(np.abs(spectrum))[:3])[:25]
    assert found.complete
    assert_allclose(found.eigenvalues, spectrum, atol=1e-6 * np.abs(spectrum).max())


@pytest.mark.parametrize("options", [{"cutoff": 2.0}, {"cutoff": 3.3, "pairwise": True}])
def test_a_cutoff_that_is_too_short_is_refused(solid: Atoms, options: dict[str, object]) -> None:
    with pytest.raises(ag.InputError, match=r"^[^\n]*(farther than cutoff|the range of the forces)[^\n]*$"):
        quiet_modes(solid, **options)


def test_a_liquid_is_named_with_its_largest_force() -> None:
    configuration, potential = liquid("kumar2021", 100, 2, 1, False), ag.load_potential("kumar2021")
    atoms = with_calculator(configuration, potential)
    largest = np.sqrt((ag.forces(configuration, potential) ** 2).sum(axis=1)).max()
    with pytest.warns(ag.NotAnInherentStateWarning, match=f"the largest force is {largest:.3g}"):
        found = ag.lowest_modes(atoms, count=5)
    assert found.max_force == pytest.approx(largest)
    assert not found.is_minimum
    with pytest.warns(ag.NotAnInherentStateWarning):
        expected = ag.lowest_modes(configuration, potential, 5)
    assert_allclose(found.eigenvalues, expected.eigenvalues, rtol=1e-6)


def test_the_atoms_are_left_as_they_were(solid: Atoms) -> None:
    before, energy = solid.get_positions(), solid.get_potential_energy()
    quiet_modes(solid, cutoff=3.3, count=2, order=2)
    assert np.array_equal(solid.get_positions(), before)
    assert solid.get_potential_energy() == energy


def without_calculator() -> Atoms:
    return bulk("Si", cubic=True)


def results_only() -> Atoms:
    atoms = bulk("Si", cubic=True)
    atoms.calc = SinglePointCalculator(atoms, forces=np.zeros((8, 3)))
    return atoms


def bond_held() -> Atoms:
    atoms = bulk("Si", cubic=True)
    atoms.calc, atoms.constraints = ThreeBodySprings(3.3), [FixBondLength(0, 1)]
    return atoms


def massless() -> Atoms:
    atoms = bulk("Si", cubic=True)
    atoms.calc = ThreeBodySprings(3.3)
    atoms.set_masses([0.0, *[28.0] * 7])
    return atoms


def all_fixed() -> Atoms:
    atoms = bulk("Si", cubic=True)
    atoms.calc, atoms.constraints = ThreeBodySprings(3.3), [FixAtoms(range(8))]
    return atoms


@pytest.mark.parametrize(
    "make, message",
    [
        (without_calculator, "calculator of the atoms is None"),
        (results_only, "SinglePointCalculator has no forces on displaced atoms"),
        (bond_held, "constraint of the atoms is 'FixBondLengths'"),
        (massless, "mass of atom 0"),
        (all_fixed, "number of free coordinates is 0"),
        (Atoms, "calculator of the atoms is None"),
    ],
)
def test_atoms_that_cannot_be_taken(make, message: str) -> None:
    with pytest.raises(ag.InputError, match=message):
        ag.lowest_modes(make())


@pytest.mark.parametrize(
    "options, message",
    [
        ({"count": 0}, "count of modes"),
        ({"order": 3}, "order of the differences"),
        ({"step": 0.0}, "step of the differences"),
        ({"step": 1.0}, "step of the differences"),
        ({"cutoff": -1.0}, "cutoff of the force field"),
    ],
)
def test_options_outside_their_range(solid: Atoms, options: dict[str, object], message: str) -> None:
    with pytest.raises(ag.InputError, match=message):
        ag.lowest_modes(solid, **options)


def test_a_step_can_be_given(solid: Atoms, solid_hessian: np.ndarray) -> None:
    found = quiet_modes(solid, cutoff=3.3, count=2, step=0.01, order=2)
    assert found.hessian.step == 2.0**-7
    assert found.hessian.order == 2
    assert 1e-6 < abs(found.hessian.matrix.toarray() - solid_hessian).max() < found.hessian.error


def test_arguments_that_do_not_belong_together(solid: Atoms) -> None:
    potential, configuration = ag.load_potential("kumar2021"), liquid("kumar2021", 100, 2, 1, False)
    for arguments, options, message in [
        ((configuration,), {}, "potential is '?NoneType'?; allowed: a PairPotential"),
        ((configuration, "kumar2021"), {}, "allowed: a PairPotential"),
        ((configuration, potential), {"cutoff": 1.0}, "they are for an ase.Atoms"),
        ((solid, potential), {}, "brings its own calculator"),
        ((solid, 5), {}, "write count=20"),
        ((configuration.positions, potential), {}, "allowed: a Configuration"),
    ]:
        with pytest.raises(ag.InputError, match=message):
            ag.lowest_modes(*arguments, **options)
