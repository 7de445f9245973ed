"""Tables of modes that follow the theory exactly, or violate it in a known way."""

from __future__ import annotations

import numpy as np
import pandas as pd

from atomglass.quartic import shape


def jacobian_modes(
    count: int,
    rng: np.random.Generator,
    *,
    bound: float = 0.5,
    power: float = 1.0,
    max_beta: float = 3.0,
    chains: int = 60,
) -> pd.DataFrame:
    """Draw minima with density b2^power in b2 up to bound^2, b3 uniform, b4 fixed: Eq. 6 for power = 1.

    |b3| reaches `max_beta` times sqrt(3 b2 b4) at the bound, so the fraction of A at a frequency is
    omega / (max_beta bound).
    """
    b4 = 20.0
    b2 = bound**2 * rng.random(count) ** (1 / (power + 1))
    b3 = -max_beta * np.sqrt(3 * bound**2 * b4) * rng.random(count)
    return _table(np.sqrt(b2), b3, np.full(count, b4), bound, rng, chains)


def boson_peak_modes(
    count: int, rng: np.random.Generator, *, star: float, bound: float, chains: int = 60, max_t: float = 60.0
) -> pd.DataFrame:
    """Draw (x, t) with density x^4 / (1 + x^6 t^2 (3 - 2 t^2)^2), both wells equally occupied, x up to bound / star."""
    top = bound / star
    t = np.concatenate([np.linspace(0, 3, 3001), np.geomspace(3, max_t, 1500)[1:]])
    x = np.linspace(0, top, 801)[1:]
    middle = (t[1:] + t[:-1]) / 2
    weight = x[:, None] ** 4 / (1 + x[:, None] ** 6 * middle**2 * (3 - 2 * middle**2) ** 2) * np.diff(t)
    cell = rng.choice(weight.size, count, p=(weight / weight.sum()).ravel())
    row, column = np.divmod(cell, weight.shape[1])
    omega = star * (x[row] - top / 800 * rng.random(count))
    t = t[column] + np.diff(t)[column] * rng.random(count)
    b4 = np.full(count, 6.0)
    b3 = -np.sqrt(2 / 3) * t * np.sqrt(3 * omega**2 * b4)
    return _table(omega, b3, b4, bound, rng, chains)


def _table(omega, b3, b4, bound, rng, chains) -> pd.DataFrame:
    count = len(omega)
    realization = np.sort(rng.integers(10 * count, size=count))
    modes = pd.DataFrame({"realization": realization, "chain": rng.integers(chains, size=count), "mode": 0})
    modes["frequency"], modes["b2"], modes["b3"], modes["b4"] = omega, omega**2, b3, b4
    found = shape(modes["b2"], modes["b3"], modes["b4"])
    for name in ("beta", "group", "second_minimum", "barrier"):
        modes[name] = getattr(found, name)
    modes["true_barrier"] = modes["barrier"]
    modes["bound"], modes["x"] = bound, omega / bound
    return modes
