"""All figures of a study, each with a name and a caption, and their files."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from atomglass.analysis.figures.mode_pictures import draw_mode
from atomglass.analysis.figures.paper_figures import (
    draw_beta,
    draw_cubic,
    draw_density_of_states,
    draw_selection,
    portraits_figure,
)
from atomglass.analysis.figures.selection_figure import draw_selection_grid
from atomglass.analysis.figures.spectrum_figures import draw_participation, draw_reduced_density
from atomglass.analysis.figures.style import GROUP_COLORS, new_figure, panel_letter, styled
from atomglass.analysis.results.spectrum import debye_level, density_of_states, known_below
from atomglass.analysis.selection import quasi_localized, require
from atomglass.system.configuration import Configuration
from atomglass.system.potential import PairPotential
from atomglass.vibrations.localization import FREQUENCY_SHARE, PARTICIPATION_RATIO
from atomglass.vibrations.modes import lowest_modes

#: Dots an inch of the PNG files and of what is rasterised inside the others.
RESOLUTION = 200


@dataclass(frozen=True)
class NamedFigure:
    """A figure with what a reader needs beside it.

    Attributes
    ----------
    name : str
        Of its files.
    title, caption : str
        Plain text; the caption says what is drawn, from how much, and what the errors are.
    figure : matplotlib.figure.Figure
        What is drawn.
    """

    name: str
    title: str
    caption: str
    figure: Figure

    def svg(self) -> str:
        """Return the figure as SVG, the same bytes each time, letters as outlines: it needs no font."""
        sink = io.StringIO()
        with matplotlib.rc_context({"svg.hashsalt": self.name, "svg.fonttype": "path"}):
            self.figure.savefig(sink, format="svg", dpi=RESOLUTION, metadata={"Date": None})
        return sink.getvalue()


@styled
def study_figures(
    modes: pd.DataFrame,
    realizations: pd.DataFrame,
    *,
    participation_ratio: float = PARTICIPATION_RATIO,
    frequency_share: float = FREQUENCY_SHARE,
    density: pd.DataFrame | None = None,
) -> list[NamedFigure]:
    """Draw the figures of a study: the paper's four, its selection, and the spectrum.

    Parameters
    ----------
    modes, realizations : DataFrame
        The collected tables.
    density : DataFrame, optional
        A density of states of the same glasses by another route (frequency, density, error), drawn instead of that of
        the table of modes.
    participation_ratio, frequency_share : float
        The selection's bounds, as in the study's settings.

    Raises
    ------
    InputError
        A table lacks a column.
    """
    require(realizations, ("realization", "status"), "realizations")
    modes = modes.reset_index(drop=True)
    return [
        *_paper_figures(modes, frequency_share),
        _selection(modes, realizations, participation_ratio, frequency_share),
        *_spectrum(modes, realizations, participation_ratio, density),
    ]


@styled
def selection_grid_figure(
    grid: pd.DataFrame,
    *,
    participation_ratio: float = PARTICIPATION_RATIO,
    frequency_share: float = FREQUENCY_SHARE,
) -> NamedFigure:
    """Draw the exponents of A, B and all modes against the selection.

    Parameters
    ----------
    grid : DataFrame
        As of `selection_grid`.
    participation_ratio, frequency_share : float
        The primary selection.
    """
    figure = new_figure(3, 1, height=6.8)
    for ax, letter, group in zip(figure.axes, "abc", ("A", "B", "all"), strict=True):
        draw_selection_grid(
            grid, ax, group=group, frequency_share=frequency_share, participation_ratio=participation_ratio
        )
        panel_letter(ax, letter, "all modes" if group == "all" else f"group {group}")
    caption = (
        "Maximum-likelihood exponents with one standard error (the larger of that of independent modes and that "
        "between chains), for bounds f and thresholds of the participation ratio; thick line and gray bar: the primary "
        "selection, fixed before looking. Points within one f are set side by side. Horizontal: omega^3 and omega^4, "
        "the theory's solid."
    )
    return NamedFigure("exponent_selection", "The exponent against the selection", caption, figure)


def picture_modes(
    modes: pd.DataFrame, configuration_of: Callable[[int], Configuration | None], potential: PairPotential
) -> list[NamedFigure]:
    """Draw one mode of each group on its glass: a well localized one, at the lower quartile of the PR.

    Parameters
    ----------
    modes : DataFrame
        One row a mode, as collected.
    configuration_of : callable
        Takes the number of a realization and returns its inherent state, None where it was not kept.
    potential : PairPotential
        Of the study.
    """
    figures = []
    for group, color in GROUP_COLORS.items():
        mine = quasi_localized(modes, group).sort_values(["participation_ratio", "realization"])
        if not len(mine):
            continue
        mode = mine.iloc[len(mine) // 4]
        configuration = configuration_of(int(mode["realization"]))
        if configuration is None:
            continue
        found = lowest_modes(configuration, potential, int(mode["mode"]) + 2)
        figure = new_figure(height=3.4)
        draw_mode(configuration, found.eigenvectors[int(mode["mode"])], figure.axes[0], color=color)
        caption = (
            f"Mode {int(mode['mode'])} of realization {int(mode['realization'])}: omega = {mode['frequency']:.3g}, "
            f"PR = {mode['participation_ratio']:.2g}, |beta| = {abs(mode['beta']):.2f}. Arrows: displacements, the "
            "longest drawn three units long; particles are circles of their own diameter, darker the more they take "
            "part."
        )
        figures.append(NamedFigure(f"mode_{group}", f"A mode of group {group}", caption, figure))
    return figures


@styled
def write_figures(figures: list[NamedFigure], folder: str | Path) -> list[Path]:
    """Write figures as PNG, PDF and SVG; the same study gives the same bytes.

    Parameters
    ----------
    figures : list of NamedFigure
        Drawn figures.
    folder : str or Path
        Where to write; made if it is not there.

    Returns
    -------
    list of Path
        The files written.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for drawn in figures:
        png, pdf, svg = (folder / f"{drawn.name}.{kind}" for kind in ("png", "pdf", "svg"))
        drawn.figure.savefig(png, dpi=RESOLUTION)
        drawn.figure.set_layout_engine("none")  # the other formats keep the places found for the first
        drawn.figure.savefig(pdf, dpi=RESOLUTION, metadata={"CreationDate": None})
        svg.write_text(drawn.svg(), encoding="utf-8")
        paths += [png, pdf, svg]
    return paths


def _paper_figures(modes: pd.DataFrame, frequency_share: float) -> list[NamedFigure]:
    """Figs. 1 to 4 of Kumar, Procaccia and Singh, panels in their order."""

    def density(modes: pd.DataFrame, ax: Axes, *, group: str) -> Axes:
        return draw_density_of_states(modes, ax, group=group, frequency_share=frequency_share)

    def beta(modes: pd.DataFrame, ax: Axes, *, group: str) -> Axes:
        return draw_beta(modes, ax, group=group, signed=True)

    def cubic(modes: pd.DataFrame, ax: Axes, *, group: str) -> Axes:
        return draw_cubic(modes, ax, group=group, signed=True)

    return [
        NamedFigure(
            "quartic_portraits", "Portraits of modes (Fig. 1 of the paper)",
            "Quartic energy U(s) along single modes: group A, (a) to (c), and group B, (d) to (f), at evenly spaced "
            "quantiles of |beta|; in A the last is a hidden well where there is one. Filled circle: the glass; open "
            "circle: the second minimum; triangle: the barrier, magnified in an inset where it is too low to be seen.",
            portraits_figure(modes),
        ),
        NamedFigure(
            "density_of_states", "Densities of states of the two groups (Fig. 2)",
            "D(omega) of the quasi-localized modes of group B (a) and A (b), double logarithmic, with 68 % Poisson "
            "errors. The gray laws are not fitted: they are omega^3 and omega^4, normalized, cut at each glass's own "
            "bound and averaged over the bins as the data are.",
            _both_groups(modes, density, "BA"),
        ),
        NamedFigure(
            "beta", "Distribution of beta (Fig. 3)",
            "P(beta) of group A (a) and B (b), 68 % Poisson errors. The sign of a mode is arbitrary, so each mode "
            "counts half at beta and half at -beta. The theory wants a uniform law in A; between the dotted lines and "
            "1 the quartic has a second, higher minimum.",
            _both_groups(modes, beta),
        ),
        NamedFigure(
            "b3", "Distribution of the cubic coefficient (Fig. 4)",
            "P(b3) of group A (a) and B (b), 68 % Poisson errors, both signs as in the figure before.",
            _both_groups(modes, cubic),
        ),
    ]  # fmt: skip


def _selection(
    modes: pd.DataFrame, realizations: pd.DataFrame, participation_ratio: float, frequency_share: float
) -> NamedFigure:
    figure = new_figure(height=2.8)
    draw_selection(modes, figure.axes[0], participation_ratio=participation_ratio, frequency_share=frequency_share)
    # "glasses", not "realizations": it must fit above a single column
    analyzed = int((realizations["status"] == "ok").sum())
    figure.axes[0].set_title(f"{len(quasi_localized(modes))} QLMs in {analyzed} glasses", loc="left")
    caption = (
        "Every mode computed, and which were called quasi-localized: participation ratio below "
        f"{participation_ratio:g} and frequency below {frequency_share:g} of the glass's own first phonon frequency "
        "(shaded). Dotted line: the first phonon band."
    )
    return NamedFigure("selection", "Which modes were selected", caption, figure)


def _spectrum(
    modes: pd.DataFrame, realizations: pd.DataFrame, participation_ratio: float, given: pd.DataFrame | None
) -> list[NamedFigure]:
    """D(omega)/omega^(d-1) and PR among the phonons; nothing where the tables lack what they need."""
    needed = {"transverse_speed", "longitudinal_speed", "density", "number", "rattlers", "dimension"}
    good = realizations[realizations["status"] == "ok"]
    if not len(good) or not needed <= set(realizations.columns):
        return []
    dimension = int(good["dimension"].iloc[0])
    transverse, longitudinal = (float(good[f"{name}_speed"].mean()) for name in ("transverse", "longitudinal"))
    held = float((good["density"] * (1 - good["rattlers"].fillna(0) / good["number"])).mean())
    whole = bool((known_below(modes, good) == float("inf")).mean() > 0.5)
    upto = "Full spectra." if whole else "The tables hold the low modes alone: the boson peak lies further up."
    if given is not None:
        upto = "Taken from density_of_states.parquet."
    density, participation = new_figure(), new_figure(height=2.8)
    draw_reduced_density(
        density_of_states(modes, realizations) if given is None else given, density.axes[0], dimension=dimension,
        debye=debye_level(transverse, longitudinal, held, dimension),
        first_phonon=float(good["first_phonon_frequency"].mean()),
    )  # fmt: skip
    draw_participation(
        modes, participation.axes[0], speed_ratio=longitudinal / transverse, dimension=dimension,
        participation_ratio=participation_ratio,
    )  # fmt: skip
    divisor = "omega" if dimension == 2 else "omega^2"
    figures = [
        NamedFigure(
            "reduced_density", f"D(omega)/{divisor} and Debye's level",
            f"Density of all modes over {divisor}, one standard error between chains. {upto} Dashed: Debye's law from "
            "the measured speeds of sound. Below the first phonon a box of this size holds no sound.",
            density,
        )
    ]  # fmt: skip
    if not whole:
        return figures  # the one phonon band that the tables reach is in the figure of the selection
    figures.append(
        NamedFigure(
            "participation", "Participation ratio and phonon bands",
            "Lines: where plane waves of an elastic medium lie in this box, transverse (T, dotted) and longitudinal "
            "(L, dashed); the index is n^2 of the wave vector. Horizontal line: the selection's threshold.",
            participation,
        )
    )  # fmt: skip
    return figures


def _both_groups(modes: pd.DataFrame, draw: Callable[..., Axes], order: str = "AB") -> Figure:
    """Return a figure of two panels, one a group."""
    figure = new_figure(2, 1, height=5.0)
    for ax, letter, group in zip(figure.axes, "ab", order, strict=True):
        draw(modes, ax, group=group)
        panel_letter(ax, letter, f"group {group}, {len(quasi_localized(modes, group))} QLMs")
    return figure
