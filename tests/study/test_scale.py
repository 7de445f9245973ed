"""A study of 100,000 realizations: `status` in two seconds, `collect` in a minute and two gigabytes."""

from __future__ import annotations

import copy
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from studies import same_tables

from atomglass.study import collect as tables
from atomglass.study.collect import collect
from atomglass.study.models.glass import start_chain
from atomglass.study.models.glass_realization import realize
from atomglass.study.protocol import Realization
from atomglass.study.status import study_status
from atomglass.study.store.checkpoints import Checkpoint
from atomglass.study.store.study_store import StudyStore

pytestmark = pytest.mark.extended

#: Modes per realization, as in the quickstart.
MODES = 10


def synthetic(folder: Path, settings, chains: int, per_chain: int, per_shard: int) -> StudyStore:
    """Write a complete study of copies of one realization, with different keys and energies."""
    store = StudyStore.create(folder, settings(chains=chains, realizations=per_chain, shard=per_shard))
    sampler = start_chain(store.settings, 0)
    sampler.run(200)
    real = realize(sampler.configuration, store.settings.pair_potential, store.settings)
    mode = (real.modes or [{"mode": 0, "frequency": 1.0, "group": "A", "is_qlm": True}])[0]
    rng = np.random.default_rng(1)
    for chain in range(chains):
        for start in range(0, per_chain, per_shard):
            shard = []
            for index in range(start, start + per_shard):
                keys = {"realization": chain * per_chain + index, "chain": chain, "index_in_chain": index}
                row = real.row | keys | {"energy": rng.random(), "mode_count": MODES}
                modes = [mode | keys | {"mode": k, "frequency": rng.random()} for k in range(MODES)]
                attempts = [copy.copy(real.attempts[0]) | keys | {"run": "synthetic", "host": "here", "process": 1}]
                shard.append(Realization(row, modes, attempts))
            store.write_shard(chain, start, shard, {})
        store.save_checkpoint(chain, Checkpoint({"x": np.zeros(1)}, per_chain, [], 3), 10**6)
    return store


def test_a_synthetic_study_is_collected_exactly_once(settings, tmp_path: Path) -> None:
    store = synthetic(tmp_path / "out", settings, chains=20, per_chain=20, per_shard=10)
    found = collect(store)
    assert found.realizations["realization"].to_pylist() == list(range(400))
    assert found.modes.num_rows == 400 * MODES and not found.missing and not found.damaged
    assert study_status(store).finished == 400 and study_status(store).failed == 60


def test_row_groups_do_not_depend_on_the_size_of_shards(settings, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(tables, "ROW_GROUP", 333)
    found = [collect(synthetic(tmp_path / f"{cut}", settings, 6, 20, cut)) for cut in (10, 4)]
    assert same_tables(found[0].folder, found[1].folder)
    with pq.ParquetFile(found[0].folder / "modes.parquet") as file:
        sizes = [file.metadata.row_group(k).num_rows for k in range(file.num_row_groups)]
    assert sizes == [333, 333, 333, 201] and found[0].rows == {"realizations": 120, "modes": 1200, "attempts": 120}
    assert found[0].modes["realization"].to_pylist() == [i for i in range(120) for _ in range(MODES)]


@pytest.mark.slow
def test_a_hundred_thousand_realizations(settings, tmp_path: Path) -> None:
    store = synthetic(tmp_path / "out", settings, chains=500, per_chain=200, per_shard=50)
    command = [sys.executable, "-m", "atomglass"]
    subprocess.run([*command, "version"], check=True)
    began = time.monotonic()
    shown = subprocess.run([*command, "status", str(store.folder)], capture_output=True, text=True, check=True)
    status_seconds = time.monotonic() - began
    assert "100000 of 100000" in shown.stdout and "failed glasses: 1500" in shown.stdout
    began = time.monotonic()
    subprocess.run([*command, "collect", str(store.folder), "--no-figures"], capture_output=True, check=True)
    collect_seconds = time.monotonic() - began
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
    print(f"status {status_seconds:.1f} s, collect {collect_seconds:.1f} s, {peak:.2f} GB at most")
    assert status_seconds < 2 and collect_seconds < 60 and peak < 2
