"""A glass as defined by the theory: T_g, the Debye temperature, the density, the speed of sound, the size of a cell."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from math import isfinite, log, pi, sqrt
from numbers import Real
from pathlib import Path

from scipy.constants import Boltzmann, hbar

from atomglass.errors import InputError
from atomglass.settings import Settings, read_toml, validated


def lindemann_logarithm(lindemann: float, what: str = "the Lindemann ratio") -> float:
    """Return ln[(a/d_L)^2/(pi e)], to which the surface tension [A1] is proportional; 2.46 for d_L/a = 0.1.

    Parameters
    ----------
    lindemann : float
        d_L/a.
    what : str
        Name of the ratio, for the message.

    Raises
    ------
    InputError
        The surface tension would not be positive.
    """
    if _is_number(lindemann) and lindemann > 0:
        logarithm = log(1 / (lindemann**2 * pi)) - 1
        if logarithm > 0:
            return logarithm
    raise InputError(what, lindemann, "between 0 and 0.342", "0.1 fits most glasses")


@dataclass(frozen=True, kw_only=True)
class GlassParams:
    """Measured constants of one glass.

    Parameters
    ----------
    Tg : float
        Glass transition temperature in K.
    TD : float
        Debye temperature in K.
    rho : float
        Mass density in kg/m^3.
    cs : float
        Speed of sound in m/s, one number for all three branches as in the review.
    xi_over_a : float
        Size of a mosaic cell in molecular sizes. The review computes 5.76 (N* = 191, see `mosaic`) and uses
        (xi/a)^3 = 200 for its numbers.
    a : float, optional
        Molecular size in m; by default that of the Debye temperature, (c_s/omega_D)(6 pi^2)^(1/3).
    lindemann : float
        Lindemann ratio d_L/a, nearly universal.
    name : str
        Label for figures and messages.

    Raises
    ------
    InputError
        A constant is not positive and finite, d_L/a leaves no surface tension, or the cell is too small for a ripplon.

    Examples
    --------
    >>> glass = theory.rfot.GlassParams(Tg=1500, TD=342, rho=2200, cs=4100)
    >>> glass.highest_harmonic, round(glass.ratio, 2)
    (9, 4.39)
    >>> theory.rfot.GlassParams.named("silica").with_ratio(2.5).Tg
    855.0
    """

    Tg: float
    TD: float
    rho: float
    cs: float
    xi_over_a: float = 200 ** (1 / 3)
    a: float | None = None
    lindemann: float = 0.1
    name: str = "glass"

    def __post_init__(self) -> None:
        for key, unit in (("Tg", "K"), ("TD", "K"), ("rho", "kg/m^3"), ("cs", "m/s"), ("xi_over_a", ""), ("a", "m")):
            value = getattr(self, key)
            if key == "a" and value is None:
                continue
            if not (_is_number(value) and isfinite(value) and value > 0):
                raise InputError(f"{self.name}: {key}", value, f"a positive number {unit}".strip(), "correct it")
        lindemann_logarithm(self.lindemann, f"{self.name}: lindemann")
        if self.highest_harmonic < 2:
            raise InputError(
                f"{self.name}: xi_over_a",
                self.xi_over_a,
                "above 1.84, so that the cell carries a shape mode",
                "200 ** (1 / 3) is the review's",
            )

    @classmethod
    def named(cls, name: str) -> GlassParams:
        """Return a glass by name.

        Raises
        ------
        InputError
            The name is unknown, or the review gives no complete set of constants for it.
        """
        if name in NAMED:
            return NAMED[name]
        if name in RATIO_ONLY:
            raise InputError(
                "the glass",
                name,
                ", ".join(NAMED),
                f"the review gives only k_B T_g/(hbar omega_D) = {RATIO_ONLY[name]} for it: use "
                f"GlassParams.named('silica').with_ratio({RATIO_ONLY[name]}) for scaled results, or your own TOML",
            )
        close = difflib.get_close_matches(name, NAMED, n=1)
        hint = f"did you mean {close[0]!r}?" if close else "give your own constants in a TOML file (from_toml)"
        raise InputError("the glass", name, ", ".join(NAMED), hint)

    @classmethod
    def from_toml(cls, path: str | Path) -> GlassParams:
        """Return the glass described by a TOML file, whose keys are the parameters of this class.

        Raises
        ------
        InputError
            The file cannot be read, a key is missing or unknown, or a value is unphysical.
        """
        data = validated(_GlassFile, read_toml(Path(path)), str(path)).model_dump()
        data["name"] = data["name"] or Path(path).stem
        return cls(**data)

    def with_ratio(self, ratio: float) -> GlassParams:
        """Return this glass with T_g changed such that k_B T_g/(hbar omega_D) has the given value."""
        return replace(self, Tg=ratio * self.TD, name=f"{self.name}, Tg/TD = {ratio:g}")

    @property
    def ratio(self) -> float:
        """k_B T_g/(hbar omega_D) = T_g/T_D."""
        return self.Tg / self.TD

    @property
    def omega_D(self) -> float:
        """Debye frequency in rad/s."""
        return Boltzmann * self.TD / hbar

    @property
    def molecular_size(self) -> float:
        """Molecular size a in m: the given value, or that of the Debye temperature."""
        return self.a if self.a is not None else self.cs / self.omega_D * (6 * pi**2) ** (1 / 3)

    @property
    def xi(self) -> float:
        """Size of a mosaic cell in m."""
        return self.xi_over_a * self.molecular_size

    @property
    def beads(self) -> float:
        """Molecules in a mosaic cell, (xi/a)^3."""
        return self.xi_over_a**3

    @property
    def radius(self) -> float:
        """Radius of a spherical cell of volume xi^3, in units of a."""
        return self.xi_over_a * (3 / (4 * pi)) ** (1 / 3)

    @property
    def lindemann_logarithm(self) -> float:
        """ln[(a/d_L)^2/(pi e)], 2.46 for d_L/a = 0.1."""
        return lindemann_logarithm(self.lindemann)

    @property
    def highest_harmonic(self) -> int:
        """Highest ripplon harmonic of a wall of discrete molecules, l = pi (R - a/2)/a; 9 for 200 molecules."""
        return int(pi * (self.radius - 0.5))

    @property
    def coupling(self) -> float:
        """Coupling energy g in J of a tunneling center to strain, (rho c_s^2 a^3 k_B T_g)^(1/2) [18]."""
        return sqrt(self.rho * self.cs**2 * self.molecular_size**3 * Boltzmann * self.Tg)

    @property
    def tls_density(self) -> float:
        """Two-level systems per energy and volume, 1/(k_B T_g xi^3), in 1/(J m^3)."""
        return 1 / (Boltzmann * self.Tg * self.xi**3)


class _GlassFile(Settings):
    """Keys of a TOML file that describes a glass; `GlassParams` checks the ranges."""

    Tg: float
    TD: float
    rho: float
    cs: float
    xi_over_a: float = 200 ** (1 / 3)
    a: float | None = None
    lindemann: float = 0.1
    name: str = ""


def _is_number(value: object) -> bool:
    """Return whether a value is a real number and not a truth value."""
    return isinstance(value, Real) and not isinstance(value, bool)


#: Constants given in the review (caption of Fig. 15; T_g in Sec. III A).
NAMED = {"silica": GlassParams(Tg=1500, TD=342, rho=2200, cs=4100, name="silica")}

#: k_B T_g/(hbar omega_D) of a glass for which the review gives nothing else (caption of Fig. 19).
RATIO_ONLY = {"polybutadiene": 2.5}
