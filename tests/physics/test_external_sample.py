"""Another group's energy-minimized samples of this very model, read from their GSD file and quenched again.

The figures of frames 20 and 60 were computed by an independent program.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import naive
import numpy as np
import pytest

import atomglass as ag
from atomglass import quartic

SAMPLE = Path(__file__).parents[1] / "data" / "polydisperse12.gsd"
#: Frame: energy per particle, lowest eigenvalue, N PR, |b3|, b4, and whether the quartic has a second minimum.
KNOWN = {
    20: (0.2190219422, 0.04877413, 62.77, 0.990321, 7.080985),
    60: (0.2221750669, 0.10536230, 13.07, 1.675820, 24.812565),
}
OTHERS = (0, 3, 41, 77, 100, 123, 150, 166, 188, 200)


@cache
def quenched(frame: int) -> tuple[ag.Configuration, ag.PairPotential, object]:
    start, potential = ag.read(SAMPLE, frame=frame), ag.load_potential("kumar2021")
    return start, potential, ag.quench(start, potential)


@pytest.mark.parametrize("frame", KNOWN)
def test_known_figures(frame: int) -> None:
    _, potential, done = quenched(frame)
    energy, eigenvalue, participation, b3, b4 = KNOWN[frame]
    assert done.converged
    assert done.energy / 1024 == pytest.approx(energy, abs=1e-10)
    modes = ag.lowest_modes(done.configuration, potential, count=3)
    assert modes.eigenvalues[0] == pytest.approx(eigenvalue, abs=6e-9)
    assert 1024 * modes.participation_ratios[0] == pytest.approx(participation, abs=6e-3)
    expansion = ag.expand(done.configuration, potential, modes.eigenvectors[0])
    assert expansion.b2 == pytest.approx(modes.eigenvalues[0], rel=1e-10)
    assert -expansion.b3 == pytest.approx(b3, abs=1e-6)
    assert expansion.b4 == pytest.approx(b4, abs=1e-5)
    assert expansion.group == "A"
    hidden = abs(expansion.beta) > quartic.HIDDEN_WELL_BETA
    assert expansion.second_minimum == hidden == (frame == 20)
    if hidden:
        assert expansion.second_minimum_energy > 0
        assert expansion.barrier > expansion.second_minimum_energy


@pytest.mark.parametrize("frame", OTHERS)
def test_every_frame_is_nearly_a_minimum_of_ours(frame: int) -> None:
    start, potential, done = quenched(frame)
    assert (len(start), start.dimension) == (1024, 2)
    assert start.box[0] == pytest.approx(31.84119, abs=1e-5)
    assert done.converged
    # Positions in single precision have errors of 1e-6; with curvatures of 10^2 the energy error is 10^2 (1e-6)^2.
    assert done.energy <= ag.energy(start, potential)
    assert ag.energy(start, potential) == pytest.approx(done.energy, rel=1e-7)
    assert np.abs(ag.forces(start, potential)).max() < 2e-2
    modes = ag.lowest_modes(done.configuration, potential, count=4)
    assert modes.is_minimum
    assert modes.complete
    assert modes.eigenvalues[0] > 0
    for k in range(4):
        expansion = ag.expand(done.configuration, potential, modes.eigenvectors[k])
        assert expansion.b2 == pytest.approx(modes.eigenvalues[k], rel=1e-9)


def test_a_frame_by_the_twin() -> None:
    """Energy, forces, Hessian and the moments of the lowest mode of the whole frame, by plain loops."""
    _, potential, done = quenched(20)
    model = naive.Model.of(potential)
    found = naive.pairs_of(done.configuration, model)
    assert done.energy == pytest.approx(naive.energy(found, model), rel=1e-12)
    assert np.linalg.norm(naive.forces(found, model, 1024, 2), axis=1).max() < 1e-10 + 2e-12
    expected = naive.hessian(found, model, 1024, 2)
    difference = ag.hessian(done.configuration, potential).toarray() - expected
    assert np.abs(difference).max() < 1e-11 * np.abs(expected).max()
    mode = ag.lowest_modes(done.configuration, potential, count=1)
    b2, b3, b4 = naive.moments(found, model, mode.eigenvectors[0])
    assert (b2, abs(b3), b4) == pytest.approx((KNOWN[20][1], KNOWN[20][3], KNOWN[20][4]), abs=1e-5)
    assert 1024 * naive.participation_ratio(mode.eigenvectors[0]) == pytest.approx(KNOWN[20][2], abs=6e-3)
