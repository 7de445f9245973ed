"""Whether a study that was run again holds every row of its older tables: a program that is run by hand.

    python tests/campaigns/replay_rows.py OLD_FOLDER NEW_FOLDER

OLD_FOLDER holds collected or published tables, NEW_FOLDER those of the same liquids whose modes are known at least as
far. Every realization that was ok must be ok, with its energies and moduli to the digits that the old table holds, and
every mode must be there, with its frequency, participation ratio and expansion to single precision. Rows are matched by
chain, index in the chain and, for modes, by the number of the mode. What is new, and what is still missing, is counted.
Exit status 1: a row is missing or differs.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

import atomglass as ag

KEYS = ["chain", "index_in_chain"]
#: Columns of the realizations that must agree to `DIGITS`, on the scale of their median where they are smaller (the
#: moduli, which may vanish), and those that must be equal.
NUMBERS = (
    *("liquid_energy_per_particle", "energy", "energy_per_particle", "mean_diameter"),
    *("shear_modulus", "bulk_modulus", "pressure", "first_phonon_frequency"),
)
EQUAL = ("sweep", "rattlers", "number", "iterations", "evaluations")
#: Columns of the modes that must agree to `SINGLE`; b3 is a number of either sign near zero, and is compared on the
#: scale sqrt(3 b2 b4) on which beta is measured, and b4 on that of the largest b4 of its glass.
MODE_NUMBERS = ("frequency", "eigenvalue", "participation_ratio", "b2", "b4")
#: Relative differences that are rounding errors: of tables in double precision, and in single precision.
DIGITS, SINGLE = 1e-11, 1e-6


class Report:
    """The lines to print, and whether anything is wrong."""

    def __init__(self) -> None:
        self.failed = False

    def count(self, name: str, value: object) -> None:
        """Print a count."""
        print(f"{name:66} {value}")

    def check(self, name: str, wrong: pd.DataFrame) -> None:
        """Print how many rows are wrong, and the first of them."""
        self.count(name, len(wrong))
        if len(wrong):
            self.failed = True
            print(wrong.head(5).to_string())


def main() -> int:
    """Print the comparison and return the exit status."""
    if len(sys.argv) != 3:
        print(__doc__)
        return 2
    old, new = (ag.load_study(Path(folder)) for folder in sys.argv[1:])
    report = Report()
    realizations(old.realizations, new.realizations, report)
    modes(old, new, report)
    print("MISMATCH" if report.failed else "every old row came back")
    return int(report.failed)


def realizations(old: pd.DataFrame, new: pd.DataFrame, report: Report) -> None:
    """Compare the realizations that were ok, and count all others."""
    paired = old.merge(new, on=KEYS, how="left", suffixes=("", "_new"), indicator=True, validate="1:1")
    there = paired["_merge"] == "both"
    good = paired["status"] == "ok"
    report.count("old realizations, ok", f"{len(old)}, {good.sum()}")
    report.count("new realizations, ok", f"{len(new)}, {(new['status'] == 'ok').sum()}")
    report.count("new realizations that the old table does not have", len(new) - int(there.sum()))
    report.check("old realizations that are missing", paired.loc[~there, KEYS])
    report.check(
        "old realizations that were ok and are not", paired.loc[there & good & (paired["status_new"] != "ok"), KEYS]
    )
    both = paired[there & good & (paired["status_new"] == "ok")]
    for name in NUMBERS:
        if not {name, f"{name}_new"} <= set(both):
            continue
        one, other = both[name].astype(float), both[f"{name}_new"].astype(float)
        difference = (one - other).abs() / np.maximum(one.abs(), one.abs().median())
        wrong = ~(difference <= DIGITS) & ~(one.isna() & other.isna())
        report.check(f"{name}: worst {difference.max():.1e}; differ", both.loc[wrong, [*KEYS, name, f"{name}_new"]])
    for name in EQUAL:
        if {name, f"{name}_new"} <= set(both):
            wrong = both[name] != both[f"{name}_new"]
            report.check(f"{name}: differ", both.loc[wrong, [*KEYS, name, f"{name}_new"]])
    for status, rows in paired[there & ~good].groupby("status"):
        report.count(f"were {status}, now", counted(rows["status_new"]))
    bad = new[new["status"] != "ok"]
    report.count("still missing, by status", counted(bad["status"]) or "none")
    lower = ~(both["complete_below_new"] >= both["complete_below"] * (1 - SINGLE)) & both["complete_below"].notna()
    report.check("modes known less far than before", both.loc[lower, [*KEYS, "complete_below", "complete_below_new"]])
    ok = new[new["status"] == "ok"]
    report.count("glasses without a positive shear modulus", int((~(ok["shear_modulus"] > 0)).sum()))
    report.count("glasses with rattlers, rattlers", f"{(ok['rattlers'] > 0).sum()}, {int(ok['rattlers'].sum())}")
    report.count("ok, but modes not known to be complete", int((~ok["complete"].astype(bool)).sum()))
    report.count("modes known below, the lowest of the new glasses", f"{ok['complete_below'].min():.6g}")
    report.count("modes known below, the lowest of the old glasses", f"{old['complete_below'].min():.6g}")


def counted(values: pd.Series) -> str:
    """Return, as text, how often each value occurs."""
    return ", ".join(f"{value} {count}" for value, count in values.value_counts().items())


def modes(old: ag.Study, new: ag.Study, report: Report) -> None:
    """Compare the modes of the old table with those of the same number in the same realization."""
    keys = [*KEYS, "mode"]
    columns = [*keys, *MODE_NUMBERS, "b3", "group", "degenerate"]
    paired = old.modes[columns].merge(new.modes[columns], on=keys, how="left", suffixes=("", "_new"), indicator=True)
    report.count("old modes", len(paired))
    report.count("new modes", len(new.modes))
    found = paired["_merge"] == "both"
    report.check("old modes that are missing", paired.loc[~found, [*keys, "frequency"]])
    report.count("modes that the old table does not have", len(new.modes) - int(found.sum()))
    paired = paired[found]
    # Within a pair of nearly equal frequencies the basis is arbitrary, and so is everything but the frequencies.
    alone = ~(paired["degenerate"].astype(bool) | paired["degenerate_new"].astype(bool))
    report.count("of the old modes, nearly degenerate: only frequencies compared", int((~alone).sum()))
    scales = {name: paired[name].abs() for name in MODE_NUMBERS}
    scales["b4"] = paired.groupby(KEYS)["b4"].transform(lambda values: values.abs().max())
    scales["b3"] = np.sqrt(3 * paired["b2"] * scales["b4"])
    for name, scale in scales.items():
        difference = (paired[f"{name}_new"] - paired[name]).abs() / scale
        counts = True if name in ("frequency", "eigenvalue", "b2") else alone
        wrong = ~(difference <= SINGLE) & counts
        compared = difference[counts] if counts is not True else difference
        report.check(f"{name}: worst {compared.max():.1e}; differ", paired.loc[wrong, [*keys, name, f"{name}_new"]])
    report.check("group: differ", paired.loc[alone & (paired["group"] != paired["group_new"]), [*keys, "group"]])


if __name__ == "__main__":
    sys.exit(main())
