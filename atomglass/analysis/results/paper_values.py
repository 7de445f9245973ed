"""What Kumar, Procaccia and Singh (2021) report, and one row of the comparison with it."""

from __future__ import annotations

import math
from dataclasses import dataclass

#: Realizations, modes with PR < 0.27, and those in groups A and B.
PAPER_REALIZATIONS, PAPER_QLMS, PAPER_A, PAPER_B = 60_000, 403, 278, 125
#: Barriers of group B, lowest and highest, in epsilon.
PAPER_BARRIERS = 3.4e-9, 4.0e-4
#: Fewest modes of a group whose ranges and medians are compared.
MIN_MODES = 10


@dataclass(frozen=True)
class PaperStatement:
    """One row of the table "paper | ours"; NaN stands for a number that does not exist.

    Attributes
    ----------
    quantity : str
        What is compared.
    paper, ours : float
        The paper's value, and this study's.
    error : float
        One standard error of ours, which allows for correlated realizations.
    verdict : str
        `agrees`, `differs` or `undecided`; empty if there is nothing to compare.
    note : str
        How words of the paper were turned into a number, and other remarks.
    needed : float
        About how many modes of the kind that is compared would decide what is undecided; NaN if it is decided or if it
        takes more chains, infinity if the error of the paper's own number prevents it.
    """

    quantity: str
    paper: float
    ours: float
    error: float
    verdict: str
    note: str = ""
    needed: float = math.nan


def own_number(quantity: str, ours: float, note: str, error: float = math.nan) -> PaperStatement:
    """Return a row for a number that the paper does not give.

    Parameters
    ----------
    quantity : str
        What was measured.
    ours, error : float
        This study's value and its standard error.
    note : str
        A remark.
    """
    return PaperStatement(quantity, math.nan, ours, error, "", note)


def verdict_with_needed(verdict: str, needed: float) -> str:
    """Return a verdict and, where it is undecided, about how many modes would decide.

    Parameters
    ----------
    verdict : str
        From `PaperStatement`.
    needed : float
        From the same.

    Examples
    --------
    >>> verdict_with_needed("undecided", 2149.0), verdict_with_needed("agrees", float("nan"))
    ('undecided (2100 modes would tell)', 'agrees')
    """
    if math.isnan(needed):
        return verdict
    if math.isinf(needed):
        return f"{verdict} (the paper's error is too large)"
    digits = max(0, len(str(int(needed))) - 2)
    return f"{verdict} ({round(int(needed), -digits)} modes would tell)"
