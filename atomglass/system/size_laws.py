"""Size distributions of the particles: power law, uniform, Gaussian, lognormal, discrete, or from a file."""

from __future__ import annotations

import math
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias, get_args

import numpy as np
from pydantic import BeforeValidator, Discriminator, Field, Tag, ValidationInfo, model_validator
from scipy.special import ndtr, ndtri

from atomglass.settings import Settings
from atomglass.system.composition import exact_counts
from atomglass.types import Array

#: Largest diameter, and its ratio to the smallest, of the power law of `kumar2021`; the mean diameter is about 1.
SIGMA_MAX = 1.45 / 0.9
RATIO = 2.219
#: Largest number of diameters that a file may hold: they are all stored in the manifest of a study.
MAX_LISTED = 1_000_000

Positive = Annotated[float, Field(gt=0)]


class _SizeLaw(Settings):
    """Base class of the size distributions; all have bounds, `minimum` and `maximum`."""

    def quantiles(self, u: Array) -> Array:
        """Return the diameters at cumulative probabilities `u`, from 0 to 1, in units of length."""
        raise NotImplementedError

    def representative(self, number: int) -> Array:
        """Return the diameters, in ascending order, that represent the distribution best: its N mid-quantiles."""
        return self.quantiles((np.arange(number) + 0.5) / number)


class PowerLaw(_SizeLaw):
    """P(sigma) ~ sigma^-power between maximum/ratio and maximum."""

    # The law is left out of stored settings, which are older than the choice of a law, so that hashes do not change.
    law: Literal["power"] = Field(default="power", exclude=True)
    maximum: float = Field(default=SIGMA_MAX, gt=0)
    ratio: float = Field(default=RATIO, ge=1)
    power: float = 3.0

    @model_validator(mode="after")
    def _computable(self) -> PowerLaw:
        with np.errstate(all="ignore"):
            bounds = np.array([self.minimum, self.maximum]) ** (1.0 - self.power)
        if not (np.isfinite(bounds).all() and (bounds > 0).all() and self.minimum > 0):
            raise ValueError("maximum, ratio and power give numbers out of range")
        return self

    @property
    def minimum(self) -> float:
        """The smallest diameter."""
        return self.maximum / self.ratio

    def quantiles(self, u: Array) -> Array:
        """Return the diameters at cumulative probabilities `u`."""
        minimum, k = self.minimum, 1.0 - self.power
        if abs(k) < 1e-12:
            logarithmic: Array = minimum * self.ratio**u
            return logarithmic
        low, high = minimum**k, self.maximum**k
        diameters: Array = np.clip((low + u * (high - low)) ** (1 / k), minimum, self.maximum)
        return diameters


class UniformLaw(_SizeLaw):
    """P(sigma) constant between minimum and maximum."""

    law: Literal["uniform"] = "uniform"
    minimum: float = Field(gt=0)
    maximum: float = Field(gt=0)

    @model_validator(mode="after")
    def _ordered(self) -> UniformLaw:
        if self.minimum > self.maximum:
            raise ValueError(f"minimum is {self.minimum:g}, above maximum, which is {self.maximum:g}")
        return self

    def quantiles(self, u: Array) -> Array:
        """Return the diameters at cumulative probabilities `u`."""
        return np.clip(self.minimum + u * (self.maximum - self.minimum), self.minimum, self.maximum)


class _TruncatedNormal(_SizeLaw):
    """A law of a standard normal variable z, truncated to |z| <= truncation."""

    mean: float = Field(default=1.0, gt=0)
    polydispersity: float = Field(gt=0, lt=1)
    truncation: float = Field(default=3.0, gt=0, le=8)

    def _standard(self, u: Array) -> Array:
        """Return the quantiles of z."""
        below = ndtr(-self.truncation)
        # By symmetry, only the lower tail is used, where cumulative probabilities have no rounding errors.
        lower = np.minimum(u, 1 - u)
        z: Array = np.where(u < 0.5, 1.0, -1.0) * ndtri(below + lower * (1 - 2 * below))
        return np.clip(z, -self.truncation, self.truncation)


class GaussianLaw(_TruncatedNormal):
    """P(sigma) ~ exp(-z^2/2), z = (sigma/mean - 1)/polydispersity, for |z| <= truncation.

    The truncation is symmetric, so that `mean` is the mean diameter. The relative standard deviation is
    `polydispersity` before the truncation, and 0.987 times as much after it if the truncation is 3.
    """

    law: Literal["gaussian"] = "gaussian"

    @model_validator(mode="after")
    def _positive(self) -> GaussianLaw:
        if self.truncation * self.polydispersity >= 1:
            raise ValueError(
                f"truncation ({self.truncation:g}) times polydispersity ({self.polydispersity:g}) must be below 1, "
                "or diameters would not be positive"
            )
        return self

    @property
    def minimum(self) -> float:
        """The smallest diameter."""
        return self.mean * (1 - self.truncation * self.polydispersity)

    @property
    def maximum(self) -> float:
        """The largest diameter."""
        return self.mean * (1 + self.truncation * self.polydispersity)

    def quantiles(self, u: Array) -> Array:
        """Return the diameters at cumulative probabilities `u`."""
        return np.clip(self.mean * (1 + self.polydispersity * self._standard(u)), self.minimum, self.maximum)


class LognormalLaw(_TruncatedNormal):
    """ln(sigma) normally distributed, truncated at `truncation` standard deviations of ln(sigma) on both sides.

    `mean` and `polydispersity` are the mean and the relative standard deviation before the truncation.
    """

    law: Literal["lognormal"] = "lognormal"

    @property
    def _width(self) -> float:
        """Standard deviation of ln(sigma)."""
        return math.sqrt(math.log1p(self.polydispersity**2))

    def _diameters(self, z: Array) -> Array:
        diameters: Array = self.mean * np.exp(self._width * z - self._width**2 / 2)
        return diameters

    @property
    def minimum(self) -> float:
        """The smallest diameter."""
        return float(self._diameters(np.array(-self.truncation)))

    @property
    def maximum(self) -> float:
        """The largest diameter."""
        return float(self._diameters(np.array(self.truncation)))

    def quantiles(self, u: Array) -> Array:
        """Return the diameters at cumulative probabilities `u`."""
        return np.clip(self._diameters(self._standard(u)), self.minimum, self.maximum)


class DiscreteLaw(_SizeLaw):
    """A few diameters, `values`, with given fractions of the particles; equal fractions by default."""

    law: Literal["discrete"] = "discrete"
    values: tuple[Positive, ...] = Field(min_length=1)
    fractions: tuple[Positive, ...] = ()

    @model_validator(mode="after")
    def _one_fraction_each(self) -> DiscreteLaw:
        if self.fractions and len(self.fractions) != len(self.values):
            raise ValueError(f"{len(self.values)} values but {len(self.fractions)} fractions; give one for each value")
        if self.fractions and abs(math.fsum(self.fractions) - 1) > 1e-6:
            raise ValueError(f"the fractions add up to {math.fsum(self.fractions):.7g} instead of 1")
        if len(set(self.values)) < len(self.values):
            raise ValueError("a value is given twice; add up its fractions")
        return self

    @property
    def minimum(self) -> float:
        """The smallest diameter."""
        return min(self.values)

    @property
    def maximum(self) -> float:
        """The largest diameter."""
        return max(self.values)

    @cached_property
    def _ascending(self) -> tuple[Array, Array]:
        """The values in ascending order, and their fractions, which add up to 1."""
        order = np.argsort(self.values)
        weights = np.array(self.fractions or np.ones(len(self.values)))[order]
        return np.array(self.values)[order], weights / weights.sum()

    def quantiles(self, u: Array) -> Array:
        """Return the diameters at cumulative probabilities `u`."""
        values, fractions = self._ascending
        found: Array = values[np.searchsorted(np.cumsum(fractions)[:-1], u, side="right")]
        return found

    def representative(self, number: int) -> Array:
        """Return the diameters in ascending order, with the numbers of each nearest to its fraction."""
        values, fractions = self._ascending
        return np.repeat(values, exact_counts(number, fractions))


class ListedLaw(_SizeLaw):
    """The diameters listed in a text file, in any order; each is as likely as any other.

    A relative path starts from the folder of the TOML file. The diameters become part of the settings, as `values`, in
    place of the path.
    """

    law: Literal["file"] = "file"
    path: str | None = Field(default=None, exclude=True)
    values: tuple[Positive, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _read(cls, data: Any, info: ValidationInfo) -> Any:
        if not isinstance(data, dict) or not isinstance(data.get("path"), str):
            return data
        if "values" in data:
            raise ValueError("give path or values, not both")
        folder = (info.context or {}).get("folder", Path())
        return {**data, "path": None, "values": read_sizes(folder / data["path"])}

    @model_validator(mode="after")
    def _some(self) -> ListedLaw:
        if not self.values:
            raise ValueError("path is missing; give the path of a file with one diameter in each line")
        return self

    @property
    def minimum(self) -> float:
        """The smallest diameter."""
        return min(self.values)

    @property
    def maximum(self) -> float:
        """The largest diameter."""
        return max(self.values)

    def quantiles(self, u: Array) -> Array:
        """Return the diameters at cumulative probabilities `u`."""
        values = np.sort(self.values)
        found: Array = values[np.minimum((u * len(values)).astype(np.int64), len(values) - 1)]
        return found


def read_sizes(path: Path) -> tuple[float, ...]:
    """Return the diameters in a text file: one in each line, `#` starts a comment.

    Raises
    ------
    ValueError
        The file cannot be read, is empty, is too long, or holds something other than positive numbers.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a text file"
        raise ValueError(f"cannot read the diameters in {path} ({reason})") from None
    values = []
    for number, line in enumerate(lines, 1):
        text = line.partition("#")[0].strip()
        if not text:
            continue
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not 0 < value < math.inf:
            raise ValueError(f"line {number} of {path} is {text[:40]!r}; give one positive number in each line")
        values.append(value)
    if not 0 < len(values) <= MAX_LISTED:
        raise ValueError(f"{path} holds {len(values)} diameters; allowed: 1 to {MAX_LISTED:,}")
    return tuple(values)


#: Any of the laws.
SizeLaw: TypeAlias = PowerLaw | UniformLaw | GaussianLaw | LognormalLaw | DiscreteLaw | ListedLaw
#: The laws by the name that is their key `law`.
LAWS: dict[str, type[SizeLaw]] = {law.model_fields["law"].default: law for law in get_args(SizeLaw)}


def _name_of(data: Any) -> Any:
    """Return the name of the law that a section describes; without a name it is a power law."""
    name = data.get("law", "power") if isinstance(data, dict) else getattr(data, "law", None)
    return name if isinstance(name, str) else str(name)


def _known(data: Any) -> Any:
    """Refuse the name of an unknown law with the names of those that exist."""
    if isinstance(data, dict) and _name_of(data) not in LAWS:
        raise ValueError(f"law is {_name_of(data)!r}; allowed: {', '.join(LAWS)}")
    return data


#: The `[diameters]` section of a potential file: any of the laws, chosen by the key `law`.
AnySizeLaw = Annotated[
    Annotated[PowerLaw, Tag("PowerLaw")]
    | Annotated[UniformLaw, Tag("UniformLaw")]
    | Annotated[GaussianLaw, Tag("GaussianLaw")]
    | Annotated[LognormalLaw, Tag("LognormalLaw")]
    | Annotated[DiscreteLaw, Tag("DiscreteLaw")]
    | Annotated[ListedLaw, Tag("ListedLaw")],
    Discriminator(lambda data: LAWS[_name_of(data)].__name__),
    BeforeValidator(_known),
]
