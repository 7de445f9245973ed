"""Files of numpy and of HOOMD-blue: what they leave out, what contradicts itself, what would fill the memory."""

from __future__ import annotations

import resource
import zipfile
from pathlib import Path

import gsd.fl
import gsd.hoomd
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

import atomglass as ag
from atomglass.io.files import read_all

PLACES = np.array([[1.0, 1.0], [2.0, 3.0], [5.0, 3.0]])
FLAT = np.column_stack([PLACES, np.zeros(3)])
SIZES = np.array([1.0, 1.2, 0.9])


def refusal(path, **options):
    with pytest.raises(ag.InputError) as caught:
        ag.read(path, **options)
    assert "\n" not in str(caught.value) and path.name in str(caught.value)
    return str(caught.value)


# npz ------------------------------------------------------------------------------------------------------------------


def npz(folder, **arrays):
    np.savez(folder / "a.npz", **arrays)
    return folder / "a.npz"


@pytest.mark.parametrize("box", [[8.0, 9.0], [8.0, 9.0, 7.0], np.diag([8.0, 9.0, 7.0])])
def test_flat_samples_in_three_columns(tmp_path, box):
    path = npz(tmp_path, positions=FLAT, diameters=SIZES, box=box)
    for options in ({}, {"dimension": 2}):
        assert ag.read(path, **options).identical(ag.Configuration(PLACES, SIZES, [8.0, 9.0]))
    if len(box) == 3:
        assert ag.read(path, dimension=3).dimension == 3
        assert ag.read(npz(tmp_path, positions=FLAT, diameters=SIZES, box=box, dimension=3)).dimension == 3


def test_dimensions_that_contradict_the_arrays(tmp_path):
    path = npz(tmp_path, positions=PLACES, diameters=SIZES, box=[8.0, 9.0])
    with pytest.warns(UserWarning, match="read as two-dimensional, not as dimension=3"):
        assert ag.read(path, dimension=3).dimension == 2
    assert "dimension is '3'" in refusal(npz(tmp_path, positions=PLACES, diameters=SIZES, box=[8, 9], dimension=3))
    assert "dimension is '4'" in refusal(npz(tmp_path, positions=PLACES, diameters=SIZES, box=[8, 9], dimension=4))
    high = FLAT + np.outer([0, 1, 2], [0, 0, 1])
    assert "height of particle 1" in refusal(npz(tmp_path, positions=high, diameters=SIZES, box=[8, 9, 7]), dimension=2)
    assert "shape of the box" in refusal(npz(tmp_path, positions=PLACES, diameters=SIZES, box=[8, 9, 7]))


def test_a_flat_sample_in_three_dimensions_comes_back(tmp_path):
    given = ag.Configuration(FLAT, SIZES, [8, 9, 7])
    ag.write(tmp_path / "a.npz", given)
    assert ag.read(tmp_path / "a.npz").identical(given)


def test_arrays_that_contradict_each_other(tmp_path):
    good = {"positions": PLACES, "box": [8.0, 9.0]}
    assert ag.read(npz(tmp_path, **good, diameters=SIZES, radii=SIZES / 2, cell=np.diag([8, 9]))).dimension == 2
    assert "radii of particle 2" in refusal(npz(tmp_path, **good, diameters=SIZES, radii=[0.5, 0.6, 0.9]))
    assert "shape of radii" in refusal(npz(tmp_path, **good, diameters=SIZES, radii=[0.5, 0.6]))
    assert "box and cell contradict" in refusal(npz(tmp_path, **good, diameters=SIZES, cell=[8.0, 8.0]))


def test_species_by_number_and_by_name(tmp_path):
    good = {"positions": PLACES, "box": [8.0, 9.0]}
    assert_array_equal(ag.read(npz(tmp_path, **good, species=[0, 2, 0])).species, [0, 2, 0])
    path = npz(tmp_path, **good, species=["B", "A", "B"])
    assert_array_equal(ag.read(path).species, [1, 0, 1])
    assert_array_equal(ag.read(path, species=["B", "A"]).species, [0, 1, 0])
    assert_array_equal(ag.read(path, diameters_by_type={"A": 1, "B": 2}).diameters, [2, 1, 2])
    assert "species of particle 1 is 0.5" in refusal(npz(tmp_path, **good, species=[0, 0.5, 0]))
    assert "shape of species" in refusal(npz(tmp_path, **good, species=[0, 1]))


def limited(path):
    """Return the refusal, reading with less than 2 GB of address space beyond what the process already has."""
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (used + 2**30, hard))
    try:
        return refusal(path)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


@pytest.mark.extended
def test_a_small_npz_that_would_fill_the_memory_is_refused(tmp_path):
    header = "{'descr': '<f8', 'fortran_order': False, 'shape': (%d, 3), }"
    for name, number, rows in (("full", 2**26, 2**16 // 24), ("empty", 2**50, 0)):
        with zipfile.ZipFile(tmp_path / f"{name}.npz", "w", zipfile.ZIP_DEFLATED) as archive:
            with archive.open("positions.npy", "w") as stream:
                text = (header % number).encode().ljust(117) + b"\n"
                stream.write(b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text)
                for _ in range(rows and 3 * number * 8 // 2**20):
                    stream.write(bytes(2**20))
            for array in ("diameters", "box"):
                with archive.open(f"{array}.npy", "w") as stream:
                    np.save(stream, np.ones(3))
        assert "expands to" in limited(tmp_path / f"{name}.npz")


def test_arrays_that_do_not_matter_are_not_read(tmp_path):
    path = tmp_path / "a.npz"
    np.savez_compressed(path, positions=PLACES, diameters=SIZES, box=[8, 9], history=np.zeros((2**22, 8)))
    assert ag.read(path).dimension == 2


def test_arrays_of_pandas():
    frame = pd.DataFrame({"x": PLACES[:, 0], "y": PLACES[:, 1], "d": SIZES, "kind": pd.array([0, 1, 0], dtype="Int64")})
    found = ag.Configuration(frame[["x", "y"]], frame["d"], [8, 9], frame["kind"])
    assert found.identical(ag.Configuration(PLACES, SIZES, [8, 9], [0, 1, 0]))


# GSD ------------------------------------------------------------------------------------------------------------------


def frame_of(number=3, diameters=None, types=None, typeid=None):
    frame = gsd.hoomd.Frame()
    frame.configuration.box = [8, 9, 0, 0, 0, 0]
    frame.configuration.dimensions = 2
    frame.particles.N = number
    frame.particles.position = np.column_stack([np.arange(number) - 3.0, np.arange(number) % 3, np.zeros(number)])
    frame.particles.diameter, frame.particles.types, frame.particles.typeid = diameters, types, typeid
    return frame


def gsd_file(folder, *several):
    with gsd.hoomd.open(folder / "a.gsd", "w") as trajectory:
        for step, frame in enumerate(several):
            frame.configuration.step = step
            trajectory.append(frame)
    return folder / "a.gsd"


def test_sizes_that_are_the_default_are_not_stored(tmp_path):
    assert_array_equal(ag.read(gsd_file(tmp_path, frame_of(diameters=[1, 1, 1]))).diameters, [1, 1, 1])
    assert_array_equal(ag.read(gsd_file(tmp_path, frame_of())).diameters, [1, 1, 1])
    sizes = [0.5, 1.0, 1.5]
    found = read_all(gsd_file(tmp_path, frame_of(diameters=sizes), frame_of(), frame_of(diameters=sizes[::-1])))
    assert_array_equal([configuration.diameters for configuration in found], [sizes, sizes, sizes[::-1]])
    found = read_all(gsd_file(tmp_path, frame_of(), frame_of(diameters=sizes), frame_of()))
    assert_array_equal([configuration.diameters for configuration in found], [[1, 1, 1], sizes, [1, 1, 1]])


def test_sizes_of_another_number_of_particles_are_refused(tmp_path):
    path = gsd_file(tmp_path, frame_of(diameters=[0.5, 1.0, 1.5]), frame_of(4))
    line = refusal(path, frame=1)
    assert "particles/diameter is stored for 3 particles (frame 0), not for the 4 of this frame" in line
    assert "store particles.diameter in each frame" in line
    assert len(ag.read(path, frame=0)) == 3


def test_types_are_species(tmp_path):
    found = ag.read(gsd_file(tmp_path, frame_of(types=["B", "A"], typeid=[0, 1, 1])))
    assert_array_equal(found.species, [0, 1, 1])
    assert not found.sized
    path = gsd_file(tmp_path, frame_of(types=["B", "A"], typeid=[0, 1, 1], diameters=[1, 2, 2]))
    assert_array_equal(ag.read(path).diameters, [1, 2, 2])
    assert_array_equal(ag.read(path, species=["A", "B"]).species, [1, 0, 0])
    assert_array_equal(ag.read(path, diameters_by_type={"A": 0.88, "B": 1}).diameters, [1, 0.88, 0.88])
    assert ag.read(gsd_file(tmp_path, frame_of(diameters=[1, 2, 2]))).species is None
    assert "particles/typeid is 2; allowed: below the number of types, 2" in refusal(
        gsd_file(tmp_path, frame_of(types=["B", "A"], typeid=[0, 1, 2]))
    )


def test_the_same_as_gsd_itself_reads(tmp_path):
    rng = np.random.default_rng(0)
    several = [
        frame_of(5, rng.uniform(0.5, 1.5, 5) if k % 2 else None, ["A", "B"], rng.integers(0, 2, 5)) for k in range(6)
    ]
    path = gsd_file(tmp_path, *several)
    with gsd.hoomd.open(path) as trajectory:
        for found, frame in zip(read_all(path), trajectory, strict=True):
            assert_array_equal(found.positions, frame.particles.position[:, :2].astype(float))
            assert_array_equal(found.species, frame.particles.typeid)
            assert_array_equal(found.diameters, frame.particles.diameter.astype(float))


def test_a_header_that_would_fill_the_memory_is_refused(tmp_path):
    path = tmp_path / "a.gsd"
    with gsd.fl.open(path, "w", "atomglass", "hoomd", (1, 4)) as file:
        file.write_chunk("configuration/box", np.array([8, 9, 7, 0, 0, 0], np.float32))
        file.write_chunk("particles/N", np.array([10**9], np.uint32))
        file.end_frame()
    assert "number of particles is 1000000000; allowed: what the file has room for" in limited(path)
