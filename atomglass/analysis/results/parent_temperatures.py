"""How the density of soft modes depends on the temperature of the liquid that is quenched, the parent temperature.

The number of soft modes is D(omega) = A omega^4 without its unit of frequency. It has been found to follow Boltzmann's
law, N ~ exp(-E / T), as the number of defects that the liquid's fluctuations made and the quench froze in (Rainone,
Bouchbinder and Lerner, Proc. Natl. Acad. Sci. USA 117, 5228 (2020)), if the unit is the stiffness of the glass around
a defect, measured by its responses to force dipoles.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from atomglass.analysis.counted_glasses import reference_frequency
from atomglass.analysis.results.mode_counts import qlms_in_each
from atomglass.analysis.results.spot_selection import searched_realizations, select_spots
from atomglass.analysis.selection import Selection, in_group
from atomglass.analysis.statistics.chain_errors import mean_error, rate
from atomglass.analysis.statistics.exponents import exponent_and_error
from atomglass.analysis.statistics.likelihood import prefactor
from atomglass.errors import InputError

#: Bound in units of the chain's median omega_1: nearly all modes below it are found, and A follows omega^4 up to it.
SHARE = 0.8
#: Exponent at which prefactors are taken.
EXPONENT = 4.0
#: Number of temperatures, from the lowest, that are fitted by themselves: well above the temperature below which a
#: liquid visits ever deeper inherent states, the number of soft modes no longer depends on it.
COLDEST = 5
#: Settings of the sampling in which studies of a series may differ, and those of the study.
_FREE_OF_SAMPLE = {"temperature", "equilibration_sweeps", "sweeps_between"}
_FREE = {"name", "description", "seed", "ensemble", "sample"}


class BoltzmannFit(NamedTuple):
    """The fit of number = const exp(-E / T).

    Attributes
    ----------
    energy, error : float
        E and its standard error, in the unit of the temperatures.
    chi_squared, freedom : float, int
        Sum of squared deviations in units of the errors, and its degrees of freedom: how good Boltzmann's law is.
    """

    energy: float
    error: float
    chi_squared: float
    freedom: int


def differ_in_temperature(studies: Sequence[Any]) -> bool:
    """Return whether at least three studies, from `load_study`, differ in temperature and in nothing else that counts.

    They may also differ in name, seed, numbers of chains and glasses, and numbers of sweeps.
    """
    temperatures = {study.settings.get("sample", {}).get("temperature") for study in studies}
    if len(temperatures) < 3 or len(temperatures) < len(studies) or any(study.spots is None for study in studies):
        return False
    fixed = [
        (
            {key: value for key, value in study.settings.items() if key not in _FREE},
            {key: value for key, value in study.settings["sample"].items() if key not in _FREE_OF_SAMPLE},
        )
        for study in studies
    ]
    return all(settings == fixed[0] for settings in fixed)


def parent_temperature_table(studies: Sequence[Any], share: float = SHARE) -> pd.DataFrame:
    """Return the density of pseudo-harmonic modes for each parent temperature and group.

    Parameters
    ----------
    studies : sequence of Study
        From `load_study`, with pseudo-harmonic modes.
    share : float
        Bound on the frequency, in units of the median omega_1 of a glass's chain.

    Returns
    -------
    DataFrame
        In descending order of temperature: temperature; glasses; chains; `inherent_energy`, mean energy per particle of
        the inherent states, and its error; `omega_1`, the mean over the glasses of the median first phonon frequency
        of their chain; group; modes below the bound; `exponent` and its error; `number`, A_4 omega_1^5 per particle of
        D(omega) = A_4 omega^4 in that unit, chain by chain, and its error; `prefactor`, A_4 per particle in the study's
        units, and its error.

    Raises
    ------
    InputError
        A study has no pseudo-harmonic modes, or they were not sought up to the bound.

    Examples
    --------
    >>> studies = [ag.load_study(f"data/parent_t{t}") for t in ("02", "01", "007")]  # doctest: +SKIP
    >>> parent_temperature_table(studies)[["temperature", "group", "number"]]  # doctest: +SKIP
    """
    rows = [row for study in studies for row in _rows(study, share)]
    return pd.DataFrame(rows).sort_values("temperature", ascending=False, kind="stable", ignore_index=True)


def _rows(study: Any, share: float) -> list[dict[str, Any]]:
    """Return the rows of one study."""
    if study.spots is None:
        raise InputError("study", study.settings.get("name"), "one with pseudo-harmonic modes", 'nonlinear = "none"?')
    rule = Selection(frequency_share=share)
    searched, spots = searched_realizations(study.realizations), select_spots(study.spots, study.realizations, rule)
    chain = searched["chain"].to_numpy()
    energies = searched["energy_per_particle"].to_numpy(dtype=float)
    unit = reference_frequency(study.realizations, "chain")[searched["realization"]].to_numpy()
    particles = searched["number"].to_numpy(dtype=float)
    scale = (EXPONENT + 1) / (particles.mean() * share ** (EXPONENT + 1))
    common = {
        "temperature": float(study.settings["sample"]["temperature"]),
        "glasses": len(searched),
        "chains": searched["chain"].nunique(),
        "inherent_energy": energies.mean(),
        "inherent_energy_error": mean_error(energies, chain),
        "omega_1": float(unit.mean()),
    }
    rows = []
    for group in ("A", "B", "all"):
        modes = in_group(spots, group)
        count = qlms_in_each(modes, searched)
        found = rate(count, chain)
        # Not the number over omega_1^5: where chains differ in omega_1, the mean of the power is not that of the mean.
        in_own_units = prefactor(share * unit, particles, count, chain, EXPONENT)
        exponent, error = exponent_and_error(modes["x"], modes["chain"])
        number, number_error = scale * found.value, scale * found.error
        rows.append(
            {
                **common,
                "group": group,
                "modes": len(modes),
                "exponent": exponent,
                "exponent_error": error,
                "number": number,
                "number_error": number_error,
                "prefactor": in_own_units.value,
                "prefactor_error": in_own_units.error,
            }
        )
    return rows


def with_local_stiffness(table: pd.DataFrame, frequencies: pd.DataFrame) -> pd.DataFrame:
    """Return the table with the numbers of modes in the unit of the local stiffness.

    Parameters
    ----------
    table : DataFrame
        From `parent_temperature_table`.
    frequencies : DataFrame
        temperature; frequency, the mean omega_g of the responses to force dipoles (`dipole_frequencies`); error, its
        standard error.

    Returns
    -------
    DataFrame
        With `local_frequency`, omega_g, and `local_number`, A_4 omega_g^5 per particle, and their errors; NaN at
        temperatures for which no frequency is given.
    """
    known = frequencies.set_index("temperature").reindex(table["temperature"])
    frequency, error = (known[name].to_numpy(dtype=float) for name in ("frequency", "error"))
    number = table["prefactor"] * frequency ** (EXPONENT + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.hypot(table["prefactor_error"] / table["prefactor"], (EXPONENT + 1) * error / frequency)
    return table.assign(
        local_frequency=frequency,
        local_frequency_error=error,
        local_number=number,
        local_number_error=number * relative,
    )


def boltzmann_fit(temperature: Sequence[float], number: Sequence[float], error: Sequence[float]) -> BoltzmannFit:
    """Fit ln(number) = const - E / T by least squares, weighted with the relative errors.

    Parameters
    ----------
    temperature, number, error : sequence of float
        Temperatures, numbers with their standard errors; those of zero modes are left out.

    Returns
    -------
    BoltzmannFit
        NaN for fewer than three numbers.

    Examples
    --------
    >>> fit = boltzmann_fit([0.2, 0.1, 0.05], np.exp([-2.5, -5, -10]), [1e-3, 1e-4, 1e-6])
    >>> round(fit.energy, 3)
    0.5
    """
    t, n, e = (np.asarray(values, dtype=float) for values in (temperature, number, error))
    usable = (n > 0) & (e > 0)
    if usable.sum() < 3:
        return BoltzmannFit(math.nan, math.nan, math.nan, 0)
    beta, log, weight = 1 / t[usable], np.log(n[usable]), n[usable] / e[usable]
    matrix = np.stack([np.ones_like(beta), -beta], axis=1) * weight[:, None]
    solution, *_ = np.linalg.lstsq(matrix, log * weight, rcond=None)
    covariance = np.linalg.inv(matrix.T @ matrix)
    residual = matrix @ solution - log * weight
    return BoltzmannFit(
        float(solution[1]), math.sqrt(covariance[1, 1]), float(residual @ residual), int(usable.sum()) - 2
    )


def boltzmann_fits(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return the fits of Boltzmann's law to one column, for each group: to all temperatures, and to the lowest ones.

    Parameters
    ----------
    table : DataFrame
        From `parent_temperature_table` or `with_local_stiffness`.
    column : str
        `number`, `prefactor` or `local_number`.

    Returns
    -------
    DataFrame
        group; `temperatures`, how many; `highest`, the highest of them; energy, error, chi_squared and freedom of
        `boltzmann_fit`.
    """
    rows = []
    for group in ("A", "B", "all"):
        lines = table[(table["group"] == group) & table[column].notna()].sort_values("temperature")
        for count in sorted({len(lines), min(COLDEST, len(lines))}, reverse=True):
            used = lines.head(count)
            fit = boltzmann_fit(used["temperature"], used[column], used[f"{column}_error"])
            rows.append((group, count, used["temperature"].max(), *fit))
    return pd.DataFrame(rows, columns=["group", "temperatures", "highest", *BoltzmannFit._fields])
