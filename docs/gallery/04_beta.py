"""
Is beta uniform in group A?
===========================

If the density of b3 is smooth where group A ends, beta is uniform between -1 and 1. At these frequencies it is not.
The sign of a mode is arbitrary, so that only the magnitude is shown. Bars: 68 per cent Poisson intervals by the square
root of the count.
"""

import matplotlib.pyplot as plt
import numpy as np

import atomglass as ag
from atomglass.analysis.results.spot_selection import select_spots

study = ag.load_study("../../data/kumar2021_n400")
modes = select_spots(study.spots, study.realizations)
beta = modes.loc[modes["group"] == "A", "beta"].abs()

count, edges = np.histogram(beta, bins=10, range=(0, 1))
figure, ax = plt.subplots(figsize=(5, 3.4), layout="constrained")
ax.errorbar((edges[:-1] + edges[1:]) / 2, count / beta.size * 10, np.sqrt(count) / beta.size * 10, fmt="o", capsize=2)
ax.axhline(1, color="gray", linestyle="--", label="uniform")
ax.set(xlabel=r"$|\beta| = |b_3| / \sqrt{3 b_2 b_4}$", ylabel=r"$P(|\beta|)$", xlim=(0, 1), ylim=(0, None))
ax.set_title(f"{beta.size} pseudo-harmonic modes of group A")
ax.legend()
plt.show()
