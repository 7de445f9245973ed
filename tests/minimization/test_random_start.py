"""Random starts: no overlap is left, whatever the random positions are, or the start is refused."""

from __future__ import annotations

import numpy as np
import pytest

import atomglass as ag
from atomglass.minimization import random_start as module
from atomglass.minimization.random_start import START_FORCE, random_start


def test_the_closest_of_pairs_is_freed() -> None:
    """The random positions of this seed have a pair at 0.0019, at which conjugate gradients stall."""
    potential = ag.load_potential("kumar2021")
    diameter_seed, position_seed = np.random.SeedSequence(608).spawn(2)
    start = random_start(256, potential, 1.0, "iid", diameter_seed, position_seed)
    assert np.linalg.norm(ag.forces(start, potential), axis=1).max() <= START_FORCE


def test_a_start_that_keeps_an_overlap_is_refused(monkeypatch) -> None:
    potential = ag.load_potential("kumar2021")
    real = module.quench
    monkeypatch.setattr(module, "quench", lambda c, p, force, iterations, **kw: real(c, p, force, 1))
    with pytest.raises(ag.InputError, match="largest force after removing the overlaps of 100 particles"):
        random_start(100, potential, 1.0, "iid", 1, 2)


def test_species_have_the_exact_composition_in_random_order() -> None:
    potential = ag.load_potential("kob_andersen_2d")
    one, other = (random_start(200, potential, potential.density, "iid", seed, 5) for seed in (1, 2))
    assert one.species is not None
    assert np.bincount(one.species).tolist() == [130, 70]
    assert one.species.tolist() != other.species.tolist()
    assert one.diameters[one.species == 1] == pytest.approx(0.88)


def test_a_model_of_both_dimensions_needs_to_be_told_which() -> None:
    potential = ag.load_potential("hertz")
    with pytest.raises(ag.InputError, match="dimension"):
        random_start(60, potential, potential.density, "quantile", 1, 2)
    assert random_start(60, potential, potential.density, "quantile", 1, 2, 2).dimension == 2
    with pytest.raises(ag.InputError, match="dimension is 3; allowed: 2"):
        random_start(60, ag.load_potential("kumar2021"), 1.0, "quantile", 1, 2, 3)
