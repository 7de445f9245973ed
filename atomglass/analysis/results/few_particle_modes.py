"""Vibrations of few particles: loosely held ones, whose modes obey a law of their own.

A particle that only contacts near their cutoff hold vibrates alone, however stiff the glass. With a potential
~ (x_c - x)^(q + 1) near the cutoff x_c, contacts that overlap by delta have a stiffness ~ delta^(q - 1). If the
overlap of the cage that holds the particle had a finite density at zero, where the particle becomes a rattler, then
D(omega) ~ omega^(2/(q - 1) - 1): omega^1 for q = 2, but omega^(-1/3) for q = 4. (Measured exponents for q = 4 and 6
are higher, about 0 at the lowest frequencies.) With smooth cutoffs such modes outnumber all others as omega goes to 0,
and must be told from modes of many particles before these have an exponent.
(Single particles with few contacts: Charbonneau, Corwin, Parisi and Zamponi, Phys. Rev. Lett. 114, 125504 (2015).)
"""

from __future__ import annotations

import pandas as pd

from atomglass.analysis.results.spot_selection import FEW, largest_spot_share, particle_numbers, select_spots
from atomglass.analysis.selection import FREQUENCY_TOLERANCE, Selection, in_group
from atomglass.analysis.statistics.exponents import exponent_and_error

#: Bounds in units of the chain's median omega_1.
SHARES = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_COLUMNS = ("particles", "group", "share", "modes", "exponent", "error")


def exponents_by_particle_number(
    spots: pd.DataFrame, realizations: pd.DataFrame, few: float = FEW, shares: tuple[float, ...] = SHARES
) -> pd.DataFrame:
    """Return the exponents of pseudo-harmonic modes of few and of many particles.

    Parameters
    ----------
    spots, realizations : DataFrame
        The collected tables.
    few : float
        Number of particles N PR below which a mode is of few.
    shares : tuple of float
        Bounds on the frequency, in units of the median omega_1 of a glass's chain; those beyond the search are left
        out.

    Returns
    -------
    DataFrame
        particles (which modes); group; share; modes; exponent and error, NaN with fewer than ten modes.

    Notes
    -----
    The limit is a selection by a property of the mode itself. That is safe where few modes are near it: compare two
    values of `few`.

    Examples
    --------
    >>> study = ag.load_study("data/smoothness_q4")  # doctest: +SKIP
    >>> exponents_by_particle_number(study.spots, study.realizations)  # doctest: +SKIP
    """
    rows = []
    for share in shares:
        rule = Selection(frequency_share=share)
        if share > largest_spot_share(realizations, rule) * (1 + FREQUENCY_TOLERANCE):
            continue
        chosen = select_spots(spots, realizations, rule)
        numbers = particle_numbers(chosen, realizations)
        parts = {"all": numbers > 0, f"fewer than {few:g}": numbers < few, f"{few:g} or more": numbers >= few}
        for words, part in parts.items():
            for group in ("A", "B", "all"):
                modes = in_group(chosen[part], group)
                exponent, error = exponent_and_error(modes["x"], modes["chain"])
                rows.append((words, group, share, len(modes), exponent, error))
    return pd.DataFrame(rows, columns=list(_COLUMNS)).sort_values(["particles", "group", "share"], kind="stable")
