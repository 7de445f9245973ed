"""Modes below a fixed frequency: the same bound for all glasses, also for those without a positive shear modulus."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from studies import Silent

import atomglass as ag
from atomglass.minimization.random_start import random_start
from atomglass.study.collect import collect
from atomglass.study.execution.runners import run_serial
from atomglass.study.followup.kept_modes import kept_modes
from atomglass.study.load import load_study
from atomglass.study.models.glass_realization import realize
from atomglass.study.protocol import Realization
from atomglass.study.settings import ModeSettings, StudySettings
from atomglass.study.store.inherent_states import kept_configurations
from atomglass.study.store.study_store import StudyStore
from atomglass.system.configuration import Configuration

DATA = Path(__file__).parents[2] / "data"
PUBLISHED = sorted([*DATA.glob("*/study.json"), *DATA.glob("*/portion_*/study.json")])
BELOW = 2.0


@pytest.mark.parametrize("manifest", PUBLISHED, ids=lambda path: str(path.parent.relative_to(DATA)))
def test_published_studies_keep_their_hashes(manifest: Path) -> None:
    stored = json.loads(manifest.read_text())
    if "portions" in stored:
        pytest.skip("joined from studies of different seeds")
    assert StudyStore(manifest.parent).physics_hash == stored["physics_hash"]


NONLINEAR = 'nonlinear = "pseudoharmonic"'
BOTH = f"below = 0.5\n{NONLINEAR}"


def test_a_bound_and_nonlinear_modes_belong_to_the_physics(settings) -> None:
    plain = settings()
    assert plain.physics()["modes"] == {"phonon_multiple": 1.2, "full_spectrum": False}
    others = [settings(modes=text) for text in ("below = 0.5", "below = 0.6", BOTH)]
    assert len({study.physics_hash for study in (plain, *others)}) == 4
    assert settings(modes='nonlinear = "none"').physics_hash == plain.physics_hash


@pytest.mark.parametrize("text", ["below = 0", "below = -1", "below = inf", 'nonlinear = "cubic"', NONLINEAR])
def test_impossible_settings_are_refused(settings, text: str) -> None:
    with pytest.raises(ag.InputError, match=r"modes(\.below|\.nonlinear|: nonlinear modes need a bound)"):
        settings(modes=text)


def test_the_bound_is_the_larger_one() -> None:
    assert ModeSettings().bound(0.5) == 0.6
    assert ModeSettings(below=0.4).bound(0.5) == 0.6
    assert ModeSettings(below=0.8).bound(0.5) == 0.8
    assert ModeSettings(below=0.8).bound(math.nan) == 0.8
    assert math.isnan(ModeSettings().bound(math.nan))


def with_modes(settings: StudySettings, **changes: object) -> StudySettings:
    return settings.model_copy(update={"modes": ModeSettings(**changes)})


@pytest.fixture(scope="module")
def liquids() -> tuple[Configuration, Configuration]:
    """Two random liquids of 64 particles: one whose glass is clearly rigid, and one whose glass clearly is not."""
    potential = ag.load_potential("kumar2021")
    found: dict[bool, Configuration] = {}
    for seed in range(300):
        liquid = random_start(64, potential, 1.0, "iid", seed, seed + 1000)
        done = ag.quench(liquid, potential)
        modulus = ag.elastic_moduli(done.configuration, potential).shear if done.converged else math.nan
        if abs(modulus) > 0.3:
            found.setdefault(modulus > 0, liquid)
        if len(found) == 2:
            return found[True], found[False]
    raise AssertionError("no clear cases among the random liquids")


def realized(liquid: Configuration, settings: StudySettings) -> tuple[Realization, Configuration]:
    potential = settings.pair_potential
    return realize(liquid, potential, settings), ag.quench(liquid, potential).configuration


def frequencies(result: Realization) -> list[float]:
    return [mode["frequency"] for mode in result.modes]


@pytest.mark.parametrize("rigid", [True, False])
def test_all_modes_below_a_fixed_frequency_are_found(liquids, settings, rigid: bool) -> None:
    study = with_modes(settings(), below=BELOW, phonon_multiple=0.1)
    result, glass = realized(liquids[not rigid], study)
    assert result.row["status"] == "ok" and result.row["reason"] == ""
    assert result.row["rigid"] is rigid is (result.row["shear_modulus"] > 0)
    assert math.isnan(result.row["first_phonon_frequency"]) is not rigid
    assert result.row["complete"] and result.row["complete_below"] == BELOW
    expected = ag.full_spectrum(glass, study.pair_potential).frequencies
    expected = expected[expected < BELOW]
    assert len(expected) and result.row["mode_count"] == len(expected)
    np.testing.assert_allclose(frequencies(result), expected, rtol=1e-8)
    assert (ag.modes_below(glass, study.pair_potential, BELOW).frequencies == frequencies(result)).all()
    assert all(mode["complete_below"] == BELOW for mode in result.modes)


def test_the_bound_of_a_rigid_glass_is_never_lowered(liquids, settings) -> None:
    rows = {
        below: realized(liquids[0], with_modes(settings(), below=below, phonon_multiple=1.2))[0]
        for below in (None, 1e-3, 3.0)
    }
    assert frequencies(rows[None]) == frequencies(rows[1e-3])
    assert rows[None].row["complete_below"] == pytest.approx(1.2 * rows[None].row["first_phonon_frequency"])
    assert rows[3.0].row["complete_below"] == 3.0
    np.testing.assert_allclose(frequencies(rows[3.0])[: len(rows[None].modes)], frequencies(rows[None]), rtol=1e-8)


def test_without_a_bound_a_glass_that_is_not_rigid_says_what_is_missing(liquids, settings) -> None:
    row = realized(liquids[1], settings())[0].row
    assert (row["status"], row["complete"], row["mode_count"], row["qlm_count"]) == ("ok", False, 0, 0)
    assert math.isnan(row["complete_below"]) and "`[modes] below = ...`" in row["reason"]
    assert row["is_minimum"] and row["energy"] > 0


def test_the_full_spectrum_of_a_glass_that_is_not_rigid(liquids, settings) -> None:
    result, glass = realized(liquids[1], with_modes(settings(), full_spectrum=True))
    expected = ag.full_spectrum(glass, settings().pair_potential)
    np.testing.assert_allclose(frequencies(result), expected.frequencies, rtol=1e-9)
    assert result.row["complete"] and result.row["complete_below"] == math.inf and not result.row["reason"]
    assert not any(mode["is_qlm"] for mode in result.modes), "without a bound there is no unit of frequency"


def test_quasi_localized_modes_where_there_is_no_first_phonon(liquids, settings) -> None:
    result, _ = realized(liquids[1], with_modes(settings(), below=BELOW))
    for mode in result.modes:
        expected = mode["frequency"] < 0.8 * BELOW and mode["participation_ratio"] < 0.27
        assert mode["is_qlm"] is expected
    assert result.row["qlm_count"] == sum(mode["is_qlm"] for mode in result.modes)


def test_glasses_that_are_not_rigid_are_kept_with_their_modes(liquids, settings) -> None:
    def kept(keep: str, **modes: object) -> bool:
        study = with_modes(settings(), **modes)
        study = study.model_copy(
            update={
                "ensemble": study.ensemble.model_copy(update={"keep_configurations": keep}),
                "qlm": study.qlm.model_copy(update={"participation_ratio": 1e-6}),
            }
        )
        return realized(liquids[1], study)[0].inherent_state is not None

    assert kept("qlm", below=BELOW) and kept("all") and not kept("qlm") and not kept("none", below=BELOW)


def test_kept_modes_are_found_again_below_the_same_bound(settings, tmp_path: Path) -> None:
    store = StudyStore.create(tmp_path / "out", settings(modes="below = 1.5\nphonon_multiple = 0.5"))
    assert run_serial(store, Silent()).complete
    found = collect(store)
    study = load_study(store.folder)
    assert found.not_rigid == (~study.realizations["rigid"].astype(bool)).sum() and found.unbounded == 0
    assert (study.realizations["complete_below"] >= 1.5).all() and study.realizations["complete"].all()
    assert len(list(kept_configurations(store.folder))) == len(study.realizations)
    modes = [kept.row for kept in kept_modes(store.folder, study.modes)]
    expected = study.modes[study.modes["is_qlm"]]
    assert [(row["realization"], row["mode"]) for row in modes] == list(
        zip(expected["realization"], expected["mode"], strict=True)
    )
