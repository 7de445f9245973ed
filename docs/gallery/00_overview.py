"""
A glass, a mode, two groups
===========================

(a) A soft, localized mode on its glass: the first one in a chain of glasses whose quartic has a second minimum. (b)
The energy along it: the quartic has a second well; whether the glass itself has one, displaced along the mode, the
points tell. (c) The densities of states of the two groups in 100,000 glasses, with the laws of the theory as guides
to the eye.
"""

import matplotlib.pyplot as plt
import numpy as np

import atomglass as ag
from atomglass.analysis.figures.mode_pictures import draw_mode
from atomglass.analysis.results.spot_selection import select_spots

# A liquid at T = 0.1, and its inherent states until one has the mode that is looked for.
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
found = None
for _ in range(500):
    mc.run(100)
    glass = ag.quench(mc.configuration, pot)
    modes = ag.lowest_modes(glass.configuration, pot, count=4)
    for k in np.flatnonzero(modes.participation_ratios < 0.15):
        expansion = ag.expand(glass.configuration, pot, modes.eigenvectors[k])
        if glass.converged and modes.is_minimum and expansion.second_minimum and expansion.barrier > 2e-4:
            found = k
            break
    if found is not None:
        break

figure, (left, middle, right) = plt.subplots(1, 3, figsize=(11, 3.8), layout="constrained")
draw_mode(glass.configuration, expansion.direction, left, half_width=8)
left.set_title(f"(a)  frequency {modes.frequencies[found]:.2f}, PR {modes.participation_ratios[found]:.2f}", loc="left")

reach = expansion.second_minimum_position
s = np.linspace(-0.4 * reach, 1.4 * reach, 200)
quartic = expansion.b2 * s**2 / 2 + expansion.b3 * s**3 / 6 + expansion.b4 * s**4 / 24
middle.plot(s, 1e3 * quartic, color="#D55E00", label="quartic")
some = s[::8]
exact = [
    ag.energy(
        ag.Configuration(
            positions=glass.configuration.positions + x * expansion.direction,
            diameters=glass.configuration.diameters,
            box=glass.configuration.box,
        ),
        pot,
    )
    - glass.energy
    for x in some
]
middle.plot(some, 1e3 * np.array(exact), "k.", markersize=4, label="the glass")
middle.set(xlabel=r"displacement $s\;(\sigma)$", ylabel=r"energy $(10^{-3}\epsilon)$")
middle.set_ylim(-0.7e3 * expansion.barrier, 12e3 * expansion.barrier)
middle.set_title(f"(b)  the energy along it: group {expansion.group}", loc="left")
middle.legend(frameon=False)

study = ag.load_study("../../data/kumar2021_n400")
selected = select_spots(study.spots, study.realizations)
bins = np.geomspace(0.05, 0.36, 10)
for group, marker, color in (("A", "o", "#0072B2"), ("B", "s", "#D55E00")):
    omega = selected.loc[selected["group"] == group, "frequency"]
    count = np.histogram(omega, bins)[0]
    center, width = np.sqrt(bins[:-1] * bins[1:]), np.diff(bins)
    density = count / width / len(study.realizations)
    error = np.sqrt(count) / width / len(study.realizations)
    right.errorbar(center, density, error, fmt=marker, color=color, capsize=2, label=f"group {group}")
    law = 4 if group == "A" else 3
    right.plot(bins, density[-1] * (bins / center[-1]) ** law, "--", color=color, linewidth=0.8)
    end = density[-1] * (bins[-1] / center[-1]) ** law
    right.text(1.03 * bins[-1], end, rf"$\omega^{law}$", color=color, va="center")
right.set(xscale="log", yscale="log", xlabel=r"frequency $\omega$", ylabel=r"modes per glass and $\omega$")
right.set_xticks([0.05, 0.1, 0.2, 0.3], ["0.05", "0.1", "0.2", "0.3"])
right.xaxis.set_minor_formatter("")
right.set(xlim=(0.045, 0.46), ylim=(1e-4, 0.5))
right.set_title("(c)  both groups, 100,000 glasses", loc="left")
right.legend(frameon=False)
plt.show()
