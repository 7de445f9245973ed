"""
Pair potentials and their cutoff
================================

The energy of a pair of the models that come with the package, and its third derivative, which jumps at the cutoff where
only two derivatives vanish (q = 2). With it jumps b3, which decides between the groups.
"""

import matplotlib.pyplot as plt
import numpy as np

import atomglass as ag

figure, (left, right) = plt.subplots(1, 2, figsize=(7.5, 3.2), layout="constrained")
for name in ("kumar2021", "kumar2021_smooth"):
    pot = ag.load_potential(name)
    x = np.linspace(1.0, 1.6, 6001)
    phi = pot.phi(x)
    left.plot(x, phi, label=f"{name}, q = {pot.smoothness}")
    third = np.gradient(np.gradient(np.gradient(phi, x), x), x)
    right.plot(x, third)  # by differences: the jump takes two steps of 0.0001
left.set(xlabel=r"$r/\sigma$", ylabel=r"$\phi\;(\epsilon)$", xlim=(1.0, 1.5), ylim=(-0.01, 0.3))
right.set(xlabel=r"$r/\sigma$", ylabel=r"$\phi'''\;(\epsilon/\sigma^3)$", xlim=(1.1, 1.4), ylim=(-250, 10))
left.legend()
plt.show()
