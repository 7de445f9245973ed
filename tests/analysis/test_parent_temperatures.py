"""Parent temperatures: the prefactor of omega^4 and Boltzmann's law on modes drawn from known laws."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from atomglass.analysis.figures.parent_temperature_figure import draw_parent_temperatures, parent_temperature_figure
from atomglass.analysis.results.parent_temperatures import (
    boltzmann_fit,
    boltzmann_fits,
    differ_in_temperature,
    parent_temperature_table,
    with_local_stiffness,
)
from atomglass.errors import InputError

GLASSES, CHAINS, PARTICLES, BELOW = 4000, 20, 100, 1.0


def drawn_study(temperature: float, number: float, omega_1: float, seed: int) -> SimpleNamespace:
    """Return a study whose glasses have A_4 omega_1^5 = number: modes by a Poisson law, frequencies by omega^4."""
    rng = np.random.default_rng(seed)
    chain = np.repeat(np.arange(CHAINS), GLASSES // CHAINS)
    counts = rng.poisson(PARTICLES * number / 5 * (BELOW / omega_1) ** 5, GLASSES)
    realization = np.repeat(np.arange(GLASSES), counts)
    modes = counts.sum()
    first = omega_1 * np.exp(0.05 * rng.standard_normal(GLASSES))
    realizations = pd.DataFrame(
        {
            "realization": np.arange(GLASSES),
            "chain": chain,
            "status": "ok",
            "is_minimum": True,
            "complete": True,
            "complete_below": BELOW,
            "first_phonon_frequency": first,
            "energy_per_particle": temperature + 0.01 * rng.standard_normal(GLASSES),
            "number": PARTICLES,
            "dimension": 2,
            "rattlers": 0,
            "rigid": True,
            "spot_count": counts.astype(float),
            "spots_below": BELOW,
        }
    )
    spots = pd.DataFrame(
        {
            "realization": realization,
            "chain": chain[realization],
            "frequency": BELOW * rng.random(modes) ** 0.2,
            "participation_ratio": 0.1,
            "group": np.where(rng.random(modes) < 0.25, "B", "A"),
            "converged": True,
            "hits": 3,
        }
    )
    settings = {"name": f"t{temperature}", "seed": seed, "potential": "p", "sample": {"temperature": temperature}}
    return SimpleNamespace(realizations=realizations, spots=spots, settings=settings)


def test_the_prefactor_and_the_energy_of_modes_drawn_from_the_laws_come_back() -> None:
    temperatures, omega = np.array([0.25, 0.15, 0.1, 0.07]), [0.6, 0.7, 0.8, 0.9]
    numbers = 0.5 * np.exp(-0.3 / temperatures)
    studies = [drawn_study(*values, seed=k) for k, values in enumerate(zip(temperatures, numbers, omega, strict=True))]
    table = parent_temperature_table(studies)
    everything = table[table["group"] == "all"]
    assert list(everything["temperature"]) == sorted(temperatures, reverse=True)
    deviations = (everything["number"].to_numpy() - numbers) / everything["number_error"].to_numpy()
    assert np.abs(deviations).max() < 3.5
    assert everything["prefactor"].to_numpy() == pytest.approx(
        everything["number"].to_numpy() / everything["omega_1"].to_numpy() ** 5, rel=1e-3
    )
    assert everything["omega_1"].to_numpy() == pytest.approx(omega, rel=0.02)
    assert np.abs((everything["exponent"] - 4) / everything["exponent_error"]).max() < 3.5
    fit = boltzmann_fit(everything["temperature"], everything["number"], everything["number_error"])
    assert abs(fit.energy - 0.3) < 3.5 * fit.error < 0.1
    assert fit.freedom == 2
    assert fit.chi_squared < 14
    parts = table[table["group"] != "all"].groupby("temperature")["number"].sum()
    assert parts[0.1] == pytest.approx(float(everything.set_index("temperature")["number"][0.1]))


def test_the_prefactor_of_chains_of_different_stiffness_comes_back() -> None:
    """Every glass has the same A_4, but half of the chains twice the omega_1 of the others, 0.6 and 1.2.

    Then <omega_1^5> is 2.2 times <omega_1>^5, and the number in units of omega_1 over the latter is too large by that.
    """
    truth = 0.02
    soft, stiff = (drawn_study(0.1, truth * omega**5, omega, seed) for seed, omega in ((1, 0.6), (2, 1.2)))
    for column, shift in (("realization", GLASSES), ("chain", CHAINS)):
        stiff.realizations[column] += shift
        stiff.spots[column] += shift
    both = SimpleNamespace(
        realizations=pd.concat([soft.realizations, stiff.realizations], ignore_index=True),
        spots=pd.concat([soft.spots, stiff.spots], ignore_index=True),
        settings=soft.settings,
    )
    row = parent_temperature_table([both]).set_index("group").loc["all"]
    assert row["omega_1"] == pytest.approx(0.9, rel=0.01)
    assert abs(row["prefactor"] - truth) < 3.5 * row["prefactor_error"] < 0.2 * truth


def test_the_error_of_the_energy_is_the_spread_of_repeated_fits() -> None:
    rng, temperatures = np.random.default_rng(1), np.array([0.25, 0.15, 0.1, 0.07, 0.05])
    expected = 2000 * np.exp(-0.2 / temperatures)
    fits = []
    for _ in range(400):
        counts = rng.poisson(expected)
        fits.append(boltzmann_fit(temperatures, counts, np.sqrt(counts)))
    energies = np.array([fit.energy for fit in fits])
    assert energies.std() == pytest.approx(np.mean([fit.error for fit in fits]), rel=0.15)
    assert np.mean([fit.chi_squared for fit in fits]) == pytest.approx(3, rel=0.2)


def test_numbers_of_zero_modes_are_left_out_and_too_few_have_no_fit() -> None:
    assert np.isnan(boltzmann_fit([0.2, 0.1, 0.05], [1.0, 0.1, 0.0], [0.1, 0.1, 0.0]).energy)


def test_a_series_differs_in_temperature_alone() -> None:
    series = [drawn_study(t, 0.01, 0.8, 1) for t in (0.2, 0.1, 0.05)]
    assert differ_in_temperature(series)
    assert not differ_in_temperature(series[:2])
    assert not differ_in_temperature([*series[:2], series[0]])
    series[2].settings["potential"] = "other"
    assert not differ_in_temperature(series)


def test_a_study_without_pseudo_harmonic_modes_is_refused() -> None:
    study = drawn_study(0.1, 0.01, 0.8, 1)
    study.spots = None
    with pytest.raises(InputError, match="pseudo-harmonic"):
        parent_temperature_table([study])


def test_numbers_in_the_unit_of_the_local_stiffness() -> None:
    table = parent_temperature_table([drawn_study(t, 0.02, 0.8, 1) for t in (0.2, 0.1, 0.05)])
    stiffness = pd.DataFrame({"temperature": [0.1, 0.2], "frequency": [2.0, 3.0], "error": [0.1, 0.0]})
    found = with_local_stiffness(table, stiffness).set_index(["temperature", "group"])
    exact, uncertain = found.loc[(0.2, "all")], found.loc[(0.1, "all")]
    assert exact["local_number"] == pytest.approx(exact["prefactor"] * 243)
    assert exact["local_number_error"] == pytest.approx(exact["prefactor_error"] * 243)
    relative = np.hypot(uncertain["prefactor_error"] / uncertain["prefactor"], 5 * 0.1 / 2.0)
    assert uncertain["local_number_error"] == pytest.approx(uncertain["local_number"] * relative)
    assert np.isnan(found.loc[(0.05, "A")]["local_number"])


def test_the_figure_shows_every_group_at_every_temperature() -> None:
    temperatures = (0.2, 0.1, 0.05)
    table = parent_temperature_table([drawn_study(t, 0.02, 0.8, 1) for t in temperatures])
    stiffness = pd.DataFrame({"temperature": temperatures, "frequency": 2.0, "error": 0.1})
    figure = parent_temperature_figure(with_local_stiffness(table, stiffness)).figure
    for ax in figure.axes:
        assert [len(container.lines[0].get_xdata()) for container in ax.containers] == [3, 3, 3]
        assert all("E = " in text.get_text() for text in ax.get_legend().get_texts())
    nothing = table.assign(number=0.0)
    assert "no pseudo-harmonic modes" in draw_parent_temperatures(nothing).texts[0].get_text()


def test_the_lowest_temperatures_are_fitted_by_themselves() -> None:
    temperatures = np.array([0.4, 0.3, 0.2, 0.15, 0.1, 0.08, 0.06])
    number = np.exp(-0.5 / np.minimum(temperatures, 0.2))  # no longer depends on the temperature above 0.2
    table = pd.DataFrame({"temperature": temperatures, "group": "A", "number": number, "number_error": 0.01 * number})
    fits = boltzmann_fits(table, "number").set_index("temperatures")
    assert fits.loc[5, "energy"] == pytest.approx(0.5)
    assert fits.loc[5, "highest"] == 0.2
    assert fits.loc[7, "chi_squared"] > 100
    assert fits.loc[7, "energy"] < 0.5
