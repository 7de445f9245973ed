"""Whatever a file contains, the result is a configuration or an error message of one line."""

import io
import os
import zipfile
from pathlib import Path

import gsd.hoomd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import atomglass as ag
from atomglass.bench.samples import reference_file
from atomglass.io.files import frames, read_all

DATA = Path(__file__).parents[1] / "data"
GLASS = ag.Configuration([[1.25, 2.5], [3.125, 4.75], [6.0, 0.1]], [1.0625, 0.9, 1.3], [10.0, 11.0])
LATTICE = 'Lattice="8 0 0 0 9 0 0 0 7"'
PROPERTIES = "Properties=species:S:1:pos:R:3:diameter:R:1"


def refusal(path, **options):
    """Return the one-line message with which a file is refused."""
    with pytest.raises(ag.InputError) as caught:
        ag.read(path, **options)
    line = str(caught.value)
    assert "\n" not in line
    assert Path(path).name in line
    return line


@pytest.mark.parametrize(
    "content, words",
    [
        (b"", "is empty"),
        (b"\x93\x00\xff\xfe\x80binary", "not a text file"),
        (b"hello\nworld\n", "first line is 'hello'; allowed: the number of particles"),
        (b"-3\n\n", "first line is '-3'"),
        (b"1e3\n\n", "first line is '1e3'"),
        (b"99999999999\ncomment\n", "number of particle lines is 0; allowed: 99999999999"),
        (b"0\n" + LATTICE.encode() + b"\n", "number of particles is 0"),
        (b"1\nno box here\nA 1 2 3\n", "no periodic box found"),
        (f"1\n{PROPERTIES}\nA 1 2 3 1\n".encode(), "no periodic box found"),
        (f"1\n{LATTICE}\nA 1 2 3\n".encode(), "a column named diameters, diameter, sigma"),
        (f"1\n{LATTICE} {PROPERTIES}\nA 1 2 3\n".encode(), "columns of particle 0 is 4; allowed: 5"),
        (f"1\n{LATTICE} {PROPERTIES}\nA 1 x 3 1\n".encode(), "pos, component 1, of particle 0 is 'x'"),
        (f"1\n{LATTICE} {PROPERTIES}\nA 1 nan 3 1\n".encode(), "position of particle 0 is [ 1. nan 3.]"),
        (f"1\n{LATTICE} {PROPERTIES}\nA 1 2 3 -1\n".encode(), "diameter of particle 0 is -1.0"),
        (f"1\n{LATTICE} {PROPERTIES}\nA 1 2 3 wide\n".encode(), "diameter of particle 0 is 'wide'"),
        (f"1\n{LATTICE} {PROPERTIES}\n\nA 1 2 3 1\n".encode(), "first line is 'A 1 2 3 1'"),
        (f"2\n{LATTICE} {PROPERTIES}\n\nA 1 2 3 1\n".encode(), "columns of particle 0 is 0"),
        (f"2\n{LATTICE} {PROPERTIES}\nA 1 2 3 1\nA 1 2 3 1\n".encode(), "particles 0 and 1 coincide"),
        (f"1\n{LATTICE} Properties=species:S:1:pos\nA 1\n".encode(), "name:type:count triples"),
        (f"1\n{LATTICE} Properties=pos:R:three\nA 1\n".encode(), "name:type:count triples"),
        (f"1\n{LATTICE} Properties=pos:R:1:radius:R:1\n1 1\n".encode(), "columns of pos is 1"),
        (f'1\nLattice="8 0 0 9" {PROPERTIES}\nA 1 2 3 1\n'.encode(), "nine numbers"),
        (f'1\nLattice="8 0 0 0 9 0 0 0 l" {PROPERTIES}\nA 1 2 3 1\n'.encode(), "nine numbers"),
        (f'1\nLattice="8 0 0 0 9 0 0 0 0" {PROPERTIES}\nA 1 2 3 1\n'.encode(), "linearly independent rows"),
        (f'1\n{LATTICE} {PROPERTIES} pbc="T F"\nA 1 2 3 1\n'.encode(), "pbc is 'T F'"),
        (f'1\n{LATTICE} {PROPERTIES} pbc="F F F"\nA 1 2 3 1\n'.encode(), "periodicity (pbc) is 'F F F'"),
        (f"1\n{LATTICE} {PROPERTIES} dimension=4\nA 1 2 3 1\n".encode(), "dimension is '4'; allowed: 2 or 3"),
        (
            f"2\n{LATTICE} {PROPERTIES} dimension=2\nA 1 2 3 1\nA 2 2 4 1\n".encode(),
            "height of particle 1 in a 2-D sample is 1.0",
        ),
        (f"1\n{LATTICE} {PROPERTIES}\nA 1 2 3 1\n\n1\n".encode(), "blank line"),
    ],
)
def test_extended_xyz_that_is_not(tmp_path, content, words):
    path = tmp_path / "glass.extxyz"
    path.write_bytes(content)
    assert words in refusal(path)


def test_extended_xyz_cut_anywhere_is_refused_or_whole(tmp_path):
    """A file may be truncated only where no position, diameter or box length is lost."""
    path = tmp_path / "glass.extxyz"
    ag.write(path, GLASS)
    content = path.read_bytes()
    refused = 0
    for length in range(len(content)):
        path.write_bytes(content[:length])
        try:
            assert ag.read(path).identical(GLASS)
        except ag.InputError as error:
            assert "\n" not in str(error)
            refused += 1
    assert refused >= len(content) - 3  # the newline, and digits of the last, redundant column


@pytest.mark.parametrize("suffix", [".dump", ".data"])
def test_lammps_files_cut_anywhere_are_refused_or_whole(tmp_path, suffix):
    path = tmp_path / f"glass{suffix}"
    ag.write(path, GLASS)
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        refusal(path)


def npz_bytes(**arrays):
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


@pytest.mark.parametrize(
    "content, words",
    [
        (b"", "cannot be read as .npz"),
        (b"1\nLattice\n", "cannot be read as .npz"),
        (b"PK\x03\x04 and then nothing of the kind", "cannot be read as .npz"),
        (npz_bytes(x=np.ones(3)), "arrays in"),
        (npz_bytes(positions=np.ones((1, 2)), box=np.ones(2)), "no particle sizes found"),
        (npz_bytes(positions=np.ones((1, 2)), diameters=np.ones(1)), "positions, diameters, box (or cell)"),
        (npz_bytes(positions=np.ones((1, 2)), diameters=np.ones(2), box=np.ones(2)), "shape of diameters is (2,)"),
        (npz_bytes(positions=np.array([[1, None]]), diameters=np.ones(1), box=np.ones(2)), "cannot be read as .npz"),
        (npz_bytes(positions=np.ones((1, 2)), diameters=np.array(["a"]), box=np.ones(2)), "diameters"),
    ],
)
def test_npz_that_is_not(tmp_path, content, words):
    path = tmp_path / "glass.npz"
    path.write_bytes(content)
    assert words in refusal(path)


def test_npy_and_zip_named_npz(tmp_path):
    with (tmp_path / "array.npz").open("wb") as stream:
        np.save(stream, np.ones(3))
    assert "cannot be read as .npz" in refusal(tmp_path / "array.npz")
    with zipfile.ZipFile(tmp_path / "zip.npz", "w") as archive:
        archive.writestr("positions", "not an array")
    assert "zip.npz" in refusal(tmp_path / "zip.npz")


def test_gsd_that_is_not(tmp_path):
    path = tmp_path / "glass.gsd"
    for content in (b"", b"3\nLattice\n", b"\x00" * 4096):
        path.write_bytes(content)
        assert "cannot be read as .gsd" in refusal(path)
    with gsd.hoomd.open(path, "w"):
        pass
    assert "no frames" in refusal(path)


@pytest.mark.parametrize("file", [reference_file(), DATA / "polydisperse12.gsd"], ids=["npz", "gsd"])
def test_binary_files_cut_off(tmp_path, file):
    content = file.read_bytes()
    path = tmp_path / file.name
    for length in [1, 17, 100, 255, 256, 300, 1000, len(content) // 3, len(content) // 2, len(content) - 100]:
        path.write_bytes(content[:length])
        assert "cannot be read as" in refusal(path)


@given(st.binary(max_size=300), st.sampled_from([".extxyz", ".npz", ".gsd", ".dump", ".data", ".xyz.gz"]))
@settings(max_examples=200, deadline=None)
def test_garbage_never_ends_in_a_traceback(tmp_path_factory, content, suffix):
    path = tmp_path_factory.getbasetemp() / f"garbage{suffix}"
    path.write_bytes(content)
    refusal(path)


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_a_damaged_byte_never_ends_in_a_traceback(tmp_path_factory, data):
    """A changed byte gives a configuration (perhaps with another digit) or an error; bad checksums are noticed."""
    suffix = data.draw(st.sampled_from([".extxyz", ".npz", ".dump", ".data", ".extxyz.gz"]))
    path = tmp_path_factory.getbasetemp() / f"damaged{suffix}"
    ag.write(path, GLASS)
    content = bytearray(path.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    try:
        ag.read(path)
    except ag.InputError as error:
        assert "\n" not in str(error)


def test_paths_that_lead_nowhere(tmp_path):
    assert "does not exist" in refusal(tmp_path / "missing.extxyz")
    assert "suffix of glass.pdb is '.pdb'; allowed: .extxyz, .xyz, .lammpstrj, .dump" in refusal(tmp_path / "glass.pdb")
    assert "suffix of glass is ''" in refusal("glass")
    (tmp_path / "folder.extxyz").mkdir()
    assert "is a folder" in refusal(tmp_path / "folder.extxyz")
    with pytest.raises(ag.InputError, match="does not exist"):
        next(frames(tmp_path / "missing.gsd"))


def test_frames_that_are_not_there(tmp_path):
    ag.write(tmp_path / "two.extxyz", [GLASS, GLASS])
    ag.write(tmp_path / "one.npz", GLASS)
    assert "is 2; allowed: -2 to 1" in refusal(tmp_path / "two.extxyz", frame=2)
    assert "frame of" in refusal(tmp_path / "two.extxyz", frame=-3)
    assert "frame of" in refusal(tmp_path / "one.npz", frame=1)
    assert "is 201; allowed: -201 to 200" in refusal(DATA / "polydisperse12.gsd", frame=201)
    assert len(read_all(tmp_path / "one.npz")) == 1


def test_a_frame_is_found_before_the_damage_behind_it(tmp_path):
    path = tmp_path / "two.extxyz"
    ag.write(path, [GLASS, GLASS])
    path.write_bytes(path.read_bytes()[:-40])
    assert ag.read(path, frame=0).identical(GLASS)
    assert "frame 1" in refusal(path)


def test_writing_where_it_cannot_be(tmp_path):
    def writing(path, what=GLASS):
        with pytest.raises(ag.InputError) as caught:
            ag.write(path, what)
        return str(caught.value)

    assert "no folder" in writing(tmp_path / "nowhere" / "glass.extxyz")
    assert "suffix of glass.gsd is '.gsd'; allowed: .extxyz, .xyz, .lammpstrj" in writing(tmp_path / "glass.gsd")
    (tmp_path / "folder.npz").mkdir()
    assert "it is a folder" in writing(tmp_path / "folder.npz")
    assert "allowed: one configuration; write an .extxyz file" in writing(tmp_path / "glass.npz", [GLASS, GLASS])
    assert "a Configuration or several" in writing(tmp_path / "glass.npz", [])
    assert "a Configuration or several" in writing(tmp_path / "glass.npz", ["glass"])
    assert "a Configuration or several" in writing(tmp_path / "glass.npz", 7)
    assert os.listdir(tmp_path) == ["folder.npz"]


@pytest.mark.parametrize("suffix", [".extxyz", ".npz"])
def test_a_write_that_fails_leaves_the_old_file_alone(tmp_path, monkeypatch, suffix):
    path = tmp_path / f"glass{suffix}"
    ag.write(path, GLASS)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(ag.InputError, match="No space left on device"):
        ag.write(path, GLASS.replace(diameters=[1, 1, 1]))
    assert ag.read(path).identical(GLASS)
    assert os.listdir(tmp_path) == [path.name]
