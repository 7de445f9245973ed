"""How good the statistics are on modes of known laws: coverage, power, and the bias of the selection.

`python -m atomglass.analysis.validation.coverage FOLDER [TRIALS]` prints the numbers in docs/statistics.md and draws
its figures; TRIALS is the number of synthetic studies in each row of the table of rules (200; the page has 2,000).
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from atomglass.analysis.figures.style import new_figure
from atomglass.analysis.statistics.exponents import truncated_power_law
from atomglass.analysis.statistics.goodness_of_fit import clustered_uniforms
from atomglass.analysis.statistics.power import modes_needed, rejection_probability
from atomglass.analysis.validation.hybridization import HybridModel
from atomglass.analysis.validation.selection_bias import draw_rules, draw_selection_bias, selection_bias
from atomglass.analysis.validation.selection_coverage import rule_table
from atomglass.analysis.validation.selection_sensitivity import (
    crossover_table,
    few_glasses_table,
    missing_table,
    own_rule_table,
    participation_table,
)
from atomglass.analysis.validation.synthetic import (
    SyntheticStudy,
    draw_labels,
    mixture_exponent,
    mixture_quantile,
    power_law_quantile,
)
from atomglass.theory.output import save_png

Array = NDArray[np.float64]
#: Coupling and modes per realization of the figure; the latter as in the model at N = 4000, T = 0.1.
DRAWN = 0.1, 0.03


@dataclass(frozen=True)
class Coverage:
    """How an interval performs in repeated trials.

    Attributes
    ----------
    bias : float
        Mean of the fitted exponents minus the truth.
    scatter : float
        Their standard deviation.
    coverage : float
        Fraction of the trials whose interval contains the truth.
    rejected : float
        Fraction of the trials whose interval excludes the rival exponent.
    trials : int
        Number of trials.
    """

    bias: float
    scatter: float
    coverage: float
    rejected: float
    trials: int


def coverage(
    law: Callable[[Array], Array],
    truth: float,
    rng: np.random.Generator,
    study: SyntheticStudy | None = None,
    *,
    rival: float = math.nan,
    confidence: float = 0.6827,
    trials: int = 500,
) -> Coverage:
    """Fit many synthetic studies and count how often the interval of the exponent contains the truth.

    Parameters
    ----------
    law : callable
        Quantile function of x = omega / bound.
    truth : float
        The exponent that the fit should find.
    rng : numpy.random.Generator
        Source of randomness.
    study : SyntheticStudy, optional
        How the modes of each study are correlated.
    rival : float
        An exponent that the fit should reject.
    confidence : float
        Confidence of the interval.
    trials : int
        Number of studies.
    """
    study = study or SyntheticStudy()
    rows = []
    batch = 25  # trials with the same labels
    for _ in range(-(-trials // batch)):
        labels = draw_labels(study, rng)
        for x in law(clustered_uniforms(labels.defect, study.correlation, rng, batch)):
            fit = truncated_power_law(x, labels.chain)
            rows.append((fit.exponent, *fit.interval(confidence)))
    s, below, above = np.array(rows)[:trials].T
    return Coverage(
        float(s.mean() - truth),
        float(s.std(ddof=1)),
        float(((below <= truth) & (truth <= above)).mean()),
        float(((rival < below) | (rival > above)).mean()),
        trials,
    )


@dataclass(frozen=True)
class Case:
    """A law, the exponents to find and to reject, and the structure of the studies.

    Attributes
    ----------
    law : callable
        Quantile function of x = omega / bound.
    truth, rival : float
        The exponent that a fit should find, and one that it should reject.
    study : SyntheticStudy
        How the modes are correlated.
    """

    law: Callable[[Array], Array]
    truth: float
    rival: float
    study: SyntheticStudy


QUARTIC = partial(power_law_quantile, exponent=4.0)
CUBIC = partial(power_law_quantile, exponent=3.0)
MIXTURE = partial(mixture_quantile, cubic_fraction=160 / 700)
#: Laws, counts and correlations like those of a study.
CASES = {
    "omega^4, 540 modes, 60 chains": Case(QUARTIC, 4.0, 3.0, SyntheticStudy(540)),
    "omega^3, 160 modes, 60 chains": Case(CUBIC, 3.0, 4.0, SyntheticStudy(160)),
    "540 omega^4 + 160 omega^3": Case(MIXTURE, mixture_exponent(160 / 700), 3.0, SyntheticStudy(700)),
    "omega^4, 540 modes, no recurrences": Case(QUARTIC, 4.0, 3.0, SyntheticStudy(540, modes_per_defect=1.0)),
    "omega^4, 540 modes, each 3 times": Case(QUARTIC, 4.0, 3.0, SyntheticStudy(540, modes_per_defect=3.0)),
    "omega^3, 24 modes, 8 chains": Case(CUBIC, 3.0, 4.0, SyntheticStudy(24, chains=8)),
    "omega^4, 985 modes, 100 chains, five hold 29 %": Case(
        QUARTIC, 4.0, 3.0, SyntheticStudy(sizes=(58,) * 5 + (16,) * 20 + (5,) * 75)
    ),
    "omega^4, 147 modes, 10 chains, two hold 68 %": Case(
        QUARTIC, 4.0, 3.0, SyntheticStudy(sizes=(60, 40, 20, 10, 5, 5, 3, 2, 1, 1))
    ),
    "omega^4, 60 modes, 3 chains": Case(QUARTIC, 4.0, 3.0, SyntheticStudy(sizes=(20, 20, 20))),
}


def coverage_table(rng: np.random.Generator, trials: int = 500) -> pd.DataFrame:
    """Return coverage and power for laws, counts and correlations like those of a study, one row per case."""
    rows = []
    for name, case in CASES.items():
        line: dict[str, object] = {"modes": name, "truth": case.truth}
        for confidence in (0.6827, 0.95):
            found = coverage(
                case.law, case.truth, rng, case.study, rival=case.rival, confidence=confidence, trials=trials
            )
            line |= {"bias": found.bias, "scatter": found.scatter, f"covered {confidence:.0%}": found.coverage}
        line[f"rejects {case.rival:g}"] = found.rejected
        rows.append(line)
    return pd.DataFrame(rows)


def simulated_power(count: int, truth: float, rejected: float, rng: np.random.Generator, trials: int = 4000) -> float:
    """Return how often independent modes of one law reject another exponent at 95 %, to check the calculated power.

    Parameters
    ----------
    count : int
        Modes per sample.
    truth, rejected : float
        The exponent that the modes follow, and the one that is tested.
    rng : numpy.random.Generator
        Source of randomness.
    trials : int
        Number of samples.
    """
    x = power_law_quantile(rng.random((trials, count)), truth)
    rate = -count / np.log(x).sum(axis=1)
    low, high = (stats.gamma.ppf(tail, count) / count * rate - 1 for tail in (0.025, 0.975))
    return float(((rejected < low) | (rejected > high)).mean())


def main(folder: Path, trials: int) -> None:
    """Print the numbers in docs/statistics.md and draw its figure."""
    rng = np.random.default_rng(2021)
    print(rule_table(rng, trials).round(3).to_string())
    bounds = own_rule_table(rng)
    for table in (bounds, missing_table(rng), few_glasses_table(rng), crossover_table(rng), participation_table()):
        print(table.round(3).to_string())
    folder.mkdir(parents=True, exist_ok=True)
    figure = new_figure()
    draw_rules(bounds, figure.axes[0])
    save_png(figure, folder / "selection_rules.png")
    print(coverage_table(rng).to_string(float_format="%.3f"))
    for truth, rejected in ((4.0, 3.0), (3.0, 4.0)):
        needed = modes_needed(truth, rejected)
        exact = float(rejection_probability(needed, truth, rejected))
        simulated = simulated_power(needed, truth, rejected, rng)
        print(f"truth {truth:g}, rejects {rejected:g}: {needed} modes, power {exact:.4f}, simulated {simulated:.4f}")
    for coupling, density in ((0.05, 0.3), (0.1, 0.3), (0.2, 0.3), DRAWN):
        drawn = (coupling, density) == DRAWN
        grid = selection_bias(rng, HybridModel(coupling=coupling, density=density), 20_000 if drawn else 6000)
        shown = grid[(grid["group"] == "all") & grid["participation_ratio"].isin([0.1, 0.27, math.inf])]
        print(f"coupling {coupling:g}, {density:g} modes per realization")
        for value in ("exponent", "error"):
            print(shown.pivot(index="participation_ratio", columns="frequency_share", values=value).round(2))
        if drawn:
            figure = new_figure()
            draw_selection_bias(grid, figure.axes[0])
            save_png(figure, folder / "selection_bias.png")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."), int(sys.argv[2]) if len(sys.argv) > 2 else 200)
