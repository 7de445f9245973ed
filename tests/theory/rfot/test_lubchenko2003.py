"""The study of the review: its statements, figures and settings."""

import numpy as np
import pandas as pd
import pytest
from axes_checks import assert_printable, drawn_figures
from pydantic import ValidationError

from atomglass.settings import find_toml, read_toml, validated
from atomglass.theory.rfot import figures_liquid, figures_plateau, figures_tls, glass_parameters
from atomglass.theory.rfot.captions import CAPTIONS
from atomglass.theory.rfot.lubchenko2003 import Config, run
from atomglass.theory.rfot.phonon_coupling import PhononCoupling
from atomglass.theory.rfot.statements import statements


def test_the_shipped_settings_are_the_defaults():
    path = find_toml("lubchenko2003", "workflows")
    assert validated(Config, read_toml(path), str(path)) == Config()


def test_settings_are_checked():
    for bad in (
        {"uncoupled_ratio": 0},
        {"ratios": []},
        {"smearing": 0.9},
        {"glas": "silica"},
        {"amplitude_exponent": 1.5},
    ):
        with pytest.raises(ValidationError):
            Config(**bad)


def test_statements():
    table = statements()
    assert len(table) > 50
    verdicts = {(s.source, s.statement): s.verdict for s in table}
    assert sum(v == "agrees" for v in verdicts.values()) >= 36
    # What is known to differ is said to differ.
    known = {
        ("[25]", "tau_min at E = 5.7e-4 k_B T_D in silica, us"),
        ("after [76]", "linear expansion of silica at 1 K, 1/K"),
        ("after [74]", "sum over pairs of ripplons, 1/omega_D"),
        ("after [81]", "structures' energy as the temperature rises"),
    }
    assert {key for key in known if verdicts[key] == "differs"} == known


@pytest.mark.extended
def test_small_figures_and_their_data(tmp_path):
    silica = glass_parameters.GlassParams.named("silica")
    with drawn_figures() as drawn:
        figures_tls.draw_mixing(tmp_path, silica)
        figures_liquid.draw_droplet(tmp_path)
        figures_liquid.draw_fragility(tmp_path)
        figures_liquid.draw_aging(tmp_path)
        figures_liquid.draw_barriers(tmp_path, np.random.default_rng(4))
        figures_plateau.draw_shell(tmp_path)
        figures_plateau.draw_strain(tmp_path)
        figures_plateau.draw_bump(tmp_path, silica, (2.0,), PhononCoupling())
    for figure in drawn:
        assert_printable(figure)
    assert len(drawn) == 8
    for name in ("figure_22_mixing", "figure_04_droplet", "figure_15_bump"):
        assert (tmp_path / f"{name}.png").stat().st_size > 10_000
        assert (tmp_path / f"{name}.pdf").stat().st_size > 5_000
    bump = pd.read_csv(tmp_path / "figure_15_bump.csv")
    assert bump["coupled_ratio_2"].max() > bump["no_coupling"].iloc[20:].max() > bump["debye"].max()


@pytest.mark.slow
def test_the_whole_study(tmp_path):
    with drawn_figures() as drawn:
        run(Config(ratios=(2.0,)), tmp_path)
    for figure in drawn:
        assert_printable(figure)
    captions = (tmp_path / "captions.md").read_text(encoding="utf-8")
    for name in [*CAPTIONS, "comparison_of_theories"]:
        assert (tmp_path / f"{name}.png").stat().st_size > 10_000
        assert f"**{name}.png**" in captions
        data = pd.read_csv(tmp_path / f"{name}.csv")
        assert len(data) > 10 and not data.isna().all().any()
