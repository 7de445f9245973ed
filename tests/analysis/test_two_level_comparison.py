"""Studies of two-level systems side by side, and beside published pairs."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from docs_tables import two_level as script
from tunneling_model import GLASSES, PBAR, study_with_soft_modes

from atomglass.analysis.results.two_level_comparison import (
    compare_two_level_studies,
    quantiles_beside_published,
    rearrangement_quantiles,
    rearrangements_by_path,
)
from atomglass.errors import InputError
from atomglass.landscape.minimum_energy_path import PathStatus


@pytest.fixture(scope="module")
def study() -> SimpleNamespace:
    found = study_with_soft_modes()
    glasses = found.realizations.assign(energy_per_particle=0.2, quenches=10, minima_count=3, candidate_events=2)
    return SimpleNamespace(**vars(found) | {"realizations": glasses})


def test_every_study_is_a_column(study: SimpleNamespace):
    table = compare_two_level_studies([study])
    assert list(table.columns) == ["tunneling_model"]
    column = table["tunneling_model"]
    assert column["glasses"].value == GLASSES and column["inherent states of a glass"].value == 3
    pbar = column["P, per volume and epsilon"]
    assert pbar.value == pytest.approx(PBAR, abs=4 * pbar.error)
    kinds = ("paths of rearrangements: over one barrier", "over several barriers", "not found")
    paths = [column[name].value for name in kinds]
    assert paths == [len(study.tls), 0, 0]


def test_quantiles_weight_every_glass_once(study: SimpleNamespace):
    rng = np.random.default_rng(1)
    glass = np.repeat([0, 1], [900, 100])
    published = pd.DataFrame(
        {
            "conf": glass,
            "quantum_splitting": np.where(glass == 0, 1.0, 2.0),
            "total_displacement": 0.3,
            "PR": 2.0,
            "Delta_E": np.where(glass == 0, 0.01, 0.1),
        }
    )
    few = study.tls[:4].assign(
        distance=0.3, moved_particles=2.0, energy_difference=0.01, splitting=[1.0, 2.0, 3.0, 4.0]
    )
    ours = SimpleNamespace(tls=few.assign(realization=0), realizations=study.realizations)
    table = quantiles_beside_published(ours, published, 0.03, rng).set_index("quantity")
    splitting = table.loc["splitting (epsilon)"]
    assert [x.value for x in splitting["published"]][::2] == pytest.approx([1, 2], abs=0.01)  # each glass is a half
    assert [x.value for x in splitting["published_small"]] == [1, 1, 1]
    assert splitting["ours"][1].value == pytest.approx(2.5)


def test_a_page_without_a_place_is_refused():
    begin = "<!-- studies: written by `.ci/rewrite_two_level_tables.py` -->"
    page = f"a\n{begin}\nold\n<!-- end of studies -->\nb\n"
    assert script.rewritten(page, {"studies": ["| new |"]}) == page.replace("old", "| new |")
    with pytest.raises(InputError, match="no place for the table"):
        script.rewritten(page, {"quantiles": []})


def test_a_rearrangement_over_one_barrier_is_one_whichever_pair_comes_first():
    """The same particles can rearrange between several pairs of minima, whose paths may differ."""
    one, two = PathStatus.ONE_BARRIER.value, PathStatus.SEVERAL_BARRIERS.value
    lost = PathStatus.NO_SADDLE.value
    rows = [(0, 0, two), (0, 0, one), (0, 1, lost), (0, 1, two), (1, 0, lost), (1, 1, one), (1, 1, one)]
    rows += [(1, pd.NA, PathStatus.FAILED.value)] * 2
    tls = pd.DataFrame(rows, columns=["realization", "event", "path_status"]).assign(source="dynamics")
    assert rearrangements_by_path(tls) == (2, 1, 3)
    assert rearrangements_by_path(tls[::-1].assign(source="modes")) == (0, 0, 0)


def test_quantiles_do_not_depend_on_the_order_of_the_pairs(study: SimpleNamespace):
    """A rearrangement between two pairs of minima counts once, whichever of its pairs comes first."""
    tls = study.tls[:4].assign(realization=0, event=[0, 0, 1, 2], splitting=[1e-6, 1e-2, 1e-4, 1e-3])
    orders = [SimpleNamespace(**vars(study) | {"tls": rows}) for rows in (tls, tls[::-1])]
    one, other = (rearrangement_quantiles(tables, "splitting", np.random.default_rng(1)) for tables in orders)
    assert [q.value for q in one] == pytest.approx([q.value for q in other])
    assert one[0].value < 1e-5 and one[2].value > 2e-3
