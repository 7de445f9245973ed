"""The settings of a study of two-level systems: those of a study of glasses, the search, and the paths."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from atomglass.landscape.basin_search import SearchParameters
from atomglass.landscape.tunnel_levels import DEFAULT_HBAR
from atomglass.settings import Settings
from atomglass.study.settings import StudySettings


class SearchSettings(Settings):
    """The search for inherent states around each glass; the fields of `SearchParameters`."""

    temperature: float = Field(default=SearchParameters.temperature, gt=0)
    time_step: float = Field(default=SearchParameters.time_step, gt=0, le=0.05)
    steps_between: int = Field(default=SearchParameters.steps_between, ge=1)
    quenches: int = Field(default=SearchParameters.quenches, ge=1)
    runs: int = Field(default=SearchParameters.runs, ge=1)


class AgingSettings(Settings):
    """Molecular dynamics of a glass before it is analyzed; poorly annealed ones leave their first state for good."""

    temperature: float = Field(default=SearchParameters.temperature, gt=0)
    time_step: float = Field(default=SearchParameters.time_step, gt=0, le=0.05)
    steps: int = Field(ge=1)


class PathSettings(Settings):
    """Which pairs of inherent states get a path, and the levels along it."""

    largest_difference: float = Field(default=0.03, gt=0)
    """Largest difference in energy of the two inherent states, in units of epsilon."""
    both_ways: bool = True
    """Whether transitions in both directions are required."""
    most: int = Field(default=100, ge=0)
    """Largest number of paths of a glass: the most frequent transition of each rearrangement, then the second, ..."""
    most_per_rearrangement: int = Field(default=1000, ge=1)
    """Largest number of paths of one rearrangement, which several pairs of states can be."""
    images: int = Field(default=17, ge=9, le=33)
    hbar: float = Field(default=DEFAULT_HBAR, gt=0)
    """Planck's constant in units of length sqrt(m epsilon)."""
    splitting_below: float = Field(default=0.0015, gt=0)
    """Splitting below which a pair counts as a two-level system, in units of epsilon."""
    link: bool = True
    """Whether displacements are compared with the modes of the lower state, which are computed for this."""


class TwoLevelSettings(StudySettings):
    """All settings of a study of two-level systems."""

    model: Literal["two_level_systems"] = "two_level_systems"  # type: ignore[assignment]
    aging: AgingSettings | None = None
    search: SearchSettings = SearchSettings()
    paths: PathSettings = PathSettings()

    def physics(self) -> dict[str, Any]:
        """Return the settings that determine the numbers of a realization; without aging, as before there was any."""
        data = super().physics()
        return data if self.aging else {key: value for key, value in data.items() if key != "aging"}
