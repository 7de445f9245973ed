import copy
import dataclasses
import itertools
import pickle
import time

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import atomglass as ag

SQUARE = [10.0, 10.0]
SHEARED = np.array([[5.0, 0.3, -0.2], [1.2, 6.0, 0.1], [-0.7, 0.4, 7.0]])


def random_configuration(d=2, n=20, box=None, seed=0):
    rng = np.random.default_rng(seed)
    box = np.full(d, 10.0) if box is None else np.asarray(box)
    return ag.Configuration(rng.normal(size=(n, d)) * 10, rng.uniform(0.7, 1.6, n), box)


def test_arrays_are_private_copies_that_cannot_be_written():
    positions, diameters, box = np.asfortranarray(np.arange(6.0).reshape(3, 2)), np.ones(3, np.float32), [9, 9]
    configuration = ag.Configuration(positions, diameters, box)
    positions[0, 0] = 5.5
    assert configuration.positions[0, 0] == 0.0
    for array in (configuration.positions, configuration.diameters, configuration.box, configuration.cell):
        assert array.dtype == np.float64
        assert array.flags.c_contiguous
        with pytest.raises(ValueError, match="read-only"):
            array.flat[0] = 1.0
    with pytest.raises(dataclasses.FrozenInstanceError):
        configuration.box = np.ones(2)


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda c: pickle.loads(pickle.dumps(c))])
def test_copies_and_pickles_cannot_be_written_either(duplicate):
    configuration = random_configuration(3, box=SHEARED)
    twin = duplicate(configuration)
    assert twin.identical(configuration)
    assert not any(array.flags.writeable for array in (twin.positions, twin.diameters, twin.box, twin.cell))


def test_positions_are_not_wrapped():
    positions = [[-3.0, 27.0], [1e4, 0.25]]
    assert_array_equal(ag.Configuration(positions, [1, 1], SQUARE).positions, positions)


def test_orthogonal_geometry():
    configuration = random_configuration(3, 12, [2.0, 3.0, 5.0])
    assert configuration.dimension == 3
    assert len(configuration) == 12
    assert configuration.orthogonal
    assert configuration.volume == 30.0
    assert configuration.density == 0.4
    assert_array_equal(configuration.cell, np.diag([2.0, 3.0, 5.0]))
    assert_array_equal(configuration.heights, [2.0, 3.0, 5.0])


def test_sheared_geometry_against_cross_products():
    configuration = random_configuration(3, 5, SHEARED)
    a, b, c = SHEARED
    volume = abs(np.dot(a, np.cross(b, c)))
    areas = [np.linalg.norm(np.cross(*pair)) for pair in ((b, c), (c, a), (a, b))]
    assert not configuration.orthogonal
    assert_allclose(configuration.volume, volume, rtol=1e-14)
    assert_allclose(configuration.heights, volume / np.array(areas), rtol=1e-13)
    assert_allclose(configuration.fractional @ SHEARED, configuration.positions, rtol=1e-13, atol=1e-13)


def test_parallelogram_heights():
    """A square sheared by gamma keeps its height; its other height is the volume over the longer edge."""
    gamma = 0.4
    configuration = random_configuration(2, 5, [[10.0, 0.0], [10.0 * gamma, 10.0]])
    assert_allclose(configuration.heights, [10 / np.sqrt(1 + gamma**2), 10.0], rtol=1e-14)


def test_full_diagonal_cell_equals_lengths():
    lengths = random_configuration()
    cell = lengths.replace(box=np.diag(lengths.box))
    assert cell.orthogonal
    assert cell.identical(lengths)


def test_replace_exchanges_one_array_and_checks_it():
    configuration = random_configuration()
    moved = configuration.replace(positions=configuration.positions + 0.5)
    assert_array_equal(moved.diameters, configuration.diameters)
    assert not moved.identical(configuration)
    assert moved.replace(positions=configuration.positions).identical(configuration)
    with pytest.raises(ag.InputError, match="diameter of particle 3 is -1"):
        diameters = np.ones(20)
        diameters[3] = -1
        configuration.replace(diameters=diameters)


@pytest.mark.parametrize("d, box", [(2, SQUARE), (2, [[10, 0], [3, 9]]), (3, [9, 10, 11]), (3, SHEARED)])
def test_through_ase_and_back(d, box):
    configuration = random_configuration(d, box=box)
    atoms = configuration.to_atoms()
    assert list(atoms.pbc) == [True, True, d == 3]
    assert_allclose(atoms.get_volume(), configuration.volume, rtol=1e-14)
    assert_array_equal(atoms.get_masses(), 1.0)
    assert ag.Configuration.from_atoms(atoms).identical(configuration)
    assert ag.Configuration.from_atoms(atoms.copy(), dimension=d).identical(configuration)


def test_ase_minimum_image_distances_agree_with_the_cell_convention():
    """Distances in a sheared cell, by ASE and by trying images: the rows of the cell are its vectors."""
    configuration = random_configuration(3, 8, SHEARED)
    separation = configuration.positions[5] - configuration.positions[2]
    images = np.array(list(itertools.product(range(-12, 13), repeat=3))) @ SHEARED
    nearest = np.linalg.norm(separation + images, axis=1).min()
    assert_allclose(configuration.to_atoms().get_distance(2, 5, mic=True), nearest, rtol=1e-12)


def test_atoms_of_other_programs():
    from ase import Atoms

    positions = [[0, 0, 0.5], [2, 1, 0.5], [3, 3, 0.5]]
    atoms = Atoms("Ar3", positions, cell=[8, 8, 1], pbc=True)
    with pytest.raises(ag.InputError, match="no particle sizes found"):
        ag.Configuration.from_atoms(atoms)
    atoms.set_array("radius", np.array([0.5, 0.6, 0.7]))
    flat = ag.Configuration.from_atoms(atoms)
    assert flat.dimension == 2
    assert_array_equal(flat.diameters, [1.0, 1.2, 1.4])
    assert ag.Configuration.from_atoms(atoms, dimension=3).dimension == 3
    atoms.pbc = (True, False, False)
    with pytest.raises(ag.InputError, match=r"periodicity .* 'T F F'"):
        ag.Configuration.from_atoms(atoms)
    atoms.pbc = (True, True, False)
    atoms.positions[1, 2] += 0.1
    with pytest.raises(ag.InputError, match="height of particle 1"):
        ag.Configuration.from_atoms(atoms)
    atoms.positions[1, 2] = 0.5 + 1e-16 * 8
    assert ag.Configuration.from_atoms(atoms).dimension == 2
    atoms.cell[0, 2] = 0.3
    with pytest.raises(ag.InputError, match="third cell vector along z"):
        ag.Configuration.from_atoms(atoms)


GOOD = {"positions": [[1.0, 2.0], [3.0, 4.0]], "diameters": [1.0, 1.1], "box": SQUARE}


@pytest.mark.parametrize(
    "change, words",
    [
        ({"positions": [[1.0, 2.0], [np.nan, 4.0]]}, "position of particle 1 is [nan 4.]"),
        ({"positions": [[1.0, np.inf], [3.0, 4.0]]}, "position of particle 0"),
        ({"positions": [[1.0, 2.0]]}, "shape of diameters is (2,); allowed: (1,)"),
        ({"positions": [1.0, 2.0]}, "shape of positions is (2,)"),
        ({"positions": [[1.0], [2.0]]}, "shape of positions is (2, 1)"),
        ({"positions": np.ones((2, 4))}, "shape of positions is (2, 4)"),
        ({"positions": [[1.0, 2.0], [3.0]]}, "positions is"),
        ({"positions": "glass.extxyz"}, "positions is 'glass.extxyz'"),
        ({"positions": [[1.0, 2j], [3.0, 4.0]]}, "an array of real numbers"),
        ({"positions": [[1.0, 2.0], [3.0, 10**400]]}, "an array of real numbers"),
        ({"positions": np.zeros((0, 2)), "diameters": []}, "number of particles is 0"),
        ({"positions": [[1.0, 2.0], [3e7, 4.0]]}, "position of particle 1 in box lengths"),
        ({"diameters": [1.0, -1.0]}, "diameter of particle 1 is -1.0"),
        ({"diameters": [0.0, 1.0]}, "diameter of particle 0 is 0.0"),
        ({"diameters": [np.nan, 1.0]}, "diameter of particle 0 is nan"),
        ({"diameters": [1.0, np.inf]}, "diameter of particle 1 is inf"),
        ({"diameters": [1.0, 1.0, 1.0]}, "shape of diameters is (3,); allowed: (2,)"),
        ({"diameters": 1.0}, "shape of diameters is ()"),
        ({"diameters": [None, 1.0]}, "diameter of particle 0 is nan"),
        ({"box": 10.0}, "shape of the box is (); allowed: (2,) lengths or a (2, 2) cell"),
        ({"box": [10.0, 10.0, 10.0]}, "shape of the box is (3,)"),
        ({"box": [10.0, -10.0]}, "lengths > 0"),
        ({"box": [10.0, 0.0]}, "lengths > 0"),
        ({"box": [10.0, np.nan]}, "finite numbers"),
        ({"box": [[1.0, 2.0], [2.0, 4.0]]}, "linearly independent rows"),
        ({"box": [[1.0, 2.0], [0.0, 0.0]]}, "linearly independent rows"),
        ({"box": [1e-200, 1e-200]}, "volume of the box is 0.0"),
        ({"box": [1e200, 1e200]}, "volume of the box is inf"),
        ({"positions": [[1.0, 2.0], [1.0, 2.0]]}, "particles 0 and 1 coincide"),
        ({"positions": [[0.1, 2.0], [-29.9, 12.0]]}, "particles 0 and 1 coincide"),
        ({"positions": [[0.0, 2.0], [-1e-17, 2.0]]}, "particles 0 and 1 coincide"),
    ],
)
def test_bad_input_is_one_clear_line(change, words):
    with pytest.raises(ag.InputError) as caught:
        ag.Configuration(**(GOOD | change))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_coincidence_is_found_modulo_a_sheared_cell_and_named():
    configuration = random_configuration(3, 50, SHEARED)
    positions = configuration.positions.copy()
    positions[41] = positions[17] + 2 * SHEARED[0] - SHEARED[1] + 3 * SHEARED[2]
    with pytest.raises(ag.InputError, match="particles 17 and 41 coincide"):
        configuration.replace(positions=positions)
    positions[41, 1] += 1e-6
    assert len(configuration.replace(positions=positions)) == 50


def test_checks_stay_cheap_for_large_samples_even_all_at_one_point():
    n = 100_000
    start = time.process_time()
    random_configuration(3, n, [100.0, 100.0, 100.0])
    with pytest.raises(ag.InputError, match="coincide"):
        ag.Configuration(np.zeros((n, 3)), np.ones(n), np.ones(3))
    assert time.process_time() - start < 5.0


def test_species_may_stand_for_diameters() -> None:
    only_species = ag.Configuration(positions=[[0.5, 0.5], [1.5, 1.5]], box=[2.0, 2.0], species=[1, 0])
    assert only_species.species is not None
    assert not only_species.sized
    assert only_species.species.tolist() == [1, 0]
    assert only_species.diameters.tolist() == [1.0, 1.0]
    moved = only_species.replace(positions=[[0.6, 0.5], [1.5, 1.5]])
    assert not moved.sized
    assert not moved.identical(only_species)
    assert only_species.replace(diameters=[1.0, 1.0]).sized
    assert pickle.loads(pickle.dumps(only_species)).identical(only_species)
    assert not only_species.identical(only_species.replace(species=[0, 1]))


@pytest.mark.parametrize(
    ("species", "message"),
    [
        ([0], "shape of species"),
        ([0, -1], "species of particle 1"),
        ([0, 0.5], "species of particle 1"),
        ([0, np.nan], "species of particle 1"),
        ([0, 256], "species of particle 1"),
        (["A", "B"], "species"),
    ],
)
def test_bad_species_are_refused(species: list[object], message: str) -> None:
    with pytest.raises(ag.InputError, match=message):
        ag.Configuration(positions=[[0.5, 0.5], [1.5, 1.5]], box=[2.0, 2.0], species=species)


def test_a_configuration_needs_a_box_and_sizes() -> None:
    with pytest.raises(ag.InputError, match="no box"):
        ag.Configuration([[0.5, 0.5]], [1.0])
    with pytest.raises(ag.InputError, match="neither diameters nor species"):
        ag.Configuration([[0.5, 0.5]], box=[2.0, 2.0])
