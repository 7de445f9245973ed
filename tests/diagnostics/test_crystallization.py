"""Liquids, crystals and demixed samples are told apart."""

from __future__ import annotations

import numpy as np
import pytest
from lattices import BCC, FCC, crystal, gas, quantile, triangular

import atomglass as ag
from atomglass.bench.samples import reference_file
from atomglass.diagnostics import liquid_report
from atomglass.errors import InputError

LIQUID = reference_file()


def sorted_along_x(sample):
    diameters = np.empty(len(sample))
    diameters[np.argsort(sample.fractional[:, 0] % 1)] = np.sort(sample.diameters)
    return sample.replace(diameters=diameters)


def test_the_equilibrium_liquid_is_a_liquid(rng):
    liquid = ag.read(LIQUID)
    moved = liquid.replace(positions=liquid.positions + 0.01)
    report = liquid_report([liquid, moved])
    assert report.is_liquid and report.reasons == () and str(report) == "liquid"
    assert report.overlap == 1 and np.isnan(liquid_report(liquid).overlap)
    assert report.local_order == pytest.approx(0.50, abs=0.01)
    assert report.neighbor_sizes == pytest.approx(-0.31, abs=0.02)


def test_crystals_are_not_liquids():
    for sample in (
        triangular(20, noise=0.07, diameters=quantile),
        triangular(20),
        crystal(FCC, 6, noise=0.07, diameters=quantile),
        crystal(BCC, 8, noise=0.07, diameters=quantile),
    ):
        report = liquid_report(sample)
        assert not report.is_liquid and len(report.reasons) == 2
        assert "crystalline" in str(report)


def test_one_bad_sample_of_a_series_is_enough():
    sample = gas(400, [20.0, 20.0])
    assert liquid_report([sample, sample]).is_liquid
    assert not liquid_report([sample, sorted_along_x(sample), sample]).is_liquid


def test_a_polycrystal_is_recognized_by_its_local_order(rng):
    """Four grains, each rotated by 15 degrees with respect to the last: psi_6 has opposite signs and cancels."""
    patch = triangular(40).positions
    positions = []
    for k, corner in enumerate([(0, 0), (20, 0), (0, 20), (20, 20)]):
        angle = np.pi / 6 * (k in (1, 2))
        turned = (patch - patch.mean(axis=0)) @ [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]
        grain = turned[np.all(np.abs(turned) < 9.6, axis=1)] + 10 + corner
        positions.append(grain)
    positions = np.concatenate(positions)
    sample = ag.Configuration(positions, quantile(len(positions), rng), [40.0, 40.0])
    report = liquid_report(sample)
    assert report.global_order < 0.2 and not report.is_liquid
    assert "neighborhoods" in str(report)


def test_a_demixed_sample_is_not_a_liquid(rng):
    liquid = ag.read(LIQUID)
    report = liquid_report(sorted_along_x(liquid))
    assert not report.is_liquid and len(report.reasons) == 2 and "demixed" in str(report) and "separated" in str(report)
    shuffled = liquid_report(liquid.replace(diameters=rng.permutation(liquid.diameters)))
    assert shuffled.is_liquid, "shuffled diameters are not demixed"
    # Droplets of a few particles: the correlation of neighbors reveals them, the longest waves do not.
    cell = (np.floor(liquid.fractional % 1 * 21).astype(int)).sum(axis=1) % 2
    diameters = np.empty(len(liquid))
    diameters[np.argsort(cell, kind="stable")] = np.sort(liquid.diameters)
    drops = liquid_report(liquid.replace(diameters=diameters))
    assert len(drops.reasons) == 1 and "demixed" in str(drops)


def test_liquid_report_refuses():
    with pytest.raises(InputError, match="number of configurations"):
        liquid_report([])
    with pytest.raises(InputError, match="same particles"):
        liquid_report([gas(400, [20.0, 20.0]), gas(401, [20.0, 20.0])])
