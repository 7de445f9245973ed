"""Diameters of the particles of new samples, drawn from a size distribution."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal

import numpy as np

from atomglass.errors import InputError
from atomglass.settings import validated
from atomglass.system.size_laws import LAWS, SizeLaw
from atomglass.types import Array, typed_arguments


@typed_arguments
def sample_diameters(
    number: int,
    rng: np.random.Generator,
    method: Literal["iid", "quantile"] = "iid",
    law: str | SizeLaw = "power",
    **parameters: Any,
) -> Array:
    """Return diameters drawn from a size distribution.

    Parameters
    ----------
    number : int
        Number of particles N.
    rng : numpy.random.Generator
        Random stream.
    method : {"iid", "quantile"}
        `iid`: drawn independently, as in Kumar, Procaccia and Singh, Eq. 10, so that inherent-state energies vary by
        about 10 % between samples of N = 4000. `quantile`: the N mid-quantiles in random order, so that all samples
        have the same diameters; for a discrete law the exact numbers of each diameter, rounded by largest remainder.
    law : {"power", "uniform", "gaussian", "lognormal", "discrete", "file"} or SizeLaw
        The size distribution, by name, or that of a model (`potential.diameters`).
    **parameters
        Parameters of a distribution given by name, as in the section `[diameters]` of a potential file. Lengths are in
        units of length.

        - power, P(sigma) ~ sigma^-power: `maximum`, `ratio` (of the largest to the smallest diameter), `power`;
        - uniform: `minimum`, `maximum`;
        - gaussian, lognormal: `mean` (1), `polydispersity`, `truncation` (3), the last in standard deviations;
        - discrete: `values`, `fractions` (equal);
        - file: `path` of a text file with one diameter in each line.

    Returns
    -------
    (N,) array
        Diameters, in units of length.

    Raises
    ------
    InputError
        There are no particles, the method or the law is unknown, or a parameter is missing, unknown or out of range.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> diameters = ag.sample_diameters(1000, rng, "quantile")
    >>> print(f"{diameters.mean():.2f}")
    1.00
    >>> ag.sample_diameters(4, rng, "quantile", "discrete", values=[1.0, 1.4], fractions=[0.25, 0.75])
    array([1.4, 1.4, 1. , 1.4])
    """
    if number < 1:
        raise InputError("number of diameters", number, ">= 1")
    chosen = size_law(law, parameters)
    if method == "iid":
        return chosen.quantiles(rng.random(number))
    if method == "quantile":
        return rng.permutation(chosen.representative(number))
    raise InputError("method of drawing diameters", method, "'iid' or 'quantile'")


def size_law_from_text(text: str) -> SizeLaw:
    """Return the size distribution in one line, as `gaussian polydispersity=0.1`, or that of a file of diameters.

    Parameters are written as in TOML, without spaces: `discrete values=[1.0,1.4] fractions=[0.5,0.5]`.

    Raises
    ------
    InputError
        The text is neither a law nor a file, or a parameter is missing, unknown or out of range.
    """
    name, *rest = text.split() or [""]
    if name not in LAWS:
        if not Path(text).is_file():
            raise InputError("size law", text, f"{', '.join(LAWS)}, or a file with one diameter in each line")
        return size_law("file", {"path": text})
    try:
        parameters = tomllib.loads("\n".join(rest))
    except tomllib.TOMLDecodeError as error:
        raise InputError("size law", text, "name key=value ...", f"correct it ({error})") from None
    return size_law(name, parameters)


def size_law(law: str | SizeLaw, parameters: dict[str, Any]) -> SizeLaw:
    """Return a size distribution, given itself or by its name and parameters.

    Raises
    ------
    InputError
        The law is unknown, or a parameter is missing, unknown or out of range.
    """
    if isinstance(law, SizeLaw):
        if parameters:
            raise InputError("parameters of the size law", ", ".join(parameters), "none: the law given has its own")
        return law
    if not isinstance(law, str) or law not in LAWS:
        raise InputError("law of the diameters", law, ", ".join(LAWS), "give its parameters by name, as in maximum=1.2")
    return validated(LAWS[law], parameters, f"{law} law of the diameters")
