"""Expansions of atoms with a calculator: against the package's own sums over pairs, and the Morse potential."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from ase import Atoms
from ase.calculators.morse import MorsePotential
from ase.constraints import FixAtoms
from samples import glass

import atomglass as ag
from atomglass.system.potential_settings import SpeciesSettings
from atomglass.vibrations.mode_table import mode_columns


def with_calculator(configuration: ag.Configuration, potential: ag.PairPotential) -> Atoms:
    atoms = configuration.to_atoms()
    atoms.calc = ag.Calculator(potential)
    return atoms


def in_space(direction: np.ndarray) -> np.ndarray:
    return np.pad(direction, ((0, 0), (0, 3 - direction.shape[1])))


@pytest.mark.parametrize("name", ["kumar2021_smooth", "kumar2021", "ipl10"])
def test_the_same_coefficients_as_from_the_pair_potential(name: str) -> None:
    configuration, potential = glass(name, 100, 2, 13), ag.load_potential(name)
    atoms = with_calculator(configuration, potential)
    for direction in ag.lowest_modes(configuration, potential, 4).eigenvectors:
        expected, found = ag.expand(configuration, potential, direction), ag.expand(atoms, in_space(direction))
        values = np.array([[e.b2, e.b3, e.b4] for e in (expected, found)])
        assert np.all(np.abs(values[1] - values[0]) <= found.errors)
        assert abs(found.b2 / expected.b2 - 1) < 1e-8
        assert abs(found.b3 / expected.b3 - 1) < 1e-5
        assert abs(found.b4 / expected.b4 - 1) < 1e-5
        assert found.group == expected.group
        assert found.group_is_certain
        assert found.beta == pytest.approx(expected.beta, rel=1e-5)
        assert np.allclose(found.direction[:, :2], expected.direction)
        assert abs(found.slope) < 1e-9
        assert np.isnan(found.cutoff_shares).all()


def test_a_morse_molecule() -> None:
    """Derivatives of the bond energy: 2 D a^2, -6 D a^3, 14 D a^4; the bond stretches by sqrt(2) s."""
    depth, r0, a = 1.7, 1.2, 4.0 / 1.2
    molecule = Atoms("N2", positions=[[0, 0, 0], [r0, 0, 0]])
    molecule.calc = MorsePotential(epsilon=depth, r0=r0, rho0=4.0)
    found = ag.expand(molecule, [[-3.0, 0, 0], [3.0, 0, 0]])
    exact = np.array([2 * 2 * depth * a**2, -(2**1.5) * 6 * depth * a**3, 4 * 14 * depth * a**4])
    assert np.allclose([found.b2, found.b3, found.b4], exact, rtol=[1e-10, 1e-8, 1e-6])
    assert np.all(np.abs([found.b2, found.b3, found.b4] - exact) <= found.errors)
    assert found.direction[1, 0] > 0  # b3 < 0 where the bond gets longer
    assert found.group == "A"
    compressed = ag.expand(molecule, molecule_direction := np.array([[1.0, 0, 0], [-1.0, 0, 0]]))
    assert np.allclose(compressed.direction, -molecule_direction / np.sqrt(2))
    molecule.positions[1, 0] = 1.1 * r0
    stretched = ag.expand(molecule, molecule_direction)
    assert abs(stretched.slope) == pytest.approx(stretched.max_force * np.sqrt(2))


@pytest.mark.parametrize("name, smooth", [("kumar2021", False), ("kumar2021_smooth", True)])
def test_pairs_that_pass_their_cutoff_within_the_step_are_named(name: str, smooth: bool) -> None:
    """Three particles in a row; the outer two are just within their cutoff, where phi''' jumps if q = 2."""
    potential = ag.load_potential(name)
    gap = potential.cutoff * (1 - 1e-9)
    positions = [[2.0, 5.0], [2.0 + gap, 5.0], [2.0 + gap + 1.05, 5.0]]
    configuration = ag.Configuration(positions, np.ones(3), [20.0, 20.0])
    direction = np.array([[1.0, 0.0], [-0.5, 0.0], [0.5, 0.0]])
    found = ag.expand(with_calculator(configuration, potential), in_space(direction))
    expected = ag.expand(configuration, potential, direction)
    assert found.crossing_pairs is not None
    assert found.crossing_pairs.tolist() == [[0, 1]]
    assert expected.cutoff_shares[2] > 0
    # Of a derivative that jumps the central difference finds the mean of both sides.
    stretch = expected.direction[1, 0] - expected.direction[0, 0]
    jump = float(potential.phi(gap, derivative=3)) * stretch**3
    assert found.b2 == pytest.approx(expected.b2, rel=1e-4)
    assert abs(found.b3) == pytest.approx(abs(expected.b3 - jump / 2), rel=1e-4)
    assert (abs(jump / expected.b3) < 1e-4) == smooth
    assert (abs(found.b4 / expected.b4 - 1) < 1e-3) == smooth


def test_pairs_at_a_cutoff_that_is_stated() -> None:
    molecule = Atoms("N2", positions=[[0, 0, 0], [1.2, 0, 0]])
    molecule.calc = MorsePotential(epsilon=1.7, r0=1.2, rho0=4.0)
    direction = [[-1.0, 0, 0], [1.0, 0, 0]]
    assert ag.expand(molecule, direction).crossing_pairs is None
    assert ag.expand(molecule, direction, cutoff=1.2005).crossing_pairs.tolist() == [[0, 1]]
    assert ag.expand(molecule, direction, cutoff=2.0).crossing_pairs.tolist() == []


def test_modes_and_expansions_make_a_table() -> None:
    configuration, potential = glass("kumar2021", 100, 2, 13), ag.load_potential("kumar2021")
    atoms = with_calculator(configuration, potential)
    modes = ag.lowest_modes(atoms, count=3)
    columns = mode_columns(modes, [ag.expand(atoms, u) for u in modes.eigenvectors])
    assert columns["b2"] == pytest.approx(columns["eigenvalue"], rel=1e-8)
    assert set(columns["group"]) <= {"A", "B", "unbounded", "unstable"}


def test_directions_that_cannot_be_taken() -> None:
    configuration, potential = glass("kumar2021", 100, 2, 13), ag.load_potential("kumar2021")
    atoms = with_calculator(configuration, potential)
    up = np.zeros((100, 3))
    up[4, 2] = 1.0
    aside = np.roll(up, 1, axis=1)
    for arguments, message in [
        ((atoms, up), "displacement of a fixed component of atom is 4"),
        ((atoms, up[:, :2]), "shape of the direction"),
        ((atoms, 0 * up), "largest component of the direction"),
        ((atoms,), "arguments of expand"),
        ((atoms, potential, aside), "arguments of expand"),
        ((configuration, potential), "direction is None"),
        ((configuration, aside), "allowed: a PairPotential"),
        (("glass", potential, aside), "allowed: a Configuration"),
    ]:
        with pytest.raises(ag.InputError, match=message):
            ag.expand(*arguments)
    atoms.set_constraint([*atoms.constraints, FixAtoms([4])])
    with pytest.raises(ag.InputError, match="fixed component of atom is 4"):
        ag.expand(atoms, direction=aside)


def test_a_potential_with_species() -> None:
    """Lennard-Jones particles of two species, smooth to fourth order; off a minimum, on a jittered lattice."""
    table = SpeciesSettings(
        names=["A", "B"], composition=[0.5, 0.5], epsilon=[[1.0, 1.5], [1.5, 0.5]], sigma=[[1.0, 0.8], [0.8, 0.88]]
    )
    potential = ag.PairPotential(form="lennard_jones", order=4, cutoff=2.0, table=table)
    rng = np.random.default_rng(2)
    lattice = np.stack(np.meshgrid(*[np.arange(5) * 1.05] * 3), axis=-1).reshape(-1, 3)
    positions = lattice + rng.uniform(-0.1, 0.1, lattice.shape)
    configuration = ag.Configuration(positions, box=[5.25] * 3, species=rng.integers(0, 2, 125))
    atoms = with_calculator(configuration, potential)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ag.NotAnInherentStateWarning)
        expected = ag.lowest_modes(configuration, potential, 3)
        found = ag.lowest_modes(atoms, count=3)
    assert np.allclose(found.eigenvalues, expected.eigenvalues, rtol=1e-8)
    direct = ag.expand(configuration, potential, expected.eigenvectors[1])
    measured = ag.expand(atoms, expected.eigenvectors[1])
    assert measured.b2 == pytest.approx(direct.b2, rel=1e-8)
    assert (measured.b3, measured.b4) == pytest.approx((direct.b3, direct.b4), rel=1e-5)


@pytest.mark.parametrize("form", ["hertz", "harmonic"])
def test_contacts_about_to_open_are_named(form: str) -> None:
    potential = ag.PairPotential(form=form)
    positions = [[2.0, 5.0], [2.0 + 0.99999, 5.0], [2.0 + 1.8, 5.0]]
    configuration = ag.Configuration(positions, np.ones(3), [20.0, 20.0])
    found = ag.expand(with_calculator(configuration, potential), [[1.0, 0, 0], [-0.5, 0, 0], [0.5, 0, 0]])
    assert found.crossing_pairs is not None
    assert found.crossing_pairs.tolist() == [[0, 1]]
