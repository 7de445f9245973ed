"""Synthetic tables of a study, with modes drawn from known distributions, for tests of the analysis."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd

from atomglass.quartic import shape
from atomglass.study.registry import read_study
from atomglass.vibrations.localization import is_quasi_localized

FREQUENCY_SHARE = 0.6
#: Size of the studies that `write_study` writes.
CHAINS, PER_CHAIN = 10, 68


def fake_study(
    group_a: int = 120,
    group_b: int = 50,
    hidden: int = 2,
    failures: tuple[tuple[str, str], ...] = (),
    chains: int = 10,
    seed: int = 0,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return tables of modes and realizations as `collect` writes them.

    D(omega) is omega^4 in A and omega^3 in B up to 0.6 of the chain's median omega_1, which itself varies by 5 %;
    beta is uniform on [0, sqrt(8/9)] in A but for the hidden wells, and has the density 4 beta^-5 in B. Two phonons a
    realization lie at the first phonon frequency.
    """
    rng = np.random.default_rng(seed)
    count = max(4 * (group_a + group_b), 2 * chains) // chains * chains
    realizations = pd.DataFrame({"realization": np.arange(count + len(failures))})
    realizations["chain"] = realizations["realization"] % chains
    realizations["index_in_chain"] = realizations["realization"] // chains
    realizations["status"] = ["ok"] * count + [status for status, _ in failures]
    realizations["reason"] = [""] * count + [reason for _, reason in failures]
    good = realizations["status"] == "ok"
    phonon = np.where(good, rng.normal(0.8, 0.04, len(realizations)), np.nan)
    realizations["first_phonon_frequency"] = phonon
    realizations["complete"] = good.astype(object).where(good, None)
    realizations["complete_below"] = 1.2 * phonon
    realizations["rattlers"] = np.where(good, (realizations["realization"] % 50 == 0) * 3.0, np.nan)
    realizations["number"], realizations["dimension"], realizations["temperature"] = 400, 2, 0.1
    realizations["density"], realizations["potential"] = 1.0, "kumar2021"
    realizations["transverse_speed"] = phonon * np.sqrt(400) / (2 * np.pi)  # a square box at density 1
    realizations["longitudinal_speed"] = 3 * realizations["transverse_speed"]
    realizations["energy_per_particle"] = np.where(good, rng.normal(0.21, 0.005, len(realizations)), np.nan)

    home = np.concatenate([rng.integers(count, size=group_a + group_b), np.repeat(np.arange(count), 2)])
    phonons = 2 * count
    x = FREQUENCY_SHARE * np.concatenate([rng.random(group_a) ** (1 / 5), rng.random(group_b) ** (1 / 4)])
    x = np.concatenate([x, rng.normal(1.0, 0.02, phonons)])
    beta = np.concatenate(
        [
            rng.uniform(0, 0.94, group_a - min(hidden, group_a)),
            rng.uniform(0.95, 0.999, min(hidden, group_a)),
            rng.random(group_b) ** -0.25,
            rng.uniform(0, 0.2, phonons),
        ]
    )
    modes = pd.DataFrame({"realization": home, "chain": home % chains, "index_in_chain": home // chains})
    modes["first_phonon_frequency"] = phonon[home]
    modes["complete_below"] = 1.2 * phonon[home]
    middle = realizations.groupby("chain")["first_phonon_frequency"].transform("median").to_numpy()
    localized = np.arange(len(modes)) < group_a + group_b
    modes["frequency"] = x * np.where(localized, middle[home], phonon[home])
    modes["eigenvalue"] = modes["b2"] = modes["frequency"] ** 2
    modes["b4"] = rng.lognormal(2, 0.5, len(modes))
    modes["b3"] = -beta * np.sqrt(3 * modes["b2"] * modes["b4"])
    found = shape(modes["b2"], modes["b3"], modes["b4"])
    for name in ("beta", "group", "second_minimum", "second_minimum_position", "second_minimum_energy", "barrier"):
        modes[name] = getattr(found, name)
    modes["true_barrier"] = modes["barrier"]
    modes["participation_ratio"] = np.concatenate(
        [rng.uniform(0.02, 0.26, group_a + group_b), rng.uniform(0.4, 0.7, phonons)]
    )
    for order in (2, 3, 4):
        modes[f"b{order}_cutoff_share"] = rng.uniform(0, 0.49, len(modes))
    modes["degenerate"] = False
    modes["is_qlm"] = is_quasi_localized(
        modes["frequency"], modes["participation_ratio"], modes["first_phonon_frequency"]
    )
    modes = modes.sort_values(["realization", "frequency"], ignore_index=True)
    modes["mode"] = modes.groupby("realization").cumcount()
    held = modes.groupby("realization")["is_qlm"].agg(["size", "sum"]).reindex(realizations["realization"])
    realizations["mode_count"], realizations["qlm_count"] = held["size"].to_numpy(), held["sum"].to_numpy()
    return modes, realizations


def fake_spots(
    realizations: pd.DataFrame, group_a: int = 600, group_b: int = 200, lost: int = 5, seed: int = 1
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return a table of pseudo-harmonic modes, and the realizations with the columns that belong to it.

    D(omega) is omega^4 in A and omega^3 in B up to the study's median omega_1, whatever the glass: phonons do not
    interfere. `lost` modes more did not converge.
    """
    rng = np.random.default_rng(seed)
    good = realizations[realizations["status"] == "ok"]
    count = group_a + group_b + lost
    home = good.iloc[rng.integers(len(good), size=count)]
    spots = home[["realization", "chain", "index_in_chain"]].reset_index(drop=True)
    law = np.concatenate([np.full(group_a, 5), np.full(group_b, 4), np.full(lost, 5)])
    spots["frequency"] = good["first_phonon_frequency"].median() * rng.random(count) ** (1 / law)
    spots["stiffness"] = spots["b2"] = spots["frequency"] ** 2
    spots["b4"] = rng.lognormal(2, 0.5, count)
    beta = np.where(law == 5, rng.uniform(0, 0.94, count), rng.random(count) ** -0.25)
    spots["b3"] = -beta * np.sqrt(3 * spots["b2"] * spots["b4"])
    found = shape(spots["b2"], spots["b3"], spots["b4"])
    for name in ("beta", "group", "second_minimum", "second_minimum_position", "second_minimum_energy", "barrier"):
        spots[name] = getattr(found, name)
    spots["participation_ratio"] = rng.uniform(0.01, 0.1, count)
    spots["b3_cutoff_share"] = spots["b4_cutoff_share"] = rng.uniform(0, 0.49, count)
    spots["hits"] = rng.integers(1, 4, count)
    spots["converged"] = np.arange(count) < count - lost
    spots = spots.sort_values(["realization", "frequency"], ignore_index=True)
    spots["spot"] = spots.groupby("realization").cumcount()
    number = spots.groupby("realization").size().reindex(realizations["realization"]).fillna(0).to_numpy()
    searched = (realizations["status"] == "ok").to_numpy()
    return spots, realizations.assign(
        spot_count=np.where(searched, number, np.nan),
        spot_starts=np.where(searched, 8.0, np.nan),
        spot_start_frequency=np.where(searched, 1.3, np.nan),
    )


def write_study(folder: Path, seed: int, kernel_version: int = 1, temperature: float = 0.1, extra: bool = True) -> Path:
    """Write a synthetic study of `CHAINS` chains of `PER_CHAIN` glasses, with tables of every kind."""
    modes, realizations = fake_study(seed=seed, chains=CHAINS)
    for table in (modes, realizations):
        table["realization"] = table["chain"] * PER_CHAIN + table["index_in_chain"]
    assert realizations["index_in_chain"].max() < PER_CHAIN
    settings = read_study("kumar2021_n400").model_copy(update={"seed": seed})
    ensemble = settings.ensemble.model_copy(update={"chains": CHAINS, "realizations_per_chain": PER_CHAIN})
    sample = settings.sample.model_copy(update={"temperature": temperature})
    data = settings.model_copy(update={"ensemble": ensemble, "sample": sample}).model_dump(mode="json")
    folder.mkdir()
    manifest = {"format": 1, "kernel_version": kernel_version, "physics_hash": f"hash{seed}", "settings": data}
    (folder / "study.json").write_text(json.dumps(manifest))
    modes.to_parquet(folder / "modes.parquet")
    realizations.to_parquet(folder / "realizations.parquet")
    if extra:
        wells = modes[modes["is_qlm"]][["realization", "chain", "mode", "group", "second_minimum"]]
        wells.assign(outcome="new minimum").reset_index(drop=True).to_parquet(folder / "wells.parquet")
        returns = wells[["realization", "chain", "mode"]].reset_index(drop=True)
        count = len(returns)
        returns["defect"] = np.minimum(np.arange(count), count - 2)  # the last one recurs from the one before
        returns["recurrence_of"] = pd.array([None] * (count - 1) + [count - 2], dtype="Int64")
        before = int(returns["realization"].iloc[-2])
        returns["recurrence_realization"] = pd.array([None] * (count - 1) + [before], dtype="Int64")
        returns.to_parquet(folder / "recurrences.parquet")
    return folder
