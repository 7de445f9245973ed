"""Responses to force dipoles against dense linear algebra."""

from __future__ import annotations

import numpy as np
import pytest
from samples import glass, liquid

import atomglass as ag
from atomglass.system.interactions import InteractingPairs


@pytest.mark.parametrize("name, n, d", [("kumar2021", 100, 2), ("kumar2021_3d", 100, 3)])
def test_frequencies_of_all_pairs_are_those_of_the_dense_hessian(name: str, n: int, d: int) -> None:
    sample, potential = glass(name, n, d, 7), ag.load_potential(name)
    pairs, hessian = InteractingPairs.of(sample, potential), ag.hessian(sample, potential).toarray()
    loose = ag.rattlers(sample, potential)
    inverse, expected = np.linalg.pinv(hessian, rcond=1e-10, hermitian=True), []
    for (i, j), separation in zip(pairs.indices, pairs.separations[:, :d], strict=True):
        if loose[i] or loose[j]:
            continue
        force = np.zeros((n, d))
        force[j], force[i] = separation, -separation
        response = inverse @ force.ravel()
        expected.append(np.sqrt(response @ hessian @ response / (response @ response)))
    found = ag.dipole_frequencies(sample, potential, count=10 * n)
    assert len(found) == len(expected)
    assert np.sort(found) == pytest.approx(np.sort(expected), rel=1e-8)


def test_pairs_are_drawn_by_the_seed() -> None:
    sample, potential = glass("kumar2021", 100, 2, 7), ag.load_potential("kumar2021")
    one = ag.dipole_frequencies(sample, potential, 20, seed=1)
    assert np.array_equal(one, ag.dipole_frequencies(sample, potential, 20, seed=1))
    assert not np.array_equal(one, ag.dipole_frequencies(sample, potential, 20, seed=2))


def test_a_liquid_and_no_pairs_are_refused() -> None:
    potential = ag.load_potential("kumar2021")
    with pytest.raises(ag.InputError, match="count of dipoles"):
        ag.dipole_frequencies(glass("kumar2021", 100, 2, 7), potential, 0)
    with pytest.raises(ag.InputError, match="seed"):
        ag.dipole_frequencies(glass("kumar2021", 100, 2, 7), potential, 5, seed=-1)
    with (
        pytest.warns(ag.NotAnInherentStateWarning),
        pytest.raises(ag.InputError, match="a minimum of the energy is needed"),
    ):
        ag.dipole_frequencies(liquid("kumar2021", 100, 2, 7), potential)
