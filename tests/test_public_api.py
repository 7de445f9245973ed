"""The public names, used as in a script: from a random start to modes, expansion and moduli."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

import atomglass as ag


@pytest.mark.parametrize(("name", "d", "side"), [("kumar2021", 2, 9.0), ("kumar2021_3d", 3, 5.0)])
def test_the_whole_chain_by_hand(name, d, side, tmp_path):
    pot = ag.load_potential(name)
    rng = np.random.default_rng(4)
    n = round(side**d)
    diameters = ag.sample_diameters(n, rng, "quantile")
    conf = ag.Configuration(rng.random((n, d)) * side, diameters, np.full(d, side))
    conf = ag.quench(conf, pot, force_tolerance=1.0).configuration
    ag.write(tmp_path / "glass.extxyz", conf)
    assert ag.read(tmp_path / "glass.extxyz").identical(conf)
    assert isinstance(ag.energy(conf, pot), float)
    assert ag.forces(conf, pot).shape == (n, d)

    mc = ag.SwapMonteCarlo(conf, pot, temperature=0.1, swap_fraction=0.2, max_displacement=0.05, seed=1)
    stats = mc.run(sweeps=200)
    assert stats.sweeps == 200
    assert 0 < stats.displacement_acceptance < 1
    assert mc.configuration.positions.shape == (n, d)

    done = ag.quench(mc.configuration, pot, force_tolerance=1e-10)
    assert done.converged
    assert done.status == "converged"
    assert done.max_force <= 1e-10
    assert done.energy == pytest.approx(ag.energy(done.configuration, pot), rel=1e-12)

    H = ag.hessian(done.configuration, pot)
    assert sparse.issparse(H)
    assert H.shape == (d * n, d * n)

    modes = ag.lowest_modes(done.configuration, pot, count=20)
    assert modes.frequencies.shape == modes.eigenvalues.shape == modes.participation_ratios.shape == (20,)
    assert modes.eigenvectors.shape == (20, n, d)
    assert np.all(np.diff(modes.frequencies) >= 0)
    flat = modes.eigenvectors.reshape(20, -1)
    assert np.allclose(H @ flat.T, flat.T * modes.eigenvalues, atol=1e-9)

    spec = ag.full_spectrum(done.configuration, pot)
    assert len(spec) == d * (n - modes.rattlers.sum() - 1)
    assert spec.frequencies[:20] == pytest.approx(modes.frequencies, rel=1e-9)

    exp = ag.expand(done.configuration, pot, 3.0 * modes.eigenvectors[0])
    assert exp.b2 == pytest.approx(modes.eigenvalues[0], rel=1e-9)
    assert exp.b3 <= 0
    assert exp.group in ("A", "B", "unbounded")
    assert exp.second_minimum in (True, False)
    assert np.isnan(exp.barrier) or exp.barrier > 0

    el = ag.elastic_moduli(done.configuration, pot)
    assert el.shear > 0
    assert el.bulk > el.shear
    assert el.first_phonon_frequency == pytest.approx(2 * np.pi * el.transverse_speed / side)


def test_every_public_name_can_be_loaded():
    for name in ag.__all__:
        assert getattr(ag, name) is not None
    assert callable(ag.quench)
    assert callable(ag.hessian)
