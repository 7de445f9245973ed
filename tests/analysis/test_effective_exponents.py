"""What makes the exponents of harmonic modes: the cut on the participation ratio, and the stiffness of the chains."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from study_tables import fake_study

from atomglass.analysis.results.chain_stiffness import exponents_by_chain_stiffness
from atomglass.analysis.results.mode_counts import effective_chains
from atomglass.analysis.results.participation_cut import participation_cut, round_edges, without_cut
from atomglass.analysis.selection import Selection, select
from atomglass.analysis.statistics.exponents import truncated_power_law


def test_the_cut_is_counted_bin_by_bin():
    modes, realizations = fake_study(group_a=400, group_b=200)
    rule = Selection(frequency=0.45, participation_ratio=0.14)
    table = participation_cut(modes, realizations, rule)
    below = modes[modes["frequency"] < 0.45]
    for row in table.itertuples():
        inside = below[(below["frequency"] >= row.low) & (below["frequency"] < row.high)]
        kept = int((inside["participation_ratio"] < 0.14).sum())
        assert (row.modes, row.passed) == (len(inside), kept)
        assert row.share == pytest.approx(kept / len(inside)) if len(inside) else math.isnan(row.share)
    assert table["modes"].sum() == len(below) > table["passed"].sum() == len(select(modes, realizations, rule)) > 0
    assert participation_cut(modes, realizations, without_cut(rule))["share"].dropna().eq(1).all()


@pytest.mark.parametrize("top", [0.013, 0.35, 0.6, 1.0, 7.3])
def test_bins_have_a_round_width_and_reach_the_bound(top):
    edges = round_edges(top)
    assert edges[0] == 0 and edges[-2] < top <= edges[-1] * (1 + 1e-12) and 5 <= len(edges) - 1 <= 12
    mantissa = np.diff(edges)[0] / 10 ** math.floor(math.log10(np.diff(edges)[0]) + 1e-9)
    assert min(abs(mantissa - step) for step in (1, 2, 5)) < 1e-9


def test_effective_chains_of_equal_and_of_unequal_chains():
    assert effective_chains(pd.DataFrame({"chain": [1, 1, 2, 2, 5, 5]})) == pytest.approx(3)
    assert effective_chains(pd.DataFrame({"chain": [1] * 9 + [2]})) == pytest.approx(100 / 82)
    assert math.isnan(effective_chains(pd.DataFrame({"chain": []})))


def test_thirds_of_the_chains_have_their_own_exponents():
    """Six soft chains with omega^2, six in the middle with omega^3, six stiff ones with omega^5."""
    rng, count = np.random.default_rng(4), 18_000
    rows = pd.DataFrame({"realization": np.arange(count), "chain": rng.permutation(18)[np.arange(count) % 18]})
    third = rows["chain"] % 3
    rows["first_phonon_frequency"] = 0.5 + 0.2 * third + 0.01 * rng.random(count)
    rows = rows.assign(status="ok", complete=True, complete_below=2.0)
    law = np.array([2, 3, 5])[third]
    modes = rows[["realization", "chain"]].assign(frequency=0.3 * rng.random(count) ** (1 / (law + 1)))
    modes["participation_ratio"], modes["group"] = 0.1, np.where(rng.random(count) < 0.7, "A", "B")
    chosen = select(modes, rows, Selection(frequency=0.3))
    table = exponents_by_chain_stiffness(chosen, rows)
    assert table["modes"].sum() == 2 * count and (table["chains"] == 6).all()
    for name, exponent, k in (("softest", 2, 0), ("middle", 3, 1), ("stiffest", 5, 2)):
        line = table[(table["third"] == name) & (table["group"] == "all")].iloc[0]
        assert abs(line["exponent"] - exponent) < 3 * line["error"] < 0.4
        assert 0.5 + 0.2 * k < line["lowest"] <= line["highest"] < 0.52 + 0.2 * k
        inside = chosen[chosen["chain"] % 3 == k]
        assert line["exponent"] == pytest.approx(truncated_power_law(inside["x"], inside["chain"]).exponent)
        assert line["effective_chains"] == pytest.approx(6, rel=1e-3)
