"""
Levels of a double well
=======================

The lowest two levels of a particle in a quartic double well, and their wave functions. The minima differ by less than
the tunnel splitting of the symmetric well, so that both states share both wells: a two-level system.
"""

import matplotlib.pyplot as plt
import numpy as np

import atomglass as ag

x = np.linspace(-2.2, 2.2, 400)
well = (x**2 - 1) ** 2 + 0.0005 * x
levels = ag.double_well_levels(x, well, hbar=0.35, count=2)

figure, ax = plt.subplots(figsize=(5, 3.6), layout="constrained")
ax.plot(x, well, color="black")
for energy, state, color in zip(np.asarray(levels), levels.states.T, ("#0072B2", "#D55E00"), strict=True):
    ax.axhline(energy, color=color, linewidth=0.6)
    ax.plot(levels.grid, energy + 0.3 * state / np.abs(state).max(), color=color)
splitting = np.diff(levels.above_minimum)[0]
ax.set(xlim=(-1.9, 1.9), ylim=(-0.15, 1.6), xlabel="position", ylabel="energy")
ax.set_title(f"splitting {splitting:.4f}")
plt.show()
