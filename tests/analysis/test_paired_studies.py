"""Paired studies of the same liquids: changes are counted, and common sampling noise is not in the errors."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from study_tables import fake_study

from atomglass.analysis.report.comparison_text_tables import paired_table
from atomglass.analysis.results.paired_studies import compare_paired_studies, have_same_liquids
from atomglass.analysis.selection import select
from atomglass.analysis.statistics.exponents import truncated_power_law


def study(seed: int = 0, name: str = "fake", **options) -> SimpleNamespace:
    modes, realizations = fake_study(seed=seed, **options)
    liquid = np.random.default_rng([seed, 1]).normal(0.3, 0.01, len(realizations))
    realizations["liquid_energy_per_particle"] = liquid
    settings = {"name": name, "seed": 1, "potential": {"name": "kumar2021"}, "sample": {"particles": 400}}
    return SimpleNamespace(modes=modes, realizations=realizations, settings=settings, wells=None)


def requenched(one: SimpleNamespace, changed: list[int], step: float = 1e-4) -> SimpleNamespace:
    """The same liquids, some of which fell elsewhere: their energy is another, and their QLMs are all of group B."""
    modes, realizations = one.modes.copy(), one.realizations.copy()
    realizations.loc[realizations["realization"].isin(changed), "energy_per_particle"] += step
    modes.loc[modes["realization"].isin(changed) & modes["is_qlm"], "group"] = "B"
    return SimpleNamespace(
        modes=modes, realizations=realizations, settings=one.settings | {"name": "other"}, wells=None
    )


def test_a_study_compared_with_itself() -> None:
    one = study()
    found = compare_paired_studies(one, one)
    assert (found.pairs, found.chains, found.other_liquids) == (len(one.realizations), 10, 0)
    assert (found.same.value, found.lower, found.higher, found.energy) == (1, 0, 0, 0)
    assert (found.table["difference"] == 0).all() and (found.table["error"] == 0).all()


def test_changes_are_counted() -> None:
    one = study(group_a=400, group_b=160)
    qlms = one.modes[one.modes["is_qlm"] & (one.modes["group"] == "A")]
    homes = [int(home) for home in qlms["realization"].unique()[:40]]
    other = requenched(one, homes)
    other.realizations.loc[other.realizations["realization"] == homes[0], "energy_per_particle"] -= 3e-4
    found = compare_paired_studies(one, other)
    count = len(one.realizations)
    assert found.same.value == pytest.approx(1 - 40 / count)
    assert (found.lower, found.higher) == (1, 39)
    assert found.energy == pytest.approx((40e-4 - 3e-4) / count)
    table = found.table.set_index("quantity")
    for name, each in (("first", one), ("second", other)):
        rows = select(each.modes, each.realizations)
        assert table[name]["share of B"] == pytest.approx((rows["group"] == "B").mean())
        assert table[name]["QLMs per glass"] == pytest.approx(len(rows) / count)
        for label, chosen in (("A", rows["group"] == "A"), ("B", rows["group"] == "B"), ("all", rows["x"] > 0)):
            fit = truncated_power_law(rows["x"][chosen], rows["chain"][chosen])
            assert table[name][f"exponent of {label}"] == pytest.approx(fit.exponent, rel=1e-12)
    # Only the groups changed: the number of modes is as certain as it can be, the share of B is not.
    assert table["difference"]["QLMs per glass"] == table["error"]["QLMs per glass"] == 0
    assert table["difference"]["share of B"] > 5 * table["error"]["share of B"] > 0
    title, header, lines = paired_table(found)
    assert title == "Paired glasses: fake and other" and len(header) == len(lines[0]) == 4
    assert ["other one: second lower, higher", "", "", "1, 39"] in lines


@pytest.mark.extended
def test_errors_are_the_scatter_of_differences() -> None:
    """Over many synthetic studies in which each liquid falls elsewhere with the same chance."""
    rng, differences, errors = np.random.default_rng(5), [], []
    for seed in range(120):
        one = study(seed, group_a=150, group_b=60, chains=12)
        homes = [int(r) for r in one.realizations["realization"] if rng.random() < 0.1]
        found = compare_paired_studies(one, requenched(one, homes)).table.set_index("quantity")
        kept = ["share of B", "exponent of A", "exponent of B"]
        differences.append(found["difference"][kept])
        errors.append(found["error"][kept])
    scatter = pd.DataFrame(differences).std()
    mean_error = np.sqrt((pd.DataFrame(errors) ** 2).mean())
    assert np.all(np.abs(mean_error / scatter - 1) < 0.25)  # 120 studies give a spread to 7 %, and the errors vary too


def test_other_liquids_and_failures_are_left_out() -> None:
    one = study()
    other = requenched(one, [])
    for realization, column, value in (
        (3, "liquid_energy_per_particle", 1.0), (5, "status", "not_converged"), (7, "complete", None),
    ):  # fmt: skip
        other.realizations.loc[other.realizations["realization"] == realization, column] = value
    found = compare_paired_studies(one, other)
    assert (found.pairs, found.other_liquids) == (len(one.realizations) - 3, 1)
    assert ["from other liquids, left out", "1", "", ""] in paired_table(found)[2]


def test_liquids_of_another_processor_are_the_same() -> None:
    """Their energies differ in the last bits."""
    one = study()
    other = requenched(one, [])
    energy = other.realizations["liquid_energy_per_particle"]
    other.realizations["liquid_energy_per_particle"] = np.nextafter(energy, np.inf)
    found = compare_paired_studies(one, other)
    assert (found.pairs, found.other_liquids) == (len(one.realizations), 0)
    other.realizations["liquid_energy_per_particle"] = energy * (1 + 1e-10)
    assert compare_paired_studies(one, other).pairs == 0


def test_wells_of_the_pairs() -> None:
    """Glasses that fell into their second wells, of those whose quartic has one, in pairs alone."""
    one, other = study(), study(name="other")
    rows = select(one.modes, one.realizations)
    one.wells = rows[["realization", "chain", "mode", "second_minimum"]].assign(outcome="same minimum")
    one.wells.loc[one.wells.index[::2], "outcome"] = "new minimum"
    quantity = "second wells that glasses fall into"
    assert quantity not in compare_paired_studies(one, other).table["quantity"].tolist(), "known of one alone"
    other.wells = one.wells.assign(outcome="new minimum")
    line = compare_paired_studies(one, other).table.set_index("quantity").loc[quantity]
    in_b = one.wells[one.wells["second_minimum"].astype(bool)]
    assert line["first"] == pytest.approx((in_b["outcome"] == "new minimum").mean())
    assert line["second"] == 1 and line["error"] > 0


def test_which_studies_can_be_paired() -> None:
    one, other = study(), study(name="other")
    assert have_same_liquids(one, other)
    for change in ({"seed": 2}, {"sample": {"particles": 300}}, {"potential": {"name": "ipl10"}}):
        assert not have_same_liquids(one, SimpleNamespace(**vars(other) | {"settings": other.settings | change}))
    bare = SimpleNamespace(modes=one.modes, realizations=one.realizations, settings={})
    assert not have_same_liquids(bare, bare)
