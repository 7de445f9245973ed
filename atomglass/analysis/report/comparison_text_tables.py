"""Second wells and studies side by side, as tables of text for a terminal."""

from __future__ import annotations

import pandas as pd

from atomglass.analysis.report.text_tables import TextTable
from atomglass.analysis.results.paired_studies import PairedComparison
from atomglass.analysis.results.parent_temperatures import boltzmann_fits
from atomglass.analysis.results.well_readings import READINGS, outcome_known
from atomglass.analysis.statistics.chain_errors import fraction
from atomglass.analysis.statistics.number_format import PLAIN, NumberFormat
from atomglass.landscape.double_wells import WellOutcome

#: Smaller differences of paired quantities are rounding errors: published tables hold modes in single precision.
ROUNDING = 1e-6
#: Names of the columns of `boltzmann_rows`.
BOLTZMANN_HEADER = ("group", "temperatures", "E", "chi^2 / freedom")


def well_outcomes_table(wells: pd.DataFrame) -> TextTable:
    """Return how many displaced glasses of each kind went where; medians are those of the new minima."""
    header = ["modes", "count", *map(str, WellOutcome), "share new", "saddles", "height", "of quartic's", "particles"]
    hidden = wells["second_minimum"].astype(bool)
    kinds = {
        "B": wells["group"] == "B",
        "A, hidden well": (wells["group"] == "A") & hidden,
        "A, no second well": (wells["group"] == "A") & ~hidden,
        "unbounded": ~wells["group"].isin(["A", "B"]),
    }
    rows = [_well_outcomes(name, wells[chosen]) for name, chosen in kinds.items() if chosen.any()]
    return "Displaced to the second well and quenched", [*header, "overlap", "deeper"], rows


def _well_outcomes(name: str, rows: pd.DataFrame) -> list[str]:
    counts = rows["outcome"].value_counts()
    is_new = rows["outcome"] == str(WellOutcome.NEW)
    known = outcome_known(rows)
    new, found = rows[is_new], fraction(is_new[known], rows.loc[known, "chain"])
    return [
        name,
        str(len(rows)),
        *(str(counts.get(str(outcome), 0)) for outcome in WellOutcome),
        f"{found.value:.3f} +- {found.error:.3f}",
        str(int(new["barrier"].notna().sum())),
        f"{new['barrier'].median():.2g}",
        f"{(new['barrier'] / new['quartic_barrier']).median():.2g}",
        f"{new['moved_particles'].median():.0f}",
        f"{new['overlap'].median():.2f}",
        f"{(new['energy_difference'] < 0).mean():.2f}",
    ]


def well_readings_table(table: pd.DataFrame) -> TextTable:
    """Return how many second wells are real in each reading, from `well_readings`."""
    rows = [
        [r["modes"], str(r["count"]), *(PLAIN.with_error(r[name], r[f"{name}_error"]) or "-" for name in READINGS)]
        for r in table.to_dict("records")
    ]
    return "Share of second wells that are real, in three readings", ["modes", "count", *READINGS.values()], rows


def outcome_exponents_table(table: pd.DataFrame) -> TextTable:
    """Return the exponents of the modes that led to another minimum, and of those that did not."""
    rows = [
        [r.group, r.led_to, str(r.modes), PLAIN.with_error(r.exponent, r.error), PLAIN.number(r.softest, 2)]
        for r in table.itertuples()
    ]
    return "Exponents by where the displaced glass went", ["group", "led to", "modes", "s", "softest / bound"], rows


def comparison_table(table: pd.DataFrame) -> TextTable:
    """Return studies side by side: one column per study, one row per quantity."""
    measured = [name for name in table.columns if f"{name}_error" in table.columns]
    plain = [name for name in table.columns if name not in measured and not name.endswith("_error") and name != "study"]
    rows = [[name, *(PLAIN.number(value) for value in table[name])] for name in plain]
    rows += [
        [name, *(PLAIN.with_error(v, e) for v, e in zip(table[name], table[f"{name}_error"], strict=True))]
        for name in measured
    ]
    return "Studies side by side", ["", *map(str, table["study"])], rows


def paired_table(found: PairedComparison) -> TextTable:
    """Return the comparison of two studies of the same liquids: how many glasses changed, and each quantity."""
    first, second = found.names
    same = found.same
    rows = [
        ["glasses in both, chains", f"{found.pairs}, {found.chains}", "", ""],
        ["same inherent state", "", "", f"{int(same.count)}: {PLAIN.with_error(same.value, same.error)}"],
        ["other one: second lower, higher", "", "", f"{found.lower}, {found.higher}"],
        ["energy per particle", "", "", f"{found.energy:+.2g} +- {found.energy_error:.1g}"],
    ]
    if found.other_liquids:
        rows.append(["from other liquids, left out", str(found.other_liquids), "", ""])
    for r in found.table.itertuples():
        rounding = abs(r.difference) < ROUNDING and r.error < ROUNDING
        rows.append(
            [
                r.quantity,
                PLAIN.number(r.first),
                PLAIN.number(r.second),
                "0" if rounding else PLAIN.with_error(r.difference, r.error),
            ]
        )
    return f"Paired glasses: {first} and {second}", ["", "first", "second", "second - first"], rows


def parent_temperature_rows(table: pd.DataFrame, style: NumberFormat = PLAIN) -> tuple[list[str], list[list[str]]]:
    """Return the header and the rows of the densities by parent temperature, one row for each temperature.

    Parameters
    ----------
    table : DataFrame
        From `parent_temperature_table`.
    style : NumberFormat
        How numbers are written.
    """
    groups = ("A", "B", "all")
    header = ["T", "glasses", "chains", "energy", "omega_1"]
    header += [f"{words} {group}" for words in ("modes", "s", "A_4 omega_1^5") for group in groups]
    rows = []
    for _, lines in table.groupby("temperature", sort=False):
        first, by_group = lines.iloc[0], lines.set_index("group")
        row = [style.number(first[name]) for name in ("temperature", "glasses", "chains")]
        row += [
            style.with_error(first["inherent_energy"], first["inherent_energy_error"]),
            style.number(first["omega_1"], 3),
        ]
        row += [style.number(int(by_group["modes"][group])) for group in groups]
        for name in ("exponent", "number"):
            cells = (style.with_error(by_group[name][g], by_group[f"{name}_error"][g]) for g in groups)
            row += [cell or "-" for cell in cells]
        rows.append(row)
    return header, rows


def parent_temperature_tables(table: pd.DataFrame) -> list[TextTable]:
    """Return the densities by parent temperature, and how well Boltzmann's law describes them."""
    rows = []
    for unit, name in (("omega_1", "number"), ("1", "prefactor")):
        rows += [[unit, *cells] for cells in boltzmann_rows(boltzmann_fits(table, name))]
    return [
        (
            "Pseudo-harmonic modes by the temperature of the liquid, D(omega) = A omega^4",
            *parent_temperature_rows(table),
        ),
        ("Boltzmann's law, A ~ exp(-E / T), by the unit of frequency", ["unit", *BOLTZMANN_HEADER], rows),
    ]


def boltzmann_rows(fits: pd.DataFrame, style: NumberFormat = PLAIN) -> list[list[str]]:
    """Return the rows of the fits of Boltzmann's law.

    Parameters
    ----------
    fits : DataFrame
        From `boltzmann_fits`.
    style : NumberFormat
        How numbers are written.
    """
    return [
        [
            r.group,
            f"{r.temperatures}, up to {style.number(r.highest)}",
            style.with_error(r.energy, r.error) or "-",
            f"{style.number(r.chi_squared, 3)} / {r.freedom}",
        ]
        for r in fits.itertuples()
    ]
