"""The figures of a study: those of the paper, the selected modes, and the spectrum."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from atomglass.analysis.figures.coefficient_figures import draw_beta, draw_cubic
from atomglass.analysis.figures.density_of_states_figure import draw_density_of_states
from atomglass.analysis.figures.named_figure import NamedFigure
from atomglass.analysis.figures.quartic_portraits import quartic_portraits_figure
from atomglass.analysis.figures.selected_modes_figure import draw_selection
from atomglass.analysis.figures.spectrum_figures import draw_participation, draw_reduced_density
from atomglass.analysis.figures.style import new_figure, panel_letter, styled
from atomglass.analysis.results.selected_modes import mark_selected
from atomglass.analysis.results.spectrum import debye_level, density_of_states, known_below
from atomglass.analysis.selection import Selection
from atomglass.study.collected_tables import quasi_localized, require_columns

#: Columns of the realizations that the figures of the spectrum need.
_SPECTRUM_COLUMNS = {"transverse_speed", "longitudinal_speed", "density", "number", "rattlers", "dimension"}


@styled
def study_figures(
    modes: pd.DataFrame,
    realizations: pd.DataFrame,
    *,
    rule: Selection | None = None,
    density: pd.DataFrame | None = None,
) -> list[NamedFigure]:
    """Draw the figures of a study: the paper's four, the selected modes, and the spectrum.

    Parameters
    ----------
    modes, realizations : DataFrame
        The collected tables.
    density : DataFrame, optional
        A density of states of the same glasses from another method (columns frequency, density, error); it replaces
        that of the table of modes.
    rule : Selection, optional
        Which modes are quasi-localized; the primary rule by default.

    Raises
    ------
    InputError
        A table lacks a column, or the rule's bound lies above what the tables hold.
    """
    require_columns(realizations, ("realization", "status"), "realizations")
    rule = rule or Selection()
    modes = mark_selected(modes, realizations, rule)
    return [
        *_paper_figures(modes),
        _selection(modes, realizations, rule),
        *_spectrum(modes, realizations, rule.participation_ratio, density),
    ]


def _paper_figures(modes: pd.DataFrame) -> list[NamedFigure]:
    """Return Figs. 1 to 4 of Kumar, Procaccia and Singh, with the panels in their order."""

    def beta(modes: pd.DataFrame, ax: Axes, *, group: str) -> Axes:
        return draw_beta(modes, ax, group=group, signed=True)

    def cubic(modes: pd.DataFrame, ax: Axes, *, group: str) -> Axes:
        return draw_cubic(modes, ax, group=group, signed=True)

    portraits = NamedFigure(
        "quartic_portraits",
        "Quartic energy along single modes (Fig. 1 of the paper)",
        "Quartic energy U(s) along single modes: group A, (a) to (c), and group B, (d) to (f), at evenly spaced "
        "quantiles of |beta|; the last of A is a hidden well if there is one. Filled circle: the glass; open circle: "
        "the second minimum; triangle: the barrier, magnified in an inset if it is too low to be seen. The horizontal "
        "axes of one group are the same in units of (b2/b4)^(1/2).",
        quartic_portraits_figure(modes),
    )
    density_figure = NamedFigure(
        "density_of_states",
        "Densities of states of the two groups (Fig. 2)",
        "D(omega) of the quasi-localized modes of group A (a) and B (b), double logarithmic, with 68 % Poisson errors; "
        "in the paper A is panel (b). A mode is selected below a bound on omega that differs from glass to glass: in "
        "the gray band, where 90 % of these bounds lie, the selection ends and D(omega) falls. The gray laws are not "
        "fitted: they are omega^3 and omega^4, normalized, cut at each glass's own bound and averaged over the bins as "
        "the data are.",
        _both_groups(modes, draw_density_of_states),
    )
    beta_figure = NamedFigure(
        "beta",
        "Distribution of beta (Fig. 3)",
        "P(beta) of group A (a) and B (b), 68 % Poisson errors. The sign of a mode is arbitrary, so each mode counts "
        "half at beta and half at -beta, and the open symbols are the mirror image of the filled ones. The theory "
        "expects a uniform law in A; between the dotted lines and 1 the "
        "quartic has a second, higher minimum.",
        _both_groups(modes, beta),
    )
    cubic_figure = NamedFigure(
        "b3",
        "Distribution of the cubic coefficient (Fig. 4)",
        "P(b3) of group A (a) and B (b), 68 % Poisson errors. The sign of a mode is arbitrary, so each mode counts "
        "half at b3 and half at -b3, and the open symbols are the mirror image of the filled ones.",
        _both_groups(modes, cubic),
    )
    return [portraits, density_figure, beta_figure, cubic_figure]


def _both_groups(modes: pd.DataFrame, draw: Callable[..., Axes]) -> Figure:
    """Return a figure of two panels, (a) for group A and (b) for group B."""
    figure = new_figure(2, 1, height=5.0)
    for ax, letter, group in zip(figure.axes, "ab", "AB", strict=True):
        draw(modes, ax, group=group)
        panel_letter(ax, letter, f"group {group}, {len(quasi_localized(modes, group)):,} QLMs")
    return figure


def _selection(modes: pd.DataFrame, realizations: pd.DataFrame, rule: Selection) -> NamedFigure:
    figure = new_figure(height=2.8)
    draw_selection(modes, figure.axes[0], rule=rule)
    # "glasses", not "realizations": it must fit above a single column
    analyzed = int((realizations["status"] == "ok").sum())
    figure.axes[0].set_title(f"{len(quasi_localized(modes)):,} QLMs in {analyzed:,} glasses", loc="left")
    caption = f"All computed modes, and those called quasi-localized: {rule} (shaded)." + (
        " Dotted line: omega_1, the first phonon band." if rule.unit else ""
    )
    return NamedFigure("selection", "Which modes were selected", caption, figure)


def _spectrum(
    modes: pd.DataFrame, realizations: pd.DataFrame, participation_ratio: float, given: pd.DataFrame | None
) -> list[NamedFigure]:
    """Return D(omega)/omega^(d-1), and PR among the phonons; nothing without sound or the columns that they need."""
    good = realizations[realizations["status"] == "ok"]
    if (
        not len(good)
        or not set(realizations.columns) >= _SPECTRUM_COLUMNS
        or not all(c > 0 for c in _sound_speeds(good))
    ):
        return []
    full = bool((known_below(modes, good) == float("inf")).mean() > 0.5)
    table = density_of_states(modes, realizations) if given is None else given
    if given is not None:
        source = "Taken from density_of_states.parquet."
    else:
        source = "Full spectra." if full else "The tables hold only the low modes; the boson peak lies higher."
    figures = [_reduced_density(table, good, source)]
    if full:  # otherwise the only phonon band that the tables reach is in the figure of the selection
        figures.append(_participation(modes, good, participation_ratio))
    return figures


def _sound_speeds(good: pd.DataFrame) -> tuple[float, float]:
    """Return the mean transverse and longitudinal speed of sound."""
    return float(good["transverse_speed"].mean()), float(good["longitudinal_speed"].mean())


def _reduced_density(table: pd.DataFrame, good: pd.DataFrame, source: str) -> NamedFigure:
    dimension, (transverse, longitudinal) = int(good["dimension"].iloc[0]), _sound_speeds(good)
    density = float((good["density"] * (1 - good["rattlers"].fillna(0) / good["number"])).mean())  # without rattlers
    figure = new_figure()
    draw_reduced_density(
        table,
        figure.axes[0],
        dimension=dimension,
        debye=debye_level(transverse, longitudinal, density, dimension),
        first_phonon=float(good["first_phonon_frequency"].mean()),
    )
    divisor = "omega" if dimension == 2 else "omega^2"
    caption = (
        f"Density of all modes over {divisor}, one standard error between chains. {source} Dashed: the Debye law from "
        "the measured speeds of sound. A box of this size has no sound waves below the first phonon."
    )
    return NamedFigure("reduced_density", f"D(omega)/{divisor} and the Debye level", caption, figure)


def _participation(modes: pd.DataFrame, good: pd.DataFrame, participation_ratio: float) -> NamedFigure:
    transverse, longitudinal = _sound_speeds(good)
    figure = new_figure(height=2.8)
    draw_participation(
        modes,
        figure.axes[0],
        speed_ratio=longitudinal / transverse,
        dimension=int(good["dimension"].iloc[0]),
        participation_ratio=participation_ratio,
    )
    caption = (
        "Lines: the plane waves of an elastic medium in this box, transverse (T, dotted) and longitudinal (L, dashed); "
        "the index is n^2 of the wave vector. Horizontal line: the selection's threshold."
    )
    return NamedFigure("participation", "Participation ratio and phonon bands", caption, figure)
