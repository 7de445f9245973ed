"""
The energy along single modes
=============================

Fig. 1 of Kumar, Procaccia and Singh: the quartic U(s) of six modes, three of each group. Filled circle: the glass. Open
circle: the second minimum of the quartic. Triangle: the barrier between them.
"""

import matplotlib.pyplot as plt

import atomglass as ag
from atomglass.analysis.figures.quartic_portraits import draw_quartic, typical_modes
from atomglass.analysis.results.spot_selection import select_spots

study = ag.load_study("../../data/kumar2021_n400")
modes = select_spots(study.spots, study.realizations).assign(is_qlm=True)

figure, axes = plt.subplots(2, 3, figsize=(7.5, 4.6), layout="constrained")
for row, group in zip(axes, "AB", strict=True):
    chosen = typical_modes(modes, group)
    for ax, (_, mode) in zip(row, chosen.iterrows(), strict=False):
        draw_quartic(mode.to_frame().T, ax)
        ax.set_title(f"group {group}")
plt.show()
