"""The figures of a report, in their order, and which of them are wide."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from atomglass.analysis.figures.bound_figure import bound_figure
from atomglass.analysis.figures.mode_pictures import mode_figures
from atomglass.analysis.figures.named_figure import NamedFigure
from atomglass.analysis.figures.selection_grid_figure import selection_grid_figure
from atomglass.analysis.figures.study_figures import study_figures
from atomglass.analysis.figures.style import COLUMN_WIDTH
from atomglass.analysis.figures.two_level_theories_figure import two_level_figures
from atomglass.analysis.results.exponent_tables import share_of_grid
from atomglass.analysis.results.selected_modes import mark_selected
from atomglass.analysis.results.study_analysis import Analysis
from atomglass.errors import InputError
from atomglass.study.load import Study
from atomglass.study.store.inherent_states import load_configuration
from atomglass.system.configuration import Configuration
from atomglass.system.potential import PairPotential, potential_from
from atomglass.system.potential_settings import PotentialSettings

#: Order of the figures by name; others follow.
ORDER = (
    "two_level_systems",
    "density_of_states",
    "exponent_bound",
    "beta",
    "b3",
    "quartic_portraits",
    "mode_A",
    "mode_B",
    "selection",
    "exponent_selection",
    "reduced_density",
    "participation",
)


def report_figures(study: Study, folder: Path, found: Analysis) -> list[NamedFigure]:
    """Return the figures of a study in their order, with pictures of modes if its glasses were kept.

    Parameters
    ----------
    study : Study
        From `load_study`.
    folder : Path
        Where kept glasses are looked for.
    found : Analysis
        The results of the study.
    """
    figures = two_level_figures(study)
    figures += study_figures(study.modes, study.realizations, density=study.density_of_states, rule=found.rule)
    if len(found.selection):
        share = share_of_grid(study.realizations, found.rule)
        figures += [bound_figure(found.bounds), selection_grid_figure(found.selection, share, found.rule)]
    potential = study.settings.get("potential")
    if isinstance(potential, dict) and (folder / "study.json").is_file():
        marked = mark_selected(study.modes, study.realizations, found.rule)
        figures += mode_figures(marked, _kept_glasses(folder), _potential(potential))
    return sorted(figures, key=_place)


def _place(figure: NamedFigure) -> int:
    """Return the place of a figure in the report."""
    return ORDER.index(figure.name) if figure.name in ORDER else len(ORDER)


def is_wide(figure: NamedFigure) -> bool:
    """Return whether a figure takes two columns of a printed page."""
    return bool(figure.figure.get_size_inches()[0] > 1.5 * COLUMN_WIDTH)


def _potential(settings: dict[str, Any]) -> PairPotential:
    return potential_from(PotentialSettings(**settings).model_dump(), settings["name"])


def _kept_glasses(folder: Path) -> Callable[[int], Configuration | None]:
    """Return a function that loads a kept glass, and returns None for one that was not kept."""

    def load(realization: int) -> Configuration | None:
        try:
            return load_configuration(folder, realization)
        except InputError:
            return None

    return load
