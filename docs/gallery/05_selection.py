"""
Which modes are quasi-localized
===============================

Participation ratio against frequency of the harmonic modes of the first 30,000 glasses, 30 chains. Modes below the
bounds on the frequency and on the participation ratio (shaded) count as quasi-localized. The table ends at a
frequency of 0.65, below the first phonon band (dotted): extended modes there are hybrids of a phonon and a soft spot.
"""

import matplotlib.pyplot as plt

import atomglass as ag

study = ag.load_study("../../data/kumar2021_n400")
modes = study.modes[study.modes["realization"] < 30_000]
omega_1 = study.realizations.groupby("chain")["first_phonon_frequency"].median()
x = modes["frequency"] / modes["chain"].map(omega_1)

figure, ax = plt.subplots(figsize=(5, 3.6), layout="constrained")
ax.axvspan(0, 0.6, ymax=0.27 / 0.8, color="#F0E442", alpha=0.5, linewidth=0)
ax.plot(x, modes["participation_ratio"], ".", markersize=1.5, alpha=0.5, color="#0072B2")
ax.axvline(1, color="gray", linestyle=":")
ax.set(xlim=(0, None), ylim=(0, 0.8), ylabel="participation ratio")
ax.set_xlabel("frequency / median first phonon frequency of the chain")
plt.show()
