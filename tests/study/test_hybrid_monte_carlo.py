"""Studies with hybrid Monte Carlo: interruptions, hashes, and older studies without it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from studies import Silent, same_tables
from study_runs import run_in_pieces

from atomglass.errors import InputError
from atomglass.sampling.swap_monte_carlo import HybridMonteCarlo
from atomglass.study.collect import collect
from atomglass.study.execution.runners import run_serial
from atomglass.study.load import load_study
from atomglass.study.models.glass import start_chain
from atomglass.study.registry import read_study
from atomglass.study.store.study_store import StudyStore

DATA = Path(__file__).parents[2] / "data"
OLDER = Path(__file__).parents[1] / "data" / "older_studies" / "kumar2021_n400_short"
SECTION = "[sample.trajectories]\nevery = 3\nsteps = 5\n"


@pytest.mark.parametrize("window", [None, 0.14])
def test_an_interrupted_study_gives_the_same_tables(study_file, tmp_path: Path, window: float | None) -> None:
    """Interruptions also occur between two trajectories, within the sweeps of swap moves."""
    section = SECTION if window is None else SECTION + f"swap_window = {window}\n"
    settings = read_study(study_file(sample=section, chains=2))
    assert start_chain(settings, 0).trajectories == HybridMonteCarlo(every=3, steps=5, swap_window=window)
    whole, parts = (StudyStore.create(tmp_path / name, settings) for name in ("whole", "parts"))
    assert run_serial(whole, Silent()).complete
    assert run_in_pieces(parts, 1) > 3
    for store in (whole, parts):
        collect(store)
    assert same_tables(whole.folder, parts.folder)
    assert (load_study(whole.folder).realizations["status"] == "ok").mean() > 0.7


def test_the_hash_differs_from_that_with_displacements(undisturbed: Path, study_file, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"sample\.trajectories"):
        StudyStore.create(undisturbed, read_study(study_file(sample=SECTION)))


def test_without_a_window_of_the_swaps_the_hash_is_that_of_older_studies(study_file) -> None:
    plain = read_study(study_file(sample=SECTION))
    assert plain.physics()["sample"]["trajectories"] == {"every": 3, "steps": 5, "time_step": 0.05}
    windowed = read_study(study_file(sample=SECTION + "swap_window = 0.14\n"))
    assert windowed.physics()["sample"]["trajectories"]["swap_window"] == 0.14
    portion = json.loads((DATA / "kumar2021" / "portion_01" / "study.json").read_text())
    assert StudyStore(DATA / "kumar2021" / "portion_01").physics_hash == portion["physics_hash"]


def test_older_studies_keep_their_hash() -> None:
    manifest = json.loads((OLDER / "study.json").read_text())
    assert "trajectories" not in manifest["settings"]["sample"]
    assert StudyStore(OLDER).physics_hash == manifest["physics_hash"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sample": "swap_fraction = 0.5\n" + SECTION}, "swap_fraction applies to single displacements"),
        ({"sample": "target_acceptance = 0.5\n" + SECTION}, "target_acceptance applies to single displacements"),
        ({"sample": SECTION + "time_step = 0"}, "sample.trajectories.time_step"),
        ({"sample": SECTION.replace("5", "1000001")}, "sample.trajectories.steps"),
        ({"sample": SECTION + "stepps = 3"}, "did you mean 'steps'"),
        ({"sample": SECTION + "swap_window = 0"}, "sample.trajectories.swap_window"),
        ({"sample": SECTION, "particles": 26}, "sample.particles"),
    ],
)
def test_invalid_sections(study_file, changes, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_study(study_file(**changes))
    assert read_study(study_file(particles=26))  # enough for displacements
