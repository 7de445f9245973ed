"""The follow-up with pinned particles: its rows are those of `pinned_modes`, and it continues where it stopped."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from studies import Silent, atomglass

import atomglass as ag
from atomglass.study.execution.runners import run_serial
from atomglass.study.followup import pinned_modes as followup
from atomglass.study.followup.pinned_modes import load_pinned, pin_kept_glasses
from atomglass.study.protocol import stream
from atomglass.study.settings import StudySettings
from atomglass.study.store.study_store import StudyStore

FRACTION, BELOW = 0.05, 3.0


@pytest.fixture
def study(undisturbed: Path, tmp_path: Path) -> Path:
    """A copy of the small study."""
    return Path(shutil.copytree(undisturbed, tmp_path / "study"))


def test_every_row_is_a_mode_of_its_glass(study: Path) -> None:
    found = pin_kept_glasses(study, FRACTION, BELOW)
    settings = StudyStore(study).settings
    per_chain = settings.ensemble.realizations_per_chain
    numbers = [number for number, _ in ag.kept_configurations(study)]
    assert found.glasses["realization"].tolist() == numbers
    held = 0
    for number, glass in ag.kept_configurations(study):
        chain, index = divmod(number, per_chain)
        seed = stream(settings.seed, 1000, chain, index)
        modes = ag.pinned_modes(glass, settings.pair_potential, FRACTION, frequency=BELOW, seed=seed)
        rows = found.modes[found.modes["realization"] == number]
        assert rows["frequency"].to_numpy() == pytest.approx(modes.frequencies, rel=1e-12)
        assert rows["participation_ratio"].to_numpy() == pytest.approx(modes.participation_ratios, rel=1e-12)
        assert rows["chain"].eq(chain).all() and rows["index_in_chain"].eq(index).all()
        assert rows["mode"].tolist() == list(range(len(modes)))
        for (_, row), vector in zip(rows.iterrows(), modes.eigenvectors, strict=True):
            expansion = ag.expand(glass, settings.pair_potential, vector)
            assert [row["b2"], row["b3"], row["b4"]] == pytest.approx([expansion.b2, expansion.b3, expansion.b4])
            assert row["group"] == expansion.group
        properties = found.glasses.set_index("realization").loc[number]
        assert properties["mode_count"] == len(modes) and properties["pinned"] == modes.pinned.sum()
        assert properties["complete"] and properties["complete_below"] == BELOW
        held += len(modes)
    assert held == len(found.modes) > 0
    again = load_pinned(study)
    assert again is not None
    pd.testing.assert_frame_equal(again.modes, found.modes)
    pd.testing.assert_frame_equal(again.glasses, found.glasses)


def test_finished_chains_are_not_computed_again(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = pin_kept_glasses(study, FRACTION, BELOW, chains=1)
    assert set(first.glasses["chain"]) == {0}
    done: list[int] = []
    honest = followup._one_chain

    def counting(task):
        done.append(task.chain)
        honest(task)

    monkeypatch.setattr(followup, "_one_chain", counting)
    whole = pin_kept_glasses(study, FRACTION, BELOW)
    assert done == [1, 2]
    shutil.rmtree(study / "pinned")
    pd.testing.assert_frame_equal(pin_kept_glasses(study, FRACTION, BELOW).modes, whole.modes)
    other = pin_kept_glasses(study, 2 * FRACTION, BELOW)
    assert done == [1, 2, 0, 1, 2, 0, 1, 2]
    assert not np.array_equal(other.modes["frequency"], whole.modes["frequency"])


def test_several_processes_give_the_same_tables(study: Path) -> None:
    serial = pin_kept_glasses(study, FRACTION, BELOW)
    shutil.rmtree(study / "pinned")
    parallel = pin_kept_glasses(study, FRACTION, BELOW, workers=2)
    pd.testing.assert_frame_equal(parallel.modes, serial.modes)
    pd.testing.assert_frame_equal(parallel.glasses, serial.glasses)


def test_glasses_without_modes_count(study: Path) -> None:
    found = pin_kept_glasses(study, FRACTION, 1e-3)
    assert not len(found.modes)
    assert len(found.glasses) == len(list(ag.kept_configurations(study))) > 10
    assert found.glasses["mode_count"].eq(0).all() and found.glasses["complete"].all()
    assert load_pinned(study) is not None


def test_glasses_that_were_kept_for_their_modes_are_refused(
    settings: Callable[..., StudySettings], tmp_path: Path
) -> None:
    wanted = settings(chains=1, realizations=1)
    ensemble = wanted.ensemble.model_copy(update={"keep_configurations": "qlm"})
    store = StudyStore.create(tmp_path / "qlm", wanted.model_copy(update={"ensemble": ensemble}))
    run_serial(store, Silent())
    done = atomglass("pinned", store.folder, "--below", 1.0)
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1
    assert "keep_configurations" in done.stderr and "fair" in done.stderr
    assert not (store.folder / "pinned").exists() and not (store.folder / "pinned.parquet").exists()


@pytest.mark.parametrize("arguments", [("--below", "-1"), ("--below", "nan"), ("--below", "1", "--fraction", "1")])
def test_bad_input_writes_nothing(study: Path, arguments: tuple[str, ...]) -> None:
    done = atomglass("pinned", study, *arguments)
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1
    assert not (study / "pinned").exists() and not (study / "pinned.parquet").exists()


def test_the_command_line(study: Path) -> None:
    done = atomglass("pinned", study, "--below", BELOW, "--fraction", FRACTION)
    assert done.returncode == 0, done.stderr
    assert (study / "pinned.parquet").is_file() and (study / "pinned_glasses.parquet").is_file()
    kept = len(list(ag.kept_configurations(study)))
    assert f"in {kept} glasses" in done.stdout
    assert f"left out: {15 - kept} realizations without a kept glass; not proven complete: 0 glasses" in done.stdout
    assert load_pinned(study) is not None and load_pinned(study / "nowhere") is None
