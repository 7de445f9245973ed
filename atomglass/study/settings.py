"""The settings of a study: one TOML file, validated, with every default written out."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, StringConstraints, model_validator

from atomglass.errors import InputError
from atomglass.minimization.quench import Method
from atomglass.sampling.moves import MAX_HMC_COUNT, MIN_HMC_SKIN, HybridMonteCarlo
from atomglass.settings import Settings, find_toml, read_toml, validated
from atomglass.system.potential import PairPotential, PotentialSettings, potential_from
from atomglass.version import KERNEL_VERSION
from atomglass.vibrations.localization import FREQUENCY_SHARE, PARTICIPATION_RATIO

Text = Annotated[str, StringConstraints(min_length=1)]


class TrajectorySettings(Settings):
    """Molecular dynamics in place of displacements, see `atomglass.sampling.swap_monte_carlo.HybridMonteCarlo`."""

    every: int = Field(default=HybridMonteCarlo.every, ge=1, le=MAX_HMC_COUNT)
    steps: int = Field(default=HybridMonteCarlo.steps, ge=1, le=MAX_HMC_COUNT)
    time_step: float = Field(default=HybridMonteCarlo.time_step, gt=0)


class SampleSettings(Settings):
    """How the liquid is made and sampled."""

    particles: int = Field(ge=2, le=10_000_000)
    density: float | None = Field(default=None, gt=0)
    temperature: float = Field(gt=0)
    diameters: Literal["iid", "quantile"] = "iid"
    swap_fraction: float = Field(default=0.2, ge=0, le=1)
    max_displacement: float = Field(default=0.12, gt=0)
    target_acceptance: float | None = Field(default=None, gt=0, lt=1)
    trajectories: TrajectorySettings | None = None
    equilibration_sweeps: int = Field(ge=0)
    sweeps_between: int = Field(ge=1)

    @model_validator(mode="after")
    def _displacements_or_trajectories(self) -> SampleSettings:
        if self.trajectories is not None:
            for name in ("swap_fraction", "max_displacement", "target_acceptance"):
                allowed = [type(self).model_fields[name].default] + [1.0] * (name == "swap_fraction")
                if getattr(self, name) not in allowed:  # a default that was written out says nothing
                    raise ValueError(f"{name} is of displacements, of which there are none with trajectories")
        return self


class EnsembleSettings(Settings):
    """How many realizations."""

    chains: int = Field(ge=1, le=1_000_000)
    realizations_per_chain: int = Field(ge=1, le=1_000_000)
    realizations_per_shard: int = Field(default=20, ge=1, le=10_000)


class GlassEnsembleSettings(EnsembleSettings):
    """How many glasses, and which of them to keep."""

    keep_configurations: Literal["none", "qlm", "all"] = "qlm"
    """Which inherent states to keep: none, those with quasi-localized modes, all."""


class QuenchSettings(Settings):
    """How the inherent states are reached."""

    method: Method = Method.CONJUGATE_GRADIENTS
    """Which minimizer decides on the basin."""
    force_tolerance: float = Field(default=1e-10, gt=0)
    max_iterations: int = Field(default=100_000, ge=1)


class ModeSettings(Settings):
    """Which modes are computed: all below `phonon_multiple` times the first phonon frequency, or all there are."""

    phonon_multiple: float = Field(default=1.2, gt=0)
    full_spectrum: bool = False


class SelectionSettings(Settings):
    """Which modes are called quasi-localized."""

    participation_ratio: float = Field(default=PARTICIPATION_RATIO, gt=0, le=1)
    frequency_share: float = Field(default=FREQUENCY_SHARE, gt=0)


class StudyBase(Settings):
    """What the settings of every study have."""

    #: Of the code that computes; part of the physics.
    version: ClassVar[int] = KERNEL_VERSION

    name: Text
    description: str = ""
    model: str
    seed: int = Field(ge=0)
    ensemble: EnsembleSettings

    def physics(self) -> dict[str, Any]:
        """Return the settings on which the numbers of a realization depend."""
        data = self.model_dump(mode="json")
        for key in ("name", "description", "ensemble"):
            data.pop(key)
        return data | {"kernel_version": self.version}

    @property
    def physics_hash(self) -> str:
        """A hash of `physics`, the same for every run of the same study."""
        return self.physics_hash_under(self.version)

    def physics_hash_under(self, kernel_version: int) -> str:
        """Return the hash as code of another version makes it."""
        data = self.physics() | {"kernel_version": kernel_version}
        return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:16]


class StudySettings(StudyBase):
    """A whole study of glasses."""

    model: Literal["glass"] = "glass"
    potential: Text | PotentialSettings
    sample: SampleSettings
    ensemble: GlassEnsembleSettings
    quench: QuenchSettings = QuenchSettings()
    modes: ModeSettings = ModeSettings()
    qlm: SelectionSettings = SelectionSettings()

    @property
    def pair_potential(self) -> PairPotential:
        """The potential; settings that were read from a file hold it whole."""
        assert isinstance(self.potential, PotentialSettings)
        return potential_from(self.potential.model_dump(), self.potential.name)

    @property
    def density(self) -> float:
        """Number density: the study's own, or the model's."""
        assert isinstance(self.potential, PotentialSettings)
        return self.sample.density or self.potential.density

    def physics(self) -> dict[str, Any]:
        """Return the settings on which the numbers of a realization depend."""
        data = super().physics()
        # Studies of glasses are older than these choices: what they were before is not told, so that old hashes stay.
        data.pop("model")
        if self.quench.method is Method.CONJUGATE_GRADIENTS:
            data["quench"].pop("method")
        if self.sample.trajectories is None:
            data["sample"].pop("trajectories")
        return data


def read_study(name: str | Path) -> Any:
    """Return the settings of a study from its TOML file: those of its model, with every default filled in.

    Parameters
    ----------
    name : str or Path
        A path, or the name of a shipped workflow.

    Raises
    ------
    InputError
        Missing, broken or mistaken settings, or an unknown model.
    """
    from atomglass.study.registry import model_of

    path = find_toml(name, "workflows")
    data = read_toml(path)
    return model_of(data, path.name).read(data, path)


def read_glass_study(data: dict[str, Any], path: Path) -> StudySettings:
    """Return the settings of a study of glasses with its potential resolved.

    Parameters
    ----------
    data : dict
        The content of its TOML file.
    path : Path
        The file; a potential given as a path is looked for beside it too.

    Raises
    ------
    InputError
        Mistaken settings.
    """
    settings = validated(StudySettings, data, path.name)
    if isinstance(settings.potential, str):
        beside = path.parent / settings.potential
        found = beside if beside.is_file() else find_toml(settings.potential, "potentials")
        potential = validated(PotentialSettings, read_toml(found), found.name)
        settings = settings.model_copy(update={"potential": potential})
    _check_box(settings, path.name)
    return settings


def _check_box(settings: StudySettings, source: str) -> None:
    """Refuse a study whose box is too small, before anything is written."""
    potential = settings.pair_potential
    side = (settings.sample.particles / settings.density) ** (1 / potential.dimension)
    room = 2 * settings.sample.max_displacement * potential.dimension**0.5
    if settings.sample.trajectories is not None:
        room = MIN_HMC_SKIN
    reach = potential.reach([potential.diameters.maximum])
    if side / 2 < reach + room:
        least = int(settings.density * (2 * (reach + room)) ** potential.dimension) + 1
        raise InputError(
            f"{source}: sample.particles", settings.sample.particles, f">= {least} at this density",
            "a smaller box than twice the interaction range would let a particle meet its own image",
        )  # fmt: skip
