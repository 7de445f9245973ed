"""One relaxed realization of the oscillator model as rows of a mode table, with the columns of a glass."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from pydantic import Field, field_validator

from atomglass import quartic
from atomglass.settings import Settings
from atomglass.theory.oscillators.model import FORCE_TOLERANCE, OscillatorModel, RelaxedState


class OscillatorConfig(Settings):
    """Settings of one realization of the oscillator model.

    Attributes
    ----------
    coupling, size, exponent, couplings, positions, hard_core, anharmonicity, pressure
        The parameters of `OscillatorModel`.
    frequency_max : float
        Modes up to this frequency, in omega_0, are expanded and listed.
    starts : int
        Minimizations of each realization; the lowest minimum is kept.
    """

    coupling: float = Field(0.1, gt=0, lt=1)
    size: int = Field(13, ge=2, le=20)
    exponent: float = Field(2.0, gt=-1, le=10)
    couplings: Literal["uniform", "sign", "dipolar"] = "uniform"
    positions: Literal["lattice", "poisson", "hardcore"] = "lattice"
    hard_core: float = Field(0.8, ge=0, le=0.85)
    anharmonicity: tuple[float, float] = (1.0, 1.0)
    pressure: float = Field(0.0, ge=0)
    frequency_max: float = Field(0.15, gt=0, le=10)
    starts: int = Field(1, ge=1, le=100)

    @field_validator("anharmonicity")
    @classmethod
    def _ascending(cls, value: tuple[float, float]) -> tuple[float, float]:
        if not 0 < value[0] <= value[1]:
            raise ValueError("two positive numbers, ascending")
        return value


def oscillator_realization(
    config: OscillatorConfig, rng: np.random.Generator
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Relax one realization of the oscillator model and classify its soft modes.

    Parameters
    ----------
    config : OscillatorConfig
        Settings of the realization.
    rng : numpy.random.Generator
        Source of the realization's seed.

    Returns
    -------
    tuple
        Rows of modes, softest first, and the row of the realization. Frequencies are in omega_0, energies in k0^2/A0
        with A0 = 1. `status` is `ok`, `not_converged` or `not_a_minimum`, `reason` explains it, and a realization that
        failed has no modes.

    Examples
    --------
    >>> from atomglass.theory.oscillators.realization import OscillatorConfig
    >>> modes, row = theory.oscillator_realization(OscillatorConfig(size=5), np.random.default_rng(1))
    >>> row["status"], row["mode_count"] == len(modes)
    ('ok', True)
    """
    parameters = config.model_dump(exclude={"frequency_max", "starts"})
    model = OscillatorModel(seed=int(rng.integers(2**63)), **parameters)
    bare = model.bare_eigenvalues()
    state = model.relax(starts=config.starts)
    is_minimum = bool(state.eigenvalues[0] > 0)
    rows = _mode_rows(state, config.frequency_max) if state.converged else []
    status, reason = "ok", ""
    if state.residual > FORCE_TOLERANCE:
        status, reason = "not_converged", f"the largest force left is {state.residual:.1e} k0 sqrt(k0/A)"
    elif not is_minimum:
        status, reason = "not_a_minimum", f"the lowest eigenvalue is {state.eigenvalues[0]:.1e} k0: a saddle"
    realization = {
        "status": status,
        "reason": reason,
        "number": model.number,
        "dimension": 3,
        "seed": model.seed,
        "energy": float(state.energy),
        "energy_per_particle": float(state.energy) / model.number,
        "max_force": state.residual,
        "iterations": state.iterations,
        "is_minimum": is_minimum,
        "mode_count": len(rows),
        "complete": True,
        "complete_below": config.frequency_max,
        "unstable_fraction": float((bare < 0).mean()),
        "lowest_bare_eigenvalue": float(bare[0]),
    }
    return rows, realization


def _mode_rows(state: RelaxedState, frequency_max: float) -> list[dict[str, Any]]:
    """Return one row per mode, with the shape of its quartic."""
    modes = state.modes_below(frequency_max)
    shape = quartic.shape(modes.b2, modes.b3, modes.b4)
    columns: dict[str, Any] = {
        "frequency": np.sqrt(modes.eigenvalues),
        "eigenvalue": modes.eigenvalues,
        "participation_ratio": modes.participation_number / state.model.number,
        "b2": modes.b2,
        "b3": modes.b3,
        "b4": modes.b4,
        "beta": shape.beta,
        "group": shape.group,
        "second_minimum": shape.second_minimum,
        "second_minimum_position": shape.second_minimum_position,
        "second_minimum_energy": shape.second_minimum_energy,
        "barrier": shape.barrier,
    }
    lists = {name: np.asarray(values).tolist() for name, values in columns.items()}
    count = len(modes.eigenvalues)
    return [{"mode": i, **{name: values[i] for name, values in lists.items()}} for i in range(count)]
