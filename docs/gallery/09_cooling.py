"""
Inherent states on cooling
==========================

Swap Monte Carlo keeps the liquid in equilibrium far below the temperature at which it would freeze without swaps: the
energy of its inherent states goes on falling. One chain of 400 particles, 20 glasses at each temperature.
"""

import matplotlib.pyplot as plt
import numpy as np

import atomglass as ag

pot = ag.load_potential("kumar2021")
rng = np.random.default_rng(5)
edge = np.sqrt(400 / pot.density)
diameters = ag.sample_diameters(400, rng, "quantile", pot.diameters)
start = ag.Configuration(positions=rng.uniform(0, edge, (400, 2)), diameters=diameters, box=[edge, edge])
liquid = ag.quench(start, pot).configuration

temperatures = (0.5, 0.4, 0.3, 0.2, 0.15, 0.1)
energies = np.empty((len(temperatures), 20))
for row, temperature in zip(energies, temperatures, strict=True):
    mc = ag.SwapMonteCarlo(liquid, pot, temperature=temperature, seed=5)
    mc.run(1000)
    for k in range(row.size):
        mc.run(200)
        glass = ag.quench(mc.configuration, pot)
        row[k] = glass.energy / 400 if glass.converged else np.nan
    liquid = mc.configuration

figure, ax = plt.subplots(figsize=(5, 3.4), layout="constrained")
ax.errorbar(temperatures, np.nanmean(energies, axis=1), np.nanstd(energies, axis=1), fmt="o-", capsize=2)
ax.set(xlabel=r"temperature $(\epsilon/k_B)$", ylabel=r"inherent-state energy per particle $(\epsilon)$")
ax.set_title("bars: standard deviation between glasses")
plt.show()
