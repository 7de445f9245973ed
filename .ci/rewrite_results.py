#!/usr/bin/env python3
"""Rewrite the tables of our results from the published tables in data/; they are never edited by hand.

python .ci/rewrite_results.py docs data

Tables stand in docs/results.md and docs/results_tables.md, each between two marks with its name.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from atomglass.analysis.counted_glasses import reference_frequency, true_minima
from atomglass.analysis.figures.bound_figure import bound_figure
from atomglass.analysis.figures.coefficient_figures import draw_beta, draw_cubic
from atomglass.analysis.figures.density_of_states_figure import draw_density_of_states
from atomglass.analysis.figures.parent_temperature_figure import parent_temperature_figure
from atomglass.analysis.figures.style import new_figure, panel_letter
from atomglass.analysis.report.comparison_text_tables import BOLTZMANN_HEADER, boltzmann_rows, parent_temperature_rows
from atomglass.analysis.report.other_spectra_tables import other_spectra_tables
from atomglass.analysis.report.text_tables import particle_number_rows
from atomglass.analysis.results.beta_tests import beta_uniformity, hidden_wells
from atomglass.analysis.results.bound_dependence import (
    HARMONIC,
    SPOTS,
    SPOTS_BY_CHAIN,
    UNCUT,
    ModeTables,
    exponents_by_bound,
)
from atomglass.analysis.results.chain_stiffness import exponents_by_chain_stiffness
from atomglass.analysis.results.energy_drift import energy_drifts, found_drift
from atomglass.analysis.results.few_particle_modes import exponents_by_particle_number
from atomglass.analysis.results.other_spectra import spectra_below_rule
from atomglass.analysis.results.paper_coefficients import coefficient_statements, distribution_statements
from atomglass.analysis.results.paper_statements import paper_statements, side_by_side, spot_statements
from atomglass.analysis.results.paper_values import verdict_with_needed
from atomglass.analysis.results.parent_temperatures import (
    COLDEST,
    boltzmann_fits,
    parent_temperature_table,
    with_local_stiffness,
)
from atomglass.analysis.results.spot_selection import FEW, largest_spot_share, particle_numbers, select_spots
from atomglass.analysis.results.study_comparison import compare_studies
from atomglass.analysis.results.theory_tests import all_tests
from atomglass.analysis.results.well_exponents import exponents_by_quench_outcome
from atomglass.analysis.results.well_readings import READINGS, well_readings
from atomglass.analysis.selection import FREQUENCY_TOLERANCE, Selection, in_group, select
from atomglass.analysis.statistics.chain_errors import fraction
from atomglass.analysis.statistics.exponents import exponent_and_error, truncated_power_law
from atomglass.analysis.statistics.goodness_of_fit import power_law_test
from atomglass.analysis.statistics.likelihood import fit_two_terms, log_likelihood_differences
from atomglass.analysis.statistics.number_format import TYPESET
from atomglass.errors import InputError
from atomglass.io.atomic import replace
from atomglass.study.load import Study, load_study
from atomglass.theory.output import save_png
from atomglass.vibrations.localization import PARTICIPATION_RATIO

#: The studies whose modes are known below a fixed frequency, in the order of the tables.
STUDIES = (
    *("kumar2021_n400", "kumar2021_n400_quantile", "kumar2021_n400_cg", "kumar2021_n400_sd", "kumar2021_n400_fire"),
    *("kumar2021_n400_t008", "smoothness_q3", "smoothness_q4", "smoothness_q6"),
    *("kumar2021_n1000", "kumar2021_n1000_trajectories"),
    *("kumar2021_3d_n1000", "kumar2021_3d_n2000", "kumar2021_3d_n2000_t007"),
)
#: Those whose exponents are given for every bound.
BY_BOUND = (
    *("kumar2021_n400", "kumar2021_n400_quantile", "smoothness_q3", "smoothness_q4", "smoothness_q6"),
    *("kumar2021_n1000_trajectories", "kumar2021_3d_n1000", "kumar2021_3d_n2000", "kumar2021_3d_n2000_t007"),
)
KINDS = {
    SPOTS_BY_CHAIN: "pseudo-harmonic, f of the chain's median omega_1",
    SPOTS: "pseudo-harmonic, fixed omega",
    HARMONIC: "harmonic, PR < 0.27, fixed omega",
    UNCUT: "harmonic, no bound on PR, fixed omega",
}
SHARES = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
#: Those whose exponents are given by the number of particles of a mode, by the smoothness of the cutoff.
BY_SMOOTHNESS = (
    *("smoothness_q1", "kumar2021_n400", "smoothness_q3", "smoothness_q4", "smoothness_q6"),
    *("smoothness_3d_q1", "smoothness_3d_q2", "smoothness_3d_q3", "smoothness_3d_q4", "smoothness_3d_q6"),
)
#: Bounds, in units of the chain's median omega_1, at which these are compared with the predictions.
SMOOTHNESS_SHARES = (0.4, 0.5, 0.6)
#: Changes of q that are compared with it: dimension, first and last q, group.
CHANGES = (
    *((2, 1, 3, "all"), (2, 1, 4, "all"), (2, 2, 1, "all"), (2, 2, 4, "all"), (2, 2, 4, "A")),
    *((3, 1, 3, "all"), (3, 1, 4, "all"), (3, 1, 6, "all"), (3, 2, 1, "all")),
    *((3, 2, 3, "all"), (3, 2, 4, "all"), (3, 2, 6, "all")),
    *((3, 2, 4, "A"), (3, 2, 6, "A")),
)
#: Those that differ in the temperature of the liquid alone, and the file of the local stiffness at these temperatures.
BY_TEMPERATURE = tuple(f"parent_t{t}" for t in ("025", "02", "015", "012", "01", "0085", "007", "006"))
STIFFNESS = Path(__file__).resolve().parents[1] / "data" / "parent_dipole_frequencies.csv"
#: Those of the same model and temperature, by size, and the bounds on the frequency at which they are compared. In
#: `parent_t01` all chains have the same diameters; in the others they are drawn independently.
BY_SIZE = ("kumar2021", "kumar2021_n1000_trajectories", "kumar2021_n400", "parent_t01")
FREQUENCIES = (0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6)
#: Bounds on the frequency of harmonic modes at the paper's size, below the first phonon at 0.25.
HARMONIC_FREQUENCIES = (0.1, 0.12, 0.14, 0.16, 0.18, 0.2)
#: What the starts of the paper's size miss, by frequency: share of the modes of a wider search that they do not find
#: (`tests/campaigns/study_completeness.py`, 200 glasses; below 0.35 none of 50).
MISSED = ((0.35, 0.45, 3 / 79), (0.45, 0.5, 6 / 101))
#: Bounds of the fits of group B at the paper's size.
CROSSOVERS = (0.3, 0.35, 0.4, 0.45, 0.5)
#: Bounds at which the theory is tested at the paper's size.
TESTED = (0.3, 0.4, 0.5)
#: Bounds of the modes that stand beside the paper's figures: near its own, and as far as nearly all modes are found.
PICTURED_LOW, PICTURED = 0.16, 0.4
#: The studies whose second wells were tested.
WITH_WELLS = (
    *("kumar2021", "kumar2021_n1000_trajectories", "kumar2021_n400", "smoothness_q3", "smoothness_q4", "smoothness_q6"),
    *("kumar2021_3d_n2000", "kumar2021_3d_n2000_t007"),
)
#: The studies on which the theory is tested.
TESTED_STUDIES = (
    *("kumar2021_n400", "smoothness_q4", "kumar2021_n1000_trajectories"),
    *("kumar2021_3d_n1000", "kumar2021_3d_n2000", "kumar2021_3d_n2000_t007"),
)
#: The rows of the first table: study, the bound in words, and the rule.
ANSWERS = (
    ("kumar2021", "omega < 0.3", Selection(frequency=0.3)),
    ("kumar2021", "omega < 0.4", Selection(frequency=0.4)),
    ("kumar2021", "omega < 0.5", Selection(frequency=0.5)),
    ("kumar2021_n1000_trajectories", "f = 0.9", Selection(frequency_share=0.9)),
    ("kumar2021_n400", "f = 0.6", Selection(frequency_share=0.6)),
    ("kumar2021_n400", "f = 0.8", Selection(frequency_share=0.8)),
    ("kumar2021_n400_quantile", "f = 0.8", Selection(frequency_share=0.8)),
    ("parent_t01", "f = 0.8", Selection(frequency_share=0.8)),
)
#: Studies whose potentials do not have the derivatives that define the groups.
WITHOUT_GROUPS = ("smoothness_q1", "smoothness_3d_q1", "universality_harmonic", "universality_hertz")
#: The pages that hold the tables.
PAGES = ("results.md", "results_tables.md")
Loaded = dict[str, Study]


def has_fixed_bound(study: Study) -> bool:
    """Return whether the modes of a study are known below a fixed frequency."""
    return study.spots is not None


def table(header: Iterable[str], rows: Iterable[Iterable[object]]) -> list[str]:
    """Return the lines of a Markdown table."""
    names = list(header)
    lines = [
        names,
        ["---"] * len(names),
        *([" ".join(str(cell).split()).replace("|", "\\|") for cell in row] for row in rows),
    ]
    return ["| " + " | ".join(line) + " |" if k != 1 else "|" + "|".join(line) + "|" for k, line in enumerate(lines)]


def median_first_phonon(study: Study) -> float:
    """Return the mean over the chains of their median first phonon frequency, the unit of f."""
    unit = reference_frequency(study.realizations, "chain").to_numpy()
    return float(pd.Series(unit).groupby(study.realizations["chain"].to_numpy()).first().mean())


def answer(loaded: Loaded) -> list[str]:
    """Return the exponents of pseudo-harmonic modes that the answer rests on, and what the theory expects."""
    rows = []
    for name, words, rule in ANSWERS:
        if name not in loaded:
            continue
        study = loaded[name]
        spots = select_spots(study.spots, study.realizations, rule)
        number = TYPESET.number(int(study.realizations["number"].iloc[0]))
        bound = rule.frequency or rule.frequency_share * median_first_phonon(study)
        cells: list[str] = []
        for group in ("A", "B", "all"):
            modes = in_group(spots, group)
            test = power_law_test(modes["x"], modes["chain"], np.random.default_rng(0), simulations=400)
            cells += [_fitted(modes), TYPESET.number(test.p, 2)]
        rows.append([name, number, words, f"{bound:.2f}", *cells])
    rows.append(["theory", "", "omega to 0", "", "4", "", "3, or less near omega_c", "", "3", ""])
    return table(("study", "N", "bound", "about omega <", "s of A", "fit", "s of B", "fit", "s of all", "fit"), rows)


def moves(sample: dict[str, Any]) -> str:
    """Return how a liquid was sampled: by displacements, trajectories, or these with swaps of similar diameters."""
    trajectories = sample.get("trajectories")
    return "displ." if not trajectories else "traj., similar" if trajectories.get("swap_window") else "traj."


def studies(loaded: Loaded) -> list[str]:
    """Return how the studies were made, and how many of their modes are of group B."""
    rows = []
    for name, study in with_spots(loaded).items():
        both = select_spots(study.spots, study.realizations)
        both = both[both["group"].isin(["A", "B"])]
        share = fraction(both["group"] == "B", both["chain"])
        r, sample = study.realizations, study.settings["sample"]
        number, dimension = int(r["number"].iloc[0]), study.settings["potential"]["dimension"]
        cells = [name, *map(TYPESET.number, (number, dimension, sample["temperature"], len(r), r["chain"].nunique()))]
        sweeps = [TYPESET.number(sample[name]) for name in ("equilibration_sweeps", "sweeps_between")]
        cells += [f"{', '.join(sweeps)} {moves(sample)}", f"{median_first_phonon(study):.3g}"]
        rows.append([*cells, "–" if name in WITHOUT_GROUPS else TYPESET.with_error(share.value, share.error)])
    return table(("study", "N", "d", "T", "glasses", "chains", "sweeps", "omega_1", "B"), rows)


def with_spots(loaded: Loaded) -> Loaded:
    """Return the studies whose modes are known below a fixed frequency."""
    return {name: study for name, study in loaded.items() if has_fixed_bound(study)}


def study_exponents(loaded: Loaded) -> list[str]:
    """Return the exponents of the default rule for every study, of pseudo-harmonic and of harmonic modes."""
    chosen = with_spots(loaded)
    compared = compare_studies(chosen.values()).assign(study=list(chosen))
    measured = {
        **{"s of A": "spots_A", "s of B": "spots_B", "s of all": "spots_all"},
        **{"harmonic A": "exponent_A", "harmonic B": "exponent_B", "harmonic all": "exponent_all"},
    }
    rows = []
    for line in compared.to_dict("records"):
        study = chosen[line["study"]]
        cells = [line["study"], TYPESET.number(len(select_spots(study.spots, study.realizations)))]
        grouped = line["study"] not in WITHOUT_GROUPS
        for name in measured.values():
            found = TYPESET.with_error(line[name], line[f"{name}_error"]) if grouped or "all" in name else ""
            cells.append(found or "–")
        rows.append(cells)
    return table(("study", "PHMs", *measured), rows)


def bounds(loaded: Loaded) -> list[str]:
    """Return the exponents against the bound, one row per study, kind of modes and group."""
    rows = []
    for name in BY_BOUND:
        study = loaded.get(name)
        if study is None or not has_fixed_bound(study):
            continue
        found = exponents_by_bound(ModeTables(study.modes, study.realizations, study.spots), shares=SHARES)
        for kind, words in KINDS.items():
            for group in ("A", "B", "all"):
                lines = found[(found["kind"] == kind) & (found["group"] == group)].set_index("share")
                rows.append([name, words, group, *(_exponent(lines, share) for share in SHARES)])
    return table(("study", "modes", "group", *(f"f = {share:g}" for share in SHARES)), rows)


def particles(loaded: Loaded) -> list[str]:
    """Return the exponents of modes of few and of many particles, for each smoothness of the cutoff."""
    header: list[str] = []
    rows = []
    for name in BY_SMOOTHNESS:
        if name in loaded:
            study = loaded[name]
            found = exponents_by_particle_number(study.spots, study.realizations, shares=SHARES)
            if name in WITHOUT_GROUPS:
                found = found[found["group"] == "all"]
            header, lines = particle_number_rows(found, TYPESET, SHARES)
            rows += [[name, *line] for line in lines]
    return table(("study", *header), rows)


def many_particle_exponents(study: Study) -> pd.DataFrame:
    """Return the exponents of modes of four or more particles, by group and bound."""
    found = exponents_by_particle_number(study.spots, study.realizations, shares=SMOOTHNESS_SHARES)
    return found[found["particles"] == f"{FEW:g} or more"].set_index(["group", "share"])


def smoothness(loaded: Loaded) -> list[str]:
    """Return the exponents of modes of four or more particles beside 4 and 3 + 2/q, in standard errors."""
    rows = []
    for name in BY_SMOOTHNESS:
        if name not in loaded:
            continue
        study = loaded[name]
        q = study.settings["potential"]["pair"]["order"]
        claimed = 3 + 2 / q
        of_many = many_particle_exponents(study)
        for group in ("A", "all") if q > 1 else ("all",):
            cells = []
            for share in SMOOTHNESS_SHARES:
                line = of_many.loc[(group, share)]
                distances = [f"{(line['exponent'] - s) / line['error']:+.1f}" for s in (4, claimed)]
                cells.append(
                    f"{_with_count(line['exponent'], line['error'], int(line['modes']))}; {', '.join(distances)}"
                )
            dimension = study.settings["potential"]["dimension"]
            rows.append([name, dimension, q, TYPESET.number(claimed), group, *cells])
    header = ("study", "d", "q", "3 + 2/q", "group", *(f"f = {share:g}" for share in SMOOTHNESS_SHARES))
    return table(header, rows)


def smoothness_changes(loaded: Loaded) -> list[str]:
    """Return how the exponent changes with q, all modes of four or more particles and those of A, beside 3 + 2/q."""
    exponents = {}
    for name in BY_SMOOTHNESS:
        if name in loaded:
            potential = loaded[name].settings["potential"]
            exponents[potential["dimension"], potential["pair"]["order"]] = many_particle_exponents(loaded[name])
    rows = []
    for dimension, first, last, group in CHANGES:
        if not {(dimension, first), (dimension, last)} <= exponents.keys():
            continue
        claimed = 2 / last - 2 / first
        cells = []
        for share in SMOOTHNESS_SHARES:
            before, after = (exponents[dimension, q].loc[(group, share)] for q in (first, last))
            change, error = after["exponent"] - before["exponent"], math.hypot(before["error"], after["error"])
            cells.append(f"{TYPESET.with_error(change, error)}; {(change - claimed) / error:+.1f}")
        rows.append([dimension, group, f"{first} to {last}", f"{claimed:+.3g}", *cells])
    return table(("d", "modes", "q", "claimed", *(f"f = {share:g}" for share in SMOOTHNESS_SHARES)), rows)


def _exponent(lines: pd.DataFrame, share: float) -> str:
    if share not in lines.index:
        return "–"
    line = lines.loc[share]
    return _with_count(line["exponent"], line["error"], int(line["modes"]))


def _fitted(modes: pd.DataFrame) -> str:
    return _with_count(*exponent_and_error(modes["x"], modes["chain"]), len(modes))


def _with_count(exponent: float, error: float, modes: int) -> str:
    return f"{TYPESET.with_error(exponent, error)} ({TYPESET.number(modes)})"


def thirds(loaded: Loaded) -> list[str]:
    """Return the exponents of pseudo-harmonic modes by thirds of the chains' median omega_1."""
    study = loaded["kumar2021_n400"]
    found = exponents_by_chain_stiffness(select_spots(study.spots, study.realizations), study.realizations)
    rows = [
        [
            r.third,
            TYPESET.interval(r.lowest, r.highest),
            r.group,
            TYPESET.number(int(r.modes)),
            TYPESET.number(r.effective_chains, 2),
            TYPESET.with_error(r.exponent, r.error),
        ]
        for r in found.itertuples()
    ]
    return table(("chains", "median omega_1", "group", "PHMs", "effective chains", "s"), rows)


def sizes(loaded: Loaded) -> list[str]:
    """Return the exponents of pseudo-harmonic modes below fixed frequencies, by the number of particles."""
    rows = []
    for name in BY_SIZE:
        if name not in loaded:
            continue
        study = loaded[name]
        known = largest_spot_share(study.realizations, Selection(frequency=FREQUENCIES[0])) * (1 + FREQUENCY_TOLERANCE)
        below = {
            frequency: select_spots(study.spots, study.realizations, Selection(frequency=frequency))
            for frequency in FREQUENCIES
            if frequency <= known
        }
        for group in ("A", "B", "all"):
            cells = []
            for frequency in FREQUENCIES:
                if frequency not in below:
                    cells.append("–")
                    continue
                cells.append(_fitted(in_group(below[frequency], group)))
            rows.append([name, TYPESET.number(int(study.realizations["number"].iloc[0])), group, *cells])
    return table(("study", "N", "group", *(f"omega < {bound:g}" for bound in FREQUENCIES)), rows)


def lowered(exponent: float, bound: float) -> float:
    """Return by how much the modes that are `MISSED` lower the fitted exponent of a power law below a bound."""

    def moments(low: float, high: float) -> NDArray[np.float64]:
        """Return integrals of x^exponent and of -x^exponent ln(x) for x = omega / bound from low to high."""
        power = exponent + 1
        ends = np.array([low, high]) / bound
        whole = ends**power / power
        return np.diff([whole, whole * (1 / power - np.log(np.maximum(ends, 1e-300)))])[:, 0]

    lost = sum(share * moments(low, min(high, bound)) for low, high, share in MISSED if low < bound)
    number, logarithms = moments(0.0, bound) - lost
    return exponent + 1 - number / logarithms


def size_crossovers(loaded: Loaded) -> list[str]:
    """Return the exponent of group B at the paper's size below several frequencies, and the fit of a crossover."""
    study = loaded["kumar2021"]
    rows = []
    for bound in reversed(CROSSOVERS):
        spots = select_spots(study.spots, study.realizations, Selection(frequency=bound))
        spots = spots[spots["group"].isin(["A", "B"])]
        share = fraction(spots["group"] == "B", spots["chain"])
        b = in_group(spots, "B")
        power = truncated_power_law(b["x"], b["chain"])
        over_cubic = -log_likelihood_differences(b["x"], (3.0,), power.effective_count)[3.0]
        two = fit_two_terms(b["x"], b["bound"], power.effective_count)
        if bound == max(CROSSOVERS):
            crossing = two.crossing  # of all modes; the other samples are parts of this one
        corrected = power.exponent + lowered(3.0, bound)
        # N_B / N_A of the theory below a bound: the integrals of omega^3 - omega^4 / omega_c and of omega^4 / omega_c.
        expected = crossing / (0.8 * bound) - 1
        relative = share.value / (1 - share.value) / expected
        cells = [TYPESET.with_error(share.value, share.error), _fitted(b)]
        cells += [f"{(3 - s) / power.standard_error:.1f}" for s in (power.exponent, corrected)]
        cells += [f"{corrected:.2f}", f"{TYPESET.number(two.crossing)} ({TYPESET.interval(two.low, two.high)})"]
        cells += [f"{two.over_cubic - over_cubic:+.1f}"]
        error = share.error / (1 - share.value) ** 2 / expected
        rows.insert(0, [f"omega < {bound:g}", *cells, TYPESET.with_error(relative, error)])
    header = (
        "PHMs",
        "share of B",
        "s of B",
        "errors below 3",
        "the same, corrected",
        "corrected s",
        "omega_c (95 %)",
        "ln L",
        "r_B",
    )
    return table(header, rows)


def size_harmonic(loaded: Loaded) -> list[str]:
    """Return the exponents of harmonic modes of the paper's size below fixed frequencies."""
    study = loaded["kumar2021"]
    rows = []
    for text, ratio in (("PR < 0.27", PARTICIPATION_RATIO), ("no bound on PR", math.inf)):
        below = {
            frequency: select(study.modes, study.realizations, Selection(frequency, participation_ratio=ratio))
            for frequency in HARMONIC_FREQUENCIES
        }
        for group in ("A", "B", "all"):
            rows.append([text, group, *(_fitted(in_group(modes, group)) for modes in below.values())])
    return table(("harmonic modes", "group", *(f"omega < {bound:g}" for bound in HARMONIC_FREQUENCIES)), rows)


def size_tests(loaded: Loaded) -> list[str]:
    """Return the tests of the theory on pseudo-harmonic modes of the paper's size, below several frequencies."""
    study = loaded["kumar2021"]
    found = [
        all_tests(select_spots(study.spots, study.realizations, Selection(frequency=bound)), np.random.default_rng(0))
        for bound in TESTED
    ]
    rows = [
        [
            same[0].name,
            *(f"{TYPESET.with_error(t.value, t.error)}: {t.verdict}" for t in same),
            TYPESET.number(same[0].expected),
        ]
        for same in zip(*found, strict=True)
    ]
    return table(("test", *(f"omega < {bound:g}" for bound in TESTED), "theory"), rows)


def paper_figures(loaded: Loaded) -> list[str]:
    """Return what the paper's figures 1 to 4 show, beside the same of our modes at its own size."""
    study = loaded["kumar2021"]
    low, high = Selection(frequency=PICTURED_LOW), Selection(frequency=PICTURED)
    columns = {
        f"harmonic, omega < {PICTURED_LOW:g}": select(study.modes, study.realizations, low),
        f"PHMs, omega < {PICTURED_LOW:g}": select_spots(study.spots, study.realizations, low),
        f"PHMs, omega < {PICTURED:g}": select_spots(study.spots, study.realizations, high),
    }
    rows = [
        ["1", "no mode of A has a second minimum: share that has"],
        ["2", "D(omega) of A along omega^4: exponent"],
        ["2", "D(omega) of B along omega^3: exponent"],
        ["3", "P(beta) of A (uniform in the theory, with the mean of |beta| 0.5): mean"],
        ["3", "P(beta) of B vanishes between -1 and 1: share beyond 2"],
        ["4", "P(b3) of A peaks at 0: share below a quarter of the 90 % quantile of |b3| (0.225 if flat)"],
        ["4", "P(b3) of B has a dip at 0: share below the median |b3| of A"],
        ["4", "|b3| of B is an order of magnitude larger: ratio of the medians"],
    ]
    for modes in columns.values():
        groups = {name: in_group(modes, name) for name in "AB"}
        said = {
            row.quantity: row
            for row in (
                *coefficient_statements(groups, np.random.default_rng(0)),
                *distribution_statements(modes, groups, np.random.default_rng(0)),
            )
        }
        beyond = fraction(groups["B"]["beta"].abs() > 2, groups["B"]["chain"])
        wells_of_a, beta = hidden_wells(modes), beta_uniformity(modes, np.random.default_rng(0))
        numbers = [(wells_of_a.value, wells_of_a.error)]
        numbers += [exponent_and_error(groups[name]["x"], groups[name]["chain"]) for name in "AB"]
        numbers += [(beta.value, beta.error), (beyond.value, beyond.error)]
        names = ("share of A at small |b3|", "share of B at small |b3|", "|b3| of B / |b3| of A")
        numbers += [(said[name].ours, said[name].error) for name in names]
        for row, number in zip(rows, numbers, strict=True):
            row.append(TYPESET.with_error(*number))
    return table(("figure", "the paper", *columns), rows)


def paper_picture(study: Study) -> Figure:
    """Return the paper's figures 2 to 4 for its own size: group A on the left, B on the right."""
    modes = select_spots(study.spots, study.realizations, Selection(frequency=PICTURED)).assign(is_qlm=True)
    figure = new_figure(3, 2, width=7.0, height=8.4)
    for letter, ax in zip("abcdef", figure.axes, strict=True):
        group = "AB"["abcdef".index(letter) % 2]
        panel_letter(ax, letter, f"group {group}, {len(in_group(modes, group)):,} modes")
        if letter in "ab":
            draw_density_of_states(modes, ax, group=group)
        else:
            (draw_beta if letter in "cd" else draw_cubic)(modes, ax, group=group, signed=True)
    return figure


def size_statements(loaded: Loaded) -> list[str]:
    """Return the paper's statements beside both kinds of modes at its own size."""
    return statements(loaded, "kumar2021")


def statements(loaded: Loaded, name: str = "kumar2021_n400") -> list[str]:
    """Return the paper's statements beside both kinds of modes."""
    study = loaded[name]
    both = side_by_side(paper_statements(study), spot_statements(study))
    rows = [
        [
            r.quantity,
            TYPESET.number(r.paper),
            TYPESET.with_error(r.ours, r.error),
            verdict_with_needed(r.verdict, r.needed),
            TYPESET.with_error(r.ours_spots, r.error_spots),
            verdict_with_needed(r.verdict_spots, r.needed_spots),
        ]
        for r in both[both["paper"].notna()].fillna({"verdict": "", "verdict_spots": ""}).itertuples()
    ]
    return table(("quantity", "paper", "harmonic", "verdict", "pseudo-harmonic", "verdict"), rows)


def theory(loaded: Loaded) -> list[str]:
    """Return the tests of the theory on pseudo-harmonic and on harmonic modes."""
    rows = []
    for name in TESTED_STUDIES:
        study = loaded.get(name)
        if study is None or not has_fixed_bound(study):
            continue
        spots, modes = select_spots(study.spots, study.realizations), select(study.modes, study.realizations)
        if study.settings["potential"]["pair"]["order"] > 2:  # single, loosely held particles are a third of the modes
            spots = spots[particle_numbers(spots, study.realizations) >= FEW]
            modes = modes[particle_numbers(modes, study.realizations) >= FEW]
        tests = [{t.name: t for t in all_tests(rows_of, np.random.default_rng(0))} for rows_of in (spots, modes)]
        for test in tests[0].values():
            other = tests[1].get(test.name)
            second = TYPESET.with_error(other.value, other.error) if other else "–"
            value = TYPESET.with_error(test.value, test.error)
            rows.append([name, test.name, value, TYPESET.number(test.expected), test.verdict, second])
    return table(("study", "test", "pseudo-harmonic", "theory", "verdict", "harmonic, PR < 0.27"), rows)


def wells(loaded: Loaded) -> list[str]:
    """Return the second wells in three readings."""
    rows = []
    for name in WITH_WELLS:
        frame = loaded[name].wells if name in loaded else None
        for r in [] if frame is None else well_readings(frame).to_dict("records"):
            shares = [TYPESET.with_error(r[reading], r[f"{reading}_error"]) or "–" for reading in READINGS]
            rows.append([name, r["modes"], r["count"], *shares])
    return table(("study", "modes", "count", *READINGS.values()), rows)


def missing(loaded: Loaded) -> list[str]:
    """Return what is missing: realizations without modes, and searches that did not converge."""
    rows = []
    for name, study in loaded.items():
        r = study.realizations
        minima = true_minima(r)
        known = minima[(minima["status"] == "ok") & minima["complete"].eq(True)]
        soft = int((~(minima["first_phonon_frequency"] > 0)).sum())
        without = len(minima) - len(known)
        spots = int(r["spots_not_converged"].sum()) if has_fixed_bound(study) else "–"
        rows.append([name, len(r), len(r) - len(minima), soft, without, spots, int((r["rattlers"] > 0).sum())])
    header = ("study", "realizations", "no minimum found", "G <= 0", "minima without modes in the table")
    return table((*header, "starts that did not converge", "glasses with rattlers"), rows)


def drifts(loaded: Loaded) -> list[str]:
    """Return the change of the energies from the first to the second half of the chains."""
    rows = []
    for name, study in loaded.items():
        found = energy_drifts(study.realizations)
        if not found:
            continue
        cells = [f"{TYPESET.with_error(d.change, d.error)} ({TYPESET.number(d.p, 1)})" for d in found]
        mean = TYPESET.number(study.realizations["energy_per_particle"].mean())
        rows.append([name, found[0].chains, mean, *cells, "yes" if found_drift(found) else "no"])
    header = ("study", "chains", "energy of inherent states", "liquid, half (p)", "liquid, tenth (p)")
    return table((*header, "inherent states, half (p)", "inherent states, tenth (p)", "drift"), rows)


def well_exponents(loaded: Loaded) -> list[str]:
    """Return the exponents of harmonic modes by where the displaced glass went, N = 400."""
    study = loaded["kumar2021_n400"]
    found = exponents_by_quench_outcome(study.modes, study.realizations, study.wells, Selection())
    rows = [[r.group, r.led_to, int(r.modes), TYPESET.with_error(r.exponent, r.error)] for r in found.itertuples()]
    return table(("group", "the displaced glass went to", "modes", "s"), rows)


def others(loaded: Loaded) -> list[str]:
    """Return the exponents by other roads, N = 400."""
    study = loaded["kumar2021_n400"]
    lines: list[str] = []
    for title, header, rows in other_spectra_tables(spectra_below_rule(study, Selection(), np.random.default_rng(0))):
        lines += [f"{title}:", "", *table(header, rows), ""]
    return lines[:-1]


def by_temperature(loaded: Loaded) -> pd.DataFrame | None:
    """Return the densities of the series of parent temperatures, or None where there are too few."""
    series = [loaded[name] for name in BY_TEMPERATURE if name in loaded]
    if len(series) < 3 or not STIFFNESS.is_file():
        return None
    return with_local_stiffness(parent_temperature_table(series), pd.read_csv(STIFFNESS))


def parents(loaded: Loaded) -> list[str]:
    """Return the density of soft modes by parent temperature, and the fits of Boltzmann's law."""
    found = by_temperature(loaded)
    if found is None:
        return []
    header, rows = parent_temperature_rows(found, TYPESET)
    stiffness = found[found["group"] == "all"]
    local = [
        (
            TYPESET.with_error(r.local_frequency, r.local_frequency_error),
            TYPESET.with_error(r.local_number, r.local_number_error),
        )
        for r in stiffness.itertuples()
    ]
    lines = table(
        [*header, "omega_g", "A_4 omega_g^5 all"], [[*row, *more] for row, more in zip(rows, local, strict=True)]
    )
    fits = []
    for words, name in {"A_4": "prefactor", "A_4 omega_1^5": "number", "A_4 omega_g^5": "local_number"}.items():
        fits += [[words, *cells] for cells in boltzmann_rows(boltzmann_fits(found, name), TYPESET)]
    return [*lines, "", *table(("number", *BOLTZMANN_HEADER), fits)]


def rivals(loaded: Loaded) -> list[str]:
    """Return chi^2 of laws with two parameters for the number of soft modes, at the temperatures of Boltzmann's law."""
    found = by_temperature(loaded)
    if found is None:
        return []
    cold = found[found["group"] == "all"].sort_values("temperature").head(COLDEST)
    temperature, energy = cold["temperature"].to_numpy(), cold["inherent_energy"].to_numpy()
    laws = {
        "exp(-E/T)": 1 / temperature,
        "T^a": np.log(temperature),
        "exp(a T)": temperature,
        "exp(-c/T^2)": temperature**-2,
        "exp(a e), e the inherent energy": energy,
    }
    rows = []
    for law, variable in laws.items():
        cells = []
        for column in ("prefactor", "number", "local_number"):
            logs = np.log(cold[column].to_numpy())
            errors = (cold[f"{column}_error"] / cold[column]).to_numpy()
            fit = np.polyfit(variable - variable.mean(), logs, 1, w=1 / errors)
            chi_squared = ((logs - np.polyval(fit, variable - variable.mean())) ** 2 / errors**2).sum()
            cells.append(TYPESET.number(chi_squared, 2))
        rows.append([law, *cells])
    return table(("law", "A_4", "A_4 omega_1^5", "A_4 omega_g^5"), rows)


#: The blocks of the page, and what writes each.
BLOCKS: dict[str, Callable[[Loaded], list[str]]] = {
    "answer": answer,
    "studies": studies,
    "study exponents": study_exponents,
    "bounds": bounds,
    "particles": particles,
    "smoothness": smoothness,
    "smoothness changes": smoothness_changes,
    "rivals": rivals,
    "thirds": thirds,
    "statements": statements,
    "theory": theory,
    "wells": wells,
    "well exponents": well_exponents,
    "others": others,
    "missing": missing,
    "drifts": drifts,
    "parents": parents,
    "sizes": sizes,
    "size crossovers": size_crossovers,
    "size harmonic": size_harmonic,
    "size tests": size_tests,
    "size statements": size_statements,
    "paper figures": paper_figures,
}


def load(data: Path) -> Loaded:
    """Return all studies in a folder, those of the tables first."""
    names = [name for name in STUDIES if (data / name / "study.json").is_file()]
    names += sorted(path.name for path in data.iterdir() if (path / "study.json").is_file() and path.name not in names)
    studies = {name: load_study(data / name) for name in names}
    # Studies of two-level systems have a page of their own, and few modes.
    return {name: study for name, study in studies.items() if study.tls is None}


def rewritten(texts: list[str], loaded: Loaded) -> list[str]:
    """Return pages with every table, which stands on one of them, written from the data."""
    for name, write in BLOCKS.items():
        begin, end = f"<!-- {name}: written by `.ci/rewrite_results.py` -->", f"<!-- end of {name} -->"
        places = [k for k, text in enumerate(texts) if begin in text]
        if len(places) != 1 or [texts[places[0]].count(mark) for mark in (begin, end)] != [1, 1]:
            raise InputError("the pages", f"no place for the table {name}", f"the lines {begin} and {end}, once each")
        before, rest = texts[places[0]].split(begin)
        after = rest.split(end)[1]
        texts = texts.copy()
        texts[places[0]] = "\n".join([f"{before}{begin}", *write(loaded), f"{end}{after}"])
    return texts


def main() -> None:
    """Rewrite the pages."""
    docs, data = (Path(name) for name in sys.argv[1:])
    loaded = load(data)
    pages = [docs / name for name in PAGES]
    for page, text in zip(pages, rewritten([page.read_text(encoding="utf-8") for page in pages], loaded), strict=True):
        replace(page, text.encode())
    series = by_temperature(loaded)
    if series is not None:
        save_png(parent_temperature_figure(series).figure, docs / "figures" / "parent_temperatures.png")
    save_png(paper_picture(loaded["kumar2021"]), docs / "figures" / "paper_figures.png")
    study = loaded["kumar2021_n400"]
    drawn = bound_figure(exponents_by_bound(ModeTables(study.modes, study.realizations, study.spots)))
    picture = docs / "figures" / "exponent_bound.png"
    save_png(drawn.figure, picture)
    print("written:", *pages, picture)


if __name__ == "__main__":
    main()
