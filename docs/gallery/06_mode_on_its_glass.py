"""
A soft mode on its glass
========================

A liquid at T = 0.1 by swap Monte Carlo, its inherent state, and the displacements of a soft, localized mode: of the
lowest modes of ten glasses, the one with the smallest participation ratio.
"""

import matplotlib.pyplot as plt
import numpy as np

import atomglass as ag
from atomglass.analysis.figures.mode_pictures import draw_mode

pot = ag.load_potential("kumar2021")
rng = np.random.default_rng(3)
edge = np.sqrt(400 / pot.density)
start = ag.Configuration(
    positions=rng.uniform(0, edge, (400, 2)),
    diameters=ag.sample_diameters(400, rng, "quantile", pot.diameters),
    box=[edge, edge],
)
mc = ag.SwapMonteCarlo(ag.quench(start, pot).configuration, pot, temperature=0.1, seed=3)
mc.run(5000)
lowest = 1.0
for _ in range(10):
    mc.run(200)
    quenched = ag.quench(mc.configuration, pot)
    modes = ag.lowest_modes(quenched.configuration, pot, count=3)
    soft = int(np.argmin(modes.participation_ratios))
    if quenched.converged and modes.participation_ratios[soft] < lowest:
        glass, mode = quenched.configuration, modes.eigenvectors[soft]
        lowest, frequency = modes.participation_ratios[soft], modes.frequencies[soft]

figure, ax = plt.subplots(figsize=(5.5, 5.5), layout="constrained")
draw_mode(glass, mode, ax)
ax.set_title(f"frequency {frequency:.3f}, participation ratio {lowest:.3f}")
plt.show()
