"""How good the statistics are, measured on modes of known laws: coverage, power, and what the selection does.

`python -m atomglass.analysis.validation.coverage FOLDER` prints what docs/statistics.md quotes and draws its picture.
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
from matplotlib.axes import Axes
from numpy.typing import NDArray
from scipy import stats

from atomglass.analysis.figures.style import GRAY, GROUP_COLORS, PALE, axes_or_new, new_figure, styled
from atomglass.analysis.results.exponent_tables import selection_grid
from atomglass.analysis.statistics.bootstrap import chain_weights, interval_bounds
from atomglass.analysis.statistics.power import modes_needed, rejection_probability
from atomglass.analysis.validation.hybridization import HybridModel, hybrid_spectra
from atomglass.analysis.validation.synthetic import (
    chain_structure,
    draw_uniforms,
    mixture_exponent,
    mixture_quantile,
    power_law_quantile,
)

Array = NDArray[np.float64]
#: Coupling and modes a realization of the picture: the latter is that of the model at N = 4000, T = 0.1.
PICTURED = 0.1, 0.03


@dataclass(frozen=True)
class Coverage:
    """How an interval does in repeated trials.

    Attributes
    ----------
    bias : float
        Mean of the fitted exponents less the truth.
    scatter : float
        Their standard deviation.
    coverage : float
        Share of the trials whose interval holds the truth.
    rejected : float
        Share of the trials whose interval leaves out the rival exponent.
    trials : int
        How many.
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
    *,
    rival: float = math.nan,
    count: int = 540,
    chains: int = 60,
    returns: float = 1.5,
    likeness: float = 0.9,
    confidence: float = 0.6827,
    trials: int = 500,
    resamples: int = 2000,
) -> Coverage:
    """Fit many synthetic studies and count how often the interval of the exponent holds the truth.

    Parameters
    ----------
    law : callable
        Quantile function of x = omega / bound.
    truth, rival : float
        The exponent that a fit should find, and one that it should reject.
    rng : numpy.random.Generator
        Source of randomness.
    count, chains, returns, likeness
        Of each study: modes, chains, modes of a defect, and how alike they are (`synthetic.chain_structure`).
    confidence : float
        Of the interval.
    trials, resamples : int
        Studies, and bootstrap resamples of each.
    """
    estimate, low, high = [], [], []
    batch = 25  # trials that share one structure of chains and defects
    for _ in range(-(-trials // batch)):
        structure = chain_structure(count, chains, returns, rng)
        logs = -np.log(law(draw_uniforms(structure, likeness, rng, batch)))
        labels, index = np.unique(structure.chain, return_inverse=True)
        member = np.zeros((len(labels), count))
        member[index, np.arange(count)] = 1
        held, summed = np.repeat(member.sum(axis=1)[:, None], batch, axis=1), member @ logs.T
        bounds = interval_bounds(held, summed, chain_weights(len(labels), rng, resamples), confidence)
        estimate.append(count / summed.sum(axis=0) - 1)
        low.append(bounds[0])
        high.append(bounds[1])
    s, below, above = (np.concatenate(parts)[:trials] for parts in (estimate, low, high))
    return Coverage(
        float(s.mean() - truth),
        float(s.std(ddof=1)),
        float(((below <= truth) & (truth <= above)).mean()),
        float(((rival < below) | (rival > above)).mean()),
        trials,
    )


def coverage_table(rng: np.random.Generator, trials: int = 500) -> pd.DataFrame:
    """Return coverage and power for laws, counts and correlations like those of a study."""
    laws = {
        "omega^4, 540 modes, 60 chains": (partial(power_law_quantile, exponent=4.0), 4.0, 3.0, 540, 60, 1.5),
        "omega^3, 160 modes, 60 chains": (partial(power_law_quantile, exponent=3.0), 3.0, 4.0, 160, 60, 1.5),
        "540 omega^4 + 160 omega^3": (
            partial(mixture_quantile, cubic_share=160 / 700), mixture_exponent(160 / 700), 3.0, 700, 60, 1.5,
        ),
        "omega^4, 540 modes, none returns": (partial(power_law_quantile, exponent=4.0), 4.0, 3.0, 540, 60, 1.0),
        "omega^4, 540 modes, each 3 times": (partial(power_law_quantile, exponent=4.0), 4.0, 3.0, 540, 60, 3.0),
        "omega^3, 24 modes, 8 chains": (partial(power_law_quantile, exponent=3.0), 3.0, 4.0, 24, 8, 1.5),
    }  # fmt: skip
    rows = []
    for name, (law, truth, rival, count, chains, returns) in laws.items():
        line: dict[str, object] = {"modes": name, "truth": truth}
        for confidence in (0.6827, 0.95):
            found = coverage(
                law, truth, rng, rival=rival, count=count, chains=chains, returns=returns,
                confidence=confidence, trials=trials,
            )  # fmt: skip
            line |= {"bias": found.bias, "scatter": found.scatter, f"covered {confidence:.0%}": found.coverage}
        line[f"rejects {rival:g}"] = found.rejected
        rows.append(line)
    return pd.DataFrame(rows)


def simulated_power(count: int, truth: float, rejected: float, rng: np.random.Generator, trials: int = 4000) -> float:
    """Return how often `count` independent modes of one law reject another exponent at 95 %: the check on `power`."""
    x = power_law_quantile(rng.random((trials, count)), truth)
    rate = -count / np.log(x).sum(axis=1)
    low, high = (stats.gamma.ppf(tail, count) / count * rate - 1 for tail in (0.025, 0.975))
    return float(((rejected < low) | (rejected > high)).mean())


@styled
def draw_selection_bias(grid: pd.DataFrame, ax: Axes | None = None, *, truth: float = 4.0) -> Axes:
    """Draw the fitted exponent against f, one line a bound on the participation ratio.

    Parameters
    ----------
    grid : DataFrame
        From `selection_grid`.
    ax : Axes, optional
        Where to draw; by default in a new figure.
    truth : float
        The law of the hidden modes.
    """
    ax = axes_or_new(ax)
    ax.axhline(truth, color=GRAY, linestyle="--", label=rf"hidden law, $s = {truth:g}$")
    ax.axvline(0.8, color=GRAY, linestyle=":", label="primary rule")
    looks = {0.1: (PALE, "o"), 0.27: (GROUP_COLORS["A"], "s"), math.inf: (GROUP_COLORS["B"], "^")}
    for ratio, (color, marker) in looks.items():
        line = grid[(grid["participation_ratio"] == ratio) & (grid["group"] == "all")].dropna(subset="exponent")
        label = "no bound on PR" if math.isinf(ratio) else f"PR < {ratio:g}"
        ax.errorbar(
            line["frequency_share"], line["exponent"], line["error"], color=color, marker=marker, capsize=2,
            label=label,
        )  # fmt: skip
    ax.set(xlabel=r"$f$ (modes below $f\,\omega_1$)", ylabel="fitted exponent $s$", yscale="log")
    ax.set_yticks([2, 3, 4, 5, 7, 10, 20], ["2", "3", "4", "5", "7", "10", "20"])
    ax.minorticks_off()
    ax.legend(loc="upper left")
    return ax


def selection_bias(
    rng: np.random.Generator, model: HybridModel | None = None, realizations: int = 6000
) -> pd.DataFrame:
    """Return the exponents that selections find where modes of a known law hide among phonons."""
    return selection_grid(hybrid_spectra(model or HybridModel(), realizations, rng))


def main(folder: Path) -> None:
    """Print every figure of docs/statistics.md and draw its picture."""
    rng = np.random.default_rng(2021)
    print(coverage_table(rng).to_string(float_format="%.3f"))
    for truth, rejected in ((4.0, 3.0), (3.0, 4.0)):
        needed = modes_needed(truth, rejected)
        exact = float(rejection_probability(needed, truth, rejected))
        seen = simulated_power(needed, truth, rejected, rng)
        print(f"truth {truth:g}, rejects {rejected:g}: {needed} modes, power {exact:.4f}, simulated {seen:.4f}")
    for coupling, density in ((0.05, 0.3), (0.1, 0.3), (0.2, 0.3), PICTURED):
        pictured = (coupling, density) == PICTURED
        grid = selection_bias(rng, HybridModel(coupling=coupling, density=density), 20_000 if pictured else 6000)
        shown = grid[(grid["group"] == "all") & grid["participation_ratio"].isin([0.1, 0.27, math.inf])]
        print(f"coupling {coupling:g}, {density:g} modes a realization")
        for value in ("exponent", "error"):
            print(shown.pivot(index="participation_ratio", columns="frequency_share", values=value).round(2))
        if pictured:
            folder.mkdir(parents=True, exist_ok=True)
            figure = new_figure()
            draw_selection_bias(grid, figure.axes[0])
            figure.savefig(folder / "selection_bias.png", dpi=200)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
