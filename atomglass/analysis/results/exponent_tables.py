"""Tables of exponents: by group, with and without recurrences of one defect, and on a grid of selections."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from atomglass.analysis.counted_glasses import reference_frequency
from atomglass.analysis.selection import (
    FREQUENCY_TOLERANCE,
    Selection,
    cluster_labels,
    in_group,
    known_shares,
    select,
)
from atomglass.analysis.statistics.exponents import EXPECTED_EXPONENT, MIN_MODES, truncated_power_law
from atomglass.analysis.statistics.goodness_of_fit import SIMULATIONS, power_law_test
from atomglass.analysis.statistics.likelihood import TwoTermFit, fit_two_terms, log_likelihood_differences
from atomglass.analysis.statistics.power import modes_needed, statistical_power
from atomglass.analysis.statistics.verdicts import AGREES, DIFFERS, MIN_CHAINS, UNDECIDED, interval_verdict

#: The bounds f and on the participation ratio for which exponents are shown; infinity is no bound.
GRID_FREQUENCY_SHARES = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2)
GRID_PARTICIPATION_RATIOS = (0.1, 0.15, 0.2, 0.27, 0.35, math.inf)
#: Below this p of the Kolmogorov-Smirnov test with the fitted exponent there is no power law.
MIN_FIT_P = 0.01
#: An exponent whose 95 % interval extends farther than this from the theory's is undecided.
RESOLUTION = 1.5
#: Most numbers drawn for a simulated p-value, and fewest samples: with many modes there are fewer samples.
MAX_DRAWS, MIN_SIMULATIONS = 4_000_000, 200
#: Exponents at which log-likelihoods are given.
EXPONENTS = (3.0, 3.5, 4.0)
_FITTED = (
    "exponent",
    "error",
    "low68",
    "high68",
    "low95",
    "high95",
    "p_fit",
    "p3",
    "p4",
    "dlnL3",
    "dlnL35",
    "dlnL4",
)


def primary_exponents(qlms: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """Return `exponent_table` with the random numbers that belong to a seed: one verdict wherever it is printed."""
    return exponent_table(qlms, np.random.default_rng(np.random.SeedSequence(seed).spawn(1)[0]))


def exponent_table(qlms: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return the exponents of A, B and all selected modes.

    Parameters
    ----------
    qlms : DataFrame
        From `select`. If it has the column `recurrence_of`, each group is fitted with and without recurrences.
    rng : numpy.random.Generator
        For the simulated p-values.

    Returns
    -------
    DataFrame
        group; returns (recurrences, `kept` or `dropped`); modes; chains; effective (number of independent modes);
        exponent; error (one standard error), low68, high68, low95, high95 (intervals), all with chains as the unit;
        p_fit (Kolmogorov-Smirnov, fitted exponent), p3 and p4 (fixed at 3 and 4); dlnL3, dlnL35, dlnL4 (log-likelihood
        relative to its maximum, for the effective number of modes); needed (independent modes that distinguish 3 from
        4); power (probability that this sample distinguishes them); verdict (on the theory's exponent, 3 or 4 being the
        rival; `differs` also if no power law fits, p_fit < 0.01); because (what the verdict rests on).
    """
    samples = [("kept", qlms)]
    if "recurrence_of" in qlms.columns:
        samples.append(("dropped", qlms[qlms["recurrence_of"].isna()]))
    rows = []
    for returns, sample in samples:
        for group in ("A", "B", "all"):
            rows.append({"group": group, "returns": returns, **_fit_group(in_group(sample, group), group, rng)})
    return pd.DataFrame(rows)


def _fit_group(rows: pd.DataFrame, group: str, rng: np.random.Generator) -> dict[str, Any]:
    """Return what the table says of one group."""
    line: dict[str, Any] = {"modes": len(rows), "chains": rows["chain"].nunique(), "effective": math.nan}
    line |= dict.fromkeys(_FITTED, math.nan)
    if len(rows) < MIN_MODES or rows["x"].eq(1).all():
        few = {"verdict": UNDECIDED, "because": f"fewer than {MIN_MODES} modes"}
        return line | {"needed": modes_needed(4, 3), "power": 0.0} | few
    x, chain = rows["x"].to_numpy(), rows["chain"].to_numpy()
    fit = truncated_power_law(x, chain)
    line["effective"], line["exponent"] = fit.effective_count, fit.exponent
    line["error"] = fit.standard_error
    for percent, confidence in ((68, 0.6827), (95, 0.95)):
        line[f"low{percent}"], line[f"high{percent}"] = fit.interval(confidence)
    label, simulations = cluster_labels(rows), int(np.clip(MAX_DRAWS / len(rows), MIN_SIMULATIONS, SIMULATIONS))
    for name, exponent in (("p_fit", None), ("p3", 3.0), ("p4", 4.0)):
        line[name] = power_law_test(x, label, rng, exponent, simulations).p
    differences = log_likelihood_differences(x, EXPONENTS, fit.effective_count)
    line |= dict(zip(("dlnL3", "dlnL35", "dlnL4"), differences.values(), strict=True))
    truth = EXPECTED_EXPONENT.get(group, 4)  # 3 and 4 are each other's rival
    power = statistical_power(len(rows), fit.effective_count, truth, 7 - truth, fit.freedom)
    line["needed"], line["power"] = power.needed, power.power
    line["verdict"], line["because"] = exponent_verdict(line, truth)
    return line


def exponent_verdict(line: dict[str, Any], truth: float) -> tuple[str, str]:
    """Return the verdict on D(omega) ~ omega^truth, and why; it differs also if no power law fits at all.

    Parameters
    ----------
    line : dict
        chains, p_fit, low95 and high95, as in `exponent_table`.
    truth : float
        The theory's exponent, 3 or 4.
    """
    rival = 7 - truth
    if line["chains"] < MIN_CHAINS:
        return UNDECIDED, f"fewer than {MIN_CHAINS} chains"
    if line["p_fit"] < MIN_FIT_P:
        return DIFFERS, f"no power law fits, p < {MIN_FIT_P:g}"
    verdict = interval_verdict(line["low95"], line["high95"], truth, rivals=(rival,), resolution=RESOLUTION)
    if verdict == AGREES:
        return verdict, f"{truth:g} fits, {rival:g} does not"
    if verdict == DIFFERS:
        other = line["low95"] <= rival <= line["high95"]
        return verdict, f"{rival:g} fits, {truth:g} does not" if other else f"neither {truth:g} nor {rival:g} fits"
    both = line["low95"] <= rival <= line["high95"]
    return verdict, f"{truth:g} and {rival:g} both fit" if both else "the interval is too wide"


def selection_grid(
    modes: pd.DataFrame,
    realizations: pd.DataFrame,
    reference: str = "chain",
    frequency_shares: tuple[float, ...] = GRID_FREQUENCY_SHARES,
    participation_ratios: tuple[float, ...] = GRID_PARTICIPATION_RATIOS,
) -> pd.DataFrame:
    """Return the exponents of A, B and all on a grid of selections.

    Parameters
    ----------
    modes, realizations : DataFrame
        The collected tables.
    reference : str
        Whose omega_1 the bounds are shares of: that of the `chain`, the `study` or the `own` glass, see `Selection`.
    frequency_shares, participation_ratios : tuple of float
        The bounds f, and those on the participation ratio; infinity for none.

    Returns
    -------
    DataFrame
        group, frequency_share, participation_ratio, modes, exponent, error, effective. NaN with fewer than ten modes.
        Bounds beyond the frequencies up to which the table holds modes are left out, and all bounds if the unit of a
        glass is 0, as most glasses of its chain or of the study have no positive shear modulus.
    """
    rows = []
    known = known_shares(realizations, Selection(reference=reference))
    highest = 0.0 if reference_frequency(realizations, reference)[known.index].eq(0).any() else known.min()
    for ratio in participation_ratios:
        for f in frequency_shares:
            if f > highest * (1 + FREQUENCY_TOLERANCE):
                continue
            rule = Selection(frequency_share=f, reference=reference, participation_ratio=ratio)
            chosen = select(modes, realizations, rule)
            for group in ("A", "B", "all"):
                members = in_group(chosen, group)
                exponent = error = effective = math.nan
                if len(members) >= MIN_MODES:
                    fit = truncated_power_law(members["x"], members["chain"])
                    exponent, error, effective = fit.exponent, fit.standard_error, fit.effective_count
                rows.append((group, f, ratio, len(members), exponent, error, effective))
    columns = ["group", "frequency_share", "participation_ratio", "modes", "exponent", "error", "effective"]
    return pd.DataFrame(rows, columns=columns)


def share_of_grid(realizations: pd.DataFrame, rule: Selection) -> float:
    """Return a rule's bound as a share of the unit in which `selection_grid` shows it.

    A fixed frequency is shown as a share of the study's median omega_1; NaN if that is 0.
    """
    if rule.frequency is None:
        return rule.frequency_share
    unit = reference_frequency(realizations, "study")
    return float(rule.frequency / unit.iloc[0]) if len(unit) and unit.iloc[0] > 0 else math.nan


def two_term_fit(in_b: pd.DataFrame) -> TwoTermFit | None:
    """Return c3 omega^3 - c4 omega^4 fitted to the modes of group B, or None with fewer than ten.

    Parameters
    ----------
    in_b : DataFrame
        The selected modes of group B.
    """
    if len(in_b) < MIN_MODES:
        return None
    effective = truncated_power_law(in_b["x"], in_b["chain"]).effective_count
    return fit_two_terms(in_b["x"], in_b["bound"], effective)
