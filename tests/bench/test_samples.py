"""The benchmark's samples."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import atomglass
from atomglass.bench import samples


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
