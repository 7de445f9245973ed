"""Two theories of one glass, in the same units."""

import numpy as np
import pytest

from atomglass.errors import InputError
from atomglass.theory import comparison
from atomglass.theory.comparison import SoftPotentialGlass
from atomglass.theory.rfot.glass_parameters import GlassParams
from atomglass.theory.rfot.scattering import conductivity_of_path
from atomglass.theory.soft_potential.heat_capacity import reduced_heat_capacity

SILICA = GlassParams.named("silica")
SOFT = SoftPotentialGlass()


def test_phonons_of_silica():
    # 12 pi^4/5 k_B T^3/T_D^3 per bead of mass rho a^3.
    expected = 12 * np.pi**4 / 5 * 1.380649e-23 / 342**3 / (2200 * SILICA.molecular_size**3)
    assert comparison.phonon_heat_capacity(SILICA, 1.0) == pytest.approx(expected, rel=1e-4)
    assert expected == pytest.approx(8.07e-4, rel=5e-3)


def test_both_theories_conduct_alike_below_the_plateau():
    cold = np.array([0.01, 0.03])
    soft = comparison.soft_conductivity(SILICA, SOFT, cold)
    assert soft == pytest.approx(conductivity_of_path(cold / 342, 151.0), rel=3e-3)


@pytest.mark.extended
def test_cold_soft_potentials_agree_with_il_in():
    kelvin = np.array([0.3, 1.0])
    excess = comparison.soft_heat_capacity(SILICA, SOFT, kelvin) - comparison.phonon_heat_capacity(SILICA, kelvin)
    expected = SOFT.mode_density(SILICA) * 1.380649e-23 * reduced_heat_capacity(kelvin / 4.0) / 2200
    assert excess == pytest.approx(expected, rel=5e-3)


def test_linear_heat_capacity_counts_the_two_level_systems():
    # Pbar enters both the modes and c = (pi^2/6) k_B^2 Pbar T ln(...): the order of magnitude must be that of Pbar.
    kelvin = 0.05
    excess = comparison.soft_heat_capacity(SILICA, SOFT, kelvin) - float(
        comparison.phonon_heat_capacity(SILICA, kelvin)
    )
    flat = np.pi**2 / 6 * 1.380649e-23**2 * SOFT.tls_density(SILICA) * kelvin / 2200
    assert 1 < excess / flat < 10


def test_hot_modes_have_their_maximum_near_the_einstein_temperature_of_the_peak():
    kelvin = np.geomspace(3, 20, 120)
    c = comparison.soft_heat_capacity(SILICA, SOFT, kelvin) / kelvin**3
    assert kelvin[c.argmax()] == pytest.approx(0.985 * 40 / 4.93, rel=0.25)


def test_the_heat_capacity_is_smooth_where_the_correction_levels_off():
    kelvin = 4.0 * np.array([1.09, 1.1, 1.11])
    c = comparison.soft_heat_capacity(SILICA, SOFT, kelvin) / kelvin**3
    assert np.abs(np.diff(c, 2)[0]) < 1e-3 * c[1]


def test_scattering_strength_joins_both_limits():
    # Eq. 6.2 of Parshin et al.: lambda/l = (pi^2/4) C (omega*/W)^3 x^3 for x << 1.
    from atomglass.theory.oscillators.scattering import wavelength_over_mean_free_path

    x = 0.02
    low = float(wavelength_over_mean_free_path(x, 1.0, 1.0, SOFT.mode_strength))
    assert low == pytest.approx(np.pi**2 / 4 * SOFT.tunneling_strength * (40 / 4 * x) ** 3, rel=1e-4)


def test_table_says_what_both_predict():
    table = {row["quantity"]: row for row in comparison.comparison_table(SILICA, SOFT)}
    strength = table["tunneling strength C, predicted"]
    assert float(strength["soft potentials"]) == pytest.approx(1.15e-4, rel=5e-3)
    assert float(strength["random first-order transition"]) == pytest.approx(5e-3, rel=1e-3)
    assert table["minimum of c/T^3, K"]["soft potentials"] != "none"


@pytest.mark.parametrize("change", [{"W": -1.0}, {"star": 5.0}, {"path": 0.0}, {"deformation": float("nan")}])
def test_invalid_glasses_are_refused(change):
    with pytest.raises(InputError):
        SoftPotentialGlass(**change)


@pytest.mark.extended
def test_figure_and_table_are_written(tmp_path):
    comparison.draw_comparison(tmp_path, SILICA, SOFT)
    for name in (
        "comparison_of_theories.png",
        "comparison_of_theories.pdf",
        "comparison_of_theories.csv",
        "comparison_table.csv",
    ):
        assert (tmp_path / name).stat().st_size > 300
