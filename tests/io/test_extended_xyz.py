"""Comment lines, columns and species of extended XYZ as other programs write them; encodings and compression."""

from __future__ import annotations

import codecs
import gzip
import io

import numpy as np
import pytest
from ase import Atoms
from ase import io as ase_io
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

import atomglass as ag
from atomglass.io.xyz_comment import format_pairs, reserved_value, user_pairs

ROWS = "X 1 1 0 1.0\nX 2 3 0 1.2\nX 5 3 0 0.9\n"
LATTICE = 'Lattice="8 0 0 0 9 0 0 0 1"'
PROPERTIES = "Properties=species:S:1:pos:R:3:diameter:R:1"
PLAIN = ag.Configuration([[1, 1], [2, 3], [5, 3]], [1.0, 1.2, 0.9], [8.0, 9.0])


def read(folder, comment, rows=ROWS, **options):
    path = folder / "a.extxyz"
    path.write_text(f"{rows.count(chr(10))}\n{comment}\n{rows}")
    return ag.read(path, **options)


def refusal(*arguments, **options):
    with pytest.raises(ag.InputError) as caught:
        read(*arguments, **options)
    assert "\n" not in str(caught.value) and "a.extxyz, frame 0" in str(caught.value)
    return str(caught.value)


# The comment line -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "comment",
    [
        f"{LATTICE} {PROPERTIES}",
        f"Lattice='8 0 0 0 9 0 0 0 1' {PROPERTIES}",
        f"Lattice={{8 0 0 0 9 0 0 0 1}} {PROPERTIES}",
        f"Lattice=[8,0,0,0,9,0,0,0,1] {PROPERTIES}",
        f'"Lattice" = "8 0 0 0 9 0 0 0 1" {PROPERTIES}',
        "'Lattice'='8 0 0 0 9 0 0 0 1' 'Properties'='species:S:1:pos:R:3:diameter:R:1'",
        f"{LATTICE} {PROPERTIES} lattice=triangular PBC=F properties=soft Dimension=3",
        f'primitive.Lattice="1 0 0 0 1 0 0 0 1" {LATTICE} {PROPERTIES} my-pbc=F',
        f"note='was Lattice=\"1 2 3\" pbc=F' {LATTICE} {PROPERTIES}",
        f'note="it\\"s dimension=3 \\\\" {LATTICE} {PROPERTIES}',
        f"{LATTICE} {PROPERTIES} name=a=b=c flag",
        f"{LATTICE} {PROPERTIES} pbc=T",
        f"{LATTICE} {PROPERTIES} pbc=[T, T, F] list=[[1,2],[3,4]]",
        f"{LATTICE} {PROPERTIES} {LATTICE}",
        f"lattice='8 0 0 0 9 0 0 0 1' {PROPERTIES}",
    ],
)
def test_comments_that_say_the_same(tmp_path, comment):
    assert read(tmp_path, comment).identical(PLAIN)


@pytest.mark.parametrize(
    "comment, words",
    [
        (f'{LATTICE} {PROPERTIES} pbc="T T F', "quotation marks and brackets in pairs"),
        (f"{LATTICE} {PROPERTIES} note=don't", "without a partner"),
        (f'{LATTICE} {PROPERTIES} Lattice="9 0 0 0 9 0 0 0 1"', "Lattice in the comment line"),
        (f"{LATTICE} {PROPERTIES} pbc=T pbc=F", "pbc in the comment line is 'F and T'"),
        (f"{LATTICE} {PROPERTIES} {PROPERTIES}:radius:R:1", "Properties in the comment line"),
        (f"{LATTICE} {PROPERTIES} dimension=three", "dimension is 'three'; allowed: 2 or 3"),
        (f"{PROPERTIES} lattice=triangular", "Lattice is 'triangular'; allowed: nine numbers"),
        (f"{PROPERTIES}", "no periodic box found"),
    ],
)
def test_comments_in_doubt_are_refused(tmp_path, comment, words):
    assert words in refusal(tmp_path, comment)


# ASE does not escape a backslash before a quotation mark, and then cannot read its own line.
characters = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters="\\")
text = st.text(characters, min_size=1, max_size=12)


@given(st.dictionaries(text.filter(lambda key: key.strip() == key and key.lower() != "uid"), text, max_size=4))
@settings(max_examples=300, deadline=None)
def test_any_info_that_ase_writes_leaves_the_box_alone(info):
    """Whatever the keys and values, the cell, the periodicity and the columns are those of the atoms."""
    reserved = {"lattice", "properties", "pbc", "dimension"}
    info = {key: value for key, value in info.items() if key not in ("Lattice", "Properties", "pbc", "dimension")}
    atoms = Atoms("X3", positions=[[1, 1, 0], [2, 3, 0], [5, 3, 0]], cell=[8, 9, 1], pbc=[True, True, False])
    atoms.set_array("diameters", np.array([1.0, 1.2, 0.9]))
    atoms.info |= info
    atoms.info |= {key.upper(): "F F F" for key in reserved if key.upper() not in info and key != "lattice"}
    stream = io.StringIO()
    ase_io.write(stream, atoms, format="extxyz")
    comment = stream.getvalue().split("\n")[1]
    pairs = user_pairs(comment)
    assert reserved_value(pairs, "Lattice") == "8.0 0.0 0.0 0.0 9.0 0.0 0.0 0.0 1.0"
    assert reserved_value(pairs, "pbc") == "T T F"
    assert reserved_value(pairs, "Properties") == "species:S:1:pos:R:3:diameters:R:1"
    assert reserved_value(pairs, "dimension") is None


@given(st.dictionaries(st.from_regex(r"[a-z_]{1,8}", fullmatch=True), st.one_of(text, st.floats(), st.integers())))
@settings(max_examples=200, deadline=None)
def test_header_entries_come_back(header):
    found = dict(user_pairs(format_pairs(header)))
    assert found == {key: value if isinstance(value, str) else repr(value) for key, value in header.items()}


# Columns --------------------------------------------------------------------------------------------------------------


def test_contradicting_sizes_are_refused(tmp_path):
    properties = "Properties=species:S:1:pos:R:3:radius:R:1:sigma:R:1"
    rows = "X 1 1 0 0.5 1.0\nX 2 3 0 0.6 1.2\nX 5 3 0 0.45 0.9\n"
    assert read(tmp_path, f"{LATTICE} {properties}", rows).identical(PLAIN)
    assert read(tmp_path, f"{LATTICE} {properties}", rows.replace("1.2", "1.2001")).diameters[1] == 1.2001
    line = refusal(tmp_path, f"{LATTICE} {properties}", rows.replace("1.2", "0.6"))
    assert "sigma of particle 1 is 0.6; allowed: 1.2, as its radius says" in line


def test_the_exact_name_of_a_column_goes_first(tmp_path):
    properties = "Properties=species:S:1:pos:R:3:Diameter:R:1:diameter:R:1:POS:R:1"
    rows = "X 1 1 0 9 1.0 7\nX 2 3 0 9 1.2 7\nX 5 3 0 9 0.9 7\n"
    assert read(tmp_path, f"{LATTICE} {properties}", rows).identical(PLAIN)
    assert "each name once" in refusal(tmp_path, f"{LATTICE} {PROPERTIES}:diameter:R:1", ROWS)


@pytest.mark.parametrize("word", ["1_0", "one", "nan", "0x10", ""])
def test_words_that_are_no_sizes(tmp_path, word):
    assert refusal(tmp_path, f"{LATTICE} {PROPERTIES}", ROWS.replace("1.2", word))


# Species --------------------------------------------------------------------------------------------------------------


def named(names, columns="", values=("", "", "")):
    places = ("1 1 0", "2 3 0", "5 3 0")
    rows = "".join(f"{name} {place} {value}\n" for name, place, value in zip(names, places, values, strict=True))
    return f"{LATTICE} Properties=species:S:1:pos:R:3{columns}", rows


def test_names_are_numbered_in_alphabetical_order(tmp_path):
    assert_array_equal(read(tmp_path, *named("BAB")).species, [1, 0, 1])
    assert_array_equal(read(tmp_path, *named(["Si", "O", "O"])).species, [1, 0, 0])
    assert_array_equal(read(tmp_path, *named(["10", "9", "9"])).species, [1, 0, 0])
    found = read(tmp_path, *named("BAB"), species=["B", "A"], diameters_by_type={"A": 0.8, "B": 1.0})
    assert_array_equal(found.species, [0, 1, 0])
    assert_array_equal(found.diameters, [1.0, 0.8, 1.0])


def test_one_name_says_nothing(tmp_path):
    assert read(tmp_path, f"{LATTICE} {PROPERTIES}").species is None
    line = refusal(tmp_path, *named("AAA"))
    assert "no particle sizes found" in line and "--diameters-by-type A=1.0" in line and "--species A" in line


@pytest.mark.parametrize(
    "columns, values, expected",
    [
        (":species_index:I:1", "020", [0, 2, 0]),
        (":species_index:I:1", "111", [1, 1, 1]),
        (":type:I:1", "121", [0, 1, 0]),
        (":type:I:1", "010", [0, 1, 0]),
        (":typeid:I:1", "010", [0, 1, 0]),
        (":species_index:I:1:type:I:1", ["0 1", "1 2", "0 1"], [0, 1, 0]),
    ],
)
def test_columns_of_integers(tmp_path, columns, values, expected):
    assert_array_equal(read(tmp_path, *named("XXX", columns, values)).species, expected)


@pytest.mark.parametrize(
    "names, columns, values, words",
    [
        ("ABA", ":species_index:I:1", "001", "contradict each other"),
        ("XXX", ":species_index:I:1:type:I:1", ["0 1", "1 1", "0 2"], "contradict each other"),
        ("XXX", ":species_index:I:1", ["0", "x", "1"], "species_index of particle 1 is 'x'"),
        ("XXX", ":species_index:I:1", ["0", "-1", "1"], "species of particle 1 is -1"),
        ("XXX", ":species_index:I:1", ["0", "1e3", "1"], "an integer"),
        ("XXX", ":species_index:I:1", ["0", "9" * 30, "1"], "an integer"),
        ("XXX", ":type:I:1", ["1", "1.5", "1"], "type of particle 1 is '1.5'"),
    ],
)
def test_species_in_doubt_are_refused(tmp_path, names, columns, values, words):
    assert words in refusal(tmp_path, *named(names, columns, values))


@pytest.mark.parametrize("suffix", [".extxyz", ".xyz.gz", ".npz"])
@pytest.mark.parametrize("diameters", [None, [1.0, 1.2, 0.9]])
@pytest.mark.parametrize("species", [[0, 1, 0], [0, 0, 0], [2, 2, 5]])
def test_species_come_back(tmp_path, suffix, diameters, species):
    given = ag.Configuration(PLAIN.positions, diameters, PLAIN.box, species)
    ag.write(tmp_path / f"a{suffix}", given)
    found = ag.read(tmp_path / f"a{suffix}")
    assert found.identical(given) and found.sized == given.sized


def test_species_of_atoms():
    unsized = ag.Configuration(PLAIN.positions, None, PLAIN.box, [1, 0, 1])
    atoms = unsized.to_atoms()
    assert "diameters" not in atoms.arrays and "radius" not in atoms.arrays
    found = ag.Configuration.from_atoms(atoms)
    assert found.identical(unsized) and not found.sized
    assert_array_equal(PLAIN.to_atoms().arrays["radius"], PLAIN.diameters / 2)
    del atoms.arrays["species_index"]
    with pytest.raises(ag.InputError, match="no particle sizes found"):
        ag.Configuration.from_atoms(atoms)
    atoms.set_chemical_symbols(["Zr", "Cu", "Zr"])
    assert_array_equal(ag.Configuration.from_atoms(atoms).species, [1, 0, 1])


# Encodings and compression --------------------------------------------------------------------------------------------

CONTENT = f'3\n{LATTICE} {PROPERTIES} note="\u00c5ngstr\u00f6m"\n{ROWS}'


@pytest.mark.parametrize(
    "content",
    [
        codecs.BOM_UTF8 + CONTENT.encode(),
        CONTENT.encode("utf-16"),
        codecs.BOM_UTF16_BE + CONTENT.encode("utf-16-be"),
        CONTENT.encode("utf-32"),
        CONTENT.encode("latin-1"),
        CONTENT.replace("\n", "\r\n").encode(),
        CONTENT.replace("\n", "\r").encode(),
        gzip.compress(CONTENT.encode()),
        gzip.compress(CONTENT.encode("utf-16")),
    ],
)
def test_any_encoding_and_line_end(tmp_path, content):
    for name in ("a.xyz", "a.extxyz.gz"):
        (tmp_path / name).write_bytes(content)
        assert ag.read(tmp_path / name).identical(PLAIN)


def test_compressed_files_are_complete_and_the_same_each_time(tmp_path):
    for name in ("a.extxyz.gz", "b.extxyz.gz"):
        ag.write(tmp_path / name, [PLAIN, PLAIN])
    content = (tmp_path / "a.extxyz.gz").read_bytes()
    assert content == (tmp_path / "b.extxyz.gz").read_bytes()
    ag.write(tmp_path / "plain.extxyz", [PLAIN, PLAIN])
    assert gzip.decompress(content) == (tmp_path / "plain.extxyz").read_bytes()
    for damaged in (content[:-9], content[:40], content[:30] + b"\0\0" + content[32:]):
        (tmp_path / "a.extxyz.gz").write_bytes(damaged)
        with pytest.raises(ag.InputError, match=r"a\.extxyz\.gz"):
            ag.read(tmp_path / "a.extxyz.gz", frame=1)


def test_a_small_file_that_would_fill_the_memory_is_refused(tmp_path):
    path = tmp_path / "bomb.xyz.gz"
    with gzip.open(path, "wb") as stream:
        stream.write(f"90000000\n{LATTICE} {PROPERTIES}\n".encode())
        for _ in range(100):
            stream.write(b"X 1 1 0 1.0\n" * 2**16)
    assert path.stat().st_size < 2**19
    with pytest.raises(ag.InputError, match="expands to more than 40 times its size; decompress it"):
        ag.read(path)
    for name in ("a.npz.gz", "a.gz", "a.gsd.gz"):
        with pytest.raises(ag.InputError, match="decompress the file"):
            ag.read(tmp_path / name)


def test_a_file_that_ends_within_a_line_is_refused(tmp_path):
    path = tmp_path / "a.extxyz"
    path.write_text(
        '2\nLattice="9 0 0 0 9 0 0 0 9" Properties=species:S:1:pos:R:3\nA 1 1 1\nA 2.5 2.5 2.52', encoding="utf-8"
    )
    with pytest.raises(ag.InputError, match="the last line has no end"):
        ag.read(path)
