"""
Densities of states of the two groups
=====================================

Fig. 2 of Kumar, Procaccia and Singh, from the published tables of 100,000 glasses of 400 particles: pseudo-harmonic
modes below 0.6 of the chain's median first phonon frequency. The gray laws, omega^3 and omega^4, are not fitted.
"""

import matplotlib.pyplot as plt

import atomglass as ag
from atomglass.analysis.figures.density_of_states_figure import draw_density_of_states
from atomglass.analysis.results.spot_selection import select_spots

study = ag.load_study("../../data/kumar2021_n400")
modes = select_spots(study.spots, study.realizations).assign(is_qlm=True)

figure, axes = plt.subplots(1, 2, figsize=(7.5, 3.2), layout="constrained")
for ax, group in zip(axes, "AB", strict=True):
    draw_density_of_states(modes, ax, group=group)
    ax.set_title(f"group {group}, {(modes['group'] == group).sum()} modes")
plt.show()
