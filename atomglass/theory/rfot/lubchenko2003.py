"""The study of Lubchenko and Wolynes's review: its figures, its statements, and a comparison with soft potentials."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pydantic import Field

from atomglass.settings import Settings
from atomglass.theory import comparison
from atomglass.theory.registry import TheoryStatement
from atomglass.theory.rfot import figures_liquid, figures_plateau, figures_tls
from atomglass.theory.rfot.captions import CAPTIONS, write_captions
from atomglass.theory.rfot.glass_parameters import GlassParams
from atomglass.theory.rfot.phonon_coupling import PhononCoupling
from atomglass.theory.rfot.statements import statements


class Config(Settings):
    """Settings of the study.

    Attributes
    ----------
    glass : str
        Name of a glass, or path of a TOML file with its constants.
    uncoupled_ratio : float
        T_g/T_D of the curves without phonon coupling; the review's value for silica.
    ratios : tuple of float
        T_g/T_D of the curves with phonon coupling.
    cutoff, step_cutoff : float
        omega_c in (a/xi) omega_D, of Figs. 15, 18, 19 and of Fig. 20.
    smearing : float
        Relative width of the cut-off.
    error_ratio : float
        T_g/T_D of Fig. 18.
    amplitude_exponent : float
        c of [22].
    path : float
        l/lambda of bare two-level systems.
    seed : int
        Of the random levels in Fig. 10.
    """

    glass: str = "silica"
    uncoupled_ratio: float = Field(default=4.4, gt=0)
    ratios: tuple[float, ...] = Field(default=(2.0, 3.5, 5.0), min_length=1, max_length=6)
    cutoff: float = Field(default=1.8, gt=0)
    step_cutoff: float = Field(default=2.0, gt=0)
    smearing: float = Field(default=0.0, ge=0, le=0.5)
    error_ratio: float = Field(default=5.0, gt=0)
    amplitude_exponent: float = Field(default=0.1, gt=0, lt=1)
    path: float = Field(default=150.0, gt=0)
    seed: int = Field(default=4, ge=0)


def run(config: Config, folder: Path) -> list[TheoryStatement]:
    """Draw every figure into a folder and return the review's statements."""
    given = Path(config.glass)
    glass = GlassParams.from_toml(given) if given.suffix == ".toml" else GlassParams.named(config.glass)
    free = glass.with_ratio(config.uncoupled_ratio)
    coupling = PhononCoupling(config.cutoff, config.smearing)
    figures_tls.draw_conductivity_lines(folder, free)
    figures_liquid.draw_droplet(folder)
    figures_liquid.draw_fragility(folder)
    figures_liquid.draw_stretching(folder)
    figures_liquid.draw_aging(folder)
    figures_liquid.draw_barriers(folder, np.random.default_rng(config.seed))
    figures_tls.draw_time_dependence(folder, glass, config.amplitude_exponent)
    figures_plateau.draw_shell(folder)
    figures_plateau.draw_bump(folder, free, config.ratios, coupling)
    figures_plateau.draw_scattering_states(folder, free)
    figures_plateau.draw_saddle_error(folder, glass, config.error_ratio, coupling)
    figures_plateau.draw_plateau(folder, free, config.ratios, coupling, config.path)
    step = PhononCoupling(config.step_cutoff, config.smearing)
    figures_plateau.draw_plateau_step(folder, free, config.ratios, step, config.path)
    figures_tls.draw_mixing(folder, glass)
    figures_plateau.draw_strain(folder)
    soft = comparison.SoftPotentialGlass(path=config.path)
    comparison.draw_comparison(folder, glass, soft)
    write_captions(folder, {**CAPTIONS, "comparison_of_theories": comparison.caption(glass, soft)})
    return statements()
