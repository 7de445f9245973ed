"""The benchmark's samples."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import atomglass
from atomglass.bench import samples, three_dimensions
from atomglass.minimization.quench import quench
from atomglass.system.interactions import InteractingPairs
from atomglass.vibrations.hessian import ReducedHessian
from atomglass.vibrations.modes import all_modes_of_hessian


def test_the_reference_sample_is_part_of_the_package() -> None:
    assert samples.reference_file().is_file()
    assert samples.reference_file().is_relative_to(Path(atomglass.__file__).parent)


def test_a_tiled_sample_has_the_same_density_and_randomly_numbered_particles() -> None:
    sample, tile = samples.tiled_liquid(2, 1), samples.reference()
    assert len(sample) == 4 * len(tile)
    assert sample.density == pytest.approx(tile.density)
    assert sorted(sample.diameters) == pytest.approx(sorted(np.tile(tile.diameters, 4)))
    steps = np.abs(np.diff(sample.positions % sample.box, axis=0)).mean(axis=0)
    assert np.all(steps > sample.box / 4)  # successive particles are no neighbors


def test_a_liquid_of_copies_in_three_dimensions_has_the_same_density(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(three_dimensions, "SMALLER", 300)
    monkeypatch.setattr(three_dimensions, "SWEEPS", 2)
    monkeypatch.setattr(three_dimensions, "SWEEPS_OF_COPIES", 1)
    three_dimensions.liquid.cache_clear()
    try:
        small, large = three_dimensions.liquid(), three_dimensions.liquid(2)
    finally:
        three_dimensions.liquid.cache_clear()
    assert len(small) == 300 and len(large) == 2400
    assert large.density == pytest.approx(small.density)
    assert sorted(large.diameters) == pytest.approx(sorted(np.tile(small.diameters, 8)))


def test_the_other_program_of_three_dimensions_finds_the_same_modes() -> None:
    done = quench(samples.new_liquid(200, 3, 20), samples.potential(3))
    pairs = InteractingPairs.of(done.configuration, samples.potential(3))
    spectrum = all_modes_of_hessian(ReducedHessian(pairs)).eigenvalues
    assert three_dimensions.superlu_eigenvalues(pairs) == pytest.approx(spectrum[: three_dimensions.MODES], rel=1e-7)
