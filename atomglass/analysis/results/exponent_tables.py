"""Tables of exponents: by group, with and without returns of one defect, and on a grid of selections."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from atomglass.analysis.results.theory_tests import clusters
from atomglass.analysis.selection import Selection, select
from atomglass.analysis.statistics.bootstrap import bootstrap_interval
from atomglass.analysis.statistics.exponents import EXPECTED_EXPONENT, LEAST_MODES, truncated_power_law
from atomglass.analysis.statistics.goodness_of_fit import power_law_goodness
from atomglass.analysis.statistics.likelihood import log_likelihood_differences, prefactor
from atomglass.analysis.statistics.power import power_statement
from atomglass.analysis.statistics.verdicts import DIFFERS, UNDECIDED, verdict

#: f and participation ratio of the grid on which exponents are shown; infinity is no bound.
GRID_SHARES = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2)
GRID_RATIOS = (0.1, 0.15, 0.2, 0.27, 0.35, math.inf)
#: Of published frequencies, which are in single precision.
ROUNDING = 1e-5
#: Of fewer chains no verdict on an exponent is given.
LEAST_CHAINS = 5
#: p of the Kolmogorov-Smirnov test with the fitted exponent below which there is no power law.
NO_POWER_LAW = 0.01
#: An exponent whose 95 % interval reaches farther than this from the theory's agrees with too much.
RESOLUTION = 1.5
EXPONENTS = (3.0, 3.5, 4.0)


def exponent_table(qlms: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return the exponents of A, B and all selected modes.

    Parameters
    ----------
    qlms : DataFrame
        From `select`; where it has the column `recurrence_of`, each group is fitted with and without returns.
    rng : numpy.random.Generator
        For bootstrap and simulated p-values.

    Returns
    -------
    DataFrame
        group; returns (`kept` or `dropped`); modes; chains; effective (independent modes that the sample is worth);
        exponent; error (one standard error, chains as the unit); low68, high68, low95, high95 (bootstrap over chains);
        p_fit (Kolmogorov-Smirnov, fitted exponent), p3 and p4 (fixed at 3 and 4); dlnL3, dlnL35, dlnL4 (log-likelihood
        below its maximum, for the effective number of modes); needed (independent modes that tell 3 from 4); power
        (probability that this sample tells them apart); verdict (on the theory's exponent, 3 or 4 being the rival;
        `differs` also where no power law fits, p_fit < 0.01).
    """
    samples = [("kept", qlms)]
    if "recurrence_of" in qlms.columns:
        samples.append(("dropped", qlms[qlms["recurrence_of"].isna()]))
    rows = []
    for returns, sample in samples:
        for group in ("A", "B", "all"):
            rows.append({"group": group, "returns": returns, **_row(_members(sample, group), group, rng)})
    return pd.DataFrame(rows)


def _members(qlms: pd.DataFrame, group: str) -> pd.DataFrame:
    return qlms if group == "all" else qlms[qlms["group"] == group]


def _row(rows: pd.DataFrame, group: str, rng: np.random.Generator) -> dict[str, Any]:
    """One line of the table."""
    names = (
        "exponent", "error", "low68", "high68", "low95", "high95", "p_fit", "p3", "p4", "dlnL3", "dlnL35", "dlnL4",
    )  # fmt: skip
    line: dict[str, Any] = {"modes": len(rows), "chains": rows["chain"].nunique(), "effective": math.nan}
    line |= dict.fromkeys(names, math.nan)
    if len(rows) < LEAST_MODES or rows["x"].eq(1).all():
        return line | {"needed": power_statement(0, 0.0, 4, 3).needed, "power": 0.0, "verdict": UNDECIDED}
    x, chain = rows["x"].to_numpy(), rows["chain"].to_numpy()
    fit = truncated_power_law(x, chain)
    line["effective"], line["exponent"] = fit.effective_count, fit.exponent
    line["error"] = fit.standard_error
    for percent, confidence in ((68, 0.6827), (95, 0.95)):
        bounds = bootstrap_interval(x, chain, rng, confidence)
        low, high = fit.interval(confidence) if math.isnan(bounds.low) else (bounds.low, bounds.high)
        line[f"low{percent}"], line[f"high{percent}"] = low, high
    label = clusters(rows)
    for name, exponent in (("p_fit", None), ("p3", 3.0), ("p4", 4.0)):
        line[name] = power_law_goodness(x, label, rng, exponent).p
    below = log_likelihood_differences(x, EXPONENTS, fit.effective_count)
    line |= dict(zip(("dlnL3", "dlnL35", "dlnL4"), below.values(), strict=True))
    truth = EXPECTED_EXPONENT.get(group, 4)
    power = power_statement(len(rows), fit.effective_count, truth, 7 - truth, fit.chains)
    line["needed"], line["power"] = power.needed, power.reached
    line["verdict"] = _exponent_verdict(line, truth)
    return line


def _exponent_verdict(line: dict[str, Any], truth: float) -> str:
    """Whether D(omega) ~ omega^truth: not where no power law fits at all, and not where everything would."""
    if line["chains"] < LEAST_CHAINS:
        return UNDECIDED
    if line["p_fit"] < NO_POWER_LAW:
        return DIFFERS
    return verdict(line["low95"], line["high95"], truth, rivals=(7 - truth,), resolution=RESOLUTION)


def selection_grid(
    modes: pd.DataFrame,
    shares: tuple[float, ...] = GRID_SHARES,
    ratios: tuple[float, ...] = GRID_RATIOS,
) -> pd.DataFrame:
    """Return the exponents of A, B and all on a grid of selections.

    Each mode is truncated at its own bound, the smaller of f omega_1 and `complete_below`.

    Parameters
    ----------
    modes : DataFrame
        All collected modes.
    shares, ratios : tuple of float
        f, and bounds on the participation ratio; infinity for none.

    Returns
    -------
    DataFrame
        group, frequency_share, participation_ratio, modes, exponent, error, effective. NaN with fewer than ten modes.
        Shares beyond the frequencies up to which the table holds modes are left out.
    """
    rows = []
    reach = (modes["complete_below"] / modes["first_phonon_frequency"]).max()
    shares = tuple(f for f in shares if not f > reach * (1 + ROUNDING))
    for ratio in ratios:
        for f in shares:
            chosen = select(modes, Selection(f, ratio))
            for group in ("A", "B", "all"):
                members = _members(chosen, group)
                line: dict[str, object] = {
                    "group": group, "frequency_share": f, "participation_ratio": ratio, "modes": len(members),
                    "exponent": math.nan, "error": math.nan, "effective": math.nan,
                }  # fmt: skip
                if len(members) >= LEAST_MODES:
                    fit = truncated_power_law(members["x"], members["chain"])
                    line["exponent"], line["effective"] = fit.exponent, fit.effective_count
                    line["error"] = fit.standard_error
                rows.append(line)
    return pd.DataFrame(rows)


def drifting(grid: pd.DataFrame, rule: Selection, lower: float = 0.6) -> list[str]:
    """Return a line for each group whose exponent still changes between f = `lower` and the rule's bound.

    Where a power law holds, the fit to the fewer modes scatters about the other with the difference of the two
    variances, one sample lying within the other (Hausman, Econometrica 46, 1251 (1978)). More than two standard errors
    mean that the bound makes the exponent: there is no plateau.

    Parameters
    ----------
    grid : DataFrame
        From `selection_grid`.
    rule : Selection
        The primary rule.
    lower : float
        The lower f; one of the grid's.
    """
    at = grid[grid["participation_ratio"] == rule.participation_ratio].set_index(["group", "frequency_share"])
    lines = []
    for group in ("A", "B", "all"):
        if (group, lower) not in at.index or (group, rule.frequency_share) not in at.index:
            continue
        few, many = at.loc[(group, lower)], at.loc[(group, rule.frequency_share)]
        variance = few["error"] ** 2 - many["error"] ** 2
        if variance > 0 and abs(few["exponent"] - many["exponent"]) > 2 * math.sqrt(variance):
            lines.append(
                f"The exponent of {group} drifts with the bound, {few['exponent']:.1f} +- {few['error']:.1f} at "
                f"f = {lower:g} and {many['exponent']:.1f} +- {many['error']:.1f} at f = {rule.frequency_share:g}: "
                "the selection makes it, there is no plateau."
            )
    return lines


def prefactor_table(qlms: pd.DataFrame, whole: pd.DataFrame, rule: Selection) -> pd.DataFrame:
    """Return A of D(omega) = A omega^s per degree of freedom: A_g of group A at s = 4, of B and all minima at s = 3.

    Parameters
    ----------
    qlms : DataFrame
        From `select`.
    whole : DataFrame
        Complete realizations, those without modes among them.
    rule : Selection
        Gives each realization's bound.

    Returns
    -------
    DataFrame
        group, exponent, modes, prefactor, error, and `scaled`, `scaled_error`: A omega_1^(s + 1) with the mean omega_1,
        a number without units.
    """
    bound = np.minimum(rule.frequency_share * whole["first_phonon_frequency"], whole["complete_below"]).to_numpy()
    freedoms = (whole["dimension"] * (whole["number"] - whole["rattlers"].fillna(0))).to_numpy(dtype=float)
    unit = float(whole["first_phonon_frequency"].mean()) if len(whole) else math.nan
    rows = []
    for group, exponent in (("A", 4.0), ("B", 3.0), ("all", 4.0), ("all", 3.0)):
        held = _members(qlms, group).groupby("realization").size().reindex(whole["realization"], fill_value=0)
        found = prefactor(bound, freedoms, held.to_numpy(), whole["chain"].to_numpy(), exponent)
        scale = unit ** (exponent + 1)
        rows.append(
            (group, exponent, found.count, found.value, found.error, found.value * scale, found.error * scale)
        )  # fmt: skip
    return pd.DataFrame(rows, columns=["group", "exponent", "modes", "prefactor", "error", "scaled", "scaled_error"])
