"""What a selection leaves out, and how that biases the exponents."""

from __future__ import annotations

import pandas as pd

from atomglass.analysis.counted_glasses import REALIZATION_COLUMNS, true_minima
from atomglass.analysis.selection import Selection
from atomglass.study.collected_tables import require_columns

#: Glasses in a chain below which a soft mode moves the median omega_1 of its chain (bias of the exponent above 0.05).
FEW_GLASSES = 10


def selection_warnings(realizations: pd.DataFrame, rule: Selection | None = None) -> list[str]:
    """Return what a rule leaves out and how that biases the exponents, a sentence each.

    Parameters
    ----------
    realizations : DataFrame
        All realizations of the study.
    rule : Selection, optional
        The primary rule by default.
    """
    rule = rule or Selection()
    require_columns(realizations, REALIZATION_COLUMNS, "realizations")
    minima = true_minima(realizations)
    unknown, rigid = ~minima["complete"].eq(True), minima["first_phonon_frequency"] > 0
    missing, incomplete = int((unknown & ~rigid).sum()), int((unknown & rigid).sum())
    lines = []
    if rule.is_own:
        soft = int((~(minima["first_phonon_frequency"] > 0)).sum())
        lines.append(
            "The bound follows each glass's own omega_1, which biases the exponents upwards: a soft mode lowers the "
            "shear modulus of its own glass and thereby its own bound, and glasses with G <= 0 drop out "
            f"({soft} of {len(minima)} here)."
        )
    elif rule.frequency is None and rule.reference == "chain" and len(minima):
        typical = float(minima["chain"].value_counts().median())
        if typical < FEW_GLASSES:
            lines.append(
                f"The bound follows the median omega_1 of chains of {typical:g} glasses. The soft modes of so few move "
                "it themselves, and exponents come out too high; bound at a fixed frequency, or by the study's median."
            )
    if missing:
        glasses = "true minimum with G <= 0 has" if missing == 1 else "true minima with G <= 0 have"
        lines.append(
            f"{missing} {glasses} no modes in this table; they hold the softest modes, exponents come out too high."
        )
    if incomplete:
        lines.append(
            f"{incomplete} of {len(minima)} glasses are not proven complete and left out with all their modes."
        )
    failed = len(realizations) - len(minima)
    if failed:
        lines.append(f"{failed} of {len(realizations)} realizations failed: they are no minima, or not known to be.")
    return lines
