"""However a study is run, interrupted or enlarged, the collected tables are the same, byte for byte."""

from __future__ import annotations

import signal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from studies import Silent, atomglass, require_extended, same_tables, start, wait_for
from study_runs import ORIGIN, StopAfter, edit_manifest, run_in_pieces

from atomglass.errors import InputError
from atomglass.study.collect import collect
from atomglass.study.errors import Stopped
from atomglass.study.execution.chain import run_chain
from atomglass.study.execution.runners import run_serial
from atomglass.study.load import load_study
from atomglass.study.models import glass
from atomglass.study.protocol import stream
from atomglass.study.schema import MODES, REALIZATIONS
from atomglass.study.store.checkpoints import read_head
from atomglass.study.store.study_store import StudyStore


def test_tables_are_complete_and_in_order(undisturbed: Path) -> None:
    study = load_study(undisturbed)
    realizations, modes = study.realizations, study.modes
    assert realizations["realization"].tolist() == list(range(15))
    assert realizations["chain"].tolist() == [c for c in range(3) for _ in range(5)]
    assert realizations["sweep"].tolist() == [200 + 40 * i for i in range(5)] * 3
    assert (realizations["status"] == "ok").all()
    # Which of these small samples have no shear modulus depends on the last bits, and so on the type of CPU.
    assert (realizations["rigid"] == (realizations["shear_modulus"] > 0)).all() and realizations["rigid"].sum() > 10
    assert (realizations["complete"] == realizations["rigid"]).all()
    assert (realizations["reason"].str.contains("below") == ~realizations["rigid"]).all()
    assert (realizations["max_force"] <= 1e-10).all()
    counts = modes.groupby("realization")["is_qlm"].agg(["size", "sum"]).reindex(range(15), fill_value=0)
    assert counts["size"].tolist() == realizations["mode_count"].fillna(0).tolist()
    assert counts["sum"].tolist() == realizations["qlm_count"].fillna(0).tolist()
    np.testing.assert_allclose(modes["b2"], modes["frequency"] ** 2, rtol=1e-6)
    assert (realizations["solver"] == "newton").all() and (realizations["attempt_count"] == 1).all()
    assert {c.name for c in REALIZATIONS} == set(realizations) and {c.name for c in MODES} == set(modes)
    assert set(study.columns["column"]) == set(realizations) | set(modes)
    assert realizations["energy"].nunique() == 15, "two glasses are identical"


@pytest.mark.extended
def test_two_workers_give_the_bytes_of_a_serial_run(undisturbed: Path, study_file, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = atomglass("run", study_file(), "--out", out, "--workers", 2)
    assert done.returncode == 0, done.stderr
    collect(StudyStore(out))
    assert same_tables(undisturbed, out)


@pytest.mark.parametrize("checks", [1, 3])
def test_an_interrupted_run_gives_the_bytes_of_a_serial_run(
    undisturbed: Path, settings, tmp_path: Path, checks: int
) -> None:
    store = StudyStore.create(tmp_path / "out", settings())
    assert run_in_pieces(store, checks) > 2
    collect(store)
    assert same_tables(undisturbed, store.folder)


def test_a_realization_stopped_in_its_quench_is_computed_again(undisturbed: Path, settings, tmp_path: Path) -> None:
    store = StudyStore.create(tmp_path / "out", settings())
    interrupted = 0
    for checks in range(1, 9):
        reporter = StopAfter(checks, within=True, start=False)
        try:
            run_chain(store, 0, reporter, ORIGIN)
        except Stopped:
            head = read_head(store.checkpoint_path(0))
            interrupted += head is not None and head["sweep"] == 200 + 40 * head["index"]
    assert interrupted >= 3, "too few interruptions between a liquid and its glass"
    run_in_pieces(store, 1000)
    collect(store)
    assert same_tables(undisturbed, store.folder)


def test_an_interruption_while_the_step_size_is_tuned(settings, tmp_path: Path, monkeypatch) -> None:
    # Blocks of one tuning interval, so that interruptions occur between adjustments of the step size.
    monkeypatch.setattr(glass, "TUNING_SWEEPS", 20)
    tuned = settings(sample="target_acceptance = 0.4", chains=1, particles=100)
    whole = StudyStore.create(tmp_path / "whole", tuned)
    assert run_serial(whole, Silent()).complete
    pieces = StudyStore.create(tmp_path / "pieces", tuned)
    monkeypatch.setattr(glass, "BLOCK_MOVES", 2000)
    assert run_in_pieces(pieces, 1) > 5
    collect(whole), collect(pieces)
    assert same_tables(whole.folder, pieces.folder)
    plain = StudyStore.create(tmp_path / "plain", settings(chains=1, particles=100))
    run_serial(plain, Silent())
    collect(plain)
    assert not same_tables(whole.folder, plain.folder), "tuning changed nothing"


@pytest.mark.extended
@pytest.mark.parametrize(("number", "workers"), [(signal.SIGTERM, 1), (signal.SIGINT, 2), (signal.SIGUSR1, 1)])
def test_a_run_stopped_by_a_signal_can_be_continued(study_file, tmp_path: Path, number: int, workers: int) -> None:
    file, out = study_file(particles=100, equilibration=30_000, chains=2, realizations=2), tmp_path / "out"
    command = ("run", file, "--out", out, "--workers", workers)
    running = start(*command)
    wait_for(lambda: list(out.glob("claims/*.json")), running, "claimed chain")
    running.send_signal(number)
    printed, complaint = running.communicate(timeout=60)
    assert running.returncode == 75, (printed, complaint)
    assert f"to go on: atomglass run {file} --out {out}" in complaint
    assert atomglass(*command).returncode == 0
    whole = StudyStore.create(tmp_path / "whole", StudyStore(out).settings)
    assert run_serial(whole, Silent()).complete
    collect(whole), collect(StudyStore(out))
    assert same_tables(whole.folder, out)


def test_an_extended_study_equals_a_larger_one_but_for_its_numbers(undisturbed: Path, settings, tmp_path: Path) -> None:
    small = StudyStore.create(tmp_path / "out", settings(chains=2, realizations=3))
    assert run_serial(small, Silent()).complete
    with pytest.raises(InputError, match="add --extend"):
        StudyStore.create(tmp_path / "out", settings())
    larger = StudyStore.create(tmp_path / "out", settings(), extend=True)
    assert run_serial(larger, Silent()).complete
    collect(larger)
    require_extended(larger.folder, 2, 3, undisturbed)
    with pytest.raises(InputError, match="more than the 2 of 3 asked for"):
        StudyStore.create(tmp_path / "out", settings(chains=2, realizations=3), extend=True)


def test_different_physics_is_refused_and_the_difference_shown(undisturbed: Path, study_file, tmp_path: Path) -> None:
    before = sorted(p.name for p in undisturbed.rglob("*"))
    refused = atomglass("run", study_file(particles=80), "--out", undisturbed, "--extend")
    assert refused.returncode == 2
    assert "sample.particles: 64 there, 80 now" in refused.stderr and refused.stderr.count("\n") == 1
    assert sorted(p.name for p in undisturbed.rglob("*")) == before


def test_an_earlier_kernel_version_is_refused(settings, tmp_path: Path) -> None:
    store = StudyStore.create(tmp_path / "out", settings())
    edit_manifest(store.folder, lambda manifest: manifest.update(kernel_version=0))
    with pytest.raises(InputError, match="kernel_version: 0 there"):
        StudyStore.create(tmp_path / "out", settings())


def test_streams_depend_on_seed_stage_and_chain_alone(settings) -> None:
    seed = settings().seed
    states = {tuple(stream(seed, stage, chain).generate_state(4)) for stage in range(3) for chain in range(50)}
    assert len(states) == 150
    assert tuple(stream(seed, 1, 4).generate_state(4)) in states
    assert tuple(stream(seed + 1, 1, 4).generate_state(4)) not in states


def test_chains_do_not_depend_on_their_number(undisturbed: Path, settings, tmp_path: Path) -> None:
    store = StudyStore.create(tmp_path / "out", settings(chains=2))
    run_chain(store, 1, StopAfter(1000), ORIGIN)
    alone = pd.concat([store.read_shard(1, span).realizations.to_pandas() for span in store.shard_ranges(1)])
    theirs = load_study(undisturbed).realizations.query("chain == 1")
    assert alone["energy"].tolist() == theirs["energy"].tolist()
