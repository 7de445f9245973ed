"""LAMMPS data files and dumps: hand-written ones, those that LAMMPS writes, and those that LAMMPS and ASE read."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from ase import io as ase_io
from lammps_program import run_lammps
from numpy.testing import assert_allclose, assert_array_equal

import atomglass as ag
from atomglass.io.files import frames, read_all

DUMP = """ITEM: TIMESTEP
0
ITEM: NUMBER OF ATOMS
3
ITEM: BOX BOUNDS {flags}
{bounds}
ITEM: ATOMS {columns}
{rows}
"""
CUBE = "-1 7\n2 11\n-0.5 6.5"
TILTED = [[5, 0, 0], [1, 6, 0], [-1, 2, 7]]
TRICLINIC = np.array([[8.0, 0, 0], [3.0, 9.0, 0], [-1.0, 2.0, 7.0]])


def dump(columns="id type x y z", rows=("1 1 0 3 1", "2 2 1 3 1", "3 1 2 3 2"), flags="pp pp pp", bounds=CUBE):
    return DUMP.format(columns=columns, rows="\n".join(rows), flags=flags, bounds=bounds)


def read_text(folder: Path, name: str, text: str, **options) -> ag.Configuration:
    (folder / name).write_text(text)
    return ag.read(folder / name, **options)


def refusal(folder: Path, name: str, text: str, **options) -> str:
    with pytest.raises(ag.InputError) as caught:
        read_text(folder, name, text, **options)
    assert "\n" not in str(caught.value) and name in str(caught.value)
    return str(caught.value)


# Dumps written by hand ------------------------------------------------------------------------------------------------


def test_columns_in_any_order_sorted_by_id(tmp_path):
    rows = ["0.6 3 1 9 2 5", "0.5 1 0 9 1 7", "0.55 2 3 9 1 6"]
    found = read_text(tmp_path, "a.dump", dump("radius x y type z id", [r.replace(" 9 ", " 2 ") for r in rows]))
    assert_array_equal(found.positions, [[3, 1, 2], [2, 3, 1], [1, 0, 1]])
    assert_array_equal(found.diameters, [1.2, 1.1, 1.0])
    assert_array_equal(found.box, [8.0, 9.0, 7.0])
    assert_array_equal(found.species, [1, 1, 1])


def test_radius_is_half_and_diameter_the_whole(tmp_path):
    rows = ["1 1 1 1 0.5 1.0", "2 2 2 2 0.6 1.2", "3 3 3 3 0.55 1.1"]
    found = read_text(tmp_path, "a.lammpstrj", dump("id x y z radius diameter", rows))
    assert_array_equal(found.diameters, [1.0, 1.2, 1.1])
    assert found.species is None
    rows[1] = "2 2 2 2 0.6 0.6"
    line = refusal(tmp_path, "a.dump", dump("id x y z radius diameter", rows))
    assert "radius of particle 1 is 0.6; allowed: 0.3, as its diameter says" in line


@pytest.mark.parametrize("names", ["x y z", "xu yu zu", "xs ys zs", "xsu ysu zsu"])
def test_coordinates_of_every_kind(tmp_path, names):
    fractions = np.array([[0.25, 0.5, 0.125], [0.75, 0.25, 0.5], [0.5, 0.0, 0.25]])
    origin = np.array([-1.0, 2.0, -0.5])
    values = fractions if "s" in names else origin + fractions @ np.diag([8.0, 9.0, 7.0])
    rows = [f"{k} {k} {x!r} {y!r} {z!r}" for k, (x, y, z) in enumerate(values.tolist(), 1)]
    found = read_text(tmp_path, "a.dump", dump(f"id type {names}", rows))
    assert_allclose(found.positions, origin + fractions * [8, 9, 7], rtol=1e-15)
    assert_array_equal(found.species, [0, 1, 2])
    assert not found.sized


def test_a_tilted_box_is_not_its_bounding_box(tmp_path):
    """The box of the LAMMPS manual's formulas, worked out by hand: xy = 3, xz = -1, yz = 2."""
    bounds = "-2 10 3\n2 13 -1\n-0.5 6.5 2"
    found = read_text(tmp_path, "a.dump", dump(flags="xy xz yz pp pp pp", bounds=bounds))
    assert_array_equal(found.box, TRICLINIC)


def test_a_box_of_any_orientation(tmp_path):
    bounds = "0 8 0 -1\n-9 0 0 2\n0 0 7 0.5"
    text = dump("id type xs ys zs", ["1 1 0 0 0", "2 1 0.5 0 0", "3 2 0 0.5 0.5"], "abc origin pp pp pp", bounds)
    found = read_text(tmp_path, "a.dump", text)
    assert_array_equal(found.cell, [[0, 8, 0], [-9, 0, 0], [0, 0, 7]])
    assert_array_equal(found.positions, [[-1, 2, 0.5], [-1, 6, 0.5], [-5.5, 2, 4]])


@pytest.mark.parametrize("bounds", ["0 8\n0 9\n-0.5 0.5", "0 8\n0 9\n0 20", "0 8\n0 9\n-1e-9 1e-9"])
@pytest.mark.parametrize("flags", ["pp pp pp", "pp pp ff"])
def test_equal_z_is_two_dimensional_whatever_the_bounds(tmp_path, bounds, flags):
    rows = ["1 1 1 1 0", "2 2 2 2 0", "3 1 3 3 0"]
    found = read_text(tmp_path, "a.dump", dump(rows=rows, bounds=bounds, flags=flags))
    assert_array_equal(found.box, [8.0, 9.0])
    assert found.dimension == 2
    no_z = [row.rsplit(" ", 1)[0] for row in rows]
    assert read_text(tmp_path, "b.dump", dump("id type x y", no_z, flags, bounds)).identical(found)
    if flags == "pp pp pp":
        assert read_text(tmp_path, "a.dump", dump(rows=rows, bounds=bounds), dimension=3).dimension == 3


def test_walls_are_no_periodic_box(tmp_path):
    assert "periodicity (pbc) is 'F T T'" in refusal(tmp_path, "a.dump", dump(flags="fs pp pp"))


def test_many_frames_plain_and_compressed(tmp_path):
    text = dump() + "ITEM: UNITS\nlj\nITEM: TIME\n0.5\n" + dump(rows=("3 1 0 0 0", "1 2 1 1 1", "2 1 2 2 2")) + "\n\n"
    (tmp_path / "a.dump").write_text(text)
    with gzip.open(tmp_path / "a.lammpstrj.gz", "wt", encoding="utf-16", newline="\r\n") as stream:
        stream.write(text)
    for name in ("a.dump", "a.lammpstrj.gz"):
        found = read_all(tmp_path / name)
        assert len(found) == 2 and found[1].identical(ag.read(tmp_path / name))
        assert_array_equal(found[1].species, [1, 0, 0])
        assert ag.read(tmp_path / name, frame=0).identical(read_text(tmp_path, "one.dump", dump()))


def test_types_by_name(tmp_path):
    rows = ["1 B 0 0 0", "2 A 1 1 1", "3 B 2 2 2"]
    text = dump("id element x y z", rows)
    assert_array_equal(read_text(tmp_path, "a.dump", text).species, [1, 0, 1])
    found = read_text(tmp_path, "a.dump", text, diameters_by_type={"A": 1.0, "B": 0.88}, species=["B", "A"])
    assert_array_equal(found.species, [0, 1, 0])
    assert_array_equal(found.diameters, [0.88, 1.0, 0.88])
    assert "add B" in refusal(tmp_path, "a.dump", text, species=["A"])
    assert "diameters by type is 'A=1'" in refusal(tmp_path, "a.dump", text, diameters_by_type={"A": 1.0})


def test_one_type_without_sizes_says_nothing(tmp_path):
    rows = ["1 1 0 0 0", "2 1 1 1 1", "3 1 2 2 2"]
    line = refusal(tmp_path, "a.dump", dump(rows=rows))
    assert "--diameters-by-type 1=1.0" in line and "--species 1" in line
    found = read_text(tmp_path, "a.dump", dump(rows=rows), diameters_by_type={1: 1.5})
    assert_array_equal(found.diameters, [1.5, 1.5, 1.5])
    assert_array_equal(read_text(tmp_path, "a.dump", dump(rows=rows), species=[1]).species, [0, 0, 0])


@pytest.mark.parametrize(
    "text, words",
    [
        ("ITEM: TIMESTEP\n0\n", "no line ITEM: ATOMS"),
        ("LAMMPS\n", "first line is 'LAMMPS'; allowed: ITEM: TIMESTEP"),
        (dump(rows=["1 1 0 0 0"]), "number of particle lines is 1; allowed: 3"),
        (
            dump(rows=["1 1 0 0 0", "2 1 1 1", "3 1 2 2 2"]),
            "columns of particle 1 is 4; allowed: 5, as ITEM: ATOMS says",
        ),
        (dump(rows=["1 1 0 0 0", "1 1 1 1 1", "3 1 2 2 2"]), "id 1 occurs twice"),
        (dump(rows=["1 1 0 0 0", "2 1 1 x 1", "3 1 2 2 2"]), "y of particle 1 is 'x'"),
        (dump().strip(), "the last line has no end"),
        (dump("id type vx vy vz"), "columns is 'id type vx vy vz'; allowed: x y z"),
        (dump("id type x x z"), "each name once"),
        (dump(bounds="0 1\n0 1\n0"), "BOX BOUNDS is '0 1 / 0 1 / 0'"),
        (dump(bounds="0 1\n0 1\n0 one"), "'one'"),
        (dump().replace("\n3\n", "\nthree\n"), "NUMBER OF ATOMS is 'three'"),
        (dump().replace("ITEM: BOX BOUNDS", "ITEM: BOX"), "no ITEM: BOX BOUNDS"),
        (dump() + dump()[:80], "frame 1: no line ITEM: ATOMS"),
        (dump(bounds="7 -1\n2 11\n-0.5 6.5"), "bounds of x is '7 -1'; allowed: the lower one first"),
    ],
)
def test_dumps_that_are_not(tmp_path, text, words):
    assert words in refusal(tmp_path, "a.dump", text)


# Data files written by hand -------------------------------------------------------------------------------------------

DATA = """LAMMPS description, 100 atoms
# a comment
3 atoms  # another
2 atom types
0 bonds

-1.0 7.0 xlo xhi
2.0 11.0 ylo yhi
-0.5 6.5 zlo zhi
{tilt}

Masses

1 1.0
2 2.0

Pair Coeffs # lj/cut

1 1.0 1.0
2 0.5 0.88

Atoms {style}

{rows}

Velocities

1 0 0 0
2 0 0 0
3 0 0 0
"""
ATOMIC = ("2 2 1 3 1", "1 1 0 3 1 # first", "3 1 2 3 2")


def data(style="# atomic", rows=ATOMIC, tilt=""):
    return DATA.format(style=style, rows="\n".join(rows), tilt=tilt)


def test_data_of_style_atomic(tmp_path):
    found = read_text(tmp_path, "a.data", data())
    assert_array_equal(found.positions, [[0, 3, 1], [1, 3, 1], [2, 3, 2]])
    assert_array_equal(found.species, [0, 1, 0])
    assert_array_equal(found.box, [8.0, 9.0, 7.0])
    assert not found.sized
    assert read_text(tmp_path, "a.lmp", data(style="")).identical(found)
    with_images = [f"{row.split(' #')[0]} 1 0 -1" for row in ATOMIC]
    assert read_text(tmp_path, "b.lmp", data(style="", rows=with_images)).identical(found)
    assert read_text(tmp_path, "c.lmp", data("# full", [f"{r[:1]} 0 {r[2:3]} 0.0 {r[4:9]}" for r in ATOMIC])).identical(
        found
    )


def test_data_of_style_sphere(tmp_path):
    rows = ["1 1 0.9 1.0 0 3 1", "2 2 1.25 1.0 1 3 1", "3 1 0.9 1.0 2 3 2"]
    found = read_text(tmp_path, "a.data", data("# sphere", rows))
    assert_array_equal(found.diameters, [0.9, 1.25, 0.9])
    assert "style of Atoms is not stated; add it as a comment, `Atoms # sphere`: there are 7 columns" in refusal(
        tmp_path, "a.data", data("", rows)
    )


def test_data_in_a_tilted_box(tmp_path):
    assert_array_equal(read_text(tmp_path, "a.data", data(tilt="3 -1 2 xy xz yz")).box, TRICLINIC)


def test_data_with_cell_vectors_of_any_direction(tmp_path):
    vectors = "0 8 0 avec\n-9 0 0 bvec\n0 0 7 cvec\n0 0 0 abc origin"
    assert_array_equal(read_text(tmp_path, "a.data", data(tilt=vectors)).cell, [[0, 8, 0], [-9, 0, 0], [0, 0, 7]])


def test_data_with_labels_of_types(tmp_path):
    text = data(rows=["1 B 0 3 1", "2 A 1 3 1", "3 B 2 3 2"]).replace(
        "Masses\n\n1 1.0\n2", "Atom Type Labels\n\n1 A\n2 B\n\nMasses\n\nA 1.0\nB"
    )
    assert_array_equal(read_text(tmp_path, "a.data", text).species, [1, 0, 1])
    found = read_text(tmp_path, "a.data", text, diameters_by_type={"A": 1.0, "B": 0.5})
    assert_array_equal(found.diameters, [0.5, 1.0, 0.5])


@pytest.mark.parametrize(
    "text, words",
    [
        ("", "is empty"),
        ("LAMMPS\n\n3 atoms\n", "no section Atoms"),
        (data(rows=ATOMIC[:2]), "number of particle lines is 2; allowed: 3"),
        (data().replace("3 atoms", "atoms"), "number of particle lines is 3; allowed: >= 1"),
        (data(style="# hybrid"), "style of Atoms is 'hybrid'; allowed: atomic, charge"),
        (data(rows=["1 1 0 3", "2 1 1 3 1", "3 1 2 3 1"], style="# atomic"), "columns of particle 0 is 4; allowed: 5"),
        (data().replace("-1.0 7.0 xlo xhi", ""), "no periodic box found; add a line for xlo xhi"),
        (data().replace("-1.0 7.0 xlo", "-1.0 xlo"), "xlo xhi"),
        (data().replace("-1.0 7.0 xlo", "-1.0 wide xlo"), "xlo xhi"),
        (
            data(rows=["1 1 0 3 1 0 0 0", "2 1 1 3 1 0 0 0.5", "3 1 2 3 2 0 0 0"]),
            "image flag iz of particle 1 is '0.5'",
        ),
        (data().split("\n\nVelocities")[0], "the last line has no end"),
        (data() + "\nAtoms\n\n1 1 0 0 0\n", "two sections Atoms"),
        (data(rows=["1 0 0 3 1", "2 1 1 3 1", "3 1 2 3 2"]), "species of particle 0 is -1"),
    ],
)
def test_data_that_is_not(tmp_path, text, words):
    assert words in refusal(tmp_path, "a.data", text)


# Round trips ----------------------------------------------------------------------------------------------------------


def sample(d=3, n=12, box=None, species=True, sized=True, seed=0):
    rng = np.random.default_rng(seed)
    box = np.full(d, 5.0) if box is None else np.asarray(box)
    diameters = rng.uniform(0.7, 1.6, n) if sized else None
    kinds = np.arange(n) % 3 if species else None
    return ag.Configuration(rng.normal(size=(n, d)) * 4, diameters, box, kinds)


@pytest.mark.parametrize("suffix", [".data", ".lmp", ".dump", ".lammpstrj", ".data.gz", ".dump.gz"])
@pytest.mark.parametrize(
    "d, box", [(2, None), (2, [[5, 0], [1.5, 6]]), (3, None), (3, [[5, 0, 0], [1, 6, 0], [-1, 2, 7]])]
)
@pytest.mark.parametrize("species, sized", [(True, True), (True, False), (False, True)])
def test_written_and_read_back(tmp_path, suffix, d, box, species, sized):
    given = sample(d, box=box, species=species, sized=sized)
    path = tmp_path / f"a{suffix}"
    ag.write(path, given)
    found = ag.read(path)
    assert found.identical(given) and found.sized == given.sized
    assert_array_equal(ag.read(path).positions, given.positions)


def test_frames_of_a_dump(tmp_path):
    several = [sample(2, n, seed=n) for n in (3, 5, 4)]
    ag.write(tmp_path / "a.dump", several)
    assert all(a.identical(b) for a, b in zip(frames(tmp_path / "a.dump"), several, strict=True))
    with pytest.raises(ag.InputError, match="one configuration; write an"):
        ag.write(tmp_path / "a.data", several)


def test_what_lammps_cannot_hold(tmp_path):
    turned = ag.Configuration([[0.5, 0.5], [1, 1]], [1, 1], [[4, 1], [0, 4]])
    flat = ag.Configuration([[0.5, 0.5, 0], [1, 1, 0]], [1, 1], [4, 4, 4])
    for suffix in (".data", ".dump"):
        with pytest.raises(ag.InputError, match="a along x, b in the x-y plane; write an"):
            ag.write(tmp_path / f"a{suffix}", turned)
        with pytest.raises(ag.InputError, match="in which all z are equal; write an"):
            ag.write(tmp_path / f"a{suffix}", flat)
        with pytest.raises(ag.InputError, match="would be read as 3-D; write an"):
            ag.write(tmp_path / f"a{suffix}", ag.Configuration([[1.0, 1.0]], [1.0], [9.0, 9.0]))
    assert list(tmp_path.iterdir()) == []


# Other programs -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("box", [None, TILTED])
def test_ase_reads_the_same(tmp_path, box):
    given = sample(3, box=box)
    ag.write(tmp_path / "a.data", given.replace(positions=given.positions))
    ag.write(tmp_path / "a.dump", given)
    for name, kind, style in (("a.data", "lammps-data", {"atom_style": "sphere"}), ("a.dump", "lammps-dump-text", {})):
        try:
            atoms = ase_io.read(tmp_path / name, format=kind, **style)
        except RuntimeError as error:  # ASE knows no style `sphere`
            assert style, error
            continue
        assert_allclose(atoms.positions, given.positions, atol=1e-12)
        assert_allclose(np.array(atoms.cell), given.cell, atol=1e-12)
        assert_array_equal(atoms.get_atomic_numbers() - 1, given.species)


def test_what_ase_writes_is_read(tmp_path):
    """ASE writes LAMMPS data of style `atomic`, with the types in the alphabetical order of the symbols."""
    given = sample(3, sized=False)
    atoms = given.to_atoms()
    atoms.set_chemical_symbols([["Ar", "Kr", "Xe"][kind] for kind in given.species])
    ase_io.write(tmp_path / "a.data", atoms, format="lammps-data")
    found = ag.read(tmp_path / "a.data")
    assert_array_equal(found.species, given.species)
    assert_allclose((found.fractional - given.fractional + 0.5) % 1, 0.5, atol=1e-12)


POLYDISPERSE = """
units lj
dimension 2
atom_style sphere
region b prism -1 5 2 8 -0.5 0.5 1.5 0 0
create_box 2 b
create_atoms 1 random 8 123 NULL
create_atoms 2 random 6 1234 NULL
set type 1 diameter 0.9
set type 2 diameter 1.25
pair_style zero 2.5
pair_coeff * *
write_data a.data
write_dump all custom a.dump id type x y z radius modify format float %.17g
write_dump all custom scaled.lammpstrj type id ys xs zs diameter modify format float %.17g
write_dump all custom unwrapped.dump.gz id type xu yu zu radius diameter modify format float %.17g
run 0
"""


def test_what_lammps_writes_is_read(tmp_path):
    """The same 14 discs in a sheared box, whose origin is not zero, as data and as dumps of three kinds."""
    run_lammps(POLYDISPERSE, tmp_path)
    found = ag.read(tmp_path / "a.data")
    assert (len(found), found.dimension) == (14, 2)
    assert_array_equal(found.box, [[6.0, 0.0], [1.5, 6.0]])
    assert_array_equal(found.diameters, [0.9] * 8 + [1.25] * 6)
    assert_array_equal(found.species, [0] * 8 + [1] * 6)
    for name in ("a.dump", "scaled.lammpstrj", "unwrapped.dump.gz"):
        other = ag.read(tmp_path / name)
        assert_allclose(other.positions, found.positions, atol=1e-14)
        assert_allclose(other.cell, found.cell, atol=1e-14)
        assert_array_equal(other.diameters, found.diameters)
        assert_array_equal(other.species, found.species)


def test_lammps_reads_what_is_written(tmp_path):
    """LAMMPS computes the same energy from our data file as a plain sum over all images of all pairs."""
    given, cutoff = sample(3, n=40, box=TILTED, sized=False), 2.5
    ag.write(tmp_path / "a.data", given)
    soft = f"read_data a.data\npair_style soft {cutoff}\npair_coeff * * 1.0\nthermo_modify norm no\nrun 0\n"
    energy = run_lammps(f"units lj\natom_style atomic\n{soft}", tmp_path)
    images = np.stack(np.meshgrid(*[range(-2, 3)] * 3), axis=-1).reshape(-1, 3) @ given.cell
    fractions = given.fractional % 1
    separations = (fractions[:, None] - fractions) @ given.cell
    r = np.linalg.norm(separations[:, :, None] + images, axis=-1)[np.triu_indices(40, 1)]
    assert energy == pytest.approx(np.where(r < cutoff, 1 + np.cos(np.pi * r / cutoff), 0).sum(), rel=1e-12)


def test_lammps_returns_what_it_has_read(tmp_path):
    given = sample(2, n=30, box=[[5, 0], [1.5, 6]])
    ag.write(tmp_path / "a.data", given)
    sphere = "units lj\ndimension 2\natom_style sphere\nread_data a.data\npair_style zero 2.0\npair_coeff * *\n"
    run_lammps(f"{sphere}run 0\nwrite_data again.data\nprint $(mass(all)) file mass.txt\n", tmp_path)
    found = ag.read(tmp_path / "again.data")
    assert_allclose(found.diameters, given.diameters, rtol=1e-15)
    assert_array_equal(found.species, given.species)
    assert_allclose((found.fractional - given.fractional + 0.5) % 1, 0.5, atol=1e-13)
    assert float((tmp_path / "mass.txt").read_text()) == pytest.approx(30)  # every particle has mass 1
