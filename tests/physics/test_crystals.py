"""Perfect crystals, whose phonons and moduli are lattice sums: exact answers to compare with."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from naive import Model
from samples import fcc, triangular

import atomglass as ag

#: Lattice, cells a side, and spacing: nearest neighbors alone are within the cutoff at 1, second ones too at 0.7.
CRYSTALS = [(triangular, 6, 1.0, 2), (triangular, 7, 0.7, 2), (fcc, 5, 1.0, 3), (fcc, 5, 0.85, 3)]


@pytest.fixture(params=CRYSTALS, ids=lambda c: f"{c[0].__name__}-{c[2]}")
def crystal(request) -> tuple[ag.Configuration, ag.PairPotential, int]:
    lattice, side, spacing, d = request.param
    return lattice(side, spacing), ag.load_potential("kumar2021" if d == 2 else "kumar2021_3d"), side


def lattice_vectors(configuration: ag.Configuration, side: int, reach: float) -> np.ndarray:
    """All lattice vectors within reach, the origin left out."""
    primitive = configuration.cell / side
    vectors = np.array(list(product(range(-4, 5), repeat=configuration.dimension))) @ primitive
    length = np.linalg.norm(vectors, axis=1)
    return vectors[(length > 1e-9) & (length < reach)]


def shells(configuration: ag.Configuration, potential: ag.PairPotential, side: int):
    """Lattice vectors within the cutoff, their lengths, and phi' and phi'' there (by the twin)."""
    vectors = lattice_vectors(configuration, side, potential.cutoff)
    lengths, model = np.linalg.norm(vectors, axis=1), Model.of(potential)
    first, second = (np.array([model.phi(r, 1.0, k) for r in lengths]) for k in (1, 2))
    return vectors, lengths, first, second


def test_no_force_and_no_rattler(crystal) -> None:
    configuration, potential, side = crystal
    vectors, _, first, _ = shells(configuration, potential, side)
    assert len(vectors) >= {2: 6, 3: 12}[configuration.dimension]
    assert np.abs(ag.forces(configuration, potential)).max() < 1e-13 * np.abs(first).sum()
    assert not ag.rattlers(configuration, potential).any()


def test_energy_is_the_lattice_sum(crystal) -> None:
    configuration, potential, side = crystal
    lengths, model = shells(configuration, potential, side)[1], Model.of(potential)
    expected = len(configuration) / 2 * sum(model.phi(r, 1.0) for r in lengths)
    assert ag.energy(configuration, potential) == pytest.approx(expected, rel=1e-12)


def test_phonons_at_all_wavevectors(crystal) -> None:
    """The dynamical matrix D(k) = sum_R K(R) (1 - cos k.R) at every k that the periodic crystal admits."""
    configuration, potential, side = crystal
    vectors, lengths, first, second = shells(configuration, potential, side)
    d = configuration.dimension
    unit = vectors / lengths[:, None]
    projector = unit[:, :, None] * unit[:, None, :]
    stiffness = second[:, None, None] * projector + (first / lengths)[:, None, None] * (np.eye(d) - projector)
    reciprocal = 2 * np.pi * np.linalg.inv(configuration.cell).T
    expected = []
    for steps in product(range(side), repeat=d):
        if any(steps):
            phase = 1 - np.cos(vectors @ (np.array(steps) @ reciprocal))
            expected.extend(np.linalg.eigvalsh((stiffness * phase[:, None, None]).sum(axis=0)))
    spectrum = ag.full_spectrum(configuration, potential)
    assert len(spectrum) == d * (len(configuration) - 1)
    assert spectrum.eigenvalues == pytest.approx(np.sort(expected), abs=1e-10 * max(expected))
    # Every phonon of a crystal has a partner at -k: all but those at zone corners are marked as degenerate.
    assert spectrum.degenerate.mean() > 0.8
    # The whole lowest shell of phonons: within it there is no gap below which modes could be counted.
    shell = int(np.count_nonzero(np.array(expected) < 1.001 * min(expected)))
    lowest = ag.lowest_modes(configuration, potential, count=shell)
    assert lowest.eigenvalues == pytest.approx(np.sort(expected)[:shell], rel=1e-9)
    assert lowest.complete
    below = ag.modes_below(configuration, potential, 1.001 * lowest.frequencies[-1])
    assert below.eigenvalues == pytest.approx(np.sort(expected)[:shell], rel=1e-9)


def test_moduli_are_lattice_sums(crystal) -> None:
    """No non-affine motion in a Bravais lattice: moduli are second derivatives of one lattice sum."""
    configuration, potential, side = crystal
    vectors, lengths, first, second = shells(configuration, potential, side)
    d, volume = configuration.dimension, configuration.volume / len(configuration)
    moduli = ag.elastic_moduli(configuration, potential)
    pressure = -(first * lengths).sum() / (2 * d * volume)
    assert moduli.pressure == pytest.approx(pressure, rel=1e-11)

    def curvature(strain: np.ndarray) -> float:
        # r -> exp(gamma S) r: |r|' = r.S.r / r and |r|'' = (2 r.S.S.r - |r|'^2) / r for a symmetric S.
        rate = np.einsum("pa,ab,pb->p", vectors, strain, vectors) / lengths
        bend = (2 * np.einsum("pa,ab,pb->p", vectors, strain @ strain, vectors) - rate**2) / lengths
        return float((second * rate**2 + first * bend).sum()) / (2 * volume)

    planes = [(a, b) for a in range(d) for b in range(a)]
    diagonals = [[1, -1], [1, 1, -2]][: d - 1]
    strains = []
    for a, b in planes:
        strains.append(np.zeros((d, d)))
        strains[-1][a, b] = strains[-1][b, a] = 0.5
    for diagonal in diagonals:
        full = np.diag(np.array(diagonal + [0] * (d - len(diagonal)), dtype=float))
        strains.append(full / np.sqrt(2 * (full**2).sum()))
    expected = [curvature(strain) for strain in strains]
    assert moduli.shear_by_orientation == pytest.approx(expected, rel=1e-10)
    assert moduli.shear == pytest.approx(np.mean(expected), rel=1e-10)
    assert moduli.shear_affine == pytest.approx(moduli.shear, rel=1e-10)
    # K = V d2U/dV2 with V = V0 exp(d epsilon).
    assert moduli.bulk == pytest.approx(curvature(np.eye(d)) / d**2 + pressure, rel=1e-10)
    if d == 2:
        assert moduli.shear_by_orientation[0] == pytest.approx(moduli.shear_by_orientation[1], rel=1e-10)
        # With nearest neighbors only, the moduli of the triangular lattice under pressure have closed forms.
        if len(vectors) == 6:
            shear = np.sqrt(3) / 4 * (second[0] + 3 * first[0] / lengths[0])
            bulk = np.sqrt(3) / 2 * (second[0] - first[0] / lengths[0])
            assert (moduli.shear, moduli.bulk) == pytest.approx((shear, bulk), rel=1e-10)
    else:
        # Cubic symmetry: the three shear planes are equivalent, and so are the two elongations.
        assert np.ptp(moduli.shear_by_orientation[:3]) < 1e-9
        assert np.ptp(moduli.shear_by_orientation[3:]) < 1e-9
        assert moduli.shear_by_orientation[0] != pytest.approx(moduli.shear_by_orientation[3], rel=0.05)


def test_bulk_modulus_from_the_equation_of_state(crystal) -> None:
    """-V dp/dV by finite differences of the lattice pressure."""
    configuration, potential, _ = crystal
    volumes, pressures = [], []
    for strain in (-1e-4, 1e-4):
        scaled = configuration.replace(
            positions=configuration.positions * (1 + strain), box=configuration.cell * (1 + strain)
        )
        volumes.append(scaled.volume)
        pressures.append(ag.elastic_moduli(scaled, potential).pressure)
    slope = (pressures[1] - pressures[0]) / (volumes[1] - volumes[0])
    assert ag.elastic_moduli(configuration, potential).bulk == pytest.approx(-configuration.volume * slope, rel=1e-5)


def test_no_cubic_term_where_inversion_forbids_it(crystal) -> None:
    """A displacement odd under inversion about a particle: U(s) = U(-s), so b3 = 0 while b2 and b4 are not."""
    configuration, potential, _ = crystal
    reciprocal = 2 * np.pi * np.linalg.inv(configuration.cell).T
    polarization = np.arange(1.0, configuration.dimension + 1)
    odd = np.sin(configuration.positions @ reciprocal[0])[:, None] * polarization
    expansion = ag.expand(configuration, potential, odd)
    assert abs(expansion.b3) < 1e-13 * abs(expansion.b4)
    assert expansion.b2 > 0.1
    # A wave and its second harmonic out of step have no such symmetry, and do couple.
    mixed = odd + np.cos(2 * configuration.positions @ reciprocal[0] + 0.7)[:, None] * polarization
    assert abs(ag.expand(configuration, potential, mixed).b3) > 1e-4 * abs(expansion.b4)


@pytest.mark.parametrize("lattice, side, name", [(triangular, 8, "kumar2021"), (fcc, 4, "kumar2021_3d")])
def test_first_phonon_frequency_of_an_isotropic_crystal(lattice, side: int, name: str) -> None:
    """omega_1 = c_T k_min is the long-wave limit of the lowest phonon (isotropic in 2-D only)."""
    configuration, potential = lattice(side), ag.load_potential(name)
    moduli = ag.elastic_moduli(configuration, potential)
    reciprocal = 2 * np.pi * np.linalg.inv(configuration.cell).T
    steps = [np.array(s) for s in product((-1, 0, 1), repeat=len(reciprocal)) if any(s)]
    shortest = min(np.linalg.norm(s @ reciprocal) for s in steps)
    speed = np.sqrt(moduli.shear / configuration.density)
    assert moduli.first_phonon_frequency == pytest.approx(speed * shortest, rel=1e-12)
    lowest = ag.lowest_modes(configuration, potential, count=1).frequencies[0]
    assert lowest == pytest.approx(moduli.first_phonon_frequency, rel=0.06 if len(reciprocal) == 2 else 0.35)
