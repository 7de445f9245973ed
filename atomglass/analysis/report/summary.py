"""The summary of a study, for a reader who sees one for the first time: plain text of at most 80 columns."""

from __future__ import annotations

import pandas as pd
from scipy import stats

from atomglass.analysis.report.paragraphs import paragraph
from atomglass.analysis.report.summary_exponents import exponents_section
from atomglass.analysis.results.energy_drift import drift_warnings
from atomglass.analysis.results.selected_modes import rule_or_refusal
from atomglass.analysis.results.selection_warnings import selection_warnings
from atomglass.analysis.results.spot_selection import select_spots
from atomglass.analysis.selection import Selection, select
from atomglass.analysis.true_barriers import barrier_is_real, barrier_sought
from atomglass.errors import InputError
from atomglass.study.collected_tables import require_columns

_REMEDIES = {
    "not_converged": "raise quench.max_iterations, or quench.force_tolerance where it stalls",
    "not_a_minimum": "lower quench.force_tolerance: the quench stopped at a saddle",
    "no_rigidity": "raise the density or lower the temperature: the sample is not a solid",
    "all_rattlers": "raise the density: the particles do not touch",
    "crashed": "the folder crashes of the study holds the tracebacks; report it with study.json",
    "error": "run the study again; if it comes back, report it with study.json",
}

_MODE_COLUMNS = (
    "realization",
    "chain",
    "frequency",
    "group",
    "second_minimum",
    "barrier",
    "true_barrier",
    "b3_cutoff_share",
    "participation_ratio",
)
_REALIZATION_COLUMNS = ("chain", "status", "reason", "complete", "rattlers", "number", "first_phonon_frequency")


def summarize(
    modes: pd.DataFrame,
    realizations: pd.DataFrame,
    *,
    rule: Selection | None = None,
    refusal: str = "",
    spots: pd.DataFrame | None = None,
) -> str:
    """Return the summary of a study.

    Parameters
    ----------
    modes, realizations : DataFrame
        The collected tables.
    rule : Selection, optional
        Which modes are quasi-localized; by default the primary rule, or one by the own omega_1 if the tables do not
        hold all modes of the primary rule.
    refusal : str
        Why the primary rule cannot be used; no exponents are given then. Ignored without a rule.
    spots : DataFrame, optional
        The collected table of pseudo-harmonic modes.

    Raises
    ------
    InputError
        A table lacks a column.
    """
    require_columns(modes, _MODE_COLUMNS)
    require_columns(realizations, _REALIZATION_COLUMNS, "realizations")
    if rule is None:
        rule, refusal = rule_or_refusal(realizations)
    qlms = select(modes, realizations, rule)
    parts = [_glasses(realizations), _selection(qlms, realizations, rule)]
    if len(qlms):
        parts += [_groups(qlms), _exponents(qlms, realizations, spots, refusal)]
    parts += _caveats(qlms, realizations, rule)
    return "\n\n".join(parts)


def _glasses(realizations: pd.DataFrame) -> str:
    """Return how many glasses were made, and what failed."""
    good = realizations[realizations["status"] == "ok"]
    failed = realizations[realizations["status"] != "ok"]
    chains = _count(realizations["chain"].nunique(), "independent chain")
    made = _count(len(realizations), "realization")
    lines = ["GLASSES", paragraph(f"{made} from {chains}: {len(good)} analyzed, {len(failed)} failed.")]
    for status, rows in failed.groupby("status"):
        reason = str(rows["reason"].iloc[0]).strip().rstrip(".") or "no reason given"
        remedy = _REMEDIES.get(str(status), "see the column `reason` of realizations.parquet")
        lines.append(paragraph(f"{len(rows)} x {status}: {reason}. What to do: {remedy}."))
    if len(good):
        lines += [_rattlers(good), _phonons(good)]
    return "\n".join(lines)


def _rattlers(good: pd.DataFrame) -> str:
    number = good["rattlers"].fillna(0)
    if not number.any():
        return paragraph("No rattlers: every particle is held by its neighbors.")
    share = 100 * number.sum() / good["number"].sum()
    return paragraph(
        f"{_count(int(number.sum()), 'rattler')} (loose particles, left out of the modes) in "
        f"{_count(int((number > 0).sum()), 'glass', 'glasses')}: {share:.2g} % of all particles."
    )


def _phonons(good: pd.DataFrame) -> str:
    first = good["first_phonon_frequency"].dropna()
    return paragraph(
        f"First phonon, the softest sound wave of the box: frequency {first.mean():.3g} ({_range(first)}), "
        "in units of sqrt(epsilon/m)/length, as all frequencies here."
    )


def _selection(qlms: pd.DataFrame, realizations: pd.DataFrame, rule: Selection) -> str:
    """Return what a quasi-localized mode is, and how many there are."""
    analyzed = int((realizations["status"] == "ok").sum())
    found = f"{_count(len(qlms), 'QLM')} found" + (f", {len(qlms) / analyzed:.2g} per glass." if analyzed else ".")
    lines = [
        "QUASI-LOCALIZED MODES (QLMs)",
        paragraph(
            f"A QLM is a soft vibration in which few particles take part: {rule}. Here omega is its frequency, "
            f"omega_1 that of the first phonon, PR the participation ratio. {found}"
        ),
    ]
    if not len(qlms):
        lines.append(
            paragraph("What to do: make more glasses (ensemble.chains, then run with --extend), or smaller ones.")
        )
    return "\n".join(lines)


def _groups(qlms: pd.DataFrame) -> str:
    """Return the two groups side by side."""
    groups = {name: qlms[qlms["group"] == name] for name in "AB"}
    rows = [
        ("", "group A", "group B"),
        ("the glass sits in", "the only or lower well", "the higher well"),
        ("modes", *(str(len(rows)) for rows in groups.values())),
        ("share (68 % interval)", *(_share(len(rows), len(qlms)) for rows in groups.values())),
        ("with a second well", f"{int(groups['A']['second_minimum'].sum())} (hidden, higher)", "all, by definition"),
        ("frequency", *(_range(rows["frequency"]) for rows in groups.values())),
        ("barrier (epsilon)", *(_range(rows["barrier"].dropna()) for rows in groups.values())),
        ("true energy has one", *(_confirmed(rows) for rows in groups.values())),
    ]
    lines = ["TWO GROUPS"]
    lines.append(paragraph("By the energy along the mode, b2 s^2/2 + b3 s^3/6 + b4 s^4/24:"))
    lines += [f"  {name:<23}{a:<27}{b}".rstrip() for name, a, b in rows]
    for name, what in (("unbounded", "b4 <= 0: the quartic has no lower bound"), ("unstable", "b2 <= 0: no minimum")):
        number = int((qlms["group"] == name).sum())
        if number:
            lines.append(paragraph(f"In addition, {number} {name} ({what})."))
    return "\n".join(lines)


def _confirmed(rows: pd.DataFrame) -> str:
    """Return for how many second wells of the quartic the true energy along the mode has the barrier."""
    doubles = rows[rows["second_minimum"] & barrier_sought(rows)]
    return f"{int(barrier_is_real(doubles).sum())} of {len(doubles)} barriers"


def _exponents(qlms: pd.DataFrame, realizations: pd.DataFrame, spots: pd.DataFrame | None, refusal: str) -> str:
    """Return the exponents; those of pseudo-harmonic modes below the primary rule's bound, which needs no table."""
    try:
        return exponents_section(qlms, refusal, None if spots is None else select_spots(spots, realizations))
    except InputError as error:  # this rule's unit is 0, or the modes were not sought so far up
        unknown = paragraph(f"No exponents of pseudo-harmonic modes are given: {error}.")
        return exponents_section(qlms, refusal) + "\n" + unknown


def _caveats(qlms: pd.DataFrame, realizations: pd.DataFrame, rule: Selection) -> list[str]:
    """Return the limitations of these numbers, at most one part of the text."""
    warnings = (*selection_warnings(realizations, rule), *drift_warnings(realizations))
    lines = [*(_mode_caveats(qlms) if len(qlms) else []), *map(paragraph, warnings)]
    return ["\n".join(["NOTE", *lines])] if lines else []


def _mode_caveats(qlms: pd.DataFrame) -> list[str]:
    """Return the limitations of what the modes say."""
    chains = qlms["chain"].nunique()
    errors = (
        "Errors of s allow for that; those of the shares do not."
        if chains > 1
        else "With only one chain their errors cannot be judged."
    )
    lines = [
        paragraph(
            f"Realizations of one chain are correlated: the same mode can appear in several. These modes come from "
            f"{_count(chains, 'chain')}. {errors}"
        ),
    ]
    doubles = qlms[qlms["second_minimum"] & barrier_sought(qlms)]
    missing = int((~barrier_is_real(doubles)).sum())
    if missing:
        lines.append(
            paragraph(
                f"In {missing} of {_count(len(doubles), 'QLM')} with a second well the true energy along the mode "
                "has no such barrier: there only the quartic has the second well (docs/physics.md)."
            )
        )
    cutoff_dominated = int((qlms["b3_cutoff_share"].abs() > 0.5).sum())
    if cutoff_dominated:
        lines.append(
            paragraph(
                f"In {_count(cutoff_dominated, 'QLM')} most of b3 comes from pairs within 5 % of the cutoff of the "
                "potential, where its third derivative may jump: compare with a smoother potential."
            )
        )
    return lines


def _share(count: int, total: int) -> str:
    interval = stats.binomtest(count, total).proportion_ci(0.68, method="wilson")
    return f"{100 * count / total:.0f} % ({100 * interval.low:.0f} to {100 * interval.high:.0f} %)"


def _range(values: pd.Series) -> str:
    if not len(values):
        return "none"
    low, high = f"{values.min():.3g}", f"{values.max():.3g}"
    return low if low == high else f"{low} to {high}"


def _count(number: int, noun: str, plural: str | None = None) -> str:
    many = f"{noun}s" if plural is None else plural
    return f"{number} {noun if number == 1 else many}"
