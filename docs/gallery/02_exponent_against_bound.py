r"""
The exponent against the bound on the frequency
===============================================

A density of states D(omega) that grows as omega^s below a bound gives :math:`s = n / \sum_i \ln(1/x_i) - 1`, where
x_i is the frequency of mode i in units of the bound. A true power law has the same s at every bound. Errors: one
standard error between the Monte Carlo chains.
"""

import matplotlib.pyplot as plt

import atomglass as ag
from atomglass.analysis.results.spot_selection import select_spots
from atomglass.analysis.selection import Selection
from atomglass.analysis.statistics.exponents import truncated_power_law

study = ag.load_study("../../data/kumar2021_n400")
shares = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)

figure, ax = plt.subplots(figsize=(5, 3.4), layout="constrained")
for group, color, law in (("A", "#0072B2", 4), ("B", "#D55E00", 3)):
    fits = []
    for share in shares:
        modes = select_spots(study.spots, study.realizations, Selection(frequency_share=share))
        modes = modes[modes["group"] == group]
        fits.append(truncated_power_law(modes["x"], modes["chain"]))
    ax.errorbar(
        shares,
        [fit.exponent for fit in fits],
        [fit.standard_error for fit in fits],
        fmt="o-",
        color=color,
        capsize=2,
        label=f"group {group}",
    )
    ax.axhline(law, color=color, linestyle="--", linewidth=0.8)
    ax.annotate("theory", (0.3, law), color=color, va="top", ha="left")
ax.set(xlabel="bound / median first phonon frequency of the chain", ylabel="exponent s", ylim=(0, 6.5))
ax.legend()
plt.show()
