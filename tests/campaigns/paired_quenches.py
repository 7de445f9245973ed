"""Does another minimizer find the same inherent states? Paired quenches from the same liquid configurations.

    python tests/campaigns/paired_quenches.py --samples 1000 --particles 400 --temperature 0.15
    python tests/campaigns/paired_quenches.py --samples 1000 --against ../older-checkout

Compares the default quench with the preconditioned one of large samples, with conjugate gradients to the end at steps
of 0.05 and of 0.005, with steepest descent, with FIRE, and, with `--against`, with the quench of another checkout of
the package. Prints the fraction of pairs in the same inherent state, how many of the others are lower, the number of
lowest modes in group B, and the difference of the mean energies with its error, from paired differences. Set PYTHONPATH
to the checkout to be tested if another is installed: the first line printed says which one is used.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import atomglass as ag

#: Energies of one inherent state, reached by two variants, differ by less than this; those of two states by far more.
SAME_ENERGY = 1e-8
#: UNEVENNESS and TRIGGER_FACTOR of local relaxation, in place of 20 and 5: in a small sample no force is 20 times the
#: root mean square, and regions would hardly be relaxed.
SMALL_SAMPLE_TRIGGERS = 7.0, 4.0
#: Settings of `atomglass.quench` that are compared.
VARIANTS = {
    "quench": {},
    "preconditioned": {},
    "conjugate gradients": {"newton": False},
    "small steps": {"newton": False, "longest_step": 0.005},
    "steepest descent": {"method": "steepest_descent", "max_iterations": 1_000_000},
    "FIRE": {"method": "fire"},
}


def liquids(count: int, particles: int, temperature: float, sweeps: int, seed: int) -> list[ag.Configuration]:
    """Return configurations `sweeps` apart from one chain, every tenth of them from a new random start."""
    potential, found = ag.load_potential("kumar2021"), []
    for chain in range((count + 9) // 10):
        rng = np.random.default_rng([seed, chain])
        side = np.sqrt(particles / potential.density)
        positions = rng.random((particles, 2)) * side
        loose = ag.Configuration(positions, ag.sample_diameters(particles, rng, "quantile"), [side, side])
        start = ag.quench(loose, potential, force_tolerance=1e-2).configuration
        sampler = ag.SwapMonteCarlo(start, potential, temperature, seed=1000 * seed + chain)
        sampler.run(5 * sweeps)
        for _ in range(min(10, count - 10 * chain)):
            sampler.run(sweeps)
            found.append(sampler.configuration)
    return found


def quenched(samples: list[ag.Configuration], variant: str) -> dict[str, list]:
    """Quench every sample with one variant; return energies, groups of the lowest mode, and seconds of CPU time."""
    potential = ag.load_potential("kumar2021")
    settings = sys.modules["atomglass.minimization.quench"]
    default = settings.PRECONDITION_ABOVE
    local = sys.modules["atomglass.minimization.local_relaxation"]
    if variant == "preconditioned":
        settings.PRECONDITION_ABOVE = 0
        kept = local.UNEVENNESS, local.TRIGGER_FACTOR
        local.UNEVENNESS, local.TRIGGER_FACTOR = SMALL_SAMPLE_TRIGGERS
    result: dict[str, list] = {"energy": [], "b": [], "seconds": []}
    for sample in samples:
        began = time.process_time()
        done = ag.quench(sample, potential, **VARIANTS[variant])
        result["seconds"].append(time.process_time() - began)
        mode = ag.lowest_modes(done.configuration, potential, count=1)
        group = ag.expand(done.configuration, potential, mode.eigenvectors[0]).group
        result["energy"].append(done.energy)
        result["b"].append(str(group) == "B")
    if variant == "preconditioned":
        settings.PRECONDITION_ABOVE = default
        local.UNEVENNESS, local.TRIGGER_FACTOR = kept
    return result


def elsewhere(samples: list[ag.Configuration], checkout: Path) -> dict[str, list]:
    """Quench every sample with another checkout of the package, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "samples.npz"
        np.savez(
            file,
            positions=[s.positions for s in samples],
            diameters=[s.diameters for s in samples],
            box=[s.box for s in samples],
        )
        command = [sys.executable, str(Path(__file__).resolve()), "--read", str(file)]
        done = subprocess.run(
            command,
            cwd=checkout,
            env=os.environ | {"PYTHONPATH": str(checkout.resolve())},
            check=True,
            capture_output=True,
        )
    return json.loads(done.stdout)


def compare(name: str, one: dict[str, list], other: dict[str, list]) -> str:
    """Return one line about how two variants differ."""
    difference = np.array(one["energy"]) - np.array(other["energy"])
    same = np.abs(difference) < SAME_ENERGY
    error = difference.std(ddof=1) / np.sqrt(len(difference))
    time_share = np.sum(one["seconds"]) / np.sum(other["seconds"])
    lower = np.sum(difference <= -SAME_ENERGY)
    return (
        f"{name:33s} same {same.sum()} of {len(same)}, lower {lower}; "
        f"B {np.sum(one['b'])} against {np.sum(other['b'])}; "
        f"mean energy {difference.mean():+.2e} +- {error:.1e}; CPU {time_share:.2f}"
    )


def main() -> None:
    """Compare the variants and print one line for each."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--samples", type=int, default=1000)
    options.add_argument("--particles", type=int, default=400)
    options.add_argument("--temperature", type=float, default=0.15)
    options.add_argument("--sweeps", type=int, default=100)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--against", type=Path, help="another checkout, to compare its quench with")
    options.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.read:
        data = np.load(given.read)
        samples = [ag.Configuration(*s) for s in zip(data["positions"], data["diameters"], data["box"], strict=True)]
        print(json.dumps({key: np.asarray(value).tolist() for key, value in quenched(samples, "quench").items()}))
        return
    print(f"ours: {ag.__file__}", flush=True)
    samples = liquids(given.samples, given.particles, given.temperature, given.sweeps, given.seed)
    ours = quenched(samples, "quench")
    print(f"{len(samples)} samples of N = {given.particles} at T = {given.temperature:g}; the quench as it is against")
    small = quenched(samples, "small steps")
    print(compare("small steps", ours, small), flush=True)
    waves = quenched(samples, "preconditioned")
    print(compare("the preconditioned one", ours, waves), flush=True)
    print(compare("the preconditioned to small steps", waves, small), flush=True)
    if given.against:
        theirs = elsewhere(samples, given.against)
        print(compare("the other checkout", ours, theirs), flush=True)
        print(compare("the other to small steps", theirs, small), flush=True)
    for variant in ("conjugate gradients", "steepest descent", "FIRE"):
        print(compare(variant, ours, quenched(samples, variant)), flush=True)


if __name__ == "__main__":
    main()
