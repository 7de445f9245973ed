"""The door of the random first-order transition theory: constants of a glass, and what is refused."""

import numpy as np
import pytest

from atomglass.errors import InputError
from atomglass.theory import rfot
from atomglass.theory.checks import not_negative, positive

SILICA = {"Tg": 1500.0, "TD": 342.0, "rho": 2200.0, "cs": 4100.0}


def test_silica_has_the_constants_of_the_review():
    silica = rfot.GlassParams.named("silica")
    assert silica == rfot.GlassParams(**SILICA, name="silica")
    assert silica.beads == pytest.approx(200)
    assert silica.molecular_size == pytest.approx(3.569e-10, rel=1e-3)
    assert silica.omega_D == pytest.approx(1.380649e-23 * 342 / 1.054571817e-34, rel=1e-9)
    assert silica.coupling / 1.602176634e-19 == pytest.approx(1.165, rel=1e-3)
    assert rfot.GlassParams(**SILICA, a=3.5e-10).coupling / 1.602176634e-19 == pytest.approx(1.131, rel=1e-3)


def test_the_highest_harmonic_of_the_wall():
    assert rfot.GlassParams(**SILICA).highest_harmonic == 9
    assert rfot.GlassParams(**SILICA, xi_over_a=2.0).highest_harmonic == 2


def test_with_ratio_moves_only_the_glass_transition():
    moved = rfot.GlassParams.named("silica").with_ratio(2.5)
    assert moved.ratio == pytest.approx(2.5) and moved.TD == 342


def test_a_glass_from_a_file(tmp_path):
    path = tmp_path / "pane.toml"
    path.write_text("Tg = 1500\nTD = 342\nrho = 2200\ncs = 4100.0\n", encoding="utf-8")
    glass = rfot.GlassParams.from_toml(path)
    assert glass.name == "pane"
    assert (glass.Tg, glass.TD, glass.rho, glass.cs) == (1500, 342, 2200, 4100)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Tg = 1500\nTD = 342\nrho = 2200\n", "'cs' is missing"),
        ("Tg = 1500\nTD = 342\nrho = 2200\ncs = 4100\nTgg = 3\n", "'Tgg'.*did you mean 'Tg'"),
        ("Tg = 'hot'\nTD = 342\nrho = 2200\ncs = 4100\n", "Tg is 'hot'"),
        ("Tg = -3\nTD = 342\nrho = 2200\ncs = 4100\n", "Tg is -3.0; allowed: a positive number K"),
    ],
)
def test_an_invalid_file_gives_a_one_line_message(tmp_path, text, message):
    path = tmp_path / "glass.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message) as caught:
        rfot.GlassParams.from_toml(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        {"Tg": 0},
        {"TD": float("nan")},
        {"rho": "dense"},
        {"cs": True},
        {"cs": float("inf")},
        {"xi_over_a": 1.5},
        {"a": -1e-10},
        {"lindemann": 0.4},
        {"lindemann": 0},
    ],
)
def test_unphysical_constants_are_refused(change):
    with pytest.raises(InputError, match=next(iter(change))):
        rfot.GlassParams(**{**SILICA, **change})


def test_names_are_suggested_and_incomplete_glasses_explained():
    with pytest.raises(InputError, match="did you mean 'silica'"):
        rfot.GlassParams.named("silca")
    with pytest.raises(InputError, match=r"only k_B T_g/\(hbar omega_D\) = 2.5"):
        rfot.GlassParams.named("polybutadiene")


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan, np.inf, "warm", [1.0, -2.0]])
def test_temperatures_are_checked(bad):
    silica = rfot.GlassParams.named("silica")
    for function in (rfot.thermal_conductivity, rfot.heat_capacity, rfot.grueneisen):
        with pytest.raises(InputError):
            function(silica, bad)
    with pytest.raises(InputError):
        rfot.tls_heat_capacity(silica, bad, 1.0)
    with pytest.raises(InputError):
        rfot.tls_heat_capacity(silica, 1.0, bad)


def test_harmonics_below_two_and_fractions_are_refused():
    silica = rfot.GlassParams.named("silica")
    for bad in (1, 0, 2.5, [2, 1], np.nan):
        with pytest.raises(InputError, match="harmonic"):
            rfot.ripplon_frequencies(silica, bad)


def test_checks_keep_good_values():
    assert positive([1, 2], "x").tolist() == [1.0, 2.0]
    assert not_negative(0, "x") == 0.0


def test_scalar_input_gives_scalar_output():
    silica = rfot.GlassParams.named("silica")
    assert isinstance(rfot.ripplon_frequencies(silica, 2), float)
    assert isinstance(rfot.heat_capacity(silica, 0.01), float)
    assert isinstance(rfot.thermal_conductivity(silica, 0.01), float)
    assert isinstance(rfot.tls_heat_capacity(silica, 0.1, 1.0), float)
    assert rfot.heat_capacity(silica, [[0.01], [0.02]]).shape == (2, 1)
    assert rfot.thermal_conductivity(silica, [[0.01], [0.02]]).shape == (2, 1)
    assert rfot.tls_heat_capacity(silica, [0.1, 0.2], [[1.0], [2.0]]).shape == (2, 2)
