"""Saved states: which of them are refused, and that a state of an earlier version is read."""

from __future__ import annotations

import json

import numpy as np
import pytest
from samples import glass

import atomglass as ag
from atomglass.errors import InputError

POTENTIAL = ag.load_potential("kumar2021")


@pytest.fixture(scope="module")
def start():
    return glass("kumar2021", 100, 2, seed=5)


def sampler(start):
    return ag.SwapMonteCarlo(start, POTENTIAL, temperature=0.15, seed=9)


@pytest.mark.parametrize("trajectories", [None, ag.HybridMonteCarlo(4, 6, 0.04)])
def test_the_format_of_a_state_is_that_of_earlier_versions(start, trajectories):
    """Checkpoints of studies hold these arrays and keys, in this order."""
    state = ag.SwapMonteCarlo(start, POTENTIAL, 0.15, seed=9, trajectories=trajectories).state()
    arrays = ["particles", "reference", "images", "energies", "order", "generator", "cell", "inverse", "box"]
    assert list(state) == [*arrays, "settings"]
    settings = json.loads(str(state["settings"]))
    keys = ["pair", "temperature", "swap_fraction", "max_displacement", "skin", "reach", "sweep"]
    assert list(settings) == (keys if trajectories is None else [*keys, "trajectories"])
    if trajectories is not None:
        assert settings["trajectories"] == {"every": 4, "steps": 6, "time_step": 0.04}


def test_a_state_of_another_potential_is_refused(start, tmp_path):
    sampler(start).save(tmp_path / "chain.npz")
    with pytest.raises(InputError, match="potential"):
        ag.SwapMonteCarlo.load(tmp_path / "chain.npz", ag.load_potential("kumar2021_smooth"))


def test_a_damaged_file_is_refused(start, tmp_path):
    path = tmp_path / "chain.npz"
    sampler(start).save(path)
    whole = path.read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 0xFF
    damaged = [b"", whole[:100], whole[: len(whole) // 2], whole[:-30], b"not a state at all", bytes(flipped)]
    for content in damaged:
        path.write_bytes(content)
        with pytest.raises(InputError, match=r"chain\.npz"):
            ag.SwapMonteCarlo.load(path, POTENTIAL)
    np.save(tmp_path / "array.npy", np.arange(3))
    np.savez(tmp_path / "other.npz", positions=start.positions)
    for name in ("array.npy", "other.npz", "missing.npz"):
        with pytest.raises(InputError, match=name):
            ag.SwapMonteCarlo.load(tmp_path / name, POTENTIAL)


def test_inconsistent_arrays_are_refused(start, tmp_path):
    state = sampler(start).state()
    path = tmp_path / "chain.npz"
    broken = {
        "energies": state["energies"][:-1],
        "generator": np.zeros(4),
        "particles": state["particles"][:, :3],
        "settings": np.array("{"),
        "order": np.zeros_like(state["order"]),
    }
    for name, value in broken.items():
        np.savez(path, **{**state, name: value})
        with pytest.raises(InputError, match=r"chain\.npz"):
            ag.SwapMonteCarlo.load(path, POTENTIAL)
