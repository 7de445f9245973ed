"""Core time until bonds and inherent energies are decorrelated, like `atomglass bench --only decorrelation`, for any N.

    python tests/campaigns/autocorrelation_times.py --particles 4000 --starts 4 --records 260

About ten minutes for these numbers.
"""

from __future__ import annotations

import argparse

from atomglass.bench import decorrelation


def main() -> None:
    """Print a line for each scheme and each correlation function."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--particles", type=int, default=4000)
    options.add_argument("--starts", type=int, default=4)
    options.add_argument("--records", type=int, default=260)
    args = options.parse_args()
    starts = decorrelation.starting_configurations(args.starts, args.particles)
    for scheme in decorrelation.SCHEMES.values():
        scheme.sampler(starts[0], 1).run(1)  # compiles
    for row in decorrelation.compare_schemes(starts, args.records, lambda text: print(text, flush=True)):
        assert row.measured is not None
        seconds = f"{row.measured.median:.4g} +- {row.measured.median * row.measured.spread:.2g} s"
        gain = ""
        if row.ratio is not None:
            gain = f", {row.ratio.median:.2f} +- {row.ratio.median * row.ratio.spread:.2f} x default"
        print(f"{row.what}: {seconds}{gain} ({row.note})", flush=True)


if __name__ == "__main__":
    main()
