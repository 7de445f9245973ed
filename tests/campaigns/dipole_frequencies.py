"""How stiff are glasses of several parent temperatures around a pair of particles?

    python tests/campaigns/dipole_frequencies.py workflows/parent_t*.toml --write dipole_frequencies.csv

The first glasses of the first chains of each study are made again from its settings, which needs its equilibration.
Printed and written, one row for each study: the mean frequency of the responses to force dipoles at pairs drawn at
random, with the standard error over chains, and their number.
"""

from __future__ import annotations

import argparse
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd

import atomglass as ag
from atomglass.analysis.statistics.chain_errors import mean_error
from atomglass.study.models.glass import GLASS


def frequencies_of_study(path: Path, args: argparse.Namespace) -> dict[str, float]:
    """Return the row of one study."""
    settings = GLASS.read(tomllib.loads(path.read_text()), path)
    means, chains = [], []
    for chain in range(args.chains):
        sampler = GLASS.start(settings, chain)
        for index in range(args.glasses):
            while sampler.sweep < GLASS.steps(settings, index):
                GLASS.advance(settings, sampler, GLASS.steps(settings, index), lambda sweeps: None)
            glass = ag.quench(sampler.configuration, settings.pair_potential).configuration
            frequencies = ag.dipole_frequencies(glass, settings.pair_potential, args.dipoles, seed=index)
            means.append(frequencies.mean())
            chains.append(chain)
    return {
        "temperature": settings.sample.temperature,
        "chains": args.chains,
        "glasses": len(means),
        "dipoles": args.dipoles,
        "frequency": float(np.mean(means)),
        "error": mean_error(np.array(means), np.array(chains)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workflows", type=Path, nargs="+")
    parser.add_argument("--chains", type=int, default=8)
    parser.add_argument("--glasses", type=int, default=4)
    parser.add_argument("--dipoles", type=int, default=400)
    parser.add_argument("--write", type=Path)
    args = parser.parse_args()
    rows = []
    for path in args.workflows:
        rows.append(frequencies_of_study(path, args))
        print("{temperature:g}: {frequency:.4f} +- {error:.4f} ({glasses} glasses)".format(**rows[-1]), flush=True)
    if args.write is not None:
        table = pd.DataFrame(rows).sort_values("temperature", ascending=False)
        table.to_csv(args.write, index=False, float_format="%.6g")


if __name__ == "__main__":
    main()
