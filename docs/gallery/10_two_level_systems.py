"""
Two-level systems beside three theories
=======================================

24 glasses of 1,500 particles in three dimensions, from liquids at T = 0.07. (a) Two-level systems per volume and
energy: all, and with the weight (Delta_0/E)^2, which is P of the standard tunneling model; lines: P of the theories.
(b) Heat capacity without phonons. (c) Tunneling strength. Each theory takes what was measured in the same glasses, and
nothing is fitted.
"""

import matplotlib.pyplot as plt

import atomglass as ag
from atomglass.analysis.figures.two_level_theories_figure import draw_two_level_theories

study = ag.load_study("../../data/tls_kumar2021_3d")
draw_two_level_theories(study, plt.figure(figsize=(4.2, 8.5), layout="constrained"))
plt.show()
