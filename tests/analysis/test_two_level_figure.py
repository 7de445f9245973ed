"""The figure of a pair of inherent states shows what was computed."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

import atomglass as ag
from atomglass.analysis.figures.two_level_figure import draw_two_level_system


def double_well() -> SimpleNamespace:
    """A pair with the path of V = sin^2(pi x), which stops at its minima."""
    x = np.linspace(0, 1, 161)
    energies = 0.02 * np.sin(np.pi * x) ** 2
    path = SimpleNamespace(lengths=x[::10], energies=energies[::10], table=lambda: (x, energies), status="one barrier")
    return SimpleNamespace(path=path, levels=ag.double_well_levels(x, energies, 0.0132))


def test_levels_lie_at_their_energies():
    found = double_well()
    ax = draw_two_level_system(found)
    lines = {line.get_label(): line for line in ax.get_lines()}
    for k in range(4):
        assert lines[f"$E_{k + 1}$"].get_ydata() == pytest.approx(found.levels.energies[k])
    assert lines["energy along the path"].get_ydata().max() == pytest.approx(0.02)
    low, high = ax.get_ylim()
    assert low < 0 and high > found.levels.energies[3]


def test_without_levels_there_is_nothing_to_draw():
    path = SimpleNamespace(status=SimpleNamespace(value="no saddle found"))
    with pytest.raises(ag.InputError, match="no saddle found"):
        draw_two_level_system(SimpleNamespace(path=path, levels=None))
