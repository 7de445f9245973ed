"""Captions of the study's figures: the content of each, and how it differs from the print."""

from __future__ import annotations

from pathlib import Path

CAPTIONS = {
    "figure_01_conductivity_lines": (
        "Thermal conductivity of phonons whose mean free path is a fixed number of wavelengths, 150 and 1, in "
        "units of K = k_B^3 T_D^2/(pi hbar^2 c_s): the two lines of Fig. 1. The dotted curve, not in the "
        "print, is the theory's own conductivity without coupling between ripplons and phonons. The print's "
        "measured points are not available; its K has one power of hbar, which cannot be a conductivity."
    ),
    "figure_04_droplet": (
        "Free energy of a rearranging droplet of N molecules at T_g, F = gamma sqrt(N) - T s_c N [6], with "
        "the numbers of a glass made in an hour; the print's axes have no scale. Dots: the transition state "
        "(N = 48, F = 39 k_B T_g) and the cooperative cell N* = 191."
    ),
    "figure_05_fragility": (
        "(a) The line of Fig. 5, on which the fragility index computed from thermodynamics equals the one "
        "measured in kinetics, with points where the Vogel-Fulcher D takes round values. (b) Not in the "
        "print: the same index against the jump of the heat capacity per molecule. The print's measured "
        "points are not available."
    ),
    "figure_06_stretching": (
        "Stretching exponent beta of the relaxation against fragility D. Dashed: Gaussian barriers of "
        "relative width 1/(2 sqrt D), closed form; dotted: the same distribution with beta fitted to the "
        "decay. Solid: barriers above the most probable one collapsed onto it, beta fitted. The print does "
        "not say how its fit was made, and its measured points are not available."
    ),
    "figure_08_ageing": (
        "Fragility index m against the nonlinearity parameter x of ageing, m = 19/x. The print's measured "
        "points are not available."
    ),
    "figure_10_barriers": (
        "Energy along the growth of a droplet, one draw of the random energy model. Solid: the typical "
        "highest point of the path, V(N) = gamma sqrt(N) - (2 sqrt 2 - 1) T_g s_c N, with its top at N = 14. "
        "Bars: lowest levels drawn at each size; above them the levels are too dense to draw (shaded). Thin "
        "lines: two generic paths through those levels; thick green: the path that always takes the lowest "
        "one. The print is a sketch; here the levels are drawn from [12] with a fixed seed."
    ),
    "figure_11_time_dependence": (
        "Heat capacity of the two-level systems that relax within 10 us, 10 s and 10 h [27], c = 0.1, with "
        "the print's tau_min = 2.0 us at E = 5.7e-4 k_B T_D (the review's own [25] gives 0.97 us). Unit: A "
        "Pbar k_B^2 times one kelvin. The print gives 'microseconds, seconds, hours'; the three numbers are "
        "ours."
    ),
    "figure_13_shell": (
        "The two sides of [30] for l = 2, at parameters of our choice (rho_W/(rho_g R) = 1, sigma/(rho_g R "
        "c_g^2) = 0.6). The first crossing is the wall's own mode, the others are standing waves of the gas "
        "inside."
    ),
    "figure_15_bump": (
        "Heat capacity per mosaic cell over T^3, with the phonons' share (gray line). Thin black: [36] "
        "without coupling to phonons. Colors: ripplons broadened and shifted by phonons [55], omega_c = 1.8 "
        "(a/xi) omega_D. The print's silica data are not available; its curves' other values of T_g/T_D are "
        "not stated."
    ),
    "figure_17_scattering_states": (
        "(a) Density of states that scatter phonons from the ground state, T_g rho. Solid: saddle point "
        "[39]; stepped gray: exact counting, not in the print. The first steps are single ripplons. (b) The "
        "saddle point's fourth-order (dash-dotted) and third-order (dashed) terms at one standard "
        "deviation."
    ),
    "figure_18_saddle_error": (
        "Fourth-order term of the exponent at one standard deviation from the saddle of N_E [44], with phonon "
        "coupling and T_g/T_D = 5. The print does not say in which direction of the two-dimensional saddle; "
        "here it is the largest on the one-sigma ellipse. It stays at 0.1 to 0.2 at the plateau's energies "
        "and exceeds 1 (black line) in the corner of low energies, where the print, too, reports that the "
        "approximation fails."
    ),
    "figure_19_plateau": (
        "Thermal conductivity with l/lambda = 150/[T_g(rho + rho_exc)] + 1. Black: without coupling between "
        "ripplons and phonons; colors: with it, omega_c = 1.8 (a/xi) omega_D. States are counted exactly "
        "where the print uses the saddle point, which is the dotted curve: up to a third lower on the "
        "plateau's rise. The middle value of T_g/T_D is read as 3.5; the print's data for silica and "
        "polybutadiene are not available."
    ),
    "figure_20_plateau_step": (
        "As Fig. 19 with rho_exc = N_(alpha T) [42], alpha = 1, and omega_c = 2 (a/xi) omega_D: every upper "
        "structure with a bias below k_B T absorbs fully. Exact counting in place of the saddle point."
    ),
    "figure_22_mixing": (
        "(a) Bare bias of a cell against its effective bias [59], undamped ripplons, every coupling 3 % of "
        "its ripplon's frequency (our choice; the print has no scale). The intercept is Sigma [61]. (b) "
        "The derivative, by which the density of biases is multiplied; the arrow stands for the pile-up Sigma "
        "delta(eps) of [66]."
    ),
    "figure_24_strain": (
        "Share of a phonon's strain that a cell feels, (dj_1/dx)^2 with x = kR. Dotted: x = 6, Appendix B's "
        "limit, which is a cut-off of 2.48 (a/xi) omega_D."
    ),
}


def write_captions(folder: Path, captions: dict[str, str]) -> None:
    """Write the captions of the figures in a folder as `captions.md`."""
    lines = [f"**{name}.png** {text}\n" for name, text in captions.items()]
    (folder / "captions.md").write_text("\n".join(lines), encoding="utf-8")
