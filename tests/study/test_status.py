"""The status of a study: states of chains, finished and failed realizations."""

from __future__ import annotations

from pathlib import Path

import pytest
from study_runs import ORIGIN, StopAfter

from atomglass.study.errors import Stopped
from atomglass.study.execution.chain import run_chain
from atomglass.study.execution.leases import Leases
from atomglass.study.status import study_status
from atomglass.study.store.study_store import StudyStore


def test_status_counts_realizations_and_failures(settings, tmp_path: Path) -> None:
    store = StudyStore.create(tmp_path / "out", settings(iterations=5))
    assert [c.state for c in study_status(store).chains] == ["waiting"] * 3
    run_chain(store, 0, StopAfter(1000), ORIGIN)
    with pytest.raises(Stopped):
        run_chain(store, 1, StopAfter(3), ORIGIN)
    Leases(store.folder / "claims", "now").acquire(2)
    now = study_status(store)
    assert [c.state for c in now.chains] == ["done", "interrupted", "running"]
    assert (now.chains[0].finished, now.chains[0].failed) == (5, 5)
    assert now.chains[1].finished == now.chains[1].failed == 3 and now.chains[1].stored == 2
    assert now.total == 15 and now.finished == 8
    store.checkpoint_path(0).unlink()
    assert study_status(store).chains[0].failed == 5, "counted in the shards where the checkpoint is lost"


def test_failures_are_counted_again_after_the_loss_of_a_checkpoint(settings, tmp_path: Path) -> None:
    store = StudyStore.create(tmp_path / "out", settings(iterations=5))
    with pytest.raises(Stopped):
        run_chain(store, 0, StopAfter(3), ORIGIN)
    store.checkpoint_path(0).unlink()
    run_chain(store, 0, StopAfter(1000), ORIGIN)
    assert study_status(store).chains[0].failed == 5
