"""At which temperature does a glass former with another smoothness at its cutoff have equally stable glasses?

    python tests/campaigns/smoothness_state_points.py
    python tests/campaigns/smoothness_state_points.py --state kumar2021_smooth 0.025 --state kumar2021_q3 0.055

A smoother cutoff takes energy from all contacts, so that equal temperatures are not equal state points. For liquids of
400 particles, sampled from random positions, this prints for their inherent states: the mean diagonal element of the
Hessian h; the first phonon frequency omega_1; omega_1^2 / h, which does not depend on the unit of energy and rises with
the stability of a glass; and the correlation of the inherent energy after 250 sweeps.
"""

from __future__ import annotations

import argparse
import warnings

import numpy as np

import atomglass as ag
from atomglass.minimization.random_start import random_start
from atomglass.system.interactions import InteractingPairs
from atomglass.vibrations.hessian import ReducedHessian

NUMBER, GLASSES, SWEEPS_BETWEEN = 400, 40, 250
STATES = (
    *(("kumar2021", 0.1), ("kumar2021", 0.2), ("kumar2021_q3", 0.1), ("kumar2021_q3", 0.055)),
    *(("kumar2021_smooth", 0.1), ("kumar2021_smooth", 0.03), ("kumar2021_smooth", 0.025), ("kumar2021_smooth", 0.02)),
    *(("kumar2021_q6", 0.1), ("kumar2021_q6", 0.005), ("kumar2021_q6", 0.0025)),
)


def chain(name: str, temperature: float, sweeps: int, seed: int) -> tuple[float, float, float]:
    """Return the mean of h, the mean of omega_1^2 / h (without glasses of no rigidity), and the correlation."""
    potential = ag.load_potential(name)
    seeds = np.random.SeedSequence(seed).spawn(2)
    start = random_start(NUMBER, potential, potential.density, "quantile", seeds[0], seeds[1])
    liquid = ag.SwapMonteCarlo(start, potential, temperature=temperature, swap_fraction=0.2, seed=seed)
    liquid.run(sweeps)
    energies, scales, stiffness = [], [], []
    for _ in range(GLASSES):
        liquid.run(SWEEPS_BETWEEN)
        done = ag.quench(liquid.configuration, potential)
        scale = ReducedHessian(InteractingPairs.of(done.configuration, potential)).scale
        omega = ag.elastic_moduli(done.configuration, potential).first_phonon_frequency
        energies.append(done.energy)
        scales.append(scale)
        stiffness.append(omega**2 / scale)
    deviation = np.array(energies) - np.mean(energies)
    correlation = (deviation[1:] * deviation[:-1]).mean() / deviation.var()
    return float(np.mean(scales)), float(np.nanmean(stiffness)), float(correlation)


def main() -> None:
    """Run the chains of every state, and print means with their standard errors."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--state", nargs=2, action="append", metavar=("POTENTIAL", "T"), help="Instead of all states.")
    parser.add_argument("--chains", type=int, default=4)
    parser.add_argument("--sweeps", type=int, default=30_000)
    args = parser.parse_args()
    warnings.simplefilter("ignore")  # glasses without rigidity have no phonon frequency
    for name, temperature in args.state or STATES:
        found = np.array([chain(name, float(temperature), args.sweeps, seed) for seed in range(args.chains)])
        (h, x, rho), errors = found.mean(axis=0), found.std(axis=0, ddof=1) / np.sqrt(len(found))
        print(f"{name}, T = {temperature}: h {h:.1f}({errors[0]:.1f}), omega_1 {np.sqrt(x * h):.3f}, ", end="")
        print(f"omega_1^2 / h {x:.5f}({errors[1]:.5f}), correlation {rho:.2f}({errors[2]:.2f})", flush=True)


if __name__ == "__main__":
    main()
