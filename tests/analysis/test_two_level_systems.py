"""Statistics of two-level systems: known ensembles, and the published set that they are compared with."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.cluster.hierarchy import fcluster, linkage
from tunneling_model import GLASSES, PBAR, VOLUME, standard_tunneling_model

import atomglass as ag
from atomglass.analysis.results.two_level_links import link_table, link_to_modes, second_wells_of_modes
from atomglass.analysis.results.two_level_pairs import heat_capacity, pairs_over_one_barrier
from atomglass.analysis.results.two_level_systems import summarize_two_level_systems, two_level_table
from atomglass.analysis.statistics.glass_quantiles import quantiles_per_glass
from atomglass.theory.thermal import schottky_heat_capacity

PUBLISHED = Path(__file__).parent.parent / "data" / "two_level_systems_t0070.feather"
BELOW = 0.01


@pytest.fixture(scope="module")
def study() -> SimpleNamespace:
    return standard_tunneling_model()


def test_pbar_of_the_standard_tunneling_model(study: SimpleNamespace):
    found = summarize_two_level_systems(study, BELOW)
    assert found.glasses == GLASSES and found.count == (study.tls["splitting"] < BELOW).sum()
    assert found.pbar.value == pytest.approx(PBAR, abs=4 * found.pbar.error) and found.pbar.error < 0.1 * PBAR
    assert found.strength_t.value == pytest.approx(found.pbar.value * 4 / 20)
    assert found.strength_l.value == pytest.approx(found.pbar.value * 9 / (60 + 4 * 20 / 3))
    assert found.density.value == pytest.approx(found.per_glass.value / (VOLUME * BELOW))
    assert found.above_barrier == pytest.approx(0.25, abs=0.01)


def test_glasses_without_systems_count(study: SimpleNamespace):
    empty = SimpleNamespace(tls=study.tls[study.tls["realization"] < 100], realizations=study.realizations)
    fourth = summarize_two_level_systems(empty, BELOW).per_glass.value
    assert fourth == pytest.approx(summarize_two_level_systems(study, BELOW).per_glass.value / 4, rel=0.15)


def test_pairs_of_one_rearrangement_share_its_weight(study: SimpleNamespace):
    """Every system met four times: four times the pairs, and the same numbers of systems."""
    repeated = SimpleNamespace(tls=pd.concat([study.tls] * 4), realizations=study.realizations)
    one, four = summarize_two_level_systems(study, BELOW), summarize_two_level_systems(repeated, BELOW)
    assert four.count == 4 * one.count and four.events == one.events == one.count
    assert four.pbar.value == pytest.approx(one.pbar.value) and four.pbar.error == pytest.approx(one.pbar.error)
    assert four.per_glass.value == pytest.approx(one.per_glass.value)


def test_links_to_modes(study: SimpleNamespace):
    table = link_to_modes(pairs_over_one_barrier(study), 0.5).set_index("kind")
    assert table.loc["mode", "share"] == pytest.approx(0.5, abs=0.03)
    assert table.loc["control", "share"] == 0 and table.loc["spot", "pairs"] == 0


def test_the_error_of_a_link_is_over_glasses():
    """All rearrangements of a glass have a mode under them or none has: as many independent ones as glasses."""
    rng = np.random.default_rng(1)
    glass = np.repeat(np.arange(100), 6)
    pairs = pd.DataFrame({"realization": glass, "event": np.tile(np.arange(6), 100), "weight": 1.0})

    def error(overlap: np.ndarray) -> float:
        return float(link_to_modes(pairs.assign(mode_overlap=overlap), 0.5).set_index("kind").loc["mode", "error"])

    assert error(rng.random(100)[glass]) == pytest.approx(np.sqrt(0.25 / 100), rel=0.05)
    assert error(rng.random(600)) == pytest.approx(np.sqrt(0.25 / 600), rel=0.2)


def test_the_table_of_the_analysis(study: SimpleNamespace):
    with_settings = SimpleNamespace(**vars(study), settings={"paths": {"splitting_below": BELOW}})
    table = two_level_table(with_settings)
    assert table is not None
    values = table.set_index("quantity")["value"]
    assert values["P of the standard tunneling model"] == summarize_two_level_systems(study, BELOW).pbar.value
    links = link_table(with_settings)
    assert links is not None
    name = "share of two-level systems with a harmonic mode under them, overlap > 0.5"
    assert links.set_index("quantity")["value"][name] == pytest.approx(0.5, abs=0.03)
    assert two_level_table(SimpleNamespace(tls=None)) is None and link_table(SimpleNamespace(tls=None)) is None


def test_levels_above_the_barrier_are_no_two_level_systems(study: SimpleNamespace):
    half = study.tls.assign(below_barrier=np.arange(len(study.tls)) % 2 == 0)
    found = summarize_two_level_systems(SimpleNamespace(tls=half, realizations=study.realizations), BELOW)
    assert found.pbar.value == pytest.approx(PBAR / 2, abs=4 * found.pbar.error)
    in_one_well = study.tls.assign(localization=np.where(np.arange(len(study.tls)) % 2 == 0, 0.9, 0.1))
    found = summarize_two_level_systems(SimpleNamespace(tls=in_one_well, realizations=study.realizations), BELOW)
    assert found.pbar.value == pytest.approx(PBAR / 2, abs=4 * found.pbar.error)


def test_second_wells_of_modes_are_counted_by_group(study: SimpleNamespace):
    wells = study.tls[:10].assign(
        source="mode", splitting=[BELOW / 2] * 8 + [2 * BELOW, np.nan], spot_group=["A"] * 4 + ["B"] * 6,
        below_barrier=[True, False] * 5, ground_level=[0.5, 2.0] * 5, event=0,
    )  # fmt: skip
    tables = SimpleNamespace(tls=pd.concat([study.tls, wells]), realizations=study.realizations)
    table = second_wells_of_modes(tables, BELOW).set_index("group")
    assert table["second_wells"].to_dict() == {"A": 4, "B": 6, "all": 10}
    assert table["one_barrier"].to_dict() == {"A": 4, "B": 5, "all": 9}
    assert table["both_levels_below_barrier"].to_dict() == {"A": 2, "B": 3, "all": 5}
    assert table["ground_level_above_barrier"].to_dict() == {"A": 2, "B": 2, "all": 4}
    assert table["two_level_systems"].to_dict() == {"A": 2, "B": 2, "all": 4}
    assert summarize_two_level_systems(tables, BELOW).count == (study.tls["splitting"] < BELOW).sum()


def test_heat_capacity_is_that_of_schottky():
    energies, temperatures = np.array([0.001, 0.01, 0.1]), np.array([1e-4, 1e-3, 1e-2])
    expected = [schottky_heat_capacity(energies / t).sum() / 7 for t in temperatures]
    assert heat_capacity(energies, temperatures, 7.0) == pytest.approx(expected)


def test_every_glass_has_the_same_weight():
    values, glasses = np.r_[np.zeros(1000), np.ones(10)], np.r_[np.zeros(1000), np.ones(10)]
    middle, _ = quantiles_per_glass(values, glasses, [0.3, 0.7], np.random.default_rng(1))
    assert middle == pytest.approx([0, 1])


def test_the_published_set():
    """Its own numbers: pairs, glasses, splittings below 0.0015; weighted by glass the quantiles differ."""
    pairs = pd.read_feather(PUBLISHED)
    assert len(pairs) == 23_535 and pairs["conf"].nunique() == 50
    two_level = pairs[pairs["quantum_splitting"].between(0, 0.0015)]
    assert len(two_level) == 291 and two_level["conf"].nunique() == 12
    plain = pairs["quantum_splitting"].quantile([0.1, 0.5, 0.9]).to_numpy()
    assert plain == pytest.approx([0.0070, 0.0140, 0.0212], abs=1e-4)
    rng = np.random.default_rng(1)
    weighted, errors = quantiles_per_glass(pairs["quantum_splitting"], pairs["conf"], [0.1, 0.5, 0.9], rng)
    assert (errors > 0).all() and weighted[1] == pytest.approx(plain[1], abs=5 * errors[1] + 1e-3)


def test_the_published_pairs_are_few_rearrangements():
    """Pairs of one glass with equal displacements and participation numbers: 291 pairs are some 27 rearrangements."""
    pairs = pd.read_feather(PUBLISHED)
    pairs = pairs[pairs["quantum_splitting"] < 0.0015]
    columns = ["total_displacement", "displacement_0", "displacement_1", "PR"]
    counts = {}
    for distance in (0.05, 0.1, 0.2):
        counts[distance] = 0
        for _, glass in pairs.groupby("conf"):
            links = linkage(np.log(glass[columns].to_numpy()), "average")
            counts[distance] += len(set(fcluster(links, distance, "distance")))
    assert counts == {0.05: 40, 0.1: 27, 0.2: 23}
    largest = pairs[pairs["conf"] == 33]["total_displacement"]
    assert len(largest) == 96 and largest.max() / largest.min() < 1.02


def test_what_is_refused(study: SimpleNamespace):
    with pytest.raises(ag.InputError, match="bound on the splitting"):
        summarize_two_level_systems(study, 0.0)
    with pytest.raises(ag.InputError, match="no table of two-level systems"):
        summarize_two_level_systems(SimpleNamespace(tls=None), 0.1)
