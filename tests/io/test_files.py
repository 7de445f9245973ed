import io
import os
from pathlib import Path

import gsd.hoomd
import numpy as np
import pytest
from ase import io as ase_io
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_array_equal

import atomglass as ag
from atomglass.bench.samples import reference_file
from atomglass.io.extended_xyz import format_frame, parse_frame, split_frames
from atomglass.io.files import frames, read_all

DATA = Path(__file__).parents[1] / "data"
SHEARED = np.array([[5.0, 0.3, -0.2], [1.2, 6.0, 0.1], [-0.7, 0.4, 7.0]])


def random_configuration(d=2, n=20, box=None, seed=0):
    rng = np.random.default_rng(seed)
    box = np.full(d, 10.0) if box is None else np.asarray(box)
    return ag.Configuration(rng.normal(size=(n, d)) * 10, rng.uniform(0.7, 1.6, n), box)


@st.composite
def configurations(draw):
    """Any numbers that the class accepts: subnormal to huge, orthogonal or sheared cells, far from the box."""
    d, n = draw(st.integers(2, 3)), draw(st.integers(1, 5))
    scale = 2.0 ** draw(st.integers(-320, 320))
    cell = np.diag(draw(hnp.arrays(float, d, elements=st.floats(0.5, 2.0)))) * scale
    if draw(st.booleans()):
        tilts = draw(hnp.arrays(float, (d, d), elements=st.floats(-1.0, 1.0)))
        cell += np.tril(tilts, -1) * scale
    anywhere = st.floats(-1e4 * scale, 1e4 * scale)
    positions = draw(hnp.arrays(float, (n, d), elements=anywhere))
    # The rows of a lower triangular cell leave the last axis to the last cell vector: distinct there, distinct at all.
    places = draw(hnp.arrays(float, n, elements=st.floats(0.0, 0.9)))
    positions[:, -1] = (np.arange(n) + places) / n * cell[-1, -1]
    diameters = draw(hnp.arrays(float, n, elements=st.floats(min_value=0, exclude_min=True, allow_infinity=False)))
    as_lengths = not cell[~np.eye(d, dtype=bool)].any() and draw(st.booleans())
    return ag.Configuration(positions, diameters, np.diag(cell) if as_lengths else cell)


def same_bits(one, other):
    """Stricter than `==`: distinguishes -0.0 and 0.0."""
    return all(getattr(one, k).tobytes() == getattr(other, k).tobytes() for k in ("positions", "diameters", "cell"))


@given(configurations())
@settings(max_examples=300, deadline=None)
def test_extended_xyz_returns_every_bit(configuration):
    text = io.StringIO("".join(format_frame(configuration)))
    (raw,) = split_frames(text, "memory")
    assert same_bits(parse_frame(raw).configuration(), configuration)


@given(configurations())
@settings(max_examples=100, deadline=None)
def test_ase_reads_the_same_numbers(configuration):
    atoms = ase_io.read(io.StringIO("".join(format_frame(configuration))), format="extxyz")
    d = configuration.dimension
    assert_array_equal(atoms.positions[:, :d], configuration.positions)
    assert_array_equal(np.array(atoms.cell)[:d, :d], configuration.cell)
    assert_array_equal(atoms.arrays["diameters"], configuration.diameters)
    assert_array_equal(atoms.arrays["radius"], configuration.diameters / 2)
    assert list(atoms.pbc) == [True, True, d == 3]
    assert not atoms.positions[:, d:].any()
    assert same_bits(ag.Configuration.from_atoms(atoms), configuration)


@pytest.mark.parametrize("suffix", [".extxyz", ".xyz", ".XYZ", ".npz"])
@pytest.mark.parametrize("d, box", [(2, [10, 11]), (2, [[10, 0.5], [3, 9]]), (3, [9, 10, 11]), (3, SHEARED)])
def test_written_and_read_back(tmp_path, suffix, d, box):
    configuration = random_configuration(d, box=box)
    path = tmp_path / f"glass{suffix}"
    ag.write(path, configuration)
    assert same_bits(ag.read(str(path)), configuration)
    assert os.listdir(tmp_path) == [path.name]


def test_written_files_have_the_usual_permissions(tmp_path):
    (tmp_path / "plain").touch()
    ag.write(tmp_path / "a.extxyz", random_configuration())
    assert (tmp_path / "a.extxyz").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_many_frames(tmp_path):
    path = tmp_path / "many.extxyz"
    several = [random_configuration(2, n, seed=n) for n in (3, 5, 4, 1)]
    ag.write(path, several)
    assert [len(c) for c in frames(path)] == [3, 5, 4, 1]
    assert all(same_bits(a, b) for a, b in zip(read_all(path), several, strict=True))
    for index in range(-4, 4):
        assert same_bits(ag.read(path, frame=index), several[index])
    assert len(ag.read(path)) == 1
    assert [len(a) for a in ase_io.read(path, index=":")] == [3, 5, 4, 1]


def parse(comment, *rows, dimension=None):
    text = "\n".join([str(len(rows)), comment, *rows]) + "\n"
    (raw,) = split_frames(io.StringIO(text), "other.xyz")
    return parse_frame(raw).configuration(dimension)


LATTICE = 'Lattice="8 0 0 0 9 0 0 0 1"'


def test_files_of_other_programs():
    """Other column orders, names, and ways to say that a sample is flat."""
    rows = ["1 A 1.5 0.5 0 0.6", "2 B 2.5 1.5 0 0.7"]
    lattice = 'Lattice="8 0 0 0 9 0 0 0 1" Properties=id:I:1:species:S:1:pos:R:3:Radius:R:1 comment=x'
    found = parse(lattice, *rows)
    assert found.dimension == 2
    assert_array_equal(found.positions, [[1.5, 0.5], [2.5, 1.5]])
    assert_array_equal(found.diameters, [1.2, 1.4])
    assert_array_equal(found.box, [8.0, 9.0])
    solid = parse(lattice, rows[0], "2 B 2.5 1.5 0.2 0.7")
    assert solid.dimension == 3
    assert parse(lattice, *rows, dimension=3).dimension == 3
    assert parse(f"{lattice} dimension=3", *rows).dimension == 3
    assert parse(f"{lattice} dimension=3", *rows, dimension=2).dimension == 2
    assert parse(f'{lattice} pbc="True, True, False"', rows[0]).dimension == 2
    assert parse(lattice, rows[0]).dimension == 3  # a single particle is always flat, so that says nothing
    assert parse(f"{LATTICE} Properties=pos:R:2:sigma:R:1", "1 2 1.1", "2 3 1.2").dimension == 2
    assert_array_equal(parse(f"{LATTICE} Properties=pos:R:3:diameter:R:1", "1 2 0 1.1", "2 3 0 1").diameters, [1.1, 1])


def test_file_written_by_ase(tmp_path):
    configuration = random_configuration(3, box=SHEARED)
    ase_io.write(tmp_path / "ase.xyz", configuration.to_atoms(), format="extxyz")
    found = ag.read(tmp_path / "ase.xyz")
    np.testing.assert_allclose(found.positions, configuration.positions, atol=1e-8)  # ASE rounds to 8 digits
    np.testing.assert_allclose(found.diameters, configuration.diameters, atol=1e-8)
    np.testing.assert_allclose(found.cell, configuration.cell, atol=1e-8)


def test_npz_of_other_programs(tmp_path):
    configuration = random_configuration(2)
    np.savez_compressed(
        tmp_path / "a.npz",
        positions=configuration.positions,
        radii=configuration.diameters / 2,
        cell=configuration.cell,
        temperature=0.1,
    )
    assert ag.read(tmp_path / "a.npz").identical(configuration)


def test_the_liquid_sample():
    liquid = ag.read(reference_file())
    assert len(liquid) == 4000
    assert liquid.density == pytest.approx(1.0, rel=1e-12)
    # P(sigma) ~ sigma^-3 between sigma_max / 2.219 and sigma_max = 1.45 / 0.9
    assert liquid.diameters.max() <= 1.45 / 0.9
    assert liquid.diameters.min() >= 1.45 / 0.9 / 2.219


def test_the_gsd_sample_in_single_precision():
    path = DATA / "polydisperse12.gsd"
    found = read_all(path)
    assert len(found) == 201
    with gsd.hoomd.open(path) as trajectory:
        for index in (0, 20, 60, 200):
            stored = trajectory[index].particles
            glass = ag.read(path, frame=index)
            assert (glass.dimension, len(glass)) == (2, 1024)
            assert_array_equal(glass.box, np.full(2, np.float64(np.float32(31.84119))))
            assert_array_equal(glass.positions, stored.position[:, :2].astype(float))
            assert_array_equal(glass.diameters, stored.diameter.astype(float))
            assert glass.identical(found[index])
    assert ag.read(path).identical(found[-1])


@pytest.mark.parametrize("lz, dimensions", [(0.0, 2), (1.0, 2), (0.0, 3)])
def test_gsd_in_two_dimensions_with_a_tilted_box(tmp_path, lz, dimensions):
    frame = gsd.hoomd.Frame()
    frame.configuration.box = [8, 6, lz, 0.5, 0, 0]
    frame.configuration.dimensions = dimensions
    frame.particles.N = 2
    frame.particles.position = [[-3.5, -2.25, 0], [1.5, 2.75, 0]]
    frame.particles.diameter = [1.25, 0.75]
    with gsd.hoomd.open(tmp_path / "a.gsd", "w") as trajectory:
        trajectory.append(frame)
    found = ag.read(tmp_path / "a.gsd")
    assert_array_equal(found.box, [[8.0, 0.0], [3.0, 6.0]])
    assert_array_equal(found.positions, [[-3.5, -2.25], [1.5, 2.75]])
    assert_array_equal(found.diameters, [1.25, 0.75])


def test_gsd_in_three_dimensions_with_all_tilts(tmp_path):
    """HOOMD-blue's definition: a2 = (xy Ly, Ly, 0), a3 = (xz Lz, yz Lz, Lz)."""
    frame = gsd.hoomd.Frame()
    frame.configuration.box = [8, 6, 4, 0.5, 0.25, -0.5]
    frame.particles.N = 2
    frame.particles.position = [[0, 0, 0], [1.5, 2.75, 1]]
    frame.particles.diameter = [1.25, 0.75]
    with gsd.hoomd.open(tmp_path / "a.gsd", "w") as trajectory:
        trajectory.append(frame)
    assert_array_equal(ag.read(tmp_path / "a.gsd").box, [[8, 0, 0], [3, 6, 0], [1, -2, 4]])
