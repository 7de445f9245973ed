"""The settings of a study: the sections of its TOML file, validated, with every default filled in."""

from __future__ import annotations

import hashlib
import json
import math
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar

import numpy as np
from pydantic import Field, SerializerFunctionWrapHandler, StringConstraints, model_serializer, model_validator

from atomglass.__about__ import KERNEL_VERSION
from atomglass.errors import InputError
from atomglass.minimization.quench import Method
from atomglass.sampling.moves import MAX_HMC_COUNT, MIN_HMC_SKIN, HybridMonteCarlo
from atomglass.settings import Settings, find_toml, read_toml, validated
from atomglass.study.numbering import Numbering
from atomglass.system.potential import PairPotential, potential_from
from atomglass.system.potential_settings import MAX_DENSITY, MIN_DENSITY, PotentialSettings
from atomglass.system.size_laws import AnySizeLaw
from atomglass.vibrations.localization import FREQUENCY_SHARE, PARTICIPATION_RATIO

Text = Annotated[str, StringConstraints(min_length=1)]
#: A number of chains, or of realizations in a chain.
Size = Annotated[int, Field(ge=1, le=1_000_000)]


class TrajectorySettings(Settings):
    """Hybrid Monte Carlo instead of single displacements; the parameters of `atomglass.HybridMonteCarlo`."""

    every: int = Field(default=HybridMonteCarlo.every, ge=1, le=MAX_HMC_COUNT)
    steps: int = Field(default=HybridMonteCarlo.steps, ge=1, le=MAX_HMC_COUNT)
    time_step: float = Field(default=HybridMonteCarlo.time_step, gt=0)
    swap_window: float | None = Field(default=None, gt=0)


class SampleSettings(Settings):
    """How the liquid is prepared and sampled."""

    particles: int = Field(ge=2, le=10_000_000)
    dimension: Literal[2, 3] | None = None
    density: float | None = Field(default=None, ge=MIN_DENSITY, le=MAX_DENSITY)
    temperature: float = Field(gt=0)
    diameters: Literal["iid", "quantile"] = "iid"
    sizes: AnySizeLaw | None = None
    """A size distribution in place of the potential's; it is stored with the potential."""
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
                if getattr(self, name) not in allowed:  # an explicitly given default is not a contradiction
                    raise ValueError(f"{name} applies to single displacements, which trajectories replace")
        return self


class EnsembleSettings(Settings):
    """Number of realizations, and their division into chains and shards."""

    chains: Size
    realizations_per_chain: Size
    realizations_per_shard: int = Field(default=20, ge=1, le=10_000)
    extended_from: tuple[tuple[Size, Size], ...] = ()
    """Earlier sizes (chains, realizations per chain), oldest first, of a study whose chains were made longer. Its
    realizations keep the numbers that they had; `run --extend` writes it."""

    @model_validator(mode="after")
    def _sizes_grow(self) -> Self:
        sizes = (*self.extended_from, (self.chains, self.realizations_per_chain))
        if any(before[0] > after[0] or before[1] >= after[1] for before, after in pairwise(sizes)):
            raise ValueError(
                "extended_from must name smaller sizes, the oldest first; leave it out: --extend writes it"
            )
        return self

    @model_serializer(mode="wrap")
    def _without_defaults(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        data: dict[str, Any] = dump(self)
        if not self.extended_from:  # as in the manifests of all studies that were never extended
            data.pop("extended_from")
        return data

    @property
    def numbering(self) -> Numbering:
        """The numbers of the realizations."""
        return Numbering((*self.extended_from, (self.chains, self.realizations_per_chain)))


class GlassEnsembleSettings(EnsembleSettings):
    """Number of glasses, and which of them are kept."""

    keep_configurations: Literal["none", "qlm", "all"] = "qlm"
    """Which inherent states to keep: none, those with quasi-localized modes or with modes and no shear modulus (`qlm`),
    or all."""


class QuenchSettings(Settings):
    """How the inherent states are found."""

    method: Method = Method.CONJUGATE_GRADIENTS
    """The minimizer that selects the basin."""
    force_tolerance: float = Field(default=1e-10, gt=0)
    max_iterations: int = Field(default=100_000, ge=1)


class ModeSettings(Settings):
    """Which modes are computed: those below a frequency, or the full spectrum."""

    phonon_multiple: float = Field(default=1.2, gt=0)
    """Bound of each glass in units of its own first phonon frequency, which soft modes themselves lower."""
    below: float | None = Field(default=None, gt=0)
    """Frequency below which the modes of every glass are known; the bound of a glass is never lower."""
    full_spectrum: bool = False
    nonlinear: Literal["none", "pseudoharmonic"] = "none"
    """Whether the pseudo-harmonic modes are computed as well; they are in the table `spots`."""

    @model_validator(mode="after")
    def _spots_need_a_bound(self) -> ModeSettings:
        if self.nonlinear != "none" and self.below is None:
            raise ValueError("nonlinear modes need a bound that is the same for all glasses: add `below = ...`")
        return self

    def bound(self, first_phonon_frequency: float) -> float:
        """Return the frequency below which all modes of a glass are computed.

        Parameters
        ----------
        first_phonon_frequency : float
            That of the glass; NaN if its shear modulus is not positive.

        Returns
        -------
        float
            max(`below`, `phonon_multiple` times the first phonon frequency); `below` alone if there is no such
            frequency, and NaN if `below` is not set either.
        """
        own = self.phonon_multiple * first_phonon_frequency
        if self.below is None:
            return own
        return self.below if math.isnan(own) else max(self.below, own)


class SelectionSettings(Settings):
    """Which modes count as quasi-localized."""

    participation_ratio: float = Field(default=PARTICIPATION_RATIO, gt=0, le=1)
    frequency_share: float = Field(default=FREQUENCY_SHARE, gt=0)


class StudyBase(Settings):
    """The settings that all studies have in common."""

    #: Version of the code that computes the numbers; part of the physics.
    version: ClassVar[int] = KERNEL_VERSION

    name: Text
    description: str = ""
    model: str
    seed: int = Field(ge=0)
    ensemble: EnsembleSettings

    def portion(self, number: int, count: int) -> Self:
        """Return the settings of one of several equal portions, a study of its own seed.

        Parameters
        ----------
        number, count : int
            Number of the portion, from 1 to `count`, which divides the number of chains. It is added to the seed.

        Raises
        ------
        InputError
            The number is out of range, or the chains cannot be divided equally.
        """
        chains = self.ensemble.chains
        if count < 1 or chains % count:
            raise InputError("the number of portions", count, f"a divisor of the {chains} chains")
        if not 1 <= number <= count:
            raise InputError("the number of the portion", number, f"1 to {count}")
        ensemble = self.ensemble.model_copy(update={"chains": chains // count, "extended_from": ()})
        return self.model_copy(update={"seed": self.seed + number, "ensemble": ensemble})

    def physics(self) -> dict[str, Any]:
        """Return the settings that determine the numbers of a realization."""
        data = self.model_dump(mode="json")
        for key in ("name", "description", "ensemble"):
            data.pop(key)
        return data | {"kernel_version": self.version}

    @property
    def physics_hash(self) -> str:
        """Hash of `physics`, identical for all runs of the same study."""
        return self.physics_hash_under(self.version)

    def physics_hash_under(self, kernel_version: int) -> str:
        """Return the hash that code of another kernel version would compute."""
        data = self.physics() | {"kernel_version": kernel_version}
        return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:16]


class StudySettings(StudyBase):
    """All settings of a study of glasses."""

    model: Literal["glass"] = "glass"
    potential: Text | PotentialSettings
    sample: SampleSettings
    ensemble: GlassEnsembleSettings
    quench: QuenchSettings = QuenchSettings()
    modes: ModeSettings = ModeSettings()
    qlm: SelectionSettings = SelectionSettings()

    @property
    def pair_potential(self) -> PairPotential:
        """The pair potential; settings that were read from a file contain all of its parameters."""
        assert isinstance(self.potential, PotentialSettings)
        return potential_from(self.potential.model_dump(), self.potential.name)

    @property
    def density(self) -> float:
        """Number density: that of the study if given, otherwise that of the potential."""
        assert isinstance(self.potential, PotentialSettings)
        return self.sample.density or self.potential.density

    @property
    def dimension(self) -> int:
        """Space dimension: that of the study if given, otherwise that of the potential."""
        return self.pair_potential.space_dimension(self.sample.dimension)

    def physics(self) -> dict[str, Any]:
        """Return the settings that determine the numbers of a realization."""
        data = super().physics()
        # These settings are newer than the first studies; their former values are left out, so that hashes do not
        # change.
        data.pop("model")
        if self.quench.method is Method.CONJUGATE_GRADIENTS:
            data["quench"].pop("method")
        if self.sample.dimension is None:
            data["sample"].pop("dimension")
        data["sample"].pop("sizes")  # it is part of the potential
        if self.sample.trajectories is None:
            data["sample"].pop("trajectories")
        elif self.sample.trajectories.swap_window is None:
            data["sample"]["trajectories"].pop("swap_window")
        if self.modes.below is None:
            data["modes"].pop("below")
        if self.modes.nonlinear == "none":
            data["modes"].pop("nonlinear")
        return data


GlassSettings = TypeVar("GlassSettings", bound=StudySettings)


def read_glass_study(data: dict[str, Any], path: Path, model: type[GlassSettings]) -> GlassSettings:
    """Return the settings of a study of glasses, with its potential resolved.

    Parameters
    ----------
    data : dict
        The content of its TOML file.
    path : Path
        The file. A potential given as a path is also looked up in the file's folder.
    model : type
        `StudySettings`, or a subclass with further sections.

    Raises
    ------
    InputError
        A setting is invalid, or the box is too small for the potential.
    """
    settings = validated(model, data, path.name, path.parent)
    if isinstance(settings.potential, str):
        local = path.parent / settings.potential
        found = local if local.is_file() else find_toml(settings.potential, "potentials")
        potential = validated(PotentialSettings, read_toml(found), found.name, found.parent)
        settings = settings.model_copy(update={"potential": potential})
    settings = _with_sizes_in_potential(settings)
    _check_box(settings, path.name)
    return settings


def _with_sizes_in_potential(settings: GlassSettings) -> GlassSettings:
    """Return settings whose potential has the size distribution of the sample, if that has one of its own."""
    if settings.sample.sizes is None:
        return settings
    assert isinstance(settings.potential, PotentialSettings)
    if settings.potential.species is not None:
        what = f"sample.sizes, with the potential {settings.potential.name}"
        raise InputError(what, remedy="leave it out: its species have their sizes")
    potential = settings.potential.model_copy(update={"diameters": settings.sample.sizes})
    sample = settings.sample.model_copy(update={"sizes": None})
    return settings.model_copy(update={"potential": potential, "sample": sample})


def _check_box(settings: StudySettings, source: str) -> None:
    """Reject a study whose box or size distribution does not suit the potential, before anything is written."""
    potential = settings.pair_potential
    if not potential.species:
        potential.check_diameters(np.array([potential.diameters.minimum, potential.diameters.maximum]))
    d = potential.space_dimension(settings.sample.dimension)
    side = (settings.sample.particles / settings.density) ** (1 / d)
    skin = 2 * settings.sample.max_displacement * d**0.5
    if settings.sample.trajectories is not None:
        skin = MIN_HMC_SKIN
        HybridMonteCarlo(**settings.sample.trajectories.model_dump()).check_species(potential.species)
    max_cutoff = potential.max_cutoff(potential.diameters.maximum)
    if side / 2 < max_cutoff + skin:
        least = int(settings.density * (2 * (max_cutoff + skin)) ** d) + 1
        raise InputError(
            f"{source}: sample.particles",
            settings.sample.particles,
            f">= {least} at this density",
            "in a box smaller than twice the interaction range a particle would interact with its own image",
        )
