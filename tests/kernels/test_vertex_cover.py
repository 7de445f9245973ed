"""The smallest separator between two halves against scipy's maximum matching."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.csgraph import maximum_bipartite_matching

from atomglass.kernels.linalg.vertex_cover import Matching, smallest_separator


@pytest.mark.parametrize("seed", range(40))
def test_a_smallest_set_covers_all_contacts(seed: int) -> None:
    """Every contact between the halves has an end in the set, which is as large as a maximum matching (Koenig)."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 60))
    contact = np.triu(rng.random((n, n)) < rng.choice([0.03, 0.1, 0.4]), 1)
    graph = sparse.csr_array(contact | contact.T)
    side = rng.integers(6, 9, n)  # 6 is another part of the sample
    members = rng.permutation(np.flatnonzero(side > 6))
    work = Matching(*np.empty((3, n), np.int64), np.empty(n, np.bool_), np.empty(n, np.int64))
    pointers, columns = graph.indptr.astype(np.int64), graph.indices.astype(np.int64)
    separates = smallest_separator(members, pointers, columns, side, 7, work)
    lower, upper, chosen = np.flatnonzero(side == 7), np.flatnonzero(side == 8), set(members[separates])
    across = graph.toarray()[np.ix_(lower, upper)]
    assert all(lower[i] in chosen or upper[j] in chosen for i, j in np.argwhere(across))
    assert len(chosen) == np.count_nonzero(maximum_bipartite_matching(sparse.csr_array(across)) >= 0)
