"""Saved states of the sampler: arrays and settings from which a run continues bit for bit."""

from __future__ import annotations

import json
import os
import zlib
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from atomglass.errors import InputError
from atomglass.sampling.move_sets import MoveSet, move_set
from atomglass.sampling.moves import HybridMonteCarlo
from atomglass.sampling.state import LiquidState
from atomglass.system.potential import PairPotential

#: Arrays with one row per particle: shape of the row, and type.
_PER_PARTICLE: dict[str, tuple[tuple[int, ...], type]] = {
    "particles": ((4,), np.float64),
    "reference": ((3,), np.float64),
    "images": ((3,), np.int64),
    "energies": ((), np.float64),
    "order": ((), np.int64),
}
#: The other arrays: shape and type.
_OTHERS: dict[str, tuple[tuple[int, ...], type]] = {
    "generator": ((4,), np.uint64),
    "cell": ((3, 3), np.float64),
    "inverse": ((3, 3), np.float64),
}
_ARRAYS = (*_PER_PARTICLE, *_OTHERS, "box")
_SETTINGS = {"pair", "temperature", "swap_fraction", "max_displacement", "skin", "reach", "sweep"}


def to_arrays(liquid: LiquidState, moves: MoveSet[Any]) -> dict[str, Any]:
    """Return the arrays and settings of a sampler.

    Parameters
    ----------
    liquid : LiquidState
        The particles.
    moves : MoveSet
        The moves.

    Returns
    -------
    dict
        Copies of the arrays, and the settings as JSON in an array of one string.
    """
    settings = {
        "pair": liquid.potential.interactions,
        "temperature": liquid.temperature,
        "swap_fraction": moves.swaps.fraction,
        "max_displacement": moves.displacements.max_displacement,
        "skin": liquid.skin,
        "reach": liquid.list_cutoff,
        "sweep": liquid.sweep,
        **moves.extra_settings(),
    }
    arrays = {name: getattr(liquid, name).copy() for name in _ARRAYS}
    return {**arrays, "settings": np.array(json.dumps(settings))}


def from_arrays(state: dict[str, Any], potential: PairPotential, source: str) -> tuple[LiquidState, MoveSet[Any]]:
    """Return the liquid and the moves of a saved state, after checking that it is complete and consistent.

    Parameters
    ----------
    state : dict
        Arrays and settings, as returned by `to_arrays`.
    potential : PairPotential
        Must be the potential of the saved sampler.
    source : str
        Where the state comes from, for messages.

    Returns
    -------
    liquid : LiquidState
        The particles.
    moves : MoveSet
        The moves.

    Raises
    ------
    InputError
        The state is incomplete or inconsistent, or belongs to another potential.
    """
    settings = _checked_settings(state, source)
    given = potential.interactions
    if settings["pair"] != given:
        raise InputError(f"potential of {source}", settings["pair"], f"the one given, {given}")
    arrays: dict[str, Any] = {name: np.array(state[name]) for name in _ARRAYS}
    liquid = LiquidState(
        **arrays,
        skin=settings["skin"],
        list_cutoff=settings["reach"],
        potential=potential,
        temperature=settings["temperature"],
        sweep=settings["sweep"],
    )
    return liquid, _moves(settings, liquid.dimension, source)


def write(path: str | Path, state: dict[str, Any]) -> None:
    """Write a state to an `.npz` file, completely or not at all.

    Raises
    ------
    InputError
        The folder is missing, or the file system reports an error.
    """
    path = Path(path)
    if not path.parent.is_dir():
        raise InputError(f"cannot write {path}: no folder {path.parent}", remedy="create it first")
    if path.is_dir():
        raise InputError(f"cannot write {path}: it is a folder", remedy="give a file name")
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as file:
            np.savez(file, **state)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise InputError(f"cannot write {path} ({error.strerror})", remedy="choose another place") from None
    finally:
        temporary.unlink(missing_ok=True)


def read(path: str | Path) -> dict[str, Any]:
    """Return the state in an `.npz` file.

    Raises
    ------
    InputError
        The file is missing or damaged, or does not contain the state of a sampler.
    """
    try:
        with np.load(path, allow_pickle=False) as data:
            return {name: data[name] for name in (*_ARRAYS, "settings")}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, BadZipFile, zlib.error) as error:
        raise InputError(
            f"cannot read sampler state {path} ({error})", remedy="start the sampler again from a configuration"
        ) from None


def _checked_settings(state: dict[str, Any], source: str) -> dict[str, Any]:
    """Return the settings of a saved state whose arrays are consistent, as kernels do not check array bounds."""
    if not isinstance(state, dict):
        raise InputError(f"state in {source}", type(state).__name__, "a dict, as `SwapMonteCarlo.state` returns it")
    try:
        n, d = len(state["particles"]), len(state["box"])
        expected = {name: ((n, *shape), kind) for name, (shape, kind) in _PER_PARTICLE.items()} | _OTHERS
        for name, (shape, kind) in expected.items():
            array = state[name]
            if array.shape != shape or array.dtype != kind or not np.all(np.isfinite(array)):
                found = (array.shape, str(array.dtype))
                raise InputError(f"array {name!r} of {source}, shape and type,", found, str(shape))
        settings: dict[str, Any] = json.loads(str(state["settings"]))
        if n < 1 or d not in (2, 3) or not settings.keys() >= _SETTINGS:
            raise InputError(source, "incomplete", "a state as SwapMonteCarlo saves it")
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
        raise InputError(f"{source} is not the state of a sampler ({error!r})") from None
    if not np.array_equal(np.sort(state["order"]), np.arange(n)):
        raise InputError(f"array 'order' of {source}", "no permutation", "each particle once")
    return settings


def _moves(settings: dict[str, Any], dimension: int, source: str) -> MoveSet[Any]:
    """Return the moves of a saved state."""
    try:
        trajectories = HybridMonteCarlo(**settings["trajectories"]) if "trajectories" in settings else None
        moves = move_set(settings["swap_fraction"], settings["max_displacement"], trajectories)
        moves.check(settings["skin"], dimension)
    except (TypeError, InputError) as error:
        raise InputError(f"settings of {source} cannot be used ({error})", remedy="sample again") from None
    return moves
