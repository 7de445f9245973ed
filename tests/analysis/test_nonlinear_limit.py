"""Near a plastic instability all kinds of nonlinear modes meet the harmonic mode, with the exponents derived for it."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from nonlinear_twin import DEGREES, KINDS, Twin
from samples import glass

import atomglass as ag
from atomglass.analysis.validation import nonlinear_limit
from atomglass.analysis.validation.nonlinear_limit import (
    draw_nonlinear_limit,
    limit_table,
    measured_exponents,
    sheared,
    softening_states,
)
from atomglass.errors import InputError

NAME = "kumar2021_smooth"


@cache
def approach() -> tuple[list[tuple[float, ag.Configuration]], pd.DataFrame]:
    potential = ag.load_potential(NAME)
    states = softening_states(glass(NAME, 100, 2, 7), potential, 0.01)
    return states, limit_table(states, potential)


def test_simple_shear() -> None:
    sample = glass(NAME, 100, 2, 7)
    moved = sheared(sample, 0.1)
    assert moved.volume == pytest.approx(sample.volume)
    assert moved.positions[:, 0] == pytest.approx(sample.positions[:, 0] + 0.1 * sample.positions[:, 1])
    assert np.array_equal(moved.positions[:, 1], sample.positions[:, 1])


def test_the_lowest_mode_goes_soft() -> None:
    states, _ = approach()
    frequencies = np.array([frequency for frequency, _ in states])
    assert frequencies[-1] < 0.01 < frequencies[-2] < 0.1 * frequencies[0]
    for _, state in states[-3:]:
        assert np.abs(ag.forces(state, ag.load_potential(NAME))).max() < 1e-12


def test_the_exponents_are_two_and_four() -> None:
    _, table = approach()
    assert np.all(table["residual"] < 1e-8)
    exponents = measured_exponents(table, 0.1)
    assert list(exponents.index) == list(KINDS)
    assert exponents["excess"].to_numpy() == pytest.approx(2, abs=0.06)
    assert exponents["distance"].to_numpy() == pytest.approx(4, abs=0.08)


@pytest.mark.parametrize("kind", KINDS)
def test_the_amplitudes_are_those_of_first_order(kind: str) -> None:
    """z = psi + y with y = (omega^2 / F) H_perp^-1 g_perp: the excess is y.H.y / omega^2, the distance |y|^2 / 2."""
    states, table = approach()
    state, potential = states[-1][1], ag.load_potential(NAME)
    harmonic = ag.lowest_modes(state, potential, 1)
    psi, kappa = harmonic.eigenvectors[0], float(harmonic.eigenvalues[0])
    twin = Twin(state, potential)
    f, gradient = twin.f_and_gradient(kind, psi)
    g = gradient.ravel() / DEGREES[kind]
    g = g - psi.ravel() * (g @ psi.ravel())
    g[np.repeat(twin.rattlers, 2)] = 0
    y = kappa / f * (twin.inverse @ g)
    y -= psi.ravel() * (y @ psi.ravel())
    last = table[table["kind"] == kind].iloc[-1]
    assert last["distance"] == pytest.approx(y @ y / 2, rel=0.05)
    assert last["excess"] == pytest.approx((y @ twin.hessian @ y) / kappa, rel=0.05)


def test_a_glass_that_does_not_go_soft_is_refused(monkeypatch) -> None:
    monkeypatch.setattr(nonlinear_limit, "LAST_STEP", 1e-4)
    with pytest.raises(InputError, match="lowest frequency"):
        softening_states(glass(NAME, 100, 2, 7), ag.load_potential(NAME), 1e-9)


def test_the_figure_shows_every_state() -> None:
    _, table = approach()
    ax = draw_nonlinear_limit(table)
    drawn = [line for line in ax.lines if line.get_linestyle() == "None"]
    assert len(drawn) == 2 * len(KINDS)
    assert {len(line.get_xdata()) for line in drawn} == {len(table) // len(KINDS)}
    assert ax.get_legend() is not None
